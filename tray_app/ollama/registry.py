"""Registry: the manifest of a name and its small blobs, without pulling anything.

A manifest tells the size of a pull beforehand and, by its digest, whether an installed model is
up to date. The API is that of Docker registries; facts are in Ollama's server/images.go. Digest
and time of the push come as headers of HEAD alone.
Public models need no login; private ones answer 401 or 404 and stay unknown here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import (
    MAX_TEXT,
    BadAddress,
    BadAnswer,
    Cancelled,
    NotOllama,
    OllamaError,
    ProxyFailed,
    PullFailed,
    PullFailure,
    TimedOut,
)
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.manifests import parse_config, parse_manifest
from tray_app.core.pulls.registry_errors import registry_answer
from tray_app.core.records import LayerKind, Manifest
from tray_app.core.updates.answers import AnswerKind, RegistryAnswer
from tray_app.core.waits import header_wait_s
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.responses import MAX_ERROR_BYTES, Answer
from tray_app.ollama.transport import Transport

if TYPE_CHECKING:
    from tray_app.core.names import ModelName

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
READ_TIMEOUT_S = 10.0
_MAX_MANIFEST_BYTES = 4 * 1024 * 1024
_MAX_HOPS = 3
_MAX_HEAD_BYTES = 64 * 1024
_MAX_CONFIG_BYTES = 64 * 1024
_DIGEST = lazy_pattern(r"sha256:[0-9a-f]{64}")
_TOLD_DIGEST = lazy_pattern(r"(?:sha256:)?([0-9a-f]{64})", re.IGNORECASE)
_ACCEPT = {"Accept": MANIFEST_TYPE}
_NO_HEAD = frozenset({405, 501})
"""Registries that know only GET."""
_STATUS_KINDS = {
    401: AnswerKind.PRIVATE,
    404: AnswerKind.ABSENT,
    408: AnswerKind.FAILING,
    412: AnswerKind.NEEDS_NEWER,
    425: AnswerKind.FAILING,
    429: AnswerKind.LIMITED,
}


class Registry:
    """Looks manifests up. `base_urls` maps a registry's host to another address, for the demo
    server, for tests and for mirrors: `{"registry.ollama.ai": "http://127.0.0.1:4711"}`; "*"
    stands for all hosts that are not named.

    Immutable: may be shared by threads.
    """

    def __init__(
        self,
        base_urls: Mapping[str, str] | None = None,
        *,
        read_timeout_s: float = READ_TIMEOUT_S,
        connect_timeout_s: float = 5.0,
    ) -> None:
        self._base_urls = {host.casefold(): url for host, url in (base_urls or {}).items()}
        self._read_timeout_s = read_timeout_s
        self._connect_timeout_s = connect_timeout_s

    def url(self, name: ModelName, *, is_insecure: bool = False) -> str:
        """Where the manifest of `name` is. `is_insecure` = plain http, as in a pull."""
        return self._endpoint(name, is_insecure).url(_path(name))

    def session(
        self, scope: CancelScope | None = None, *, limit_s: float | None = None
    ) -> RegistrySession:
        """For many questions one after the other: connections are kept. For one thread.

        No single request takes longer than `limit_s`.
        """
        if limit_s is None:
            patience = _Patience(self._connect_timeout_s, self._read_timeout_s)
        else:
            connect_s = min(self._connect_timeout_s, limit_s / 3)
            patience = _Patience(connect_s, limit_s - connect_s, deadline_factor=1.0)
        return RegistrySession(self._endpoint, scope, patience)

    def fetch_manifest(
        self,
        name: ModelName,
        *,
        scope: CancelScope | None = None,
        is_insecure: bool = False,
        wants_push_time: bool = False,
    ) -> Manifest:
        """The manifest as it is at the registry now.

        `digest` is the SHA-256 of its bytes: that of an installed model pulled from there
        (servers from v0.19 on). `pushed_at` takes another request and is known for ollama.com.
        Raises ModelNotFound (also for private models), TooOld, Unauthorized, PullFailed,
        Unreachable, …
        """
        with self._opened(scope) as session:
            manifest = session.fetch_manifest(name, is_insecure=is_insecure)
            if not wants_push_time:
                return manifest
            return replace(manifest, pushed_at=session.push_time(name, manifest, is_insecure))

    def fetch_blob(
        self,
        name: ModelName,
        digest: str,
        *,
        max_bytes: int,
        scope: CancelScope | None = None,
        is_insecure: bool = False,
    ) -> bytes:
        """A layer or config of `name`: for small ones, whose bytes really have that digest.

        Registries send to other hosts for blobs; nothing but the address goes there. Raises
        ModelNotFound, BadAnswer (larger than `max_bytes`, or other bytes), PullFailed, …
        """
        with self._opened(scope) as session:
            return session.fetch_blob(name, digest, max_bytes=max_bytes, is_insecure=is_insecure)

    @contextmanager
    def _opened(self, scope: CancelScope | None) -> Iterator[RegistrySession]:
        session = self.session(scope)
        try:
            yield session
        finally:
            session.close()

    def _endpoint(self, name: ModelName, is_insecure: bool) -> Endpoint:
        mapped = self._base_urls.get(name.host.casefold()) or self._base_urls.get("*")
        if mapped is not None:
            return Endpoint.parse(mapped)
        return Endpoint.parse(f"{'http' if is_insecure else 'https'}://{name.host}")


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long a request may take."""

    connect_timeout_s: float
    read_timeout_s: float
    deadline_factor: float = 3.0


