"""The card with the file: what it is, its parts, and the projector beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tray_app.text import size, tooltip, tr
from tray_app.text.create_dialog import (
    file_line,
    parts_line,
    projector_line,
    shown_file,
    spoken_file,
    with_projector,
)
from tray_app.text.creating import shown_path
from tray_app.views.components.buttons import Button
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.inputs import CheckBox, ComboBox
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.spinner import Spinner
from tray_app.views.components.surfaces import Card
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from tray_app.core.creates.files import FileFacts, Projector

_SIDE = 16


class FileCard(Card):
    """`choose` is the button for another file. Signals: `projector_changed` by a person."""

    projector_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts: FileFacts | None = None
        self.add_row(self._file_row())
        self._parts = self.add_row(self._parts_row())
        self._projector = self.add_row(self._projector_row())
        self._show_rows()

    def _file_row(self) -> QWidget:
        row = QWidget(self)
        self._head = row
        self._glyph = GlyphLabel("file", parent=row)
        self._spinner = Spinner(16, row)
        self.name = ElidedLabel("", TextRole.NAME, mode=Qt.TextElideMode.ElideMiddle, parent=row)
        self.line = PlainLabel("", TextRole.SECONDARY, parent=row)
        self.choose = Button(tr("Choose…"), small=True, parent=row)
        self.choose.setAutoDefault(False)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self.name)
        texts.addWidget(self.line)
        line = QHBoxLayout(row)
        line.setContentsMargins(_SIDE, 9, _SIDE, 9)
        line.setSpacing(12)
        line.addWidget(self._glyph)
        line.addWidget(self._spinner)
        line.addLayout(texts, 1)
        line.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _parts_row(self) -> QWidget:
        row = QWidget(self)
        self.parts = PlainLabel("", parent=row)
        line = QHBoxLayout(row)
        line.setContentsMargins(_SIDE, 9, _SIDE, 9)
        line.setSpacing(12)
        line.addWidget(GlyphLabel("check-circle", Tone.OK, parent=row))
        line.addWidget(self.parts, 1)
        return row

    def _projector_row(self) -> QWidget:
        row = QWidget(self)
        self.box = CheckBox("", row)
        self.combo = ComboBox(row)
        self.combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._size = PlainLabel("", wrap=False, parent=row)
        self._size.set_dim()
        line = QHBoxLayout(row)
        line.setContentsMargins(_SIDE, 9, _SIDE, 9)
        line.setSpacing(12)
        line.addWidget(self.box)
        line.addWidget(self.combo, 1)
        line.addStretch(0)
        line.addWidget(self._size)
        self._line = line
        self.box.toggled.connect(self._on_projector_changed)
        self.combo.activated.connect(self._on_projector_changed)
        return row

    @property
    def projector(self) -> str:
        """The path of the file that is taken along, "" = none."""
        chosen = self._chosen()
        return chosen.path if chosen is not None and self.box.isChecked() else ""

    def _chosen(self) -> Projector | None:
        found = self._facts.projectors if self._facts is not None else ()
        if not found:
            return None
        return found[max(0, self.combo.currentIndex())] if len(found) > 1 else found[0]

    def show_reading(self, path: str, words: str) -> None:
        """The file is still being read."""
        self._facts = None
        self._name(path)
        self._spinner.show()
        self._glyph.hide()
        self.line.setText(words)
        self._show_rows()

    def show_facts(self, facts: FileFacts, projector: str | None = None) -> None:
        """What is known of it. `projector` is the one to take along, "" = none, None = the likely
        one."""
        is_same = self._facts is not None and self._facts.projectors == facts.projectors
        self._facts = facts
        self._name(facts.path)
        self._spinner.hide()
        self._glyph.show()
        self.line.setText(file_line(facts))
        self.parts.setText(parts_line(len(facts.files)) if facts.refusal is None else "")
        if not is_same:
            self._fill_projectors(facts.projectors, projector)
        self._show_rows()

    def _name(self, path: str) -> None:
        self.name.setText(shown_file(path))
        self.name.set_tip(shown_path(path))
        self._head.setToolTip(tooltip(shown_path(path)))
        spoken = spoken_file(self._facts, path)
        self._head.setAccessibleName(spoken)
        self.name.setAccessibleName(spoken)
        self.choose.setAccessibleDescription(spoken)

    def _fill_projectors(self, found: tuple[Projector, ...], wanted: str | None) -> None:
        self.combo.clear()
        for each in found:
            self.combo.addItem(shown_file(each.path), each.path)
        paths = [each.path for each in found]
        if wanted:
            self.combo.setCurrentIndex(paths.index(wanted) if wanted in paths else 0)
        is_on = bool(found) and found[0].is_likely if wanted is None else wanted in paths
        self.box.blockSignals(True)  # nobody has ticked it
        self.box.setChecked(is_on)
        self.box.blockSignals(False)
        self._show_projector()

    def _show_projector(self) -> None:
        chosen = self._chosen()
        if chosen is None or self._facts is None:
            return
        is_of_several = len(self._facts.projectors) > 1
        self.combo.setVisible(is_of_several)
        self._line.setStretch(2, 0 if is_of_several else 1)
        words = with_projector() if is_of_several else projector_line(chosen)
        self.box.setText(words.replace("&", "&&"))
        self.box.setAccessibleName(projector_line(chosen))
        self.combo.setAccessibleName(projector_line(chosen))
        self._size.setText(size(chosen.size_bytes))

    def _show_rows(self) -> None:
        facts = self._facts
        self.show_row(self._parts, bool(self.parts.text()) and facts is not None)
        has_projector = facts is not None and facts.refusal is None and bool(facts.projectors)
        self.show_row(self._projector, has_projector)

    def _on_projector_changed(self) -> None:
        self._show_projector()
        self.projector_changed.emit()
