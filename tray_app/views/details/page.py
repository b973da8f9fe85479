"""A tab of the details dialog: its content, or that it is on its way, failed, or empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from tray_app.text import Message, sentences, tr
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.components.spinner import Spinner
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QShowEvent

MARGINS = (20, 16, 20, 16)


class DetailsPage(QStackedWidget):
    """Wraps the content of one tab, which is made when somebody looks at it.

    Signals: `retry_clicked` on the card that tells what failed.
    """

    retry_clicked = Signal()

    def __init__(
        self, make: Callable[[], QWidget], empty_text: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._make = make
        self.empty_text = empty_text
        self._parts: dict[str, QWidget] = {}
        self._shows = "blank"
        self._message = Message("", "")
        self._fill: Callable[[], None] | None = None
        self.addWidget(QWidget(self))
        self._content: QWidget | None = None

    @property
    def content(self) -> QWidget:
        """What it is about, with what it was last filled with."""
        if self._content is None:
            self._content = self._make()
            self.addWidget(self._content)
        self._run_fill()
        return self._content

    @property
    def is_made(self) -> bool:
        """Whether anybody has looked at it."""
        return self._content is not None

    def _run_fill(self) -> None:
        fill, self._fill = self._fill, None
        if fill is not None:
            fill()

    @property
    def shows(self) -> str:
        """ "blank", "content", "loading", "error" or "empty"."""
        return self._shows

    def fill(self, fill: Callable[[], None], *, has_content: bool) -> None:
        """Call `fill` once somebody looks, and show the content, or that there is none. It may
        call `show_error`."""
        self._shows = "content" if has_content else "empty"
        self._fill = fill
        if self._content is not None:  # somebody has looked before
            self._run_fill()
        self._show(self._shows)

    def show_blank(self) -> None:
        """Nothing yet, and too early for a spinner."""
        self._show("blank")

    def show_loading(self) -> None:
        """It takes its time."""
        self._show("loading")

    def show_error(self, message: Message) -> None:
        """It did not come, and why."""
        self._message = message
        self._show("error")

    def showEvent(self, event: QShowEvent) -> None:
        self._bring_up()
        super().showEvent(event)

    def _show(self, what: str) -> None:
        self._shows = what
        if self.isVisible():
            self._bring_up()

    def _bring_up(self) -> None:
        what = self._shows
        part = self.widget(0) if what == "blank" else self._part(what)
        if what != self._shows:  # filling it has failed
            part = self._part(self._shows)
        if part is not None:
            self.setCurrentWidget(part)

    def _part(self, what: str) -> QWidget:
        if what == "content":
            return self.content
        if what not in self._parts:
            made = {"loading": self._loading, "error": self._error, "empty": self._empty}[what]()
            self._parts[what] = made
            self.addWidget(made)
        if what == "error":
            say_error(self.error_card, self._message)
        return self._parts[what]

    def _loading(self) -> QWidget:
        return _centred(Spinner(20))

    def _error(self) -> QWidget:
        self.error_card = NoticeCard()
        self.error_card.button.clicked.connect(self.retry_clicked)
        return _framed(self.error_card)

    def _empty(self) -> QWidget:
        label = PlainLabel(self.empty_text)
        label.set_dim()
        return _framed(label)


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
