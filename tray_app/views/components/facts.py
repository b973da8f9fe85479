"""Cards of facts: a quiet label and a value that can be selected, row by row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMargins, Qt
from PySide6.QtGui import QTextLayout
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import MISSING, tooltip
from tray_app.views.components.labels import PlainLabel, set_margins
from tray_app.views.components.surfaces import Card
from tray_app.views.theme import TextRole

_MAX_WORD = 160


@dataclass(frozen=True, slots=True)
class Fact:
    """`why_missing` is what a screen reader says instead of the dash."""

    label: str
    value: str = ""
    tip: str = ""
    why_missing: str = ""


class FactsCard(Card):
    """Shows facts; equal facts change nothing, so that a selected text stays selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Fact, ...] = ()
        self._labels: list[PlainLabel] = []
        self._values: list[PlainLabel] = []

    def value_of(self, label: str) -> str:
        """What stands beside `label`."""
        return next(
            (
                value.text()
                for fact, value in zip(self._shown, self._values, strict=True)
                if fact.label == label
            ),
            "",
        )

    def set_facts(self, facts: Sequence[Fact]) -> None:
        """Show `facts`."""
        if tuple(facts) == self._shown:
            return
        if [fact.label for fact in facts] != [fact.label for fact in self._shown]:
            self._rebuild(facts)
        self._shown = tuple(facts)
        for fact, label, value in zip(facts, self._labels, self._values, strict=True):
            value.setText(fact.value or MISSING)
            value.setToolTip(tooltip(fact.tip))
            value.setMinimumWidth(_longest_word(value))
            stand_on_one_line(label, value)
            spoken = fact.value or fact.why_missing or fact.value
            value.setAccessibleName(f"{fact.label}: {spoken}")

    def _rebuild(self, facts: Sequence[Fact]) -> None:
        self.clear()
        self._labels, self._values = [], []
        body = QWidget(self)
        grid = QGridLayout(body)
        grid.setContentsMargins(16, 10, 16, 10)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 112)
        for row, fact in enumerate(facts):
            label = PlainLabel(fact.label, natural=True, parent=body)
            label.set_dim()
            value = PlainLabel("", TextRole.BODY, selectable=True, parent=body)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignTop)
            self._labels.append(label)
            self._values.append(value)
        self.add_row(body)


def _longest_word(label: QLabel) -> int:
    """The width below which a value would be cut, as far as it is a reasonable one."""
    metrics = label.fontMetrics()
    widest = max((metrics.horizontalAdvance(word) for word in label.text().split()), default=0)
    return min(_MAX_WORD, widest + 2)


def stand_on_one_line(first: QLabel, second: QLabel) -> None:
    """Give two labels side by side one baseline: Chinese comes from a font with other ascents."""
    ascents = [_ascent(first), _ascent(second)]
    for label, ascent in zip((first, second), ascents, strict=True):
        set_margins(label, QMargins(0, round(max(ascents) - ascent), 0, 0))


def _ascent(label: QLabel) -> float:
    layout = QTextLayout(label.text(), label.font())
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    return line.ascent() if line.isValid() else 0.0
