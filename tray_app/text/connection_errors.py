"""Why a server can't be reached or will not have us."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tray_app.core import errors as e
from tray_app.core.errors import TlsReason
from tray_app.text.messages import Action, Case, Message
from tray_app.text.plain import one_line
from tray_app.text.times import elapsed
from tray_app.text.wording import fill, tr

_ADDRESS_LIMIT = 200


def _cant_reach(body: str, action: Action) -> Message:
    return Message(tr("Can’t reach Ollama"), body, action=action)


def _refused(case: Case) -> Message:
    if not case.place.is_local:
        text = tr("“{server}” is reachable, but nothing answers on port {port}.")
        return _cant_reach(case.fill(text), Action.RETRY)
    if case.is_installed is None:
        text = tr("Nothing answers at {address}. Ollama may not be running.")
        return _cant_reach(case.fill(text), Action.RETRY)
    if case.is_installed:
        text = tr("Nothing answers at {address}. Ollama is installed but isn’t running.")
        return _cant_reach(case.fill(text), Action.START)
    text = tr("Nothing answers at {address}. Ollama doesn’t seem to be installed.")
    return _cant_reach(case.fill(text), Action.GET_OLLAMA)


def _no_answer(case: Case) -> Message:
    text = tr("“{server}” doesn’t answer. It may be off, or a firewall may block it.")
    return _cant_reach(case.fill(text), Action.RETRY)


def _name_lookup(case: Case) -> Message:
    text = tr("There’s no computer called “{host}” on your network.")
    return _cant_reach(case.fill(text), Action.CHANGE_SERVER)


def _lost(case: Case) -> Message:
    text = tr("The connection to “{server}” was lost.")
    return _cant_reach(case.fill(text), Action.RETRY)


_UNREACHABLE: dict[e.UnreachableKind, Callable[[Case], Message]] = {
    e.UnreachableKind.REFUSED: _refused,
    e.UnreachableKind.NO_ROUTE: _no_answer,
    e.UnreachableKind.NAME_LOOKUP: _name_lookup,
    e.UnreachableKind.LOST: _lost,
}


def unreachable(case: Case) -> Message:
    """Nothing answers, for one of four reasons."""
    return _UNREACHABLE[case.error.kind](case)


def starting(_: Case) -> Message:
    """The server accepts and does not answer yet."""
    body = tr("Looking for graphics cards can take up to a minute.")
    return Message(tr("Ollama is starting"), body)


def timed_out(case: Case) -> Message:
    """Too slow; a computer down the hall may just be off."""
    if not case.place.is_local:
        return _no_answer(case)
    text = tr("Ollama at {address} didn’t answer in time. It may be busy.")
    return _cant_reach(case.fill(text), Action.RETRY)


def tls_failed(case: Case) -> Message:
    """The certificate, with the reason where it is known."""
    return _cant_reach(case.fill(_TLS[case.error.reason]()), Action.EDIT_SERVER)


_TLS: dict[TlsReason, Callable[[], str]] = {
    TlsReason.EXPIRED: lambda: tr(
        "The certificate of “{server}” can’t be trusted: it has expired."
    ),
    TlsReason.NOT_YET_VALID: lambda: tr(
        "The certificate of “{server}” can’t be trusted: it isn’t valid yet."
    ),
    TlsReason.SELF_SIGNED: lambda: tr(
        "The certificate of “{server}” can’t be trusted: it is self-signed."
    ),
    TlsReason.WRONG_NAME: lambda: tr(
        "The certificate of “{server}” can’t be trusted: it is for another name."
    ),
    TlsReason.UNKNOWN_SIGNER: lambda: tr(
        "The certificate of “{server}” can’t be trusted: its issuer is unknown."
    ),
    TlsReason.UNTRUSTED: lambda: tr("The certificate of “{server}” can’t be trusted."),
    TlsReason.PLAIN_HTTP: lambda: tr(
        "“{server}” doesn’t speak HTTPS on this port. Try http:// in the address."
    ),
    TlsReason.CA_FILE: lambda: tr("The CA file for “{server}” can’t be used."),
    TlsReason.OTHER: lambda: tr("No secure connection to “{server}” could be made."),
}


def proxy_failed(case: Case) -> Message:
    """Something in between: a proxy on our side, or one in front of Ollama."""
    status = case.error.status
    proxy = one_line(case.error.proxy, _ADDRESS_LIMIT)
    if status == 0:
        text = tr("The proxy on the way to “{server}” refuses or doesn’t answer.")
        if proxy:
            text = tr("The proxy {proxy} on the way to “{server}” refuses or doesn’t answer.")
        return _cant_reach(case.fill(text, proxy=proxy), Action.RETRY)
    if status == 407:
        text = tr("The proxy on the way to “{server}” wants a sign-in.")
        return _cant_reach(case.fill(text), Action.EDIT_SERVER)
    if proxy and status >= 500:
        text = tr("The proxy {proxy} on the way to “{server}” answers with HTTP status {status}.")
    elif status == 429:
        text = tr(
            "“{server}” is getting too many requests and isn’t letting any through (HTTP {status})."
        )
    elif status in _TOO_SLOW:
        text = tr("“{server}” is reachable, but Ollama behind it took too long (HTTP {status}).")
    elif status in _AWAY or 520 <= status <= 530:
        text = tr("“{server}” is reachable, but Ollama behind it doesn’t answer (HTTP {status}).")
    elif status < 300:
        text = tr("“{server}” answered with a web page instead of what was asked for.")
    elif case.error.is_refusal:
        text = tr("Something in front of Ollama on “{server}” refused this (HTTP {status}).")
    else:
        text = tr("Something in front of Ollama on “{server}” has a problem (HTTP {status}).")
    sentence = case.fill(text, status=status, proxy=proxy)
    message = _cant_reach(_with_words(sentence, case), Action.RETRY)
    if case.error.wait_s:
        hint = fill(tr("Try again in {time}."), time=elapsed(case.error.wait_s))
        return replace(message, hint=hint)
    if status < 300:
        hint = tr("Ollama may be under a path there, for example {address}/ollama.")
        return replace(message, hint=case.fill(hint))
    return replace(message, title=tr("Refused")) if case.error.is_refusal else message


_AWAY = frozenset({502, 503})
_TOO_SLOW = frozenset({408, 504, 522, 524})


def bad_proxy(case: Case) -> Message:
    """A proxy setting of this computer that cannot be used."""
    proxy = one_line(case.error.proxy, _ADDRESS_LIMIT)
    if case.error.is_socks:
        text = tr("“{server}” is behind a SOCKS proxy ({proxy}). SOCKS is not supported.")
        hint = tr("Set an HTTP proxy in HTTP_PROXY and HTTPS_PROXY, or add {host} to NO_PROXY.")
    else:
        text = tr("“{proxy}” is set as the proxy for “{server}”, but it isn’t a valid address.")
        hint = tr("Correct HTTP_PROXY, HTTPS_PROXY or ALL_PROXY, or add {host} to NO_PROXY.")
    message = _cant_reach(case.fill(text, proxy=proxy), Action.RETRY)
    return replace(message, hint=case.fill(hint))


def _with_words(sentence: str, case: Case) -> str:
    """`sentence`, and what the other side said itself."""
    said = one_line(case.error.said)
    if not said:
        return sentence
    return fill(tr("{sentence} It says: “{text}”"), sentence=sentence, text=said)


def unauthorized(case: Case) -> Message:
    """HTTP 401."""
    error = case.error
    if error.was_given:
        text = tr("“{server}” refuses the password or token.")
        return _cant_reach(case.fill(text), Action.EDIT_SERVER)
    if error.takes_password:
        text = tr("“{server}” wants a sign-in with a name and a password.")
        hint = tr("Set OLLAMA_HOST={example} before you start Ollama Tray.")
    else:
        text = tr("“{server}” wants a sign-in with a token.")
        hint = tr(
            "In a terminal, set OLLAMA_TRAY_TOKEN. If a password is enough, set "
            "OLLAMA_HOST={example} before you start Ollama Tray."
        )
    message = _cant_reach(case.fill(text), Action.RETRY)
    return replace(message, hint=fill(hint, example=case.place.with_sign_in))


def forbidden(case: Case) -> Message:
    """HTTP 403: of Ollama itself nearly always the Host header; with words about the cloud,
    that. Of something in front of it, whatever it is there for."""
    if case.error.is_by_front:
        text = tr("“{server}” doesn’t let Ollama Tray in (HTTP 403).")
        message = _cant_reach(_with_words(case.fill(text), case), Action.EDIT_SERVER)
        return replace(message, title=tr("Refused"))
    if "cloud" in case.error.context.casefold():
        text = tr("“{server}” has Ollama’s cloud switched off.")
        return Message(tr("Not available here"), case.fill(text))
    text = tr(
        "“{server}” only accepts its own address. On the server, set OLLAMA_HOST=0.0.0.0 "
        "or use its IP address."
    )
    message = _cant_reach(case.fill(text), Action.EDIT_SERVER)
    if case.error.has_front:
        hint = tr("Or the proxy in front of it lets nobody in (HTTP 403).")
        return replace(message, hint=hint)
    return message


def moved(case: Case) -> Message:
    """A redirect that is not followed, or a TLS port that was asked without TLS."""
    error = case.error
    address = one_line(error.address, _ADDRESS_LIMIT)
    if error.wants_https:
        text = tr("“{server}” wants https.")
        hint = tr("Use https:// in its address.")
        if address:
            hint = fill(tr("Use the address {address}"), address=address)
    elif address:
        text = tr("“{server}” redirects Ollama Tray to another address.")
        hint = fill(tr("If you recognize that address, use it: {address}"), address=address)
    else:
        text = tr("“{server}” redirects Ollama Tray to a web page, perhaps for signing in.")
        hint = tr("Use the address where Ollama itself answers.")
    action = Action.USE_HTTPS if error.wants_https and address else Action.EDIT_SERVER
    return replace(_cant_reach(case.fill(text), action), hint=hint)


def not_ollama(case: Case) -> Message:
    """Another program, a router's page, a proxy's page."""
    text = tr("Something answers at {address}, but it isn’t Ollama.")
    message = _cant_reach(case.fill(text), Action.CHANGE_SERVER)
    proxy = one_line(case.error.proxy, _ADDRESS_LIMIT)
    if proxy:
        hint = tr("The answer came through the proxy {proxy}, which may have given it itself.")
        return replace(message, hint=fill(hint, proxy=proxy))
    if case.place.path:
        return replace(message, hint=case.fill(tr("Try its address without {path}.")))
    if case.error.context.startswith("text/html") and not case.place.is_local:
        return replace(message, hint=tr("On a guest network, sign in to the network first."))
    return message


def too_old(case: Case) -> Message:
    """Too old for us or for what was asked."""
    needs = case.error.needs
    if needs and case.version:
        text = tr("“{server}” runs Ollama {version}. Ollama Tray needs {needs} or newer.")
    elif needs:
        text = tr("“{server}” runs an older Ollama. Ollama Tray needs {needs} or newer.")
    else:
        text = tr("“{server}” runs an Ollama that is too old for this.")
    body = case.fill(text, version=case.version, needs=needs)
    return Message(tr("Ollama is too old"), body, action=Action.RETRY)
