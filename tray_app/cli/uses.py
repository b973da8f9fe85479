"""When models were last used, as the program has seen it while it ran."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING

from tray_app.core.use.ledger import UNWATCHED, Known, LastUse
from tray_app.ollama.layers import read_layer_index
from tray_app.paths import paths
from tray_app.use_file import UseFile

if TYPE_CHECKING:
    from tray_app.cli.context import Session
    from tray_app.core.records import ModelRecord

_ORDER = {Known.NOW: inf, Known.NOT_YET: -1.0, Known.BEFORE: -2.0, Known.UNKNOWN: -inf}


def last_uses(session: Session, models: Iterable[ModelRecord], now: datetime) -> dict[str, LastUse]:
    """By name. What weighs as much counts as one, as far as that can be learned."""
    stored = [model for model in models if not model.is_cloud]
    ledger = UseFile(paths(session.invocation.data_dir).use_file).load()
    server_id = session.target.server_id
    if all(watch.server_id != server_id for watch in ledger.watches):
        return {}
    layer_index = read_layer_index(session.client, stored)
    loaded = {row.name for row in session.client.list_running() or ()}
    found = {}
    for model in stored:
        weights = min(layer_index.weights(model.digest), default=model.digest)
        if ledger.use(server_id, weights) is None:
            weights = model.digest
        found[model.name] = ledger.last_use(
            server_id,
            weights,
            now,
            came_at=model.modified_at,
            is_loaded=model.name in loaded,
        )
    return found


def newest_first(use: LastUse | None) -> float:
    """Sorts those that were used last to the end."""
    found = use or UNWATCHED
    if found.known is Known.USED and found.at is not None:
        return found.at.timestamp()
    return _ORDER.get(found.known, -inf)
