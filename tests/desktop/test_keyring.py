"""Secrets in a real gnome-keyring: unlocked, locked, silent, absent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from queue import Queue

import pytest
import secretstorage
from jeepney import MatchRule, message_bus

from tests.desktop.harness.bus import Bus
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.keyring import NAME, check_sign_in, check_unused, unlocked_keyring
from tests.desktop.harness.processes import Child
from tests.support.waiting import wait_for
from tray_app.core.errors import OllamaError
from tray_app.core.sign_in import KeyringFailed, KeyringFault, Secrets
from tray_app.desktop.secret_store import SecretStore

_DO_NOT_QUEUE = 4
SECRETS = Secrets("t0ken", headers={"X-Key": "schlüssel"})


@pytest.fixture
def bus(bare_desktop: VirtualDesktop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    """A session bus without a keyring."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bare_desktop.address)
    with closing(Bus(bare_desktop.address)) as connection:
        yield connection


@pytest.fixture
def keyring(bare_desktop: VirtualDesktop, bus: Bus, tmp_path: Path) -> Iterator[Child]:
    """A real one, unlocked."""
    with unlocked_keyring(bare_desktop, tmp_path) as daemon:
        yield daemon


def test_kept_by_one_program_and_read_by_the_next(keyring: Child) -> None:
    assert SecretStore().read("nas") is None
    SecretStore().write("nas", SECRETS)
    SecretStore().write("lab", Secrets(password="other"))
    assert SecretStore().read("nas") == SECRETS
    store = SecretStore()
    store.delete("nas")
    assert store.read("nas") is None
    assert store.read("lab") == Secrets(password="other")


def test_a_locked_one_that_nobody_unlocks(keyring: Child, bus: Bus) -> None:
    store = SecretStore()
    store.write("nas", SECRETS)
    with closing(secretstorage.dbus_init()) as connection:
        secretstorage.get_default_collection(connection).lock()
    with pytest.raises(KeyringFailed) as raised:  # there is no display to ask on: dismissed
        store.read("nas")
    assert raised.value.fault is KeyringFault.LOCKED


def test_none_is_made_to_look_into(bare_desktop: VirtualDesktop, bus: Bus, tmp_path: Path) -> None:
    with unlocked_keyring(bare_desktop, tmp_path, is_made=False):
        store = SecretStore()
        assert store.read("nas") is None
        store.delete("nas")
        with pytest.raises(KeyringFailed) as raised:  # nobody is there to give it a password
            store.write("nas", SECRETS)
        assert raised.value.fault is KeyringFault.LOCKED
        assert store.read("nas") is None


def test_one_that_goes_away(keyring: Child, bus: Bus) -> None:
    store = SecretStore()
    store.write("nas", SECRETS)
    keyring.kill()
    wait_for(lambda: not bus.has_owner(NAME), timeout_s=20, message="it is still there")
    with pytest.raises(KeyringFailed) as raised:
        store.read("nas")
    assert raised.value.fault is KeyringFault.FAILED


@pytest.mark.parametrize("is_asked_first", [True, False])
def test_a_silent_one_keeps_nobody_from_quitting(bus: Bus, is_asked_first: bool) -> None:
    calls: Queue[object] = Queue()
    with bus.router.filter(MatchRule(type="method_call"), queue=calls):
        bus.send(message_bus.RequestName(NAME, _DO_NOT_QUEUE))
        store = SecretStore()
        ended: list[str] = []
        asking = threading.Thread(target=_read, args=(store, ended.append))
        asking.start()
        if is_asked_first:
            calls.get(timeout=20)
        store.cancel()
        asking.join(20)
    assert ended == ["Cancelled"]


def test_the_program_signs_in_with_what_is_kept(
    bare_desktop: VirtualDesktop, keyring: Child, tmp_path: Path
) -> None:
    check_sign_in(bare_desktop, tmp_path)


def test_without_secrets_it_costs_nothing(
    bare_desktop: VirtualDesktop, keyring: Child, tmp_path: Path
) -> None:
    """Neither its package nor the libraries that this loads."""
    check_unused(bare_desktop, tmp_path)


def test_without_one(bus: Bus) -> None:
    with pytest.raises(KeyringFailed) as raised:
        SecretStore().read("nas")
    assert raised.value.fault is KeyringFault.ABSENT


def _read(store: SecretStore, told: Callable[[str], None]) -> None:
    try:
        told(repr(store.read("nas")))
    except OllamaError as error:
        told(type(error).__name__)
