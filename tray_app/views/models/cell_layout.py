"""How a row of the models table is laid out: metrics, fonts, icons, badges, where each part stands.

The painting is in delegate.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.itemmodels.row_texts import badge_label
from tray_app.itemmodels.rows import Badge, ModelRow
from tray_app.views.components.badges import GAP, HEIGHT, BadgeSpec, badge_width
from tray_app.views.components.model_glyphs import CAPABILITY_GLYPHS
from tray_app.views.components.names import NameFonts, NameText, fit_name
from tray_app.views.components.rtl import mirrored
from tray_app.views.theme import TextRole, Tone, font

SIDE = 16
NAME_X = 44
PAD = 12
BAR = 3
ICON = 16
_CAPABILITY_GAP = 6
_STATE_ICON, _STATE_GAP = 14, 6
STATE_ROOM = _STATE_GAP + _STATE_ICON
"""What a star takes behind a model's name, or the glyph of a server out of reach behind its own."""
_ANY_WIDTH = 100_000

_BADGE_LOOKS = {
    Badge.LOADED: ("chip", Tone.OK, True),
    Badge.KEPT: ("keep", Tone.NEUTRAL, False),
    Badge.UPDATE: ("update", Tone.INFO, True),
    Badge.NEEDS_SERVER: ("update", Tone.NEUTRAL, False),
    Badge.CLOUD: ("cloud", Tone.NEUTRAL, False),
    Badge.PINNED: ("pin", Tone.NEUTRAL, False),
    Badge.OLD_VERSION: ("clock", Tone.NEUTRAL, False),
}


@dataclass(frozen=True)
class RowFonts:
    """What depends on the application's font only."""

    key: str
    name: NameFonts
    body: QFont
    mono: QFont
    metrics: QFontMetricsF
    mono_metrics: QFontMetricsF
    cap_height: float
    row_height: int


@dataclass(frozen=True)
class NameLayout:
    """Where the parts of a name cell stand, in the coordinates of the view."""

    text: NameText
    left: float
    badges: tuple[tuple[Badge, QRectF], ...]
    star: QRectF | None
    is_compact: bool
    is_cut: bool


@lru_cache(maxsize=4)
def _fonts(base_key: str) -> RowFonts:
    base = QApplication.font()
    body, mono = font(TextRole.BODY), font(TextRole.MONO)
    metrics = QFontMetricsF(base)
    return RowFonts(
        key=base_key,
        name=NameFonts.of_role(TextRole.NAME),
        body=body,
        mono=mono,
        metrics=QFontMetricsF(body),
        mono_metrics=QFontMetricsF(mono),
        cap_height=metrics.capHeight(),
        row_height=max(32, round(metrics.height()) + 20),
    )


def row_fonts() -> RowFonts:
    """The fonts of the table as they are now."""
    return _fonts(QApplication.font().key())


def row_height() -> int:
    """The height of a row with the present font."""
    return row_fonts().row_height


@lru_cache(maxsize=2048)
def _fitted(name: str, width: int, base_key: str) -> NameText:
    return fit_name(name, _fonts(base_key).name, width)


def badge_spec(badge: Badge, row: ModelRow) -> BadgeSpec:
    """How a badge looks."""
    glyph, state, is_filled = _BADGE_LOOKS[badge]
    return BadgeSpec(badge_label(badge, row), glyph, state, is_filled)


def icon_rect(cell: QRectF, is_rtl: bool = False) -> QRectF:
    """Where the kind icon or the spinner stands in a name cell."""
    top = cell.top() + (cell.height() - ICON) // 2
    return mirrored(QRectF(cell.left() + SIDE, top, ICON, ICON), cell, is_rtl)


def layout_name(row: ModelRow, cell: QRectF, fonts: RowFonts, is_rtl: bool = False) -> NameLayout:
    """Name and badges in a cell: badges shrink to circles first, then the name is cut."""
    base_key = fonts.key
    star_room = STATE_ROOM if row.is_starred else 0  # it is never cut
    room = cell.width() - NAME_X - PAD - star_room
    name = row.record.name
    full = _fitted(name, _ANY_WIDTH, base_key)
    specs = [badge_spec(badge, row) for badge in row.badges]
    wide = sum(GAP + badge_width(spec) for spec in specs)
    is_compact = bool(specs) and full.width + wide > room
    taken = len(specs) * (GAP + HEIGHT) if is_compact else wide
    is_cut = full.width + taken > room
    text = _fitted(name, int(room - taken), base_key) if is_cut else full
    x = NAME_X + text.width + star_room
    star = None
    if row.is_starred:
        left = cell.left() + NAME_X + text.width + _STATE_GAP
        middle = cell.top() + (cell.height() - _STATE_ICON) // 2
        star = mirrored(QRectF(left, middle, _STATE_ICON, _STATE_ICON), cell, is_rtl)
    top = cell.top() + (cell.height() - HEIGHT) / 2
    badges: list[tuple[Badge, QRectF]] = []
    for badge, spec in zip(row.badges, specs, strict=True):
        width = badge_width(spec, is_compact)
        place = QRectF(cell.left() + x + GAP, top, width, HEIGHT)
        badges.append((badge, mirrored(place, cell, is_rtl)))
        x += GAP + width
    place = mirrored(QRectF(cell.left() + NAME_X, top, text.width, HEIGHT), cell, is_rtl)
    return NameLayout(text, place.left(), tuple(badges), star, is_compact, is_cut)


@dataclass(frozen=True)
class ServerLayout:
    """Where the parts of a server's cell stand; `glyph` None = it has none."""

    text: str
    left: float
    glyph: QRectF | None


def layout_server(
    row: ModelRow, cell: QRectF, fonts: RowFonts, is_rtl: bool = False
) -> ServerLayout:
    """The server's name, cut where it is too long, and the glyph of one out of reach behind it."""
    has_glyph = row.is_stale
    room = cell.width() - 2 * PAD - (STATE_ROOM if has_glyph else 0)
    text = row.server.label
    if fonts.metrics.horizontalAdvance(text) > room:
        text = fonts.metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    width = fonts.metrics.horizontalAdvance(text)
    place = mirrored(QRectF(cell.left() + PAD, cell.top(), width, cell.height()), cell, is_rtl)
    if not has_glyph:
        return ServerLayout(text, place.left(), None)
    x = cell.left() + PAD + width + _STATE_GAP
    top = cell.top() + (cell.height() - _STATE_ICON) // 2
    glyph = mirrored(QRectF(x, top, _STATE_ICON, _STATE_ICON), cell, is_rtl)
    return ServerLayout(text, place.left(), glyph)


def capability_rects(
    names: Iterable[str], cell: QRectF, is_rtl: bool = False
) -> Iterator[tuple[str, QRectF]]:
    """The capabilities that have an icon, and where it stands, as far as there is room."""
    top = cell.top() + (cell.height() - ICON) // 2
    x = cell.left() + PAD
    for name in names:
        if name in CAPABILITY_GLYPHS and x + ICON <= cell.right():
            yield name, mirrored(QRectF(x, top, ICON, ICON), cell, is_rtl)
            x += ICON + _CAPABILITY_GAP
