"""Longer words of the models table: tooltips, what a screen reader says, badge labels.

Short cell texts are in columns.py. Everything here is plain text; the model escapes tooltips.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tray_app import text
from tray_app.core.sharing import LayerIndex, freed
from tray_app.itemmodels.rows import Badge, ModelKind, ModelRow
from tray_app.text import tr
from tray_app.text.keeping import kept_tip
from tray_app.text.updates import Subject, update_badge, update_tooltip

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord, RunningModel


def badge_label(badge: Badge, row: ModelRow) -> str:
    """The word on a badge."""
    if badge is Badge.LOADED:
        return tr("Loaded")
    if badge is Badge.KEPT:
        return tr("Kept", "badge: it stays in memory")
    if badge is Badge.CLOUD:
        return tr("Cloud")
    return update_badge(row.verdict, row.marks)


def badge_tip(badge: Badge, row: ModelRow, now: datetime) -> str:
    """What hovering a badge tells."""
    if badge is Badge.LOADED and row.running is not None:
        return running_line(row.running, now)
    if badge is Badge.LOADED:
        return tr("In memory now")
    if badge is Badge.KEPT and row.kept is not None:
        return kept_line(row)
    if badge is Badge.CLOUD:
        return tr("Runs on ollama.com, nothing is stored here")
    if badge is Badge.OLD_VERSION:
        return tr("An old version that is kept")
    return update_tooltip(row.verdict, subject_of(row), row.marks)


def kept_line(row: ModelRow) -> str:
    """How a model stands that is to stay in memory."""
    kept, running = row.kept, row.running
    if kept is None:
        return ""
    context = running.context_length if running is not None else kept.context_length
    return kept_tip(kept.status, context or kept.context_length, is_online=not row.is_stale)


def subject_of(row: ModelRow) -> Subject:
    """The model of a row, as the words about its versions need it."""
    return Subject(row.record.name, row.server.label, row.server.shown.version)


def kind_word(kind: ModelKind) -> str:
    """What the icon in front of a name means, for people who do not see it."""
    return {
        ModelKind.CHAT: tr("Text model"),
        ModelKind.VISION: tr("Vision model"),
        ModelKind.IMAGE: tr("Image model"),
        ModelKind.EMBEDDING: tr("Embedding model"),
    }[kind]


def running_line(running: RunningModel, now: datetime) -> str:
    """ "6.3 GB in graphics memory (100%), context 4,096, unloads in 4 min"."""
    parts = [_memory(running)]
    if running.context_length:
        length = text.number(running.context_length)
        parts.append(tr("context {length}").format(length=length))
    if text.is_forever(running.expires_at, now) or running.expires_at is None:
        parts.append(tr("stays until you unload it"))
    else:
        left_s = text.seconds_until(running.expires_at, now)
        if left_s > 0:
            template = tr("unloads in {time}")
            parts.append(template.format(time=text.roughly(left_s)))
        else:
            parts.append(tr("in use, or being unloaded"))
    return tr(", ", "between parts of a line").join(part for part in parts if part)


def _memory(running: RunningModel) -> str:
    total, graphics = running.size_bytes or 0, running.size_vram_bytes or 0
    if not total:
        return ""
    if not graphics:
        return tr("{size} in memory, on the processor").format(size=text.size(total))
    permille = min(1000, graphics * 1000 // total)
    return tr("{size} in graphics memory ({share})").format(
        size=text.size(graphics), share=text.percent_of(permille // 10)
    )


def size_tip(record: ModelRecord, others: tuple[ModelRecord, ...], layer_index: LayerIndex) -> str:
    """The exact size, and how much of it is shared with whom."""
    if record.is_cloud:
        return tr("Cloud model, nothing stored here")
    if record.size_bytes is None:
        return tr("The server doesn’t say how large it is")
    exact = text.exact_size(record.size_bytes)
    sharing = freed([record], others, layer_index)
    if not sharing.shared_with:
        return exact
    template = tr("{size}, part of it shared with {names}")
    if sharing.is_exact:
        template = tr("{size}, of which {shared} is shared with {names}")
    line = template.format(
        size=text.size(record.size_bytes),
        shared=text.size(sharing.shared_bytes),
        names=text.join(sharing.shared_with, 4),
    )
    return f"{exact}\n{line}"


def spoken_name(row: ModelRow) -> str:
    """ "qwen3:8b, text model, loaded, update available"."""
    states = {
        Badge.LOADED: tr("loaded", "said by a screen reader"),
        Badge.KEPT: tr("kept", "said by a screen reader"),
        Badge.UPDATE: tr("update available", "said by a screen reader"),
        Badge.CLOUD: tr("cloud", "said by a screen reader"),
        Badge.PINNED: tr("pinned", "said by a screen reader"),
        Badge.OLD_VERSION: tr("old version", "said by a screen reader"),
    }
    if row.running is None:
        states[Badge.KEPT] = tr("kept, not in memory", "said by a screen reader")
    kind = kind_word(row.kind)
    # A screen reader reads on after a comma; English wants a small letter there.
    said = (states.get(badge) or badge_label(badge, row) for badge in row.badges)
    starred = (tr("starred", "said by a screen reader"),) if row.is_starred else ()
    parts = [row.record.name, kind[:1].lower() + kind[1:], *starred, *said]
    return tr(", ", "between parts of a line").join(parts)


def spoken_server(row: ModelRow) -> str:
    """ "nas, offline": the server, and how it stands where its list is an old one."""
    server = row.server
    if not server.shown.words:
        return server.label
    return tr("{server}, {state}", "nas, offline since 14:02").format(
        server=server.label, state=server.shown.words
    )


def spoken_size(row: ModelRow, shown: str) -> str:
    """ "5.2 gigabytes", or why there is no size."""
    if row.busy is not None and shown != text.MISSING:
        return shown
    if row.record.is_cloud:
        return tr("Cloud model, nothing stored here")
    if row.record.size_bytes is None:
        return tr("Size not known")
    return text.spoken_size(row.record.size_bytes)
