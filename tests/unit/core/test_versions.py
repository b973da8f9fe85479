from __future__ import annotations

import pytest

from tray_app.core.versions import is_older, is_too_old, is_version


@pytest.mark.parametrize(
    ("version", "than", "expected"),
    [
        ("0.33.1", "0.34.0", True),
        ("0.9.2", "0.10", True),
        ("0.34.0-rc1", "0.34.0", True),
        ("0.34.0", "v0.34.0", False),
        ("0.34.0", "0.34.0-rc1", False),
        ("0.35.0-rc1", "0.34.0", False),
        ("0.0.0", "0.34.0", False),
        ("", "0.34.0", False),
        ("0.33.1", "nightly", False),
        ("0.33.1", "0.9999999999", False),
    ],
)
def test_versions_in_their_order(version: str, than: str, expected: bool) -> None:
    assert is_older(version, than) is expected


def test_what_says_how_old_a_server_is() -> None:
    for text in ("0.34.0", "v0.1", "0.34.1-rc2", "1.2.3.4", "0.32.1+cuda"):
        assert is_version(text)
    for text in ("", "0.0.0", "nightly", "0.x", "1", "1.2.3.4.5", "0.-1"):
        assert not is_version(text)


@pytest.mark.parametrize(
    ("version", "needed", "expected"),
    [
        ("0.9.2", "0.12", True),
        ("0.9.2", "0.12.0", True),
        ("0.12.0", "0.12", False),
        ("0.12", "0.12.0", False),
        ("0.12.1-rc2", "0.12.1", False),
        ("v0.11.10", "0.12.0", True),
        ("0.0.0", "0.12", False),
        ("", "0.12", False),
        ("0.9", "", False),
        ("0.9", "soon", False),
        ("1.0", "0.99.99", False),
    ],
)
def test_what_a_server_is_too_old_for(version: str, needed: str, expected: bool) -> None:
    assert is_too_old(version, needed) is expected


@pytest.mark.parametrize(
    ("version", "is_old"),
    [
        ("0.1.37", True),
        ("0.1.38", False),
        ("v0.1.30-rc1", True),
        ("0.2", False),
        ("0.33.1", False),
        ("0.0.0", False),
        ("", False),
        ("dev", False),
    ],
)
def test_too_old_for_all_that_is_shown(version: str, is_old: bool) -> None:
    assert is_too_old(version) is is_old
