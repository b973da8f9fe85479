"""Announcer: what the main window has read out to people who do not see it change.

Never percentages, and nothing that was there from the start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from tray_app.core.creates.records import CreateItem, CreateState
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.text import models_count, models_shown, one_line, tr
from tray_app.text.several import answers_again, went_offline
from tray_app.text.updating import spoken_updates
from tray_app.views.components.announce import announce

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tray_app.core.updates.facts import CheckState
    from tray_app.views.main_window.screens import Facts
    from tray_app.views.main_window.several import ServerFacts

_SEARCH_PAUSE_MS = 600
_ENDS = frozenset({PullState.DONE, PullState.FAILED})


class Announcer(QObject):
    """Belongs to one window. `last_words` is what was said last."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._is_connected = False
        self._is_online: dict[str, bool] = {}  # of several servers
        self._states: dict[str, PullState | CreateState] = {}
        self._shown = 0
        self._is_checking = False
        self.last_words = ""
        self._pause = QTimer(self, singleShot=True, interval=_SEARCH_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause_timeout)

    def announce_facts(self, facts: Facts) -> None:
        """The first answer of a server, and each one after it was away; of several servers those
        that come and go."""
        self._shown = facts.shown
        self._announce_servers(facts.servers)
        is_online = facts.has_answer and facts.status is not None and facts.status.is_online
        if is_online and not self._is_connected:
            words = tr("Connected to {server}, {models}")
            self._say(words.format(server=facts.server, models=models_count(facts.count)))
        self._is_connected = is_online

    def _announce_servers(self, servers: tuple[ServerFacts, ...]) -> None:
        before, self._is_online = self._is_online, {}
        for server in servers:
            if server.is_online or server.is_away:
                self._is_online[server.id] = server.is_online
                if before.get(server.id, server.is_online) != server.is_online:
                    words = answers_again if server.is_online else went_offline
                    self._say(words(server.label))
            elif server.id in before:
                self._is_online[server.id] = before[server.id]

    def announce_check(self, check: CheckState, count: int, fetch_bytes: int) -> None:
        """A look for newer versions is over, and there are some."""
        was_checking, self._is_checking = self._is_checking, check.is_running
        if was_checking and not check.is_running and count:
            self._say(spoken_updates(count, fetch_bytes))

    def announce_search(self, words: str) -> None:
        """Said once the typing pauses."""
        if words:
            self._pause.start()
        else:
            self._pause.stop()

    def announce_pull(self, item: PullItem) -> None:
        """A download has ended."""
        before = self._states.get(item.id)
        self._states[item.id] = item.state
        if before in (None, item.state) or item.state not in _ENDS:
            return
        is_done = item.state is PullState.DONE
        words = tr("Download finished: {name}") if is_done else tr("Download failed: {name}")
        self._say(words.format(name=one_line(item.name, 80)))

    def announce_create(self, item: CreateItem) -> None:
        """What is made has ended, or its row asks something."""
        before = self._states.get(item.id)
        self._states[item.id] = item.state
        if before in (None, item.state):
            return
        from tray_app.text.creating import create_question, created_words

        is_asked = item.state is CreateState.ASKED
        words = create_question() if is_asked else created_words(item)
        if words:
            self._say(words)

    def forget_pull(self, item_id: str) -> None:
        """The download is gone, or what was made."""
        self._states.pop(item_id, None)

    def _on_pause_timeout(self) -> None:
        self._say(models_shown(self._shown))

    def _say(self, words: str) -> None:
        self.last_words = words
        announce(self._window, words)
