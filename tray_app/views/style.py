"""Puts theme and stylesheet on the application, and keeps them true while the system changes.

On Linux the style is Fusion with our stylesheet; Windows and macOS keep their own style and get
no stylesheet at all, only the colour scheme a person asked for. Where that style knows no dark
colours, as the one of Windows 10, Fusion takes its place while they are wanted.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget

from tray_app.views.stylesheet import stylesheet
from tray_app.views.theme import Theme, dark_palette, is_high_contrast, light_palette

_SCHEMES = {
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
    "system": Qt.ColorScheme.Unknown,
}

_LIGHT_ONLY = frozenset({"windowsvista", "windows"})
_FUSION = "fusion"


def style_in_place_of(native: str, *, is_dark: bool) -> str:
    """The style that shows what `native` is to show."""
    return _FUSION if is_dark and native.casefold() in _LIGHT_ONLY else native


def is_styled() -> bool:
    """Whether our stylesheet is in use, so that painted controls match it."""
    return sys.platform not in ("win32", "darwin")


class AppStyle(QObject):
    """Keeps the look of `app`; make one, after QApplication and before any widget.

    Thread: GUI.
    """

    def __init__(self, app: QApplication, choice: str = "system") -> None:
        super().__init__(app)
        self._app = app
        self._choice = choice
        self._applied: Theme | None = None
        self._is_applying = False
        self._is_closed = False
        self._watcher: _PaletteWatcher | None = None
        self._native = app.style().name()
        if is_styled():
            app.setStyle("Fusion")
            self._watcher = _PaletteWatcher(self)
        app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        if (accessibility := getattr(app.styleHints(), "accessibility", None)) is not None:
            # Qt 6.10: high contrast switched on or off.
            accessibility().contrastPreferenceChanged.connect(self._on_contrast_changed)
        self.set_choice(choice)

    def set_choice(self, choice: str) -> None:
        """Follow "system", or force "light" or "dark"."""
        self._choice = choice if choice in _SCHEMES else "system"
        hints = self._app.styleHints()
        # Qt 6.8: native styles and window frames follow this one call.
        hints.setColorScheme(_SCHEMES[self._choice])
        self.refresh()

    def refresh(self) -> None:
        """Derive everything anew; does nothing when nothing changed."""
        if not is_styled():
            self._replace_native_style()
        if self._watcher is None or self._is_applying:
            return
        self._is_applying = True
        try:
            self._app.setPalette(self._palette())
            theme = Theme.of(self._app.palette())
            if theme != self._applied:
                self._applied = theme
                self._app.setStyleSheet(stylesheet(theme))
        finally:
            self._is_applying = False

    def _replace_native_style(self) -> None:
        is_dark = self._choice == "dark" or (
            self._choice == "system" and self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        )
        wanted = style_in_place_of(self._native, is_dark=is_dark and not is_high_contrast())
        if self._app.style().name().casefold() != wanted.casefold():
            self._app.setStyle(wanted)

    def close(self) -> None:
        """Stop watching; safe to call twice."""
        if self._is_closed:
            return
        self._is_closed = True
        hints = self._app.styleHints()
        hints.colorSchemeChanged.disconnect(self._on_scheme_changed)
        if (accessibility := getattr(hints, "accessibility", None)) is not None:
            accessibility().contrastPreferenceChanged.disconnect(self._on_contrast_changed)
        if self._watcher is not None:
            self._watcher.deleteLater()
            self._watcher = None
        self.setParent(None)  # whoever looks for the application's style finds one that lives

    def _palette(self) -> QPalette:
        if self._choice == "light":
            return light_palette()
        if self._choice == "dark":
            return dark_palette()
        self._app.setPalette(QPalette())  # back to what the desktop says
        told = self._app.palette()
        plain = self._app.style().standardPalette()
        if _same(told, plain, QPalette.ColorRole.Window) and _same(
            told, plain, QPalette.ColorRole.Base
        ):
            # No desktop theme speaks through Qt: its default grey is nobody's choice.
            return self._own_palette(told, plain)
        return QPalette()

    def _own_palette(self, told: QPalette, plain: QPalette) -> QPalette:
        is_dark = (
            self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
            or told.color(QPalette.ColorRole.Window).lightness() < 128
        )
        palette = dark_palette() if is_dark else light_palette()
        if not _same(told, plain, QPalette.ColorRole.Accent):
            for role in (
                QPalette.ColorRole.Accent,
                QPalette.ColorRole.Highlight,
                QPalette.ColorRole.HighlightedText,
            ):
                palette.setColor(role, told.color(role))
        return palette

    def _on_contrast_changed(self) -> None:
        self.refresh()

    def _on_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        self.refresh()

    def on_system_palette_changed(self) -> None:
        """A palette that we did not set has arrived. (A closed style still hears of some.)"""
        self.refresh()


class _PaletteWatcher(QWidget):
    """Never shown; hears of palette changes that come without a change of the scheme.

    (An event filter on the application would see every event of the program.)
    """

    def __init__(self, style: AppStyle) -> None:
        super().__init__()
        self._style = style

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._style.on_system_palette_changed()


def _same(one: QPalette, other: QPalette, role: QPalette.ColorRole) -> bool:
    group = QPalette.ColorGroup.Active
    return one.color(group, role).rgb() == other.color(group, role).rgb()
