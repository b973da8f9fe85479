"""comes_back(): what an update gives back on the disk. Window and terminal say the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tray_app.core.sharing import LayerIndex, freed

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord
    from tray_app.core.updates.verdicts import Verdict


def comes_back(
    record: ModelRecord, verdict: Verdict, models: Iterable[ModelRecord], layer_index: LayerIndex
) -> int:
    """Bytes that go with the old version: its own layers that neither the new one nor any other of
    `models`, all of its server, has."""
    fetched = verdict.total_bytes if verdict.fetch_bytes is None else verdict.fetch_bytes
    stays = max(0, verdict.total_bytes - fetched)
    own = freed([record], models, layer_index).freed_bytes
    return max(0, min(own, (record.size_bytes or 0) - stays))
