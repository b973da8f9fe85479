"""The Flatpak: manifests that build the program from source without a network, as Flathub wants it.

PySide6 comes from its base app, built against the Qt of the runtime; the other libraries are those
of our lock files, each named with address and checksum. dist/flatpak holds what goes to Flathub,
with the tag of the release as its source; dist/flatpak/trial builds the same from an sdist of
whatever is checked out.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from kit import home
from kit.environment import LOCKS
from kit.packaged import MARKER
from kit.project import APP_ID, BUILD, DIST, PROGRAM, ROOT, VERSION, run, say, sha256

_RUNTIME_VERSION = "6.11"
"""Of the KDE runtime and of the base app, which is that of Qt and of PySide6."""
_PYTHON = "3.13"
"""What this runtime has; the build stops when a library is not for it."""
_ARCHITECTURES = ("x86_64", "aarch64")
_GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
_FROM_BASE = frozenset({"pyside6-essentials", "shiboken6"})
_BACKEND = frozenset({"hatchling", "packaging", "pathspec", "pluggy", "trove-classifiers"})
_PERMISSIONS = [
    "--share=network",
    "--share=ipc",
    "--socket=wayland",
    "--socket=fallback-x11",
    "--device=dri",
    # The tray icon. All else that a desktop has is asked of its portals: start at login,
    # notifications, staying awake, the secret that what signs in is kept with, opening files.
    "--talk-name=org.kde.StatusNotifierWatcher",
    # What takes the space on this computer, where Ollama keeps its models: read, never written.
    # The folder below /usr that Ollama's installer uses cannot be seen from inside, and one below
    # /var/lib takes a person's own word: Flathub lets no program ask for it.
    "--filesystem=~/.ollama/models:ro",
]
_INSTALL = (
    # What the SDK has as well is not there any more when the program runs.
    "pip3 install --ignore-installed --no-index --no-deps --no-build-isolation"
    " --prefix=${FLATPAK_DEST}"
)

_RESOURCES = f"${{FLATPAK_DEST}}/lib/python{_PYTHON}/site-packages/tray_app/_resources"

Source = dict[str, Any]


def build_manifests(sdist: Path) -> list[Path]:
    """Write both manifests; the one for Flathub only when pyproject.toml says where we live."""
    folder = DIST / "flatpak"
    shutil.rmtree(folder, ignore_errors=True)
    trial = folder / "trial"
    trial.mkdir(parents=True)
    shutil.copyfile(sdist, trial / sdist.name)
    libraries, backend = _sources(LOCKS[0], _FROM_BASE), _sources(LOCKS[1], only=_BACKEND)
    archive = {"type": "archive", "path": sdist.name, "sha256": sha256(sdist)}
    made = [_write(trial / f"{APP_ID}.json", manifest(libraries, backend, archive))]
    if address := repository():
        source = {"type": "git", "url": address, "tag": f"v{VERSION}", "commit": _commit()}
        made.append(_write(folder / f"{APP_ID}.json", manifest(libraries, backend, source)))
        # The base app and the libraries are there for these.
        made.append(_write(folder / "flathub.json", {"only-arches": list(_ARCHITECTURES)}))
    else:
        say("flatpak: pyproject.toml names no home yet, so there is no manifest for Flathub")
    return made


def manifest(libraries: list[Source], backend: list[Source], source: Source) -> dict[str, Any]:
    """What flatpak-builder does: the libraries, what builds our wheel, and we ourselves."""
    return {
        "id": APP_ID,
        "runtime": "org.kde.Platform",
        "runtime-version": _RUNTIME_VERSION,
        "sdk": "org.kde.Sdk",
        "base": "io.qt.PySide.BaseApp",
        "base-version": _RUNTIME_VERSION,
        "command": f"{PROGRAM}-gui",
        "finish-args": _PERMISSIONS,
        "build-options": {
            # Parts of the base app that we have no use for.
            "env": {"BASEAPP_REMOVE_WEBENGINE": "1", "BASEAPP_DISABLE_NUMPY": "1"}
        },
        "cleanup": ["/share/bash-completion", "/share/fish", "/share/man", "/share/zsh"],
        "cleanup-commands": ["/app/cleanup-BaseApp.sh"],
        "modules": [
            _wheels("python-libraries", libraries),
            # Only until our wheel is built.
            {**_wheels("build-backend", backend), "cleanup": ["*"]},
            {
                "name": PROGRAM,
                "buildsystem": "simple",
                "build-commands": [
                    f"{_INSTALL} .",
                    f"echo flathub > {_RESOURCES}/{MARKER}",
                    "python3 packaging/desktop_files.py ${FLATPAK_DEST}/share",
                    f"install -Dm644 LICENSE ${{FLATPAK_DEST}}/share/licenses/{APP_ID}/LICENSE",
                ],
                "sources": [source],
            },
        ],
    }


def repository() -> str:
    """Where the source is to be had with git; "" while the project has no home."""
    ours = home.read()
    return "" if ours.is_placeholder else f"{ours.source.removesuffix('.git')}.git"


def _wheels(name: str, sources: list[Source]) -> dict[str, Any]:
    return {
        "name": name,
        "buildsystem": "simple",
        "build-commands": [f"{_INSTALL} *.whl"],
        "sources": sources,
    }


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", f"v{VERSION}^{{commit}}"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    if asked.returncode == 0:
        return asked.stdout.strip()
    say(f"flatpak: there is no tag v{VERSION} yet; the manifest names the commit that is here")
    return run(["git", "-C", ROOT, "rev-parse", "HEAD"]).strip()


def _sources(
    lock: Path, without: frozenset[str] = frozenset(), only: frozenset[str] | None = None
) -> list[Source]:
    """The wheels of a lock file: their addresses as pip finds them, with their checksums."""
    wanted = BUILD / f"flatpak-{lock.name}"
    wanted.parent.mkdir(parents=True, exist_ok=True)
    entries = locked(lock.read_text(encoding="utf-8"), without, only)
    wanted.write_text("\n".join(entries) + "\n", encoding="utf-8")
    found: dict[str, dict[str, str]] = {}
    for machine in _ARCHITECTURES:
        for url, checksum in _reported(wanted, machine).items():
            found.setdefault(url, {})[machine] = checksum
    return [_source(url, by_machine) for url, by_machine in found.items()]


def _source(url: str, by_machine: dict[str, str]) -> Source:
    source: Source = {"type": "file", "url": url, "sha256": next(iter(by_machine.values()))}
    if len(by_machine) < len(_ARCHITECTURES):
        source["only-arches"] = list(by_machine)
    return source


def locked(lock: str, without: Iterable[str] = (), only: Iterable[str] | None = None) -> list[str]:
    """The entries of a lock file that are for the Python of the runtime, with all their lines."""
    runtime = {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": f"{_PYTHON}.0",
        "python_version": _PYTHON,
        "sys_platform": "linux",
    }
    entries: list[list[str]] = []
    for line in lock.splitlines():
        if line.startswith(" ") and entries:
            entries[-1].append(line)
        elif line and not line.startswith("#"):
            entries.append([line])
    kept = []
    for lines in entries:
        requirement = Requirement(lines[0].rstrip("\\ "))
        is_wanted = requirement.name not in without and (only is None or requirement.name in only)
        if is_wanted and (requirement.marker is None or requirement.marker.evaluate(runtime)):
            # Without its marker, which pip would ask of the Python that it runs in itself.
            first = f"{requirement.name}{requirement.specifier}"
            kept.append("\n".join([f"{first} \\", *lines[1:]] if lines[1:] else [first]))
    return kept


def _reported(requirements: Path, machine: str) -> dict[str, str]:
    """The address and checksum of what pip would install there."""
    report = requirements.with_suffix(f".{machine}.json")
    command: list[str | Path] = [sys.executable, "-m", "pip", "install", "--dry-run"]
    command += ["--ignore-installed", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command += ["--python-version", _PYTHON, "--implementation", "cp"]
    command += ["--target", BUILD / "flatpak-none", "--report", report]
    for glibc in _GLIBC:
        command += ["--platform", f"{glibc}_{machine}"]
    run([*command, "--requirement", requirements])
    found = json.loads(report.read_text(encoding="utf-8"))["install"]
    downloads = [each["download_info"] for each in found]
    return {each["url"]: each["archive_info"]["hashes"]["sha256"] for each in downloads}


def _write(file: Path, content: dict[str, Any]) -> Path:
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return file
