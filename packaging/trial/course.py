"""What is done with every package, and what must come of it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kit.project import VERSION
from tests.support.waiting import wait_for
from tray_app.demo import DemoServer
from trial.installs import Install, PythonPackage, TrialError, install_for
from trial.watching import Watcher, watcher

_TERMINAL_S = 60.0
_QUIT_S = 10.0
# Says Qt under wine 8, which knows less of resolutions than any Windows 10.
_WORDS_OF_WINE = "QtWindows::DpiAwareness::PerMonitorVersion2 is not supported by current system."
Say = Callable[[str], None]


class Trial:
    """One package against one demo server."""

    def __init__(self, install: Install, seen: Watcher, server: DemoServer, say: Say) -> None:
        self._install = install
        self._seen = seen
        self._server = server
        self._say = say
        # Nothing of a trial asks anybody but our server.
        closed = "http://127.0.0.1:9"
        self._environment = {
            **seen.environment,
            "OLLAMA_HOST": server.url,
            "HTTPS_PROXY": closed,
            "HTTP_PROXY": closed,
            "NO_PROXY": "127.0.0.1",
        }

    def go(self) -> None:
        """From the first word to the last."""
        self._check_terminal()
        self._check_plugins()
        with self._running() as program:
            status = self._wait_status(lambda found: found.get("models") is not None)
            if status["models"] != len(self._server.state.names()):
                raise TrialError(f"the program sees {status['models']} models: {status}")
            self._say(f"one poll arrived: {status['models']} models, state {status['state']}")
            self._say(self._seen.check_start(status))
            self._check_pull()
            self._quit(program)
        self._check_chinese()

    def _check_terminal(self) -> None:
        said = self._terminal("--version").strip()
        if said != f"ollama-tray {VERSION}":
            raise TrialError(f"--version says {said!r}")
        listed = json.loads(self._terminal("list", "--json"))
        names = sorted(model["name"] for model in listed)
        if names != sorted(self._server.state.names()):
            raise TrialError(f"list says {names}")
        self._say(f"--version says {said!r}, list names {len(names)} models")

    def _check_plugins(self) -> None:
        """What tells of metered networks is missed by no start."""
        program = Path(self._install.window_command()[0])
        folder = {"win32": program.parent, "darwin": program.parent.parent}.get(sys.platform)
        if folder is None or isinstance(self._install, PythonPackage):
            return
        found = sorted(file.name for file in folder.rglob("plugins/networkinformation/*"))
        if not found:
            raise TrialError(f"no Qt plugin in {folder} knows of metered networks")
        self._say(f"packed for metered networks: {', '.join(found)}")

    def _check_pull(self) -> None:
        state = self._server.state
        here = set(state.names())
        name = next(one.ref.display for one in state.published() if one.ref.display not in here)
        self._terminal("pull", name)
        wait_for(lambda: set(state.names()) - here, timeout_s=60, message=f"{name} was not pulled")
        seen = self._seen.check_finished(name)
        wait_for(
            lambda: self._status().get("models") == len(state.names()),
            timeout_s=30,
            message="the new model never came up",
        )
        self._say(f"pulled {name}; {seen}".rstrip("; "))

    def _check_chinese(self) -> None:
        """Translations are found: with Chinese in the settings, the menu is Chinese."""
        settings = self._seen.settings_file()
        if settings is None:
            return
        known = json.loads(settings.read_text(encoding="utf-8")) if settings.exists() else {}
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(json.dumps({**known, "language": "zh_CN"}), encoding="utf-8")
        with self._running() as program:
            self._wait_status(lambda found: found.get("models") is not None)
            label = self._seen.quit_label()
            if label.isascii():
                raise TrialError(f"the menu is not Chinese: {label!r}")
            self._quit(program)
        self._say(f"in Chinese the menu ends with {label!r}")

    @contextmanager
    def _running(self) -> Iterator[subprocess.Popen[bytes]]:
        with tempfile.TemporaryFile() as output:
            program = subprocess.Popen(
                self._install.window_command(),
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            try:
                yield program
            except BaseException as error:
                output.seek(0)
                error.add_note(f"the program printed:\n{output.read().decode(errors='replace')}")
                raise
            finally:
                if program.poll() is None:
                    program.terminate()
                    try:
                        program.wait(_QUIT_S)
                    except subprocess.TimeoutExpired:
                        program.kill()
            output.seek(0)
            printed = output.read().decode(errors="replace").replace(_WORDS_OF_WINE, "").strip()
            if printed:
                raise TrialError(f"the program printed:\n{printed}")

    def _quit(self, program: subprocess.Popen[bytes]) -> None:
        started_s = time.monotonic()
        self._terminal("quit")
        try:
            code = program.wait(_QUIT_S)
        except subprocess.TimeoutExpired:
            raise TrialError(f"it did not quit within {_QUIT_S:g} s") from None
        if code:
            raise TrialError(f"it ended with {code}")
        self._say(f"quit within {time.monotonic() - started_s:.1f} s")

    def _wait_status(self, is_right: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        found: dict[str, Any] = {}

        def look() -> bool:
            found.clear()
            found.update(self._status())
            return bool(found) and is_right(found)

        wait_for(look, timeout_s=60, interval_s=0.2, message=lambda: f"status stays {found}")
        return found

    def _status(self) -> dict[str, Any]:
        """What the running program says of itself; nothing as long as none answers."""
        said = json.loads(self._terminal("status", "--json"))
        program = said.get("program")
        return dict(program) if isinstance(program, dict) else {}

    def _terminal(self, *words: str) -> str:
        done = subprocess.run(
            [*self._install.terminal_command(), *words],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TERMINAL_S,
            check=False,
        )
        if done.returncode:
            raise TrialError(
                f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout


def run_trial(artifact: Path, say: Say) -> None:
    """Install, try, uninstall, look around. TrialError says what was wrong."""
    with tempfile.TemporaryDirectory(prefix="ollama-tray-trial-") as folder:
        install = install_for(artifact, Path(folder))
        with watcher() as seen, DemoServer(speed_bytes_s=4e9, tick_s=0.02, verify_s=0.2) as server:
            started_s = time.monotonic()
            install.install()
            say(f"installed in {time.monotonic() - started_s:.1f} s")
            try:
                Trial(install, seen, server, say).go()
            except BaseException:
                install.uninstall()
                raise
            install.uninstall()
            left = [*install.left_behind(), *seen.left_behind()]
            if left:
                raise TrialError("left behind: " + ", ".join(str(path) for path in left[:20]))
            say("uninstalled; nothing is left but the settings")
