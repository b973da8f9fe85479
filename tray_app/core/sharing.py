"""Which models share which layers, and what deleting some of them frees.

Exact where whole manifests are known; where only the weights' digests are known (all that
/api/show tells), sizes are bounded by the models' sizes and marked as not exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from tray_app.core.records import Layer, LayerKind, ModelInfo, ModelRecord


@dataclass(frozen=True, slots=True)
class KnownLayers:
    """The layers of one manifest digest, as far as known."""

    layers: tuple[Layer, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class LayerIndex:
    """Layers by manifest digest (bare hex). Immutable; `with_info` gives a new one."""

    by_digest: Mapping[str, KnownLayers] = field(default_factory=dict)

    def with_info(self, info: ModelInfo) -> LayerIndex:
        """The index plus what `info` tells; itself when that is nothing new."""
        return self.with_infos((info,))

    def with_infos(self, infos: Iterable[ModelInfo]) -> LayerIndex:
        """The index plus what all of `infos` tell; itself when that is nothing new."""
        news: dict[str, KnownLayers] = {}
        for info in infos:
            known = KnownLayers(info.layers, info.has_all_layers)
            old = news.get(info.digest) or self.by_digest.get(info.digest)
            if info.digest and old != known and not (old and old.is_whole and not known.is_whole):
                news[info.digest] = known
        return LayerIndex({**self.by_digest, **news}) if news else self

    def only(self, digests: AbstractSet[str]) -> LayerIndex:
        """What is known of these alone; itself when that is all."""
        if self.by_digest.keys() <= digests:
            return self
        return LayerIndex({d: known for d, known in self.by_digest.items() if d in digests})

    def of(self, record: ModelRecord) -> KnownLayers | None:
        return self.by_digest.get(record.digest)


class SharingIndex:
    """Which manifests of a LayerIndex share layers with others; most of thousands share nothing.

    Takes one after the other and looks only at what is new in it, or gone.
    """

    def __init__(self) -> None:
        self._seen: dict[str, KnownLayers] = {}
        # By layer: the one manifest that has it, or all of several.
        self._users: dict[str, str] = {}
        self._sharers: dict[str, set[str]] = {}
        self._shared_layers: Counter[str] = Counter()

    @property
    def digests(self) -> AbstractSet[str]:
        """The manifests that share any layer."""
        return self._shared_layers.keys()

    def __len__(self) -> int:
        """How many manifests it knows."""
        return len(self._seen)

    def take(self, layer_index: LayerIndex) -> None:
        """Learn what `layer_index` tells, and forget what it does not."""
        seen, told = self._seen, layer_index.by_digest
        for digest, known in told.items():
            if seen.get(digest) is not known:
                self._forget(digest)
                self._learn(digest, known)
        if len(seen) != len(told):
            for digest in seen.keys() - told.keys():
                self._forget(digest)

    def _learn(self, digest: str, known: KnownLayers) -> None:
        self._seen[digest] = known
        for layer in {layer.digest for layer in known.layers}:
            sharers = self._sharers.get(layer)
            if sharers is not None:
                sharers.add(digest)
                self._shared_layers[digest] += 1
            elif user := self._users.pop(layer, ""):
                self._sharers[layer] = {user, digest}
                self._shared_layers.update((user, digest))
            else:
                self._users[layer] = digest

    def _forget(self, digest: str) -> None:
        known = self._seen.pop(digest, None)
        for layer in {layer.digest for layer in known.layers} if known else ():
            sharers = self._sharers.get(layer)
            if sharers is None:
                del self._users[layer]
                continue
            sharers.remove(digest)
            self._unshare(digest)
            if len(sharers) == 1:
                (self._users[layer],) = self._sharers.pop(layer)
                self._unshare(self._users[layer])

    def _unshare(self, digest: str) -> None:
        self._shared_layers[digest] -= 1
        if not self._shared_layers[digest]:
            del self._shared_layers[digest]


@dataclass(frozen=True, slots=True)
class Freed:
    """What deleting some models frees.

    `listed_bytes` counts every model in full, `freed_bytes` what really goes ("up to" unless
    `is_exact`), `shared_bytes` what stays for `shared_with` (names outside the selection);
    `within` are the selected models that share layers with each other, `within_bytes` what that
    makes the sum of their sizes too large.
    """

    listed_bytes: int
    freed_bytes: int
    is_exact: bool
    shared_bytes: int = 0
    shared_with: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    within_bytes: int = 0


def freed(
    selected: Iterable[ModelRecord], models: Iterable[ModelRecord], layer_index: LayerIndex
) -> Freed:
    """What deleting `selected` out of `models` (all of one server) frees."""
    chosen = [m for m in selected if not m.is_cloud]
    chosen_keys = {m.key for m in chosen}
    others = [m for m in models if m.key not in chosen_keys and not m.is_cloud]
    sizes = _layer_sizes([*chosen, *others], layer_index)
    kept_by = _holders(others, layer_index)
    holders = _holders(chosen, layer_index)
    kept_digests = {m.digest for m in others if m.digest}
    open_models = [m for m in chosen if m.digest not in kept_digests]
    return Freed(
        listed_bytes=sum(m.size_bytes or 0 for m in chosen),
        freed_bytes=_unique_bytes(chosen, layer_index, sizes, seen={*kept_by, *kept_digests}),
        # A model whose exact copy stays frees nothing, whatever is known of the others.
        is_exact=all(
            _is_whole(m, layer_index) for m in (*open_models, *(others if open_models else ()))
        ),
        shared_bytes=sum(sizes[digest] for digest in holders if digest in kept_by),
        shared_with=_sorted(m.name for d in holders for m in kept_by.get(d, ())),
        within=_sorted(m.name for ms in holders.values() if len(ms) > 1 for m in ms),
        within_bytes=sum(sizes[d] * (len(ms) - 1) for d, ms in holders.items()),
    )


def unique_bytes(models: Iterable[ModelRecord], layer_index: LayerIndex) -> int:
    """Bytes on disk counting shared layers once; models with unknown layers count in full."""
    stored = [m for m in models if not m.is_cloud]
    return _unique_bytes(stored, layer_index, _layer_sizes(stored, layer_index), seen=set())


def sharers(
    record: ModelRecord, models: Iterable[ModelRecord], layer_index: LayerIndex
) -> dict[str, tuple[str, ...]]:
    """For each layer digest of `record`: names of the other models that use it too."""
    known = layer_index.of(record)
    others = _holders((m for m in models if m.key != record.key), layer_index)
    return {
        layer.digest: _sorted(m.name for m in others.get(layer.digest, ()))
        for layer in (known.layers if known else ())
    }


def _layers(model: ModelRecord, layer_index: LayerIndex) -> tuple[Layer, ...]:
    """The known layers. Where none are: the whole model as one, which its copies share."""
    known = layer_index.of(model)
    if known and known.layers:
        return known.layers
    return (Layer(model.digest, LayerKind.OTHER, model.size_bytes),) if model.digest else ()


def _holders(
    models: Iterable[ModelRecord], layer_index: LayerIndex
) -> dict[str, list[ModelRecord]]:
    holders: dict[str, list[ModelRecord]] = {}
    for model in models:
        for layer in _layers(model, layer_index):
            holders.setdefault(layer.digest, []).append(model)
    return holders


def _layer_sizes(models: Iterable[ModelRecord], layer_index: LayerIndex) -> dict[str, int]:
    """Bytes by layer digest. Where nobody told, a model's first layer of unknown size is taken to
    be all of the model that is not accounted for (weights are nearly all of it), and to be no
    larger than the smallest model that holds it."""
    told: dict[str, int] = {}
    bounds: dict[str, int] = {}
    for model in models:
        layers = _layers(model, layer_index)
        told.update({x.digest: x.size_bytes for x in layers if x.size_bytes is not None})
        bound = max(0, (model.size_bytes or 0) - sum(x.size_bytes or 0 for x in layers))
        for layer in layers:
            if layer.size_bytes is None:
                bounds[layer.digest] = min(bound, bounds.get(layer.digest, bound))
                bound = 0
    return {**bounds, **told}


def _unique_bytes(
    models: Iterable[ModelRecord], layer_index: LayerIndex, sizes: Mapping[str, int], seen: set[str]
) -> int:
    """Bytes of `models`, each layer once and those in `seen` not at all."""
    total = 0
    for model in models:
        layers = _layers(model, layer_index)
        sizes_here = [sizes[layer.digest] for layer in layers]
        # What the known layers do not account for belongs to this model alone.
        rest = (
            0
            if _is_whole(model, layer_index)
            else max(0, (model.size_bytes or 0) - sum(sizes_here))
        )
        total += rest if model.digest not in seen else 0
        total += sum(sizes[x.digest] for x in layers if x.digest not in seen)
        seen.update(layer.digest for layer in layers)
        if model.digest:
            seen.add(model.digest)
    return total


def _is_whole(model: ModelRecord, layer_index: LayerIndex) -> bool:
    known = layer_index.of(model)
    return bool(known and known.is_whole)


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names), key=lambda name: (name.casefold(), name)))
