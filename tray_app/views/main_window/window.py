"""MainWindow: what is known, shown; what is wished, told.

The window itself is window_frame.py, the middle models_pane.py and screens.py, the line below
window_status.py, wishes and menus window_wishes.py, keys window_keys.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from tray_app.core.payloads import BusyModel, DeleteOutcome, ModelRef, Recommendations
from tray_app.core.pulls.states import PullItem, PullSummary
from tray_app.core.records import Recommendation, ServerStatus, Snapshot
from tray_app.core.sharing import LayerIndex, freed
from tray_app.itemmodels.model_table import ModelTableModel
from tray_app.itemmodels.pull_table import PullTableModel
from tray_app.settings import Settings
from tray_app.text import delete_result, server_name, tr, trying_again_line
from tray_app.views.components.banner import BannerText
from tray_app.views.main_window import screens
from tray_app.views.main_window.announcer import Announcer
from tray_app.views.main_window.panes import PaneFocus
from tray_app.views.main_window.screens import Facts, Screen
from tray_app.views.main_window.status_bar import StatusLine, age_line
from tray_app.views.theme import Tone
from tray_app.views.window_frame import WindowFrame
from tray_app.views.window_wishes import WindowWishes

_AGE_TICKS = 30
_PAGES = frozenset({Screen.EMPTY, Screen.AWAY})
_WORDED = frozenset({"size_units", "language"})


def _utc_now() -> datetime:
    return datetime.now(UTC)


class MainWindow(WindowFrame):
    """The one window; shows the default server of the settings. Its signals are WindowFrame's.

    Facts come in by methods and are shown together, once the event loop is reached again.
    """

    def __init__(
        self,
        settings: Settings,
        models: ModelTableModel,
        pulls: PullTableModel,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], datetime] = _utc_now,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(settings, models, clock, clock_s, parent)
        self.pulls = pulls
        self._status: ServerStatus | None = None
        self._snapshot: Snapshot | None = None
        self._suggestions: tuple[Recommendation, ...] = ()
        self._label, self._address = "", ""
        self._can_start: bool | None = None
        self._server_id = settings.server().id
        self._known_pulls: set[str] = set()
        self._ticks = 0
        self.status_line = StatusLine(models)
        self._refresh_timer = QTimer(self, singleShot=True, interval=0)
        self._refresh_timer.timeout.connect(self.refresh_now)
        self.announcer = Announcer(self)
        self.wishes = WindowWishes(self)
        self.keys = PaneFocus(self)
        self._connect()
        entry = settings.server()
        self.set_server_label(entry.label, entry.address)
        for item in pulls.items:
            self._on_pull_set(item)
        self.panel.set_order(pulls.ids)
        self.filter_bar.choose(models.filter)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.refresh_now()

    def _connect(self) -> None:
        for changed in (
            self.models.update_ended,
            self.models.dataChanged,
            self.models.counts_changed,
            self.models.arrangement_changed,
            self.view.selection_changed,
        ):
            changed.connect(self._refresh_later)
        self.pulls.item_set.connect(self._on_pull_set)
        self.pulls.item_removed.connect(self._on_pull_removed)
        self.pulls.order_changed.connect(self._on_pull_order_changed)
        self.settings.changed.connect(self._on_settings_changed)
        self.visibility_changed.connect(self._on_visibility_changed)
        self.ticked.connect(self._on_ticked)

    # facts

    @property
    def server_id(self) -> str:
        """The server that is shown."""
        return self._server_id

    def _is_shown(self, server_id: str) -> bool:
        """Whether facts about this server are to be shown. One that nobody set up (the demo, one
        from the command line) is there in place of the default one."""
        if server_id != self._server_id and not self._is_set_up(server_id):
            self._server_id = server_id
            self.models.set_server_label(server_id, self.server_label)
        return server_id == self._server_id

    def _is_set_up(self, server_id: str) -> bool:
        return any(entry.id == server_id for entry in self.settings.servers())

    @property
    def facts(self) -> Facts:
        """What decides about page and banner."""
        return Facts(
            status=self._status,
            has_answer=self._snapshot is not None,
            count=self.models.counts.all,
            shown=self.models.rowCount(),
            server=self.server_label,
            address=self._address,
            search=self.top_bar.search.text().strip(),
            filter=self.models.filter,
            can_start=self._can_start,
        )

    @property
    def server_label(self) -> str:
        """The server's name on screen."""
        return server_name(self._label, self._address)

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """What the server answered."""
        self.models.set_snapshot(snapshot)
        if self._is_shown(snapshot.server_id):
            self._snapshot = snapshot
            self._refresh_later()

    def set_status(self, status: ServerStatus) -> None:
        """How the server stands."""
        if not self._is_shown(status.server_id):
            return
        self._status = status
        if screens.is_away(self.facts):
            self.models.set_running_unknown(status.server_id)
        self._refresh_later()

    def set_server_label(self, label: str, address: str) -> None:
        """The name and the address of the server that is shown."""
        if address != self._address:
            # Another server: nothing is known of it.
            self._status, self._snapshot = None, None
            self._suggestions = ()
            self._server_id = self.settings.server().id
        self._label, self._address = label, address
        self.models.set_server_label(self.server_id, self.server_label)
        self._refresh_later()

    def set_pull_summary(self, summary: PullSummary) -> None:
        """All downloads in one line."""
        self.top_bar.set_summary(summary)
        self.panel.set_summary(summary)

    def set_layer_index(self, layer_index: LayerIndex) -> None:
        """Which models share layers."""
        self.models.set_layer_index(layer_index)
        self.status_line.set_layer_index(layer_index)
        self._refresh_later()

    def set_busy(self, busy: BusyModel) -> None:
        """Something is being done to a model, or no more."""
        self.models.set_busy(busy)

    def set_recommendations(self, recommendations: Recommendations) -> None:
        """What the server suggests while there is no model."""
        if recommendations.server_id == self._server_id:
            self._suggestions = recommendations.rows
            self._refresh_later()

    def set_can_start(self, can_start: bool) -> None:
        """Whether Ollama is installed here and could be started."""
        self._can_start = can_start
        self._refresh_later()

    def set_demo(self, is_demo: bool) -> None:
        """Mark that the models are made up."""
        self.top_bar.set_demo(is_demo)
        self.setWindowTitle(tr("Ollama Tray (demo)") if is_demo else tr("Ollama Tray"))

    def show_deleted(self, outcome: DeleteOutcome, layer_index: LayerIndex) -> None:
        """Say what is gone and what it freed; the way back is one click. Failures have a message
        box of their own."""
        refs = [ref for ref in outcome.deleted if ref.server_id == self.server_id]
        gone = [record for ref in refs if (record := self.models.record(ref.key))]
        if not gone:
            return
        effect = freed(gone, self.models.records(self.server_id), layer_index)
        words = delete_result(DeleteOutcome(tuple(refs), ()), effect.freed_bytes)
        again = ((f"pull:{refs[0].name}", tr("Pull again")),) if len(refs) == 1 else ()
        self.show_notice(BannerText(words, Tone.INFO, again))

    def select(self, ref: ModelRef) -> bool:
        """Select a model, lifting search and filter when they hide it."""
        if not self.models.find(ref.key).isValid():
            self.top_bar.search.clear()
            self.choose_filter("all")
        return self.view.select(ref)

    def show_pull(self, item_id: str) -> None:
        """Open the panel at a download."""
        self.set_panel_open(True)
        self.panel.reveal(item_id)

    def choose_filter(self, key: str) -> None:
        """Show what a chip stands for."""
        chip = self.filter_bar.chip(key)
        if (chip.isEnabled() and not chip.isHidden()) or key == "all":
            self.filter_bar.choose(key)
            self.models.set_filter(key)
            self.saved_state.save_filter(key)

    # showing

    def _refresh_later(self) -> None:
        if not self._refresh_timer.isActive():
            self._refresh_timer.start()

    def refresh_now(self) -> None:
        """Show what is known now; usually called once after a batch of changes."""
        self._refresh_timer.stop()
        facts = self.facts
        away = screens.is_away(facts)
        selected = [self.models.row_at(number) for number in self.view.selected_numbers()]
        self.model_actions.update_state(selected, facts.server if away else "")
        self.top_bar.set_server(facts.server, self._status)
        self.pane.show_facts(facts, self._suggestions)
        screen = self.pane.shown_screen
        self.top_bar.set_primary(screen not in _PAGES)
        self.filter_bar.setVisible(screen not in _PAGES)
        counts = self.models.counts if facts.has_answer else None
        self.filter_bar.set_counts(counts, is_running_known=self.models.is_running_known())
        line, tip = self.status_line.words(facts, selected)
        self.status_bar.set_line(line, tip)
        self.announcer.announce_facts(facts)
        self._show_ages()

    def _show_ages(self) -> None:
        taken_at = self._snapshot.taken_at if self._snapshot else None
        self.status_bar.set_age(age_line(self._status, taken_at, self.clock()))
        retry_s = self._status.retry_s if self._status else None
        left = "" if retry_s is None else trying_again_line(retry_s - self.clock_s())
        self.pane.set_countdown(left if self.pane.shown_screen is Screen.AWAY else "")

    def _on_ticked(self) -> None:
        self._ticks += 1
        self._show_ages()
        if self._ticks % _AGE_TICKS == 0:
            self.models.refresh_ages()

    def _on_visibility_changed(self, is_visible: bool) -> None:
        if is_visible:
            self.models.refresh_ages()
            self._show_ages()

    def _on_settings_changed(self, name: str) -> None:
        if name in _WORDED:
            self.models.refresh_words()
            self.view.columns.arrange()
            self._refresh_later()

    # downloads

    def _on_pull_set(self, item: PullItem) -> None:
        self.panel.set_item(item)
        self.models.set_pull(item)
        self.announcer.announce_pull(item)
        is_new = item.id not in self._known_pulls
        self._known_pulls.add(item.id)
        # By itself only for the first of a session; later ones just count.
        if is_new and not item.is_ended and not self.has_opened_panel:
            self.set_panel_open(True)

    def _on_pull_removed(self, item_id: str) -> None:
        self._known_pulls.discard(item_id)
        self.panel.remove_item(item_id)

    def _on_pull_order_changed(self) -> None:
        self.panel.set_order(self.pulls.ids)
