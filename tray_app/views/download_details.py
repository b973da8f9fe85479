"""What a row of the downloads shows when it is opened: its layers, and how fast it has been."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tray_app.core.pulls.states import IN_TRANSFER, PullItem, PullState
from tray_app.core.speed_trail import SpeedTrail
from tray_app.views.downloads.layers import DownloadLayers
from tray_app.views.downloads.speed_graph import SpeedGraph

_GRAPHED = IN_TRANSFER | {PullState.WAITING, PullState.RETRYING, PullState.PAUSED}
_MOVING = frozenset({PullState.RUNNING, PullState.PREPARING})


class DownloadDetails(QWidget):
    """Layers above, graph below. The trail is fed whether or not it is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trail = SpeedTrail()
        self._layers = DownloadLayers(self)
        self.graph = SpeedGraph(self._trail, self)
        self.graph.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._layers)
        column.addWidget(self.graph)

    def note_speed(self, item: PullItem, now_s: float) -> None:
        """Remember how fast `item` is; cheap, for every change of it."""
        if item.state in IN_TRANSFER and item.progress is not None:
            self._trail.add(now_s, item.progress.speed_bytes_s)

    def set_item(self, item: PullItem) -> None:
        """Show `item`."""
        self._layers.set_item(item)
        self.graph.setVisible(item.state in _GRAPHED and self.graph.has_line())
        self.graph.refresh(is_idle=item.state not in _MOVING)
