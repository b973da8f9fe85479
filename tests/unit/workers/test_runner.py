"""Jobs: what has become of one is true before it is told."""

from __future__ import annotations

import pytest

from tray_app.core.errors import Cancelled, NotOllama
from tray_app.workers.runner import Job


class OneJob(Job):
    """Ends as it is told to."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__()
        self.error = error

    def perform(self) -> str:
        if self.error is not None:
            raise self.error
        return "outcome"


@pytest.mark.parametrize(
    ("error", "signal"),
    [
        (None, "succeeded"),
        (NotOllama("x"), "failed"),
        (Cancelled("x"), "cancelled"),
        (ValueError("x"), "failed"),
    ],
)
@pytest.mark.allow_logs("job OneJob broke")
def test_a_job_is_over_when_it_says_so(error: Exception | None, signal: str) -> None:
    job = OneJob(error)
    told: list[tuple[str, bool]] = []
    for name in ("succeeded", "failed", "cancelled", "finished"):
        getattr(job, name).connect(lambda *_, name=name: told.append((name, job.is_over)))
    job.run()
    assert told == [(signal, True), ("finished", True)]
    assert job.is_done is (error is None)
