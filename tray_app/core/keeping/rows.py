"""How kept models and measurements stand in the file: to and from plain JSON values, checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tray_app.core.keeping.records import MAX_CONTEXT, KeptModel, Measurement
from tray_app.core.lazy_patterns import lazy_pattern

_MAX_TEXT = 1000
_MAX_BYTES = 2**60
_MAX_BESIDE = 8
_HEX = lazy_pattern(r"(?:sha256:)?[0-9a-f]{64}")


def kept_to_row(kept: KeptModel) -> dict[str, Any]:
    return {"server": kept.server_id, "name": kept.name, "context": kept.context_length}


def kept_from_row(row: object) -> KeptModel:
    """Raises ValueError for what is no such row."""
    found = _object(row)
    context = found.get("context")
    return KeptModel(
        _text(found, "server"),
        _text(found, "name"),
        None if context is None else _whole(found, "context", 1, MAX_CONTEXT),
    )


def measurement_to_row(taken: Measurement) -> dict[str, Any]:
    row: dict[str, Any] = {
        "server": taken.server_id,
        "digest": taken.digest,
        "weights": taken.weights,
        "context": taken.context_length,
        "size": taken.size_bytes,
        "graphics": taken.graphics_bytes,
        "at": taken.at.isoformat(),
        "version": taken.version,
        "beside": list(taken.beside),
        "default": taken.is_default,
    }
    return row if taken.load_s is None else {**row, "load_s": taken.load_s}


def measurement_from_row(row: object) -> Measurement:
    """Raises ValueError for what is no such row."""
    found = _object(row)
    size = _whole(found, "size", 1, _MAX_BYTES)
    beside = found.get("beside", [])
    if not isinstance(beside, list) or not all(isinstance(name, str) for name in beside):
        raise ValueError("beside: no list of texts")
    return Measurement(
        _text(found, "server"),
        _digest(found, "digest"),
        _whole(found, "context", 1, MAX_CONTEXT),
        size,
        _whole(found, "graphics", 0, size),
        _time(found, "at"),
        weights=_digest(found, "weights") if found.get("weights") else "",
        version=_text(found, "version", least=0),
        beside=tuple(name[:_MAX_TEXT] for name in beside[:_MAX_BESIDE]),
        is_default=found.get("default") is True,
        load_s=_seconds(found, "load_s"),
    )


def _object(row: object) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise ValueError("no object")  # noqa: TRY004 - one kind of fault for all
    return row


def _text(row: Mapping[str, Any], key: str, least: int = 1) -> str:
    value = row.get(key)
    if not isinstance(value, str) or not least <= len(value) <= _MAX_TEXT:
        raise ValueError(f"{key}: no such text")
    return value


def _digest(row: Mapping[str, Any], key: str) -> str:
    value = _text(row, key)
    if not _HEX.fullmatch(value):
        raise ValueError(f"{key}: no digest")
    return value


def _whole(row: Mapping[str, Any], key: str, least: int, most: int) -> int:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{key}: no such number")
    return value


def _time(row: Mapping[str, Any], key: str) -> datetime:
    value = datetime.fromisoformat(_text(row, key))
    if value.tzinfo is None:
        raise ValueError(f"{key}: no time zone")
    return value.astimezone(UTC)


def _seconds(row: Mapping[str, Any], key: str) -> float | None:
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e6:
        raise ValueError(f"{key}: no such number")
    return float(value)
