"""Parameters of a model: their types, what a server tells of them, what a person types, and what of
that is to be sent.

Ollama looks at their types only when it loads a model, and then refuses it: so they are checked
here, and never is a text sent for a number.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern

if TYPE_CHECKING:
    from tray_app.core.creates.records import ParameterValue

MAX_PARAMETERS = 200
"""Of one model; nobody writes a tenth of that."""
MAX_TYPED = 20_000  # characters of one value
_MAX_INT = 2**53  # what JSON carries exactly
_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_LINE = lazy_pattern(r"(\S+)\s+(\S.*)")
_INT = lazy_pattern(r"[+-]?\d+")
_GROUPED = lazy_pattern(r"[+-]?\d{1,3}(,\d{3})+")
_FLOAT = lazy_pattern(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_COMMA_FLOAT = lazy_pattern(r"[+-]?\d*,(\d{1,2}|\d{4,})")
_ESCAPE = lazy_pattern(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
CONTEXT = "num_ctx"
"""Always the first row, whether the base has it or not."""


class ParameterKind(StrEnum):
    """What a value must be."""

    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    LIST = "list"  # of texts
    OTHER = "other"  # of a name that Ollama does not know, so anything


@dataclass(frozen=True, slots=True)
class Parameter:
    """One that Ollama knows. `default` None = it has none that is the same everywhere; `least` is
    for whole numbers, None = any."""

    name: str
    kind: ParameterKind
    default: ParameterValue | None = None
    least: int | None = None


_INT_KIND, _FLOAT_KIND = ParameterKind.INT, ParameterKind.FLOAT
KNOWN: dict[str, Parameter] = {
    each.name: each
    for each in (
        # In the order in which they are offered.
        Parameter(CONTEXT, _INT_KIND, None, 1),
        Parameter("temperature", _FLOAT_KIND, 0.8),
        Parameter("stop", ParameterKind.LIST),
        Parameter("top_p", _FLOAT_KIND, 0.9),
        Parameter("top_k", _INT_KIND, 40, 0),
        Parameter("min_p", _FLOAT_KIND, 0.0),
        Parameter("typical_p", _FLOAT_KIND, 1.0),
        Parameter("num_predict", _INT_KIND, -1, -2),
        Parameter("repeat_penalty", _FLOAT_KIND),  # 1.1 or 1.0: versions differ
        Parameter("repeat_last_n", _INT_KIND, 64, -1),
        Parameter("presence_penalty", _FLOAT_KIND, 0.0),
        Parameter("frequency_penalty", _FLOAT_KIND, 0.0),
        Parameter("seed", _INT_KIND),
        Parameter("num_keep", _INT_KIND, 4, -1),
        Parameter("num_batch", _INT_KIND, 512, 1),
        Parameter("num_gpu", _INT_KIND, None, -1),
        Parameter("main_gpu", _INT_KIND, None, 0),
        Parameter("num_thread", _INT_KIND, None, 0),
        Parameter("use_mmap", ParameterKind.BOOL),
    )
}


def is_parameter_name(name: str) -> bool:
    """Whether a Modelfile can hold a parameter of this name."""
    return bool(_NAME.fullmatch(name))


def parse_parameters(text: str) -> dict[str, ParameterValue]:
    """The `parameters` of /api/show: one value a line, a list as several lines of one name. Those
    that were set back to their default are left out. Nothing in it is fatal."""
    found: dict[str, list[ParameterValue]] = {}
    for line in text.split("\n"):
        match = _LINE.fullmatch(line.strip())
        if match is None or not is_parameter_name(match[1]):
            continue
        value = _told(match[2])
        if value is not None and (match[1] in found or len(found) < MAX_PARAMETERS):
            found.setdefault(match[1], []).append(value)
    return {name: _joined(name, values) for name, values in found.items()}


def kind_of(name: str, value: ParameterValue | None = None) -> ParameterKind:
    """What a value of `name` must be; of an unknown one, what `value` is."""
    known = KNOWN.get(name)
    if known is not None:
        return known.kind
    if isinstance(value, bool):
        return ParameterKind.BOOL
    if isinstance(value, (int, float)):
        return ParameterKind.FLOAT
    return ParameterKind.LIST if isinstance(value, tuple) else ParameterKind.OTHER


def fits(kind: ParameterKind, value: ParameterValue) -> bool:
    """Whether Ollama can load a model with it. A fraction for a whole number is cut there."""
    if kind in (ParameterKind.INT, ParameterKind.FLOAT):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is ParameterKind.BOOL:
        return isinstance(value, bool)
    return isinstance(value, tuple) if kind is ParameterKind.LIST else True


def shown(value: ParameterValue) -> str:
    """A value as a person types it."""
    if isinstance(value, tuple):
        return ", ".join(_quoted(each) for each in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def typed(name: str, kind: ParameterKind, text: str) -> ParameterValue | None:
    """What a person has typed; None = it is not of its kind."""
    text = text.strip()
    if len(text) > MAX_TYPED:
        return None
    if kind is ParameterKind.INT:
        known = KNOWN.get(name)
        return _typed_int(text, known.least if known is not None else None)
    if kind is ParameterKind.FLOAT:
        return _typed_float(text)
    if kind is ParameterKind.BOOL:
        return {"true": True, "false": False}.get(text.casefold())
    if kind is ParameterKind.LIST:
        return _typed_list(text)
    return _told(text) if text else None


class RowState(StrEnum):
    """What a row of the table says of its parameter."""

    UNSET = "unset"  # the context, where the base has none: Ollama decides
    INHERITED = "inherited"
    CHANGED = "changed"
    ADDED = "added"
    DEFAULT = "default"  # the base's is not taken over
    EMPTIED = "emptied"  # a list
    WRONG = "wrong"  # what is typed is not of its kind


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One parameter in the form: what the base has (None = nothing), and what is typed."""

    name: str
    base: ParameterValue | None
    text: str

    @classmethod
    def of_base(cls, name: str, value: ParameterValue | None) -> ParameterRow:
        return cls(name, value, "" if value is None else shown(value))

    @property
    def kind(self) -> ParameterKind:
        return kind_of(self.name, self.base)

    @property
    def is_known(self) -> bool:
        """Whether Ollama does anything with it."""
        return self.name in KNOWN

    @property
    def value(self) -> ParameterValue | None:
        """What is typed, None = nothing of use."""
        if self.is_as_in_base:
            return self.base
        return typed(self.name, self.kind, self.text)

    @property
    def is_as_in_base(self) -> bool:
        return self.base is not None and self.text == shown(self.base)

    @property
    def state(self) -> RowState:
        is_blank = not self.text.strip()
        if self.base is None:
            if is_blank and self.name == CONTEXT:
                return RowState.UNSET
            return RowState.ADDED if is_blank or self.value is not None else RowState.WRONG
        if is_blank:
            return RowState.EMPTIED if self.kind is ParameterKind.LIST else RowState.DEFAULT
        value = self.value
        if value is None or not fits(self.kind, value):
            return RowState.WRONG
        return RowState.INHERITED if _is_equal(value, self.base) else RowState.CHANGED

    @property
    def is_usable(self) -> bool:
        """Whether it can be sent as it stands."""
        state = self.state
        if state is RowState.ADDED:
            return self.value is not None and is_parameter_name(self.name)
        return state is not RowState.WRONG

    @property
    def change(self) -> tuple[str, ParameterValue | None] | None:
        """What is to be sent of it: a value, or None for "back to the default"; and nothing at
        all where nothing is changed, or where it is not usable yet."""
        state = self.state
        if not self.is_usable or state in (RowState.UNSET, RowState.INHERITED):
            return None
        if state is RowState.DEFAULT:
            return (self.name, None)
        return (self.name, () if state is RowState.EMPTIED else self.value)


