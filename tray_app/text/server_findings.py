"""Why a server cannot be used, as a finding of the doctor: title and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tray_app.core.diagnosis.findings import Finding, FindingKind, RemedyKind
from tray_app.core.errors import TimedOut
from tray_app.core.sign_in import SignInKind
from tray_app.text.addresses import server_address
from tray_app.text.connection_words import (
    Words,
    behind_is_away,
    connected_but_too_old,
    http_only,
    not_ollama,
    path_missing,
    proxy_answers,
    refused,
    refuses_name,
    sends_elsewhere,
    silent,
    untrusted_certificate,
    wants_https,
    wants_password,
    wants_token,
    web_page,
)
from tray_app.text.errors import error_text
from tray_app.text.plain import one_line
from tray_app.text.wording import fill, sentences, tr

if TYPE_CHECKING:
    from tray_app.text.messages import Message

_K = FindingKind
NAME_LIMIT = 80


def filled(finding: Finding, template: str, **values: object) -> str:
    """`template` with what the finding is about, and `values`, in it."""
    about = finding.about
    place = server_address(finding.server, about.address)
    found = {
        "server": one_line(finding.server, NAME_LIMIT),
        "address": one_line(about.address, 200),
        "host": one_line(about.host, 200),
        "version": one_line(about.version, 40),
        "newest": one_line(about.newest, 40),
        "target": one_line(about.target, 200),
        "port": place.port,
        "status": about.status,
    }
    return fill(template, **{**found, **values})


def _server(finding: Finding) -> str:
    return one_line(finding.server, NAME_LIMIT)


def _message(finding: Finding) -> Message:
    about = finding.about
    assert about.error is not None
    return error_text(
        about.error,
        finding.server,
        address=about.address,
        is_installed=about.is_installed,
        version=about.version,
    )


def _as_error(finding: Finding) -> Words:
    """In the words of the state page."""
    message = _message(finding)
    return message.title, sentences(message.body, message.hint)


def _as_error_of(finding: Finding) -> Words:
    """The same, where the words themselves do not name the server."""
    title, why = _as_error(finding)
    return filled(finding, tr("{title} (“{server}”)"), title=title), why


def _no_answer(finding: Finding) -> Words:
    if finding.about.is_local and isinstance(finding.about.error, TimedOut):
        return _as_error(finding)
    why = tr("It may be off or asleep, or a firewall may block it.")
    return silent(_server(finding)), why


def _sign_in_refused(finding: Finding) -> Words:
    kind = finding.about.sign_in
    if kind is SignInKind.NONE:
        kind = SignInKind.PASSWORD  # of its address
    return refused(kind, _server(finding))


def _token_wanted(finding: Finding) -> Words:
    return wants_token(_server(finding))


def _password_wanted(finding: Finding) -> Words:
    return wants_password(_server(finding))


def _host_refused(finding: Finding) -> Words:
    title, why = refuses_name(_server(finding), one_line(finding.about.host, 200))
    if finding.remedy is not None and finding.remedy.kind is RemedyKind.USE_ADDRESS:
        text = tr("Ollama there refuses the name “{host}”. Use its IP address instead.")
        why = filled(finding, text)
    return title, why


def _certificate(finding: Finding) -> Words:
    title = untrusted_certificate(_server(finding))
    reason = finding.about.reason.casefold()
    return title, next((make() for mark, make in _TLS if mark in reason), "")


_TLS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("expired", lambda: tr("It has expired.")),
    ("not yet valid", lambda: tr("It isn’t valid yet.")),
    ("self-signed", lambda: tr("It is self-signed. If it is yours, add it as its CA file.")),
    ("self signed", lambda: tr("It is self-signed. If it is yours, add it as its CA file.")),
    ("mismatch", lambda: tr("It is for another name.")),
    ("doesn't match", lambda: tr("It is for another name.")),
    ("not valid for", lambda: tr("It is for another name.")),
    (
        "issuer",
        lambda: tr(
            "It is signed by somebody whom this computer doesn’t know. If that is you, add the "
            "CA file."
        ),
    ),
    ("", lambda: tr("No secure connection can be made.")),
)


def _no_tls(finding: Finding) -> Words:
    port = server_address(finding.server, finding.about.address).port
    return http_only(_server(finding), port)


def _wants_https(finding: Finding) -> Words:
    target = one_line(finding.about.target, 200)
    title, why = wants_https(_server(finding), target)
    return title, why if target.startswith("https") else tr("Use https:// in its address.")


def _moved(finding: Finding) -> Words:
    return sends_elsewhere(_server(finding), finding.about.reason.rpartition(" ")[2])


def _not_ollama(finding: Finding) -> Words:
    if finding.about.reason.startswith("text/html"):
        return not_ollama(), web_page(one_line(finding.about.address, 200))
    return not_ollama(), sentences(_message(finding).body, _message(finding).hint)


def _path_missing(_: Finding) -> Words:
    return path_missing()


def _proxy_answers(finding: Finding) -> Words:
    about = finding.about
    if about.status:
        return proxy_answers(_server(finding), one_line(about.target, 200), about.status)
    text = tr("{target} is set as the proxy. Servers in your own network usually need none.")
    title = tr("The proxy before “{server}” doesn’t answer")
    return filled(finding, title), filled(finding, text)


def _behind_is_away(finding: Finding) -> Words:
    return behind_is_away(_server(finding), finding.about.status)


def _too_old(finding: Finding) -> Words:
    if finding.about.error is not None:
        return _as_error(finding)
    about = finding.about
    return connected_but_too_old(one_line(about.version, 40), one_line(about.newest, 40))


SERVER_WORDS: dict[FindingKind, Callable[[Finding], Words]] = {
    _K.NOT_RUNNING: _as_error,
    _K.NOT_INSTALLED: _as_error,
    _K.NOTHING_ON_PORT: _as_error,
    _K.NO_ANSWER: _no_answer,
    _K.LOST: _as_error,
    _K.STARTING: _as_error_of,
    _K.NAME_UNKNOWN: _as_error,
    _K.BAD_ADDRESS: _as_error_of,
    _K.SIGN_IN_REFUSED: _sign_in_refused,
    _K.TOKEN_WANTED: _token_wanted,
    _K.PASSWORD_WANTED: _password_wanted,
    _K.HOST_REFUSED: _host_refused,
    _K.FRONT_REFUSES: _as_error,
    _K.CERTIFICATE: _certificate,
    _K.NO_TLS: _no_tls,
    _K.WANTS_HTTPS: _wants_https,
    _K.MOVED: _moved,
    _K.NOT_OLLAMA: _not_ollama,
    _K.PATH_MISSING: _path_missing,
    _K.PROXY_ANSWERS: _proxy_answers,
    _K.BEHIND_IS_AWAY: _behind_is_away,
    _K.TOO_OLD: _too_old,
    _K.SERVER_FAULT: _as_error_of,
}
