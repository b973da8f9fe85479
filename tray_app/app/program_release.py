"""ProgramRelease: looks for a newer Ollama Tray by and by, tells of each version once, and never
fetches or installs one."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from tray_app import __version__
from tray_app.core.releases import Release, is_news, is_told
from tray_app.workers.runner import Job, JobRunner

if TYPE_CHECKING:
    from tray_app.diagnosis.program_releases import ProgramReleases
    from tray_app.settings import Settings
    from tray_app.state.project import ProjectFacts

_LANE = "program release"
_FIRST_LOOK_MS = 5 * 60 * 1000
_NEXT_LOOK_MS = 6 * 60 * 60 * 1000


class ReleaseJob(Job):
    """Outcome: the newest Release, None while none is known."""

    def __init__(self, releases: ProgramReleases) -> None:
        super().__init__(key="program release")
        self.releases = releases

    def perform(self) -> Release | None:
        return self.releases.newest(self.scope)


class ProgramRelease(QObject):
    """What a person was told, and what they skip, is kept with the settings, so that it outlives
    what was answered. Thread: GUI."""

    def __init__(
        self,
        settings: Settings,
        facts: ProjectFacts,
        runner: JobRunner,
        releases: ProgramReleases,
        parent: QObject | None = None,
        *,
        own_version: str = __version__,
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._facts = facts
        self._runner = runner
        self._releases = releases
        self._own_version = own_version
        self._chance = chance
        self._newest: Release | None = None
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self.look)
        settings.changed.connect(self._on_settings_changed)

    def start(self) -> None:
        """Not in the way of a start, and not all at the same moment."""
        self._clock.start(int(_FIRST_LOOK_MS * (1 + self._chance())))

    def close(self) -> None:
        """The program ends."""
        self._clock.stop()

    @Slot()
    def look(self) -> None:
        """Ask, if that is wanted and due."""
        self._clock.start(_NEXT_LOOK_MS)
        if self._is_wanted:
            job = ReleaseJob(self._releases)
            job.succeeded.connect(self._on_job_succeeded)
            self._runner.submit(job, _LANE)

    @Slot()
    def note_told(self) -> None:
        """A person has seen what the window says of it."""
        if self._facts.release is not None:
            self._settings.update({"told_release": self._facts.release.version})
            self._show()

    @Slot()
    def skip(self) -> None:
        """Say no more of this version."""
        if self._facts.release is not None:
            self._settings.update({"skipped_release": self._facts.release.version})
            self._show()

    @property
    def _is_wanted(self) -> bool:
        return bool(self._settings.values.look_for_tray != "never")

    @Slot(object)
    def _on_job_succeeded(self, newest: Release | None) -> None:
        self._newest = newest
        self._show()

    @Slot(str)
    def _on_settings_changed(self, name: str) -> None:
        if name == "look_for_tray":
            self._show()
            if self._is_wanted:
                self.look()

    def _show(self) -> None:
        values, newest = self._settings.values, self._newest
        is_shown = self._is_wanted and is_news(newest, self._own_version, values.skipped_release)
        if newest is None or not is_shown:
            self._facts.set_release(None)
        else:
            self._facts.set_release(newest, is_told=is_told(newest, values.told_release))
