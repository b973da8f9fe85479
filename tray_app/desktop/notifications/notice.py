"""What a desktop notification is, and what can show one. No rules and no system calls."""

from enum import StrEnum
from typing import Protocol

from PySide6.QtCore import SignalInstance

from tray_app.core.lazy_dataclasses import dataclass


class NoticeKind(StrEnum):
    """Kinds are told apart for "at most one per 30 s and kind" and for the system's category."""

    FINISHED = "finished"
    FAILED = "failed"
    OFFLINE = "offline"
    BACK = "back"
    UPDATES = "updates"
    TEST = "test"


TO_UPDATES = "updates"
"""No download has this id."""
TO_MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification; texts are plain. `target` is the download a click leads to, TO_UPDATES the
    models with newer versions, TO_MEMORY those that are kept loaded, "" the window as it is. A
    notice takes the place of an earlier one with the same `slot`."""

    kind: NoticeKind
    title: str
    body: str
    target: str = ""
    slot: str = ""


class NoticeBackend(Protocol):
    """A way to show notices. Emits `clicked` (str: target) and, for a notice that could not be
    shown, `failed` (Notice). Whether a click is ever reported depends on the system."""

    @property
    def clicked(self) -> SignalInstance: ...
    @property
    def failed(self) -> SignalInstance: ...
    def show(self, notice: Notice) -> None: ...
    def close(self) -> None: ...
