"""The head of the window: what is free, the bar of the disk, and what its colors mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tray_app.text import dotted, size, tr
from tray_app.text.disk import (
    Piece,
    free_of,
    legend,
    not_readable,
    piece_tip,
    unknown_room,
)
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.surfaces import SkeletonBar
from tray_app.views.disk.bar import BarPiece, DiskBar, Legend
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from tray_app.core.disk.contents import StoreContents
    from tray_app.core.disk.report import DiskReport

_BONE = 240
_MAX_PIECES = 200
"""Of models, the largest: more than a bar has dots for cannot be told apart."""


class DiskHead(QWidget):
    """Shows a DiskReport; before there is one, after a while, that it is being counted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figure = PlainLabel("", TextRole.FIGURE, wrap=False, parent=self)
        self.rest = ElidedLabel("", parent=self)
        self.rest.set_dim()
        self.title = PlainLabel("", TextRole.NAME, parent=self)
        self.detail = PlainLabel("", TextRole.SECONDARY, parent=self)
        self._bone = SkeletonBar(_BONE, self)
        self.bar = DiskBar(self)
        self.legend = Legend(self)
        first = QHBoxLayout()
        first.setSpacing(7)
        first.addWidget(self.figure)
        first.addWidget(self.rest, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 10)
        layout.setSpacing(8)
        for part in (first, self._bone, self.title, self.detail, self.bar, self.legend):
            if isinstance(part, QHBoxLayout):
                layout.addLayout(part)
            else:
                layout.addWidget(part)
        self._all = (self.figure, self.rest, self._bone, self.title, self.detail, self.bar)
        self.show_counting(is_slow=False)

    def _show_only(self, *shown: QWidget) -> None:
        for part in (*self._all, self.legend):
            part.setVisible(part in shown)

    def show_counting(self, *, is_slow: bool) -> None:
        """Nothing is known yet; `is_slow`: and that takes a while."""
        self.rest.setText(tr("Counting…") if is_slow else "")
        self.bar.set_pieces((), tr("Counting…") if is_slow else "")
        self._show_only(self.rest, self.bar, *((self._bone,) if is_slow else ()))

    def show_elsewhere(self, label: str, address: str) -> None:
        """Its disk cannot be seen from here."""
        title, detail = unknown_room(label, address)
        self.title.setText(title)
        self.detail.setText(detail)
        self._show_only(self.title, self.detail)

    def show_report(self, report: DiskReport, model_bytes: int) -> None:
        """What was found; `model_bytes` is what the models take where the rest isn't readable."""
        found, free = report.contents, report.free_bytes
        self.figure.setText(size(free))
        self.rest.setText(free_of(report.size_bytes, report.folder))
        sizes = _sizes(found, model_bytes, free)
        words = {piece: legend(piece, taken) for piece, taken in sizes.items()}
        note = "" if found is not None else not_readable()
        self.legend.say(words, note)
        self.bar.set_pieces(_pieces(found, sizes), dotted(*words.values(), note))
        self._show_only(self.figure, self.rest, self.bar, self.legend)


def _sizes(found: StoreContents | None, model_bytes: int, free: int | None) -> dict[Piece, int]:
    """Bytes by what takes them, those that are not there left out."""
    sizes = {Piece.MODELS: model_bytes}
    if found is not None:
        shared = sum(each.disk_bytes for each in found.models if len(each.names) > 1)
        sizes = {
            Piece.MODELS: found.layer_bytes,
            Piece.SHARED: shared,
            Piece.UNFINISHED: found.unfinished_bytes,
            Piece.LEFT_OVER: found.left_over_bytes,
        }
    sizes = {piece: taken for piece, taken in sizes.items() if taken or piece is Piece.MODELS}
    return sizes if free is None else {**sizes, Piece.FREE: free}


def _pieces(found: StoreContents | None, sizes: dict[Piece, int]) -> list[BarPiece]:
    pieces = []
    if found is None:
        pieces.append(BarPiece(Piece.MODELS, sizes[Piece.MODELS], legend_of(Piece.MODELS, sizes)))
    models = found.models if found is not None else ()
    for each in models[:_MAX_PIECES]:
        piece = Piece.SHARED if len(each.names) > 1 else Piece.MODELS
        pieces.append(BarPiece(piece, each.disk_bytes, piece_tip(each)))
    thin = sum(each.disk_bytes for each in models[_MAX_PIECES:])
    if thin:  # all of them together are a few dots wide
        pieces.append(BarPiece(Piece.MODELS, thin, legend(Piece.MODELS, thin)))
    others = (Piece.UNFINISHED, Piece.LEFT_OVER, Piece.FREE)
    return pieces + [
        BarPiece(piece, sizes[piece], legend_of(piece, sizes)) for piece in others if piece in sizes
    ]


def legend_of(piece: Piece, sizes: dict[Piece, int]) -> str:
    """The words of the legend, for the tooltip of a piece."""
    return legend(piece, sizes[piece])
