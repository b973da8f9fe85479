"""What came of trying a server from its form: title, explanation, and the one thing to do."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tray_app.core.connection_cases import ConnectionCase
from tray_app.core.errors import TlsReason
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.tls import CaFile, OfferedCertificate
from tray_app.core.versions import LEAST_VERSION
from tray_app.text.addresses import server_address
from tray_app.text.connection_words import (
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
from tray_app.text.models import models_count
from tray_app.text.plain import one_line
from tray_app.text.times import day
from tray_app.text.wording import fill, number, sentences, tr

if TYPE_CHECKING:
    from tray_app.core.endpoint import Endpoint
    from tray_app.core.payloads import ServerTest

_LIMIT = 120


class Remedy(StrEnum):
    """What the button does, before it tries again."""

    AGAIN = "again"
    ENTER_TOKEN = "enter_token"  # noqa: S105
    ENTER_PASSWORD = "enter_password"  # noqa: S105
    USE_ADDRESS = "use_address"
    CA_FILE = "ca_file"
    NO_PROXY = "no_proxy"
    WAKE = "wake"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TriedText:
    """Plain text all through; `button` "" = there is none."""

    title: str
    body: str = ""
    remedy: Remedy = Remedy.AGAIN
    button: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A test and what the form knows: the server's name, whether something secret would go along,
    and whether it can be woken."""

    test: ServerTest
    server: str
    has_secret: bool = False
    can_wake: bool = False
    has_fixed_address: bool = False

    @property
    def error(self) -> Any:
        return self.test.error


def _url(endpoint: Endpoint) -> str:
    shown = endpoint.display
    return shown if endpoint.scheme == "https" else f"http://{shown}"


def tried_text(attempt: Attempt) -> TriedText:
    """What the card says of it."""
    found = _WORDS[attempt.test.case](attempt)
    if found.remedy is Remedy.USE_ADDRESS and (attempt.has_fixed_address or not attempt.test.offer):
        return TriedText(found.title, found.body, button=_again())
    return found


def certificate_facts(certificate: OfferedCertificate) -> tuple[tuple[str, str], ...]:
    """The lines below: label and value. The fingerprint comes apart, see `fingerprint_lines`."""
    text = tr("{from_date} to {to_date}")
    valid = fill(
        text,
        from_date=day(certificate.not_before),
        to_date=day(certificate.not_after),
    )
    issued_to = certificate.issued_to or ", ".join(certificate.names[:3])
    return (
        (tr("Issued to"), one_line(issued_to, _LIMIT)),
        (tr("Issued by"), one_line(certificate.issued_by, _LIMIT)),
        (tr("Valid"), valid),
    )


def fingerprint_lines(sha256: str) -> tuple[str, ...]:
    """Four lines of eight pairs."""
    pairs = [sha256[at : at + 2].upper() for at in range(0, len(sha256), 2)]
    return tuple(":".join(pairs[at : at + 8]) for at in range(0, len(pairs), 8))


def ca_file_line(file: CaFile) -> str:
    """What a CA file of one's own adds, or that it is none."""
    if file.fault is not None or not file.certificates:
        if file.reason:
            return fill(tr("This file can’t be read: {reason}"), reason=one_line(file.reason, 120))
        return tr("This file holds no certificate.")
    first = file.certificates[0]
    name = one_line(first.issued_to or first.issued_by, _LIMIT)
    if len(file.certificates) == 1:
        text = tr("Added to the system’s list. “{name}”, until {date}.")
        return fill(text, name=name, date=day(first.not_after))
    text = tr("Added to the system’s list. “{name}” and {count} more, until {date}.")
    return fill(text, name=name, count=number(len(file.certificates) - 1), date=day(file.not_after))


def proxy_line(proxy: str) -> str:
    """What the system's setting means for an address."""
    if not proxy:
        return tr("The system setting uses none for this address.")
    text = tr("The system setting uses {proxy} for this address.")
    return fill(text, proxy=one_line(proxy, _LIMIT))


def _again() -> str:
    return tr("Test &again")


def _ok(attempt: Attempt) -> TriedText:
    test = attempt.test
    text = tr("{models}, {loaded} loaded. Answered in {time} ms.")
    if test.running_count is None:
        text = tr("{models}. Answered in {time} ms.")
    body = fill(
        text,
        models=models_count(test.model_count),
        loaded=number(test.running_count or 0),
        time=number(max(1, round(test.elapsed_s * 1000))),
    )
    title = tr("Connected to Ollama {version}")
    return TriedText(fill(title, version=one_line(test.version, 40)), body, button=_again())


def _too_old(attempt: Attempt) -> TriedText:
    version = one_line(attempt.test.version, 40)
    return TriedText(*connected_but_too_old(version, LEAST_VERSION), button=_again())


def _refused(attempt: Attempt) -> TriedText:
    return TriedText(*refused(attempt.test.sent, attempt.server), button=_again())


def _wants_token(attempt: Attempt) -> TriedText:
    said = wants_token(attempt.server)
    return TriedText(*said, Remedy.ENTER_TOKEN, tr("Enter token"))


def _wants_password(attempt: Attempt) -> TriedText:
    said = wants_password(attempt.server)
    return TriedText(*said, Remedy.ENTER_PASSWORD, tr("Enter them"))


