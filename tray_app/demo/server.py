"""The demo server's sockets and threads: start, stop, kill, and start again on the same port."""

from __future__ import annotations

import socket
import sys
import threading
from typing import Any, Self

from tray_app.demo.catalogue.library import demo_library
from tray_app.demo.exchange import ConnectionHandler, Exchange
from tray_app.demo.handlers.routes import dispatch
from tray_app.demo.stopping import StopSign
from tray_app.demo.store.state import DEFAULT_SPEED_BYTES_S, DemoState, Library


class DemoServer:
    """An Ollama in a box: real HTTP on loopback, models that take no room.

    Without a library (or a state) it holds the built-in one. Use it as a context manager, or call
    `start` and `stop`; both may be called again.
    Thread: start, stop and kill belong to one thread; `state` may be used from any.
    """

    stopping: StopSign

    def __init__(
        self,
        port: int = 0,
        *,
        library: Library | None = None,
        state: DemoState | None = None,
        host: str = "127.0.0.1",
        speed_bytes_s: float = DEFAULT_SPEED_BYTES_S,
        tick_s: float = 0.06,
        verify_s: float = 1.5,
        load_s: float = 1.0,
        **settings: Any,
    ) -> None:
        self.host = host
        self.port = port
        self.state = state or DemoState(
            demo_library() if library is None else library,
            speed_bytes_s=speed_bytes_s,
            tick_s=tick_s,
            verify_s=verify_s,
            load_s=load_s,
            **settings,
        )
        self._listener: socket.socket | None = None
        self._acceptor: threading.Thread | None = None
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """The base address; known once the server was started."""
        return f"http://{self.host}:{self.port}"

    @property
    def is_running(self) -> bool:
        """Whether it listens."""
        return self._listener is not None

    def start(self) -> Self:
        """Listen; with port 0 on a free one, which then stays this server's port."""
        if self._listener is not None:
            return self
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if sys.platform != "win32":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.host, self.port))
            listener.listen(128)
            listener.setblocking(False)
            self.stopping = StopSign()
        except OSError:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._acceptor = threading.Thread(
            target=self._accept, args=(listener, self.stopping), name="demo-accept", daemon=True
        )
        self._acceptor.start()
        return self

    def stop(self) -> None:
        """Close the port and every connection, whatever its client is doing; no thread stays.
        Offsets of pulls are kept."""
        listener, acceptor = self._listener, self._acceptor
        if listener is None or acceptor is None:
            return
        self._listener = self._acceptor = None
        self.stopping.set()
        acceptor.join()
        listener.close()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()
        self.stopping.close()

    def kill(self) -> None:
        """End as SIGKILL would: streams break off, offsets not yet written are lost."""
        self.state.die()
        self.stop()

    def restart(self) -> None:
        """Kill, and start again on the same port."""
        self.kill()
        self.start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def respond(self, exchange: Exchange) -> None:
        """Answer one request. What tests replace to make a server misbehave."""
        dispatch(self.state, exchange)

    def _accept(self, listener: socket.socket, stopping: StopSign) -> None:
        while stopping.waits_for(listener):
            try:
                connection, address = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):  # it has left already
                continue
            except OSError:
                return
            thread = threading.Thread(
                target=self._serve, args=(connection, address), name="demo-connection", daemon=True
            )
            thread.start()
            # None takes itself off the list: it would still be there when `stop` looks.
            self._threads = [*filter(threading.Thread.is_alive, self._threads), thread]

    def _serve(self, connection: socket.socket, address: tuple[str, int]) -> None:
        try:
            ConnectionHandler(connection, address, self)  # type: ignore[arg-type]
        finally:
            connection.close()
