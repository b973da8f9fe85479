"""The overview tab: what a model is, what it can do, its memory and its disk space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from tray_app.core.records import ModelInfo, ModelRecord, RunningModel
from tray_app.core.sharing import LayerIndex
from tray_app.text import (
    Message,
    capability_label,
    is_forever,
    memory_figure,
    memory_share,
    number,
    tr,
    unloads_in,
    utc_now,
)
from tray_app.views.components.badges import Badge, BadgeSpec
from tray_app.views.components.buttons import Button
from tray_app.views.components.facts import Fact, FactsCard
from tray_app.views.components.flow import FlowLayout
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.components.model_glyphs import CAPABILITY_GLYPHS
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.components.progress import Segment, SegmentedBar
from tray_app.views.components.surfaces import Card, Hairline
from tray_app.views.details.facts import disk_facts, graphics_permille, model_facts
from tray_app.views.details.note import NoteField
from tray_app.views.details.page import MARGINS, say_error
from tray_app.views.theme import TextRole, Theme, mix

_TWO_COLUMNS = 700


class MemoryCard(Card):
    """A loaded model: how much memory, which, and for how long.

    Signals: keep_clicked(), release_clicked() (back to the server's usual time).
    """

    keep_clicked = Signal()
    release_clicked = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._running: RunningModel | None = None
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
        self.until = PlainLabel("", parent=body)
        self.button = Button("", small=True, parent=body)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._on_button_clicked)
        bottom = QHBoxLayout()
        bottom.setSpacing(8)
        bottom.addWidget(GlyphLabel("clock", parent=body))
        bottom.addWidget(self.until, 1)
        bottom.addWidget(self.button)
        for part in (top, self._bar, legend, Hairline(body), bottom):
            if isinstance(part, QWidget):
                layout.addWidget(part)
            else:
                layout.addLayout(part)
        self.add_row(body)

    def show_running(self, running: RunningModel) -> None:
        """Show what /api/ps says."""
        self._running = running
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
        self.tick()

    def tick(self) -> None:
        """Write the time that is left."""
        if self._running is not None:
            self.until.setText(unloads_in(self._running, self._clock()))
            self.button.setText(tr("Unload la&ter") if self.is_kept else tr("&Keep loaded"))

    @property
    def is_kept(self) -> bool:
        """Whether it stays until somebody unloads it."""
        return self._running is not None and is_forever(self._running.expires_at, self._clock())

    def _on_button_clicked(self) -> None:
        (self.release_clicked if self.is_kept else self.keep_clicked).emit()


class OverviewTab(QScrollArea):
    """Two columns, one when narrow; above them an `error_card` with *Retry*."""

    def __init__(
        self, parent: QWidget | None = None, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self._content = QWidget(self)
        self.error_card = NoticeCard(self._content)
        self.error_card.hide()
        self.model = FactsCard(self._content)
        self._chips_title = heading(tr("Capabilities"), self._content)
        self._chips_box = QWidget(self._content)
        self._chips = FlowLayout(self._chips_box)
        self._capabilities: tuple[str, ...] = ()
        self._model_facts: list[Fact] = []
        self._update_line = ""
        self._memory_title = heading(tr("In memory now"), self._content)
        self.memory = MemoryCard(self._content, clock=clock)
        self.disk = FactsCard(self._content)
        self.note = NoteField(self._content)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(8)
        left.addWidget(heading(tr("Model"), self._content))
        left.addWidget(self.model)
        left.addSpacing(12)
        left.addWidget(self._chips_title)
        left.addWidget(self._chips_box)
        left.addSpacing(12)
        left.addWidget(self.note)
        left.addStretch(1)
        right.addWidget(self._memory_title)
        right.addWidget(self.memory)
        self._gap = QWidget(self._content)
        self._gap.setFixedHeight(4)
        right.addWidget(self._gap)
        self._disk_title = heading(tr("On disk"), self._content)
        right.addWidget(self._disk_title)
        right.addWidget(self.disk)
        right.addStretch(1)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(20)
        self._columns.addLayout(left, 1)
        self._columns.addLayout(right, 1)
        layout = QVBoxLayout(self._content)
        layout.setContentsMargins(*MARGINS)
        layout.setSpacing(12)
        layout.addWidget(self.error_card)
        layout.addLayout(self._columns, 1)
        self.setWidget(self._content)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._on_timer_timeout)
        self.set_running(None)
        self.set_capabilities(())
        self._show_disk([])

    def set_facts(
        self,
        record: ModelRecord | None,
        info: ModelInfo | None,
        models: Sequence[ModelRecord],
        layer_index: LayerIndex,
        last_used: str = "",
        used_tip: str = "",
    ) -> None:
        """Show what is known by now."""
        self._model_facts = model_facts(record, info)
        self._show_model()
        self._show_disk(disk_facts(record, models, layer_index, last_used, used_tip))
        told = info.capabilities if info else ()
        self.set_capabilities(told or (record.capabilities if record else ()))

    def set_update_line(self, words: str) -> None:
        """How it stands to its registry."""
        if words != self._update_line:
            self._update_line = words
            self._show_model()

    def _show_model(self) -> None:
        update = [Fact(tr("Update", "how a model stands"), self._update_line)]
        self.model.set_facts([*self._model_facts, *(update if self._update_line else ())])

    def _show_disk(self, told: list[Fact]) -> None:
        """Of a model that is not there any more nothing is told, and no empty card shown."""
        self.disk.set_facts(told)
        for widget in (self._disk_title, self.disk):
            widget.setVisible(bool(told))

    def set_capabilities(self, capabilities: tuple[str, ...]) -> None:
        """Show chips."""
        shown = bool(capabilities)
        self._chips_title.setVisible(shown)
        self._chips_box.setVisible(shown)
        if capabilities == self._capabilities:
            return
        self._capabilities = capabilities
        while (item := self._chips.takeAt(0)) is not None:
            if (chip := item.widget()) is not None:
                chip.deleteLater()
        for capability in capabilities[:24]:
            spec = BadgeSpec(capability_label(capability), CAPABILITY_GLYPHS.get(capability, "tag"))
            self._chips.addWidget(Badge(spec, self._chips_box))

    def set_running(self, running: RunningModel | None) -> None:
        """Show the memory of a loaded model; None = not loaded, or not known."""
        for widget in (self._memory_title, self.memory, self._gap):
            widget.setVisible(running is not None)
        if running is not None:
            self.memory.show_running(running)
        self._sync_timer(running is not None)

    def show_error(self, message: Message | None) -> None:
        """Why the rest did not come; what the table knows stays."""
        if message is not None:
            say_error(self.error_card, message)
        self.error_card.setVisible(message is not None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.viewport().width() >= _TWO_COLUMNS
        direction = QBoxLayout.Direction
        self._columns.setDirection(direction.LeftToRight if wide else direction.TopToBottom)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._sync_timer(not self.memory.isHidden())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _sync_timer(self, wanted: bool) -> None:
        if wanted and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()

    def _on_timer_timeout(self) -> None:
        self.memory.tick()
