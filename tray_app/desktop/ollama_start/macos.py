"""Starting Ollama on macOS: its app, opened behind the other windows."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app.desktop.ollama_start.app import OllamaApp, first_file

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from tray_app.desktop.ollama_start.base import InLane

_TIMEOUT_S = 20.0


class MacApp(OllamaApp):
    """Signals and thread are those of OllamaStart."""

    def __init__(
        self,
        in_lane: InLane,
        parent: QObject | None = None,
        *,
        folders: Sequence[Path] | None = None,
        opener: str = "/usr/bin/open",
    ) -> None:
        super().__init__(in_lane, parent)
        self._folders = folders
        self._opener = opener

    def command(self) -> tuple[str, ...]:
        folders = self._folders
        if folders is None:
            folders = (Path("/Applications"), Path.home() / "Applications")
        app = first_file([folder / "Ollama.app" for folder in folders])
        if app is None:
            return ()
        # As Ollama's own command line does: without a window, in the background.
        return (self._opener, "-j", "-a", str(app), "--args", "--fast-startup")

    def run(self, command: Sequence[str]) -> None:
        """`open` ends as soon as the app is opened, and says so when it cannot be."""
        try:
            ended = subprocess.run(
                command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise OSError(str(error)) from error
        if ended.returncode:
            raise OSError(ended.stderr.strip() or f"exit status {ended.returncode}")
