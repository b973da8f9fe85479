"""The headers of a person's own: up to eight rows of a name, a value, and whether it is secret."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.sign_in import (
    MAX_HEADERS,
    Header,
    HeaderFault,
    SecretFault,
    header_fault,
    is_header_value,
)
from tray_app.text import header_problem, secret_problem, tooltip, tr
from tray_app.views.components.buttons import Button, IconButton
from tray_app.views.components.helper_line import HelperLine
from tray_app.views.components.inputs import CheckBox, set_invalid
from tray_app.views.components.labels import PlainLabel
from tray_app.views.servers.fields import SecretField
from tray_app.views.theme import TextRole, Tone

_NAME_WIDTH = 196


@dataclass
class _Row:
    name: QLineEdit
    value: SecretField
    secret: CheckBox
    remove: IconButton
    problem: HelperLine
    kept_as: str = ""  # the name that its kept value has

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        return (self.name, self.value, self.secret, self.remove, self.problem)

    @property
    def header(self) -> Header:
        is_secret = self.secret.isChecked()
        return Header(self.name.text().strip(), "" if is_secret else self.value.text(), is_secret)

    @property
    def is_blank(self) -> bool:
        return not self.name.text().strip() and not self.value.text()


class HeadersTable(QWidget):
    """Signals: `changed` when what would be sent is another; `rows_changed` when there are more or
    less of them."""

    changed = Signal()
    rows_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._titles = [
            PlainLabel(text, TextRole.SECONDARY, wrap=False, parent=self)
            for text in (tr("Header"), tr("Value"), tr("Secret"))
        ]
        self.add_button = Button(tr("Add header"), "plus", small=True, parent=self)
        self.add_button.setAutoDefault(False)
        self.add_button.clicked.connect(self._on_add_clicked)
        note = PlainLabel(
            tr("Up to 8. Secret ones are kept in your system’s keyring."),
            TextRole.SECONDARY,
            natural=True,
            parent=self,
        )
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(self.add_button)
        below.addWidget(note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(self._grid)
        layout.addLayout(below)
        self.set_headers(())

    def set_headers(self, headers: Iterable[Header], *, has_kept: bool = False) -> None:
        """Show these; `has_kept`: the values of the secret ones are in the keyring."""
        for row in self._rows:
            self._delete(row)
        self._rows = []
        for header in headers:
            row = self._new_row()
            row.name.setText(header.name)
            row.secret.setChecked(header.is_secret)
            row.value.setText(header.value)
            row.kept_as = header.name if header.is_secret else ""
            row.value.set_kept(has_kept and header.is_secret)
        if not self._rows:
            self._new_row()
        self._lay_out()

    def set_kept(self, has_kept: bool) -> None:
        """Whether what the keyring has may be used."""
        for row in self._rows:
            if row.kept_as and row.secret.isChecked():
                row.value.set_kept(has_kept and row.kept_as == row.name.text().strip())

    def headers(self) -> tuple[Header, ...]:
        """As they are saved; rows without any text are none."""
        return tuple(row.header for row in self._rows if not row.is_blank)

    def secrets(self) -> dict[str, str]:
        """The values that were typed for secret ones."""
        return {
            row.header.name: row.value.secret
            for row in self._rows
            if row.secret.isChecked() and row.value.secret
        }

    def kept(self) -> tuple[str, ...]:
        """The names of those that are left as they are."""
        return tuple(row.header.name for row in self._rows if row.value.is_kept)

    def problem(self, *, may_miss: bool = False) -> str:
        """Show beside each row what is wrong with it; the first of it all, "" = nothing.
        `may_miss`: secret values may be missing, as nobody has read them yet."""
        first = ""
        rows = [row for row in self._rows if not row.is_blank]
        headers = tuple(row.header for row in rows)
        for index, row in enumerate(rows):
            words, is_name, is_shown = self._fault(headers, index, row, may_miss)
            is_shown = is_shown and bool(words)
            first = first or words
            row.problem.say(words if is_shown else "", "error", Tone.DANGER)
            set_invalid(row.name, is_shown and is_name)
            set_invalid(row.value, is_shown and not is_name)
            (row.name if is_name else row.value).setAccessibleDescription(words)
        for row in self._rows:
            if row.is_blank:
                row.problem.say("")
                set_invalid(row.name, False)
                set_invalid(row.value, False)
        if not rows:
            first = secret_problem(SecretFault.EMPTY)
        return first

    def focus_first(self) -> None:
        self._rows[0].name.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_missing(self) -> None:
        """To the first secret that is not there."""
        row = next((r for r in self._rows if r.secret.isChecked() and not r.value.text()), None)
        (row or self._rows[0]).value.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fault(
        self, headers: tuple[Header, ...], index: int, row: _Row, may_miss: bool
    ) -> tuple[str, bool, bool]:
        """What is wrong, whether with the name, and whether it is a fault and no gap yet."""
        fault = header_fault(headers, index)
        if fault is not None:
            words = header_problem(fault, headers[index].name)
            return words, fault is not HeaderFault.VALUE, fault is not HeaderFault.NO_NAME
        if row.value.is_kept:
            return "", False, False
        value = row.value.text()
        if not value:
            is_known = row.kept_as == row.header.name and not row.value.is_touched
            is_gap = not (row.secret.isChecked() and may_miss and is_known)
            return secret_problem(SecretFault.EMPTY) if is_gap else "", False, False
        is_fine = is_header_value(value)
        return "" if is_fine else secret_problem(SecretFault.CHARACTERS), False, True

    # its rows

    def _new_row(self) -> _Row:
        row = _Row(
            QLineEdit(self),
            SecretField(self),
            CheckBox("", self),
            IconButton("close", "", size=28, parent=self),
            HelperLine(self),
        )
        row.name.setPlaceholderText(tr("Name", "of a header"))
        row.name.setMaxLength(100)
        row.value.setPlaceholderText(tr("Value"))
        row.value.setMaxLength(4000)
        row.name.setMinimumWidth(_NAME_WIDTH)
        row.secret.setMinimumWidth(22)
        row.secret.setChecked(True)
        row.name.textEdited.connect(self._on_name_text_edited)
        row.value.textChanged.connect(self._on_row_changed)
        row.secret.toggled.connect(self._on_secret_toggled)
        row.remove.clicked.connect(self._on_remove_clicked)
        self._rows.append(row)
        return row

    def _delete(self, row: _Row) -> None:
        for widget in row.widgets:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    def _lay_out(self) -> None:
        for widget in (*self._titles, *(each for row in self._rows for each in row.widgets)):
            self._grid.removeWidget(widget)
        for column, title in enumerate(self._titles):
            self._grid.addWidget(title, 0, column)
        center = Qt.AlignmentFlag.AlignCenter
        for number, row in enumerate(self._rows, 1):
            line = 2 * number - 1
            self._grid.addWidget(row.name, line, 0)
            self._grid.addWidget(row.value, line, 1)
            self._grid.addWidget(row.secret, line, 2, center)
            self._grid.addWidget(row.remove, line, 3, center)
            self._grid.addWidget(row.problem, line + 1, 0, 1, 4)
            for widget in row.widgets[:4]:
                widget.show()
        is_full = len(self._rows) >= MAX_HEADERS
        self.add_button.setEnabled(not is_full)
        reason = header_problem(HeaderFault.TOO_MANY, "") if is_full else ""
        self.add_button.setToolTip(tooltip(reason))
        self.add_button.setAccessibleDescription(reason)
        self._name_rows()
        self.rows_changed.emit()

    def stops(self) -> list[QWidget]:
        """Where the Tab key stops, one after the other."""
        return [widget for row in self._rows for widget in row.widgets[:4]] + [self.add_button]

    def _name_rows(self) -> None:
        for number, row in enumerate(self._rows, 1):
            for widget, text in (
                (row.name, tr("Header {number}, name")),
                (row.value, tr("Header {number}, value")),
                (row.secret, tr("Header {number}, secret")),
            ):
                widget.setAccessibleName(text.format(number=number))
            name = row.name.text().strip()
            text = tr("Remove header {name}")
            row.remove.set_name(text.format(name=name or number))

    def _row_of(self, sender: object) -> _Row | None:
        return next((row for row in self._rows if sender in row.widgets), None)

    def _on_name_text_edited(self) -> None:
        row = self._row_of(self.sender())
        if row is not None and row.value.is_kept and row.kept_as != row.name.text().strip():
            row.value.set_kept(False)  # it is that of another name
        self._name_rows()
        self.changed.emit()

    def _on_row_changed(self) -> None:
        self.changed.emit()

    def _on_secret_toggled(self, is_secret: bool) -> None:
        row = self._row_of(self.sender())
        if row is None:
            return
        if not is_secret:
            row.value.put("")  # a secret is never shown
        mode = QLineEdit.EchoMode
        row.value.setEchoMode(mode.Password if is_secret else mode.Normal)
        self.changed.emit()

    def _on_add_clicked(self) -> None:
        row = self._new_row()
        self._lay_out()
        row.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _on_remove_clicked(self) -> None:
        row = self._row_of(self.sender())
        if row is None:
            return
        place = self._rows.index(row)
        self._rows.remove(row)
        self._delete(row)
        if not self._rows:
            self._new_row()
        self._lay_out()
        near = self._rows[min(place, len(self._rows) - 1)]
        near.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()
