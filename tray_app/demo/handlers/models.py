"""The handlers of /api: list, show, pull, delete, copy, create and the account."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import TYPE_CHECKING

from tray_app.demo.catalogue import texts
from tray_app.demo.errors import ApiError
from tray_app.demo.exchange import PLAIN_JSON, Exchange
from tray_app.demo.gojson import encode, quoted
from tray_app.demo.handlers import answers
from tray_app.demo.handlers.binding import Body
from tray_app.demo.handlers.create import create as create_events
from tray_app.demo.handlers.create import target as create_target
from tray_app.demo.handlers.pull import Event
from tray_app.demo.handlers.pull import pull as pull_events
from tray_app.demo.store.naming import InvalidName, Ref, parse, parse_for_pull, parse_for_use

if TYPE_CHECKING:
    from tray_app.demo.store.state import DemoState, Installed

_CONFLICT = "use either :local or :cloud, not both: {}"
CLOUD_DISABLED = "ollama cloud is disabled: {}"
SIGN_IN = "https://ollama.com/connect?name=demo&key=ZGVtbw"


def tags(state: DemoState, exchange: Exchange) -> None:
    """GET /api/tags."""
    exchange.reply_encoded(200, answers.tags(state))


def ps(state: DemoState, exchange: Exchange) -> None:
    """GET /api/ps."""
    exchange.reply_json(200, answers.ps(state))


def show(state: DemoState, exchange: Exchange) -> None:
    """POST /api/show."""
    body = Body(exchange.body, "ShowRequest")
    verbose, system = body.flag("verbose", False), body.text("system")
    options = body.mapping("options")
    if not body.model:
        raise ApiError(400, "model is required")
    ref, item = find_for_use(state, body.model, "remote model details are unavailable")
    if item is None:
        raise ApiError(404, f"model '{ref.display}' not found")
    answer = answers.show(state, item, verbose=verbose, system=system, options=options)
    exchange.reply_json(200, answer)


def find_for_use(state: DemoState, name: str, what: str) -> tuple[Ref, Installed | None]:
    """The installed model that show, generate and embed mean by a name."""
    try:
        ref, is_cloud = parse_for_use(name)
    except InvalidName as error:
        text = _CONFLICT.format(quoted(name)) if error.conflict else "invalid model name"
        raise ApiError(400, text) from error
    if is_cloud:
        stub = state.find(parse_for_pull(name))
        if state.cloud_disabled:
            raise ApiError(403, CLOUD_DISABLED.format(what))
        if stub is None:
            raise ApiError(404, f"model '{name}' not found")
        return stub.ref, stub
    ref = state.canonical(ref)
    item = state.find_file(ref)
    if item is not None and item.package.weights is None and state.cloud_disabled:
        raise ApiError(403, CLOUD_DISABLED.format(what))
    return ref, item


def pull(state: DemoState, exchange: Exchange) -> None:
    """POST /api/pull."""
    body = Body(exchange.body, "PullRequest")
    body.flag("insecure", False)
    is_stream = body.flag("stream", True)
    try:
        ref = parse_for_pull(body.model)
    except InvalidName as error:
        text = _CONFLICT.format(quoted(str(error))) if error.conflict else "invalid model name"
        raise ApiError(400, text) from error
    _respond(exchange, pull_events(state, ref, exchange), is_stream)


def create(state: DemoState, exchange: Exchange) -> None:
    """POST /api/create."""
    body = Body(exchange.body, "CreateRequest")
    ref = create_target(state, body)
    events = create_events(state, ref, body, exchange)
    is_stream = body.flag("stream", True)
    _respond(exchange, _stranded(exchange, events) if is_stream else events, is_stream)


def _stranded(
    exchange: Exchange, events: Generator[Event, None, None]
) -> Generator[Event, None, None]:
    """The events of a create whose lines nobody but its client takes. When that has left, one more
    is taken; the work goes on to the next, and ends there for good."""
    has_left = False
    with closing(events):
        for event in events:
            if has_left:
                return
            has_left = exchange.has_left
            yield event


def _respond(exchange: Exchange, events: Generator[Event, None, None], is_stream: bool) -> None:
    last: Event = {}
    try:
        with closing(events):
            for event in events:
                last = event
                if is_stream:
                    exchange.send_line(event)
    except ApiError as error:
        if is_stream and exchange.has_started:
            raise
        text = encode({"error": error.text})
        exchange.reply(error.status, text, PLAIN_JSON, is_flushed=is_stream)
        return
    if is_stream:
        exchange.end_stream()
    else:
        exchange.reply_json(200, last, PLAIN_JSON)


def delete(state: DemoState, exchange: Exchange) -> None:
    """DELETE /api/delete."""
    body = Body(exchange.body, "DeleteRequest")
    name = body.model
    if not name.strip():
        raise ApiError(400, "model is required")
    try:
        ref = parse_for_pull(name)
    except InvalidName as error:
        text = f"name {quoted(name)} is invalid"
        raise ApiError(400, _CONFLICT.format(quoted(name)) if error.conflict else text) from error
    ref = state.canonical(ref)
    if state.find_file(ref) is None or not state.remove(ref):
        raise ApiError(404, f"model '{name}' not found")
    exchange.reply(200)


def copy(state: DemoState, exchange: Exchange) -> None:
    """POST /api/copy."""
    body = Body(exchange.body, "CopyRequest")
    refs = []
    for key in ("source", "destination"):
        text = body.text(key)
        try:
            refs.append(state.canonical(parse(text)))
        except InvalidName as error:
            raise ApiError(400, f"{key} {quoted(text)} is invalid") from error
    source, destination = refs
    if source != destination and not state.copy(source, destination):
        raise ApiError(404, f"model {quoted(body.text('source'))} not found")
    exchange.reply(200)


def push(state: DemoState, exchange: Exchange) -> None:
    """POST /api/push: there is nowhere to push to."""
    body = Body(exchange.body, "PushRequest")
    if not body.model:
        raise ApiError(400, "model is required")
    try:
        ref = parse(body.model)
    except InvalidName as error:
        raise ApiError(400, "invalid model name") from error
    exchange.send_line({"status": "retrieving manifest"})
    if state.find(ref) is not None:
        raise ApiError(401, "unauthorized: access denied")
    exchange.send_line({"status": "couldn't retrieve manifest"})
    path = f"{ref.host}/{ref.namespace}/{ref.model}/{ref.tag}"
    raise ApiError(500, f"open {state.models_dir}/manifests/{path}: no such file or directory")


def status(state: DemoState, exchange: Exchange) -> None:
    """GET /api/status."""
    source = "env" if state.cloud_disabled else "none"
    cloud = {"disabled": state.cloud_disabled, "source": source}
    exchange.reply_json(200, {"cloud": cloud})


def me(state: DemoState, exchange: Exchange) -> None:
    """POST /api/me: nobody is signed in."""
    if state.cloud_disabled:
        raise ApiError(503, "account unavailable")
    exchange.reply_json(401, {"error": "unauthorized", "signin_url": SIGN_IN})


def signout(_state: DemoState, _exchange: Exchange) -> None:
    """POST /api/signout."""
    raise ApiError(401, "you are not currently signed in")


def recommendations(_state: DemoState, exchange: Exchange) -> None:
    """GET /api/experimental/model-recommendations."""
    exchange.reply_json(200, {"recommendations": texts.recommendations()})
