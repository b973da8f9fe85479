"""A headless Wayland compositor (sway) beside a virtual desktop, sharing its bus and tray."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.processes import Child
from tests.support.waiting import wait_for

_TOOLS = ("sway", "swaymsg", "grim")
_NOBODY = 65534
_CONFIG = """\
output HEADLESS-1 resolution 1280x800
output * bg #2f4050 solid_color
default_border normal
focus_on_window_activation focus
xwayland disable
"""


def needed_tools() -> list[str]:
    """Return the programs that this takes; sway refuses to be root."""
    return [*_TOOLS, "setpriv"] if os.geteuid() == 0 else list(_TOOLS)


class Sway:
    """Runs as long as its `with` block; programs get `environment`."""

    def __init__(self, desktop: VirtualDesktop) -> None:
        self._desktop = desktop
        # Not below the desktop's folder: whoever sway runs as could not get there.
        self._folder = Path(tempfile.mkdtemp(prefix="sway-"))
        self._sway: Child | None = None
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        run = self._folder / "run"
        run.mkdir(mode=0o700)
        config = self._folder / "config"
        config.write_text(_CONFIG, encoding="utf-8")
        command = ["sway", "-c", str(config)]
        if os.geteuid() == 0:
            self._folder.chmod(0o755)
            os.chown(run, _NOBODY, _NOBODY)
            ids = [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
            command = ["setpriv", *ids, *command]
        self._sway = Child(
            "sway",
            command,
            environment={
                "PATH": os.environ["PATH"],
                "HOME": str(run),
                "XDG_RUNTIME_DIR": str(run),
                "WLR_BACKENDS": "headless",
                "WLR_LIBINPUT_NO_DEVICES": "1",
                "WLR_RENDERER": "pixman",
            },
            log=self._folder / "sway.log",
            cwd=run,
        )
        display = self._wait_socket(run, "wayland-?")
        control = self._wait_socket(run, "sway-ipc.*.sock")
        self.environment = {
            "WAYLAND_DISPLAY": str(display),
            "SWAYSOCK": str(control),
            "DISPLAY": "",
            "QT_QPA_PLATFORM": "wayland",
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._sway is not None:
            self._sway.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait_socket(self, folder: Path, pattern: str) -> Path:
        assert self._sway is not None
        output = self._sway.output
        return wait_for(
            lambda: next(folder.glob(pattern), None),
            timeout_s=20,
            message=lambda: f"sway did not start:\n{output()[-2000:]}",
        )

    def windows(self, pid: int) -> list[dict[str, Any]]:
        """Return what sway knows of the windows of a process: title, app_id, focused, visible."""
        found: list[dict[str, Any]] = []

        def collect(node: dict[str, Any]) -> None:
            if node.get("pid") == pid:
                keys = ("id", "name", "app_id", "focused", "visible", "urgent")
                found.append({key: node.get(key) for key in keys})
            for child in [*node.get("nodes", []), *node.get("floating_nodes", [])]:
                collect(child)

        collect(json.loads(self.control("-t", "get_tree")))
        return found

    def control(self, *words: str) -> str:
        """Return the answer of swaymsg."""
        return self._run("swaymsg", "-r", *words)

    def picture(self, file: Path) -> Path:
        """Write the screen into a PNG."""
        self._run("grim", str(file))
        return file

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            env={**self._desktop.environment, **self.environment},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stderr or done.stdout}"
        return done.stdout
