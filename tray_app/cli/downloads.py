"""The verbs about the downloads of the program that runs: downloads, pause, resume, cancel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tray_app import text
from tray_app.cli.arguments import EXIT_USAGE
from tray_app.cli.context import EXIT_DONE, EXIT_SERVER_SAID_NO, Session, said_by_instance
from tray_app.core.names import canonical
from tray_app.desktop.instance.single_instance import InstanceCommand, Outcome
from tray_app.text import MISSING, tr

Row = Mapping[str, Any]


def downloads(session: Session) -> int:
    """`downloads`: what the running program downloads, or makes of files."""
    told = _ask(session, InstanceCommand.DOWNLOADS)
    rows = rows_in(told)
    if session.invocation.as_json:
        is_running = told is not None
        found = told or {"downloads": []}
        session.console.data_json({"running": is_running, **found})
    elif rows:
        head = (tr("NAME"), tr("SERVER"), tr("DONE", "how much of a download"), tr("STATE"))
        session.console.table(head, [_columns(row) for row in rows])
    elif told is not None:
        session.console.say(tr("Nothing is in the downloads."))
    return EXIT_DONE if told is not None else EXIT_SERVER_SAID_NO


def pause(session: Session) -> int:
    """`pause NAME…` or `pause --all`."""
    return _act(session, InstanceCommand.PAUSE, tr("Paused {names}."))


def resume(session: Session) -> int:
    """`resume NAME…` or `resume --all`; what failed is tried again."""
    return _act(session, InstanceCommand.RESUME, tr("Resumed {names}."))


def cancel(session: Session) -> int:
    """`cancel NAME…`: asks first where much of it is there already."""
    if not session.invocation.yes:
        told = _ask(session, InstanceCommand.DOWNLOADS)
        if told is None:
            return EXIT_SERVER_SAID_NO
        dear = [row for row in _meant(session, rows_in(told)) if row.get("asks")]
        if dear and not session.console.can_ask:
            session.console.say(
                tr("cancel asks before it drops much, and there is no terminal to ask in.")
            )
            session.console.say(tr("Add -y to cancel without asking."))
            return EXIT_USAGE
        if dear and not session.console.ask(_question(dear)):
            session.console.say(tr("Nothing was canceled."))
            return EXIT_SERVER_SAID_NO
    return _act(session, InstanceCommand.CANCEL, tr("Canceled {names}."))


def lines(rows: Iterable[Row]) -> list[str]:
    """A line for each download, for `status`."""
    return [
        tr(", ", "between parts of a line").join(part for part in _parts(row) if part)
        for row in rows
    ]


def _act(session: Session, command: InstanceCommand, done: str) -> int:
    told = _ask(session, command, (_server_id(session), *session.invocation.names))
    if told is None:
        return EXIT_SERVER_SAID_NO
    names = [_word(row, "name") for row in rows_in(told, "done")]
    refused = rows_in(told, "refused")
    missing = told.get("missing")
    missing = [name for name in missing if isinstance(name, str)] if isinstance(
        missing, list
    ) else []  # fmt: skip
    if names:
        session.console.say(done.format(names=text.join(names)))
    elif session.invocation.every:
        session.console.say(tr("There is nothing to do."))
    for row in refused:
        sentence = tr("{name} can’t be changed now: {state}.")
        state = _word(row, "message").rstrip(".。") or _word(row, "state")
        session.console.say(sentence.format(name=_word(row, "name"), state=state))
    for name in missing:
        sentence = tr("{name} isn’t in the downloads.")
        session.console.say(sentence.format(name=text.one_line(name, 120)))
    return EXIT_SERVER_SAID_NO if refused or missing else EXIT_DONE


def _ask(
    session: Session, command: InstanceCommand, args: tuple[str, ...] = ()
) -> dict[str, Any] | None:
    """What the running program answers; None, and why was said, where it does not."""
    handover = session.ask_instance(command, args)
    if handover.outcome is Outcome.NOBODY:
        session.console.say(tr("Ollama Tray isn’t running."))
        return None
    if handover.outcome is Outcome.ANSWERED and handover.answer.is_ok:
        return {key: value for key, value in handover.answer.data.items() if key != "ok"}
    reason = said_by_instance(handover.answer.data)
    session.console.say(reason or tr("Ollama Tray is running but doesn’t answer."))
    return None


def _server_id(session: Session) -> str:
    """The one that was named; "" = whichever has such a download."""
    return session.server_id if session.invocation.server else ""


def _meant(session: Session, rows: list[Row]) -> list[Row]:
    keys = {canonical(name) for name in session.invocation.names}
    server_id = _server_id(session)
    return [
        row
        for row in rows
        if canonical(_word(row, "name")) in keys and server_id in ("", row.get("server"))
    ]


def _question(dear: list[Row]) -> str:
    names = text.join([_word(row, "name") for row in dear])
    here = sum(_count(row, "completed_bytes") for row in dear)
    question = tr("{size} of {names} are here already. Cancel anyway?")
    return question.format(size=text.size(here), names=names)


def rows_in(told: Mapping[str, Any] | None, key: str = "downloads") -> list[Row]:
    """The rows of an answer; what is none is left out."""
    found = (told or {}).get(key)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _columns(row: Row) -> tuple[str, str, str, str]:
    return (
        _word(row, "name"),
        _word(row, "server_name"),
        _percent(row) or MISSING,
        _word(row, "message") or _word(row, "state"),
    )


def _parts(row: Row) -> tuple[str, ...]:
    return (_word(row, "name"), _percent(row), _word(row, "message") or _word(row, "state"))


def _percent(row: Row) -> str:
    percent = row.get("percent")
    return text.percent(percent * 10) if isinstance(percent, int) else ""


def _word(row: Row, key: str) -> str:
    found = row.get(key)
    return text.one_line(found, 200) if isinstance(found, str) else ""


def _count(row: Row, key: str) -> int:
    found = row.get(key)
    return found if isinstance(found, int) else 0
