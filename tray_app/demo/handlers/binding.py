"""From the bytes of a request to checked values, with the complaints of Go's JSON decoder."""

from __future__ import annotations

import json
from typing import Any

from tray_app.demo.errors import ApiError
from tray_app.demo.gojson import quoted

_GO_KINDS = {str: "string", bool: "bool", int: "number", float: "number", list: "array"}
_GO_TYPES = {str: "string", bool: "bool", dict: "map[string]interface {}"}


class Body:
    """A JSON request. `struct` is the name of its Go type, which appears in complaints."""

    def __init__(self, data: bytes, struct: str) -> None:
        self._struct = struct
        if not data.strip():
            raise ApiError(400, "missing request body")
        try:
            value = json.loads(data.decode("utf-8", "replace"))
        except json.JSONDecodeError as error:
            raise ApiError(400, _decoder_text(data, error)) from error
        except RecursionError as error:
            raise ApiError(400, "exceeded max depth") from error
        if value is None:
            value = {}
        if not isinstance(value, dict):
            kind = _GO_KINDS[type(value)]
            text = f"json: cannot unmarshal {kind} into Go value of type api.{struct}"
            raise ApiError(400, text)
        # Go matches keys without regard to case; the last one wins.
        self._values: dict[str, Any] = {key.lower(): item for key, item in value.items()}

    def get(self, key: str) -> Any:
        """A value of any type; None if it is absent or null."""
        return self._values.get(key)

    def text(self, key: str) -> str:
        """A string, '' if absent."""
        return str(self._typed(key, str, ""))

    def flag(self, key: str, default: bool) -> bool:
        """A bool."""
        return bool(self._typed(key, bool, default))

    def mapping(self, key: str) -> dict[str, Any]:
        """An object, {} if absent."""
        return dict(self._typed(key, dict, {}))

    @property
    def model(self) -> str:
        """The name under its present or its old key."""
        return self.text("model") or self.text("name")

    def _typed(self, key: str, kind: type, default: Any) -> Any:
        value = self._values.get(key)
        if value is None:
            return default
        if type(value) is not kind:
            given = _GO_KINDS.get(type(value), "object")
            text = f"json: cannot unmarshal {given} into Go struct field {self._struct}.{key}"
            raise ApiError(400, f"{text} of type {_GO_TYPES[kind]}")
        return value


def _decoder_text(data: bytes, error: json.JSONDecodeError) -> str:
    text = data.decode("utf-8", "replace")
    rest = text[error.pos :]
    if not rest.strip() or error.msg.startswith("Unterminated"):
        return "unexpected EOF"
    character = "'" + quoted(rest.lstrip()[0])[1:-1].replace('\\"', '"') + "'"
    places = {
        "Expecting value": "looking for beginning of value",
        "Expecting property name": "looking for beginning of object key string",
        "Expecting ':'": "after object key",
        "Expecting ','": "after object key:value pair",
        "Extra data": "after top-level value",
    }
    place = next((where for start, where in places.items() if error.msg.startswith(start)), "")
    return f"invalid character {character} {place or 'in literal'}"
