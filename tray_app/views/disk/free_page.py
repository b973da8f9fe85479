"""Free up space: what a download needs, and which models could make room for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tray_app.core.disk.freeing import Offer, Offers, Suggestion, Ticks
from tray_app.text import tr
from tray_app.text.disk import (
    not_offered,
    spoken_target_progress,
    target_line,
    target_progress,
    target_title,
)
from tray_app.views.components.buttons import Button
from tray_app.views.components.focus_group import RovingFocus
from tray_app.views.components.glyphs import SECONDARY, GlyphLabel
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.components.progress import FULL, ThinProgressBar
from tray_app.views.components.surfaces import Card, SkeletonBar
from tray_app.views.disk.looks import OfferFacts, Tick
from tray_app.views.disk.offer_list import OfferList
from tray_app.views.disk.page import InfoLine, ScrollPage
from tray_app.views.disk.rows import OfferRow
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from tray_app.core.records import ModelKey

MAX_ROWS = 100
"""More of them are painted in a list of their own."""
_BONES = (220, 180, 250, 160)


class TargetCard(Card):
    """What is needed, who would make room for it, and how much of it is ticked.

    `button` ticks those that are suggested.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QWidget(self)
        self._glyph = GlyphLabel(parent=row)
        self.title = PlainLabel("", TextRole.NAME, parent=row)
        self.line = PlainLabel("", TextRole.SECONDARY, parent=row)
        self.button = Button(tr("&Select them"), small=True, parent=row)
        self.button.setAutoDefault(False)
        self.bar = ThinProgressBar(parent=row)
        self.progress = PlainLabel("", TextRole.SECONDARY, wrap=False, parent=row)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self.title)
        texts.addWidget(self.line)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addLayout(texts, 1)
        top.addWidget(self.button)
        bottom = QHBoxLayout()
        bottom.setSpacing(12)
        bottom.addWidget(self.bar, 1)
        bottom.addWidget(self.progress)
        inner = QVBoxLayout()
        inner.setSpacing(8)
        inner.addLayout(top)
        inner.addLayout(bottom)
        glyph = QVBoxLayout()
        glyph.addWidget(self._glyph)
        glyph.addStretch(1)
        line = QHBoxLayout(row)
        line.setContentsMargins(16, 12, 16, 12)
        line.setSpacing(12)
        line.addLayout(glyph)
        line.addLayout(inner, 1)
        self.add_row(row)

    def show_target(self, name: str, target_bytes: int, found: Suggestion, ticks: Ticks) -> None:
        selected = ticks.freed_bytes
        is_reached = selected >= target_bytes
        is_all = all(ticks.is_ticked(key) for key in found.keys)
        glyph = ("check-circle", Tone.OK) if is_reached else ("disk", SECONDARY)
        if not found.is_enough:
            glyph = ("warning", Tone.WARN)
        self._glyph.set_glyph(*glyph)
        self.title.setText(target_title(name, target_bytes))
        self.line.setText(target_line(found))
        self.button.setVisible(bool(found.keys))
        self.button.setEnabled(not is_all)
        self.bar.set_permille(min(FULL, selected * FULL // max(1, target_bytes)))
        self.progress.setText(target_progress(selected, target_bytes))
        self.progress.set_state(Tone.OK if is_reached else None)
        self.bar.setAccessibleName(spoken_target_progress(selected, target_bytes))


class FreePage(ScrollPage):
    """Nothing is ticked by itself, and what is ticked stays so while facts change.

    Signals: `changed` when something else is ticked.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Free up space"), parent)
        self.ticks = Ticks(Offers())
        self._facts: OfferFacts | None = None
        self._target = ("", 0)
        self.rows: dict[ModelKey, OfferRow] = {}
        self._arrows: RovingFocus | None = None
        self.done = NoticeCard(self)
        self.done.button.setAutoDefault(False)
        self.target = TargetCard(self)
        self.target.button.clicked.connect(self._on_suggested)
        self.nothing = NoticeCard(self)
        self._bones = _Bones(self)
        self._backups_title = heading(tr("Old versions"), self)
        self._backups = Card(self)
        self._models_title = heading(tr("Models, by what deleting them frees"), self)
        self._models = Card(self)
        self._list_card = Card(self)
        self.list = OfferList(self._list_card)
        self._list_card.add_row(self.list)
        self.list.offers.ticked.connect(self._on_ticked)
        self.info = InfoLine(self)
        for part in (
            *(self.done, self.target, self.nothing, self._bones, self._backups_title),
            *(self._backups, self._models_title, self._models),
        ):
            self.content.addWidget(part)
        self.content.addWidget(self._list_card, 1)
        self.content.addWidget(self.info)
        self._rest = QWidget(self)
        self.content.addWidget(self._rest, 1)
        self.done.hide()
        self.show_counting(is_slow=False)

    # What is shown.

    @property
    def facts(self) -> OfferFacts | None:
        return self._facts

    def show_counting(self, *, is_slow: bool) -> None:
        """Nothing is worked out yet; `is_slow`: and that takes a while."""
        for part in (
            *(self.target, self.nothing, self._backups_title, self._backups),
            *(self._models_title, self._models, self._list_card, self.info),
        ):
            part.hide()
        self._bones.setVisible(is_slow)

    def show_facts(self, facts: OfferFacts, name: str) -> None:
        """Show these; `name` is what the target is for."""
        self._bones.hide()
        self.ticks = facts.ticks
        self._facts = facts
        offers = facts.freeing.offers
        is_long = len(offers.all) > MAX_ROWS
        self._list_card.setVisible(is_long)
        self._rest.setVisible(not is_long)
        if is_long:
            self._show_rows(())
            self.list.show_facts(facts)
        else:
            self._show_rows(offers.all)
        self._models_title.setVisible(is_long or bool(offers.models))
        self._models.setVisible(not is_long and bool(offers.models))
        self._backups_title.setVisible(not is_long and bool(offers.backups))
        self._backups.setVisible(not is_long and bool(offers.backups))
        self._target = (name, facts.freeing.target_bytes)
        self._show_target()
        self.nothing.setVisible(not offers.all and self.target.isHidden())
        if not offers.all:
            self.nothing.say(tr("There’s nothing to offer"), state=None)
        self.info.say(not_offered(offers, offers.cloud_count))

    def show_done(self, title: str, line: str, action: str) -> None:
        """What a deletion has freed."""
        self.done.say(title, line, glyph="check-circle", state=Tone.OK, action=action)
        self.done.show()
        self.verticalScrollBar().setValue(0)

    def _show_target(self) -> None:
        facts = self._facts
        found = facts.freeing.suggestion if facts is not None else None
        name, target_bytes = self._target
        self.target.setVisible(found is not None)
        if found is not None:
            self.target.show_target(name, target_bytes, found, self.ticks)
            if facts is not None and facts.why_disabled:
                self.target.button.setEnabled(False)

    def _show_rows(self, offers: tuple[Offer, ...]) -> None:
        facts = self._facts
        if [offer.key for offer in offers] != list(self.rows):
            self._make_rows(offers)
        for offer in offers:
            if facts is not None:
                self.rows[offer.key].show_look(facts.look(offer))

    def _make_rows(self, offers: tuple[Offer, ...]) -> None:
        focused = next((key for key, row in self.rows.items() if row.box.hasFocus()), None)
        if self._arrows is not None:
            self._arrows.let_go()
            self._arrows = None
        self._backups.clear()
        self._models.clear()
        self.rows = {}
        for offer in offers:
            card = self._backups if offer.standing.is_backup else self._models
            row = OfferRow(card)
            row.ticked.connect(self._ticker(offer.key))
            self.rows[offer.key] = row
            card.add_row(row)
        boxes = [row.box for row in self.rows.values()]
        if boxes:
            self._arrows = RovingFocus(boxes, self, is_column=True)
            before: QWidget = self.target.button
            for box in boxes:
                QWidget.setTabOrder(before, box)
                before = box
        if focused is not None:
            again = self.rows.get(focused) or next(iter(self.rows.values()), None)
            if again is not None:
                again.box.setFocus()

    def focus_first(self) -> None:
        """The keyboard at what comes first: the button of the target, else the first box."""
        if self.target.isVisibleTo(self) and self.target.button.isEnabled():
            self.target.button.setFocus()
        elif self.rows:
            next(iter(self.rows.values())).box.setFocus()
        elif not self._list_card.isHidden():
            self.list.setFocus()

    # What a person does.

    def _ticker(self, key: ModelKey) -> Callable[[bool], None]:
        return lambda is_ticked: self._on_ticked(Tick(key, is_ticked))

    def _on_ticked(self, tick: Tick) -> None:
        self.ticks.set_ticked(tick.key, is_ticked=tick.is_ticked)
        self._tell()

    def _on_suggested(self) -> None:
        facts = self._facts
        found = facts.freeing.suggestion if facts is not None else None
        for key in found.keys if found is not None else ():
            self.ticks.set_ticked(key, is_ticked=True)
        self._tell()

    def _tell(self) -> None:
        facts = self._facts
        if facts is not None:
            self._show_rows(facts.freeing.offers.all if self._list_card.isHidden() else ())
            if not self._list_card.isHidden():
                self.list.show_facts(facts)
            self._show_target()
        QTimer.singleShot(0, self, self.show_focus)
        self.changed.emit()


class _Bones(Card):
    """In place of the rows while they are worked out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for width in _BONES:
            row = QWidget(self)
            line = QHBoxLayout(row)
            line.setContentsMargins(16, 15, 16, 15)
            line.addWidget(SkeletonBar(width, row))
            line.addStretch(1)
            line.addWidget(SkeletonBar(56, row))
            self.add_row(row)
