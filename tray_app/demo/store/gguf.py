"""Read the header of an uploaded GGUF file: metadata and the list of tensors."""

from __future__ import annotations

import math
import struct
from typing import Any

from tray_app.demo.store.package import Weights

_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_UINT32, _STRING, _ARRAY = 4, 8, 9
_TENSOR_TYPES = {
    0: "F32",
    1: "F16",
    2: "Q4_0",
    8: "Q8_0",
    12: "Q4_K",
    13: "Q5_K",
    14: "Q6_K",
    30: "BF16",
}
_FILE_TYPES = {
    0: "F32",
    1: "F16",
    2: "Q4_0",
    7: "Q8_0",
    10: "Q2_K",
    14: "Q4_K_S",
    15: "Q4_K_M",
    18: "Q6_K",
    32: "BF16",
}


# Bytes of so many values, of the types whose place in a file is checked.
_TENSOR_BYTES = {0: (4, 1), 1: (2, 1), 2: (18, 32), 8: (34, 32), 12: (144, 256), 14: (210, 256)}
_ALIGNMENT = 32
_MAX_DIMENSIONS = 4
_NO_GGUF = "supplied file was not in GGUF format"


class NotGguf(ValueError):
    """The bytes are no GGUF file that Ollama takes; says so in its words."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def at(self) -> int:
        return self._at

    def scalar(self, code: str) -> Any:
        value = struct.unpack_from("<" + code, self._data, self._at)[0]
        self._at += struct.calcsize("<" + code)
        return value

    def string(self) -> str:
        length = self.scalar("Q")
        start, self._at = self._at, self._at + length
        if self._at > len(self._data):
            raise NotGguf("unexpected EOF")
        return self._data[start : self._at].decode("utf-8", "replace")

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            item, count = self.scalar("I"), self.scalar("Q")
            return [self.value(item) for _ in range(count)]
        return self.scalar(_SCALARS[kind])


def read_header(data: bytes, digest: str, size: int) -> Weights:
    """The weights that these first bytes describe; NotGguf if they describe none."""
    if data[:4] != b"GGUF":
        raise NotGguf(_NO_GGUF)
    reader = _Reader(data[4:])
    ends: list[tuple[str, int]] = []
    try:
        reader.scalar("I")
        tensor_count, pair_count = reader.scalar("Q"), reader.scalar("Q")
        pairs = []
        for _ in range(pair_count):
            key, kind = reader.string(), reader.scalar("I")
            value = reader.value(kind)
            # A number of another width is none to the server, and 0, which F32 is, is none either.
            if key != "general.file_type" or (kind == _UINT32 and value):
                pairs.append((key, value))
        tensors = []
        for _ in range(tensor_count):
            name = reader.string()
            dimensions = reader.scalar("I")
            if dimensions > _MAX_DIMENSIONS:
                text = f'tensor "{name}" dimensions {dimensions} exceeds maximum {_MAX_DIMENSIONS}'
                raise NotGguf(text)
            shape = tuple(reader.scalar("Q") for _ in range(dimensions))
            number, offset = reader.scalar("I"), reader.scalar("Q")
            tensors.append((name, _TENSOR_TYPES.get(number, "unknown"), shape))
            if number in _TENSOR_BYTES:
                width, values = _TENSOR_BYTES[number]
                ends.append((name, offset + math.prod(shape) * width // values))
    except (struct.error, KeyError) as error:
        raise NotGguf("unexpected EOF") from error
    kv = dict(pairs)
    start = reader.at + 4
    alignment = int(kv.get("general.alignment", _ALIGNMENT))
    if not alignment:
        raise NotGguf("invalid GGUF alignment: 0")
    start += -start % alignment
    for name, end in ends:
        if start + end > size:
            text = f'tensor "{name}" offset+size ({start + end}) exceeds file size ({size})'
            raise NotGguf(text)
    architecture = str(kv.get("general.architecture", "unknown"))
    kv.setdefault("general.parameter_count", sum(math.prod(shape) for _, _, shape in tensors))
    file_type = _FILE_TYPES.get(kv.get("general.file_type", -1), "unknown")
    is_embedding = f"{architecture}.pooling_type" in kv
    return Weights(
        digest=digest,
        size=size,
        architecture=architecture,
        file_type=file_type,
        kv=kv,
        tensors=tuple(tensors),
        capabilities=("embedding",) if is_embedding else ("completion",),
    )
