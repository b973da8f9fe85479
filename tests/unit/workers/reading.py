"""QueueReader: hears every signal of a queue and reads all that can be read, then and there."""

from __future__ import annotations

from PySide6.QtCore import QMetaMethod, QObject, Slot

from tray_app.core.payloads import PullOrder
from tray_app.core.pulls.states import (
    PullItem,
    PullSummary,
    display_order,
    line_positions,
    summarize,
)
from tray_app.workers.pulls.queue import PullQueue


class QueueReader(QObject):
    """A listener as the window, the tray and the rules are: told of one thing, it looks at all.

    What does not fit together goes to `wrongs`. `check` compares what was told with what is.
    """

    def __init__(self, queue: PullQueue, wrongs: list[str]) -> None:
        super().__init__()
        self.queue = queue
        self.wrongs = wrongs
        self.signals = own_signals(queue)
        self.heard: list[str] = []
        self._items: dict[str, PullItem] = {item.id: item for item in queue.items()}
        self._order = PullOrder(tuple(self._items))
        self._summary = queue.summary
        for name in self.signals:
            getattr(queue, name).connect(getattr(self, f"_on_{name}", self._on_other))

    @Slot(object)
    def _on_item_added(self, item: PullItem) -> None:
        if item.id in self._items:
            self.wrongs.append(f"{item.name} is added twice")
        self._items[item.id] = item
        self._read("item_added")

    @Slot(object)
    def _on_item_changed(self, item: PullItem) -> None:
        if item.id not in self._items:
            self.wrongs.append(f"{item.name} changed, but is not there")
        self._items[item.id] = item
        self._read("item_changed")

    @Slot(str)
    def _on_item_removed(self, item_id: str) -> None:
        if self._items.pop(item_id, None) is None:
            self.wrongs.append("a row went that was not there")
        self._read("item_removed")

    @Slot(object)
    def _on_order_changed(self, order: PullOrder) -> None:
        self._order = order
        self._read("order_changed")

    @Slot(object)
    def _on_summary_changed(self, summary: PullSummary) -> None:
        self._summary = summary
        self._read("summary_changed")

    @Slot()
    def _on_other(self) -> None:
        self._read("another signal")

    def _read(self, signal: str) -> None:
        self.heard.append(signal)
        try:
            wrong = misfit(self.queue)
        except LookupError as error:
            wrong = f"reading raises {error!r}"
        if wrong:
            self.wrongs.append(f"at {signal}: {wrong}")

    def check(self) -> None:
        """Behind each wish: who only listened knows what who reads knows."""
        items = self.queue.items()
        if {item.id: item for item in items} != self._items:
            self.wrongs.append("the rows are not those that were told")
        if tuple(item.id for item in items) != self._order.ids:
            self.wrongs.append("the order is not the one that was told")
        if self.queue.summary != self._summary:
            self.wrongs.append("the sum is not the one that was told")


def own_signals(queue: PullQueue) -> list[str]:
    """Names of all signals that our classes declare."""
    meta = queue.metaObject()
    first = QObject().metaObject().methodCount()
    methods = [meta.method(number) for number in range(first, meta.methodCount())]
    return [
        bytes(method.name().data()).decode()
        for method in methods
        if method.methodType() is QMetaMethod.MethodType.Signal
    ]


def misfit(queue: PullQueue) -> str:
    """What in a queue's answers contradicts the rest of them; "" when nothing does."""
    items = queue.items()
    stored = tuple(entry.item for entry in queue._entries.values())
    if sorted(item.id for item in items) != sorted(item.id for item in stored):
        return "rows are missing, or shown that are gone"
    if any(queue.item(item.id) != item for item in items):
        return "a row alone is not the one of the list"
    if [item.id for item in items] != [item.id for item in display_order(stored, queue._clock())]:
        return "rows stand where they stood before"
    places = line_positions(stored)
    if any(item.position != places.get(item.id, 0) for item in items):
        return "places in the line are those of before"
    if queue.summary != summarize(stored):
        return "the sum is that of before"
    return ""
