"""The question before models of several servers are deleted."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from tests.shots import servers
from tests.shots.scene import Scene, blank
from tests.shots.servers import HERE, MIXED, NAS, STUDIO
from tests.support import facts
from tests.widgets.helpers import emitted, shown, texts
from tray_app.core.payloads import ModelRef, ModelRefs
from tray_app.core.records import ModelKey, ServerState
from tray_app.settings import ServerEntry
from tray_app.views.components.group_row import GroupRow
from tray_app.views.questions import delete
from tray_app.views.questions.delete import DeleteDialog

LOADED = (
    "qwen3:8b is loaded on “This computer” and will be unloaded first. "
    "Apps that are using it will stop getting answers."
)
LEFT_OUT = "Left out. Nothing is deleted later by itself."


@pytest.fixture
def scene() -> Scene:
    """Three servers, of which one is off."""
    made = blank()
    servers.tell(made.state)
    return made


def ask(qtbot: QtBot, scene: Scene, *keys: ModelKey) -> DeleteDialog:
    refs = ModelRefs(tuple(ModelRef(*key) for key in keys))
    return shown(qtbot, DeleteDialog(refs, scene.settings, scene.state, scene.commands))


def said(dialog: DeleteDialog) -> list[str]:
    return [text.replace("\u00a0", " ") for text in dialog.texts()]


def groups(dialog: DeleteDialog) -> list[str]:
    """What a screen reader says of the heads, top to bottom."""
    if dialog._list is None:
        return []
    column = dialog._rows.rows
    items = filter(None, (column.itemAt(place) for place in range(column.count())))
    rows = (item.widget() for item in items)
    heads = [row.accessibleName() for row in rows if isinstance(row, GroupRow)]
    return [head.replace("\u00a0", " ") for head in heads]


def test_it_is_asked_once_server_by_server(qtbot: QtBot, scene: Scene) -> None:
    scene.state.set_layer_index(servers.layer_index(without=STUDIO))
    dialog = ask(qtbot, scene, *MIXED)
    assert said(dialog) == [
        "Delete 3 models from 2 servers?",
        "This frees up to 18 GB. You can pull the models again later.",
        LOADED,
    ]
    assert groups(dialog) == [
        "This computer, frees 13 GB", "studio, frees up to 5.2 GB", "nas, out of reach",
    ]  # fmt: skip
    assert texts(dialog).count(LEFT_OUT) == 1
    assert dialog.delete_button.text() == "&Delete 3 models"
    with emitted(scene.commands.delete_requested) as wishes:
        dialog.delete_button.click()
    (request,) = wishes
    assert [ref.key for ref in request.refs] == list(MIXED[1:])
    assert all(ref.digest for ref in request.refs), "each only as it is seen now"
    assert request.loaded == ("qwen3:8b",)


def test_it_follows_who_comes_and_goes(qtbot: QtBot, scene: Scene) -> None:
    dialog = ask(qtbot, scene, *MIXED)
    facts.set_status(scene.state, servers.status(STUDIO, ServerState.OFFLINE))
    assert said(dialog)[0] == "Delete 2 models from “This computer”?"
    assert groups(dialog)[1:] == ["studio, out of reach", "nas, out of reach"]
    facts.set_status(scene.state, servers.status(HERE, ServerState.OFFLINE))
    assert said(dialog) == ["Can’t reach “This computer”, “studio” and “nas”", LEFT_OUT]
    assert not dialog.delete_button.isEnabled()
    facts.set_status(scene.state, servers.status(NAS))
    assert said(dialog)[0] == "Delete llama3.2:latest from “nas”?"
    assert dialog.delete_button.isEnabled()
    with emitted(scene.commands.delete_requested) as wishes:
        dialog.delete_button.click()
    assert [ref.key for ref in wishes[0].refs] == [MIXED[0]]


def test_another_server_or_another_try_has_nothing_worked_out_again(
    qtbot: QtBot, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = ask(qtbot, scene, *MIXED[1:3])
    worked_out: list[str] = []
    monkeypatch.setattr(delete, "freed", lambda *_: worked_out.append("freed"))
    facts.set_snapshot(scene.state, replace(servers.snapshot(STUDIO), models=()))
    off = servers.status(NAS, ServerState.OFFLINE)
    for retry_s in (1.0, 2.0):
        facts.set_status(scene.state, replace(off, retry_s=retry_s))
    assert worked_out == []
    dialog.reject()


def test_on_one_of_several_it_is_asked_with_its_name(qtbot: QtBot, scene: Scene) -> None:
    entries = (ServerEntry("local"), ServerEntry(STUDIO, "studio", "studio.lan"))
    scene.settings.set("servers", entries)
    dialog = ask(qtbot, scene, (STUDIO, "phi4:14b"))
    assert said(dialog)[0] == "Delete phi4:14b from “studio”?"
    assert groups(dialog) == []


def test_what_was_made_here_is_not_promised_to_come_again(qtbot: QtBot, scene: Scene) -> None:
    notes = scene.state.record((HERE, "meeting-notes:latest"))
    assert notes is not None
    made = replace(notes, details=replace(notes.details, parent_model="mistral:7b"))
    models = [made if each is notes else each for each in servers.MODELS[HERE]]
    facts.set_snapshot(
        scene.state, replace(servers.snapshot(HERE), models=tuple(models), running=())
    )
    dialog = ask(qtbot, scene, made.key, (STUDIO, "phi4:14b"))
    assert "again" not in said(dialog)[1]
    assert any("can’t be pulled again" in text for text in texts(dialog))


def test_only_cloud_models(qtbot: QtBot, scene: Scene) -> None:
    cloud = servers.MODELS[HERE][1]
    there = replace(cloud, server_id=STUDIO)
    models = (*servers.MODELS[STUDIO], there)
    facts.set_snapshot(scene.state, replace(servers.snapshot(STUDIO), models=models))
    dialog = ask(qtbot, scene, cloud.key, there.key)
    assert said(dialog)[1] == "This removes the entry only. Nothing is stored here."
    assert groups(dialog) == [
        "This computer, frees no disk space", "studio, frees no disk space",
    ]  # fmt: skip
