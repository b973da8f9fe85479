"""Installing and uninstalling each kind of package, and finding what it leaves behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from kit.environment import base_python, python_of
from kit.project import APP_ID, APP_NAME, PROGRAM, own_environment


class TrialError(Exception):
    """What was not as it must be."""


class CannotTry(TrialError):
    """This system cannot install it."""


class Install(ABC):
    """One package, installed from `artifact`; `folder` is empty and for whatever it needs."""

    def __init__(self, artifact: Path, folder: Path) -> None:
        self.artifact = artifact
        self.folder = folder

    @abstractmethod
    def install(self) -> None:
        """Make it ready to be started."""

    @abstractmethod
    def window_command(self) -> list[str]:
        """What a menu entry runs."""

    @abstractmethod
    def terminal_command(self) -> list[str]:
        """What is typed in a terminal."""

    @abstractmethod
    def uninstall(self) -> None:
        """Remove it in the way of its kind."""

    @abstractmethod
    def left_behind(self) -> list[Path]:
        """Files of it that are still there after `uninstall`."""


class Folder(Install):
    """A frozen folder: copied, started from there, deleted."""

    @property
    def _home(self) -> Path:
        return self.folder / "Ollama Tray ✓"  # blanks and letters beyond ASCII must not matter

    def install(self) -> None:
        shutil.copytree(self.artifact, self._home, symlinks=True)

    def _program(self, name: str) -> list[str]:
        return [str(self._home / (f"{name}.exe" if sys.platform == "win32" else name))]

    def window_command(self) -> list[str]:
        is_windows = sys.platform == "win32"
        return self._program(f"{PROGRAM}-gui" if is_windows else PROGRAM)

    def terminal_command(self) -> list[str]:
        return self._program(PROGRAM)

    def uninstall(self) -> None:
        shutil.rmtree(self._home)

    def left_behind(self) -> list[Path]:
        return list(self.folder.rglob("*"))


class PortableZip(Folder):
    """The same folder in a zip file."""

    def install(self) -> None:
        with zipfile.ZipFile(self.artifact) as archive:
            archive.extractall(self.folder)
        inside = [path for path in self.folder.iterdir() if path.is_dir()]
        if len(inside) != 1:
            raise TrialError(f"{self.artifact.name} holds {len(inside)} folders instead of one")
        inside[0].rename(self._home)


class PythonPackage(Install):
    """A wheel or an sdist in a fresh virtual environment, as pipx does it."""

    def install(self) -> None:
        run([base_python(), "-m", "venv", self.folder / "venv"])
        pip = [str(python_of(self.folder / "venv")), "-m", "pip", "install", "--quiet"]
        run([*pip, "--disable-pip-version-check", "--no-input", self.artifact])

    def _script(self, name: str) -> list[str]:
        suffix = ".exe" if sys.platform == "win32" else ""
        return [str(python_of(self.folder / "venv").with_name(f"{name}{suffix}"))]

    def window_command(self) -> list[str]:
        return self._script(f"{PROGRAM}-gui")

    def terminal_command(self) -> list[str]:
        return self._script(PROGRAM)

    def uninstall(self) -> None:
        pip = [str(python_of(self.folder / "venv")), "-m", "pip", "uninstall", "--quiet", "--yes"]
        run([*pip, "--disable-pip-version-check", PROGRAM])

    def left_behind(self) -> list[Path]:
        return [
            path
            for path in (self.folder / "venv").rglob("*")
            if PROGRAM in path.name.replace("_", "-") or path.name == "tray_app"
        ]


class SystemPackage(Install):
    """A package of the distribution; needs root, and that it is not installed already."""

    def __init__(self, artifact: Path, folder: Path) -> None:
        super().__init__(artifact, folder)
        self._files: list[Path] = []
        if self._is_installed():
            raise CannotTry(f"{PROGRAM} is installed here; the trial would remove it")

    @abstractmethod
    def _is_installed(self) -> bool: ...

    @abstractmethod
    def _listed(self) -> list[Path]:
        """What it has installed."""

    def window_command(self) -> list[str]:
        return [f"/usr/bin/{PROGRAM}-gui"]

    def terminal_command(self) -> list[str]:
        return [f"/usr/bin/{PROGRAM}"]

    def left_behind(self) -> list[Path]:
        ours = [path for path in self._files if not path.is_dir() or PROGRAM in path.name]
        return [path for path in ours if path.exists() or path.is_symlink()]


class Deb(SystemPackage):
    """By apt-get, which brings what the package depends on."""

    def install(self) -> None:
        options = ["--yes", "--no-install-recommends"]
        run([*_as_root(), "apt-get", "install", *options, self.artifact.resolve()])
        self._files = self._listed()

    def uninstall(self) -> None:
        run([*_as_root(), "apt-get", "purge", "--yes", PROGRAM])

    def _is_installed(self) -> bool:
        if shutil.which("apt-get") is None:
            raise CannotTry("there is no apt-get here")
        asked = subprocess.run(["dpkg", "-s", PROGRAM], capture_output=True, check=False)
        return asked.returncode == 0

    def _listed(self) -> list[Path]:
        return [Path(line) for line in run(["dpkg", "-L", PROGRAM]).splitlines()]


class Rpm(SystemPackage):
    """By dnf where there is one, else by rpm alone."""

    def install(self) -> None:
        if shutil.which("dnf"):
            run([*_as_root(), "dnf", "install", "--assumeyes", self.artifact.resolve()])
        else:
            # Not at home in a system of rpm: the names of libraries mean nothing to it.
            run([*_as_root(), "rpm", "--install", "--nodeps", self.artifact.resolve()])
        self._files = self._listed()

    def uninstall(self) -> None:
        run([*_as_root(), "rpm", "--erase", PROGRAM])

    def _is_installed(self) -> bool:
        if shutil.which("rpm") is None:
            raise CannotTry("there is no rpm here")
        asked = subprocess.run(["rpm", "-q", PROGRAM], capture_output=True, check=False)
        return asked.returncode == 0

    def _listed(self) -> list[Path]:
        return [Path(line) for line in run(["rpm", "-ql", PROGRAM]).splitlines()]


class AppImage(Install):
    """A file that is run where it lies; where FUSE is missing, it is unpacked first.

    Not with --appimage-extract-and-run: all runs of one file share a folder then, and the first to
    end removes it under the others.
    """

    def __init__(self, artifact: Path, folder: Path) -> None:
        super().__init__(artifact, folder)
        self._file = folder / artifact.name
        self._program = self._file

    def install(self) -> None:
        shutil.copyfile(self.artifact, self._file)
        self._file.chmod(0o755)
        try:
            run([self._file, "--version"])
        except TrialError:
            run([self._file, "--appimage-extract"], cwd=self.folder)
            self._program = self.folder / "squashfs-root" / "AppRun"

    def window_command(self) -> list[str]:
        return [str(self._program)]

    def terminal_command(self) -> list[str]:
        return [str(self._program)]

    def uninstall(self) -> None:
        self._file.unlink()
        shutil.rmtree(self.folder / "squashfs-root", ignore_errors=True)

    def left_behind(self) -> list[Path]:
        return list(self.folder.iterdir())


class Flatpak(Install):
    """A bundle, for this person only; its runtime must be there already."""

    def install(self) -> None:
        if shutil.which("flatpak") is None:
            raise CannotTry("there is no flatpak here")
        run(["flatpak", "install", "--user", "--noninteractive", self.artifact])

    def window_command(self) -> list[str]:
        return ["flatpak", "run", "--user", APP_ID]

    def terminal_command(self) -> list[str]:
        return ["flatpak", "run", "--user", f"--command={PROGRAM}", APP_ID]

    def uninstall(self) -> None:
        run(["flatpak", "uninstall", "--user", "--noninteractive", "--delete-data", APP_ID])

    def left_behind(self) -> list[Path]:
        return list(Path.home().glob(f".var/app/{APP_ID}"))


class WindowsSetup(Install):
    """The installer, silently, for this person only."""

    @property
    def _home(self) -> Path:
        return Path(os.environ["LOCALAPPDATA"]) / "Programs" / APP_NAME

    def install(self) -> None:
        _require("win32", "a Windows installer needs Windows")
        if self._home.exists():
            raise CannotTry(f"{APP_NAME} is installed here; the trial would remove it")
        run([self.artifact, "/S"])

    def window_command(self) -> list[str]:
        return [str(self._home / f"{PROGRAM}-gui.exe")]

    def terminal_command(self) -> list[str]:
        return [str(self._home / f"{PROGRAM}.exe")]

    def uninstall(self) -> None:
        run([self._home / "uninstall.exe", "/S", *staying(self._home)])
        (self._home / "uninstall.exe").unlink(missing_ok=True)
        with suppress(OSError):  # whatever else is in it is told as left behind
            self._home.rmdir()

    def left_behind(self) -> list[Path]:
        menu = Path(os.environ["APPDATA"], "Microsoft", "Windows", "Start Menu", "Programs")
        return [*self._home.rglob("*"), *menu.rglob(f"{APP_NAME}*")]


def staying(home: Path | str) -> list[str]:
    """The last words of an uninstaller that is waited for: without them it goes on in the
    background as a copy of itself. It takes the rest of its line for the folder, and would not
    know it between quotes, which a word with a blank gets."""
    return f"_?={home}".split(" ")


class Dmg(Install):
    """The application, dragged out of the disk image."""

    @property
    def _app(self) -> Path:
        return self.folder / f"{APP_NAME}.app"

    def install(self) -> None:
        _require("darwin", "a disk image needs macOS")
        mount = self.folder / "mount"
        run(["hdiutil", "attach", "-nobrowse", "-mountpoint", mount, self.artifact])
        try:
            if not (mount / "Applications").is_symlink():
                raise TrialError("the disk image has no link to the Applications folder")
            run(["ditto", mount / f"{APP_NAME}.app", self._app])
        finally:
            run(["hdiutil", "detach", mount])
        run(["codesign", "--verify", "--deep", "--strict", self._app])

    def window_command(self) -> list[str]:
        return [str(self._app / "Contents" / "MacOS" / PROGRAM)]

    def terminal_command(self) -> list[str]:
        return self.window_command()

    def uninstall(self) -> None:
        shutil.rmtree(self._app)
        (self.folder / "mount").rmdir()

    def left_behind(self) -> list[Path]:
        return list(self.folder.iterdir())


def install_for(artifact: Path, folder: Path) -> Install:
    """The right one for this file or folder."""
    name = artifact.name.casefold()
    kinds: Iterable[tuple[str, type[Install]]] = (
        (".whl", PythonPackage),
        (".tar.gz", PythonPackage),
        (".deb", Deb),
        (".rpm", Rpm),
        (".appimage", AppImage),
        (".flatpak", Flatpak),
        (".exe", WindowsSetup),
        (".zip", PortableZip),
        (".dmg", Dmg),
    )
    if artifact.is_dir():
        return Folder(artifact, folder)
    for suffix, kind in kinds:
        if name.endswith(suffix):
            return kind(artifact, folder)
    raise CannotTry(f"nobody knows how to install {artifact.name}")


def run(command: Sequence[str | Path], *, cwd: Path | None = None, timeout_s: float = 600) -> str:
    """Run a step of installing; TrialError with what it printed when it fails."""
    words = [str(word) for word in command]
    environment = {**own_environment(), "DEBIAN_FRONTEND": "noninteractive"}
    # Not a pipe: what an installer leaves running would keep it open, and us waiting.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            words,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=timeout_s,
            check=False,
        )
        output.seek(0)
        printed = output.read().decode(errors="replace").replace("\r\n", "\n")
    if done.returncode:
        raise TrialError(f"{' '.join(words)} ended with {done.returncode}:\n{printed[-4000:]}")
    return printed


def _require(system: str, reason: str) -> None:
    if sys.platform != system:
        raise CannotTry(reason)


def _as_root() -> list[str]:
    if os.geteuid() == 0:  # type: ignore[attr-defined,unused-ignore]
        return []
    if (
        shutil.which("sudo") is None
        or subprocess.run(["sudo", "-n", "true"], check=False).returncode
    ):
        raise CannotTry("installing takes root")
    return ["sudo", "-n"]
