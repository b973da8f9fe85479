"""What cannot be shown says so in its place, is logged once, and the rest goes on.

An error in a paint is not one to ask a person about: it would come back with every repaint.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import Any, TypeVar, cast

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QPainter, QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QStyleOptionViewItem, QWidget

from tray_app.text import tr

_log = logging.getLogger(__name__)
_RED = {True: QColor("#ff9c94"), False: QColor("#b3261e")}  # on dark, on light ground
_PAD = 6
_logged: set[tuple[str, str, int]] = set()

P = TypeVar("P", bound=Callable[..., None])


def log_once(what: str, error: BaseException) -> None:
    """Write it down, unless the same was written before."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = (what, last.filename, last.lineno or 0)
    if place not in _logged:
        _logged.add(place)
        _log.error("%s cannot be shown", what, exc_info=error)
    traceback.clear_frames(error.__traceback__)


def could(show: Callable[[], object], what: str) -> bool:
    """Whether `show` did its work; if not, the caller says so in its place."""
    try:
        show()
    except Exception as error:  # noqa: BLE001 - whatever it is, what stands beside it goes on
        log_once(what, error)
        return False
    return True


def failure_words() -> str:
    """What stands in the place of something that failed."""
    return tr("Can’t be shown")


def guarded(paint: P) -> P:
    """Decorates a `paintEvent`."""

    @wraps(paint)
    def paint_or_tell(self: QWidget, *args: Any) -> None:
        try:
            paint(self, *args)
        except Exception as error:  # noqa: BLE001 - whatever it is, the rest of the window goes on
            # One that a frame still holds would take the process with it.
            _end_painters(error.__traceback__)
            log_once(type(self).__name__, error)
            place = self.viewport() if isinstance(self, QAbstractScrollArea) else self
            with QPainter(place) as painter:
                paint_failure(painter, QRectF(place.rect()))

    return cast(P, paint_or_tell)


def guarded_cell(paint: P) -> P:
    """Decorates the `paint` of a delegate."""

    @wraps(paint)
    def paint_or_tell(
        self: object, painter: QPainter, option: QStyleOptionViewItem, *args: Any
    ) -> None:
        try:
            paint(self, painter, option, *args)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other cells go on
            log_once(type(self).__name__, error)  # the painter is the view's: it goes on
            paint_failure(painter, QRectF(option.rect))

    return cast(P, paint_or_tell)


def paint_failure(painter: QPainter, rect: QRectF) -> None:
    """Say in `rect` that it cannot be shown. Uses nothing that may be what failed."""
    ground = QGuiApplication.palette().color(QPalette.ColorRole.Base)
    painter.fillRect(rect, ground)  # what was painted of it before it failed
    painter.setPen(_RED[ground.lightness() < 128])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    font = QGuiApplication.font()
    painter.setFont(font)
    painter.drawRect(rect.adjusted(0.5, 0.5, -1, -1))
    inner = rect.adjusted(_PAD, 0, -_PAD, 0)
    words = QFontMetricsF(font).elidedText(
        failure_words(), Qt.TextElideMode.ElideRight, inner.width()
    )
    painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter), words)


def _end_painters(trace: TracebackType | None) -> None:
    while trace is not None:
        for value in tuple(trace.tb_frame.f_locals.values()):
            if isinstance(value, QPainter) and value.isActive():
                value.end()
        trace = trace.tb_next
