"""How large the weights of a file get when Ollama quantizes them."""

from __future__ import annotations

from tray_app.core.lazy_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """Numbers in `even` rows of whole blocks of 256, and in others, which get a larger type."""

    even: int = 0
    uneven: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.even + other.even, self.uneven + other.uneven)

    def bits(self, bits: tuple[float, float]) -> float:
        return self.even * bits[0] + self.uneven * bits[1]


# Bits a number, with their scales: of the type meant, and of that which takes its place.
_Q8_0 = (8.5, 8.5)
_Q6_K = (6.5625, 8.5)
_Q5_K = (5.5, 6.0)
_Q4_K = (4.5, 5.5)


@dataclass(frozen=True, slots=True)
class Weights:
    """How many numbers a file has, by what becomes of them. Several parts are added up.

    `attention` and `down` are the tensors `attn_v` and `ffn_down`, of which a mixed quantization
    keeps some larger; `kept_bytes` are tensors of one row, which stay as they are.
    """

    embedding: Count = Count()
    output: Count = Count()
    attention: Count = Count()
    down: Count = Count()
    rest: Count = Count()
    kept_bytes: int = 0

    def __add__(self, other: Weights) -> Weights:
        return Weights(
            self.embedding + other.embedding,
            self.output + other.output,
            self.attention + other.attention,
            self.down + other.down,
            self.rest + other.rest,
            self.kept_bytes + other.kept_bytes,
        )


@dataclass(frozen=True, slots=True)
class QuantizeChoice:
    """A type that Ollama makes, as it spells it, and about how large the result is."""

    file_type: str
    size_bytes: int


QUANTIZE_TYPES = ("Q8_0", "Q4_K_M", "Q4_K_S")
"""What is offered, largest first."""


def quantize_choices(weights: Weights, header_bytes: int = 0) -> tuple[QuantizeChoice, ...]:
    """What the weights can become, and how large that is with a header of `header_bytes`."""
    return tuple(
        QuantizeChoice(name, header_bytes + weights.kept_bytes + round(_bits(weights, name) / 8))
        for name in QUANTIZE_TYPES
    )


def _bits(weights: Weights, file_type: str) -> float:
    mixed = weights.attention + weights.down
    if file_type == "Q8_0":
        return (weights.embedding + weights.output + mixed + weights.rest).bits(_Q8_0)
    # The tensor that makes the words is kept larger; without one, it is the embedding.
    has_output = weights.output != Count()
    bits = weights.output.bits(_Q6_K)
    bits += weights.embedding.bits(_Q4_K if has_output else _Q6_K)
    bits += weights.rest.bits(_Q4_K)
    if file_type == "Q4_K_M":  # half of the layers get more
        return bits + (mixed.bits(_Q4_K) + mixed.bits(_Q6_K)) / 2
    return bits + (7 * mixed.bits(_Q4_K) + mixed.bits(_Q5_K)) / 8


_BITS = {"F32": 32.0, "F16": 16.0, "BF16": 16.0, "Q8_0": 8.5, "Q4_K_M": 4.9, "Q4_K_S": 4.7}


def quantized_bytes(size_bytes: int, file_type: str, quantize: str) -> int:
    """About how large a file of `file_type` gets, where only its size is known."""
    before, after = _BITS.get(file_type.upper(), 16.0), _BITS.get(quantize.upper(), 16.0)
    return round(size_bytes * after / before)
