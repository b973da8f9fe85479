"""What the window tells of models that were made of others, and which row it shows."""

from dataclasses import replace

import pytest

from tests.shots import data
from tests.widgets.windows import Stage, banner, click_banner, pick, selected
from tray_app.core.creates.records import (
    Derived,
    DeriveRequest,
    ModelChanges,
    Undone,
    UndoRequest,
)
from tray_app.core.payloads import ModelRef, ModelRefs

BASE, NEW, NOTES = "mistral:7b", "mistral-minutes:7b", "meeting-notes:latest"
LOST = "Created mistral-minutes:7b. This Ollama (0.33.1) dropped “tools”, which mistral:7b has."
KEPT = ModelRef(data.SERVER, "meeting-notes:latest-before-2026-05-04", data.digest(NOTES))


def ref(name: str, digest: str = "") -> ModelRef:
    return ModelRef(data.SERVER, name, digest or data.digest(name))


def created(*lost: str) -> Derived:
    request = DeriveRequest(ref(BASE), NEW, ModelChanges(system="x"))
    return Derived(request, ref(NEW, "a" * 64), lost, "0.33.1")


def saved(*lost: str, kept: ModelRef | None = KEPT) -> Derived:
    request = DeriveRequest(
        ref(NOTES), NOTES, ModelChanges(system="x"), replaces=data.digest(NOTES)
    )
    return Derived(request, ref(NOTES, "b" * 64), lost, "0.33.1", kept)


def list_new(stage: Stage, digest: str = "a" * 64) -> None:
    record = replace(data.record(BASE), name=NEW, digest=digest)
    stage.set_snapshot(data.snapshot((*data.MODELS, record)))


def labels(stage: Stage) -> list[str]:
    shown = stage.window.pane.banner.shown
    return [label for _, label in shown.actions] if shown else []


def test_what_was_made_is_told_and_shown(stage: Stage) -> None:
    pick(stage, BASE)
    stage.state.creates.tell_derived(created())
    assert banner(stage.window) == "Created mistral-minutes:7b."
    assert selected(stage.window) == [BASE], "it is not in the list yet"
    list_new(stage, "f" * 64)
    assert selected(stage.window) == [BASE], "that is another one"
    list_new(stage)
    assert selected(stage.window) == [NEW]
    assert labels(stage) == ["Details"]
    click_banner(stage.window, "derived_details")
    assert stage.told.take("details_dialog_requested") == [ref(NEW, "a" * 64)]
    assert banner(stage.window) == ""


def test_who_has_gone_on_is_not_called_back(stage: Stage) -> None:
    pick(stage, BASE)
    stage.state.creates.tell_derived(created())
    pick(stage, "qwen3:8b")
    list_new(stage)
    assert selected(stage.window) == ["qwen3:8b"]


@pytest.mark.parametrize(
    ("key", "command", "asked"),
    [
        ("derived_details", "details_dialog_requested", ref(NEW, "a" * 64)),
        ("derived_delete", "delete_dialog_requested", ModelRefs((ref(NEW, "a" * 64),))),
    ],
)
def test_what_was_lost_is_told_until_it_is_answered(
    stage: Stage, key: str, command: str, asked: object
) -> None:
    stage.state.creates.tell_derived(created("tools"))
    list_new(stage)
    stage.window.refresh_now()
    stage.window.pane._on_notice_timeout()
    assert banner(stage.window) == LOST
    assert labels(stage) == ["Details", "Delete it…"]
    click_banner(stage.window, key)
    assert stage.told.take(command) == [asked]
    stage.window.refresh_now()
    assert banner(stage.window) != LOST


def test_what_was_lost_is_nobodys_once_it_is_deleted(stage: Stage) -> None:
    stage.state.creates.tell_derived(created("tools"))
    list_new(stage)
    stage.window.refresh_now()
    assert banner(stage.window) == LOST
    stage.set_snapshot(data.snapshot())
    stage.window.refresh_now()
    assert banner(stage.window) == ""


def test_an_edit_can_be_undone_where_a_copy_is_kept(stage: Stage) -> None:
    stage.state.creates.tell_derived(saved())
    assert banner(stage.window) == "Saved meeting-notes:latest."
    assert labels(stage) == ["Undo"]
    click_banner(stage.window, "derived_undo")
    request = UndoRequest(ref(NOTES, "b" * 64), KEPT)
    assert stage.told.take("derive_undo_requested") == [request]
    assert stage.window.view.hasFocus()
    stage.state.creates.tell_undone(Undone(ref(NOTES), KEPT))
    assert banner(stage.window) == "meeting-notes:latest is what it was before."
    stage.state.creates.tell_derived(saved(kept=None))
    assert (banner(stage.window), labels(stage)) == ("Saved meeting-notes:latest.", [])


def test_an_edit_that_lost_something(stage: Stage) -> None:
    stage.state.creates.tell_derived(saved("tools"))
    stage.window.refresh_now()
    words = "This Ollama (0.33.1) dropped “tools”, which it had."
    assert banner(stage.window) == f"Saved meeting-notes:latest. {words}"
    assert labels(stage) == ["Details", "Undo"]
    stage.state.creates.tell_undone(Undone(ref(NOTES)))
    stage.window.pane._on_notice_timeout()
    stage.window.refresh_now()
    assert banner(stage.window) == ""


def test_of_a_server_that_is_not_shown_nothing_is_told(stage: Stage) -> None:
    there = created("tools")
    base = replace(there.request.base, server_id="nas")
    request = replace(there.request, base=base)
    stage.state.creates.tell_derived(
        replace(there, request=request, ref=replace(there.ref, server_id="nas"))
    )
    stage.window.refresh_now()
    assert banner(stage.window) == ""
