"""The doctor's window: looks at once, tells what it finds while it looks, and does what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialogButtonBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from tray_app.core.diagnosis.findings import (
    Examination,
    Finding,
    FindingKind,
    FindingTone,
    RemedyKind,
)
from tray_app.text import diagnosis_report, doctor_head, sentences, tooltip, tr
from tray_app.views.components.announce import announce
from tray_app.views.components.buttons import Button, copy_text
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.inputs import ComboBox
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.spinner import Spinner
from tray_app.views.components.surfaces import StateTile
from tray_app.views.doctor.findings import FindingList, Key, key_of
from tray_app.views.doctor.remedies import Remedies
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

_SIZE = (640, 640)
_LEAST = (560, 440)
_AGE_MS = 20_000
_TILES = {
    FindingTone.DANGER: ("warning", Tone.WARN),
    FindingTone.WARN: ("warning", Tone.WARN),
    FindingTone.INFO: ("info", Tone.INFO),
    FindingTone.OK: ("check-circle", Tone.OK),
}


class DoctorDialog(DialogFrame):
    """Modeless, and there is one. Closing it ends the looking."""

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Doctor"), parent)
        self._settings = settings
        self._state = state
        self._commands = commands
        self._remedies = Remedies(settings, state, commands)
        self._used: set[Key] = set()
        self._was_running = False
        self._is_handed_over = False
        self._kind_to_show: FindingKind | None = None
        self.setWindowFlag(Qt.WindowType.WindowMinMaxButtonsHint, True)
        self._build()
        self.set_least_size(*_LEAST)
        size = settings.values.doctor_size
        self.resize(*(size if len(size) == 2 else _SIZE))
        self._age_timer = QTimer(self)
        self._age_timer.setInterval(_AGE_MS)
        self._age_timer.timeout.connect(self._show_head)
        self.follow(state.examination_changed, self._show)
        self.finished.connect(self._on_finished)
        if state.examination is not None:
            self._show()
            self.list.focus_first()

    def _build(self) -> None:
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self._tile = StateTile("", None, 40, self)
        self._spinner = Spinner(20, self)
        self.title = PlainLabel("", TextRole.QUESTION, parent=self)
        self.detail = PlainLabel("", TextRole.SECONDARY, parent=self)
        self.servers = ComboBox(self)
        self.servers.setAccessibleName(tr("Server"))
        self.servers.setMinimumWidth(148)
        self.servers.activated.connect(self._show_all)
        tile = QGridLayout()
        tile.addWidget(self._tile, 0, 0)
        tile.addWidget(self._spinner, 0, 0, Qt.AlignmentFlag.AlignCenter)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self.title)
        texts.addWidget(self.detail)
        head = QHBoxLayout()
        head.setContentsMargins(20, 16, 20, 12)
        head.setSpacing(16)
        head.addLayout(tile)
        head.addLayout(texts, 1)
        head.addWidget(self.servers, 0, Qt.AlignmentFlag.AlignVCenter)
        self.list = FindingList(self)
        self.list.remedy_clicked.connect(self._on_remedy_clicked)
        self.list.emptied.connect(self._on_list_emptied)
        self.body.addLayout(head)
        self.body.addWidget(self.list, 1)
        role = QDialogButtonBox.ButtonRole
        self.copy_button = self.add_left(Button(tr("Copy &report"), "copy", parent=self))
        self.copy_button.clicked.connect(self._copy)
        self.again_button = self.add_button(Button("", parent=self), role.ActionRole)
        self.again_button.clicked.connect(self._on_again_clicked)
        self.close_button = self.add_button(Button(tr("&Close"), parent=self), role.RejectRole)
        self.close_button.clicked.connect(self.close)
        self.close_button.setFocus()
        for keys, slot in (
            (QKeySequence("F5"), self._check),
            (QKeySequence("Ctrl+Shift+C"), self._copy),
            (QKeySequence(QKeySequence.StandardKey.Close), self.close),
        ):
            QShortcut(keys, self).activated.connect(slot)

    @property
    def server_id(self) -> str:
        """The server that is shown; "" = all."""
        return str(self.servers.currentData() or "")

    def look(self, server_id: str = "", kind: FindingKind | None = None) -> None:
        """Look at everything, at this server first; and show what is found of a kind."""
        self._kind_to_show = kind
        self._used.clear()
        self._commands.doctor_requested.emit(server_id or self._state.default_server_id)
        self._fill_servers()
        self.servers.setCurrentIndex(max(0, self.servers.findData(server_id)))
        self._show()

    def hand_over(self) -> None:
        """Another doctor takes over: what is looked at by now is looked at for that one."""
        self._is_handed_over = True

    @property
    def _examination(self) -> Examination:
        return self._state.examination or Examination()

    # What is shown.

    def _show_all(self) -> None:
        self._show()

    @Slot()
    def _show(self) -> None:
        found = self._examination
        self._fill_servers()
        findings = found.findings(self.server_id)
        self._used = {
            key
            for key in self._used
            if any(lane in found.running for lane in ("", *key[1]))
        }  # fmt: skip
        unusable = frozenset(key_of(each) for each in findings if self._remedies.unusable(each))
        self.list.set_findings(findings, frozenset(self._used), unusable)
        self.list.order_tabs(self.servers, self.copy_button)
        self._show_head()
        is_running = found.is_running
        self.again_button.setText(tr("&Stop") if is_running else tr("Check &again"))
        self.again_button.set_icon_name("" if is_running else "refresh")
        self.copy_button.setEnabled(not is_running)
        reason = tr("Wait until the checks are done") if is_running else ""
        self.copy_button.setToolTip(tooltip(reason))
        self.copy_button.setAccessibleDescription(reason)
        if self._was_running and not is_running:
            self._tell_end()
        self._was_running = is_running

    @Slot()
    def _show_head(self) -> None:
        found = self._examination
        head = doctor_head(found, self.server_id)
        self.title.setText(head.title)
        self.detail.setText(head.detail)
        self._spinner.setVisible(head.tone is None)
        if head.tone is None:
            self._tile.set_glyph("")
            self._age_timer.stop()
        else:
            self._tile.set_glyph(*_TILES[head.tone])
            if not self._age_timer.isActive():
                self._age_timer.start()

    def _tell_end(self) -> None:
        announce(self, sentences(f"{self.title.text()}.", self.detail.text()))
        if self._kind_to_show is not None:
            self.list.show_kind(self._kind_to_show)
            self._kind_to_show = None
        elif self.focusWidget() in (None, self, self.close_button):
            self.list.focus_first()

    def _fill_servers(self) -> None:
        servers = self._examination.servers
        entries = [("", tr("All servers")), *((each.server_id, each.name) for each in servers)]
        old = [(self.servers.itemData(at), self.servers.itemText(at))
               for at in range(self.servers.count())]  # fmt: skip
        if entries != old:
            shown = self.server_id
            self.servers.clear()
            for server_id, name in entries:
                self.servers.addItem(name, server_id)
            self.servers.setCurrentIndex(max(0, self.servers.findData(shown)))
        self.servers.setVisible(len(servers) > 1)

    # What can be done.

    @Slot(object)
    def _on_remedy_clicked(self, finding: Finding) -> None:
        remedy = finding.remedy
        if remedy is not None and remedy.kind is RemedyKind.EXPLAIN:
            self.list.open_details(finding)
            return
        self._used.add(key_of(finding))
        if not self._remedies.apply(finding, self.list.button_of(finding)):
            self._used.discard(key_of(finding))
        self._show()

    def _on_again_clicked(self) -> None:
        if self._examination.is_running:
            self._commands.doctor_stop_requested.emit()
        else:
            self._check()

    def _check(self) -> None:
        if not self._examination.is_running:
            self._used.clear()
            first = self.server_id or self._state.default_server_id
            self._commands.doctor_requested.emit(first)

    def _copy(self) -> None:
        if not self._examination.is_running:
            copy_text(self.copy_button, diagnosis_report(self._examination))

    def _on_list_emptied(self) -> None:
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_finished(self) -> None:
        if not self._is_handed_over:
            self._commands.doctor_stop_requested.emit()
        if not self.isMaximized():
            self._settings.set("doctor_size", (self.width(), self.height()))
