"""The wheel and the source distribution, for pipx, uv and pip."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from kit.project import BUILD, DIST, BuildError, run, sha256


def build_sdist(source: Path) -> Path:
    """Make dist/ollama_tray-VERSION.tar.gz, compiled translations in it."""
    return _built(source, "sdist", DIST, "*.tar.gz")


def build_wheel(source: Path) -> Path:
    """Make the wheel by way of the sdist, which proves that the sdist is complete."""
    sdist = _built(source, "sdist", BUILD / "sdist", "*.tar.gz")
    unpacked = BUILD / "sdist" / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)  # it may hold files that there are no more
    run([sys.executable, "-m", "tarfile", "--extract", sdist, unpacked])
    wheel = _built(next(unpacked.iterdir()), "wheel", DIST, "*.whl")
    direct = _built(source, "wheel", BUILD / "wheel", "*.whl")
    if sha256(wheel) != sha256(direct):
        raise BuildError(f"{wheel} from the sdist differs from {direct} from the source")
    return wheel


def _built(source: Path, kind: str, target: Path, pattern: str) -> Path:
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob(f"ollama_tray-{pattern}"):
        old.unlink()
    options = [f"--{kind}", "--no-isolation", "--outdir", str(target)]
    # From another folder than ours, where `build` would be build.py.
    run([sys.executable, "-m", "build", *options, source], cwd=source)
    return next(target.glob(f"ollama_tray-{pattern}"))
