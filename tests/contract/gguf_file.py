"""Tiny GGUF files: what a real server accepts as weights."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from typing import Any

_UINT32, _BOOL, _STRING, _ARRAY = 4, 7, 8, 9
_F32 = 0
F16 = 1


def gguf_bytes(
    seed: int,
    *,
    floats: int = 1024,
    words: int = 2,
    embedding: bool = False,
    tensor: str = "v.test.weight",
    architecture: str = "llama",
    file_type: int = 15,
    more: Mapping[str, str | int] | None = None,
) -> bytes:
    """A file with one tensor; another seed gives another digest.

    The tensor's usual name keeps the server from sending the file through an external tool.
    """
    pairs = [
        _pair("general.architecture", architecture),
        _pair("general.file_type", file_type),
        _pair(f"{architecture}.block_count", 1),
        _pair(f"{architecture}.context_length", 8192),
        _pair(f"{architecture}.embedding_length", 64),
        _pair("x.seed", seed),
        *(_pair(key, value) for key, value in (more or {}).items()),
    ]
    if words:
        texts = b"".join(_text(f"word{index}") for index in range(words))
        pairs.append(_text("x.words") + struct.pack("<IIQ", _ARRAY, _STRING, words) + texts)
    if embedding:
        pairs.append(_pair("llama.pooling_type", 1))
    return _file(pairs, tensor, floats)


def plain_bytes(seed: int, **settings: Any) -> bytes:
    """A file that the server has copied, or quantized, by its external tool."""
    return gguf_bytes(seed, **{"tensor": "token_embd.weight", "file_type": F16, **settings})


def part_bytes(seed: int, number: int, count: int) -> bytes:
    """One part of a split file, the first one is 0."""
    split: dict[str, str | int] = {"split.no": number, "split.count": count}
    return plain_bytes(seed, tensor=f"blk.{number}.weight", more=split)


def projector_bytes(seed: int) -> bytes:
    """The part of a model that sees."""
    pairs = [
        _pair("general.architecture", "clip"),
        _pair("general.type", "mmproj"),
        _pair("clip.has_vision_encoder", True),
        _pair("clip.projector_type", "mlp"),
        _pair("x.seed", seed),
    ]
    return _file(pairs, "v.patch_embd.weight", 64)


def adapter_bytes(seed: int) -> bytes:
    """An adapter for a model of the architecture llama."""
    pairs = [
        _pair("general.architecture", "llama"),
        _pair("general.type", "adapter"),
        _pair("adapter.type", "lora"),
        _pair("x.seed", seed),
    ]
    return _file(pairs, "blk.0.attn_q.weight.lora_a", 64)


def _file(pairs: list[bytes], tensor: str, floats: int) -> bytes:
    entry = _text(tensor) + struct.pack("<IQIQ", 1, floats, _F32, 0)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(pairs)) + b"".join(pairs) + entry
    return head + b"\0" * (-len(head) % 32) + struct.pack("<f", 1.0) * floats


def digest_of(data: bytes) -> str:
    """The digest under which a server knows these bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def _pair(key: str, value: str | int) -> bytes:
    if isinstance(value, bool):
        return _text(key) + struct.pack("<I?", _BOOL, value)
    if isinstance(value, str):
        return _text(key) + struct.pack("<I", _STRING) + _text(value)
    return _text(key) + struct.pack("<II", _UINT32, value)
