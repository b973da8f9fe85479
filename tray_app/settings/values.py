"""Every setting with its type, default and limits, and how it stands in JSON.

A value of a file that does not fit falls back to the default, field by field, and is named in the
answer; nothing here touches files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from tray_app.core.endpoint import has_password

Check = Callable[[Any], Any]
"""JSON value → field value. Raises BadValue."""

VERSION = 1
LOCAL = "local"
"""The id of the one server there is when none was set up."""

_TEXT_LIMIT = 4096
_LIST_LIMIT = 256
_QUIET = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


class BadValue(ValueError):
    """A value that a field may not hold; says what would have been right."""


@dataclass(frozen=True, slots=True)
class ServerEntry:
    """A server that a person set up. `address` is as typed; `label` "" = named by its address."""

    id: str
    label: str = ""
    address: str = ""


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValue("true or false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _TEXT_LIMIT:
        raise BadValue("a text")
    if not value.isprintable() and any("\ud800" <= c <= "\udfff" for c in value):
        raise BadValue("a text that is Unicode")
    return value


def _choice(*allowed: str | int) -> Check:
    def check(value: Any) -> Any:
        # True == 1, but is no number here.
        if isinstance(value, bool) or value not in allowed:
            raise BadValue("one of " + ", ".join(map(str, allowed)))
        return allowed[allowed.index(value)]

    return check


def _whole(low: int, high: int) -> Check:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise BadValue(f"a whole number from {low} to {high}")
        return value

    return check


def _quiet_hours(value: Any) -> str:
    if not _QUIET.fullmatch(_text(value)):
        raise BadValue("a span like 08:00-22:30")
    return str(value)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, _listed(value)))


def _sizes(value: Any) -> tuple[int, ...]:
    return tuple(map(_whole(0, 100_000), _listed(value)))


def _widths(value: Any) -> tuple[tuple[str, int], ...]:
    pairs = value.items() if isinstance(value, Mapping) else map(_listed, _listed(value))
    try:
        return tuple((_text(key), _whole(0, 100_000)(width)) for key, width in pairs)
    except (TypeError, ValueError):
        raise BadValue("widths by column") from None


def _listed(value: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple) or len(value) > _LIST_LIMIT:
        raise BadValue("a list")
    return value


def _server(value: Any) -> ServerEntry:
    if isinstance(value, ServerEntry):
        value = {"id": value.id, "label": value.label, "address": value.address}
    if not isinstance(value, Mapping):
        raise BadValue("servers with id, label and address")
    found = ServerEntry(
        _text(value.get("id")), _text(value.get("label", "")), _text(value.get("address", ""))
    )
    if not found.id:
        raise BadValue("servers with an id")
    if has_password(found.address):
        raise BadValue("an address without a password")
    return found


def _servers(value: Any) -> tuple[ServerEntry, ...]:
    found = tuple(map(_server, _listed(value)))
    if len({entry.id for entry in found}) < len(found):
        raise BadValue("servers with different ids")
    return found


def _setting(default: Any, check: Check) -> Any:
    return field(default=default, metadata={"check": check})


@dataclass(frozen=True, slots=True)
class SettingsValues:
    """All settings. Column and window fields are empty until a person changed something."""

    servers: tuple[ServerEntry, ...] = _setting((), _servers)
    default_server: str = _setting(LOCAL, _text)

    keep_in_tray: bool = _setting(True, _flag)
    start_hidden: bool = _setting(True, _flag)
    theme: str = _setting("system", _choice("system", "light", "dark"))
    language: str = _setting("system", _choice("system", "en", "zh_CN"))
    size_units: str = _setting("decimal", _choice("decimal", "binary"))
    refresh_s: int = _setting(2, _choice(1, 2, 5, 10, 30))
    tray_icon: str = _setting("automatic", _choice("automatic", "light", "dark", "color"))
    tip_tray_seen: bool = _setting(False, _flag)

    max_pulls: int = _setting(1, _whole(1, 8))
    resume_pulls: bool = _setting(True, _flag)
    retry_pulls: bool = _setting(True, _flag)
    restart_stalled: bool = _setting(True, _flag)
    stall_s: int = _setting(60, _whole(10, 3600))
    keep_free_gb: int = _setting(5, _whole(0, 1_000_000))
    pause_on_metered: bool = _setting(True, _flag)
    pause_on_battery: bool = _setting(False, _flag)
    is_quiet_at_times: bool = _setting(False, _flag)
    quiet_hours: str = _setting("07:00-23:00", _quiet_hours)
    insecure_hosts: tuple[str, ...] = _setting((), _texts)

    notify_finished: bool = _setting(True, _flag)
    notify_failed: bool = _setting(True, _flag)
    notify_updates: bool = _setting(True, _flag)
    notify_offline: bool = _setting(False, _flag)
    notify_combine: bool = _setting(True, _flag)

    main_geometry: str = _setting("", _text)
    main_maximized: bool = _setting(False, _flag)
    splitter_sizes: tuple[int, ...] = _setting((), _sizes)
    panel_open: bool = _setting(False, _flag)
    columns: tuple[str, ...] = _setting((), _texts)
    column_widths: tuple[tuple[str, int], ...] = _setting((), _widths)
    sort_column: str = _setting("name", _text)
    sort_descending: bool = _setting(False, _flag)
    filter_chip: str = _setting("all", _choice("all", "loaded", "updates", "cloud"))
    details_size: tuple[int, ...] = _setting((), _sizes)
    last_target: str = _setting("", _text)


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
                found[name] = _usable_servers(raw[name])
            problems.append(f"{name}: expected {error}")
    version = raw.get("version", VERSION)
    if isinstance(version, bool) or not isinstance(version, int):
        problems.append(f"version: expected {VERSION}")
    elif version > VERSION:
        problems.append(f"version: {version} is newer than {VERSION}, the one known here")
    return SettingsValues(**found), tuple(problems)


def _usable_servers(value: Any) -> tuple[ServerEntry, ...]:
    """One wrong entry does not take the others with it."""
    found: dict[str, ServerEntry] = {}
    for item in value if isinstance(value, list) else ():
        try:
            entry = _server(item)
        except BadValue:
            continue
        found.setdefault(entry.id, entry)
    return tuple(found.values())


def _unusable_servers(value: Any) -> list[Any]:
    """What a person wrote and we cannot read is not ours to delete."""
    found = []
    for item in value if isinstance(value, list) else ():
        try:
            _server(item)
        except BadValue:
            found.append(item)
    return found


def to_json(name: str, value: Any, old: Any = None) -> Any:
    """A field's value for the file. Keys of servers that are not ours are kept from `old`."""
    if name == "servers":
        return [*(_server_to_json(entry, old) for entry in value), *_unusable_servers(old)]
    if name == "column_widths":
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _server_to_json(entry: ServerEntry, old: Any) -> dict[str, Any]:
    ours = {"id": entry.id, "label": entry.label, "address": entry.address}
    for item in old if isinstance(old, list) else ():
        if isinstance(item, dict) and item.get("id") == entry.id:
            return {**item, **ours}
    return ours
