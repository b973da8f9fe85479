"""The verbs that change something on the server: pull, rm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app import text
from tray_app.cli.arguments import EXIT_USAGE
from tray_app.cli.context import (
    EXIT_DONE,
    EXIT_SERVER_SAID_NO,
    EXIT_UNREACHABLE,
    Session,
    exit_code,
    said_by_instance,
)
from tray_app.cli.progress import ProgressView
from tray_app.core.errors import (
    Cancelled,
    ModelNotFound,
    OllamaError,
    PullFailed,
    PullFailure,
)
from tray_app.core.installed import InstalledModels
from tray_app.core.names import ModelName
from tray_app.core.payloads import DeleteOutcome, ModelRef
from tray_app.core.sharing import LayerIndex, freed, is_made_here
from tray_app.desktop.instance.single_instance import InstanceCommand, Outcome
from tray_app.ollama import InstallState, install_state
from tray_app.ollama.deleting import delete_unloaded
from tray_app.ollama.ensure import Patience, Retry
from tray_app.ollama.layers import read_layer_index
from tray_app.settings.pull_limits import limits_of
from tray_app.text import tr

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord, RunningModel


def pull(session: Session) -> int:
    """`pull NAME…`: each is here and up to date afterwards, or is being pulled by the program. Asks
    before it replaces what is kept nowhere else, unless -y is given."""
    # A name that is none spoils the whole line before anything was begun.
    names = [str(ModelName.of_pasted(name)) for name in session.invocation.names]
    if session.target.lacks:  # the running program has it, and finds out what is here
        if is_handed_over(session, list(dict.fromkeys(names))):
            return EXIT_DONE
        session.require_secret()
    missing = _missing(session, names)
    if any(map(_is_cloud, missing)) and _is_without_cloud(session):
        session.console.say(text.cloud_is_off(session.target.name))
    code = EXIT_DONE
    over = [name for name, now in missing.items() if now.record is not None]
    if over:
        from tray_app.cli.replacing import Replacing

        replacing = Replacing(session, over)
        refused = replacing.ask()
        if refused:
            return refused
        code = replacing.work()
        if code == EXIT_UNREACHABLE:
            return code
        missing = {name: now for name, now in missing.items() if not replacing.has(name)}
    if missing and is_handed_over(session, list(missing)):
        return code
    return _pull_each(session, missing) or code


def _missing(session: Session, names: list[str]) -> dict[str, InstallState]:
    """How those stand that are not here in the version of their registry; the others are said."""
    missing: dict[str, InstallState] = {}
    for name in dict.fromkeys(names):
        now = install_state(session.client, name, is_insecure=session.is_insecure(name))
        if now.is_current:
            session.console.say(tr("{name} is here and up to date.").format(name=name))
        else:
            missing[name] = now
    return missing


def _pull_each(session: Session, missing: dict[str, InstallState]) -> int:
    """One after the other; one that fails stops no other, a server that is gone does."""
    code = EXIT_DONE
    for name, now in missing.items():
        try:
            pull_here(session, name, now)
        except Cancelled:
            raise
        except OllamaError as error:
            reason = text.pull_error_reason(error, session.target.name)
            session.console.say(tr("{name}: {reason}").format(name=name, reason=reason))
            if isinstance(error, PullFailed) and error.kind is PullFailure.WITHOUT_TLS:
                session.console.say(tr("For this one download, --insecure does the same."))
            code = code or exit_code(error)
            if code == EXIT_UNREACHABLE:
                break
    return code


def _is_cloud(name: str) -> bool:
    return ModelName.parse(name).is_cloud


def _is_without_cloud(session: Session) -> bool:
    """Whether its models of the cloud cannot run; not known is no."""
    try:
        status = session.client.status()
    except Cancelled:
        raise
    except OllamaError:
        return False
    return status is not None and status.is_disabled


def is_handed_over(session: Session, names: list[str]) -> bool:
    """Let the program pull that runs, if it does and means the same server."""
    invocation = session.invocation
    if invocation.wait or invocation.insecure or not session.target.is_default:
        return False
    handover = session.ask_instance(InstanceCommand.PULL, tuple(names))
    if handover.outcome is Outcome.SILENT:
        session.console.say(tr("Ollama Tray is running but doesn’t answer. Pulling here."))
    if handover.outcome is not Outcome.ANSWERED:
        return False
    if handover.answer.is_ok:
        asking = _words(handover.answer.data.get("asking"))
        pulling = [name for name in names if name not in asking]
        said = tr("The running Ollama Tray is pulling {names}.")
        asks = tr("In its window, Ollama Tray asks before it replaces {names}.")
        for sentence, told in ((said, pulling), (asks, asking)):
            if told:
                session.console.say(sentence.format(names=text.join(told)))
        return True
    reason = said_by_instance(handover.answer.data)
    session.console.say(tr("Ollama Tray refused: {reason}. Pulling here.").format(reason=reason))
    return False


def _words(told: object) -> list[str]:
    """What should be names."""
    return [each for each in told if isinstance(each, str)] if isinstance(told, list) else []


def pull_here(session: Session, name: str, now: InstallState | None = None) -> None:
    """Pull it, with its progress. `now`: how it stands, if somebody has looked."""
    limits = limits_of(session.settings)
    with ProgressView(session.console, name) as view:

        def show_retry(retry: Retry) -> None:
            reason = text.pull_error_reason(retry.error, session.target.name, is_final=False)
            view.show_retry(reason, retry.attempt, retry.at_s)

        try:
            ensured = session.client.ensure(
                name,
                view.show,
                is_insecure=session.is_insecure(name),
                known=now,
                patience=Patience(limits.policy, limits.stall_s, show_retry),
            )
        except KeyboardInterrupt:
            raise Cancelled(name) from None
    size = ensured.record.size_bytes if ensured.record else None
    session.console.say(tr("Pulled {name}, {size}.").format(name=name, size=text.size(size)))


def remove(session: Session) -> int:
    """`rm NAME…`: asks once in a terminal, unless -y is given. Unloads what is loaded first."""
    must_ask = not session.invocation.yes
    if must_ask and not session.console.can_ask:
        session.console.say(tr("rm asks before it deletes, and there is no terminal to ask in."))
        session.console.say(tr("Add -y to delete without asking."))
        return EXIT_USAGE
    installed = session.client.list_models()
    chosen: list[ModelRecord] = []
    code = EXIT_DONE
    for name in dict.fromkeys(session.invocation.names):
        record = session.client.get(name)
        if record is None:
            code = session.report(ModelNotFound(name))
        elif record not in chosen:
            chosen.append(record)
    if not chosen:
        return code
    layer_index = read_layer_index(session.client, installed)
    if must_ask and not _is_wanted(session, chosen, installed, layer_index):
        session.console.say(tr("Nothing was deleted."))
        return EXIT_SERVER_SAID_NO
    for record in chosen:
        try:
            was_there = delete_unloaded(session.client, record)
        except Cancelled:
            raise
        except OllamaError as error:
            code = session.report(error)
            if code == EXIT_UNREACHABLE:
                break
        else:
            effect = freed([record], installed, layer_index)
            refs = (ModelRef(record.server_id, record.name),)
            done = DeleteOutcome(refs, ()) if was_there else DeleteOutcome((), (), refs)
            session.console.say(text.delete_result(done, effect))
            installed = tuple(model for model in installed if model.key != record.key)
    return code


def _is_wanted(
    session: Session,
    chosen: list[ModelRecord],
    installed: tuple[ModelRecord, ...],
    layer_index: LayerIndex,
) -> bool:
    """Ask as the window does: what it frees, what stays and for whom, what is lost for good."""
    known = InstalledModels(installed)
    made_here = [m.name for m in chosen if is_made_here(m, known, layer_index)]
    question = text.delete_question(
        chosen,
        freed(chosen, installed, layer_index),
        loaded=[row.name for row in _running(session)],
        made_here=made_here,
    )
    lines = [question.body, *(note.text for note in question.notes)]
    if len(chosen) > 1:
        reason = text.made_here_line()
        lines += [tr("{name}: {reason}").format(name=name, reason=reason) for name in made_here]
    for line in lines:
        session.console.say(line)
    names = text.join(text.one_line(record.name) for record in chosen)
    return session.console.ask(question.title if len(chosen) == 1 else text.delete_title([names]))


def _running(session: Session) -> tuple[RunningModel, ...]:
    """What is loaded, for the question alone: the deletion looks again."""
    try:
        return session.client.list_running() or ()
    except OllamaError:
        return ()
