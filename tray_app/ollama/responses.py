"""HTTP answers → values or errors of the taxonomy: statuses, content types, error bodies.

No network here. Facts about Ollama's error bodies are in its server/routes.go: JSON
`{"error": text}` from handlers, plain text for unknown paths and methods, nothing at all for 403.
What else comes is written by something in front of it. Whether there is an Ollama at all, one
answer cannot tell: the client asks for its version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from tray_app.core.decode import parse_json
from tray_app.core.endpoint import Endpoint, is_loopback
from tray_app.core.error_words import error_words
from tray_app.core.errors import (
    MAX_TEXT,
    AccessRefused,
    BadAddress,
    BadName,
    Forbidden,
    ModelNotFound,
    Moved,
    NotOllama,
    OllamaError,
    ProxyFailed,
    ServerFailed,
    TooOld,
    Unauthorized,
)
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.names import ModelName

MAX_ERROR_BYTES = 64 * 1024
"""More than the report of an error has."""
_PASSING = frozenset({408, 425, 429})
_BUSY = frozenset({429, 503})
_MISSING_MODEL = lazy_pattern(r"model .*not found|no such (file|model)|file does not exist")
_WANTS_HTTPS = lazy_pattern(
    r"HTTP request (?:was sent )?to (?:an )?HTTPS|plain HTTP to an? (?:SSL|TLS|HTTPS)"
    r"|requires? (?:TLS|SSL|HTTPS)|use (?:the )?https",
    re.IGNORECASE,
)
_BASIC = lazy_pattern(r"(?i)(?:^|,)\s*basic\b")
_TAGS = lazy_pattern(r"(?is)<(script|style)\b.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)|<[^>]*(?:>|$)")
MAX_PAGE = 4 * MAX_TEXT
_BAD_NAME = lazy_pattern(r"invalid model name|\bis invalid\b|use either :local or :cloud")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. Header names are lower case; `url` is who gave it, asked for `path`."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    url: str = ""
    path: str = ""
    was_signed: bool = False
    """Whether a name and password, or a token, went along."""
    proxy: str = ""
    """What it came through on our side, "" for nothing."""

    @property
    def content_type(self) -> str:
        """`application/json`, without parameters; "" if none was sent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().casefold()

    @property
    def encoding(self) -> str:
        """What the body is compressed with, "" for nothing."""
        found = self.headers.get("content-encoding", "").strip().casefold()
        return "" if found == "identity" else found

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_html(self) -> bool:
        return self.content_type in ("text/html", "application/xhtml+xml") or bool(
            re.match(rb"\s*<(!doctype|html)", self.body[:200], re.IGNORECASE)
        )


def json_of(answer: Answer, address: str, name: str = "") -> Any:
    """The value of a 2xx answer; None for an empty body. Raises what the answer means otherwise."""
    body = body_of(answer, address, name)
    return parse_json(body, name or address) if body.strip() else None


def body_of(answer: Answer, address: str, name: str = "") -> bytes:
    """The body of a 2xx answer, not decoded yet. Raises what the answer means otherwise."""
    if not answer.is_ok:
        raise error_of(answer, address, name)
    if answer.is_html:
        context = f"{answer.content_type}: {_words(answer)}"
        raise NotOllama(address, context, answer.status, proxy=answer.proxy)
    if len(answer.body) <= MAX_ERROR_BYTES and b'"error"' in answer.body:
        _raise_reported(answer, address, name)
    return answer.body


def _raise_reported(answer: Answer, address: str, name: str) -> None:
    """A proxy, or a server that had begun its answer, may report an error with a 200."""
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        return
    if not isinstance(value, dict) or not value.get("error"):
        return
    error = error_of(Answer(500, answer.headers, answer.body), address, name)
    if isinstance(error, ServerFailed):
        error.status = answer.status
    raise error


def error_of(answer: Answer, address: str, name: str = "") -> OllamaError:
    """What an answer other than 2xx means. `name` is the model asked about, "" if none was."""
    error = _meaning(answer, address, name)
    if answer.status in _BUSY:
        from tray_app.core.waits import header_wait_s, named_wait_s

        now = datetime.now(UTC)
        header = answer.headers.get("retry-after", "")
        error.named_wait_s = header_wait_s(header, now) or named_wait_s(error.context, now)
    return error


