"""The card "Pull on": the servers that may pull, one line each, with boxes to tick."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import tr
from tray_app.views.components.focus_group import RovingFocus
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.scrolling import ScrollArea
from tray_app.views.components.server_line import LineLook, ServerLine
from tray_app.views.components.surfaces import Card, Hairline
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

_MAX_SHOWN = 4
"""More than these scroll."""
_LEAST = 120


@dataclass(frozen=True, slots=True)
class Tick:
    """A person ticked the box of a server, or took the tick away."""

    server_id: str
    is_on: bool


class ServerCard(QWidget):
    """All boxes are one stop of the keyboard; Up and Down move between them.

    Signals: `ticked` (Tick).
    """

    ticked = Signal(object)  # Tick

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: dict[str, ServerLine] = {}
        self._focus: RovingFocus | None = None
        title = PlainLabel(tr("Pull on"), TextRole.NAME, parent=self)
        self.rows = _Rows(self)
        card = Card(self)
        card.add_row(self.rows)
        # What is left over is not for the card.
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(title)
        layout.addWidget(card)
        layout.addStretch(1)

    @property
    def lines(self) -> Mapping[str, ServerLine]:
        """The rows by server id, from top to bottom."""
        return self._lines

    def show_looks(self, looks: Mapping[str, LineLook]) -> bool:
        """Show these; gives whether rows have come. Those that are here keep their places."""
        news = [server_id for server_id in looks if server_id not in self._lines]
        for server_id in news:
            line = ServerLine(self.rows.inner)
            line.setObjectName(server_id)
            line.ticked.connect(self._on_line_ticked)
            self._lines[server_id] = line
            self.rows.add_row(line)
        for server_id, look in looks.items():
            self._lines[server_id].show_look(look)
        if news:
            self._watch_keys()
        return bool(news)

    def chain_stops(self, before: QWidget, after: QWidget) -> None:
        """Put the boxes between two others in the Tab order."""
        stops = (before, *(line.box for line in self._lines.values()), after)
        for first, second in pairwise(stops):
            QWidget.setTabOrder(first, second)

    def _watch_keys(self) -> None:
        if self._focus is not None:
            self._focus.let_go()
        boxes = [line.box for line in self._lines.values()]
        self._focus = RovingFocus(boxes, self, is_column=True)

    def _on_line_ticked(self, is_on: bool) -> None:
        line = self.sender()
        if isinstance(line, ServerLine):
            self.ticked.emit(Tick(line.objectName(), is_on))


class _Rows(ScrollArea):
    """Asks for the room of its first rows, and does with less."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.inner = QWidget()
        self._layout = QVBoxLayout(self.inner)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setWidget(self.inner)
        self.inner.setAutoFillBackground(False)  # the card is painted beneath
        self.viewport().setAutoFillBackground(False)
        self.inner.installEventFilter(self)
        self._wanted = _LEAST

    def add_row(self, line: ServerLine) -> None:
        if self._layout.count():
            self._layout.addWidget(Hairline(self.inner))
        self._layout.addWidget(line)
        line.box.installEventFilter(self)
        line.show()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._wanted)

    def minimumSizeHint(self) -> QSize:
        width = self.inner.minimumSizeHint().width()
        return QSize(width, min(self._wanted, _LEAST))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.inner:
            if event.type() == QEvent.Type.LayoutRequest:
                self._measure()
        elif event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            line = watched.parentWidget()
            if line is not None:
                self.ensureWidgetVisible(line, 0, 0)
        return super().eventFilter(watched, event)

    def _measure(self) -> None:
        """The height of the first rows at this width."""
        width, height = self.viewport().width(), 0
        for index in range(min(self._layout.count(), 2 * _MAX_SHOWN - 1)):
            item = self._layout.itemAt(index)
            if item is not None:
                tall = item.heightForWidth(width) if item.hasHeightForWidth() else -1
                height += tall if tall >= 0 else item.sizeHint().height()
        if height != self._wanted:
            self._wanted = height
            self.updateGeometry()