class ParameterTable:
    """The rows of the form, in order: the context, those of the base, those that were added."""

    def __init__(self, base: Mapping[str, ParameterValue]) -> None:
        self._rows = _rows_of(base)

    def __iter__(self) -> Iterator[ParameterRow]:
        return iter(tuple(self._rows))

    def row(self, name: str) -> ParameterRow | None:
        return next((row for row in self._rows if row.name == name), None)

    def set_text(self, name: str, text: str) -> None:
        """A person has typed."""
        self._put(name, lambda row: replace(row, text=text))

    def restore(self, name: str) -> None:
        """Back to what the base has."""
        self._put(name, lambda row: ParameterRow.of_base(row.name, row.base))

    def add(self, name: str, text: str = "") -> None:
        """One that is not in the table."""
        if self.row(name) is None:
            self._rows.append(ParameterRow(name, None, text))

    def remove(self, name: str) -> None:
        """Take the base's not over; what was added goes."""
        row = self.row(name)
        if row is not None and row.base is None and name != CONTEXT:
            self._rows.remove(row)
        else:
            self.set_text(name, "")

    def rename(self, name: str, to: str) -> None:
        """A person types the name of one that they have added."""
        row = self.row(name)
        if row is not None and row.base is None and self.row(to) is None:
            self._put(name, lambda row: replace(row, name=to))

    def carry(self, own: Mapping[str, ParameterValue]) -> None:
        """Have these values, which another model has."""
        for name, value in own.items():
            self.add(name)
            self.set_text(name, shown(value))

    def rebase(self, base: Mapping[str, ParameterValue]) -> None:
        """The base has become another version: what was typed stays."""
        before, self._rows = self._rows, _rows_of(base)
        for row in before:
            if row.is_as_in_base or row.state is RowState.UNSET:
                continue
            if row.base is None or row.text.strip() or row.name in base:
                self.add(row.name)
                self.set_text(row.name, row.text)

    @property
    def changes(self) -> tuple[tuple[str, ParameterValue | None], ...]:
        """What is to be sent."""
        return tuple(row.change for row in self._rows if row.change is not None)

    @property
    def unusable(self) -> tuple[str, ...]:
        """The names of those that cannot be sent yet."""
        return tuple(row.name for row in self._rows if not row.is_usable)

    @property
    def is_changed(self) -> bool:
        """Whether a person has done anything here."""
        return bool(self.changes or self.unusable)

    def missing(self) -> tuple[Parameter, ...]:
        """The known ones that can be added."""
        there = {row.name for row in self._rows}
        return tuple(known for known in KNOWN.values() if known.name not in there)

    def _put(self, name: str, change: Callable[[ParameterRow], ParameterRow]) -> None:
        self._rows = [change(row) if row.name == name else row for row in self._rows]


