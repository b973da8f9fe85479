"""TagsParser: bodies of /api/tags → records, the same records again for rows that did not change.

A list is asked for every two seconds and nearly always says what it said before. Decoding
thousands of rows in one call of `json.loads` would also keep every other thread of the program
waiting for as long (4 MB: 50 ms and more), which a person sees; row by row it does not.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from tray_app.core.decode import has_surrogate, parse_json
from tray_app.core.parse import Problems, collect, parse_model, parse_tags, with_notes
from tray_app.core.records import ModelRecord

# How every Ollama writes it: one key, rows of compact JSON. Anything else is parsed as a whole.
_START = re.compile(r'\s*\{\s*"models"\s*:\s*\[\s*')
_BETWEEN = re.compile(r"\s*,\s*")
_END = re.compile(r"\s*\]\s*\}\s*")
_raw_decode = json.JSONDecoder().raw_decode

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

    def __init__(self, server_id: str) -> None:
        self._server_id = server_id
        self._body: bytes | None = None
        self._answer: Answer = ((), ())
        self._known: dict[str, _Row] = {}

    def parse(self, body: bytes, reference: str = "") -> Answer:
        """The rows, in the server's order, and what was unusable in them. Raises BadAnswer."""
        if body == self._body:
            return self._answer
        self._body = None
        rows = self._rows(body.decode("utf-8", "replace"))
        if rows is None:
            answer = parse_tags(self._server_id, parse_json(body, reference))
        else:
            answer = collect(row.made for row in rows)
        self._body, self._answer = body, answer
        return answer

    def _rows(self, text: str) -> list[_Row] | None:
        """Every row with its text; None when the body is not written as expected."""
        known, self._known = self._known, {}
        start = _START.match(text)
        if start is None or has_surrogate(text):
            return None
        rows: list[_Row] = []
        place = start.end()
        try:
            while text[place] != "]" or rows:
                # The beginning of a row, up to its name, tells which one it probably is.
                head = text[place : text.find(",", place)]
                row = known.get(head)
                if row is None or not text.startswith(row.text, place):
                    row = self._row(text, place)
                self._known[head] = row
                rows.append(row)
                place += len(row.text)
                between = _BETWEEN.match(text, place)
                if between is None:
                    break
                place = between.end()
        except (ValueError, IndexError, RecursionError):
            return None
        return rows if _END.fullmatch(text, place) else None

    def _row(self, text: str, place: int) -> _Row:
        value, end = _raw_decode(text, place)
        made = with_notes(value, lambda row, notes: parse_model(self._server_id, row, notes))
        return _Row(text[place:end], made)
