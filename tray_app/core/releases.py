"""Releases of this program: where they are told of, what an answer has to be, when to ask again,
and whether a person is to hear of one.

The address of the project comes from its metadata. Where that is only a placeholder, or leads
nowhere that is known here, there is nobody to ask.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.versions import is_older

API_HOST = "api.github.com"
_HOST = "github.com"
_PART = lazy_pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# No leading zeros, no letters behind: what is on the way to a version is nobody's news.
_VERSION = lazy_pattern(r"(?:0|[1-9]\d{0,5})(?:\.(?:0|[1-9]\d{0,5})){2}")
_MAX_URL = 300
# Top-level names that nobody can have, and the examples of the standards (RFC 2606).
_PLACEHOLDERS = ("example", "invalid", "localhost", "test", "example.com", "example.org",
                 "example.net")  # fmt: skip

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
SPREAD = 0.1
"""So much of a pause is left to chance, lest all ask in the same hour."""


@dataclass(frozen=True, slots=True)
class Repository:
    """Where the releases are, on GitHub."""

    owner: str
    name: str

    @property
    def path(self) -> str:
        """What the newest release is asked for with, at API_HOST."""
        return f"/repos/{self.owner}/{self.name}/releases/latest"

    @property
    def page(self) -> str:
        """The page of all releases."""
        return f"https://{_HOST}/{self.owner}/{self.name}/releases"


@dataclass(frozen=True, slots=True)
class Release:
    """One release: its version, and the page that tells of it and has the files."""

    version: str
    page: str


def is_real(url: str) -> bool:
    """Whether an address of the project leads to somebody's page."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").casefold()
    except ValueError:
        return False
    is_web = parts.scheme == "https" and "." in host and len(url) <= _MAX_URL
    return is_web and not any(host == one or host.endswith(f".{one}") for one in _PLACEHOLDERS)


def repository_of(home: str) -> Repository | None:
    """The repository behind the address of the project; None = none that can be asked."""
    if not is_real(home):
        return None
    parts = urlsplit(home)
    if parts.netloc.casefold().removeprefix("www.") != _HOST:
        return None
    path = parts.path.strip("/").removesuffix(".git").split("/")
    if len(path) != 2 or not all(_PART.fullmatch(part) for part in path):
        return None
    return Repository(*path)


def release_of(answer: object, repository: Repository) -> Release | None:
    """The release that an answer tells of; None = none that counts."""
    if not isinstance(answer, dict) or answer.get("draft") or answer.get("prerelease"):
        return None
    tag = answer.get("tag_name")
    version = tag.removeprefix("v") if isinstance(tag, str) else ""
    if not _VERSION.fullmatch(version):
        return None
    page = answer.get("html_url")
    is_ours = isinstance(page, str) and is_page_of(page, repository)
    return Release(version, str(page) if is_ours else repository.page)


def is_page_of(page: object, repository: Repository) -> bool:
    """Whether an address is one of this repository's releases, and nobody else's page."""
    if not isinstance(page, str) or len(page) > _MAX_URL or not page.isascii():
        return False
    rest = page.removeprefix(repository.page)
    return rest != page and re.fullmatch(r"(/tag/[A-Za-z0-9._+-]+)?", rest) is not None


def is_release_version(version: object) -> bool:
    """Whether it is written as the versions of releases are."""
    return isinstance(version, str) and _VERSION.fullmatch(version) is not None


def pause(*, was_answered: bool, chance: float) -> timedelta:
    """How long to ask no more; `chance` is between 0 and 1."""
    whole = WEEK if was_answered else DAY
    return whole * (1 + SPREAD * min(max(chance, 0.0), 1.0))


def is_due(ask_at: datetime | None, now: datetime) -> bool:
    """Whether to ask; a time that no pause reaches is that of a clock which was wrong."""
    return ask_at is None or not now < ask_at <= now + WEEK * (1 + SPREAD)


def is_news(release: Release | None, own_version: str, skipped: str = "") -> bool:
    """Whether there is something newer, and the person has not said to skip it."""
    if release is None or release.version == skipped:
        return False
    return is_older(own_version, release.version)


def is_told(release: Release, told: str) -> bool:
    """Whether a person has heard of it; of one that was withdrawn there is nothing to say."""
    return release.version == told or is_older(release.version, told)