def _rows_of(base: Mapping[str, ParameterValue]) -> list[ParameterRow]:
    """In the order of the known ones: a server tells them in another one each time."""
    places = {name: place for place, name in enumerate(KNOWN)}
    names = sorted({CONTEXT, *base}, key=lambda name: (places.get(name, len(places)), name))
    return [ParameterRow.of_base(name, base.get(name)) for name in names]


def _is_equal(one: ParameterValue, other: ParameterValue) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _typed_int(text: str, least: int | None) -> int | None:
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _INT.fullmatch(text) or not text.isascii() or len(text) > 20:
        return None
    value = int(text)
    if abs(value) > _MAX_INT or (least is not None and value < least):
        return None
    return value


def _typed_float(text: str) -> float | None:
    if _COMMA_FLOAT.fullmatch(text):
        text = text.replace(",", ".")
    if not _FLOAT.fullmatch(text) or not text.isascii():
        return None
    value = float(text)
    return value if math.isfinite(value) and abs(value) < 3.4e38 else None  # float32 there


def _typed_list(text: str) -> tuple[str, ...] | None:
    try:
        found = json.loads(f"[{text}]", strict=False)
    except (ValueError, RecursionError):
        return None
    if not found or not all(isinstance(each, str) and each for each in found):
        return None
    if any("\ud800" <= character <= "\udfff" for each in found for character in each):
        return None  # half a character: it could not be sent
    return tuple(found)


def _told(text: str) -> ParameterValue | None:
    """A value as Go prints it; None = none. What is no number and not quoted is a text."""
    if text == "<nil>":
        return None
    if text in ("true", "false"):
        return text == "true"
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return _ESCAPE.sub(_unescaped, text[1:-1])
    if _FLOAT.fullmatch(text) and text.isascii() and len(text) < 40:
        value = float(text)
        if math.isfinite(value):
            return int(value) if value.is_integer() and abs(value) <= _MAX_INT else value
    return text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
        is_character = number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF
        return chr(number) if is_character else "\ufffd"
    if len(code) == 3:
        return chr(int(code, 8))
    return _ESCAPED.get(code, code)


def _joined(name: str, values: Iterable[ParameterValue]) -> ParameterValue:
    """One value, or a list of texts: what has several lines, and what always is a list."""
    values = tuple(values)
    if kind_of(name) is ParameterKind.LIST or len(values) > 1:
        return tuple(each if isinstance(each, str) else shown(each) for each in values)
    return values[0]
