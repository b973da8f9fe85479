"""HTTP answers → values or errors of the taxonomy: statuses, content types, error bodies.

No network here. Facts about Ollama's error bodies are in its server/routes.go: JSON
`{"error": text}` from handlers, plain text for unknown paths and methods, nothing at all for 403.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tray_app.core.decode import parse_json
from tray_app.core.errors import (
    MAX_TEXT,
    BadName,
    Forbidden,
    ModelNotFound,
    NotOllama,
    OllamaError,
    ProxyFailed,
    ServerFailed,
    TooOld,
    Unauthorized,
)
from tray_app.core.names import ModelName

MAX_ERROR_BYTES = 64 * 1024
"""More than the report of an error has."""
_GATEWAY = frozenset({502, 503, 504})
_MISSING_MODEL = re.compile(r"model .*not found|no such (file|model)|file does not exist")
_BAD_NAME = re.compile(r"invalid model name|\bis invalid\b|use either :local or :cloud")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

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
        raise NotOllama(address, f"{answer.content_type}: {_excerpt(answer.body)}")
    if len(answer.body) <= MAX_ERROR_BYTES and b'"error"' in answer.body:
        _raise_reported(answer, address, name)
    return answer.body


def _raise_reported(answer: Answer, address: str, name: str) -> None:
    """A proxy, or a server that had begun its answer, may report an error with a 200."""
    if not _error_field(answer.body):
        return
    error = error_of(Answer(500, answer.headers, answer.body), address, name)
    if isinstance(error, ServerFailed):
        error.status = answer.status
    raise error


def error_of(answer: Answer, address: str, name: str = "") -> OllamaError:
    """What an answer other than 2xx means. `name` is the model asked about, "" if none was."""
    status = answer.status
    said = _error_field(answer.body)
    text = said if said is not None else _excerpt(answer.body)
    if status == 401:
        return Unauthorized(name or address, text)
    if status == 403:
        return Forbidden(name or address, text)
    if status == 407:
        return ProxyFailed(address, text or "407")
    if 300 <= status < 400:
        return NotOllama(address, f"{status} {answer.headers.get('location', '')}".strip())
    if said is None:
        return _foreign(answer, address, text)
    if name and (status == 404 or (status == 500 and _MISSING_MODEL.search(text))):
        # Servers v0.1.40 to v0.3.12 answer 500 to the deletion of a missing model.
        return ModelNotFound(name, text)
    if name and status == 400 and _BAD_NAME.search(text):
        return _bad_name(name, text)
    return ServerFailed(name or address, text, status)


def _foreign(answer: Answer, address: str, text: str) -> OllamaError:
    """An error that Ollama's handlers did not write."""
    if answer.status in _GATEWAY:
        return ProxyFailed(address, f"{answer.status} {text}".strip())
    if answer.status in (404, 405) and re.match(r"40[45] (page not found|method not)", text):
        # How Go's router says that there is no such call.
        return TooOld(address, text)
    if answer.status >= 500 and not answer.is_html:
        return ServerFailed(address, text, answer.status)
    return NotOllama(address, f"{answer.status} {text}".strip())


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
    if isinstance(error, dict):  # the OpenAI-compatible routes, and some gateways
        error = error.get("message", error)
    return (error if isinstance(error, str) else json.dumps(error))[:MAX_TEXT]


def _excerpt(body: bytes) -> str:
    return " ".join(body[:MAX_TEXT].decode("utf-8", "replace").split())[:300]
