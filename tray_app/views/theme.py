"""The look as numbers: colours derived from the palette, fonts by role, light and dark palettes.

What a widget paints with comes from here; the stylesheet made of it lives in `stylesheet`, and
`style` puts both on the application. Colours of our own are only the five state colours.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from tray_app.core.lazy_dataclasses import dataclass


class Tone(StrEnum):
    """What a colour says. Never the only thing that says it: glyph and word stand beside it."""

    OK = "ok"
    INFO = "info"
    WARN = "warn"
    DANGER = "danger"
    NEUTRAL = "neutral"


class TextRole(StrEnum):
    """What a text is; decides size and weight relative to the application's font."""

    TITLE = "title"  # names at the head of Details and About
    HERO = "hero"
    QUESTION = "question"
    FIGURE = "figure"
    SECTION = "section"
    NAME = "name"
    BODY = "body"
    SECONDARY = "secondary"
    BADGE = "badge"
    MONO = "mono"


_STATES = {
    False: {
        Tone.OK: "#13702F",
        Tone.INFO: "#0A5DB0",
        Tone.WARN: "#855100",
        Tone.DANGER: "#B3261E",
        Tone.NEUTRAL: "#5A5A61",
    },
    True: {
        Tone.OK: "#6BD08A",
        Tone.INFO: "#7CC0FF",
        Tone.WARN: "#F0B95A",
        Tone.DANGER: "#FF9A90",
        Tone.NEUTRAL: "#B4B4BC",
    },
}
_DESTRUCTIVE = {False: ("#C42B1C", "#FFFFFF"), True: ("#FF9A90", "#2A0502")}

_FONTS: dict[TextRole, tuple[int, QFont.Weight]] = {
    TextRole.TITLE: (7, QFont.Weight.DemiBold),
    TextRole.HERO: (5, QFont.Weight.DemiBold),
    TextRole.QUESTION: (2, QFont.Weight.DemiBold),
    TextRole.FIGURE: (3, QFont.Weight.DemiBold),
    TextRole.SECTION: (0, QFont.Weight.DemiBold),
    TextRole.NAME: (0, QFont.Weight.Medium),
    TextRole.BODY: (0, QFont.Weight.Normal),
    TextRole.SECONDARY: (-1, QFont.Weight.Normal),
    TextRole.BADGE: (-2, QFont.Weight.Medium),
    TextRole.MONO: (-1, QFont.Weight.Normal),
}
_MIN_FONT_PX = 9

P = QPalette.ColorRole


def mix(first: QColor, second: QColor, part: float) -> QColor:
    """`first` with `part` (0…1) of `second` in it."""
    return QColor(
        round(first.red() * (1 - part) + second.red() * part),
        round(first.green() * (1 - part) + second.green() * part),
        round(first.blue() * (1 - part) + second.blue() * part),
    )


@dataclass(frozen=True, slots=True)
class Theme:
    """All colours for one palette. `Theme.of(widget)` at paint time is cheap."""

    is_dark: bool
    is_high_contrast: bool
    window: QColor
    base: QColor
    alternate_base: QColor
    text: QColor
    window_text: QColor
    button: QColor
    button_text: QColor
    accent: QColor
    accent_text: QColor
    secondary: QColor
    hairline: QColor
    control_border: QColor
    row_hover: QColor
    row_selected: QColor
    row_selected_text: QColor
    row_selected_inactive: QColor
    bar_inactive: QColor
    bar_track: QColor
    bar_paused: QColor
    disabled_text: QColor
    disabled_fill: QColor
    ok: QColor
    info: QColor
    warn: QColor
    danger: QColor
    neutral: QColor
    destructive: QColor
    destructive_text: QColor

    @classmethod
    def of(cls, source: QWidget | QPalette) -> Theme:
        """The theme of a palette, or of the application for a widget: a stylesheet writes its
        own colours into the palettes of the widgets that it styles."""
        palette = source if isinstance(source, QPalette) else QApplication.palette()
        cached = palette.cacheKey()
        if cached not in _keys:
            if len(_keys) >= _MAX_KEYS:
                _keys.clear()
            _keys[cached] = _key(palette)
        return _from_key(_keys[cached], is_high_contrast())

    def state(self, state: Tone) -> QColor:
        """The colour of `state` as text or glyph."""
        if self.is_high_contrast:
            return self.text
        return {
            Tone.OK: self.ok,
            Tone.INFO: self.info,
            Tone.WARN: self.warn,
            Tone.DANGER: self.danger,
            Tone.NEUTRAL: self.neutral,
        }[state]

    def tint(self, state: Tone) -> QColor:
        """The soft fill behind text of that state."""
        if self.is_high_contrast:
            return self.base
        return mix(self.base, self.state(state), 0.20 if self.is_dark else 0.12)


def is_high_contrast() -> bool:
    """Whether the system asks for high contrast (told by Qt 6.10 and newer)."""
    hints = QApplication.styleHints()
    accessibility = getattr(hints, "accessibility", None)
    if accessibility is None:
        return False
    return bool(accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast)


_ROLES = (
    P.Window,
    P.Base,
    P.AlternateBase,
    P.Text,
    P.WindowText,
    P.Button,
    P.ButtonText,
    P.Accent,
    P.HighlightedText,
    P.Highlight,
)


_MAX_KEYS = 64
_keys: dict[int, tuple[int, ...]] = {}
"""By what Qt numbers the contents of palettes with: a theme is asked for at each paint."""


