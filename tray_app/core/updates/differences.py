"""What differs between an installed model and its registry's version, part by part."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.records import Layer, LayerKind

if TYPE_CHECKING:
    from tray_app.core.sharing import KnownLayers

_ORDER = tuple(LayerKind)


@dataclass(frozen=True, slots=True)
class Difference:
    """One part. `here_bytes` and `there_bytes` None = it has no such part; `is_here_known`: whether
    the parts here are all known. `fetch_bytes` is what the server would download of it. The
    digests are those of its layers, here and there."""

    kind: LayerKind
    here_bytes: int | None
    there_bytes: int | None
    fetch_bytes: int
    here: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    is_here_known: bool = True

    @property
    def is_same(self) -> bool:
        return bool(self.here) and set(self.here) == set(self.there)


def differences(
    known: KnownLayers | None, there: Iterable[Layer], held: AbstractSet[str] = frozenset()
) -> tuple[Difference, ...]:
    """Part by part in the order of Ollama's parts; the configuration, which follows the others,
    only where nothing else differs. `held` are the digests that the server has of other models."""
    ours = known.layers if known is not None else ()
    is_whole = known is not None and known.is_whole
    owned = {layer.digest for layer in ours} | held
    theirs = tuple(there)
    found: list[Difference] = []
    for kind in _ORDER:
        mine = [layer for layer in ours if layer.kind is kind]
        other = [layer for layer in theirs if layer.kind is kind]
        if not mine and not other:
            continue
        missing = [layer for layer in other if layer.digest not in owned]
        sizes = {layer.digest: layer.size_bytes for layer in other}
        found.append(
            Difference(
                kind,
                _sum(layer.size_bytes or sizes.get(layer.digest) for layer in mine),
                _sum(layer.size_bytes for layer in other),
                sum(layer.size_bytes or 0 for layer in missing),
                tuple(layer.digest for layer in mine),
                tuple(layer.digest for layer in other),
                is_whole or bool(mine),
            )
        )
    rest = tuple(each for each in found if each.kind is not LayerKind.CONFIG)
    return rest if any(not each.is_same for each in rest) else tuple(found)


def _sum(sizes: Iterable[int | None]) -> int | None:
    told = [size or 0 for size in sizes]
    return sum(told) if told else None
