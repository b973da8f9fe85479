"""UseWatch: what two looks at /api/ps of one server tell of who was used between them.

Ollama answers with the moment when each model leaves memory: the end of its last request and a
duration. So that moment moves whenever a request ends, creeps with the clock in the first request
after a load, and stays while nobody asks; also that of a model which is kept forever. What this
program itself loads and unloads moves it, too, and is no use. A model
that is loaded for one request and leaves memory with it can escape.

That a moment lies in the past says nothing: the server's clock may be another than ours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.core.records import RunningModel

MAX_GAP_S = 90.0
"""Between two looks; what happened in a longer silence was not watched."""

_Row = tuple[str, str]  # name and digest: two versions of one name can be in memory


@dataclass(frozen=True, slots=True)
class Watched:
    """What one more look has told: the models that were used since the look before, and the seconds
    that were watched for it (0 = nobody looked)."""

    used: tuple[RunningModel, ...] = ()
    watched_s: float = 0.0


class UseWatch:
    """Of one server. Feed it each answer, in order, and each end of the connection."""

    def __init__(self) -> None:
        self._before: dict[_Row, datetime | None] | None = None
        self._at_s = 0.0

    def lose(self) -> None:
        """The server does not answer, or does not tell: nothing is known until the next look."""
        self._before = None

    def take(
        self,
        running: Collection[RunningModel] | None,
        at_s: float,
        own: Collection[str] = (),
    ) -> Watched:
        """One look at `at_s` of a clock that nobody sets. `own` are the names that this program
        itself has loaded, unloaded or kept since the look before."""
        if running is None:
            self.lose()
            return Watched()
        before, gap_s = self._before, at_s - self._at_s
        self._before = {(row.name, row.digest): _moment(row) for row in running}
        self._at_s = at_s
        if before is None or gap_s < 0:
            return Watched()
        is_watched = gap_s <= MAX_GAP_S
        used = tuple(
            row
            for row in running
            if row.name not in own and _was_used(row, before, is_watched=is_watched)
        )
        return Watched(used, gap_s if is_watched else 0.0)


def _was_used(
    row: RunningModel, before: Mapping[_Row, datetime | None], *, is_watched: bool
) -> bool:
    key = (row.name, row.digest)
    if key not in before:
        return is_watched  # a silence says nothing of who came in it, and when
    return _moment(row) != before[key]


def _moment(row: RunningModel) -> datetime | None:
    return row.expires_at or row.forever_at
