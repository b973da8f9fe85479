"""What the settings say about downloads, as the rules of `core.pulls` want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app.core.pulls.policy import QueueLimits, RetryPolicy
from tray_app.core.pulls.rules import GB

if TYPE_CHECKING:
    from tray_app.settings.values import SettingsValues


def limits_of(values: SettingsValues) -> QueueLimits:
    """How the settings want downloads to be treated, in the window and in a terminal."""
    return QueueLimits(
        max_pulls=values.max_pulls,
        stall_s=float(values.stall_s) if values.restart_stalled else 0.0,
        policy=RetryPolicy(is_retrying=values.retry_pulls),
        keep_free_bytes=values.keep_free_gb * GB,
    )
