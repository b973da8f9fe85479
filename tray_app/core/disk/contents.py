"""What the files of a models folder are: layers of models, unfinished downloads, what is left over.

Bytes are those that really lie on the disk: holes of a file take nothing, and a file with several
names counts once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern

CLEANED_AFTER_S = 3600.0
"""Ollama removes at its start what was written longer ago (server/images.go, PruneLayers)."""

_LAYER = lazy_pattern(r"sha256-([0-9a-f]{64})")
_LEFT_FOLDERS = ("split-gguf-", "ollama-safetensors")
_PARTIAL = lazy_pattern(r"sha256-([0-9a-f]{64})-partial(-[0-9]+)?")

FileId = tuple[int, int]
"""Device and inode: the same for all names of one file."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the folder. `size_bytes` is its length, `disk_bytes` what it takes; `modified_s` is
    in seconds since 1970."""

    name: str
    size_bytes: int
    disk_bytes: int
    id: FileId
    modified_s: float


@dataclass(frozen=True, slots=True)
class StoredFolder:
    """A folder beside the layers, or beside their folder, with all that is in it."""

    path: str
    name: str
    files: tuple[StoredFile, ...]
    disk_bytes: int
    """Of the folders themselves."""
    modified_s: float


@dataclass(frozen=True, slots=True)
class StoreFiles:
    """All that was found. `layers` are the installed models that name a layer, by its digest.

    `strays` and `damaged` are what keeps Ollama from cleaning up, as in StoreFacts; `unreadable`
    are the paths that could not be looked into: then all sums are "at least". `other_bytes` are
    those of manifests and of the folder itself.
    """

    folder: str
    blobs: tuple[StoredFile, ...]
    folders: tuple[StoredFolder, ...] = ()
    layers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    strays: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    other_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What there is of one layer that was not fetched to its end. `written_s`: last; `oldest_s`:
    its oldest file, each of which Ollama judges by itself. `names` are the installed models that
    miss it: most often nobody has it yet."""

    digest: str
    disk_bytes: int
    full_bytes: int
    written_s: float
    oldest_s: float
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftFolder:
    """A folder that a creation has left; Ollama never removes it."""

    path: str
    disk_bytes: int
    written_s: float


@dataclass(frozen=True, slots=True)
class ModelBytes:
    """What one model takes alone, or several share, stored once."""

    names: tuple[str, ...]
    disk_bytes: int


