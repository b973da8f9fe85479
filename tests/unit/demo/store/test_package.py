"""What the demo makes of a manifest, where a real server was seen to do something odd."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from tests.fakes import small
from tray_app.demo.store.package import empty_package


@pytest.mark.parametrize(
    ("length", "is_read"), [(511, True), (512, False), (513, True), (1536, False), (3584, False)]
)
def test_a_new_line_behind_a_full_buffer_is_not_looked_at(length: int, is_read: bool) -> None:
    start = b'{"layers":[],"x":"'
    manifest = start + b"x" * (length - len(start) - 2) + b'"}'
    package = replace(small.model("tiny"), manifest=manifest + b"\n")
    read = manifest + b"\n" if is_read else manifest
    assert package.digest == hashlib.sha256(read).hexdigest()


def test_an_empty_manifest_has_nothing_to_pull() -> None:
    package = empty_package(b"{}")
    assert (package.blobs, package.size) == ((), 0)
