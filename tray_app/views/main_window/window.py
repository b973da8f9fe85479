"""MainWindow: the one window: its parts in place, what is known shown, what is asked for told.

The middle is models_pane.py, what it shows for what is known screens.py, the line below
status_bar.py, commands and their keys actions.py and update_actions.py, menus menus.py and
server_menu.py, what is said of updates update_banners.py, of models made of others
derive_reports.py and derive_actions.py.
shown_servers.py follows the servers that are shown, reports.py tells what was done.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QEvent, QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QMainWindow, QMenu, QSplitter, QVBoxLayout, QWidget

from tray_app.core.names import canonical
from tray_app.core.payloads import CreatePaths, DiskTarget, ModelRef, ModelRefs
from tray_app.itemmodels.model_table import ModelTableModel
from tray_app.text import tr, utc_now
from tray_app.views.components.banner import Banner, BannerText
from tray_app.views.components.screen_fit import FillingContent, FittingScroll, ScreenFit
from tray_app.views.components.surfaces import Hairline
from tray_app.views.downloads.panel import DownloadsPanel
from tray_app.views.main_window import menus, several
from tray_app.views.main_window.actions import Actions, Command, ModelActions, ref_of
from tray_app.views.main_window.announcer import Announcer
from tray_app.views.main_window.awaited_model import AwaitedModel
from tray_app.views.main_window.derive_actions import DeriveActions
from tray_app.views.main_window.derive_reports import DeriveReports
from tray_app.views.main_window.filter_bar import FilterBar
from tray_app.views.main_window.keep_reports import KeepReports
from tray_app.views.main_window.list_actions import ListActions
from tray_app.views.main_window.load_actions import LoadActions
from tray_app.views.main_window.models_pane import ModelsPane
from tray_app.views.main_window.pane_actions import PaneActions
from tray_app.views.main_window.panel_facts import PanelFacts
from tray_app.views.main_window.panes import REASON, PaneFocus
from tray_app.views.main_window.release_news import ReleaseNews
from tray_app.views.main_window.rename_reports import RenameReports
from tray_app.views.main_window.reports import Reports
from tray_app.views.main_window.saved_state import SavedState
from tray_app.views.main_window.screens import Facts, Screen
from tray_app.views.main_window.server_menu import ServerMenu
from tray_app.views.main_window.shown_servers import ShownServers
from tray_app.views.main_window.start_pages import countdown
from tray_app.views.main_window.status_bar import StatusBar, StatusLine, age_line
from tray_app.views.main_window.top_bar import TopBar
from tray_app.views.main_window.update_actions import UpdateActions
from tray_app.views.main_window.update_banners import UpdateBanners
from tray_app.views.models.view import ModelView
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent

    from tray_app.commands import Commands
    from tray_app.core.updates.facts import CheckState
    from tray_app.itemmodels.comparison import Comparison
    from tray_app.itemmodels.rows import ModelRow
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

_TICK_MS = 1000
_REFRESH_MS = 100
_AGE_TICKS = 30
_LEAST = QSize(720, 440)
_LEAST_BODY = QSize(660, 400)  # smaller screens scroll
_PAGES = frozenset({Screen.EMPTY, Screen.AWAY})
_WORDED = frozenset({"size_units", "language"})
_ON_FRAMED = (
    *(Command.DETAILS, Command.LOAD, Command.UPDATE, Command.RENAME, Command.DUPLICATE),
    *(Command.DELETE, Command.STAR),
)


class MainWindow(QMainWindow):
    """Shows the servers of the state. What changes together is shown together, once the event loop
    is reached again.

    Signals: `visibility_changed` (whether it can be seen), `activity_changed` (whether it is the
    active window). Thread: GUI.
    """

    visibility_changed = Signal(bool)
    activity_changed = Signal(bool)

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._state = state
        self._commands = commands
        self._clock = clock
        self._clock_s = clock_s
        self._hides_on_close = True
        self._was_visible = False
        self._was_active = False
        self._has_opened_panel = False
        self._ticks = 0
        self.models = ModelTableModel(self, clock)
        self.shown_servers = ShownServers(state, self.models, self, clock_s=clock_s)
        self.screen_fit = ScreenFit(self, lambda: _LEAST)
        self.saved_state = SavedState(settings, self, self.screen_fit)
        self.saved_state.restore_arrangement(self.models)
        self.models.set_old_versions_shown(settings.values.show_old_versions)
        self.view = ModelView(self.models, self.saved_state.column_layout(), self)
        self.actions_ = Actions(self, self.view)
        self.model_actions = ModelActions(self.actions_, commands, self.view)
        self.load_actions = LoadActions(self.actions_, commands, state, self.view)
        self.update_actions = UpdateActions(self.actions_, commands, state, settings, self.view)
        self.derive_actions = DeriveActions(self.actions_, commands, state, self.view)
        self._status_line = StatusLine(self.models)
        self._refresh_timer = QTimer(self, singleShot=True)
        self._since_refresh = QElapsedTimer()
        self._refresh_timer.timeout.connect(self.refresh_now)
        self._tick_timer = QTimer(self, interval=_TICK_MS)
        self._tick_timer.timeout.connect(self._on_tick_timer_timeout)
        self.announcer = Announcer(self)
        self.update_banners = UpdateBanners(
            state, commands, self.models, self.shown_servers, self, clock=clock
        )
        self._awaited = AwaitedModel(state, self.view, self)
        shown, awaited = self.shown_servers, self._awaited
        self.derive_reports = DeriveReports(state, commands, shown, self.view, awaited, self)
        self.reports = Reports(state, self.models, self.shown_servers, self)
        self.rename_reports = RenameReports(state, commands, shown, awaited, self)
        self.keep_reports = KeepReports(state, commands, self.shown_servers, self)
        self.release_news = ReleaseNews(state, commands, self)
        self._build()
        self.list_actions = ListActions(
            *(self.actions_, commands, state, self.shown_servers, self.pane), self
        )
        self.pane_actions = PaneActions(
            *(self.actions_, commands, state, self.top_bar, self.pane, self._show_all),
            {
                **self.update_banners.actions,
                **self.derive_reports.actions,
                **self.rename_reports.actions,
                **self.list_actions.actions,
                **self.keep_reports.actions,
                **self.release_news.actions,
            },
            self,
        )
        self.panes = PaneFocus(
            self,
            (
                (self.top_bar, lambda: self.top_bar.server_button.setFocus(REASON)),
                (self.filter_bar, lambda: self.filter_bar.focus_chips(REASON)),
                (self.pane, self._focus_middle),
                (self.panel, self._focus_panel),
                (self.status_bar, lambda: self.status_bar.refresh.setFocus(REASON)),
            ),
            (
                *self.top_bar.stops,
                *self.filter_bar.stops,
                *(self.pane.banner, self.view, self.pane.page, self.panel),
                *(self.tip, self.status_bar.refresh),
            ),
        )
        self.panel_facts = PanelFacts(
            *(state, self.panel, self.top_bar, self.announcer),
            *(self._open_panel_once, self.show_pull),
            self,
        )
        self._connect_actions()
        self._connect_widgets()
        self._connect_state()
        self.saved_state.restore_geometry()
        self.set_panel_open(settings.values.panel_open)
        self._read_state()
        self.filter_bar.choose(self.models.filter)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.refresh_now()

    # building

    def _build(self) -> None:
        self.setWindowTitle(tr("Ollama Tray (demo)") if self._state.is_demo else tr("Ollama Tray"))
        self.screen_fit.apply_least()
        body = FillingContent(_LEAST_BODY)
        self.top_bar = TopBar(body)
        self.top_bar.set_demo(self._state.is_demo)
        self.filter_bar = FilterBar(self.actions_, body)
        self.pane = ModelsPane(self.view, body)
        self.panel = DownloadsPanel(self._commands, body, clock=self._clock_s)
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
        self.setCentralWidget(FittingScroll(body))
        button = self.top_bar.server_button
        self.server_menu = ServerMenu(self._state, self.actions_, self._commands, button)
        self.more_menu = QMenu(self.top_bar.more_button)
        button.setMenu(self.server_menu)
        self.top_bar.more_button.setMenu(self.more_menu)

    def _connect_actions(self) -> None:
        """What each command of the window does."""
        on, commands, models = self.actions_.on_triggered, self._commands, self.model_actions
        on(Command.PULL, lambda: commands.pull_dialog_requested.emit(""))
        on(Command.CREATE, lambda: commands.create_dialog_requested.emit(CreatePaths(())))
        on(Command.SEARCH, self.top_bar.focus_search)
        on(Command.REFRESH, commands.refresh_requested.emit)
        on(Command.DETAILS, lambda: self._on_framed(models.details))
        on(Command.LOAD, lambda: self._on_framed(models.load_or_unload))
        on(Command.RENAME, lambda: self._on_framed(models.rename))
        on(Command.DUPLICATE, lambda: self._on_framed(models.duplicate))
        on(Command.DELETE, lambda: self._on_framed(models.delete))
        on(Command.COPY, lambda: self._on_framed(models.copy_names))
        on(Command.COPY_RUN, models.copy_run_command)
        on(Command.OPEN_PAGE, models.open_page)
        on(Command.PULL_ELSEWHERE, models.pull_elsewhere)
        on(Command.UPDATE, lambda: self._on_framed(self.update_actions.update))
        on(Command.STAR, lambda: self._on_framed(models.star))
        on(Command.DISK_SPACE, self._open_disk)
        on(Command.UNLOAD_ALL, self._unload_all)
        on(Command.DOWNLOADS, self._toggle_downloads)
        on(Command.HISTORY, commands.history_dialog_requested.emit)
        on(Command.FILTER_ALL, lambda: self.choose_filter("all"))
        on(Command.FILTER_LOADED, lambda: self.choose_filter("loaded"))
        on(Command.FILTER_UPDATES, lambda: self.choose_filter("updates"))
        on(Command.FILTER_CLOUD, lambda: self.choose_filter("cloud"))
        on(Command.FILTER_STARRED, lambda: self.choose_filter("starred"))
        on(Command.SERVERS, self.top_bar.server_button.showMenu)
        on(Command.ADD_SERVER, lambda: commands.server_form_requested.emit(""))
        on(Command.DOCTOR, lambda: commands.doctor_dialog_requested.emit(self._state.shown_id))
        on(Command.MANAGE_SERVERS, lambda: commands.settings_dialog_requested.emit("servers"))
        on(Command.NEXT_PANE, self.panes.next_pane)
        on(Command.PREVIOUS_PANE, self.panes.previous_pane)
        on(Command.MORE, self.top_bar.more_button.showMenu)
        on(Command.SETTINGS, lambda: commands.settings_dialog_requested.emit(""))
        on(Command.HELP, commands.help_dialog_requested.emit)
        on(Command.DIAGNOSTICS, commands.diagnostics_requested.emit)
        on(Command.ABOUT, lambda: commands.settings_dialog_requested.emit("about"))
        on(Command.CLOSE, self.close)
        on(Command.QUIT, commands.quit_requested.emit)

    def _connect_widgets(self) -> None:
        for changed in (
            self.models.update_ended,
            self.models.dataChanged,
            self.models.counts_changed,
            self.models.arrangement_changed,
            self.view.selection_changed,
        ):
            changed.connect(self._refresh_later)
        self.view.details_requested.connect(lambda: self._on_framed(self.model_actions.details))
        self.view.selection_changed.connect(self._update_actions)
        self.view.current_changed.connect(self._update_actions)
        self.view.menu_requested.connect(self._on_view_menu_requested)
        columns = self.view.columns
        columns.changed.connect(lambda: self.saved_state.save_columns(columns))
        columns.sort_changed.connect(lambda: self.saved_state.save_sort(self.models))
        columns.menu_requested.connect(self._on_columns_menu_requested)
        self.more_menu.aboutToShow.connect(self.fill_more_menu)
        self.top_bar.search_changed.connect(self._on_search_changed)
        self.top_bar.search_left.connect(self._focus_middle)
        self.top_bar.pull.clicked.connect(self.actions_[Command.PULL].trigger)
        self.top_bar.downloads_toggled.connect(self.set_panel_open)
        self.filter_bar.filter_chosen.connect(self.choose_filter)
        self.filter_bar.comparison_ended.connect(self._end_comparison)
        self.view.escaped.connect(self._end_comparison)
        self.status_bar.refresh.clicked.connect(self.actions_[Command.REFRESH].trigger)
        for source in (self.pane.banner, self.pane.page):
            source.action_triggered.connect(self.pane_actions.trigger)
        for chosen in (self.pane.page.pull_clicked, self.pane.name_dropped):
            chosen.connect(self._commands.pull_dialog_requested)
        self._commands.create_requested.connect(self.panel_facts.expect)
        self.pane.files_dropped.connect(self._commands.create_dialog_requested)
        self.tip.action_triggered.connect(self._on_tip_action_triggered)
        self.panel.model_clicked.connect(self.select)
        self.panel.hide_button.clicked.connect(self._on_panel_hide_clicked)
        self.panel.left.connect(self._focus_middle)

    def _connect_state(self) -> None:
        state = self._state
        state.server_changed.connect(self._on_state_server_changed)
        self.panel.follow_servers(state)
        for changed in (
            *(state.snapshot_changed, state.status_changed),
            *(state.start_changed, state.secret_changed),
        ):
            changed.connect(self._refresh_later)
        state.layer_index_changed.connect(self._on_state_layer_index_changed)
        state.recommendations_changed.connect(self._refresh_later)
        state.local_ollama_changed.connect(self._refresh_later)
        state.update_check_changed.connect(self._on_state_update_check_changed)
        self.update_banners.changed.connect(self._refresh_later)
        self.update_banners.models_wanted.connect(self.select_all_of)
        self.update_banners.notice_made.connect(self.show_notice)
        self.derive_reports.changed.connect(self._refresh_later)
        self.release_news.changed.connect(self._refresh_later)
        for reports in (
            *(self.reports, self.derive_reports, self.rename_reports),
            *(self.list_actions, self.keep_reports),
        ):
            reports.notice_made.connect(self.show_notice)
        self._awaited.found.connect(self.select)
        self.list_actions.downloads_wanted.connect(lambda: self.set_panel_open(True))
        self._settings.changed.connect(self._on_settings_changed)

    def _read_state(self) -> None:
        """What was so before the window was built."""
        self._on_state_server_changed()
        self._on_state_layer_index_changed()
        self.panel_facts.read()

    # facts

    @property
    def facts(self) -> Facts:
        """What decides about page and banner."""
        facts = self.shown_servers.facts(
            self.top_bar.search.text().strip(), self._clock(), self._clock_s()
        )
        if facts.filter != "updates" or facts.shown:
            return facts
        return replace(facts, updates_line=self.update_banners.page_line())

    @Slot()
    def _on_state_server_changed(self) -> None:
        comparison = self.models.comparison
        self.view.columns.set_several(self.shown_servers.is_several)
        if comparison is not None and not (
            self.shown_servers.is_several
            and (not comparison.server_id or self.shown_servers.is_listed(comparison.server_id))
        ):
            self.models.set_comparison(None)
        self._refresh_later()

    @Slot()
    def _on_state_layer_index_changed(self) -> None:
        self.models.set_layer_index(self._state.layer_index)
        self._status_line.set_layer_index(self._state.layer_index)
        self._refresh_later()

    @Slot(object)
    def _on_state_update_check_changed(self, check: CheckState) -> None:
        state = self._state
        self.announcer.announce_check(check, state.update_count, state.update_bytes)

    # showing

    @Slot()
    def _refresh_later(self) -> None:
        """At once after a while of rest; while much happens, a few times a second."""
        if not self._refresh_timer.isActive():
            since = self._since_refresh
            rest_ms = _REFRESH_MS - since.elapsed() if since.isValid() else 0
            self._refresh_timer.start(max(0, rest_ms))

    @Slot()
    def refresh_now(self) -> None:
        """Show what is known now; usually called once after a batch of changes."""
        self._refresh_timer.stop()
        self._since_refresh.start()
        facts = self.facts
        selected = self._update_actions()
        self._show_servers(facts)
        suggestions = self._state.recommendations(self.shown_servers.first.id)
        self.pane.show_facts(facts, suggestions.rows if suggestions else ())
        screen = self.pane.shown_screen
        self.top_bar.set_primary(screen not in _PAGES)
        self.filter_bar.setVisible(screen not in _PAGES)
        counts = self.models.counts if facts.has_answer else None
        self.filter_bar.set_counts(
            counts,
            is_running_known=self.models.is_running_known(),
            has_news=self.update_banners.has_news,
        )
        self.view.columns.set_updates(facts.filter == "updates")
        self.pane.set_standing(
            self.derive_reports.banner()
            or self.update_banners.banner()
            or self.release_news.banner()
        )
        self.filter_bar.set_comparison(*self._comparison_words(facts))
        line, tip = self._status_line.words(facts, selected)
        self.status_bar.set_line(line, tip)
        self.announcer.announce_facts(facts)
        self._show_ages()

    def _show_servers(self, facts: Facts) -> None:
        servers = facts.servers
        self.pane.set_drop_server("" if servers else facts.server)
        if servers:
            worst = several.worst_state(servers)
            self.top_bar.set_all_servers(several.online(servers), len(servers), worst)
        else:
            self.top_bar.set_server(facts.server, facts.status, facts.start)

    def _comparison_words(self, facts: Facts) -> tuple[str, int]:
        """What the chip of the comparison says, "" = there is none."""
        if facts.comparison is None:
            return "", 0
        labels = {server.id: server.label for server in facts.servers}
        return menus.comparison_words(facts.comparison, labels), self.models.compared_count()

    @Slot()
    def _update_actions(self) -> list[ModelRow]:
        """What can be done now, and why not. A key on the framed row acts although nothing is
        selected, and a disabled action would swallow it."""
        selected = [self.models.row_at(number) for number in self.view.selected_numbers()]
        self.model_actions.update_state(selected, has_others=len(self._state.servers) > 1)
        self.load_actions.update_state(selected)
        self.update_actions.update_state(selected)
        self.derive_actions.update_state(selected)
        nothing = "" if self.models.loaded_rows() else tr("No model is loaded")
        self.actions_[Command.UNLOAD_ALL].set_reason(nothing)
        no_server = "" if self._disk_server_id() else tr("Choose one server first")
        self.actions_[Command.DISK_SPACE].set_reason(no_server)
        if not self.model_actions.rows and self.view.has_framed_row:
            for command in _ON_FRAMED:
                self.actions_[command].setEnabled(True)
        return selected

    def _disk_server_id(self) -> str:
        """Whose disk is meant: that of the server that is shown, of several that of the models that
        are selected; "" = nobody can tell."""
        shown = self._state.shown_servers
        ids = {row.record.server_id for row in self.model_actions.rows}
        if len(shown) == 1:
            return shown[0].id
        return ids.pop() if len(ids) == 1 else ""

    def _open_disk(self) -> None:
        if server_id := self._disk_server_id():
            self._commands.disk_dialog_requested.emit(DiskTarget(server_id))

    def _show_ages(self) -> None:
        status, taken_at = self.shown_servers.age()
        self.status_bar.set_age(age_line(status, taken_at, self._clock()))
        left = countdown(status, self.shown_servers.start, self._clock_s())
        self.pane.set_countdown(left if self.pane.shown_screen is Screen.AWAY else "")

    @Slot()
    def _on_tick_timer_timeout(self) -> None:
        """Once a second while it can be seen."""
        self._ticks += 1
        self._show_ages()
        if self._ticks % _AGE_TICKS == 0:
            self.models.refresh_ages()

    @Slot(str)
    def _on_settings_changed(self, name: str) -> None:
        if name == "show_old_versions":
            self.models.set_old_versions_shown(self._settings.values.show_old_versions)
        if name in _WORDED:
            self.models.refresh_words()
            self.view.columns.arrange()
            self._refresh_later()

    def show_notice(self, notice: BannerText) -> None:
        """Ten seconds of a banner, or until it is answered where it `stays`. An action "pull:NAME"
        opens the pull dialog for that name."""
        self.pane.set_notice(notice)

    @Slot(object)
    def select(self, ref: ModelRef) -> bool:
        """Select a model, lifting search and filter when they hide it."""
        if self._state.record(ref.key) is None:
            # A download may spell it otherwise than the server's list.
            listed = self._state.installed(ref.server_id).by_key.get(canonical(ref.name))
            ref = ref if listed is None else ModelRef(ref.server_id, listed.name, listed.digest)
        if not self.models.find(ref.key).isValid():
            self.top_bar.search.clear()
            self.choose_comparison(None)
            self.choose_filter("all")
        return self.view.select(ref)

    @Slot(object)
    def select_all_of(self, refs: ModelRefs) -> None:
        """Show and select several."""
        self.top_bar.search.clear()
        self._show_all()
        self.view.select_refs(refs.refs)

    def choose_comparison(self, comparison: Comparison | None) -> None:
        """Show the models that are not the same on all servers; None = all again."""
        if comparison is not None:
            self.choose_filter("all")
        self.models.set_comparison(comparison)

    def _end_comparison(self) -> None:
        self.choose_comparison(None)

    @Slot(str)
    def choose_filter(self, key: str) -> None:
        """Show what a chip stands for."""
        chip = self.filter_bar.chip(key)
        if (chip.isEnabled() and not chip.isHidden()) or key == "all":
            self.filter_bar.choose(key)
            self.models.set_filter(key)
            self.saved_state.save_filter(key)

    # downloads

    def set_panel_open(self, is_open: bool) -> None:
        """Show or hide the downloads."""
        self.top_bar.set_downloads_open(is_open)
        if is_open == self.panel.isHidden():
            self.panel.setVisible(is_open)
            self._has_opened_panel = self._has_opened_panel or is_open
            if is_open:
                height = self.saved_state.panel_height()
                whole = max(self.splitter.height(), 2 * height)
                self.splitter.setSizes([whole - height, height])
            self.saved_state.save_panel(is_open)

    def show_pull(self, item_id: str) -> None:
        """Open the panel at a download."""
        self.set_panel_open(True)
        self.panel.reveal(item_id)

    def _open_panel_once(self) -> None:
        """By itself only for the first download of a session; later ones just count."""
        if not self._has_opened_panel:
            self.set_panel_open(True)

    def _toggle_downloads(self) -> None:
        self.set_panel_open(self.panel.isHidden())
        if self.panel.isHidden() or not self.panel.focus_first():
            self._focus_middle()

    def _on_panel_hide_clicked(self) -> None:
        self.set_panel_open(False)
        self._focus_middle()

    # commands that the window fulfills itself

    def _on_framed(self, act: Callable[[], object]) -> None:
        """`act` on what is selected, or on the framed row of the table where nothing is."""
        if self.view.has_framed_row:
            self.view.select_current()
        self.refresh_now()  # the selection may be as new as the wish
        act()

    def _unload_all(self) -> None:
        for row in self.models.loaded_rows():
            self._commands.unload_requested.emit(ref_of(row))

    def _focus_middle(self) -> None:
        self.pane.focus_middle(REASON)

    def _focus_panel(self) -> None:
        if not self.panel.focus_first():
            self.panel.setFocus(REASON)
            self.panel.focusNextChild()

    def row_menu(self) -> QMenu:
        """The menu of the selected models."""
        return menus.row_menu(self.actions_, self.view, self.load_actions.menu)

    @Slot()
    def fill_more_menu(self) -> None:
        self.update_actions.update_all_state()
        self.list_actions.update_state()
        servers, current = self.facts.servers, self.models.comparison
        comparing = menus.Comparing(servers, current, self.choose_comparison) if servers else None
        columns, sort = self.view.columns, self.models.sort_column
        menus.fill_more(self.more_menu, self.actions_, columns, sort, comparing)
        self.release_news.add_entry(self.more_menu)

    @Slot(object)
    def _on_view_menu_requested(self, pos: QPoint) -> None:
        self.refresh_now()
        if self.model_actions.rows:
            self.row_menu().popup(pos)

    def _on_columns_menu_requested(self, pos: QPoint) -> None:
        menu = menus.TickMenu(self.view)
        menu.aboutToHide.connect(menu.deleteLater)
        menus.fill_columns(menu, self.view.columns)
        menu.popup(pos)

    @Slot(str)
    def _on_search_changed(self, words: str) -> None:
        self.models.set_search(words)
        self.announcer.announce_search(words)

    def _show_all(self) -> None:
        self.choose_comparison(None)
        self.choose_filter("all")
        self._focus_middle()

    # coming and going

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

    def _show_tip(self) -> None:
        """Once, when closing does not end the program."""
        if not self._hides_on_close or self._settings.values.tip_tray_seen:
            self.tip.set_text(None)
            return
        words = tr(
            "Closing this window keeps Ollama Tray in the tray, and downloads go on. "
            "To stop it, choose Quit in the tray menu."
        )
        self.tip.set_text(BannerText(words, Tone.INFO, (("got_it", tr("Got it")),)))

    def _on_tip_action_triggered(self) -> None:
        self._settings.set("tip_tray_seen", True)
        self._show_tip()

    def closeEvent(self, event: QCloseEvent) -> None:
        # A session that ends closes every window; then there is nothing to ask.
        event.ignore()
        if self._hides_on_close:
            self.hide()
        else:
            self._commands.quit_requested.emit()

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
            if not self._state.project.is_told:
                self._refresh_later()
            self.models.refresh_ages()
            self._show_ages()
        else:
            self._tick_timer.stop()
        self.visibility_changed.emit(is_visible)
