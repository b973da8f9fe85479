"""Whether a model, or the name that it is to get, has to wait for what is going on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app.core.names import ModelName, canonical
from tray_app.core.payloads import ModelRef, Verb
from tray_app.text.renaming import arriving_line, busy_line

if TYPE_CHECKING:
    from tray_app.core.records import ModelKey
    from tray_app.state.app_state import AppState


def wait_line(state: AppState, source: ModelRef, name: ModelName | None) -> str:
    """What is being done to `source`, or to a model that will have `name`; "" = nothing."""
    verb = state.busy(source.key)
    if verb is None and _is_pulled(state, source.key):
        verb = Verb.PULL
    if verb is not None:
        return busy_line(source.name, verb)
    return arriving(state, source.server_id, name) if name is not None else ""


def arriving(state: AppState, server_id: str, name: ModelName) -> str:
    """That a model of that name is on its way to the server; "" = none is."""
    wanted = str(name)
    return arriving_line(wanted) if _arrives(state, server_id, wanted) else ""


def _is_pulled(state: AppState, key: ModelKey) -> bool:
    return any(item.key == key and item.is_active for item in state.downloads)


def _arrives(state: AppState, server_id: str, name: str) -> bool:
    """Whether a download, or a model that is being made, will have the name."""
    wanted = canonical(name)
    coming = [item.key for item in state.downloads if not item.is_ended]
    coming += [item.key for item in state.creates.items if not item.is_ended]
    return any(key[0] == server_id and canonical(key[1]) == wanted for key in coming)
