"""What can be said of a pull before it starts. Pure: what was found in, PullEstimate out.

`workers.estimates` finds things out and writes them into a Lookup, part by part;
`estimate` puts a Lookup together with what is known of the server. Every part is optional and
says why it is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from enum import StrEnum
from itertools import compress
from operator import attrgetter
from typing import TYPE_CHECKING

from tray_app.core.errors import OllamaError, TimedOut
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.memory_fit import (
    PARTLY_PERMILLE,
    FitKind,
    GraphicsMemory,
    MemoryFit,
    memory_fit,
    needed_bytes,
)
from tray_app.core.names import SameName
from tray_app.core.pulls.rules import DiskSpace as QueueDisk
from tray_app.core.pulls.rules import Room, room_for
from tray_app.core.records import LayerKind, Manifest, ModelDetails, ModelRecord
from tray_app.core.sharing import LayerIndex, is_worth_naming, largest_first

if TYPE_CHECKING:
    from tray_app.core.keeping.records import Measurement
    from tray_app.core.licenses import License
    from tray_app.core.manifests import ModelConfig
    from tray_app.core.pulls.states import PullItem

_name = attrgetter("name")


class Missing(StrEnum):
    """Why a part is not there, where no error is the reason."""

    PENDING = "pending"  # still being looked up
    REMOTE = "remote"  # another computer's disk
    NO_FOLDER = "no_folder"  # this computer's, but the folder is not to be found or read
    NONE = "none"  # the model has none
    NO_MANIFEST = "no_manifest"  # comes with the manifest, which is missing itself


Reason = OllamaError | Missing


class PullCheck(StrEnum):
    """How a name stands on the server."""

    NEW = "new"
    CURRENT = "current"  # installed, and the registry's version
    UPDATE = "update"  # installed, and the registry has another one
    UNCHECKED = "unchecked"  # installed; the registry could not be asked


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """Free bytes where the server keeps its models."""

    folder: str
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """What was found out about a name so far. Each part is there, or the reason why not.

    `held` are layers whose files lie in the server's folder, whoever uses them; `main_bytes` is
    the memory of the server's computer.
    """

    server_id: str
    name: str
    manifest: Manifest | None = None
    manifest_reason: Reason = Missing.PENDING
    config: ModelConfig | None = None
    config_reason: Reason = Missing.PENDING
    licenses: tuple[License, ...] = ()
    licenses_reason: Reason = Missing.PENDING
    space: DiskSpace | None = None
    space_reason: Reason = Missing.PENDING
    held: frozenset[str] = frozenset()
    main_bytes: int | None = None

    def ended(self, reason: Reason | None = None) -> Lookup:
        """This lookup with nothing more to come; what is pending is missing because of `reason`."""
        reason = reason or TimedOut(self.name)

        def settled(old: Reason) -> Reason:
            return reason if old is Missing.PENDING else old

        return replace(
            self,
            manifest_reason=settled(self.manifest_reason),
            config_reason=settled(self.config_reason),
            licenses_reason=settled(self.licenses_reason),
            space_reason=settled(self.space_reason),
        )


@dataclass(frozen=True, slots=True)
class PullEstimate:
    """What pulling `name` to a server would mean.

    `total_bytes` is the whole model (None = the registry could not be asked, `manifest_reason`),
    `fetch_bytes` what is not on the server yet (`to_fetch` by layer), `here_bytes` the rest, which
    the installed models `shared_with` use too. `requires` is the Ollama version that the model
    needs, "" = any.
    """

    server_id: str
    name: str
    standing: PullCheck
    total_bytes: int | None = None
    fetch_bytes: int | None = None
    here_bytes: int = 0
    to_fetch: Mapping[str, int] = field(default_factory=dict)
    shared_with: tuple[str, ...] = ()
    manifest_reason: Reason = Missing.PENDING
    details: ModelDetails | None = None
    details_reason: Reason = Missing.PENDING
    capabilities: tuple[str, ...] = ()
    requires: str = ""
    is_cloud: bool = False
    licenses: tuple[License, ...] = ()
    licenses_reason: Reason = Missing.PENDING
    space: DiskSpace | None = None
    space_reason: Reason = Missing.PENDING
    fit: MemoryFit | None = None
    fit_reason: Reason = Missing.PENDING
    taken: Measurement | None = None
    """What these weights took when they ran on this server; then `fit` is no estimate."""

    @property
    def is_found(self) -> bool:
        """Whether the registry has told of this model."""
        return self.total_bytes is not None

    @property
    def is_partly_here(self) -> bool:
        """Whether so much is on the server that it is worth telling; a licence is not."""
        return bool(self.total_bytes) and is_worth_naming(self.here_bytes, self.total_bytes or 0)

    @property
    def failure(self) -> OllamaError | None:
        """Why the registry did not tell of it; None while it is asked, and when it did."""
        reason = self.manifest_reason
        return reason if isinstance(reason, OllamaError) and not self.is_found else None


class DiskFit(StrEnum):
    """How a download fits on the disk."""

    ENOUGH = "enough"
    TIGHT = "tight"  # fits, but less stays free than a person wants
    SHORT = "short"


def disk_fit(room: Room, keep_free_bytes: int = 0) -> DiskFit:
    """How a download fits into `room`, by the rule that would hold it."""
    if room.fetch_bytes and room.left_bytes < 0:
        return DiskFit.SHORT
    return DiskFit.TIGHT if room.missing_bytes(keep_free_bytes) else DiskFit.ENOUGH


def room_of(
    estimate: PullEstimate, items: Iterable[PullItem] = (), disk: QueueDisk | None = None
) -> Room | None:
    """The room for what was looked up beside the other downloads of its server; None when its size
    or the free space is not known."""
    if estimate.space is None or estimate.fetch_bytes is None:
        return None
    layers = estimate.to_fetch or {"": estimate.fetch_bytes}
    return room_for(layers, estimate.space.free_bytes, items, disk)


def is_up_to_date(record: ModelRecord, manifest: Manifest) -> bool:
    """Whether an installed model is the registry's version.

    Servers before v0.19 stored manifests under digests of their own; there the time of the push
    decides, as in Ollama's app.
    """
    if manifest.is_called(record.digest):
        return True
    return (
        manifest.pushed_at is not None
        and record.modified_at is not None
        and manifest.pushed_at <= record.modified_at
    )


def estimate(
    lookup: Lookup,
    models: Iterable[ModelRecord],
    layer_index: LayerIndex,
    graphics: GraphicsMemory | None = None,
    measured: Mapping[str, int] | None = None,
    taken: Measurement | None = None,
) -> PullEstimate:
    """Put together what is known. `models` are those of the lookup's server; `measured` tells
    the memory that models took when they ran there, by manifest digest, and `taken` all about
    the run of this one that says most."""
    # Thousands of them, whenever something else is known of a few.
    models = [model for model in models if not (model.remote_host or model.remote_model)]
    is_same = SameName(lookup.name)
    candidates = compress(models, is_same.may_be(map(_name, models)))
    installed = next((model for model in candidates if is_same(model.name)), None)
    made = PullEstimate(
        lookup.server_id,
        lookup.name,
        PullCheck.NEW if installed is None else PullCheck.UNCHECKED,
        manifest_reason=lookup.manifest_reason,
        details_reason=_behind_manifest(lookup, lookup.config_reason),
        licenses=lookup.licenses,
        licenses_reason=_behind_manifest(lookup, lookup.licenses_reason),
        space=lookup.space,
        space_reason=lookup.space_reason,
        fit_reason=_behind_manifest(lookup, lookup.config_reason),
    )
    if lookup.manifest is None:
        return made
    made = _with_bytes(made, lookup.manifest, lookup.held, installed, models, layer_index)
    if lookup.config is not None:
        made = _with_config(made, lookup.config, lookup.manifest)
    if lookup.config is None and lookup.config_reason is Missing.PENDING:
        return made
    if taken is not None:
        return replace(made, fit=_measured_fit(taken, graphics or GraphicsMemory()), taken=taken)
    known = (measured or {}).get(lookup.manifest.digest)
    return _with_fit(made, lookup, graphics or GraphicsMemory(), known)


def _behind_manifest(lookup: Lookup, reason: Reason) -> Reason:
    """Config and licence are found through the manifest."""
    is_lost = lookup.manifest is None and lookup.manifest_reason is not Missing.PENDING
    return Missing.NO_MANIFEST if is_lost else reason


def _with_bytes(
    made: PullEstimate,
    manifest: Manifest,
    held: frozenset[str],
    installed: ModelRecord | None,
    models: Iterable[ModelRecord],
    layer_index: LayerIndex,
) -> PullEstimate:
    total = manifest.total_bytes
    if installed is not None and manifest.is_called(installed.digest):
        return replace(
            made, standing=PullCheck.CURRENT, total_bytes=total, fetch_bytes=0, here_bytes=total
        )
    standing = PullCheck.NEW
    if installed is not None:
        is_current = is_up_to_date(installed, manifest)
        standing = PullCheck.CURRENT if is_current else PullCheck.UPDATE
    wanted = {layer.digest: layer.size_bytes or 0 for layer in manifest.layers}
    users: dict[str, int] = {}
    here = wanted.keys() & held
    known_of = layer_index.by_digest.get
    for model in models:
        known = known_of(model.digest)
        if known is None:
            continue
        common = {layer.digest for layer in known.layers if layer.digest in wanted}
        here |= common
        if common and model is not installed:
            users[model.name] = sum(wanted[digest] for digest in common)
    here_bytes = sum(wanted[digest] for digest in here)
    return replace(
        made,
        standing=standing,
        total_bytes=total,
        fetch_bytes=total - here_bytes,
        here_bytes=here_bytes,
        to_fetch={digest: size for digest, size in wanted.items() if digest not in here},
        shared_with=largest_first(users, total),
    )


def _with_config(made: PullEstimate, config: ModelConfig, manifest: Manifest) -> PullEstimate:
    capabilities = config.capabilities
    has_eyes = any(layer.kind is LayerKind.PROJECTOR for layer in manifest.layers)
    if has_eyes and "vision" not in capabilities:
        capabilities = (*capabilities, "vision")
    return replace(
        made,
        details=config.details,
        capabilities=capabilities,
        requires=config.requires,
        is_cloud=config.is_cloud,
    )


def _measured_fit(taken: Measurement, graphics: GraphicsMemory) -> MemoryFit:
    total = graphics.seen_bytes if graphics.is_all else None
    if taken.permille >= 1000:
        return MemoryFit(FitKind.MEASURED, taken.size_bytes, total)
    if not taken.graphics_bytes:
        return MemoryFit(FitKind.PROCESSOR, taken.size_bytes)
    kind = FitKind.PARTLY if taken.permille >= PARTLY_PERMILLE else FitKind.TOO_LARGE
    return MemoryFit(kind, taken.size_bytes, total or taken.graphics_bytes, taken.permille)


def _with_fit(
    made: PullEstimate, lookup: Lookup, graphics: GraphicsMemory, measured: int | None
) -> PullEstimate:
    if measured:
        total = graphics.seen_bytes if graphics.is_all else None
        return replace(made, fit=MemoryFit(FitKind.MEASURED, measured, total))
    details = made.details or ModelDetails()
    layers = lookup.manifest.layers if lookup.manifest else ()
    needed = needed_bytes(layers, details.parameter_size, details.family)
    if needed is None:
        return replace(made, fit_reason=Missing.NONE)
    return replace(made, fit=memory_fit(needed, graphics, lookup.main_bytes))
