"""The card below the form: what came of the test, and the one thing to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from tray_app.core.connection_cases import ConnectionCase
from tray_app.text import tr
from tray_app.text.connection_tests import (
    Attempt,
    Remedy,
    certificate_facts,
    fingerprint_lines,
    tried_text,
)
from tray_app.views.components.buttons import CopyButton
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from tray_app.core.tls import OfferedCertificate

_LOOKS: dict[ConnectionCase, tuple[str, Tone]] = {
    ConnectionCase.OK: ("check-circle", Tone.OK),
    ConnectionCase.TOO_OLD: ("warning", Tone.WARN),
    ConnectionCase.REFUSED: ("error", Tone.DANGER),
    ConnectionCase.WANTS_TOKEN: ("key", Tone.WARN),
    ConnectionCase.WANTS_PASSWORD: ("key", Tone.WARN),
    ConnectionCase.WANTS_HTTPS: ("info", Tone.INFO),
    ConnectionCase.ELSEWHERE: ("warning", Tone.WARN),
    ConnectionCase.HTTP_ONLY: ("info", Tone.INFO),
    ConnectionCase.CERTIFICATE: ("warning", Tone.DANGER),
    ConnectionCase.HOST_CHECK: ("error", Tone.DANGER),
    ConnectionCase.NOT_OLLAMA: ("warning", Tone.WARN),
    ConnectionCase.PATH_MISSING: ("warning", Tone.WARN),
    ConnectionCase.PROXY: ("warning", Tone.WARN),
    ConnectionCase.BEHIND: ("warning", Tone.WARN),
    ConnectionCase.SILENT: ("warning", Tone.WARN),
    ConnectionCase.OTHER: ("error", Tone.DANGER),
}
_FACTS_X = 44


class ResultCard(NoticeCard):
    """Hidden until something is tried."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.remedy = Remedy.AGAIN
        self.offer = ""
        self.is_busy = False
        self._facts: QWidget | None = None
        self.button.setAutoDefault(False)
        self.hide()

    def show_busy(self) -> None:
        """It is being tried."""
        self.is_busy = True
        self._show_certificate(None)
        self.say(tr("Testing…"), busy=True)
        self.show()

    def show_attempt(self, attempt: Attempt) -> None:
        """What came of it."""
        self.is_busy = False
        words = tried_text(attempt)
        self.remedy, self.offer = words.remedy, attempt.test.offer
        glyph, tone = _LOOKS[attempt.test.case]
        self.say(words.title, words.body, glyph=glyph, state=tone, action=words.button)
        self._show_certificate(attempt.test.certificate)
        self.setAccessibleName(words.title)
        self.setAccessibleDescription(words.body)
        self.show()

    def clear_result(self) -> None:
        """Something else would be tried now."""
        self.is_busy = False
        self.hide()

    def _show_certificate(self, certificate: OfferedCertificate | None) -> None:
        if self._facts is not None:
            self.remove_row(self._facts)
            self._facts = None
        if certificate is not None:
            self._facts = self.add_row(_facts_row(certificate))


def _facts_row(certificate: OfferedCertificate) -> QWidget:
    row = QWidget()
    grid = QGridLayout(row)
    grid.setContentsMargins(_FACTS_X, 10, 12, 10)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(1, 1)
    top = Qt.AlignmentFlag.AlignTop
    line = 0
    for label, value in certificate_facts(certificate):
        title = PlainLabel(label, TextRole.SECONDARY, wrap=False, parent=row)
        shown = PlainLabel(value, TextRole.SECONDARY, selectable=True, parent=row)
        shown.set_dim(False)
        shown.setAccessibleName(f"{label}: {value}")
        grid.addWidget(title, line, 0, top)
        grid.addWidget(shown, line, 1)
        line += 1
    lines = fingerprint_lines(certificate.sha256)
    if lines:
        name = "SHA-256"
        digits = PlainLabel("\n".join(lines), TextRole.MONO, selectable=True, parent=row)
        pairs = ":".join(lines)
        digits.setAccessibleName(f"{name}: {pairs.replace(':', ' ')}")  # read in pairs
        grid.addWidget(PlainLabel(name, TextRole.SECONDARY, wrap=False, parent=row), line, 0, top)
        grid.addWidget(digits, line, 1)
        copy = CopyButton(tr("Copy fingerprint"), pairs, parent=row)
        grid.addWidget(copy, line, 2)
    return row