class RegistrySession:
    """Questions to registries over connections that are kept.

    Thread: one; what was asked ends with `scope`. Nothing of a server that signs in goes here, and
    no redirect is followed but those of blobs.
    """

    def __init__(
        self,
        endpoint_of: Callable[[ModelName, bool], Endpoint],
        scope: CancelScope | None,
        patience: _Patience,
    ) -> None:
        self._endpoint_of = endpoint_of
        self._scope = scope or CancelScope()
        self._patience = patience
        self._transports: dict[Endpoint, Transport] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close idle connections."""
        for transport in self._transports.values():
            transport.close()
        self._transports.clear()

    def look(
        self,
        name: ModelName,
        is_settled: Callable[[str], bool] = lambda _: False,
        *,
        is_insecure: bool = False,
    ) -> RegistryAnswer:
        """What a name stands for now. One request where its digest is one of those that
        `is_settled` says yes to. Raises Cancelled alone: all else that may happen is an answer."""
        try:
            return self._look(name, is_settled, is_insecure)
        except Cancelled:
            raise
        except OllamaError as error:
            return RegistryAnswer(_kind_of(error))

    def _look(
        self, name: ModelName, is_settled: Callable[[str], bool], is_insecure: bool
    ) -> RegistryAnswer:
        head = self._ask(
            "HEAD", self._endpoint_of(name, is_insecure), _path(name), _MAX_HEAD_BYTES, _ACCEPT
        )
        if not head.is_ok and head.status not in _NO_HEAD:
            return RegistryAnswer(_kind_of_status(head))
        if head.is_ok and head.is_html:
            return RegistryAnswer(AnswerKind.UNUSABLE)
        digest = _told_digest(head.headers) if head.is_ok else ""
        pushed_at = _push_time(head.headers) if digest else None
        if digest and is_settled(digest):
            return RegistryAnswer(AnswerKind.SETTLED, digest, pushed_at)
        answer = self._get_manifest(name, is_insecure)
        if not answer.is_ok or answer.is_html:
            return RegistryAnswer(_kind_of_status(answer))
        manifest = parse_manifest(answer.body)
        if digest and not manifest.is_called(digest):
            pushed_at = None  # it was pushed between the two questions
        if is_settled(manifest.digest):
            return RegistryAnswer(AnswerKind.SETTLED, manifest.digest, pushed_at)
        if not any(layer.kind is not LayerKind.CONFIG for layer in manifest.layers):
            # A server would pull it, call that a success and remove what it has.
            return RegistryAnswer(AnswerKind.UNUSABLE)
        return RegistryAnswer(
            AnswerKind.MANIFEST,
            manifest.digest,
            pushed_at,
            replace(manifest, pushed_at=pushed_at),
            self._requires(name, manifest, is_insecure),
        )

    def _requires(self, name: ModelName, manifest: Manifest, is_insecure: bool) -> str:
        """The least version of Ollama; "" where none is told, or it could not be learned."""
        config = next((x for x in manifest.layers if x.kind is LayerKind.CONFIG), None)
        if config is None:
            return ""
        try:
            raw = self.fetch_blob(
                name, config.digest, max_bytes=_MAX_CONFIG_BYTES, is_insecure=is_insecure
            )
            return parse_config(raw).requires
        except Cancelled:
            raise
        except OllamaError:
            return ""

    def fetch_manifest(self, name: ModelName, *, is_insecure: bool = False) -> Manifest:
        """See `Registry.fetch_manifest`."""
        answer = self._get_manifest(name, is_insecure)
        if not answer.is_ok:
            raise _refusal(name, answer)
        try:
            return parse_manifest(answer.body)
        except BadAnswer as error:
            if answer.is_html:
                raise _refusal(name, answer) from error
            raise BadAnswer(str(name), error.context, error.field) from error

    def push_time(
        self, name: ModelName, manifest: Manifest, is_insecure: bool = False
    ) -> datetime | None:
        """When that very manifest was pushed; None where the registry does not tell."""
        try:
            head = self._ask(
                "HEAD", self._endpoint_of(name, is_insecure), _path(name), _MAX_HEAD_BYTES, _ACCEPT
            )
        except Cancelled:
            raise
        except OllamaError:
            return None
        is_of_it = head.is_ok and manifest.is_called(_told_digest(head.headers))
        return _push_time(head.headers) if is_of_it else None

    def fetch_blob(
        self, name: ModelName, digest: str, *, max_bytes: int, is_insecure: bool = False
    ) -> bytes:
        """See `Registry.fetch_blob`."""
        if not _DIGEST.fullmatch(digest):
            raise BadAnswer(str(name), digest[:120], "digest")
        endpoint = self._endpoint_of(name, is_insecure)
        path = f"/v2/{name.namespace}/{name.model}/blobs/{digest}"
        answer = self._ask("GET", endpoint, path, max_bytes)
        for _ in range(_MAX_HOPS):
            if not 300 <= answer.status < 400:
                break
            endpoint, path = _next_hop(endpoint, path, answer)
            answer = self._ask("GET", endpoint, path, max_bytes)
        if not answer.is_ok:
            raise _refusal(name, answer)
        if f"sha256:{hashlib.sha256(answer.body).hexdigest()}" != digest:
            raise BadAnswer(str(name), "other bytes than its digest says", "blob")
        return answer.body

    def _get_manifest(self, name: ModelName, is_insecure: bool) -> Answer:
        endpoint = self._endpoint_of(name, is_insecure)
        return self._ask("GET", endpoint, _path(name), _MAX_MANIFEST_BYTES, _ACCEPT)

    def _ask(
        self,
        method: str,
        endpoint: Endpoint,
        path: str,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        transport = self._transports.get(endpoint)
        if transport is None:
            transport = self._transports[endpoint] = Transport(
                endpoint,
                scope=self._scope,
                connect_timeout_s=self._patience.connect_timeout_s,
                deadline_factor=self._patience.deadline_factor,
            )
        return transport.request(
            method,
            path,
            headers=headers,
            read_timeout_s=self._patience.read_timeout_s,
            silence=TimedOut,
            max_bytes=max_bytes,
        )


def registry_url(name: ModelName) -> str:
    """Where the manifest of `name` is."""
    return Registry().url(name)


def fetch_manifest(name: ModelName, *, scope: CancelScope | None = None) -> Manifest:
    """The manifest of `name` at its registry; see `Registry.fetch_manifest`."""
    return Registry().fetch_manifest(name, scope=scope)


def _refusal(name: ModelName, answer: Answer) -> OllamaError:
    """What an answer without a manifest or blob means."""
    body = answer.body[:MAX_ERROR_BYTES].decode("utf-8", "replace")
    if 300 <= answer.status < 400 or (answer.is_ok and answer.is_html):
        # Redirects to other hosts are not followed: they lead to a login or another page.
        where = answer.headers.get("location", "") or answer.content_type
        return PullFailed(str(name), f"{answer.status} {where}".strip(), PullFailure.WEB_PAGE)
    if answer.status == 407:
        return ProxyFailed(str(name), body[:MAX_TEXT] or "407")
    now = datetime.now(UTC)
    wait_s = header_wait_s(answer.headers.get("retry-after", ""), now)
    return registry_answer(str(name), answer.status, body, wait_s, now)


def _next_hop(endpoint: Endpoint, path: str, answer: Answer) -> tuple[Endpoint, str]:
    """Where a registry sends to for a blob. From a secure place only to a secure one, and from
    elsewhere never to this computer."""
    location = answer.headers.get("location", "")
    refusal = NotOllama(endpoint.display, f"{answer.status} {location[:300]}")
    try:
        target = urlsplit(urljoin(endpoint.url(path), location))
        found = Endpoint.parse(f"{target.scheme}://{target.netloc}")
    except (ValueError, BadAddress) as error:
        raise refusal from error
    if (
        not (location and target.hostname)
        or "@" in target.netloc
        or target.scheme not in (endpoint.scheme, "https")
        or (found.is_loopback and not endpoint.is_loopback)
    ):
        raise refusal
    query = f"?{target.query}" if target.query else ""
    return found, (target.path or "/") + query


def _path(name: ModelName) -> str:
    return f"/v2/{name.namespace}/{name.model}/manifests/{name.tag}"


def _kind_of_status(answer: Answer) -> AnswerKind:
    """What an answer means that is no manifest."""
    if answer.status >= 500 and answer.status != 511:  # 511: a hotel wants a login
        return AnswerKind.FAILING
    kind = _STATUS_KINDS.get(answer.status, AnswerKind.UNUSABLE)
    # A page about a missing page is not about a missing model.
    is_said = not answer.is_html or kind in (AnswerKind.LIMITED, AnswerKind.FAILING)
    return kind if is_said else AnswerKind.UNUSABLE


def _kind_of(error: OllamaError) -> AnswerKind:
    """What it means that no answer came."""
    if isinstance(error, BadAnswer | NotOllama):  # too large, packed, or no manifest
        return AnswerKind.UNUSABLE
    return AnswerKind.UNREACHABLE


def _told_digest(headers: Mapping[str, str]) -> str:
    """The digest of a manifest that a header tells, bare; "" for none."""
    found = _TOLD_DIGEST.fullmatch(headers.get("ollama-content-digest", "").strip())
    return found[1].lower() if found else ""


def _push_time(headers: Mapping[str, str]) -> datetime | None:
    text = headers.get("ollama-push-time", "")
    try:
        moment = datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year > 1970 else None
