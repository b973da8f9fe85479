"""The floor of polling: a thread that asks a server for its list every 15 s, with requests."""

from __future__ import annotations

from PySide6.QtCore import QObject, QThread, QTimer, Slot

EVERY_MS = 15_000


class BarePolls(QObject):
    """Asks once the thread has started, and then again and again; keeps the last answer."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.models: list[dict[str, object]] = []
        self.thread_ = QThread()
        self.moveToThread(self.thread_)
        self.thread_.started.connect(self.begin)
        self.thread_.start()

    @Slot()
    def begin(self) -> None:
        """In its thread."""
        import requests  # as the program does: in the thread, behind the icon

        self._session = requests.Session()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.ask)
        self._timer.start()
        self.ask()

    @Slot()
    def ask(self) -> None:
        """Once."""
        answer = self._session.get(f"{self._url}/api/tags", timeout=10)
        answer.raise_for_status()
        self.models = answer.json()["models"]
        print(f"polled {len(self.models)}", flush=True)

    def end(self) -> None:
        """Behind the event loop."""
        self.thread_.quit()
        self.thread_.wait()
