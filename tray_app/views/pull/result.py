"""The result area of the pull dialog: suggestions, or what is known of the name in the field.

At any time one statement stands on top (a notice, the card of an estimate, or its skeleton), and
names to choose from below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tray_app.text import tr
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.pull.estimate_card import EstimateCard, LookupCard
from tray_app.views.pull.suggestions import Suggestion, SuggestionList
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from tray_app.core.estimate import PullEstimate
    from tray_app.core.pulls.rules import Room

_WITH_NOTICE = 4
_ABOVE_SERVERS = 2


class PullResult(QWidget):
    """What a click does is for who shows it: `list.chosen`, `notice.button`, `card.read_button`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = NoticeCard(self)
        self.notice.button.setAutoDefault(False)
        self.card = EstimateCard(self)
        self.lookup = LookupCard(self)
        self._heading = heading("", self)
        self.list = SuggestionList(self)
        self.hint = PlainLabel("", TextRole.SECONDARY, parent=self)
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        self._parts: tuple[QWidget, ...] = (
            self.notice,
            self.card,
            self.lookup,
            self._heading,
            self.list,
            self.hint,
        )
        for part in self._parts:
            layout.addWidget(part)
        layout.addStretch(1)
        self._is_above_servers = False
        self._show(None)

    def set_above_servers(self) -> None:
        """What differs from server to server stands below: there is less room, and less to say."""
        self._is_above_servers = True
        self.card.set_model_only()
        self.lookup.set_model_only()

    def show_suggestions(self, rows: Sequence[Suggestion]) -> None:
        """Nothing usable in the field: offer something."""
        self._show(None, tr("Suggestions from Ollama"), rows)

    def show_similar(self, rows: Sequence[Suggestion], hint: str = "") -> None:
        """A legal name of which nothing is known, yet or at all."""
        if self._is_above_servers:
            rows = rows[:_ABOVE_SERVERS]
        self._show(None, tr("Similar names"), rows, hint)

    def show_lookup(self, text: str) -> None:
        """It is being looked up."""
        self.lookup.look_up(text)
        self._show(self.lookup)

    def show_estimate(
        self, estimate: PullEstimate, room: Room | None = None, keep_free_bytes: int = 0
    ) -> None:
        """What pulling it would mean."""
        self.card.show_estimate(estimate, room, keep_free_bytes)
        self._show(self.card)

    def say(
        self,
        title: str,
        body: str = "",
        *,
        glyph: str = "info",
        state: Tone = Tone.INFO,
        action: str = "",
        near: Sequence[Suggestion] = (),
    ) -> None:
        """One statement about the name in the field."""
        self.notice.say(title, body, glyph=glyph, state=state, action=action)
        if self._is_above_servers:
            near = ()
        self._show(self.notice, tr("Similar names"), near[:_WITH_NOTICE])

    def focus_suggestions(self) -> bool:
        """Move the focus into the list, if there is one."""
        if not self.list.shown:
            return False
        self.list.focus_first()
        return True

    def _show(
        self,
        top: QWidget | None,
        title: str = "",
        rows: Sequence[Suggestion] = (),
        hint: str = "",
    ) -> None:
        wanted = {top, *((self._heading, self.list) if rows else ()), self.hint if hint else None}
        # What goes goes first: with both in it, the window would grow, and stay so.
        for part in self._parts:
            if part not in wanted:
                part.hide()
        self._heading.setText(title)
        self.list.set_suggestions(rows)
        self.hint.setText(hint)
        self._layout.invalidate()
        for part in self._parts:
            if part in wanted:
                part.show()
