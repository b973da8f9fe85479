"""Who is first, what the others can ask, and what bad company does not break."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.support.waiting import wait_for
from tray_app.desktop.instance.lock import InstanceLock, private_folder
from tray_app.desktop.instance.protocol import LINE_LIMIT
from tray_app.desktop.instance.single_instance import (
    InstanceAnswer,
    InstanceCommand,
    InstanceRequest,
    Outcome,
    SingleInstance,
    ask,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks at sockets and flock")

ROOT = Path(__file__).parents[4]

# A first instance as a process of its own: says "ready", then does what the flavour is about.
_FIRST = """
import sys, threading
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from tray_app.desktop.instance.single_instance import SingleInstance, InstanceAnswer
flavour, data_dir = sys.argv[1], Path(sys.argv[2])
app = QCoreApplication([])
first = SingleInstance(data_dir)
if not first.claim():
    print("second", flush=True)
    raise SystemExit(3)
if flavour != "deaf":
    first.listen(lambda request: InstanceAnswer(True, {"args": list(request.args)}))
print("ready", flush=True)
if flavour in ("hung", "deaf"):
    threading.Event().wait(60)
app.exec()
"""


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short private folder: a socket's path may have 107 bytes."""
    folder = Path(f"/tmp/ot-{os.getpid()}")
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    yield folder
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


