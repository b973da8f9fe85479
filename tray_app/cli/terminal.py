"""Runs a verb in the terminal: builds what it needs, and turns its end into an exit code."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable

from tray_app import text
from tray_app.cli import doctor, reading, writing
from tray_app.cli.arguments import Command, Invocation
from tray_app.cli.console import Console
from tray_app.cli.context import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    AskInstance,
    Session,
    exit_code,
    report,
)
from tray_app.cli.server_choice import ServerChoice, choose, load_settings
from tray_app.core.errors import Cancelled, OllamaError
from tray_app.desktop.instance import single_instance
from tray_app.language import install_in_terminal
from tray_app.ollama import OllamaClient, Registry
from tray_app.text import tr

_VERBS: dict[Command, Callable[[Session], int]] = {
    Command.LIST: reading.list_models,
    Command.SHOW: reading.show,
    Command.PS: reading.ps,
    Command.STATUS: reading.status,
    Command.DOCTOR: doctor.doctor,
    Command.PULL: writing.pull,
    Command.RM: writing.remove,
    Command.QUIT: writing.quit_instance,
}


def run(
    invocation: Invocation,
    *,
    ask_instance: AskInstance | None = None,
    console: Console | None = None,
    registry: Registry | None = None,
) -> int:
    """Do the verb of `invocation` and return the exit code: 0 done, 1 the server said no,
    2 wrong usage, 3 no server answers, 130 interrupted. Never raises for what a server,
    a network or a person does."""
    out = console or Console()
    ask = ask_instance or functools.partial(_ask, invocation)
    target: ServerChoice | None = None
    try:
        settings, problem = load_settings(invocation.data_dir)
        install_in_terminal(settings.language)
        if problem:
            out.say(tr("Settings not usable: {reason}").format(reason=problem))
        text.configure(size_units=settings.size_units)
        target = choose(invocation, settings, out.environ)
        with OllamaClient(target.endpoint, server_id=target.server_id, registry=registry) as client:
            session = Session(invocation, out, target, client, ask)
            code = _VERBS[invocation.command](session)
        out.stdout.flush()
        return code
    except BrokenPipeError:
        _close_quietly(out)
        return EXIT_DONE  # whoever reads has what they wanted
    except (KeyboardInterrupt, Cancelled):
        out.say(_interrupted(invocation.command))
        return EXIT_INTERRUPTED
    except OllamaError as error:
        report(out, error, target)
        return exit_code(error)


def _ask(
    invocation: Invocation, command: single_instance.InstanceCommand, args: tuple[str, ...]
) -> single_instance.Handover:
    return single_instance.ask(command, args, data_dir=invocation.data_dir)


def _interrupted(command: Command) -> str:
    if command is Command.PULL:
        return tr("Stopped. What has arrived is kept; the next pull goes on from there.")
    return tr("Stopped.")


def _close_quietly(out: Console) -> None:
    """Keep the interpreter from complaining about the pipe once more at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, out.stdout.fileno())
        os.close(null)
    if out.stdout is sys.stdout:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
