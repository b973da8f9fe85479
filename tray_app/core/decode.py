"""Bytes → JSON values, with errors of our own taxonomy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tray_app.core.errors import BadAnswer


def parse_json(raw: bytes, reference: str = "") -> Any:
    """Decode a body. Bad UTF-8 inside strings is replaced; no JSON at all is a BadAnswer."""
    try:
        return json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise BadAnswer(reference, f"{error}: {raw[:120]!r}", "body") from error


def as_object(value: Any, field: str) -> Mapping[str, Any]:
    """`value` itself if it is an object, else a BadAnswer for `field`."""
    if not isinstance(value, dict):
        raise BadAnswer("", repr(value)[:120], field)
    return value
