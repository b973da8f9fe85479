"""TagsParser: bodies of /api/tags → records, the same records again for rows that did not change.

A list is asked for every two seconds and nearly always says what it said before. Decoding
thousands of rows in one call of `json.loads` would also keep every other thread of the program
waiting for as long (4 MB: 50 ms and more), which a person sees; row by row it does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tray_app.core.decode import has_surrogate, mended, parse_json
from tray_app.core.errors import BadAnswer
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.parse import Problems, collect, parse_model, parse_tags, with_notes
from tray_app.core.records import ModelRecord

_OPEN = lazy_pattern(r"\s*\{\s*")
_COLON = lazy_pattern(r"\s*:\s*")
_COMMA = lazy_pattern(r"\s*,\s*")
_OPEN_LIST = lazy_pattern(r"\[\s*")
_CLOSE_LIST = lazy_pattern(r"\s*\]")
_CLOSE = lazy_pattern(r"\s*\}\s*")
_raw_decode = json.JSONDecoder().raw_decode
_WINDOWS = (4_000, 60_000, 1_000_000)
"""Characters that are looked at for one row, or for whatever else stands in the answer; more than
the last are unusable. So no single call decodes megabytes."""
_CHECKED = 1000  # rows
MAX_ODD_BYTES = 1_000_000
"""Of an answer that is not written as Ollama does, and so has to be decoded in one call."""

Answer = tuple[tuple[ModelRecord, ...], Problems]


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    made: tuple[ModelRecord | None, Problems]


class TagsParser:
    """Parses the bodies of one server, one after the other.

    Says what `parse_tags` says. An equal body gives the very same answer, and of another one the
    rows whose text is the same are the very same records: comparing them costs nothing.
    """

    def __init__(self, server_id: str, check: Callable[[], object] = lambda: None) -> None:
        """`check` is called now and then while a long answer is read; what it raises ends that."""
        self._server_id = server_id
        self._check = check
        self._body: bytes | None = None
        self._answer: Answer = ((), ())
        self._known: dict[str, _Row] = {}

    def parse(self, body: bytes, reference: str = "") -> Answer:
        """The rows, in the server's order, and what was unusable in them. Raises BadAnswer."""
        if body == self._body:
            return self._answer
        self._body = None
        rows = self._rows(body.decode("utf-8", "replace"))
        if rows is None and len(body) > MAX_ODD_BYTES:
            raise BadAnswer(reference, repr(body[:120]), "models")
        if rows is None:
            answer = parse_tags(self._server_id, parse_json(body, reference))
        else:
            answer = collect(row.made for row in rows)
        self._body, self._answer = body, answer
        return answer

    def _rows(self, text: str) -> list[_Row] | None:
        """Every row with its text; None when the body is not written as expected."""
        known, self._known = self._known, {}
        rows: list[_Row] | None = None
        try:
            place = _behind(_OPEN, text, 0)
            while True:
                key, place = _decoded(text, place)
                if not isinstance(key, str):
                    return None
                place = _behind(_COLON, text, place)
                if key != "models":
                    _, place = _decoded(text, place)
                elif rows is None:
                    rows, place = self._listed(text, place, known)
                else:
                    return None  # of equal keys the last one counts
                if _CLOSE.fullmatch(text, place):
                    return rows
                place = _behind(_COMMA, text, place)
        except (ValueError, RecursionError):
            return None

    def _listed(self, text: str, place: int, known: dict[str, _Row]) -> tuple[list[_Row], int]:
        """The rows of the list that begins at `place`, and where it ends."""
        rows: list[_Row] = []
        place = _behind(_OPEN_LIST, text, place)
        if text.startswith("]", place):
            return rows, place + 1
        while True:
            # The beginning of a row, up to its name, tells which one it probably is.
            head = text[place : text.find(",", place)]
            row = known.get(head)
            if row is None or not text.startswith(row.text, place):
                row = self._row(text, place)
            self._known[head] = row
            rows.append(row)
            if len(rows) % _CHECKED == 0:
                self._check()
            place += len(row.text)
            comma = _COMMA.match(text, place)
            if comma is None:
                return rows, _behind(_CLOSE_LIST, text, place)
            place = comma.end()

    def _row(self, text: str, place: int) -> _Row:
        value, end = _decoded(text, place)
        written = text[place:end]
        if has_surrogate(written):
            value = mended(value)
        made = with_notes(value, lambda row, notes: parse_model(self._server_id, row, notes))
        return _Row(written, made)


def _behind(expected: re.Pattern[str], text: str, place: int) -> int:
    found = expected.match(text, place)
    if found is None:
        raise ValueError(expected.pattern)
    return found.end()


def _decoded(text: str, place: int) -> tuple[Any, int]:
    """The value that begins at `place`, and where it ends. Raises ValueError for none, and for one
    that does not end soon enough."""
    for length in _WINDOWS:
        window = text[place : place + length]
        try:
            value, end = _raw_decode(window)
        except ValueError:
            if len(window) < length:
                raise
        else:
            if end < length:  # else a number may go on
                return value, place + end
    raise ValueError("too long")
