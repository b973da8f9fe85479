"""Which library is missing, as the system's loader says it."""

import sys
from pathlib import Path

import pytest

from tray_app.desktop.startup.libraries import missing_for, missing_library


@pytest.mark.parametrize(
    ("error", "library"),
    [
        (
            "libGL.so.1: cannot open shared object file: No such file or directory",
            "libGL.so.1",
        ),
        (
            "libglib-2.0.so.0: cannot open shared object file: No such file or directory",
            "libglib-2.0.so.0",
        ),
        ("/usr/lib/libxcb-cursor.so.0: file too short", "libxcb-cursor.so.0"),
        ("/opt/libs.so/libX11.so.6: invalid ELF header", "libX11.so.6"),
        ("cannot import name 'QTimer' from 'PySide6.QtCore'", ""),
        ("No module named 'PySide6'", ""),
    ],
)
def test_the_library_is_found_in_the_words(error: str, library: str) -> None:
    assert missing_library(error) == library


@pytest.mark.skipif(sys.platform != "linux", reason="the words of glibc's loader")
def test_a_file_that_cannot_be_loaded(tmp_path: Path) -> None:
    broken = tmp_path / "libbroken.so.1"
    broken.write_bytes(b"")
    assert missing_for(broken) == "libbroken.so.1"
    assert missing_for(tmp_path / "libgone.so.2") == "libgone.so.2"
