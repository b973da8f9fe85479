"""Another person on the same machine: never reaches our program, never stops ours from starting."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.program import App
from tests.support.tools import lacks, require
from tray_app.desktop.instance.single_instance import InstanceCommand, Outcome, ask

NOBODY = 65534
PYTHON = "/usr/bin/python3"
CONNECT = """
import socket, sys
with socket.socket(socket.AF_UNIX) as end:
    try:
        end.connect(sys.argv[1])
    except OSError as error:
        print(type(error).__name__)
    else:
        print("connected")
"""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root can be somebody else"
)


@pytest.fixture(autouse=True)
def tools() -> None:
    """What being somebody else takes."""
    require("setpriv")
    if not Path(PYTHON).exists():
        lacks(PYTHON)


def as_somebody_else(*command: str) -> str:
    """Run a command as a person who has nothing to do with us; its output."""
    identity = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    done = subprocess.run(
        [*identity, *command],
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def try_to_connect(place: Path) -> str:
    return as_somebody_else(PYTHON, "-c", CONNECT, str(place))


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that everybody may look into, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="t-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def links(pid: int) -> list[str]:
    """What the descriptors of a process stand for; some come and go."""
    found = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.append(str(entry.readlink()))
    return found


def start(app: App) -> None:
    app.wait_for(
        lambda: (
            ask(InstanceCommand.STATUS, (), app.data_folder, timeout_s=15).outcome
            is Outcome.ANSWERED
        ),
        message="it does not answer",
    )


def test_the_folder_and_the_socket_are_ours_alone(
    shared_desktop: VirtualDesktop,
    start_app: StartApp,
    open_place: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = open_place / "run"
    run.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))
    app = start_app(shared_desktop, "--demo", "--hidden", environment={"XDG_RUNTIME_DIR": str(run)})
    start(app)
    (socket,) = run.glob("*.sock")
    assert try_to_connect(socket) == "PermissionError"
    run.chmod(0o755)  # as if the folder were no barrier
    assert try_to_connect(socket) == "PermissionError"
    assert stat.S_IMODE(socket.stat().st_mode) & 0o077 == 0
    run.chmod(0o700)


def test_without_a_folder_of_the_session_it_makes_one_of_its_own(
    shared_desktop: VirtualDesktop,
    start_app: StartApp,
    open_place: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    monkeypatch.setattr(tempfile, "tempdir", str(open_place))
    place = {"XDG_RUNTIME_DIR": "", "TMPDIR": str(open_place)}
    app = start_app(shared_desktop, "--demo", "--hidden", environment=place)
    start(app)
    (folder,) = open_place.glob("ollama-tray-*")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (socket,) = folder.glob("*.sock")
    assert try_to_connect(socket) == "PermissionError"


def test_it_listens_nowhere_else(
    shared_desktop: VirtualDesktop, start_app: StartApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", shared_desktop.environment["XDG_RUNTIME_DIR"])
    app = start_app(shared_desktop, "--hidden")
    start(app)
    inodes = {link.removeprefix("socket:[").removesuffix("]") for link in links(app.pid)}
    for name in ("tcp", "tcp6", "udp", "udp6"):
        rows = [
            line.split() for line in Path(f"/proc/{app.pid}/net/{name}").read_text().splitlines()
        ]
        listening = [row for row in rows[1:] if row[9] in inodes and row[3] in ("0A", "07")]
        assert listening == [], name
    unix = [line.split() for line in Path(f"/proc/{app.pid}/net/unix").read_text().splitlines()]
    names = [
        row[7] for row in unix[1:] if len(row) > 7 and row[6] in inodes and row[3] == "00010000"
    ]
    # One, and not an "abstract" one ("@…"): those have no permissions.
    assert [name[:1] for name in names] == ["/"]


def test_somebody_who_was_there_first_stops_nobody(
    shared_desktop: VirtualDesktop, start_app: StartApp, open_place: Path
) -> None:
    open_place.chmod(0o777)
    name = f"ollama-tray-{os.geteuid()}"
    as_somebody_else("mkdir", "-m", "777", str(open_place / name))
    place = {"XDG_RUNTIME_DIR": "", "TMPDIR": str(open_place)}
    app = start_app(shared_desktop, "--demo", environment=place)
    app.window("Ollama Tray")
    assert list((open_place / name).iterdir()) == []
