"""JSON objects of an Ollama server → records.

Tolerant of unknown, missing and null; a wrong type where the whole answer is at stake is a
BadAnswer that names the field, and a single unusable row is reported, not fatal: the other rows
are still there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from tray_app.core.decode import (
    MAX_INT,
    MAX_WORD,
    MAX_WORDS,
    as_object,
    excerpt,
    parse_json,
    texts_of,
    words_of,
)
from tray_app.core.errors import BadAnswer
from tray_app.core.manifests import modelfile_layers, parse_manifest
from tray_app.core.records import (
    ModelDetails,
    ModelInfo,
    ModelRecord,
    Recommendation,
    RunningModel,
)

__all__ = [
    "bare_digest",
    "collect",
    "modelfile_layers",
    "parse_json",
    "parse_line",
    "parse_manifest",
    "parse_model",
    "parse_recommendations",
    "parse_running",
    "parse_show",
    "parse_tags",
    "parse_version",
    "with_notes",
]

Problems = tuple[str, ...]
Row = TypeVar("Row", ModelRecord, RunningModel)

MAX_PROBLEMS = 50  # of one answer: whoever reads them has understood by then
_MAX_DEPTH = 4  # a list in an object is the most there is
_MAX_KEY = 80
MAX_KEYS = 10_000  # a GGUF header has less than 100
_FOREVER_YEAR = 2200  # keep_alive -1 is answered as a date about 292 years ahead
_MISSING = object()
_NO_DETAILS = ModelDetails()


def parse_line(raw: bytes, reference: str = "") -> dict[str, Any]:
    """One NDJSON line → object. Anything else is a BadAnswer."""
    value = parse_json(raw, reference)
    if not isinstance(value, dict):
        raise BadAnswer(reference, excerpt(value), "line")
    return value


def parse_version(value: Any) -> str:
    """/api/version → the version text, e.g. `0.33.1`."""
    version = as_object(value, "body").get("version")
    if not isinstance(version, str):
        raise BadAnswer("", excerpt(version), "version")
    return version[:MAX_WORD]


def parse_tags(server_id: str, value: Any) -> tuple[tuple[ModelRecord, ...], Problems]:
    """/api/tags → rows in the server's order, and what was unusable in them.

    `models: null` is an empty list (servers before v0.1.4 and v0.1.35-37). Of two rows with the
    same name the first counts.
    """
    return _rows(value, lambda row, notes: parse_model(server_id, row, notes))


def parse_running(server_id: str, value: Any) -> tuple[tuple[RunningModel, ...], Problems]:
    """/api/ps → rows in the server's order, and what was unusable in them."""
    return _rows(value, lambda row, notes: _running(server_id, row, notes))


def parse_recommendations(value: Any) -> tuple[Recommendation, ...]:
    """/api/experimental/model-recommendations → rows; unusable ones are left out."""
    rows = as_object(value, "body").get("recommendations")
    if not isinstance(rows, list):
        return ()
    found = (
        Recommendation(row["model"], _word(row, "description", []), _int(row, "vram_bytes", []))
        for row in rows
        if isinstance(row, dict) and isinstance(row.get("model"), str) and row["model"]
    )
    return tuple(islice(found, MAX_WORDS))


def parse_show(server_id: str, name: str, digest: str, value: Any) -> ModelInfo:
    """/api/show → ModelInfo for `name`, whose manifest has `digest` (bare hex, "" = unknown)."""
    obj = as_object(value, "body")
    notes: list[str] = []
    info = obj.get("model_info")
    tensors = obj.get("tensors")
    modelfile = _text(obj, "modelfile", notes)
    return ModelInfo(
        server_id=server_id,
        name=name,
        digest=digest,
        details=_details(obj.get("details"), notes),
        license=_joined(obj.get("license")),
        modelfile=modelfile,
        parameters=_text(obj, "parameters", notes),
        template=_text(obj, "template", notes),
        system=_text(obj, "system", notes),
        messages=_messages(obj.get("messages")),
        model_info=_model_info(info, notes) if isinstance(info, dict) else (),
        tensor_count=len(tensors) if isinstance(tensors, list) else 0,
        capabilities=words_of(obj.get("capabilities")),
        modified_at=_time(obj, "modified_at", notes),
        requires=_word(obj, "requires", notes),
        remote_model=_word(obj, "remote_model", notes),
        remote_host=_word(obj, "remote_host", notes),
        layers=modelfile_layers(modelfile),
        problems=tuple(notes),
    )


def bare_digest(text: str) -> str:
    """A digest without its `sha256:` prefix, lower case."""
    return text.strip().casefold().removeprefix("sha256:")


# Below: pieces. `notes` collects what was unusable but not fatal.


def _rows(
    value: Any, make: Callable[[Any, list[str]], Row | None]
) -> tuple[tuple[Row, ...], Problems]:
    models = as_object(value, "body").get("models", _MISSING)
    if models is _MISSING:
        raise BadAnswer("", excerpt(value), "models")
    if models is None:
        return (), ()
    if not isinstance(models, list):
        raise BadAnswer("", excerpt(models), "models")
    return collect(with_notes(entry, make) for entry in models)


def with_notes(
    entry: Any, make: Callable[[Any, list[str]], Row | None]
) -> tuple[Row | None, Problems]:
    """One entry of a list as a record (None = unusable), and what was wrong with it, as the end
    of a sentence that begins with its place in the list."""
    if not isinstance(entry, dict):
        return None, (": not an object",)
    notes: list[str] = []
    row = make(entry, notes)
    return row, tuple(f".{note}" for note in notes)


