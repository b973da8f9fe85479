"""The manifests of a models folder: which layers they name, and what there is no manifest.

Ollama reads every file at the level of tags (`host/namespace/model/tag`) and no other; one that it
cannot read keeps it from removing anything at its start. Read only.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tray_app.core.errors import BadName
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.names import ModelName

if TYPE_CHECKING:
    from tray_app.ollama.cancel import CancelScope

MAX_BYTES = 4 * 1024 * 1024
"""Of one manifest."""
MAX_PROBLEMS = 20
_MAX_FILES = 100_000
_DIGEST = lazy_pattern(r"sha256[:-][0-9a-f]{64}")
_TAG = lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}")
# Names that a model could have, and that file managers give to files of their own.
_STRAYS = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class ManifestFiles:
    """`layers` are the models that name a layer, by its digest. `strays` are paths of files that
    are no manifests, `damaged` the names of models whose manifest cannot be read, `emptied` those
    of them that hold nothing at all."""

    layers: dict[str, list[str]]
    strays: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    emptied: frozenset[str] = frozenset()


def read_manifest_files(manifests: Path, scope: CancelScope) -> ManifestFiles:
    """All of them; of what is wrong with them the first twenty. Raises OSError, Cancelled."""
    layers: dict[str, list[str]] = {}
    strays: list[str] = []
    damaged: list[str] = []
    emptied: set[str] = set()
    for number, file in enumerate(_files(manifests, 4)):
        scope.raise_if_cancelled()
        if number >= _MAX_FILES:
            break
        host, namespace, model, tag = file.parts[-4:]
        raw = _read(file)
        if raw is None:
            continue  # deleted meanwhile
        try:
            name = str(ModelName.parse(f"{host}/{namespace}/{model}:{tag}"))
        except BadName:
            name = ""
        if not _TAG.fullmatch(tag):
            strays.append(str(file))
        elif (manifest := _object(raw)) is None:
            if not name or tag.casefold() in _STRAYS:
                strays.append(str(file))
            else:
                damaged.append(name)
                if not raw:
                    emptied.add(name)
        else:
            for digest in _digests(manifest):
                layers.setdefault(digest, []).append(name or str(file))
    return ManifestFiles(
        layers, tuple(strays[:MAX_PROBLEMS]), tuple(damaged[:MAX_PROBLEMS]), frozenset(emptied)
    )


def _files(folder: Path, depth: int) -> Iterator[Path]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        is_folder = entry.is_dir()
        if depth > 1 and is_folder:
            with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                yield from _files(Path(entry.path), depth - 1)
        elif depth == 1 and not is_folder:
            yield Path(entry.path)


def _read(file: Path) -> bytes | None:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES)
    except FileNotFoundError:
        return None


def _object(raw: bytes) -> dict[str, Any] | None:
    """What Ollama can read: one JSON object."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _digests(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Of all that it names, however odd the rest: what a model may need is no waste."""
    rows = manifest.get("layers")
    for row in (*(rows if isinstance(rows, list) else ()), manifest.get("config")):
        digest = row.get("digest") if isinstance(row, dict) else None
        if isinstance(digest, str) and _DIGEST.fullmatch(digest):
            yield digest.replace("-", ":", 1)
