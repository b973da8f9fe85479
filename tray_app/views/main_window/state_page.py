"""StatePage: what stands in place of the table: no models yet, out of reach, nothing matches.

Each page says what is so and what to do. Which page it is, is screens.py's decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import sentences, size, tr
from tray_app.views.components.buttons import Button, CopyButton, IconButton, Kind
from tray_app.views.components.labels import ElidedLabel, PlainLabel, set_margins
from tray_app.views.components.names import NameLabel
from tray_app.views.components.safe_paint import guarded
from tray_app.views.components.scrolling import ScrollArea
from tray_app.views.components.spinner import Spinner
from tray_app.views.components.surfaces import Card, StateTile
from tray_app.views.theme import TextRole, Theme, Tone

if TYPE_CHECKING:
    from tray_app.core.records import Recommendation

_WIDTH = 560
_DETAILS_WIDTH = 520
_MAX_SUGGESTIONS = 3
_SPINNER = 20


@dataclass(frozen=True, slots=True)
class PageButton:
    """A button of a page; `key` is what `action_triggered` says."""

    key: str
    text: str
    icon: str = ""
    kind: Kind = Kind.NORMAL


@dataclass(frozen=True, slots=True)
class PageText:
    """A whole page. The first button gets the focus. `details` is raw text, several lines.
    `is_busy` shows a spinner for the glyph; `escape` is the key of the button that Esc clicks."""

    glyph: str
    title: str
    body: str
    state: Tone | None = None
    hint: str = ""
    buttons: Sequence[PageButton] = ()
    details: str = ""
    is_details_open: bool = False
    suggestions: Sequence[Recommendation] = ()
    is_busy: bool = False
    escape: str = ""


class StatePage(ScrollArea):
    """Shows one PageText at a time; `set_countdown` changes one line of it.

    Signals: `action_triggered` (key of the button), `pull_clicked` (name of a suggestion).
    """

    action_triggered = Signal(str)
    pull_clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: PageText | None = None
        self._buttons: list[Button] = []
        self._body: QWidget = _Ground()
        self._countdown = PlainLabel(role=TextRole.SECONDARY, parent=self._body)
        self.setWidget(self._body)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def shown(self) -> PageText | None:
        return self._shown

    def button(self, key: str) -> Button | None:
        """The button of an action."""
        return next((b for b in self._buttons if b.property("key") == key), None)

    def set_page(self, page: PageText) -> None:
        """Show `page`."""
        if page == self._shown:
            return
        self._shown = page
        self._buttons = []
        self._body = _Ground()
        column = QVBoxLayout(self._body)
        column.setContentsMargins(20, 20, 20, 20)
        column.setSpacing(0)
        column.addStretch(1)
        middle = Qt.AlignmentFlag.AlignHCenter
        tile = _busy_tile() if page.is_busy else StateTile(page.glyph, page.state)
        column.addWidget(tile, 0, middle)
        column.addSpacing(16)
        column.addWidget(self._text(page.title, TextRole.HERO))
        column.addSpacing(4)
        column.addWidget(self._text(page.body, TextRole.BODY, dim=True))
        if page.hint:
            column.addWidget(self._text(page.hint, TextRole.BODY, dim=True))
        if page.suggestions:
            column.addSpacing(16)
            column.addWidget(self._suggestions(page.suggestions), 0, middle)
        column.addSpacing(16)
        column.addLayout(self._button_row(page.buttons))
        column.addSpacing(8)
        self._countdown = self._text("", TextRole.SECONDARY)
        self._countdown.hide()
        column.addWidget(self._countdown)
        if page.details:
            column.addSpacing(20)
            # Between stretches and not with an alignment, which would take the page's width for
            # the card's and so leave too few lines.
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(_Details(page.details, is_open=page.is_details_open))
            row.addStretch(1)
            column.addLayout(row)
        column.addStretch(1)
        self._body.setAccessibleDescription(sentences(page.title, page.body))
        self.setWidget(self._body)

    def set_countdown(self, text: str) -> None:
        """`Trying again in 12 s`."""
        if text != self._countdown.text():
            self._countdown.setText(text)
        self._countdown.setVisible(bool(text))

    def focus_first(self) -> None:
        """Focus on the most urgent button."""
        if self._buttons:
            self._buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        escape = self._shown.escape if self._shown is not None else ""
        if escape and event.key() == Qt.Key.Key_Escape:
            self.action_triggered.emit(escape)
        else:
            super().keyPressEvent(event)

    def _text(self, text: str, role: TextRole, *, dim: bool = False) -> PlainLabel:
        label = PlainLabel(text, role)
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        if dim:
            label.set_dim()
        return label

    def _button_row(self, buttons: Sequence[PageButton]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for wanted in buttons:
            button = Button(wanted.text, wanted.icon, wanted.kind)
            button.setProperty("key", wanted.key)
            button.setAutoDefault(True)
            button.clicked.connect(self._on_button_clicked)
            row.addWidget(button)
            self._buttons.append(button)
        row.addStretch(1)
        return row

    def _suggestions(self, rows: Sequence[Recommendation]) -> Card:
        card = Card()
        card.setMinimumWidth(_WIDTH)
        card.setMaximumWidth(_WIDTH)
        for recommendation in rows[:_MAX_SUGGESTIONS]:
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(16, 9, 12, 9)
            line.setSpacing(16)
            words = QVBoxLayout()
            words.setSpacing(1)
            words.addWidget(NameLabel(recommendation.name))
            words.addWidget(ElidedLabel(recommendation.description, TextRole.SECONDARY))
            line.addLayout(words, 1)
            if recommendation.vram_bytes:
                needs = tr("about {size} of memory").format(size=size(recommendation.vram_bytes))
                line.addWidget(PlainLabel(needs, TextRole.SECONDARY, wrap=False))
            pull = Button(tr("Pull…"), small=True)
            pull.setAccessibleName(tr("Pull {name}…").format(name=recommendation.name))
            pull.setProperty("name", recommendation.name)
            pull.clicked.connect(self._on_suggestion_clicked)
            line.addWidget(pull)
            card.add_row(row)
        return card

    def _on_button_clicked(self) -> None:
        self.action_triggered.emit(str(self.sender().property("key")))

    def _on_suggestion_clicked(self) -> None:
        self.pull_clicked.emit(str(self.sender().property("name")))


def _busy_tile() -> StateTile:
    """A neutral tile with a spinner in its middle."""
    tile = StateTile("")
    middle = QVBoxLayout(tile)
    middle.addWidget(Spinner(_SPINNER), 0, Qt.AlignmentFlag.AlignCenter)
    return tile


class _Ground(QWidget):
    """The Base-coloured ground of a page."""

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), Theme.of(self).base)


class _Details(Card):
    """Technical details: what was asked and what came of it, in the words of the machine."""

    def __init__(self, text: str, *, is_open: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(_DETAILS_WIDTH)
        self.setMaximumWidth(_DETAILS_WIDTH)
        title = tr("Technical details")
        self._toggle = IconButton("chevron-down", title, size=28)
        self._text = PlainLabel(text, TextRole.MONO, selectable=True)
        self._text.set_dim()
        set_margins(self._text, QMargins(0, 0, 0, 6))
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(PlainLabel(title, TextRole.NAME, wrap=False), 1)
        head.addWidget(CopyButton(tr("Copy the technical details"), text))
        head.addWidget(self._toggle)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 4, 8, 4)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self._text)
        self.add_row(body)
        self._toggle.clicked.connect(self._on_toggle_clicked)
        self._show(is_open)

    def _on_toggle_clicked(self) -> None:
        self._show(self._text.isHidden())

    def _show(self, is_open: bool) -> None:
        self._text.setVisible(is_open)
        self._toggle.set_icon_name("chevron-up" if is_open else "chevron-down")
        self._toggle.set_name(
            tr("Hide the technical details") if is_open else tr("Show the technical details")
        )
