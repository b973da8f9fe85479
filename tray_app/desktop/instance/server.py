"""The running instance's ear: a QLocalServer that only its own user can reach.

Imported when the first instance begins to listen, after the tray icon: QtNetwork is loaded here.
"""

import logging
from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from tray_app.desktop.instance.protocol import (
    LINE_LIMIT,
    Handler,
    InstanceAnswer,
    NotUnderstood,
    answer_line,
    read_request,
)

_log = logging.getLogger(__name__)

_PATIENCE_MS = 5000
_MAX_CALLERS = 16


class InstanceServer(QObject):
    """Answers one request per connection. Thread: the GUI thread; nothing here blocks."""

    def __init__(self, handler: Handler, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handler = handler
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_server_new_connection)
        self._callers: set[QLocalSocket] = set()

    def listen(self, name: str) -> bool:
        """Begin. The caller holds the instance lock, so a socket that is there is a dead one's."""
        QLocalServer.removeServer(name)
        if self._server.listen(name):
            return True
        _log.warning("cannot listen at %s: %s", name, self._server.errorString())
        return False

    def close(self) -> None:
        """Stop listening and hang up on everyone."""
        self._server.close()
        for caller in list(self._callers):
            self._hang_up(caller)

    def _on_server_new_connection(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            if len(self._callers) >= _MAX_CALLERS:
                caller.abort()
                caller.deleteLater()
                continue
            self._callers.add(caller)
            caller.setReadBufferSize(LINE_LIMIT + 1)
            caller.readyRead.connect(partial(self._on_caller_ready_read, caller))
            caller.disconnected.connect(partial(self._forget, caller))
            timer = QTimer(caller)
            timer.setSingleShot(True)
            timer.timeout.connect(partial(self._hang_up, caller))
            timer.start(_PATIENCE_MS)
            self._on_caller_ready_read(caller)  # it may have spoken before we connected

    def _on_caller_ready_read(self, caller: QLocalSocket) -> None:
        if caller not in self._callers:
            return
        if caller.canReadLine():
            answer = self._answer_to(bytes(caller.readLine(LINE_LIMIT + 1).data()))
        elif caller.bytesAvailable() > LINE_LIMIT:
            answer = _refusal("the line is too long")
        else:
            return
        self._callers.discard(caller)  # whatever else it says is not heard
        caller.disconnected.connect(caller.deleteLater)
        caller.write(answer_line(answer))
        caller.flush()
        caller.disconnectFromServer()

    def _answer_to(self, line: bytes) -> InstanceAnswer:
        try:
            request = read_request(line)
        except NotUnderstood as error:
            _log.info("request not understood: %s", error)
            return _refusal(str(error))
        _log.info("asked to %s by another start", request.command)
        return self._handler(request)

    def _hang_up(self, caller: QLocalSocket) -> None:
        caller.abort()
        self._forget(caller)

    def _forget(self, caller: QLocalSocket) -> None:
        if caller in self._callers:
            self._callers.discard(caller)
            caller.deleteLater()


def _refusal(reason: str) -> InstanceAnswer:
    return InstanceAnswer(False, {"error": reason})
