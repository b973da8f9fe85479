"""The virtual environment of the build: what the program needs and what building it takes.

Made by itself below build/ from two lock files with checksums, and made anew when they change.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

from kit.project import BUILD, PACKAGING, ROOT, run, say

LOCKS = (ROOT / "requirements.lock", PACKAGING / "requirements-build.lock")


def base_python() -> Path:
    """The Python that environments are made with, outside any environment."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable)


def python_of(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def environment_python() -> Path:
    """The interpreter of the build environment, which is made first if need be."""
    return _made("environment", LOCKS)


def _made(name: str, locks: tuple[Path, ...]) -> Path:
    folder = BUILD / name
    stamp = folder / "made-from"
    parts = [sys.version, *(lock.read_text(encoding="utf-8") for lock in locks)]
    wanted = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    python = python_of(folder)
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    say(f"making {folder.relative_to(ROOT)} from {', '.join(lock.name for lock in locks)} …")
    shutil.rmtree(folder, ignore_errors=True)
    run([base_python(), "-m", "venv", folder])
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    # The locks are whole. An old pip that looks for itself is led astray by newer releases.
    options.append("--no-deps")
    # One lock after the other: both name some packages, with the same versions.
    for lock in locks:
        run([python, "-m", "pip", "install", *options, "--requirement", lock])
    stamp.write_text(wanted, encoding="utf-8")
    return python
