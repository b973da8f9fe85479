"""The verbs about memory: load, unload, keep."""

from __future__ import annotations

from tray_app import text
from tray_app.cli.arguments import EXIT_USAGE
from tray_app.cli.context import (
    EXIT_DONE,
    EXIT_SERVER_SAID_NO,
    Session,
    said_by_instance,
)
from tray_app.cli.reading import processor
from tray_app.core.errors import BadAddress, ModelNotFound, TooOld
from tray_app.core.file_failures import FileFailed
from tray_app.core.keeping.records import MAX_KEPT, KeptModel
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.names import is_same_name
from tray_app.core.records import ModelRecord, RunningModel
from tray_app.desktop.instance.protocol import KEEP_OFF
from tray_app.desktop.instance.single_instance import InstanceCommand, Outcome
from tray_app.memory_file import MemoryFile
from tray_app.ollama.deleting import unload_and_wait
from tray_app.paths import paths
from tray_app.settings.servers import all_servers, endpoint_of
from tray_app.text import tr

_TIME = lazy_pattern(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?")
_UNITS_S = (86_400, 3_600, 60, 1)
_MAX_S = 366 * 86_400


def seconds_of(words: str) -> int | None:
    """ "4h", "30m", "1h30m", "90s" → seconds; None for anything else."""
    found = _TIME.fullmatch(words.strip().lower())
    if found is None or not any(found.groups()):
        return None
    seconds = sum(
        int(part or 0) * unit for part, unit in zip(found.groups(), _UNITS_S, strict=True)
    )
    return seconds if 0 < seconds <= _MAX_S else None


def load(session: Session) -> int:
    """`load NAME [--context N] [--for TIME]`: returns when it is in memory. Interrupted, the server
    gives up the load."""
    invocation = session.invocation
    keep_alive_s = None
    if invocation.duration:
        keep_alive_s = seconds_of(invocation.duration)
        if keep_alive_s is None:
            said = tr("“{text}” is no time. Write it like 30m, 4h or 1h30m.")
            session.console.say(said.format(text=text.one_line(invocation.duration, 40)))
            return EXIT_USAGE
    record = _installed(session, invocation.names[0])
    session.client.load(record.name, keep_alive_s, invocation.context)
    row = _running(session, record)
    if row is None:
        session.console.say(tr("Loaded {name}.").format(name=record.name))
        return EXIT_DONE
    said = tr("Loaded {name}: {size}, {processor}, context {context}.")
    session.console.say(
        said.format(
            name=record.name,
            size=text.size(row.size_bytes),
            processor=processor(row),
            context=text.number(row.context_length) if row.context_length else text.MISSING,
        )
    )
    return EXIT_DONE


def unload(session: Session) -> int:
    """`unload NAME…` or `unload --all`: what is unloaded by hand is kept loaded no more."""
    rows = session.client.list_running()
    if rows is None and session.invocation.every:
        raise TooOld(session.target.endpoint.display, "", "0.1.38")
    code = EXIT_DONE
    chosen: list[ModelRecord] = []
    if session.invocation.every:
        chosen = [ModelRecord(row.server_id, row.name, row.digest) for row in rows or ()]
        if not chosen:
            session.console.say(tr("No model is loaded."))
    else:
        for name in dict.fromkeys(session.invocation.names):
            record = session.client.get(name)
            if record is None:
                code = session.report(ModelNotFound(name))
            elif record not in chosen:
                chosen.append(record)
    for record in chosen:
        was_kept = _keep_no_more(session, record.name)
        unload_and_wait(session.client, record)
        if _running(session, record) is not None:
            said = tr("{name} is busy. It is unloaded when it has answered.")
        elif was_kept:
            said = tr("Unloaded {name}. It’s no longer kept.")
        else:
            said = tr("Unloaded {name}.")
        session.console.say(said.format(name=record.name))
    return code


def keep(session: Session) -> int:
    """`keep NAME [--context N] [--off]`: the running program sees to it; without it, it is written
    down for the next time it runs."""
    invocation = session.invocation
    if not _is_in_settings(session):
        session.console.say(tr("Only models of servers in the settings are kept loaded."))
        return EXIT_USAGE
    name = invocation.names[0]
    record = session.client.get(name)
    if record is None and not invocation.off:
        raise ModelNotFound(name)
    shown = record.name if record is not None else name
    context = KEEP_OFF if invocation.off else str(invocation.context or "")
    args = (session.target.server_id, shown, context)
    handover = session.ask_instance(InstanceCommand.KEEP, args)
    if handover.outcome is Outcome.SILENT:
        session.console.say(tr("Ollama Tray is running but doesn’t answer."))
        return EXIT_SERVER_SAID_NO
    if handover.outcome is Outcome.ANSWERED and not handover.answer.is_ok:
        reason = said_by_instance(handover.answer.data)
        session.console.say(tr("Ollama Tray refused: {reason}.").format(reason=reason))
        return EXIT_SERVER_SAID_NO
    if handover.outcome is Outcome.ANSWERED:
        said = tr("The running Ollama Tray keeps {name} loaded.")
        if invocation.off:
            said = tr("{name} is no longer kept loaded.")
        session.console.say(said.format(name=shown))
        return EXIT_DONE
    return _write_down(session, shown)


def _write_down(session: Session, name: str) -> int:
    """No program runs: change its list."""
    invocation = session.invocation
    wanted = KeptModel(session.target.server_id, name, invocation.context)

    def change(kept: tuple[KeptModel, ...]) -> tuple[KeptModel, ...]:
        if invocation.off:
            return tuple(model for model in kept if model.key != wanted.key)
        if any(model.key == wanted.key for model in kept):
            return tuple(wanted if model.key == wanted.key else model for model in kept)
        return (*kept, wanted)[:MAX_KEPT]

    try:
        kept = MemoryFile(paths(invocation.data_dir).memory_file).change_kept(change)
    except FileFailed as error:
        said = tr("The list of kept models could not be written: {reason}")
        session.console.say(said.format(reason=error.context))
        return EXIT_SERVER_SAID_NO
    if invocation.off:
        session.console.say(tr("{name} is no longer kept loaded.").format(name=name))
    elif all(model.key != wanted.key for model in kept):
        session.console.say(tr("No more models can be kept loaded."))
        return EXIT_SERVER_SAID_NO
    else:
        said = tr("{name} is on the list. It is kept loaded while Ollama Tray runs: start it.")
        session.console.say(said.format(name=name))
    return EXIT_DONE


def _keep_no_more(session: Session, name: str) -> bool:
    """Whoever unloads a kept model keeps it no more; whether it was kept, as far as is known."""
    if not _is_in_settings(session):
        return False
    args = (session.target.server_id, name, KEEP_OFF)
    handover = session.ask_instance(InstanceCommand.KEEP, args)
    if handover.outcome is Outcome.ANSWERED:
        return handover.answer.is_ok and handover.answer.data.get("was_kept") is True
    if handover.outcome is not Outcome.NOBODY:
        return False
    file = MemoryFile(paths(session.invocation.data_dir).memory_file)
    wanted = KeptModel(session.target.server_id, name)
    if all(model.key != wanted.key for model in file.load().kept):
        return False
    try:
        file.change_kept(lambda kept: tuple(each for each in kept if each.key != wanted.key))
    except FileFailed:
        return False
    return True


def _installed(session: Session, name: str) -> ModelRecord:
    record = session.client.get(name)
    if record is None:
        raise ModelNotFound(name)
    return record


def _running(session: Session, record: ModelRecord) -> RunningModel | None:
    rows = session.client.list_running() or ()
    return next((row for row in rows if is_same_name(row.name, record.name)), None)


def _is_in_settings(session: Session) -> bool:
    """Whether its server is one of those that the program knows."""
    target = session.target
    for entry in all_servers(session.settings.servers):
        if entry.id != target.server_id:
            continue
        try:
            known = endpoint_of(entry, session.console.environ)
        except BadAddress:
            continue
        if known.netloc == target.endpoint.netloc:
            return True
    return False
