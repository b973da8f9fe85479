"""KeepingFacts: each change is told once, and keys are found however they are spelled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tray_app.core.keeping.measuring import Measurements
from tray_app.core.keeping.records import (
    Capacity,
    KeepKind,
    KeepStatus,
    KeptModel,
    Loading,
    Measurement,
)
from tray_app.core.payloads import ModelRef
from tray_app.core.records import (
    Layer,
    LayerKind,
    ModelInfo,
    ModelRecord,
    Poll,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.state.app_state import AppState

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
QWEN = ModelRecord("nas", "Qwen3:8b", "a" * 64)
PHI = ModelRecord("nas", "phi4:14b", "b" * 64)
WEIGHTS = "sha256:" + "c" * 64
GB = 1_000_000_000


@pytest.fixture
def state() -> AppState:
    state = AppState(Server("nas", "nas", "10.0.0.9:11434"))
    status = ServerStatus("nas", ServerState.ONLINE, AT)
    state.take_poll(Poll(status, Snapshot("nas", (QWEN, PHI), (), "0.33.1", AT, 0.0)))
    return state


def test_what_is_kept_is_told_model_by_model(state: AppState) -> None:
    facts, told = state.keeping, list[object]()
    facts.status_changed.connect(told.append)
    facts.kept_changed.connect(lambda: told.append("kept"))
    kept = KeptModel("nas", "Qwen3:8b", 8192)
    facts.set_kept((kept,))
    facts.set_kept((kept,))
    assert told == [("nas", "qwen3:8b"), "kept"]
    assert facts.kept_model(("nas", "QWEN3:8B")) == kept
    assert facts.kept_model(("studio", "qwen3:8b")) is None
    assert facts.status(QWEN.key) == KeepStatus(KeepKind.WAITING)
    told.clear()
    facts.set_status(kept.key, KeepStatus(KeepKind.KEPT))
    facts.set_status(kept.key, KeepStatus(KeepKind.KEPT))
    assert told == [("nas", "qwen3:8b"), "kept"]
    facts.set_kept(())
    assert facts.status(QWEN.key) is None


def test_one_that_was_given_up_keeps_its_status_and_is_not_kept(state: AppState) -> None:
    facts = state.keeping
    facts.set_status(("nas", "phi4:14b"), KeepStatus(KeepKind.GIVEN_UP, AT, "x"))
    assert facts.kept_model(PHI.key) is None
    status = facts.status(PHI.key)
    assert status is not None
    assert status.kind is KeepKind.GIVEN_UP
    facts.set_status(("nas", "phi4:14b"), None)
    assert facts.status(PHI.key) is None


def test_loads_in_their_order(state: AppState) -> None:
    facts, told = state.keeping, list[object]()
    facts.loading_changed.connect(told.append)
    one, other = Loading(ModelRef(*QWEN.key), 1.0), Loading(ModelRef(*PHI.key), 2.0)
    for loading in (one, other, replace(one, is_stopping=True)):
        facts.set_loading(loading)
    assert [each.ref.name for each in facts.loads] == ["Qwen3:8b", "phi4:14b"]
    facts.end_loading(("nas", "qwen3:8B"))
    facts.end_loading(("nas", "qwen3:8b"))
    assert facts.loads == (other,)
    assert len(told) == 4


def test_what_was_measured_is_found_by_the_weights_of_a_record(state: AppState) -> None:
    facts = state.keeping
    taken = Measurement(
        *("nas", "f" * 64, 8192, 7 * GB, 7 * GB, AT), weights=WEIGHTS, is_default=True
    )
    facts.set_measurements(Measurements((taken,)))
    assert facts.measured_of(QWEN) == ()
    layers = (Layer(WEIGHTS, LayerKind.MODEL),)
    info = ModelInfo("nas", "Qwen3:8b", QWEN.digest, layers=layers)
    state.set_layer_index(state.layer_index.with_info(info))
    assert facts.measured_of(QWEN) == (taken,)
    assert facts.default_context(QWEN) == 8192
    assert facts.needed(KeptModel("nas", "qwen3:8b")) == 7 * GB
    assert facts.needed(KeptModel("nas", "qwen3:8b", 4096)) is None
    assert facts.needed(KeptModel("nas", "gone:1")) is None


def test_the_contexts_go_up_to_what_the_details_tell(state: AppState) -> None:
    facts = state.keeping
    assert facts.contexts(QWEN, None) == ()
    info = ModelInfo("nas", "Qwen3:8b", model_info=(("qwen3.context_length", 16384),))
    assert facts.contexts(QWEN, info) == (4096, 8192, 16384)
    odd = ModelInfo("nas", "Qwen3:8b", model_info=(("qwen3.context_length", "many"),))
    assert facts.contexts(QWEN, odd) == ()


def test_who_leaves_no_room(state: AppState) -> None:
    facts = state.keeping
    taken = [
        Measurement("nas", row.digest, 4096, size * GB, size * GB, AT, is_default=True)
        for row, size in ((QWEN, 6), (PHI, 9))
    ]
    facts.set_measurements(Measurements(taken))
    facts.set_kept((KeptModel("nas", "Qwen3:8b"),))
    wanted = KeptModel("nas", "phi4:14b")
    assert facts.no_room(wanted) is None, "how much there is is not known"
    facts.set_capacity("nas", Capacity(12 * GB))
    found = facts.no_room(wanted)
    assert found is not None
    assert (found.others, found.other_bytes, found.needed_bytes) == (("Qwen3:8b",), 6 * GB, 9 * GB)
    assert facts.no_room(wanted, ("nas", "qwen3:8B")) is None
    assert facts.no_room(KeptModel("nas", "Qwen3:8b", 4096)) is None, "it is the one that is kept"
