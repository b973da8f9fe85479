"""The keyring of Linux desktops, with a way out while it waits for a person."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

import secretstorage
from keyring.backends import SecretService
from keyring.errors import InitError, KeyringLocked

from tray_app import APP_ID


class CancellableSecretService(SecretService.Keyring):
    """As the base, but for `give_up`."""

    appid = APP_ID

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._bus: Any = None
        self._has_given_up = False

    def give_up(self) -> None:
        """From any thread: who waits for an answer is told that the connection is gone."""
        self._has_given_up = True
        bus = self._bus
        if bus is not None:
            with contextlib.suppress(OSError):
                bus.sock.shutdown(socket.SHUT_RDWR)

    def get_preferred_collection(self) -> Any:
        """The default collection, unlocked, on a connection of its own, which the caller closes."""
        self._bus = bus = secretstorage.dbus_init()
        try:
            if self._has_given_up:
                raise KeyringLocked("given up")
            collection = secretstorage.get_default_collection(bus)
            if collection.is_locked():
                collection.unlock()
                if collection.is_locked():
                    raise KeyringLocked("dismissed")
        except (secretstorage.PromptDismissedException, secretstorage.LockedException) as error:
            bus.close()
            raise KeyringLocked(type(error).__name__) from error
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
