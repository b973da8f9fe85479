"""Tiny GGUF files: what a real server accepts as weights."""

from __future__ import annotations

import hashlib
import struct

_UINT32, _STRING, _ARRAY = 4, 8, 9
_F32 = 0


def gguf_bytes(seed: int, *, floats: int = 1024, words: int = 2, embedding: bool = False) -> bytes:
    """A file with one tensor; another seed gives another digest.

    The tensor's name keeps the server from sending the file through an external tool.
    """
    pairs = [
        _pair("general.architecture", "llama"),
        _pair("general.file_type", 15),
        _pair("llama.block_count", 1),
        _pair("llama.context_length", 8192),
        _pair("llama.embedding_length", 64),
        _pair("x.seed", seed),
    ]
    if words:
        texts = b"".join(_text(f"word{index}") for index in range(words))
        pairs.append(_text("x.words") + struct.pack("<IIQ", _ARRAY, _STRING, words) + texts)
    if embedding:
        pairs.append(_pair("llama.pooling_type", 1))
    tensor = _text("v.test.weight") + struct.pack("<IQIQ", 1, floats, _F32, 0)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(pairs)) + b"".join(pairs) + tensor
    return head + b"\0" * (-len(head) % 32) + struct.pack("<f", 1.0) * floats


def digest_of(data: bytes) -> str:
    """The digest under which a server knows these bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def _pair(key: str, value: str | int) -> bytes:
    if isinstance(value, str):
        return _text(key) + struct.pack("<I", _STRING) + _text(value)
    return _text(key) + struct.pack("<II", _UINT32, value)
