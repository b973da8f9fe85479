"""RegistryAsking: the questions to all registries, asked side by side in lanes of the runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.updates.asking import MAX_AT_ONCE, MAX_PER_HOST, Question
from tray_app.ollama.update_check import Line
from tray_app.workers.updates.jobs import Answered, AskJob

if TYPE_CHECKING:
    from tray_app.ollama.registry import Registry
    from tray_app.workers.runner import JobRunner


class RegistryAsking(QObject):
    """At most four questions at a time, two to one registry; one that wants to be left alone is.
    Lanes are called by `name`.

    Signals: `answered` after each question.
    Thread: GUI thread; asks in jobs of the runner.
    """

    answered = Signal(object)  # Answered

    def __init__(
        self, runner: JobRunner, registry: Registry, name: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._registry = registry
        self._name = name
        self._lines: dict[str, Line] = {}
        self._jobs: dict[int, AskJob] = {}

    def put(self, question: Question, *, is_first: bool = False) -> None:
        """One more, before all others of its registry if `is_first`; asked from `start` on."""
        line = self._lines.get(question.line)
        if line is None or line.end is not None:
            line = self._lines[question.line] = Line(())
        line.put(question, is_first=is_first)

    def start(self) -> None:
        """Begin as many jobs as there is work for, and as are allowed."""
        for line in list(self._lines.values()):
            at_it = sum(job.line is line for job in self._jobs.values())
            while len(self._jobs) < MAX_AT_ONCE and at_it < min(MAX_PER_HOST, len(line)):
                lane = next(n for n in range(MAX_AT_ONCE) if n not in self._jobs)
                job = self._jobs[lane] = AskJob(self._registry, line)
                job.answered.connect(self._on_job_answered)
                job.finished.connect(self._on_job_finished)
                self._runner.submit(job, f"{self._name} {lane + 1}")
                at_it += 1

    def stop(self) -> None:
        """Ask no more; what was answered by now is still told."""
        self._lines.clear()
        for job in list(self._jobs.values()):
            job.cancel()

    def forget(self) -> None:
        """Nobody waits for any answer any more."""
        self.stop()
        self._jobs.clear()

    @Slot(object)
    def _on_job_answered(self, answered: Answered) -> None:
        if any(known is self.sender() for known in self._jobs.values()):
            self.answered.emit(answered)

    @Slot()
    def _on_job_finished(self) -> None:
        job = self.sender()
        for lane, known in list(self._jobs.items()):
            if known is job:
                del self._jobs[lane]
        for host, line in list(self._lines.items()):
            if not len(line) and all(known.line is not line for known in self._jobs.values()):
                del self._lines[host]
        self.start()
