"""Which models are offered when space is to be freed, and which of them reach a target.

Nothing is chosen by itself: what is suggested is ticked by a person who wants that. A model that
somebody holds on to (pinned, starred, kept, in memory) is not offered at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.sharing import Freed, LayerIndex, SharedLayer, freed_alone, shared_layers
from tray_app.core.use.ledger import Known, LastUse

if TYPE_CHECKING:
    from tray_app.core.records import ModelKey, ModelRecord


class HeldBy(StrEnum):
    """Why a model is not offered; the first that holds."""

    LOADED = "loaded"
    KEPT = "kept"  # kept loaded, also while it is not in memory
    STARRED = "starred"
    PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is to be known of a model. `held_by` None = it may be offered."""

    last_use: LastUse
    held_by: HeldBy | None = None
    is_backup: bool = False
    is_made_here: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that could be deleted. `effect`: of deleting it alone."""

    record: ModelRecord
    standing: Standing
    effect: Freed

    @property
    def key(self) -> ModelKey:
        return self.record.key


class OfferIndex:
    """What is looked up in offers, worked out once, by whoever makes them: thousands are not gone
    through at every tick. Nothing of it is to be changed.

    `layers` are the numbers of the shared layers that an offer holds; by number, `sizes` are their
    bytes, `holders` how many hold them, and `last` who of those comes last.
    """

    def __init__(self, found: tuple[Offer, ...], shared: tuple[SharedLayer, ...]) -> None:
        self.all = found
        self.keys = tuple([offer.key for offer in found])
        self.by_key = dict(zip(self.keys, found, strict=True))
        self.places = {key: place for place, key in enumerate(self.by_key)}
        self.layers: dict[ModelKey, list[int]] = {}
        for number, layer in enumerate(shared):
            for key in layer.holders:
                self.layers.setdefault(key, []).append(number)
        self.sizes = [layer.size_bytes for layer in shared]
        self.holders = [len(layer.holders) for layer in shared]
        self.last = [max(layer.holders, key=self.places.__getitem__) for layer in shared]


@dataclass(frozen=True, slots=True)
class Offers:
    """`backups` are old versions that are kept for a while, `models` all others; both with those
    first that free most. `held` counts what is not offered, by why. `shared` are the layers that
    several of them hold, and nobody else."""

    backups: tuple[Offer, ...] = ()
    models: tuple[Offer, ...] = ()
    held: Counter[HeldBy] = field(default_factory=Counter)
    shared: tuple[SharedLayer, ...] = ()
    cloud_count: int = 0
    index: OfferIndex = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        index = OfferIndex((*self.backups, *self.models), self.shared)
        object.__setattr__(self, "index", index)

    @property
    def all(self) -> tuple[Offer, ...]:
        return self.index.all


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Those that together free `freed_bytes`; of a target that cannot be reached, all."""

    keys: tuple[ModelKey, ...]
    freed_bytes: int
    is_enough: bool


@dataclass(frozen=True, slots=True)
class Freeing:
    """What can be freed on a server. `suggestion` is for `target_bytes`, None = there is none."""

    server_id: str
    offers: Offers
    target_bytes: int = 0
    suggestion: Suggestion | None = None


