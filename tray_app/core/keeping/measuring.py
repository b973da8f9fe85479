"""Measurements: what each model took in memory, by server, weights and context.

Fed with what servers say is loaded; pure bookkeeping, without a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tray_app.core.keeping.records import MAX_MEASUREMENTS, Capacity, Measurement
from tray_app.core.records import LayerKind, RunningModel

if TYPE_CHECKING:
    from tray_app.core.memory_fit import GraphicsMemory
    from tray_app.core.sharing import KnownLayers

RENEWED_AFTER = timedelta(hours=1)
"""The same measurement is not taken again before."""
OFFERED = 6
"""Contexts in the menu."""
_LEAST_OFFERED = 4096

_Key = tuple[str, str, int]


class Measurements:
    """All that were taken; of very many the newest."""

    def __init__(self, found: Iterable[Measurement] = ()) -> None:
        self._by_key: dict[_Key, Measurement] = {}
        # By server and digest of manifest or weights: what was taken of it, by context.
        self._by_digest: dict[tuple[str, str], dict[int, Measurement]] = {}
        self.has_changed = False
        for measurement in found:
            self._put(measurement)

    def __iter__(self) -> Iterator[Measurement]:
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)

    def of(self, server_id: str, digest: str, weights: str = "") -> tuple[Measurement, ...]:
        """What was taken of a model, the smallest context first."""
        found: dict[int, Measurement] = {}
        for known in (digest, weights):
            for context, taken in self._by_digest.get((server_id, known), {}).items():
                if known and (context not in found or taken.at > found[context].at):
                    found[context] = taken
        return tuple(found[context] for context in sorted(found))

    def default_context(self, server_id: str, digest: str, weights: str = "") -> int | None:
        """The context that the server has chosen for a model; None = not seen yet."""
        taken = [each for each in self.of(server_id, digest, weights) if each.is_default]
        return max(taken, key=lambda each: each.at).context_length if taken else None

    def best(
        self, server_id: str, digest: str, weights: str, context: int | None
    ) -> Measurement | None:
        """What it took with this context, None = the default one."""
        wanted = context or self.default_context(server_id, digest, weights)
        found = self.of(server_id, digest, weights)
        return next((each for each in found if each.context_length == wanted), None)

    def note(
        self,
        server_id: str,
        running: Iterable[RunningModel],
        version: str,
        at: datetime,
        weights_of: Callable[[str], str],
        default_of: Callable[[RunningModel], bool],
    ) -> bool:
        """What is loaded now; whether that was news. `weights_of` tells the weights of a manifest,
        `default_of` whether the server itself chose the context of a model."""
        rows = tuple(running)
        is_news = False
        for row in rows:
            if not (row.digest and row.size_bytes and row.context_length):
                continue
            beside = tuple(sorted(other.name for other in rows if other is not row))[:8]
            taken = Measurement(
                *(server_id, row.digest, row.context_length, row.size_bytes),
                min(row.size_vram_bytes or 0, row.size_bytes),
                at,
                *(weights_of(row.digest), version, beside, default_of(row)),
            )
            is_news = self._take(taken) or is_news
        return is_news

    def note_load(self, server_id: str, digest: str, context: int, load_s: float) -> None:
        """How long a load of ours took, of what is measured already."""
        for taken in self.of(server_id, digest):
            if taken.context_length == context:
                self._put(replace(taken, load_s=round(load_s, 1)))

    def set_weights(self, weights_of: Callable[[str], str]) -> bool:
        """The weights of more manifests are known; whether any of them is measured."""
        news = [
            (key, replace(taken, weights=weights))
            for key, taken in self._by_key.items()
            if not taken.weights and (weights := weights_of(taken.digest))
        ]
        for key, taken in news:
            old = self._by_key.get(taken.key)
            self._drop(key)
            if old is None or old.at <= taken.at:
                self._put(taken)
        return bool(news)

    def forget(self, server_id: str, digest: str, weights: str = "") -> None:
        """The model was deleted, and no other has its weights."""
        for taken in self.of(server_id, digest, weights):
            self._drop(taken.key)

    def take_all(self, found: Iterable[Measurement]) -> None:
        """Those of a file; what was taken meanwhile is newer."""
        for taken in found:
            if taken.key not in self._by_key:
                self._put(taken)

    def _take(self, taken: Measurement) -> bool:
        old = self._by_key.get(taken.key)
        if old is None:
            self._put(taken)
            return True
        same = replace(taken, at=old.at, load_s=old.load_s, beside=old.beside)
        same = replace(same, is_default=taken.is_default or old.is_default, digest=old.digest)
        if same == old and taken.at - old.at < RENEWED_AFTER and taken.digest == old.digest:
            return False
        is_default = taken.is_default or old.is_default
        self._put(replace(taken, load_s=old.load_s, is_default=is_default))
        return same != old

    def _put(self, taken: Measurement) -> None:
        self._drop(taken.key)
        self._by_key[taken.key] = taken
        for digest in {taken.digest, taken.weights} - {""}:
            of_digest = self._by_digest.setdefault((taken.server_id, digest), {})
            of_digest[taken.context_length] = taken
        self.has_changed = True
        while len(self._by_key) > MAX_MEASUREMENTS:
            self._drop(next(iter(self._by_key)))

    def _drop(self, key: _Key) -> None:
        taken = self._by_key.pop(key, None)
        if taken is None:
            return
        self.has_changed = True
        for digest in {taken.digest, taken.weights} - {""}:
            of_digest = self._by_digest.get((taken.server_id, digest), {})
            if of_digest.get(taken.context_length) is taken:
                del of_digest[taken.context_length]
            if not of_digest:
                self._by_digest.pop((taken.server_id, digest), None)


def telling(taken: Iterable[Measurement]) -> Measurement | None:
    """The one that says most of what a model takes: with the longest context that stayed on the
    card, else the newest."""
    found = tuple(taken)
    stayed = [each for each in found if each.permille >= 1000]
    if stayed:
        return max(stayed, key=lambda each: each.context_length)
    return max(found, key=lambda each: each.at, default=None)


def offered_contexts(
    default: int | None, measured: Iterable[int], longest: int | None
) -> tuple[int, ...]:
    """The contexts that are offered beside the default: what was measured, then powers of two and
    what the model knows at most; with the default `OFFERED` of them, the smallest first."""
    room = OFFERED - 1
    chosen = set(sorted(set(measured) - {default})[-room:])
    steps: list[int] = []
    if longest:
        step = _LEAST_OFFERED
        while step < longest:
            steps.append(step)
            step *= 2
        # The longest before the steps right below it: those are the least different from it.
        steps = [longest, *steps]
    for step in steps:
        if len(chosen) < room and step != default:
            chosen.add(step)
    return tuple(sorted(chosen))


def capacity_of(
    graphics: GraphicsMemory, measured: Iterable[Measurement], main_bytes: int | None = None
) -> Capacity:
    """How much memory a server has for models, by what it has shown now and before; `main_bytes` is
    that of its computer, None = not known."""
    if graphics.has_no_card:
        return Capacity(main_bytes, is_graphics=False)
    # One that was alone and did not fit has filled the card.
    filled = [
        taken.graphics_bytes
        for taken in measured
        if not taken.beside and 0 < taken.graphics_bytes < taken.size_bytes
    ]
    shown = [graphics.seen_bytes] if graphics.is_all else []
    total = max((*shown, *filled), default=None)
    return Capacity(None if total is None else max(total, graphics.seen_bytes))


def weights_of(known: KnownLayers | None) -> str:
    """The digest of a model's weights, "" = not known."""
    layers = known.layers if known is not None else ()
    return next((layer.digest for layer in layers if layer.kind is LayerKind.MODEL), "")
