"""What the header of a GGUF file tells, and why a file cannot be used."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from tray_app.core.gguf.weights import Weights
from tray_app.core.lazy_dataclasses import dataclass


class GgufKind(StrEnum):
    """What a file is for, as Ollama tells it from the header."""

    MODEL = "model"
    ADAPTER = "adapter"
    PROJECTOR = "projector"
    OTHER = "other"  # an importance matrix, a vocabulary: GgufHeader.type says what


class FileFault(StrEnum):
    """Why no model can be made of a file as it is; one value per sentence."""

    GONE = "gone"
    UNREADABLE = "unreadable"  # the system refuses: Refusal.context
    NOT_GGUF = "not_gguf"  # Refusal.begins
    CUT_OFF = "cut_off"  # Refusal.needed_bytes, None = not known: even the header ends too early
    OLD_KIND = "old_kind"  # big-endian, or version 1
    DAMAGED = "damaged"  # begins as a GGUF file and then makes no sense: Refusal.context
    HEADER_TOO_LARGE = "header_too_large"
    PART_MISSING = "part_missing"  # FileFacts.missing
    PROJECTOR_ALONE = "projector_alone"
    NO_MODEL = "no_model"  # GgufKind.OTHER


@dataclass(frozen=True, slots=True)
class Refusal:
    """`path` is the file meant, `begins` its first bytes as text ("" = it is empty), `context` for
    the log."""

    fault: FileFault
    path: str = ""
    begins: str = ""
    size_bytes: int = 0
    needed_bytes: int | None = None
    context: str = ""

    @property
    def is_git_lfs(self) -> bool:
        """Whether it is a pointer to a file that was not downloaded."""
        return self.begins.startswith("version https://git-lfs")


class GgufRefused(Exception):
    """A header cannot be used."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.fault}: {refusal.context}")
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What one file says of itself; "" and None = it does not tell.

    `type` is `general.type`. `file_type` is the quantization as Ollama spells it (`Q4_K_M`).
    `split_no` counts from 0; `split_count` 0 or 1 = not split. `end_bytes` is where the data of its
    last tensor ends, so the file is at least that long. `links` are addresses that it gives for
    itself, `made_by` who quantized it, `matrix_file` and `matrix_data`
    where its importance matrix and the texts for that lay there.
    """

    kind: GgufKind
    version: int = 3
    type: str = ""
    architecture: str = ""
    title: str = ""
    size_label: str = ""
    file_type: str = ""
    block_count: int | None = None
    context_length: int | None = None
    embedding_length: int | None = None
    projection_length: int | None = None
    """Of a projector: the embedding length of the models it fits."""
    split_no: int = 0
    split_count: int = 0
    has_chat_template: bool = False
    sees: bool = False
    hears: bool = False
    is_stored_as_is: bool = False
    """Ollama keeps it as it comes: it has tensors `v.*`, `mm.*`, `a.*`, `s.*` or `mtp.*`."""
    can_be_quantized: bool = False
    header_bytes: int = 0
    end_bytes: int = 0
    weights: Weights = field(default_factory=Weights)
    links: tuple[str, ...] = ()
    base_links: tuple[str, ...] = ()
    """Of what it was made from."""
    made_by: str = ""
    matrix_file: str = ""
    matrix_data: str = ""

    @property
    def is_split(self) -> bool:
        return self.split_count > 1
