"""The rows of the downloads panel: their order, their focus, and the two timers behind them.

Downloads stand in the order of their queue, models that are made behind them; what has ended stands
behind all that goes on.

Texts are written by one timer that stops when nothing runs; bars are touched at most ten times a
second, and nothing at all while the list is hidden.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tray_app.core.payloads import DiskTarget, ModelRef, PullMove, ServerStart
from tray_app.core.pulls.speed import SpeedTrail
from tray_app.core.pulls.states import IN_TRANSFER, PullItem, PullState
from tray_app.text import tr
from tray_app.views.components.labels import PlainLabel, set_margins
from tray_app.views.components.scrolling import ScrollArea, end_of_list
from tray_app.views.components.surfaces import margins
from tray_app.views.downloads.create_menu import CreateMenu
from tray_app.views.downloads.create_row import CreateRow
from tray_app.views.downloads.drag import RowDrag
from tray_app.views.downloads.menu import DownloadMenu
from tray_app.views.downloads.row import DownloadRow
from tray_app.views.downloads.row_states import RowAction
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.creates.records import CreateItem
    from tray_app.views.downloads.panel_row import RowRequest

Row = DownloadRow | CreateRow

_FLUSH_MS = 100
_TEXTS_MS = 500
_AT_ONCE = 8
"""Rows that are made or renewed as they are told of; where more come together, others follow."""
_SLICE_S = 0.012


def _nobody_knows(_server_id: str, _kind: str) -> bool | None:
    return None


def _moved(rows: Sequence[Row], layout: QVBoxLayout) -> tuple[int, int]:
    """Between which of `rows` others stand in the layout, behind its first place."""
    is_there = [layout.indexOf(row) == number for number, row in enumerate(rows, start=1)]
    if all(is_there):
        return len(rows), len(rows)
    return is_there.index(False), len(rows) - is_there[::-1].index(False)


class DownloadList(ScrollArea):
    """Rows by download id; Tab comes to the first one from `stop_before`.

    Signals: `model_clicked` (show it in the table), `left` (Esc).
    """

    model_clicked = Signal(object)  # ModelRef
    left = Signal()

    def __init__(
        self,
        commands: Commands,
        stop_before: QWidget,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self.is_kind_there: Callable[[str, str], bool | None] = _nobody_knows
        """Whether a model of an architecture is installed on a server."""
        self._commands = commands
        self._stop_before = stop_before
        self._clock = clock
        self._items: dict[str, PullItem] = {}
        self._states: Counter[PullState] = Counter()
        self._trails: dict[str, SpeedTrail] = {}
        self._creates: dict[str, CreateItem] = {}
        self._rows: dict[str, Row] = {}
        self._order: tuple[str, ...] = ()
        self._shown: list[str] = []
        self._dirty: set[str] = set()
        self._servers: dict[str, str] = {}
        self._starts: dict[str, ServerStart | None] = {}
        self._only_server = ""
        self._revealed = ""
        self._flush_timer = QTimer(self)
        self._flush_timer.setSingleShot(True)
        self._flush_timer.setInterval(_FLUSH_MS)
        self._flush_timer.timeout.connect(self._on_flush_timer_timeout)
        self._text_timer = QTimer(self)
        self._text_timer.setInterval(_TEXTS_MS)
        self._text_timer.timeout.connect(self._refresh_texts)
        self._unmade: dict[str, None] = {}  # are listed, and have no row yet
        self._done_now = 0  # rows that were made or renewed since the last turn
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._go_on)
        self._list = QWidget(self)
        self._drag = RowDrag(self, self._list, self._waiting_rows)
        self._drag.dropped.connect(self._on_drag_dropped)
        self._list.setBackgroundRole(QPalette.ColorRole.Base)
        self._list.setAutoFillBackground(True)
        self._layout = QVBoxLayout(self._list)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._empty = PlainLabel(tr("No downloads"), TextRole.SECONDARY, parent=self._list)
        set_margins(self._empty, margins(44, 16, 16, 16))
        self._layout.addWidget(self._empty)
        self._layout.addStretch(1)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self._list)

    @property
    def shown_ids(self) -> tuple[str, ...]:
        """All rows, from top to bottom."""
        return tuple(self._shown)

    def items(self) -> tuple[PullItem, ...]:
        """The downloads that are shown, from top to bottom."""
        return tuple(self._items[row_id] for row_id in self._shown if row_id in self._items)

    def creates(self) -> tuple[CreateItem, ...]:
        """The models that are made, from top to bottom."""
        return tuple(self._creates[row_id] for row_id in self._shown if row_id in self._creates)

    @property
    def states(self) -> frozenset[PullState]:
        """Those in which any download is."""
        return frozenset(state for state, number in self._states.items() if number)

    def row(self, item_id: str) -> DownloadRow | None:
        """The row of a download."""
        row = self._made(item_id)
        return row if isinstance(row, DownloadRow) else None

    def create_row(self, item_id: str) -> CreateRow | None:
        """The row of a model that is made."""
        row = self._made(item_id)
        return row if isinstance(row, CreateRow) else None

    def set_item(self, item: PullItem) -> None:
        """Show `item`, a new one or a newer state of one that is here."""
        old = self._items.get(item.id)
        self._items[item.id] = item
        self._states[item.state] += 1
        self._dirty.add(item.id)
        if old is None:
            self._list_row(item.id)
        else:
            self._states[old.state] -= 1
        if item.state in IN_TRANSFER and item.progress is not None:
            # Whether or not there is a row yet: nobody may have looked so far.
            self._trail(item.id).add(self._clock(), item.progress.speed_bytes_s)
        self._show_soon(
            item.id, is_news=old is None or old.state is not item.state or old.hold is not item.hold
        )

    def _trail(self, item_id: str) -> SpeedTrail:
        return self._trails.setdefault(item_id, SpeedTrail())

    def set_create(self, item: CreateItem) -> None:
        """Show a model that is made, a new one or a newer state of one that is here."""
        old = self._creates.get(item.id)
        self._creates[item.id] = item
        self._dirty.add(item.id)
        if old is None:
            self._list_row(item.id)
        is_news = old is None or old.state is not item.state
        if old is None or old.is_ended is not item.is_ended:
            self._arrange()
        is_moved = old is not None and old.is_server_away is not item.is_server_away
        self._show_soon(item.id, is_news=is_news or is_moved)

    def _show_soon(self, row_id: str, *, is_news: bool) -> None:
        """Bring a row up to its item: at once where the state is another."""
        if row_id in self._unmade or row_id not in self._dirty:
            self._sync_text_timer(self._rows.get(row_id))  # it was made of the item of now, or will
        elif is_news and self._may_now():
            self._flush()
            self._sync_text_timer(self._rows.get(row_id))
        elif not is_news and self.isVisible() and not self._flush_timer.isActive():
            self._flush_timer.start()

    def _may_now(self) -> bool:
        """Whether a row may be made or renewed at once. Of hundreds that come together the first
        few may; `_go_on` does the rest."""
        if not self.isVisible():
            return False
        if not self._turn.isActive():
            self._done_now = 0
            self._turn.start()
        self._done_now += 1
        return self._done_now <= _AT_ONCE

    @Slot()
    def _go_on(self) -> None:
        """Make and renew rows for a moment, and go on when nothing else waits."""
        end_s = time.perf_counter() + _SLICE_S
        while self._unmade and time.perf_counter() < end_s:
            self._made(next(iter(self._unmade)))
        if self._done_now > _AT_ONCE:
            self._flush(end_s)
            self._sync_text_timer()
        if self._unmade or (self._done_now > _AT_ONCE and self._dirty and self.isVisible()):
            self._turn.start()
        else:
            self._done_now = 0

    def _list_row(self, row_id: str) -> None:
        """A new one, behind all others."""
        self._shown.append(row_id)
        self._unmade[row_id] = None
        self._empty.hide()
        if self._may_now():
            self._made(row_id)

    def _made(self, row_id: str) -> Row | None:
        """The row of an item that is listed; one that is not there yet is made for it."""
        if row_id in self._unmade:
            del self._unmade[row_id]
            self._dirty.discard(row_id)
            if row_id in self._items:
                self._add_row(DownloadRow(self._items[row_id], self._trail(row_id), self._list))
            else:
                create = self._creates[row_id]
                self._add_row(CreateRow(create, self._list, is_kind_there=self._ask_kind))
        return self._rows.get(row_id)

    def _ask_kind(self, server_id: str, kind: str) -> bool | None:
        return self.is_kind_there(server_id, kind)  # who knows may be told of later

    def remove_item(self, item_id: str) -> None:
        """Take a row away; the focus goes to its neighbour."""
        item = self._items.pop(item_id, None)
        self._trails.pop(item_id, None)
        if item is not None:
            self._states[item.state] -= 1
        elif self._creates.pop(item_id, None) is None:
            return
        neighbour = self._neighbour(item_id, 1) or self._neighbour(item_id, -1)
        self._shown.remove(item_id)
        self._dirty.discard(item_id)
        self._unmade.pop(item_id, None)
        row = self._rows.pop(item_id, None)
        if row is not None:
            focused = self.window().focusWidget()
            # Moving the focus sets off others' code, which may look at the rows that are left.
            if focused is not None and (focused is row or row.isAncestorOf(focused)):
                self._focus(neighbour)
                if not neighbour:
                    self._stop_before.setFocus(Qt.FocusReason.OtherFocusReason)
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._empty.setVisible(not self._shown)
        if self._text_timer.isActive():
            self._sync_text_timer()

    def set_order(self, ids: Iterable[str]) -> None:
        """The order of all downloads, from top to bottom."""
        self._order = tuple(ids)
        self._arrange()

    def set_servers(self, labels: Mapping[str, str], only: str = "") -> None:
        """Labels by server id. Rows name their server, but for those of the `only` one that is on
        ("" = of one server, that one)."""
        self._servers = dict(labels)
        self._only_server = only or (next(iter(labels)) if len(labels) == 1 else "")
        now_s = self._clock()
        for row in self._rows.values():
            self._set_server(row)
            row.refresh(now_s)
        self._sync_text_timer()

    def set_start(self, server_id: str, start: ServerStart | None) -> None:
        """How a server is being brought back, which its downloads wait for; None = it is not."""
        self._starts[server_id] = start
        now_s = self._clock()
        for row in self._rows.values():
            if isinstance(row, DownloadRow) and row.item.server_id == server_id:
                row.set_start(start)
                row.refresh(now_s)
        self._sync_text_timer()

    def reveal(self, item_id: str) -> None:
        """Scroll to a row and focus it."""
        row = self._made(item_id)
        if row is not None:
            row.setFocus(Qt.FocusReason.OtherFocusReason)
            self._revealed = item_id
            self._scroll_to_revealed()
            # One that has just come has no place yet.
            QTimer.singleShot(0, self, self._scroll_to_revealed)

    @Slot()
    def _scroll_to_revealed(self) -> None:
        row = self._rows.get(self._revealed)
        if row is not None:
            self._layout.activate()
            self.ensureWidgetVisible(row, 0, 8)

    def focus_first(self) -> bool:
        """Focus the first row, if there is one."""
        row = self._made(self._shown[0]) if self._shown else None
        if row is not None:
            row.setFocus(Qt.FocusReason.OtherFocusReason)
        return row is not None

    def _add_row(self, row: Row) -> None:
        self._set_server(row)
        row.requested.connect(self._on_row_requested)
        row.menu_requested.connect(self._on_row_menu_requested)
        row.moved.connect(self._on_row_moved)
        row.left.connect(self._on_row_left)
        before = [known for each in self._shown_before(row.id) if (known := self._rows.get(each))]
        above = before[-1].last_stop if before else self._stop_before
        self._rows[row.id] = row
        # The label for "nothing here" keeps the first place.
        self._layout.insertWidget(len(before) + 1, row)
        self._chain(above, row)
        row.refresh(self._clock())
        row.show()
        row.installEventFilter(self._drag)  # no sooner: a row that is made hears a lot

    def _shown_before(self, row_id: str) -> list[str]:
        return self._shown[: self._shown.index(row_id)]

    def _set_server(self, row: Row) -> None:
        server_id = row.item.server_id
        label = self._servers.get(server_id, "")
        row.set_server(label, is_named=server_id != self._only_server)
        if isinstance(row, DownloadRow):
            row.set_start(self._starts.get(server_id))

    def _arrange(self) -> None:
        known = [item_id for item_id in self._order if item_id in self._items]
        pulls = [self._items[item_id] for item_id in dict.fromkeys((*known, *self._shown))
                 if item_id in self._items]  # fmt: skip
        creates = list(self._creates.values())
        over = [item for item in creates if item.is_ended]
        over.sort(key=lambda item: item.finished_at or item.added_at, reverse=True)
        wanted = [
            *(item.id for item in pulls if not item.is_ended),
            *(item.id for item in creates if not item.is_ended),
            *(item.id for item in pulls if item.is_ended),
            *(item.id for item in over),
        ]
        if wanted == self._shown:
            return
        self._shown = wanted
        rows = [row for item_id in wanted if (row := self._rows.get(item_id))]
        first, last = _moved(rows, self._layout)
        for index in range(first, last):
            self._layout.removeWidget(rows[index])
            self._layout.insertWidget(index + 1, rows[index])
        above = rows[first - 1].last_stop if first else self._stop_before
        for row in rows[first:]:
            self._chain(above, row)
            above = row.last_stop

    def _chain(self, above: QWidget, row: Row) -> None:
        QWidget.setTabOrder(above, row)
        row.chain_stops()

    @Slot()
    def _flush(self, end_s: float = float("inf")) -> None:
        """Renew the rows whose items have changed, until `end_s`."""
        if not self.isVisible():
            return
        now_s = self._clock()
        for item_id in list(self._dirty):
            self._dirty.discard(item_id)
            row = self._rows.get(item_id)
            if isinstance(row, DownloadRow):
                row.show_safely(partial(row.set_item, self._items[item_id], now_s))
            elif isinstance(row, CreateRow):
                row.show_safely(partial(row.set_item, self._creates[item_id], now_s))
            if time.perf_counter() > end_s:
                return

    @Slot()
    def _on_flush_timer_timeout(self) -> None:
        self._done_now = _AT_ONCE + 1
        self._turn.start()

    def _refresh_texts(self) -> None:
        now_s = self._clock()
        for row in self._rows.values():
            if row.is_ticking:
                row.show_safely(partial(row.refresh, now_s))

    def _sync_text_timer(self, changed: Row | None = None) -> None:
        """Let the timer run while any row wants it; `changed` is the only one that is another."""
        if not self.isVisible():
            self._text_timer.stop()
            return
        if changed is not None and changed.is_ticking is self._text_timer.isActive():
            return
        wanted = changed is not None and changed.is_ticking
        if wanted or any(row.is_ticking for row in self._rows.values()):
            if not self._text_timer.isActive():
                self._text_timer.start()
        else:
            self._text_timer.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for row_id in self._shown[:_AT_ONCE]:
            self._made(row_id)
        if self._unmade:
            self._turn.start()
        self._flush()
        now_s = self._clock()
        for row in self._rows.values():
            row.refresh(now_s)
        self._sync_text_timer()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        for timer in (self._turn, self._flush_timer, self._text_timer):
            timer.stop()

    def _disk_target(self, item_id: str) -> DiskTarget | None:
        """What would have to become free for it; None = it has gone meanwhile."""
        if (pull := self._items.get(item_id)) is not None:
            return DiskTarget(pull.server_id, pull.id, pull.name, pull.missing_bytes)
        if (create := self._creates.get(item_id)) is not None:
            missing = max(0, create.needed_bytes - (create.free_bytes or 0))
            return DiskTarget(create.server_id, "", create.name, missing)
        return None

    @Slot(object)
    def _on_row_requested(self, request: RowRequest) -> None:
        """A button of a row, or an entry of its menu."""
        if request.action is RowAction.SHOW:
            item = self._items.get(request.id) or self._creates.get(request.id)
            if item is not None:
                self.model_clicked.emit(ModelRef(item.server_id, item.name))
            return
        commands = self._commands
        if request.action is RowAction.FREE_UP:
            target = self._disk_target(request.id)
            if target is not None:
                commands.disk_dialog_requested.emit(target)
            return
        if request.id in self._creates:
            {
                RowAction.START: commands.create_start_requested,
                RowAction.CANCEL: commands.create_cancel_requested,
                RowAction.KEEP: commands.create_keep_requested,
                RowAction.DELETE_WHEN_READY: commands.create_delete_when_ready_requested,
                RowAction.RETRY: commands.create_retry_requested,
                RowAction.START_AGAIN: commands.create_retry_requested,
                RowAction.CHANGE: commands.create_change_dialog_requested,
                RowAction.CHOOSE: commands.create_change_dialog_requested,
                RowAction.REMOVE: commands.create_remove_requested,
            }[request.action].emit(request.id)
            return
        {
            RowAction.PAUSE: commands.pull_pause_requested,
            RowAction.RESUME: commands.pull_resume_requested,
            RowAction.START: commands.pull_start_requested,
            RowAction.RETRY: commands.pull_retry_requested,
            RowAction.CANCEL: commands.pull_cancel_requested,
            RowAction.REMOVE: commands.pull_remove_requested,
            RowAction.LOOK: commands.update_changed_dialog_requested,
        }[request.action].emit(request.id)

    def _on_row_menu_requested(self) -> None:
        row = self.sender()
        menu: DownloadMenu | CreateMenu
        if isinstance(row, DownloadRow):
            menu = DownloadMenu(row.item, self._servers.get(row.item.server_id, ""), self)
            menu.top_requested.connect(self._on_menu_top_requested)
        elif isinstance(row, CreateRow):
            menu = CreateMenu(row.item, row.error_report(), self)
        else:
            return
        menu.requested.connect(self._on_row_requested)
        menu.popup(row.mapToGlobal(QPoint(44, row.height() // 2)))

    def _on_menu_top_requested(self, item_id: str) -> None:
        waiting = [item.id for item in self.items() if item.state is PullState.WAITING]
        if waiting and waiting[0] != item_id:
            self._move_to_place_of(item_id, waiting[0])

    def _on_row_moved(self, direction: str) -> None:
        row = self.sender()
        if not isinstance(row, DownloadRow):
            return
        neighbour = self._neighbour(row.item.id, -1 if direction == "up" else 1)
        other = self._items.get(neighbour)
        both = (row.item, other) if other is not None else ()
        if both and all(item.state is PullState.WAITING for item in both):
            self._move_to_place_of(row.item.id, neighbour)

    def _move_to_place_of(self, item_id: str, other_id: str) -> None:
        if other_id in self._order:
            self._commands.pull_move_requested.emit(PullMove(item_id, self._order.index(other_id)))

    def _waiting_rows(self) -> list[DownloadRow]:
        shown = (self.row(item.id) for item in self.items())
        return [row for row in shown if row and row.item.state is PullState.WAITING]

    def _on_drag_dropped(self, move: PullMove) -> None:
        """`move.index` is a place among the other waiting ones, the queue counts all rows."""
        order = [item_id for item_id in self._order if item_id != move.id]
        waiting = [row.item.id for row in self._waiting_rows() if row.item.id != move.id]
        if not waiting or any(item_id not in order for item_id in waiting):
            return
        behind = move.index >= len(waiting)
        index = order.index(waiting[-1]) + 1 if behind else order.index(waiting[move.index])
        self._commands.pull_move_requested.emit(PullMove(move.id, index))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = end_of_list(event)
        if place is not None and self._shown:
            self._focus(self._shown[place])
        super().keyPressEvent(event)

    def _on_row_left(self, direction: str) -> None:
        row = self.sender()
        if direction == "out":
            self.left.emit()
        elif isinstance(row, DownloadRow | CreateRow):
            self._focus_neighbour(row.item.id, -1 if direction == "up" else 1)

    def _neighbour(self, item_id: str, step: int) -> str:
        index = self._shown.index(item_id) + step
        return self._shown[index] if 0 <= index < len(self._shown) else ""

    def _focus_neighbour(self, item_id: str, step: int) -> None:
        self._focus(self._neighbour(item_id, step))

    def _focus(self, item_id: str) -> None:
        if item_id:
            row = self._made(item_id)
            if row is not None:
                self.ensureWidgetVisible(row, 0, 8)
                row.setFocus(Qt.FocusReason.OtherFocusReason)
