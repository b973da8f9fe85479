"""What this computer can tell of a server that runs on it: manifests, layers, room, memory.

The API tells only a model's weights; a manifest on the disk tells every layer with its size. It is
believed only while its SHA-256 is the digest that the server gives for the model: any other folder,
or an older state of it, is then simply unknown. Read only.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app.core.errors import BadAnswer, BadName
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.manifests import manifest_digests, parse_manifest
from tray_app.core.names import ModelName

if TYPE_CHECKING:
    from tray_app.core.records import Layer, Manifest

_MAX_MANIFEST_BYTES = 4 * 1024 * 1024
_DIGEST = lazy_pattern(r"sha256:[0-9a-f]{64}")

BlobFile = tuple[str, int, int]
"""A layer of a pull: digest, its bytes, those that the server has told to have of it."""


def models_folders(
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
    platform: str = sys.platform,
) -> tuple[Path, ...]:
    """Where a server on this computer may keep its models, likeliest first; they need not exist.

    OLLAMA_MODELS of *our* environment, the home folder, and on Linux and macOS the home folders
    of the service that Ollama's installer and the distributions' packages set up.
    """
    env = os.environ if environ is None else environ
    base = home if home is not None else Path.home()
    named = env.get("OLLAMA_MODELS", "").strip().strip("\"'").strip()
    folders = [Path(named).expanduser()] if named else []
    folders.append(base / ".ollama" / "models")
    if platform != "win32":
        folders += [
            Path("/usr/share/ollama/.ollama/models"),
            Path("/var/lib/ollama/.ollama/models"),
            Path("/var/lib/ollama/models"),
            Path("/var/lib/private/ollama/models"),
        ]
    return tuple(dict.fromkeys(folders))


class LocalStore:
    """The models folders of this computer. Thread: any."""

    def __init__(self, folders: Iterable[Path] | None = None) -> None:
        self._folders = models_folders() if folders is None else tuple(folders)

    def manifest(self, name: str, digest: str) -> Manifest | None:
        """The manifest of `name` if a folder holds exactly the one with `digest` (bare hex)."""
        found = self._find(name, digest)
        if found is None:
            return None
        try:
            return parse_manifest(found[1])
        except BadAnswer:
            return None

    def folder_of(self, name: str, digest: str) -> Path | None:
        """The models folder that holds this very model: the one that the server uses."""
        found = self._find(name, digest)
        return found[0] if found is not None else None

    def models_folder(self, known: Iterable[tuple[str, str]] = ()) -> Path | None:
        """The folder the server uses: one that holds a model of `known` (name, digest) pairs;
        without any to go by, the first that exists."""
        pairs = list(known)
        for name, digest in pairs:
            folder = self.folder_of(name, digest)
            if folder is not None:
                return folder
        if pairs:
            return None
        return next((folder for folder in self._folders if _is_folder(folder / "blobs")), None)

    def free_bytes(self, known: Iterable[tuple[str, str]] = ()) -> int | None:
        """Free bytes on the disk of `models_folder(known)`; None when it cannot be known."""
        folder = self.models_folder(known)
        return None if folder is None else free_bytes_in(folder)

    def room(
        self, known: Iterable[tuple[str, str]], pulls: Mapping[str, Sequence[BlobFile]]
    ) -> tuple[int | None, dict[str, dict[str, int]]]:
        """`free_bytes(known)`, and how much of which layer each of `pulls` (layers by any key)
        would still write; what is on the disk already, whole or in part, needs no room."""
        folder = self.models_folder(known)
        if folder is None:
            return None, {}
        try:
            needs = {key: _absent(folder / "blobs", layers) for key, layers in pulls.items()}
        except OSError:
            return None, {}
        return free_bytes_in(folder), needs

    def _find(self, name: str, digest: str) -> tuple[Path, bytes] | None:
        try:
            parts = ModelName.parse(name)
        except BadName:
            return None
        if not digest:
            return None
        below = Path("manifests", parts.host, parts.namespace, parts.model, parts.tag)
        trimmed: tuple[Path, bytes] | None = None
        for folder in self._folders:
            raw = _read(folder / below)
            if raw is None:
                continue
            whole, without_end = manifest_digests(raw)
            if whole == digest:
                return folder, raw
            if without_end == digest:
                trimmed = trimmed or (folder, raw)
        return trimmed


def held_layers(folder: Path, layers: Iterable[Layer]) -> frozenset[str]:
    """The digests of those layers whose files lie whole in a models folder."""
    found = set()
    for layer in layers:
        # Digests come from a registry; only a real one makes a file name.
        if not _DIGEST.fullmatch(layer.digest):
            continue
        try:
            size_bytes = (folder / "blobs" / layer.digest.replace(":", "-")).stat().st_size
        except OSError:
            continue
        if size_bytes == layer.size_bytes:
            found.add(layer.digest)
    return frozenset(found)


def free_bytes_in(folder: Path) -> int | None:
    """Free bytes on the disk where a models folder keeps its layers; None when not known."""
    return free_bytes(folder / "blobs", folder)  # the first may be a link to another disk


def disk_of(folder: Path) -> tuple[int | None, int | None]:
    """Free and all bytes of that disk; None = not known."""
    return _disk(folder / "blobs", folder)


def free_bytes(*folders: Path) -> int | None:
    """Free bytes on the disk of the first of the folders that exists; None when not known."""
    return _disk(*folders)[0]


def _disk(*folders: Path) -> tuple[int | None, int | None]:
    for folder in folders:
        try:
            found = shutil.disk_usage(folder)
        except OSError:
            continue
        return found.free, found.total
    return None, None


def is_installed() -> bool:
    """Whether this computer has Ollama, running or not."""
    return shutil.which("ollama") is not None


def main_memory_bytes() -> int | None:
    """The memory of this computer; None where the system does not say it in a simple way."""
    try:
        pages, page_bytes = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return None
    return pages * page_bytes if pages > 0 and page_bytes > 0 else None


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_MANIFEST_BYTES)
    except (OSError, ValueError):
        return None


def _absent(blobs: Path, layers: Sequence[BlobFile]) -> dict[str, int]:
    absent: dict[str, int] = {}
    for digest, total, completed in layers:
        # Only a real digest names a file; what stands for many layers tells its own bytes.
        if not _DIGEST.fullmatch(digest):
            absent[digest] = max(0, total - completed)
            continue
        name = digest.replace(":", "-")
        if _stat(blobs / name) is None:
            partial = _stat(blobs / f"{name}-partial")
            absent[digest] = max(0, total - (_written(partial, completed) if partial else 0))
    return absent


def _written(partial: os.stat_result, completed: int) -> int:
    """A layer in the making has its full length from the start: its blocks tell, where the system
    counts them."""
    blocks = getattr(partial, "st_blocks", None)
    return completed if blocks is None else int(blocks) * 512


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False
