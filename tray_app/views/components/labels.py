"""Labels that show plain text only, whatever a server calls a thing: wrapping or eliding."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMargins, QObject, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from tray_app.text import tooltip
from tray_app.views.components.safe_paint import guarded
from tray_app.views.theme import TextRole, Theme, Tone, font

_MAX_LABEL_CHARS = 4_000  # a label lays out all of its text at each resize


class _Room(QObject):
    """Gives a label its room again when it is shown: the style sheet takes it away when it first
    sees the label, and again in another window."""

    margins = QMargins()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QLabel):
            watched.setContentsMargins(self.margins)
        return False


def set_margins(label: QLabel, margins: QMargins) -> None:
    """The room around the words of `label`."""
    room = label.findChild(_Room, options=Qt.FindChildOption.FindDirectChildrenOnly)
    if room is None and not margins.isNull():
        room = _Room(label)
        label.installEventFilter(room)
    if room is not None:
        room.margins = margins
    label.setContentsMargins(margins)


class PlainLabel(QLabel):
    """A plain-text label with a role and an optional state; wraps unless told not to.

    `natural`: asks for the width of its text on one line, instead of a handy shape.
    """

    def __init__(
        self,
        text: str = "",
        role: TextRole = TextRole.BODY,
        *,
        wrap: bool = True,
        state: Tone | None = None,
        selectable: bool = False,
        natural: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role = role
        self._is_natural = natural
        self._state = state
        self._is_dim = role is TextRole.SECONDARY
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setFont(font(role))
        # On a parent that paints Base, Qt would take another colour role.
        self.setForegroundRole(QPalette.ColorRole.WindowText)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            # Reachable by mouse and screen reader; not one more Tab stop per value.
            self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        if QGuiApplication.isRightToLeft():
            # Left to itself, a text of Latin letters (a family, a folder) goes to the left.
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
            self.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self._recolor()
        self.setText(text)

    def setText(self, text: str) -> None:
        if len(text) > _MAX_LABEL_CHARS:
            text = text[:_MAX_LABEL_CHARS] + "…"
        if text != self.text():
            super().setText(text)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if self._is_natural and self.wordWrap():
            width = self.fontMetrics().horizontalAdvance(self.text()) + 2
            return QSize(width, self.heightForWidth(width))
        return hint

    def set_state(self, state: Tone | None) -> None:
        """Colour the text by a state; None is the role's own colour."""
        if state is not self._state:
            self._state = state
            self._recolor()

    def set_dim(self, dim: bool = True) -> None:
        """Use the secondary colour whatever the role."""
        self._is_dim = dim
        self._recolor()

    def _recolor(self) -> None:
        theme = Theme.of(self)
        if self._state is not None:
            color = theme.state(self._state)
        else:
            color = theme.secondary if self._is_dim else theme.window_text
        palette = self.palette()
        if palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText) == color:
            return
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
            palette.setColor(group, QPalette.ColorRole.WindowText, color)
        self.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._recolor()
        elif event.type() == QEvent.Type.ApplicationFontChange:
            self.setFont(font(self._role))


class ElidedLabel(PlainLabel):
    """One line that elides instead of asking for room; the tooltip has the whole text."""

    def __init__(
        self,
        text: str = "",
        role: TextRole = TextRole.BODY,
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        state: Tone | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self._mode = mode
        self._tip = ""
        self._is_tip_below = False
        super().__init__(text, role, wrap=False, state=state, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance("…")
        return QSize(width, super().minimumSizeHint().height())

    def is_elided(self) -> bool:
        """Whether the text does not fit at the present width."""
        return self.fontMetrics().horizontalAdvance(self._line()) > self.contentsRect().width()

    def _line(self) -> str:
        return " ".join(self.text().split("\n"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_tip()

    def setText(self, text: str) -> None:
        super().setText(text)
        self._update_tip()

    def set_tip(self, tip: str, *, is_below: bool = False) -> None:
        """What the tooltip says instead, "" = nothing; `is_below` it, where the text is cut."""
        self._tip = tip
        self._is_tip_below = is_below
        self._update_tip()

    def _update_tip(self) -> None:
        text = self.text() if self.is_elided() else ""
        if self._tip:
            text = f"{text}\n{self._tip}".strip() if self._is_tip_below else self._tip
        self.setToolTip(tooltip(text))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        group = QPalette.ColorGroup.Active
        if not self.isEnabled():
            group = QPalette.ColorGroup.Disabled
        painter.setPen(self.palette().color(group, QPalette.ColorRole.WindowText))
        rect = self.contentsRect()
        text = self.fontMetrics().elidedText(self._line(), self._mode, rect.width())
        alignment = self.alignment() | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, int(alignment | Qt.TextFlag.TextSingleLine), text)


def heading(text: str, parent: QWidget | None = None) -> PlainLabel:
    """The title over a card."""
    return PlainLabel(text, TextRole.SECTION, parent=parent)
