"""The screen of a virtual desktop: its windows, pictures, keys. Uses xdotool, wmctrl and import."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import wait_for


@dataclass(frozen=True)
class Window:
    """One visible window with a title."""

    id: int
    title: str
    pid: int | None
    x: int
    y: int
    width: int
    height: int


class Screen:
    """One X display, named by the DISPLAY of `environment`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)

    def windows(self, pid: int | None = None) -> list[Window]:
        """Return the visible windows (of a process) that have a title."""
        listed = self._run("xdotool", "search", "--onlyvisible", "--name", ".", check=False)
        found = [self._window(int(number)) for number in listed.split()]
        return [one for one in found if one is not None and pid in (None, one.pid)]

    def wait_no_window(self, title: str, *, timeout_s: float = 15.0) -> None:
        """Return as soon as no visible window's title holds `title`."""

        def is_gone() -> bool:
            return not any(title in one.title for one in self.windows())

        wait_for(is_gone, timeout_s=timeout_s, interval_s=0.05, message=f"{title!r} stays")

    def picture(self, file: Path) -> Path:
        """Write the whole screen into a PNG."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._run("import", "-silent", "-window", "root", str(file))
        return file

    def keys(self, *keys: str) -> None:
        """Press keys one after the other ("ctrl+f", "Escape") in the window that has the focus."""
        self._run("xdotool", "key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        """Type a text into the window that has the focus."""
        self._run("xdotool", "type", "--clearmodifiers", text)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Click a place of the screen."""
        self._run("xdotool", "mousemove", str(x), str(y), "click", str(button))

    def close(self, window: Window) -> None:
        """Ask a window to close, as its frame's button does (needs a window manager)."""
        self._run("wmctrl", "-i", "-c", str(window.id))

    def focus(self, window: Window) -> None:
        """Raise a window and give it the focus (needs a window manager)."""
        self._run("xdotool", "windowactivate", "--sync", str(window.id))

    def active_title(self) -> str:
        """Return the title of the window that has the keyboard, "" for none."""
        return self._run("xdotool", "getactivewindow", "getwindowname", check=False).strip()

    def _window(self, number: int) -> Window | None:
        # It may be gone by the time we ask.
        text = self._run("xdotool", "getwindowgeometry", "--shell", str(number), check=False)
        place = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
        if not place:
            return None
        title = self._run("xdotool", "getwindowname", str(number), check=False).strip()
        pid = self._run("xdotool", "getwindowpid", str(number), check=False).strip()
        return Window(
            id=number,
            title=title,
            pid=int(pid) if pid.isdigit() else None,
            x=int(place["X"]),
            y=int(place["Y"]),
            width=int(place["WIDTH"]),
            height=int(place["HEIGHT"]),
        )

    def _run(self, *command: str, check: bool = True) -> str:
        done = subprocess.run(
            command,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=30,
        )
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
        return done.stdout
