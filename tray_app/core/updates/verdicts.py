"""Verdict: how an installed model stands to what its registry has under the same name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical

if TYPE_CHECKING:
    from tray_app.core.records import LayerKind, ModelKey
    from tray_app.core.updates.answers import AnswerKind


class Standing(StrEnum):
    """Exactly one for every installed model."""

    CURRENT = "current"
    WEIGHTS = "weights"  # a later version whose weights differ
    SMALL = "small"  # a later version of which only texts or settings differ
    CHANGED = "changed"  # another version, and nobody can tell which is the later one
    NEEDS_SERVER = "needs_server"  # a later version, for a newer Ollama
    ABSENT = "absent"  # not at the registry, or hidden
    MADE_HERE = "made_here"
    UNKNOWN = "unknown"  # nobody has answered about this version yet
    CLOUD = "cloud"  # nothing is stored here
    NOT_ASKED = "not_asked"  # its registry is not allowed, or the name is on the list of never


OFFERED = frozenset({Standing.WEIGHTS, Standing.SMALL})
OTHER_THERE = OFFERED | {Standing.CHANGED, Standing.NEEDS_SERVER}
"""The registry has another version, whatever is to be done about it."""
KEPT_NOWHERE_ELSE = frozenset({Standing.MADE_HERE, Standing.CHANGED})
"""Whoever pulls the name loses what is here, or may."""
UNASKED = frozenset({Standing.MADE_HERE, Standing.CLOUD, Standing.NOT_ASKED})
"""What is known without a registry."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`digest` is the installed version this is about, `remote_digest` the one at the registry.

    `total_bytes` and `here_bytes` are the sizes there and here, `fetch_bytes` what the server
    lacks, None = not known. `parts` are the kinds of layers that differ, the weightiest first.
    `checked_at` is when the registry last answered; a question since then that nobody answered
    leaves all of it as it was, and its reason in `failure`.
    """

    standing: Standing = Standing.UNKNOWN
    digest: str = ""
    remote_digest: str = ""
    checked_at: datetime | None = None
    pushed_at: datetime | None = None
    total_bytes: int = 0
    here_bytes: int = 0
    fetch_bytes: int | None = None
    parts: tuple[LayerKind, ...] = ()
    requires: str = ""
    is_private: bool = False
    failure: AnswerKind | None = None

    @property
    def is_offered(self) -> bool:
        """Whether there is a later version that this server can have."""
        return self.standing in OFFERED

    def failed(self, failure: AnswerKind) -> Verdict:
        """The same after a question that nobody answered."""
        return replace(self, failure=failure)


@dataclass(frozen=True, slots=True)
class Marks:
    """What a person, or we, have said about an installed model beside its verdict. `is_skipped`:
    of the version that is at the registry now nothing is to be heard."""

    is_pinned: bool = False
    is_skipped: bool = False
    is_backup: bool = False

    @property
    def is_left_alone(self) -> bool:
        return self.is_pinned or self.is_skipped or self.is_backup


NO_MARKS = Marks()
UNJUDGED = Verdict()
"""Of a model that nobody has asked about, as of most of thousands."""


def is_counted(verdict: Verdict, marks: Marks = NO_MARKS) -> bool:
    """Whether it is one of the "3 updates": of the chip, the tray and *Update all*."""
    return verdict.is_offered and not marks.is_left_alone


def news(
    verdicts: Iterable[tuple[ModelKey, Verdict, Marks]], told: Mapping[str, str]
) -> tuple[ModelKey, ...]:
    """Of which models a person is to be told: larger updates of which they were not told yet.
    `told` is the digest that was told last, by canonical name."""
    return tuple(
        key
        for key, verdict, marks in verdicts
        if verdict.standing is Standing.WEIGHTS
        and not marks.is_left_alone
        and told.get(canonical(key[1])) != verdict.remote_digest
    )


def in_order(keys: Iterable[ModelKey], servers: Iterable[str]) -> tuple[ModelKey, ...]:
    """Models in the order in which they are listed and updated: by name, then by server."""
    places = {server_id: place for place, server_id in enumerate(servers)}
    return tuple(
        sorted(keys, key=lambda key: (key[1].casefold(), key[1], places.get(key[0], len(places))))
    )
