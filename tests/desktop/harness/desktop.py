"""A whole virtual desktop, started and ended within a second, sharing nothing with a real one.

full  openbox, xfce4-panel with its tray, dunst: what people really have, for pictures and clicks
fake  our own tray and notification service (services.py), which can fail on demand
bare  an X server and a bus: a desktop without tray and notifications
"""

import contextlib
import os
import random
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.desktop.harness.bus import Bus
from tests.desktop.harness.monitor import NotificationMonitor
from tests.desktop.harness.processes import Child, end_marked
from tests.desktop.harness.screen import Screen
from tests.desktop.harness.services import NOTIFICATIONS_NAME, FakeServices
from tests.desktop.harness.tray import Tray
from tests.support.isolation import home_variables
from tests.support.waiting import is_readable, wait_for

_MARKER = "VIRTUAL_DESKTOP"
_SERVICES = Path("/usr/share/dbus-1/services")
_START_S = 20.0
_X_TRIES = 10


class Mode(Enum):
    """What plays the tray and the notification service."""

    FULL = "full"
    FAKE = "fake"
    BARE = "bare"


TOOLS = {
    Mode.BARE: ["Xvfb", "dbus-daemon", "xdotool", "import", "xprop"],
    Mode.FAKE: ["Xvfb", "dbus-daemon", "xdotool", "import", "xprop", "openbox", "wmctrl"],
    Mode.FULL: [
        *["Xvfb", "dbus-daemon", "xdotool", "import", "xprop", "xsetroot", "openbox"],
        *["xfce4-panel", "dunst", "wmctrl"],
    ],
}

_BUS_CONFIG = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  {services}
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

_PANEL_CONFIG = """\
<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=8;x={x};y={y}"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="30"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
        <value type="int" value="3"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="tasklist"/>
    <property name="plugin-2" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-3" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>
"""


def missing_tools(mode: Mode) -> list[str]:
    """Return the programs that this mode needs and that are not installed."""
    return [tool for tool in TOOLS[mode] if shutil.which(tool) is None]


