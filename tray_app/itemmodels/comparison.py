"""Which models are not the same on all servers: on one alone, in different versions, missing.

Names are the same however they are spelled. Versions are compared by digest, and by their layers
where both are known: servers before 0.19 write the same manifest in other bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord
    from tray_app.core.sharing import LayerIndex
    from tray_app.itemmodels.rows import ModelRow


class ComparisonKind(StrEnum):
    """What is looked for."""

    ONE_SERVER = "one_server"  # on no other one
    VERSIONS = "versions"  # the same name, another model
    MISSING = "missing"  # on others, and not on this one


@dataclass(frozen=True, slots=True)
class Comparison:
    """`server_id` is the one on which models are missing."""

    kind: ComparisonKind
    server_id: str = ""


def compared(
    rows: Sequence[ModelRow], comparison: Comparison, layer_index: LayerIndex
) -> list[ModelRow]:
    """The rows that `comparison` is about, in their order."""
    by_name: dict[str, list[ModelRow]] = {}
    for row in rows:
        by_name.setdefault(row.canonical, []).append(row)
    kind = comparison.kind

    def is_meant(found: Sequence[ModelRow]) -> bool:
        if kind is ComparisonKind.VERSIONS:
            return len(found) > 1 and _differ((row.record for row in found), layer_index)
        servers = {row.record.server_id for row in found}
        if kind is ComparisonKind.ONE_SERVER:
            return len(servers) == 1
        return comparison.server_id not in servers

    meant = {name for name, found in by_name.items() if is_meant(found)}
    return [row for row in rows if row.canonical in meant]


def _differ(records: Iterable[ModelRecord], layer_index: LayerIndex) -> bool:
    return len({_version(each, layer_index) for each in records if each.digest}) > 1


def _version(record: ModelRecord, layer_index: LayerIndex) -> object:
    """The same for equal models: their layers, or the digest where those are not all known."""
    known = layer_index.of(record)
    if known is None or not known.is_whole:
        return record.digest
    return frozenset(layer.digest for layer in known.layers)
