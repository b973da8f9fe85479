"""Locks of files: one holder, told apart from any other fault, freed with its file."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tray_app import filelock, jsonfile
from tray_app.desktop.instance.lock import InstanceLock

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys
from tray_app import filelock
file = open(sys.argv[1], "ab")
filelock.take(file.fileno())
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def open_it(tmp_path: Path) -> Iterator[Callable[[], int]]:
    opened = []

    def open_once() -> int:
        opened.append(os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT))
        return opened[-1]

    yield open_once
    for descriptor in opened:
        os.close(descriptor)


def test_one_holder(open_it: Callable[[], int]) -> None:
    filelock.take(open_it())
    second = open_it()
    for _ in range(2):
        with pytest.raises(BlockingIOError):
            filelock.take(second)


def test_closing_frees_it(tmp_path: Path, open_it: Callable[[], int]) -> None:
    first = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    filelock.take(first)
    os.close(first)
    filelock.take(open_it())


def test_where_in_the_file_does_not_matter(tmp_path: Path, open_it: Callable[[], int]) -> None:
    with (tmp_path / "lock").open("ab") as longer:
        longer.write(b"xyz")
        longer.flush()
        filelock.take(longer.fileno())
        with pytest.raises(BlockingIOError):
            filelock.take(open_it())


def test_the_death_of_its_holder_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "instance.lock"
    line = [sys.executable, "-c", HOLDER, str(path)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        lock = InstanceLock(path)
        assert not lock.acquire()
        assert not lock.is_held
        holder.kill()
        holder.wait(30)
        assert lock.acquire()
        lock.release()


def test_a_writer_waits_for_the_other_one(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    steps: list[str] = []
    has_begun = threading.Event()

    def write() -> None:
        has_begun.set()
        with jsonfile.locked(path):
            steps.append("second")

    writing = threading.Thread(target=write)
    with jsonfile.locked(path):
        writing.start()
        has_begun.wait(10)
        writing.join(0.1)
        steps.append("first")
    writing.join(10)
    assert steps == ["first", "second"]
