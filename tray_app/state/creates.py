"""CreateFacts: the newest of every model that is made from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tray_app.core.creates.states import BEFORE
from tray_app.core.creates.summary import counted

if TYPE_CHECKING:
    from tray_app.core.creates.files import FileFacts
    from tray_app.core.creates.records import CreateItem, Derived, Undone
    from tray_app.core.pulls.states import PullSummary


class CreateFacts(QObject):
    """Signals: `changed` with the item, a new one too; `ended` when one has just come to its end;
    `removed` with its id; `derived` when a model was made from an installed one, `undone` when an
    edit was taken back; `file_read` when a file was looked at for who asked.
    """

    changed = Signal(object)  # CreateItem
    ended = Signal(object)  # CreateItem
    removed = Signal(str)  # id
    derived = Signal(object)  # Derived
    file_read = Signal(object)  # FileFacts
    undone = Signal(object)  # Undone

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: dict[str, CreateItem] = {}

    @property
    def items(self) -> tuple[CreateItem, ...]:
        """All in the order they were asked for."""
        return tuple(self._items.values())

    def item(self, item_id: str) -> CreateItem | None:
        return self._items.get(item_id)

    def counted(self, summary: PullSummary) -> PullSummary:
        """`summary` of the downloads with these among them."""
        return counted(summary, self._items.values())

    @property
    def active(self) -> int:
        """How many would stop for now with the program, and go on with its next start."""
        return sum(item.state in BEFORE for item in self._items.values())

    @property
    def at_server(self) -> int:
        """How many Ollama goes on with by itself."""
        return sum(item.state.is_at_server for item in self._items.values())

    def put(self, item: CreateItem) -> None:
        """A new one, or what became of one."""
        old = self._items.get(item.id)
        if old == item:
            return
        self._items[item.id] = item
        self.changed.emit(item)
        if old is not None and item.is_ended and not old.is_ended:
            self.ended.emit(item)

    def drop(self, item_id: str) -> None:
        if self._items.pop(item_id, None) is not None:
            self.removed.emit(item_id)

    def tell_derived(self, derived: Derived) -> None:
        self.derived.emit(derived)

    def tell_undone(self, undone: Undone) -> None:
        self.undone.emit(undone)

    def tell_file(self, facts: FileFacts) -> None:
        self.file_read.emit(facts)
