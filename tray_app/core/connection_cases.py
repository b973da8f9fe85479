"""What came of trying a server, in one word each: there is one sentence and one button for it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from tray_app.core import errors as e
from tray_app.core.versions import is_too_old

_BEHIND = frozenset({502, 503, 504, *range(520, 531)})
_CERTIFICATE = frozenset(
    (e.TlsReason.UNKNOWN_SIGNER, e.TlsReason.SELF_SIGNED, e.TlsReason.EXPIRED,
     e.TlsReason.NOT_YET_VALID, e.TlsReason.WRONG_NAME, e.TlsReason.UNTRUSTED)
)  # fmt: skip


class ConnectionCase(StrEnum):
    """How a server answered, or did not."""

    OK = "ok"
    TOO_OLD = "too_old"
    REFUSED = "refused"  # what signs in
    WANTS_TOKEN = "wants_token"  # noqa: S105
    WANTS_PASSWORD = "wants_password"  # noqa: S105
    WANTS_HTTPS = "wants_https"
    ELSEWHERE = "elsewhere"  # it sends on to another computer
    HTTP_ONLY = "http_only"
    CERTIFICATE = "certificate"
    HOST_CHECK = "host_check"  # Ollama refuses the name that it was asked by
    NOT_OLLAMA = "not_ollama"
    PATH_MISSING = "path_missing"
    PROXY = "proxy"  # one on our side answers itself
    BEHIND = "behind"  # something in front of Ollama finds none
    SILENT = "silent"
    OTHER = "other"  # the error has words of its own


def connection_case(error: e.OllamaError | None, version: str = "") -> ConnectionCase:
    """What `error` means, or that it answered as Ollama `version`."""
    if error is None:
        return ConnectionCase.TOO_OLD if is_too_old(version) else ConnectionCase.OK
    for kind, judge in _CASES:
        if isinstance(error, kind):
            return judge(error)
    return ConnectionCase.OTHER


def _unauthorized(error: Any) -> ConnectionCase:
    if error.was_given:
        return ConnectionCase.REFUSED
    return ConnectionCase.WANTS_PASSWORD if error.takes_password else ConnectionCase.WANTS_TOKEN


def _forbidden(error: Any) -> ConnectionCase:
    is_own = not error.is_by_front and not error.has_front and not error.context
    return ConnectionCase.HOST_CHECK if is_own else ConnectionCase.OTHER


def _tls_failed(error: Any) -> ConnectionCase:
    if error.reason is e.TlsReason.PLAIN_HTTP:
        return ConnectionCase.HTTP_ONLY
    return ConnectionCase.CERTIFICATE if error.reason in _CERTIFICATE else ConnectionCase.OTHER


def _moved(error: Any) -> ConnectionCase:
    return ConnectionCase.WANTS_HTTPS if error.wants_https else ConnectionCase.ELSEWHERE


def _not_ollama(error: Any) -> ConnectionCase:
    if error.proxy:
        return ConnectionCase.PROXY
    is_nothing = error.context == str(e.BadAnswer("", "None"))
    is_missing = is_nothing or error.status == 404
    return ConnectionCase.PATH_MISSING if is_missing else ConnectionCase.NOT_OLLAMA


def _proxy_failed(error: Any) -> ConnectionCase:
    if error.proxy and error.status and error.status != 407:
        return ConnectionCase.PROXY
    return ConnectionCase.BEHIND if error.status in _BEHIND else ConnectionCase.OTHER


def _unreachable(error: Any) -> ConnectionCase:
    is_silent = error.kind is e.UnreachableKind.NO_ROUTE
    return ConnectionCase.SILENT if is_silent else ConnectionCase.OTHER


_CASES: tuple[tuple[type[e.OllamaError], Callable[[Any], ConnectionCase]], ...] = (
    (e.Unauthorized, _unauthorized),
    (e.Forbidden, _forbidden),
    (e.TlsFailed, _tls_failed),
    (e.Moved, _moved),
    (e.NotOllama, _not_ollama),
    (e.BadProxy, lambda _: ConnectionCase.OTHER),
    (e.ProxyFailed, _proxy_failed),
    (e.TooOld, lambda _: ConnectionCase.TOO_OLD),
    (e.Unreachable, _unreachable),
    (e.TimedOut, lambda _: ConnectionCase.SILENT),
)
