"""Believable GGUF headers, made from the handful of numbers that shape a model."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from tray_app.demo.store.package import Weights

_FILE_TYPES = {"F16": 1, "Q4_0": 2, "Q8_0": 7, "Q4_K_M": 15, "MXFP4": 38}
_MAIN_TENSOR = {"F16": "F16", "Q4_0": "Q4_0", "Q8_0": "Q8_0", "Q4_K_M": "Q4_K", "MXFP4": "MXFP4"}


@dataclass(frozen=True)
class Shape:
    """The numbers of a transformer."""

    architecture: str
    blocks: int
    embedding: int
    feed_forward: int
    heads: int
    kv_heads: int
    context: int
    vocabulary: int
    tokenizer: str = "gpt2"
    rope_base: float = 1_000_000.0


def seeded_digest(seed: str) -> str:
    """The same digest for the same seed, for bytes that do not exist."""
    return "sha256:" + hashlib.sha256(f"demo weights {seed}".encode()).hexdigest()


def language_model(
    seed: str,
    size: int,
    shape: Shape,
    *,
    parameters: int,
    name: str,
    license_id: str = "",
    file_type: str = "Q4_K_M",
    capabilities: tuple[str, ...] = ("completion",),
    chat_template: str = "",
    memory_bytes: int = 0,
) -> Weights:
    """A text model's weights."""
    arch = shape.architecture
    head = shape.embedding // shape.heads
    vocabulary = range(shape.vocabulary)
    kv: dict[str, Any] = {
        "general.architecture": arch,
        "general.basename": name,
        "general.file_type": _FILE_TYPES[file_type],
        "general.name": name,
        "general.parameter_count": parameters,
        "general.quantization_version": 2,
        "general.languages": ["en"],
        "general.type": "model",
        f"{arch}.attention.head_count": shape.heads,
        f"{arch}.attention.head_count_kv": shape.kv_heads,
        f"{arch}.attention.key_length": head,
        f"{arch}.attention.layer_norm_rms_epsilon": 1e-06,
        f"{arch}.attention.value_length": head,
        f"{arch}.block_count": shape.blocks,
        f"{arch}.context_length": shape.context,
        f"{arch}.embedding_length": shape.embedding,
        f"{arch}.feed_forward_length": shape.feed_forward,
        f"{arch}.rope.freq_base": shape.rope_base,
        f"{arch}.vocab_size": shape.vocabulary,
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.merges": range(shape.vocabulary - 256),
        "tokenizer.ggml.model": shape.tokenizer,
        "tokenizer.ggml.padding_token_id": 0,
        "tokenizer.ggml.token_type": vocabulary,
        "tokenizer.ggml.tokens": vocabulary,
    }
    if license_id:
        kv["general.license"] = license_id
    if chat_template:
        kv["tokenizer.chat_template"] = chat_template
    return Weights(
        seeded_digest(seed),
        size,
        arch,
        file_type,
        kv,
        _tensors(shape, _MAIN_TENSOR[file_type]),
        capabilities,
        memory_bytes,
    )


def embedding_model(seed: str, size: int, shape: Shape, *, parameters: int, name: str) -> Weights:
    """The weights of a model that turns text into vectors."""
    made = language_model(
        seed,
        size,
        shape,
        parameters=parameters,
        name=name,
        license_id="apache-2.0",
        file_type="F16",
        capabilities=("embedding",),
    )
    arch = shape.architecture
    kv = {**made.kv, f"{arch}.pooling_type": 1, f"{arch}.attention.causal": False}
    return Weights(made.digest, size, arch, "F16", kv, made.tensors, made.capabilities)


def vision_projector(seed: str, size: int, *, blocks: int = 23, width: int = 1024) -> Weights:
    """The part of a model that reads pictures."""
    kv: dict[str, Any] = {
        "general.architecture": "clip",
        "general.file_type": 1,
        "general.parameter_count": size // 2,
        "general.name": seed,
        "clip.has_vision_encoder": True,
        "clip.has_text_encoder": False,
        "clip.projector_type": "mlp",
        "clip.vision.block_count": blocks,
        "clip.vision.embedding_length": width,
        "clip.vision.image_size": 336,
        "clip.vision.image_mean": [0.48145467, 0.4578275, 0.40821072],
        "clip.vision.patch_size": 14,
    }
    return Weights(seeded_digest(seed), size, "clip", "F16", kv)


def _tensors(shape: Shape, main: str) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
    wide = "F16" if main == "F16" else "Q6_K"
    head = shape.embedding // shape.heads
    kv_width = head * shape.kv_heads
    e, f = shape.embedding, shape.feed_forward
    per_block = (
        ("attn_k.weight", main, (e, kv_width)),
        ("attn_norm.weight", "F32", (e,)),
        ("attn_output.weight", main, (e, e)),
        ("attn_q.weight", main, (e, e)),
        ("attn_v.weight", wide, (e, kv_width)),
        ("ffn_down.weight", wide, (f, e)),
        ("ffn_gate.weight", main, (e, f)),
        ("ffn_norm.weight", "F32", (e,)),
        ("ffn_up.weight", main, (e, f)),
    )
    rows: list[tuple[str, str, tuple[int, ...]]] = [
        ("token_embd.weight", main, (e, shape.vocabulary))
    ]
    for block in range(shape.blocks):
        rows += [(f"blk.{block}.{name}", kind, size) for name, kind, size in per_block]
    rows += [("output_norm.weight", "F32", (e,)), ("output.weight", wide, (e, shape.vocabulary))]
    return tuple(rows)
