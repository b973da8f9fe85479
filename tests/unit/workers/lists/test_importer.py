"""Recipes that wait: for bases that are downloaded, made, late, or never come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.unit.core.lists.world import SERVER, A, pull, row
from tray_app.core.creates.records import Derived, DeriveRequest, ModelChanges
from tray_app.core.errors import ServerFailed
from tray_app.core.lists.records import ListEntry, Recipe
from tray_app.core.lists.requests import ImportRequest, RecipeFailed
from tray_app.core.payloads import CopyRequest, ModelRef
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import ModelRecord, Snapshot
from tray_app.workers.lists.importer import PATIENCE_S, ImportRunner

BRIEF = ModelChanges(system="Be brief.")


class World:
    """A runner, and what it said."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.pulls: list[PullItem] = []
        self.runner = ImportRunner(lambda: self.pulls, lambda: self.now_s)
        self.derives: list[DeriveRequest] = []
        self.copies: list[CopyRequest] = []
        self.failed: list[RecipeFailed] = []
        self.done: list[ModelRef] = []
        self.runner.derive_wanted.connect(self.derives.append)
        self.runner.copy_wanted.connect(self.copies.append)
        self.runner.failed.connect(self.failed.append)
        self.runner.done.connect(self.done.append)

    def hold(self, *recipes: tuple[str, Recipe]) -> None:
        entries = tuple(
            ListEntry(line, name, recipe=recipe)
            for line, (name, recipe) in enumerate(recipes, start=1)
        )
        self.runner.hold(ImportRequest(SERVER, recipes=entries))

    def see(self, *names: str, after_s: float = 1.0) -> None:
        """A poll that brings these."""
        self.now_s += after_s
        models: tuple[ModelRecord, ...] = tuple(row(name) for name in names)
        moment = datetime.now(UTC)
        self.runner.note_snapshot(Snapshot(SERVER, models, (), "0.33.1", moment, self.now_s))

    def made(self, index: int = -1) -> None:
        """Whoever makes it is through."""
        request = self.derives[index]
        ref = ModelRef(SERVER, request.name, A)
        self.runner.note_derived(Derived(request, ref))

    @property
    def waiting(self) -> list[str]:
        return [name for _, name in self.runner.waiting]


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.runner.deleteLater()


def recipe(base: str = "base:1b", *, is_copy: bool = False) -> Recipe:
    return Recipe(base, ModelChanges() if is_copy else BRIEF)


def test_what_is_there_is_made_at_once(world: World) -> None:
    world.see("Base:1b")
    world.hold(("notes:latest", recipe()), ("twin:latest", recipe(is_copy=True)))
    (request,) = world.derives
    assert (request.base, request.name) == (ModelRef(SERVER, "Base:1b", A), "notes:latest")
    assert request.changes == BRIEF
    assert world.copies == [CopyRequest(ModelRef(SERVER, "Base:1b", A), "twin:latest")]
    world.made()
    world.runner.note_copied(world.copies[0])
    assert world.waiting == []
    assert [ref.name for ref in world.done] == ["notes:latest", "twin:latest"]


def test_it_waits_for_a_download_and_asks_once(world: World) -> None:
    world.see()
    world.pulls = [pull("base:1b", 100, PullState.RUNNING)]
    world.hold(("notes:latest", recipe()))
    world.see()
    assert world.derives == []
    world.see("base:1b")
    world.see("base:1b")
    assert len(world.derives) == 1
    world.see("base:1b", "notes:latest")
    assert world.waiting == ["notes:latest"], "whoever makes it tells when it is through"
    world.made()
    assert world.waiting == []


def test_a_failed_download_can_be_tried_again(world: World) -> None:
    world.pulls = [pull("base:1b", state=PullState.FAILED)]
    world.hold(("notes:latest", recipe()))
    world.see()
    world.see(after_s=1000)
    assert world.waiting == ["notes:latest"]
    world.pulls = []
    world.runner.look_again(SERVER)
    assert [each.name for each in world.failed] == ["notes:latest"]


def test_a_list_may_be_older_than_the_end_of_a_download(world: World) -> None:
    world.pulls = [pull("base:1b", state=PullState.RUNNING)]
    world.hold(("notes:latest", recipe()))
    world.see()
    world.pulls = [replace(pull("base:1b", state=PullState.DONE), state_since_s=world.now_s)]
    world.runner.note_pull(world.pulls[0])
    world.see(after_s=PATIENCE_S - 1)
    assert world.failed == []
    world.see(after_s=2)
    assert [each.base for each in world.failed] == ["base:1b"]
    assert world.failed[0].error is None


def test_one_is_made_of_the_other(world: World) -> None:
    world.see("base:1b")
    world.hold(("second:latest", recipe("first:latest")), ("first:latest", recipe()))
    assert [request.name for request in world.derives] == ["first:latest"]
    world.made()
    assert world.waiting == ["second:latest"]
    world.see("base:1b", "first:latest")
    assert [request.name for request in world.derives] == ["first:latest", "second:latest"]


def test_a_circle_comes_to_an_end(world: World) -> None:
    world.hold(("a:latest", recipe("b:latest")), ("b:latest", recipe("a:latest")))
    world.see()
    world.see()
    assert world.waiting == []
    assert {each.name for each in world.failed} == {"a:latest", "b:latest"}


def test_what_somebody_else_has_made_is_done(world: World) -> None:
    world.hold(("notes:latest", recipe()))
    world.see("notes:latest")
    assert world.waiting == []
    assert world.failed == []
    assert world.derives == []


def test_a_failure_is_said_once_and_of_ours_alone(world: World) -> None:
    world.see("base:1b")
    error = ServerFailed("notes:latest", "no", 400)
    world.runner.note_failed(SERVER, "notes:latest", error)
    assert world.failed == []
    world.hold(("notes:latest", recipe()), ("twin:latest", recipe(is_copy=True)))
    world.runner.note_failed("nas", "notes:latest", error)
    world.runner.note_failed(SERVER, "notes:latest", error)
    world.runner.note_failed(SERVER, "notes:latest", error)
    world.runner.note_copy_failed(ModelRef(SERVER, "other:1b"), error)
    world.runner.note_copy_failed(ModelRef(SERVER, "BASE:1b"), error)
    assert [(each.name, each.error) for each in world.failed] == [
        *(("notes:latest", error), ("twin:latest", error)),
    ]
    assert world.waiting == []


def test_the_same_twice_is_one(world: World) -> None:
    world.hold(("notes:latest", recipe()))
    world.hold(("NOTES", recipe()))
    assert world.waiting == ["notes:latest"]
    world.runner.forget_server(SERVER)
    assert world.waiting == []
