"""Short talks over sockets that never block: whether a display or a bus answers at all.

Standard library only, as it runs before Qt is loaded.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from collections.abc import Callable, Generator, Iterable
from typing import NamedTuple

Talk = Generator[bytes, bytes, None]
"""Yields what to say and gets what came back, until it has heard enough."""

_READ_BYTES = 65536
_NO_AUTO_START = 2
_REPLY_SERIAL, _SIGNATURE = 5, 8


class Peer:
    """Whoever listens at a Unix socket, while we talk to them."""

    def __init__(self, address: str, talk: Talk) -> None:
        self.is_over = False
        self.is_reachable = True
        self.is_stuck = False
        """So many wait there already that we are not even let in line."""
        self._talk = talk
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.setblocking(False)
        try:
            self._socket.connect(address)
            self._socket.sendall(next(talk))
        except BlockingIOError:
            self.is_stuck = True
        except (OSError, ValueError):
            self.is_reachable = False
            self.close()

    @property
    def is_silent(self) -> bool:
        """There, and has not said all that was asked for."""
        return self.is_reachable and not self.is_over

    def fileno(self) -> int:
        return self._socket.fileno()

    def listen(self) -> None:
        """Take what has come; call it when there is something."""
        try:
            data = self._socket.recv(_READ_BYTES)
            if data:
                self._socket.sendall(self._talk.send(data))
                return
        except BlockingIOError:
            return
        except (OSError, StopIteration, ValueError, LookupError, struct.error):
            pass  # whatever it was, it was no silence
        self.is_over = True
        self.close()

    def close(self) -> None:
        self._socket.close()


def listen_to(peers: Iterable[Peer], deadline_s: Callable[[], float]) -> None:
    """Until each has said enough, or `deadline_s` (monotonic) has come."""
    while waiting := [peer for peer in peers if peer.is_silent and not peer.is_stuck]:
        left_s = deadline_s() - time.monotonic()
        ready, _, _ = select.select(waiting, [], [], max(0.0, left_s))
        if not ready:
            return
        for peer in ready:
            peer.listen()


def local_x11_addresses(display: str) -> tuple[str, ...]:
    """Where a display of this computer listens; nothing for any other."""
    host, _, number = display.rpartition(":")
    number = number.partition(".")[0]
    if host not in ("", "unix") or not (number.isascii() and number.isdecimal()):
        return ()
    path = f"/tmp/.X11-unix/X{number}"  # noqa: S108
    return (f"\0{path}", path)


def x11_talk() -> Talk:
    """Whether we are let in is found out by Qt, which has the key; refused is answered as well."""
    order = b"l" if struct.pack("=H", 1) == b"\1\0" else b"B"
    yield order + struct.pack("=xHHHH2x", 11, 0, 0, 0)


def wayland_talk() -> Talk:
    """wl_display.sync, which is answered at once."""
    yield struct.pack("=III", 1, 12 << 16, 2)


class BusCall(NamedTuple):
    """A method call whose arguments are texts."""

    destination: str
    path: str
    interface: str
    member: str
    arguments: tuple[str, ...] = ()


_HELLO = BusCall("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello")


class BusTalk:
    """Greets a D-Bus bus (call 1) and asks services on it (calls 2, 3 …)."""

    def __init__(self, calls: Iterable[BusCall] = ()) -> None:
        self._calls = (_HELLO, *calls)
        self.unanswered = set(range(1, len(self._calls) + 1))
        self.texts: dict[int, str] = {}
        """Answers that are one text."""

    def talk(self) -> Talk:
        user = str(os.getuid()) if hasattr(os, "getuid") else ""
        heard = yield b"\0AUTH EXTERNAL " + user.encode().hex().encode() + b"\r\n"
        while b"\r\n" not in heard:
            heard += yield b""
        if not heard.startswith(b"OK "):
            self.unanswered.clear()  # it refuses, which is an answer
            return
        calls = (_call_bytes(number, call) for number, call in enumerate(self._calls, 1))
        heard = yield b"BEGIN\r\n" + b"".join(calls)
        while True:
            heard = self._take(heard)
            if not self.unanswered:
                return
            heard += yield b""

    def _take(self, data: bytes) -> bytes:
        """Read whole messages; gives what is left."""
        while len(data) >= 16:
            order = "<" if data[:1] == b"l" else ">"
            body_size, _, fields_size = struct.unpack_from(f"{order}III", data, 4)
            start = _padded(16 + fields_size, 8)
            if len(data) < start + body_size:
                break
            serial = _reply_serial(data[: 16 + fields_size], order)
            self.unanswered.discard(serial)
            if body_size > 4 and data[1] == 2:
                (size,) = struct.unpack_from(f"{order}I", data, start)
                if size == body_size - 5:
                    text = data[start + 4 : start + 4 + size]
                    self.texts[serial] = text.decode("utf-8", "replace")
            data = data[start + body_size :]
        return data


def _call_bytes(serial: int, call: BusCall) -> bytes:
    """A method call that starts no service. `jeepney` would do it, in 17 ms more."""
    body = b""
    for text in call.arguments:
        body = _aligned(body, 4) + _text(text)
    fields = b""
    texts = {1: call.path, 2: call.interface, 3: call.member, 6: call.destination}
    for code, value in texts.items():
        kind = b"o" if code == 1 else b"s"
        fields = _aligned(fields, 8) + bytes((code, 1)) + kind + b"\0" + _text(value)
    if call.arguments:
        signature = b"s" * len(call.arguments)
        fields = _aligned(fields, 8) + bytes((_SIGNATURE, 1)) + b"g\0"
        fields += bytes((len(signature),)) + signature + b"\0"
    head = struct.pack("<cBBBIII", b"l", 1, _NO_AUTO_START, 1, len(body), serial, len(fields))
    return _aligned(head + fields, 8) + body


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<I", len(data)) + data + b"\0"


def _aligned(data: bytes, size: int) -> bytes:
    return data.ljust(_padded(len(data), size), b"\0")


def _padded(length: int, size: int) -> int:
    return -(-length // size) * size


def _reply_serial(head: bytes, order: str) -> int:
    place = 16
    while place < len(head):
        place = _padded(place, 8)
        code, kind = head[place], head[place + 2 : place + 3]
        place += 4
        if kind == b"u":
            (number,) = struct.unpack_from(f"{order}I", head, place)
            if code == _REPLY_SERIAL:
                return int(number)
            place += 4
        elif kind == b"g":
            place += head[place] + 2
        else:
            (size,) = struct.unpack_from(f"{order}I", head, place)
            place += 4 + size + 1
    return 0
