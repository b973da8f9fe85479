"""CreateFacts: the newest of every model that is made from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tray_app.core.creates.states import BEFORE

if TYPE_CHECKING:
    from tray_app.core.creates.records import CreateItem, Derived


class CreateFacts(QObject):
    """Signals: `changed` with the item, a new one too; `removed` with its id; `derived` when a
    model was made from an installed one.
    """

    changed = Signal(object)  # CreateItem
    removed = Signal(str)  # id
    derived = Signal(object)  # Derived

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: dict[str, CreateItem] = {}

    @property
    def items(self) -> tuple[CreateItem, ...]:
        """All in the order they were asked for."""
        return tuple(self._items.values())

    def item(self, item_id: str) -> CreateItem | None:
        return self._items.get(item_id)

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
        if self._items.get(item.id) != item:
            self._items[item.id] = item
            self.changed.emit(item)

    def drop(self, item_id: str) -> None:
        if self._items.pop(item_id, None) is not None:
            self.removed.emit(item_id)

    def tell_derived(self, derived: Derived) -> None:
        self.derived.emit(derived)
