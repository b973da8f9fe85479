"""Whether a model will fit into memory: an estimate from its size, and what a server has shown.

The API tells no memory totals. What loaded models take (/api/ps) is a lower bound of the graphics
memory; where a model had to be split, it is about all there is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from enum import StrEnum

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.records import Layer, LayerKind, RunningModel

DEFAULT_CONTEXT = 4096
"""Tokens; what Ollama uses where graphics memory is small and nobody asked for more."""
PARTLY_PERMILLE = 500
"""From here on a model that does not fit is one that fits partly."""

_IN_MEMORY = frozenset({LayerKind.MODEL, LayerKind.PROJECTOR, LayerKind.ADAPTER, LayerKind.TENSOR})
# Weights lie in memory as on disk; buffers for computing come on top.
_BUFFERS_PERCENT = 10
# The cache of keys and values grows with layers × width, about the root of the parameters: what
# 4,096 tokens take at 16 bits is 130 MB for 1B, 540 MB for 8B and 1.3 GB for 70B of today's
# models, and three times that for older ones without grouped heads.
_CACHE_BYTES_AT_1B = 250_000_000
_BYTES_PER_PARAMETER = 0.6  # at about 4.8 bits, the usual quantization
_PARAMETERS = lazy_pattern(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*([KMBT])\s*", re.IGNORECASE)
_FACTORS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}


class FitKind(StrEnum):
    """How a model fits; one wording each."""

    FITS = "fits"
    PARTLY = "partly"
    TOO_LARGE = "too_large"
    MEASURED = "measured"  # it has run here: no estimate
    PROCESSOR = "processor"  # there is no graphics card; the total is that of the main memory
    UNKNOWN = "unknown"  # only the need is known


@dataclass(frozen=True, slots=True)
class MemoryFit:
    """`total_bytes` None = not known; `permille` is the part that fits, where it does not."""

    kind: FitKind
    needed_bytes: int
    total_bytes: int | None = None
    permille: int | None = None

    @property
    def is_too_much(self) -> bool:
        """More than the main memory of a computer without a graphics card."""
        return self.total_bytes is not None and self.needed_bytes > self.total_bytes


@dataclass(frozen=True, slots=True)
class GraphicsMemory:
    """What a server has shown of its graphics memory so far.

    `seen_bytes` were in use at once; `is_all` = a model did not fit into what was left then.
    `has_no_card` = models were loaded, and never a byte of one into graphics memory.
    """

    seen_bytes: int = 0
    is_all: bool = False
    has_no_card: bool = False

    def observe(self, running: Iterable[RunningModel] | None) -> GraphicsMemory:
        """What is known after another /api/ps; itself when that is nothing new."""
        rows = [row for row in running or () if row.size_bytes and row.size_vram_bytes is not None]
        if not rows:
            return self
        parts = [(min(row.size_vram_bytes or 0, row.size_bytes or 0), row) for row in rows]
        used = sum(part for part, _ in parts)
        is_split = any(0 < part < (row.size_bytes or 0) for part, row in parts)
        if not used:
            return self if self.seen_bytes else GraphicsMemory(has_no_card=True)
        if used < self.seen_bytes:
            return self  # something else has taken the rest
        is_all = is_split or (self.is_all and used == self.seen_bytes)
        found = GraphicsMemory(used, is_all)
        return self if found == self else found


def parameter_count(text: str) -> float | None:
    """ "13B" → 13e9; None for anything else."""
    match = _PARAMETERS.fullmatch(text)
    return float(match[1]) * _FACTORS[match[2].upper()] if match else None


def is_embedding_family(family: str) -> bool:
    """Whether models of this family turn text into vectors and keep no cache."""
    return "bert" in family.casefold()


def needed_bytes(layers: Iterable[Layer], parameters: str = "", family: str = "") -> int | None:
    """Memory for a model with the default context: weights × 1.1 + 250 MB × √(parameters / 1e9).

    The second part is the cache of the default context; embedding models have none. None when
    there are no weights.
    """
    weights = sum(layer.size_bytes or 0 for layer in layers if layer.kind in _IN_MEMORY)
    if not weights:
        return None
    cache = 0
    if not is_embedding_family(family):
        count = parameter_count(parameters) or weights / _BYTES_PER_PARAMETER
        cache = round(_CACHE_BYTES_AT_1B * math.sqrt(count / 1e9))
    return weights * (100 + _BUFFERS_PERCENT) // 100 + cache


def memory_fit(needed: int, graphics: GraphicsMemory, main_bytes: int | None = None) -> MemoryFit:
    """How `needed` bytes fit. `main_bytes`: the computer's memory, None = not known."""
    if graphics.has_no_card:
        return MemoryFit(FitKind.PROCESSOR, needed, main_bytes)
    if needed <= graphics.seen_bytes:
        return MemoryFit(FitKind.FITS, needed, graphics.seen_bytes if graphics.is_all else None)
    if not graphics.is_all:
        return MemoryFit(FitKind.UNKNOWN, needed)
    permille = graphics.seen_bytes * 1000 // needed
    kind = FitKind.PARTLY if permille >= PARTLY_PERMILLE else FitKind.TOO_LARGE
    return MemoryFit(kind, needed, graphics.seen_bytes, permille)
