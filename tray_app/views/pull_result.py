"""The result area of the pull dialog: suggestions, or what is known of the name in the field.

The place for sizes, disk space and fit, which come from an estimate of the pull, is the notice
card's: at any time one statement stands on top, and names to choose from below it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tray_app.text import tr
from tray_app.views.components.labels import heading
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.suggestion_list import Suggestion, SuggestionList
from tray_app.views.theme import State

_WITH_NOTICE = 4


class PullResult(QWidget):
    """Signals: name_chosen(name), action_triggered() of the notice."""

    name_chosen = Signal(str)
    action_triggered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = NoticeCard(self)
        self.notice.action_triggered.connect(self.action_triggered)
        self.notice.button.setAutoDefault(False)
        self._heading = heading("", self)
        self.list = SuggestionList(self)
        self.list.chosen.connect(self.name_chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.notice)
        layout.addWidget(self._heading)
        layout.addWidget(self.list)
        layout.addStretch(1)
        self.notice.hide()
        self._show_list("", ())

    def show_suggestions(self, rows: Sequence[Suggestion]) -> None:
        """Nothing usable in the field: offer something."""
        self.notice.hide()
        self._show_list(tr("Suggestions from Ollama"), rows)

    def show_similar(self, rows: Sequence[Suggestion]) -> None:
        """A legal name of which nothing is known yet."""
        self.notice.hide()
        self._show_list(tr("Similar names"), rows)

    def say(
        self,
        title: str,
        body: str = "",
        *,
        glyph: str = "info",
        state: State = State.INFO,
        action: str = "",
        near: Sequence[Suggestion] = (),
    ) -> None:
        """One statement about the name in the field."""
        self.notice.say(title, body, glyph=glyph, state=state, action=action)
        self.notice.show()
        self._show_list(tr("Similar names"), near[:_WITH_NOTICE])

    def focus_suggestions(self) -> bool:
        """Move the focus into the list, if there is one."""
        if not self.list.shown:
            return False
        self.list.focus_first()
        return True

    def _show_list(self, title: str, rows: Sequence[Suggestion]) -> None:
        self._heading.setText(title)
        self._heading.setVisible(bool(rows))
        self.list.set_suggestions(rows)
        self.list.setVisible(bool(rows))
