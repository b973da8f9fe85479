"""Child processes: each in a session of its own, its output in a file, ended by pid."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.support.waiting import wait_for

# A test session that is killed must not leave desktops behind.
_DIES_WITH_US = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()


class Child:
    """One process that we started."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        pass_fds: Iterable[int] = (),
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.log = log
        # Never our own stdout: whoever reads that to its end would wait for this process.
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [*_DIES_WITH_US, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                pass_fds=tuple(pass_fds),
                cwd=cwd,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id, which is also that of its process group."""
        return self._process.pid

    @property
    def return_code(self) -> int | None:
        """None while it runs; negative for a signal."""
        return self._process.poll()

    def output(self) -> str:
        """Return everything it printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait(self, timeout_s: float) -> int:
        """Return its exit code; AssertionError with its output when it does not end."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"{self.name} still runs after {timeout_s:g} s:\n{self.output()[-4000:]}"
            ) from None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process alone."""
        if self.return_code is None:
            self._process.send_signal(number)

    def end(self, *, grace_s: float = 3.0) -> int:
        """Ask it to end, make it end after `grace_s`, and whatever it left in its group with it."""
        self.signal(signal.SIGTERM)
        try:
            self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self._kill_group()
        code = self._process.wait()
        self._kill_group()
        return code

    def kill(self) -> int:
        """End it at once."""
        self._kill_group()
        return self._process.wait()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def pids_marked(variable: str, value: str) -> list[int]:
    """Return the processes that were started with this variable: ours, and what they started."""
    marker = f"{variable}={value}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):
                if marker in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found


def end_marked(variable: str, value: str) -> None:
    """End what `pids_marked` finds: services that the bus has started, of which we hold nothing."""

    def are_gone() -> bool:
        left = [pid for pid in pids_marked(variable, value) if not _is_zombie(pid)]
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not left

    wait_for(are_gone, timeout_s=5, message="a process of the virtual desktop would not end")


def _is_zombie(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] == "Z"
