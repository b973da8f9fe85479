"""SecretStore: the secrets of servers in the system's keyring.

Every call may wait for a person, who is asked to unlock the keyring, or for a keyring that does
not answer: it belongs into a thread of its own. `keyring` and what it needs are imported at the
first call. Its own choice of a backend is not asked: it would look at settings of others, at plain
files, and finds nothing in a frozen program.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tray_app import APP_ID
from tray_app.core.errors import Cancelled
from tray_app.core.sign_in import KeyringFailed, KeyringFault, Secrets
from tray_app.environment import sandbox

_USER = "sign-in"


class SecretStore:
    """One item for each server: a service of its own, as Windows moves the first user of a service
    away when there is a second.

    Every method but `cancel` raises KeyringFailed, or Cancelled after `cancel`.
    Thread: one at a time; `cancel` from any.
    """

    def __init__(
        self, make_backend: Callable[[], Any] | None = None, *, file: Path | None = None
    ) -> None:
        """`file`: where they are kept from inside a Flatpak, encrypted."""
        self._make_backend = make_backend or (lambda: system_backend(file))
        self._backend: Any = None
        self._cancelled = threading.Event()

    def read(self, server_id: str) -> Secrets | None:
        """What is kept for a server; None = nothing, or nothing of ours."""
        with self._asking() as backend:
            found = backend.get_password(_service(server_id), _USER)
        if not found:
            return None
        try:
            return Secrets.from_json(found)
        except ValueError:
            return None

    def write(self, server_id: str, secrets: Secrets) -> None:
        """Keep this, and see that it is kept."""
        text = secrets.to_json()
        with self._asking() as backend:
            backend.set_password(_service(server_id), _USER, text)
            kept = backend.get_password(_service(server_id), _USER)
        if kept != text:
            raise KeyringFailed("keyring", "it gave back something else")

    def delete(self, server_id: str) -> None:
        """Keep nothing for this server any more; fine when there was nothing."""
        with self._asking() as backend:
            if backend.get_password(_service(server_id), _USER) is not None:
                backend.delete_password(_service(server_id), _USER)

    def cancel(self) -> None:
        """The program ends: end what is waited for, and ask nothing any more."""
        self._cancelled.set()
        give_up = getattr(self._backend, "give_up", None)
        if give_up is not None:
            give_up()

    @contextlib.contextmanager
    def _asking(self) -> Iterator[Any]:
        try:
            if self._backend is None and not self._cancelled.is_set():
                self._backend = self._make_backend()
            # Behind the making, which takes a while: who cancels meanwhile finds no backend yet.
            if self._cancelled.is_set():
                raise Cancelled("keyring")
            yield self._backend
        except (KeyringFailed, Cancelled):
            raise
        except Exception as error:  # noqa: BLE001 - a backend raises what its system does
            if self._cancelled.is_set():
                raise Cancelled("keyring") from None
            raise _fault(error) from None


def system_backend(file: Path | None = None) -> Any:
    """The keyring of this system. Raises KeyringFailed when there is none."""
    if sandbox() == "Flatpak":
        if file is None:
            raise KeyringFailed("keyring", "not from inside a Flatpak", KeyringFault.ABSENT)
        from tray_app.desktop.secret_portal import PortalKeyring

        return PortalKeyring(file)
    try:
        return _BACKENDS.get(sys.platform, _linux)()
    except (ImportError, RuntimeError, OSError) as error:
        raise KeyringFailed("keyring", str(error), KeyringFault.ABSENT) from None


def _linux() -> Any:
    try:
        from tray_app.desktop.secret_service import make_secret_service

        return make_secret_service()
    except (ImportError, RuntimeError, OSError):
        from keyring.backends import kwallet

        return _viable(kwallet.DBusKeyring)


def _macos() -> Any:
    from keyring.backends import macOS

    return _viable(macOS.Keyring)


def _windows() -> Any:
    from keyring.backends import Windows

    return _viable(Windows.WinVaultKeyring)


_BACKENDS: dict[str, Callable[[], Any]] = {"darwin": _macos, "win32": _windows}


def _viable(kind: Any) -> Any:
    kind.priority  # noqa: B018 - raises RuntimeError where it cannot be used
    return kind()


def _service(server_id: str) -> str:
    return f"{APP_ID}/{server_id}"


def _fault(error: Exception) -> KeyringFailed:
    from keyring.errors import KeyringLocked, NoKeyringError

    fault = KeyringFault.FAILED
    if isinstance(error, KeyringLocked):
        fault = KeyringFault.LOCKED
    elif isinstance(error, NoKeyringError):
        fault = KeyringFault.ABSENT
    return KeyringFailed("keyring", type(error).__name__, fault)
