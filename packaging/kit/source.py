"""A clean copy of the source: only files that belong to the project, with compiled translations.

Building from a copy keeps what lies around in a checkout out of the packages.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from kit.packaged import write_project_file
from kit.project import BUILD, ROOT, set_times
from translations import compile_translations

_PARTS = ("tray_app", "resources", "tests", "packaging")
_IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", "*.qm", ".*")


def clean_copy() -> Path:
    """Copy the source below build/ and compile the translations in it."""
    target = BUILD / "source"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    tracked = _tracked()
    if tracked:
        for name in tracked:
            source = ROOT / name
            if source.is_file():  # one that is deleted but not yet committed is still listed
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target / name)
    else:
        for part in _PARTS:
            shutil.copytree(ROOT / part, target / part, ignore=_IGNORED)
        for file in ROOT.iterdir():
            if file.is_file():
                shutil.copyfile(file, target / file.name)
    translations = target / "resources" / "translations"
    compile_translations(translations, translations)
    write_project_file(target)
    set_times(target)
    return target


def _tracked() -> list[str]:
    """The files of the checkout, new ones too; nothing when this is no checkout."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others"]
    command.append("--exclude-standard")
    try:
        asked = subprocess.run(command, capture_output=True, check=False)
    except OSError:
        return []
    if asked.returncode:
        return []
    return sorted(set(asked.stdout.decode().split("\0")) - {""})
