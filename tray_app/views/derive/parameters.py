"""ParametersCard: the table of parameters, one row each, and the menu that adds one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QWidget

from tray_app.core.creates.parameters import (
    KNOWN,
    ParameterKind,
    ParameterRow,
    ParameterTable,
    RowState,
    is_parameter_name,
    shown,
)
from tray_app.text import tooltip, tr
from tray_app.text.parameters import (
    parameter_words,
    remove_words,
    restore_words,
    row_note,
    spoken_button,
    spoken_row,
    value_words,
)
from tray_app.views.components.buttons import Button, IconButton
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.inputs import ComboBox, set_invalid, set_quiet
from tray_app.views.components.labels import ElidedLabel
from tray_app.views.components.surfaces import Card, margins
from tray_app.views.theme import TextRole, Tone, font

_ROW_HEIGHT = 41  # and the line between them
_NAME_WIDTH = 118
_FIELD_WIDTH, _LIST_WIDTH = 116, 150
_QUIET = frozenset({RowState.UNSET, RowState.INHERITED, RowState.DEFAULT})
_RESTORED = frozenset({RowState.CHANGED, RowState.DEFAULT, RowState.EMPTIED, RowState.WRONG})
OTHER = ""
"""The name of one that a person has still to name."""


class RowView(QWidget):
    """One parameter. Signals: `typed` (its text), `named` (another name), `button_clicked`."""

    typed = Signal(str)
    named = Signal(str)
    button_clicked = Signal()

    def __init__(self, row: ParameterRow, *, is_named: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(_ROW_HEIGHT)
        self.name_field: QLineEdit | None = None
        self.name_label = ElidedLabel(row.name, TextRole.MONO, parent=self)
        self.field = QLineEdit(self)
        self.field.setMaxLength(20_000)
        self.combo = ComboBox(self)
        for value in (True, False):
            self.combo.addItem(value_words(value), shown(value))
        is_list, is_bool = row.kind is ParameterKind.LIST, row.kind is ParameterKind.BOOL
        for widget in (self.field, self.combo):
            widget.setFixedWidth(_LIST_WIDTH if is_list else _FIELD_WIDTH)
        self.field.setVisible(not is_bool)
        self.combo.setVisible(is_bool)
        self._input: QWidget = self.combo if is_bool else self.field
        self._glyph = GlyphLabel("", Tone.NEUTRAL, 14, self)
        self.note = ElidedLabel("", TextRole.SECONDARY, parent=self)
        self.button = IconButton("close", "", size=28, parent=self)
        line = QHBoxLayout(self)
        line.setContentsMargins(margins(15, 4, 4, 5))
        line.setSpacing(8)
        line.addWidget(self.name_label)
        if is_named:
            self.name_field = QLineEdit(row.name, self)
            self.name_field.setMaxLength(64)
            self.name_field.setFont(font(TextRole.MONO))
            self.name_field.setPlaceholderText(tr("name", "of a parameter"))
            self.name_field.setAccessibleName(tr("Name of the parameter"))
            self.name_field.textEdited.connect(self.named)
            line.addWidget(self.name_field)
        self.name_label.setVisible(not is_named)
        line.addWidget(self.field)
        line.addWidget(self.combo)
        note = QHBoxLayout()
        note.setSpacing(4)
        note.addWidget(self._glyph)
        note.addWidget(self.note, 1)
        line.addLayout(note, 1)
        line.addWidget(self.button)
        self.field.textEdited.connect(self.typed)
        self.combo.activated.connect(self._on_combo_activated)
        self.button.clicked.connect(self.button_clicked)

    def stops(self) -> list[QWidget]:
        """What Tab goes to, in order."""
        named = [self.name_field] if self.name_field is not None else []
        return [*named, self._input, self.button]

    def set_name_width(self, width: int) -> None:
        for widget in (self.name_label, self.name_field):
            if widget is not None:
                widget.setFixedWidth(width)

    def focus(self) -> None:
        """Ready to be typed into."""
        (self.name_field or self._input).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_row(self, row: ParameterRow, base: str, *, is_edit: bool) -> None:
        """Say how it stands now."""
        state = row.state
        is_quiet = state in _QUIET
        note = row_note(row, base, is_edit=is_edit)
        is_wrong = state is RowState.WRONG or bool(row.name and not is_parameter_name(row.name))
        if self.name_label.text() != row.name:
            self.name_label.setText(row.name)
        self.name_label.set_dim(is_quiet)
        self.name_label.set_tip(parameter_words(row.name))
        if self.field.text() != row.text:
            self.field.setText(row.text)
        self.combo.setCurrentIndex(self.combo.findData(row.text))
        known = KNOWN.get(row.name)
        if known is not None and known.default is not None:
            self.field.setPlaceholderText(shown(known.default))
        set_quiet(self.field, is_quiet)
        set_quiet(self.combo, is_quiet)
        set_invalid(self.field, is_wrong)
        is_ignored = not row.is_known and state in (RowState.INHERITED, RowState.ADDED)
        tone = Tone.DANGER if is_wrong else Tone.WARN if is_ignored and row.name else None
        self._glyph.set_glyph("error" if is_wrong else "warning", tone or Tone.NEUTRAL)
        self._glyph.setVisible(tone is not None)
        self.note.setText(note)
        self.note.set_state(tone)
        if self.name_field is not None:
            set_invalid(self.name_field, bool(row.name) and not is_parameter_name(row.name))
        self._show_button(row)
        spoken = spoken_row(row, note)
        for widget in (self.field, self.combo):
            widget.setAccessibleName(spoken)
            widget.setToolTip(tooltip(parameter_words(row.name)))

    def _show_button(self, row: ParameterRow) -> None:
        """Take away what is there, or bring back what was. What is wrong in the base itself can
        only be taken away."""
        is_restored = row.state in _RESTORED and row.base is not None and not row.is_as_in_base
        words = restore_words(row) if is_restored else remove_words(row)
        self.button.set_icon_name("undo" if is_restored else "close")
        self.button.set_name(spoken_button(words, row.name), words)
        policy = self.button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.button.setSizePolicy(policy)
        self.button.setVisible(row.state is not RowState.UNSET)

    def _on_combo_activated(self, index: int) -> None:
        self.typed.emit(self.combo.itemData(index))


class ParametersCard(Card):
    """Signals: `changed` when the table is another; `rows_changed` when there are other rows."""

    changed = Signal()
    rows_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = ParameterTable({})
        self._base = ""
        self._is_edit = False
        self._views: dict[str, RowView] = {}
        self._named: set[str] = set()  # of those whose name a person types
        foot = QWidget(self)
        line = QHBoxLayout(foot)
        line.setContentsMargins(margins(16, 8, 16, 8))
        self.add_button = Button(tr("&Add parameter"), "plus", small=True, parent=foot)
        self.add_button.setAutoDefault(False)
        self.menu = QMenu(self.add_button)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.add_button.clicked.connect(self._show_menu)
        line.addWidget(self.add_button)
        line.addStretch(1)
        self._foot = foot

    def set_table(self, table: ParameterTable, base: str, *, is_edit: bool) -> None:
        """Show these rows; each that is typed into is put into the table."""
        self._table, self._base, self._is_edit = table, base, is_edit
        self._named = {name for name in self._named if table.row(name) is not None}
        self._rebuild()

    def view(self, name: str) -> RowView | None:
        return self._views.get(name)

    @property
    def views(self) -> tuple[RowView, ...]:
        return tuple(self._views.values())

    def show_rows(self) -> None:
        """How each stands now."""
        for row in self._table:
            view = self._views.get(row.name)
            if view is not None:
                view.show_row(row, self._base, is_edit=self._is_edit)

    def _rebuild(self) -> None:
        self._foot.setParent(None)
        self.clear()
        self._views = {}
        for row in self._table:
            view = RowView(row, is_named=row.name in self._named, parent=self)
            view.typed.connect(self._on_view_typed)
            view.named.connect(self._on_view_named)
            view.button_clicked.connect(self._on_view_button_clicked)
            self._views[row.name] = view
            self.add_row(view)
        self.add_row(self._foot)
        self._foot.show()
        self._fit_names()
        self.show_rows()
        self.rows_changed.emit()

    def _fit_names(self) -> None:
        metrics = QFontMetrics(font(TextRole.MONO))
        widest = max((metrics.horizontalAdvance(name) for name in self._views), default=0)
        for view in self._views.values():
            view.set_name_width(max(_NAME_WIDTH, min(widest + 2, 2 * _NAME_WIDTH)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._fit_names()

    def _name_of(self, view: object) -> str | None:
        return next((name for name, each in self._views.items() if each is view), None)

    def _on_view_typed(self, text: str) -> None:
        name = self._name_of(self.sender())
        if name is not None:
            self._table.set_text(name, text)
            self._tell()

    def _on_view_named(self, to: str) -> None:
        """A name that is there already is not taken: two rows would be about one parameter."""
        view = self.sender()
        name = self._name_of(view)
        if name is None or not isinstance(view, RowView):
            return
        is_taken = to != name and self._table.row(to) is not None
        key = f"{to} " if is_taken else to  # which is no name, so nothing is sent of it
        self._table.rename(name, key)
        self._views = {key if each is view else name: each for name, each in self._views.items()}
        self._named = (self._named - {name}) | {key}
        self._tell()

    def _on_view_button_clicked(self) -> None:
        name = self._name_of(self.sender())
        row = self._table.row(name) if name is not None else None
        view = self._views.get(name or "") if row is not None else None
        if row is None or view is None:
            return
        is_restored = row.state in _RESTORED and row.base is not None and not row.is_as_in_base
        if is_restored:
            self._table.restore(row.name)
        else:
            self._table.remove(row.name)
        if self._table.row(row.name) is None:
            self._named.discard(row.name)
            self._rebuild()
            self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)
            self.changed.emit()
        else:
            self._tell()

    def _tell(self) -> None:
        self.show_rows()
        self.changed.emit()

    # Adding.

    def _show_menu(self) -> None:
        self.menu.popup(self.add_button.mapToGlobal(self.add_button.rect().bottomLeft()))

    def _fill_menu(self) -> None:
        self.menu.clear()
        for known in self._table.missing():
            action = self.menu.addAction(f"{known.name}\t{parameter_words(known.name)}")
            action.triggered.connect(lambda _=False, name=known.name: self.add(name))
        self.menu.addSeparator()
        self.menu.addAction(tr("Other name…")).triggered.connect(lambda: self.add(OTHER))

    def add(self, name: str) -> None:
        """A row for one that is not in the table; "" = a person types its name."""
        if name == OTHER:
            self._named.add(OTHER)
        kind = KNOWN[name].kind if name in KNOWN else ParameterKind.OTHER
        self._table.add(name, shown(True) if kind is ParameterKind.BOOL else "")
        self._rebuild()
        view = self._views.get(name)
        if view is not None:
            view.focus()
        self.changed.emit()
