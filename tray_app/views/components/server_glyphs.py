"""The glyph of each state in which a server can be, and its color."""

from __future__ import annotations

from tray_app.core.records import ServerState
from tray_app.views.components.glyphs import ACCENT
from tray_app.views.theme import Tone

STATE_GLYPHS: dict[ServerState, tuple[str, Tone | str]] = {
    ServerState.CONNECTING: ("dot-connecting", ACCENT),
    ServerState.STARTING: ("dot-connecting", ACCENT),
    ServerState.ONLINE: ("dot-online", Tone.OK),
    ServerState.OFFLINE: ("dot-offline", Tone.WARN),
    ServerState.REFUSED: ("warning", Tone.DANGER),
    ServerState.NOT_OLLAMA: ("warning", Tone.WARN),
    ServerState.FAILING: ("warning", Tone.WARN),
    ServerState.WAITING: ("key", Tone.WARN),
}
