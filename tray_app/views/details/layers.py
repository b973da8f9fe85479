"""The layers tab: what a model consists of, and which other models use the same files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tray_app.core.sharing import LayerIndex, freed, sharers
from tray_app.text import MISSING, join, layer_label, layers_note, one_line, size, tr
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.tables import DIM_ROLE, CardTable, in_card
from tray_app.views.details.info import MAX_ROWS
from tray_app.views.details.page import MARGINS
from tray_app.views.theme import TextRole, Tone, font

if TYPE_CHECKING:
    from tray_app.core.records import Layer, ModelInfo, ModelRecord

_ROW = 36


class LayersTab(QWidget):
    """A table of layers and a note beneath it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[tuple[Layer, str], ...] = ()
        titles = (tr("Layer"), tr("Size"), tr("Digest"), tr("Also used by"))
        self.table = CardTable(titles, (180, 104, 168, 200), self, row_height=_ROW)
        self.table.setAccessibleName(tr("Layers"))
        right = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
        self.table.headerItem().setTextAlignment(1, right)
        self._card = in_card(self.table, self)
        self.note = PlainLabel("", TextRole.SECONDARY, parent=self)
        note = QHBoxLayout()
        note.setSpacing(8)
        glyph = GlyphLabel("info", Tone.NEUTRAL, 16, self)
        note.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
        note.addWidget(self.note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*MARGINS)
        layout.setSpacing(12)
        layout.addWidget(self._card)
        layout.addLayout(note)
        layout.addStretch(1)

    def has_layers(self) -> bool:
        """Whether any layer is known."""
        return bool(self._rows)

    def show_layers(
        self,
        record: ModelRecord | None,
        info: ModelInfo | None,
        models: Sequence[ModelRecord],
        layer_index: LayerIndex,
    ) -> None:
        """Fill the table from what is known of this model and of the others."""
        known = layer_index.of(record) if record else None
        layers = known_layers(record, info, layer_index)
        is_whole = known.is_whole if known else bool(info and info.has_all_layers)
        users = sharers(record, models, layer_index) if record else {}
        others = [m for m in models if record is None or m.key != record.key]
        are_others_known = all(layer_index.of(m) is not None for m in others if not m.is_cloud)
        rows = tuple(
            (layer, self._used_by(users.get(layer.digest, ()), are_others_known))
            for layer in layers[:MAX_ROWS]
        )
        if rows != self._rows:
            self._rows = rows
            self._fill()
        self.note.setText(_note(record, models, layer_index, is_whole))

    def _used_by(self, names: Sequence[str], are_others_known: bool) -> str:
        if names:
            return join([one_line(name, 80) for name in names])
        return tr("No other model") if are_others_known else tr("Not known")

    def _fill(self) -> None:
        self.table.clear()
        mono = font(TextRole.MONO)
        right = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
        for layer, used_by in self._rows:
            digest = layer.digest.removeprefix("sha256:")[:12]
            amount = size(layer.size_bytes) if layer.size_bytes is not None else MISSING
            item = self.table.add((layer_label(layer.kind), amount, digest, used_by))
            item.setTextAlignment(1, right)
            item.setFont(2, mono)
            item.setData(2, DIM_ROLE, True)
            item.setData(3, DIM_ROLE, True)
        # As high as its rows, so that the note stands right beneath; more of them scroll.
        height = self.table.header().sizeHint().height() + _ROW * len(self._rows) + 2
        self.table.setMaximumHeight(height)
        self.table.setMinimumHeight(min(height, 6 * _ROW))


def known_layers(
    record: ModelRecord | None, info: ModelInfo | None, layer_index: LayerIndex
) -> tuple[Layer, ...]:
    """Those of this model, from what was asked of the server or read on its disk."""
    known = layer_index.of(record) if record else None
    return known.layers if known else (info.layers if info else ())


def _note(
    record: ModelRecord | None,
    models: Sequence[ModelRecord],
    layer_index: LayerIndex,
    is_whole: bool,
) -> str:
    if record is None:
        return ""
    if not is_whole:
        return tr("Only the weights are known for this server.")
    return layers_note(record.name, freed([record], models, layer_index))
