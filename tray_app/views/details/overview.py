"""The overview tab: what a model is, what it can do, its memory and its disk space."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QBoxLayout,
    QVBoxLayout,
    QWidget,
)

from tray_app.text import (
    Message,
    capability_label,
    tr,
    utc_now,
)
from tray_app.views.components.badges import Badge, BadgeSpec
from tray_app.views.components.facts import Fact, FactsCard
from tray_app.views.components.flow import FlowLayout
from tray_app.views.components.labels import heading
from tray_app.views.components.model_glyphs import CAPABILITY_GLYPHS
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.components.scrolling import ScrollArea
from tray_app.views.details.facts import disk_facts, model_facts
from tray_app.views.details.memory import MemoryCard, MemoryFacts, measured_facts
from tray_app.views.details.note import NoteField
from tray_app.views.details.page import MARGINS, say_error

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent

    from tray_app.core.keeping.records import Measurement
    from tray_app.core.records import ModelInfo, ModelRecord
    from tray_app.core.sharing import LayerIndex

_TWO_COLUMNS = 700


class OverviewTab(ScrollArea):
    """Two columns, one when narrow; above them an `error_card` with *Retry*."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
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
        self.memory = MemoryCard(self._content, clock=clock, clock_s=clock_s)
        self._measured_title = heading(tr("Measured here"), self._content)
        self.measured = FactsCard(self._content)
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
        self._gap = _gap(self._content)
        right.addWidget(self._gap)
        right.addWidget(self._measured_title)
        right.addWidget(self.measured)
        self._measured_gap = _gap(self._content)
        right.addWidget(self._measured_gap)
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
        self.set_memory(MemoryFacts())
        self.set_measured(())
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

    def set_memory(self, facts: MemoryFacts) -> None:
        """Show the memory of a model, as far as there is anything to say of it."""
        for widget in (self._memory_title, self.memory, self._gap):
            widget.setVisible(facts.has_news)
        is_now = facts.running is not None and facts.loading is None
        self._memory_title.setText(tr("In memory now") if is_now else tr("In memory"))
        self.memory.show_facts(facts)
        self._sync_timer(facts.has_news)

    def set_measured(self, taken: Sequence[Measurement]) -> None:
        """Show what it took in memory before; without any there is no card."""
        self.measured.set_facts(measured_facts(taken))
        for widget in (self._measured_title, self.measured, self._measured_gap):
            widget.setVisible(bool(taken))

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


def _gap(parent: QWidget) -> QWidget:
    found = QWidget(parent)
    found.setFixedHeight(4)
    return found
