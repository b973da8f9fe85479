"""The floor: what any PySide6 program with a tray icon costs. `python -m tests.bench.floor`.

With `--window` it shows an empty table too, and says when that was painted; with `--latency S`
it says how late events were in S seconds and ends.
"""

from __future__ import annotations

import signal
import socket
import sys
import time

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon, QTableView


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


def main() -> int:
    """Run until SIGTERM."""
    app = QApplication(["floor"])
    floor = Floor(app)
    if "--window" in sys.argv:
        from tests.bench.painted import Painted

        view = QTableView()
        view.resize(960, 600)
        view.show()
        painted = Painted(view.viewport(), lambda: True)
        painted.happened.connect(lambda: print(f"painted {time.monotonic_ns()}", flush=True))
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
    return code


if __name__ == "__main__":
    sys.exit(main())
