"""Fixtures of this folder; each file of tests may have more of its own."""

from pathlib import Path

import pytest

from tests.widgets.windows import empty_stage, stage

__all__ = ["empty_stage", "stage"]

_FOLDER = Path(__file__).parent
# The offscreen platform tells of each thing that it cannot do; none of them is ours.
_NOT_OURS = r"^This plugin does not support "


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let these words pass in this folder; every other Qt warning still fails its test."""
    if item.path.is_relative_to(_FOLDER):
        item.add_marker(pytest.mark.qt_log_ignore(_NOT_OURS, extend=True))
