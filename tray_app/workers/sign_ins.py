"""SignIns: the secrets of all servers while the program runs, and where each of them is kept.

The keyring is asked in a lane of its own, once for each server that needs it: nobody else waits
for it. What it does not take counts until the program ends.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.errors import OllamaError
from tray_app.core.sign_in import (
    KeyringFailed,
    KeyringFault,
    Secrets,
    SecretState,
    SignIn,
    request_headers,
)
from tray_app.workers.runner import Job, JobRunner

LANE = "keyring"
_log = logging.getLogger(__name__)


_ASKED_AGAIN = (SecretState.LOCKED, SecretState.MISSING, SecretState.NO_KEYRING)


class Store(Protocol):
    """Where secrets are kept. Every call may take as long as a person does; see SecretStore."""

    def read(self, server_id: str) -> Secrets | None: ...
    def write(self, server_id: str, secrets: Secrets) -> None: ...
    def delete(self, server_id: str) -> None: ...
    def cancel(self) -> None: ...


class _KeyringJob(Job):
    def __init__(self, store: Store, server_id: str, secrets: Secrets | None = None) -> None:
        super().__init__()
        self.store = store
        self.server_id = server_id
        self.secrets = secrets

    def cancel(self) -> None:
        super().cancel()
        self.store.cancel()


class _ReadJob(_KeyringJob):
    """Outcome: Secrets, or None when nothing is kept."""

    def perform(self) -> Secrets | None:
        return self.store.read(self.server_id)


class _WriteJob(_KeyringJob):
    def perform(self) -> None:
        assert self.secrets is not None
        self.store.write(self.server_id, self.secrets)


class _DeleteJob(_KeyringJob):
    def perform(self) -> None:
        self.store.delete(self.server_id)


def _fault(error: OllamaError) -> KeyringFault:
    return error.fault if isinstance(error, KeyringFailed) else KeyringFault.FAILED


_NOT_READ = {
    KeyringFault.ABSENT: SecretState.NO_KEYRING,
    KeyringFault.LOCKED: SecretState.LOCKED,
    KeyringFault.FAILED: SecretState.LOCKED,  # unlocking tries again
}


class SignIns(QObject):
    """What is sent with the requests to each server.

    Signals: `changed` with the id of a server when `state` or `headers` of it differ.
    Thread: GUI thread. Nothing of it is imported that a server without a secret does not need.
    """

    changed = Signal(str)

    def __init__(self, runner: JobRunner, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._store = store
        self._sign_ins: dict[str, SignIn] = {}
        self._secrets: dict[str, Secrets] = {}
        self._states: dict[str, SecretState] = {}
        self._newest: dict[str, Job] = {}

    def set_servers(self, sign_ins: Mapping[str, SignIn]) -> None:
        """These are all the servers there are. What is new is read; what went stays kept, as a
        server that is removed is forgotten by `forget`."""
        for server_id in set(self._sign_ins) - set(sign_ins):
            self._drop(server_id)
        for server_id, sign_in in sign_ins.items():
            if self._sign_ins.get(server_id) == sign_in:
                continue
            self._sign_ins[server_id] = sign_in
            if not sign_in.needs_secret:
                self._newest.pop(server_id, None)
                self._set_state(server_id, SecretState.NOT_NEEDED)
            elif self._secrets.get(server_id):
                self.changed.emit(server_id)
            else:
                self._read(server_id)

    def state(self, server_id: str) -> SecretState:
        return self._states.get(server_id, SecretState.NOT_NEEDED)

    def headers(self, server_id: str) -> dict[str, str] | None:
        """What every request carries; None = no request may be sent, see `state`."""
        sign_in = self._sign_ins.get(server_id, SignIn())
        if not self.state(server_id).is_usable:
            return None
        try:
            return request_headers(sign_in, self._secrets.get(server_id, Secrets()))
        except ValueError:
            return None

    def keep(self, server_id: str, secrets: Secrets) -> None:
        """Use these from now on, and have them kept."""
        self._secrets[server_id] = secrets
        self._set_state(server_id, SecretState.UNTIL_QUIT, is_told=True)
        self._submit(_WriteJob(self._store, server_id, secrets), self._on_written, self._on_refused)

    def unlock(self) -> None:
        """Ask the keyring again for all that it did not give."""
        for server_id, state in tuple(self._states.items()):
            if state in _ASKED_AGAIN:
                self._read(server_id)
            elif state is SecretState.REFUSED:
                self.keep(server_id, self._secrets[server_id])

    def forget(self, server_id: str) -> None:
        """The server is removed: nothing of it is kept any more."""
        needed = self.state(server_id) is not SecretState.NOT_NEEDED
        self._drop(server_id)
        if needed:
            self._submit(_DeleteJob(self._store, server_id), None, self._on_not_deleted)

    def _drop(self, server_id: str) -> None:
        for facts in (self._sign_ins, self._secrets, self._states, self._newest):
            facts.pop(server_id, None)  # type: ignore[attr-defined]

    def _read(self, server_id: str) -> None:
        self._set_state(server_id, SecretState.WAITING)
        self._submit(_ReadJob(self._store, server_id), self._on_read, self._on_not_read)

    def _submit(self, job: _KeyringJob, done: object, failed: object) -> None:
        self._newest[job.server_id] = job
        if done is not None:
            job.succeeded.connect(done)
        job.failed.connect(failed)
        self._runner.submit(job, LANE)

    def _set_state(self, server_id: str, state: SecretState, *, is_told: bool = False) -> None:
        old = self._states.get(server_id)
        self._states[server_id] = state
        if old is not state or is_told:
            self.changed.emit(server_id)

    def _job(self) -> _KeyringJob | None:
        """The job that reports, unless a later one for its server is what counts."""
        job = self.sender()
        if isinstance(job, _KeyringJob) and self._newest.get(job.server_id) is job:
            return job
        return None

    @Slot(object)
    def _on_read(self, secrets: Secrets | None) -> None:
        job = self._job()
        if job is None:
            return
        if secrets:
            self._secrets[job.server_id] = secrets
            self._set_state(job.server_id, SecretState.KEPT, is_told=True)
        else:
            self._set_state(job.server_id, SecretState.MISSING)

    @Slot(object)
    def _on_not_read(self, error: OllamaError) -> None:
        job = self._job()
        if job is not None:
            _log.info("keyring: %s", error.context)
            self._set_state(job.server_id, _NOT_READ[_fault(error)])

    @Slot(object)
    def _on_written(self, _: object) -> None:
        job = self._job()
        if job is not None:
            self._set_state(job.server_id, SecretState.KEPT)

    @Slot(object)
    def _on_refused(self, error: OllamaError) -> None:
        job = self._job()
        if job is not None:
            _log.info("keyring: %s", error.context)
            is_absent = _fault(error) is KeyringFault.ABSENT
            state = SecretState.UNTIL_QUIT if is_absent else SecretState.REFUSED
            self._set_state(job.server_id, state)

    @Slot(object)
    def _on_not_deleted(self, error: OllamaError) -> None:
        _log.info("keyring: %s", error.context)
