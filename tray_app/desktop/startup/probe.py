"""StartupProbe: asks the display and the session bus whether they answer, while Qt is loaded.

Qt waits for both without a limit, and for some services on the bus for 25 s each: of those that
say nothing it is kept away.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import MutableMapping
from pathlib import Path

from tray_app.desktop.startup.peers import (
    BusCall,
    BusTalk,
    Peer,
    listen_to,
    local_x11_addresses,
    wayland_talk,
    x11_talk,
)

DISPLAY_LIMIT_S = 10.0
"""Long: another program may hold the display for itself for a while."""
_BUS_LIMIT_S = 1.0
_BUS_LEFT_S = 0.5
"""What a bus has at least once Qt is loaded: on a busy computer loading takes long, too."""

NO_BUS = "disabled:"
"""An address that D-Bus libraries give up at once."""
_BUS_VARIABLE = "DBUS_SESSION_BUS_ADDRESS"
_A11Y_VARIABLE = "AT_SPI_BUS_ADDRESS"
_THEME_VARIABLE = "QT_QPA_PLATFORMTHEME"
_PORTAL_THEME = "xdgdesktopportal"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_WANTS_A11Y, _A11Y_ADDRESS, _PORTAL = 2, 3, 4


class StartupProbe:
    """Begun as early as possible, and `settle`d right before Qt starts."""

    def __init__(self, environ: MutableMapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        self._began_s = time.monotonic()
        self.notes: list[str] = []
        """For the log, which there is not yet."""
        self._display, self._display_peer = self._find_display()
        self._bus_talk = BusTalk(self._calls())
        self._bus = _bus_peer(self._bus_address(), self._bus_talk)
        self._a11y: Peer | None = _bus_peer(self._environ.get(_A11Y_VARIABLE, ""), BusTalk())

    def settle(self) -> str:
        """Wait for the answers, and keep Qt from whoever gives none.

        Gives the name of a display that says nothing: there is no point in starting Qt then.
        """
        deadline_s = max(self._began_s + _BUS_LIMIT_S, time.monotonic() + _BUS_LEFT_S)
        peers = [peer for peer in (self._bus, self._a11y, self._display_peer) if peer is not None]
        listen_to([peer for peer in peers if peer is not self._display_peer], lambda: deadline_s)
        self._settle_bus()
        self._settle_a11y(deadline_s)
        if self._display_peer is not None:
            listen_to([self._display_peer], lambda: self._began_s + DISPLAY_LIMIT_S)
        is_silent = self._display_peer is not None and self._display_peer.is_silent
        for peer in peers:
            peer.close()
        return self._display if is_silent else ""

    def _settle_bus(self) -> None:
        if self._bus is None or not self._bus.is_silent:
            return
        silent = self._bus_talk.unanswered
        if 1 in silent:
            self._keep_away(_BUS_VARIABLE, NO_BUS, "the session bus says nothing")
            return
        if _WANTS_A11Y in silent or _A11Y_ADDRESS in silent:
            self._keep_away(_A11Y_VARIABLE, NO_BUS, "the accessibility service says nothing")
        if _PORTAL in silent:
            # Any other asks the portal, if at all, without waiting for its answer.
            self._keep_away(_THEME_VARIABLE, "generic", "the desktop portal says nothing")

    def _settle_a11y(self, deadline_s: float) -> None:
        address = self._bus_talk.texts.get(_A11Y_ADDRESS, "")
        if self._a11y is None and address and not self._environ.get(_A11Y_VARIABLE):
            self._a11y = _bus_peer(address, BusTalk())
            if self._a11y is not None:
                listen_to([self._a11y], lambda: deadline_s)
        if self._a11y is not None and self._a11y.is_silent:
            self._keep_away(_A11Y_VARIABLE, NO_BUS, "the accessibility bus says nothing")
            self._a11y.close()

    def _keep_away(self, variable: str, value: str, reason: str) -> None:
        self._environ[variable] = value
        self.notes.append(reason)

    def _calls(self) -> list[BusCall]:
        """In the order of their numbers: what Qt asks, and waits for."""
        a11y, path = "org.a11y.Bus", "/org/a11y/bus"
        calls = [
            BusCall(a11y, path, _PROPERTIES, "Get", ("org.a11y.Status", "IsEnabled")),
            BusCall(a11y, path, a11y, "GetAddress"),
        ]
        if self._uses_portal_theme():
            portal, path = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
            wanted = ("org.freedesktop.portal.Settings", "version")
            calls.append(BusCall(portal, path, _PROPERTIES, "Get", wanted))
        return calls

    def _uses_portal_theme(self) -> bool:
        theme = self._environ.get(_THEME_VARIABLE, "")
        is_sandboxed = Path("/.flatpak-info").exists() or "SNAP" in self._environ
        return _PORTAL_THEME in theme or (is_sandboxed and not theme)

    def _bus_address(self) -> str:
        address = self._environ.get(_BUS_VARIABLE, "")
        return address or f"unix:path={self._runtime_folder() / 'bus'}"

    def _runtime_folder(self) -> Path:
        return Path(self._environ.get("XDG_RUNTIME_DIR", "/nowhere"))

    def _find_display(self) -> tuple[str, Peer | None]:
        """The one that Qt will ask first."""
        platform = self._environ.get("QT_QPA_PLATFORM", "").partition(";")[0].partition(":")[0]
        wayland, x11 = self._environ.get("WAYLAND_DISPLAY", ""), self._environ.get("DISPLAY", "")
        if wayland and platform in ("", "wayland"):
            peer = Peer(str(self._runtime_folder() / wayland), wayland_talk())
            if peer.is_reachable:
                return wayland, peer
        if platform in ("", "xcb"):
            for address in local_x11_addresses(x11):
                peer = Peer(address, x11_talk())
                if peer.is_reachable:
                    return x11, peer
        return "", None


def _bus_peer(address: str, talk: BusTalk) -> Peer | None:
    """None where it is none that can be asked in this way."""
    kind, _, rest = address.partition(";")[0].partition(":")
    values = dict(pair.partition("=")[::2] for pair in rest.split(","))
    if kind != "unix":
        return None
    if "path" in values:
        return Peer(_unescaped(values["path"]), talk.talk())
    if "abstract" in values:
        return Peer("\0" + _unescaped(values["abstract"]), talk.talk())
    return None


def _unescaped(value: str) -> str:
    return re.sub("%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), value)
