"""What can be seen of a server's models folder, and of how this computer got its Ollama.

Read only: nothing of what lies there is ours.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tray_app.core.diagnosis.facts import InstallFacts, StoreFacts
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import BadName
from tray_app.core.file_failures import reason
from tray_app.core.names import ModelName
from tray_app.core.records import ModelRecord
from tray_app.ollama import CancelScope
from tray_app.ollama.local_store import LocalStore, free_bytes_in

NO_PRUNE = "OLLAMA_NOPRUNE"
_MAX_MANIFEST_BYTES = 4 * 1024 * 1024
_MAX_FOUND = 20
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}")
# Names that a model could have, and that file managers give to files of their own.
_STRAYS = frozenset({"thumbs.db", "desktop.ini"})
_UNITS = (
    "/etc/systemd/system/ollama.service",
    "/etc/systemd/system/ollama.service.d",
    "/run/systemd/system/ollama.service.d",
    "/usr/lib/systemd/system/ollama.service",
    "/lib/systemd/system/ollama.service",
)
_FALSE = frozenset({"", "0", "f", "F", "false", "FALSE", "False"})  # Go's strconv.ParseBool
_PROC = Path("/proc")


def store_facts(
    models: Iterable[ModelRecord],
    folder: str,
    endpoint: Endpoint,
    environ: Mapping[str, str],
    scope: CancelScope,
) -> StoreFacts:
    """Of the folder that holds `models`; `folder` is where a person said it is. Raises
    Cancelled."""
    known = [(model.name, model.digest) for model in models if not model.is_cloud]
    store = LocalStore([Path(folder)] if folder else None)
    found = store.models_folder(known)
    if found is None:
        return StoreFacts()
    try:
        strays, damaged, emptied = _look_through(found / "manifests", scope)
    except OSError as error:
        return StoreFacts(str(found), reason(error))
    no_prune = no_prune_place(environ, endpoint.port) if endpoint.is_loopback else ""
    return StoreFacts(
        str(found), "", free_bytes_in(found), tuple(strays), tuple(damaged), emptied, no_prune
    )


def _look_through(
    manifests: Path, scope: CancelScope
) -> tuple[list[str], list[str], frozenset[str]]:
    """What is no manifest where manifests are (`host/namespace/model/tag`), whose is damaged, and
    whose is empty. Ollama looks at that level alone."""
    strays: list[str] = []
    damaged: list[str] = []
    emptied: set[str] = set()
    for file in _files(manifests, 4):
        scope.raise_if_cancelled()
        host, namespace, model, tag = file.parts[-4:]
        if not _TAG.fullmatch(tag):
            strays.append(str(file))
        elif not _is_manifest(file):
            try:
                name = str(ModelName.parse(f"{host}/{namespace}/{model}:{tag}"))
            except BadName:
                name = ""
            if not name or tag.casefold() in _STRAYS:
                strays.append(str(file))
            else:
                damaged.append(name)
                if not file.stat().st_size:
                    emptied.add(name)
        if len(strays) + len(damaged) >= _MAX_FOUND:
            break
    return strays, damaged, frozenset(emptied)


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


def _is_manifest(file: Path) -> bool:
    """Whether Ollama can read it: one JSON object."""
    try:
        with file.open("rb") as opened:
            return isinstance(json.loads(opened.read(_MAX_MANIFEST_BYTES)), dict)
    except FileNotFoundError:
        return True  # deleted meanwhile
    except (ValueError, RecursionError):
        return False


def no_prune_place(
    environ: Mapping[str, str],
    port: int,
    units: Iterable[str] = _UNITS,
    proc: Path = _PROC,
) -> str:
    """Where it is said that the server on this computer keeps what nothing needs; "" = nowhere
    that can be seen. The process counts, where it can be asked; else what starts it."""
    for process in _server_environments(proc):
        hosts = process.get("OLLAMA_HOST", "")
        if Endpoint().port == port or str(port) in hosts:
            return NO_PRUNE if process.get(NO_PRUNE, "") not in _FALSE else ""
    if environ.get(NO_PRUNE, "").strip() not in _FALSE:
        return NO_PRUNE
    for file in _unit_files(units):
        with contextlib.suppress(OSError, ValueError):
            for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
                said = re.fullmatch(rf"\s*Environment=.*?\b{NO_PRUNE}=([^\s\"']*).*", line)
                if said and said[1] not in _FALSE:
                    return str(file)
    return ""


def _unit_files(units: Iterable[str]) -> Iterator[Path]:
    for unit in units:
        place = Path(unit)
        with contextlib.suppress(OSError):
            if place.is_dir():
                yield from sorted(place.glob("*.conf"))
            elif place.is_file():
                yield place


def _server_environments(proc: Path) -> Iterator[dict[str, str]]:
    """Of the servers that this user may ask: those that this user runs."""
    if sys.platform != "linux":
        return
    try:
        processes = [each for each in proc.iterdir() if each.name.isdecimal()]
    except OSError:
        return
    for process in processes:
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if words[0].rpartition(b"/")[2] != b"ollama" or b"serve" not in words[1:2]:
                continue
            pairs = (process / "environ").read_bytes().decode("utf-8", "replace").split("\0")
            yield dict(pair.partition("=")[::2] for pair in pairs if "=" in pair)


def install_facts() -> InstallFacts:
    """What can be seen of how this computer got its Ollama."""
    program = shutil.which("ollama")
    tool = next((name for name in ("docker", "podman") if shutil.which(name)), "")
    return InstallFacts(
        sys.platform,
        os.path.realpath(program) if program else "",
        any(place.exists() for place in _apps()),
        tool,
    )


def _apps() -> tuple[Path, ...]:
    """Where Ollama's own app may be."""
    if sys.platform == "darwin":
        app = Path("Applications", "Ollama.app")
        return ("/" / app, Path.home() / app)
    if sys.platform == "win32":
        return (Path(os.environ.get("LOCALAPPDATA", ""), "Programs", "Ollama", "ollama app.exe"),)
    return ()
