"""Session: what every verb has at hand; and errors → one line and an exit code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tray_app import text
from tray_app.cli.arguments import EXIT_USAGE, Invocation
from tray_app.core.errors import (
    BadAddress,
    BadName,
    BadSignIn,
    Cancelled,
    NotOllama,
    OllamaError,
    ProxyFailed,
    SeveralServers,
    Starting,
    TimedOut,
    TlsFailed,
    Unreachable,
)
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import is_at_one_of
from tray_app.text import tr

if TYPE_CHECKING:
    from tray_app.cli.console import Console
    from tray_app.cli.server_choice import ServerChoice
    from tray_app.desktop.instance.single_instance import Handover, InstanceCommand
    from tray_app.ollama.client import OllamaClient
    from tray_app.settings.values import SettingsValues

EXIT_DONE = 0
EXIT_SERVER_SAID_NO = 1
EXIT_LOST = 1
EXIT_UNREACHABLE = 3
EXIT_INTERRUPTED = 130

AskInstance = Callable[["InstanceCommand", tuple[str, ...]], "Handover"]
"""Asks the program that runs, if one does."""

_UNREACHABLE = (Unreachable, Starting, TimedOut, TlsFailed, ProxyFailed, NotOllama)


@dataclass(frozen=True)
class Session:
    """One verb being done."""

    invocation: Invocation
    console: Console
    target: ServerChoice
    client: OllamaClient
    ask_instance: AskInstance
    settings: SettingsValues

    @property
    def server_id(self) -> str:
        """Under which the server of this command is remembered: one that is in no settings, by its
        address."""
        wanted = self.invocation.server.casefold()
        known = {w.casefold() for e in self.settings.servers for w in (e.id, e.label)}
        if not wanted or wanted in known or self.target.is_default:
            return self.target.server_id
        return self.target.endpoint.display

    def is_insecure(self, name: str) -> bool:
        """Whether the registry of a model is asked over plain HTTP: this once, or as the settings
        say."""
        return self.invocation.insecure or is_at_one_of(name, self.settings.insecure_hosts)

    def require_secret(self) -> None:
        """Raise BadSignIn where what signs in to the server is out of reach: it would refuse."""
        if self.target.lacks:
            raise BadSignIn(self.target.name, self.target.lacks)

    def report(self, error: OllamaError) -> int:
        """Say what went wrong; the exit code for it."""
        report(self.console, error, self.target)
        return exit_code(error)


def report(console: Console, error: OllamaError, target: ServerChoice | None = None) -> None:
    """The same words as in the window, on one or two lines of stderr."""
    message = text.error_text(
        error,
        target.label if target else "",
        address=target.endpoint.display if target else "",
        is_installed=target.is_installed if target else None,
    )
    line = message.title
    if message.body:
        line = tr("{name}: {reason}").format(name=message.title, reason=message.body)
    console.say(line)
    if message.hint:
        console.say(message.hint)


def exit_code(error: OllamaError) -> int:
    """What a shell is told."""
    if isinstance(error, Cancelled):
        return EXIT_INTERRUPTED
    if isinstance(error, BadName | BadAddress | BadSignIn | SeveralServers):
        return EXIT_USAGE
    if isinstance(error, ProxyFailed) and error.is_refusal:
        return EXIT_SERVER_SAID_NO
    return EXIT_UNREACHABLE if isinstance(error, _UNREACHABLE) else EXIT_SERVER_SAID_NO


def said_by_instance(data: Mapping[str, Any]) -> str:
    """Why the running program refused, in its own words."""
    reason = data.get("error")
    return reason if isinstance(reason, str) else ""
