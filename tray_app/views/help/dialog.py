"""HelpDialog: the keys, where the files are, what leaves this computer, and where to ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from tray_app.core.destinations import DESTINATIONS
from tray_app.resources import app_icon
from tray_app.text import tr
from tray_app.text.help import leaving
from tray_app.views.components.buttons import Button
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.components.screen_fit import ScreenFit
from tray_app.views.components.scrolling import ScrollArea
from tray_app.views.components.surfaces import Card
from tray_app.views.shortcuts import download_keys, listed
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from tray_app.state.project import ProjectFacts

_LEAST = QSize(360, 280)


class HelpDialog(QDialog):
    """Modeless; closes with Esc. Scrolls with the keyboard, too."""

    def __init__(self, project: ProjectFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Help"))
        self.setWindowIcon(app_icon())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(24, 20, 24, 20)
        self._column.setSpacing(8)
        self._add_keys(tr("Keys"), listed())
        self._add_keys(tr("In the list of downloads"), download_keys())
        self._add_files(project)
        self._add_leaving()
        self._add_links(project)
        self._column.addStretch(1)
        self.area = ScrollArea()
        self.area.setAccessibleName(tr("Help"))
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(body)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.area)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self).activated.connect(self.close)
        self.screen_fit = ScreenFit(self, lambda: _LEAST)
        self.resize(640, 560)
        self.area.setFocus()

    def _add_card(self, title: str) -> Card:
        if self._column.count():
            self._column.addSpacing(12)
        self._column.addWidget(heading(title))
        card = Card()
        card.setAccessibleName(title)
        self._column.addWidget(card)
        return card

    def _add_keys(self, title: str, keys: Sequence[tuple[str, str]]) -> None:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(16, 10, 16, 10)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        for row, (words, sequence) in enumerate(keys):
            grid.addWidget(PlainLabel(words), row, 0)
            value = PlainLabel(sequence)
            value.set_dim()
            grid.addWidget(value, row, 1)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        self._add_card(title).add_row(table)

    def _add_files(self, project: ProjectFacts) -> None:
        folders = project.folders
        found = (
            (tr("Settings"), folders.settings, tr("Open the folder of the settings")),
            (tr("Lists, downloads, stars and notes"), folders.data, tr("Open the data folder")),
            (tr("What may be thrown away"), folders.cache, tr("Open the cache folder")),
            (tr("Log"), folders.log, tr("Open the log folder")),
        )
        there = [each for each in found if each[1]]
        if not there:
            return
        card = self._add_card(tr("Where the files are"))
        for title, path, name in there:
            button = Button(tr("Open"), "folder", small=True)
            button.setAccessibleName(name)
            if QDir(path).exists():
                button.clicked.connect(lambda _, path=path: _open(QUrl.fromLocalFile(path)))
            else:
                button.setEnabled(False)
                button.setToolTip(tr("There is nothing in it yet"))
            card.add_row(_row(title, (QDir.toNativeSeparators(path),), button))

    def _add_leaving(self) -> None:
        card = self._add_card(tr("What leaves this computer"))
        for destination in DESTINATIONS:
            words = leaving(destination)
            off = tr("Off: {how}").format(how=words.off)
            card.add_row(_row(words.title, (words.why, off)))

    def _add_links(self, project: ProjectFacts) -> None:
        """Only what leads somewhere."""
        found = [
            (title, url)
            for title, url in (
                (tr("The page of Ollama Tray"), project.home),
                (tr("Report a fault"), project.issues),
            )
            if url
        ]
        if not found:
            return
        card = self._add_card(tr("Links"))
        for title, url in found:
            button = Button(tr("Open"), "external", small=True)
            button.setAccessibleName(title)
            button.clicked.connect(lambda _, url=url: _open(QUrl(url)))
            card.add_row(_row(title, (url,), button))


def _row(title: str, lines: Sequence[str], button: Button | None = None) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(16, 9, 16, 9)
    layout.setSpacing(12)
    texts = QVBoxLayout()
    texts.setSpacing(2)
    texts.addWidget(PlainLabel(title))
    for line in lines:
        texts.addWidget(PlainLabel(line, TextRole.SECONDARY, selectable=button is not None))
    layout.addLayout(texts, 1)
    if button is not None:
        layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
    return row


def _open(url: QUrl) -> None:
    QDesktopServices.openUrl(url)
