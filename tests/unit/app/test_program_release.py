"""ProgramRelease: each version is told once, and what is skipped stays skipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer, QObject
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tray_app.app.program_release import ProgramRelease
from tray_app.core.releases import Release, Repository
from tray_app.diagnosis.program_releases import ProgramReleases
from tray_app.settings import Settings
from tray_app.state.project import ProjectFacts
from tray_app.workers.runner import JobRunner

HERE = Repository("somebody", "ollama-tray")
FOUND = Release("0.2.0", HERE.page)


class Run:
    """One run of the program."""

    def __init__(self, folder: Path, url: str, own_version: str = "0.1.0") -> None:
        self.root = QObject()
        self.settings = Settings(folder / "settings.json", self.root)
        self.facts = ProjectFacts(self.root)
        self.runner = JobRunner(self.root)
        releases = ProgramReleases(folder / "release.json", HERE, url)
        self.part = ProgramRelease(
            self.settings, self.facts, self.runner, releases, self.root, own_version=own_version
        )

    def end(self) -> None:
        self.part.close()
        self.runner.close()
        assert self.runner.wait(QDeadlineTimer(5000))


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("tiny")) as running:
        running.fault(HERE.path, faults.reply_json(200, {"tag_name": "v0.2.0"}), times=None)
        yield running


def looked(qtbot: QtBot, run: Run) -> Run:
    with qtbot.waitSignal(run.facts.release_changed):
        run.part.look()
    return run


def test_told_once_and_again_for_the_next_version(
    qtbot: QtBot, server: FaultyServer, tmp_path: Path
) -> None:
    run = looked(qtbot, Run(tmp_path, server.url))
    assert (run.facts.release, run.facts.is_told) == (FOUND, False)
    run.part.note_told()
    assert (run.facts.release, run.facts.is_told) == (FOUND, True)
    run.end()
    # A restart, and a file of answers that is broken: it is asked again, and not told again.
    (tmp_path / "release.json").write_text("{broken")
    run = looked(qtbot, Run(tmp_path, server.url))
    assert (run.facts.release, run.facts.is_told) == (FOUND, True)
    run.end()
    server.fault(HERE.path, faults.reply_json(200, {"tag_name": "v0.3.0"}), times=None)
    (tmp_path / "release.json").unlink()
    run = looked(qtbot, Run(tmp_path, server.url))
    assert (run.facts.release, run.facts.is_told) == (Release("0.3.0", HERE.page), False)
    run.end()


def test_a_skipped_version_is_not_mentioned_any_more(
    qtbot: QtBot, server: FaultyServer, tmp_path: Path
) -> None:
    run = looked(qtbot, Run(tmp_path, server.url))
    run.part.skip()
    assert run.facts.release is None
    assert run.settings.values.skipped_release == "0.2.0"
    run.end()


def test_never_means_that_nobody_is_asked(
    qtbot: QtBot, server: FaultyServer, tmp_path: Path
) -> None:
    run = looked(qtbot, Run(tmp_path, server.url))
    before = len(server.requests)
    run.settings.set("look_for_tray", "never")
    assert run.facts.release is None
    run.part.look()
    run.end()
    assert len(server.requests) == before
