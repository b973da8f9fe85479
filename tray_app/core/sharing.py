"""Which models share which layers, and what deleting some of them frees.

Exact where whole manifests are known; where only the weights' digests are known (all that
/api/show tells), sizes are bounded by the models' sizes and marked as not exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tray_app.core.records import Layer, ModelInfo, ModelRecord


@dataclass(frozen=True, slots=True)
class KnownLayers:
    """The layers of one manifest digest, as far as known."""

    layers: tuple[Layer, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class LayerBook:
    """Layers by manifest digest (bare hex). Immutable; `with_info` gives a new one."""

    by_digest: Mapping[str, KnownLayers] = field(default_factory=dict)

    def with_info(self, info: ModelInfo) -> LayerBook:
        """The book plus what `info` tells; itself when that is nothing new."""
        known = KnownLayers(info.layers, info.has_all_layers)
        old = self.by_digest.get(info.digest)
        if not info.digest or old == known or (old and old.is_whole and not known.is_whole):
            return self
        return LayerBook({**self.by_digest, info.digest: known})

    def of(self, record: ModelRecord) -> KnownLayers | None:
        return self.by_digest.get(record.digest)


@dataclass(frozen=True, slots=True)
class Freed:
    """What deleting some models frees.

    `listed_bytes` counts every model in full, `freed_bytes` what really goes (an upper bound
    unless `is_exact`), `shared_bytes` what stays for `shared_with` (names outside the selection);
    `within` are the selected models that share layers with each other.
    """

    listed_bytes: int
    freed_bytes: int
    is_exact: bool
    shared_bytes: int = 0
    shared_with: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    within_bytes: int = 0


def freed(selected: Iterable[ModelRecord], models: Iterable[ModelRecord], book: LayerBook) -> Freed:
    """What deleting `selected` out of `models` (all of one server) frees."""
    chosen = [m for m in selected if not m.is_cloud]
    chosen_keys = {m.key for m in chosen}
    others = [m for m in models if m.key not in chosen_keys and not m.is_cloud]
    listed = sum(m.size_bytes or 0 for m in chosen)
    kept_by: dict[str, list[str]] = {}
    for other in others:
        for layer in _layers(other, book):
            kept_by.setdefault(layer.digest, []).append(other.name)
    holders: dict[str, list[ModelRecord]] = {}
    sizes: dict[str, int] = {}
    for model in chosen:
        for layer in _layers(model, book):
            holders.setdefault(layer.digest, []).append(model)
            sizes[layer.digest] = _size_bound(layer, model, sizes.get(layer.digest))
    shared_with = {n for digest in holders for n in kept_by.get(digest, ())}
    shared = sum(size for digest, size in sizes.items() if digest in kept_by)
    doubled = {d: ms for d, ms in holders.items() if len(ms) > 1}
    within = {m.name for ms in doubled.values() for m in ms}
    double_bytes = sum(sizes[d] * (len(ms) - 1) for d, ms in doubled.items())
    # Every copy of a kept layer is listed once per holder, and none of them goes.
    kept_bytes = sum(sizes[d] * len(holders[d]) for d in holders if d in kept_by)
    gone_twice = sum(sizes[d] * (len(ms) - 1) for d, ms in doubled.items() if d not in kept_by)
    return Freed(
        listed_bytes=listed,
        freed_bytes=max(0, listed - kept_bytes - gone_twice),
        is_exact=all(_is_whole(m, book) for m in (*chosen, *others)),
        shared_bytes=shared,
        shared_with=tuple(sorted(shared_with, key=str.casefold)),
        within=tuple(sorted(within, key=str.casefold)),
        within_bytes=double_bytes,
    )


def unique_bytes(models: Iterable[ModelRecord], book: LayerBook) -> int:
    """Bytes on disk counting shared layers once; models with unknown layers count in full."""
    total = 0
    seen: dict[str, int] = {}
    for model in models:
        if model.is_cloud:
            continue
        total += model.size_bytes or 0
        for layer in _layers(model, book):
            bound = _size_bound(layer, model, None)
            if layer.digest in seen:
                total -= min(bound, seen[layer.digest])
                seen[layer.digest] = max(bound, seen[layer.digest])
            else:
                seen[layer.digest] = bound
    return max(0, total)


def sharers(
    record: ModelRecord, models: Iterable[ModelRecord], book: LayerBook
) -> dict[str, tuple[str, ...]]:
    """For each layer digest of `record`: names of the other models that use it too."""
    wanted: dict[str, list[str]] = {layer.digest: [] for layer in _layers(record, book)}
    for other in models:
        if other.key == record.key:
            continue
        for layer in _layers(other, book):
            if layer.digest in wanted:
                wanted[layer.digest].append(other.name)
    return {digest: tuple(sorted(names)) for digest, names in wanted.items()}


def _layers(model: ModelRecord, book: LayerBook) -> tuple[Layer, ...]:
    known = book.of(model)
    return known.layers if known else ()


def _is_whole(model: ModelRecord, book: LayerBook) -> bool:
    known = book.of(model)
    return bool(known and known.is_whole)


def _size_bound(layer: Layer, model: ModelRecord, earlier: int | None) -> int:
    """A layer's size, or the smallest model that holds it: weights are nearly all of a model."""
    if layer.size_bytes is not None:
        return layer.size_bytes
    size = model.size_bytes or 0
    return size if earlier is None else min(size, earlier)
