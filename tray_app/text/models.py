"""Words for what models have and are: capabilities, layers, memory, filters, counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.records import LayerKind, MemoryUse, RunningModel
from tray_app.text.plain import one_line
from tray_app.text.times import elapsed, is_forever, roughly, seconds_until
from tray_app.text.units import percent_of, size
from tray_app.text.wording import english_singular, fill, number, tr

if TYPE_CHECKING:
    from tray_app.core.payloads import CopyRequest


def capability_label(capability: str) -> str:
    """A capability as the server calls it → the word on a chip; its own word if not known."""
    label = _CAPABILITIES.get(capability)
    return label() if label else one_line(capability, 40)


_CAPABILITIES: dict[str, Callable[[], str]] = {
    "completion": lambda: tr("Chat"),
    "tools": lambda: tr("Tools"),
    "insert": lambda: tr("Insert"),
    "vision": lambda: tr("Vision"),
    "embedding": lambda: tr("Embedding"),
    "thinking": lambda: tr("Thinking"),
    "image": lambda: tr("Images"),
    "audio": lambda: tr("Audio"),
}


def copied_line(request: CopyRequest) -> str:
    """What is said after *Duplicate*."""
    source, copy = one_line(request.source.name, 80), one_line(request.destination, 80)
    return fill(tr("Copied {name} to {copy}."), name=source, copy=copy)


def layer_label(kind: LayerKind) -> str:
    """What a layer holds."""
    return _LAYERS[kind]()


_LAYERS: dict[LayerKind, Callable[[], str]] = {
    LayerKind.MODEL: lambda: tr("Weights"),
    LayerKind.PROJECTOR: lambda: tr("Projector"),
    LayerKind.ADAPTER: lambda: tr("Adapter"),
    LayerKind.TEMPLATE: lambda: tr("Template"),
    LayerKind.SYSTEM: lambda: tr("System prompt"),
    LayerKind.PARAMS: lambda: tr("Parameters"),
    LayerKind.MESSAGES: lambda: tr("Messages"),
    LayerKind.LICENSE: lambda: tr("License"),
    LayerKind.TENSOR: lambda: tr("Tensor"),
    LayerKind.CONFIG: lambda: tr("Configuration"),
    LayerKind.OTHER: lambda: tr("Other data"),
}


def filter_label(key: str) -> str:
    """The word on a filter chip."""
    return _FILTERS[key]()


_FILTERS: dict[str, Callable[[], str]] = {
    "all": lambda: tr("All"),
    "loaded": lambda: tr("Loaded"),
    "updates": lambda: tr("Updates"),
    "cloud": lambda: tr("Cloud"),
    "starred": lambda: tr("Starred"),
}


def filter_is_empty(key: str) -> str:
    """The title of the page where a filter leaves nothing."""
    return {
        "loaded": tr("No model is loaded"),
        "updates": tr("No updates available"),
        "cloud": tr("No cloud models"),
        "starred": tr("No model is starred"),
    }.get(key, tr("No models yet"))


def models_count(count: int) -> str:
    """ "11 models"."""
    return english_singular(count, "1 model") or tr("%Ln models", "", count)


def models_shown(count: int) -> str:
    """Announced after a search: "3 models shown"."""
    return english_singular(count, "1 model shown") or tr("%Ln models shown", "", count)


def hidden_by_search(count: int) -> str:
    """Below "No model matches …"."""
    return english_singular(count, "1 model is hidden by the search.") or tr(
        "%Ln models are hidden by the search.", "", count
    )


def no_match(search: str) -> str:
    """The title of the page where a search finds nothing."""
    return fill(tr("No model matches “{text}”"), text=one_line(search, 60))


def tokens(count: int | None) -> str:
    """A context length: "40,960 tokens"."""
    return "" if count is None else tr("%Ln tokens", "", count)


def loaded_total(running: tuple[RunningModel, ...]) -> str:
    """ "2 loaded, 9.2 GB in graphics memory"; "" when nothing is."""
    if not running:
        return ""
    use = MemoryUse.of(running)
    loaded = tr("%Ln loaded", "models", use.count)
    if not use.total_bytes:
        return loaded
    text = tr("{loaded}, {size} in memory")
    if use.is_in_graphics:
        text = tr("{loaded}, {size} in graphics memory")
    return fill(text, loaded=loaded, size=size(use.total_bytes))


def memory_figure(model: RunningModel) -> tuple[str, str]:
    """The memory card's figure and the words after it: "6.3 GB", "in graphics memory"."""
    total, graphics = model.size_bytes or 0, model.size_vram_bytes or 0
    where = tr("in graphics memory") if total and graphics >= total else tr("in memory")
    return size(model.size_bytes), where


def memory_share(model: RunningModel) -> str:
    """ "100% graphics card", "60% graphics card, 40% processor"; "" when not told."""
    total, graphics = model.size_bytes or 0, model.size_vram_bytes
    if not total or graphics is None or graphics > total:
        return ""
    share = graphics * 100 // total
    if share == 100:
        return fill(tr("{percent} graphics card"), percent=percent_of(100))
    if not graphics:
        return fill(tr("{percent} processor"), percent=percent_of(100))
    return fill(
        tr("{graphics} graphics card, {processor} processor"),
        graphics=percent_of(share),
        processor=percent_of(100 - share),
    )


def unloads_in(model: RunningModel, now: datetime, *, is_exact: bool = True) -> str:
    """ "Unloads in 4 min 12 s" or "Kept until you unload it"."""
    if model.expires_at is None or is_forever(model.expires_at, now):
        return tr("Kept until you unload it")
    left_s = seconds_until(model.expires_at, now)
    if left_s < 1:
        return tr("In use, or being unloaded")
    span = elapsed(left_s) if is_exact else roughly(left_s)
    return fill(tr("Unloads in {time}"), time=span)


def text_stats(kind: str, characters: int) -> str:
    """Above a long text: "Go template, 1,723 characters"."""
    return fill(tr("{kind}, {count} characters"), kind=kind, count=number(characters))
