"""What registries answer instead of a model → errors of the taxonomy. The one table of it.

Two ways lead here: what an Ollama server passes on in the stream of a pull (`pull_error`), and what
a registry answers when we ask it ourselves (`registry_answer`). What is done about each kind is
`core.errors.TREATMENTS`, what is said about it `text.pull_errors`.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tray_app.core.error_words import error_words, is_page, is_xml_error, without_lead
from tray_app.core.errors import (
    AccessRefused,
    BadName,
    DiskFull,
    ModelNotFound,
    NameProblem,
    OllamaError,
    PullFailed,
    PullFailure,
    TooOld,
)
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.waits import named_wait_s

Outcome = type[OllamaError] | PullFailure
_MAX_SEARCHED = 4096

# First match wins. What stands before a status names things of the server itself.
_OF_SERVER: tuple[tuple[re.Pattern[str], Outcome], ...] = (
    (lazy_pattern(r"file does not exist"), ModelNotFound),
    (lazy_pattern(r"no space left on device|not enough space on the disk|disk quota exceeded"),
     DiskFull),
    (lazy_pattern(r"requires a newer version", re.IGNORECASE), TooOld),
)  # fmt: skip
_STATUSES: dict[int, Outcome] = {
    401: AccessRefused,
    403: AccessRefused,
    408: PullFailure.REGISTRY_FAILED,
    412: TooOld,
    425: PullFailure.REGISTRY_FAILED,
    429: PullFailure.REGISTRY_LIMITS,
    511: PullFailure.WEB_PAGE,  # "network authentication required": a hotel asks for a login
}
_WORDS: tuple[tuple[re.Pattern[str], Outcome], ...] = (
    (lazy_pattern(r"too ?many ?requests|rate.?limit|request rate", re.IGNORECASE),
     PullFailure.REGISTRY_LIMITS),
    # ollama.com's own sign-in is at another host of it: an outage makes Ollama notice that.
    (lazy_pattern(r'match original host "(?:registry\.ollama\.ai|(?:www\.)?ollama\.com)"'),
     PullFailure.REGISTRY_FAILED),
    (lazy_pattern(r"\bunauthorized\b|access denied|match original host"), AccessRefused),
    (lazy_pattern(r"invalid model name|^name .* is invalid$"), BadName),
    (lazy_pattern(r"context canceled"), PullFailure.CANCELED_BY_SERVER),
    (lazy_pattern(r"digest mismatch"), PullFailure.DIGEST_MISMATCH),
    (lazy_pattern(r"requires MLX|MLX runtime"), PullFailure.UNSUPPORTED),
    (lazy_pattern(r"permission denied|read-only file system|access is denied"
                r"|operation not permitted|input/output error", re.IGNORECASE),
     PullFailure.CANNOT_WRITE),
    (lazy_pattern(r"HTTP response to HTTPS client"
                r"|first record does not look like a TLS handshake"), PullFailure.WITHOUT_TLS),
    (lazy_pattern(r"no Location header|insecure protocol"), PullFailure.REFUSED),
    (lazy_pattern(r"invalid character '<'"), PullFailure.WEB_PAGE),
    (lazy_pattern(r"invalid character|unexpected end of JSON input|cannot unmarshal"
                r"|malformed HTTP"), PullFailure.REGISTRY_FAILED),
    (lazy_pattern(r"x509: |failed to verify certificate|certificate (?:is not|has expired)"),
     PullFailure.CERTIFICATE),
    (lazy_pattern(
        r"dial tcp|no such host|max retries exceeded|i/o timeout|connection re(?:fused|set)"
        r"|network is unreachable|\bTLS handshake|\bEOF\b|proxyconnect|deadline exceeded"
        r"|broken pipe|forcibly closed|stream error|tls: |download (?:stalled|too slow)"
        r"|Proxy Authentication Required|Bad Gateway|Service Unavailable|Gateway Time"),
     PullFailure.REGISTRY_UNREACHABLE),
)  # fmt: skip
_STATUS = lazy_pattern(r"(?:^|: |status code )([345]\d\d)\b")
_QUOTED_URL = lazy_pattern(r'"[A-Za-z]+://[^"]*"')
_HTTP_TO_HTTPS = lazy_pattern(r"plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS",
                            re.IGNORECASE)  # fmt: skip


def pull_error(name: str, said: Any, now: datetime | None = None) -> OllamaError:
    """The taxonomy's error for the `error` of a pull stream: a text, or whatever stood there. With
    `now` (aware) a moment that it names is a time to wait."""
    words = error_words(said)
    if isinstance(said, str):
        text, status = said, 0
    else:
        text, status = words, _status_in(said)
    if "either :local or :cloud" in text:
        return BadName(name, text, NameProblem.BOTH_SUFFIXES)
    # A name or address may hold any of these words.
    searched = _QUOTED_URL.sub('""', text[:_MAX_SEARCHED])
    outcome = _first(_OF_SERVER, searched)
    if outcome is None:
        found = _STATUS.search(searched)
        status = status or (int(found[1]) if found else 0)
        body = searched[found.end() :].lstrip(": ") if found else searched
        outcome = _of_status(status, body) if status else _first(_WORDS, searched)
    return _made(name, text, outcome, words, status, named_wait_s(text, now))


def registry_answer(
    name: str, status: int, body: str, retry_after_s: int = 0, now: datetime | None = None
) -> OllamaError:
    """The error for a registry's own answer that is none: `status` other than 2xx, or a page.
    `retry_after_s` is what its header says."""
    words = error_words(body)
    is_missing = status == 404 and not is_page(body)
    outcome = ModelNotFound if is_missing else _of_status(status, body[:_MAX_SEARCHED])
    return _made(name, body, outcome, words, status, retry_after_s or named_wait_s(body, now))


def _of_status(status: int, body: str) -> Outcome:
    """What an HTTP status of a registry means; `body` is what came with it."""
    if _HTTP_TO_HTTPS.search(body):
        return PullFailure.WANTS_TLS
    if status < 500 and status not in (401, 429):
        if is_page(without_lead(body)):
            return PullFailure.WEB_PAGE
        if is_xml_error(without_lead(body)):
            return PullFailure.REGISTRY_FAILED  # a link that has expired; the next one is new
    if status in _STATUSES:
        return _STATUSES[status]
    return PullFailure.REGISTRY_FAILED if status >= 500 else PullFailure.REFUSED


def _first(table: tuple[tuple[re.Pattern[str], Outcome], ...], searched: str) -> Outcome | None:
    return next((outcome for pattern, outcome in table if pattern.search(searched)), None)


def _status_in(said: Any, depth: int = 3) -> int:
    """The HTTP status that an error object names, 0 = none."""
    if not isinstance(said, dict) or not depth:
        return 0
    for key in ("status", "status_code", "statusCode", "code"):
        value = said.get(key)
        if isinstance(value, str) and re.fullmatch(r"[0-9]{3}", value):
            value = int(value)
        if isinstance(value, int) and 400 <= value <= 599:
            return value
    return _status_in(said.get("error"), depth - 1)


def _made(
    name: str, text: str, outcome: Outcome | None, words: str, status: int, wait_s: int
) -> OllamaError:
    if outcome is None or isinstance(outcome, PullFailure):
        kind = outcome or PullFailure.OTHER
        return PullFailed(name, text, kind, words=words, status=status, named_wait_s=wait_s)
    return outcome(name, text)
