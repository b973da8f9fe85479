"""InstanceCommands: what a later start, or a verb in a terminal, asks of the running program."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from PySide6.QtCore import QObject, QTimer

from tray_app import __version__
from tray_app.core.endpoint import shown_address
from tray_app.core.errors import BadName
from tray_app.core.names import ModelName, canonical, clean
from tray_app.core.payloads import ModelRef, PullRequest
from tray_app.core.surrogates import well_formed
from tray_app.desktop.instance.single_instance import (
    InstanceAnswer,
    InstanceCommand,
    InstanceRequest,
)
from tray_app.text import name_problem, tr

if TYPE_CHECKING:
    from tray_app.app.window import WindowController
    from tray_app.commands import Commands
    from tray_app.state import AppState

LINK_PULL = "ollama-tray://pull/"
TOKEN_LIMIT = 1024


class InstanceCommands(QObject):
    """Answers requests of other instances. Thread: GUI thread."""

    def __init__(
        self,
        state: AppState,
        commands: Commands,
        window: WindowController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._commands = commands
        self._window = window

    def answer(self, request: InstanceRequest) -> InstanceAnswer:
        """Say what comes of it, at once; what is to be done is done when the answer has gone out.

        Whoever asks does not wait for a window that is built on a busy computer.
        """
        if request.command is InstanceCommand.STATUS:
            return InstanceAnswer(True, self._status())
        if request.command is InstanceCommand.PULL:
            return self._pull(request.args)
        if request.command is InstanceCommand.QUIT:
            self._later(self._commands.quit_now_requested.emit)
            return InstanceAnswer(True)
        self._later(partial(self._window.show, _usable_token(request.token)))
        if request.command is InstanceCommand.SHOW and request.args:
            return self._show(request.args[0])
        return InstanceAnswer(True)

    def open_link(self, link: str) -> InstanceAnswer:
        """`ollama-tray://pull/<name>` opens the pull dialog filled in; nothing starts by itself."""
        if not link.casefold().startswith(LINK_PULL):
            return InstanceAnswer(False, {"error": tr("Links look like ollama-tray://pull/NAME.")})
        name = clean(well_formed(unquote(link[len(LINK_PULL) :])))
        self._later(partial(self._commands.pull_dialog_requested.emit, name))
        return InstanceAnswer(True)

    def _later(self, work: Callable[[], object]) -> None:
        """In the next turn of the event loop: the order stays as it was asked for."""
        QTimer.singleShot(0, self, work)

    def _pull(self, names: tuple[str, ...]) -> InstanceAnswer:
        try:
            parsed = [str(ModelName.of_pasted(name)) for name in names]
        except BadName as error:
            return InstanceAnswer(False, {"error": name_problem(error), "name": error.reference})
        for name in parsed:
            request = self._pull_request(name)
            self._later(partial(self._commands.pull_requested.emit, request))
        return InstanceAnswer(True, {"pulling": parsed})

    def _pull_request(self, name: str) -> PullRequest:
        server_id = self._state.server.id
        # An installed model keeps the spelling that the server knows it by.
        listed = self._state.installed(server_id).by_key.get(canonical(name))
        if listed is None:
            return PullRequest(server_id, name)
        return PullRequest(server_id, listed.name, listed.digest)

    def _show(self, name: str) -> InstanceAnswer:
        if name.casefold().startswith("ollama-tray:"):
            return self.open_link(name)
        server_id = self._state.server.id
        found = self._state.installed(server_id).by_key.get(canonical(name))
        if found is None:
            return InstanceAnswer(False, {"error": tr("There is no model with this name.")})
        ref = ModelRef(server_id, found.name, found.digest)
        self._later(partial(self._commands.details_dialog_requested.emit, ref))
        return InstanceAnswer(True)

    def _status(self) -> dict[str, object]:
        state = self._state
        status = state.status(state.server.id)
        snapshot = state.snapshot(state.server.id)
        return {
            "version": __version__,
            "server": shown_address(state.server.address),
            "state": status.state if status else "connecting",
            "models": len(snapshot.models) if snapshot else None,
            "window": self._window.is_visible,
            "tray": state.is_tray_available,
            "downloads": [
                {
                    "name": item.name,
                    "state": item.state,
                    "completed_bytes": item.progress.completed_bytes if item.progress else 0,
                    "total_bytes": item.progress.total_bytes if item.progress else None,
                    "percent": item.progress.permille // 10
                    if item.progress and item.progress.permille is not None
                    else None,
                }
                for item in state.downloads[:50]
            ],
            "speed_bytes_s": state.pull_summary.speed_bytes_s,
        }


def _usable_token(token: str) -> str:
    """What the desktop may have given, which goes into our environment; else nothing."""
    is_usable = token.isascii() and token.isprintable() and len(token) <= TOKEN_LIMIT
    return token if is_usable else ""
