#!/usr/bin/env python3
"""Translations: `update` reads the source anew, `compile` makes .qm files, `add de` begins German.

The texts are in resources/translations/*.ts; the program reads the .qm that lrelease makes of them,
which are not kept in the repository. Both tools come with PySide6-Essentials, and with Qt where
PySide6 is built without its own: run this with a Python that has it. Standard library only.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
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


_CODE = re.compile(r"[a-z]{2,3}(_[A-Z][a-z]{3})?(_([A-Z]{2}|\d{3}))?")


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


def add_language(code: str, target: Path = SOURCES, root: Path = ROOT) -> Path:
    """Begin the translation into the language `code` ("de", "pt_BR"): a file with every text, none
    translated, and as many plural forms as that language has. Raises ValueError."""
    if not _CODE.fullmatch(code) or code == "en":
        raise ValueError(f"{code} is no code as de or pt_BR")
    file = target / f"ollama-tray_{code}.ts"
    if file.exists():
        raise ValueError(f"{file} is there already")
    header = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
    language = f'<TS version="2.1" language="{code}" sourcelanguage="en">\n</TS>\n'
    file.write_text(header + language, encoding="utf-8", newline="\n")
    _update([file], root)
    return file


def update_translations(target: Path = SOURCES, root: Path = ROOT) -> list[Path]:
    """Bring every .ts in `target` to what the code of `root` says; what is gone is dropped."""
    files = sorted(target.glob("*.ts"))
    _update(files, root)
    return files


def _update(files: Sequence[Path], root: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        names = Path(folder) / "sources.txt"
        listed = sorted(str(file) for file in (root / "tray_app").rglob("*.py"))
        names.write_text("\n".join(listed), encoding="utf-8")
        _run("lupdate", "-silent", *_UPDATE, f"@{names}", "-ts", *files)


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
    """Do one of the three; all write beside the .ts unless told otherwise."""
    parser = argparse.ArgumentParser(description="Add, update or compile translations.")
    parser.add_argument("what", choices=("add", "update", "compile"))
    parser.add_argument("target", nargs="?", help="a folder; with `add`, the code of a language")
    options = parser.parse_args(arguments)
    folder = Path(options.target or SOURCES)
    try:
        if options.what == "add":
            made = [add_language(options.target or "")]
        elif options.what == "update":
            made = update_translations(folder)
        else:
            made = compile_translations(folder)
    except (MissingTool, ValueError) as problem:
        sys.exit(str(problem))
    for path in made:
        print(path, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
