"""The program for Windows, really run, on Linux: frozen, installed, used, upgraded and uninstalled
under wine, and its tests under a Python for Windows.

It is wine, not Windows: what SmartScreen, UAC, the notification area, a real console, sleep and
other resolutions do is not seen here.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.project import APP_ID, APP_NAME, DIST, PROGRAM, VERSION, BuildError, epoch
from kit.source import clean_copy
from kit.windows import build_installer, build_portable
from tests.desktop.harness.desktop import Mode, VirtualDesktop, missing_tools
from tests.support.waiting import wait_for
from tray_app.demo import DemoServer
from trial.installs import TrialError, staying
from trial.windows_python import PYTHON, install_packages, install_python
from trial.wine import Ended, Running, Wine

TESTS = ("settings", "workers", "cli", "desktop")
"""Folders of tests/unit: what differs most between systems."""

_SOURCE = "C:\\src"
_SETUP = "C:\\setup.exe"
_PORTABLE = "C:\\portable.zip"
_RUN_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run"
_UNINSTALL_KEY = f"HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{APP_ID}"
_PATHS_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\App Paths"
_NT_KEY = "HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion"
_FONTS = ("MS Shell Dlg", "MS Shell Dlg 2", "Segoe UI", "Tahoma")
_CLOSING_LINE = re.compile(r"^=* ?((?:\d+ \w+,? ?)+) in [\d.]+s", re.MULTILINE)
_SLOW_S = 300
_BUILD_S = 1800
_TESTS_S = 3600
_QUIT_S = 30
_FAST_BYTES_S = 4e9


@dataclass(frozen=True)
class Step:
    """What was tried, and what came of it."""

    name: str
    is_ok: bool | None
    """None = not tried, as something before it failed."""
    seconds: float
    note: str

    @property
    def result(self) -> str:
        return {True: "ok", False: "FAILED", None: "not tried"}[self.is_ok]


class WindowsCourse:
    """All steps, in their order, on one disk of wine."""

    def __init__(
        self, work: Path, wine: Wine, desktop: VirtualDesktop, say: Callable[[str], None]
    ) -> None:
        self._work = work
        self._wine = wine
        self._desktop = desktop
        self._say = say
        self._source = Path()
        self.steps: list[Step] = []

    def go(self, tests: tuple[str, ...]) -> bool:
        """Take every step; whether all went well."""
        making = [
            ("disk of wine", self._make_disk),
            ("Python for Windows", self._make_python),
            ("packages of the lock files", self._make_packages),
            ("source", self._copy_source),
        ]
        testing = [(f"tests of {name}", self._test(name)) for name in tests]
        using = [
            ("program frozen", self._freeze),
            ("installer and portable zip", self._pack),
            ("installed silently, to start at login", self._install),
            ("started at login: tray icon, list", self._check_start),
            ("commands in a terminal", self._check_terminal),
            ("second start shows the window", self._check_second_start),
            ("download", self._check_download),
            ("upgraded in the middle of a download", self._check_upgrade),
            ("uninstalled while it runs", self._check_uninstall),
            ("wrong arguments are said in a box", self._check_box),
            ("uninstalled with all data", self._check_delete_data),
            ("smoke.py portable.zip", self._smoke(_PORTABLE)),
            ("smoke.py setup.exe", self._smoke(_SETUP)),
        ]
        is_ready = self._all(making)
        for step in testing:
            self._one(*step, is_tried=is_ready)
        with self._server() as server:
            self._server_of_use = server
            try:
                self._all(using, is_tried=is_ready)
            finally:
                self._wine.stop()
        return all(step.is_ok for step in self.steps)

    def table(self) -> str:
        """A line for each step."""
        width = max(len(step.name) for step in self.steps)
        lines = [
            f"{step.name:{width}}  {step.result:9}  {step.seconds:6.1f} s  {step.note}".rstrip()
            for step in self.steps
        ]
        whole = sum(step.seconds for step in self.steps)
        return "\n".join([*lines, f"{'all':{width}}  {'':9}  {whole:6.1f} s"])

    def _all(self, steps: list[tuple[str, Callable[[], str]]], *, is_tried: bool = True) -> bool:
        """Each needs those before it."""
        for name, take in steps:
            is_tried = self._one(name, take, is_tried=is_tried)
        return is_tried

    def _one(self, name: str, take: Callable[[], str], *, is_tried: bool) -> bool:
        if not is_tried:
            self.steps.append(Step(name, None, 0.0, ""))
            return False
        self._say(f"{name} …")
        started_s = time.monotonic()
        try:
            note, is_ok = take(), True
        except (TrialError, BuildError, AssertionError, OSError, ValueError) as problem:
            self._say(f"{name} FAILED: {problem}")
            note, is_ok = str(problem).strip().partition("\n")[0][:120], False
        self.steps.append(Step(name, is_ok, time.monotonic() - started_s, note))
        return is_ok

    # ---- what it takes

    def _make_disk(self) -> str:
        self._wine.boot()
        self._wine.run("winecfg", "/v", "win10").checked()
        # No question whether to debug what crashed.
        self._registry(f"{_NT_KEY}\\AeDebug", "Debugger", "false")
        for font in _FONTS:
            self._registry("HKCU\\Software\\Wine\\Fonts\\Replacements", font, "DejaVu Sans")
        # An earlier course may have ended anywhere.
        for folder in (self._home, self._data):
            shutil.rmtree(self._wine.path(folder), ignore_errors=True)
        for key in (_UNINSTALL_KEY, f"{_PATHS_KEY}\\{PROGRAM}.exe"):
            self._wine.run("reg", "delete", key, "/f")
        return self._wine.run("cmd", "/c", "ver").checked().strip()

    def _registry(self, key: str, name: str, value: str) -> None:
        words = ["reg", "add", key, "/v", name, "/t", "REG_SZ", "/d", value, "/f"]
        self._wine.run(*words).checked()

    def _make_python(self) -> str:
        install_python(self._wine, self._work)
        return self._python("-c", "import sys; print(sys.version.split()[0])").checked().strip()

    def _make_packages(self) -> str:
        count = install_packages(self._wine, self._work)
        ask = "import PySide6.QtWidgets; from PySide6.QtCore import qVersion; print(qVersion())"
        return f"{count}, Qt {self._python('-c', ask).checked().strip()}"

    def _copy_source(self) -> str:
        self._source = clean_copy()
        target = self._wine.path(_SOURCE)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self._source, target)
        return ""

    def _python(self, *words: str, timeout_s: float = _SLOW_S) -> Ended:
        variables = {
            "PYTHONPATH": f"{_SOURCE};{_SOURCE}\\packaging",
            "PYTHONPYCACHEPREFIX": "C:\\pyc",
            "SOURCE_DATE_EPOCH": str(epoch()),
        }
        return self._wine.run(PYTHON, *words, timeout_s=timeout_s, extra=variables)

    def _test(self, name: str) -> Callable[[], str]:
        def test() -> str:
            folder = f"{_SOURCE}\\tests\\unit\\{name}"
            options = ["-q", "-rfE", "--color=no", "-p", "no:cacheprovider", f"--rootdir={_SOURCE}"]
            options += ["-c", f"{_SOURCE}\\pyproject.toml", "--timeout=120"]
            ended = self._python("-m", "pytest", *options, folder, timeout_s=_TESTS_S)
            printed = self._work / f"tests-{name}.txt"
            printed.write_text(ended.out + ended.err, encoding="utf-8")
            counts = _CLOSING_LINE.findall(ended.out)
            if ended.code or not counts:
                self._say(f"{_summary(ended)}\nall that it printed is in {printed}")
                raise TrialError(counts[-1] if counts else f"pytest ended with {ended.code}")
            return str(counts[-1]).strip()

        return test

    def _freeze(self) -> str:
        freeze = (
            "from pathlib import Path; from kit.freeze import freeze; "
            f"print(freeze(Path(r'{_SOURCE}')))"
        )
        self._python("-c", freeze, timeout_s=_BUILD_S).checked()
        count = sum(1 for file in self._frozen.rglob("*") if file.is_file())
        return f"{count} files"

    @property
    def _frozen(self) -> Path:
        return self._wine.path(f"{_SOURCE}\\build\\packaging\\frozen\\{PROGRAM}")

    def _pack(self) -> str:
        DIST.mkdir(exist_ok=True)
        setup = build_installer(self._source, self._frozen, quick=True)
        portable = build_portable(self._frozen)
        shutil.copyfile(setup, self._wine.path(_SETUP))
        shutil.copyfile(portable, self._wine.path(_PORTABLE))
        return f"{setup.stat().st_size / 1e6:.1f} and {portable.stat().st_size / 1e6:.1f} MB"

    # ---- using it

    @contextmanager
    def _server(self) -> Iterator[DemoServer]:
        with DemoServer(speed_bytes_s=_FAST_BYTES_S, tick_s=0.02, verify_s=0.2) as server:
            yield server

    @property
    def _home(self) -> str:
        return f"{self._wine.person()}\\AppData\\Local\\Programs\\{APP_NAME}"

    @property
    def _data(self) -> str:
        return f"{self._wine.person()}\\AppData\\Local\\{PROGRAM}"

    @property
    def _shortcut(self) -> str:
        menu = "AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs"
        return f"{self._wine.person()}\\{menu}\\{APP_NAME}.lnk"

    def _variables(self) -> dict[str, str]:
        """Nothing of a trial asks anybody but our server."""
        closed = "http://127.0.0.1:9"
        return {
            "OLLAMA_HOST": self._server_of_use.url,
            "HTTPS_PROXY": closed,
            "HTTP_PROXY": closed,
            "NO_PROXY": "127.0.0.1",
        }

    def _install(self) -> str:
        self._wine.run(_SETUP, "/S", "/AutoStart").checked()
        for name in (f"{PROGRAM}.exe", f"{PROGRAM}-gui.exe", "uninstall.exe"):
            if not self._wine.path(f"{self._home}\\{name}").is_file():
                raise TrialError(f"{name} is not there")
        if not self._wine.path(self._shortcut).is_file():
            raise TrialError("nothing is in the Start menu")
        for key, name, said in (
            (_RUN_KEY, APP_NAME, "--login"),
            (_UNINSTALL_KEY, "DisplayVersion", VERSION),
            (_UNINSTALL_KEY, "InstallLocation", APP_NAME),
        ):
            if said not in self._wine.run("reg", "query", key, "/v", name).checked():
                raise TrialError(f"{name} in the registry does not say {said}")
        return ""

    def _start(self, *words: str) -> Running:
        program = f"{self._home}\\{PROGRAM}-gui.exe"
        return self._wine.start(program, *words, extra=self._variables())

    def _terminal(self, *words: str) -> str:
        program = f"{self._home}\\{PROGRAM}.exe"
        return self._wine.run(program, *words, timeout_s=60, extra=self._variables()).checked()

    def _status(self) -> dict[str, Any]:
        told = json.loads(self._terminal("status", "--json")).get("program")
        return dict(told) if isinstance(told, dict) else {}

    def _wait_status(self, is_right: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        found: dict[str, Any] = {}

        def look() -> bool:
            found.clear()
            found.update(self._status())
            return bool(found) and bool(is_right(found))

        wait_for(look, timeout_s=90, interval_s=0.2, message=lambda: f"status stays {found}")
        return found

    def _check_start(self) -> str:
        """As the entry that starts it at login does it."""
        self._program = self._start("--login")
        there = len(self._server_of_use.state.names())
        status = self._wait_status(lambda told: told.get("models") == there and told.get("tray"))
        if status["window"]:
            raise TrialError("a start at login opened the window")
        return f"{there} models"

    def _check_terminal(self) -> str:
        said = self._terminal("--version").strip()
        if said != f"{PROGRAM} {VERSION}":
            raise TrialError(f"--version says {said!r}")
        names = sorted(row["name"] for row in json.loads(self._terminal("list", "--json")))
        if names != sorted(self._server_of_use.state.names()):
            raise TrialError(f"list says {names}")
        self._terminal("show", names[0])
        by_use = json.loads(self._terminal("list", "--sort", "used", "--json"))
        if len(by_use) != len(names):
            raise TrialError(f"{len(by_use)} of {len(names)} models are sorted by use")
        self._terminal("doctor")
        return said

    def _check_second_start(self) -> str:
        self._start().wait(60).checked()
        self._wait_status(lambda told: told.get("window"))
        window = wait_for(self._window, timeout_s=30, interval_s=0.2, message="no window came")
        self._desktop.screen.picture(self._work / "window.png")
        return f"{window.width}×{window.height}"

    def _window(self) -> Any:
        windows = self._desktop.screen.windows()
        return next((window for window in windows if window.title == APP_NAME), None)

    def _next_model(self) -> str:
        state = self._server_of_use.state
        here = set(state.names())
        return next(one.ref.display for one in state.published() if one.ref.display not in here)

    def _check_download(self) -> str:
        name, state = self._next_model(), self._server_of_use.state
        self._terminal("pull", name)
        wait_for(lambda: name in state.names(), timeout_s=60, message=f"{name} was not pulled")
        self._wait_status(lambda told: told.get("models") == len(state.names()))
        return name

    def _check_upgrade(self) -> str:
        """The running program quits for the setup; started again, it goes on."""
        name, state = self._next_model(), self._server_of_use.state
        state.speed_bytes_s = 1e6
        self._terminal("pull", name)
        status = self._wait_status(lambda told: _completed_of(told, name))
        completed = _completed_of(status, name)
        started_s = time.monotonic()
        self._wine.run(_SETUP, "/S").checked()
        self._program.wait(_QUIT_S).checked()
        seconds = time.monotonic() - started_s
        if name in state.names():
            raise TrialError("the download was over too soon to be in its middle")
        self._program = self._start("--login")
        self._wait_status(lambda told: _completed_of(told, name) >= completed)
        state.speed_bytes_s = _FAST_BYTES_S
        wait_for(lambda: name in state.names(), timeout_s=60, message=f"{name} did not go on")
        return f"in {seconds:.1f} s, {name} went on"

    def _check_uninstall(self) -> str:
        """Nothing is left but settings and the like."""
        if not (settings := self._kept()):
            raise TrialError(f"nothing is in {self._data} yet")
        self._uninstall(waits=True)
        self._program.wait(_QUIT_S).checked()
        if not set(settings) <= set(self._kept()):
            raise TrialError("settings went with it")
        return f"{len(settings)} files of the person are kept"

    def _kept(self) -> list[str]:
        folder = self._wine.path(self._data)
        return sorted(str(file.relative_to(folder)) for file in folder.rglob("*.json"))

    def _uninstall(self, *words: str, waits: bool) -> None:
        program = self._wine.path(f"{self._home}\\uninstall.exe")
        waiting = staying(self._home) if waits else ()
        self._wine.run(f"{self._home}\\uninstall.exe", "/S", *words, *waiting).checked()
        if waits:  # it could not remove itself
            program.unlink(missing_ok=True)
            with suppress(OSError):
                program.parent.rmdir()
        else:
            wait_for(lambda: not program.parent.exists(), message="its folder stays")
        left = [str(file) for file in (program.parent, *program.parent.rglob("*")) if file.exists()]
        if self._wine.path(self._shortcut).exists():
            left.append("the entry of the Start menu")
        for key, name in ((_RUN_KEY, APP_NAME), (_UNINSTALL_KEY, "DisplayName")):
            if not self._wine.run("reg", "query", key, "/v", name).code:
                left.append(f"{name} in the registry")
        if left:
            raise TrialError(f"left behind: {', '.join(left[:20])}")

    def _check_box(self) -> str:
        self._wine.run(_SETUP, "/S").checked()
        program = f"{self._home}\\{PROGRAM}-gui.exe"
        told = self._python("-m", "tests.support.windows_boxes", program, "--nonsense").checked()
        box = json.loads(told)
        if box["code"] != 2 or "--nonsense" not in box["text"]:
            raise TrialError(f"the box is {box}")
        return str(box["text"]).strip().splitlines()[-1]

    def _check_delete_data(self) -> str:
        program = self._start("--hidden")
        self._wait_status(lambda told: told.get("models") is not None)
        self._terminal("quit")
        program.wait(_QUIT_S).checked()
        self._uninstall("/DeleteData", waits=False)
        data = self._wine.path(self._data)
        wait_for(lambda: not data.exists(), message=f"{self._data} is still there")
        return ""

    def _smoke(self, artifact: str) -> Callable[[], str]:
        def smoke() -> str:
            script = f"{_SOURCE}\\packaging\\smoke.py"
            ended = self._python(script, artifact, timeout_s=600)
            self._say(ended.out.rstrip())
            ended.checked()
            return ""

        return smoke


def _summary(tests: Ended) -> str:
    """Which tests failed; what was printed last if there is no list of them."""
    _, title, listed = tests.out.rpartition("short test summary info")
    return (listed if title else tests.out + tests.err)[-4000:].strip("= \n")


def _completed_of(status: dict[str, Any], name: str) -> int:
    """How many bytes a download has that moves."""
    for row in status.get("downloads", ()):
        if row["name"] == name and row["state"] == "running":
            return int(row["completed_bytes"] or 0)
    return 0


def run_course(work: Path, tests: tuple[str, ...], say: Callable[[str], None]) -> WindowsCourse:
    """Take the course in a folder, on a virtual desktop; what came of it."""
    work.mkdir(parents=True, exist_ok=True)
    mode = Mode.FULL if not missing_tools(Mode.FULL) else Mode.FAKE
    with VirtualDesktop(mode) as desktop, Wine(work, desktop.environment) as wine:
        course = WindowsCourse(work, wine, desktop, say)
        course.go(tests)
        return course
