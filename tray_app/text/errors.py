"""Errors as people read them: title, what it means, and the one thing to do about it. Faults of the
program itself are among them.

Reasons of the network are worded in `connection_errors.py`, those of failed downloads in
`pull_errors.py`, wrong names in `names.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app.core import errors as e
from tray_app.core.creates.faults import CreateFailed
from tray_app.core.file_failures import FileFailed
from tray_app.core.payloads import Crashes, DeleteOutcome, Failure, Verb
from tray_app.core.sign_in import KeyringFailed
from tray_app.text import connection_errors as connection
from tray_app.text.addresses import fault_problem, server_address
from tray_app.text.files import file_message
from tray_app.text.messages import Action, Case, Message, not_done, ollama_says
from tray_app.text.names import name_problem
from tray_app.text.plain import one_line, visible
from tray_app.text.pull_errors import pull_error_reason
from tray_app.text.sign_in import keyring_sentence
from tray_app.text.units import size
from tray_app.text.wording import english_singular, fill, join, sentences, tr

if TYPE_CHECKING:
    from tray_app.core.sharing import Freed

_DETAILS_LIMIT = 4000
_NAME_LIMIT = 120


def error_text(
    error: e.OllamaError,
    server_label: str = "",
    *,
    address: str = "",
    is_installed: bool | None = None,
    version: str = "",
) -> Message:
    """The message for `error` of the server `server_label` at `address`.

    Without an address, the reference of an error that is about a server is taken for one.
    `is_installed` tells whether Ollama is installed here, None when that is not known.
    """
    if not address and isinstance(error, _ABOUT_SERVERS):
        address = error.reference
    case = Case(error, server_address(server_label, address), is_installed, version)
    writer = next(_WRITERS[kind] for kind in type(error).__mro__ if kind in _WRITERS)
    return replace(writer(case), details=visible(_details(error), _DETAILS_LIMIT))


def _details(error: e.OllamaError) -> str:
    """What was asked and what came of it, in the machine's own words."""
    if not error.request:
        return error.context
    kind = type(error).__name__
    return (
        f"{error.request}\n{kind}: {error.context}"
        if error.context
        else (f"{error.request}\n{kind}")
    )


def failure_text(failure: Failure, server_label: str = "", *, address: str = "") -> Message:
    """The message for something that a person asked for and that did not work."""
    message = error_text(failure.error, server_label, address=address)
    name = one_line(failure.ref.name, _NAME_LIMIT)
    body = message.body
    if failure.verb is Verb.PULL:
        body = pull_error_reason(failure.error, server_label)
    return replace(message, title=fill(_FAILED[failure.verb](), name=name), body=body)


_FAILED: dict[Verb, Callable[[], str]] = {
    Verb.SHOW: lambda: tr("Can’t show {name}"),
    Verb.PULL: lambda: tr("Can’t pull {name}"),
    Verb.DELETE: lambda: tr("Can’t delete {name}"),
    Verb.COPY: lambda: tr("Can’t copy {name}"),
    Verb.RENAME: lambda: tr("Can’t rename {name}"),
    Verb.CREATE: lambda: tr("Can’t make {name}"),
    Verb.LOAD: lambda: tr("Can’t load {name}"),
    Verb.UNLOAD: lambda: tr("Can’t unload {name}"),
    Verb.STOP: lambda: tr("Can’t load {name}"),
    Verb.GO_BACK: lambda: tr("Can’t go back to the old version of {name}"),
    Verb.MOVE: lambda: tr("Can’t move {name} to the new version"),
    Verb.TEST: lambda: tr("Can’t reach Ollama"),
}


def delete_result(outcome: DeleteOutcome, freed: Freed | None, server_label: str = "") -> str:
    """What became of a delete: "Deleted qwen3:8b, 5.2 GB freed." or what failed, by name."""
    done = len(outcome.deleted) + len(outcome.gone)
    if not outcome.failures:
        gone = [one_line(ref.name, _NAME_LIMIT) for ref in outcome.gone]
        return sentences(
            _deleted([ref.name for ref in outcome.deleted], freed) if outcome.deleted else "",
            fill(tr("Already gone: {names}."), names=join(gone, 4)) if gone else "",
        )
    total = done + len(outcome.failures)
    first = outcome.failures[0]
    reason = fill(
        tr("{name}: {reason}"),
        name=one_line(first.ref.name, _NAME_LIMIT),
        reason=error_text(first.error, server_label).body,
    )
    if total == 1:
        return reason
    head = fill(tr("{done} of {total} models deleted."), done=done, total=total)
    return fill(tr("{sentence} {more}"), sentence=head, more=reason)


