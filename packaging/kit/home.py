"""Where the project is at home: [project.urls] of pyproject.toml, the one place with its addresses.

Every package takes them from here. Standard library only.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from urllib.parse import urlsplit

from kit.project import ROOT, VERSION, BuildError

FILE = ROOT / "pyproject.toml"
_GITHUB = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?")
# Reserved for examples (RFC 2606): nobody can ever have an address there.
_RESERVED = ".example"


@dataclass(frozen=True)
class Home:
    """The addresses of the project."""

    homepage: str
    documentation: str
    source: str
    issues: str
    changelog: str
    translate: str

    @property
    def is_placeholder(self) -> bool:
        """Whether one of them leads nowhere yet."""
        return any(
            (urlsplit(address).hostname or "").endswith(_RESERVED)
            for address in vars(self).values()
        )

    @property
    def github(self) -> tuple[str, str] | None:
        """Owner and name of the repository, if the source is at GitHub."""
        found = _GITHUB.fullmatch(self.source)
        return (found[1], found[2]) if found else None

    def release_file(self, name: str) -> str:
        """Where a file of this release can be downloaded."""
        return f"{self.source}/releases/download/v{VERSION}/{name}"

    def source_file(self, name: str) -> str:
        """Where a file of the source of this release can be downloaded."""
        if self.github:
            owner, repository = self.github
            return f"https://raw.githubusercontent.com/{owner}/{repository}/v{VERSION}/{name}"
        return f"{self.source}/raw/v{VERSION}/{name}"


def read() -> Home:
    """The addresses as they are now; BuildError if one is missing."""
    project = tomllib.loads(FILE.read_text(encoding="utf-8"))["project"]
    given = {label.casefold(): str(address) for label, address in project.get("urls", {}).items()}
    names = list(Home.__dataclass_fields__)
    if missing := [name for name in names if not given.get(name)]:
        raise BuildError(f"[project.urls] of pyproject.toml lacks {', '.join(missing)}")
    return Home(**{name: given[name].rstrip("/") for name in names})
