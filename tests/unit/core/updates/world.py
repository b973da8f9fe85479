"""Versions of one model, rows that have them, and what a registry may say of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tray_app.core.records import Layer, LayerKind, ModelDetails, ModelRecord
from tray_app.core.sharing import KnownLayers
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.judging import Evidence
from tray_app.core.updates.ledger import Ledger, Look, pack

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW, OTHER = "a" * 64, "b" * 64, "c" * 64
GB = 1_000_000_000
K = LayerKind


def layer(kind: LayerKind, content: str, size: int = 2000) -> Layer:
    return Layer(f"sha256:{content:0<64}", kind, size)


WEIGHTS = layer(K.MODEL, "1", 4 * GB)
TEMPLATE = layer(K.TEMPLATE, "2")
LICENSE = layer(K.LICENSE, "3", 1000)
CONFIG = layer(K.CONFIG, "4", 500)
HERE = (WEIGHTS, TEMPLATE, LICENSE, CONFIG)


def changed(*news: Layer, without: tuple[LayerKind, ...] = ()) -> tuple[Layer, ...]:
    """`HERE` with other layers of some kinds, and a config that follows them."""
    kinds = {new.kind for new in news} | set(without)
    kept = tuple(x for x in HERE[:-1] if x.kind not in kinds)
    return (*kept, *news, layer(K.CONFIG, "5", 510))


OTHER_WEIGHTS = changed(layer(K.MODEL, "6", 5 * GB))
OTHER_TEMPLATE = changed(layer(K.TEMPLATE, "7", 2100))


def row(
    digest: str = OLD,
    *,
    name: str = "mistral:7b",
    parent: str = "",
    modified_at: datetime = NOW - 100 * DAY,
    server_id: str = "local",
    size: int | None = None,
) -> ModelRecord:
    total = sum(x.size_bytes or 0 for x in HERE)
    return ModelRecord(
        server_id,
        name,
        digest,
        size or total,
        modified_at,
        replace(ModelDetails(), parent_model=parent),
    )


def there(
    layers: tuple[Layer, ...] = OTHER_WEIGHTS,
    digest: str = NEW,
    *,
    pushed_at: datetime | None = None,
    requires: str = "",
    about: tuple[str, ...] = (OLD,),
    kind: AnswerKind = AnswerKind.MANIFEST,
) -> Look:
    return Look("mistral:7b", kind, NOW, digest, pushed_at, requires, pack(layers), about)


def evidence(
    layers: tuple[Layer, ...] = HERE,
    *,
    is_whole: bool = True,
    is_raw: bool = False,
    held: tuple[Layer, ...] = (),
    version: str = "0.32.1",
) -> Evidence:
    known = KnownLayers(layers, is_whole, is_raw)
    return Evidence(known, frozenset(x.digest for x in held), version)


def seen(digest: str = OLD) -> Ledger:
    """A ledger that has seen that version at the registry."""
    ledger = Ledger()
    ledger.note_seen("mistral:7b", digest, digest, NOW - 50 * DAY)
    return ledger
