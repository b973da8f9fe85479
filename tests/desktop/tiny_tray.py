"""The smallest program with a tray item, menu, window and notifications, for the harness."""

import signal
import sys

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QSystemTrayIcon


def picture(color: str) -> QIcon:
    """Return a square of one color."""
    pixmap = QPixmap(32, 32)
    pixmap.fill(QColor(color))
    return QIcon(pixmap)


class TinyTray:
    """A tray icon whose menu does one thing of each kind."""

    def __init__(self, application: QApplication) -> None:
        self.window = QLabel("Hello")
        self.window.setWindowTitle("Tiny window")
        self.window.resize(300, 200)
        self.menu = QMenu()
        self.menu.addAction("&Show window", self.window.show)
        self.menu.addAction("Notify", self.notify)
        self.menu.addSeparator()
        self.toggle = QAction("Keep awake", self.menu)
        self.toggle.setCheckable(True)
        self.menu.addAction(self.toggle)
        self.menu.addAction("a__b")  # a tray host reads "_" as a mnemonic mark, as Qt does "&"
        more = self.menu.addMenu("More")
        more.addAction("Red", self.make_red)
        more.addAction("Never").setEnabled(False)
        self.menu.addAction("Quit", application.quit)
        self.icon = QSystemTrayIcon(picture("blue"))
        self.icon.setToolTip("Tiny tray")
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self.window.show)
        self.icon.messageClicked.connect(self.on_message_clicked)
        self.icon.show()

    def notify(self) -> None:
        """Send one notification."""
        self.icon.showMessage("Title", "Body <b>text</b>", picture("green"), 5000)

    def make_red(self) -> None:
        """Change the icon and the tooltip."""
        self.icon.setIcon(picture("red"))
        self.icon.setToolTip("Red now")

    def on_message_clicked(self) -> None:
        """Tell that a click was heard."""
        print("clicked", flush=True)


def main() -> int:
    """Run until Quit or SIGTERM."""
    application = QApplication(sys.argv)
    application.setQuitOnLastWindowClosed(False)
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    ticking = QTimer()  # lets Python see the signal; quit() before exec() would be lost
    ticking.timeout.connect(lambda: asked and application.quit())
    ticking.start(100)
    tiny = TinyTray(application)
    print("tray" if QSystemTrayIcon.isSystemTrayAvailable() else "no tray", flush=True)
    code = application.exec()
    tiny.icon.hide()
    return code


if __name__ == "__main__":
    sys.exit(main())
