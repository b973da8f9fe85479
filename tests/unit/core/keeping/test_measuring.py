"""What models took in memory: what is kept of it, and what it is found by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tray_app.core.keeping.measuring import (
    Measurements,
    capacity_of,
    offered_contexts,
    telling,
    weights_of,
)
from tray_app.core.keeping.records import MAX_MEASUREMENTS, Capacity, Measurement
from tray_app.core.memory_fit import GraphicsMemory
from tray_app.core.records import Layer, LayerKind, RunningModel
from tray_app.core.sharing import KnownLayers

GB = 1_000_000_000
AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
OLD, NEW, WEIGHTS = "a" * 64, "b" * 64, "sha256:" + "c" * 64


def row(
    name: str = "x:1", digest: str = OLD, context: int | None = 4096, size: int = 6 * GB
) -> RunningModel:
    return RunningModel("nas", name, digest, size, size, None, context)


def note(
    measurements: Measurements,
    *rows: RunningModel,
    at: datetime = AT,
    weights: str = "",
    is_default: bool = False,
) -> bool:
    return measurements.note(
        "nas", rows, "0.33.1", at, lambda _digest: weights, lambda _row: is_default
    )


def taken(context: int = 4096, size: int = 6 * GB, graphics: int | None = None) -> Measurement:
    on_card = size if graphics is None else graphics
    return Measurement("nas", OLD, context, size, on_card, AT)


def test_each_context_is_measured_and_the_same_is_no_news() -> None:
    found = Measurements()
    assert note(found, row())
    assert not note(found, row(), at=AT + timedelta(minutes=5))
    assert note(found, row(context=8192, size=7 * GB))
    assert [each.context_length for each in found.of("nas", OLD)] == [4096, 8192]
    assert found.of("studio", OLD) == ()
    assert not note(found, row(), at=AT + timedelta(hours=2)), "newer, and nothing new"
    assert found.of("nas", OLD)[0].at == AT + timedelta(hours=2)


def test_what_a_server_does_not_tell_is_not_measured() -> None:
    found = Measurements()
    bare = replace(row(), context_length=None), replace(row(), digest=""), row(size=0)
    assert not note(found, *bare)
    assert len(found) == 0


def test_they_belong_to_the_weights_and_outlive_an_update_that_leaves_them() -> None:
    found = Measurements()
    note(found, row())
    assert found.of("nas", NEW, WEIGHTS) == ()
    assert found.set_weights(lambda digest: WEIGHTS if digest == OLD else "")
    assert len(found.of("nas", NEW, WEIGHTS)) == 1
    note(found, row(digest=NEW, size=7 * GB), weights=WEIGHTS)
    assert [each.size_bytes for each in found.of("nas", NEW, WEIGHTS)] == [7 * GB]
    assert len(found) == 1


def test_the_default_context_is_the_one_that_the_server_chose() -> None:
    found = Measurements()
    note(found, row(context=8192))
    assert found.default_context("nas", OLD) is None
    assert found.best("nas", OLD, "", None) is None
    note(found, row(context=4096), is_default=True)
    note(found, row(context=4096), at=AT + timedelta(minutes=1))
    assert found.default_context("nas", OLD) == 4096
    best = found.best("nas", OLD, "", None)
    assert best is not None
    assert best.context_length == 4096


def test_what_else_was_loaded_and_how_long_it_took_stay_with_it() -> None:
    found = Measurements()
    note(found, row(), row("y:1", NEW))
    found.note_load("nas", OLD, 4096, 21.04)
    (one,) = found.of("nas", OLD)
    assert (one.beside, one.load_s) == (("y:1",), 21.0)
    note(found, row(), at=AT + timedelta(hours=2))
    (one,) = found.of("nas", OLD)
    assert (one.beside, one.load_s) == ((), 21.0)


def test_of_very_many_the_newest_are_kept() -> None:
    found = Measurements(
        replace(taken(), digest=f"{number:064x}") for number in range(MAX_MEASUREMENTS + 5)
    )
    assert len(found) == MAX_MEASUREMENTS
    assert found.of("nas", f"{0:064x}") == ()
    assert found.of("nas", f"{MAX_MEASUREMENTS:064x}") != ()


def test_a_deleted_model_is_forgotten() -> None:
    found = Measurements((taken(), taken(8192)))
    found.forget("nas", OLD)
    assert len(found) == 0
    assert found.of("nas", OLD) == ()


@pytest.mark.parametrize(
    ("default", "measured", "longest", "offered"),
    [
        (4096, (), 40960, (8192, 16384, 32768, 40960)),
        (None, (), 40960, (4096, 8192, 16384, 32768, 40960)),
        (4096, (), 131072, (8192, 16384, 32768, 65536, 131072)),
        (4096, (), 1_000_000, (8192, 16384, 32768, 65536, 1_000_000)),
        (4096, (12000,), 32768, (8192, 12000, 16384, 32768)),
        (2048, (), 2048, ()),
        (None, (), 2048, (2048,)),
        (4096, (1, 2, 3, 4, 5, 6, 7), 8192, (3, 4, 5, 6, 7)),
        (4096, (4096, 8192), None, (8192,)),
        (None, (), None, ()),
    ],
)
def test_the_contexts_that_are_offered(
    default: int | None,
    measured: tuple[int, ...],
    longest: int | None,
    offered: tuple[int, ...],
) -> None:
    assert offered_contexts(default, measured, longest) == offered


def test_how_much_memory_there_is() -> None:
    nothing = GraphicsMemory()
    assert capacity_of(nothing, ()) == Capacity(None)
    assert capacity_of(GraphicsMemory(9 * GB), ()) == Capacity(None), "that is only a part of it"
    assert capacity_of(GraphicsMemory(12 * GB, is_all=True), ()) == Capacity(12 * GB)
    split = taken(size=18 * GB, graphics=12 * GB)
    assert capacity_of(nothing, (split,)) == Capacity(12 * GB)
    beside = replace(split, beside=("y:1",))
    assert capacity_of(nothing, (beside,)) == Capacity(None), "others had the rest"
    card = GraphicsMemory(has_no_card=True)
    assert capacity_of(card, (split,), 32 * GB) == Capacity(32 * GB, is_graphics=False)


def test_the_one_that_says_most() -> None:
    small, large = taken(4096), taken(32768, 9 * GB)
    split = taken(131072, 18 * GB, 12 * GB)
    assert telling((small, large, split)) == large
    later = replace(split, context_length=65536, at=AT + timedelta(days=1))
    assert telling((split, later)) == later
    assert telling(()) is None


def test_weights_are_the_layer_of_the_model() -> None:
    layers = (Layer("sha256:t", LayerKind.TEMPLATE), Layer(WEIGHTS, LayerKind.MODEL))
    assert weights_of(KnownLayers(layers, is_whole=True)) == WEIGHTS
    assert weights_of(None) == ""
