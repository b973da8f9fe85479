"""Models that are made, counted among the downloads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from tray_app.core.creates.records import CreateItem, CreateState

if TYPE_CHECKING:
    from tray_app.core.pulls.states import PullSummary
    from tray_app.core.records import ModelRecord


def counted(summary: PullSummary, items: Iterable[CreateItem]) -> PullSummary:
    """`summary` of the downloads with these among them. How far all are together stays that of the
    downloads: what Ollama makes has no such number."""
    active, waiting, failed, done = summary.active, summary.waiting, summary.failed, summary.done
    speed = 0.0
    for item in items:
        if item.state is CreateState.WAITING:
            waiting += 1
        elif item.state is CreateState.FAILED:
            failed += 1
        elif item.state is CreateState.DONE:
            done += 1
        elif not item.is_ended:
            active += 1
            if item.state is CreateState.UPLOADING:
                speed += item.speed_bytes_s or 0.0
    rate = (summary.speed_bytes_s or 0.0) + speed if speed else summary.speed_bytes_s
    return replace(
        summary, active=active, waiting=waiting, failed=failed, done=done, speed_bytes_s=rate
    )


def is_kind_installed(models: Iterable[ModelRecord], architecture: str) -> bool:
    """Whether any of these models is of the architecture."""
    wanted = architecture.casefold()
    return any(model.details.family.casefold() == wanted for model in models)
