"""Runs a verb in the terminal: builds what it needs, and turns its end into an exit code."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tray_app.cli.arguments import TOKEN_VARIABLE, Command, Invocation
from tray_app.cli.console import AnswerLost, Console
from tray_app.cli.context import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_LOST,
    AskInstance,
    Session,
    exit_code,
    report,
)
from tray_app.cli.server_choice import ServerChoice, choose, labels, load_settings
from tray_app.cli.speech import speak
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import BadAddress, Cancelled, OllamaError
from tray_app.ollama.client import OllamaClient
from tray_app.text import tr

if TYPE_CHECKING:
    from tray_app.desktop.instance import single_instance
    from tray_app.ollama.registry import Registry
    from tray_app.settings.values import SettingsValues


_QUEUE = (Command.DOWNLOADS, Command.PAUSE, Command.RESUME, Command.CANCEL)
_NEED_NO_ADDRESS = (Command.STATUS, Command.QUIT, Command.DOCTOR, *_QUEUE)
"""Who asks the running program, or other servers too."""
_NEED_NO_SECRET = (Command.QUIT, Command.PULL, Command.DOCTOR, *_QUEUE)
"""Who asks no server, lets the running program ask, or has more to tell."""


def run(
    invocation: Invocation,
    *,
    ask_instance: AskInstance | None = None,
    console: Console | None = None,
    registry: Registry | None = None,
) -> int:
    """Do the verb of `invocation` and return the exit code: 0 done, 1 the server said no,
    2 wrong usage, 3 no server answers, 4 there are newer versions, 130 interrupted; 1 also when
    the answer could not be written. Never raises for what a server, a network or a person does."""
    out = console or Console()
    ask = ask_instance or functools.partial(_ask, invocation)
    target: ServerChoice | None = None
    try:
        settings, problem = load_settings(invocation.data_dir)
        if no_qt := speak(settings.language, settings.size_units):
            from tray_app.text.displays import only_english

            out.say(only_english(no_qt))
        if invocation.command is Command.SERVERS:
            for label in labels(settings):
                out.data(label)
            out.finish()
            return EXIT_DONE
        if problem:
            out.say(tr("Some settings can’t be used: {reason}").format(reason=problem))
        target = _signed_in(_chosen(invocation, settings, out), invocation, out)
        with OllamaClient(target.endpoint, server_id=target.server_id, registry=registry) as client:
            session = Session(invocation, out, target, client, ask, settings)
            if invocation.command not in _NEED_NO_SECRET:
                session.require_secret()
            code = _verb(invocation.command)(session)
        out.finish()
        return code
    except BrokenPipeError:
        return EXIT_DONE  # whoever reads has what they wanted
    except AnswerLost as error:
        out.say(lost(error))
        return EXIT_LOST
    except (KeyboardInterrupt, Cancelled):
        out.say(_interrupted(invocation.command))
        return EXIT_INTERRUPTED
    except OllamaError as error:
        report(out, error, target)
        return exit_code(error)


def _chosen(invocation: Invocation, settings: SettingsValues, out: Console) -> ServerChoice:
    try:
        return choose(invocation, settings, out.environ)
    except BadAddress as error:
        if invocation.server or invocation.command not in _NEED_NO_ADDRESS:
            raise
        return ServerChoice(Endpoint(), problem=error)


def _signed_in(target: ServerChoice, invocation: Invocation, out: Console) -> ServerChoice:
    """With the token and the headers of this command, which the running program does not have.
    What the keyring has of it is not asked for here: it would ask the person on a screen."""
    if target.problem is not None:
        return target
    if invocation.header_file is None and not out.environ.get(TOKEN_VARIABLE, "").strip():
        if not target.sign_in.needs_secret:
            return target
        from tray_app.cli.sign_in import lacking

        return replace(target, lacks=lacking(target.sign_in))
    from tray_app.cli.sign_in import signed_in

    endpoint = signed_in(target.endpoint, out.environ, invocation.header_file, target.sign_in)
    if endpoint.sends_secrets_in_clear:
        sentence = tr("What signs in travels unencrypted to “{server}”.")
        out.say(sentence.format(server=target.name))
    return replace(target, endpoint=endpoint, is_default=False)


def finished(code: int) -> int:
    """`code`, or another one where what was printed (the help) could not be written."""
    out = Console()
    try:
        out.finish()
    except BrokenPipeError:
        return EXIT_DONE
    except AnswerLost as error:
        out.say(lost(error))
        return EXIT_LOST
    return code


def lost(error: AnswerLost) -> str:
    return tr("The answer could not be written: {reason}").format(reason=error)


def _verb(command: Command) -> Callable[[Session], int]:
    """What does it. The file of each verb is loaded alone: most of a verb's time is loading."""
    if command in (Command.LIST, Command.SHOW, Command.PS):
        from tray_app.cli import reading

        looks = {Command.LIST: reading.list_models, Command.SHOW: reading.show}
        return looks.get(command, reading.ps)
    if command in (Command.PULL, Command.RM):
        from tray_app.cli import writing

        return writing.pull if command is Command.PULL else writing.remove
    if command in (Command.CP, Command.MV):
        from tray_app.cli import renaming

        return renaming.copy if command is Command.CP else renaming.move
    if command in _QUEUE:
        from tray_app.cli import downloads

        return {
            Command.DOWNLOADS: downloads.downloads,
            Command.PAUSE: downloads.pause,
            Command.RESUME: downloads.resume,
        }.get(command, downloads.cancel)
    if command is Command.CREATE:
        from tray_app.cli.creating import create

        return create
    if command in (Command.OUTDATED, Command.UPDATE, Command.PIN, Command.UNPIN):
        from tray_app.cli import updates

        return {
            Command.OUTDATED: updates.outdated,
            Command.UPDATE: updates.update,
            Command.PIN: updates.pin,
        }.get(command, updates.unpin)
    if command in (Command.LOAD, Command.UNLOAD, Command.KEEP):
        from tray_app.cli.memory import keep, load, unload

        verbs = {Command.LOAD: load, Command.UNLOAD: unload}
        return verbs.get(command, keep)
    if command in (Command.EXPORT, Command.IMPORT):
        from tray_app.cli import lists

        return lists.export if command is Command.EXPORT else lists.import_list
    if command is Command.DOCTOR:
        from tray_app.cli.doctor import doctor

        return doctor
    from tray_app.cli import program

    return program.status if command is Command.STATUS else program.quit_instance


def _ask(
    invocation: Invocation, command: single_instance.InstanceCommand, args: tuple[str, ...]
) -> single_instance.Handover:
    from tray_app.desktop.instance import single_instance

    return single_instance.ask(command, args, data_dir=invocation.data_dir)


def _interrupted(command: Command) -> str:
    if command in (Command.PULL, Command.UPDATE, Command.IMPORT):
        return tr("Stopped. What has arrived is kept; the next pull continues from there.")
    return tr("Stopped.")
