"""FindingList: the findings under their headings. Rows are kept: what is open stays open, and what
has the focus does not move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tray_app.core.diagnosis.findings import (
    Finding,
    FindingGroup,
    FindingKind,
    FindingTone,
)
from tray_app.text import (
    checking_again,
    finding_words,
    fine_lines,
    fine_title,
    group_title,
    grouped,
    spoken_finding,
    tr,
)
from tray_app.views.components.finding_row import FindingRow, RowTexts
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.components.scrolling import ScrollArea, end_of_list
from tray_app.views.components.surfaces import Card, Hairline
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

Key = tuple[FindingKind, tuple[str, ...], tuple[str, ...]]

_TONES = {
    FindingTone.DANGER: ("error", Tone.DANGER),
    FindingTone.WARN: ("warning", Tone.WARN),
    FindingTone.INFO: ("info", Tone.INFO),
    FindingTone.OK: ("check-circle", Tone.OK),
}
_SHOWN = (FindingGroup.TO_FIX, FindingGroup.WORTH_KNOWING)


def key_of(finding: Finding) -> Key:
    """What makes it the same finding as one of the round before."""
    return (finding.kind, finding.server_ids, finding.about.names)


class FindingList(ScrollArea):
    """Signals: `remedy_clicked` with the finding whose button was used, `emptied` when the row that
    had the focus is gone and there is no other."""

    remedy_clicked = Signal(object)  # Finding
    emptied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Findings"))
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(20, 0, 20, 12)
        self._column.setSpacing(0)
        self._groups = {group: _Group(group_title(group), self._body) for group in FindingGroup}
        for group in self._groups.values():
            self._column.addWidget(group)
        self._column.addStretch(1)
        self.setWidget(self._body)
        self._body.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self._rows: dict[Key, FindingRow] = {}
        self._findings: dict[FindingRow, Finding] = {}
        self._order: list[FindingRow] = []
        self.fine = FindingRow(self._body)
        self._listen(self.fine)
        self._fine_was_opened: bool | None = None
        self.fine.chevron.clicked.connect(self._on_fine_chevron_clicked)

    @property
    def rows(self) -> tuple[FindingRow, ...]:
        """All rows from top to bottom, the one of what is fine too."""
        return tuple(self._order)

    def finding_of(self, row: FindingRow) -> Finding | None:
        """What a row says; None for the one of what is fine."""
        return self._findings.get(row)

    def set_findings(
        self,
        findings: tuple[Finding, ...],
        checking: frozenset[Key] = frozenset(),
        unusable: frozenset[Key] = frozenset(),
    ) -> None:
        """Show these; those in `checking` are being looked at again, and for those in `unusable`
        nothing can be done here."""
        focus = self._focused_row()
        place = self._order.index(focus) if focus is not None else 0
        anchor = focus or next((row for row in self._order if row.is_open), None)
        top = self._top_of(anchor)
        parts = dict(grouped(findings))
        new: dict[Key, FindingRow] = {}
        self._findings = {}
        self._order = []
        for group in _SHOWN:
            rows = []
            for finding in parts.get(group, ()):
                key = key_of(finding)
                row = self._rows.pop(key) if key in self._rows else self._made()
                new[key] = row
                self._findings[row] = finding
                row.set_texts(
                    _row_texts(finding, is_checking=key in checking, is_usable=key not in unusable)
                )
                rows.append(row)
            self._groups[group].set_rows(rows)
            self._order += rows
        self._show_fine(parts.get(FindingGroup.FINE, ()), is_alone=not new)
        gone = self._rows.values()
        had_focus = focus is not None and focus in gone
        for row in gone:
            row.hide()
            row.deleteLater()
        self._rows = new
        self._settle(focus if focus in self._order else None)
        if had_focus:
            self._pass_focus(place)
        if anchor is not None and anchor in self._order:
            # At once, and not with the next turn, when it would be seen to jump.
            QCoreApplication.sendEvent(self, QEvent(QEvent.Type.LayoutRequest))
            self._column.activate()
            moved = self._top_of(anchor) - top
            bar = self.verticalScrollBar()
            if moved:
                bar.setValue(bar.value() + moved)

    def order_tabs(self, before: QWidget, behind: QWidget) -> None:
        """Have Tab go from `before` through the rows to `behind`: they were made in any order."""
        last = before
        for row in self._order:
            for each in (row, row.button, row.chevron, row.copy_button):
                QWidget.setTabOrder(last, each)
                last = each
        QWidget.setTabOrder(last, behind)

    def focus_first(self) -> bool:
        """Focus on what is to be fixed first; False when there is nothing."""
        for row in self._order:
            finding = self._findings.get(row)
            if finding is not None and finding.group is FindingGroup.TO_FIX:
                row.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    def show_kind(self, kind: FindingKind) -> None:
        """Bring the first finding of a kind to where it is seen."""
        for row, finding in self._findings.items():
            if finding.kind is kind:
                self.ensureWidgetVisible(row)
                row.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def _made(self) -> FindingRow:
        row = FindingRow(self._body)
        self._listen(row)
        row.button_clicked.connect(self._on_row_button_clicked)
        return row

    def _listen(self, row: FindingRow) -> None:
        row.stepped.connect(self._on_row_stepped)
        row.focused.connect(self._on_row_focused)

    def _show_fine(self, findings: tuple[Finding, ...], *, is_alone: bool) -> None:
        group = self._groups[FindingGroup.FINE]
        if not findings:
            group.set_rows([])
            self.fine.hide()
            return
        glyph, tone = _TONES[FindingTone.OK]
        title = fine_title(len(findings))
        self.fine.set_texts(
            RowTexts(title, glyph=glyph, tone=tone, lines=fine_lines(findings), group=tr("Fine"))
        )
        group.set_rows([self.fine])
        group.show_title(not is_alone)
        self.fine.set_open(is_alone if self._fine_was_opened is None else self._fine_was_opened)
        self._order.append(self.fine)

    def _top_of(self, row: FindingRow | None) -> int:
        if row is None or row.isHidden():
            return 0
        return row.mapTo(self._body, row.rect().topLeft()).y()

    # Focus: one Tab stop for all rows.

    def _focused_row(self) -> FindingRow | None:
        focus = self.window().focusWidget()
        for row in self._order:
            if focus is row or (focus is not None and row.isAncestorOf(focus)):
                return row
        return None

    def _settle(self, current: FindingRow | None) -> None:
        stop = Qt.FocusPolicy.StrongFocus
        holder = current or next((row for row in self._order if row.focusPolicy() == stop), None)
        if holder is None and self._order:
            holder = self._order[0]
        for row in self._order:
            row.set_current(row is holder)

    def _pass_focus(self, place: int) -> None:
        if not self._order:
            self.emptied.emit()
            return
        row = self._order[min(place, len(self._order) - 1)]
        row.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_row_focused(self) -> None:
        row = self.sender()
        if isinstance(row, FindingRow):
            self._settle(row)
            self.ensureWidgetVisible(row, 0, 12)

    def _on_row_stepped(self, is_down: bool) -> None:
        row = self.sender()
        if isinstance(row, FindingRow) and row in self._order:
            place = self._order.index(row) + (1 if is_down else -1)
            if 0 <= place < len(self._order):
                self._order[place].setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = end_of_list(event)
        if place is not None and self._order:
            self._order[place].setFocus(Qt.FocusReason.TabFocusReason)
        super().keyPressEvent(event)

    def _on_row_button_clicked(self) -> None:
        row = self.sender()
        if isinstance(row, FindingRow) and row in self._findings:
            self.remedy_clicked.emit(self._findings[row])

    def _on_fine_chevron_clicked(self) -> None:
        self._fine_was_opened = self.fine.is_open

    def open_details(self, finding: Finding) -> None:
        """Show the details of a finding, to be read."""
        row = self._rows.get(key_of(finding))
        if row is not None:
            row.set_open(True)
            row.setFocus(Qt.FocusReason.OtherFocusReason)

    def button_of(self, finding: Finding) -> QWidget:
        """The button of a finding's row."""
        row = self._rows.get(key_of(finding))
        return self if row is None else row.button