class VirtualDesktop:
    """Usable from the end of start() to stop(), or as a context manager.

    `environment` is for the programs on it; everything that it starts carries a marker in its own
    environment, so that stop() finds also what the bus has started.
    """

    def __init__(
        self,
        mode: Mode = Mode.FULL,
        *,
        tray: bool = True,
        notifications: bool = True,
        size: tuple[int, int] = (1280, 800),
    ) -> None:
        self.mode = mode
        self.size = size
        self.environment: dict[str, str] = {}
        self._wants: dict[str, Any] = {"tray": tray, "notifications": notifications}
        self._children: list[Child] = []
        self._resources = contextlib.ExitStack()
        self._cleanup = contextlib.ExitStack()
        self._services: FakeServices | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def services(self) -> FakeServices:
        """Our own tray and notification service (mode FAKE only)."""
        if self._services is None:
            raise RuntimeError(f"a {self.mode.value} desktop has no fake services")
        return self._services

    def start(self) -> None:
        """Start everything, each part when the one it needs is ready."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End everything that was started; safe to call twice."""
        with contextlib.ExitStack() as last:
            last.callback(self._cleanup.close)
            last.callback(self._end_children)
            self._resources.close()

    def _end_children(self) -> None:
        for child in reversed(self._children):
            # Nothing of theirs is worth keeping, except that the X server removes its lock.
            if child.name in ("Xvfb", "dbus-daemon"):
                child.end()
            else:
                child.kill()
        if self._children:
            end_marked(_MARKER, self.environment[_MARKER])
        self._children.clear()

    def _start(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="virtual-desktop-", ignore_cleanup_errors=True)
        self.folder = Path(self._cleanup.enter_context(folder))  # once nobody is at home there
        self.environment = {
            **_inherited_environment(),
            **home_variables(self.folder / "home"),
            # The services of the machine itself are nobody's to start here.
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.folder}/no-system-bus",
            _MARKER: uuid.uuid4().hex,
            "LC_ALL": "C.UTF-8",
            "NO_AT_BRIDGE": "1",  # GTK programs ask for a bus that is not there
        }
        self.environment["DISPLAY"] = self._start_x_server()
        self.address = self._start_bus()
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = self.address
        self.bus = Bus(self.address)
        self._resources.callback(self.bus.close)
        self.tray = Tray(self.bus)
        self.screen = Screen(self.environment)
        self.notifications = NotificationMonitor(self.address)
        self._resources.callback(self.notifications.close)
        if self.mode is not Mode.BARE:
            self._start_window_manager()
        if self.mode is Mode.FAKE:
            self._services = FakeServices(self.address, **self._wants)
            self._resources.callback(self._services.close)
        elif self.mode is Mode.FULL:
            self._start_panel_and_notifications()

    def start_panel(self) -> None:
        """Start the real panel with its tray (mode FULL only)."""
        self.spawn("xfce4-panel", "xfce4-panel", "--disable-wm-check")

    def kill_panel(self) -> None:
        """Have the panel crash, and the programs that it keeps for its parts with it."""
        for child in self._children:
            if child.name == "xfce4-panel":
                child.kill()

    def kill_screen(self) -> None:
        """Have the X server die under everyone, as at the hard end of a session."""
        for child in self._children:
            if child.name == "Xvfb":
                child.kill()

    def spawn(self, name: str, *command: str, pass_fds: tuple[int, ...] = ()) -> Child:
        """Start a program that belongs to the desktop and ends with it."""
        child = Child(
            name,
            command,
            environment=self.environment,
            log=self.folder / f"{name}.log",
            pass_fds=pass_fds,
        )
        self._children.append(child)
        return child

    def _start_x_server(self) -> str:
        printed = ""
        for _ in range(_X_TRIES):
            # A number of our own: where the server picks one (-displayfd alone) it makes no lock
            # file, and several desktops may start and end at the same time.
            display = f":{random.randint(100, 9999)}"
            server = self._try_x_server(display)
            if server is None:
                return display
            printed = server.output()
        raise RuntimeError(f"Xvfb did not start:\n{printed}")

    def _try_x_server(self, display: str) -> Child | None:
        """Start a server; the answer is None when it takes clients, else what became of it."""
        width, height = self.size
        # -noreset: else it starts afresh whenever the last client leaves, under the next one.
        options = ["-nolisten", "tcp", "-noreset", "-screen", "0", f"{width}x{height}x24"]
        server, line = self._spawn_and_read(
            "Xvfb", lambda ready: ["Xvfb", display, "-displayfd", str(ready), *options]
        )
        if line == display.removeprefix(":"):
            return None
        server.end()
        return server

    def _start_bus(self) -> str:
        socket = self.folder / "bus"
        config = self.folder / "bus.conf"
        # In the poor modes nobody may be started by name: a real notification service would come.
        services = ""
        if self.mode is Mode.FULL:
            services = f"<servicedir>{self._link_services()}</servicedir>"
        config.write_text(_BUS_CONFIG.format(socket=socket, services=services), encoding="utf-8")
        daemon, address = self._spawn_and_read(
            "dbus-daemon",
            lambda ready: [
                *["dbus-daemon", f"--config-file={config}", "--nofork"],
                f"--print-address={ready}",
            ],
        )
        if not address:
            raise RuntimeError(f"dbus-daemon did not start:\n{daemon.output()}")
        return address

    def _link_services(self) -> Path:
        """A folder of what the machine's D-Bus starts by name, without the portals: they would
        mount a file system in the home, which then cannot be removed."""
        linked = self.folder / "services"
        linked.mkdir()
        for file in _SERVICES.glob("*.service"):
            if ".portal." not in file.name:
                (linked / file.name).symlink_to(file)
        return linked

    def _spawn_and_read(self, name: str, command: Callable[[int], list[str]]) -> tuple[Child, str]:
        """Start a program that says in a line on a descriptor that it is ready."""
        read_end, write_end = os.pipe()
        try:
            try:
                child = self.spawn(name, *command(write_end), pass_fds=(write_end,))
            finally:
                os.close(write_end)
            return child, _read_line(read_end, _START_S)
        finally:
            os.close(read_end)

    def _start_window_manager(self) -> None:
        self.spawn("openbox", "openbox", "--sm-disable")

        def is_there() -> bool:
            asked = subprocess.run(
                ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"],
                env=self.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            return "#" in asked.stdout

        wait_for(is_there, timeout_s=_START_S, message="no window manager")

    def _start_panel_and_notifications(self) -> None:
        width, height = self.size
        config = Path(self.environment["XDG_CONFIG_HOME"])
        panel = config / "xfce4" / "xfconf" / "xfce-perchannel-xml" / "xfce4-panel.xml"
        panel.parent.mkdir(parents=True)
        panel.write_text(_PANEL_CONFIG.format(x=width // 2, y=height - 15), encoding="utf-8")
        self.spawn("xsetroot", "xsetroot", "-solid", "#2f4050")
        self.spawn("dunst", "dunst")
        self.start_panel()
        wait_for(
            lambda: self.bus.has_owner(NOTIFICATIONS_NAME),
            timeout_s=_START_S,
            message="no notification service",
        )
        wait_for(self.tray.is_there, timeout_s=_START_S, message="no tray")


def _read_line(descriptor: int, timeout_s: float) -> str:
    """Read up to the end of a line, or of what there is to come.

    The number and the end of its line come separately, and a server that cannot write both ends.
    """
    text = b""
    while not text.endswith(b"\n"):
        piece = os.read(descriptor, 32) if is_readable(descriptor, timeout_s) else b""
        if not piece:
            break
        text += piece
    return text.decode().strip()


def _inherited_environment() -> Mapping[str, str]:
    # Nothing that leads to a real desktop, and no say in how Qt or Python works.
    unwanted = ("DBUS_", "DESKTOP_", "DISPLAY", "GTK_", "QT_", "SESSION_", "WAYLAND_", "XDG_")
    return {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
