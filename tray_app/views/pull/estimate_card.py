"""The card of the pull dialog: what a pull would mean; and its skeleton while that is looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tray_app.core.estimate import PullCheck, PullEstimate
from tray_app.core.records import ModelDetails, ModelRecord
from tray_app.itemmodels.row_texts import kind_word
from tray_app.itemmodels.rows import kind_of
from tray_app.text import (
    LineTone,
    capability_label,
    disk_line,
    download_figure,
    exact_size,
    fetch_line,
    here_line,
    license_line,
    memory_line,
    memory_title,
    model_line,
    newer_version,
    tooltip,
    tr,
)
from tray_app.views.components.announce import announce
from tray_app.views.components.badges import Badge, BadgeSpec
from tray_app.views.components.buttons import Button
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.model_glyphs import CAPABILITY_GLYPHS, KIND_GLYPHS
from tray_app.views.components.names import NameLabel
from tray_app.views.components.progress import FULL, LegendMark, Segment, SegmentedBar
from tray_app.views.components.spinner import Spinner
from tray_app.views.components.statement_row import StatementRow, ValueRow
from tray_app.views.components.surfaces import Card, SkeletonBar
from tray_app.views.theme import TextRole, Theme, Tone, mix

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

    from tray_app.core.pulls.rules import Room

_SIDE = 16
_MAX_CHIPS = 3
_BARS = (64, 180, 140, 110)


class LookupCard(Card):
    """The skeleton: what is being looked up, and where the answers will stand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        head = QWidget(self)
        line = QHBoxLayout(head)
        line.setContentsMargins(_SIDE, 13, _SIDE, 13)
        line.setSpacing(10)
        line.addWidget(Spinner(16, head))
        self.label = ElidedLabel("", parent=head)
        line.addWidget(self.label, 1)
        self.add_row(head)
        titles = (tr("To download"), tr("Disk space"), tr("Graphics memory"), tr("License"))
        self._by_server: list[QWidget] = []
        for title, width in zip(titles, _BARS, strict=True):
            row = ValueRow(title, self)
            if title != titles[-1]:
                self._by_server.append(row)
            row.line.addWidget(SkeletonBar(width, row))
            row.line.addStretch(1)
            row.line.setContentsMargins(_SIDE, 15, _SIDE, 15)
            self.add_row(row)

    def look_up(self, text: str) -> None:
        """Say what is being looked up."""
        self.label.setText(text)

    def set_model_only(self) -> None:
        """What differs from server to server stands elsewhere."""
        for row in self._by_server:
            self.show_row(row, False)


class EstimateCard(Card):
    """Shows a PullEstimate of a model that was found; `read_button` is for its licence,
    `free_button` for a disk that has too little room for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = _Head(self)
        self.download = _Download(self)
        self.disk = StatementRow(tr("Disk space"), self)
        self.memory = StatementRow(tr("Graphics memory"), self)
        self.license = StatementRow(tr("License"), self)
        self.read_button = Button(tr("&Read"), small=True, parent=self.license)
        self.read_button.setAutoDefault(False)
        self.license.line.addWidget(self.read_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.free_button = Button(tr("&Free up space…"), "disk", small=True, parent=self.disk)
        self.free_button.setAutoDefault(False)
        self.free_button.hide()
        self.disk.texts.addWidget(self.free_button, 0, Qt.AlignmentFlag.AlignLeading)
        self.license.line.setAlignment(self.license.label, Qt.AlignmentFlag.AlignVCenter)
        for row in (self.head, self.download, self.disk, self.memory, self.license):
            self.add_row(row)
        self._announced = ""
        self._is_model_only = False

    def set_model_only(self) -> None:
        """What differs from server to server stands elsewhere."""
        self._is_model_only = True
        for row in (self.download, self.disk, self.memory):
            self.show_row(row, False)

    def show_estimate(
        self, estimate: PullEstimate, room: Room | None = None, keep_free_bytes: int = 0
    ) -> None:
        """Show what is known; lines that are still being looked up have a bone."""
        self.head.show_estimate(estimate, is_update_told=not self._is_model_only)
        self.license.say(license_line(estimate))
        self.read_button.setVisible(bool(estimate.licenses))
        if self._is_model_only:
            return
        self.download.show_estimate(estimate)
        line = disk_line(estimate, room, keep_free_bytes)
        self.disk.say(line)
        tones = (LineTone.BAD, LineTone.CAUTION)
        self.free_button.setVisible(room is not None and line is not None and line.tone in tones)
        self.memory.set_title(memory_title(estimate))
        self.memory.say(memory_line(estimate))
        if estimate.name != self._announced:
            self._announced = estimate.name
            is_update = estimate.standing is PullCheck.UPDATE
            announce(self, newer_version(estimate) if is_update else fetch_line(estimate))


class _Head(QWidget):
    """Name, what it is, what it can do; and that it is newer than the installed one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._capabilities: tuple[str, ...] = ()
        self._glyph = GlyphLabel("chat", parent=self)
        self.name = NameLabel("", TextRole.SECTION, self)
        self.line = ElidedLabel("", TextRole.SECONDARY, parent=self)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(6)
        self._update_glyph = GlyphLabel("update", Tone.INFO, parent=self)
        self.update_line = PlainLabel("", TextRole.NAME, state=Tone.INFO, parent=self)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._glyph)
        top.addWidget(self.name, 1)
        top.addLayout(self._chips)
        news = QHBoxLayout()
        news.setSpacing(8)
        news.addWidget(self._update_glyph)
        news.addWidget(self.update_line, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_SIDE, 11, _SIDE, 10)
        layout.setSpacing(3)
        layout.addLayout(top)
        layout.addWidget(self.line)
        layout.addLayout(news)

    def show_estimate(self, estimate: PullEstimate, *, is_update_told: bool = True) -> None:
        kind = kind_of(
            ModelRecord(
                estimate.server_id,
                estimate.name,
                details=estimate.details or ModelDetails(),
                capabilities=estimate.capabilities,
            )
        )
        self._glyph.set_glyph(KIND_GLYPHS[kind])
        self._glyph.setAccessibleName(kind_word(kind))
        self.name.set_name(estimate.name)
        self.line.setText(model_line(estimate))
        is_update = is_update_told and estimate.standing is PullCheck.UPDATE
        self._update_glyph.setVisible(is_update)
        self.update_line.setVisible(is_update)
        self.update_line.setText(newer_version(estimate) if is_update else "")
        self._set_capabilities(estimate.capabilities)

    def _set_capabilities(self, capabilities: tuple[str, ...]) -> None:
        if capabilities == self._capabilities:
            return
        self._capabilities = capabilities
        while (item := self._chips.takeAt(0)) is not None:
            if (chip := item.widget()) is not None:
                chip.hide()
                chip.deleteLater()
        for capability in [name for name in capabilities if name != "completion"][:_MAX_CHIPS]:
            glyph = CAPABILITY_GLYPHS.get(capability, "tag")
            self._chips.addWidget(Badge(BadgeSpec(capability_label(capability), glyph), self))


