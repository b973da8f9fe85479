"""Opening Ollama's app: what is looked for, what is run, what is told. The programs are scripts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.support.waiting import wait_for
from tray_app.core.payloads import StartKind, StartPhase
from tray_app.desktop.ollama_start.app import OllamaApp
from tray_app.desktop.ollama_start.base import OllamaStart, StartReport
from tray_app.desktop.ollama_start.macos import MacApp
from tray_app.desktop.ollama_start.system import system_ollama_start
from tray_app.desktop.ollama_start.windows import WindowsApp, app_places, is_program_running

P = StartPhase
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")


def at_once(work: Callable[[], object], done: Callable[[object], None]) -> None:
    """A lane that is never busy."""
    done(work())


class Later:
    """A lane that does things when a test says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def __call__(self, work: Callable[[], object], done: Callable[[object], None]) -> None:
        self.waiting.append(lambda: done(work()))

    def work(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


def heard(start: OllamaStart) -> tuple[list[bool], list[StartReport]]:
    looked: list[bool] = []
    reports: list[StartReport] = []
    start.looked.connect(looked.append)
    start.reported.connect(reports.append)
    return looked, reports


def script(path: Path, words: str) -> Path:
    path.write_text(f"#!/bin/sh\n{words}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def windows(folder: Path, *running: str) -> WindowsApp:
    environ = {"PATH": str(folder / "bin"), "LOCALAPPDATA": str(folder)}
    return WindowsApp(at_once, environ=environ, is_running=lambda name: name in running)


def test_windows_has_nothing_to_start(qtbot: QtBot, tmp_path: Path) -> None:
    app = windows(tmp_path)
    looked, reports = heard(app)
    app.look()
    app.start()
    assert looked == [False]
    assert reports == [StartReport(P.NO_SERVICE)]
    assert app.kind is StartKind.APP


def test_windows_opens_the_app_hidden(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "Ollama").mkdir()
    said = tmp_path / "said"
    place = script(
        tmp_path / "Ollama" / "ollama app.exe", f'echo "$@" > {said}.new; mv {said}.new {said}'
    )
    app = windows(tmp_path)
    looked, reports = heard(app)
    app.look()
    app.start()
    assert looked == [True]
    assert reports == [StartReport(P.WAITING, "", f"{place} --hide --fast-startup")]
    wait_for(said.exists)
    assert said.read_text(encoding="utf-8") == "--hide --fast-startup\n"


def test_windows_does_not_get_in_the_way_of_the_installer(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "Ollama").mkdir()
    mark = tmp_path / "opened"
    script(tmp_path / "Ollama" / "ollama app.exe", f"touch {mark}")
    app = windows(tmp_path, "OllamaSetup.exe")
    looked, reports = heard(app)
    app.look()
    app.start()
    assert looked == [True]
    assert [report.phase for report in reports] == [P.WAITING]
    assert not mark.exists()


def test_windows_cannot_run_what_is_there(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "Ollama").mkdir()
    (tmp_path / "Ollama" / "ollama app.exe").write_bytes(b"no program")
    app = windows(tmp_path)
    _, reports = heard(app)
    app.start()
    (report,) = reports
    assert report.phase is P.FAILED
    assert "ollama app.exe" in report.details
    assert not report.is_end


def test_where_the_app_of_windows_may_be(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    script(folder / "ollama", "")
    script(folder / "ollama app.exe", "")
    assert app_places({"PATH": str(folder), "LOCALAPPDATA": str(tmp_path)}) == [
        folder / "ollama app.exe",
        tmp_path / "Programs" / "Ollama" / "ollama app.exe",
        tmp_path / "Ollama" / "ollama app.exe",
        folder / "ollama app.exe",
    ]
    assert app_places({}) == []


def test_the_list_of_programs_where_there_is_none() -> None:
    assert not is_program_running("OllamaSetup.exe")


def mac(folder: Path, opener: Path) -> MacApp:
    return MacApp(at_once, folders=(folder / "none", folder), opener=str(opener))


def test_macos_opens_the_app_behind_the_others(qtbot: QtBot, tmp_path: Path) -> None:
    place = tmp_path / "Ollama.app"
    place.mkdir()
    said = tmp_path / "said"
    app = mac(tmp_path, script(tmp_path / "open", f'echo "$@" > {said}'))
    looked, reports = heard(app)
    app.look()
    app.start()
    assert looked == [True]
    assert [report.phase for report in reports] == [P.WAITING]
    assert said.read_text(encoding="utf-8") == f"-j -a {place} --args --fast-startup\n"


def test_macos_says_why_it_cannot(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "Ollama.app").mkdir()
    app = mac(tmp_path, script(tmp_path / "open", "echo no such application >&2; exit 1"))
    _, reports = heard(app)
    app.start()
    (report,) = reports
    assert report.phase is P.FAILED
    assert report.details.endswith("\nno such application")


def test_macos_has_nothing_to_start(qtbot: QtBot, tmp_path: Path) -> None:
    app = mac(tmp_path, tmp_path / "open")
    looked, reports = heard(app)
    app.look()
    app.start()
    assert looked == [False]
    assert reports == [StartReport(P.NO_SERVICE)]


@pytest.mark.parametrize("leave", [OllamaApp.forget, OllamaApp.close])
def test_nobody_hears_of_what_is_followed_no_more(
    qtbot: QtBot, tmp_path: Path, leave: Callable[[OllamaApp], None]
) -> None:
    lane = Later()
    app = MacApp(lane, folders=(tmp_path,))
    _, reports = heard(app)
    app.start()
    leave(app)
    lane.work()
    assert reports == []


def test_a_lane_that_was_of_no_use(qtbot: QtBot) -> None:
    def broken(work: Callable[[], object], done: Callable[[object], None]) -> None:
        done(None)

    app = MacApp(broken)
    looked, reports = heard(app)
    app.look()
    app.start()
    assert looked == [False]
    assert reports == []


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux")
def test_linux_asks_systemd_and_only_when_it_is_to(qtbot: QtBot) -> None:
    start = system_ollama_start(at_once)
    assert type(start).__name__ == "SystemdService"
    assert not start.sandbox


def test_what_cannot_start_anything_says_so(qtbot: QtBot) -> None:
    start = OllamaStart(sandbox="Flatpak")
    looked, reports = heard(start)
    start.look()
    start.start()
    assert looked == [False]
    assert reports == [StartReport(P.NO_SERVICE)]
    assert start.sandbox == "Flatpak"