def _key(palette: QPalette) -> tuple[int, ...]:
    return tuple(palette.color(QPalette.ColorGroup.Active, role).rgb() for role in _ROLES)


@lru_cache(maxsize=16)
def _from_key(key: tuple[int, ...], high_contrast: bool) -> Theme:
    window, base, alternate, text, window_text, button, button_text, accent, accent_text, high = (
        QColor.fromRgb(rgb) for rgb in key
    )
    # The painted window says it: a forced palette and the system's scheme may differ.
    dark = window.lightness() < 128
    states = {state: QColor(value) for state, value in _STATES[dark].items()}
    destructive, destructive_text = (QColor(value) for value in _DESTRUCTIVE[dark])
    if high_contrast:
        states = dict.fromkeys(states, text)
    return Theme(
        is_dark=dark,
        is_high_contrast=high_contrast,
        window=window,
        base=base,
        alternate_base=alternate,
        text=text,
        window_text=window_text,
        button=button,
        button_text=button_text,
        accent=accent,
        accent_text=accent_text,
        secondary=text if high_contrast else mix(base, text, 0.66),
        hairline=window_text if high_contrast else mix(window, window_text, 0.12 if dark else 0.10),
        control_border=(
            window_text if high_contrast else mix(window, window_text, 0.24 if dark else 0.20)
        ),
        row_hover=mix(base, text, 0.04),
        row_selected=high if high_contrast else mix(base, accent, 0.20 if dark else 0.12),
        row_selected_text=accent_text if high_contrast else text,
        row_selected_inactive=high if high_contrast else mix(base, text, 0.08),
        bar_inactive=mix(base, text, 0.40),
        bar_track=mix(base, text, 0.16 if dark else 0.12),
        bar_paused=mix(base, text, 0.56),
        disabled_text=mix(window, window_text, 0.40),
        disabled_fill=mix(window, window_text, 0.12),
        ok=states[Tone.OK],
        info=states[Tone.INFO],
        warn=states[Tone.WARN],
        danger=states[Tone.DANGER],
        neutral=states[Tone.NEUTRAL],
        destructive=destructive,
        destructive_text=destructive_text,
    )


def base_px(base: QFont | None = None) -> int:
    """The application font's height in pixels, whether it was given in points or pixels."""
    return QFontInfo(base if base is not None else QApplication.font()).pixelSize()


def font(role: TextRole, base: QFont | None = None) -> QFont:
    """The font of `role`, relative to `base` (the application's font). Digits are tabular."""
    made = QFont(base if base is not None else QApplication.font())
    delta, weight = _FONTS[role]
    size = max(_MIN_FONT_PX, base_px(made) + delta)
    if role is TextRole.MONO:
        made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    made.setPixelSize(size)
    made.setWeight(weight)
    return tabular(made)


def tabular(made: QFont) -> QFont:
    """`made` with digits of one width, where Qt and the font can (Qt 6.7)."""
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def baseline(rect: QRectF, base: QFont | None = None) -> float:
    """The y of the one baseline that all texts in `rect` share: the base font's capitals centred.

    AlignVCenter per text would put a fallback font one pixel lower.
    """
    metrics = QFontMetricsF(base if base is not None else QApplication.font())
    return rect.top() + (rect.height() + metrics.capHeight()) / 2


def light_palette() -> QPalette:
    """Our own light palette, for Fusion."""
    return _palette("#F4F4F5", "#FFFFFF", "#F8F8F9", "#1A1A1C", "#FEFEFE", "#0A66C2", "#FFFFFF")


def dark_palette() -> QPalette:
    """Our own dark palette, for Fusion."""
    return _palette("#1F2023", "#27282C", "#2C2D31", "#F1F1F3", "#34353A", "#5AB2FF", "#06121F")


def _palette(
    window: str, base: str, alternate: str, text: str, button: str, accent: str, on_accent: str
) -> QPalette:
    palette = QPalette(QColor(button), QColor(window))
    is_dark = QColor(window).lightness() < 128
    colors = {
        P.Window: window,
        P.Base: base,
        P.AlternateBase: alternate,
        P.ToolTipBase: button if is_dark else base,
        P.Text: text,
        P.WindowText: text,
        P.ButtonText: text,
        P.ToolTipText: text,
        P.Button: button,
        P.Highlight: accent,
        P.Accent: accent,
        P.HighlightedText: on_accent,
    }
    for role, value in colors.items():
        palette.setColor(role, QColor(value))
    states = _STATES[is_dark]
    palette.setColor(P.BrightText, QColor(states[Tone.DANGER]))
    palette.setColor(P.Link, QColor(states[Tone.INFO]))
    palette.setColor(P.LinkVisited, QColor(states[Tone.INFO]))
    palette.setColor(P.PlaceholderText, mix(QColor(base), QColor(text), 0.50))
    disabled = mix(QColor(window), QColor(text), 0.40)
    for role in (P.Text, P.WindowText, P.ButtonText, P.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, disabled)
    grey = mix(QColor(window), QColor(text), 0.12)
    palette.setColor(QPalette.ColorGroup.Disabled, P.Highlight, grey)
    palette.setColor(QPalette.ColorGroup.Disabled, P.Accent, grey)
    palette.setColor(QPalette.ColorGroup.Disabled, P.Base, mix(QColor(window), QColor(base), 0.5))
    return palette
