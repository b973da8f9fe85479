"""Every test here speaks English with 24 hours, whatever ran before it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale

from tray_app import text


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Set the locale; set it back afterwards."""
    before = QLocale()
    QLocale.setDefault(QLocale("en_GB"))
    text.configure("decimal")
    yield
    QLocale.setDefault(before)
    text.configure("decimal")


@pytest.fixture
def german(english: None) -> None:
    """A locale with a decimal comma."""
    QLocale.setDefault(QLocale("de_DE"))
    text.configure("decimal")
