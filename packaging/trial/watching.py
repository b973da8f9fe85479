"""What can be seen of the program from outside.

On Linux a virtual desktop of its own, with tray, windows and notifications; elsewhere what the
program itself says over its single-instance channel.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.project import own_environment
from trial.installs import CannotTry, TrialError

if TYPE_CHECKING:
    from tests.desktop.harness.desktop import VirtualDesktop

_SETTINGS_FOLDERS = (".config/ollama-tray", ".local/state/ollama-tray", ".cache/ollama-tray")
# Caches of the system's own libraries, made for whatever program comes first.
_OF_THE_SYSTEM = (".cache/fontconfig", ".cache/mesa_shader_cache", ".cache/qtshadercache")


class Watcher(ABC):
    """Where the program runs."""

    environment: dict[str, str]

    @abstractmethod
    def check_start(self, status: Mapping[str, Any]) -> str:
        """What is seen of the running program; TrialError when that is not enough."""

    @abstractmethod
    def check_finished(self, name: str) -> str:
        """What is seen of a download that has ended well."""

    @abstractmethod
    def settings_file(self) -> Path | None:
        """The settings, where a trial may write them and `quit_label` is known."""

    @abstractmethod
    def quit_label(self) -> str:
        """The words of the tray menu's last entry."""

    @abstractmethod
    def left_behind(self) -> list[Path]:
        """What is in the home folder besides settings, downloads, caches and logs."""


class PlainWatcher(Watcher):
    """Windows and macOS: the desktop and the home folder are those of the person."""

    def __init__(self) -> None:
        self.environment = own_environment()

    def check_start(self, status: Mapping[str, Any]) -> str:
        if not status["window"] and not status["tray"]:
            raise TrialError(f"neither window nor tray icon is there: {status}")
        return f"window {status['window']}, tray {status['tray']}"

    def check_finished(self, name: str) -> str:
        return ""

    def settings_file(self) -> Path | None:
        return None

    def quit_label(self) -> str:
        raise NotImplementedError

    def left_behind(self) -> list[Path]:
        return []


class DesktopWatcher(Watcher):
    """Linux: a virtual desktop with a home folder of its own."""

    def __init__(self, desktop: VirtualDesktop) -> None:
        self._desktop = desktop
        self.environment = {
            name: value
            for name, value in desktop.environment.items()
            # A frozen program that needs a hint of these would fail for everybody else.
            if not name.startswith(("PYTHON", "LD_", "QT_", "VIRTUAL_ENV"))
        }

    def check_start(self, status: Mapping[str, Any]) -> str:
        from tests.support.waiting import wait_for

        item = wait_for(self._desktop.tray.newest_item, timeout_s=20, message="no tray item came")
        wait_for(
            lambda: re.search(r": \d+ (models|loaded)", item.tooltip().replace("\u00a0", " ")),
            message=lambda: f"the tooltip says only {item.tooltip()!r}",
        )
        width, height, pixels = item.pixmap()
        if len(set(pixels)) < 3:
            raise TrialError("the tray icon is empty: the frozen program cannot draw SVG")
        window = wait_for(
            lambda: next(
                (one for one in self._desktop.screen.windows() if one.title == "Ollama Tray"), None
            ),
            message="no window came",
        )
        if picture := os.environ.get("SMOKE_PICTURE"):
            self._desktop.screen.picture(Path(picture))
        size = f"{window.width}×{window.height}"
        # A finished download is told only to those who do not look at it.
        self._desktop.screen.close(window)
        self._desktop.screen.wait_no_window(window.title)
        return f"tray icon of {width}×{height} pixels, window of {size}"

    def check_finished(self, name: str) -> str:
        notice = self._desktop.notifications.wait(lambda one: one.title == "Download finished")
        return f"notification “{notice.title}: {notice.body}”"

    def settings_file(self) -> Path | None:
        return Path(self.environment["XDG_CONFIG_HOME"], "ollama-tray", "settings.json")

    def quit_label(self) -> str:
        from tests.support.waiting import wait_for

        item = wait_for(self._desktop.tray.newest_item, timeout_s=20, message="no tray item came")
        return str(item.menu().labels()[-1])

    def left_behind(self) -> list[Path]:
        home = Path(self.environment["HOME"])
        allowed = [home / name for name in (*_SETTINGS_FOLDERS, *_OF_THE_SYSTEM)]
        return [
            path
            for path in home.rglob("*")
            if not path.is_dir()
            and not any(path.is_relative_to(folder) for folder in allowed)
            and self._is_ours(path)
            # Goes with the session; removing a lock would let two programs hold it.
            and not path.match("run/ollama-tray-*.lock")
        ]

    def _is_ours(self, path: Path) -> bool:
        """The panel and the notification daemon live in this home, too."""
        return "ollama" in str(path.relative_to(self.environment["HOME"])).casefold()


@contextmanager
def watcher() -> Iterator[Watcher]:
    """The one for this system."""
    if not sys.platform.startswith("linux"):
        yield PlainWatcher()
        return
    from tests.desktop.harness.desktop import Mode, VirtualDesktop, missing_tools

    if missing := missing_tools(Mode.FAKE):
        raise CannotTry(f"not installed: {', '.join(missing)}")
    is_full = not missing_tools(Mode.FULL) and shutil.which("xfce4-panel")
    with VirtualDesktop(Mode.FULL if is_full else Mode.FAKE) as desktop:
        yield DesktopWatcher(desktop)
