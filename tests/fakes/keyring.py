"""A keyring that does what a test says."""

from __future__ import annotations

import threading

from tray_app.core.errors import Cancelled
from tray_app.core.sign_in import KeyringFailed, KeyringFault, Secrets


class Keyring:
    """Keeps secrets in memory. It answers while `is_open`, and may have a fault."""

    def __init__(self) -> None:
        self.kept: dict[str, Secrets] = {}
        self.fault: KeyringFault | None = None
        self.asked: list[str] = []
        self._may_answer = threading.Event()
        self._may_answer.set()
        self._is_cancelled = False

    def read(self, server_id: str) -> Secrets | None:
        self._answer(f"read {server_id}")
        return self.kept.get(server_id)

    def write(self, server_id: str, secrets: Secrets) -> None:
        self._answer(f"write {server_id}")
        self.kept[server_id] = secrets

    def delete(self, server_id: str) -> None:
        self._answer(f"delete {server_id}")
        self.kept.pop(server_id, None)

    def cancel(self) -> None:
        self._is_cancelled = True
        self._may_answer.set()

    def hold(self) -> None:
        self._may_answer.clear()

    def let_go(self) -> None:
        self._may_answer.set()

    def _answer(self, what: str) -> None:
        self.asked.append(what)
        assert self._may_answer.wait(20)
        if self._is_cancelled:
            raise Cancelled("keyring")
        if self.fault is not None:
            raise KeyringFailed("keyring", "", self.fault)
