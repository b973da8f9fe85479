"""PaneFocus: the way from pane to pane by keyboard, and the order of Tab."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

REASON = Qt.FocusReason.ShortcutFocusReason
"""The focus reason that shows the keyboard's frame."""


class PaneFocus(QObject):
    """`panes` are gone round in their order, each with what puts the focus into it; `stops` is the
    order of Tab."""

    def __init__(
        self,
        window: QWidget,
        panes: Sequence[tuple[QWidget, Callable[[], object]]],
        stops: Sequence[QWidget],
    ) -> None:
        super().__init__(window)
        self._panes = tuple(panes)
        # Qt leaves out what cannot have the focus itself: a container stands for its parts.
        for before, after in pairwise(part for stop in stops for part in _parts(stop)):
            QWidget.setTabOrder(before, after)

    def next_pane(self) -> None:
        self._go(1)

    def previous_pane(self) -> None:
        self._go(-1)

    def _go(self, step: int) -> None:
        shown = [(pane, enter) for pane, enter in self._panes if pane.isVisible()]
        focused = QApplication.focusWidget()
        here = next(
            (i for i, (pane, _) in enumerate(shown) if focused and pane.isAncestorOf(focused)), 0
        )
        _, enter = shown[(here + step) % len(shown)]
        enter()


def _parts(stop: QWidget) -> list[QWidget]:
    """`stop` itself, or what in it can have the focus, in the order in which it was made."""
    if stop.focusPolicy() is not Qt.FocusPolicy.NoFocus:
        return [stop]
    inside = stop.findChildren(QWidget)
    return [part for part in inside if part.focusPolicy() is not Qt.FocusPolicy.NoFocus]
