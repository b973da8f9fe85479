"""The handlers of /api/generate and /api/embed: loading and unloading; there is no inference."""

from __future__ import annotations

from typing import Any

from tray_app.demo.errors import ApiError
from tray_app.demo.exchange import NDJSON, Exchange
from tray_app.demo.gojson import quoted, rfc3339
from tray_app.demo.handlers.binding import Body
from tray_app.demo.handlers.models import find_for_use
from tray_app.demo.store.running import keep_alive_ns
from tray_app.demo.store.state import DemoState, Installed

_REPLY = "This is the demo server: it manages models, but it does not run them."
_REMOTE = "remote model is unavailable"


def generate(state: DemoState, exchange: Exchange) -> None:
    """POST /api/generate: without a prompt it loads, with keep_alive 0 it unloads."""
    body = Body(exchange.body, "GenerateRequest")
    keep_ns = keep_alive_ns(body.get("keep_alive"))
    prompt, name = body.text("prompt"), body.text("model")
    options = body.mapping("options")
    item = _find(state, name)
    if not prompt and body.get("keep_alive") is not None and keep_ns == 0:
        state.memory.drop(item.package)
        exchange.reply_json(200, _done(state, name, "", "unload"))
        return
    if "completion" not in item.package.capabilities:
        raise ApiError(400, f"{quoted(name)} does not support generate")
    _load(state, exchange, item, keep_ns, options)
    if not prompt:
        exchange.reply_json(200, _done(state, name, "", "load"))
    elif body.flag("stream", True):
        exchange.start_stream(NDJSON)
        line = {"model": name, "created_at": rfc3339(state.clock_ns())}
        exchange.send_line({**line, "response": _REPLY, "done": False})
        exchange.send_line(_done(state, name, "", "stop"))
        exchange.end_stream()
    else:
        exchange.reply_json(200, _done(state, name, _REPLY, "stop"))


def embed(state: DemoState, exchange: Exchange) -> None:
    """POST /api/embed: with an empty input it only loads."""
    body = Body(exchange.body, "EmbedRequest")
    keep_ns = keep_alive_ns(body.get("keep_alive"))
    name, given = body.text("model"), body.get("input")
    texts = [given] if isinstance(given, str) else given or []
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ApiError(400, "invalid input type")
    item = _find(state, name, missing_hint=True)
    _load(state, exchange, item, keep_ns, body.mapping("options"))
    width = item.package.weights.embedding_length if item.package.weights else 0
    vectors = [[1.0] + [0.0] * (width - 1) for text in texts if text]
    exchange.reply_json(200, {"model": name, "embeddings": vectors})


def _find(state: DemoState, name: str, *, missing_hint: bool = False) -> Installed:
    item = find_for_use(state, name, _REMOTE)[1] if name else None
    if item is None and missing_hint and name:
        raise ApiError(404, f"model {quoted(name)} not found, try pulling it first")
    if item is None:
        raise ApiError(404, f"model '{name}' not found")
    return item


def _load(
    state: DemoState,
    exchange: Exchange,
    item: Installed,
    keep_ns: int | None,
    options: dict[str, Any],
) -> None:
    if item.package.weights is None:
        return
    given = {**item.package.parameters, **options}.get("num_ctx")
    if isinstance(given, (str, bool)):
        raise ApiError(500, 'option "num_ctx" must be of type integer')
    context = int(given) if isinstance(given, (int, float)) else None
    if state.memory.needs_load(item.package, context):
        exchange.wait(state.load_s)
    state.memory.put(item.ref, item.package, keep_ns, context)


def _done(state: DemoState, name: str, response: str, reason: str) -> dict[str, Any]:
    return {
        "model": name,
        "created_at": rfc3339(state.clock_ns()),
        "response": response,
        "done": True,
        "done_reason": reason,
    }
