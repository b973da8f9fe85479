"""One line to the running instance, and one line back. Blocks, but not beyond its deadline.

Without Qt, so that a terminal verb need not wait for it. On Windows, where a pipe cannot be read
with a deadline in a few lines, Qt does it.
"""

import sys
import time

from tray_app.desktop.instance.protocol import LINE_LIMIT


class NotListening(OSError):
    """Nobody can be reached there, or is willing to hear one more, at least now."""


if sys.platform == "win32":
    from PySide6.QtNetwork import QLocalSocket

    def call(name: str, line: bytes, deadline_s: float) -> bytes:
        """What comes back from the socket `name` on `line`; b"" when nothing does until
        `deadline_s` (monotonic). Raises NotListening."""
        socket = QLocalSocket()
        try:
            socket.connectToServer(name)
            if not socket.waitForConnected(_left_ms(deadline_s)):
                raise NotListening(socket.errorString())
            socket.write(line)
            while not socket.canReadLine():
                if socket.bytesAvailable() > LINE_LIMIT:
                    return b""
                if not socket.waitForReadyRead(_left_ms(deadline_s)):
                    if socket.state() is not QLocalSocket.LocalSocketState.ConnectedState:
                        raise NotListening(socket.errorString())
                    return b""
            return bytes(socket.readLine(LINE_LIMIT + 1).data())
        finally:
            socket.abort()

    def _left_ms(deadline_s: float) -> int:
        return max(1, round((deadline_s - time.monotonic()) * 1000))

else:
    from socket import AF_UNIX, SOCK_STREAM, socket

    def call(name: str, line: bytes, deadline_s: float) -> bytes:
        """What comes back from the socket `name` on `line`; b"" when nothing does until
        `deadline_s` (monotonic). Raises NotListening."""
        with socket(AF_UNIX, SOCK_STREAM) as caller:
            try:
                caller.settimeout(_left_s(deadline_s))
                caller.connect(name)
            except OSError as error:
                raise NotListening(str(error)) from error
            received = b""
            try:
                caller.sendall(line)
                while b"\n" not in received:
                    caller.settimeout(_left_s(deadline_s))
                    more = caller.recv(LINE_LIMIT)
                    if not more:
                        raise NotListening("hung up")
                    received += more
                    if len(received) > LINE_LIMIT:
                        return b""
            except TimeoutError:
                return b""
            except OSError as error:
                raise NotListening(str(error)) from error
        return received[: received.index(b"\n") + 1]

    def _left_s(deadline_s: float) -> float:
        return max(0.001, deadline_s - time.monotonic())
