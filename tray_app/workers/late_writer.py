"""LateWriter: what changes within some seconds is written together, one write after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from tray_app.workers.runner import Job, JobRunner


class LateWriter(QObject):
    """`make_job` gives the job that writes what is to be written then; None = nothing is.

    Signals: `written` with the outcome of a job, `given_up` (Job) when one was cancelled or failed,
    `failed` (OllamaError) behind it. Who has more to write by then says `soon` again.
    Thread: GUI thread; the jobs run in `lane`.
    """

    written = Signal(object)  # the outcome of the job
    given_up = Signal(object)  # Job
    failed = Signal(object)  # OllamaError

    def __init__(
        self,
        runner: JobRunner,
        lane: str,
        make_job: Callable[[], Job | None],
        save_s: float,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._lane = lane
        self._make_job = make_job
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(save_s * 1000))
        self._timer.setObjectName(lane)
        self._timer.timeout.connect(self._write)

    @property
    def is_writing(self) -> bool:
        return self._job is not None

    def soon(self) -> None:
        """Have a job made and run, unless one is under way."""
        if self._job is None and not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Begin no more: the program ends, and writes the rest itself."""
        self._timer.stop()

    @Slot()
    def _write(self) -> None:
        job = self._make_job()
        if job is None:
            return
        self._job = job
        job.succeeded.connect(self._on_job_succeeded)
        job.failed.connect(self._on_job_failed)
        job.cancelled.connect(self._on_job_cancelled)
        self._runner.submit(job, self._lane)

    @Slot(object)
    def _on_job_succeeded(self, outcome: object) -> None:
        self._job = None
        self.written.emit(outcome)

    @Slot(object)
    def _on_job_failed(self, error: object) -> None:
        self._on_job_cancelled()
        self.failed.emit(error)

    @Slot()
    def _on_job_cancelled(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            self.given_up.emit(job)
