"""The program as a folder that needs no Python: PyInstaller with the spec file of this system."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from kit import elf, icons, licenses
from kit.project import BUILD, PACKAGING, PROGRAM, BuildError, NotHere, run, set_times, size_of

_SYSTEMS = {"win32": "windows", "darwin": "macos"}
SYSTEM = _SYSTEMS.get(sys.platform, "linux")

MAX_BYTES = 130_000_000
"""The folder on Linux. What is dropped to stay below is in bundle.py."""


ENTRY = "packaging/entry.py"
FLOOR_ENTRY = "tests/bench/floor.py"


def freeze(source: Path) -> Path:
    """Make build/packaging/frozen/ollama-tray (macOS: an app beside it)."""
    folder = _frozen(source, BUILD / "frozen", ENTRY, PROGRAM)
    if SYSTEM == "linux" and size_of(folder) > MAX_BYTES:
        raise BuildError(f"{folder} is {size_of(folder) / 1e6:.1f} MB, over {MAX_BYTES / 1e6:.0f}")
    return folder


def freeze_floor(source: Path) -> Path:
    """Make build/packaging/frozen-floor/floor: the bare program that starts are measured against,
    frozen the same way."""
    if SYSTEM != "linux":
        raise NotHere("starts are measured on Linux")
    return _frozen(source, BUILD / "frozen-floor", FLOOR_ENTRY, "floor")


def _frozen(source: Path, target: Path, entry: str, name: str) -> Path:
    work = BUILD / "work"
    shutil.rmtree(target, ignore_errors=True)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    icons.render_program_icon(source / "resources" / "icons" / "app.svg", work)
    licenses.collect(source, work / "licenses")
    options = ["--noconfirm", "--clean", "--log-level", "WARN"]
    options += ["--distpath", str(target), "--workpath", str(work / "pyinstaller")]
    spec = PACKAGING / SYSTEM / f"{PROGRAM}.spec"
    variables = {
        "PACKAGING": str(PACKAGING),
        "PACKAGED_SOURCE": str(source),
        "PACKAGED_WORK": str(work),
        "PACKAGED_ENTRY": entry,
        "PACKAGED_NAME": name,
        # PyInstaller keeps what it has stripped before, in a folder of the person's otherwise.
        "PYINSTALLER_CONFIG_DIR": str(BUILD / "pyinstaller"),
    }
    run([sys.executable, "-m", "PyInstaller", *options, spec], extra=variables)
    folder = target / name
    if SYSTEM == "linux":
        elf.drop_foreign_run_paths(folder)
    shutil.copytree(work / "licenses", folder / "licenses")
    set_times(folder)
    return folder
