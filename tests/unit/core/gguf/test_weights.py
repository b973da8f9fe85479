"""How large a file gets by quantizing, against the sizes of published ones."""

import pytest

from tray_app.core.gguf.weights import Weights, quantize_choices, quantized_bytes

# Gemma 3 4B: 34 blocks, one tensor for embedding and output.
GEMMA = Weights(
    embedding=262_208 * 2_560,
    attention=34 * 2_560 * 1_024,
    down=34 * 10_240 * 2_560,
    rest=34 * (2 * 10_240 * 2_560 + 2 * 2_560 * 2_048 + 2_560 * 1_024),
    kept_bytes=34 * 4 * 2_560 * 4,
)


def test_sizes_are_near_those_of_published_files() -> None:
    sizes = {choice.file_type: choice.size_bytes for choice in quantize_choices(GEMMA)}
    assert sizes == {
        "Q8_0": pytest.approx(4.13e9, rel=0.02),
        "Q4_K_M": pytest.approx(2.49e9, rel=0.02),
        "Q4_K_S": pytest.approx(2.38e9, rel=0.02),
    }


def test_an_output_of_its_own_lets_the_embedding_shrink() -> None:
    tied, own = Weights(embedding=1_000_000), Weights(embedding=500_000, output=500_000)
    assert quantize_choices(own)[1].size_bytes < quantize_choices(tied)[1].size_bytes
    assert quantize_choices(own)[0] == quantize_choices(tied)[0]


def test_parts_add_up() -> None:
    part = Weights(1, 2, 3, 4, 5, 6)
    assert part + part == Weights(2, 4, 6, 8, 10, 12)


def test_the_header_counts() -> None:
    with_header, without = quantize_choices(GEMMA, 5_000_000), quantize_choices(GEMMA)
    assert with_header[2].size_bytes - without[2].size_bytes == 5_000_000


@pytest.mark.parametrize(
    ("file_type", "quantize", "size"),
    [("F16", "Q8_0", 850), ("bf16", "q8_0", 850), ("F32", "Q8_0", 425), ("", "F16", 1_600)],
)
def test_a_size_can_be_told_without_the_weights(file_type: str, quantize: str, size: int) -> None:
    assert quantized_bytes(1_600, file_type, quantize) == size
