"""StatusBar: what there is on the left, how old the picture is on the right, and Refresh."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tray_app.text import tooltip, tr
from tray_app.views.components.buttons import IconButton
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.shortcuts import hint
from tray_app.views.theme import TextRole, Theme

_HEIGHT = 32


class StatusBar(QWidget):
    """Signals: `refresh_clicked`."""

    refresh_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line_tip = ""
        self._line = ElidedLabel(role=TextRole.SECONDARY, parent=self)
        self._age = PlainLabel(role=TextRole.SECONDARY, wrap=False, parent=self)
        self.refresh = IconButton("refresh", tr("Refresh"), size=28, parent=self)
        self.refresh.set_name(tr("Refresh"), f"{tr('Refresh')} ({hint('refresh')})")
        self.refresh.clicked.connect(self.refresh_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 1, 8, 0)
        row.setSpacing(8)
        row.addWidget(self._line, 1)
        row.addWidget(self._age)
        row.addWidget(self.refresh)
        self.setFixedHeight(max(_HEIGHT, self._line.sizeHint().height() + 12))

    @property
    def line(self) -> str:
        return self._line.text()

    @property
    def age(self) -> str:
        return self._age.text()

    def set_line(self, text: str, tip: str = "") -> None:
        """The left side; `tip` says more."""
        self._line.setText(text)
        self._line_tip = tip
        self._fit()

    def set_age(self, text: str) -> None:
        """The right side."""
        if text != self._age.text():
            self._age.setText(text)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = self._line.fontMetrics()
        wanted = metrics.horizontalAdvance(self._line.text()) + self._age.sizeHint().width()
        room = self.width() - 16 - 8 - self.refresh.width() - 3 * 8
        self._age.setVisible(bool(self._age.text()) and wanted <= room)
        if self._line_tip:
            self._line.setToolTip(tooltip(self._line_tip))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = Theme.of(self)
        painter.fillRect(self.rect(), theme.window)
        painter.fillRect(0, 0, self.width(), 1, theme.hairline)
