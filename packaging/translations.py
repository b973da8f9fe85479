#!/usr/bin/env python3
"""Translations: `translations.py update` reads the source anew, `compile` makes .qm files.

The texts are in resources/translations/*.ts; the program reads the .qm that lrelease makes of them,
which are not kept in the repository. Both tools come with PySide6-Essentials, and with Qt where
PySide6 is built without its own: run this with a Python that has it. Standard library only.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "resources" / "translations"

# Without places and in a fixed order, so that a change of the code is not a change of every line.
_UPDATE = ("-locations", "none", "-sort-messages", "-no-obsolete", "-source-language", "en")


class MissingTool(Exception):
    """Neither this Python's PySide6 nor a Qt has lupdate and lrelease."""


def compile_translations(target: Path, sources: Path = SOURCES) -> list[Path]:
    """Make target/NAME.qm of each sources/NAME.ts, and return what was made."""
    target.mkdir(parents=True, exist_ok=True)
    made = []
    for source in sorted(sources.glob("*.ts")):
        binary = target / f"{source.stem}.qm"
        # A text that nobody has translated is better English than empty.
        _run("lrelease", "-silent", "-nounfinished", source, "-qm", binary)
        made.append(binary)
    return made


def update_translations(target: Path = SOURCES, root: Path = ROOT) -> list[Path]:
    """Bring every .ts in `target` to what the code of `root` says; what is gone is dropped."""
    files = sorted(target.glob("*.ts"))
    with tempfile.TemporaryDirectory() as folder:
        names = Path(folder) / "sources.txt"
        listed = sorted(str(file) for file in (root / "tray_app").rglob("*.py"))
        names.write_text("\n".join(listed), encoding="utf-8")
        _run("lupdate", "-silent", *_UPDATE, f"@{names}", "-ts", *files)
    return files


def _run(name: str, *arguments: str | Path) -> None:
    command = [str(part) for part in (_tool(name), *arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def _tool(name: str) -> Path | str:
    found = importlib.util.find_spec("PySide6")
    if found is not None and found.origin is not None:
        program = Path(found.origin).with_name(f"{name}.exe" if sys.platform == "win32" else name)
        if program.is_file():
            return program
    if program_of_qt := shutil.which(name):
        return program_of_qt
    raise MissingTool(f"{sys.executable} has no PySide6-Essentials, and so no {name}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do one of the two; both write beside the .ts unless told otherwise."""
    parser = argparse.ArgumentParser(description="Update or compile the translations.")
    parser.add_argument("what", choices=("update", "compile"))
    parser.add_argument("target", nargs="?", type=Path, default=SOURCES)
    options = parser.parse_args(arguments)
    work = update_translations if options.what == "update" else compile_translations
    try:
        for path in work(options.target):
            print(path, file=sys.stderr)
    except MissingTool as problem:
        sys.exit(str(problem))
    return 0


if __name__ == "__main__":
    sys.exit(main())
