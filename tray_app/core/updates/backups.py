"""Old versions that are kept for a while: what they are called, and when they may go."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.names import ModelName, canonical
from tray_app.core.updates.ledger import Made, MadeBy

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord

_MAX_TAG = 80
ANNOUNCED_BEFORE = timedelta(days=1)


class Fate(StrEnum):
    """What is to be done about a kept version."""

    KEEP = "keep"
    ANNOUNCE = "announce"  # it goes tomorrow
    REMOVE = "remove"
    LOADED = "loaded"  # it would go, but somebody uses it
    FORGET = "forget"  # it is gone, or another model has its name: none of ours any more


def backup_name(name: str, day: date, taken: Collection[str] = ()) -> str:
    """What the old version of `name` is called: `llava:13b-before-2026-11-24`. `taken` are the
    names that are in use. Raises BadName."""
    parsed = ModelName.parse(name)
    taken_keys = {canonical(other) for other in taken}
    number = 1
    while True:
        ending = f"-before-{day.isoformat()}" + (f"-{number}" if number > 1 else "")
        found = f"{parsed.prefix}{parsed.model}:{parsed.tag[: _MAX_TAG - len(ending)]}{ending}"
        if canonical(found) not in taken_keys:
            return found
        number += 1


def ends_at(backup: Made, announced_at: datetime | None) -> datetime | None:
    """When a kept version may go: not before a person has had a day to hear of it. None = that is
    not known yet, or it stays for good."""
    if backup.keep_until is None or announced_at is None:
        return None
    return max(backup.keep_until, announced_at + ANNOUNCED_BEFORE)


def fate(backup: Made, record: ModelRecord | None, is_loaded: bool | None, now: datetime) -> Fate:
    """What becomes of a kept version. `record` is the row of its name in the server's list, None =
    none; `is_loaded` None = the server does not tell."""
    if backup.by is not MadeBy.BACKUP or record is None:
        return Fate.FORGET
    is_ours = record.server_id == backup.server_id and canonical(record.name) == canonical(
        backup.name
    )
    if not is_ours or not backup.digest or record.digest != backup.digest:
        return Fate.FORGET
    if backup.keep_until is None or now < backup.keep_until - ANNOUNCED_BEFORE:
        return Fate.KEEP
    if now < backup.keep_until:
        return Fate.ANNOUNCE
    return Fate.REMOVE if is_loaded is False else Fate.LOADED
