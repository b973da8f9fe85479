"""Loading, unloading, and requests that use a model: there is no inference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tray_app.demo.errors import ApiError
from tray_app.demo.exchange import NDJSON, Exchange
from tray_app.demo.gojson import quoted, rfc3339
from tray_app.demo.handlers.binding import Body
from tray_app.demo.handlers.models import find_for_use
from tray_app.demo.store.running import keep_alive_ns

if TYPE_CHECKING:
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
    if body.text("suffix"):
        raise ApiError(400, f"registry.ollama.ai/{item.ref.display} does not support insert")
    if not prompt:
        _load(state, exchange, item, keep_ns, options)
        exchange.reply_json(200, _done(state, name, "", "load"))
        return
    _use(state, exchange, item, keep_ns, options)
    if body.flag("stream", True):
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
    run = _use if any(texts) else _load
    run(state, exchange, item, keep_ns, body.mapping("options"))
    width = item.package.weights.embedding_length if item.package.weights else 0
    vectors = [[1.0] + [0.0] * (width - 1) for text in texts if text]
    exchange.reply_json(200, {"model": name, "embeddings": vectors})


def chat(state: DemoState, exchange: Exchange) -> None:
    """POST /api/chat: without messages it loads."""
    body = Body(exchange.body, "ChatRequest")
    keep_ns, name = keep_alive_ns(body.get("keep_alive")), body.text("model")
    item, messages = _find(state, name), body.get("messages")
    if not messages and body.get("keep_alive") is not None and keep_ns == 0:
        state.memory.drop(item.package)
        exchange.reply_json(200, _said(state, name, "", "unload"))
        return
    if "completion" not in item.package.capabilities:
        raise ApiError(400, f"{quoted(name)} does not support chat")
    if body.get("tools") and "tools" not in item.package.capabilities:
        raise ApiError(400, f"registry.ollama.ai/{item.ref.display} does not support tools")
    if body.get("think") is True and "thinking" not in item.package.capabilities:
        raise ApiError(400, f"{quoted(name)} does not support thinking")
    (_use if messages else _load)(state, exchange, item, keep_ns, body.mapping("options"))
    said = _said(state, name, _REPLY if messages else "", "stop" if messages else "load")
    if messages and body.flag("stream", True):
        exchange.start_stream(NDJSON)
        exchange.send_line(said)
        exchange.end_stream()
    else:
        exchange.reply_json(200, said)


def compatible_chat(state: DemoState, exchange: Exchange) -> None:
    """POST /v1/chat/completions: another word for chat, which has no say in how long it stays."""
    body = Body(exchange.body, "ChatCompletionRequest")
    name = body.text("model")
    _use(state, exchange, _find(state, name), None, {})
    message = {"role": "assistant", "content": _REPLY}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    exchange.reply_json(200, {"object": "chat.completion", "model": name, "choices": [choice]})


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
    if item.package.weights is not None:
        context = _loaded_context(state, exchange, item, options)
        state.memory.put(item.ref, item.package, keep_ns, context)


def _use(
    state: DemoState,
    exchange: Exchange,
    item: Installed,
    keep_ns: int | None,
    options: dict[str, Any],
) -> None:
    """Take the time that an answer takes."""
    if item.package.weights is not None:
        context = _loaded_context(state, exchange, item, options)
        with state.memory.used(item.ref, item.package, keep_ns, context):
            exchange.wait(state.answer_s)


def _loaded_context(
    state: DemoState, exchange: Exchange, item: Installed, options: dict[str, Any]
) -> int | None:
    """The context that a request wants, once its model could be loaded with it."""
    given = {**item.package.parameters, **options}.get("num_ctx")
    if isinstance(given, (str, bool)):
        raise ApiError(500, 'option "num_ctx" must be of type integer')
    context = int(given) if isinstance(given, (int, float)) else None
    if state.memory.needs_load(item.package, context):
        exchange.wait(state.load_s)
    return context


def _said(state: DemoState, name: str, content: str, reason: str) -> dict[str, Any]:
    done = _done(state, name, "", reason)
    del done["response"]
    return {**done, "message": {"role": "assistant", "content": content}}


def _done(state: DemoState, name: str, response: str, reason: str) -> dict[str, Any]:
    return {
        "model": name,
        "created_at": rfc3339(state.clock_ns()),
        "response": response,
        "done": True,
        "done_reason": reason,
    }
