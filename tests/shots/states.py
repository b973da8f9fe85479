"""A picture of every state that the row of a download can be in, and of every reason to wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from PySide6.QtWidgets import QWidget

from tests.shots import data
from tests.shots.registry import SHOTS
from tray_app.commands import Commands
from tray_app.core.errors import PullFailed, PullFailure
from tray_app.core.payloads import ServerStart, StartKind, StartPhase
from tray_app.core.pulls.progress import PullPhase
from tray_app.core.pulls.states import Hold, PullItem, PullState, display_order
from tray_app.core.records import Server
from tray_app.state.app_state import AppState
from tray_app.views.downloads.panel import DownloadsPanel

S = PullState


def _rows() -> tuple[PullItem, ...]:
    first = data.PULLS[0]
    progress = first.progress
    assert progress is not None
    still = replace(progress, speed_bytes_s=0.0, eta_s=None)
    waiting = {"state": S.WAITING, "progress": still}
    rows: list[tuple[str, dict[str, object]]] = [
        ("preparing", {"state": S.PREPARING, "progress": None}),
        ("running", {}),
        ("stalled", {
            "state": S.STALLED, "progress": still, "restart_s": data.NOW_S + 15.0,
            "state_since_s": data.NOW_S - 15.0}),
        ("retrying", {
            "state": S.RETRYING, "progress": still, "attempt": 2, "retry_s": data.NOW_S + 8.0,
            "error": PullFailed("retrying", "EOF", PullFailure.REGISTRY_UNREACHABLE)}),
        ("verifying", {
            "state": S.VERIFYING, "state_since_s": data.NOW_S - 72,
            "progress": replace(still, phase=PullPhase.VERIFY)}),
        ("finishing", {"state": S.FINISHING, "progress": replace(still, phase=PullPhase.WRITE)}),
        ("in-line", {**waiting, "hold": Hold.LINE, "position": 2}),
        ("for-the-server", {**waiting, "hold": Hold.SERVER}),
        ("waking-up", {**waiting, "hold": Hold.SERVER, "server_id": "nas"}),
        ("switched-off", {**waiting, "hold": Hold.OFF, "server_id": "lab"}),
        ("gone", {**waiting, "hold": Hold.NO_SERVER, "server_id": "gone"}),
        ("quiet-hours", {
            **waiting, "hold": Hold.QUIET_HOURS, "hold_until": time(23, 0)}),
        ("metered", {**waiting, "hold": Hold.METERED}),
        ("battery", {**waiting, "hold": Hold.BATTERY}),
        ("disk", {**waiting, "hold": Hold.DISK, "missing_bytes": 14_400_000_000}),
        ("paused", {"state": S.PAUSED, "progress": still}),
        ("failed", {
            "state": S.FAILED, "progress": still, "finished_at": data.NOW,
            "error": PullFailed("failed", "", PullFailure.DIGEST_MISMATCH)}),
        ("done", {
            "state": S.DONE, "finished_at": data.NOW, "fetched_bytes": 9_280_000_000,
            "active_s": 228.0}),
        ("canceled", {"state": S.CANCELED, "progress": still, "finished_at": data.NOW}),
    ]  # fmt: skip
    return tuple(
        replace(first, id=name, name=f"{name}:row", **more)  # type: ignore[arg-type]
        for name, more in rows
    )


@SHOTS.add("downloads-states")
def downloads_states() -> QWidget:
    rows = _rows()
    panel = DownloadsPanel(Commands(), clock=lambda: data.NOW_S)
    panel.resize(960, 40 + 54 * len(rows))
    for item in rows:
        panel.set_item(item)
    panel.set_order([item.id for item in display_order(rows, data.NOW_S)])
    state = AppState(Server(data.SERVER, "", data.ADDRESS))
    state.set_servers(
        (state.server, Server("nas", "nas")), data.SERVER, "", (Server("lab", "lab"),)
    )
    state.set_start(
        ServerStart("nas", StartKind.WAKE, StartPhase.WAITING, data.NOW_S - 70, patience_s=180)
    )
    panel.follow_servers(state)
    return panel