class _Download(QWidget):
    """How much is to be fetched, and of what is here already, with whom it is shared."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        label = PlainLabel(tr("To download"), wrap=False, parent=self)
        label.set_dim()
        self.figure = PlainLabel("", TextRole.FIGURE, wrap=False, parent=self)
        self.rest = PlainLabel("", wrap=False, parent=self)
        self.rest.set_dim()
        self._bar = SegmentedBar(8, self)
        self.here = ElidedLabel("", TextRole.SECONDARY, parent=self)
        self._fetch = PlainLabel("", TextRole.SECONDARY, wrap=False, parent=self)
        theme = Theme.of(self)
        self._here_mark = LegendMark(_here_color(theme), self)
        self._fetch_mark = LegendMark(theme.accent, self)
        top = QHBoxLayout()
        top.setSpacing(5)
        top.addWidget(label)
        top.addStretch(1)
        top.addWidget(self.figure)
        top.addWidget(self.rest)
        self._legend = QWidget(self)
        legend = QHBoxLayout(self._legend)
        legend.setContentsMargins(0, 0, 0, 0)
        legend.setSpacing(6)
        legend.addWidget(self._here_mark)
        legend.addWidget(self.here, 1)
        legend.addWidget(self._fetch_mark)
        legend.addWidget(self._fetch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_SIDE, 9, _SIDE, 9)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self._bar)
        layout.addWidget(self._legend)

    def show_estimate(self, estimate: PullEstimate) -> None:
        figure, rest = download_figure(estimate)
        self.figure.setText(figure)
        self.figure.setToolTip(tooltip(exact_size(estimate.fetch_bytes)))
        self.rest.setText(rest)
        self.rest.setVisible(bool(rest))
        self.rest.setToolTip(tooltip(exact_size(estimate.total_bytes)))
        has_parts = estimate.is_partly_here
        self._bar.setVisible(has_parts)
        self._legend.setVisible(has_parts)
        if not has_parts:
            return
        here, fetch = here_line(estimate), fetch_line(estimate)
        self.here.setText(here)
        self._fetch.setText(fetch)
        permille = estimate.here_bytes * FULL // max(1, estimate.total_bytes or 0)
        theme = Theme.of(self)
        here_color = _here_color(theme)
        self._here_mark.set_color(here_color)
        self._fetch_mark.set_color(theme.accent)
        segments = (Segment(permille, here_color), Segment(FULL - permille, theme.accent))
        self._bar.set_segments(segments, f"{here}, {fetch}")


def _here_color(theme: Theme) -> QColor:
    return theme.text if theme.is_high_contrast else mix(theme.base, theme.ok, 0.75)