def _meaning(answer: Answer, address: str, name: str) -> OllamaError:
    status = answer.status
    said = _error_field(answer.body)
    text = said if said is not None else _words(answer)
    if status == 401 and b'"signin_url"' in answer.body:
        return AccessRefused(name or address, text)  # by ollama.com, which Ollama asked
    if status == 401:
        challenge = answer.headers.get("www-authenticate", "")
        return Unauthorized(
            name or address, text, answer.was_signed, bool(_BASIC.search(challenge))
        )
    if status == 403:
        is_by_front = said is None and bool(answer.body.strip())
        said_by_front = _sentence_in(answer.body) if is_by_front else ""
        has_front = "server" in answer.headers  # Ollama sends none
        return Forbidden(name or address, text, is_by_front, said_by_front, has_front)
    if status == 407:
        return ProxyFailed(address, text or "407", status, proxy=answer.proxy)
    if 300 <= status < 400:
        return _moved(answer, address)
    if said is None:
        return _foreign(answer, address, text, name)
    if name and (status == 404 or (status == 500 and _MISSING_MODEL.search(text))):
        # Servers v0.1.40 to v0.3.12 answer 500 to the deletion of a missing model.
        return ModelNotFound(name, text)
    if name and status == 400 and _BAD_NAME.search(text):
        return _bad_name(name, text)
    return ServerFailed(name or address, text, status)


def _foreign(answer: Answer, address: str, text: str, name: str) -> OllamaError:
    """An error that Ollama's handlers did not write."""
    status, said = answer.status, _sentence_in(answer.body)
    if status in (400, 497) and _WANTS_HTTPS.search(text):
        return Moved(address, f"{status} {text}", _over_tls(_base(answer.url, answer.path)), True)
    if status in (404, 405) and re.match(r"40[45] (page not found|method not)", text):
        # How Go's router says that there is no such call.
        return TooOld(address, text)
    if name and status in (400, 404) and _MISSING_MODEL.search(said.casefold()):
        return ModelNotFound(name, said)
    if status == 500 and not answer.is_html and not said:
        return ServerFailed(name or address, text, status)  # one of its handlers broke
    context = f"{status} {text}".strip()
    if status >= 500 or status in _PASSING:
        return ProxyFailed(address, context, status, said, answer.proxy)
    return NotOllama(address, context, status, said, answer.proxy)


def _moved(answer: Answer, address: str) -> Moved:
    """A redirect that was not followed."""
    location = answer.headers.get("location", "")
    context = f"{answer.status} {location}".strip()
    try:
        target = urljoin(answer.url, location) if location else ""
        old, new = urlsplit(answer.url), urlsplit(target)
        is_upgrade = (old.scheme, new.scheme) == ("http", "https")
        wants_https = is_upgrade and _is_same_host(old.hostname or "", new.hostname or "")
    except ValueError:
        return Moved(address, context)
    return Moved(address, context, _base(target, answer.path), wants_https)


def _is_same_host(one: str, other: str) -> bool:
    return one == other or (is_loopback(one) and is_loopback(other))


def _base(url: str, path: str) -> str:
    """The address of a server of which `url` is where its `path` is, as people see it; "" if it is
    something else."""
    place = url.partition("?")[0].partition("#")[0]
    if not path or not place.endswith(path):
        return ""
    try:
        return Endpoint.parse(place.removesuffix(path)).display
    except BadAddress:
        return ""


def _over_tls(address: str) -> str:
    return f"https://{address}" if address and "://" not in address else address


def _bad_name(name: str, text: str) -> OllamaError:
    try:
        ModelName.parse(name)
    except BadName as error:
        return error
    return ServerFailed(name, text, 400)


def _error_field(body: bytes) -> str | None:
    """The text of `{"error": …}`, None if the body is something else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or "error" not in value:
        return None
    error = value["error"] or ""
    # An object on the OpenAI-compatible routes and from some gateways.
    return error[:MAX_TEXT] if isinstance(error, str) else _said(error)


def _sentence_in(body: bytes) -> str:
    """What a JSON body says in words, whoever wrote it; "" if it is none, or says nothing."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return _said(value)


def _said(value: Any) -> str:
    words = error_words(value)
    # Of an object without any words, all of it is given, or its number.
    return "" if words[:1] == "{" or words.isdecimal() else words[:MAX_TEXT]


def _words(answer: Answer) -> str:
    """What can be read in a body, on one line: of JSON its sentence, of a page its text."""
    try:
        json.loads(answer.body)
    except (ValueError, RecursionError):
        text = answer.body[:MAX_PAGE].decode("utf-8", "replace")
        if answer.is_html:
            text = _TAGS.sub(" ", text)
        return " ".join(text.split())[:300]
    return _sentence_in(answer.body)[:300]
