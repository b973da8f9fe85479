"""Hanging up on who waits for a bus that says nothing."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tray_app.desktop.dbus.hang_up import HangUp

pytestmark = pytest.mark.skipif(
    sys.platform == "win32",
    reason="there is no bus on Windows, and who waits there is not told by shutdown",
)


@pytest.fixture
def link() -> Iterator[socket.socket]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(20)
        yield ours


def test_who_waits_is_told(link: socket.socket) -> None:
    hang_up, begins = HangUp(), threading.Event()

    def wait() -> bytes:
        begins.set()
        return link.recv(1)

    with ThreadPoolExecutor(1) as other:
        assert hang_up.watch(link)
        waiting = other.submit(wait)
        assert begins.wait(20)
        hang_up.now()
        assert waiting.result(20) == b""
    assert hang_up.is_done


def test_who_connects_later_is_told_at_once(link: socket.socket) -> None:
    hang_up = HangUp()
    hang_up.now()
    assert not hang_up.watch(link)


def test_a_connection_that_is_over_is_left_alone(link: socket.socket) -> None:
    hang_up = HangUp()
    hang_up.watch(link)
    hang_up.watch(None)
    hang_up.now()
    link.settimeout(0)
    with pytest.raises(BlockingIOError):
        link.recv(1)
    hang_up.watch(link)
    link.close()
    hang_up.now()
