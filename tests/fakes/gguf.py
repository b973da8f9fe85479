"""Writes GGUF files, whole and damaged ones: what tests read, upload and drop."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tray_app.core.gguf.types import SCALARS, TENSOR_TYPES

UINT32, FLOAT32, BOOL, STRING, ARRAY, UINT64 = 4, 6, 7, 8, 9, 10
F32, F16, Q4_K = 0, 1, 12

Value = str | int | float | bool | Sequence[str] | bytes
"""bytes are written as they are: type and value."""


@dataclass(frozen=True)
class Tensor:
    """`shape` has the length of a row first."""

    name: str
    shape: tuple[int, ...] = (256,)
    kind: int = F16

    @property
    def size(self) -> int:
        block, block_bytes = TENSOR_TYPES.get(self.kind, (1, 0))
        count = 1
        for length in self.shape:
            count *= length
        return count // block * block_bytes


TENSORS = (Tensor("token_embd.weight", (256, 4)), Tensor("blk.0.attn_v.weight", (256, 2)))


@dataclass(frozen=True)
class Gguf:
    """A file of version 3 with these pairs and tensors."""

    pairs: Mapping[str, Value] = field(default_factory=dict)
    tensors: tuple[Tensor, ...] = TENSORS
    version: int = 3
    alignment: int = 32

    def header(self) -> bytes:
        pairs = b"".join(text(key) + value(each) for key, each in self.pairs.items())
        tensors, offset = [], 0
        for tensor in self.tensors:
            shape = struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape)
            tensors.append(text(tensor.name) + shape + struct.pack("<IQ", tensor.kind, offset))
            offset += tensor.size + -tensor.size % self.alignment
        counts = struct.pack("<IQQ", self.version, len(self.tensors), len(self.pairs))
        return b"GGUF" + counts + pairs + b"".join(tensors)

    def data(self, seed: int = 0) -> bytes:
        found = b""
        for index, tensor in enumerate(self.tensors):
            found += bytes((seed + index) % 7 for _ in range(tensor.size))
            found += b"\0" * (-len(found) % self.alignment)
        return found

    def encode(self, seed: int = 0) -> bytes:
        header = self.header()
        return header + b"\0" * (-len(header) % self.alignment) + self.data(seed)

    def write(self, path: Path, seed: int = 0) -> Path:
        path.write_bytes(self.encode(seed))
        return path


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def value(each: Value) -> bytes:
    """Its type and itself, as the converters of llama.cpp write it."""
    match each:
        case bytes():
            return each
        case str():
            return struct.pack("<I", STRING) + text(each)
        case bool():
            return struct.pack("<I?", BOOL, each)
        case int():
            return struct.pack("<II", UINT32, each)
        case float():
            return struct.pack("<If", FLOAT32, each)
    return array(STRING, [text(item) for item in each])


def number(kind: int, each: float) -> bytes:
    """A number of another type than the usual one."""
    return struct.pack("<I", kind) + struct.pack(SCALARS[kind], each)


def array(kind: int, items: Sequence[bytes]) -> bytes:
    return struct.pack("<IIQ", ARRAY, kind, len(items)) + b"".join(items)


def model(architecture: str = "llama", file_type: int = 1, **pairs: Value) -> Gguf:
    """A model as a converter writes it. In names of `pairs`, `__` stands for a dot."""
    usual: dict[str, Value] = {
        "general.architecture": architecture,
        "general.type": "model",
        "general.name": "Llama 3.2 3B",
        "general.size_label": "3B",
        f"{architecture}.block_count": 1,
        f"{architecture}.context_length": 131_072,
        f"{architecture}.embedding_length": 256,
        "general.file_type": file_type,
        "tokenizer.ggml.tokens": ["a", "bc", ""],
        "tokenizer.chat_template": "{{ .Prompt }}",
    }
    return Gguf(usual | _dotted(pairs))


def parts(count: int, architecture: str = "llama") -> tuple[Gguf, ...]:
    """The parts of a split model; the first has all that is told of it."""
    first = model(architecture)
    split: list[dict[str, Value]] = [
        {
            "split.no": number(2, index),
            "split.count": number(2, count),
            "split.tensors.count": number(5, count),
        }
        for index in range(count)
    ]
    tensors = [(Tensor(f"blk.{index}.attn_v.weight", (256, 2)),) for index in range(count)]
    return (
        Gguf({**first.pairs, **split[0]}, (Tensor("token_embd.weight", (256, 4)), *tensors[0])),
        *(Gguf(split[index], tensors[index]) for index in range(1, count)),
    )


def part_name(base: str, number_: int, count: int) -> str:
    return f"{base}-{number_:05}-of-{count:05}.gguf"


def projector(*, sees: bool = True, hears: bool = False, **pairs: Value) -> Gguf:
    usual: dict[str, Value] = {
        "general.architecture": "clip",
        "general.type": "mmproj",
        "clip.has_vision_encoder": sees,
        "clip.has_audio_encoder": hears,
        "clip.projector_type": "gemma3",
        "clip.vision.block_count": 1,
        "clip.vision.projection_dim": 256,
    }
    tensors = (Tensor("v.blk.0.attn_k.weight", (256, 2)), Tensor("mm.0.weight", (256, 2)))
    return Gguf(usual | _dotted(pairs), tensors)


def adapter(architecture: str = "llama", **pairs: Value) -> Gguf:
    usual: dict[str, Value] = {
        "general.architecture": architecture,
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": 16.0,
    }
    tensors = (
        Tensor("blk.0.attn_q.weight.lora_a", (256, 2)),
        Tensor("blk.0.attn_q.weight.lora_b", (256, 2)),
    )
    return Gguf(usual | _dotted(pairs), tensors)


def _dotted(pairs: Mapping[str, Value]) -> dict[str, Value]:
    return {key.replace("__", "."): each for key, each in pairs.items()}
