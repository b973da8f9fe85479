"""Pictures of a server that is brought back: started here, or woken in the network."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from tests.shots import data
from tests.shots.main_window import filled, window
from tests.shots.registry import SHOTS, settle
from tests.support import facts
from tray_app.core.payloads import LocalOllama, ServerStart, StartKind, StartPhase
from tray_app.core.records import Server, ServerState

STARTING = ServerStart(
    data.SERVER,
    StartKind.SERVICE,
    StartPhase.WAITING,
    data.NOW_S - 12.0,
    30.0,
    "ollama.service",
    "org.freedesktop.systemd1 StartUnit ollama.service",
)
FAILED = replace(
    STARTING,
    phase=StartPhase.FAILED,
    lasted_s=2.0,
    details="org.freedesktop.systemd1 StartUnit ollama.service\n"
    "ActiveState=failed Result=exit-code ExecMainStatus=1\njournalctl -u ollama -n 50",
)


def page(start: ServerStart) -> QWidget:
    """The window of a server that was never reached."""
    made = window()
    facts.set_status(made._state, data.status(ServerState.OFFLINE, reached=False))
    made._state.set_local_ollama(LocalOllama.STARTABLE)
    made._state.set_start(start)
    settle()
    made._show_ages()
    return made


@SHOTS.add("offline-startable")
def offline_startable() -> QWidget:
    made = window()
    facts.set_status(made._state, data.status(ServerState.OFFLINE, reached=False))
    made._state.set_local_ollama(LocalOllama.STARTABLE)
    settle()
    return made


@SHOTS.add("offline-starting")
def offline_starting() -> QWidget:
    return page(STARTING)


@SHOTS.add("offline-starting-app", themes=("light",))
def offline_starting_app() -> QWidget:
    return page(replace(STARTING, kind=StartKind.APP, patience_s=90.0))


@SHOTS.add("offline-start-failed")
def offline_start_failed() -> QWidget:
    return page(FAILED)


@SHOTS.add("offline-start-no-answer", themes=("light",))
def offline_start_no_answer() -> QWidget:
    return page(replace(STARTING, phase=StartPhase.NO_ANSWER, lasted_s=30.0))


@SHOTS.add("offline-start-not-allowed", themes=("light",))
def offline_start_not_allowed() -> QWidget:
    asked = f"{STARTING.details}\norg.freedesktop.PolicyKit1.Error.Cancelled"
    return page(replace(STARTING, phase=StartPhase.NOT_ALLOWED, details=asked))


@SHOTS.add("offline-start-flatpak", themes=("light",))
def offline_start_flatpak() -> QWidget:
    return page(
        replace(STARTING, phase=StartPhase.NO_SERVICE, sandbox="Flatpak", service="", details="")
    )


@SHOTS.add("offline-start-no-service", themes=("light",))
def offline_start_no_service() -> QWidget:
    return page(replace(STARTING, phase=StartPhase.NO_SERVICE, service="", details=""))


@SHOTS.add("offline-start-port-taken", themes=("light",))
def offline_start_port_taken() -> QWidget:
    return page(replace(FAILED, phase=StartPhase.PORT_TAKEN))


def _banner(start: ServerStart) -> QWidget:
    made = filled()
    facts.set_status(made._state, data.status(ServerState.OFFLINE))
    made._state.set_start(start)
    settle()
    return made


@SHOTS.add("starting-with-list")
def starting_with_list() -> QWidget:
    return _banner(STARTING)


@SHOTS.add("start-failed-with-list", themes=("light",))
def start_failed_with_list() -> QWidget:
    return _banner(FAILED)


@SHOTS.add("main-downloads-awake", themes=("light",))
def awake() -> QWidget:
    made = filled(960, 720)
    for item in data.PULLS:
        facts.set_download(made._state, item)
    made._state.set_pull_summary(data.SUMMARY)
    made._state.set_kept_awake(True)
    settle()
    made.splitter.setSizes([294, 330])
    return made


def _sleeping(start: ServerStart | None) -> QWidget:
    made = window()
    made._state.set_server(Server(data.SERVER, "nas", "192.168.1.30:11434", can_wake=True))
    facts.set_status(made._state, data.status(ServerState.OFFLINE, reached=False))
    if start is not None:
        made._state.set_start(start)
    settle()
    return made


@SHOTS.add("offline-asleep", themes=("light",))
def offline_asleep() -> QWidget:
    return _sleeping(None)


@SHOTS.add("waking", themes=("light",))
def waking() -> QWidget:
    return _sleeping(replace(STARTING, kind=StartKind.WAKE, patience_s=180.0))


@SHOTS.add("not-woken", themes=("light",))
def not_woken() -> QWidget:
    return _sleeping(replace(STARTING, kind=StartKind.WAKE, phase=StartPhase.NO_ANSWER))
