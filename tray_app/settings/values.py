"""Every setting with its type, default and limits, and how it stands in JSON.

A value of a file that does not fit falls back to the default, field by field, and is named in the
answer; nothing here touches files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from typing import Any

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.settings import checks
from tray_app.settings.checks import (
    BadValue,
    Check,
    choice,
    flag,
    quiet_hours,
    sizes,
    text,
    texts,
    whole,
    widths,
)
from tray_app.settings.servers import (
    LOCAL,
    ServerEntry,
    server_ids,
    servers,
    servers_to_json,
    usable_servers,
)

VERSION = 1


def _setting(default: Any, check: Check) -> Any:
    return field(default=default, metadata={"check": check})


@dataclass(frozen=True, slots=True)
class SettingsValues:
    """All settings. Column and window fields are empty until a person changed something."""

    servers: tuple[ServerEntry, ...] = _setting((), servers)
    default_server: str = _setting(LOCAL, text)
    shown_server: str = _setting("", text)
    pull_servers: tuple[str, ...] = _setting((), server_ids)
    start_ollama: bool = _setting(False, flag)

    keep_in_tray: bool = _setting(True, flag)
    portal_autostart: bool = _setting(False, flag)
    """What a portal answered last; elsewhere the system is asked."""
    start_hidden: bool = _setting(True, flag)
    theme: str = _setting("system", choice("system", "light", "dark"))
    language: str = _setting("system", checks.language)
    size_units: str = _setting("decimal", choice("decimal", "binary"))
    refresh_s: int = _setting(2, choice(1, 2, 5, 10, 30))
    tray_icon: str = _setting("automatic", choice("automatic", "light", "dark", "color"))
    tip_tray_seen: bool = _setting(False, flag)

    max_pulls: int = _setting(1, whole(1, 8))
    resume_pulls: bool = _setting(True, flag)
    retry_pulls: bool = _setting(True, flag)
    restart_stalled: bool = _setting(True, flag)
    stall_s: int = _setting(60, whole(10, 3600))
    keep_free_gb: int = _setting(5, whole(0, 1_000_000))
    pause_on_metered: bool = _setting(True, flag)
    pause_on_battery: bool = _setting(False, flag)
    keep_awake: bool = _setting(True, flag)
    is_quiet_at_times: bool = _setting(False, flag)
    quiet_hours: str = _setting("07:00-23:00", quiet_hours)
    insecure_hosts: tuple[str, ...] = _setting((), texts)

    keep_at_start: bool = _setting(True, flag)
    keep_again: bool = _setting(False, flag)

    look_for_ollama: str = _setting("weekly", choice("never", "weekly"))
    look_for_tray: str = _setting("weekly", choice("never", "weekly"))
    told_release: str = _setting("", text)
    skipped_release: str = _setting("", text)

    notify_finished: bool = _setting(True, flag)
    notify_failed: bool = _setting(True, flag)
    notify_updates: bool = _setting(True, flag)
    notify_offline: bool = _setting(False, flag)
    notify_combine: bool = _setting(True, flag)

    check_updates: str = _setting("daily", choice("never", "daily", "weekly"))
    check_hugging_face: bool = _setting(True, flag)
    check_hosts: tuple[str, ...] = _setting((), texts)
    keep_old_days: int = _setting(0, choice(0, 7, 30))
    load_again: bool = _setting(True, flag)
    show_old_versions: bool = _setting(False, flag)

    main_geometry: str = _setting("", text)
    main_maximized: bool = _setting(False, flag)
    splitter_sizes: tuple[int, ...] = _setting((), sizes)
    panel_open: bool = _setting(False, flag)
    columns: tuple[str, ...] = _setting((), texts)
    column_widths: tuple[tuple[str, int], ...] = _setting((), widths)
    sort_column: str = _setting("name", text)
    sort_descending: bool = _setting(False, flag)
    filter_chip: str = _setting("all", choice("all", "loaded", "updates", "cloud", "starred"))
    details_size: tuple[int, ...] = _setting((), sizes)
    doctor_size: tuple[int, ...] = _setting((), sizes)
    disk_size: tuple[int, ...] = _setting((), sizes)
    disk_page: str = _setting("free", choice("free", "takers", "others"))


CHECKS: dict[str, Check] = {f.name: f.metadata["check"] for f in fields(SettingsValues)}


def checked(name: str, value: Any) -> Any:
    """`value` as the field `name` holds it. Raises KeyError or BadValue."""
    return CHECKS[name](value)


def from_json(raw: Mapping[str, Any]) -> tuple[SettingsValues, tuple[str, ...]]:
    """The values in a file's object, and what of it could not be used."""
    found: dict[str, Any] = {}
    problems: list[str] = []
    for name, check in CHECKS.items():
        if name not in raw:
            continue
        try:
            found[name] = check(raw[name])
        except BadValue as error:
            if name == "servers":
                found[name] = usable_servers(raw[name])
            problems.append(f"{name}: expected {error}")
    version = raw.get("version", VERSION)
    if isinstance(version, bool) or not isinstance(version, int):
        problems.append(f"version: expected {VERSION}")
    elif version > VERSION:
        problems.append(f"version: {version} is newer than {VERSION}, the one known here")
    return SettingsValues(**found), tuple(problems)


def to_json(name: str, value: Any, old: Any = None) -> Any:
    """A field's value for the file. Keys of servers that are not ours are kept from `old`."""
    if name == "servers":
        return servers_to_json(value, old)
    if name == "column_widths":
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
