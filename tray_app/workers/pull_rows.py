"""PullRows: the rows of the download manager, their order, their sum, and keeping them on disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot

from tray_app.core.names import canonical
from tray_app.core.payloads import PullOrder
from tray_app.core.pulls.states import (
    ENDED,
    PullItem,
    PullState,
    PullSummary,
    display_order,
    line_positions,
    summarize,
)
from tray_app.workers.pulls.entry import PullEntry
from tray_app.workers.pulls.store import PullSaver, PullStore
from tray_app.workers.runner import JobRunner

MAX_ENDED = 50


class PullRows(QObject):
    """Rows by id, in the order of the queue.

    Signals: a row's life is `item_added`, `item_changed`…, `item_removed`; `order_changed` when
    rows change places on screen, `summary_changed` when the one-line sum does; `save_failed` when
    the queue could not be written down. Listeners read the whole queue: nothing is emitted before
    rows, order and sum are renewed, and all listeners hear of one thing before the next.
    Thread: GUI thread.
    """

    item_added = Signal(object)  # PullItem
    item_changed = Signal(object)  # PullItem
    item_removed = Signal(str)  # id
    order_changed = Signal(object)  # PullOrder
    summary_changed = Signal(object)  # PullSummary
    save_failed = Signal(str)

    def __init__(
        self, runner: JobRunner, store: PullStore | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._entries: dict[str, PullEntry] = {}
        self._leaving: list[PullEntry] = []  # rows are gone, their attempts not yet
        self._summary = PullSummary()
        self._order = PullOrder(())
        self._news: deque[tuple[SignalInstance, object]] = deque()  # happened, not yet told
        self._is_telling = False
        self._saved_rows: tuple[tuple[str, PullState], ...] = ()
        self._saver = PullSaver(runner, store, self)
        self._saver.saved.connect(self._on_saver_saved)
        self._saver.failed.connect(self.save_failed)

    def items(self) -> tuple[PullItem, ...]:
        """All rows in the order in which they are shown."""
        return tuple(self._entries[item_id].item for item_id in self._order.ids)

    def item(self, item_id: str) -> PullItem | None:
        entry = self._entries.get(item_id)
        return entry.item if entry else None

    @property
    def summary(self) -> PullSummary:
        return self._summary

    def _load(self) -> tuple[tuple[PullItem, ...], Path | None]:
        return self._saver.load()

    def _insert(self, entry: PullEntry) -> None:
        self._entries[entry.item.id] = entry
        self._note(self.item_added, entry.item)

    def _drop(self, entry: PullEntry) -> None:
        del self._entries[entry.item.id]
        if entry.job is not None:
            entry.job.cancel()
            self._leaving.append(entry)
        self._note(self.item_removed, entry.item.id)

    def _find(self, server_id: str, name: str) -> PullEntry | None:
        return _first(self._entries.values(), server_id, name)

    def _is_asked_for(self, item: PullItem) -> bool:
        """Whether an attempt of a row that is gone still asks for the same model."""
        return _first(self._leaving, item.server_id, item.name) is not None

    def _set(self, entry: PullEntry, item: PullItem) -> None:
        if item != entry.item:
            entry.item = item
            self._note(self.item_changed, item)

    def _trim(self) -> None:
        """Keep at most MAX_ENDED rows of what has ended; the oldest go."""
        ended = [e for e in self._entries.values() if e.item.state in ENDED]
        ended.sort(key=lambda e: e.item.finished_at or e.item.added_at)
        for entry in ended[: max(0, len(ended) - MAX_ENDED)]:
            self._drop(entry)

    def _save(self, *, is_progress: bool = False) -> None:
        """Write the queue down when a row came, went, moved or changed its state; or, with
        `is_progress`, for the sake of the bytes alone."""
        rows = tuple((e.item.id, e.item.state) for e in self._entries.values())
        if rows == self._saved_rows and not is_progress:
            return
        self._saved_rows = rows
        number = self._saver.save(tuple(e.item for e in self._entries.values()))
        for entry in self._entries.values():
            if entry.save_number is None:
                entry.save_number = number

    def _is_on_disk(self, entry: PullEntry) -> bool:
        return entry.save_number is not None and entry.save_number <= self._saver.saved_number

    def _note(self, signal: SignalInstance, payload: object) -> None:
        """Have `signal` emitted by the next `_tell`."""
        self._news.append((signal, payload))

    def _tell(self) -> None:
        """Tell what has happened, now that all of it is true."""
        self._renew()
        if self._is_telling:
            return  # a listener made a wish: told by the loop that called it
        self._is_telling = True
        try:
            while self._news:
                signal, payload = self._news.popleft()
                signal.emit(payload)
        finally:
            self._is_telling = False

    def _renew(self) -> None:
        """Bring places, order and sum up to the rows."""
        places = line_positions(e.item for e in self._entries.values())
        for entry in self._entries.values():
            self._set(entry, entry.item.at_place(places.get(entry.item.id, 0)))
        items = tuple(entry.item for entry in self._entries.values())
        order = PullOrder(tuple(item.id for item in display_order(items)))
        if order != self._order:
            self._order = order
            self._note(self.order_changed, order)
        summary = summarize(items)
        if summary != self._summary:
            self._summary = summary
            self._note(self.summary_changed, summary)

    @Slot()
    def _on_saver_saved(self) -> None:
        """Rows have reached the disk; subclasses start what waited for it."""


def _first(entries: Iterable[PullEntry], server_id: str, name: str) -> PullEntry | None:
    wanted = canonical(name)
    return next(
        (
            entry
            for entry in entries
            if entry.item.server_id == server_id and canonical(entry.item.name) == wanted
        ),
        None,
    )