def _row_texts(finding: Finding, *, is_checking: bool, is_usable: bool) -> RowTexts:
    words = finding_words(finding)
    glyph, tone = _TONES[finding.tone]
    if finding.kind in (FindingKind.NEWER_OLLAMA, FindingKind.NEWER_TRAY):
        glyph = "update"
    elif finding.kind in (FindingKind.KEYRING_WAITING, FindingKind.STARTING):
        glyph = "clock"
    return RowTexts(
        words.title,
        checking_again() if is_checking else words.why,
        glyph,
        tone,
        words.button if is_usable else "",
        words.command,
        (),
        (*words.how_to, "", *finding.details) if words.how_to else finding.details,
        spoken_finding(words),
        group_title(finding.group),
        is_checking,
    )


class _Group(QWidget):
    """A heading with the card of its rows; it hides itself when there are none."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._title: PlainLabel = heading(title, self)
        self._card = Card(self)
        self._rows: list[FindingRow] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 12)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._card)
        self.hide()

    def show_title(self, is_shown: bool) -> None:
        self._title.setVisible(is_shown)

    def set_rows(self, rows: list[FindingRow]) -> None:
        """These rows, in this order; those that stay are not touched."""
        self.setVisible(bool(rows))
        if rows == self._rows:
            return
        self._rows = list(rows)
        layout = self._card.rows
        while (item := layout.takeAt(0)) is not None:
            widget = item.widget()
            if isinstance(widget, Hairline):
                widget.hide()
                widget.deleteLater()
        for row in rows:
            self._card.add_row(row)
            row.show()
