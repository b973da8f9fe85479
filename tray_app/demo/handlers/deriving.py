"""Making a model of another one: what is taken over of it, and where it comes from."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING

from tray_app.demo.errors import ApiError
from tray_app.demo.handlers.pull import Event, Waiter, pull
from tray_app.demo.store.naming import InvalidName, parse, split_source
from tray_app.demo.store.package import Package, build_package

if TYPE_CHECKING:
    from tray_app.demo.handlers.binding import Body
    from tray_app.demo.store.state import DemoState

_CLOUD = "https://ollama.com:443"


def from_model(
    state: DemoState, body: Body, waiter: Waiter
) -> Generator[Event, None, tuple[Package, bool]]:
    """What `from` names, and whether it is a stub for the cloud. One that is not listed in just
    this case is pulled, and that pull says `success` as any other."""
    _check_template(body.text("template"))
    name = body.text("from")
    try:
        rest, source = split_source(name)
        ref = parse(rest)
    except InvalidName as error:
        raise ApiError(400, "invalid model name") from error
    if source == "cloud" or body.text("remote_host"):
        host = body.text("remote_host") or _CLOUD
        return build_package(None, config={"remote_host": host, "remote_model": rest}), True
    item = state.find(ref)
    if item is None or item.ref != ref:
        yield from pull(state, ref, waiter)
        item = state.find(ref)
    if item is None:
        raise ApiError(500, f"model '{name}' not found")
    package, origin = item.package, item.ref.display
    layers = tuple(replace(layer, origin=origin) for layer in package.layers)
    return replace(package, layers=layers), False


def _check_template(text: str) -> None:
    """Only what is easily told: an action that does not end, on which line."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.rfind("{{") > line.rfind("}}"):
            raise ApiError(400, f"template error: template: :{number}: unclosed action")
