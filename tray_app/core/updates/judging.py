"""judge(): from what a registry said and what is known here to a verdict. The only rule of it.

Pure: whoever asks brings what was learned, and gets the same verdict for it every time.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.records import Layer, LayerKind, ModelRecord
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.verdicts import Standing, Verdict
from tray_app.core.versions import is_too_old

if TYPE_CHECKING:
    from tray_app.core.sharing import KnownLayers
    from tray_app.core.updates.ledger import Ledger, Look

HEAVY = frozenset({LayerKind.MODEL, LayerKind.PROJECTOR, LayerKind.ADAPTER, LayerKind.TENSOR})
PUSH_MARGIN = timedelta(minutes=10)
_ORDER = (
    LayerKind.MODEL,
    LayerKind.TENSOR,
    LayerKind.PROJECTOR,
    LayerKind.ADAPTER,
    LayerKind.TEMPLATE,
    LayerKind.SYSTEM,
    LayerKind.PARAMS,
    LayerKind.MESSAGES,
    LayerKind.LICENSE,
    LayerKind.OTHER,
    LayerKind.CONFIG,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of an installed model's server. `known` are the model's layers, `held` the
    digests of layers that the server has, its own among them; `version` is that of the server."""

    known: KnownLayers | None = None
    held: AbstractSet[str] = frozenset()
    version: str = ""


def judge(record: ModelRecord, look: Look, ledger: Ledger, evidence: Evidence) -> Verdict:
    """How `record` stands to what `look` says of its name."""
    if look.kind is None:
        return Verdict(Standing.UNKNOWN, record.digest, failure=look.failure)
    told = _Told(record, look)
    if look.kind in (AnswerKind.ABSENT, AnswerKind.PRIVATE):
        return told.as_verdict(Standing.ABSENT, is_private=look.kind is AnswerKind.PRIVATE)
    is_pair = ledger.is_pair(record.name, record.digest, look.digest)
    if look.digest and is_pair:
        return told.as_verdict(Standing.CURRENT)
    has_seen = ledger.has_seen(record.name, record.digest)
    if not has_seen and record.digest not in look.about:
        # Somebody has installed it since: the registry may have had it by then.
        return Verdict(Standing.UNKNOWN, record.digest, failure=look.failure)
    if look.kind is AnswerKind.NEEDS_NEWER:
        return told.as_verdict(Standing.NEEDS_SERVER)
    there = look.layers
    if not there:
        return Verdict(Standing.UNKNOWN, record.digest, failure=look.failure)
    differs = differing(there, evidence)
    if is_same(there, evidence.known):
        return told.as_verdict(Standing.CURRENT)
    is_heavy = any(kind in HEAVY for kind in differs)
    is_later = has_seen or _is_later(record, look, evidence)
    parts, fetch_bytes = differs, sum(missing_layers(there, evidence).values())
    total = sum(layer.size_bytes or 0 for layer in there)
    if not is_later:
        is_pushed_before = (
            look.pushed_at is not None
            and record.modified_at is not None
            and look.pushed_at <= record.modified_at
        )
        if is_pushed_before and not is_heavy:
            return told.as_verdict(Standing.CURRENT)
        standing = Standing.CHANGED
    elif look.requires and is_too_old(evidence.version, look.requires):
        standing = Standing.NEEDS_SERVER
    else:
        standing = Standing.WEIGHTS if is_heavy else Standing.SMALL
    return told.as_verdict(standing, total, fetch_bytes, parts)


def is_same(there: tuple[Layer, ...], known: KnownLayers | None) -> bool:
    """Whether both are the same layers, config and all, whatever bytes tie them together."""
    if known is None or not known.is_whole:
        return False
    return {(x.kind, x.digest) for x in there} == {(x.kind, x.digest) for x in known.layers}


def differing(there: tuple[Layer, ...], evidence: Evidence) -> tuple[LayerKind, ...]:
    """The kinds of layers that differ, the weightiest first; the config only where nothing else
    does, as it follows the others. Where the layers here are not all known: of those that the
    server has not, and of weights that are not the same."""
    known = evidence.known
    kinds: set[LayerKind] = set()
    if known is not None and known.is_whole:
        ours = {(x.kind, x.digest) for x in known.layers}
        kinds = {kind for kind, _ in ours ^ {(x.kind, x.digest) for x in there}}
    else:
        told = {x.digest for x in known.layers} if known is not None else frozenset()
        heavy = {x.digest for x in there if x.kind in HEAVY}
        if told and not told & heavy:
            kinds.add(LayerKind.MODEL)
        kinds |= {x.kind for x in there if x.digest not in evidence.held and x.digest not in told}
    if len(kinds) > 1:
        kinds.discard(LayerKind.CONFIG)
    return tuple(kind for kind in _ORDER if kind in kinds)


def missing_layers(there: tuple[Layer, ...], evidence: Evidence) -> dict[str, int]:
    """What the server would download: bytes by digest."""
    ours = {x.digest for x in evidence.known.layers} if evidence.known is not None else frozenset()
    return {
        x.digest: x.size_bytes or 0
        for x in there
        if x.digest not in ours and x.digest not in evidence.held
    }


def _is_later(record: ModelRecord, look: Look, evidence: Evidence) -> bool:
    """Whether the registry's version is the later one, for a version that was never seen there."""
    if evidence.known is not None and evidence.known.is_from_registry:
        return True  # byte for byte a registry's: it was there, and is not any more
    return (
        look.pushed_at is not None
        and record.modified_at is not None
        and look.pushed_at > record.modified_at + PUSH_MARGIN
        and not record.details.parent_model
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What every verdict on `record` repeats of `look`."""

    record: ModelRecord
    look: Look

    def as_verdict(
        self,
        standing: Standing,
        total_bytes: int = 0,
        fetch_bytes: int | None = None,
        parts: tuple[LayerKind, ...] = (),
        *,
        is_private: bool = False,
    ) -> Verdict:
        return Verdict(
            standing,
            self.record.digest,
            self.look.digest,
            self.look.checked_at,
            self.look.pushed_at,
            total_bytes,
            self.record.size_bytes or 0,
            fetch_bytes,
            parts,
            self.look.requires,
            is_private,
            self.look.failure,
        )
