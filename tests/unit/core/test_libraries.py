"""Which library is missing, as the system's loader says it."""

import pytest

from tray_app.core.libraries import missing_library


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
        ("/lib64/libc.so.6: version `GLIBC_2.34' not found (required by libQt6Core.so.6)", ""),
        ("/usr/lib/libQt6Gui.so.6: undefined symbol: _ZN7QObject5eventEP6QEvent, version Qt_6", ""),
        ("libQt6Core.so.6: failed to map segment from shared object", ""),
        ("cannot import name 'QTimer' from 'PySide6.QtCore'", ""),
        ("No module named 'PySide6'", ""),
    ],
)
def test_the_library_is_found_in_the_words(error: str, library: str) -> None:
    assert missing_library(error) == library
