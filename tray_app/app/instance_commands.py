"""InstanceCommands: what a later start, or a verb in a terminal, asks of the running program."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from PySide6.QtCore import QObject, QTimer

from tray_app import __version__, text
from tray_app.app.queue_commands import QUEUE_COMMANDS, QueueCommands
from tray_app.core.endpoint import Endpoint, shown_address
from tray_app.core.errors import BadAddress, BadName
from tray_app.core.keeping.records import KeepRequest, KeptModel
from tray_app.core.names import ModelName, canonical, clean
from tray_app.core.payloads import ModelRef, PullRequest, UpdateRequest, seen_state
from tray_app.core.renaming import Ending, RenameOutcome
from tray_app.core.surrogates import well_formed
from tray_app.desktop.instance.protocol import (
    read_keep_args,
    read_renamed_args,
    read_update_args,
)
from tray_app.desktop.instance.single_instance import (
    InstanceAnswer,
    InstanceCommand,
    InstanceRequest,
)
from tray_app.text import name_problem, server_name, server_words, tr
from tray_app.views.updates.pulled_over import is_lost_by_pull

if TYPE_CHECKING:
    from tray_app.app.window import WindowController
    from tray_app.commands import Commands
    from tray_app.core.records import ModelRecord, Server
    from tray_app.state.app_state import AppState

LINK_PULL = "ollama-tray://pull/"
TOKEN_LIMIT = 1024
MAX_SERVERS = 50
MAX_DOWNLOADS = 50
"""So many are told of: an answer is one line."""


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
        self._queue = QueueCommands(state, commands, self._later)

    def answer(self, request: InstanceRequest) -> InstanceAnswer:
        """Say what comes of it, at once; what is to be done is done when the answer has gone out.

        Whoever asks does not wait for a window that is built on a busy computer.
        """
        if request.command is InstanceCommand.STATUS:
            return InstanceAnswer(True, self._status())
        if request.command is InstanceCommand.PULL:
            return self._pull(request.args)
        if request.command is InstanceCommand.UPDATE:
            return self._update(request.args)
        if request.command is InstanceCommand.RENAMED:
            return self._renamed(request.args)
        if request.command in QUEUE_COMMANDS:
            return self._queue.answer(request)
        if request.command is InstanceCommand.KEEP:
            return self._keep(request.args)
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
        asking = []
        for name in parsed:
            request = self._pull_request(name)
            record = self._state.record((request.server_id, request.name))
            if record is not None and is_lost_by_pull(record, self._state):
                asking.append(name)
                ref = ModelRef(record.server_id, record.name, record.digest)
                self._later(partial(self._commands.update_confirm_dialog_requested.emit, ref))
            else:
                self._later(partial(self._commands.pull_requested.emit, request))
        return InstanceAnswer(True, {"pulling": parsed, "asking": asking})

    def _update(self, args: tuple[str, ...]) -> InstanceAnswer:
        try:
            models, keep_days, loads_again = read_update_args(args)
            for name, _ in models:
                ModelName.parse(name)
        except BadName as error:
            return InstanceAnswer(False, {"error": name_problem(error), "name": error.reference})
        except ValueError:
            return InstanceAnswer(False, {"error": tr("This is no update.")})
        # Whoever hands it over has made sure that the default server is meant.
        server_id = self._state.default_server_id
        refs = tuple(ModelRef(server_id, name, digest) for name, digest in models)
        wanted = UpdateRequest(refs, keep_days, loads_again)
        self._later(partial(self._commands.update_requested.emit, wanted))
        return InstanceAnswer(True, {"updating": [ref.name for ref in refs]})

    def _renamed(self, args: tuple[str, ...]) -> InstanceAnswer:
        """A terminal has given a model another name: whoever keeps something of it hears that."""
        try:
            told = read_renamed_args(args)
            new = ModelName.parse(told.new)
        except BadName as error:
            return InstanceAnswer(False, {"error": name_problem(error), "name": error.reference})
        except ValueError:
            return InstanceAnswer(False, {"error": tr("This is no rename.")})
        servers = {server.id: server.address for server in self._state.servers}
        if _address(servers.get(told.server_id, "")) != told.address:
            return InstanceAnswer(False, {"error": tr("This server is used by nobody here.")})
        source = ModelRef(told.server_id, told.old, told.digest)
        outcome = RenameOutcome(source, str(new), Ending.RENAMED, told.new, told.digest)
        self._later(partial(self._state.renames.tell_renamed, outcome))
        self._later(self._commands.refresh_requested.emit)
        return InstanceAnswer(True)

    def _keep(self, args: tuple[str, ...]) -> InstanceAnswer:
        facts = self._state.keeping
        try:
            server_id, name, context, is_off = read_keep_args(args)
        except ValueError:
            return InstanceAnswer(False, {"error": tr("This is no model to keep.")})
        if all(server.id != server_id for server in self._state.servers):
            return InstanceAnswer(False, {"error": tr("This server is not used.")})
        was_kept = facts.kept_model((server_id, name)) is not None
        listed = self._state.installed(server_id).by_key.get(canonical(name))
        ref = ModelRef(server_id, name)
        if listed is not None:
            ref = ModelRef(server_id, listed.name, listed.digest)
        if is_off:
            self._later(partial(self._commands.keep_stop_requested.emit, ref))
            return InstanceAnswer(True, {"was_kept": was_kept})
        if listed is None and self._state.is_fresh(server_id):
            return InstanceAnswer(False, {"error": tr("There is no model with this name.")})
        full = facts.no_room(KeptModel(server_id, ref.name, context))
        if full is not None:
            return InstanceAnswer(False, {"error": text.no_room_reason(full)})
        self._later(partial(self._commands.keep_requested.emit, KeepRequest(ref, context)))
        return InstanceAnswer(True, {"was_kept": was_kept})

    def _pull_request(self, name: str) -> PullRequest:
        # Whoever hands a pull over has made sure that the default server is meant.
        server_id = self._state.default_server_id
        # An installed model keeps the spelling that the server knows it by.
        listed = self._state.installed(server_id).by_key.get(canonical(name))
        if listed is None:
            return PullRequest(server_id, name)
        return PullRequest(server_id, listed.name, listed.digest)

    def _show(self, name: str) -> InstanceAnswer:
        if name.casefold().startswith("ollama-tray:"):
            return self.open_link(name)
        found = self._installed(name)
        if found is None:
            return InstanceAnswer(False, {"error": tr("There is no model with this name.")})
        ref = ModelRef(found.server_id, found.name, found.digest)
        self._later(partial(self._commands.details_dialog_requested.emit, ref))
        return InstanceAnswer(True)

    def _installed(self, name: str) -> ModelRecord | None:
        """A model by its name, on the default server if it has it."""
        state, key = self._state, canonical(name)
        others = (server.id for server in state.servers if server.id != state.default_server_id)
        for server_id in (state.default_server_id, *others):
            found = state.installed(server_id).by_key.get(key)
            if found is not None:
                return found
        return None

    def _status(self) -> dict[str, object]:
        state = self._state
        servers = [self._server_status(server) for server in state.servers[:MAX_SERVERS]]
        default = self._server_status(state.server_of(state.default_server_id))
        return {
            "version": __version__,
            **{key: default[key] for key in ("server", "state", "models")},
            "servers": servers,
            "window": self._window.is_visible,
            "tray": state.is_tray_available,
            "downloads": self._queue.rows()[:MAX_DOWNLOADS],
            "speed_bytes_s": state.pull_summary.speed_bytes_s,
        }

    def _server_status(self, server: Server) -> dict[str, object]:
        """How a server stands; its `models` are null before it ever answered, and those of its last
        answer while it is away."""
        state = self._state
        status, snapshot = state.status(server.id), state.snapshot(server.id)
        start = state.start_of(server.id)
        is_online = status is not None and status.is_online
        running = snapshot.running if snapshot is not None and is_online else None
        listed_at = snapshot.taken_at.isoformat() if snapshot is not None else None
        return {
            "id": server.id,
            "name": server_name(server.label, server.address),
            "server": shown_address(server.address),
            "is_default": server.id == state.default_server_id,
            "state": seen_state(status, start),
            "message": server_words(status, start),
            "version": status.version if status is not None and is_online else "",
            "models": len(snapshot.models) + snapshot.left_out if snapshot is not None else None,
            "listed_at": listed_at,
            "loaded": len(running) if running is not None else None,
        }


def _address(text: str) -> str:
    """An address as a terminal shows it; "" where it is none."""
    try:
        return Endpoint.parse(text).display if text else ""
    except BadAddress:
        return ""


def _usable_token(token: str) -> str:
    """What the desktop may have given, which goes into our environment; else nothing."""
    is_usable = token.isascii() and token.isprintable() and len(token) <= TOKEN_LIMIT
    return token if is_usable else ""
