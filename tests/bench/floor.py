"""The floor: what any PySide6 program with a tray icon costs. `python -m tests.bench.floor`.

--polls URL    ask a server for its list every 15 s, with requests, in a thread
--window       show an empty table too, and say when that was painted
--close        and hide it then, and say so
--on-click     build and show that table at each click on the icon
--dialog       build and show a dialog once that was painted, and say how long that took
--latency S    say how late events were in S seconds, and end
"""

from __future__ import annotations

import signal
import socket
import sys
import time

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QMenu,
    QSystemTrayIcon,
    QTableView,
)

SETTLED_MS = 500
DIALOG_FIELDS = 6


class Floor:
    """A tray icon with a menu; ends at SIGTERM as it should, by leaving the event loop."""

    def __init__(self, app: QApplication) -> None:
        app.setQuitOnLastWindowClosed(False)
        picture = QPixmap(32, 32)
        picture.fill(QColor("gray"))
        self.menu = QMenu()
        self.menu.addAction("Quit", app.quit)
        self.icon = QSystemTrayIcon(QIcon(picture))
        self.icon.setToolTip("Floor")
        self.icon.setContextMenu(self.menu)
        self.icon.show()
        # Python hears a signal only when it runs; a byte in a socket lets it.
        self._heard, self._hears = socket.socketpair()
        self._hears.setblocking(False)
        self._heard.setblocking(False)
        signal.set_wakeup_fd(self._hears.fileno())
        signal.signal(signal.SIGTERM, lambda *_: app.quit())
        self.notifier = QSocketNotifier(self._heard.fileno(), QSocketNotifier.Type.Read)
        self.notifier.activated.connect(self._on_notifier_activated)

    def _on_notifier_activated(self) -> None:
        self._heard.recv(64)


def show_window(app: QApplication) -> QTableView:
    """An empty table, as a window."""
    from tests.bench.painted import Painted

    view = QTableView()
    view.resize(960, 600)
    view.show()
    painted = Painted(view.viewport(), lambda: True)

    def tell_painted() -> None:
        print(f"painted {time.monotonic_ns()}", flush=True)
        if "--close" in sys.argv:
            view.hide()
            print(f"closed {int(not view.isVisible())}", flush=True)
        if "--dialog" in sys.argv:
            QTimer.singleShot(SETTLED_MS, app, lambda: show_dialog(view))

    painted.happened.connect(tell_painted)
    return view


def show_dialog(view: QTableView) -> None:
    """A few fields and buttons above the window."""
    from tests.bench.children import tell
    from tests.bench.opened import Opened

    opened = Opened(view)
    opened.happened.connect(tell)
    opened.begin()
    dialog = QDialog(view)
    form = QFormLayout(dialog)
    for number in range(DIALOG_FIELDS):
        form.addRow(f"Field {number}", QLineEdit(dialog))
    buttons = QDialogButtonBox.StandardButton
    form.addRow(QDialogButtonBox(buttons.Ok | buttons.Cancel, dialog))
    dialog.open()
    opened.opened()


def main() -> int:
    """Run until SIGTERM."""
    app = QApplication(["floor"])
    floor = Floor(app)
    shown: list[QTableView] = []
    polls = None
    if "--polls" in sys.argv:
        from tests.bench.bare_polls import BarePolls

        polls = BarePolls(sys.argv[sys.argv.index("--polls") + 1])
    if "--window" in sys.argv:
        shown.append(show_window(app))
    if "--on-click" in sys.argv:
        floor.icon.activated.connect(lambda *_: shown.append(show_window(app)))
    if "--latency" in sys.argv:
        from tests.bench.children import tell
        from tests.bench.lateness import Lateness

        lateness = Lateness(float(sys.argv[sys.argv.index("--latency") + 1]), app)
        lateness.ended.connect(tell)
        lateness.ended.connect(app.quit)
        QTimer.singleShot(500, lateness.begin)
    QTimer.singleShot(0, lambda: print(f"ready {time.monotonic_ns()}", flush=True))
    code = app.exec()
    floor.icon.hide()
    if polls is not None:
        polls.end()
    return code


if __name__ == "__main__":
    sys.exit(main())
