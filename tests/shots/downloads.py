"""Pictures of the history of downloads, and of how fast one has been."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QWidget

from tests.shots import data
from tests.shots.registry import SHOTS
from tests.shots.scene import known
from tray_app.commands import Commands
from tray_app.core.errors import DiskFull, ModelNotFound
from tray_app.core.pulls.history import History, PullRecord
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.views.downloads.history_dialog import HistoryDialog
from tray_app.views.downloads.panel import DownloadsPanel

_DAY = timedelta(days=1)
RECORDS = (
    PullRecord("local", "gemma3:4b", data.NOW - _DAY / 40, 3_340_000_000, 80.0),
    PullRecord("local", "deepseek-r1:70b", data.NOW - _DAY / 24, 14_400_000_000, 640.0,
               DiskFull("deepseek-r1:70b", "", 42_500_000_000, 28_100_000_000)),
    PullRecord("local", "mistral:7b", data.NOW - _DAY, 0, 0.6, None, True, True),
    PullRecord("local", "llava:13b", data.NOW - _DAY * 1.2, 8_010_000_000, 197.0, None, True),
    PullRecord("local", "qwen3:8x", data.NOW - _DAY * 3, 0, 0.4, ModelNotFound("qwen3:8x")),
    PullRecord("local", "hf.co/bartowski/Qwen2.5-Coder-14B-Instruct-GGUF:Q4_K_M",
               data.NOW - _DAY * 12, 8_990_000_000, 1315.0),
)  # fmt: skip


class _Clock:
    def __init__(self, now_s: float) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


def history(records: tuple[PullRecord, ...]) -> QWidget:
    """The dialog with these records."""
    scene = known()
    scene.state.set_history(History(records))
    return HistoryDialog(scene.state, scene.commands, clock=data.clock)


@SHOTS.add("history")
def history_filled() -> QWidget:
    return history(RECORDS)


@SHOTS.add("history-empty")
def history_empty() -> QWidget:
    return history(())


def speeds(second: int) -> float | None:
    """A line that rises, breaks, stalls and recovers."""
    if 50 <= second < 58:
        return None
    if 80 <= second < 88:
        return 0.0
    swing = math.sin(second / 5.0) * 4e6 + math.sin(second / 1.7) * 1.5e6
    return min(41.8e6, 6e6 * second) + swing


def panel(state: PullState) -> QWidget:
    """The first download opened, after two minutes."""
    clock = _Clock(data.NOW_S - 120)
    made = DownloadsPanel(Commands(), clock=clock)
    made.resize(960, 420)
    first: PullItem = data.PULLS[0]
    assert first.progress is not None
    made.set_item(first)
    row = made.row(first.id)  # made now: what is not yet made remembers no speed
    assert row is not None
    for second in range(121):
        clock.now_s = data.NOW_S - 120 + second
        told = replace(first.progress, speed_bytes_s=speeds(second))
        made.set_item(replace(first, progress=told))
    for item in (replace(first, state=state), *data.PULLS[1:]):
        made.set_item(item)
    made.set_order([item.id for item in data.PULLS])
    made.set_summary(data.SUMMARY)
    row.set_expanded(True)
    return made


@SHOTS.add("downloads-speed")
def downloads_speed() -> QWidget:
    return panel(PullState.RUNNING)


@SHOTS.add("downloads-speed-paused")
def downloads_speed_paused() -> QWidget:
    return panel(PullState.PAUSED)
