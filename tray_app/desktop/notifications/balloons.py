"""Notifications by QSystemTrayIcon.showMessage: Windows, macOS, and where no daemon answers.

It is plain text everywhere it is used. Under a tray host without a notification daemon the
message is lost and nothing tells; that is why the window and the tray icon say the same.
"""

from typing import Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot

from tray_app.desktop.notifications.notice import Notice

# What Windows takes (NOTIFYICONDATA); the rest is cut off there in the middle of a word.
_TITLE_LIMIT = 63
_BODY_LIMIT = 255


class Balloons(Protocol):
    """The part of Tray that is needed here."""

    @property
    def message_clicked(self) -> SignalInstance: ...
    def show_message(self, title: str, body: str) -> bool: ...


class QtNotifications(QObject):
    """The fallback backend.

    Signals: `clicked` the target of the last notice shown; `failed` a notice that had no tray
    icon to appear at. Thread: the GUI thread.
    """

    clicked = Signal(str)
    failed = Signal(object)  # Notice

    def __init__(self, balloons: Balloons, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._balloons = balloons
        self._target = ""
        balloons.message_clicked.connect(self._on_balloons_message_clicked)

    def show(self, notice: Notice) -> None:
        title, body = _shorten(notice.title, _TITLE_LIMIT), _shorten(notice.body, _BODY_LIMIT)
        if self._balloons.show_message(title, body):
            self._target = notice.target
        else:
            self.failed.emit(notice)

    def close(self) -> None:
        """Nothing to let go of."""

    @Slot()
    def _on_balloons_message_clicked(self) -> None:
        self.clicked.emit(self._target)


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
