#!/usr/bin/env python3
"""Small steps of a release: `release.py check TAG`, `notes TAG FILE`, `sums FOLDER`,
`stores FOLDER TARGET`.

`check` fails unless the tag, the version and CHANGELOG.md agree and the project has an address.
`stores` writes what winget, Homebrew and the AUR want of the release whose files lie in a folder.
Standard library only.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit import changelog, home, stores
from kit.project import ROOT, VERSION, BuildError, sha256

CHANGELOG = ROOT / "CHANGELOG.md"
SUMS = "SHA256SUMS"


def version_of(tag: str) -> str:
    """The version that a tag names; BuildError if it is not that of the source."""
    version = tag.removeprefix("refs/tags/").removeprefix("v")
    if version != VERSION:
        raise BuildError(f"the tag says {version}, tray_app/__init__.py says {VERSION}")
    return version


def check_home() -> None:
    """BuildError as long as the addresses of the project lead nowhere."""
    if home.read().is_placeholder:
        raise BuildError("[project.urls] of pyproject.toml still holds a placeholder")


def write_sums(folder: Path) -> Path:
    """Write the checksums of all files of a folder, as `sha256sum --check` reads them."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != SUMS)
    if not files:
        raise BuildError(f"{folder} is empty")
    target = folder / SUMS
    lines = [f"{sha256(path)}  {path.name}\n" for path in files]
    target.write_text("".join(lines), encoding="utf-8", newline="\n")
    return target


def main() -> int:
    """Do one step."""
    parser = argparse.ArgumentParser(prog="release.py", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("check").add_argument("tag")
    notes = steps.add_parser("notes")
    notes.add_argument("tag")
    notes.add_argument("file", type=Path)
    steps.add_parser("sums").add_argument("folder", type=Path)
    for_stores = steps.add_parser("stores")
    for_stores.add_argument("folder", type=Path)
    for_stores.add_argument("target", type=Path)
    chosen = parser.parse_args()
    try:
        if chosen.step == "sums":
            print(write_sums(chosen.folder))
            return 0
        if chosen.step == "stores":
            for file in stores.write(chosen.folder, chosen.target):
                print(file)
            return 0
        check_home()
        text = changelog.release_text(CHANGELOG, version_of(chosen.tag))
        if chosen.step == "notes":
            chosen.file.write_text(text, encoding="utf-8")
    except BuildError as problem:
        sys.exit(str(problem))
    return 0


if __name__ == "__main__":
    sys.exit(main())
