#!/usr/bin/env python3
"""Translations: `translations.py update` reads the source anew, `compile` makes .qm files.

The texts are in resources/translations/*.ts; the program reads the .qm that lrelease makes of them,
which are not kept in the repository. Both tools come with PySide6-Essentials: run this with a
Python that has it. Standard library only.
"""

from __future__ import annotations

import argparse
import importlib.util
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
    """This Python has no PySide6, and so neither lupdate nor lrelease."""


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


def _run(tool: str, *arguments: str | Path) -> None:
    found = importlib.util.find_spec("PySide6")
    if found is None or found.origin is None:
        raise MissingTool(f"{sys.executable} has no PySide6-Essentials, and so no {tool}")
    program = Path(found.origin).with_name(f"{tool}.exe" if sys.platform == "win32" else tool)
    command = [str(part) for part in (program, *arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{tool} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


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
