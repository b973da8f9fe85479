"""A program with nothing but our tray and our notifications: scenes are set from outside.

`show SCENE…` over the single-instance socket sets scenes; every command is printed as a line.
"""

import logging
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tray_app import APP_NAME
from tray_app.commands import Commands
from tray_app.core.errors import DiskFull, Unreachable
from tray_app.core.payloads import LoadRequest, ModelRef
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.states import PullItem, PullState, PullSummary
from tray_app.core.records import (
    ModelRecord,
    Poll,
    RunningModel,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.core.updates.facts import ModelVerdict
from tray_app.core.updates.verdicts import Standing, Verdict
from tray_app.desktop.instance.single_instance import (
    InstanceAnswer,
    InstanceCommand,
    InstanceRequest,
    SingleInstance,
)
from tray_app.desktop.notifications.notifier import Notifier, system_backends
from tray_app.desktop.tray.tray import Tray
from tray_app.settings import Settings
from tray_app.state.app_state import AppState

NOW = datetime.now(UTC)
GB = 1_000_000_000


def say(*words: object) -> None:
    """Print a line that a test waits for."""
    print(*words, flush=True)


def _model(name: str, days: int) -> ModelRecord:
    return ModelRecord("local", name, "d" * 64, 5 * GB, NOW - timedelta(days=days))


def _snapshot(*loaded: RunningModel) -> Snapshot:
    names = ("qwen3:8b", "my_own_model:latest", "A & B:1", "phi4:14b")
    models = tuple(_model(name, days) for days, name in enumerate(names))
    return Snapshot("local", models, loaded, "0.33.1", NOW, 0.0)


def _running(name: str, minutes: float | None) -> RunningModel:
    expires = None if minutes is None else NOW + timedelta(minutes=minutes)
    return RunningModel("local", name, "d" * 64, 3 * GB, expires_at=expires)


def _pull(name: str, permille: int, state: PullState = PullState.RUNNING) -> PullItem:
    phase = PullPhase.VERIFY if state is PullState.VERIFYING else PullPhase.DOWNLOAD
    progress = PullProgress(
        *(phase, permille * 9_300_000, 9_300_000_000, True, permille, 41_800_000.0, 76.0),
        phase_since_s=monotonic() - 10,
    )
    error = (
        DiskFull(name, "", 42_500_000_000, 28_100_000_000) if state is PullState.FAILED else None
    )
    return PullItem(
        name, "local", name, state, NOW, progress=progress, error=error,
        fetched_bytes=permille * 9_300_000, active_s=228.0,
    )  # fmt: skip


def _named(payload: object) -> str:
    """Return what a test knows a payload by."""
    if isinstance(payload, LoadRequest):
        return payload.ref.name
    return payload.name if isinstance(payload, ModelRef) else str(payload)


class Program:
    """The parts and the scenes."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(None)
        self.state = AppState(Server("local"))
        self.commands = Commands()
        self.tray = Tray()
        self.notifier = Notifier(
            self.settings, self.state, self.commands, system_backends(self.tray)
        )
        self.instance = SingleInstance(folder)
        self.scenes: dict[str, Callable[[], None]] = {
            "online": lambda: self.status(ServerState.ONLINE),
            "offline": lambda: self.status(ServerState.OFFLINE),
            "models": self.models,
            "loaded": lambda: self.models(
                _running("llama3.2:latest", 4.5), _running("qwen3:8b", None)
            ),
            "quarter": lambda: self.pulls(250),
            "half": lambda: self.pulls(500),
            "verifying": lambda: self.pulls(990, PullState.VERIFYING),
            "paused": lambda: self.pulls(500, PullState.PAUSED),
            "none": self.no_pulls,
            "attention": lambda: self.tray.set_attention(True),
            "seen": lambda: self.tray.set_attention(False),
            "update": self.update,
            "servers": self.servers,
            "light": lambda: self.tray.set_icon_choice("light"),
            "dark": lambda: self.tray.set_icon_choice("dark"),
            "color": lambda: self.tray.set_icon_choice("color"),
            "automatic": lambda: self.tray.set_icon_choice("automatic"),
            "finished": lambda: self.notifier.pull_ended(
                _pull("<b>qwen3:14b</b>", 1000, PullState.DONE)
            ),
            "failed": lambda: self.notifier.pull_ended(_pull("phi4:14b", 10, PullState.FAILED)),
        }
        self.print_commands()

    def print_commands(self) -> None:
        """Print every command by the name of its signal, and what it is about."""
        for name in vars(Commands):
            if name.endswith("_requested"):
                words = ("command", name.removesuffix("_requested"))
                getattr(self.commands, name).connect(
                    lambda *payload, words=words: say(*words, *map(_named, payload))
                )
        self.tray.available_changed.connect(lambda is_there: say("available", is_there))

    def start(self, grace_s: float) -> None:
        """Appear and listen."""
        assert self.instance.claim()
        self.tray.start(grace_s)
        self.tray.attach(self.state, self.commands)
        self.instance.listen(self.handle)
        say("ready")

    def handle(self, request: InstanceRequest) -> InstanceAnswer:
        """Set the scenes that are asked for."""
        if request.command is InstanceCommand.SHOW:
            for name in request.args:
                self.scenes[name]()
        return InstanceAnswer(True)

    def stop(self) -> None:
        """Disappear."""
        self.notifier.close()
        self.tray.stop()
        self.instance.close()

    def status(self, state: ServerState) -> None:
        error = Unreachable("127.0.0.1:11434") if state is ServerState.OFFLINE else None
        self.state.take_poll(Poll(ServerStatus("local", state, NOW, "0.33.1", error)))

    def servers(self) -> None:
        nas = Server("nas", "nas", "nas:11434", can_wake=True)
        self.state.set_servers((Server("local"), nas), "local", "")
        error = Unreachable("nas:11434")
        status = ServerStatus("nas", ServerState.OFFLINE, NOW, error=error)
        self.state.take_poll(Poll(status))

    def models(self, *loaded: RunningModel) -> None:
        status = ServerStatus("local", ServerState.ONLINE, NOW, "0.33.1")
        self.state.take_poll(Poll(status, _snapshot(*loaded)))

    def pulls(self, permille: int, state: PullState = PullState.RUNNING) -> None:
        self.state.set_downloads((_pull("qwen3:14b", permille, state),))
        is_active = state is not PullState.PAUSED
        self.state.set_pull_summary(
            PullSummary(
                active=int(is_active),
                paused=int(not is_active),
                permille=permille,
                speed_bytes_s=41_800_000.0,
                eta_s=76.0,
                is_verifying=state is PullState.VERIFYING,
            )
        )

    def update(self) -> None:
        verdict = Verdict(Standing.WEIGHTS, "a" * 64, "b" * 64, fetch_bytes=7_400_000_000)
        for name in ("llava:13b", "qwen3:8b"):
            self.state.set_verdict(ModelVerdict(("local", name), verdict))

    def no_pulls(self) -> None:
        self.state.set_downloads(())
        self.state.set_pull_summary(PullSummary())


def main() -> int:
    """Run until Quit or SIGTERM: `tray_program.py FOLDER [GRACE_S]`."""
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(levelname).1s %(threadName)s %(name)s: %(message)s",
    )
    application = QApplication(sys.argv)
    application.setApplicationName(APP_NAME)
    application.setQuitOnLastWindowClosed(False)
    signal.signal(signal.SIGTERM, lambda *_: application.quit())
    ticking = QTimer()  # lets Python see the signal
    ticking.timeout.connect(lambda: None)
    ticking.start(50)
    program = Program(Path(sys.argv[1]))
    program.commands.quit_requested.connect(application.quit)
    program.start(float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)
    code = application.exec()
    program.stop()
    return code


if __name__ == "__main__":
    sys.exit(main())
