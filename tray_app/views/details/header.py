"""The head of the details dialog: kind, name, badges, size, age, digest, and what to copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tray_app.itemmodels.rows import kind_of
from tray_app.text import age, dotted, one_line, size, tooltip, tr, utc_now
from tray_app.text.updates import update_badge
from tray_app.views.components.badges import Badge, BadgeSpec
from tray_app.views.components.buttons import CopyButton, IconButton
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.model_glyphs import KIND_GLYPHS
from tray_app.views.components.names import NameLabel
from tray_app.views.components.surfaces import StateTile
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord
    from tray_app.core.updates.facts import ModelVerdict


class DetailsHeader(QWidget):
    """Shows what the table knows."""

    def __init__(
        self,
        name: str,
        parent: QWidget | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._tile = StateTile("chat", None, 48, self)
        self.name = NameLabel(name, TextRole.TITLE, self)
        self.copy_name = CopyButton(tr("Copy name"), name, parent=self)
        self.star = IconButton("star", "", size=28, parent=self)
        self.star.setCheckable(True)
        self.star.setProperty("unframed", True)  # its glyph says it
        self.set_starred(False)
        self._loaded = Badge(BadgeSpec(tr("Loaded"), "chip", Tone.OK, filled=True), self)
        self._kept = Badge(BadgeSpec(_kept_word(), "keep"), self)
        self._cloud = Badge(
            BadgeSpec(tr("Cloud"), "cloud", tip=tr("Runs on ollama.com, nothing is stored here")),
            self,
        )
        self._update = Badge(BadgeSpec(tr("Update", "badge: there is one"), "update"), self)
        self.line = ElidedLabel("", TextRole.SECONDARY, parent=self)
        self._digest = PlainLabel("", TextRole.MONO, wrap=False, selectable=True, parent=self)
        self._digest.set_dim()
        self.copy_digest = CopyButton(tr("Copy digest"), parent=self)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.name)
        for widget in (
            *(self.copy_name, self.star, self._loaded, self._kept, self._update, self._cloud),
        ):
            top.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addStretch(1)
        bottom = QHBoxLayout()
        bottom.setSpacing(6)
        for part in (self.line, self._digest, self.copy_digest):
            bottom.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        bottom.addStretch(1)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addLayout(top)
        texts.addLayout(bottom)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 8)
        layout.setSpacing(16)
        layout.addWidget(self._tile, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(texts, 1)
        self._loaded.hide()
        self._kept.hide()
        self._update.hide()
        self._cloud.hide()
        self.set_record(None)

    def set_record(self, record: ModelRecord | None) -> None:
        """Show a row of the table; None = not in the list."""
        for widget in (self._digest, self.copy_digest):
            widget.setVisible(record is not None and bool(record.digest))
        self._cloud.setVisible(record is not None and record.is_cloud)
        if record is None:
            self.line.setText("")
            return
        self._tile.set_glyph(KIND_GLYPHS[kind_of(record)])
        amount = "" if record.is_cloud or record.size_bytes is None else size(record.size_bytes)
        modified = ""
        if record.modified_at is not None:
            text = tr("Modified {when}", "when is like 5 days ago")
            modified = text.format(when=_inside(age(record.modified_at, self._clock())))
        self.line.setText(dotted(amount, modified, tr("Digest") if record.digest else ""))
        self._digest.setText(record.short_digest)
        self._digest.setToolTip(tooltip(one_line(record.digest, 80)))
        self.copy_digest.set_copy_text(record.digest)

    def set_starred(self, is_starred: bool) -> None:
        """Whether a person has starred it."""
        self.star.setChecked(is_starred)
        self.star.set_icon_name("star-filled" if is_starred else "star")
        words = tr("Take the star from {name}") if is_starred else tr("Star {name}")
        self.star.set_name(words.format(name=one_line(self.name.name, 120)))

    def set_name(self, name: str) -> None:
        """The model is called otherwise now."""
        self.name.set_name(name)
        self.copy_name.set_copy_text(name)

    def set_loaded(self, loaded: bool) -> None:
        """Whether it is in memory."""
        self._loaded.setVisible(loaded)

    def set_kept(self, is_kept: bool, tip: str) -> None:
        """Whether it is to stay in memory, and how that stands."""
        self._kept.setVisible(is_kept)
        self._kept.set_spec(BadgeSpec(_kept_word(), "keep", tip=tip))

    def set_verdict(self, found: ModelVerdict, tip: str) -> None:
        """The badge of how it stands to its registry."""
        word = update_badge(found.verdict, found.marks)
        glyph, tone, is_filled = "update", Tone.NEUTRAL, False
        if found.is_counted:
            tone, is_filled = Tone.INFO, True
        elif found.marks.is_backup:
            glyph = "clock"
        elif found.marks.is_pinned:
            glyph = "pin"
        self._update.set_spec(BadgeSpec(word, glyph, tone, is_filled, tip))
        self._update.setVisible(bool(word))


def _inside(when: str) -> str:
    """ "Today, 09:14" in the middle of a sentence, where the language has small letters there."""
    return when[:1].lower() + when[1:]


def _kept_word() -> str:
    return tr("Kept", "badge: it stays in memory")
