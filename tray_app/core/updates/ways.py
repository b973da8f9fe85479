"""way_of(): what comes of the wish to update one model. Window, tray and app ask the same."""

from __future__ import annotations

from tray_app.core.updates.facts import ModelVerdict, Way
from tray_app.core.updates.verdicts import Standing


def way_of(found: ModelVerdict, *, is_loaded: bool, free_bytes: int | None) -> Way:
    """`free_bytes` is the room for it on the disk of its server, None = not known."""
    if found.marks.is_pinned or found.marks.is_backup:
        return Way.NONE
    if found.verdict.standing is Standing.CHANGED:
        return Way.CONFIRM
    if not found.verdict.is_offered:
        return Way.NONE
    has_room = free_bytes is None or free_bytes >= found.download_bytes
    return Way.SHEET if is_loaded or not has_room else Way.AT_ONCE