def _deleted(names: list[str], freed: Freed | None) -> str:
    count = len(names)
    gained = size(freed.freed_bytes) if freed is not None and freed.freed_bytes else ""
    is_exact = freed is None or freed.is_exact
    if count == 1:
        text = tr("Deleted {name}.")
        if gained:
            text = tr("Deleted {name}, up to {size} freed.")
        if gained and is_exact:
            text = tr("Deleted {name}, {size} freed.")
        return fill(text, name=one_line(names[0], _NAME_LIMIT), size=gained)
    if not gained:
        return tr("%Ln models deleted.", "", count)
    text = tr("%Ln models deleted, up to {size} freed.", "", count)
    if is_exact:
        text = tr("%Ln models deleted, {size} freed.", "", count)
    return fill(text, size=gained)


def crash_report(crashes: Crashes) -> Message:
    """What a person is told about errors nobody caught; their traces are to copy."""
    body = tr("Ollama Tray keeps running, but something it was doing failed.")
    more = crashes.count - 1
    if more > 0:
        body += "\n"
        body += english_singular(more, "… and 1 more error since then.") or tr(
            "… and %Ln more errors since then.", "", more
        )
    return Message(
        tr("Something went wrong in Ollama Tray"),
        body,
        tr("The details are in the log. Use Copy to put them into a report."),
        details="\n".join(crashes.traces),
    )


def broken_files_report(settings_path: Path | None, queue_path: Path | None) -> Message:
    """Files of ours that could not be read; they were put aside, nothing was overwritten."""
    lines = []
    if settings_path is not None:
        lines.append(fill(tr("The settings could not be read. They are kept as {path}."),
                          path=settings_path))  # fmt: skip
    if queue_path is not None:
        sentence = tr(
            "Part of the list of downloads could not be read. The file is kept as {path}."
        )
        lines.append(fill(sentence, path=queue_path))
    return Message(
        tr("A file could not be read"),
        "\n".join(lines),
        tr("Ollama Tray continues with the rest. What the server has fetched is not lost."),
    )


def _model_not_found(case: Case) -> Message:
    text = tr("“{server}” has no model called “{name}”.")
    name = one_line(case.error.reference, _NAME_LIMIT)
    hint = tr("It may have been deleted or renamed.")
    return Message(tr("Model not found"), case.fill(text, name=name), hint)


def _bad_name(case: Case) -> Message:
    return Message(tr("Not a model name"), name_problem(case.error))


def _bad_address(case: Case) -> Message:
    fault, shown = case.error.fault, one_line(case.error.reference, _NAME_LIMIT)
    body = fault_problem(fault, shown)
    title = tr("Not a server address")
    if fault is e.AddressFault.AMBIGUOUS:
        return Message(title, body, action=Action.EDIT_SERVER)
    if fault is not e.AddressFault.HOST and shown:
        body = fill(tr("“{text}”: {reason}"), text=shown, reason=body)
    hint = tr("Examples: 192.168.1.20, nas.local:11434, https://ollama.example.com")
    return Message(title, body, hint, Action.EDIT_SERVER)


def _server_failed(case: Case) -> Message:
    body = ollama_says(case.error.text)
    if not one_line(case.error.text):
        text = tr("“{server}” answered with HTTP status {status} and no reason.")
        body = case.fill(text, status=case.error.status)
    return Message(tr("Ollama reports an error"), body, action=Action.RETRY)


def _bad_answer(case: Case) -> Message:
    text = tr("“{server}” sent something Ollama Tray can’t read.")
    if case.error.field not in ("", "body", "head"):  # the answer as a whole is no field
        text = tr("“{server}” sent something Ollama Tray can’t read: the field “{field}”.")
    body = case.fill(text, field=one_line(case.error.field, 80))
    return Message(tr("Unexpected answer"), body, action=Action.RETRY)


def _too_large(case: Case) -> Message:
    text = tr("{what} from “{server}” is larger than {size}, so Ollama Tray doesn’t read it.")
    what = _ANSWERS.get(case.error.field, lambda: tr("An answer"))()
    body = case.fill(text, what=what, size=size(case.error.limit_bytes))
    return Message(tr("Unexpected answer"), body, action=Action.RETRY)


