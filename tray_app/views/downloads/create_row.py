"""A model that is made from a file as a row: what goes on, what can be done, and its question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from tray_app.core.creates.records import CreateItem, CreateState
from tray_app.text import percent, tr
from tray_app.text.creating import (
    create_detail,
    create_error_report,
    create_permille,
    create_question,
    create_reason,
    spoken_create,
)
from tray_app.views.components.buttons import Button, IconButton
from tray_app.views.downloads.create_details import CreateDetails
from tray_app.views.downloads.create_states import (
    can_start_create,
    create_action_caption,
    create_action_name,
    create_look,
    is_create_ticking,
)
from tray_app.views.downloads.panel_row import INDENT, PanelRow
from tray_app.views.downloads.row_states import ACTION_GLYPHS, BarMode, RowAction
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

_GAP = 8
_FAULTS = frozenset({CreateState.FAILED})


class CreateRow(PanelRow):
    """Shows one CreateItem. `is_kind_there` tells whether a model of an architecture is installed
    on a server (both given as text), None = nobody knows."""

    def __init__(
        self,
        item: CreateItem,
        parent: QWidget | None = None,
        *,
        is_kind_there: Callable[[str, str], bool | None] = lambda _server, _kind: None,
    ) -> None:
        details = CreateDetails()
        super().__init__(item.id, item.name, details, parent)
        self.details = details
        # What is below breaks into lines: as high as they need, not as they are at best.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._is_kind_there = is_kind_there
        self._item = item
        self._server = ""
        self._other = Button("", small=True, parent=self)
        self._beside = QHBoxLayout()
        self._beside.setSpacing(_GAP)
        place = self._line.indexOf(self._worded)
        self._line.removeWidget(self._worded)
        self._line.insertLayout(place, self._beside)
        for button in (self._worded, self._other):
            self._beside.addWidget(button)
        self._below = QHBoxLayout()
        self._below.setContentsMargins(INDENT, 0, 0, 0)
        self._below.setSpacing(_GAP)
        self._below.addStretch(1)
        self._inner.insertLayout(1, self._below)
        self._is_below = False
        for button in (self._worded, self._other):
            button.setAutoDefault(False)
            button.clicked.connect(self._on_worded_clicked)
        self._first.clicked.connect(self._on_first_clicked)
        self._second.clicked.connect(self._on_second_clicked)
        name = tr("Creating {name}", "said by a screen reader").format(name=self._shown_name)
        self.setAccessibleName(name)
        self._bar.setAccessibleName(name)
        self._apply_look()
        self._apply_progress()

    @property
    def item(self) -> CreateItem:
        return self._item

    @property
    def _stops(self) -> tuple[QWidget, ...]:
        buttons = (self._worded, self._other, self._first, self._second, self._expander)
        return (self, *buttons, *self.details.stops)

    @property
    def last_stop(self) -> QWidget:
        return self.details.stops[-1]

    def set_item(self, item: CreateItem, now_s: float) -> None:
        """Show a newer state of the same."""
        old, self._item = self._item, item
        is_new_look = create_look(item) != create_look(old) or item.state is not old.state
        is_new_look = is_new_look or item.is_server_away != old.is_server_away
        if is_new_look:
            focused = self._focused_part()
            action = focused.property("action") if focused is not None else None
            self._apply_look()
            if focused is not None:
                self._keep_focus(focused, is_other=focused.property("action") != action)
        if is_new_look or not self.is_ticking:
            self.refresh(now_s)
        else:
            self._apply_progress()

    def set_server(self, server: str, *, is_named: bool) -> None:
        """What the server is called; it is named behind the model where there are several."""
        is_news, self._server = server != self._server, server
        self.set_place(server, is_named=is_named)
        if is_news:
            self._apply_look()

    @property
    def is_ticking(self) -> bool:
        """Whether its words change with the clock alone."""
        return is_create_ticking(self._item)

    def refresh(self, now_s: float) -> None:
        """Write the texts that change with the clock."""
        self._detail.setText(create_detail(self._item, now_s, self._server))
        is_told = create_look(self._item).bar is BarMode.ACCENT
        self._percent.setText(percent(create_permille(self._item)) if is_told else "")
        self._apply_progress()

    def set_expanded(self, expanded: bool) -> None:
        """Show or hide its files, and why it failed."""
        if expanded and not self.is_expanded:
            self._fill_details()
        super().set_expanded(expanded)
        self._name_expander()

    def error_report(self) -> str:
        """The failure for the clipboard; "" when it did not fail."""
        if self._item.state is not CreateState.FAILED:
            return ""
        return create_error_report(self._item, self._server, is_kind_there=self._kind_there())

    def _kind_there(self) -> bool | None:
        """Whether a model of its architecture is installed; asked only of one that failed."""
        request = self._item.request
        if self._item.state is not CreateState.FAILED or not request.architecture:
            return None
        return self._is_kind_there(request.server_id, request.architecture)

    def _fill_details(self) -> None:
        self.details.set_item(self._item, self._server, self._kind_there())

    def _apply_look(self) -> None:
        item, look = self._item, create_look(self._item)
        self._icon.set_glyph(look.glyph, look.color)
        is_failed, is_asked = item.state in _FAULTS, item.state is CreateState.ASKED
        self._reason.set_state(Tone.DANGER if is_failed else None)
        words = create_question() if is_asked else create_reason(item, self._server)
        self._reason.setText(words)
        self._reason.setVisible(bool(words))
        for part in (self._bar, self._percent):
            part.setVisible(look.bar is not BarMode.NONE)
        self._bar.set_idle(look.bar is BarMode.IDLE)
        self._set_button(self._first, look.first)
        self._set_button(self._second, look.second)
        worded, other = (*look.words, None, None)[:2]
        self._set_worded(self._worded, worded)
        self._set_worded(self._other, other)
        self._keep_room(not look.words)
        # The answer that loses nothing; only a button asks for the other one.
        self._space_action = (
            RowAction.KEEP if is_asked else look.first or next(iter(look.words), None)
        )
        if self._space_action is RowAction.START and not can_start_create(item):
            self._space_action = None
        self._delete_action = look.second
        self._name_expander()
        self._fit()

    def _set_worded(self, button: Button, action: RowAction | None) -> None:
        self._show_action(button, action)
        if action is None:
            return
        button.setText(create_action_caption(action))
        button.set_icon_name(ACTION_GLYPHS.get(action, ""))
        button.setAccessibleName(create_action_name(action, self._item))

    def _set_button(self, button: IconButton, action: RowAction | None) -> None:
        is_enabled = action is not RowAction.START or can_start_create(self._item)
        self._show_action(button, action, is_enabled=is_enabled)
        if action is None:
            return
        tip = "" if is_enabled else tr("It starts by itself when the server answers")
        button.set_icon_name(ACTION_GLYPHS[action])
        button.set_name(create_action_name(action, self._item), tip)

    def _focused_part(self) -> QWidget | None:
        """Of this row."""
        focused = self.window().focusWidget()
        is_here = focused is not None and (focused is self or self.isAncestorOf(focused))
        return focused if is_here else None

    def _keep_focus(self, focused: QWidget, *, is_other: bool) -> None:
        """Who worked in this row answers its question with a key; else the focus stays in it, but
        not on a button that `is_other` now, which a second key press would click."""
        if self._item.state is CreateState.ASKED:
            self._other.setFocus(Qt.FocusReason.OtherFocusReason)
        elif is_other:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _apply_progress(self) -> None:
        bar = create_look(self._item).bar
        permille = create_permille(self._item)
        if bar is BarMode.MOVING:
            self._bar.set_permille(None)
        elif bar in (BarMode.ACCENT, BarMode.IDLE):
            self._bar.set_permille(permille or 0)
        if self.is_expanded:
            self._fill_details()
        spoken = spoken_create(self._item)
        # Written only when it changed: each write is an event to a screen reader.
        if self.accessibleDescription() != spoken:
            self.setAccessibleDescription(spoken)
            self._bar.setAccessibleDescription(spoken)

    def _name_expander(self) -> None:
        text = tr("Hide details of {name}") if self.is_expanded else tr("Show details of {name}")
        self._expander.set_name(text.format(name=self._shown_name))

    # a third line for the buttons where there is no room beside the words

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        worded = [button for button in (self._worded, self._other) if not button.isHidden()]
        is_below = bool(worded) and self._needed_width(worded) > self.width() > 0
        if is_below == self._is_below:
            return
        self._is_below = is_below
        old, new = (self._beside, self._below) if is_below else (self._below, self._beside)
        for place, button in enumerate((self._worded, self._other)):
            old.removeWidget(button)
            new.insertWidget(place, button)
        self.updateGeometry()

    def _needed_width(self, worded: Sequence[Button]) -> int:
        """For both lines and the buttons beside them."""
        first = [part.sizeHint().width() for part in (self._name, self._on) if not part.isHidden()]
        metrics = self._detail.fontMetrics()
        first.append(metrics.horizontalAdvance(self._detail.text()))
        words = self._reason.fontMetrics().horizontalAdvance(self._reason.text())
        texts = max(sum(first) + 2 * _GAP, 0 if self._reason.isHidden() else words)
        icons = [icon for icon in (self._second, self._expander) if not icon.isHidden()]
        buttons = sum(button.sizeHint().width() + _GAP for button in (*worded, *icons))
        margins = self._inner.contentsMargins()
        return margins.left() + margins.right() + INDENT + 12 + texts + buttons

    # asking

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._item.state is CreateState.ASKED:
            self.request(RowAction.KEEP)
        else:
            super().keyPressEvent(event)

    def _on_worded_clicked(self) -> None:
        action = self.sender().property("action")
        if action:
            self.request(RowAction(action))

    def _on_first_clicked(self) -> None:
        self.request(create_look(self._item).first)

    def _on_second_clicked(self) -> None:
        self.request(create_look(self._item).second)
