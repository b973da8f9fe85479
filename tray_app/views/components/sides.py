"""Sides by reading direction: Qt mirrors the order in a layout, but not its margins."""

from __future__ import annotations

from PySide6.QtCore import QMargins
from PySide6.QtGui import QGuiApplication


def margins(leading: int, top: int, trailing: int, bottom: int) -> QMargins:
    """Margins that go along where texts run from right to left."""
    if QGuiApplication.isRightToLeft():
        leading, trailing = trailing, leading
    return QMargins(leading, top, trailing, bottom)
