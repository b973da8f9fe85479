"""What can be seen of a server's models folder, and of how this computer got its Ollama.

Read only: nothing of what lies there is ours.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app.core.diagnosis.facts import InstallFacts, StoreFacts
from tray_app.core.endpoint import Endpoint
from tray_app.core.file_failures import reason
from tray_app.ollama.local_store import LocalStore, free_bytes_in
from tray_app.ollama.manifest_files import read_manifest_files

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord
    from tray_app.ollama import CancelScope

NO_PRUNE = "OLLAMA_NOPRUNE"
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
        read = read_manifest_files(found / "manifests", scope)
    except OSError as error:
        return StoreFacts(str(found), reason(error))
    no_prune = no_prune_place(environ, endpoint.port) if endpoint.is_loopback else ""
    return StoreFacts(
        str(found), "", free_bytes_in(found), read.strays, read.damaged, read.emptied, no_prune
    )


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
