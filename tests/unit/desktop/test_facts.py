"""Asking what the desktop offers, where the bus is no help."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tray_app.desktop.facts import desktop_facts

pytestmark = pytest.mark.skipif("sys.platform != 'linux'", reason="there is a bus on Linux only")


class HalfDeadBus:
    """Lets everybody in, and says `said` instead of an answer."""

    def __init__(self, path: Path, said: bytes) -> None:
        self._said = said
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError), self._server.accept()[0] as caller:
            while words := caller.recv(4096):
                if b"AUTH" in words:
                    caller.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n")
                elif self._said and words != b"\0":  # which comes before the first word
                    caller.sendall(self._said)

    def close(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # where nobody called
        self._server.close()
        self._thread.join()


@pytest.fixture
def bus(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[HalfDeadBus]:
    found = HalfDeadBus(tmp_path / "bus", request.param)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
    yield found
    found.close()


# The first is silence; the second begins a message and never ends it.
@pytest.mark.parametrize("bus", [b"", b"l\2\0\1\xff\xff\0\0\1\0\0\0\7\0\0\0"], indirect=True)
def test_a_bus_that_says_nothing_is_given_up(bus: HalfDeadBus) -> None:
    assert desktop_facts(limit_s=0.3).problem == "no answer"


@pytest.mark.parametrize("bus", [b"no message\r\n" * 9, b"\0" * 64], indirect=True)
def test_one_that_talks_nonsense_is_told_of(bus: HalfDeadBus) -> None:
    found = desktop_facts(limit_s=3.0)
    assert found.problem not in ("", "no session bus")
