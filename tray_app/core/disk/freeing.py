"""Which models are offered when space is to be freed, and which of them reach a target.

Nothing is chosen by itself: what is suggested is ticked by a person who wants that. A model that
somebody holds on to (pinned, starred, kept, in memory) is not offered at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tray_app.core.records import ModelKey, ModelRecord
from tray_app.core.sharing import Freed, LayerIndex, freed, freed_alone
from tray_app.core.use.ledger import Known, LastUse

_MAX_PRUNED = 50
"""So many of those that reach a target are looked at once more, whether they are needed."""


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


@dataclass(frozen=True, slots=True)
class Offers:
    """`backups` are old versions that are kept for a while, `models` all others; both with those
    first that free most. `held` counts what is not offered, by why."""

    backups: tuple[Offer, ...] = ()
    models: tuple[Offer, ...] = ()
    held: Counter[HeldBy] = field(default_factory=Counter)

    @property
    def all(self) -> tuple[Offer, ...]:
        return (*self.backups, *self.models)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Those that together free `freed_bytes`; of a target that cannot be reached, all."""

    keys: tuple[ModelKey, ...]
    freed_bytes: int
    is_enough: bool


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
    return Offers(_largest_first(backups), _largest_first(others), held)


def suggestion(
    found: Offers,
    models: Sequence[ModelRecord],
    layer_index: LayerIndex,
    target_bytes: int,
    now: datetime,
) -> Suggestion:
    """The fewest regrets that free `target_bytes`: old versions first, then what was not seen in
    memory for longest, what was made here last of all. Sums count shared layers once."""
    ordered = sorted(found.all, key=lambda offer: _regret(offer, now))

    def sum_of(chosen: Iterable[Offer]) -> int:
        return freed([offer.record for offer in chosen], models, layer_index).freed_bytes

    total = sum_of(ordered)
    if total < target_bytes or not ordered:
        return Suggestion(tuple(offer.key for offer in ordered), total, is_enough=False)
    low, high = 1, len(ordered)  # the sum grows with each
    while low < high:
        middle = (low + high) // 2
        if sum_of(ordered[:middle]) >= target_bytes:
            high = middle
        else:
            low = middle + 1
    chosen = ordered[:low]
    for offer in _needless_first(chosen):
        rest = [each for each in chosen if each is not offer]
        if sum_of(rest) >= target_bytes:
            chosen = rest
    return Suggestion(tuple(offer.key for offer in chosen), sum_of(chosen), is_enough=True)


def selected_bytes(
    keys: Collection[ModelKey],
    found: Offers,
    models: Sequence[ModelRecord],
    layer_index: LayerIndex,
) -> Freed:
    """What those that are ticked free together."""
    chosen = [offer.record for offer in found.all if offer.key in keys]
    return freed(chosen, models, layer_index)


def _needless_first(chosen: Sequence[Offer]) -> list[Offer]:
    """Those that would be missed most, but for the one that reached the target."""
    return list(reversed(chosen[-_MAX_PRUNED:-1]))


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
