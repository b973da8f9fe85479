"""The fit against memory, worked out by hand; and rules that hold for any numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.memory_fit import (
    FitKind,
    GraphicsMemory,
    MemoryFit,
    memory_fit,
    needed_bytes,
    parameter_count,
)
from tray_app.core.records import Layer, LayerKind, RunningModel

GB = 1_000_000_000


def row(size_gb: float, graphics_gb: float | None) -> RunningModel:
    graphics = None if graphics_gb is None else round(graphics_gb * GB)
    return RunningModel("local", f"m{size_gb}", "", round(size_gb * GB), graphics)


def layer(kind: LayerKind, size: int) -> Layer:
    return Layer(f"sha256:{kind}", kind, size)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("13B", 13e9),
        ("116.8B", 116.8e9),
        ("137M", 137e6),
        (" 1.5b ", 1.5e9),
        ("8x7B", None),
        ("13", None),
        ("", None),
        ("9" * 400 + "B", None),
    ],
)
def test_parameters_as_servers_write_them(text: str, count: float | None) -> None:
    assert parameter_count(text) == count


def test_the_need_of_a_model_by_hand() -> None:
    layers = [
        layer(LayerKind.MODEL, 7_000_000_000),
        layer(LayerKind.PROJECTOR, 1_000_000_000),
        layer(LayerKind.LICENSE, 5_000),
    ]
    # 8 GB × 1.1 and 250 MB × √16
    assert needed_bytes(layers, "16B", "llama") == 8_800_000_000 + 1_000_000_000


def test_without_parameters_the_weights_tell_them() -> None:
    # 2.4 GB at 0.6 bytes are 4e9 parameters: 250 MB × 2
    assert needed_bytes([layer(LayerKind.MODEL, 2_400_000_000)]) == 2_640_000_000 + 500_000_000


def test_embedding_models_keep_no_cache() -> None:
    layers = [layer(LayerKind.MODEL, 274_000_000)]
    assert needed_bytes(layers, "137M", "nomic-bert") == 301_400_000


def test_no_weights_no_need() -> None:
    assert needed_bytes([layer(LayerKind.CONFIG, 400)], "8B") is None


def test_models_in_graphics_memory_are_a_lower_bound() -> None:
    seen = GraphicsMemory().observe([row(6, 6), row(3, 3)])
    assert seen == GraphicsMemory(9 * GB)
    assert memory_fit(8 * GB, seen) == MemoryFit(FitKind.FITS, 8 * GB)
    assert memory_fit(10 * GB, seen) == MemoryFit(FitKind.UNKNOWN, 10 * GB)


def test_a_split_model_shows_all_there_is() -> None:
    seen = GraphicsMemory().observe([row(6, 6), row(20, 6)])
    assert seen == GraphicsMemory(12 * GB, is_all=True)
    assert memory_fit(9 * GB, seen) == MemoryFit(FitKind.FITS, 9 * GB, 12 * GB)
    assert memory_fit(16 * GB, seen) == MemoryFit(FitKind.PARTLY, 16 * GB, 12 * GB, 750)
    assert memory_fit(48 * GB, seen) == MemoryFit(FitKind.TOO_LARGE, 48 * GB, 12 * GB, 250)


def test_half_fits_partly_and_less_is_too_large() -> None:
    seen = GraphicsMemory(10 * GB, is_all=True)
    assert memory_fit(20 * GB, seen).kind is FitKind.PARTLY
    assert memory_fit(20 * GB + 100_000_000, seen).kind is FitKind.TOO_LARGE


def test_what_was_seen_is_kept_and_more_replaces_it() -> None:
    seen = GraphicsMemory().observe([row(20, 8)])
    assert seen.observe([row(2, 2)]) is seen
    assert seen.observe([]) is seen
    assert seen.observe(None) is seen
    assert seen.observe([row(11, 11)]) == GraphicsMemory(11 * GB)


def test_a_split_while_other_programs_use_the_card_proves_nothing() -> None:
    seen = GraphicsMemory().observe([row(10, 10)])
    assert seen.observe([row(20, 4)]) is seen


def test_a_computer_without_a_card() -> None:
    none = GraphicsMemory().observe([row(5, 0)])
    assert none.has_no_card
    fit = memory_fit(10 * GB, none, 32 * GB)
    assert fit == MemoryFit(FitKind.PROCESSOR, 10 * GB, 32 * GB)
    assert not fit.is_too_much
    assert memory_fit(40 * GB, none, 32 * GB).is_too_much
    assert not memory_fit(40 * GB, none).is_too_much
    assert none.observe([row(5, 5)]) == GraphicsMemory(5 * GB)
    assert GraphicsMemory(5 * GB).observe([row(3, 0)]) == GraphicsMemory(5 * GB)


def test_rows_that_do_not_tell_are_no_proof() -> None:
    assert GraphicsMemory().observe([row(5, None), row(0, 0)]) == GraphicsMemory()


sizes = st.integers(1, 2**45)
rows = st.lists(
    st.builds(
        lambda size, share: RunningModel("s", "m", "", size, size * share // 100),
        sizes,
        st.integers(0, 120),
    ),
    max_size=4,
)


@given(st.lists(rows, max_size=6))
def test_never_less_than_what_was_in_use(polls: list[list[RunningModel]]) -> None:
    seen = GraphicsMemory()
    for running in polls:
        before, seen = seen, seen.observe(running)
        assert seen.seen_bytes >= before.seen_bytes
        assert not (seen.has_no_card and seen.seen_bytes)


@given(sizes, sizes, st.booleans())
def test_more_memory_never_fits_worse(need: int, there: int, is_all: bool) -> None:
    order = [FitKind.TOO_LARGE, FitKind.UNKNOWN, FitKind.PARTLY, FitKind.FITS]
    less = memory_fit(need, GraphicsMemory(there, is_all))
    more = memory_fit(need, GraphicsMemory(there * 2, is_all))
    assert order.index(more.kind) >= order.index(less.kind)
    assert less.permille is None or 0 <= less.permille < 1000


@given(sizes, st.sampled_from(["", "8B", "70B", "0.5B"]))
def test_memory_is_more_than_the_weights(weights: int, parameters: str) -> None:
    need = needed_bytes([layer(LayerKind.MODEL, weights)], parameters)
    assert need is not None
    assert need >= weights * 11 // 10
