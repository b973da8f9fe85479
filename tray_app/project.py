"""The addresses of the project, and who packaged this copy of it.

They stand in `[project.urls]` of pyproject.toml. Packages have a short copy, which building them
writes: `project.json` among the resources; and `packaged-by` beside it, one word, where a store or
a package manager brings what is newer. Homebrew installs the application of the disk image, whose
signature allows no file more; it leaves a link instead.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from tray_app.bundled import resource_path
from tray_app.core.releases import Repository, is_real, repository_of

_MAX_BYTES = 20_000
_CASKROOMS = (Path("/opt/homebrew/Caskroom"), Path("/usr/local/Caskroom"))
"""Of Homebrew on Apple's processors and on Intel's."""
_CASK = "ollama-tray"


@cache
def urls() -> dict[str, str]:
    """The real ones by their names in pyproject.toml; a placeholder counts as none."""
    return {name: url for name, url in _found().items() if is_real(url)}


def home() -> str:
    """The page of the project; "" = it has none yet."""
    return urls().get("Homepage", "")


def issues() -> str:
    """Where faults are reported; "" = nowhere yet."""
    return urls().get("Issues", "") or urls().get("Bug Tracker", "")


def repository() -> str:
    """Where the source and the releases are; "" = nowhere yet."""
    found = urls()
    return found.get("Source", "") or found.get("Repository", "") or home()


def asked_repository() -> Repository | None:
    """Where it is told which release of this program is the newest; None = nowhere yet, or what is
    newer is brought by who packaged this copy."""
    return None if packaged_by() else repository_of(repository())


@cache
def packaged_by() -> str:
    """Who packaged this copy and brings what is newer: "flathub", "deb" …; "" = nobody who said so.
    What cannot be read is somebody, too."""
    file = resource_path("packaged-by")
    try:
        return file.read_bytes()[:_MAX_BYTES].decode("ascii").strip().casefold()
    except FileNotFoundError:
        return "homebrew" if _is_cask(file) else ""
    except (OSError, UnicodeDecodeError):
        return "unknown"


def _is_cask(resource: Path) -> bool:
    """Whether Homebrew has put the application with this file where it is: in the folder of a
    cask's version it keeps a link to what it has moved away."""
    try:
        app = next((each for each in resource.resolve().parents if each.suffix == ".app"), None)
        if app is None:
            return False
        links = (link for room in _CASKROOMS for link in room.glob(f"{_CASK}/*/{app.name}"))
        return any(link.resolve() == app for link in links)
    except OSError:
        return False


def _found() -> dict[str, str]:
    file = resource_path("project.json")
    checkout = resource_path().parent / "pyproject.toml"
    try:
        if file.is_file():
            found = json.loads(_text(file))["urls"]
        elif checkout.is_file():
            import tomllib

            found = tomllib.loads(_text(checkout))["project"].get("urls", {})
        else:
            return {}
        return {name: url for name, url in found.items() if isinstance(url, str)}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _text(file: Path) -> str:
    return file.read_bytes()[:_MAX_BYTES].decode("utf-8")
