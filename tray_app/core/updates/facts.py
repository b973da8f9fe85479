"""Facts of updates as window, tray and dialogs read them: verdicts with what was said beside, how
far a check is, and what there is to say after an update."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.updates.verdicts import NO_MARKS, Marks, Verdict, is_counted

if TYPE_CHECKING:
    from tray_app.core.payloads import ModelRef
    from tray_app.core.records import ModelKey, ModelRecord
    from tray_app.core.updates.ledger import Made
    from tray_app.core.updates.schedule import Every


@dataclass(frozen=True, slots=True)
class ModelVerdict:
    """The verdict on a model, and what was said of it beside. `made` is what we know of a model of
    our own making, `packed` the layers that its registry has (see `ledger.unpack`), "" = not known.
    """

    key: ModelKey
    verdict: Verdict
    marks: Marks = NO_MARKS
    made: Made | None = None
    packed: str = ""

    @property
    def is_counted(self) -> bool:
        """Whether it is one of the "3 updates"."""
        return is_counted(self.verdict, self.marks)

    @property
    def download_bytes(self) -> int:
        """What its update would download, at most."""
        fetched = self.verdict.fetch_bytes
        return self.verdict.total_bytes if fetched is None else fetched


@dataclass(frozen=True, slots=True)
class CheckState:
    """How far a check of all is, or how the last one ended. `failed` counts the names that nobody
    answered about; `checked_at` is when all were last asked about, `retry_at` when that is tried
    again by itself, None = it is not. `every` is how often all are asked about by themselves, and
    `next_at` when the next time is, None = not known."""

    is_running: bool = False
    done: int = 0
    total: int = 0
    failed: int = 0
    checked_at: datetime | None = None
    retry_at: datetime | None = None
    every: Every | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UpdatesFound:
    """Larger updates of which a person was not told yet; never empty."""

    verdicts: tuple[ModelVerdict, ...]


@dataclass(frozen=True, slots=True)
class AfterUpdate:
    """Who still has the old version of an updated model. `updated` is the model with its new
    digest; `copies` are other names of the old version, `children` were made of it."""

    updated: ModelRef
    old_digest: str
    copies: tuple[ModelRef, ...] = ()
    children: tuple[ModelRef, ...] = ()


class BackupNews(StrEnum):
    """What there is to say of a kept version."""

    GOES_TOMORROW = "goes_tomorrow"
    IS_LOADED = "is_loaded"  # its day has come, and it is in use


@dataclass(frozen=True, slots=True)
class BackupNote:
    """`backup` is a kept version, `freed_bytes` what its end frees, None = not known."""

    backup: Made
    news: BackupNews
    freed_bytes: int | None = None


class Way(StrEnum):
    """What comes of the wish to update one model."""

    NONE = "none"  # there is nothing to update it to
    AT_ONCE = "at_once"
    SHEET = "sheet"  # there is something to decide
    CONFIRM = "confirm"  # something may be lost for good


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A model was updated: `record` is what its name stands for now, `old_digest` what it did."""

    record: ModelRecord
    old_digest: str
