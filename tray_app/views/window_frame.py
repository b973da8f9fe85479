"""WindowFrame: the main window as a window: its parts in place, its panel, its coming and going.

What it shows is main_window.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from tray_app.itemmodels.model_table import ModelTableModel
from tray_app.settings import Settings
from tray_app.text import diagnostics_copied, tr
from tray_app.views.components.announce import announce
from tray_app.views.components.banner import Banner, BannerText
from tray_app.views.components.surfaces import Hairline
from tray_app.views.downloads.panel import DownloadsPanel
from tray_app.views.main_window.actions import ModelActions
from tray_app.views.main_window.filter_bar import FilterBar
from tray_app.views.main_window.models_pane import ModelsPane
from tray_app.views.main_window.saved_state import SavedState
from tray_app.views.main_window.status_bar import StatusBar
from tray_app.views.main_window.top_bar import TopBar
from tray_app.views.models.view import ModelView
from tray_app.views.theme import Tone

_TICK_MS = 1000
_MIN_SIZE = (720, 440)


class WindowFrame(QMainWindow):
    """Signals: the wishes of a person (see the names); `visibility_changed` (whether it can be
    seen), `activity_changed` (whether it is the active window), `ticked` once a second while it
    can be seen. Thread: GUI.
    """

    refresh_requested = Signal()
    details_requested = Signal(object)  # ModelRef
    pull_dialog_requested = Signal(str)
    delete_requested = Signal(object)  # ModelRefs
    load_requested = Signal(object)  # LoadRequest
    unload_requested = Signal(object)  # ModelRef
    update_requested = Signal(object)  # ModelRefs
    duplicate_requested = Signal(object)  # ModelRef
    settings_requested = Signal(str)
    server_start_requested = Signal()
    diagnostics_requested = Signal()
    quit_requested = Signal()
    visibility_changed = Signal(bool)
    activity_changed = Signal(bool)
    ticked = Signal()
    pull_pause_requested = Signal(str)
    pull_resume_requested = Signal(str)
    pull_start_requested = Signal(str)
    pull_cancel_requested = Signal(str)
    pull_retry_requested = Signal(str)
    pull_remove_requested = Signal(str)
    pull_move_requested = Signal(object)  # PullMove
    pulls_pause_all_requested = Signal()
    pulls_resume_all_requested = Signal()
    pulls_clear_requested = Signal()
    history_requested = Signal()

    def __init__(
        self,
        settings: Settings,
        models: ModelTableModel,
        clock: Callable[[], datetime],
        clock_s: Callable[[], float],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings
        self.models = models
        self.clock = clock
        self.clock_s = clock_s
        self._hides_on_close = True
        self._was_visible = False
        self._was_active = False
        self.has_opened_panel = False
        self.saved_state = SavedState(settings, self)
        self.saved_state.restore_arrangement(models)
        self.model_actions = ModelActions(self)
        self.view = ModelView(models, self.saved_state.column_layout(), self)
        self._build(clock_s)
        self._tick_timer = QTimer(self, interval=_TICK_MS)
        self._tick_timer.timeout.connect(self.ticked)
        self.tip.action_triggered.connect(self._on_tip_action_triggered)
        self.saved_state.restore_geometry()
        self.set_panel_open(settings.values.panel_open)

    def _build(self, clock_s: Callable[[], float]) -> None:
        self.setWindowTitle(tr("Ollama Tray"))
        self.setMinimumSize(*_MIN_SIZE)
        body = QWidget(self)
        self.top_bar = TopBar(body)
        self.filter_bar = FilterBar(self.model_actions, body)
        self.pane = ModelsPane(self.view, body)
        self.panel = DownloadsPanel(body, clock=clock_s)
        self.panel.hide()
        self.tip = Banner(body)
        self.status_bar = StatusBar(body)
        self.splitter = QSplitter(Qt.Orientation.Vertical, body)
        self.splitter.addWidget(self.pane)
        self.splitter.addWidget(self.panel)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        widgets = (self.top_bar, self.filter_bar, Hairline(body))
        for widget in widgets:
            column.addWidget(widget)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.tip)
        column.addWidget(self.status_bar)
        self.setCentralWidget(body)

    def set_panel_open(self, is_open: bool) -> None:
        """Show or hide the downloads."""
        self.top_bar.set_downloads_open(is_open)
        if is_open == self.panel.isHidden():
            self.panel.setVisible(is_open)
            self.has_opened_panel = self.has_opened_panel or is_open
            if is_open:
                height = self.saved_state.panel_height()
                whole = max(self.splitter.height(), 2 * height)
                self.splitter.setSizes([whole - height, height])
            self.saved_state.save_panel(is_open)

    def set_hides_on_close(self, hides: bool) -> None:
        """Whether closing leaves the program in the tray; else closing asks to quit."""
        self._hides_on_close = hides
        self._show_tip()

    def come_to_front(self, token: str = "") -> None:
        """Show the window, whatever it was. `token` comes from the program that a person used to
        ask for it; on Wayland a window may not come to the front without."""
        if token:
            os.environ["XDG_ACTIVATION_TOKEN"] = token  # Qt takes it from here
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_notice(self, notice: BannerText) -> None:
        """Ten seconds of a banner. An action "pull:NAME" opens the pull dialog for that name."""
        self.pane.set_notice(notice)

    def show_diagnostics_copied(self) -> None:
        """The report that was asked for is on the clipboard."""
        self.show_notice(BannerText(diagnostics_copied(), Tone.INFO))
        announce(self, diagnostics_copied())

    def _show_tip(self) -> None:
        """Once, when closing does not end the program."""
        if not self._hides_on_close or self.settings.values.tip_tray_seen:
            self.tip.set_text(None)
            return
        words = tr(
            "Closing this window keeps Ollama Tray in the tray, and downloads go on. "
            "To stop it, choose Quit in the tray menu."
        )
        self.tip.set_text(BannerText(words, Tone.INFO, (("got_it", tr("Got it")),)))

    def _on_tip_action_triggered(self) -> None:
        self.settings.set("tip_tray_seen", True)
        self._show_tip()

    def closeEvent(self, event: QCloseEvent) -> None:
        # A session that ends closes every window; then there is nothing to ask.
        event.ignore()
        if self._hides_on_close:
            self.hide()
        else:
            self.quit_requested.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tell_visibility()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self.saved_state.save_geometry(self.splitter)
        self._tell_visibility()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self._tell_activity()
        elif event.type() == QEvent.Type.WindowStateChange:
            self._tell_visibility()

    @property
    def is_active(self) -> bool:
        """Whether a person looks at it. On Wayland one that was hidden while it had the keyboard
        goes on counting as active."""
        return self.isVisible() and self.isActiveWindow()

    def _tell_activity(self) -> None:
        if self.is_active != self._was_active:
            self._was_active = self.is_active
            self.activity_changed.emit(self._was_active)

    def _tell_visibility(self) -> None:
        self._tell_activity()
        is_visible = self.isVisible() and not self.isMinimized()
        if is_visible == self._was_visible:
            return
        self._was_visible = is_visible
        if is_visible:
            self._tick_timer.start()
        else:
            self._tick_timer.stop()
        self.visibility_changed.emit(is_visible)
