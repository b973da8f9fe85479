"""What is packaged and where: version, names, folders, the date; and running commands.

Standard library only: this runs before there is a build environment.
"""

from __future__ import annotations

import ast
import hashlib
import os
import platform
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
BUILD = ROOT / "build" / "packaging"
DIST = ROOT / "dist"

PROGRAM = "ollama-tray"
_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PUBLISHER = str(_PROJECT["authors"][0]["name"])
MAINTAINER = f"{PUBLISHER} <{_PROJECT['authors'][0]['email']}>"
SUMMARY = "Manage the models of Ollama servers from the desktop tray"
DESCRIPTION = (
    "Ollama Tray lists the models of Ollama servers, shows what each one is and costs, downloads "
    "and deletes them, and tells when a download is finished. It lives in the tray; the same "
    "works in a terminal without a display. Ollama itself is not part of it."
)


class BuildError(Exception):
    """Why a package could not be built, in a sentence for the person who builds."""


class NotHere(BuildError):
    """This system cannot build it (completely); others can."""


def identity(name: str) -> str:
    """A constant of tray_app/__init__.py, read without importing anything."""
    tree = ast.parse((ROOT / "tray_app" / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return str(ast.literal_eval(node.value))
    raise BuildError(f"tray_app has no {name}")


VERSION = identity("__version__")
APP_ID = identity("APP_ID")
APP_NAME = identity("APP_NAME")


@cache
def epoch() -> int:
    """The date that files get: SOURCE_DATE_EPOCH, else that of the commit, else of the sdist."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        pass
    else:
        if asked.returncode == 0 and asked.stdout.strip():
            return int(asked.stdout)
    return int((ROOT / "pyproject.toml").stat().st_mtime)


def build_date() -> datetime:
    """`epoch` as a date."""
    return datetime.fromtimestamp(epoch(), UTC)


def architecture() -> str:
    """ "x86_64" or "arm64", the same word on every system."""
    machine = platform.machine().lower()
    return {"amd64": "x86_64", "aarch64": "arm64"}.get(machine, machine)


def own_environment() -> dict[str, str]:
    """Our environment without what is meant for our own Python, such as where the tests keep
    bytecode: nothing to a build, an installer or an installed program."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def environment() -> dict[str, str]:
    """Our environment, with everything in it that makes builds repeatable."""
    return {
        **own_environment(),
        "SOURCE_DATE_EPOCH": str(epoch()),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }


def say(text: str) -> None:
    """A line about what goes on."""
    print(f"build.py: {text}", file=sys.stderr, flush=True)


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    extra: Mapping[str, str] | None = None,
) -> str:
    """Run a command and return what it printed; BuildError with its last lines when it fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env={**environment(), **(extra or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        raise NotHere(f"{words[0]} is not installed") from None
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-40:])
        raise BuildError(f"{' '.join(words)} ended with {done.returncode}:\n{tail}")
    return done.stdout


def set_times(folder: Path) -> None:
    """Give everything below `folder` the date of the build."""
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (epoch(), epoch()), follow_symlinks=path.is_symlink() is False)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    if path.is_file():
        return path.stat().st_size
    files = (each for each in path.rglob("*") if each.is_file() and not each.is_symlink())
    return sum(each.stat().st_size for each in files)


def sha256(path: Path) -> str:
    """The checksum of a file; of a folder, that of its sorted names and checksums."""
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    whole = hashlib.sha256()
    for each in sorted(path.rglob("*")):
        name = each.relative_to(path).as_posix()
        if each.is_symlink():
            whole.update(f"{name} -> {each.readlink()}\n".encode())
        elif each.is_file():
            whole.update(f"{sha256(each)}  {name}\n".encode())
    return whole.hexdigest()
