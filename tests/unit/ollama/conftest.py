"""Fixtures of more than one file here."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.fakes import FaultyServer, small
from tray_app.ollama import OllamaClient


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    """One with two models; files that need others have their own."""
    with FaultyServer(library=small.library("tiny", "other:q4")) as running:
        yield running


@pytest.fixture
def client(server: FaultyServer) -> Iterator[OllamaClient]:
    with OllamaClient(server.url) as made:
        yield made


@pytest.fixture
def full_backlog() -> Iterator[tuple[str, int]]:
    """An address where connecting neither succeeds nor fails."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    address = listener.getsockname()
    fillers = []
    try:
        while True:
            filler = socket.socket()
            filler.settimeout(0.3)
            fillers.append(filler)
            try:
                filler.connect(address)
            except TimeoutError:
                break
            assert len(fillers) < 200, "the backlog never fills up on this system"
        yield address
    finally:
        for filler in fillers:
            filler.close()
        listener.close()