def collect(made: Iterable[tuple[Row | None, Problems]]) -> tuple[tuple[Row, ...], Problems]:
    """All that `with_notes` made → the rows, each name once, and what was unusable."""
    entries = list(made)
    rows = {row.name: row for row, found in entries if row is not None and not found}
    if len(rows) == len(entries):
        return tuple(rows.values()), ()  # as nearly every list of thousands
    rows.clear()
    problems: list[str] = []
    untold = 0
    for index, (row, found) in enumerate(entries):
        notes: Problems = found
        if row is not None and row.name in rows:
            notes = (*notes, ".name: twice in the list")
        elif row is not None:
            rows[row.name] = row
        room = MAX_PROBLEMS - len(problems)
        problems.extend(f"models[{index}]{note}" for note in notes[:room])
        untold += len(notes[room:])
    if untold:
        problems.append(f"models: {untold} more problems")
    return tuple(rows.values()), tuple(problems)


def _name(row: Mapping[str, Any], notes: list[str]) -> str | None:
    for key in ("name", "model"):
        value = row.get(key)
        if isinstance(value, str) and value.strip():
            return value
    notes.append("name: missing")
    return None


def parse_model(server_id: str, row: Mapping[str, Any], notes: list[str]) -> ModelRecord | None:
    """One row of /api/tags, None without a name; adds to `notes` what of it was unusable."""
    name = _name(row, notes)
    if name is None:
        return None
    return ModelRecord(
        server_id=server_id,
        name=name,
        digest=bare_digest(_word(row, "digest", notes)),
        size_bytes=_int(row, "size", notes),
        modified_at=_time(row, "modified_at", notes),
        details=_details(row.get("details"), notes),
        capabilities=words_of(row.get("capabilities")),
        remote_model=_word(row, "remote_model", notes),
        remote_host=_word(row, "remote_host", notes),
    )


def _running(server_id: str, row: Mapping[str, Any], notes: list[str]) -> RunningModel | None:
    name = _name(row, notes)
    if name is None:
        return None
    expires_at = _time(row, "expires_at", notes)
    forever_at = None
    if expires_at and expires_at.year >= _FOREVER_YEAR:
        forever_at, expires_at = expires_at, None
    return RunningModel(
        server_id=server_id,
        name=name,
        digest=bare_digest(_word(row, "digest", notes)),
        size_bytes=_int(row, "size", notes),
        size_vram_bytes=_int(row, "size_vram", notes),
        expires_at=expires_at,
        context_length=_int(row, "context_length", notes),
        details=_details(row.get("details"), notes),
        forever_at=forever_at,
    )


def _details(value: Any, notes: list[str]) -> ModelDetails:
    if not isinstance(value, dict):
        if value is not None:
            notes.append("details: not an object")
        return _NO_DETAILS
    return ModelDetails(
        parent_model=_word(value, "parent_model", notes),
        format=_word(value, "format", notes),
        family=_word(value, "family", notes),
        families=words_of(value.get("families")),
        parameter_size=_word(value, "parameter_size", notes),
        quantization_level=_word(value, "quantization_level", notes),
        context_length=_int(value, "context_length", notes),
        embedding_length=_int(value, "embedding_length", notes),
    )


def _text(row: Mapping[str, Any], key: str, notes: list[str]) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        notes.append(f"{key}: not a text")
        return ""
    return value


def _word(row: Mapping[str, Any], key: str, notes: list[str]) -> str:
    return _text(row, key, notes)[:MAX_WORD]


def _joined(value: Any) -> str:
    return value if isinstance(value, str) else "\n".join(texts_of(value))


def _model_info(info: Mapping[str, Any], notes: list[str]) -> tuple[tuple[str, Any], ...]:
    """What a GGUF header says, without what no file can hold: it would neither be JSON again nor
    a number for Qt."""
    found = []
    if len(info) > MAX_KEYS:
        notes.append(f"model_info: {len(info) - MAX_KEYS} more keys")
    for key, value in islice(info.items(), MAX_KEYS):
        if _is_plain(value, _MAX_DEPTH):
            found.append((key, value))
        else:
            notes.append(f"model_info.{key[:_MAX_KEY]}: out of range")
    return tuple(found)


def _is_plain(value: Any, depth: int) -> bool:
    if isinstance(value, int):
        return -MAX_INT - 1 <= value <= MAX_INT
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list | dict):
        parts = value.values() if isinstance(value, dict) else value
        return depth > 0 and all(_is_plain(part, depth - 1) for part in parts)
    return True


def _messages(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        (_text(row, "role", []), _text(row, "content", []))
        for row in value
        if isinstance(row, dict)
    )


def _int(row: Mapping[str, Any], key: str, notes: list[str]) -> int | None:
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_INT:
        notes.append(f"{key}: not a byte count")
        return None
    return value


def _time(row: Mapping[str, Any], key: str, notes: list[str]) -> datetime | None:
    """RFC 3339 with 0-9 fraction digits → aware UTC. Go's zero time means "not told"."""
    value = row.get(key)
    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(value)  # which cuts digits behind microseconds off
        if moment.year <= 1:
            return None
        if moment.tzinfo is UTC:
            return moment
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        notes.append(f"{key}: not a date")
        return None
