"""Shows every window and dialog on screens of many sizes; prints what does not fit them.

A process of its own, because the scale factor and the screens are told to the one application:
`screens_program.py SIZES`, like "1280x800", in pixels. With two, "720x440 1920x1080", it prints
which window does not get its size back on the larger after it was on the smaller.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator

from PySide6.QtCore import QCoreApplication, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)

from tests.shots import dialogs as pictures
from tests.shots import downloads, estimates, main_window
from tests.shots.registry import settle
from tray_app.core.payloads import Crashes
from tray_app.text import Message, crash_report
from tray_app.views.components import screen_fit
from tray_app.views.components.message_box import MessageBox
from tray_app.views.style import AppStyle

LONG = "A sentence of a server that has very much to say about what it could not do. " * 40


def message_long() -> QWidget:
    return MessageBox(Message("Can’t delete " + "very-" * 30 + "long", LONG, details=LONG * 9))


def crash() -> QWidget:
    trace = "Traceback (most recent call last):\n" + "  File somewhere, line 1\n" * 80
    box = MessageBox(crash_report(Crashes((trace, trace), 54)))
    box.details_button.click()
    return box


def settings_servers() -> QWidget:
    return pictures.settings("servers")


WINDOWS: list[Callable[[], QWidget]] = [
    main_window.main_window,
    main_window.downloads,
    main_window.offline,
    main_window.empty,
    pictures.pull_blank,
    pictures.pull_space,
    pictures.pull_installed,
    estimates.NEW,
    estimates.NOT_FOUND,
    estimates.short,
    estimates.license_text,
    pictures.details_overview,
    pictures.details_parameters,
    pictures.details_layers,
    pictures.details_failed,
    pictures.delete_one,
    pictures.delete_shared,
    pictures.delete_several,
    pictures.delete_many,
    pictures.duplicate,
    pictures.quit_question,
    pictures.cancel,
    pictures.message,
    message_long,
    crash,
    pictures.settings_general,
    settings_servers,
    pictures.settings_downloads,
    pictures.settings_notifications,
    pictures.settings_about,
    downloads.history_filled,
    main_window.help_page,
]


def faults(window: QWidget, screen: QScreen) -> Iterator[str]:
    """What of it is not on the screen, or cannot be got there."""
    free, frame = screen.availableGeometry(), window.frameGeometry()
    if not free.contains(frame):
        yield f"frame {frame.getRect()} is not inside {free.getRect()}"
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, QAbstractButton | QLineEdit) or not widget.isVisible():
            continue
        if widget.window() is window and not is_reachable(widget):
            seen = widget.visibleRegion().boundingRect().getRect()
            words = widget.text() or widget.accessibleName() or widget.objectName()
            yield f"{type(widget).__name__} {words!r} {widget.size().toTuple()}: only {seen}"


def is_reachable(widget: QWidget) -> bool:
    """Whether it is wholly on the screen once all that scrolls is scrolled to it."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = None if parent.isWindow() else parent.parentWidget()
    QCoreApplication.processEvents()
    seen = widget.visibleRegion().boundingRect().size()
    if isinstance(widget, QLineEdit):  # of which Qt brings the cursor into view
        return seen.width() >= min(widget.width(), 100) and seen.height() >= 20
    # Words may be elided, but something must be left of them.
    is_wide = widget.width() >= 40 or not isinstance(widget, QPushButton)
    return is_wide and (seen == widget.size() or not widget.focusPolicy())


def shown_in_turn(build: Callable[[], QWidget]) -> Iterator[str]:
    """On each screen at first, then again where it stood on a larger one, then where none is."""
    for number in range(len(QApplication.screens())):
        # Asked for anew: what PySide hands out goes with the window that was asked for it last.
        screen = QApplication.screens()[number]
        host = QWidget()
        area, size = screen.geometry(), screen.size().toTuple()
        host.setGeometry(QRect(area.center(), QSize(40, 30)))
        host.show()
        window = build()
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        if isinstance(window, QDialog):
            window.setParent(host, window.windowFlags())
        else:
            window.move(area.topLeft())
        for name in ("first", "too large", "in the corner"):
            window.hide()
            if name == "too large":
                window.setGeometry(QRect(area.center(), QSize(5000, 4000)))
            elif name == "in the corner":
                window.move(area.bottomRight() - QPoint(98, 70))
            window.show()
            window.activateWindow()
            settle()
            for fault in faults(window, QApplication.screens()[number]):
                yield f"{build.__name__}, {name}, {size}: {fault}"
        window.hide()
        window.move(90_000, 90_000)  # that screen has gone
        window.show()
        settle()
        if not any(
            s.availableGeometry().contains(window.frameGeometry()) for s in QApplication.screens()
        ):
            yield f"{build.__name__}, {size}: lost at {window.frameGeometry().getRect()}"
        window.hide()
        window.deleteLater()
        host.deleteLater()
        settle()


def sizes_back(build: Callable[[], QWidget]) -> Iterator[str]:
    """Moved from the small screen to the large one, its own size comes back."""
    areas = (screen.availableGeometry() for screen in QApplication.screens())
    small, large = sorted(areas, key=QRect.width)
    window = build()
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    sizes = []
    for area in (large, small, large, small, large):
        window.move(area.topLeft() + QPoint(30, 40))
        window.show()
        settle()
        sizes.append(window.size().toTuple())
    if not sizes[0] == sizes[2] == sizes[4]:
        yield f"{build.__name__}: {sizes[0]} came back as {sizes[2:]}"
    window.hide()
    window.deleteLater()
    settle()


def main() -> None:
    sizes = [tuple(map(int, size.split("x"))) for size in sys.argv[1].split()]
    screens = [
        {
            "name": f"{w}x{h}",
            "x": i * 10_000,
            "y": 0,
            "width": w,
            "height": h,
            "logicalDpi": 96,
            "dpr": 1,
        }
        for i, (w, h) in enumerate(sizes)  # so far apart that no window is on two of them
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"screens": screens}, file)
        file.flush()
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={file.name}"
        app = QApplication([])
    AppStyle(app, "light")
    screen_fit._CALM_MS = 0  # there is no desktop that would need time
    walk = sizes_back if len(sizes) > 1 else shown_in_turn
    found = [f for build in WINDOWS for f in walk(build)]
    shown = {"screens": [s.size().toTuple() for s in app.screens()], "windows": len(WINDOWS)}
    sys.stdout.write(json.dumps({**shown, "faults": found}))


if __name__ == "__main__":
    main()
