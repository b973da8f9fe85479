"""FileFacts: what is known of a file that a model is to be made of, before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app.core.gguf.records import FileFault, GgufHeader, GgufKind, Refusal
from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.core.gguf.weights import QuantizeChoice


@dataclass(frozen=True, slots=True)
class FileStamp:
    """By which a file that changed is told."""

    path: str
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Projector:
    """A file beside a model that lets it see or hear. `is_likely`: as far as can be told it is of
    this model."""

    path: str
    size_bytes: int
    sees: bool = True
    hears: bool = False
    is_likely: bool = True


@dataclass(frozen=True, slots=True)
class MissingPart:
    """Part `number` of `count`, which should be called `name`."""

    number: int
    count: int
    name: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What one file is, with all that belongs to it.

    `path` is what a person chose; `files` are all the parts of the model in their order, else just
    that. `size_bytes` is that of all of them, `header` that of the first (None = it could not be
    read). `projectors` are those beside it, the likely ones first. `name` is the one that is
    suggested while nothing is quantized (`suggested_name` gives others), `pull_hint` what could be
    pulled instead ("" = nothing known).
    """

    path: str
    files: tuple[str, ...] = ()
    size_bytes: int = 0
    header: GgufHeader | None = None
    refusal: Refusal | None = None
    missing: tuple[MissingPart, ...] = ()
    projectors: tuple[Projector, ...] = ()
    choices: tuple[QuantizeChoice, ...] = ()
    name: str = ""
    pull_hint: str = ""
    stamps: tuple[FileStamp, ...] = ()

    @property
    def fault(self) -> FileFault | None:
        return self.refusal.fault if self.refusal is not None else None

    @property
    def is_adapter(self) -> bool:
        return self.header is not None and self.header.kind is GgufKind.ADAPTER

    @property
    def is_stored_as_is(self) -> bool:
        """Whether Ollama keeps no second copy of it. Parts are always put together anew."""
        if self.header is None:
            return False
        return self.is_adapter or (self.header.is_stored_as_is and len(self.files) < 2)