def _wants_https(attempt: Attempt) -> TriedText:
    said = wants_https(attempt.server, one_line(attempt.test.offer, _LIMIT))
    return TriedText(*said, Remedy.USE_ADDRESS, tr("Use https"))


def _elsewhere(attempt: Attempt) -> TriedText:
    target = attempt.error.address or attempt.error.context.partition(" ")[2]
    return TriedText(*sends_elsewhere(attempt.server, target), Remedy.NONE)


def _http_only(attempt: Attempt) -> TriedText:
    said = http_only(attempt.server, attempt.test.endpoint.port)
    if attempt.has_secret:
        return TriedText(*said, button=_again())
    return TriedText(*said, Remedy.USE_ADDRESS, tr("Use http"))


def _certificate(attempt: Attempt) -> TriedText:
    title = untrusted_certificate(attempt.server)
    reason = attempt.error.reason
    is_unknown = reason in (TlsReason.UNKNOWN_SIGNER, TlsReason.SELF_SIGNED)
    body = _certificate_reason(reason, attempt.test.certificate)
    if is_unknown:
        return TriedText(title, body, Remedy.CA_FILE, tr("CA file…"))
    return TriedText(title, body, button=_again())


def _certificate_reason(reason: TlsReason, shown: OfferedCertificate | None) -> str:
    shown = shown or OfferedCertificate()
    if reason in (TlsReason.UNKNOWN_SIGNER, TlsReason.SELF_SIGNED):
        if not shown.issued_by:
            return tr("This computer doesn’t know who signed it. Its CA file can be added.")
        text = tr(
            "It is signed by “{name}”, which this computer doesn’t know. If that is yours, add "
            "its CA file."
        )
        return fill(text, name=one_line(shown.issued_by, _LIMIT))
    if reason is TlsReason.EXPIRED:
        if shown.not_after is None:
            return tr("It has expired.")
        return fill(tr("It has expired, on {date}."), date=day(shown.not_after))
    if reason is TlsReason.NOT_YET_VALID and shown.not_before is not None:
        return fill(tr("It isn’t valid before {date}."), date=day(shown.not_before))
    name = (shown.names or (shown.issued_to,))[0]
    if reason is TlsReason.WRONG_NAME and name:
        return fill(tr("It is for “{name}”."), name=one_line(name, _LIMIT))
    return tr("This computer doesn’t accept it.")


def _host_check(attempt: Attempt) -> TriedText:
    said = refuses_name(attempt.server, one_line(attempt.test.endpoint.host, _LIMIT))
    host = server_address("", attempt.test.offer).host if attempt.test.offer else ""
    button = fill(tr("Use {address}"), address=host)
    return TriedText(*said, Remedy.USE_ADDRESS, button)


def _not_ollama(attempt: Attempt) -> TriedText:
    context, address = attempt.error.context, one_line(_url(attempt.test.endpoint), _LIMIT)
    body = fill(tr("What {address} sends is not what Ollama sends."), address=address)
    if context.startswith(("text/html", "application/xhtml")) or "<" in context:
        body = web_page(address)
    return TriedText(not_ollama(), body, button=_again())


def _path_missing(_: Attempt) -> TriedText:
    return TriedText(*path_missing(), button=_again())


def _proxy(attempt: Attempt) -> TriedText:
    status = attempt.error.status
    proxy = one_line(attempt.error.proxy, _LIMIT).removeprefix("http://").rstrip("/")
    title, body = proxy_answers(attempt.server, proxy, status)
    if not status:
        text = tr("{proxy} sends something else. Servers in your own network usually need none.")
        body = fill(text, proxy=proxy)
    return TriedText(title, body, Remedy.NO_PROXY, tr("Use no proxy"))


def _behind(attempt: Attempt) -> TriedText:
    said = behind_is_away(attempt.server, attempt.error.status)
    return TriedText(*said, button=_again())


def _silent(attempt: Attempt) -> TriedText:
    title = silent(attempt.server)
    body = tr("Nothing came within 10 s. It may be off or asleep, or a firewall may block it.")
    if attempt.can_wake:
        return TriedText(title, body, Remedy.WAKE, tr("Wake"))
    return TriedText(title, body, button=_again())


def _other(attempt: Attempt) -> TriedText:
    said = error_text(attempt.error, address=str(attempt.test.endpoint))
    return TriedText(said.title, sentences(said.body, said.hint), button=_again())


_WORDS: dict[ConnectionCase, Callable[[Attempt], TriedText]] = {
    ConnectionCase.OK: _ok,
    ConnectionCase.TOO_OLD: _too_old,
    ConnectionCase.REFUSED: _refused,
    ConnectionCase.WANTS_TOKEN: _wants_token,
    ConnectionCase.WANTS_PASSWORD: _wants_password,
    ConnectionCase.WANTS_HTTPS: _wants_https,
    ConnectionCase.ELSEWHERE: _elsewhere,
    ConnectionCase.HTTP_ONLY: _http_only,
    ConnectionCase.CERTIFICATE: _certificate,
    ConnectionCase.HOST_CHECK: _host_check,
    ConnectionCase.NOT_OLLAMA: _not_ollama,
    ConnectionCase.PATH_MISSING: _path_missing,
    ConnectionCase.PROXY: _proxy,
    ConnectionCase.BEHIND: _behind,
    ConnectionCase.SILENT: _silent,
    ConnectionCase.OTHER: _other,
}
