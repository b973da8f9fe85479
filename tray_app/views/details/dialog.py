"""Details of one model: opens with what the table knows, fills when the server has answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialogButtonBox, QTabWidget, QWidget

from tray_app.core.payloads import BusyModel, LoadRequest, ModelRef, ModelRefs, Verb
from tray_app.core.records import ModelInfo, ModelRecord, RunningModel, Snapshot
from tray_app.core.sharing import LayerIndex
from tray_app.text import Message, one_line, tooltip, tr
from tray_app.views.components.banner import Banner, BannerText
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.details.header import DetailsHeader, utc_now
from tray_app.views.details.info import ModelInfoTab, ParametersTab
from tray_app.views.details.layers import LayersTab
from tray_app.views.details.overview import OverviewTab
from tray_app.views.details.page import DetailsPage
from tray_app.views.details.text import TextTab
from tray_app.views.theme import Tone

SPINNER_MS = 300
KEEP_FOREVER_S = -1


class DetailsDialog(DialogFrame):
    """One per (server, name), modeless.

    Signals: details_requested(ModelRef), delete_requested(ModelRefs),
    duplicate_requested(ModelRef), load_requested(LoadRequest), unload_requested(ModelRef).
    """

    details_requested = Signal(object)  # ModelRef
    delete_requested = Signal(object)  # ModelRefs
    duplicate_requested = Signal(object)  # ModelRef
    load_requested = Signal(object)  # LoadRequest
    unload_requested = Signal(object)  # ModelRef

    def __init__(
        self,
        ref: ModelRef,
        server_label: str,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__("", parent)
        self._clock = clock
        self._ref = ref
        self._record: ModelRecord | None = None
        self._running: RunningModel | None = None
        self._is_running_known = False
        self._models: tuple[ModelRecord, ...] = ()
        self._layer_index = LayerIndex()
        self._info: ModelInfo | None = None
        self._is_waiting = False
        self._is_gone = False
        self._is_online = True
        self._server_label = server_label
        self._busy: Verb | None = None
        self.setWindowFlag(Qt.WindowType.WindowMinMaxButtonsHint, True)
        self.set_least_size(640, 480)
        self.resize(800, 600)
        self._spinner_timer = QTimer(self)
        self._spinner_timer.setSingleShot(True)
        self._spinner_timer.setInterval(SPINNER_MS)
        self._spinner_timer.timeout.connect(self._on_spinner_timer_timeout)
        self._build()
        self.set_server_label(server_label)
        self._update_actions()

    @property
    def ref(self) -> ModelRef:
        return self._ref

    def _build(self) -> None:
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.header = DetailsHeader(self._ref.name, self, clock=self._clock)
        self.banner = Banner(self)
        self.overview = OverviewTab(clock=self._clock)
        self.overview.retry_requested.connect(self._request)
        self.tabs = QTabWidget(self)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setAccessibleName(tr("Details"))
        self.tabs.tabBar().setExpanding(False)
        self.tabs.tabBar().setDrawBase(False)
        self.overview.setAccessibleName(tr("Overview"))
        self.tabs.addTab(self.overview, tr("Overview"))
        self.parameters = ParametersTab()
        self.template = TextTab(tr("Template"), tr("Go template"))
        self.system = TextTab(tr("System prompt"), tr("System prompt"))
        self.license = TextTab(tr("License"), tr("License"))
        self.modelfile = TextTab(tr("Modelfile"), tr("Modelfile"))
        self.model_info = ModelInfoTab()
        self.layers = LayersTab()
        self._pages: list[DetailsPage] = []
        for content, title, empty in (
            (self.parameters, tr("Parameters"), tr("This model sets no parameters.")),
            (self.template, tr("Template"), tr("This model has no template.")),
            (self.system, tr("System", "a prompt"), tr("This model has no system prompt.")),
            (self.license, tr("License"), tr("This model has no license text.")),
            (self.modelfile, tr("Modelfile"), tr("This model has no Modelfile.")),
            (self.model_info, tr("Model info"), tr("The server tells nothing more.")),
            (self.layers, tr("Layers"), tr("No layer of this model is known.")),
        ):
            page = DetailsPage(content, empty)
            page.retry_requested.connect(self._request)
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
        close = self.add_button(Button(tr("&Close"), parent=self), role.RejectRole)
        self.delete_button.clicked.connect(self._on_delete_clicked)
        self.duplicate_button.clicked.connect(self._on_duplicate_clicked)
        self.load_button.clicked.connect(self._on_load_clicked)
        self.overview.memory.keep_requested.connect(self._on_keep_requested)
        self.overview.memory.release_requested.connect(self._on_release_requested)
        close.clicked.connect(self.close)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self).activated.connect(self.close)
        self.tabs.setFocus()

    # --- what it is told -----------------------------------------------------------------------

    def start(self) -> None:
        """Ask for the details."""
        if self._info is None and not self._is_waiting:
            self._request()

    def set_server_label(self, label: str) -> None:
        """The server's name, for the title."""
        self._server_label = label
        name = one_line(self._ref.name, 120)
        self.setWindowTitle(tr("{name} · {server}").format(name=name, server=label))

    def set_online(self, online: bool) -> None:
        """Whether the server answers; without it nothing can be done."""
        self._is_online = online
        self._update_actions()

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """What the table shows now: this model's row, the others', and what is loaded."""
        if snapshot.server_id != self._ref.server_id:
            return
        old = self._record
        self._models = snapshot.models
        self._record = next((m for m in snapshot.models if m.key == self._ref.key), None)
        self._is_running_known = snapshot.running is not None
        self._running = next((r for r in snapshot.running or () if r.key == self._ref.key), None)
        self._set_gone(self._record is None)
        if self._record is not None:
            self.header.set_record(self._record)
            if old is None or old.digest != self._record.digest:
                self._ref = ModelRef(*self._ref.key, self._record.digest)
                if old is not None:
                    self._request()  # another version came in from outside
        self.header.set_loaded(self._running is not None)
        self.overview.set_running(self._running)
        self._fill_from_table()
        self._update_actions()

    def set_layer_index(self, layer_index: LayerIndex) -> None:
        """Which layers models consist of."""
        self._layer_index = layer_index
        self._fill_from_table()

    def show_info(self, info: ModelInfo) -> None:
        """The answer."""
        if info.key != self._ref.key:
            return
        self._info = info
        self._is_waiting = False
        self._spinner_timer.stop()
        self.overview.show_error(None)
        self.parameters.set_text(info.parameters)
        self.template.set_text(info.template)
        self.system.set_text(info.system)
        self.license.set_text(info.license)
        self.modelfile.set_text(info.modelfile)
        self.model_info.set_pairs(info.model_info)
        self._fill_from_table()
        told = (
            info.parameters,
            info.template,
            info.system,
            info.license,
            info.modelfile,
            info.model_info,
            self.layers.has_layers(),
        )
        for page, content in zip(self._pages, told, strict=True):
            page.show_content(bool(content))

    def show_error(self, message: Message) -> None:
        """It did not come, and why."""
        self._is_waiting = False
        self._spinner_timer.stop()
        self.overview.show_error(message)
        if self._info is not None:
            return  # older details are better than none
        for page in self._pages:
            page.show_error(message)

    def set_busy(self, busy: BusyModel) -> None:
        """What is being done to this model."""
        if busy.ref.key == self._ref.key:
            self._busy = busy.verb
            self._update_actions()

    # --- inside --------------------------------------------------------------------------------

    def _request(self) -> None:
        self._is_waiting = True
        self.overview.show_error(None)
        if self._info is None:
            for page in self._pages:
                page.show_blank()
            self._spinner_timer.start()
        self.details_requested.emit(self._ref)

    def _on_spinner_timer_timeout(self) -> None:
        for page in self._pages:
            page.show_loading()

    def _fill_from_table(self) -> None:
        if self._record is None and self._info is None:
            return
        self.overview.set_facts(self._record, self._info, self._models, self._layer_index)
        self.layers.show_layers(self._record, self._info, self._models, self._layer_index)
        if self._info is not None:
            self._pages[-1].show_content(self.layers.has_layers())

    def _set_gone(self, gone: bool) -> None:
        if gone == self._is_gone:
            return
        self._is_gone = gone
        text = BannerText(tr("This model was deleted."), Tone.WARN) if gone else None
        self.banner.set_text(text)

    def _update_actions(self) -> None:
        can_act = self._is_online and not self._is_gone and self._busy is None
        reason = ""
        if self._is_gone:
            reason = tr("This model was deleted.")
        elif not self._is_online:
            reason = tr("Can’t reach “{server}”").format(server=self._server_label)
        is_cloud = self._record is not None and self._record.is_cloud
        for button in (self.delete_button, self.duplicate_button):
            button.setEnabled(can_act)
            button.setToolTip(tooltip(reason))
        self.load_button.setText(tr("Un&load") if self._running is not None else tr("&Load"))
        self.load_button.set_icon_name("eject" if self._running is not None else "load")
        self.load_button.setEnabled(can_act and not is_cloud and self._is_running_known)
        if self._busy is Verb.LOAD:
            self.load_button.setText(tr("Loading…"))
        elif self._busy is Verb.UNLOAD:
            self.load_button.setText(tr("Unloading…"))
        if is_cloud and not reason:
            reason = tr("Cloud models aren’t loaded here")
        self.load_button.setToolTip(tooltip(reason))
        self.overview.memory.button.setEnabled(can_act)

    def _on_delete_clicked(self) -> None:
        self.delete_requested.emit(ModelRefs((self._ref,)))

    def _on_duplicate_clicked(self) -> None:
        self.duplicate_requested.emit(self._ref)

    def _on_load_clicked(self) -> None:
        if self._running is not None:
            self.unload_requested.emit(self._ref)
        else:
            self.load_requested.emit(LoadRequest(self._ref))

    def _on_keep_requested(self) -> None:
        self._load_for(KEEP_FOREVER_S)

    def _on_release_requested(self) -> None:
        self._load_for(None)

    def _load_for(self, keep_alive_s: int | None) -> None:
        # The same context keeps the runner; another one would load the model anew.
        length = self._running.context_length if self._running else None
        self.load_requested.emit(LoadRequest(self._ref, keep_alive_s, length))
