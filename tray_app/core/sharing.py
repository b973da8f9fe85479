"""Which models share which layers, and what deleting some of them frees.

Exact where whole manifests are known; where only the weights' digests are known (all that
/api/show tells), sizes are bounded by the models' sizes and marked as not exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import field, replace
from itertools import compress
from operator import is_not
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical, split_display
from tray_app.core.records import Layer, LayerKind, ModelInfo, ModelKey, ModelRecord

if TYPE_CHECKING:
    from tray_app.core.installed import InstalledModels

_NAMED_BYTES = 1_000_000
_UNSEEN_BYTES = 1_000_000
"""What a model has beside its weights, at most, where nobody tells: texts and a configuration."""


@dataclass(frozen=True, slots=True)
class KnownLayers:
    """The layers of one manifest digest, as far as known."""

    layers: tuple[Layer, ...]
    is_whole: bool
    is_from_registry: bool = False
    """Whether the manifest is, byte for byte, that of a registry."""


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
            known = KnownLayers(info.layers, info.has_all_layers, info.is_from_registry)
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

    def weights(self, digest: str) -> frozenset[str]:
        """The digests of what a model weighs with; none = not known."""
        known = self.by_digest.get(digest)
        layers = known.layers if known is not None else ()
        return frozenset(layer.digest for layer in layers if layer.kind is LayerKind.MODEL)


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
        # A few of thousands are new, each time that a server has told of them: sifted in C.
        is_new = map(is_not, map(seen.get, told), told.values())
        for digest, known in tuple(compress(told.items(), is_new)):
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

    `listed_bytes` counts every model in full, `freed_bytes` what really goes: "up to" unless
    `is_exact`, and then 0 = not known. `shared_bytes` is what stays for others; `shared_with` are
    the names outside the selection that hold most of it, the largest share first: those that hold a
    template or a license alone are left out. `within` are the selected models that share layers
    with each other, in the same order, `within_bytes` those layers, each counted once.
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
    holders = _holders(chosen, layer_index)
    # Of thousands of others, those that have something in common with them.
    near = _having_any(others, {*holders, *(m.digest for m in chosen)}, layer_index)
    sizes = _layer_sizes([*chosen, *near], layer_index)
    kept_by = _holders(near, layer_index)
    kept_digests = {m.digest for m in near if m.digest}
    open_models = [m for m in chosen if m.digest not in kept_digests]
    listed = sum(m.size_bytes or 0 for m in chosen)
    least = _unique_bytes(chosen, layer_index, sizes.by_digest, seen={*kept_by, *kept_digests})
    kept = {digest: kept_by[digest] for digest in holders if digest in kept_by}
    common = {digest: ms for digest, ms in holders.items() if len(ms) > 1}
    guessed = sizes.guessed & (kept.keys() | common.keys())
    unseen = sum(_UNSEEN_BYTES for m in open_models if _has_any(m, layer_index, guessed))
    if any(m.size_bytes is None and not _is_whole(m, layer_index) for m in open_models):
        least = unseen = 0  # nobody knows
    most = sum(m.size_bytes or 0 for m in open_models)
    if _unique_bytes([*chosen, *near], layer_index, sizes.by_digest, seen=set()) < most:
        most = min(most, unique_bytes([*chosen, *others], layer_index))  # all are said to take
    return Freed(
        listed_bytes=listed,
        freed_bytes=min(least + unseen, max(least, most)),
        # A model whose exact copy stays frees nothing, whatever is known of the others.
        is_exact=all(
            _is_whole(m, layer_index) for m in (*open_models, *(others if open_models else ()))
        ),
        shared_bytes=sum(sizes.by_digest[digest] for digest in kept),
        shared_with=largest_first(_shares(kept, sizes), listed),
        within=largest_first(_shares(common, sizes), listed),
        within_bytes=sum(sizes.by_digest[digest] for digest in common),
    )


def freed_alone(models: Iterable[ModelRecord], layer_index: LayerIndex) -> dict[ModelKey, Freed]:
    """What deleting each one of `models` (all of one server) would free, and nothing beside it. The
    work is that of who shares with whom, not of all with all."""
    stored = [model for model in models if not model.is_cloud]
    holders = _holders(stored, layer_index)
    digests: dict[str, list[ModelRecord]] = {}
    for model in stored:
        digests.setdefault(model.digest, []).append(model)
    are_whole = all(_is_whole(model, layer_index) for model in stored)
    found = {}
    for model in stored:
        near = {model.key: model}
        layers = _layers(model, layer_index)
        small = sum(x.size_bytes or 0 for x in layers if _is_small(x))
        has_names = is_worth_naming(small, model.size_bytes or 0)
        for layer in layers:
            others = holders[layer.digest]
            if _is_small(layer) and not has_names:
                others = others[:2]  # that others keep a license says it; hundreds may have it
            near.update((other.key, other) for other in others)
        if model.digest:
            near.update((other.key, other) for other in digests[model.digest])
        effect = freed([model], near.values(), layer_index)
        is_copied = bool(model.digest) and len(digests[model.digest]) > 1
        found[model.key] = replace(effect, is_exact=are_whole or is_copied)
    return found


@dataclass(frozen=True, slots=True)
class SharedLayer:
    """A layer that goes with the last of its holders."""

    size_bytes: int
    holders: tuple[ModelKey, ...]


def shared_layers(
    models: Iterable[ModelRecord], layer_index: LayerIndex
) -> tuple[SharedLayer, ...]:
    """The layers that several of `models` (all of one server) hold, and what copies of one model
    have beside the layers that are known of it."""
    stored = [model for model in models if not model.is_cloud]
    sizes = _layer_sizes(stored, layer_index).by_digest
    found = [
        SharedLayer(sizes[digest], keys) for digest, keys in _several(_holders(stored, layer_index))
    ]
    digests: dict[str, list[ModelRecord]] = {}
    for model in stored:
        known = layer_index.of(model)
        if known and known.layers and not known.is_whole:
            digests.setdefault(model.digest, []).append(model)
    for digest, keys in _several(digests):
        model = digests[digest][0]
        told = sum(sizes[layer.digest] for layer in _layers(model, layer_index))
        found.append(SharedLayer(max(0, (model.size_bytes or 0) - told), keys))
    return tuple(found)


def _several(
    holders: Mapping[str, Iterable[ModelRecord]],
) -> Iterator[tuple[str, tuple[ModelKey, ...]]]:
    for digest, models in holders.items():
        keys = tuple(dict.fromkeys(model.key for model in models))
        if len(keys) > 1:
            yield digest, keys


def _is_small(layer: Layer) -> bool:
    return layer.size_bytes is not None and layer.size_bytes < _NAMED_BYTES


def largest_first(shares: Mapping[str, int], total_bytes: int) -> tuple[str, ...]:
    """The names of those that hold enough bytes of `total_bytes` to be worth a name, whoever
    holds most first."""
    named = (name for name, held in shares.items() if is_worth_naming(held, total_bytes))
    return tuple(sorted(named, key=lambda name: (-shares[name], name.casefold(), name)))


def is_worth_naming(held_bytes: int, total_bytes: int) -> bool:
    """Whether so much is shared that it matters to anybody: a few kilobytes of a license do not,
    except to a model that is hardly larger itself."""
    return held_bytes > 0 and (held_bytes >= _NAMED_BYTES or held_bytes * 100 >= total_bytes)


@dataclass(frozen=True, slots=True)
class DiskUse:
    """What models take on disk: `stored_bytes` counts shared layers once, to the few kilobytes that
    /api/show does not tell; "up to" if `is_bound`. `listed_bytes` counts every model in full."""

    stored_bytes: int
    listed_bytes: int
    is_bound: bool


def disk_use(models: Iterable[ModelRecord], layer_index: LayerIndex) -> DiskUse:
    """What `models` take together. Models whose layers nobody told count in full, copies of one
    digest once."""
    stored = [m for m in models if not m.is_cloud]
    return DiskUse(
        unique_bytes(stored, layer_index),
        sum(m.size_bytes or 0 for m in stored),
        may_share_more({m.digest for m in stored}, layer_index),
    )


def may_share_more(digests: AbstractSet[str], layer_index: LayerIndex) -> bool:
    """Whether models of these manifest digests may share layers that nobody told of yet."""
    return len(digests) > 1 and not digests <= layer_index.by_digest.keys()


def unique_bytes(models: Iterable[ModelRecord], layer_index: LayerIndex) -> int:
    """Bytes on disk counting shared layers once; models with unknown layers count in full."""
    stored = [m for m in models if not m.is_cloud]
    sizes = _layer_sizes(stored, layer_index)
    return _unique_bytes(stored, layer_index, sizes.by_digest, seen=set())


def is_made_here(record: ModelRecord, installed: InstalledModels, layer_index: LayerIndex) -> bool:
    """Whether the model was certainly made on its server, so that no registry has it.

    It was if it has no owner's name and was made from one which is installed, with the same
    weights, or from itself. A parent alone proves nothing: models of a registry name one too, or a
    file of whoever made them.
    """
    known, named = layer_index.of(record), record.details.parent_model
    if not named or record.is_cloud or (known and known.is_from_registry):
        return False
    if split_display(record.name)[0]:
        return False
    parent = installed.by_key.get(canonical(named))
    if parent is None or parent.key == record.key:
        return parent is not None
    weights = layer_index.weights(record.digest)
    return bool(weights) and weights == layer_index.weights(parent.digest)


def has_other_name(record: ModelRecord, models: Iterable[ModelRecord]) -> bool:
    """Whether another of its server's `models` is the same, so that it stays if one is replaced."""
    return any(row.digest == record.digest and row.key != record.key for row in models)


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


