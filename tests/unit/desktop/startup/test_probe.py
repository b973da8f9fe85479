"""Displays and buses that answer, that are dead and that say nothing; what Qt is told then."""

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tray_app.desktop.startup.peers import local_x11_addresses
from tray_app.desktop.startup.probe import NO_BUS, StartupProbe

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="about Linux's sockets")

Answer = Callable[[bytes], bytes]
Listen = Callable[..., str]
BUS, A11Y, THEME = "DBUS_SESSION_BUS_ADDRESS", "AT_SPI_BUS_ADDRESS", "QT_QPA_PLATFORMTHEME"
OK = b"OK 0123456789abcdef\r\n"


@pytest.fixture
def listen(tmp_path: Path) -> Iterator[Listen]:
    """Return a function that makes a socket which gives these answers, and then says nothing."""
    with ExitStack() as open_ones:

        def make(name: str, *answers: bytes, backlog: int = 8) -> str:
            path = str(tmp_path / name)
            server = open_ones.enter_context(socket.socket(socket.AF_UNIX))
            server.bind(path)
            server.settimeout(10)
            server.listen(backlog)
            if answers:
                thread = threading.Thread(target=talk, args=(server, answers))
                thread.start()
                open_ones.callback(thread.join)
            return path

        def talk(server: socket.socket, answers: tuple[bytes, ...]) -> None:
            caller = open_ones.enter_context(server.accept()[0])
            caller.settimeout(10)
            for answer in answers:
                caller.recv(4096)
                caller.sendall(answer)

        yield make


def reply(serial: int, text: str = "", order: str = "little") -> bytes:
    """A method's answer, with a text or with nothing."""

    def number(value: int) -> bytes:
        return value.to_bytes(4, order)  # type: ignore[arg-type]

    fields = b"\x05\x01u\0" + number(serial)
    body = number(len(text)) + text.encode() + b"\0" if text else b""
    if text:
        fields += b"\x08\x01g\0\x01s\0"
    head = (b"l" if order == "little" else b"B") + b"\x02\x01\x01"
    head += number(len(body)) + number(99) + number(len(fields)) + fields
    return head.ljust(-(-len(head) // 8) * 8, b"\0") + body


HELLO, WANTS, ADDRESS = reply(1, ":1.7"), reply(2), reply(3)


def probe(environ: dict[str, str]) -> tuple[StartupProbe, float]:
    """Settled, and the seconds that it took."""
    began_s = time.monotonic()
    made = StartupProbe(environ)
    assert made.settle() == ""
    return made, time.monotonic() - began_s


@pytest.mark.parametrize(
    "answers",
    [
        (OK, HELLO + WANTS + ADDRESS),
        (OK, reply(1, ":1.7", "big") + reply(2, "", "big") + reply(3, "", "big")),
        (b"REJECTED ANONYMOUS\r\n",),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n",),
    ],
)
def test_a_bus_that_answers_is_left_to_qt(listen: Listen, answers: tuple[bytes, ...]) -> None:
    environ = {BUS: f"unix:path={listen('bus', *answers)}"}
    before = dict(environ)
    made, _ = probe(environ)
    assert environ == before
    assert made.notes == []


@pytest.mark.parametrize("answers", [(), (OK,), (OK, WANTS), (b"OK",)])
def test_a_bus_that_says_nothing_is_kept_from_qt(listen: Listen, answers: tuple[bytes]) -> None:
    environ = {BUS: f"unix:path={listen('bus', *answers)}"}
    made, took_s = probe(environ)
    assert environ == {BUS: NO_BUS}
    assert made.notes == ["the session bus says nothing"]
    assert 0.9 < took_s < 10


def test_so_is_one_where_nobody_takes_the_calls(listen: Listen) -> None:
    path = listen("bus", backlog=0)
    with ExitStack() as waiting:
        for _ in range(2):
            caller = waiting.enter_context(socket.socket(socket.AF_UNIX))
            caller.setblocking(False)
            caller.connect_ex(path)
        environ = {BUS: f"unix:path={path}"}
        probe(environ)
    assert environ == {BUS: NO_BUS}


def test_the_one_of_the_runtime_folder_counts(listen: Listen, tmp_path: Path) -> None:
    listen("bus")
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    probe(environ)
    assert environ[BUS] == NO_BUS


@pytest.mark.parametrize(
    "address",
    ["", "unix:path=/nonexistent", "unix:abstract=nobody", "tcp:host=x", "nonsense", "unix:"],
)
def test_a_dead_bus_is_no_reason_to_wait(address: str) -> None:
    environ = {BUS: address}
    _, took_s = probe(environ)
    assert environ == {BUS: address}
    assert took_s < 0.9


def test_silent_accessibility_is_kept_from_qt_and_the_bus_is_not(listen: Listen) -> None:
    address = f"unix:path={listen('bus', OK, HELLO)}"
    environ = {BUS: address}
    made, _ = probe(environ)
    assert environ == {BUS: address, A11Y: NO_BUS}
    assert made.notes == ["the accessibility service says nothing"]


@pytest.mark.parametrize("is_told_by_bus", [True, False])
def test_so_is_a_silent_accessibility_bus(listen: Listen, is_told_by_bus: bool) -> None:
    a11y = f"unix:path={listen('a11y')}"
    told = reply(3, a11y) if is_told_by_bus else ADDRESS
    environ = {BUS: f"unix:path={listen('bus', OK, HELLO + WANTS + told)}"}
    if not is_told_by_bus:
        environ[A11Y] = a11y
    probe(environ)
    assert environ[A11Y] == NO_BUS


@pytest.mark.parametrize("theme", ["xdgdesktopportal", "gnome"])
def test_a_silent_portal_is_not_asked_for_the_theme(listen: Listen, theme: str) -> None:
    environ = {BUS: f"unix:path={listen('bus', OK, HELLO + WANTS + ADDRESS)}", THEME: theme}
    probe(environ)
    assert environ[THEME] == ("generic" if theme == "xdgdesktopportal" else "gnome")


@pytest.mark.parametrize("answers", [(b"\0",), (b"\1\0\x0b\0\0\0\0\0",)])
def test_a_display_that_answers_is_left_to_qt(
    listen: Listen, answers: tuple[bytes], tmp_path: Path
) -> None:
    listen("wayland-0", *answers)
    probe({"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)})


def test_a_display_that_says_nothing_is_named(
    listen: Listen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tray_app.desktop.startup.probe.DISPLAY_LIMIT_S", 0.2)
    path = listen("wayland-0")
    for name in ("wayland-0", path):
        made = StartupProbe({"WAYLAND_DISPLAY": name, "XDG_RUNTIME_DIR": str(tmp_path)})
        assert made.settle() == name


@pytest.mark.parametrize(
    ("display", "paths"),
    [
        (":0", ["X0"]),
        (":12.1", ["X12"]),
        ("unix:3", ["X3"]),
        ("localhost:10.0", []),
        ("nonsense", []),
        (":", []),
        (":²", []),
        ("", []),
        (":../../x", []),
    ],
)
def test_where_a_display_listens(display: str, paths: list[str]) -> None:
    assert [Path(x).name for x in local_x11_addresses(display)] == paths * 2
