"""*New from this model* and *Edit* in the menu of a row: there or not, and why not."""

from dataclasses import replace

import pytest

from tests.shots import data
from tests.widgets.windows import Stage, entries, pick
from tray_app.core.payloads import BusyModel, ModelRef, Verb
from tray_app.core.records import ServerState
from tray_app.core.updates.facts import ModelVerdict
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.core.updates.verdicts import Marks, Standing, Verdict
from tray_app.views.main_window.actions import Command

NOTES, CLOUD = "meeting-notes:latest", "gpt-oss:120b-cloud"


def ref(name: str) -> ModelRef:
    return ModelRef(data.SERVER, name, data.digest(name))


def make(stage: Stage, name: str, by: MadeBy = MadeBy.CREATE) -> None:
    """It was made here."""
    record = data.record(name)
    made = Made(data.SERVER, name, record.digest, by, data.NOW, "mistral:7b")
    marks = Marks(is_backup=by is MadeBy.BACKUP)
    verdict = Verdict(Standing.MADE_HERE, record.digest)
    stage.state.set_verdict(ModelVerdict(record.key, verdict, marks, made))


def reasons(stage: Stage) -> tuple[str, str]:
    """Why *New from* and *Edit* are off; "" = they are not."""
    actions = stage.window.actions_
    return actions[Command.DERIVE].reason, actions[Command.EDIT].reason


def test_a_model_of_a_registry_can_be_built_upon(stage: Stage) -> None:
    pick(stage, "qwen3:8b")
    menu = entries(stage.window.row_menu())
    assert "Edit…" not in menu
    menu["New from this model…"].trigger()
    assert stage.told.take("derive_dialog_requested") == [ref("qwen3:8b")]
    assert reasons(stage)[1] == "Only models made on this server can be edited"


@pytest.mark.parametrize("by", [MadeBy.CREATE, MadeBy.COPY])
def test_what_was_made_here_can_be_edited(stage: Stage, by: MadeBy) -> None:
    make(stage, NOTES, by)
    pick(stage, NOTES)
    menu = stage.window.row_menu()
    words = [action.text() for action in menu.actions()]
    assert words.index("New from this model…") == words.index("Edit…") + 1
    entries(menu)["Edit…"].trigger()
    assert stage.told.take("edit_dialog_requested") == [ref(NOTES)]


def test_a_model_of_itself_was_made_here(stage: Stage) -> None:
    record = data.record(NOTES)
    details = replace(record.details, parent_model=NOTES)
    models = tuple(
        replace(record, details=details) if model.name == NOTES else model for model in data.MODELS
    )
    stage.set_snapshot(data.snapshot(models))
    pick(stage, NOTES)
    assert reasons(stage) == ("", "")


def test_a_kept_old_version_stays_what_it_is(stage: Stage) -> None:
    stage.settings.set("show_old_versions", True)
    make(stage, NOTES, MadeBy.BACKUP)
    pick(stage, NOTES)
    menu = entries(stage.window.row_menu())
    assert not {"Edit…", "New from this model…"} & set(menu)


def test_why_not(stage: Stage) -> None:
    make(stage, NOTES)
    cloud = "Cloud models can’t be changed here"
    pick(stage, CLOUD)
    assert reasons(stage) == (cloud, cloud)
    pick(stage, NOTES, "qwen3:8b")
    assert reasons(stage) == ("Select one model only", "Select one model only")
    pick(stage, NOTES)
    assert reasons(stage) == ("", "")
    stage.state.set_busy(BusyModel(ref(NOTES), Verb.DELETE))
    stage.window.refresh_now()
    busy = "Wait until the present work on it is done"
    assert reasons(stage) == (busy, busy)
    stage.state.set_busy(BusyModel(ref(NOTES), None))
    stage.set_status(replace(data.status(), state=ServerState.OFFLINE))
    stage.window.refresh_now()
    away = "Can’t reach “This computer”"
    assert reasons(stage) == (away, away)
    stage.window.view.clearSelection()
    stage.window.refresh_now()
    assert reasons(stage) == ("Select a model first", "Select a model first")
