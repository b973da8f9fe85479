"""Which row is selected once it is in the list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.shots import data
from tests.widgets.windows import QWEN, Stage, pick, selected
from tray_app.core.payloads import ModelRef

NEW = "Qwen3-Main:8B"


def ref(digest: str = "") -> ModelRef:
    return ModelRef(data.SERVER, NEW, digest)


def list_new(stage: Stage, digest: str, name: str = NEW, *, without: str = "") -> None:
    record = replace(data.record(QWEN.name), name=name, digest=digest)
    rows = tuple(row for row in data.MODELS if row.name != without)
    stage.set_snapshot(data.snapshot((*rows, record)))


@pytest.mark.parametrize(
    ("asked", "listed", "is_found"), [("a", "a", True), ("a", "b", False), ("", "b", True)]
)
def test_with_a_digest_only_that_version_is_meant(
    stage: Stage, asked: str, listed: str, is_found: bool
) -> None:
    pick(stage, QWEN.name)
    awaited = stage.window._awaited
    awaited.wait_for(ref(asked * 64), QWEN)
    list_new(stage, listed * 64)
    assert selected(stage.window) == [NEW if is_found else QWEN.name]
    assert awaited.is_waiting is not is_found


def test_it_is_shown_as_the_server_spells_it(stage: Stage) -> None:
    stage.window._awaited.wait_for(ref(), QWEN)
    list_new(stage, "a" * 64, NEW.lower())
    assert selected(stage.window) == [NEW.lower()]


def test_whoever_has_gone_on_stays_there(stage: Stage) -> None:
    pick(stage, QWEN.name)
    stage.window._awaited.wait_for(ref(), QWEN)
    pick(stage, "mistral:7b")
    list_new(stage, "a" * 64)
    assert selected(stage.window) == ["mistral:7b"]


def test_the_neighbor_of_what_went_is_nobodys_choice(stage: Stage) -> None:
    pick(stage, QWEN.name)
    stage.window._awaited.wait_for(ref(), QWEN)
    rows = tuple(row for row in data.MODELS if row.name != QWEN.name)
    stage.set_snapshot(data.snapshot(rows))
    assert selected(stage.window) != [QWEN.name]
    list_new(stage, "a" * 64, without=QWEN.name)
    assert selected(stage.window) == [NEW]
