"""The sign that a server stops: whoever waits for a socket hears of it, and of the socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tray_app.demo.stopping import StopSign


@pytest.fixture
def sign() -> Iterator[StopSign]:
    made = StopSign()
    yield made
    made.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    here, there = socket.socketpair()
    with here, there:
        yield here, there


def test_a_socket_that_speaks(sign: StopSign, pair: tuple[socket.socket, socket.socket]) -> None:
    here, there = pair
    assert not sign.waits_for(here, 0)
    assert sign.waits_for(here, 0, to_write=True)
    there.sendall(b"x")
    assert sign.waits_for(here)
    assert here.recv(1) == b"x"
    there.close()
    assert sign.waits_for(here)


@pytest.mark.parametrize("to_write", [True, False])
def test_the_sign_wakes_who_waits_for_a_socket(
    sign: StopSign, pair: tuple[socket.socket, socket.socket], to_write: bool
) -> None:
    here, _ = pair
    here.setblocking(False)
    if to_write:
        with suppress(BlockingIOError):
            while True:
                here.send(b"x" * 100_000)
    found: list[bool] = []
    waiting = threading.Thread(
        target=lambda: found.append(sign.waits_for(here, 60, to_write=to_write))
    )
    waiting.start()
    sign.set()
    waiting.join(10)
    assert found == [False]
    assert not sign.waits_for(here, 60, to_write=to_write)
    assert sign.wait(60)


def test_without_the_sign_time_passes(
    sign: StopSign, pair: tuple[socket.socket, socket.socket]
) -> None:
    started = time.monotonic()
    assert not sign.wait(0.01)
    assert not sign.waits_for(pair[0], 0.01)
    assert time.monotonic() - started >= 0.015
    assert not sign.is_set()
