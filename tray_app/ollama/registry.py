"""Registry: the manifest of a name at its registry, without pulling anything.

A manifest tells the size of a pull beforehand and, by its digest, whether an installed model is
up to date. The API is that of Docker registries; facts are in Ollama's server/images.go.
Public models need no login; private ones answer 401 or 404 and stay unknown here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from tray_app.core.errors import (
    BadAnswer,
    ModelNotFound,
    NotOllama,
    OllamaError,
    ServerFailed,
    TimedOut,
    TooOld,
)
from tray_app.core.manifests import parse_manifest
from tray_app.core.names import ModelName
from tray_app.core.records import Manifest
from tray_app.ollama.answers import error_of
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.endpoint import Endpoint
from tray_app.ollama.transport import Transport

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
READ_TIMEOUT_S = 10.0
_MAX_MANIFEST_BYTES = 4 * 1024 * 1024


class Registry:
    """Looks manifests up. `base_urls` maps a registry's host to another address, for the demo
    server, for tests and for mirrors: `{"registry.ollama.ai": "http://127.0.0.1:4711"}`.

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
        for private models), TooOld (412), Unauthorized, Unreachable, …
        """
        transport = Transport(
            self._endpoint(name, is_insecure),
            scope=scope,
            connect_timeout_s=self._connect_timeout_s,
        )
        try:
            answer = transport.request(
                "GET",
                _path(name),
                headers={"Accept": MANIFEST_TYPE},
                read_timeout_s=self._read_timeout_s,
                silence=TimedOut,
                max_bytes=_MAX_MANIFEST_BYTES,
            )
        finally:
            transport.close()
        if answer.status == 404:
            raise ModelNotFound(str(name), answer.body[:300].decode("utf-8", "replace"))
        if answer.status == 412:
            raise TooOld(str(name), answer.body[:2000].decode("utf-8", "replace"))
        if not answer.is_ok:
            raise _registry_error(error_of(answer, transport.address, str(name)), answer.status)
        try:
            return parse_manifest(answer.body, _push_time(answer.headers))
        except BadAnswer as error:
            if answer.is_html:
                raise NotOllama(transport.address, answer.content_type) from error
            raise BadAnswer(str(name), error.context, error.field) from error

    def _endpoint(self, name: ModelName, is_insecure: bool) -> Endpoint:
        mapped = self._base_urls.get(name.host.casefold())
        if mapped is not None:
            return Endpoint.parse(mapped)
        return Endpoint.parse(f"{'http' if is_insecure else 'https'}://{name.host}")


def registry_url(name: ModelName) -> str:
    """Where the manifest of `name` is."""
    return Registry().url(name)


def fetch_manifest(name: ModelName, *, scope: CancelScope | None = None) -> Manifest:
    """The manifest of `name` at its registry; see `Registry.fetch_manifest`."""
    return Registry().fetch_manifest(name, scope=scope)


def _registry_error(error: OllamaError, status: int) -> OllamaError:
    """A registry is no Ollama server: an odd answer of it is only that."""
    if isinstance(error, NotOllama | TooOld) and not 300 <= status < 400:
        return ServerFailed(error.reference, error.context, status)
    return error


def _path(name: ModelName) -> str:
    return f"/v2/{name.namespace}/{name.model}/manifests/{name.tag}"


def _push_time(headers: Mapping[str, str]) -> datetime | None:
    text = headers.get("ollama-push-time", "")
    try:
        moment = datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year > 1970 else None
