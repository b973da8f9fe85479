"""Tray: the icon at the panel with its tooltip and menu, on every desktop that has one.

It reads the state and emits commands; what its icon looks like is in `look`, what the menu says in
`entries`. No tray at all is a state like any other: `available_changed(False)`.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from tray_app import APP_NAME
from tray_app.desktop.tray.host_watcher import HostWatcher
from tray_app.desktop.tray.icon import tray_icon
from tray_app.desktop.tray.look import TrayLook, TrayState, icon_style, ring_step, tray_state
from tray_app.desktop.tray.menu import TrayMenu
from tray_app.desktop.tray.panel_theme import PanelTheme
from tray_app.resources import app_icon

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tray_app.commands import Commands
    from tray_app.core.pulls.states import PullSummary
    from tray_app.core.records import ServerStatus
    from tray_app.desktop.tray.entries import TrayRequest
    from tray_app.desktop.tray.facts import TrayFacts
    from tray_app.state.app_state import AppState

_PACE_S = 1.0
_MESSAGE_MS = 10_000
# The tray host asks for the picture first; the words are loaded when it has had its answer, and
# behind a window that is to come at once. Who opens the menu before has them at once.
_WORDS_AFTER_MS = 20
_WORDS_BEHIND_WINDOW_MS = 1000
_CLICKS = (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick)


class Tray(QObject):
    """Signals: `available_changed` whether there is a tray to appear in; `message_clicked` a click
    on the last message (never to be relied upon); `quit_requested` only until `attach`.
    Thread: the GUI thread. Loads little: the icon is to be there before the rest of the program,
    which is attached when it has been loaded.
    """

    # There are no commands yet when the icon is out, but a person may want to quit already.
    quit_requested = Signal()
    available_changed = Signal(bool)
    message_clicked = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._wall_clock = wall_clock
        self._state: AppState | None = None
        self._commands: Commands | None = None
        self._needs_attention = False
        self._choice = "automatic"
        self._icon: QSystemTrayIcon | None = None
        self._menu: TrayMenu | None = None
        self._look: TrayLook | None = None
        self._tooltip = ""
        self._facts: TrayFacts | None = None
        self._painted_s = -_PACE_S
        self._toggled_s = -_PACE_S
        self._has_words = False
        self._later = self._timer("tray repaint", self._paint)
        self._words_timer = self._timer("tray words", self.retranslate)
        self._watcher = HostWatcher(self)
        self._watcher.host_appeared.connect(self._make_icon)
        # Passed on: that somebody else watches the panel is nobody's business.
        self._watcher.available_changed.connect(self.available_changed)
        self._panel_theme = PanelTheme(self)
        self._panel_theme.changed.connect(self._paint)

    def _timer(self, name: str, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setObjectName(name)
        timer.timeout.connect(slot)
        return timer

    @property
    def is_available(self) -> bool:
        """Whether this desktop shows tray icons at this moment."""
        return self._watcher.is_available

    def start(self, grace_s: float = 0.0, *, is_window_next: bool = False) -> None:
        """Appear. "No tray" is told at once, or after `grace_s` (a session may still start)."""
        self._panel_theme.start()
        self._make_icon()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_hints_color_scheme_changed)
        self._watcher.start(grace_s)
        self._words_timer.start(_WORDS_BEHIND_WINDOW_MS if is_window_next else _WORDS_AFTER_MS)

    def attach(self, state: AppState, commands: Commands) -> None:
        """The rest of the program is there: show how it stands, and pass on what is asked for."""
        self._state, self._commands = state, commands
        for changed in (
            state.server_changed,
            state.start_changed,
            state.local_ollama_changed,
            state.status_changed,
            state.snapshot_changed,
            state.download_changed,
            state.download_removed,
            state.downloads_order_changed,
            state.pull_summary_changed,
            state.updates_changed,
            state.update_check_changed,
            state.creates.changed,
            state.creates.removed,
            state.keeping.kept_changed,
            state.keeping.loading_changed,
            state.remarks.changed,
            state.remarks.loaded,
        ):
            changed.connect(self._on_facts_changed)
        self._on_facts_changed()

    def disable_menu(self) -> None:
        """First step of quitting: nothing can be asked for any more."""
        if self._menu is not None:
            self._menu.disable()

    def stop(self) -> None:
        """Disappear for good."""
        self._later.stop()
        self._words_timer.stop()
        self._watcher.stop()
        self._panel_theme.stop()
        self._drop_icon()

    def show_message(self, title: str, body: str) -> bool:
        """A message at the icon, as Qt can; False when there is no icon for it to appear at."""
        if self._icon is None or not self._watcher.was_available:
            return False
        # With a QIcon: Information would turn our icon into a light bulb for as long.
        self._icon.showMessage(title, body, app_icon(), _MESSAGE_MS)
        return True

    def set_attention(self, needs_attention: bool) -> None:
        """True from a failed download until the window is looked at."""
        self._needs_attention = needs_attention
        self._on_facts_changed()

    def set_icon_choice(self, choice: str) -> None:
        """The setting `tray_icon`: automatic, light, dark or color."""
        self._choice = choice
        self._paint()

    def set_theme_choice(self, choice: str) -> None:
        """The setting `theme`: system, light or dark. The panel keeps the system's."""
        self._panel_theme.set_own_theme(choice != "system")

    def retranslate(self) -> None:
        """The language or the units changed."""
        self._has_words = True
        if self._menu is not None:
            self._menu.forget_entries()
        self._paint()

    @Slot()
    def _on_facts_changed(self) -> None:
        if self._look is None or self._look.state is not self._tray_state():
            self._paint()
        elif not self._later.isActive():
            due_s = self._painted_s + _PACE_S - self._clock()
            self._later.start(max(0, round(due_s * 1000)))

    def _summary(self) -> PullSummary | None:
        if self._state is None:
            return None
        return self._state.creates.counted(self._state.pull_summary)

    def _tray_state(self) -> TrayState:
        statuses: list[ServerStatus | None] = []
        default, updates = None, 0
        if self._state is not None:
            updates = self._state.update_count
            statuses = [self._state.status(server.id) for server in self._state.servers]
            default = self._state.status(self._state.default_server_id)
        return tray_state(statuses, default, self._summary(), self._needs_attention, updates)

    @Slot()
    def _make_icon(self) -> None:
        """Make the icon, anew when a host came: Qt never moves an old one to it."""
        self._drop_icon()
        is_remote = sys.platform == "linux" and self._watcher.is_available
        self._menu = TrayMenu(is_remote, self)
        self._menu.about_to_show.connect(self._on_menu_about_to_show)
        self._menu.closed.connect(self._refresh_words)
        self._menu.chosen.connect(self._on_menu_chosen)
        self._icon = QSystemTrayIcon(self)
        self._icon.setToolTip(APP_NAME)
        self._icon.setContextMenu(self._menu.menu)
        self._icon.activated.connect(self._on_icon_activated)
        self._icon.messageClicked.connect(self.message_clicked)
        self._paint()
        self._icon.show()

    def _drop_icon(self) -> None:
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._icon = None
        if self._menu is not None:
            self._menu.close()
            self._menu.deleteLater()
            self._menu = None
        self._look = None
        self._tooltip = ""

    @Slot()
    def _paint(self) -> None:
        self._later.stop()
        self._painted_s = self._clock()
        if self._icon is None:
            return
        look = self._wanted_look()
        if look != self._look:
            self._look = look
            self._icon.setIcon(tray_icon(look))
        self._refresh_words()

    @Slot()
    def _refresh_words(self) -> None:
        if not self._has_words or self._menu is None or self._icon is None:
            return
        from tray_app.desktop.tray import entries
        from tray_app.desktop.tray.facts import facts_of

        facts = self._facts = facts_of(
            self._state,
            needs_attention=self._needs_attention,
            before=self._facts,
        )
        tooltip = entries.build_tooltip(facts)
        if tooltip != self._tooltip:
            self._tooltip = tooltip
            self._icon.setToolTip(tooltip)
        now = self._wall_clock() if self._wall_clock else None
        self._menu.set_entries(entries.build_menu(facts, now, self._clock()))

    def _wanted_look(self) -> TrayLook:
        state = self._tray_state()
        style = icon_style(
            self._choice,
            is_dark_scheme=self._panel_theme.is_system_dark,
            panel=self._panel_theme.is_dark,
            desktops=os.environ.get("XDG_CURRENT_DESKTOP", "").split(":"),
        )
        step = ring_step(self._summary()) if state is TrayState.BUSY else None
        return TrayLook(state, style, step)

    @Slot()
    def _on_menu_about_to_show(self) -> None:
        self._has_words = True
        self._refresh_words()
        if self._commands is not None:
            self._commands.refresh_requested.emit()

    @Slot(object)
    def _on_menu_chosen(self, request: TrayRequest) -> None:
        commands = self._commands
        if commands is None:
            if request.verb == "quit":
                self.quit_requested.emit()
            return
        # By their words: the verbs themselves are loaded with the wording.
        if request.verb == "show_server":
            commands.server_show_requested.emit(request.payloads[0])
            commands.show_requested.emit()
            return
        signal = {
            "open": commands.show_requested,
            "pull": commands.pull_dialog_requested,
            "settings": commands.settings_dialog_requested,
            "quit": commands.quit_requested,
            "refresh": commands.refresh_requested,
            "pause_all": commands.pulls_pause_all_requested,
            "resume_all": commands.pulls_resume_all_requested,
            "wake": commands.wake_requested,
            "start": commands.start_requested,
            "update": commands.update_one_requested,
            "update_all": commands.updates_dialog_requested,
            "show_updates": commands.updates_show_requested,
            "check": commands.update_check_requested,
            "load": commands.load_requested,
            "load_stop": commands.load_stop_requested,
            "keep": commands.keep_requested,
            "keep_stop": commands.keep_stop_requested,
            "keep_load": commands.keep_load_requested,
            "show_model": commands.details_dialog_requested,
            "unload": commands.unload_requested,
            "pause": commands.pull_pause_requested,
            "resume": commands.pull_resume_requested,
            "cancel": commands.pull_cancel_requested,
            "show_pull": commands.pull_show_requested,
            "free_up": commands.disk_dialog_requested,
            "cancel_create": commands.create_cancel_requested,
            "keep_create": commands.create_keep_requested,
            "delete_create": commands.create_delete_when_ready_requested,
        }[request.verb]
        if not request.payloads:
            signal.emit()
        for payload in request.payloads:
            signal.emit(payload)

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_icon_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if sys.platform == "darwin":
            return  # any click opens the menu there
        if self._state is None or self._commands is None:
            return
        if reason is QSystemTrayIcon.ActivationReason.MiddleClick:
            summary = self._state.pull_summary
            if summary.active or summary.waiting:
                self._commands.pulls_pause_all_requested.emit()
            elif summary.paused:
                self._commands.pulls_resume_all_requested.emit()
        elif reason in _CLICKS:
            # A double click comes as two or three of these; it is one request.
            now_s = self._clock()
            if now_s - self._toggled_s >= QApplication.doubleClickInterval() / 1000:
                self._toggled_s = now_s
                self._commands.toggle_requested.emit()

    def _on_hints_color_scheme_changed(self) -> None:
        self._panel_theme.ask()
        self._paint()
