"""How large a file gets by quantizing, against the sizes of published ones."""

import pytest

from tray_app.core.gguf.weights import Count, Weights, quantize_choices, quantized_bytes

# 34 blocks, one tensor for embedding and output.
GEMMA_4B = Weights(
    embedding=Count(262_208 * 2_560),
    attention=Count(34 * 2_560 * 1_024),
    down=Count(34 * 10_240 * 2_560),
    rest=Count(34 * (2 * 10_240 * 2_560 + 2 * 2_560 * 2_048 + 2_560 * 1_024)),
    kept_bytes=34 * 4 * 2_560 * 4,
)
# Most of its rows are 640 numbers long, which are no whole blocks.
GEMMA_270M = Weights(
    embedding=Count(0, 262_144 * 640),
    attention=Count(0, 18 * 640 * 256),
    down=Count(18 * 2_048 * 640),
    rest=Count(18 * 1_024 * 640, 18 * (2 * 2_048 * 640 + 1_024 * 640 + 256 * 640)),
    kept_bytes=223_744,
)


def sizes(weights: Weights, header_bytes: int = 0) -> dict[str, int]:
    choices = quantize_choices(weights, header_bytes)
    return {choice.file_type: choice.size_bytes for choice in choices}


def test_sizes_are_near_those_of_published_files() -> None:
    assert sizes(GEMMA_4B) == {
        "Q8_0": pytest.approx(4.13e9, rel=0.02),
        "Q4_K_M": pytest.approx(2.49e9, rel=0.02),
        "Q4_K_S": pytest.approx(2.38e9, rel=0.02),
    }
    assert sizes(GEMMA_270M, 6_525_112)["Q4_K_M"] == pytest.approx(253_113_024, rel=0.01)


def test_an_output_of_its_own_lets_the_embedding_shrink() -> None:
    tied = sizes(Weights(embedding=Count(1_000_000)))
    own = sizes(Weights(embedding=Count(500_000), output=Count(500_000)))
    assert own["Q4_K_M"] < tied["Q4_K_M"]
    assert own["Q8_0"] == tied["Q8_0"]


def test_parts_add_up() -> None:
    part = Weights(Count(1, 2), Count(3, 4), Count(5, 6), Count(7, 8), Count(9, 10), 11)
    assert part + part == Weights(
        Count(2, 4), Count(6, 8), Count(10, 12), Count(14, 16), Count(18, 20), 22
    )


def test_the_header_counts() -> None:
    assert sizes(GEMMA_4B, 5_000_000)["Q4_K_S"] - sizes(GEMMA_4B)["Q4_K_S"] == 5_000_000


@pytest.mark.parametrize(
    ("file_type", "quantize", "size"),
    [("F16", "Q8_0", 850), ("bf16", "q8_0", 850), ("F32", "Q8_0", 425), ("", "F16", 1_600)],
)
def test_a_size_can_be_told_without_the_weights(file_type: str, quantize: str, size: int) -> None:
    assert quantized_bytes(1_600, file_type, quantize) == size
