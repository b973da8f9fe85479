"""The doctor in a terminal of desktops that have everything, or next to nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.program import ROOT
from tests.fakes import FaultyServer, faults, small
from tests.support.complaints import complaints
from tray_app.desktop.instance.protocol import InstanceCommand
from tray_app.desktop.instance.single_instance import Outcome, ask
from tray_app.paths import paths


def examine(desktop: VirtualDesktop, data_folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tray_app", "doctor", "--json", "--data-dir", str(data_folder)],
        env={
            **desktop.environment,
            "PYTHONPATH": str(ROOT),
            "OLLAMA_HOST": "127.0.0.1:9",
            "XDG_CURRENT_DESKTOP": "ubuntu:XFCE",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert complaints(done.stderr) == []
    return dict(json.loads(done.stdout))


def problems(found: dict[str, Any]) -> list[str]:
    """What is wrong beside the server, which is away in all of these."""
    first, *rest = found["findings"]
    assert "127.0.0.1:9" in first["reason"]
    return [
        f"{finding['problem']}. {finding['reason']}"
        for finding in rest
        if finding["kind"] != "registry_silent"  # here, nobody but the tests' own is there
    ]


def test_a_desktop_with_everything(desktop: VirtualDesktop, tmp_path: Path) -> None:
    found = examine(desktop, tmp_path / "data")
    facts = found["desktop"]
    assert (facts["desktop"], facts["session"]) == ("ubuntu, XFCE", "x11")
    assert facts["has_tray"] is True
    assert facts["notifier"].startswith("dunst ")
    assert "body-markup" in facts["abilities"]
    assert problems(found) == []


@pytest.mark.parametrize("fake_desktop", [{"tray": False, "notifications": False}], indirect=True)
def test_a_desktop_without_tray_and_notifications(
    fake_desktop: VirtualDesktop, start_app: StartApp, tmp_path: Path
) -> None:
    before = examine(fake_desktop, tmp_path / "data")
    assert before["desktop"]["has_tray"] is None, "an old-style tray is not on the bus"
    assert [line for line in problems(before) if "notifications" in line]
    app = start_app(fake_desktop)
    app.window("Ollama Tray")
    app.wait_for(
        lambda: examine(fake_desktop, app.data_folder)["instance"]["state"] == "running",
        message="not running",
    )
    assert any("shows no tray" in line for line in problems(examine(fake_desktop, app.data_folder)))
    app.end()


def test_without_a_session(bare_desktop: VirtualDesktop, tmp_path: Path) -> None:
    bare_desktop.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={tmp_path / 'no-bus'}"
    found = examine(bare_desktop, tmp_path / "data")
    assert found["desktop"]["problem"] == "no session bus"
    assert any("no session bus" in line for line in problems(found))


PROGRAM = str(Path(__file__).with_name("breaking_program.py"))


def test_the_window_of_the_doctor(
    fake_desktop: VirtualDesktop,
    start_app: StartApp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that answers, one that is dead and one that wants a token nobody has."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", fake_desktop.environment["XDG_RUNTIME_DIR"])
    fake_desktop.environment["HTTPS_PROXY"] = "http://127.0.0.1:9"
    folder = tmp_path / "data"
    with (
        FaultyServer(library=small.library("here")) as server,
        FaultyServer(library=small.library("there")) as gateway,
    ):
        gateway.fault("*", faults.unauthorized(), times=None)
        file = paths(folder).settings_file
        file.parent.mkdir(parents=True)
        servers = [
            {"id": "s", "label": "studio", "address": server.url},
            {"id": "d", "label": "dead", "address": "http://127.0.0.1:9"},
            {"id": "g", "label": "gateway", "address": gateway.url},
        ]
        content = {"version": 1, "servers": servers, "default_server": "s"}
        file.write_text(json.dumps({**content, "look_for_ollama": "never"}))
        app = start_app(fake_desktop, "--data-dir", str(folder), command=[sys.executable, PROGRAM])

        def act(*words: str) -> bool:
            handover = ask(InstanceCommand.SHOW, words, folder, timeout_s=15)
            return handover.outcome is Outcome.ANSWERED and handover.answer.is_ok

        app.wait_for(lambda: act("doctor"), message="not running")
        app.window("Doctor")

        def report() -> str:
            act("press", "Copy &report")  # which waits until all is looked at
            act("clipboard")
            return app.output()

        app.wait_for(lambda: "To fix" in report(), message="no report")
        said = app.output()
        assert "“gateway” asks for a token" in said
        assert "Can’t reach Ollama" in said
        assert "Ollama answers on “studio”" in said
        act("press", "&Close")
        app.end()
