"""Secrets inside a Flatpak: a file of ours, encrypted with a key that the Secret portal derives for
this program and keeps in the person's keyring.

Every call may wait for a person, who is asked to unlock the keyring. In the file the names of the
servers can be read, and nothing else.
"""

from __future__ import annotations

import base64
import logging
import os
import select
import time
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jeepney import DBus, HeaderFields, MatchRule, MessageType, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tray_app import APP_ID, jsonfile
from tray_app.core.sign_in import KeyringFailed, KeyringFault
from tray_app.desktop.dbus.address import session_bus_address
from tray_app.desktop.dbus.hang_up import HangUp
from tray_app.desktop.dbus.responses import (
    PORTAL_TIMEOUT_S,
    REQUEST,
    PortalOutcome,
    portal_address,
    read_response,
    response_rule,
)

_log = logging.getLogger(__name__)

_SECRET = portal_address("org.freedesktop.portal.Secret")
_VERSION = 1
_MAX_KEY_BYTES = 4096
_FAULTS = {
    PortalOutcome.REFUSED: KeyringFault.LOCKED,
    PortalOutcome.FAILED: KeyringFault.FAILED,
}


class PortalKeyring:
    """As a backend of keyring, with `give_up`. Raises KeyringFailed and OSError.

    Thread: one at a time; `give_up` from any.
    """

    def __init__(self, file: Path, *, timeout_s: float = PORTAL_TIMEOUT_S) -> None:
        self._file = file
        self._timeout_s = timeout_s
        self._cipher: Fernet | None = None
        self._hang_up = HangUp()

    def get_password(self, service: str, username: str) -> str | None:
        token = self._items().get(f"{service}/{username}")
        if not isinstance(token, str):
            return None  # nobody is asked for a key that opens nothing
        try:
            return self._key().decrypt(token).decode()
        except (InvalidToken, ValueError):
            _log.warning("a secret was kept with another key than the portal gives now")
            return None

    def set_password(self, service: str, username: str, password: str) -> None:
        token = self._key().encrypt(password.encode()).decode("ascii")
        self._write({**self._items(), f"{service}/{username}": token})

    def delete_password(self, service: str, username: str) -> None:
        items = self._items()
        if items.pop(f"{service}/{username}", None) is not None:
            self._write(items)

    def give_up(self) -> None:
        self._hang_up.now()

    def _items(self) -> dict[str, Any]:
        try:
            found = jsonfile.read(self._file)
        except jsonfile.BrokenFile as problem:
            jsonfile.keep_broken(self._file, str(problem))
            return {}
        items = (found or {}).get("items")
        return dict(items) if isinstance(items, dict) else {}

    def _write(self, items: dict[str, Any]) -> None:
        jsonfile.write(self._file, {"version": _VERSION, "items": items})

    def _key(self) -> Fernet:
        if self._cipher is None:
            secret = self._ask()
            derived = HKDF(SHA256(), 32, salt=None, info=APP_ID.encode()).derive(secret)
            self._cipher = Fernet(base64.urlsafe_b64encode(derived))
        return self._cipher

    def _ask(self) -> bytes:
        try:
            bus = open_dbus_connection(
                session_bus_address(), auth_timeout=self._timeout_s, enable_fds=True
            )
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            raise KeyringFailed("keyring", f"no bus: {error}", KeyringFault.ABSENT) from None
        try:
            if not self._hang_up.watch(bus.sock):
                raise KeyringFailed("keyring", "given up", KeyringFault.LOCKED)
            return self._retrieve(bus)
        finally:
            self._hang_up.watch(None)
            bus.close()

    def _retrieve(self, bus: DBusConnection) -> bytes:
        read_end, write_end = os.pipe()
        try:
            bus.send_and_get_reply(DBus().AddMatch(response_rule()), timeout=self._timeout_s)
            # The bus has looked at who says it, whose name is not the one that we know.
            rule = MatchRule(type="signal", interface=REQUEST, member="Response")
            with bus.filter(rule) as responses:
                try:
                    handle = self._begin(bus, write_end)
                finally:
                    os.close(write_end)
                while True:  # as long as a person takes
                    said = bus.recv_until_filtered(responses)
                    if said.header.fields.get(HeaderFields.path) == handle:
                        break
            answer = read_response(tuple(said.body))
            if answer.outcome is not PortalOutcome.DONE:
                fault = _FAULTS.get(answer.outcome, KeyringFault.FAILED)
                raise KeyringFailed("keyring", f"the portal: {answer.outcome}", fault)
            return self._read(read_end)
        finally:
            os.close(read_end)

    def _begin(self, bus: DBusConnection, write_end: int) -> str:
        ask = new_method_call(_SECRET, "RetrieveSecret", "ha{sv}", (write_end, {}))
        try:
            reply = bus.send_and_get_reply(ask, timeout=self._timeout_s)
        except TimeoutError:
            raise KeyringFailed("keyring", "the portal says nothing") from None
        if reply.header.message_type is not MessageType.method_return:
            name = str(reply.header.fields.get(HeaderFields.error_name, "error"))
            raise KeyringFailed("keyring", f"the portal: {name}", KeyringFault.ABSENT)
        return str(reply.body[0]) if reply.body else ""

    def _read(self, read_end: int) -> bytes:
        """Until whoever wrote it has closed it."""
        secret = b""
        end_s = time.monotonic() + self._timeout_s
        while len(secret) <= _MAX_KEY_BYTES:
            left_s = max(0.0, end_s - time.monotonic())
            if not select.select([read_end], [], [], left_s)[0]:
                raise KeyringFailed("keyring", "the portal does not come to an end")
            found = os.read(read_end, _MAX_KEY_BYTES)
            if not found:
                break
            secret += found
        if not 0 < len(secret) <= _MAX_KEY_BYTES:
            raise KeyringFailed("keyring", f"the portal gave a key of {len(secret)} bytes")
        return secret
