"""What windows are built from: settings, facts and commands, as the program hands them out."""

from __future__ import annotations

from dataclasses import dataclass

from tests.shots import data
from tests.support import facts
from tray_app.commands import Commands
from tray_app.core.payloads import Recommendations
from tray_app.core.records import Server
from tray_app.settings import Settings
from tray_app.state.app_state import AppState

LOG_FOLDER = "/home/me/.local/state/ollama-tray"


@dataclass(frozen=True)
class Scene:
    settings: Settings
    state: AppState
    commands: Commands


def blank(label: str = "", *, log_folder: str = LOG_FOLDER) -> Scene:
    """A program that has just started: nothing is known yet."""
    state = AppState(Server(data.SERVER, label, data.ADDRESS), log_folder=log_folder)
    return Scene(Settings(None), state, Commands())


def known(label: str = "") -> Scene:
    """All that the pictures know of their server and its downloads."""
    scene = blank(label)
    facts.set_status(scene.state, data.status())
    facts.set_snapshot(scene.state, data.snapshot())
    scene.state.set_layer_index(data.layer_index())
    scene.state.set_recommendations(Recommendations(data.SERVER, data.SUGGESTIONS))
    scene.state.set_downloads(data.PULLS)
    return scene
