"""The four folders of the program: settings, state, caches, logs. Nothing is created here.

`--data-dir` moves all of them, so that a second profile (or a test) never touches the first.
"""

from __future__ import annotations

from pathlib import Path

from platformdirs import PlatformDirs

from tray_app.core.lazy_dataclasses import dataclass

_FOLDER = "ollama-tray"
CRASH_FILE = "crash.log"
"""Beside the log: what the process died of."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where things are kept. `state` is what should survive (the download queue), `cache` what
    may be thrown away."""

    config: Path
    state: Path
    cache: Path
    log: Path

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.json"

    @property
    def queue_file(self) -> Path:
        return self.state / "downloads.json"

    @property
    def creates_file(self) -> Path:
        """What is being made of files."""
        return self.state / "creates.json"

    @property
    def recipes_file(self) -> Path:
        """What an import still has to make."""
        return self.state / "recipes.json"

    @property
    def history_file(self) -> Path:
        return self.state / "downloads-history.json"

    @property
    def lists_folder(self) -> Path:
        """The last list of each server."""
        return self.state / "lists"

    @property
    def releases_file(self) -> Path:
        return self.state / "ollama-release.json"

    @property
    def program_release_file(self) -> Path:
        """The newest release of this program."""
        return self.state / "program-release.json"

    @property
    def update_ledger_file(self) -> Path:
        return self.state / "updates.json"

    @property
    def use_file(self) -> Path:
        return self.state / "use.sqlite"

    @property
    def remarks_file(self) -> Path:
        """Stars and notes."""
        return self.state / "remarks.json"

    @property
    def secrets_file(self) -> Path:
        """What signs in, encrypted: only where the keyring cannot be reached, in a Flatpak."""
        return self.state / "secrets.json"

    @property
    def memory_file(self) -> Path:
        """What is kept in memory, and what memory models took."""
        return self.state / "memory.json"

    @property
    def log_file(self) -> Path:
        return self.log / "ollama-tray.log"


def paths(data_dir: Path | None = None) -> Paths:
    """The folders of this user, or those below `data_dir`."""
    if data_dir is not None:
        root = data_dir.expanduser().absolute()
        return Paths(root / "config", root / "state", root / "cache", root / "log")
    found = PlatformDirs(_FOLDER, appauthor=False)
    return Paths(
        found.user_config_path, found.user_state_path, found.user_cache_path, found.user_log_path
    )


def without_home(text: str) -> str:
    """`text` with ~ for the path of the home folder, which tells a name."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