@dataclass(frozen=True, slots=True)
class StoreContents:
    """The folder in numbers. The parts and `other_bytes` make up `total_bytes`.

    `by_layer` are the bytes of layers that models use, by digest, `models` the same by who uses
    them together. `left_count` files of `left_bytes` are named by no model; `removable_bytes` is
    what Ollama would remove at its next start if nothing stopped it.
    """

    folder: str = ""
    total_bytes: int = 0
    by_layer: Mapping[str, int] = field(default_factory=dict)
    models: tuple[ModelBytes, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()
    left_count: int = 0
    left_bytes: int = 0
    left_written_s: float = 0.0
    left_folders: tuple[LeftFolder, ...] = ()
    other_bytes: int = 0
    removable_bytes: int = 0
    strays: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def layer_bytes(self) -> int:
        return sum(self.by_layer.values())

    @property
    def unfinished_bytes(self) -> int:
        return sum(each.disk_bytes for each in self.unfinished)

    @property
    def left_over_bytes(self) -> int:
        """Of files and folders together."""
        return self.left_bytes + sum(each.disk_bytes for each in self.left_folders)

    @property
    def is_cleanup_stopped(self) -> bool:
        """Whether something that lies here keeps Ollama from removing anything."""
        return bool(self.strays or self.damaged)


def contents(found: StoreFiles, now_s: float) -> StoreContents:
    """What it all is. `now_s`: seconds since 1970 on the clock of the files."""
    seen: set[FileId] = set()
    by_layer: dict[str, int] = {}
    partials: dict[str, list[tuple[StoredFile, int]]] = {}
    left: list[tuple[StoredFile, int]] = []

    def takes(file: StoredFile) -> int:
        if file.id in seen:
            return 0
        seen.add(file.id)
        return file.disk_bytes

    others: list[StoredFile] = []
    for file in found.blobs:  # what models need first: a hard link beside it costs nothing
        layer = _LAYER.fullmatch(file.name)
        digest = f"sha256:{layer[1]}" if layer else ""
        if digest in found.layers:
            by_layer[digest] = by_layer.get(digest, 0) + takes(file)
        else:
            others.append(file)
    for file in others:
        partial = _PARTIAL.fullmatch(file.name)
        if partial:
            partials.setdefault(f"sha256:{partial[1]}", []).append((file, takes(file)))
        else:
            left.append((file, takes(file)))
    folders: list[LeftFolder] = []
    other_bytes = found.other_bytes
    for folder in found.folders:
        sized = _left_folder(folder, takes)
        if folder.name.startswith(_LEFT_FOLDERS):
            folders.append(sized)
        else:
            other_bytes += sized.disk_bytes  # somebody else's
    unfinished = tuple(
        _unfinished(digest, files, found.layers.get(digest, ()))
        for digest, files in partials.items()
    )
    left_bytes = sum(size for _, size in left)
    parts = (
        sum(by_layer.values()),
        sum(each.disk_bytes for each in unfinished),
        left_bytes,
        sum(each.disk_bytes for each in folders),
        other_bytes,
    )
    loose = [*left, *(pair for files in partials.values() for pair in files)]
    return StoreContents(
        found.folder,
        sum(parts),
        by_layer,
        _by_users(by_layer, found.layers),
        tuple(sorted(unfinished, key=lambda each: -each.disk_bytes)),
        len(left),
        left_bytes,
        max((file.modified_s for file, _ in left), default=0.0),
        tuple(sorted(folders, key=lambda each: -each.disk_bytes)),
        other_bytes,
        sum(size for file, size in loose if is_cleaned(file.modified_s, now_s)),
        found.strays,
        found.damaged,
        found.unreadable,
    )


def _by_users(
    by_layer: Mapping[str, int], users: Mapping[str, tuple[str, ...]]
) -> tuple[ModelBytes, ...]:
    """Largest first."""
    sums: Counter[tuple[str, ...]] = Counter()
    for digest, size in by_layer.items():
        sums[tuple(sorted(set(users[digest])))] += size
    found = (ModelBytes(names, size) for names, size in sums.items())
    return tuple(sorted(found, key=lambda each: (-each.disk_bytes, each.names)))


def is_cleaned(written_s: float, now_s: float) -> bool:
    """Whether Ollama would remove it if it were started now."""
    return now_s - written_s > CLEANED_AFTER_S


def _unfinished(
    digest: str, files: list[tuple[StoredFile, int]], names: tuple[str, ...]
) -> Unfinished:
    # The data lie in the one without a number; the others say how far each part has come.
    data = [file for file, _ in files if file.name.endswith("-partial")]
    moments = [file.modified_s for file, _ in files]
    return Unfinished(
        digest,
        sum(size for _, size in files),
        max((file.size_bytes for file in data), default=0),
        max(moments),
        min(moments),
        tuple(sorted(names)),
    )


def _left_folder(folder: StoredFolder, takes: Callable[[StoredFile], int]) -> LeftFolder:
    written_s = max((file.modified_s for file in folder.files), default=folder.modified_s)
    size = folder.disk_bytes + sum(takes(file) for file in folder.files)
    return LeftFolder(folder.path, size, written_s)


def by_model(
    unfinished: Iterable[Unfinished], names: Mapping[str, str]
) -> dict[str, tuple[Unfinished, ...]]:
    """The unfinished layers by the model that they belong to, "" = nobody knows. `names` are those
    of models by layer digest; what they do not tell, installed models may."""
    found: dict[str, list[Unfinished]] = {}
    for each in unfinished:
        name = names.get(each.digest) or next(iter(each.names), "")
        found.setdefault(name, []).append(each)
    return {name: tuple(rows) for name, rows in found.items()}
