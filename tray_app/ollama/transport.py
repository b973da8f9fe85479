"""Transport: requests to one server that can be cancelled, time out and stay within limits.

Everything that comes out of here is an answer or an error of `core.errors`. What requests and
urllib3 raise is known to `session` alone.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin, urlsplit

from tray_app.core.errors import (
    BadAnswer,
    Cancelled,
    Encoded,
    NotOllama,
    OllamaError,
    ProxyFailed,
    TimedOut,
    TooLarge,
    Unreachable,
    UnreachableKind,
)
from tray_app.core.redaction import HIDDEN, redacted
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.connect import calling
from tray_app.ollama.responses import MAX_ERROR_BYTES, Answer, error_of, json_of

if TYPE_CHECKING:
    import requests

    from tray_app.core.endpoint import Endpoint
    from tray_app.ollama.http_session import HttpSession

MAX_BODY_BYTES = 64 * 1024 * 1024
MAX_LINE_BYTES = 4 * 1024 * 1024
MAX_REDIRECTS = 3
SEND_S = 120.0
"""A server that takes no piece of an upload for so long is not there any more."""
_CHUNK_BYTES = 64 * 1024
_DEADLINE_FACTOR = 3.0
_LEAST_SECRET = 6
"""Characters of a text that is looked for; a shorter one may be a part of anything."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Upload(Protocol):
    """What is sent piece by piece; each time from its beginning."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[bytes | memoryview]: ...


class Transport:
    """One server, any number of requests, one after the other.

    Thread: use from one thread at a time (each thread gets a session of its own); `scope.cancel`
    from any. The headers and the password of the endpoint go with every request to the server's
    origin (scheme, host and port) and to no other, wherever it redirects. For a server on this
    computer proxy variables do not count. `leaves_origin`: a redirect to another port of the host,
    or to https, is followed too, without them.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        scope: CancelScope | None = None,
        connect_timeout_s: float | None = None,
        leaves_origin: bool = True,
        deadline_factor: float = _DEADLINE_FACTOR,
    ) -> None:
        self.endpoint = endpoint
        self.scope = scope or CancelScope()
        self._headers = {**_basic_auth(endpoint), **dict(endpoint.access.headers)}
        self._secrets = _secrets(self._headers)
        self._leaves_origin = leaves_origin
        self._deadline_factor = deadline_factor
        default_s = 3.0 if endpoint.is_loopback else 5.0
        self._connect_timeout_s = default_s if connect_timeout_s is None else connect_timeout_s
        self._local = threading.local()
        self.last_request = ""
        """Method and URL of the last request, for reports about what came of it."""
        self.last_date = ""
        """The Date header of the last answer: the server's clock, to the second."""

    @property
    def address(self) -> str:
        """The server as errors name it."""
        return self.endpoint.display

    def json(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        name: str = "",
        read_timeout_s: float | None = 30.0,
        silence: type[OllamaError] = TimedOut,
        max_bytes: int = MAX_BODY_BYTES,
    ) -> Any:
        """The decoded body of a 2xx answer, None if it is empty.

        `name` is the model asked about (a 404 then means that it is not there); `silence` is the
        error for a server that connects but says nothing in time.
        """
        answer = self.request(
            method,
            path,
            body,
            read_timeout_s=read_timeout_s,
            silence=silence,
            max_bytes=max_bytes,
        )
        try:
            return json_of(answer, self.address, name)
        except OllamaError as error:
            error.request = self.last_request
            raise

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        upload: Upload | None = None,
        read_timeout_s: float | None = 30.0,
        silence: type[OllamaError] = TimedOut,
        max_bytes: int = MAX_BODY_BYTES,
    ) -> Answer:
        """A whole answer with any status. It may take `deadline_factor` times `read_timeout_s`.
        `upload` is sent in place of a body.

        Raises TooLarge for one of more than `max_bytes`; of an error only the beginning is read.
        """
        deadline_s = None
        if read_timeout_s is not None:
            deadline_s = (
                time.monotonic() + self._connect_timeout_s + self._deadline_factor * read_timeout_s
            )
        send_s = None if upload is None else SEND_S
        calls = calling(self.scope, deadline_s, send_s)
        with ExitStack() as opened, self._errors(silence), calls:
            response, url = self._send(
                opened, method, path, body, headers, read_timeout_s, silence, upload
            )
            head = self._head(response, url, path)
            return replace(head, body=self._body(response, head, path, max_bytes))

    def lines(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, name: str = ""
    ) -> Generator[bytes, None, None]:
        """The lines of an NDJSON answer as they come, blank ones left out.

        There is no read timeout: silence is normal while a server verifies 40 GB. Closing the
        generator closes the connection, which ends the server's work too. Raises Unreachable
        (lost) when the stream breaks; a stream that just ends, ends.
        """
        with ExitStack() as opened:
            with self._errors(TimedOut), calling(self.scope, None):
                response, url = self._send(opened, method, path, body, None, None, TimedOut)
                self._check_stream(response, url, path, name)
            buffer = bytearray()
            while True:
                with self._errors(TimedOut), calling(self.scope, None):
                    chunk = _read_some(response)
                if not chunk:
                    break
                buffer += chunk
                if b"\n" in chunk:
                    *whole, rest = bytes(buffer).split(b"\n")
                    buffer = bytearray(rest)
                    for line in whole:
                        if line.strip():
                            yield self._hide_secrets(line)
                if len(buffer) > MAX_LINE_BYTES:
                    raise TooLarge(
                        name or self.address, repr(bytes(buffer[:80])), "line", MAX_LINE_BYTES
                    )
            if buffer.strip():
                yield self._hide_secrets(bytes(buffer))

    def close(self) -> None:
        """Close this thread's idle connections."""
        session = getattr(self._local, "session", None)
        if session is not None:
            session.close()
            del self._local.session

    def _check_stream(self, response: requests.Response, url: str, path: str, name: str) -> None:
        head = self._head(response, url, path)
        if not head.is_ok:
            body = self._body(response, head, "", 0)
            raise error_of(replace(head, body=body), self.address, name)
        if head.is_html:
            raise NotOllama(self.address, head.content_type, head.status)
        self._check_encoding(head)

    def _head(self, response: requests.Response, url: str, path: str) -> Answer:
        headers = _lower(response)
        if "location" in headers:
            headers["location"] = self._without_secrets(headers["location"])
        self.last_date = headers.get("date", "")
        return Answer(
            response.status_code,
            headers,
            url=url,
            path=path,
            was_signed=self._is_signed(response.request.headers),
            proxy=self._session().proxy,
        )

    def _is_signed(self, sent: Mapping[str, str]) -> bool:
        names = set(map(str.casefold, sent))
        return any(name.casefold() in names for name in self._headers)

    def _body(self, response: requests.Response, head: Answer, path: str, max_bytes: int) -> bytes:
        if not head.is_ok:
            # The status says enough, where the rest cannot be read.
            return b"" if head.encoding else self._hide_secrets(self._read_error(response))
        self._check_encoding(head)
        body = _read(response, max_bytes)
        if len(body) > max_bytes:
            if replace(head, body=body[:MAX_ERROR_BYTES]).is_html:
                raise NotOllama(self.address, head.content_type, head.status)
            raise TooLarge(self.address, "", path, max_bytes)
        # Only what is short is ever quoted.
        return body if len(body) > MAX_ERROR_BYTES else self._hide_secrets(body)

    def _hide_secrets(self, text: bytes) -> bytes:
        """`text` without what signs in: some pages about errors repeat what they were sent."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, HIDDEN.encode())
        return text

    def _without_secrets(self, text: str) -> str:
        return self._hide_secrets(text.encode("utf-8", "replace")).decode("utf-8", "replace")

    def _read_error(self, response: requests.Response) -> bytes:
        """The beginning of an error's body, or what came of it: who refuses a request before all
        of it has arrived breaks the connection off, right behind the answer."""
        body = bytearray()
        try:
            while len(body) <= MAX_ERROR_BYTES and (chunk := _read_some(response)):
                body += chunk
        except _session_module().Problem:
            self.scope.raise_if_cancelled(self.address)
        return bytes(body)

    def _check_encoding(self, head: Answer) -> None:
        """A few kB that unpack to gigabytes are refused before they are."""
        if head.encoding:
            raise Encoded(self.address, head.encoding, "Content-Encoding")

    def _send(
        self,
        opened: ExitStack,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
        read_timeout_s: float | None,
        silence: type[OllamaError],
        upload: Upload | None = None,
    ) -> tuple[requests.Response, str]:
        """Send, following redirects on the same host, and once more if a kept connection turns
        out to be dead (harmless only where asking changes nothing). The answer's head, and the
        URL that gave it; `opened` closes it, also if a cancel comes while it arrives."""
        url = self.endpoint.url(path)
        attempts_left = 1 if method in ("GET", "HEAD") else 0
        redirects_left = MAX_REDIRECTS
        while True:
            self.last_request = redacted(f"{method} {url}")
            is_own = _origin(url) == _origin(self.endpoint.url(""))
            try:
                with self._errors(silence):
                    response = self._session().send(
                        method,
                        url,
                        json=body,
                        data=upload,
                        headers={**(self._headers if is_own else {}), **(headers or {})},
                        timeout=(self._connect_timeout_s, read_timeout_s),
                    )
                    # Unless it is read to its end: then its connection can be used again.
                    opened.callback(response.close)
            except Unreachable as error:
                if error.kind is not UnreachableKind.LOST or not attempts_left:
                    raise
                attempts_left -= 1
                continue
            target = self._redirect(response, url, method)
            if target is None or not redirects_left:
                return response, url
            response.close()
            redirects_left -= 1
            url = target

    def _redirect(self, response: requests.Response, url: str, method: str) -> str | None:
        """Where a redirect leads if it may be followed: to the same host. The method stays, as
        every call here has one of its own: 301 and 302 mean that a path is at another place."""
        location = response.headers.get("location", "")
        if response.status_code not in _REDIRECTS or not location:
            return None
        if method not in ("GET", "HEAD") and response.status_code == 303:
            return None
        try:
            target = urljoin(url, location)
            old, new = urlsplit(url), urlsplit(target)
            is_same_host = old.hostname == new.hostname and new.port != 0
            is_elsewhere = _origin(url) != _origin(target)
        except ValueError:
            return None
        if is_elsewhere and not self._leaves_origin:
            return None
        is_downgrade = old.scheme == "https" and new.scheme != "https"
        if not is_same_host or is_downgrade or new.scheme not in ("http", "https"):
            return None
        if new.scheme == "https" and old.scheme == "http":
            self._local.is_tls = True
            self.close()
        return target

    def _session(self) -> HttpSession:
        session: HttpSession | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = _session_module().HttpSession(
                trusts_environment=not self.endpoint.is_loopback,
                is_tls=self.endpoint.scheme == "https" or getattr(self._local, "is_tls", False),
                ca_file=self.endpoint.access.ca_file,
                proxy=self.endpoint.access.proxy,
            )
        return session

    @contextmanager
    def _errors(self, silence: type[OllamaError]) -> Iterator[None]:
        """Turn whatever the block raises into an error of the taxonomy. After our own cancel
        every way of breaking is Cancelled."""
        self.scope.raise_if_cancelled(self.address)
        module = _session_module()
        try:
            yield
        except module.Problem as error:
            if self.scope.is_cancelled:
                raise Cancelled(self.address) from error
            found = module.translate(error, self.address, silence)
            if isinstance(found, ProxyFailed):
                found.proxy = self._session().proxy
                found.context = found.context or found.proxy
            found.request = self.last_request
            raise found from error
        except ValueError as error:  # a handle that cancel took away, or a head full of nonsense
            if self.scope.is_cancelled:
                raise Cancelled(self.address) from error
            raise BadAnswer(self.address, str(error), "head") from error
        except OllamaError as error:
            if self.scope.is_cancelled and not isinstance(error, Cancelled):
                raise Cancelled(self.address) from error
            raise
        self.scope.raise_if_cancelled(self.address)


def system_proxy(endpoint: Endpoint) -> str:
    """What the system's settings have requests to a server go through, as it may be shown; "" for
    nothing. They do not count for one on this computer."""
    return "" if endpoint.is_loopback else _session_module().proxy_for(endpoint.url(""))


def _session_module() -> ModuleType:
    from tray_app.ollama import http_session

    return http_session


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Who is asked: scheme, host and port. Raises ValueError for what is no URL."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def _read_some(response: requests.Response) -> bytes:
    """What has arrived, at least one byte; b"" at the end."""
    return response.raw.read1(_CHUNK_BYTES, decode_content=False) or b""


def _read(response: requests.Response, max_bytes: int) -> bytes:
    """The body, or of a longer one somewhat more than `max_bytes`."""
    body = bytearray()
    while len(body) <= max_bytes and (chunk := _read_some(response)):
        body += chunk
    return bytes(body)


def _lower(response: requests.Response) -> dict[str, str]:
    return {key.casefold(): value for key, value in response.headers.items()}


def _basic_auth(endpoint: Endpoint) -> dict[str, str]:
    if not endpoint.username and not endpoint.password:
        return {}
    pair = f"{endpoint.username}:{endpoint.password}".encode()
    return {"Authorization": "Basic " + base64.b64encode(pair).decode("ascii")}


def _secrets(headers: Mapping[str, str]) -> tuple[bytes, ...]:
    """What of the headers must not come back in an answer, the longest first."""
    found = set()
    for value in headers.values():
        scheme, _, rest = value.partition(" ")
        found |= {value, rest}
        if scheme.casefold() == "basic":
            with suppress(ValueError):
                pair = base64.b64decode(rest).decode()
                found |= {pair, pair.partition(":")[2]}
    kept = (secret.encode() for secret in found if len(secret) >= _LEAST_SECRET)
    return tuple(sorted(kept, key=len, reverse=True))
