"""ReleaseNews: what the main window says of a newer Ollama Tray: a banner, once for each version,
and an entry in More for as long as it is so. Nothing is fetched: its page is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices

from tray_app.text import tr
from tray_app.views.components.banner import BannerText
from tray_app.views.components.glyphs import glyph
from tray_app.views.theme import Theme, Tone

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu, QWidget

    from tray_app.commands import Commands
    from tray_app.core.releases import Release
    from tray_app.state.app_state import AppState


class ReleaseNews(QObject):
    """Signals: `changed` when there is something else to say. Thread: GUI."""

    changed = Signal()

    def __init__(self, state: AppState, commands: Commands, window: QWidget) -> None:
        super().__init__(window)
        self._facts = state.project
        self._commands = commands
        self._window = window
        self._shown: Release | None = None  # told in this window, and not yet answered
        self._facts.release_changed.connect(self.changed)
        self.actions: dict[str, Callable[[], object]] = {
            "release_page": self.open_page,
            "release_skip": self._skip,
            "release_seen": self._dismiss,
        }
        """What the buttons do, by their keys."""

    def banner(self) -> BannerText | None:
        """What is to be said now, if nothing else is. A person sees it: it is told."""
        release = self._facts.release
        if release is None:
            self._shown = None
            return None
        if not self._facts.is_told and self._window.isVisible():
            self._shown = release
            QTimer.singleShot(0, self._commands, self._commands.release_told_requested.emit)
        if release != self._shown:
            return None
        actions = (
            ("release_page", tr("Open page")),
            ("release_skip", tr("Skip this version")),
            ("release_seen", tr("Got it")),
        )
        return BannerText(_out(release), Tone.INFO, actions)

    def add_entry(self, menu: QMenu) -> None:
        """Second in `menu`, which is filled, while there is a newer one."""
        release = self._facts.release
        if release is None:
            return
        action = QAction(_out(release, is_entry=True), menu)
        action.setIcon(glyph("info", Theme.of(menu).text))
        action.triggered.connect(self.open_page)
        menu.insertAction(menu.actions()[1], action)

    def open_page(self) -> None:
        """The release in the browser."""
        release = self._facts.release
        self._dismiss()
        if release is not None:
            QDesktopServices.openUrl(QUrl(release.page))

    def _skip(self) -> None:
        self._dismiss()
        self._commands.release_skip_requested.emit()

    def _dismiss(self) -> None:
        self._shown = None
        self.changed.emit()


def _out(release: Release, *, is_entry: bool = False) -> str:
    words = tr("Ollama Tray {version} is out…") if is_entry else tr("Ollama Tray {version} is out.")
    return words.format(version=release.version)
