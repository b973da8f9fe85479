from __future__ import annotations

import pytest

from tray_app.core.versions import is_older, is_version


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
