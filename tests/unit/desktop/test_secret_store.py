"""The keyring's items, with backends that do what systems do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordSetError

from tray_app.core.errors import Cancelled
from tray_app.core.sign_in import KeyringFailed, KeyringFault, Secrets
from tray_app.desktop import secret_store
from tray_app.desktop.secret_store import SecretStore, system_backend

SECRETS = Secrets("t0ken", headers={"X-Key": "schlüssel"})


class Backend:
    """Keeps items in memory, or fails."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], str] = {}
        self.error: Exception | None = None
        self.changes: Callable[[str], str] = str
        self.has_given_up = False

    def get_password(self, service: str, user: str) -> str | None:
        self._fail()
        return self.items.get((service, user))

    def set_password(self, service: str, user: str, password: str) -> None:
        self._fail()
        self.items[service, user] = self.changes(password)

    def delete_password(self, service: str, user: str) -> None:
        self._fail()
        del self.items[service, user]

    def give_up(self) -> None:
        self.has_given_up = True

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def store(backend: Backend) -> SecretStore:
    return SecretStore(lambda: backend)


def test_kept_read_and_deleted(store: SecretStore, backend: Backend) -> None:
    assert store.read("nas") is None
    store.write("nas", SECRETS)
    store.write("lab", Secrets("other"))
    assert store.read("nas") == SECRETS
    services = {service for service, _ in backend.items}
    assert len(services) == 2, "a service for each server"
    store.delete("nas")
    store.delete("nas")
    assert store.read("nas") is None
    assert store.read("lab") == Secrets("other")


def test_an_item_of_somebody_else_counts_as_none(store: SecretStore, backend: Backend) -> None:
    store.write("nas", SECRETS)
    for key in backend.items:
        backend.items[key] = "hunter2"
    assert store.read("nas") is None


def test_what_comes_back_changed_is_not_kept(store: SecretStore, backend: Backend) -> None:
    backend.changes = lambda text: text[:10]
    with pytest.raises(KeyringFailed) as raised:
        store.write("nas", SECRETS)
    assert raised.value.fault is KeyringFault.FAILED


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (KeyringLocked("dismissed"), KeyringFault.LOCKED),
        (NoKeyringError("none"), KeyringFault.ABSENT),
        (InitError("the service went"), KeyringFault.FAILED),
        (PasswordSetError("t0ken"), KeyringFault.FAILED),
        (OSError(5, "t0ken"), KeyringFault.FAILED),
        (RuntimeError("t0ken"), KeyringFault.FAILED),
    ],
)
def test_faults(
    store: SecretStore, backend: Backend, error: Exception, fault: KeyringFault
) -> None:
    backend.error = error
    asks: tuple[Callable[[], object], ...] = (
        lambda: store.read("nas"),
        lambda: store.write("nas", SECRETS),
        lambda: store.delete("nas"),
    )
    for ask in asks:
        with pytest.raises(KeyringFailed) as raised:
            ask()
        assert raised.value.fault is fault
        assert "t0ken" not in str(raised.value)
        assert raised.value.__cause__ is None
        assert raised.value.__suppress_context__


def test_after_the_end_nothing_is_asked(store: SecretStore, backend: Backend) -> None:
    store.read("nas")
    store.cancel()
    assert backend.has_given_up
    with pytest.raises(Cancelled):
        store.read("nas")


def test_what_ends_because_of_the_end_is_no_fault() -> None:
    class Ending(Exception):
        pass

    class Ended(Backend):
        def get_password(self, service: str, user: str) -> str | None:
            ended.cancel()
            raise Ending

    ended = SecretStore(Ended)
    with pytest.raises(Cancelled):
        ended.read("nas")


def test_without_a_bus_there_is_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux":
        pytest.skip("systems without a bus have another keyring")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
    with pytest.raises(KeyringFailed) as raised:
        system_backend()
    assert raised.value.fault is KeyringFault.ABSENT


def test_inside_a_flatpak_there_is_none_without_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_store, "sandbox", lambda: "Flatpak")
    with pytest.raises(KeyringFailed) as raised:
        system_backend()
    assert raised.value.fault is KeyringFault.ABSENT


def test_making_a_store_imports_no_keyring() -> None:
    code = (
        "import sys; from tray_app.desktop.secret_store import SecretStore; SecretStore();"
        "print([name for name in sys.modules if name.split('.')[0] in"
        " ('keyring', 'secretstorage', 'cryptography')])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
