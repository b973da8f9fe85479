"""The verbs that ask the program that runs: status, quit."""

from __future__ import annotations

from collections.abc import Mapping

from tray_app import text
from tray_app.cli import json_output
from tray_app.cli.context import EXIT_DONE, EXIT_SERVER_SAID_NO, Session, said_by_instance
from tray_app.cli.downloads import lines, rows_in
from tray_app.core.errors import OllamaError
from tray_app.core.records import MemoryUse
from tray_app.core.sharing import disk_use
from tray_app.desktop.instance.single_instance import InstanceCommand, Outcome
from tray_app.ollama.layers import read_layer_index
from tray_app.text import tr


def status(session: Session) -> int:
    """`status`: the server, its models, and the program if it runs."""
    instance = session.ask_instance(InstanceCommand.STATUS, ())
    program: dict[str, object] = {"running": instance.outcome is not Outcome.NOBODY}
    if instance.outcome is Outcome.ANSWERED and instance.answer.is_ok:
        program |= {key: value for key, value in instance.answer.data.items() if key != "ok"}
    problem = session.target.problem
    try:
        if problem is not None:
            raise problem
        snapshot = session.client.snapshot()
    except OllamaError as error:
        if session.invocation.as_json:
            failed = {
                "server": problem.reference if problem else session.target.endpoint.display,
                "state": "error",
                "error": type(error).__name__,
                "message": text.error_text(error, session.target.label).body,
                "program": program,
            }
            session.console.data_json(failed)
        else:
            session.console.fields([*_servers(program), *_downloads(program)])
        raise
    use = disk_use(snapshot.models, read_layer_index(session.client, snapshot.models))
    if session.invocation.as_json:
        answer = json_output.status(snapshot, session.target.endpoint.display, use)
        session.console.data_json({**answer, "program": program})
        return EXIT_DONE
    rows = snapshot.running
    memory = MemoryUse.of(rows)
    loaded = tr("unknown") if rows is None else text.number(memory.count)
    if memory.total_bytes:
        taken = text.size(memory.total_bytes)
        loaded = tr("{count}, {size} in memory").format(count=loaded, size=taken)
    session.console.fields(
        [
            (tr("Server"), f"{session.target.name}, {session.target.endpoint.display}"),
            (tr("Ollama"), snapshot.version),
            (
                tr("Models"),
                tr("{count}, {size}").format(
                    count=text.number(len(snapshot.models)), size=text.stored_size(use)
                ),
            ),
            (tr("Loaded"), loaded),
            (tr("Program"), tr("running") if program["running"] else tr("not running")),
            *_servers(program),
            *_downloads(program),
        ]
    )
    return EXIT_DONE


def _servers(program: Mapping[str, object]) -> list[tuple[str, str]]:
    """A line for each server that the program uses, when there are several."""
    found = program.get("servers")
    servers = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    if len(servers) < 2:
        return []
    lines: list[tuple[str, str]] = []
    for each in servers:
        words = [str(each.get(key, "")) for key in ("name", "server", "message")]
        count = each.get("models")
        if isinstance(count, int):
            words.append(text.models_count(count))
        joined = tr(", ", "between parts of a line").join(text.one_line(word) for word in words)
        lines.append((tr("Servers"), joined) if not lines else (" ", joined))
    return lines


def _downloads(program: Mapping[str, object]) -> list[tuple[str, str]]:
    """A line for each download of the program."""
    found = lines(rows_in(program))
    return [(tr("Downloads") if not number else " ", line) for number, line in enumerate(found)]


def quit_instance(session: Session) -> int:
    """`quit`: the program that runs ends; its downloads go on when it starts again."""
    handover = session.ask_instance(InstanceCommand.QUIT, ())
    if handover.outcome is Outcome.NOBODY:
        session.console.say(tr("Ollama Tray isn’t running."))
        return EXIT_DONE
    if handover.outcome is Outcome.ANSWERED and handover.answer.is_ok:
        return EXIT_DONE
    reason = said_by_instance(handover.answer.data)
    session.console.say(reason or tr("Ollama Tray is running but doesn’t answer."))
    return EXIT_SERVER_SAID_NO
