"""Which answers count as a release of this program, when to ask again, and who hears of one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tray_app.core.releases import (
    DAY,
    WEEK,
    Release,
    Repository,
    is_due,
    is_news,
    is_real,
    is_told,
    pause,
    release_of,
    repository_of,
)

HERE = Repository("somebody", "ollama-tray")
PAGE = "https://github.com/somebody/ollama-tray/releases"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("home", "repository"),
    [
        ("https://github.com/somebody/ollama-tray", HERE),
        ("https://github.com/somebody/ollama-tray/", HERE),
        ("https://www.github.com/somebody/ollama-tray.git", HERE),
        ("", None),
        ("http://github.com/somebody/ollama-tray", None),
        ("https://github.com/somebody", None),
        ("https://github.com/somebody/ollama-tray/issues", None),
        ("https://github.com/some%2Fbody/ollama-tray", None),
        ("https://github.com/../ollama-tray", None),
        ("https://user@github.com/somebody/ollama-tray", None),
        ("https://github.com:444/somebody/ollama-tray", None),
        ("https://a-tray.example/", None),
        ("https://codeberg.org/somebody/ollama-tray", None),
        ("https://[::1/somebody/ollama-tray", None),
    ],
)
def test_who_can_be_asked(home: str, repository: Repository | None) -> None:
    assert repository_of(home) == repository


@pytest.mark.parametrize(
    ("url", "is_there"),
    [
        ("https://ollama-tray.org/help", True),
        ("https://a-tray.example/help", False),
        ("https://example.com/ollama-tray", False),
        ("https://www.example.org/", False),
        ("https://home.invalid", False),
        ("https://localhost/", False),
        ("http://ollama-tray.org", False),
        ("javascript:alert(1)", False),
        ("https://ollama-tray.org/" + "x" * 300, False),
        ("", False),
    ],
)
def test_a_placeholder_is_no_page(url: str, is_there: bool) -> None:
    assert is_real(url) == is_there


@pytest.mark.parametrize(
    ("answer", "release"),
    [
        ({"tag_name": "v0.2.0", "html_url": f"{PAGE}/tag/v0.2.0"}, ("0.2.0", f"{PAGE}/tag/v0.2.0")),
        ({"tag_name": "10.20.30"}, ("10.20.30", PAGE)),
        # The page of somebody else is not opened.
        ({"tag_name": "v0.2.0", "html_url": "https://evil.example/get"}, ("0.2.0", PAGE)),
        ({"tag_name": "v0.2.0", "html_url": f"{PAGE}.evil.example/"}, ("0.2.0", PAGE)),
        ({"tag_name": "v0.2.0", "html_url": f"{PAGE}/tag/../../../../evil"}, ("0.2.0", PAGE)),
        ({"tag_name": "v0.2.0", "html_url": f"{PAGE}/tag/v1\n"}, ("0.2.0", PAGE)),
        ({"tag_name": "v0.2.0", "html_url": 7}, ("0.2.0", PAGE)),
        ({"tag_name": "v0.2.0", "prerelease": True}, None),
        ({"tag_name": "v0.2.0", "draft": True}, None),
        *(
            ({"tag_name": tag}, None)
            for tag in (
                "v0.2.0-rc1",
                "0.2",
                "0.2.0.1",
                "v00.2.0",
                "nightly",
                "v0.2.0 ",
                "",
                2,
                None,
            )
        ),
        ({"tag_name": "v1.2.9999999"}, None),
        ({"tag_name": "v١.٢.٣"}, None),
        (["v0.2.0"], None),
        (None, None),
        ({}, None),
    ],
)
def test_what_counts_as_a_release(answer: Any, release: tuple[str, str] | None) -> None:
    assert release_of(answer, HERE) == (Release(*release) if release else None)


@pytest.mark.parametrize(
    ("newest", "own", "skipped", "is_one"),
    [
        ("0.2.0", "0.1.0", "", True),
        ("0.2.0", "0.1.0", "0.2.0", False),
        ("0.3.0", "0.1.0", "0.2.0", True),
        ("0.1.0", "0.1.0", "", False),
        ("0.1.0", "0.2.0", "", False),
        ("0.10.0", "0.9.0", "", True),
        ("0.2.0", "0.2.0-rc1", "", True),
    ],
)
def test_what_is_news(newest: str, own: str, skipped: str, is_one: bool) -> None:
    assert is_news(Release(newest, PAGE), own, skipped) == is_one
    assert not is_news(None, own, skipped)


def test_each_version_is_told_once() -> None:
    told = {
        version: is_told(Release(version, PAGE), "0.3.0") for version in ("0.2.0", "0.3.0", "0.4.0")
    }
    assert told == {"0.2.0": True, "0.3.0": True, "0.4.0": False}
    assert not is_told(Release("0.2.0", PAGE), "")
    assert not is_told(Release("0.2.0", PAGE), "rubbish")


def test_the_pauses_are_spread() -> None:
    assert pause(was_answered=True, chance=0) == WEEK
    assert pause(was_answered=False, chance=0) == DAY
    assert pause(was_answered=True, chance=1) == WEEK * 1.1
    assert pause(was_answered=True, chance=7) == WEEK * 1.1


def test_when_to_ask() -> None:
    assert is_due(None, NOW)
    assert is_due(NOW, NOW)
    assert not is_due(NOW + timedelta(seconds=1), NOW)
    assert not is_due(NOW + WEEK * 1.1, NOW)
    # The clock was wrong when that was written.
    assert is_due(NOW + timedelta(days=400), NOW)
