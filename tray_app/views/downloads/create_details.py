"""What is below the row of a model that is made: its files, and why it failed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from tray_app.core.creates.records import CreateItem, CreateState
from tray_app.text import size, tr
from tray_app.text.creating import (
    FailureFact,
    create_error_report,
    create_failure_facts,
    create_part,
    parts_of,
)
from tray_app.views.components.buttons import Button, copy_text
from tray_app.views.components.facts import stand_on_one_line
from tray_app.views.components.glyphs import ACCENT, SECONDARY, GlyphLabel
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.theme import TextRole, Tone

LOG_HELP_URL = "https://docs.ollama.com/troubleshooting"
"""Where Ollama's own documentation says how to find its log on each system."""

_LINE = 24
_GLYPH = 14
_MAX_FILES = 100
_AT_SERVER = frozenset({CreateState.DELETED, CreateState.DONE})


class CreateDetails(QWidget):
    """One line for each file; below them, when it failed, what is known of that."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item: CreateItem | None = None
        self._server = ""
        self._is_kind_there: bool | None = None
        self._files = _Files(self)
        self._facts = _Facts(self)
        self._copy = Button(tr("Copy error"), "copy", small=True, parent=self)
        self._copy.clicked.connect(self._on_copy_clicked)
        self._log = Button(tr("Where is the log?"), small=True, parent=self)
        self._log.clicked.connect(self._on_log_clicked)
        for button in (self._copy, self._log):
            button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._copy)
        buttons.addWidget(self._log)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(8)
        column.addWidget(self._files)
        column.addWidget(self._facts)
        column.addLayout(buttons)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """What can have the focus, in order."""
        return (self._copy, self._log)

    def set_item(self, item: CreateItem, server: str, is_kind_there: bool | None) -> None:
        """Show `item`."""
        self._item, self._server, self._is_kind_there = item, server, is_kind_there
        is_failed = item.state is CreateState.FAILED
        self._files.set_item(item)
        self._files.setVisible(not is_failed)
        facts = create_failure_facts(item, server, is_kind_there=is_kind_there)
        self._facts.set_facts(facts)
        self._facts.setVisible(bool(facts))
        for button in (self._copy, self._log):
            button.setVisible(is_failed)

    def _on_copy_clicked(self) -> None:
        if self._item is not None:
            report = create_error_report(
                self._item, self._server, is_kind_there=self._is_kind_there
            )
            copy_text(self._copy, report)

    def _on_log_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl(LOG_HELP_URL))


class _Files(QWidget):
    """Rows of 24 px: how far it is, what it is, its name, its size where that is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(2, 1)
        self._shown: tuple[str, ...] = ()
        self._glyphs: list[GlyphLabel] = []

    def set_item(self, item: CreateItem) -> None:
        request = item.request
        files = (*request.files[:_MAX_FILES], *filter(None, (request.projector,)))
        if files != self._shown:
            self._rebuild(item, files)
        is_there = item.state in _AT_SERVER or item.state.is_at_server
        running = next((path for path in files if path not in item.uploaded), "")
        for path, glyph in zip(files, self._glyphs, strict=True):
            if is_there or path in item.uploaded:
                glyph.set_glyph("check", Tone.OK)
            elif path == running and item.state is CreateState.UPLOADING:
                glyph.set_glyph("upload", ACCENT)
            else:
                glyph.set_glyph("clock", SECONDARY)

    def _rebuild(self, item: CreateItem, files: tuple[str, ...]) -> None:
        while (old := self._grid.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._shown, self._glyphs = files, []
        request = item.request
        count = len(request.files)
        for row, (path, name) in enumerate(zip(files, parts_of(files), strict=True)):
            is_projector = path == request.projector
            label = tr("Projector") if is_projector else create_part(row + 1, count)
            known = request.projector_bytes if is_projector else request.size_bytes
            glyph = GlyphLabel(size=_GLYPH, parent=self)
            self._glyphs.append(glyph)
            self._grid.addWidget(glyph, row, 0)
            self._grid.addWidget(PlainLabel(label, TextRole.SECONDARY, wrap=False), row, 1)
            shown = ElidedLabel(
                name, TextRole.SECONDARY, mode=Qt.TextElideMode.ElideMiddle, parent=self
            )
            self._grid.addWidget(shown, row, 2)
            if is_projector or count == 1:
                words = PlainLabel(size(known), TextRole.SECONDARY, wrap=False)
                self._grid.addWidget(words, row, 3)
            self._grid.setRowMinimumHeight(row, _LINE)


class _Facts(QWidget):
    """Two columns: what it is about, as wide as the widest; what is known of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._shown: tuple[FailureFact, ...] = ()

    def set_facts(self, facts: Sequence[FailureFact]) -> None:
        if tuple(facts) == self._shown:
            return  # a text that is selected stays selected
        self._shown = tuple(facts)
        while (old := self._grid.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row, fact in enumerate(facts):
            label = PlainLabel(fact.label, TextRole.SECONDARY, natural=True)
            value = PlainLabel(fact.value, TextRole.SECONDARY, selectable=True)
            value.setAccessibleName(f"{fact.label}: {fact.value}")
            stand_on_one_line(label, value)
            self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignTop)
