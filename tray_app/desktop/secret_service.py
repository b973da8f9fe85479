"""The keyring of Linux desktops, with a way out while it waits for a person."""

from __future__ import annotations

import contextlib
from typing import Any

import secretstorage
from keyring.backends import SecretService
from keyring.errors import InitError, KeyringLocked

from tray_app import APP_ID
from tray_app.desktop.dbus.hang_up import HangUp


class CancellableSecretService(SecretService.Keyring):
    """As the base, but for `give_up`; and a keyring is made to keep something, not to look for it:
    a person would be asked for the password of a new one."""

    appid = APP_ID

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._hang_up = HangUp()
        self._makes_one = False

    def get_password(self, service: str, username: str) -> str | None:
        with contextlib.suppress(secretstorage.ItemNotFoundException):
            found: str | None = super().get_password(service, username)  # type: ignore[no-untyped-call]
            return found
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self._makes_one = True
        try:
            super().set_password(service, username, password)  # type: ignore[no-untyped-call]
        finally:
            self._makes_one = False

    def give_up(self) -> None:
        """From any thread: who waits for an answer is told that the connection is gone."""
        self._hang_up.now()

    def get_preferred_collection(self) -> Any:
        """The default collection, unlocked, on a connection of its own, which the caller closes."""
        bus = secretstorage.dbus_init()
        try:
            if not self._hang_up.watch(bus.sock):
                raise KeyringLocked("given up")
            if self._makes_one:
                collection = secretstorage.get_default_collection(bus)
            else:
                collection = secretstorage.Collection(bus)
            if collection.is_locked():
                collection.unlock()
                if collection.is_locked():
                    raise KeyringLocked("dismissed")
        except (secretstorage.PromptDismissedException, secretstorage.LockedException) as error:
            bus.close()
            raise KeyringLocked(type(error).__name__) from error
        except secretstorage.ItemNotFoundException:
            bus.close()
            raise  # there is no keyring yet
        except secretstorage.SecretStorageException as error:
            bus.close()
            raise InitError(type(error).__name__) from error
        except BaseException:
            bus.close()
            raise
        return collection


def make_secret_service() -> CancellableSecretService:
    """Raises RuntimeError where the desktop offers none."""
    CancellableSecretService.priority  # noqa: B018 - this is how keyring says so
    return CancellableSecretService()
