"""The verbs that give models other names: cp, mv."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tray_app.cli.arguments import EXIT_USAGE
from tray_app.cli.context import EXIT_DONE, EXIT_SERVER_SAID_NO, EXIT_UNREACHABLE, Session
from tray_app.cli.update_check import Memory
from tray_app.core.errors import ModelNotFound, OllamaError
from tray_app.core.installed import InstalledModels
from tray_app.core.names import ModelName
from tray_app.core.payloads import ModelRef
from tray_app.core.renaming import Ending, NameRefusal, Refused, RenameOutcome, new_name
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.desktop.instance.protocol import Renamed, renamed_args
from tray_app.desktop.instance.single_instance import InstanceCommand, Outcome
from tray_app.ollama.renaming import copy_model, rename_model
from tray_app.text import one_line, tr
from tray_app.text.renaming import refusal_line, rename_line

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord

_WRONG_USE = (NameRefusal.BLANK, NameRefusal.GRAMMAR, NameRefusal.RESERVED, NameRefusal.CASE_ONLY)


def copy(session: Session) -> int:
    """`cp SOURCE DEST`: a second name for a model; costs no disk space."""
    source, name, code = _asked(session, is_rename=False)
    if source is None or name is None:
        return code
    outcome = copy_model(session.client, _ref(source), str(name))
    if outcome.ending is Ending.COPIED:
        memory = Memory(session)
        memory.ledger.note_made(
            Made(
                memory.server_id,
                outcome.name,
                outcome.digest,
                MadeBy.COPY,
                datetime.now(UTC),
                source.name,
            )
        )
        memory.save()
    return _told(session, outcome)


def move(session: Session) -> int:
    """`mv SOURCE DEST`: another name for a model, which is unloaded first if it is loaded."""
    source, name, code = _asked(session, is_rename=True)
    if source is None or name is None:
        return code
    if _is_loaded(session, source):
        session.console.say(tr("It’s loaded now and will be unloaded first."))
    outcome = rename_model(session.client, _ref(source), str(name), may_unload=True)
    if outcome.ending is Ending.RENAMED:
        _carry_along(session, outcome)
    return _told(session, outcome)


def _asked(
    session: Session, *, is_rename: bool
) -> tuple[ModelRecord | None, ModelName | None, int]:
    """The model and its new name; without them, the exit code."""
    wanted, destination = session.invocation.names
    source = session.client.get(wanted)
    if source is None:
        return None, None, session.report(ModelNotFound(wanted))
    taken = InstalledModels(session.client.list_models())
    found = new_name(destination, source.name, taken, is_rename=is_rename)
    if isinstance(found, ModelName):
        return source, found, EXIT_DONE
    return None, None, _refused(session, source, found)


def _refused(session: Session, source: ModelRecord, refused: Refused) -> int:
    if refused.reason is NameRefusal.UNCHANGED:
        sentence = tr("{name} is called that already.")
        session.console.say(sentence.format(name=one_line(source.name, 120)))
        return EXIT_DONE
    session.console.say(refusal_line(refused) or tr("This is no name for a model."))
    return EXIT_USAGE if refused.reason in _WRONG_USE else EXIT_SERVER_SAID_NO


def _ref(record: ModelRecord) -> ModelRef:
    return ModelRef(record.server_id, record.name, record.digest)


def _is_loaded(session: Session, record: ModelRecord) -> bool:
    """For what is said alone: the rename looks again."""
    try:
        rows = session.client.list_running() or ()
    except OllamaError:
        return False
    return any(row.name == record.name for row in rows)


def _carry_along(session: Session, outcome: RenameOutcome) -> None:
    """What is remembered of a model goes along with its name: by the program that runs, which knows
    more of it, else here."""
    memory = Memory(session)
    told = Renamed(
        memory.server_id,
        session.target.endpoint.display,
        outcome.source.name,
        outcome.name,
        outcome.digest,
    )
    handover = session.ask_instance(InstanceCommand.RENAMED, renamed_args(told))
    if handover.outcome is Outcome.ANSWERED and handover.answer.is_ok:
        return
    memory.ledger.rename_model(told.server_id, told.old, told.new, told.digest, datetime.now(UTC))
    memory.save()


def _told(session: Session, outcome: RenameOutcome) -> int:
    session.console.say(rename_line(outcome))
    if outcome.ending is Ending.DAMAGED:
        cure = tr("Once there is room: copy any model to that name, then delete it.")
        session.console.say(cure)
    if outcome.ending.is_done:
        return EXIT_DONE
    is_lost = outcome.ending is Ending.BROKEN_OFF
    return EXIT_UNREACHABLE if is_lost else EXIT_SERVER_SAID_NO
