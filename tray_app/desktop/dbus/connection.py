"""BusConnection: a connection to a D-Bus bus that never blocks its thread.

jeepney does the marshalling, a QSocketNotifier does the waiting, so that neither a thread nor a
blocking call is needed. Which bus it is stands in `dbus_session` and `dbus_system`, what is said
over it elsewhere. Importing this module imports jeepney: import it when something is to be said.
"""

import logging
import socket
import struct
from collections.abc import Callable, Iterable, Sequence

from jeepney import DBus, HeaderFields, Message, MessageType, Parser
from jeepney.auth import AuthenticationError, Authenticator
from jeepney.bus import get_bus
from jeepney.fds import FileDescriptor, fds_buf_size
from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal, Slot

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.surrogates import well_formed

_log = logging.getLogger(__name__)

# Little at a time: whoever floods us must not keep the window from its own events.
_READ_BYTES = 8192
_MESSAGE_LIMIT = 1_000_000
_NO_MESSAGE = (
    *(AuthenticationError, ValueError, LookupError, TypeError, AssertionError),
    *(RecursionError, struct.error),
)
"""What jeepney raises on bytes that are none of D-Bus's."""
_HELLO_TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a call: `body` of the answer, or `error` (a D-Bus error name or a reason).
    `is_silence`: whoever was asked is there and says nothing; a blocking call would hang on it."""

    body: tuple[object, ...] = ()
    error: str = ""
    sender: str = ""
    is_silence: bool = False


def sendable(text: str) -> str:
    """D-Bus hangs up on a text that holds a NUL or half a character."""
    return well_formed(text).replace("\0", "\ufffd")


def ignore(_: Reply) -> None:
    """For a call whose failure shows in the next one."""


_SILENCE = Reply(error="timed out", is_silence=True)

Answered = Callable[[Reply], None]


@dataclass(slots=True)
class _Call:
    answered: Answered
    timer: QTimer


class BusConnection(QObject):
    """One connection, opened by the first call and again by the first call after a loss.

    Signals: `heard` for every D-Bus signal that a match rule let through; `lost` when an
    established connection broke.
    Thread: the GUI thread; no method blocks, every answer comes by callback, exactly once.
    """

    heard = Signal(object)  # jeepney.Message
    lost = Signal()

    takes_files = False
    """Whether answers may bring open files along (jeepney.FileDescriptor): of who takes them, each
    is to be closed by who made the call."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._socket: socket.socket | None = None
        self._reader: QSocketNotifier | None = None
        self._writer: QSocketNotifier | None = None
        self._auth: Authenticator | None = None
        self._parser = Parser()
        self._outgoing = bytearray()
        self._greeting = b""
        self._queued: list[bytes] = []  # said before the bus greeted us
        self._calls: dict[int, _Call] = {}
        self._serial = 0
        self._is_greeted = False

    def address(self) -> str:
        """Where the bus is, as D-Bus writes it. Raises OSError or KeyError when there is none."""
        raise NotImplementedError

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def call(self, message: Message, answered: Answered, timeout_s: float) -> None:
        """Send a method call; `answered` gets the reply, or an error after `timeout_s`."""
        try:
            self._open()
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            _log.info("no bus: %s", error)
            reply = Reply(error=f"no bus: {error}")
            QTimer.singleShot(0, self, lambda: answered(reply))
            return
        self._say(message.serialise(self._expect(answered, timeout_s)))

    def emit_signal(self, message: Message) -> bool:
        """Send a D-Bus signal, which nobody answers; False when there is no bus."""
        try:
            self._open()
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            _log.info("no bus: %s", error)
            return False
        self._serial += 1
        self._say(message.serialise(self._serial))
        return True

    def _say(self, data: bytes) -> None:
        if self._is_greeted:
            self._push(data)
        else:
            self._queued.append(data)

    def close(self) -> None:
        """Hang up; calls still open are answered with an error."""
        self._drop("closed")

    def _open(self) -> None:
        if self._socket is not None:
            return
        bus = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            bus.setblocking(False)
            bus.connect(get_bus(self.address()))
        except BaseException:
            bus.close()
            raise
        self._socket = bus
        self._auth = Authenticator(enable_fds=self.takes_files)
        self._parser = Parser()
        self._is_greeted = False
        self._reader = QSocketNotifier(bus.fileno(), QSocketNotifier.Type.Read, self)
        self._reader.activated.connect(self._on_socket_readable)
        self._writer = QSocketNotifier(bus.fileno(), QSocketNotifier.Type.Write, self)
        self._writer.setEnabled(False)
        self._writer.activated.connect(self._on_socket_writable)
        self._push(self._auth.data_to_send() or b"")
        self._greeting = DBus().Hello().serialise(self._expect(self._on_hello, _HELLO_TIMEOUT_S))

    def _on_hello(self, reply: Reply) -> None:
        if reply.error:
            self._drop(f"the bus does not greet: {reply.error}", is_silence=reply.is_silence)
            return
        self._is_greeted = True
        queued, self._queued = self._queued, []
        self._push(b"".join(queued))

    def _expect(self, answered: Answered, timeout_s: float) -> int:
        """The serial number for a call whose answer goes to `answered`."""
        self._serial += 1
        serial = self._serial
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: self._answer(serial, _SILENCE))
        self._calls[serial] = _Call(answered, timer)
        timer.start(round(timeout_s * 1000))
        return serial

    def _answer(self, serial: int, reply: Reply) -> None:
        call = self._calls.pop(serial, None)
        if call is None:  # too late: it was given up
            _close_all(part for part in reply.body if isinstance(part, FileDescriptor))
            return
        call.timer.stop()
        call.timer.deleteLater()
        call.answered(reply)

    def _push(self, data: bytes) -> None:
        self._outgoing += data
        self._on_socket_writable()

    @Slot()
    def _on_socket_writable(self) -> None:
        if self._socket is None or self._writer is None:
            return
        try:
            while self._outgoing:
                del self._outgoing[: self._socket.send(self._outgoing)]
        except BlockingIOError:
            pass
        except OSError as error:
            self._drop(str(error))
            return
        self._writer.setEnabled(bool(self._outgoing))

    @Slot()
    def _on_socket_readable(self) -> None:
        if self._socket is None:
            return
        try:
            data, files = self._receive(self._socket)
        except BlockingIOError:
            return
        except OSError as error:
            self._drop(str(error))
            return
        if not data:
            self._drop("the bus hung up")
            return
        try:
            if self._auth is not None:
                self._authenticate(self._auth, data)
            else:
                self._take(data, files)
        except _NO_MESSAGE as error:
            self._drop(f"not understood: {error}")

    def _receive(self, bus: socket.socket) -> tuple[bytes, list[FileDescriptor]]:
        if not self.takes_files or self._auth is not None:
            return bus.recv(_READ_BYTES), []
        # Not beyond the end of a message, as files come with the bytes that they belong to.
        wanted = min(self._parser.bytes_desired(), _READ_BYTES)
        data, extra, flags, _ = bus.recvmsg(wanted, fds_buf_size())
        files = FileDescriptor.from_ancdata(extra)
        if flags & socket.MSG_CTRUNC:
            _close_all(files)
            raise OSError("files that came along were lost")
        return data, files

    def _authenticate(self, auth: Authenticator, data: bytes) -> None:
        auth.feed(data)
        if not auth.authenticated:
            self._push(auth.data_to_send() or b"")
            return
        self._auth = None
        # The greeting must be the first message; what is queued waits for its answer.
        self._push(b"BEGIN\r\n" + self._greeting)

    def _take(self, data: bytes, files: Sequence[FileDescriptor] = ()) -> None:
        self._parser.add_data(data, files)
        if self._parser.buf.bytes_buffered > _MESSAGE_LIMIT:
            self._drop("a message that is too long")
            return
        while (message := self._parser.get_next_message()) is not None:
            kind, fields = message.header.message_type, message.header.fields
            sender = fields.get(HeaderFields.sender, "")
            if kind is MessageType.signal:
                self.heard.emit(message)
            elif kind is MessageType.method_return:
                serial = fields[HeaderFields.reply_serial]
                self._answer(serial, Reply(tuple(message.body), sender=sender))
            elif kind is MessageType.error:
                name = fields.get(HeaderFields.error_name, "error")
                serial = fields[HeaderFields.reply_serial]
                self._answer(serial, Reply(tuple(message.body), error=name, sender=sender))
            if self._socket is None:  # an answer made us hang up
                return

    def _drop(self, reason: str, *, is_silence: bool = False) -> None:
        if self._socket is None:
            return
        _log.info("bus: %s", reason)
        for notifier in (self._reader, self._writer):
            if notifier is not None:
                notifier.setEnabled(False)
                notifier.deleteLater()
        self._reader = self._writer = None
        self._socket.close()
        self._socket = None
        _close_all(self._parser.fds)  # of a message that never came whole
        self._parser = Parser()
        self._auth = None
        was_greeted, self._is_greeted = self._is_greeted, False
        self._outgoing.clear()
        self._queued.clear()
        for serial in list(self._calls):
            self._answer(serial, Reply(error=reason, is_silence=is_silence))
        if was_greeted:
            self.lost.emit()


def _close_all(files: Iterable[FileDescriptor]) -> None:
    for file in files:
        file.close()
