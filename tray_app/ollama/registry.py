"""Registry: the manifest of a name and its small blobs, without pulling anything.

A manifest tells the size of a pull beforehand and, by its digest, whether an installed model is
up to date. The API is that of Docker registries; facts are in Ollama's server/images.go.
Public models need no login; private ones answer 401 or 404 and stay unknown here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import (
    MAX_TEXT,
    BadAddress,
    BadAnswer,
    NotOllama,
    OllamaError,
    ProxyFailed,
    PullFailed,
    PullFailure,
    TimedOut,
)
from tray_app.core.manifests import parse_manifest
from tray_app.core.names import ModelName
from tray_app.core.pulls.registry_errors import registry_answer
from tray_app.core.records import Manifest
from tray_app.core.waits import header_wait_s
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.responses import MAX_ERROR_BYTES, Answer
from tray_app.ollama.transport import Transport

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
READ_TIMEOUT_S = 10.0
_MAX_MANIFEST_BYTES = 4 * 1024 * 1024
_MAX_HOPS = 3
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


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

    def fetch_manifest(
        self, name: ModelName, *, scope: CancelScope | None = None, is_insecure: bool = False
    ) -> Manifest:
        """The manifest as it is at the registry now.

        `digest` is the SHA-256 of its bytes: that of an installed model pulled from there
        (servers from v0.19 on). `pushed_at` is known for ollama.com. Raises ModelNotFound (also
        for private models), TooOld, Unauthorized, PullFailed, Unreachable, …
        """
        endpoint = self._endpoint(name, is_insecure)
        answer = self._get(
            endpoint, _path(name), _MAX_MANIFEST_BYTES, scope, {"Accept": MANIFEST_TYPE}
        )
        if not answer.is_ok:
            raise _refusal(name, answer)
        try:
            return parse_manifest(answer.body, _push_time(answer.headers))
        except BadAnswer as error:
            if answer.is_html:
                raise _refusal(name, answer) from error
            raise BadAnswer(str(name), error.context, error.field) from error

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
        if not _DIGEST.fullmatch(digest):
            raise BadAnswer(str(name), digest[:120], "digest")
        endpoint = self._endpoint(name, is_insecure)
        path = f"/v2/{name.namespace}/{name.model}/blobs/{digest}"
        answer = self._get(endpoint, path, max_bytes, scope)
        for _ in range(_MAX_HOPS):
            if not 300 <= answer.status < 400:
                break
            endpoint, path = _next_hop(endpoint, path, answer)
            answer = self._get(endpoint, path, max_bytes, scope)
        if not answer.is_ok:
            raise _refusal(name, answer)
        if f"sha256:{hashlib.sha256(answer.body).hexdigest()}" != digest:
            raise BadAnswer(str(name), "other bytes than its digest says", "blob")
        return answer.body

    def _get(
        self,
        endpoint: Endpoint,
        path: str,
        max_bytes: int,
        scope: CancelScope | None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        transport = Transport(endpoint, scope=scope, connect_timeout_s=self._connect_timeout_s)
        try:
            return transport.request(
                "GET",
                path,
                headers=headers,
                read_timeout_s=self._read_timeout_s,
                silence=TimedOut,
                max_bytes=max_bytes,
            )
        finally:
            transport.close()

    def _endpoint(self, name: ModelName, is_insecure: bool) -> Endpoint:
        mapped = self._base_urls.get(name.host.casefold()) or self._base_urls.get("*")
        if mapped is not None:
            return Endpoint.parse(mapped)
        return Endpoint.parse(f"{'http' if is_insecure else 'https'}://{name.host}")


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


def _push_time(headers: Mapping[str, str]) -> datetime | None:
    text = headers.get("ollama-push-time", "")
    try:
        moment = datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year > 1970 else None
