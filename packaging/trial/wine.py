"""Windows programs under wine: a folder that plays the Windows disk, and programs started in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from kit.project import own_environment
from trial.installs import TrialError

_PLACE = Path("/usr/lib/wine")  # Debian: not on the path
_DRAIN_S = 1.0
_OF_LINUX = ("DISPLAY", "HOME", "LANG", "LC_", "LD_", "QT_", "VIRTUAL_ENV", "WINE", "XDG_")
_OF_WINDOWS = ("APPDATA", "LOCALAPPDATA", "USERPROFILE", "TEMP", "TMP")


def find_wine() -> Path | None:
    """The loader of 64-bit programs, if wine is installed."""
    place = _PLACE / "wine64"
    found = str(place) if place.exists() else shutil.which("wine64")
    return Path(found) if found else None


@dataclass(frozen=True)
class Ended:
    """A program that has ended."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str

    def checked(self) -> str:
        """What it printed; TrialError if it failed."""
        if self.code:
            printed = (self.out + self.err)[-4000:]
            raise TrialError(f"{' '.join(self.words)} ended with {self.code}:\n{printed}")
        return self.out


class Running:
    """A program that may still run.

    Its output is a pipe, read as it comes: a Python under wine starts with no regular file there,
    and programs that it leaves running keep the pipe open for as long as they like.
    """

    def __init__(self, words: tuple[str, ...], environment: Mapping[str, str]) -> None:
        self.words = words
        self._process = subprocess.Popen(
            words,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._pieces: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        streams = (self._process.stdout, self._process.stderr)
        self._readers = [
            threading.Thread(target=_read, args=(stream, piece), daemon=True)
            for stream, piece in zip(streams, self._pieces, strict=True)
        ]
        for reader in self._readers:
            reader.start()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait(self, timeout_s: float) -> Ended:
        """Its end; TrialError when that does not come, and it is ended."""
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            printed = "".join(self._texts())[-4000:]
            raise TrialError(
                f"{' '.join(self.words)} did not end within {timeout_s:g} s:\n{printed}"
            ) from None
        for reader in self._readers:
            reader.join(_DRAIN_S)
        return Ended(self.words, code, *self._texts())

    def kill(self) -> None:
        """End it the hard way."""
        self._process.kill()
        self._process.wait()

    def _texts(self) -> list[str]:
        return [
            bytes(piece).decode(errors="replace").replace("\r\n", "\n") for piece in self._pieces
        ]


def _read(stream: IO[bytes], into: bytearray) -> None:
    with stream:
        while piece := os.read(stream.fileno(), 65536):
            into += piece


class Wine:
    """One Windows disk and what runs on it; usable as a context manager, at whose end all of that
    is ended."""

    def __init__(self, folder: Path, desktop: Mapping[str, str]) -> None:
        """`desktop` is the environment of the screen that its windows are shown on."""
        loader = find_wine()
        if loader is None:
            raise TrialError("there is no wine64")
        self._loader = loader
        self.prefix = folder / "prefix"
        self.drive = self.prefix / "drive_c"
        home = folder / "home"  # wine links the folders of the person into its own
        home.mkdir(parents=True, exist_ok=True)
        inherited = {
            name: value
            for name, value in own_environment().items()
            if not name.startswith(_OF_LINUX) and name not in _OF_WINDOWS
        }
        self.environment = {
            **inherited,
            "DISPLAY": desktop["DISPLAY"],
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            # No debugger that waits for somebody, no offers of Mono and Gecko, no menu entries on
            # Linux; and no NetworkListManager, which never answers in wine 8.
            "WINEDLLOVERRIDES": "mscoree=;mshtml=;winedbg.exe,winemenubuilder.exe=d;netprofm=",
            "WINEPREFIX": str(self.prefix),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def boot(self) -> None:
        """Make the disk if there is none, and start what every Windows program needs."""
        self._run_unheard(str(self._loader), "wineboot", "--init", timeout_s=600).check_returncode()

    def start(self, *words: str | Path, extra: Mapping[str, str] | None = None) -> Running:
        """Start a Windows program."""
        command = (str(self._loader), *(str(word) for word in words))
        return Running(command, {**self.environment, **(extra or {})})

    def run(
        self, *words: str | Path, timeout_s: float = 300, extra: Mapping[str, str] | None = None
    ) -> Ended:
        """Run a Windows program to its end."""
        return self.start(*words, extra=extra).wait(timeout_s)

    def stop(self) -> None:
        """End whatever runs on this disk."""
        server = next(
            (str(path) for path in _PLACE.glob("wineserver*")), shutil.which("wineserver") or ""
        )
        for option in ("-k", "-w"):
            self._run_unheard(server, option, timeout_s=60)

    def _run_unheard(self, *command: str, timeout_s: float) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )

    def path(self, windows: str) -> Path:
        """Where a file of the Windows disk is for us."""
        return self.drive.joinpath(*windows.removeprefix("C:\\").split("\\"))

    def person(self) -> str:
        """The folder of the person, as Windows calls it."""
        found = [path for path in (self.drive / "users").iterdir() if path.name != "Public"]
        if len(found) != 1:
            raise TrialError(f"{len(found)} people on the Windows disk")
        return f"C:\\users\\{found[0].name}"
