"""The list of keyboard shortcuts on F1."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from tray_app.text import tr
from tray_app.views.components.labels import PlainLabel
from tray_app.views.shortcuts import SHORTCUTS, label, shown
from tray_app.views.theme import TextRole


class ShortcutsDialog(QDialog):
    """Modeless; closes with Esc."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(20, 16, 20, 20)
        grid.setHorizontalSpacing(40)
        grid.setVerticalSpacing(6)
        for row, (key, keys) in enumerate(SHORTCUTS.items()):
            grid.addWidget(PlainLabel(label(key), wrap=False), row, 0)
            # Some languages have one word for Return and Enter.
            named = dict.fromkeys(shown(sequence) for sequence in keys.here)
            sequences = tr(", ", "between parts of a line").join(named)
            value = PlainLabel(sequences, wrap=False)
            value.set_dim()
            grid.addWidget(value, row, 1)
        grid.setColumnStretch(1, 1)
        grid.addWidget(
            PlainLabel(tr("In the list of downloads"), TextRole.SECTION), len(SHORTCUTS), 0
        )
        for offset, (words, sequence) in enumerate(_download_keys(), start=1):
            grid.addWidget(PlainLabel(words, wrap=False), len(SHORTCUTS) + offset, 0)
            value = PlainLabel(sequence, wrap=False)
            value.set_dim()
            grid.addWidget(value, len(SHORTCUTS) + offset, 1)
        scroll = QScrollArea()
        scroll.setAccessibleName(tr("Keyboard shortcuts"))
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)
        self.resize(440, 560)


def _download_keys() -> tuple[tuple[str, str], ...]:
    return (
        (tr("Pause or resume"), shown("Space")),
        (tr("Cancel"), shown("Del")),
        (tr("Show or hide layers"), f"{shown('Right')}, {shown('Left')}"),
        (tr("Move in the line"), f"{shown('Alt+Up')}, {shown('Alt+Down')}"),
    )
