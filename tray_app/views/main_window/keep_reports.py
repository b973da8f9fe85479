"""KeepReports: what the main window tells of models that are kept loaded, and of stopped loads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.keeping.records import KeepNews, KeepNote, KeepRequest
from tray_app.core.payloads import ModelRef
from tray_app.text import tr
from tray_app.text.keeping import keep_note_line, released_line
from tray_app.views.components.banner import BannerText
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.state.app_state import AppState
    from tray_app.views.main_window.shown_servers import ShownServers

_WARNINGS = frozenset({KeepNews.NO_ROOM, KeepNews.GIVEN_UP})


class KeepReports(QObject):
    """Signals: `notice_made` (BannerText). What is released at once is told together.

    Thread: GUI.
    """

    notice_made = Signal(object)  # BannerText

    def __init__(
        self, state: AppState, commands: Commands, shown: ShownServers, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._commands = commands
        self._shown = shown
        self._notes: list[KeepNote] = []
        self._told: tuple[KeepNote, ...] = ()
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._tell)
        state.keeping.told.connect(self._on_keeping_told)
        self.actions: dict[str, Callable[[], object]] = {
            "keep_it": self._keep,
            "keep_it_instead": self._keep_instead,
        }
        """What the buttons of its notices do, by their keys."""

    @Slot(object)
    def _on_keeping_told(self, note: KeepNote) -> None:
        if self._shown.is_listed(note.ref.server_id):
            self._notes.append(note)
            self._timer.start()

    @Slot()
    def _tell(self) -> None:
        released = tuple(note for note in self._notes if note.news is KeepNews.RELEASED)
        others = [note for note in self._notes if note.news is not KeepNews.RELEASED]
        self._notes.clear()
        if len(released) > 1:
            words = released_line(note.ref.name for note in released)
            self._show(released, BannerText(words, Tone.INFO, (("keep_it", tr("Keep them")),)))
        elif released:
            self._show(released, self._notice(released[0]))
        for note in others:
            self._show((note,), self._notice(note))

    def _show(self, notes: tuple[KeepNote, ...], notice: BannerText) -> None:
        self._told = notes
        self.notice_made.emit(notice)

    @staticmethod
    def _notice(note: KeepNote) -> BannerText:
        actions: tuple[tuple[str, str], ...] = ()
        if note.news is KeepNews.RELEASED:
            actions = (("keep_it", tr("Keep it", "loaded")),)
        elif note.news is KeepNews.GIVEN_UP:
            actions = (("keep_it", tr("Keep loaded")),)
        elif note.no_room is not None and len(note.no_room.others) == 1:
            actions = (("keep_it_instead", tr("Keep it instead")),)
        tone = Tone.WARN if note.news in _WARNINGS else Tone.INFO
        return BannerText(keep_note_line(note), tone, actions)

    def _keep(self) -> None:
        for note in self._told:
            self._commands.keep_requested.emit(KeepRequest(note.ref, note.context_length))

    def _keep_instead(self) -> None:
        for note in self._told:
            if note.no_room is not None:
                other = ModelRef(note.ref.server_id, note.no_room.others[0])
                request = KeepRequest(note.ref, note.context_length, other)
                self._commands.keep_requested.emit(request)
