"""The card with what it costs: what is uploaded, and the disk space of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from tray_app.core.creates.costs import CreateCost, Room
from tray_app.text import EstimateLine, exact_size, tooltip, tr
from tray_app.text.create_dialog import upload_figure
from tray_app.views.components.buttons import Button
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.statement_row import StatementRow, ValueRow
from tray_app.views.components.surfaces import Card, SkeletonBar
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_BONE = 64


class CostCard(Card):
    """Shows bones for what is not known yet. `free_button` is there for a disk that has too little
    room and can be looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._upload = ValueRow(tr("To upload"), self)
        self._bone = SkeletonBar(_BONE, self._upload)
        self.figure = PlainLabel("", TextRole.FIGURE, wrap=False, parent=self._upload)
        self.nothing = PlainLabel("", TextRole.NAME, parent=self._upload)
        line = self._upload.line
        side = Qt.AlignmentFlag
        line.addWidget(self._bone, 1, side.AlignLeading | side.AlignVCenter)
        line.addWidget(self.nothing, 1)
        line.addWidget(self.figure, 1, side.AlignTrailing | side.AlignVCenter)
        line.setAlignment(self._upload.label, Qt.AlignmentFlag.AlignVCenter)
        self.disk = StatementRow(tr("Disk space"), self)
        self.free_button = Button(tr("&Free up space…"), "disk", small=True, parent=self.disk)
        self.free_button.setAutoDefault(False)
        self.disk.texts.addWidget(self.free_button, 0, Qt.AlignmentFlag.AlignLeading)
        self.add_row(self._upload)
        self.add_row(self.disk)
        self.show_cost(None, None)

    def show_cost(self, cost: CreateCost | None, disk: EstimateLine | None) -> None:
        """None = not known yet."""
        figure, nothing = upload_figure(cost) if cost is not None else ("", "")
        self._bone.setVisible(cost is None)
        self.figure.setText(figure)
        self.figure.setVisible(bool(figure))
        upload_bytes = cost.upload_bytes if cost is not None else None
        self.figure.setToolTip(tooltip(exact_size(upload_bytes)))
        self.figure.setAccessibleName(f"{self._upload.label.text()}: {figure}")
        self.nothing.setText(nothing)
        self.nothing.setVisible(bool(nothing))
        self.disk.say(disk)
        is_short = cost is not None and disk is not None and cost.room is Room.SHORT
        self.free_button.setVisible(is_short)
