"""DiagnosisCommand: looks at everything in a lane and puts the report on the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication

from tray_app import text
from tray_app.cli.server_choice import ServerChoice
from tray_app.core.diagnosis import Diagnosis, InstanceFacts, InstanceState
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import OllamaError
from tray_app.workers.runner import Job

if TYPE_CHECKING:
    from tray_app.app.application import Application
    from tray_app.app.windows import Windows
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

    def __init__(self, application: Application) -> None:
        super().__init__(application)
        self._app = application
        self._built: Windows | None = None

    def connect_windows(self, built: Windows) -> None:
        """Take the wishes of the window and its dialogs, and tell them what came of them."""
        self._built = built
        built.main.diagnostics_requested.connect(self.copy)
        built.dialogs.diagnostics_requested.connect(self.copy)

    @Slot()
    def copy(self) -> None:
        """Look, and put the report on the clipboard."""
        job = DiagnosisJob(self._question())
        job.succeeded.connect(self._on_job_succeeded)
        self._app.runner.submit(job, LANE)

    def _question(self) -> Question:
        from tray_app.diagnosis import Question

        app = self._app
        own = InstanceFacts(
            InstanceState.RUNNING,
            has_tray=app.tray.is_available,
            downloads=len(app.queue.items()),
        )
        return Question(
            targets=tuple(self._targets()),
            where=app.where,
            settings=app.settings.values,
            instance=own,
            platform=QGuiApplication.platformName(),
            hides_names=True,
        )

    def _targets(self) -> list[ServerChoice]:
        found = []
        for entry in self._app.settings.servers():
            try:
                endpoint = Endpoint.parse(entry.address)
            except OllamaError:
                continue  # the window says so already
            is_default = entry.id == self._app.server.id
            found.append(ServerChoice(endpoint, entry.label, entry.id, is_default))
        return found

    @Slot(object)
    def _on_job_succeeded(self, found: Diagnosis) -> None:
        QGuiApplication.clipboard().setText(text.diagnosis_report(found))
        if self._built is not None:
            self._built.main.show_diagnostics_copied()
            self._built.dialogs.show_diagnostics_copied()
