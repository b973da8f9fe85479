"""Fields with their labels: at the left, or above where the words of a language are long."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from tray_app.core.lazy_patterns import lazy_pattern

LABEL_WIDTH = 112
_GAP = 12
_FILLER = "\ue000"
_KEPT_DOTS = 12
_MNEMONIC = lazy_pattern(r"\s*\(&\w\)")
"""As it stands where the words have no such letter: “名称(&N)”."""


class FieldGrid(QWidget):
    """Rows of a label and a cell: a field, and what stands below it."""

    def __init__(
        self, labels: tuple[str, ...], width: int = LABEL_WIDTH, parent: QWidget | None = None
    ) -> None:
        """`labels` are all there will be: they decide where they stand."""
        super().__init__(parent)
        metrics = self.fontMetrics()
        flag = int(Qt.TextFlag.TextShowMnemonic)
        words = (word for text in labels for word in text.split())
        widest = max(metrics.size(flag, word).width() for word in words)
        longest = max(metrics.size(flag, text).width() for text in labels)
        self._is_on_top = widest > width or longest > 2 * width  # two lines at most
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(_GAP)
        self._grid.setVerticalSpacing(_GAP)
        self._grid.setColumnStretch(1, 1)
        if not self._is_on_top:
            self._grid.setColumnMinimumWidth(0, width)
        self._rows: dict[QWidget, tuple[QWidget, ...]] = {}

    def add(
        self, text: str, field: QWidget, *below: QWidget, beside: QWidget | None = None
    ) -> None:
        """A row; `beside` stands behind the field."""
        row = self._grid.rowCount()
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setBuddy(field)
        if not field.accessibleName():  # a buddy in another box is not found
            field.setAccessibleName(_MNEMONIC.sub("", text).replace("&", ""))
        cell = QWidget(self)
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(field, 1)
        if beside is not None:
            line.addWidget(beside)
        if self._is_on_top:
            column.addWidget(label)
        column.addLayout(line)
        for widget in below:
            column.addWidget(widget)
        if self._is_on_top:
            self._grid.addWidget(cell, row, 0, 1, 2)
        else:
            label.setMinimumHeight(field.sizeHint().height())
            right = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
            label.setAlignment(right)
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(label, row, 0, top)
            self._grid.addWidget(cell, row, 1)
        self._rows[field] = (label, cell)

    def add_wide(self, widget: QWidget) -> None:
        """Something across both columns."""
        self._grid.addWidget(widget, self._grid.rowCount(), 0, 1, 2)

    def add_cell(self, widget: QWidget) -> None:
        """Something below the fields."""
        column = 0 if self._is_on_top else 1
        self._grid.addWidget(widget, self._grid.rowCount(), column, 1, 2 - column)

    def show_row(self, field: QWidget, is_shown: bool) -> None:
        for widget in self._rows[field]:
            widget.setVisible(is_shown)


class SecretField(QLineEdit):
    """A token or password in dots. One that is kept elsewhere shows dots too, and is never read:
    typing replaces it, deleting empties the field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_kept = False
        self.is_touched = False
        """Whether a person has typed or deleted something."""
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.textEdited.connect(self._on_text_edited)

    @property
    def is_kept(self) -> bool:
        """Whether what was kept is left as it is."""
        return self._is_kept

    @property
    def secret(self) -> str:
        """What was typed."""
        return "" if self._is_kept else self.text()

    def set_kept(self, is_kept: bool) -> None:
        """There is one, or there is none any more; what was typed stays."""
        if is_kept == self._is_kept or (self.is_touched and not self._is_kept):
            return
        self._is_kept = is_kept
        self.setText(_FILLER * _KEPT_DOTS if is_kept else "")

    def put(self, secret: str) -> None:
        """As if a person had typed it."""
        self._is_kept, self.is_touched = False, True
        self.setText(secret)

    def _on_text_edited(self, text: str) -> None:
        self.is_touched = True
        if self._is_kept:
            self._is_kept = False
            self.setText(text.replace(_FILLER, ""))


def choose(combo: QComboBox, data: object) -> None:
    """Show the entry that means `data`."""
    combo.setCurrentIndex(max(0, combo.findData(data)))
