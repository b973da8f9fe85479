"""Pictures of loading and keeping: menu, rows, details, settings, tray."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QMenu, QWidget

from tests.shots import data
from tests.shots.dialogs import info, open_details, ref, settings
from tests.shots.main_window import _owned, filled, select
from tests.shots.registry import SHOTS, settle
from tests.shots.scene import Scene, known
from tests.support import facts
from tray_app.core.keeping.measuring import Measurements
from tray_app.core.keeping.records import (
    Capacity,
    KeepKind,
    KeepNews,
    KeepNote,
    KeepStatus,
    KeptModel,
    Loading,
    Measurement,
    NoRoom,
)
from tray_app.core.payloads import BusyModel, ModelRef, Verb
from tray_app.desktop.tray.entries import build_menu
from tray_app.desktop.tray.facts import facts_of
from tray_app.desktop.tray.menu import TrayMenu
from tray_app.state.app_state import AppState
from tray_app.views.main_window.window import MainWindow

_GB = 1_000_000_000
_SERVER = data.SERVER
_QWEN = KeptModel(_SERVER, "qwen3:8b", 4096)
_NOMIC = KeptModel(_SERVER, "nomic-embed-text:latest", 2048)
_MISTRAL = KeptModel(_SERVER, "mistral:7b")


def _taken(
    name: str, context: int, size: float, on_card: float | None = None, *, is_default: bool = False
) -> Measurement:
    graphics = size if on_card is None else on_card
    return Measurement(
        *(_SERVER, data.digest(name), context, round(size * _GB), round(graphics * _GB)),
        data.NOW - timedelta(days=3),
        version="0.33.1",
        is_default=is_default,
        load_s=21.0,
    )


def _measure(state: AppState) -> None:
    taken = (
        _taken("qwen3:8b", 4096, 6.3, is_default=True),
        _taken("qwen3:8b", 16384, 7.9),
        _taken("qwen3:8b", 40960, 12.9, 10.6),
        _taken("phi4:14b", 4096, 6.3, is_default=True),
        _taken("phi4:14b", 16384, 11.1, 9.2),
        _taken("nomic-embed-text:latest", 2048, 0.6),
        _taken("mistral:7b", 4096, 18.1, 12.0, is_default=True),
    )
    state.keeping.set_measurements(Measurements(taken))
    state.keeping.set_capacity(_SERVER, Capacity(12 * _GB))


def _window(width: int = 960, height: int = 600) -> MainWindow:
    """One loads, one is kept in memory, one was pushed out."""
    made = filled(width, height)
    state = made._state
    _measure(state)
    state.keeping.set_kept((_QWEN, _NOMIC))
    state.keeping.set_status(_QWEN.key, KeepStatus(KeepKind.KEPT))
    out = KeepStatus(KeepKind.OUT, data.NOW, "gemma3:27b")
    state.keeping.set_status(_NOMIC.key, out)
    loading = ModelRef(_SERVER, "phi4:14b", data.digest("phi4:14b"))
    state.set_busy(BusyModel(loading, Verb.LOAD))
    state.keeping.set_loading(Loading(loading, data.clock_s() - 14, 32768, 21.0))
    settle()
    return made


@SHOTS.add("main-kept")
def main_kept() -> QWidget:
    return _window()


@SHOTS.add("main-kept-min-720x440")
def main_kept_least() -> QWidget:
    made = _window(720, 440)
    note = KeepNote(KeepNews.NO_ROOM, ref(data.record("mistral:7b")), no_room=_ROOM)
    made._state.keeping.tell(note)
    settle()
    return made


_ROOM = NoRoom(("qwen3:8b",), 6_300_000_000, 18_100_000_000, 12 * _GB)


@SHOTS.add("menu-load-with")
def menu_load_with() -> QWidget:
    made = filled()
    _measure(made._state)
    select(made, "phi4:14b")
    made.refresh_now()
    return _owned(made.load_actions.menu(made), made)


@SHOTS.add("menu-load-row")
def menu_load_row() -> QWidget:
    made = filled()
    select(made, "phi4:14b")
    made.refresh_now()
    return _owned(made.row_menu(), made)


def _details(status: KeepStatus | None = None, loading: Loading | None = None) -> QWidget:
    scene = known()
    _measure(scene.state)
    scene.settings.set("keep_again", True)
    keeping = scene.state.keeping
    if status is not None and status.kind is not KeepKind.GIVEN_UP:
        keeping.set_kept((replace(_QWEN, context_length=16384),))
    if status is not None:
        keeping.set_status(_QWEN.key, status)
    if loading is not None:
        scene.state.set_busy(BusyModel(loading.ref, Verb.LOAD))
        keeping.set_loading(loading)
    if loading is not None or (status is not None and status.kind is not KeepKind.KEPT):
        facts.set_snapshot(scene.state, replace(data.snapshot(), running=()))
    scene.state.set_details(info("qwen3:8b"))
    return open_details("qwen3:8b", scene)


@SHOTS.add("details-memory")
def details_memory() -> QWidget:
    return _details(KeepStatus(KeepKind.KEPT))


@SHOTS.add("details-memory-overwritten", themes=("light",))
def details_memory_overwritten() -> QWidget:
    put_back_at = data.NOW - timedelta(seconds=20)
    return _details(KeepStatus(KeepKind.KEPT, overwritten_s=298, put_back_at=put_back_at))


@SHOTS.add("details-memory-out")
def details_memory_out() -> QWidget:
    return _details(KeepStatus(KeepKind.OUT, data.NOW, "gemma3:27b"))


@SHOTS.add("details-memory-loading")
def details_memory_loading() -> QWidget:
    loading = Loading(ref(data.record("qwen3:8b")), data.clock_s() - 14, 32768, 21.0)
    return _details(loading=loading)


@SHOTS.add("details-memory-given-up", themes=("light",))
def details_memory_given_up() -> QWidget:
    return _details(KeepStatus(KeepKind.GIVEN_UP, data.NOW, "gemma3:27b"))


def _kept_scene() -> Scene:
    scene = known()
    _measure(scene.state)
    scene.state.keeping.set_kept((_NOMIC, replace(_QWEN, context_length=16384), _MISTRAL))
    left_out = KeepStatus(KeepKind.LEFT_OUT, needed_bytes=18_100_000_000, room_bytes=12 * _GB)
    scene.state.keeping.set_status(_MISTRAL.key, left_out)
    return scene


@SHOTS.add("settings-memory")
def settings_memory() -> QWidget:
    return settings("memory", _kept_scene())


@SHOTS.add("settings-memory-none", themes=("light",))
def settings_memory_none() -> QWidget:
    return settings("memory")


@SHOTS.add("settings-memory-narrow", themes=("light",))
def settings_memory_narrow() -> QWidget:
    dialog = settings("memory", _kept_scene())
    dialog.resize(640, 560)
    return dialog


@SHOTS.add("settings-memory-zh", themes=("light",), locale="zh_CN")
def settings_memory_chinese() -> QWidget:
    return settings("memory", _kept_scene())


@SHOTS.add("details-memory-zh", themes=("light",), locale="zh_CN")
def details_memory_chinese() -> QWidget:
    return _details(KeepStatus(KeepKind.OUT, data.NOW, "gemma3:27b"))


def _tray(*submenu: str) -> QMenu:
    scene = known()
    keeping = scene.state.keeping
    keeping.set_kept((_QWEN, _NOMIC))
    keeping.set_status(_NOMIC.key, KeepStatus(KeepKind.OUT, data.NOW, "gemma3:27b"))
    loading = ref(data.record("phi4:14b"))
    keeping.set_loading(Loading(loading, data.clock_s() - 14, 32768, 21.0))
    shown = facts_of(scene.state, needs_attention=False)
    made = TrayMenu(is_remote=False)
    made.set_entries(build_menu(shown, data.NOW, data.NOW_S))
    made.setParent(made.menu)  # whoever has the menu has all of it
    for key in submenu:
        action = next(each for each in made.menu.actions() if each.objectName() == key)
        found = action.menu()
        assert isinstance(found, QMenu)
        found.setProperty("owner", made)
        _owned(found, made.menu)
        return found
    return made.menu


@SHOTS.add("tray-menu-keep", themes=("light",))
def tray_menu_keep() -> QWidget:
    return _tray()


@SHOTS.add("tray-menu-keep-loaded", themes=("light",))
def tray_menu_keep_loaded() -> QWidget:
    return _tray("loaded")
