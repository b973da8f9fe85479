"""Which path and method goes where, and the refusals that come before any handler."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable

from tray_app.demo.errors import ApiError, ClientGone, ServerStopping
from tray_app.demo.exchange import BARE_TEXT, JSON, TEXT, Exchange
from tray_app.demo.gojson import encode
from tray_app.demo.handlers import blobs, generate, models, registry
from tray_app.demo.store.state import DemoState

Handler = Callable[[DemoState, Exchange], None]

_LOCAL_NAMES = (".localhost", ".local", ".internal")
_LOCAL_ORIGINS = re.compile(
    r"(https?://(localhost|127\.0\.0\.1|0\.0\.0\.0)(:\d+)?"
    r"|(app|file|tauri)://.*|vscode-(webview|file)://.*)"
)


def dispatch(state: DemoState, exchange: Exchange) -> None:
    """Answer one request."""
    methods = _methods(exchange.path)
    handler = methods.get(exchange.method)
    if handler is not blobs.receive_blob:
        exchange.read_body()
    if not _is_welcome(exchange):
        exchange.reply(403)
    elif handler is not None:
        _run(handler, state, exchange)
    elif methods:
        allow = (("Allow", ", ".join(sorted(methods, reverse=True))),)
        exchange.reply(405, b"405 method not allowed", BARE_TEXT, allow)
    else:
        exchange.reply(404, b"404 page not found", BARE_TEXT)


def _run(handler: Handler, state: DemoState, exchange: Exchange) -> None:
    try:
        handler(state, exchange)
    except ApiError as error:
        if exchange.has_started:
            exchange.send_line({"error": error.text})
            exchange.end_stream()
        else:
            exchange.reply_json(error.status, {"error": error.text})
    except (ClientGone, ServerStopping):
        exchange.close_after()
        raise


def _root(_state: DemoState, exchange: Exchange) -> None:
    exchange.reply(200, b"Ollama is running", TEXT)


def _version(state: DemoState, exchange: Exchange) -> None:
    exchange.reply(200, encode({"version": state.version}), JSON)


_ROUTES: dict[str, dict[str, Handler]] = {
    "/": {"GET": _root, "HEAD": _root},
    "/api/version": {"GET": _version, "HEAD": _version},
    "/api/status": {"GET": models.status},
    "/api/tags": {"GET": models.tags, "HEAD": models.tags},
    "/api/ps": {"GET": models.ps},
    "/api/show": {"POST": models.show},
    "/api/pull": {"POST": models.pull},
    "/api/push": {"POST": models.push},
    "/api/delete": {"DELETE": models.delete},
    "/api/copy": {"POST": models.copy},
    "/api/create": {"POST": models.create},
    "/api/me": {"POST": models.me},
    "/api/signout": {"POST": models.signout},
    "/api/experimental/model-recommendations": {"GET": models.recommendations},
    "/api/generate": {"POST": generate.generate},
    "/api/embed": {"POST": generate.embed},
}
_BLOB_ROUTE: dict[str, Handler] = {"HEAD": blobs.blob_exists, "POST": blobs.receive_blob}
_REGISTRY_ROUTE: dict[str, Handler] = {"GET": registry.serve, "HEAD": registry.serve}


def _methods(path: str) -> dict[str, Handler]:
    if path.startswith("/api/blobs/"):
        return _BLOB_ROUTE
    if path == "/v2/" or registry.PATH.fullmatch(path):
        return _REGISTRY_ROUTE
    return _ROUTES.get(path, {})


def _is_welcome(exchange: Exchange) -> bool:
    origin = exchange.headers.get("Origin")
    host = exchange.headers.get("Host", "")
    if origin and not _LOCAL_ORIGINS.fullmatch(origin) and origin != f"http://{host}":
        return False
    return _is_local_host(host)


def _is_local_host(text: str) -> bool:
    host = re.sub(r":\d*$", "", text).strip("[]").lower()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        known = ("", "localhost", socket.gethostname().lower())
        return host in known or host.endswith(_LOCAL_NAMES)
    return address.is_loopback or address.is_private or address.is_unspecified
