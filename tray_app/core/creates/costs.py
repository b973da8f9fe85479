"""What making a model from a file costs: what is uploaded, and the disk space of the server.

Ollama writes a file anew while it checks it: the upload, a copy and the new blob lie there side by
side, three times the file. The upload stays until a start of Ollama more than an hour later; where
the new blob is the same byte by byte, it is the upload itself that stays.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.gguf.weights import quantized_bytes
from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.core.creates.records import CreateRequest


class Room(StrEnum):
    """How the disk of the server stands to what is needed."""

    ENOUGH = "enough"
    SHORT = "short"
    UNKNOWN = "unknown"  # another computer's


@dataclass(frozen=True, slots=True)
class CreateCost:
    """Bytes. `needed_bytes` lie there at once at the worst moment, without what is there already;
    `taken_bytes` right after it is made, `going_bytes` of them go when Ollama is started more than
    an hour later. `is_up_to`: it may also be less.
    """

    upload_bytes: int
    needed_bytes: int
    taken_bytes: int
    going_bytes: int
    is_up_to: bool
    free_bytes: int | None = None

    @property
    def room(self) -> Room:
        if self.free_bytes is None:
            return Room.UNKNOWN
        return Room.ENOUGH if self.needed_bytes <= self.free_bytes else Room.SHORT


def create_cost(
    size_bytes: int,
    *,
    projector_bytes: int = 0,
    result_bytes: int | None = None,
    is_stored_as_is: bool = False,
    held_bytes: int = 0,
    free_bytes: int | None = None,
) -> CreateCost:
    """What a file of `size_bytes` (all its parts) costs with a projector of `projector_bytes`.

    `result_bytes` is what it becomes by quantizing, None = it is not quantized. `held_bytes` of
    both files are on the server already.
    """
    held_bytes = min(held_bytes, size_bytes + projector_bytes)
    if result_bytes is not None:
        needed, taken, going = size_bytes + 2 * result_bytes, size_bytes + result_bytes, size_bytes
    elif is_stored_as_is:
        needed, taken, going = size_bytes, size_bytes, 0
    else:
        needed, taken, going = 3 * size_bytes, 2 * size_bytes, size_bytes
    return CreateCost(
        upload_bytes=size_bytes + projector_bytes - held_bytes,
        needed_bytes=needed + projector_bytes - held_bytes,
        taken_bytes=taken + projector_bytes,
        going_bytes=going,
        is_up_to=result_bytes is None and not is_stored_as_is,
        free_bytes=free_bytes,
    )


def cost_of(
    request: CreateRequest, *, held_bytes: int = 0, free_bytes: int | None = None
) -> CreateCost:
    """What `request` costs; how large the result of quantizing gets is estimated."""
    result_bytes = None
    if request.quantize and request.quantize.upper() != request.file_type.upper():
        result_bytes = quantized_bytes(request.size_bytes, request.file_type, request.quantize)
    return create_cost(
        request.size_bytes,
        projector_bytes=request.projector_bytes,
        result_bytes=result_bytes,
        is_stored_as_is=request.is_stored_as_is or request.adapter,
        held_bytes=held_bytes,
        free_bytes=free_bytes,
    )
