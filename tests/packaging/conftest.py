"""Builds the packages once for the tests that try them, and makes packaging/ importable."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tools import is_there, lacks
from tests.support.workers import shared_folder, taking_turns

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
FROZEN = ROOT / "build" / "packaging" / "frozen" / "ollama-tray"

# Behind everything else: it has a build.py, and `build` is a library's name too.
sys.path.append(str(PACKAGING))


def run_script(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a script of packaging/ to its end."""
    return subprocess.run(
        [sys.executable, str(PACKAGING / name), *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("packages") is None)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The packages of this system that need no tools but Python (and dpkg), by target."""
    folder = shared_folder(tmp_path_factory)
    note = folder / "built.json"
    with taking_turns(folder / "building.lock", timeout_s=600):
        if not note.exists():
            made = {target: str(path) for target, path in _build().items()}
            note.write_text(json.dumps(made), encoding="utf-8")
    known = json.loads(note.read_text(encoding="utf-8"))
    return {target: Path(path) for target, path in known.items()}


def _build() -> dict[str, Path]:
    targets = ["wheel"]
    if not sys.platform.startswith("linux") or is_there("objdump"):
        targets.append("onedir")
        if is_there("dpkg-deb"):
            targets.append("deb")
    elif os.environ.get("CI"):
        lacks("objdump")
    done = run_script("build.py", "--quick", *targets)
    if done.returncode:
        text = f"building {', '.join(targets)} failed:\n{done.stdout}{done.stderr}"
        if os.environ.get("CI") or "No matching distribution" not in text:
            pytest.fail(text)
        pytest.skip("no package index can be reached")
    named = [ROOT / line.split("  ")[0] for line in done.stdout.splitlines()]
    return dict(zip(targets, named, strict=True))