_ANSWERS: dict[str, Callable[[], str]] = {
    "/api/tags": lambda: tr("The list of models"),
    "/api/ps": lambda: tr("The list of loaded models"),
    "/api/show": lambda: tr("The description of a model"),
    "/api/version": lambda: tr("The version number"),
    "line": lambda: tr("A line of a download’s progress"),
}


def _encoded(case: Case) -> Message:
    text = tr(
        "The answer from “{server}” is compressed ({encoding}), which Ollama Tray didn’t ask "
        "for. Switch off compression in the proxy on the way."
    )
    body = case.fill(text, encoding=one_line(case.error.context, 80))
    return Message(tr("Unexpected answer"), body, action=Action.RETRY)


def _pull_failed(case: Case) -> Message:
    reason = pull_error_reason(case.error, case.place.label)
    return Message(tr("Download failed"), reason, action=Action.RETRY)


def _access_refused(case: Case) -> Message:
    reason = pull_error_reason(case.error, case.place.label)
    return Message(tr("Access refused"), reason, action=Action.RETRY)


def _disk_full(case: Case) -> Message:
    reason = pull_error_reason(case.error, case.place.label)
    return Message(tr("Not enough disk space"), reason, action=Action.RETRY)


def _changed(case: Case) -> Message:
    text = tr("{name} has changed in the meantime, so nothing was done.")
    body = case.fill(text, name=one_line(case.error.reference, _NAME_LIMIT))
    return Message(tr("Model changed"), body, tr("Look at it again, then decide."))


def _file_failed(case: Case) -> Message:
    return file_message(tr("A file can’t be written"), case.error)


def _not_done(case: Case) -> Message:
    body = not_done(case.error, case.place.label)
    return Message(tr("Nothing has changed"), body, action=Action.RETRY)


def _create_failed(case: Case) -> Message:
    return Message(tr("Creating failed"), pull_error_reason(case.error, case.place.label))


def _bad_sign_in(case: Case) -> Message:
    reason = one_line(case.error.context).rstrip(".")
    place = one_line(case.error.reference, 200)
    body = fill(tr("{place}: {reason}."), place=place, reason=reason)
    return Message(tr("Can’t sign in with this"), body)


def _several_servers(case: Case) -> Message:
    text = tr("Several servers are called “{name}”: {addresses}. Give one of these instead.")
    addresses = join([one_line(address, 200) for address in case.error.addresses])
    body = fill(text, name=one_line(case.error.reference, 80), addresses=addresses)
    return Message(tr("Several servers"), body)


def _keyring_failed(case: Case) -> Message:
    return Message(tr("Keyring"), keyring_sentence(case.error))


def _cancelled(_: Case) -> Message:
    return Message(tr("Canceled"), tr("This was canceled before it finished."))


def _anything(case: Case) -> Message:
    body = ollama_says(case.error.context)
    return Message(tr("Something went wrong"), body, action=Action.RETRY)


_ABOUT_SERVERS = (
    e.Unreachable,
    e.Starting,
    e.TimedOut,
    e.TlsFailed,
    e.ProxyFailed,
    e.Unauthorized,
    e.Forbidden,
    e.NotOllama,
)

_WRITERS: dict[type, Callable[[Case], Message]] = {
    e.Unreachable: connection.unreachable,
    e.Starting: connection.starting,
    e.TimedOut: connection.timed_out,
    e.TlsFailed: connection.tls_failed,
    e.ProxyFailed: connection.proxy_failed,
    e.BadProxy: connection.bad_proxy,
    e.Unauthorized: connection.unauthorized,
    e.AccessRefused: _access_refused,
    e.Forbidden: connection.forbidden,
    e.NotOllama: connection.not_ollama,
    e.Moved: connection.moved,
    e.TooOld: connection.too_old,
    e.ModelNotFound: _model_not_found,
    e.BadName: _bad_name,
    e.BadAddress: _bad_address,
    e.ServerFailed: _server_failed,
    e.BadAnswer: _bad_answer,
    e.TooLarge: _too_large,
    e.Encoded: _encoded,
    e.PullFailed: _pull_failed,
    e.IncompletePull: _pull_failed,
    e.DiskFull: _disk_full,
    e.Changed: _changed,
    e.NotDone: _not_done,
    e.Cancelled: _cancelled,
    FileFailed: _file_failed,
    CreateFailed: _create_failed,
    e.BadSignIn: _bad_sign_in,
    e.SeveralServers: _several_servers,
    KeyringFailed: _keyring_failed,
    e.OllamaError: _anything,
}
