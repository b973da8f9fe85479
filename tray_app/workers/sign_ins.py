"""SignIns: the secrets of all servers while the program runs, and where each of them is kept.

The keyring is asked in a lane of its own, once for each server that needs it: nobody else waits
for it. What it does not take counts until the program ends. All of it is bound to the address that
it was typed for: a server that is at another one, whoever changed that, gets none of it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.payloads import SecretsKept
from tray_app.core.sign_in import (
    KeyringFailed,
    KeyringFault,
    OriginSignIn,
    Secrets,
    SecretState,
    request_headers,
    secret_fault,
)
from tray_app.workers.runner import Job, JobRunner

if TYPE_CHECKING:
    from tray_app.core.errors import OllamaError

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
    """Remembers what there was before."""

    before: Secrets | None = None
    has_begun = False

    def perform(self) -> None:
        assert self.secrets is not None
        self.before = self.store.read(self.server_id)
        self.has_begun = True
        self.store.write(self.server_id, self.secrets)


class _UndoJob(_KeyringJob):
    """The keyring is as it was before `done`, which was in the same lane."""

    def __init__(self, store: Store, done: _WriteJob) -> None:
        super().__init__(store, done.server_id)
        self._done = done

    def perform(self) -> None:
        if not self._done.has_begun:
            return
        if self._done.before is None:
            self.store.delete(self.server_id)
        else:
            self.store.write(self.server_id, self._done.before)


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

    Signals: `changed` with the id of a server when `state` or `headers` of it differ; `kept` with
    what became of what a person typed.
    Thread: GUI thread. Nothing of it is imported that a server without a secret does not need.
    """

    changed = Signal(str)
    kept = Signal(object)  # SecretsKept

    def __init__(self, runner: JobRunner, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._store = store
        self._wanted: dict[str, OriginSignIn] = {}
        self._secrets: dict[str, Secrets] = {}
        self._places: dict[str, SecretState] = {}  # where those are
        self._states: dict[str, SecretState] = {}
        self._newest: dict[str, Job] = {}
        self._undeleted: set[str] = set()  # servers whose secret the keyring did not let go

    def set_servers(self, wanted: Mapping[str, OriginSignIn]) -> None:
        """These are all the servers that are used. What is new is read; what went stays kept, as a
        server that is removed is forgotten by `forget`."""
        for server_id in set(self._wanted) - set(wanted):
            del self._wanted[server_id]
            self._states.pop(server_id, None)
            if isinstance(self._newest.get(server_id), _ReadJob):
                del self._newest[server_id]
        for server_id, place in wanted.items():
            old = self._wanted.get(server_id)
            if old == place:
                continue
            self._wanted[server_id] = place
            if not place.sign_in.needs_secret:
                self._set_state(server_id, SecretState.NOT_NEEDED)
                if old is not None and old.sign_in.needs_secret:
                    self._delete(server_id)
            elif server_id in self._secrets:
                self._settle(server_id)
            else:
                self._read(server_id)

    def state(self, server_id: str) -> SecretState:
        return self._states.get(server_id, SecretState.NOT_NEEDED)

    def is_elsewhere(self, server_id: str) -> bool:
        """Whether there is a secret, which was typed for another address than the server's."""
        place, secrets = self._wanted.get(server_id), self._secrets.get(server_id)
        if place is None or secrets is None or not place.sign_in.needs_secret:
            return False
        return secrets.origin != place.origin

    def headers(self, server_id: str) -> dict[str, str] | None:
        """What every request carries; None = no request may be sent, see `state`."""
        place = self._wanted.get(server_id)
        if not self.state(server_id).is_usable:
            return None
        if place is None or not place.sign_in.needs_secret:
            return request_headers(place.sign_in, Secrets()) if place is not None else {}
        secrets = self._secrets.get(server_id)
        if secrets is None or secrets.origin != place.origin:
            return None
        return request_headers(place.sign_in, secrets)

    def secrets(self, server_id: str) -> Secrets | None:
        """What is known of a server, whatever it was typed for."""
        return self._secrets.get(server_id)

    def keep(self, server_id: str, secrets: Secrets) -> None:
        """Have these kept. They count as soon as the keyring has answered, however it did."""
        self._write(server_id, secrets)

    def give_up(self, server_id: str) -> None:
        """What is being kept for a server is not wanted any more: what it had counts on, and what
        the keyring may have taken by the time that it answers goes again."""
        job = self._newest.get(server_id)
        if not isinstance(job, _WriteJob):
            return
        self._submit(_UndoJob(self._store, job), None, self._on_not_deleted)
        place = self._wanted.get(server_id)
        if place is not None and place.sign_in.needs_secret and server_id not in self._secrets:
            self._read(server_id)  # its answer may have been overtaken

    def unlock(self) -> None:
        """Ask the keyring again for all that it did not give, or not let go."""
        self._delete_left()
        for server_id, state in tuple(self._states.items()):
            if state in _ASKED_AGAIN and not self.is_elsewhere(server_id):
                self._read(server_id)
            elif state is SecretState.REFUSED:
                self._write(server_id, self._secrets[server_id])

    def forget(self, server_id: str, *, has_secret: bool = True) -> None:
        """The server is removed: nothing of it is kept any more."""
        has_secret = has_secret or server_id in self._secrets
        for facts in (self._wanted, self._states):
            facts.pop(server_id, None)  # type: ignore[attr-defined]
        if has_secret:
            self._delete(server_id)

    def _delete(self, server_id: str) -> None:
        self._secrets.pop(server_id, None)
        self._places.pop(server_id, None)
        self._submit(_DeleteJob(self._store, server_id), None, self._on_not_deleted)

    def _delete_left(self) -> None:
        """What could not be deleted, now that the keyring answers."""
        left, self._undeleted = self._undeleted, set()
        for server_id in left - self._secrets.keys():
            place = self._wanted.get(server_id)
            if place is None or not place.sign_in.needs_secret:
                self._delete(server_id)

    def _read(self, server_id: str) -> None:
        self._set_state(server_id, SecretState.WAITING)
        self._submit(_ReadJob(self._store, server_id), self._on_read, self._on_not_read)

    def _write(self, server_id: str, secrets: Secrets) -> None:
        self._submit(_WriteJob(self._store, server_id, secrets), self._on_written, self._on_refused)

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

    def _settle(self, server_id: str) -> None:
        """What there is now counts, if it is for this address, and what its sign-in wants."""
        place, secrets = self._wanted[server_id], self._secrets[server_id]
        is_usable = secrets.origin == place.origin and secret_fault(place.sign_in, secrets) is None
        state = self._places[server_id] if is_usable else SecretState.MISSING
        self._set_state(server_id, state, is_told=True)

    def _take(self, job: _KeyringJob, secrets: Secrets, place: SecretState) -> None:
        self._secrets[job.server_id] = secrets
        self._places[job.server_id] = place
        if isinstance(job, _WriteJob):
            # Who asked for it saves the rest now, and what that is decides what is said next.
            self.kept.emit(SecretsKept(job.server_id, place))
        if job.server_id in self._wanted and self._wanted[job.server_id].sign_in.needs_secret:
            self._settle(job.server_id)

    def _job(self) -> _KeyringJob | None:
        """The job that reports, unless a later one for its server is what counts."""
        job = self.sender()
        if isinstance(job, _KeyringJob) and self._newest.get(job.server_id) is job:
            del self._newest[job.server_id]
            return job
        return None

    @Slot(object)
    def _on_read(self, secrets: Secrets | None) -> None:
        self._delete_left()
        job = self._job()
        if job is None:
            return
        if secrets is not None:
            self._take(job, secrets, SecretState.KEPT)
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
        self._delete_left()
        job = self._job()
        if job is not None and job.secrets is not None:
            self._take(job, job.secrets, SecretState.KEPT)

    @Slot(object)
    def _on_refused(self, error: OllamaError) -> None:
        job = self._job()
        if job is not None and job.secrets is not None:
            _log.info("keyring: %s", error.context)
            is_absent = _fault(error) is KeyringFault.ABSENT
            place = SecretState.UNTIL_QUIT if is_absent else SecretState.REFUSED
            self._take(job, job.secrets, place)

    @Slot(object)
    def _on_not_deleted(self, error: OllamaError) -> None:
        _log.info("keyring: %s", error.context)
        job = self.sender()
        if isinstance(job, _DeleteJob):
            self._undeleted.add(job.server_id)
