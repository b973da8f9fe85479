"""The cards of a model's memory: what it takes now and for how long, and what it took before."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from tray_app.core.keeping.records import KeepKind, KeepStatus, Loading, Measurement
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import memory_figure, memory_share, number, tr, unloads_in, utc_now
from tray_app.text.keeping import (
    KeepText,
    context_label,
    keep_text,
    loading_text,
    measured_tip,
    took_where,
)
from tray_app.views.components.buttons import Button
from tray_app.views.components.facts import Fact
from tray_app.views.components.glyphs import SECONDARY, GlyphLabel
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.progress import Segment, SegmentedBar
from tray_app.views.components.spinner import Spinner
from tray_app.views.components.surfaces import Card, Hairline
from tray_app.views.details.facts import graphics_permille
from tray_app.views.theme import TextRole, Theme, Tone, mix

if TYPE_CHECKING:
    from tray_app.core.records import RunningModel

KEEP, STOP_KEEPING, LOAD_NOW, STOP_LOADING = "keep", "stop_keeping", "load_now", "stop_loading"
"""What the buttons ask for."""
_BELOW = frozenset({KeepKind.OUT, KeepKind.GIVEN_UP, KeepKind.LEFT_OUT})
"""What there is to say needs the whole width: the buttons come below it."""


@dataclass(frozen=True, slots=True)
class MemoryFacts:
    """What the card shows. `status` is that of a model that is kept, or was until it was given up;
    `is_again`: what was pushed out is loaded again."""

    running: RunningModel | None = None
    status: KeepStatus | None = None
    loading: Loading | None = None
    is_again: bool = False
    is_online: bool = True

    @property
    def is_kept(self) -> bool:
        return self.status is not None and self.status.kind is not KeepKind.GIVEN_UP

    @property
    def has_news(self) -> bool:
        """Whether there is anything to show."""
        return any(each is not None for each in (self.running, self.status, self.loading))


class MemoryCard(Card):
    """Signals: `acted` with what the button is for that was clicked. Thread: GUI."""

    acted = Signal(str)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._clock_s = clock_s
        self._facts = MemoryFacts()
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        self.figure = PlainLabel("", TextRole.FIGURE, wrap=False, parent=body)
        self._where = PlainLabel("", natural=True, parent=body)
        self._where.set_dim()
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.figure)
        top.addWidget(self._where, 1)
        self._bar = SegmentedBar(8, body)
        self._split = PlainLabel("", TextRole.SECONDARY, parent=body)
        self._context = PlainLabel("", TextRole.SECONDARY, natural=True, parent=body)
        legend = QHBoxLayout()
        legend.addWidget(self._split, 1)
        legend.addWidget(self._context)
        self._line = Hairline(body)
        self._of_running = (
            *(self.figure, self._where, self._bar, self._split, self._context, self._line),
        )
        layout.addLayout(top)
        layout.addWidget(self._bar)
        layout.addLayout(legend)
        layout.addWidget(self._line)
        layout.addLayout(self._build_bottom(body))
        self.add_row(body)
        self.show_facts(MemoryFacts())

    def _build_bottom(self, body: QWidget) -> QBoxLayout:
        self._glyph = GlyphLabel("clock", parent=body)
        self._spinner = Spinner(16, body)
        self.until = PlainLabel("", parent=body)
        self.more = PlainLabel("", TextRole.SECONDARY, parent=body)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self.until)
        texts.addWidget(self.more)
        said = QHBoxLayout()
        said.setSpacing(8)
        self._said = said
        for mark in (self._glyph, self._spinner):
            said.addWidget(mark)
        said.addLayout(texts, 1)
        self.buttons = {key: Button("", small=True, parent=body) for key in (STOP_KEEPING, KEEP)}
        self.buttons |= {
            key: Button("", small=True, parent=body) for key in (LOAD_NOW, STOP_LOADING)
        }
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for key, words in _labels().items():
            button = self.buttons[key]
            button.setText(words)
            button.setAutoDefault(False)
            button.setProperty("key", key)
            button.clicked.connect(self._on_button_clicked)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._bottom = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._bottom.setSpacing(8)
        self._bottom.addLayout(said, 1)
        self._bottom.addLayout(row)
        return self._bottom

    def show_facts(self, facts: MemoryFacts) -> None:
        """Show what is so now."""
        self._facts = facts
        running = facts.running if facts.loading is None else None
        for widget in self._of_running:
            widget.setVisible(running is not None)
        if running is not None:
            self._show_running(running)
        shown = self._buttons()
        for key, button in self.buttons.items():
            button.setVisible(key in shown)
        is_below = facts.status is not None and facts.status.kind in _BELOW and running is None
        direction = QBoxLayout.Direction
        is_below = is_below and facts.loading is None
        self._bottom.setDirection(direction.TopToBottom if is_below else direction.LeftToRight)
        # A warning stands at the first of its lines.
        side = Qt.AlignmentFlag.AlignTop if is_below else Qt.AlignmentFlag.AlignVCenter
        self._said.setAlignment(self._glyph, side)
        self.tick()

    def set_enabled(self, is_enabled: bool, *, can_stop: bool) -> None:
        """Whether anything can be asked for, and whether a load can be stopped."""
        for key, button in self.buttons.items():
            if key != STOP_KEEPING:  # that is only about what we do
                button.setEnabled(can_stop if key == STOP_LOADING else is_enabled)

    def tick(self) -> None:
        """Write the times."""
        words = self._words()
        self._spinner.setVisible(not words.glyph)
        self._glyph.setVisible(bool(words.glyph))
        self._glyph.set_glyph(words.glyph, Tone.WARN if words.is_warning else SECONDARY)
        self.until.setText(words.title)
        self.more.setText(words.body)
        self.more.setVisible(bool(words.body))

    def _words(self) -> KeepText:
        facts = self._facts
        if facts.loading is not None:
            return loading_text(facts.loading, self._clock_s())
        status = facts.status
        is_gone = status is not None and status.kind is KeepKind.GIVEN_UP and facts.running
        if status is not None and not is_gone:
            return keep_text(
                status, self._clock(), is_again=facts.is_again, is_online=facts.is_online
            )
        if facts.running is not None:
            return KeepText("clock", unloads_in(facts.running, self._clock()))
        return KeepText("clock", "")

    def _buttons(self) -> tuple[str, ...]:
        facts = self._facts
        if facts.loading is not None:
            return () if facts.loading.is_stopping else (STOP_LOADING,)
        if not facts.is_kept:
            return (KEEP,)
        is_out = facts.status is not None and facts.status.kind is KeepKind.OUT
        return (STOP_KEEPING, LOAD_NOW) if is_out else (STOP_KEEPING,)

    def _show_running(self, running: RunningModel) -> None:
        """What /api/ps says."""
        figure, where = memory_figure(running)
        self.figure.setText(figure)
        self._where.setText(where)
        permille, split = graphics_permille(running), memory_share(running)
        theme = Theme.of(self)
        processor = mix(theme.base, theme.text, 0.40)
        segments = (Segment(permille, theme.accent), Segment(1000 - permille, processor))
        self._bar.set_segments(segments, split)
        self._split.setText(split)
        length = running.context_length
        self._context.setText(tr("Context {count}").format(count=number(length)) if length else "")

    def _on_button_clicked(self) -> None:
        self.acted.emit(self.sender().property("key"))


def _labels() -> dict[str, str]:
    return {
        STOP_KEEPING: tr("Stop &keeping"),
        KEEP: tr("&Keep loaded"),
        LOAD_NOW: tr("Load no&w"),
        STOP_LOADING: tr("&Stop loading"),
    }


def measured_facts(taken: Sequence[Measurement]) -> list[Fact]:
    """A line for each context."""
    return [
        Fact(context_label(each.context_length), took_where(each), measured_tip(each))
        for each in taken
    ]
