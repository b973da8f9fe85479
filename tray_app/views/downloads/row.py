"""One download as a row: name, what goes on, bar, buttons, layers on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tray_app.core.pulls.states import IN_TRANSFER, PullItem, PullState
from tray_app.text import percent, pull_detail, pull_reason, spoken_progress, tr
from tray_app.views.downloads.layers import DownloadLayers
from tray_app.views.downloads.panel_row import PanelRow
from tray_app.views.downloads.row_states import (
    ACTION_GLYPHS,
    BarMode,
    RowAction,
    action_name,
    can_start,
    is_ticking,
    look_of,
    why_disabled,
)
from tray_app.views.downloads.speed_graph import SpeedGraph

if TYPE_CHECKING:
    from tray_app.core.payloads import ServerStart
    from tray_app.core.pulls.speed import SpeedTrail
    from tray_app.views.components.buttons import IconButton

_GRAPHED = IN_TRANSFER | {PullState.WAITING, PullState.RETRYING, PullState.PAUSED}
_MOVING = frozenset({PullState.RUNNING, PullState.PREPARING})


class DownloadDetails(QWidget):
    """Layers above, below them a graph of the speed, which others remember."""

    def __init__(self, trail: SpeedTrail, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers = DownloadLayers(self)
        self.graph = SpeedGraph(trail, self)
        self.graph.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._layers)
        column.addWidget(self.graph)

    def set_item(self, item: PullItem) -> None:
        """Show `item`."""
        self._layers.set_item(item)
        self.graph.setVisible(item.state in _GRAPHED and self.graph.has_line())
        self.graph.refresh(is_idle=item.state not in _MOVING)


_WORDED = frozenset({PullState.FAILED, PullState.CANCELED})


class DownloadRow(PanelRow):
    """Shows one PullItem, and how fast it was by `trail`."""

    def __init__(self, item: PullItem, trail: SpeedTrail, parent: QWidget | None = None) -> None:
        details = DownloadDetails(trail)
        super().__init__(item.id, item.name, details, parent)
        self.details = details
        self._item = item
        self._server = ""
        self._start: ServerStart | None = None
        self._first.clicked.connect(self._on_first_clicked)
        self._worded.clicked.connect(self._on_first_clicked)
        self._second.clicked.connect(self._on_second_clicked)
        words = tr("{name} download", "said by a screen reader")
        if item.update is not None:
            words = tr("{name} update", "said by a screen reader")
        name = words.format(name=self._shown_name)
        self.setAccessibleName(name)
        self._bar.setAccessibleName(name)
        self._apply_look()
        self._apply_progress()
        self._describe()

    @property
    def item(self) -> PullItem:
        return self._item

    def set_item(self, item: PullItem, now_s: float) -> None:
        """Show a newer state of the same download."""
        is_new_look = item.state is not self._item.state or item.hold is not self._item.hold
        self._item = item
        if is_new_look:
            self._apply_look()
        if is_new_look or not self.is_ticking:
            # No timer rewrites these words, and they say more than the look: a place in line.
            self.refresh(now_s)
        else:
            self._apply_progress()

    def set_server(self, server: str, *, is_named: bool) -> None:
        """What the server is called; it is named behind the model where there are several."""
        is_news, self._server = server != self._server, server
        self.set_place(server, is_named=is_named)
        if is_news:
            self._apply_look()

    def set_start(self, start: ServerStart | None) -> None:
        """How its server is being brought back; None = it is not."""
        self._start = start

    @property
    def is_ticking(self) -> bool:
        """Whether its words change with the clock alone."""
        return is_ticking(self._item, self._start)

    def refresh(self, now_s: float) -> None:
        """Write the texts that change with the clock."""
        words = pull_detail(self._item, now_s, server_label=self._server, start=self._start)
        self._detail.setText(words)
        # With the bytes beside it, or the two would contradict each other.
        self._percent.setText(self._percent_words())
        self._apply_progress()
        self._describe()

    def _apply_look(self) -> None:
        item, look = self._item, look_of(self._item)
        self._icon.set_glyph(look.glyph, look.color)
        is_failed = item.state is PullState.FAILED and look.first is not RowAction.LOOK
        self._reason.setVisible(is_failed)
        self._reason.setText(pull_reason(item, self._server) if is_failed else "")
        for part in (self._bar, self._percent):
            part.setVisible(look.bar is not BarMode.NONE)
        self._bar.set_idle(look.bar is BarMode.IDLE)
        is_worded = item.state in _WORDED or look.first is RowAction.FREE_UP
        self._set_worded(look.first if is_worded else None)
        self._set_button(self._first, None if is_worded else look.first, look.are_enabled)
        self._set_button(self._second, look.second, look.are_enabled)
        self._follow_action()
        self._space_action = look.first if look.are_enabled else None
        self._delete_action = look.second if look.are_enabled else None
        self._name_expander()

    def _set_worded(self, action: RowAction | None) -> None:
        """The first button in words, where what to do next is the point of the row."""
        self._show_action(self._worded, action)
        self._keep_room(action is None)
        if action is not None:
            words = {
                RowAction.RETRY: tr("Retry"),
                RowAction.LOOK: tr("Look…"),
                RowAction.FREE_UP: tr("Free up space…"),
            }
            self._worded.setText(words.get(action, tr("Resume")))
            self._worded.set_icon_name(ACTION_GLYPHS[action])
            self._worded.setAccessibleName(action_name(action, self._item))

    def _set_button(self, button: IconButton, action: RowAction | None, enabled: bool) -> None:
        if action is RowAction.START:
            enabled = can_start(self._item)
        self._show_action(button, action, is_enabled=enabled)
        if action is None:
            return
        button.set_icon_name(ACTION_GLYPHS[action])
        tip = "" if enabled else why_disabled(action, self._item, self._server)
        button.set_name(action_name(action, self._item), tip)

    def _apply_progress(self) -> None:
        item, progress = self._item, self._item.progress
        look = look_of(item)
        permille = progress.permille if progress else None
        if look.bar is BarMode.MOVING:
            self._bar.set_permille(None)
        elif look.bar is BarMode.ACCENT:
            self._bar.set_permille(permille)
        elif look.bar is BarMode.IDLE:
            self._bar.set_permille(permille or 0)
        if self.is_expanded:
            self.details.set_item(item)

    def _percent_words(self) -> str:
        item = self._item
        permille = item.progress.permille if item.progress else None
        if look_of(item).bar not in (BarMode.ACCENT, BarMode.IDLE):
            return ""
        if item.state is PullState.WAITING and not permille:
            return ""
        return percent(permille)

    def _describe(self) -> None:
        spoken = spoken_progress(self._item)
        # Written only when it changed: each write is an event to a screen reader.
        if self.accessibleDescription() != spoken:
            self.setAccessibleDescription(spoken)
            self._bar.setAccessibleDescription(spoken)

    def set_expanded(self, expanded: bool) -> None:
        """Show or hide the layers."""
        if expanded and not self.is_expanded:
            self.details.set_item(self._item)
        super().set_expanded(expanded)
        self._name_expander()

    def _name_expander(self) -> None:
        text = tr("Hide layers of {name}") if self.is_expanded else tr("Show layers of {name}")
        self._expander.set_name(text.format(name=self._shown_name))

    def _on_first_clicked(self) -> None:
        self.request(look_of(self._item).first)

    def _on_second_clicked(self) -> None:
        self.request(look_of(self._item).second)
