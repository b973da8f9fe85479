"""What came of asking a registry about one name."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.core.records import Manifest

ABSENT_FOR = timedelta(days=30)
"""How long a name that is not at its registry is not asked about again."""


class AnswerKind(StrEnum):
    """What a registry said. The first five are answers, the others tell nothing of the model."""

    SETTLED = "settled"  # a digest that says all there is to know
    MANIFEST = "manifest"  # what the name consists of now
    ABSENT = "absent"
    PRIVATE = "private"  # or gone: whoever is not signed in is not told which
    NEEDS_NEWER = "needs_newer"  # a newer Ollama than there was when this was written

    UNREACHABLE = "unreachable"  # nobody answers, or not in time
    LIMITED = "limited"  # no more questions for now
    FAILING = "failing"
    UNUSABLE = "unusable"  # a web page, or no manifest that could be meant


ANSWERED = frozenset(
    {
        AnswerKind.SETTLED,
        AnswerKind.MANIFEST,
        AnswerKind.ABSENT,
        AnswerKind.PRIVATE,
        AnswerKind.NEEDS_NEWER,
    }
)
RESTING = frozenset({AnswerKind.LIMITED, AnswerKind.FAILING})
"""After these a host is left alone for a while."""


@dataclass(frozen=True, slots=True)
class RegistryAnswer:
    """`digest` is bare hex, of the manifest's bytes as they are at the registry; `manifest` and
    `requires` (the least version of Ollama) are known for MANIFEST alone."""

    kind: AnswerKind
    digest: str = ""
    pushed_at: datetime | None = None
    manifest: Manifest | None = None
    requires: str = ""

    @property
    def is_answer(self) -> bool:
        return self.kind in ANSWERED
