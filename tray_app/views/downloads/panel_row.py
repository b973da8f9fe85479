"""What all rows of the downloads panel have: places for name, words, bar and buttons; their keys.

What stands in them is for the rows: row.py shows a download, create_row.py a model that is made.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import one_line, tr
from tray_app.views.components.buttons import Button, IconButton
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.names import NameLabel
from tray_app.views.components.progress import ThinProgressBar
from tray_app.views.components.safe_paint import could, failure_words, guarded
from tray_app.views.components.surfaces import Hairline
from tray_app.views.downloads.row_states import RowAction
from tray_app.views.theme import TextRole, Theme, Tone

if TYPE_CHECKING:
    pass

BUTTON = 28
INDENT = 28
_MIN_HEIGHT = 52
_PERCENT_WIDTH = 36
_ACTION = "action"


def _is_drop(action: RowAction, before: str) -> bool:
    """Whether a button takes the row away from now on, and did something else until now."""
    return action is RowAction.REMOVE and before != action.value


@dataclass(frozen=True, slots=True)
class RowRequest:
    """What a person wants done with the row `id`."""

    id: str
    action: RowAction


class PanelRow(QWidget):
    """A row about the model `name`; `details` are below it once it is opened.

    Signals: `requested` (RowRequest), `menu_requested`, `moved` ("up" or "down"), `left` ("up",
    "down" or "out").
    """

    requested = Signal(object)  # RowRequest
    menu_requested = Signal()
    moved = Signal(str)
    left = Signal(str)

    def __init__(
        self, row_id: str, name: str, details: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._id = row_id
        self._shown_name = one_line(name, 120)
        self._space_action: RowAction | None = None
        self._delete_action: RowAction | None = None
        self._left = ""  # what the button did that a person stood on and that has gone
        self._icon = GlyphLabel(parent=self)
        self._name = NameLabel(name, parent=self)
        self._on = PlainLabel(role=TextRole.SECONDARY, wrap=False, parent=self)
        self._detail = ElidedLabel(role=TextRole.SECONDARY, parent=self)
        self._detail.setAlignment(Qt.AlignmentFlag.AlignTrailing)
        self._bar = ThinProgressBar(parent=self)
        self._percent = PlainLabel(role=TextRole.SECONDARY, wrap=False, parent=self)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self._percent.setMinimumWidth(_PERCENT_WIDTH)
        self._reason = ElidedLabel(role=TextRole.SECONDARY, state=Tone.DANGER, parent=self)
        self._first = IconButton("pause", "", size=BUTTON, parent=self)
        self._second = IconButton("close", "", size=BUTTON, parent=self)
        self._worded = Button("", small=True, parent=self)
        self._expander = IconButton("chevron-down", "", size=BUTTON, parent=self)
        self._expander.clicked.connect(self._on_expander_clicked)
        details.setParent(self)
        details.hide()
        self._details = details
        self._lay_out()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._name)
        top.addWidget(self._on)
        top.addWidget(self._detail, 1)
        bottom = QHBoxLayout()
        bottom.setSpacing(8)
        bottom.addWidget(self._bar, 1)
        bottom.addWidget(self._percent)
        bottom.addWidget(self._reason, 1)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addLayout(top)
        texts.addLayout(bottom)
        self._line = QHBoxLayout()
        self._line.setSpacing(2)
        self._line.addWidget(self._icon)
        self._line.addSpacing(10)
        self._line.addLayout(texts, 1)
        self._line.addSpacing(12)
        for button in (self._worded, self._first, self._second, self._expander):
            self._line.addWidget(button)
        self._inner = QVBoxLayout()
        self._inner.setContentsMargins(16, 8, 12, 8)
        self._inner.setSpacing(8)
        self._inner.addLayout(self._line)
        below = QHBoxLayout()
        below.setContentsMargins(INDENT, 0, 3 * (BUTTON + 2) + 10, 0)
        below.addWidget(self._details)
        self._inner.addLayout(below)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self._inner)
        outer.addWidget(Hairline(self))

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(0, _MIN_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        # Not a minimum height: that would let a list squeeze opened rows instead of scrolling.
        return super().minimumSizeHint().expandedTo(QSize(0, _MIN_HEIGHT))

    @property
    def id(self) -> str:
        return self._id

    @property
    def is_expanded(self) -> bool:
        return not self._details.isHidden()

    @property
    def last_stop(self) -> QWidget:
        """The last of this row's Tab stops."""
        return self._expander

    @property
    def _stops(self) -> tuple[QWidget, ...]:
        """What can have the focus, in the order of Tab."""
        return (self, self._worded, self._first, self._second, self._expander)

    def chain_stops(self) -> None:
        """Put this row's buttons behind the row in the Tab order."""
        for before, after in pairwise(self._stops):
            QWidget.setTabOrder(before, after)

    # Its buttons become others under the keyboard.

    def _show_action(
        self, button: Button | IconButton, action: RowAction | None, *, is_enabled: bool = True
    ) -> None:
        """Have a button do this, or nothing. Who stands on it is brought to the row first: Qt would
        go to what comes next, often *Cancel* or *Remove*, where the next key would act."""
        has_focus = self.window().focusWidget() is button
        before = button.property(_ACTION)
        if has_focus and (action is None or not is_enabled or _is_drop(action, before)):
            self._left = before
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        button.setProperty(_ACTION, action.value if action is not None else "")
        button.setVisible(action is not None)
        button.setEnabled(is_enabled)

    def _follow_action(self) -> None:
        """All buttons are what they are now: from the row to the one that does what that one did
        on which a person stood."""
        left, self._left = self._left, ""
        if not left or self.window().focusWidget() is not self:
            return
        for button in (self._worded, self._first, self._second):
            if button.property(_ACTION) == left and button.isEnabled():
                button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_safely(self, show: Callable[[], object]) -> None:
        """One row that fails says so, and those below it go on."""
        if not could(show, type(self).__name__):
            self._detail.setText(failure_words())

    def set_place(self, server: str, *, is_named: bool) -> None:
        """Name the server behind the model, where there are several."""
        self._on.setText(tr("on {server}", "a model on a server").format(server=server))
        self._on.setVisible(is_named and bool(server))

    def set_expanded(self, expanded: bool) -> None:
        """Show or hide what is below."""
        if expanded == self.is_expanded:
            return
        self._details.setVisible(expanded)
        self._expander.set_icon_name("chevron-up" if expanded else "chevron-down")
        self.updateGeometry()

    def request(self, action: RowAction | None) -> None:
        """Ask for `action`."""
        if action is not None:
            self.requested.emit(RowRequest(self._id, action))

    def _keep_room(self, is_kept: bool) -> None:
        """Whether hidden buttons keep their room, so that all bars end at the same place."""
        for button in (self._first, self._second):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(is_kept)
            button.setSizePolicy(policy)

    def _on_expander_clicked(self) -> None:
        self.set_expanded(not self.is_expanded)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        opening, closing = Qt.Key.Key_Right, Qt.Key.Key_Left
        if is_rtl:
            opening, closing = closing, opening
        if key == Qt.Key.Key_Space and self._space_action:
            self.request(self._space_action)
        elif key == Qt.Key.Key_Delete and self._delete_action:
            self.request(self._delete_action)
        elif key in (opening, closing) and not alt:
            self.set_expanded(key == opening)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            (self.moved if alt else self.left).emit("up" if key == Qt.Key.Key_Up else "down")
        elif key == Qt.Key.Key_Escape:
            self.left.emit("out")
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit()
        event.accept()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(Theme.of(self).accent, 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -2))
