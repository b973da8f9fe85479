"""Details of one model: opens with what the table knows, fills when the server has answered."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialogButtonBox, QTabWidget, QWidget

from tray_app.core.keeping.records import KeepNews, KeepNote, KeepRequest
from tray_app.core.names import is_same_name
from tray_app.core.payloads import (
    BusyModel,
    CopyRequest,
    Failure,
    LoadRequest,
    ModelRef,
    ModelRefs,
    NoteRequest,
    Verb,
)
from tray_app.core.sharing import KnownLayers
from tray_app.core.updates.facts import ModelVerdict, Way
from tray_app.core.updates.verdicts import Verdict
from tray_app.core.updates.ways import way_of
from tray_app.text import (
    Message,
    copied_line,
    failure_text,
    last_used_fact,
    last_used_sentence,
    one_line,
    server_name,
    tooltip,
    tr,
    utc_now,
)
from tray_app.text.keeping import keep_note_line, kept_tip
from tray_app.text.updates import update_tooltip
from tray_app.text.version import update_button
from tray_app.views.components.banner import Banner, BannerText
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.safe_paint import could, failure_words
from tray_app.views.details.header import DetailsHeader
from tray_app.views.details.info import ModelInfoTab, ParametersTab
from tray_app.views.details.layers import LayersTab, known_layers
from tray_app.views.details.memory import (
    KEEP,
    LOAD_NOW,
    STOP_KEEPING,
    STOP_LOADING,
    MemoryFacts,
)
from tray_app.views.details.overview import OverviewTab
from tray_app.views.details.page import DetailsPage
from tray_app.views.details.text import TextTab
from tray_app.views.details.version import VersionTab, about, short_line, subject_of
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.records import (
        ModelInfo,
        ModelKey,
        ModelRecord,
        RunningModel,
        Server,
        ServerStatus,
        Snapshot,
    )
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

SPINNER_MS = 300


class DetailsDialog(DialogFrame):
    """One per (server, name), modeless.

    Signals: `delete_clicked`, `duplicate_clicked` with the model: what asks about it is opened on
    this window.
    """

    delete_clicked = Signal(object)  # ModelRef
    duplicate_clicked = Signal(object)  # ModelRef

    def __init__(
        self,
        ref: ModelRef,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("", parent)
        self._settings = settings
        self._state = state
        self._commands = commands
        self._clock = clock
        self._clock_s = clock_s
        self._ref = ref
        self._notice: BannerText | None = None
        self._found = ModelVerdict(("", ""), Verdict())
        self._info: ModelInfo | None = None
        """What the tabs show: older details are better than none."""
        self.setWindowFlag(Qt.WindowType.WindowMinMaxButtonsHint, True)
        self.set_least_size(640, 480)
        size = settings.values.details_size
        self.resize(*(size if len(size) == 2 else (800, 600)))
        self._spinner_timer = QTimer(self)
        self._spinner_timer.setSingleShot(True)
        self._spinner_timer.setInterval(SPINNER_MS)
        self._spinner_timer.timeout.connect(self._on_spinner_timer_timeout)
        self._build()
        self._follow_state()
        self._read_state()
        self.finished.connect(self._save_size)

    @property
    def ref(self) -> ModelRef:
        return self._ref

    def follow_rename(self, ref: ModelRef) -> None:
        """The model has another name: all that is shown is of the same one."""
        self._ref = ref
        self.header.set_name(ref.name)
        self._on_state_server_changed()
        if self._record is not None:  # else the next list has it
            self._update()
        self._request()

    def _build(self) -> None:
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.header = DetailsHeader(self._ref.name, self, clock=self._clock)
        self.banner = Banner(self)
        self.overview = OverviewTab(clock=self._clock, clock_s=self._clock_s)
        self.overview.error_card.button.clicked.connect(self._request)
        self.header.star.clicked.connect(self._on_star_clicked)
        self.overview.note.given.connect(self._on_note_given)
        self.tabs = QTabWidget(self)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setAccessibleName(tr("Details"))
        self.tabs.tabBar().setExpanding(False)
        self.tabs.tabBar().setDrawBase(False)
        self.overview.setAccessibleName(tr("Overview"))
        self.tabs.addTab(self.overview, tr("Overview"))
        self._version_page = DetailsPage(self._make_version, "")
        self._version_page.retry_clicked.connect(self._show_facts)
        self.tabs.addTab(self._version_page, tr("Version"))
        self._pages: list[DetailsPage] = []
        for make, title, empty in (
            (ParametersTab, tr("Parameters"), tr("This model sets no parameters.")),
            (
                partial(TextTab, tr("Template"), tr("Go template")),
                tr("Template"),
                tr("This model has no template."),
            ),
            (
                partial(TextTab, tr("System prompt"), tr("System prompt")),
                tr("System", "a prompt"),
                tr("This model has no system prompt."),
            ),
            (
                partial(TextTab, tr("License"), tr("License")),
                tr("License"),
                tr("This model has no license text."),
            ),
            (
                partial(TextTab, tr("Modelfile"), tr("Modelfile")),
                tr("Modelfile"),
                tr("This model has no Modelfile."),
            ),
            (ModelInfoTab, tr("Model info"), tr("The server says nothing more.")),
            (LayersTab, tr("Layers"), tr("The layers of this model aren’t known.")),
        ):
            page = DetailsPage(make, empty)
            page.retry_clicked.connect(self._request)
            self._pages.append(page)
            self.tabs.addTab(page, title)
        for widget in (self.header, self.banner):
            self.body.addWidget(widget)
        self.body.addWidget(self.tabs, 1)
        role = QDialogButtonBox.ButtonRole
        self.delete_button = self.add_left(
            Button(tr("&Delete…"), "trash", Kind.DANGER, parent=self)
        )
        self.duplicate_button = self.add_left(Button(tr("D&uplicate…"), "duplicate", parent=self))
        self.load_button = self.add_button(
            Button(tr("&Load"), "load", parent=self), role.ActionRole
        )
        self.update_button = self.add_button(Button("", "update", parent=self), role.ActionRole)
        self.update_button.clicked.connect(self._on_update_clicked)
        close = self.add_button(Button(tr("&Close"), parent=self), role.RejectRole)
        self.delete_button.clicked.connect(self._on_delete_clicked)
        self.duplicate_button.clicked.connect(self._on_duplicate_clicked)
        self.load_button.clicked.connect(self._on_load_clicked)
        self.overview.memory.acted.connect(self._on_memory_acted)
        close.clicked.connect(self.close)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self).activated.connect(self.close)
        self.tabs.setFocus()

    def _make_version(self) -> VersionTab:
        tab = VersionTab(self._state, self._commands, clock=self._clock)
        tab.setAccessibleName(tr("Version"))
        return tab

    @property
    def version(self) -> VersionTab:
        return cast("VersionTab", self._version_page.content)

    @property
    def parameters(self) -> ParametersTab:
        return cast("ParametersTab", self._pages[0].content)

    @property
    def template(self) -> TextTab:
        return cast("TextTab", self._pages[1].content)

    @property
    def system(self) -> TextTab:
        return cast("TextTab", self._pages[2].content)

    @property
    def license(self) -> TextTab:
        return cast("TextTab", self._pages[3].content)

    @property
    def modelfile(self) -> TextTab:
        return cast("TextTab", self._pages[4].content)

    @property
    def model_info(self) -> ModelInfoTab:
        return cast("ModelInfoTab", self._pages[5].content)

    @property
    def layers(self) -> LayersTab:
        return cast("LayersTab", self._pages[6].content)

    def _follow_state(self) -> None:
        state = self._state
        self.follow(state.server_changed, self._on_state_server_changed)
        self.follow(state.snapshot_changed, self._on_state_snapshot_changed)
        self.follow(state.status_changed, self._on_state_status_changed)
        self.follow(state.layer_index_changed, self._show_facts)
        self.follow(state.busy_changed, self._on_state_busy_changed)
        self.follow(state.details_changed, self._on_state_details_changed)
        self.follow(state.failed, self._on_state_failed)
        self.follow(state.copied, self._on_state_copied)
        self.follow(state.verdict_changed, self._on_state_verdict_changed)
        self.follow(state.verdicts_loaded, self._show_facts)
        self.follow(state.never_looked_up_changed, self._show_facts)
        self.follow(state.update_check_changed, self._on_state_update_check_changed)
        self.follow(state.backups_changed, self._show_facts)
        self.follow(state.use.changed, self._on_state_use_changed)
        self.follow(state.remarks.changed, self._on_remark_changed)
        self.follow(state.remarks.loaded, self._show_remark)
        self._show_remark()
        self.follow(state.keeping.status_changed, self._on_keeping_changed)
        self.follow(state.keeping.loading_changed, self._on_keeping_changed)
        self.follow(state.keeping.measured, self._show_measured)
        self.follow(state.keeping.told, self._on_keeping_told)
        self.follow(self._settings.changed, self._on_settings_changed)

    def _read_state(self) -> None:
        """What is known by now; the rest is asked for."""
        self._on_state_server_changed()
        self._update()
        known = self._state.details(self._ref.digest) if self._ref.digest else None
        if known is not None and known.key == self._ref.key:
            self._show_info(known)
        else:
            self._request()

    # --- facts ---------------------------------------------------------------------------------

    @property
    def _snapshot(self) -> Snapshot | None:
        return self._state.snapshot(self._ref.server_id)

    @property
    def _record(self) -> ModelRecord | None:
        return self._state.record(self._ref.key)

    @property
    def _running(self) -> RunningModel | None:
        """None also while its server is out of reach: what is in memory there is not known."""
        snapshot = self._snapshot if self._state.is_fresh(self._ref.server_id) else None
        running = snapshot.running if snapshot is not None else None
        return next((model for model in running or () if model.key == self._ref.key), None)

    @property
    def _server_label(self) -> str:
        return server_name(self._server.label, self._server.address)

    @property
    def _server(self) -> Server:
        """The one that the model is on, whichever is shown; as it was when it is used no more."""
        return self._state.server_of(self._ref.server_id)

    @Slot()
    def _on_state_server_changed(self) -> None:
        name = one_line(self._ref.name, 120)
        self.setWindowTitle(tr("{name} · {server}").format(name=name, server=self._server_label))
        self._update_actions()

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        if snapshot.server_id == self._ref.server_id:
            old = self._ref.digest
            self._update()
            if old and old != self._ref.digest:
                self._request()  # another version came in from outside

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        if status.server_id == self._ref.server_id:
            self._show_running()
            self._update_actions()

    @Slot(object)
    def _on_state_busy_changed(self, busy: BusyModel) -> None:
        if busy.ref.key == self._ref.key:
            self._update_actions()

    @Slot(object)
    def _on_state_details_changed(self, info: ModelInfo) -> None:
        if info.key == self._ref.key:
            self._show_info(info)

    @Slot(object)
    def _on_state_failed(self, failure: Failure) -> None:
        if failure.verb is Verb.SHOW and failure.ref.key == self._ref.key:
            address = self._server.address
            self._show_error(failure_text(failure, self._server_label, address=address))

    @Slot(object)
    def _on_state_copied(self, request: CopyRequest) -> None:
        if request.source.key == self._ref.key:
            self._notice = BannerText(copied_line(request), Tone.INFO)
            self._update()

    @Slot(str)
    def _on_state_use_changed(self, server_id: str) -> None:
        if server_id in ("", self._ref.server_id):
            self._show_facts()

    @Slot(object)
    def _on_remark_changed(self, key: ModelKey) -> None:
        if key == self._ref.key:
            self._show_remark()

    @Slot()
    def _show_remark(self) -> None:
        """What a person has said of it."""
        remark = self._state.remarks.remark(self._ref.key)
        self.header.set_starred(remark.is_starred)
        self.overview.note.show_note(remark.note)

    def _on_star_clicked(self, is_starred: bool) -> None:
        commands, refs = self._commands, ModelRefs((self._ref,))
        (commands.star_requested if is_starred else commands.unstar_requested).emit(refs)
        self._show_remark()

    def _on_note_given(self, note: str) -> None:
        self._commands.note_requested.emit(NoteRequest(self._ref, note))

    @Slot(object)
    def _on_state_verdict_changed(self, key: ModelKey) -> None:
        if key == self._ref.key:
            if self._version_page.is_made:
                self.version.end_asking()
            self._show_facts()

    @Slot()
    def _on_state_update_check_changed(self) -> None:
        if self._version_page.is_made:
            self.version.show_check()

    # --- what is shown -------------------------------------------------------------------------

    def _update(self) -> None:
        """What the table shows now: this model's row, the others', and what is loaded."""
        record = self._record
        if record is not None:
            self._ref = ModelRef(*self._ref.key, record.digest)
            self.header.set_record(record)
        self._show_running()
        self._show_measured()
        is_gone = record is None and self._snapshot is not None
        gone = BannerText(tr("This model was deleted."), Tone.WARN)
        self.banner.set_text(gone if is_gone else self._notice)
        self._show_facts()
        self._update_actions()

    def _show_running(self) -> None:
        running = self._running
        facts = MemoryFacts(
            running,
            self._state.keeping.status(self._ref.key),
            self._state.keeping.loading(self._ref.key),
            self._settings.values.keep_again,
            self._state.is_online(self._ref.server_id),
        )
        self.header.set_loaded(running is not None)
        self.header.set_kept(facts.is_kept, self._kept_tip(running))
        self.overview.set_memory(facts)

    def _kept_tip(self, running: RunningModel | None) -> str:
        kept = self._state.keeping.kept_model(self._ref.key)
        status = self._state.keeping.status(self._ref.key)
        if kept is None or status is None:
            return ""
        context = running.context_length if running is not None else None
        is_online = self._state.is_online(self._ref.server_id)
        return kept_tip(status, context or kept.context_length, is_online=is_online)

    @Slot()
    def _show_measured(self) -> None:
        record = self._record
        taken = self._state.keeping.measured_of(record) if record is not None else ()
        self.overview.set_measured(taken)

    @Slot(object)
    def _on_keeping_changed(self, key: ModelKey) -> None:
        if key[0] == self._ref.server_id and is_same_name(key[1], self._ref.name):
            self._show_running()
            self._update_actions()

    @Slot(object)
    def _on_keeping_told(self, note: KeepNote) -> None:
        """Of all that is told, only this does not stand in the card."""
        if note.news is KeepNews.NO_ROOM and note.ref.key == self._ref.key:
            self._notice = BannerText(keep_note_line(note), Tone.WARN)
            self._update()

    @Slot(str)
    def _on_settings_changed(self, name: str) -> None:
        if name == "keep_again":
            self._show_running()

    def _show_info(self, info: ModelInfo) -> None:
        """The answer."""
        self._info = info
        self._spinner_timer.stop()
        self.overview.show_error(None)
        self._show_facts()
        told: tuple[tuple[Callable[[], object], object], ...] = (
            (lambda: self.parameters.set_text(info.parameters), info.parameters),
            (lambda: self.template.set_text(info.template), info.template),
            (lambda: self.system.set_text(info.system), info.system),
            (lambda: self.license.set_text(info.license), info.license),
            (lambda: self.modelfile.set_text(info.modelfile), info.modelfile),
            (lambda: self.model_info.set_pairs(info.model_info), info.model_info),
        )
        for page, (show, content) in zip(self._pages, told, strict=False):
            self._fill(page, show, has_content=bool(content))

    def _fill(self, page: DetailsPage, show: Callable[[], object], *, has_content: bool) -> None:
        """Have a tab say in its own place that it cannot be shown."""

        def fill() -> None:
            title = self.tabs.tabText(self.tabs.indexOf(page))
            if not could(show, f"Details, {title}"):
                page.show_error(_failed())

        page.fill(fill, has_content=has_content)

    def _show_error(self, message: Message) -> None:
        """It did not come, and why."""
        self._spinner_timer.stop()
        self.overview.show_error(message)
        if self._info is not None:
            return  # older details are better than none
        for page in self._pages:
            page.show_error(message)

    @Slot()
    def _request(self) -> None:
        self.overview.show_error(None)
        if self._info is None:
            for page in self._pages:
                page.show_blank()
            self._spinner_timer.start()
        self._commands.details_requested.emit(self._ref)

    def _on_spinner_timer_timeout(self) -> None:
        for page in self._pages:
            page.show_loading()

    @Slot()
    def _show_facts(self) -> None:
        """What is known without the server's answer, and with it."""
        record, info, snapshot = self._record, self._info, self._snapshot
        if record is None and info is None:
            return
        models = snapshot.models if snapshot is not None else ()
        layer_index = self._state.layer_index
        self._show_version()
        facts = (record, info, models, layer_index)
        if not could(partial(self.overview.set_facts, *facts, *self._use()), "Details, overview"):
            self.overview.show_error(_failed())
        if info is not None:
            has_layers = bool(known_layers(record, info, layer_index))
            self._fill(
                self._pages[-1], lambda: self.layers.show_layers(*facts), has_content=has_layers
            )

    def _use(self) -> tuple[str, str]:
        """When it was last used, in a few words and in a sentence; "" = nobody knows."""
        record = self._record
        if record is None or record.is_cloud:
            return "", ""
        use = self._state.use.last_use(record, is_loaded=self._running is not None)
        now = self._clock()
        return last_used_fact(use, now), last_used_sentence(use, now)

    def _show_version(self) -> None:
        """How it stands to its registry."""
        record, info = self._record, self._info
        if record is None:
            return
        known = self._state.layer_index.of(record)
        if known is None and info is not None and info.digest == record.digest and info.layers:
            known = KnownLayers(info.layers, info.has_all_layers, info.is_from_registry)
        found = self._found = about(self._state.model_verdict(record.key), record)
        self.overview.set_update_line(short_line(record, found, self._state, self._clock()))
        self._fill(
            self._version_page, lambda: self.version.show_model(record, known), has_content=True
        )
        self._show_update()

    def _show_update(self) -> None:
        """The badge above, and the button below."""
        found = self._found
        self.header.set_verdict(found, self._update_tip(found))
        way = way_of(found, is_loaded=self._running is not None, free_bytes=None)
        self.update_button.setVisible(way is not Way.NONE)
        self.update_button.setText(update_button(found.verdict, found.download_bytes))
        self._update_actions()

    def _update_tip(self, found: ModelVerdict) -> str:
        record = self._record
        if record is None:
            return ""
        return update_tooltip(found.verdict, subject_of(record, found, self._state), found.marks)

    def _update_actions(self) -> None:
        record, running, snapshot = self._record, self._running, self._snapshot
        is_gone = record is None and snapshot is not None
        is_online = self._state.is_online(self._ref.server_id)
        busy = self._state.busy(self._ref.key)
        can_act = is_online and not is_gone and busy is None
        reason = ""
        if is_gone:
            reason = tr("This model was deleted.")
        elif not is_online:
            reason = tr("Can’t reach “{server}”").format(server=self._server_label)
        is_cloud = record is not None and record.is_cloud
        is_running_known = snapshot is not None and snapshot.running is not None
        for button in (self.delete_button, self.duplicate_button, self.update_button):
            button.setEnabled(can_act)
            button.setToolTip(tooltip(reason))
        self.load_button.setText(tr("Un&load") if running is not None else tr("&Load"))
        self.load_button.set_icon_name("eject" if running is not None else "load")
        if busy is not Verb.LOAD:
            self.load_button.setEnabled(can_act and not is_cloud and is_running_known)
        if busy is Verb.LOAD:
            self.load_button.setText(tr("Stop &loading"))
            self.load_button.set_icon_name("close")
            self.load_button.setEnabled(True)
            reason = ""
        elif busy is Verb.STOP:
            self.load_button.setText(tr("Stopping…"))
        elif busy is Verb.UNLOAD:
            self.load_button.setText(tr("Unloading…"))
        if is_cloud and not reason:
            reason = tr("Cloud models aren’t loaded here")
        self.load_button.setToolTip(tooltip(reason))
        is_loading = self._state.keeping.loading(self._ref.key) is not None
        self.overview.memory.set_enabled(can_act, can_stop=is_loading and is_online)

    # --- what a person does --------------------------------------------------------------------

    def _on_delete_clicked(self) -> None:
        self.delete_clicked.emit(self._ref)

    def _on_duplicate_clicked(self) -> None:
        self.duplicate_clicked.emit(self._ref)

    def _on_load_clicked(self) -> None:
        if self._state.busy(self._ref.key) is Verb.LOAD:
            self._commands.load_stop_requested.emit(self._ref)
        elif self._running is not None:
            self._commands.unload_requested.emit(self._ref)
        elif self._state.keeping.kept_model(self._ref.key) is not None:
            self._commands.keep_load_requested.emit(self._ref)  # as it is to be kept
        else:
            self._commands.load_requested.emit(LoadRequest(self._ref))

    def show_version(self) -> None:
        """Open the tab that tells of versions."""
        self.tabs.setCurrentWidget(self._version_page)

    def _on_update_clicked(self) -> None:
        self._commands.update_one_requested.emit(self._ref)

    @Slot(str)
    def _on_memory_acted(self, action: str) -> None:
        commands, ref = self._commands, self._ref
        if action == KEEP:
            commands.keep_requested.emit(KeepRequest(ref))
        elif action == STOP_KEEPING:
            commands.keep_stop_requested.emit(ref)
        elif action == LOAD_NOW:
            commands.keep_load_requested.emit(ref)
        elif action == STOP_LOADING:
            commands.load_stop_requested.emit(ref)

    @Slot()
    def _save_size(self) -> None:
        if not self.isMaximized():
            self._settings.set("details_size", (self.width(), self.height()))


def _failed() -> Message:
    return Message(failure_words(), tr("The log says why. Everything else is fine."))
