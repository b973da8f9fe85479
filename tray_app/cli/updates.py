"""The verbs about newer versions: outdated, update, pin, unpin."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tray_app import text
from tray_app.cli.arguments import EXIT_OUTDATED, EXIT_USAGE
from tray_app.cli.context import (
    EXIT_DONE,
    EXIT_SERVER_SAID_NO,
    EXIT_UNREACHABLE,
    Session,
)
from tray_app.cli.update_check import Found, Memory, UpdateCheck
from tray_app.cli.updating import Updating
from tray_app.core.errors import ModelNotFound
from tray_app.core.names import canonical, is_same_name
from tray_app.core.updates.verdicts import OTHER_THERE, UNASKED, Standing, is_counted
from tray_app.text import Subject, tr

_SHOWN = (
    Standing.WEIGHTS,
    Standing.SMALL,
    Standing.NEEDS_SERVER,
    Standing.CHANGED,
    Standing.UNKNOWN,
    Standing.ABSENT,
    Standing.NOT_ASKED,
)
"""In this order. What is up to date, made here or in the cloud is no news."""


def outdated(session: Session) -> int:
    """`outdated`: which models have a newer version, and which could not be checked."""
    memory = Memory(session)
    check = UpdateCheck(session, memory)
    found = check.run(check.models)
    memory.save()
    counted = [each for each in found if is_counted(each.verdict, each.marks)]
    if session.invocation.as_json:
        session.console.data_json([_structured(each) for each in found])
    else:
        _print(session, check, found)
    if not session.invocation.tells_by_code:
        return EXIT_DONE
    if counted:
        return EXIT_OUTDATED
    is_unanswered = any(each.verdict.failure is not None for each in found)
    return EXIT_UNREACHABLE if is_unanswered else EXIT_DONE


def _print(session: Session, check: UpdateCheck, found: list[Found]) -> None:
    console = session.console
    shown = sorted(
        (each for each in found if _is_shown(each)),
        key=lambda each: (_place(each.verdict.standing), each.record.name.casefold()),
    )
    if shown:
        rows = [_row(session, check, each) for each in shown]
        console.table((tr("NAME"), tr("TO DOWNLOAD"), tr("STATE")), rows)
    for line in _summary(found):
        console.say(line)


def _is_shown(found: Found) -> bool:
    is_stale = found.verdict.failure is not None
    return not found.marks.is_backup and (found.verdict.standing in _SHOWN or is_stale)


def _place(standing: Standing) -> int:
    return _SHOWN.index(standing) if standing in _SHOWN else len(_SHOWN)


def _row(session: Session, check: UpdateCheck, found: Found) -> tuple[str, str, str]:
    verdict = found.verdict
    is_known = verdict.is_offered and verdict.fetch_bytes is not None
    fetched = text.size(verdict.fetch_bytes) if is_known else ""
    subject = Subject(found.record.name, session.target.name, check.version)
    line = text.verdict_line(verdict, subject, check.now, found.marks)
    return found.record.name, fetched, line


def _summary(found: list[Found]) -> list[str]:
    """What it amounts to."""
    if not found:
        return [tr("No models are installed.")]
    counted = [each for each in found if is_counted(each.verdict, each.marks)]
    failed = [each for each in found if each.verdict.failure is not None]
    lines = []
    if counted:
        fetched = sum(each.verdict.fetch_bytes or 0 for each in counted)
        lines.append(text.updates_found(len(counted), fetched))
    elif not failed:
        checked = [each for each in found if each.verdict.standing is Standing.CURRENT]
        is_all = all(each.verdict.standing not in OTHER_THERE for each in found)
        lines.append(text.all_current(len(checked)) if is_all else tr("Nothing to update."))
    if failed:
        failure = failed[0].verdict.failure
        if failure is not None:
            registry = text.registry_name(failed[0].record.name)
            reason = text.failure_reason(failure, registry)
            asked = sum(each.verdict.standing not in UNASKED for each in found)
            lines.append(text.not_checked(len(failed), asked, reason))
    return lines


def _structured(found: Found) -> dict[str, Any]:
    """One row of `outdated --json`."""
    verdict = found.verdict
    return {
        "name": found.record.name,
        "digest": found.record.digest,
        "state": verdict.standing.value,
        "remote_digest": verdict.remote_digest,
        "size": found.record.size_bytes,
        "remote_size": verdict.total_bytes or None,
        "download": verdict.fetch_bytes,
        "changed": [part.value for part in verdict.parts],
        "requires": verdict.requires,
        "published_at": verdict.pushed_at.isoformat() if verdict.pushed_at else None,
        "checked_at": verdict.checked_at.isoformat() if verdict.checked_at else None,
        "failure": verdict.failure.value if verdict.failure is not None else None,
        "private": verdict.is_private,
        **{key.removeprefix("is_"): value for key, value in asdict(found.marks).items()},
    }


def pin(session: Session) -> int:
    """`pin NAME…`: they stay as they are on this server."""
    return _set_pins(session, is_pinned=True)


def unpin(session: Session) -> int:
    """`unpin NAME…`."""
    return _set_pins(session, is_pinned=False)


def _set_pins(session: Session, *, is_pinned: bool) -> int:
    memory = Memory(session)
    listed = session.client.list_models()
    code = EXIT_DONE
    for name in dict.fromkeys(session.invocation.names):
        record = next((row for row in listed if is_same_name(row.name, name)), None)
        if record is None and (is_pinned or not memory.ledger.is_pinned(memory.server_id, name)):
            code = session.report(ModelNotFound(name))
            continue
        shown = record.name if record is not None else canonical(name)
        if is_pinned:
            memory.ledger.pin(memory.server_id, shown)
            said = tr("{name} is pinned: it is left out of updates.")
        else:
            memory.ledger.unpin(memory.server_id, shown)
            said = tr("{name} isn’t pinned any more.")
        session.console.say(said.format(name=shown))
    return code if memory.save() else EXIT_SERVER_SAID_NO


def update(session: Session) -> int:
    """`update NAME…` or `update --all`: asks once in a terminal, unless -y is given."""
    memory = Memory(session)
    check = UpdateCheck(session, memory)
    code = EXIT_DONE
    if session.invocation.every:
        wanted = list(check.models)
    else:
        wanted = []
        for name in dict.fromkeys(session.invocation.names):
            record = next((row for row in check.models if is_same_name(row.name, name)), None)
            if record is None:
                code = session.report(ModelNotFound(name))
            elif record not in wanted:
                wanted.append(record)
    updating = Updating(session, memory, check)
    chosen = updating.choose(check.run(wanted))
    memory.save()
    code = code or updating.code
    if not chosen:
        return code
    if session.invocation.dry_run:
        updating.print_plan(chosen, session.console.data)
        return code
    if not session.invocation.yes:
        if not session.console.can_ask:
            session.console.say(
                tr("update asks before it replaces models, and there is no terminal to ask in.")
            )
            session.console.say(tr("Add -y to update without asking."))
            return EXIT_USAGE
        updating.print_plan(chosen, session.console.say)
        if not session.console.ask(updating.question(chosen)):
            session.console.say(tr("Nothing was updated."))
            return EXIT_SERVER_SAID_NO
    done = updating.work(chosen)
    memory.save()
    return code or done
