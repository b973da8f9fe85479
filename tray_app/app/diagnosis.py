"""DiagnosisCommand: looks at everything in a lane and puts the report on the clipboard."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication

from tray_app import text
from tray_app.core.diagnosis import Diagnosis, InstanceFacts, InstanceState, ServerTarget
from tray_app.core.errors import OllamaError
from tray_app.paths import Paths
from tray_app.settings import Settings
from tray_app.settings.servers import endpoint_of
from tray_app.state import AppState
from tray_app.workers.runner import Job, JobRunner

if TYPE_CHECKING:
    from tray_app.diagnosis import Question

LANE = "diagnosis"


class DiagnosisJob(Job):
    """Asks the desktop, the servers and the disks. Outcome: Diagnosis."""

    def __init__(self, question: Question) -> None:
        super().__init__(LANE)
        self.question = question

    def perform(self) -> object:
        from tray_app.diagnosis import diagnose

        return diagnose(self.question, self.scope)


class DiagnosisCommand(QObject):
    """Thread: GUI thread."""

    def __init__(
        self,
        runner: JobRunner,
        settings: Settings,
        state: AppState,
        where: Paths,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._settings = settings
        self._state = state
        self._where = where

    @Slot()
    def copy(self) -> None:
        """Look, and put the report on the clipboard."""
        job = DiagnosisJob(self._question())
        job.succeeded.connect(self._on_job_succeeded)
        self._runner.submit(job, LANE)

    def _question(self) -> Question:
        from tray_app.diagnosis import Question

        own = InstanceFacts(
            InstanceState.RUNNING,
            has_tray=self._state.is_tray_available,
            downloads=len(self._state.downloads),
        )
        return Question(
            targets=tuple(self._targets()),
            where=self._where,
            settings=self._settings.values,
            instance=own,
            platform=QGuiApplication.platformName(),
            hides_names=True,
        )

    def _targets(self) -> list[ServerTarget]:
        found = []
        for entry in self._settings.servers():
            try:
                endpoint = endpoint_of(entry, os.environ)
            except OllamaError:
                continue  # the window says so already
            is_default = entry.id == self._state.server.id
            found.append(ServerTarget(endpoint, entry.label, entry.id, is_default))
        return found

    @Slot(object)
    def _on_job_succeeded(self, found: Diagnosis) -> None:
        QGuiApplication.clipboard().setText(text.diagnosis_report(found))
        self._state.tell_diagnostics_copied()
