"""What a file of Qt lacks to be loaded."""

import sys
from pathlib import Path

import pytest

from tray_app.desktop.startup.libraries import missing_for


@pytest.mark.skipif(sys.platform != "linux", reason="the words of glibc's loader")
def test_a_file_that_cannot_be_loaded(tmp_path: Path) -> None:
    broken = tmp_path / "libbroken.so.1"
    broken.write_bytes(b"")
    assert missing_for(broken) == "libbroken.so.1"
    assert missing_for(tmp_path / "libgone.so.2") == "libgone.so.2"
