"""Making a TCP connection that can be cancelled, with facts about why there is none.

Standard library only. `calling` tells connections made in this thread which scope and deadline
they are under, because requests and urllib3 have no way to hand such a thing down.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from tray_app.core.errors import Cancelled, UnreachableKind
from tray_app.ollama.cancel import CancelScope, ScopeCancelled

_SLICE_S = 0.1  # how late a cancel between attach and connect is noticed at worst
_MIN_SHARE_S = 1.0
_REFUSED = frozenset({errno.ECONNREFUSED, getattr(errno, "WSAECONNREFUSED", -1)})
_TIMED_OUT = frozenset({errno.ETIMEDOUT, getattr(errno, "WSAETIMEDOUT", -1)})
_LOST = frozenset({errno.ECONNRESET, errno.ECONNABORTED})

# Keep-alive finds a dead peer of a silent pull in about a minute and a half.
_KEEP_ALIVE = (
    ("TCP_KEEPIDLE", 45),
    ("TCP_KEEPALIVE", 45),  # macOS calls it so
    ("TCP_KEEPINTVL", 15),
    ("TCP_KEEPCNT", 3),
)

SocketOptions = Sequence[tuple[int, int, int | bytes]]
Address = tuple[Any, ...]


class DialFailed(OSError):
    """No connection came about; `kind` None = it took too long."""

    def __init__(self, text: str, kind: UnreachableKind | None) -> None:
        super().__init__(text)
        self.kind = kind


class _Call(threading.local):
    scope: CancelScope | None = None
    deadline_s: float | None = None
    send_s: float | None = None


_CALL = _Call()


@contextlib.contextmanager
def calling(
    scope: CancelScope, deadline_s: float | None, send_s: float | None = None
) -> Iterator[None]:
    """Put this thread's connecting and receiving under `scope` until `time.monotonic()` is
    `deadline_s` (None = no limit). `send_s`: so long the other side may take nothing of what is
    sent; None = as long as connecting may take."""
    before = (_CALL.scope, _CALL.deadline_s, _CALL.send_s)
    _CALL.scope, _CALL.deadline_s, _CALL.send_s = scope, deadline_s, send_s
    try:
        yield
    finally:
        _CALL.scope, _CALL.deadline_s, _CALL.send_s = before


class _Deadline:
    """A socket whose reads end at the call's deadline, however slowly the bytes drip, and whose
    writes have a patience of their own."""

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        send = super().sendall  # type: ignore[misc]
        if _CALL.send_s is None:
            send(*args, **kwargs)
            return
        timeout = self.gettimeout()  # type: ignore[attr-defined]
        self.settimeout(_CALL.send_s)  # type: ignore[attr-defined]
        try:
            send(*args, **kwargs)
        finally:
            with contextlib.suppress(OSError):
                self.settimeout(timeout)  # type: ignore[attr-defined]

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        receive = super().recv_into  # type: ignore[misc]
        if _CALL.deadline_s is None:
            return int(receive(*args, **kwargs))
        left = _CALL.deadline_s - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        timeout = self.gettimeout()  # type: ignore[attr-defined]
        if timeout is not None and timeout <= left:
            return int(receive(*args, **kwargs))
        self.settimeout(left)  # type: ignore[attr-defined]
        try:
            return int(receive(*args, **kwargs))
        finally:
            with contextlib.suppress(OSError):
                self.settimeout(timeout)  # type: ignore[attr-defined]


class TcpSocket(_Deadline, socket.socket):
    """A plain connection."""


class TlsSocket(_Deadline, ssl.SSLSocket):
    """A connection under TLS. Wrapping takes the plain socket's handle away, so this one has to
    be put under the scope too, before the handshake can block."""

    def do_handshake(self, block: bool = False) -> None:
        if _CALL.scope is not None:
            _CALL.scope.attach(self)
        super().do_handshake(block)


def dial(
    host: str, port: int, timeout_s: float | None, options: SocketOptions = ()
) -> socket.socket:
    """A connected socket under the thread's scope. `timeout_s` covers looking the name up and
    trying every address. Raises DialFailed or ScopeCancelled."""
    scope = _CALL.scope or CancelScope()
    deadline_s = None if timeout_s is None else time.monotonic() + timeout_s
    addresses = _resolve(host, port, scope, deadline_s)
    failures: list[DialFailed] = []
    for index, (family, kind, protocol, _, address) in enumerate(addresses):
        share_s = None
        if deadline_s is not None and timeout_s is not None:
            left_s = deadline_s - time.monotonic()
            share_s = max(min(_MIN_SHARE_S, timeout_s), left_s / (len(addresses) - index))
        try:
            return _connect(
                TcpSocket(family, kind, protocol), address, scope, share_s, timeout_s, options
            )
        except DialFailed as failure:
            failures.append(failure)
    raise max(failures, key=_weight, default=DialFailed(f"no address for {host}", None))


def address_of(host: str, port: int, scope: CancelScope, timeout_s: float = 5.0) -> str:
    """The IP address behind a name, the one that works everywhere first; "" when none is found in
    time. Raises Cancelled."""
    try:
        found = _resolve(host, port, scope, time.monotonic() + timeout_s)
    except DialFailed:
        return ""
    except ScopeCancelled:
        raise Cancelled(host) from None
    numbers = [str(address[0]) for _, _, _, _, address in found]
    return min(numbers, key=lambda number: ":" in number, default="")


def _weight(failure: DialFailed) -> int:
    """Of several addresses the most telling failure counts: it refused; it was silent; …"""
    if failure.kind is UnreachableKind.NO_ROUTE:
        return 0
    return 1 if failure.kind is None else 2


def _resolve(
    host: str, port: int, scope: CancelScope, deadline_s: float | None
) -> list[tuple[int, int, int, str, Address]]:
    """getaddrinfo, which cannot be interrupted, in a thread of its own that may be left behind."""
    bare = host.strip("[]")
    if _is_ip(bare):
        return _look_up(bare, port)
    found: list[list[tuple[int, int, int, str, Address]] | DialFailed] = []
    done = threading.Event()

    def look_up() -> None:
        try:
            found.append(_look_up(bare, port))
        except DialFailed as failure:
            found.append(failure)
        finally:
            done.set()

    threading.Thread(target=look_up, name=f"resolve-{bare}"[:32], daemon=True).start()
    with scope.waking(done.set):
        left_s = None if deadline_s is None else max(0.0, deadline_s - time.monotonic())
        done.wait(left_s)
    if scope.is_cancelled:
        raise ScopeCancelled("cancelled")
    if not found:
        raise DialFailed(f"looking up {host} took too long", UnreachableKind.NAME_LOOKUP)
    if isinstance(found[0], DialFailed):
        raise found[0]
    return found[0]


def _look_up(host: str, port: int) -> list[tuple[int, int, int, str, Address]]:
    try:
        return [*socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise DialFailed(str(error), UnreachableKind.NAME_LOOKUP) from error


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _connect(
    sock: socket.socket,
    address: Address,
    scope: CancelScope,
    limit_s: float | None,
    timeout_s: float | None,
    options: SocketOptions,
) -> socket.socket:
    is_connected = False
    try:
        _set_options(sock, options)
        scope.attach(sock)
        sock.setblocking(False)
        _await_connection(sock, address, scope, limit_s)
        sock.settimeout(timeout_s)
        is_connected = True
        return sock
    except (DialFailed, ScopeCancelled):
        raise
    except OSError as error:
        if scope.is_cancelled:
            raise ScopeCancelled("cancelled") from error
        raise _dial_failed(error.errno or 0, str(error)) from error
    finally:
        if not is_connected:
            sock.close()


def _await_connection(
    sock: socket.socket, address: Address, scope: CancelScope, limit_s: float | None
) -> None:
    end_s = None if limit_s is None else time.monotonic() + limit_s
    code = sock.connect_ex(address)
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_WRITE)
        while code in (errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY):
            is_ready = bool(selector.select(_SLICE_S))
            if scope.is_cancelled:
                raise ScopeCancelled("cancelled")
            if is_ready:
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            elif end_s is not None and time.monotonic() >= end_s:
                raise DialFailed("connecting took too long", None)
    if code:
        raise _dial_failed(code, errno.errorcode.get(code, str(code)))


def _dial_failed(code: int, text: str) -> DialFailed:
    if code in _TIMED_OUT:
        return DialFailed(text, None)
    if code in _REFUSED:
        return DialFailed(text, UnreachableKind.REFUSED)
    return DialFailed(text, UnreachableKind.LOST if code in _LOST else UnreachableKind.NO_ROUTE)


def _set_options(sock: socket.socket, options: SocketOptions) -> None:
    for option in options:
        sock.setsockopt(*option)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEP_ALIVE:
        number = getattr(socket, name, None)
        if number is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, number, value)
