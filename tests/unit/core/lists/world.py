"""A server, its registry and a list: facts for tests of plans."""

from __future__ import annotations

from datetime import UTC, datetime

from tray_app.core.installed import InstalledModels
from tray_app.core.lists.planning import Looked, PlanFacts
from tray_app.core.lists.reading import read_list
from tray_app.core.lists.records import ModelList
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import Layer, LayerKind, Manifest, ModelRecord
from tray_app.core.updates.answers import AnswerKind, RegistryAnswer

SERVER = "studio"
NOW = datetime(2026, 4, 24, tzinfo=UTC)
A, B, C = "a" * 64, "b" * 64, "c" * 64


def listed(text: str, name: str = "list.txt") -> ModelList:
    return read_list(text.encode(), name)


def row(name: str, digest: str = A, size: int = 1000, *, remote: str = "") -> ModelRecord:
    return ModelRecord(SERVER, name, digest, size, remote_model=remote)


def installed(*records: ModelRecord) -> InstalledModels:
    return InstalledModels(records)


def published(digest: str = A, *layers: Layer, held: frozenset[str] | None = frozenset()) -> Looked:
    """What the registry has; without layers, weights of 4000 bytes of its own."""
    found = layers or (weights(f"weights of {digest[:4]}", 4000),)
    return Looked(
        RegistryAnswer(AnswerKind.MANIFEST, digest, None, Manifest(digest, tuple(found))), held
    )


def weights(digest: str, size: int) -> Layer:
    return Layer(digest, LayerKind.MODEL, size)


def said(kind: AnswerKind) -> Looked:
    """An answer without a manifest."""
    return Looked(RegistryAnswer(kind))


def pull(name: str, permille: int | None = None, state: PullState = PullState.WAITING) -> PullItem:
    progress = PullProgress(PullPhase.DOWNLOAD, permille=permille) if permille is not None else None
    return PullItem(name, SERVER, name, state, NOW, progress=progress)


def facts(
    *records: ModelRecord,
    looked: dict[str, Looked] | None = None,
    pulls: dict[str, PullItem] | None = None,
    made_here: tuple[str, ...] = (),
) -> PlanFacts:
    return PlanFacts(
        InstalledModels(records),
        looked or {},
        pulls or {},
        is_made_here=lambda record: record.name in made_here,
    )
