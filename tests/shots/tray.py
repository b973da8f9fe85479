"""Pictures of the tray's menu with several servers, as it is where we paint it ourselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QMenu, QWidget

from tests.shots import data
from tests.shots.registry import SHOTS
from tray_app.core.payloads import ServerStart, StartKind, StartPhase
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.states import Hold, PullItem, PullState, PullSummary
from tray_app.core.records import (
    ModelRecord,
    RunningModel,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.desktop.tray.entries import build_menu
from tray_app.desktop.tray.facts import ServerFacts, TrayFacts
from tray_app.desktop.tray.menu import TrayMenu

_GB = 1_000_000_000
_NAMES = {"pc": "This computer", "studio": "studio", "nas": "nas"}


def _loaded(server_id: str, name: str, gigabytes: float, minutes: float) -> RunningModel:
    expires_at = data.NOW + timedelta(minutes=minutes)
    return RunningModel(server_id, name, "", int(gigabytes * _GB), expires_at=expires_at)


def _server(
    server_id: str,
    state: ServerState = ServerState.ONLINE,
    loaded: tuple[RunningModel, ...] = (),
    start: ServerStart | None = None,
    hour: int = 14,
    minute: int = 2,
) -> ServerFacts:
    since = data.NOW.astimezone().replace(hour=hour, minute=minute)
    models = tuple(
        ModelRecord(server_id, name, modified_at=data.NOW)
        for name in ("phi4:14b", "mistral:7b", "llava:13b")
    )
    return ServerFacts(
        _NAMES[server_id],
        ServerStatus(server_id, state, since),
        Snapshot(server_id, models, loaded, "0.33.1", data.NOW, 0.0),
        start,
        server_id,
        can_wake=server_id == "nas",
    )


def _pull(server_id: str, name: str, state: PullState, permille: int | None) -> PullItem:
    progress = None
    if permille is not None:
        moved = permille * 8_000_000
        progress = PullProgress(PullPhase.DOWNLOAD, moved, 8 * _GB, True, permille)
    hold = Hold.SERVER if state is PullState.WAITING else None
    return PullItem(name, server_id, name, state, data.NOW, progress=progress, hold=hold)


_HERE = _server(
    "pc", loaded=(_loaded("pc", "llama3.2:latest", 2.9, 4.2), _loaded("pc", "qwen3:8b", 6.3, 1e9))
)
_STUDIO = _server("studio", loaded=(_loaded("studio", "gemma3:4b", 4.1, 2.2),))
_NAS = _server("nas", ServerState.OFFLINE)
_WAKING = ServerStart("nas", StartKind.WAKE, StartPhase.WAITING, data.NOW_S - 70, 180.0)

_ONE_AWAY = TrayFacts((_HERE, _server("studio"), _NAS), default_id="pc", names=_NAMES)
_BUSY = replace(
    _ONE_AWAY,
    servers=(_HERE, _STUDIO, _NAS),
    items=(
        _pull("pc", "llava:13b", PullState.RUNNING, 660),
        _pull("studio", "qwen3:8b", PullState.RUNNING, 120),
        _pull("nas", "deepseek-r1:32b", PullState.WAITING, None),
    ),
    summary=PullSummary(
        active=2, waiting=1, permille=520, speed_bytes_s=41.8e6, eta_s=180.0, waits_for_server=1
    ),
)
_WAITING = replace(
    _ONE_AWAY,
    servers=(
        _server("pc", ServerState.OFFLINE, minute=32),
        _STUDIO,
        replace(_NAS, start=_WAKING),
    ),
    items=(
        _pull("pc", "llava:13b", PullState.RUNNING, 660),
        _pull("nas", "deepseek-r1:32b", PullState.WAITING, None),
    ),
    summary=PullSummary(waiting=2, waits_for_server=2),
)


def _menu(facts: TrayFacts, *submenu: str) -> QMenu:
    """The menu, or the one that opens at the entry with this key."""
    made = TrayMenu(is_remote=False)
    made.set_entries(build_menu(facts, data.NOW, data.NOW_S))
    made.setParent(made.menu)  # whoever has the menu has all of it
    for key in submenu:
        action = next(each for each in made.menu.actions() if each.objectName() == key)
        found = action.menu()
        assert isinstance(found, QMenu)
        found.setProperty("of", made)
        return found
    return made.menu


@SHOTS.add("tray-menu-servers")
def one_away() -> QWidget:
    return _menu(_ONE_AWAY)


@SHOTS.add("tray-menu-servers-downloads")
def busy() -> QWidget:
    return _menu(_BUSY)


@SHOTS.add("tray-menu-servers-loaded")
def loaded() -> QWidget:
    return _menu(_BUSY, "loaded")


@SHOTS.add("tray-menu-servers-waiting")
def waiting() -> QWidget:
    return _menu(_WAITING)


@SHOTS.add("tray-menu-servers-download")
def waiting_download() -> QWidget:
    return _menu(_WAITING, "pull deepseek-r1:32b")


@SHOTS.add("tray-menu-servers-zh", locale="zh_CN", themes=("light",))
def chinese() -> QWidget:
    return _menu(_WAITING)
