"""The window of a server's disk space: what is free, what could be, what takes it, what else lies
there. Its facts come while it is open and are asked for again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialogButtonBox, QTabWidget, QWidget

from tray_app.core.disk.freeing import Freeing, Ticks
from tray_app.core.payloads import DeleteOutcome, DiskTarget, ModelRef, ModelRefs
from tray_app.core.pulls.states import UNFINISHED, PullItem
from tray_app.core.sharing import LayerIndex, disk_use
from tray_app.text import server_name, tooltip, tr, utc_now
from tray_app.text.disk import (
    delete_button,
    freed_title,
    goes_on_line,
    selected_line,
    spoken_target_progress,
    window_title,
)
from tray_app.text.several import cannot_reach
from tray_app.views.components.announce import announce
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.labels import PlainLabel
from tray_app.views.disk.free_page import FreePage
from tray_app.views.disk.head import DiskHead
from tray_app.views.disk.looks import OfferFacts, kept_until
from tray_app.views.disk.others import (
    OthersPage,
    items_by_layer,
    open_folder,
    unfinished_by_model,
)
from tray_app.views.disk.takers import TakersPage
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.disk.report import DiskReport
    from tray_app.core.records import ModelKey, ModelRecord, Server, ServerStatus
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

RESTART_PAGE = "https://docs.ollama.com/faq#how-do-i-configure-ollama-server"
_SIZE = (800, 600)
_LEAST = (640, 480)
_SLOW_MS = 300
_SAY_MS = 600
_PAGES = ("free", "takers", "others")


class DiskDialog(DialogFrame):
    """Modeless, one for each server. Nothing is deleted here but models, after the usual question.

    Signals: `delete_clicked` with the models (ModelRefs) that are ticked: what asks about them is
    opened on this window.
    """

    delete_clicked = Signal(object)  # ModelRefs

    def __init__(
        self,
        target: DiskTarget,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__("", parent)
        self._target = target
        self._settings = settings
        self._state = state
        self._commands = commands
        self._clock = clock
        self._asked: Ticks | None = None  # as it was when the question was opened
        self._asked_target = 0
        self._is_elsewhere: bool | None = None
        self._is_focus_due = True
        self._is_handed_over = False
        self._ticked_before: tuple[ModelKey, ...] = ()
        self._used: tuple[tuple[ModelRecord, ...], LayerIndex, int] | None = None
        self.setWindowFlag(Qt.WindowType.WindowMinMaxButtonsHint, True)
        self._build()
        self.set_least_size(*_LEAST)
        size = settings.values.disk_size
        self.resize(*(size if len(size) == 2 else _SIZE))
        self._slow = self._timer(_SLOW_MS, self._on_slow)
        self._say = self._timer(_SAY_MS, self._on_say)
        self._follow_state()
        self._show_server()
        if target.item_id or target.missing_bytes:
            self.tabs.setCurrentIndex(0)
        else:
            self.tabs.setCurrentIndex(_PAGES.index(settings.values.disk_page))
        self._show_report()
        self._show_freeing()
        self._slow.start()
        self.finished.connect(self._on_finished)

    def _timer(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    @property
    def server_id(self) -> str:
        return self._target.server_id

    @property
    def target(self) -> DiskTarget:
        return self._target

    def _build(self) -> None:
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.head = DiskHead(self)
        self.tabs = QTabWidget(self)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setAccessibleName(tr("Disk space"))
        self.tabs.tabBar().setExpanding(False)
        self.tabs.tabBar().setDrawBase(False)
        self.free = FreePage(self)
        self.takers = TakersPage(self)
        self.others = OthersPage(self.server_id, self._state, self._commands, self)
        self.tabs.addTab(self.free, tr("Free up space"))
        self.tabs.addTab(self.takers, tr("What takes the space"))
        self.tabs.addTab(self.others, tr("What else lies there"))
        self.tabs.currentChanged.connect(self._on_tab_changed)
        self.free.changed.connect(self._on_ticked)
        self.free.done.button.clicked.connect(self._on_show_download_clicked)
        self.takers.list.opened.connect(self._on_taker_opened)
        self.body.addWidget(self.head)
        self.body.addWidget(self.tabs, 1)
        role = QDialogButtonBox.ButtonRole
        self.selected = PlainLabel("", TextRole.SECONDARY, wrap=False, parent=self)
        self.left.addWidget(self.selected)
        self.restart_link = self.add_left(
            Button(tr("&How to restart Ollama"), "external", Kind.LINK, parent=self)
        )
        self.folder_link = self.add_left(
            Button(tr("Open the &model folder"), "folder", Kind.LINK, parent=self)
        )
        delete = Button("", "trash", Kind.DANGER, parent=self)
        delete.setAutoDefault(False)
        self.delete_button = self.add_button(delete, role.ActionRole)
        self.close_button = self.add_button(Button(tr("&Close"), parent=self), role.RejectRole)
        self.close_button.setAutoDefault(False)
        self.restart_link.clicked.connect(self._on_restart_clicked)
        self.folder_link.clicked.connect(self._on_folder_clicked)
        self.delete_button.clicked.connect(self._on_delete_clicked)
        self.close_button.clicked.connect(self.close)
        for keys, slot in (
            (QKeySequence("F5"), self._ask),
            (QKeySequence(QKeySequence.StandardKey.Close), self.close),
        ):
            QShortcut(keys, self).activated.connect(slot)

    def _follow_state(self) -> None:
        state = self._state
        self.follow(state.disk.report_changed, self._on_report_changed)
        self.follow(state.disk.freeing_changed, self._on_freeing_changed)
        self.follow(state.server_changed, self._show_server)
        self.follow(state.status_changed, self._on_state_status_changed)
        self.follow(state.deleted, self._on_state_deleted)
        self.follow(state.download_removed, self._on_state_download_removed)

    # What is asked for.

    def set_target(self, target: DiskTarget) -> None:
        """It is opened again, perhaps for something else."""
        if target.item_id or target.missing_bytes:
            self._target = target
            self.free.done.hide()
            self.tabs.setCurrentIndex(0)
            self._is_focus_due = True
        self._ask()

    def tick(self, keys: tuple[ModelKey, ...]) -> None:
        """As another window had them ticked, of which this one takes the place."""
        self._ticked_before = keys
        self._show_freeing()

    def hand_over(self) -> None:
        """Another window takes over: what is looked at is looked at for that one."""
        self._is_handed_over = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not self._is_handed_over:
            self._commands.disk_stop_requested.emit(self.server_id)

    @Slot()
    def _ask(self) -> None:
        self._commands.disk_report_requested.emit(self._target)

    # What is shown.

    @property
    def _server(self) -> Server:
        return self._state.server_of(self.server_id)

    @Slot()
    def _show_server(self) -> None:
        self.setWindowTitle(window_title(self._server.label, self._server.address))

    @Slot(str)
    def _on_report_changed(self, server_id: str) -> None:
        if server_id == self.server_id:
            self._show_report()
            self._show_freeing()  # ages are told there, too

    @Slot(str)
    def _on_freeing_changed(self, server_id: str) -> None:
        if server_id == self.server_id:
            self._show_freeing()

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        if status.server_id == self.server_id:
            self._show_freeing()

    def _show_report(self) -> None:
        report = self._state.disk.report(self.server_id)
        if report is None:
            self.head.show_counting(is_slow=False)
            self._show_pages()
            return
        if not report.folder:
            self.head.show_elsewhere(self._server.label, self._server.address)
        else:
            self.head.show_report(report, self._model_bytes(report))
        found = report.contents
        if found is not None:
            items = items_by_layer(self._state, self.server_id)
            unfinished = unfinished_by_model(found, items, self._state, self.server_id)
            self.takers.show_contents(found, unfinished)
            self.others.show_report(report, self._clock())
        self._is_elsewhere = found is None
        self._show_pages()

    def _model_bytes(self, report: DiskReport) -> int:
        """What the models take, where what lies there is not readable."""
        snapshot = self._state.snapshot(self.server_id)
        if report.contents is not None or snapshot is None:
            return 0
        models, index = snapshot.models, self._state.layer_index
        if self._used is None or self._used[0] is not models or self._used[1] is not index:
            self._used = (models, index, disk_use(models, index).stored_bytes)
        return self._used[2]

    def _show_pages(self) -> None:
        for index in (1, 2):
            self.tabs.setTabVisible(index, not self._is_elsewhere)
        self._show_footer()

    def _show_freeing(self) -> None:
        found = self._state.disk.freeing(self.server_id)
        if found is None:
            if self.free.facts is None:
                self.free.show_counting(is_slow=not self._slow.isActive() and self.isVisible())
            self._show_footer()
            return
        ticks, known = self.free.ticks, self.free.facts
        if known is None or known.freeing is not found or self._ticked_before:
            ticks = Ticks(found.offers, (*ticks.keys, *self._ticked_before))
            self._ticked_before = ()
        facts = OfferFacts(
            found,
            ticks,
            self._clock(),
            kept_until(self._state, self.server_id),
            self._why_disabled,
        )
        self.free.show_facts(facts, self._target_name)
        self._show_footer()
        if self._is_focus_due and self._is_target_known(found):
            self._is_focus_due = False
            if self.tabs.currentWidget() is self.free:
                self.free.focus_first()

    def _is_target_known(self, found: Freeing) -> bool:
        return bool(found.target_bytes) or not (self._target.item_id or self._target.missing_bytes)

    @property
    def _target_name(self) -> str:
        item = self._state.download(self._target.item_id) if self._target.item_id else None
        return item.name if item is not None else self._target.name

    @property
    def _why_disabled(self) -> str:
        """Why nothing can be deleted now; "" = it can."""
        if self._state.is_fresh(self.server_id):
            return ""
        return cannot_reach((server_name(self._server.label, self._server.address),))

    def _show_footer(self) -> None:
        page = self.tabs.currentWidget()
        ticks = self.free.ticks
        self.selected.setVisible(page is self.free)
        self.selected.setText(selected_line(len(ticks.keys), ticks.effect))
        self.delete_button.setVisible(page is self.free)
        self.delete_button.setText(delete_button(len(ticks.keys)))
        reason = self._why_disabled or ("" if ticks.keys else tr("Select a model first"))
        self.delete_button.setEnabled(not reason)
        self.delete_button.setToolTip(tooltip(reason))
        self.delete_button.setAccessibleDescription(reason)
        for link in (self.restart_link, self.folder_link):
            link.setVisible(page is self.others)
        self._turn_footer(self.width())

    @Slot()
    def _on_slow(self) -> None:
        if self._state.disk.report(self.server_id) is None:
            self.head.show_counting(is_slow=True)
        if self.free.facts is None:
            self.free.show_counting(is_slow=True)

    # What a person does.

    @Slot(int)
    def _on_tab_changed(self, index: int) -> None:
        self._settings.set("disk_page", _PAGES[index])
        self._show_footer()

    def _on_ticked(self) -> None:
        self._show_footer()
        self._say.start()

    @Slot()
    def _on_say(self) -> None:
        ticks, facts = self.free.ticks, self.free.facts
        target_bytes = facts.freeing.target_bytes if facts is not None else 0
        if target_bytes:
            announce(self, spoken_target_progress(ticks.freed_bytes, target_bytes))
        else:
            announce(self, self.selected.text())

    def _on_delete_clicked(self) -> None:
        facts = self.free.facts
        if facts is None or not self.free.ticks.keys:
            return
        self._asked = Ticks(facts.freeing.offers, self.free.ticks.keys)
        self._asked_target = facts.freeing.target_bytes
        digests = {offer.key: offer.record.digest for offer in facts.freeing.offers.all}
        refs = tuple(ModelRef(*key, digests[key]) for key in self.free.ticks.keys)
        self.delete_clicked.emit(ModelRefs(refs))

    @Slot(object)
    def _on_state_deleted(self, outcome: DeleteOutcome) -> None:
        """What was deleted of what was ticked here; what was not is told in a box."""
        gone: list[ModelKey] = [ref.key for ref in (*outcome.deleted, *outcome.gone)]
        asked, self._asked = self._asked, None
        if asked is None or not any(asked.is_ticked(key) for key in gone):
            self._asked = asked
            return
        for key in asked.keys:
            if key not in gone:
                asked.set_ticked(key, is_ticked=False)
        item = self._waiting_item
        goes_on = item is not None and asked.freed_bytes >= self._asked_target > 0
        line = goes_on_line(item.name) if item is not None and goes_on else ""
        action = tr("&Show download") if item is not None and goes_on else ""
        self.free.show_done(freed_title(asked.freed_bytes), line, action)
        self._ask()

    @property
    def _waiting_item(self) -> PullItem | None:
        item = self._state.download(self._target.item_id) if self._target.item_id else None
        return item if item is not None and item.state in UNFINISHED else None

    @Slot(str)
    def _on_state_download_removed(self, item_id: str) -> None:
        if item_id == self._target.item_id:
            self._target = DiskTarget(self.server_id)
            self._ask()

    def _on_show_download_clicked(self) -> None:
        self._commands.pull_show_requested.emit(self._target.item_id)

    def _on_taker_opened(self, name: str) -> None:
        record = self._state.record((self.server_id, name))
        if record is not None:
            self._commands.details_dialog_requested.emit(
                ModelRef(self.server_id, name, record.digest)
            )

    def _on_restart_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl(RESTART_PAGE))

    def _on_folder_clicked(self) -> None:
        report = self._state.disk.report(self.server_id)
        if report is not None and report.folder:
            open_folder(report.folder)

    @Slot()
    def _on_finished(self) -> None:
        if not self.isMaximized():
            self._settings.set("disk_size", (self.width(), self.height()))