class Ticks:
    """Which offers are ticked, and what each of them frees beside the others: a layer goes with the
    last of those that hold it. Work per tick is that of the layers of one model."""

    def __init__(self, found: Offers, ticked: Iterable[ModelKey] = ()) -> None:
        self._index = found.index
        self._open = list(found.index.holders)  # holders that are not ticked
        self._ticked: dict[ModelKey, None] = {}
        self._freed_bytes = self._listed_bytes = self._inexact = 0
        for key in ticked:
            self.set_ticked(key, is_ticked=True)

    @property
    def keys(self) -> tuple[ModelKey, ...]:
        """Those that are ticked, in the order in which they were."""
        return tuple(self._ticked)

    @property
    def freed_bytes(self) -> int:
        return self._freed_bytes

    @property
    def effect(self) -> Freed:
        """Of deleting all that is ticked."""
        return Freed(self._listed_bytes, self._freed_bytes, not self._inexact)

    def is_ticked(self, key: ModelKey) -> bool:
        return key in self._ticked

    def set_ticked(self, key: ModelKey, *, is_ticked: bool) -> None:
        """One that is not offered stays as it is."""
        index = self._index
        offer = index.by_key.get(key)
        if offer is None or is_ticked is (key in self._ticked):
            return
        sign = 1 if is_ticked else -1
        if is_ticked:
            self._ticked[key] = None
        else:
            del self._ticked[key]
        self._freed_bytes += sign * offer.effect.freed_bytes
        self._listed_bytes += sign * (offer.record.size_bytes or 0)
        self._inexact += 0 if offer.effect.is_exact else sign
        for number in index.layers.get(key, ()):
            if is_ticked:
                self._open[number] -= 1
                self._freed_bytes += 0 if self._open[number] else index.sizes[number]
            else:
                self._freed_bytes -= 0 if self._open[number] else index.sizes[number]
                self._open[number] += 1

    def bytes_of(self, key: ModelKey) -> int:
        """What it frees with those that are ticked. Those that are: their sum is that of all."""
        index = self._index
        total = index.by_key[key].effect.freed_bytes
        is_ticked = key in self._ticked
        for number in index.layers.get(key, ()):
            if is_ticked:
                goes_with_it = not self._open[number] and index.last[number] == key
            else:
                goes_with_it = self._open[number] == 1
            total += index.sizes[number] if goes_with_it else 0
        return total


def offers(
    models: Sequence[ModelRecord],
    layer_index: LayerIndex,
    standing_of: Callable[[ModelRecord], Standing],
) -> Offers:
    """What can be offered of `models`, all of one server. Cloud models take no space."""
    effects = freed_alone(models, layer_index)
    backups: list[Offer] = []
    others: list[Offer] = []
    held: Counter[HeldBy] = Counter()
    for record in models:
        if record.is_cloud:
            continue
        standing = standing_of(record)
        if standing.held_by is not None:
            held[standing.held_by] += 1
            continue
        offer = Offer(record, standing, effects[record.key])
        (backups if standing.is_backup else others).append(offer)
    offered = {offer.key for offer in (*backups, *others)}
    shared = tuple(
        layer for layer in shared_layers(models, layer_index) if offered.issuperset(layer.holders)
    )
    cloud_count = sum(record.is_cloud for record in models)
    return Offers(_largest_first(backups), _largest_first(others), held, shared, cloud_count)


def suggestion(found: Offers, target_bytes: int, now: datetime) -> Suggestion:
    """The fewest regrets that free `target_bytes`: old versions first, then what was not seen in
    memory for longest, what was made here last of all. Sums count shared layers once."""
    ordered = sorted(found.all, key=lambda offer: _regret(offer, now))
    ticks = Ticks(found)
    chosen: list[Offer] = []
    for offer in ordered:
        if ticks.freed_bytes >= target_bytes:
            break
        chosen.append(offer)
        ticks.set_ticked(offer.key, is_ticked=True)
    is_enough = bool(ordered) and ticks.freed_bytes >= target_bytes
    for offer in reversed(chosen[:-1] if is_enough else ()):  # who would be missed most, first
        ticks.set_ticked(offer.key, is_ticked=False)
        if ticks.freed_bytes < target_bytes:
            ticks.set_ticked(offer.key, is_ticked=True)
    keys = tuple(offer.key for offer in chosen if ticks.is_ticked(offer.key))
    return Suggestion(keys, ticks.freed_bytes, is_enough)


def _regret(offer: Offer, now: datetime) -> tuple[int, float, int, str]:
    standing = offer.standing
    group = 2 if standing.is_made_here else 0 if standing.is_backup else 1
    return (group, -_unseen_s(standing.last_use, now), -offer.effect.freed_bytes, offer.record.name)


def _unseen_s(use: LastUse, now: datetime) -> float:
    """So long it was not seen in memory, as far as anybody knows."""
    if use.known is Known.BEFORE:
        return float("inf")
    if use.known is Known.USED and use.at is not None:
        return (now - use.at).total_seconds()
    return 0.0  # it has just come, or nobody watches


def _largest_first(found: list[Offer]) -> tuple[Offer, ...]:
    return tuple(sorted(found, key=lambda each: (-each.effect.freed_bytes, each.record.name)))
