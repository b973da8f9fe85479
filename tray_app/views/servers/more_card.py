"""More options of a server: certificate, proxy, waking, its models' folder. Closed at first."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tray_app.core.endpoint import NO_PROXY, SYSTEM_PROXY
from tray_app.core.wake import hardware_address
from tray_app.text import address_problem, tr
from tray_app.text.connection_tests import ca_file_line, proxy_line
from tray_app.views.components.buttons import Button, IconButton
from tray_app.views.components.helper_line import HelperLine
from tray_app.views.components.inputs import CheckBox, ComboBox, set_invalid
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.surfaces import Card
from tray_app.views.servers.fields import LABEL_WIDTH, FieldGrid, choose
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

    from tray_app.core.payloads import AccessFacts
    from tray_app.settings import ServerEntry

_OTHER = "other"
_OWN = "own"


class MoreCard(Card):
    """A head that opens and closes what is below it.

    Signals: `changed` when a field is another; `toggled` when it opens or closes;
    `ca_file_chosen` as `choose_ca_file` says.
    """

    changed = Signal()
    toggled = Signal()
    ca_file_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: AccessFacts | None = None
        self._build_head()
        self._build_body()
        self.add_row(self._body)
        self.set_open(False)

    def _build_head(self) -> None:
        head = _Head(self)
        head.clicked.connect(self._on_chevron_clicked)
        line = QHBoxLayout(head)
        line.setContentsMargins(16, 4, 8, 4)
        line.setSpacing(8)
        self._title = PlainLabel(tr("More options"), TextRole.NAME, wrap=False, parent=head)
        self._summary = PlainLabel(
            tr("Certificate, proxy, Wake, model folder"), TextRole.SECONDARY, parent=head
        )
        self._summary.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self.chevron = IconButton("chevron-down", tr("More options"), size=28, parent=head)
        self.chevron.clicked.connect(self._on_chevron_clicked)
        line.addWidget(self._title)
        line.addWidget(self._summary, 1)
        line.addWidget(self.chevron)
        self.add_row(head)

    def _build_body(self) -> None:
        self._body = QWidget(self)
        labels = (
            tr("Certificate"),
            tr("Proxy"),
            tr("MAC address"),
            tr("Broadcast address"),
            tr("Model folder"),
        )
        # As far in as the card is, so that the fields stand below those above.
        self.grid = FieldGrid(labels, LABEL_WIDTH - 17, self._body)
        column = QVBoxLayout(self._body)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(self.grid)
        self.ca_combo = ComboBox(self._body)
        self.ca_combo.addItem(tr("Checked against the system’s list"), "")
        self.ca_combo.addItem(tr("Own CA file as well"), _OWN)
        self.ca_field = self._field(tr("Path of the CA file"))
        self.choose_button = Button(tr("Choose…"), parent=self._body)
        self.choose_button.setAutoDefault(False)
        self.choose_button.clicked.connect(self.choose_ca_file)
        self._ca_row = QWidget(self._body)
        ca_line = QHBoxLayout(self._ca_row)
        ca_line.setContentsMargins(0, 2, 0, 0)
        ca_line.setSpacing(8)
        ca_line.addWidget(self.ca_field, 1)
        ca_line.addWidget(self.choose_button)
        self.ca_helper = HelperLine(self._body)
        self.proxy_combo = ComboBox(self._body)
        for text, data in (
            (tr("System setting"), SYSTEM_PROXY),
            (tr("No proxy"), NO_PROXY),
            (tr("Other…"), _OTHER),
        ):
            self.proxy_combo.addItem(text, data)
        self.proxy_field = self._field(tr("Address of the proxy"))
        self.proxy_field.setPlaceholderText("proxy.example:3128")
        self.proxy_helper = HelperLine(self._body)
        self.mac_field = self._field(tr("MAC address"))
        self.mac_helper = HelperLine(self._body)
        self.broadcast_field = self._field(tr("Broadcast address"))
        self.broadcast_field.setPlaceholderText("255.255.255.255")
        self.broadcast_helper = HelperLine(self._body)
        self.folder_field = self._field(tr("Model folder"))
        self.folder_field.setPlaceholderText(tr("Not known for this server"))
        self.folder_helper = HelperLine(self._body)
        self.folder_helper.say(tr("Where this computer sees that folder, for free disk space."))
        self.all_box = CheckBox(tr("Show in “All servers”"), self._body)
        grid = self.grid
        grid.add(labels[0], self.ca_combo, self._ca_row, self.ca_helper)
        grid.add(labels[1], self.proxy_combo, self.proxy_field, self.proxy_helper)
        grid.add(labels[2], self.mac_field, self.mac_helper)
        grid.add(labels[3], self.broadcast_field, self.broadcast_helper)
        grid.add(labels[4], self.folder_field, self.folder_helper)
        grid.add_cell(self.all_box)
        for combo, name in ((self.ca_combo, labels[0]), (self.proxy_combo, labels[1])):
            combo.setAccessibleName(name)
            combo.currentIndexChanged.connect(self._on_edited)
        self.all_box.toggled.connect(self._on_edited)

    def _field(self, name: str) -> QLineEdit:
        field = QLineEdit(self._body)
        field.setMaxLength(1000)
        field.setAccessibleName(name)
        field.textChanged.connect(self._on_edited)
        return field

    @property
    def is_open(self) -> bool:
        return not self._body.isHidden()

    def set_open(self, is_open: bool) -> None:
        """Show all of it, or the head alone."""
        self.show_row(self._body, is_open)
        self._summary.setVisible(not is_open)
        self.chevron.set_icon_name("chevron-up" if is_open else "chevron-down")
        text = tr("Less options") if is_open else tr("More options")
        self.chevron.set_name(text)
        self.toggled.emit()

    def stops(self) -> list[QWidget]:
        """Where the Tab key stops, one after the other."""
        certificate = [self.ca_combo, self.ca_field, self.choose_button]
        proxy = [self.proxy_combo, self.proxy_field]
        wake = [self.mac_field, self.broadcast_field]
        return [self.chevron, *certificate, *proxy, *wake, self.folder_field, self.all_box]

    # what it holds

    def show_entry(self, entry: ServerEntry) -> None:
        choose(self.ca_combo, _OWN if entry.ca_file else "")
        self.ca_field.setText(entry.ca_file)
        is_other = entry.proxy not in (SYSTEM_PROXY, NO_PROXY)
        choose(self.proxy_combo, _OTHER if is_other else entry.proxy)
        self.proxy_field.setText(entry.proxy if is_other else "")
        self.mac_field.setText(entry.mac)
        self.broadcast_field.setText(entry.broadcast)
        self.folder_field.setText(entry.models_folder)
        self.all_box.setChecked(entry.is_in_all)
        is_set = (entry.ca_file, entry.mac, entry.broadcast, entry.models_folder)
        self.set_open(any(is_set) or entry.proxy != SYSTEM_PROXY)
        self.update_helpers()

    @property
    def ca_file(self) -> str:
        return self.ca_field.text().strip() if self.ca_combo.currentData() else ""

    @property
    def proxy(self) -> str:
        chosen = str(self.proxy_combo.currentData())
        return self.proxy_field.text().strip() if chosen == _OTHER else chosen

    @property
    def mac(self) -> str:
        return self.mac_field.text().strip()

    @property
    def broadcast(self) -> str:
        return self.broadcast_field.text().strip()

    @property
    def models_folder(self) -> str:
        return self.folder_field.text().strip()

    def set_no_proxy(self) -> None:
        choose(self.proxy_combo, NO_PROXY)

    def show_facts(self, facts: AccessFacts) -> None:
        """What the file holds, and what the system's setting means."""
        self._facts = facts
        folder = facts.models_folder or tr("Not known for this server")
        self.folder_field.setPlaceholderText(folder)
        self.update_helpers()

    def problem(self) -> str:
        """The first thing that is wrong here, "" = nothing."""
        return next((words for words in self._problems() if words), "")

    def update_helpers(self) -> None:
        """Say below each field what is so, or what is wrong."""
        ca, proxy, mac, broadcast = self._problems()
        is_own = bool(self.ca_combo.currentData())
        self._ca_row.setVisible(is_own)
        self.proxy_field.setVisible(self.proxy_combo.currentData() == _OTHER)
        facts = self._known_facts()
        file = facts.ca_file if facts is not None else None
        good = ca_file_line(file) if file is not None and is_own else ""
        is_typed = bool(self.ca_file)
        self._say(self.ca_helper, self.ca_field, ca if is_typed else "", good)
        is_system = self.proxy_combo.currentData() == SYSTEM_PROXY
        means = proxy_line(facts.proxy) if facts is not None and is_system else ""
        is_typed = is_system or bool(self.proxy_field.text())
        self._say(self.proxy_helper, self.proxy_field, proxy if is_typed else "", means)
        wake = tr("Only for Wake: it starts a computer that sleeps in your network.")
        self._say(self.mac_helper, self.mac_field, mac, wake)
        self._say(self.broadcast_helper, self.broadcast_field, broadcast, "")

    def _problems(self) -> tuple[str, str, str, str]:
        """Of certificate, proxy, MAC and broadcast address."""
        ca = proxy = mac = broadcast = ""
        if self.ca_combo.currentData():
            facts = self._known_facts()
            if not self.ca_file:
                ca = tr("Choose a file.")
            elif facts is not None and facts.ca_file is not None and facts.ca_file.fault:
                ca = ca_file_line(facts.ca_file)
        if self.proxy_combo.currentData() == _OTHER:
            proxy = address_problem(self.proxy)
        if self.mac and hardware_address(self.mac) is None:
            mac = tr("Six pairs of 0–9 and a–f, like 3c:7c:3f:1a:2b:4d.")
        if self.broadcast and not _is_ipv4(self.broadcast):
            broadcast = tr("Four numbers, like 192.168.1.255.")
        return ca, proxy, mac, broadcast

    def _known_facts(self) -> AccessFacts | None:
        """What is known, as long as it is about what stands here."""
        facts = self._facts
        if facts is None or facts.endpoint.access.ca_file != self.ca_file:
            return None
        return facts

    @staticmethod
    def _say(line: HelperLine, field: QLineEdit, problem: str, words: str) -> None:
        set_invalid(field, bool(problem))
        line.say(problem or words, "error" if problem else "", Tone.DANGER if problem else None)
        field.setAccessibleDescription(problem or words)

    def choose_ca_file(self, *, is_for_test: bool = False) -> None:
        """Ask for the file. `is_for_test`: as soon as it is chosen, `ca_file_chosen` tells."""
        self.set_open(True)
        choose(self.ca_combo, _OWN)
        place = self.ca_file or QDir.homePath()
        dialog = QFileDialog(self, tr("CA file"), place)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        patterns = tr("Certificates") + " (*.pem *.crt *.cer)", tr("All files") + " (*)"
        dialog.setNameFilters(patterns)
        dialog.fileSelected.connect(self.ca_field.setText)
        if is_for_test:
            dialog.fileSelected.connect(self.ca_file_chosen)
        dialog.open()

    def _on_edited(self) -> None:
        self.update_helpers()
        self.changed.emit()

    def _on_chevron_clicked(self) -> None:
        self.set_open(not self.is_open)


class _Head(QWidget):
    """The whole line opens and closes, as the arrow in it does."""

    clicked = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # or the release would go to the card

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


def _is_ipv4(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 4
    except ValueError:
        return False
