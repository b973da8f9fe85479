"""Fixtures of this folder; each file of tests may have more of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from tests.widgets.windows import empty_stage, several, stage
from tray_app.views.style import AppStyle

__all__ = ["empty_stage", "several", "stage"]

_FOLDER = Path(__file__).parent
# The offscreen platform tells of each thing that it cannot do; none of them is ours.
_NOT_OURS = r"^This plugin does not support "


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let these words pass in this folder; every other Qt warning still fails its test."""
    if item.path.is_relative_to(_FOLDER):
        item.add_marker(pytest.mark.qt_log_ignore(_NOT_OURS, extend=True))


@pytest.fixture(scope="package", autouse=True)
def app_style(qapp: QApplication) -> Iterator[AppStyle]:
    """The look of the program for every test of this folder, and for none behind it: it would put
    its own palette in place of theirs."""
    palette, sheet, name = QPalette(qapp.palette()), qapp.styleSheet(), qapp.style().name()
    style = AppStyle(qapp, "light")
    yield style
    style.close()
    style.setParent(None)
    qapp.setStyleSheet(sheet)
    qapp.setStyle(name)
    qapp.setPalette(palette)
