"""Demo: an Ollama in the program itself, for `--demo`."""

from __future__ import annotations

from tray_app.demo import DemoServer
from tray_app.settings import ServerEntry

DEMO_ID = "demo"
QUANTIZE_S = 8.0
"""So long it works on a model that is made of a file: enough to look at."""


class Demo:
    """Runs the demo server on a free port of 127.0.0.1. `close` ends it."""

    def __init__(self) -> None:
        self._server = DemoServer()
        self._server.state.quantizer.seconds = QUANTIZE_S
        self._server.start()
        self.server = ServerEntry(DEMO_ID, "", self._server.url)
        # It stands for all registries: a demo asks nobody else.
        self.registry_urls = {"*": self._server.url}

    def close(self) -> None:
        self._server.stop()
