"""CHANGELOG.md read as data: the text of a release, and the releases for AppStream."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from kit.project import VERSION, BuildError, build_date

_HEADING = re.compile(
    r"^## \[(?P<version>[^\]]+)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?\s*$", re.MULTILINE
)
_LINK_DEFINITION = re.compile(r"^\[[^\]]+\]: .*$", re.MULTILINE)
UNRELEASED = "Unreleased"


@dataclass(frozen=True)
class Release:
    """One section. `date` is "" as long as it is not released."""

    version: str
    date: str
    text: str

    @property
    def points(self) -> list[str]:
        """The entries of its lists, each on one line."""
        found = re.findall(r"^- (.+?)(?=\n- |\n\n|\Z)", self.text, re.MULTILINE | re.DOTALL)
        return [re.sub(r"\s+", " ", point).strip() for point in found]


def read(file: Path) -> list[Release]:
    """All sections, the newest first."""
    text = _LINK_DEFINITION.sub("", file.read_text(encoding="utf-8"))
    headings = list(_HEADING.finditer(text))
    ends = [each.start() for each in headings[1:]] + [len(text)]
    return [
        Release(found["version"], found["date"] or "", text[found.end() : end].strip())
        for found, end in zip(headings, ends, strict=True)
    ]


def of_version(file: Path, version: str = VERSION) -> Release:
    """The section of a release; while that is being prepared, what is unreleased."""
    sections = {release.version: release for release in read(file)}
    found = sections.get(version) or sections.get(UNRELEASED)
    if found is None or not found.text:
        raise BuildError(f"CHANGELOG.md says nothing about {version}")
    return found


def release_text(file: Path, version: str) -> str:
    """The text of a release page. Only a section with its date will do."""
    found = next((one for one in read(file) if one.version == version and one.date), None)
    if found is None or not found.text:
        raise BuildError(f"CHANGELOG.md has no section “## [{version}] - DATE”")
    return found.text + "\n"


def appstream_releases(file: Path) -> str:
    """The <releases> element of the metainfo."""
    lines = ["  <releases>"]
    known = [release for release in read(file) if release.version != UNRELEASED]
    if all(release.version != VERSION for release in known):
        known.insert(0, Release(VERSION, "", of_version(file).text))
    for release in known:
        date = release.date or build_date().date().isoformat()
        kind = "stable" if release.date else "development"
        lines.append(f'    <release version="{release.version}" date="{date}" type="{kind}">')
        lines.append("      <description>")
        lines.append("        <ul>")
        lines += [f"          <li>{escape(_plain(point))}</li>" for point in release.points]
        lines += ["        </ul>", "      </description>", "    </release>"]
    return "\n".join([*lines, "  </releases>"])


def _plain(point: str) -> str:
    """Markdown without its marks."""
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", point).replace("`", "").replace("**", "")
