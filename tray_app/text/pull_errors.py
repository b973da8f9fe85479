"""Why a download failed or waits for its next try, or a model was not made: one line each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tray_app.core import errors as e
from tray_app.core.creates.faults import CreateFailed
from tray_app.core.error_words import is_page, without_lead
from tray_app.core.errors import PullFailure
from tray_app.core.file_failures import FileFailed
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.sign_in import KeyringFailed
from tray_app.text import connection_errors as connection
from tray_app.text.addresses import server_address
from tray_app.text.files import file_sentence
from tray_app.text.messages import Case, Message, not_done, ollama_says
from tray_app.text.names import name_problem, registry_name
from tray_app.text.plain import one_line
from tray_app.text.sign_in import keyring_sentence
from tray_app.text.times import elapsed
from tray_app.text.units import size, size_wanted
from tray_app.text.wording import fill, sentences, tr


@dataclass(frozen=True, slots=True)
class _Case:
    error: Any
    server: str
    is_final: bool

    def fill(self, template: str, **values: object) -> str:
        registry = registry_name(self.error.reference)
        return fill(template, server=self.server, registry=registry, **values)


def pull_error_reason(
    error: e.OllamaError, server_label: str = "", *, is_final: bool = True
) -> str:
    """One line. `is_final` is False while it will be tried again by itself."""
    case = _Case(error, server_label or server_address("", "").label, is_final)
    for kind in type(error).__mro__:
        if kind in _ON_THE_WAY:
            return _on_the_way(_ON_THE_WAY[kind], case)
        if kind in _WRITERS:
            return _WRITERS[kind](case)
        if kind in _SENTENCES:
            return case.fill(_SENTENCES[kind]())
    return ollama_says(error.context)


def _on_the_way(writer: Callable[[Case], Message], case: _Case) -> str:
    """The server itself was not come to: as of any other call, with what can be done in the end."""
    if not case.is_final and isinstance(case.error, e.ProxyFailed) and case.error.status:
        return case.fill(_in_front(case.error.status), status=case.error.status)
    address = "" if isinstance(case.error, e.Unauthorized | e.Forbidden) else case.error.reference
    message = writer(Case(case.error, server_address(case.server, address)))
    is_for_a_person = case.is_final and isinstance(case.error, e.Moved)
    return sentences(message.body, message.hint if is_for_a_person else "")


def _in_front(status: int) -> str:
    """What is in front of Ollama, while the time of the next try stands behind it on one line."""
    if status == 429:
        return tr("“{server}” takes no more requests for now.")
    if status < 300:
        return tr("“{server}” answers with a web page.")
    return tr("“{server}” has a problem (HTTP status {status}).")


def _disk_full(case: _Case) -> str:
    needed, free = case.error.needed_bytes, case.error.free_bytes
    if needed is None:
        return case.fill(tr("Not enough disk space on “{server}”."))
    if free is None:
        return fill(tr("Not enough disk space: needs {needed}."), needed=size_wanted(needed))
    text = tr("Not enough disk space: needs {needed}, and {free} are free.")
    return fill(text, needed=size_wanted(needed), free=size(free))


def _too_old(case: _Case) -> str:
    needs = one_line(case.error.needs, 40)
    text = tr("This model needs a newer Ollama. Update Ollama on “{server}”, then retry.")
    if needs:
        text = tr("This model needs Ollama {needs}. Update Ollama on “{server}”, then retry.")
    return case.fill(text, needs=needs)


def _unreachable(case: _Case) -> str:
    if case.error.kind is e.UnreachableKind.LOST:
        return case.fill(tr("The connection to “{server}” was lost."))
    return case.fill(tr("“{server}” can’t be reached."))


def _bad_name(case: _Case) -> str:
    # From a pull stream, the context is what the server said and no piece of the name.
    if case.error.context not in case.error.reference:
        return tr("The server doesn’t accept this name.")
    return name_problem(case.error)


def _server_failed(case: _Case) -> str:
    if one_line(case.error.text):
        return ollama_says(case.error.text)
    text = tr("“{server}” answered with HTTP status {status} and no reason.")
    return case.fill(text, status=case.error.status)


def _pull_failed(case: _Case) -> str:
    kind, words = case.error.kind, one_line(case.error.words)
    if kind is PullFailure.DIGEST_MISMATCH and not case.is_final:
        return tr("A file arrived damaged. It will be fetched again.")
    if kind in _BRIEF and not case.is_final:
        return case.fill(_BRIEF[kind]())
    if kind is PullFailure.REGISTRY_LIMITS:
        return _limits(case)
    if kind is PullFailure.REGISTRY_FAILED:
        return _registry_failed(case, words)
    if kind is PullFailure.REFUSED:
        return _refused(case, words)
    sentence = _FAILURES.get(kind)
    return case.fill(sentence()) if sentence else ollama_says(words)


def _limits(case: _Case) -> str:
    if not case.is_final:
        return case.fill(tr("{registry} isn’t accepting any more requests for now."))
    text = tr("{registry} isn’t accepting any more requests for now. Try again in {time}.")
    return case.fill(text, time=elapsed(case.error.wait_s))


def _registry_failed(case: _Case, words: str) -> str:
    """The registry was reached and has a problem; its words help where they are words."""
    status = case.error.status
    if not status:
        return case.fill(tr("{registry} has a problem: it sent something unreadable."))
    if not words or is_page(without_lead(case.error.context)):
        return case.fill(tr("{registry} has a problem (HTTP status {status})."), status=status)
    text = tr("{registry} has a problem (HTTP status {status}): “{text}”")
    return case.fill(text, status=status, text=words)


def _refused(case: _Case, words: str) -> str:
    if words:
        return case.fill(tr("{registry} refused the download: “{text}”"), text=words)
    if case.error.status:
        text = tr("{registry} refused the download (HTTP status {status}).")
        return case.fill(text, status=case.error.status)
    return case.fill(tr("{registry} refused the download."))


def _create_failed(case: _Case) -> str:
    """As its cause, where there is one."""
    if case.error.cause is not None:
        return pull_error_reason(case.error.cause, case.server)
    return fill(tr("{name} could not be created."), name=one_line(case.error.reference, 120))


# While it is tried again, the time of that stands behind the reason on one line.
_BRIEF: dict[PullFailure, Callable[[], str]] = {
    PullFailure.WEB_PAGE: lambda: tr(
        "A web page answers instead of {registry}, perhaps a login page"
    ),
    PullFailure.CERTIFICATE: lambda: tr("The server doesn’t trust the certificate of {registry}."),
}
_FAILURES: dict[PullFailure, Callable[[], str]] = {
    PullFailure.REGISTRY_UNREACHABLE: lambda: tr("The server couldn’t reach {registry}."),
    PullFailure.WEB_PAGE: lambda: tr(
        "A web page answered instead of {registry}. The network may want you to log in first."
    ),
    PullFailure.CERTIFICATE: lambda: tr(
        "The server doesn’t trust the certificate of {registry}. The network may want a "
        "login first, or something on the way intercepts secure connections."
    ),
    PullFailure.WITHOUT_TLS: lambda: tr(
        "{registry} offers no encryption. If you trust it, add it in Settings, Downloads, to the "
        "registries without encryption."
    ),
    PullFailure.WANTS_TLS: lambda: tr(
        "{registry} wants encryption. Remove it in Settings, Downloads, from the registries "
        "without encryption."
    ),
    PullFailure.DIGEST_MISMATCH: lambda: tr(
        "A file arrived damaged twice. The disk or network of the server may be faulty."
    ),
    PullFailure.CANNOT_WRITE: lambda: tr("The server can’t write to its model folder."),
    PullFailure.CANCELED_BY_SERVER: lambda: tr("The server canceled the download."),
    PullFailure.UNSUPPORTED: lambda: tr("“{server}” can’t run this kind of model."),
    PullFailure.STALLED: lambda: tr("No data arrived for too long."),
}

_WRITERS: dict[type, Callable[[_Case], str]] = {
    e.Unreachable: _unreachable,
    e.BadName: _bad_name,
    e.ServerFailed: _server_failed,
    e.PullFailed: _pull_failed,
    e.DiskFull: _disk_full,
    e.TooOld: _too_old,
    FileFailed: lambda case: file_sentence(case.error),
    CreateFailed: _create_failed,
    e.NotDone: lambda case: not_done(case.error, case.server),
    e.BadSignIn: lambda case: one_line(case.error.context),
    e.SeveralServers: lambda case: one_line(case.error.context),
    KeyringFailed: lambda case: keyring_sentence(case.error),
}

_ON_THE_WAY: dict[type, Callable[[Case], Message]] = {
    e.TlsFailed: connection.tls_failed,
    e.ProxyFailed: connection.proxy_failed,
    e.BadProxy: connection.bad_proxy,
    e.Unauthorized: connection.unauthorized,
    e.Forbidden: connection.forbidden,
    e.Moved: connection.moved,
}

_SENTENCES: dict[type, Callable[[], str]] = {
    e.TimedOut: lambda: tr("The connection to “{server}” was lost."),
    e.Starting: lambda: tr("Ollama on “{server}” is starting."),
    e.AccessRefused: lambda: tr(
        "Access refused. The server isn’t signed in, or the model is private."
    ),
    e.NotOllama: lambda: tr("What answers at “{server}” is no longer Ollama."),
    e.ModelNotFound: lambda: tr("{registry} has no such model or tag."),
    e.BadAddress: lambda: tr("“{server}” has no valid address."),
    e.BadAnswer: lambda: tr("“{server}” sent something Ollama Tray can’t read."),
    e.IncompletePull: lambda: tr("The download ended before it was complete."),
    e.Changed: lambda: tr("The model has changed in the meantime."),
    e.Cancelled: lambda: tr("Canceled"),
}
