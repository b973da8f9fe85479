"""Fixtures of this folder; each file of tests may have more of its own."""

from tests.widgets.windows import empty_stage, stage

__all__ = ["empty_stage", "stage"]
