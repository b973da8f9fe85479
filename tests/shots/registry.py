"""Pictures of every window, dialog and menu, light and dark: `python -m tests.shots`.

    --only NAME   pictures whose name contains NAME
    --out FOLDER  where to (build/shots)

A picture is a function that builds a widget and shows it, entered into SHOTS with its name.
Drawn without a display, at twice the size; times, sizes and names are those of shots_data.
"""

import argparse
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QWidget

from tests.shots.language import speak
from tests.shots.offscreen import prepare
from tray_app import resources
from tray_app.views import theme
from tray_app.views.main_window.window import MainWindow
from tray_app.views.style import AppStyle

THEMES = ("light", "dark")
_FAMILIES = ("Inter", "Noto Sans", "DejaVu Sans")


@dataclass(frozen=True)
class Shot:
    """`build` makes the widget and may do with it what a person would; then it is painted."""

    name: str
    build: Callable[[], QWidget]
    themes: tuple[str, ...] = THEMES
    locale: str = "en_GB"
    is_mirrored: bool = False
    has_high_contrast: bool = False


@dataclass
class Registry:
    """The pictures in the order in which they were entered."""

    shots: list[Shot] = field(default_factory=list)

    def add(
        self,
        name: str,
        *,
        themes: tuple[str, ...] = THEMES,
        locale: str = "en_GB",
        is_mirrored: bool = False,
        has_high_contrast: bool = False,
    ) -> Callable[[Callable[[], QWidget]], Callable[[], QWidget]]:
        """Decorator: enter a builder under `name`."""

        def enter(build: Callable[[], QWidget]) -> Callable[[], QWidget]:
            made = Shot(name, build, themes, locale, is_mirrored, has_high_contrast)
            self.shots.append(made)
            return build

        return enter

    def __iter__(self) -> Iterator[Shot]:
        return iter(self.shots)


SHOTS = Registry()


def settle() -> None:
    """Let posted events and due timers happen, and what a window puts off for a moment."""
    for window in QApplication.topLevelWidgets():
        if isinstance(window, MainWindow):
            window.refresh_now()
    for _ in range(6):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def pretend_active(widget: QWidget) -> None:
    """Make `widget` the active window, which the offscreen platform does not do by itself."""
    widget.activateWindow()
    QApplication.setActiveWindow(widget)


def take(shot: Shot, style: AppStyle, out: Path) -> list[Path]:
    """Paint one picture in its themes."""
    with _conditions(shot):
        return _take(shot, style, out)


@contextmanager
def _conditions(shot: Shot) -> Iterator[None]:
    """A desktop that reads from right to left, or asks for high contrast."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    sides = Qt.LayoutDirection
    asks = theme.is_high_contrast
    app.setLayoutDirection(sides.RightToLeft if shot.is_mirrored else sides.LeftToRight)
    if shot.has_high_contrast:
        theme.is_high_contrast = lambda: True
    try:
        yield
    finally:
        theme.is_high_contrast = asks
        app.setLayoutDirection(sides.LeftToRight)


def _take(shot: Shot, style: AppStyle, out: Path) -> list[Path]:
    paths = []
    speak(shot.locale)
    for choice in shot.themes:
        style.set_choice(choice)
        widget = shot.build()
        widget.show()
        pretend_active(widget)
        settle()
        path = out / f"{shot.name}-{choice}.png"
        picture = widget.grab()
        if not picture.save(str(path)):
            raise OSError(f"{path} cannot be written")
        paths.append(path)
        _end(widget)
    return paths


def _end(widget: QWidget) -> None:
    for child in widget.findChildren(QObject):
        child.blockSignals(True)
    widget.hide()
    widget.deleteLater()
    settle()


def set_up() -> QApplication:
    """An application with the font of the pictures."""
    prepare()
    app = QApplication(sys.argv[:1])
    app.setWindowIcon(resources.app_icon())
    available = set(QFontDatabase.families())
    family = next((name for name in _FAMILIES if name in available), app.font().family())
    made = QFont(family)
    made.setPixelSize(13)
    app.setFont(made)
    return app


def main() -> int:
    """Paint what was asked for."""
    parser = argparse.ArgumentParser(description="Take pictures of every window.")
    parser.add_argument("--only", default="", metavar="NAME")
    parser.add_argument("--out", default="build/shots", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    app = set_up()
    load_pictures()
    options.out.mkdir(parents=True, exist_ok=True)
    style = AppStyle(app, "light")
    count = 0
    for shot in SHOTS:
        if options.only in shot.name:
            for path in take(shot, style, options.out):
                print(path)
                count += 1
    style.close()
    return 0 if count else 1


_NO_PICTURES = ("__init__", "__main__", "data", "language", "offscreen", "registry", "scene")


def load_pictures() -> None:
    """Import every module of this folder that enters pictures."""
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if file.stem not in _NO_PICTURES:
            importlib.import_module(f"tests.shots.{file.stem}")
