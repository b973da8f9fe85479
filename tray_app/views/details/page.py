"""A tab of the details dialog: its content, or that it is on its way, failed, or empty."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from tray_app.text import Message, sentences, tr
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.components.spinner import Spinner
from tray_app.views.theme import TextRole, Tone

MARGINS = (20, 16, 20, 16)


class DetailsPage(QStackedWidget):
    """Wraps the content of one tab. What *Retry* on its `error_card` does is for who shows it."""

    def __init__(self, content: QWidget, empty_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self._blank = QWidget(self)
        self._loading = _centred(Spinner(20))
        self.error_card = NoticeCard()
        self._error = _framed(self.error_card)
        self.empty_label = PlainLabel(empty_text)
        self.empty_label.set_dim()
        self._empty = _framed(self.empty_label)
        for page in (self._blank, content, self._loading, self._error, self._empty):
            self.addWidget(page)

    @property
    def shows(self) -> str:
        """ "blank", "content", "loading", "error" or "empty"."""
        names = ("blank", "content", "loading", "error", "empty")
        return names[self.currentIndex()]

    def show_content(self, has_content: bool = True) -> None:
        """Show the tab's content, or that there is none."""
        self.setCurrentWidget(self.content if has_content else self._empty)

    def show_blank(self) -> None:
        """Nothing yet, and too early for a spinner."""
        self.setCurrentWidget(self._blank)

    def show_loading(self) -> None:
        """It takes its time."""
        self.setCurrentWidget(self._loading)

    def show_error(self, message: Message) -> None:
        """It did not come, and why."""
        say_error(self.error_card, message)
        self.setCurrentWidget(self._error)


def say_error(card: NoticeCard, message: Message) -> None:
    """Put an error with Retry on a card."""
    body = sentences(message.body, message.hint)
    card.say(message.title, body, glyph="error", state=Tone.DANGER, action=tr("&Retry"))


def _centred(widget: QWidget) -> QWidget:
    frame = QWidget()
    layout = QVBoxLayout(frame)
    layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignCenter)
    label = PlainLabel(tr("Loading…"), TextRole.SECONDARY, wrap=False)
    layout.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
    layout.insertStretch(0, 1)
    layout.addStretch(1)
    return frame


def _framed(widget: QWidget) -> QWidget:
    frame = QWidget()
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(*MARGINS)
    layout.addWidget(widget)
    layout.addStretch(1)
    return frame