@contextmanager
def first_process(flavour: str, data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _FIRST, flavour, str(data_dir)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield process
    finally:
        process.kill()
        process.communicate()


# A later start, or a terminal verb: prints the outcome and the answer.
_LATER = """
import json, sys
from pathlib import Path
from tray_app.desktop.instance.single_instance import InstanceCommand, SingleInstance, ask
how, data_dir, command, *args = sys.argv[1:]
if how == "ask":
    got = ask(InstanceCommand(command), tuple(args), Path(data_dir), timeout_s=20)
else:
    second = SingleInstance(Path(data_dir))
    assert not second.claim()
    got = second.hand_over(InstanceCommand(command), tuple(args), timeout_s=20)
print(json.dumps([got.outcome, got.answer.is_ok, got.answer.data]))
"""


def later(
    qtbot: QtBot, how: str, data_dir: Path, command: str, *args: str, token: str = ""
) -> list[Any]:
    """What a later start gets, while our event loop runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", _LATER, how, str(data_dir), command, *args],
        cwd=ROOT,
        env={**os.environ, "XDG_ACTIVATION_TOKEN": token},
        stdout=subprocess.PIPE,
        text=True,
    )
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=30_000)
    found = json.loads(process.communicate()[0])
    assert isinstance(found, list)
    return found


def beside(qtbot: QtBot, work: Callable[[], str]) -> str:
    """Run `work` in a thread while our event loop runs."""
    results: list[str] = []
    thread = threading.Thread(target=lambda: results.append(work()), daemon=True)
    thread.start()
    qtbot.waitUntil(lambda: bool(results), timeout=10_000)
    thread.join()
    return results[0]


@pytest.fixture
def first(qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[SingleInstance, list[InstanceRequest]]]:
    asked: list[InstanceRequest] = []

    def handler(request: InstanceRequest) -> InstanceAnswer:
        asked.append(request)
        return InstanceAnswer(True, {"command": request.command})

    instance = SingleInstance(tmp_path)
    assert instance.claim()
    assert instance.listen(handler)
    yield instance, asked
    instance.close()


def socket_path(folder: Path) -> Path:
    return next(folder.glob("*.sock"))


def test_a_second_start_is_not_the_first_and_hands_over(
    qtbot: QtBot,
    first: tuple[SingleInstance, list[InstanceRequest]],
    tmp_path: Path,
) -> None:
    found = later(qtbot, "start", tmp_path, "pull", "qwen3:8b", "phi4", token="let-me-in")
    assert found == ["answered", True, {"command": "pull"}]
    assert first[1] == [InstanceRequest(InstanceCommand.PULL, ("qwen3:8b", "phi4"), "let-me-in")]


def test_a_terminal_verb_asks_without_becoming_an_instance(
    qtbot: QtBot, first: tuple[SingleInstance, list[InstanceRequest]], tmp_path: Path
) -> None:
    assert later(qtbot, "ask", tmp_path, "status") == ["answered", True, {"command": "status"}]


def test_nobody_runs(tmp_path: Path) -> None:
    assert ask(InstanceCommand.STATUS, data_dir=tmp_path).outcome is Outcome.NOBODY
    instance = SingleInstance(tmp_path)
    assert instance.claim(), "asking must not leave the lock taken"
    instance.close()


def test_each_data_folder_has_an_instance_of_its_own(
    first: tuple[SingleInstance, list[InstanceRequest]], tmp_path: Path
) -> None:
    other = SingleInstance(tmp_path / "other")
    assert other.claim()
    assert not SingleInstance(tmp_path / "x" / "..").claim(), "the same folder, written otherwise"
    other.close()


def test_closing_lets_the_next_one_be_first(
    first: tuple[SingleInstance, list[InstanceRequest]], tmp_path: Path
) -> None:
    first[0].close()
    second = SingleInstance(tmp_path)
    assert second.claim()
    second.close()


def test_only_its_own_user_reaches_it(
    first: tuple[SingleInstance, list[InstanceRequest]], runtime_folder: Path
) -> None:
    assert runtime_folder.stat().st_mode & 0o077 == 0
    assert socket_path(runtime_folder).stat().st_mode & 0o077 == 0


def test_a_crashed_instance_leaves_nothing_in_the_way(
    qtbot: QtBot, tmp_path: Path, runtime_folder: Path
) -> None:
    with first_process("well", tmp_path) as process:
        assert not SingleInstance(tmp_path).claim()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert socket_path(runtime_folder).exists(), "the test needs a stale socket"
    second = SingleInstance(tmp_path)
    assert second.claim()
    assert second.listen(lambda _: InstanceAnswer(True))
    assert later(qtbot, "ask", tmp_path, "raise")[0] == "answered"
    second.close()


@pytest.mark.parametrize("flavour", ["hung", "deaf"])
def test_a_hung_first_instance_is_said_and_does_not_block(tmp_path: Path, flavour: str) -> None:
    with first_process(flavour, tmp_path):
        second = SingleInstance(tmp_path)
        assert not second.claim()
        start_s = time.monotonic()
        handover = second.hand_over(InstanceCommand.RAISE, timeout_s=0.3, starting_s=0.3)
        assert handover.outcome is Outcome.SILENT
        # Not a measurement: only that it gave up by itself, long before the other one ends.
        assert time.monotonic() - start_s < 20


def test_a_first_instance_that_ends_meanwhile_is_followed(tmp_path: Path) -> None:
    with first_process("deaf", tmp_path) as process:
        second = SingleInstance(tmp_path)
        assert not second.claim()
        threading.Timer(0.2, process.kill).start()
        handover = second.hand_over(InstanceCommand.RAISE)
        assert handover.outcome is Outcome.NOBODY
        assert not SingleInstance(tmp_path).claim(), "the second is the first now"
        second.close()


def test_a_first_instance_that_still_starts_is_given_more_time(
    tmp_path: Path, qtbot: QtBot
) -> None:
    """Until it listens; the time for its answer begins then."""
    first, second = SingleInstance(tmp_path), SingleInstance(tmp_path)
    assert first.claim()
    assert not second.claim()
    with ThreadPoolExecutor() as pool:
        answer_limit_s = 2.0
        began_s = time.monotonic()
        asked = pool.submit(second.hand_over, InstanceCommand.RAISE, timeout_s=answer_limit_s)
        qtbot.waitUntil(lambda: time.monotonic() > began_s + answer_limit_s)
        assert first.listen(lambda _: InstanceAnswer(True))
        qtbot.waitUntil(asked.done, timeout=20_000)
    assert asked.result().outcome is Outcome.ANSWERED
    first.close()


def test_who_is_sent_away_by_a_crowd_comes_again(
    qtbot: QtBot, tmp_path: Path, first: tuple[SingleInstance, list[InstanceRequest]]
) -> None:
    crowd = [socket.socket(socket.AF_UNIX) for _ in range(40)]  # who say nothing
    for one in crowd:
        one.connect(str(socket_path(private_folder())))
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(ask, InstanceCommand.STATUS, (), tmp_path, timeout_s=20)
        qtbot.waitUntil(asked.done, timeout=30_000)
    assert asked.result().outcome is Outcome.ANSWERED
    for one in crowd:
        one.close()


def test_a_request_that_is_too_long_is_not_sent(
    tmp_path: Path, first: tuple[SingleInstance, list[InstanceRequest]]
) -> None:
    handover = ask(InstanceCommand.SHOW, ("x" * LINE_LIMIT,), tmp_path)
    assert (handover.outcome, handover.answer.is_ok) == (Outcome.ANSWERED, False)


def test_of_many_starts_at_once_one_is_first(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _FIRST, "well", str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    try:
        words = [process.stdout.readline().strip() for process in processes if process.stdout]
        assert sorted(words) == ["ready", "second", "second", "second"]
    finally:
        for process in processes:
            process.kill()
            process.communicate()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\x00\xff garbage\n", "no JSON"),
        (b'{"command":"erase"}\n', "unknown command"),
        (b"x" * (3 * LINE_LIMIT), "too long"),
        (b"x" * (LINE_LIMIT + 5) + b"\n", "too long"),
    ],
)
def test_garbage_is_refused_and_the_next_one_is_served(
    qtbot: QtBot,
    first: tuple[SingleInstance, list[InstanceRequest]],
    tmp_path: Path,
    runtime_folder: Path,
    data: bytes,
    error: str,
) -> None:
    def talk() -> str:
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(5)
            caller.connect(str(socket_path(runtime_folder)))
            with suppress(BrokenPipeError):  # it may have heard enough
                caller.sendall(data)
            return caller.recv(4096).decode()

    answer = beside(qtbot, talk)
    assert '"ok":false' in answer
    assert error in answer
    assert first[1] == []
    assert later(qtbot, "ask", tmp_path, "raise")[0] == "answered"


def test_callers_that_say_nothing_do_not_keep_others_out(
    qtbot: QtBot,
    first: tuple[SingleInstance, list[InstanceRequest]],
    tmp_path: Path,
    runtime_folder: Path,
) -> None:
    silent = [socket.socket(socket.AF_UNIX) for _ in range(8)]  # fewer than are let in at once
    for caller in silent:
        caller.connect(str(socket_path(runtime_folder)))
    assert later(qtbot, "ask", tmp_path, "raise")[0] == "answered"
    for caller in silent:
        caller.close()


def test_a_folder_that_others_can_look_into_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = tmp_path / "public"
    public.mkdir(mode=0o755)
    public.chmod(0o755)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(public))
    assert private_folder() != public
    assert private_folder().stat().st_mode & 0o077 == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there it is one folder for all")
def test_a_terminal_that_does_not_know_the_folder_of_the_session_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / str(os.getuid())
    folder.mkdir(mode=0o700)
    monkeypatch.setattr("tray_app.desktop.instance.lock._FOLDER_LIMIT", 500)
    monkeypatch.setattr("tray_app.desktop.instance.lock._SESSIONS", str(tmp_path))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    assert private_folder() == folder
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    assert private_folder() != folder
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    folder.chmod(0o755)
    assert private_folder() != folder


@pytest.mark.skipif(sys.platform == "win32", reason="there is no Flatpak there")
def test_starts_of_a_flatpak_meet_in_the_one_folder_that_they_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tray_app.desktop.instance.lock._FOLDER_LIMIT", 500)
    monkeypatch.setattr("tray_app.desktop.instance.lock.sandbox", lambda: "Flatpak")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("FLATPAK_ID", "org.example.Tray")
    shared = tmp_path / "app" / "org.example.Tray"
    shared.mkdir(mode=0o700, parents=True)
    tmp_path.chmod(0o700)
    assert private_folder() == shared


def test_the_lock_is_free_as_soon_as_its_holder_is_dead(tmp_path: Path) -> None:
    with first_process("hung", tmp_path):
        lock = InstanceLock(next(private_folder().glob("*.lock")))
        assert not lock.acquire()
    wait_for(lock.acquire)
    lock.release()
