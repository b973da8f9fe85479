"""The plan of an import: what each line of a list means for a server, before anything is done.

Which lines there are is fixed once the list is read; what they say follows the facts, and another
server makes another plan.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tray_app.core.lists.planning import (
    PlanFacts,
    PlanLine,
    PlanStatus,
    Totals,
    Unlisted,
    asked_about,
    layers_here,
    plan,
    totals,
    unfinished_pulls,
    unlisted,
    work_of,
)
from tray_app.core.lists.requests import ImportRequest, ListQuestion, ListRead, ListSource
from tray_app.core.payloads import DiskTarget, ModelRef, ModelRefs, seen_state
from tray_app.core.pulls.rules import Room, room_for
from tray_app.core.sharing import is_made_here
from tray_app.core.updates.verdicts import Standing
from tray_app.itemmodels.list_plan import ListPlanModel
from tray_app.text import server_name, tooltip, tr
from tray_app.text.estimates import LineTone
from tray_app.text.lists import (
    TotalsLine,
    delete_rest,
    import_button,
    list_line,
    list_title,
    looking_up,
    no_names,
    nothing_to_import,
    stay_tip,
    totals_line,
    unreadable,
)
from tray_app.text.several import cannot_reach
from tray_app.views.components.announce import announce
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.glyphs import GlyphLabel, glyph, glyph_color
from tray_app.views.components.inputs import CheckBox, ComboBox
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.components.server_glyphs import STATE_GLYPHS
from tray_app.views.components.surfaces import Card
from tray_app.views.lists.view import PlanView
from tray_app.views.theme import TextRole, Theme, Tone

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.lists.records import ModelList
    from tray_app.core.records import ModelRecord, ServerStatus, Snapshot
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

_SIZE, _LEAST = QSize(720, 600), QSize(640, 440)
_PAUSE_MS = 200
_SPEECH_MS = 600
_TONES = {
    LineTone.GOOD: ("check-circle", Tone.OK),
    LineTone.CAUTION: ("warning", Tone.WARN),
    LineTone.BAD: ("error", Tone.DANGER),
}
_DONE = frozenset({PlanStatus.HERE, PlanStatus.DOWNLOADING, PlanStatus.SAME})


class ImportDialog(DialogFrame):
    """Reads `source` by itself. Signals: `delete_wanted` (ModelRefs): what the list does not name,
    to be asked about once this dialog is closed.
    """

    delete_wanted = Signal(object)  # ModelRefs

    def __init__(
        self,
        source: ListSource,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Import model list"), parent)
        self._source = source
        self._settings = settings
        self._state = state
        self._commands = commands
        self._models: ModelList | None = None
        self._unlisted = Unlisted()
        self._is_unlisted_stale = True
        self._is_planned = False
        self._was_running = False
        self.plan = ListPlanModel(self)
        self._build()
        self._fill_servers(source.server_id or state.server.id)
        self._refresh_timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._refresh_timer.timeout.connect(self._refresh)
        self._speech_timer = QTimer(self, singleShot=True, interval=_SPEECH_MS)
        self._speech_timer.timeout.connect(self._speak)
        self._follow_facts()
        self.finished.connect(self._on_finished)
        self.plan.ticks_changed.connect(self._show_totals)
        self.plan.ticks_changed.connect(self._speech_timer.start)
        self.notice.say(tr("Reading the list…"), busy=True)
        self._show_button(0)
        commands.list_read_requested.emit(source)

    def _follow_facts(self) -> None:
        state = self._state
        self.follow(state.lists.read, self._on_lists_read)
        self.follow(state.lists.lookup_changed, self._refresh_soon)
        self.follow(state.lists.space_changed, self._refresh_soon)
        self.follow(state.snapshot_changed, self._on_state_snapshot_changed)
        self.follow(state.status_changed, self._on_state_status_changed)
        self.follow(state.layer_index_changed, self._on_stale)
        self.follow(state.verdict_changed, self._on_stale)
        self.follow(state.remarks.changed, self._on_stale)
        self.follow(state.server_changed, self._on_state_server_changed)
        for changed in (state.download_changed, state.download_removed, state.disk_space_changed):
            self.follow(changed, self._refresh_soon)

    # Building.

    def _build(self) -> None:
        self.body.setContentsMargins(20, 16, 20, 16)
        self.body.setSpacing(12)
        self.body.addLayout(self._build_head())
        self.notice = NoticeCard(self)
        self.notice.button.clicked.connect(self._on_choose_clicked)
        self.body.addWidget(self.notice)
        self.view = PlanView(self.plan, self)
        self.card = _ListCard(self.view, self)
        self.body.addWidget(self.card, 1000)
        self.body.addLayout(self._build_totals())
        self.delete_box = CheckBox("", self)
        self.delete_box.setToolTip(stay_tip())
        self.delete_box.toggled.connect(self._show_totals)
        self.body.addWidget(self.delete_box)
        self.body.addStretch(1)
        for widget in (self.card, self.delete_box, self._totals):
            widget.hide()
        role = QDialogButtonBox.ButtonRole
        self.cancel_button = self.add_button(Button(tr("&Cancel"), parent=self), role.RejectRole)
        self.cancel_button.clicked.connect(self.reject)
        button = Button("", "download", Kind.PRIMARY, parent=self)
        self.import_button = self.add_button(button, role.AcceptRole)
        self.import_button.clicked.connect(self._on_import_clicked)
        self.import_button.setDefault(True)
        order = (
            *(self.servers, self.notice.button, self.view, self.free_button),
            self.delete_box,
        )
        for before, after in pairwise(order):
            self.setTabOrder(before, after)
        self.set_least_size(_LEAST.width(), _LEAST.height())
        self.resize(_SIZE)

    def _build_head(self) -> QHBoxLayout:
        self.title = ElidedLabel(list_title(_name_of(self._source)), TextRole.NAME, parent=self)
        self.detail = ElidedLabel("", TextRole.SECONDARY, parent=self)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self.title)
        texts.addWidget(self.detail)
        self.servers = ComboBox(self)
        self.servers.setAccessibleName(tr("Server"))
        self.servers.setMinimumWidth(148)
        self.servers.activated.connect(self._on_servers_activated)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(GlyphLabel("doc", parent=self), 0, Qt.AlignmentFlag.AlignVCenter)
        head.addLayout(texts, 1)
        head.addWidget(self.servers, 0, Qt.AlignmentFlag.AlignVCenter)
        return head

    def _build_totals(self) -> QHBoxLayout:
        self._totals = QWidget(self)
        self._glyph = GlyphLabel(size=16, parent=self._totals)
        self.sum = PlainLabel("", TextRole.NAME, parent=self._totals)
        self.room = PlainLabel("", TextRole.SECONDARY, parent=self._totals)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self.sum)
        texts.addWidget(self.room)
        row = QHBoxLayout(self._totals)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        self.free_button = Button(tr("&Free up space…"), "disk", small=True, parent=self._totals)
        self.free_button.setAutoDefault(False)
        self.free_button.hide()
        self.free_button.clicked.connect(self._on_free_button_clicked)
        row.addWidget(self.free_button, 0, Qt.AlignmentFlag.AlignTop)
        outer = QHBoxLayout()
        outer.addWidget(self._totals)
        return outer

    # The server.

    @property
    def server_id(self) -> str:
        return str(self.servers.currentData() or self._state.server.id)

    def _fill_servers(self, chosen: str) -> None:
        self.servers.clear()
        for server in self._state.servers:
            self.servers.addItem(server_name(server.label, server.address), server.id)
        self.servers.setCurrentIndex(max(0, self.servers.findData(chosen)))
        self.servers.setVisible(len(self._state.servers) > 1)
        self._show_states()

    def _show_states(self) -> None:
        theme = Theme.of(self)
        for index in range(self.servers.count()):
            server_id = str(self.servers.itemData(index))
            state = seen_state(self._state.status(server_id), self._state.start_of(server_id))
            name, color = STATE_GLYPHS[state]
            self.servers.setItemIcon(index, glyph(name, glyph_color(theme, color)))

    @property
    def _label(self) -> str:
        server = self._state.server_of(self.server_id)
        return server_name(server.label, server.address)

    @Slot()
    def _on_servers_activated(self) -> None:
        self._begin()

    @Slot()
    def _on_state_server_changed(self) -> None:
        before = self.server_id
        self._fill_servers(before)
        if self.server_id != before:
            self._begin()

    # What is known.

    @Slot(object)
    def _on_lists_read(self, read: ListRead) -> None:
        if read.source != self._source or self._models is not None:
            return
        if read.models is None:
            notice = unreadable(read.error) if read.error is not None else None
            self._refuse(notice.title if notice else "", notice.body if notice else "")
            return
        self.detail.setText(list_line(read.models))
        if not read.models.models:
            notice = no_names(read.models)
            self._refuse(notice.title, notice.body)
            return
        self._models = read.models
        self._begin()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refuse(self, title: str, body: str) -> None:
        """It is no list: what is the matter, and another file."""
        another = tr("Choose &another…") if self._source.path else ""
        self.notice.say(title, body, glyph="error", state=Tone.DANGER, action=another)
        self._show_button(0)
        if another:
            self.notice.button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin(self) -> None:
        """Make the plan for the chosen server, and have looked up what it needs."""
        if self._models is None:
            return
        self._is_unlisted_stale = True
        self._is_planned = self._state.is_fresh(self.server_id)
        if not self._is_planned:
            self._commands.list_look_up_stop_requested.emit()
            self._show_away()
            return
        asked = asked_about(self._models, self._facts(is_looked=False))
        names = tuple(entry.name for entry in asked)
        self._commands.list_look_up_requested.emit(ListQuestion(self.server_id, names))
        self.plan.set_list(plan(self._models, self._facts()), is_json=self._models.is_json)
        if self.plan.rowCount():
            self.view.setCurrentIndex(self.plan.index(0))
        self.card.show()
        self._refresh()

    def _show_away(self) -> None:
        reason = cannot_reach((self._label,))
        self.notice.say(reason, glyph="dot-offline", state=Tone.WARN)
        self.notice.show()
        for widget in (self.card, self._totals, self.delete_box):
            widget.hide()
        self._show_button(0, reason)

    def _facts(self, *, is_looked: bool = True) -> PlanFacts:
        state, server_id = self._state, self.server_id
        snapshot = state.snapshot(server_id)
        models = snapshot.models if snapshot is not None else ()
        is_ours = is_looked and state.lists.lookup.server_id == server_id
        return PlanFacts(
            state.installed(server_id),
            state.lists.looked if is_ours else {},
            unfinished_pulls(state.downloads, server_id),
            state.layer_index,
            layers_here(models, state.layer_index),
            self._is_made_here,
        )

    def _is_made_here(self, record: ModelRecord) -> bool:
        found = self._state.model_verdict(record.key)
        if found.made is not None and found.made.digest == record.digest:
            return True
        if found.verdict.standing is Standing.MADE_HERE:
            return True
        installed = self._state.installed(record.server_id)
        return is_made_here(record, installed, self._state.layer_index)

    def _must_stay(self, record: ModelRecord) -> bool:
        """Whether a model is never deleted for not being in a list."""
        state, key = self._state, record.key
        marks = state.marks(key)
        snapshot = state.snapshot(record.server_id)
        running = snapshot.running if snapshot is not None else None
        if running is None:
            return True  # what is loaded is not known
        is_loaded = any(row.name == record.name for row in running)
        is_kept = state.keeping.kept_model(key) is not None
        is_wanted = is_kept or marks.is_pinned or state.remarks.is_starred(key)
        return is_wanted or marks.is_backup or is_loaded or state.busy(key) is not None

    @Slot()
    def _refresh_soon(self) -> None:
        if not self._refresh_timer.isActive():
            self._refresh_timer.start()

    @Slot()
    def _on_stale(self) -> None:
        self._is_unlisted_stale = True
        self._refresh_soon()

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        if snapshot.server_id == self.server_id:
            self._on_stale()

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        self._show_states()
        if status.server_id == self.server_id:
            self._refresh_soon()

    @Slot()
    def _refresh(self) -> None:
        """Show how all of it stands now."""
        models = self._models
        if models is None:
            return
        if self._state.is_fresh(self.server_id) is not self._is_planned:
            self._begin()
            return
        if not self._is_planned:
            return
        self.plan.set_lines(plan(models, self._facts()))
        lookup = self._state.lists.lookup
        is_running = lookup.is_running and lookup.server_id == self.server_id
        self.notice.setVisible(is_running)
        if is_running:
            title, done = looking_up(lookup)
            self.notice.say(title, done, busy=True)
        elif self._was_running:
            self.plan.put_in_order()
            self._speech_timer.start()
        self._was_running = is_running
        self._show_unlisted(models)
        self.card.fit()
        self._show_totals()

    def _show_unlisted(self, models: ModelList) -> None:
        if not self._is_unlisted_stale:
            return
        self._is_unlisted_stale = False
        snapshot = self._state.snapshot(self.server_id)
        here = snapshot.models if snapshot is not None else ()
        self._unlisted = unlisted(models, here, self._state.layer_index, self._must_stay)
        self.delete_box.setText(delete_rest(self._unlisted))
        self.delete_box.setVisible(bool(self._unlisted.models))

    # What it amounts to.

    def _totals_now(self) -> Totals:
        return totals(self.plan.lines, self.plan.is_ticked)

    @Slot()
    def _show_totals(self) -> None:
        found = self._totals_now()
        words = self._totals_words(found)
        name, tone = _TONES.get(words.line.tone, ("info", Tone.INFO))
        self._glyph.set_glyph(name, tone)
        self.sum.setText(words.line.title)
        self.sum.set_state(tone if tone in (Tone.OK, Tone.DANGER) else None)
        self.room.setText(words.body)
        self.room.setVisible(bool(words.body))
        # The sum is of this color alone where the disk is known, and too small.
        self.free_button.setVisible(words.line.tone is LineTone.BAD)
        self._totals.show()
        self._show_button(found.chosen)

    @Slot()
    def _speak(self) -> None:
        """What is chosen now, once nothing has changed for a moment."""
        announce(self, self.sum.text())

    def _totals_words(self, found: Totals) -> TotalsLine:
        lines = self.plan.lines
        if not any(line.can_tick for line in lines):
            if any(line.status not in _DONE and not _is_settled(line) for line in lines):
                return nothing_to_import()
            return totals_line(found, None, None, "", is_done=True)
        room, folder = self._room(found)
        free = room.free_bytes if room is not None else None
        left = room.left_bytes if room is not None else None
        return totals_line(found, free, left, folder, is_done=False)

    def _room(self, found: Totals) -> tuple[Room | None, str]:
        """The disk as these downloads would find it, None = not known."""
        state, server_id = self._state, self.server_id
        space = state.lists.space(server_id)
        if space is None:
            return None, ""
        items = [item for item in state.downloads if item.server_id == server_id]
        room = room_for(found.fetch, space.free_bytes, items, state.disk_space(server_id))
        return room, space.folder

    @property
    def _delete_count(self) -> int:
        is_on = self.delete_box.isChecked() and not self.delete_box.isHidden()
        return len(self._unlisted.models) if is_on else 0

    def _show_button(self, chosen: int, reason: str = "") -> None:
        delete_count = self._delete_count
        self.import_button.setText(import_button(chosen, delete_count))
        self.import_button.set_icon_name("trash" if delete_count and not chosen else "download")
        is_ready = bool(chosen or delete_count) and not reason
        self.import_button.setEnabled(is_ready)
        if not reason and not is_ready and self._models is not None:
            reason = tr("Choose a model")
        self.import_button.setToolTip(tooltip(reason))
        self.import_button.setAccessibleDescription(reason)

    # What a person does.

    def _on_import_clicked(self) -> None:
        work = work_of(self.plan.lines, self.plan.is_ticked)
        server_id = self.server_id
        going = self._unlisted.models if self._delete_count else ()
        self.accept()
        if len(work):
            updates = tuple(ModelRef(server_id, r.name, r.digest) for r in work.updates)
            self._commands.import_requested.emit(
                ImportRequest(server_id, work.pulls, updates, work.recipes)
            )
        if going:
            refs = tuple(ModelRef(server_id, r.name, r.digest) for r in going)
            self.delete_wanted.emit(ModelRefs(refs))

    def _on_free_button_clicked(self) -> None:
        room, _ = self._room(self._totals_now())
        if room is not None:
            name = list_title(_name_of(self._source))
            target = DiskTarget(self.server_id, "", name, max(0, -room.left_bytes))
            self._commands.disk_dialog_requested.emit(target)

    def _on_choose_clicked(self) -> None:
        server_id = self.server_id
        self.reject()
        self._commands.import_dialog_requested.emit(ListSource(server_id=server_id))

    @Slot()
    def _on_finished(self) -> None:
        self._refresh_timer.stop()
        self._speech_timer.stop()
        self._commands.list_look_up_stop_requested.emit()


class _ListCard(Card):
    """As high as its lines, as far as there is room."""

    def __init__(self, view: PlanView, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = view
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.rows.setContentsMargins(1, 3, 1, 3)
        self.rows.addWidget(view)

    def fit(self) -> None:
        """There may be other lines."""
        self.setMaximumHeight(self._view.wanted_height + 6)


def _is_settled(line: PlanLine) -> bool:
    """Whether there is nothing to be had behind it: it is here, if in another version."""
    return line.status is PlanStatus.OTHER_HERE and not line.can_tick


def _name_of(source: ListSource) -> str:
    return source.path.replace("\\", "/").rpartition("/")[2]
