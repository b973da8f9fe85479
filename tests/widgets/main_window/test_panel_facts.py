"""What the panel, its button and people who do not see it are told of models that are made."""

from __future__ import annotations

from dataclasses import replace

from pytestqt.qtbot import QtBot

from tests.shots.creates import create
from tests.widgets.windows import Stage
from tray_app.core.creates.records import CreateFault, CreateState

S = CreateState
ITEM = replace(create("phi:q4", S.UPLOADING), id="7")


def put(stage: Stage, state: CreateState, **more: object) -> None:
    stage.state.creates.put(replace(ITEM, state=state, **more))  # type: ignore[arg-type]


def test_the_first_one_opens_the_panel_and_counts(stage: Stage) -> None:
    window = stage.window
    assert window.panel.isHidden()
    put(stage, S.UPLOADING)
    assert window.panel.isVisible()
    assert window.top_bar.downloads.text() == "Downloads  1"
    assert "1 active" in window.panel._line.text()
    put(stage, S.DONE)
    assert window.top_bar.downloads.text() == "Downloads"
    stage.state.creates.drop("7")
    assert window.panel.shown_ids() == ()


def test_what_had_ended_before_opens_nothing(stage: Stage) -> None:
    put(stage, S.DONE)
    assert stage.window.panel.isHidden()


def test_the_row_of_one_that_was_asked_for_is_shown(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    put(stage, S.UPLOADING)
    window.set_panel_open(False)
    other = replace(ITEM, id="8", request=replace(ITEM.request, name="other:q4"))
    stage.commands.create_requested.emit(other.request)
    stage.state.creates.put(other)
    assert window.panel.isVisible()
    row = window.panel.list.create_row("8")
    assert row is not None
    qtbot.waitUntil(row.hasFocus)


def test_ends_and_questions_are_read_out(stage: Stage) -> None:
    said = stage.window.announcer
    before = said.last_words
    put(stage, S.UPLOADING)
    put(stage, S.MAKING)
    assert said.last_words == before
    put(stage, S.ASKED)
    assert said.last_words == "Ollama can’t stop here. Delete the result when it’s ready?"
    put(stage, S.DONE)
    assert said.last_words == "Model created: phi:q4"
    put(stage, S.UPLOADING)
    put(stage, S.FAILED, fault=CreateFault.OTHER)
    assert said.last_words == "Creating failed: phi:q4"
    put(stage, S.UPLOADING)
    put(stage, S.DELETED)
    assert said.last_words == "Finished and deleted: phi:q4"


def test_the_window_that_is_built_late_shows_what_is_there(stage: Stage) -> None:
    put(stage, S.MAKING)
    assert stage.window.panel.shown_ids() == ("7",)
    stage.window.panel_facts.read()
    assert stage.window.panel.shown_ids() == ("7",)
