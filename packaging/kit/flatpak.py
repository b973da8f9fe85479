"""The Flatpak: a manifest and the files that it names, ready for flatpak-builder.

The same frozen program as in the other packages, on the freedesktop runtime, which brings what the
host brings elsewhere: graphics, fonts, X11 and Wayland.
"""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

from kit.home import MARKER
from kit.project import APP_ID, DIST, PROGRAM, architecture, epoch, sha256

_RUNTIME_VERSION = "24.08"
_PERMISSIONS = [
    "--share=network",
    "--share=ipc",
    "--socket=wayland",
    "--socket=fallback-x11",
    "--device=dri",
    # The tray icon, and telling when a download is finished.
    "--talk-name=org.kde.StatusNotifierWatcher",
    "--talk-name=org.freedesktop.Notifications",
    # Start at login writes an entry there. Files to import come through the portal.
    "--filesystem=xdg-config/autostart:create",
]


def build_manifest(tree: Path) -> Path:
    """Write dist/flatpak/APP_ID.json and the archive beside it."""
    folder = DIST / "flatpak"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    archive = folder / f"{PROGRAM}-{architecture()}.tar"
    with tarfile.open(archive, "w") as tar:
        for path in (tree / "usr", *sorted((tree / "usr").rglob("*"))):
            tar.add(path, path.relative_to(tree).as_posix(), recursive=False, filter=_plain)
    manifest = folder / f"{APP_ID}.json"
    manifest.write_text(json.dumps(_manifest(archive), indent=2) + "\n", encoding="utf-8")
    return manifest


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = epoch()
    return entry


def _manifest(archive: Path) -> dict[str, Any]:
    home = f"/app/lib/{PROGRAM}"
    shares = ["applications", "metainfo", "icons", "man", "bash-completion", "fish"]
    commands = [
        "mkdir -p /app/lib /app/bin /app/share",
        f"cp -a lib/{PROGRAM} {home}",
        f"echo flathub > {home}/lib/resources/{MARKER}",
        *(f"ln -s {home}/{PROGRAM} /app/bin/{name}" for name in (PROGRAM, f"{PROGRAM}-gui")),
        *(f"cp -a share/{name} /app/share/" for name in shares),
    ]
    return {
        "id": APP_ID,
        "runtime": "org.freedesktop.Platform",
        "runtime-version": _RUNTIME_VERSION,
        "sdk": "org.freedesktop.Sdk",
        "command": f"{PROGRAM}-gui",
        "finish-args": _PERMISSIONS,
        "build-options": {"strip": False, "no-debuginfo": True},
        "modules": [
            {
                "name": PROGRAM,
                "buildsystem": "simple",
                "build-commands": commands,
                "sources": [{"type": "archive", "path": archive.name, "sha256": sha256(archive)}],
            }
        ],
    }
