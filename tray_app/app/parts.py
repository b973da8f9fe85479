"""Parts: what windows are built from."""

from PySide6.QtWidgets import QApplication

from tray_app.commands import Commands
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.settings import Settings
from tray_app.state.app_state import AppState


@dataclass(frozen=True)
class Parts:
    """The facts, the wishes and the settings; shared by everything on screen."""

    qt: QApplication
    settings: Settings
    state: AppState
    commands: Commands
