"""What the tray icon has to show: its state, its ring, and the style that fits the panel. Pure.

Loaded before the first tray icon, so it takes the records' types for type checking only.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tray_app.core.pulls.states import PullSummary
    from tray_app.core.records import ServerStatus

RING_STEPS = 20
"""The ring moves in steps of 5 %."""


class TrayState(StrEnum):
    """The words are those of the icon files. Earlier ones win."""

    ATTENTION = "attention"
    BUSY = "busy"
    OFFLINE = "offline"
    UPDATE = "update"
    IDLE = "idle"


class IconStyle(StrEnum):
    """LIGHT is for a light panel, so its glyph is dark. TEMPLATE is colored by macOS."""

    LIGHT = "light"
    DARK = "dark"
    COLOR = "color"
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class TrayLook:
    """Two equal looks are the same picture. `step` is 0…20, None = a ring without an arc."""

    state: TrayState
    style: IconStyle
    step: int | None = None


# Values of core.records.ServerState and core.sign_in.SecretState.
_REFUSED = "refused"
_DOWN = frozenset({"offline", _REFUSED, "not_ollama", "failing"})
_SECRET_WANTED = frozenset({"locked", "missing", "no_keyring"})


def tray_state(
    statuses: Sequence[ServerStatus | None],
    default: ServerStatus | None,
    summary: PullSummary | None,
    needs_attention: bool = False,
    updates: int = 0,
) -> TrayState:
    """The state that wins, over all servers that are on. One that is down is no alarm, unless it is
    the default one or all are."""
    if needs_attention or any(map(_wants_a_person, statuses)):
        return TrayState.ATTENTION
    if summary is not None and summary.active:
        return TrayState.BUSY
    if _is_down(default) or (statuses and all(map(_is_down, statuses))):
        return TrayState.OFFLINE
    return TrayState.UPDATE if updates else TrayState.IDLE


def _wants_a_person(status: ServerStatus | None) -> bool:
    return status is not None and (status.state == _REFUSED or status.secret in _SECRET_WANTED)


def _is_down(status: ServerStatus | None) -> bool:
    return status is not None and status.state in _DOWN


def ring_step(summary: PullSummary | None) -> int | None:
    """How far the ring is; None while nobody knows or everything is being verified."""
    if summary is None or summary.permille is None or summary.is_verifying:
        return None
    return max(0, min(RING_STEPS, summary.permille * RING_STEPS // 1000))


# Their panels are dark whatever color scheme applications have.
_DARK_PANELS = frozenset({"gnome", "unity", "ubuntu", "pop", "x-cinnamon", "budgie"})


def icon_style(
    choice: str,
    *,
    is_dark_scheme: bool,
    panel: bool | None = None,
    desktops: Iterable[str] = (),
    platform: str = sys.platform,
) -> IconStyle:
    """The style for the setting `tray_icon`; `panel` says whether it is known to be dark."""
    chosen = {"light": IconStyle.LIGHT, "dark": IconStyle.DARK, "color": IconStyle.COLOR}
    if choice in chosen:
        return chosen[choice]
    if platform == "darwin":
        return IconStyle.TEMPLATE
    is_dark = is_dark_scheme
    if panel is not None:
        is_dark = panel
    elif platform.startswith("linux") and _DARK_PANELS & {d.casefold() for d in desktops}:
        is_dark = True
    return IconStyle.DARK if is_dark else IconStyle.LIGHT