def _having_any(
    models: Iterable[ModelRecord], digests: AbstractSet[str], layer_index: LayerIndex
) -> list[ModelRecord]:
    """Those which are one of these, or have one of these layers."""
    found = []
    for model in models:
        known = layer_index.of(model)
        layers = known.layers if known else ()
        if model.digest in digests or any(layer.digest in digests for layer in layers):
            found.append(model)
    return found


def _holders(
    models: Iterable[ModelRecord], layer_index: LayerIndex
) -> dict[str, list[ModelRecord]]:
    holders: dict[str, list[ModelRecord]] = {}
    for model in models:
        for layer in _layers(model, layer_index):
            holders.setdefault(layer.digest, []).append(model)
    return holders


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Bytes by layer digest; those in `guessed` nobody told."""

    by_digest: Mapping[str, int]
    guessed: AbstractSet[str]


def _layer_sizes(models: Iterable[ModelRecord], layer_index: LayerIndex) -> _Sizes:
    """The sizes of all layers. Where nobody told, a model's first layer of unknown size is taken
    to be all of the model that is not accounted for (weights are nearly all of it), and to be no
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
    return _Sizes({**bounds, **told}, bounds.keys() - told.keys())


def _has_any(model: ModelRecord, layer_index: LayerIndex, guessed: AbstractSet[str]) -> bool:
    """Whether what this model has beside these layers is a difference of which nobody told both
    sides."""
    layers = () if _is_whole(model, layer_index) else _layers(model, layer_index)
    return any(layer.digest in guessed for layer in layers)


def _shares(holders: Mapping[str, Iterable[ModelRecord]], sizes: _Sizes) -> Counter[str]:
    """How many bytes of these layers each model holds, by name."""
    shares: Counter[str] = Counter()
    for digest, models in holders.items():
        for name in {model.name for model in models}:
            shares[name] += sizes.by_digest[digest]
    return shares


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
