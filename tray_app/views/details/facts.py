"""What the details dialog says of a model, from records: facts, titles, cut texts. No widgets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tray_app.core.licenses import license_name
from tray_app.core.sharing import LayerIndex, freed
from tray_app.text import (
    exact_size,
    frees_if_deleted,
    full_time,
    join,
    number,
    one_line,
    shortened,
    size,
    tokens,
    tr,
    visible,
)
from tray_app.views.components.facts import Fact

if TYPE_CHECKING:
    from tray_app.core.records import ModelInfo, ModelRecord, RunningModel

MAX_TEXT = 200_000
MAX_LINE = 2_000
_MAX_VALUE = 300


def model_facts(record: ModelRecord | None, info: ModelInfo | None) -> list[Fact]:
    """The card "Model": the table's facts at once, the others when they are known."""
    details = info.details if info else (record.details if record else None)
    table = record.details if record else None

    def known(name: str) -> Any:
        value = getattr(details, name, "") if details else ""
        return value or (getattr(table, name, "") if table else "")

    context = known("context_length") or _whole(info, "context_length")
    embedding = known("embedding_length") or _whole(info, "embedding_length")
    facts = [
        Fact(tr("Family"), _families(known("family"), known("families"))),
        Fact(tr("Parameters", "their number"), one_line(str(known("parameter_size")), 40)),
        Fact(tr("Quantization"), one_line(str(known("quantization_level")), 40)),
        Fact(tr("Format"), one_line(str(known("format")), 40).upper()),
        Fact(tr("Context length"), tokens(context or None)),
        Fact(tr("Embedding length"), number(embedding) if embedding else ""),
        Fact(tr("License"), license_title(info.license) if info else ""),
    ]
    parent = known("parent_model")
    if parent:
        facts.append(Fact(tr("Made from"), one_line(str(parent), 120)))
    if info and info.requires:
        needs = tr("Ollama {version} or newer").format(version=one_line(info.requires, 20))
        facts.append(Fact(tr("Needs"), needs))
    host = (info.remote_host if info else "") or (record.remote_host if record else "")
    if host:
        facts.append(Fact(tr("Runs on"), one_line(host, 120)))
    return facts


def _families(family: str, families: Sequence[str]) -> str:
    others = [f for f in families if f != family]
    return join([one_line(f, 40) for f in (family, *others) if f], 4)


def _whole(info: ModelInfo | None, suffix: str) -> int | None:
    value = info.info(suffix) if info else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def disk_facts(
    record: ModelRecord | None,
    models: Sequence[ModelRecord],
    layer_index: LayerIndex,
    last_used: str = "",
    used_tip: str = "",
) -> list[Fact]:
    """The card "On disk"; `last_used` is told where anybody knows it."""
    if record is None:
        return []
    reason = tr("Cloud model, nothing stored here") if record.is_cloud else ""
    stored = None if record.is_cloud else record.size_bytes
    used = [Fact(tr("Last used"), last_used, used_tip)] if last_used else []
    return [
        Fact(tr("Size"), size(stored) if stored is not None else "", exact_tip(stored), reason),
        Fact(tr("Frees if deleted"), frees_text(record, models, layer_index), why_missing=reason),
        Fact(tr("Modified"), full_time(record.modified_at) if record.modified_at else ""),
        *used,
    ]


def exact_tip(count_bytes: int | None) -> str:
    """The tooltip of a size."""
    return exact_size(count_bytes) if count_bytes is not None else ""


def frees_text(record: ModelRecord, models: Sequence[ModelRecord], layer_index: LayerIndex) -> str:
    """ "5.2 GB, nothing is shared"."""
    return "" if record.is_cloud else frees_if_deleted(freed([record], models, layer_index))


def license_title(text: str) -> str:
    """A license by its usual name, else by its first line."""
    return one_line(license_name(text), 60)


def graphics_permille(running: RunningModel) -> int:
    """How much of a loaded model is in graphics memory."""
    total, graphics = running.size_bytes or 0, running.size_vram_bytes or 0
    return min(1000, graphics * 1000 // total) if total else 0


def cut(text: str) -> tuple[str, str]:
    """A text as a widget can show it without freezing, to its end unless it is huge; and what was
    left out ("" = nothing). Very long lines become several."""
    shown = text[:MAX_TEXT]
    note = ""
    if len(text) > MAX_TEXT:
        note = tr(
            "Only the first {shown} of {count} characters are shown. Copy copies all of them."
        )
        note = note.format(shown=number(MAX_TEXT), count=number(len(text)))
    # A line of megabytes takes seconds to lay out, many shorter ones do not.
    shown = "\n".join(part for line in shown.split("\n") for part in _folded(line))
    return visible(shown), note


def _folded(line: str) -> Iterator[str]:
    """A line in parts that are not too long, broken at blanks where it has some."""
    while len(line) > MAX_LINE:
        end = line.rfind(" ", MAX_LINE // 2, MAX_LINE) + 1 or MAX_LINE
        yield line[:end]
        line = line[end:]
    yield line


def parameter_rows(text: str) -> list[tuple[str, str]]:
    """`/api/show`'s parameters, a name and a value a line; values are whole."""
    rows = []
    for line in text[:MAX_TEXT].splitlines():
        name, _, value = line.strip().partition(" ")
        if name:
            rows.append((one_line(name, 80), _unquoted(value.strip())))
    return rows


def _unquoted(value: str) -> str:
    if len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return value
    try:
        plain = json.loads(value)
    except ValueError:
        return value[1:-1]
    # Quotes stay where the blanks in them would be lost.
    return plain if plain.strip() == plain and plain else value


def info_value(value: Any) -> str:
    """A value of the model info on one line."""
    if isinstance(value, list):
        if len(value) > 8 or any(isinstance(part, list | dict) for part in value):
            return tr("[%Ln values]", "", len(value)) if len(value) != 1 else tr("[1 value]")
        return "[" + ", ".join(info_value(part) for part in value) + "]"
    if isinstance(value, bool) or value is None or isinstance(value, dict):
        return shortened(raw_value(value), _MAX_VALUE)
    if isinstance(value, int):
        return number(value) if abs(value) < 2**63 else str(value)[:_MAX_VALUE]
    return one_line(str(value), _MAX_VALUE)


def short_value(text: str) -> str:
    """A value for a cell of a table."""
    return one_line(text, _MAX_VALUE)


def raw_value(value: Any) -> str:
    """The value as JSON, for the clipboard."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
