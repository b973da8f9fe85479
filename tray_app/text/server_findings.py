"""Why a server cannot be used, as a finding of the doctor: title and why."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from tray_app.core.diagnosis.findings import Finding, FindingKind, RemedyKind
from tray_app.core.errors import TimedOut
from tray_app.core.sign_in import SignInKind
from tray_app.text.addresses import server_address
from tray_app.text.errors import error_text
from tray_app.text.messages import Message
from tray_app.text.plain import one_line
from tray_app.text.wording import fill, sentences, tr

_K = FindingKind
NAME_LIMIT = 80
Words = tuple[str, str]


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
    title = filled(finding, tr("“{server}” doesn’t answer"))
    return title, tr("It may be off or asleep, or a firewall may block it.")


def _sign_in_refused(finding: Finding) -> Words:
    kind = finding.about.sign_in
    title = tr("Wrong user name or password")
    if kind is SignInKind.TOKEN:
        return tr("Wrong token"), filled(finding, tr("“{server}” answers, and refuses it."))
    if kind is SignInKind.HEADERS:
        title = tr("The headers are refused")
    return title, filled(finding, tr("“{server}” answers, and refuses them."))


def _token_wanted(finding: Finding) -> Words:
    title = filled(finding, tr("“{server}” asks for a token"))
    return title, tr("It refuses everyone who sends none.")


def _password_wanted(finding: Finding) -> Words:
    return filled(finding, tr("“{server}” asks for a user name and password")), ""


def _host_refused(finding: Finding) -> Words:
    title = filled(finding, tr("“{server}” only accepts its own address"))
    if finding.remedy is not None and finding.remedy.kind is RemedyKind.USE_ADDRESS:
        text = tr("Ollama there refuses the name “{host}”. Use its IP address instead.")
    else:
        text = tr(
            "Ollama refuses the name “{host}”. Use its IP address, or set OLLAMA_HOST=0.0.0.0 "
            "there."
        )
    return title, filled(finding, text)


def _certificate(finding: Finding) -> Words:
    title = filled(finding, tr("The certificate of “{server}” isn’t trusted"))
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
    title = filled(finding, tr("“{server}” speaks http only"))
    return title, filled(finding, tr("Nothing there answers to https on port {port}."))


def _wants_https(finding: Finding) -> Words:
    title = filled(finding, tr("“{server}” wants https"))
    if not finding.about.target.startswith("https"):
        return title, tr("Use https:// in its address.")
    return title, filled(finding, tr("It sends every request on to {target}."))


def _moved(finding: Finding) -> Words:
    title = filled(finding, tr("“{server}” sends you to another computer"))
    where = finding.about.reason.rpartition(" ")[2]
    try:
        host = urlsplit(where).hostname or ""
    except ValueError:
        host = ""
    if not host:
        return title, tr(
            "It may want a sign-in in a browser, which works with service tokens only."
        )
    text = tr(
        "To {host}. It may want a sign-in in a browser, which works with service tokens only."
    )
    return title, filled(finding, text, host=one_line(host, 200))


def _not_ollama(finding: Finding) -> Words:
    title = tr("Something answers, but it isn’t Ollama")
    if finding.about.reason.startswith("text/html"):
        return title, filled(finding, tr("{address} sends a web page."))
    return title, sentences(_message(finding).body, _message(finding).hint)


def _path_missing(_: Finding) -> Words:
    why = tr(
        "The server answers with nothing. Behind a proxy, Ollama often lives under a path, like "
        "https://host/ollama."
    )
    return tr("Part of the address may be missing"), why


def _proxy_answers(finding: Finding) -> Words:
    title = filled(finding, tr("A proxy answers in place of “{server}”"))
    if not finding.about.status:
        title = filled(finding, tr("The proxy before “{server}” doesn’t answer"))
        text = tr("{target} is set as the proxy. Servers in your own network usually need none.")
    else:
        text = tr("{target} says {status}. Servers in your own network usually need no proxy.")
    return title, filled(finding, text)


def _behind_is_away(finding: Finding) -> Words:
    title = filled(finding, tr("“{server}” is there, but Ollama behind it isn’t"))
    return title, filled(finding, tr("It answers with {status}."))


def _too_old(finding: Finding) -> Words:
    if finding.about.error is not None:
        return _as_error(finding)
    title = filled(finding, tr("Connected, but Ollama {version} is too old"))
    return title, filled(finding, tr("Ollama Tray needs {newest} or newer."))


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
