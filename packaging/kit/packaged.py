"""What a package tells the program of itself: the addresses of the project, and who packaged it.

tray_app/project.py reads both. Standard library only: building a wheel needs this too.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

PROJECT_FILE = "project.json"
MARKER = "packaged-by"


def project_facts(source: Path) -> str:
    """The content of PROJECT_FILE, out of the pyproject.toml of `source`."""
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return json.dumps({"urls": project.get("urls", {})}, indent=2, sort_keys=True) + "\n"


def write_project_file(source: Path) -> Path:
    """Put PROJECT_FILE among the resources of `source`."""
    target = source / "resources" / PROJECT_FILE
    target.write_text(project_facts(source), encoding="utf-8", newline="\n")
    return target


def mark(program: Path, packaged_by: str) -> None:
    """Say who packaged the frozen program in the folder `program`: it asks nobody for newer ones
    of itself then."""
    (program / "lib" / "resources" / MARKER).write_text(f"{packaged_by}\n", encoding="ascii")
