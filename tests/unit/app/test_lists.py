"""Lists: the program's parts around them, between two demo servers with one registry."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QObject
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tray_app.app.lists import AT_ONCE, ListParts, Lists
from tray_app.app.renames import Renames
from tray_app.commands import Commands
from tray_app.core.creates.records import DeriveRequest, ModelChanges
from tray_app.core.endpoint import Endpoint
from tray_app.core.file_failures import FileFailed
from tray_app.core.lists.planning import (
    PlanFacts,
    PlanLine,
    PlanStatus,
    asked_about,
    layers_here,
    plan,
    unfinished_pulls,
    work_of,
)
from tray_app.core.lists.records import BadList, ModelList
from tray_app.core.lists.requests import (
    Exported,
    ExportRequest,
    ImportRequest,
    ListQuestion,
    ListRead,
    ListSource,
    RecipeFailed,
)
from tray_app.core.payloads import Failure, ModelRef, UpdateRequest
from tray_app.core.pulls.states import PullState
from tray_app.core.records import Poll, Server, ServerState, ServerStatus
from tray_app.core.renaming import RenameOutcome
from tray_app.core.sharing import LayerIndex
from tray_app.core.updates.answers import AnswerKind
from tray_app.demo import Library
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.deriving import derive
from tray_app.ollama.registry import Registry
from tray_app.settings import Settings
from tray_app.state.app_state import AppState
from tray_app.workers.jobs import Target
from tray_app.workers.operations import Operations
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.runner import JobRunner

TODAY = date(2026, 4, 24)
NAMES = ("alpha", "beta", "gamma")


class World:
    """The program, as far as lists go. “studio” is full, “nas” is fresh."""

    def __init__(
        self,
        studio: FaultyServer,
        nas: FaultyServer,
        qtbot: QtBot,
        file: Path | None = None,
    ) -> None:
        self.qtbot = qtbot
        self.servers = {"studio": studio, "nas": nas}
        self.root = root = QObject()
        self.settings = Settings(None, root)
        self.state = AppState(Server("studio", "studio", studio.url), root)
        self.state.set_servers(
            (Server("studio", "studio", studio.url), Server("nas", "nas", nas.url)),
            shown_id="studio",
            default_server_id="studio",
        )
        self.commands = Commands(root)
        self.runner = JobRunner(root)
        self.queue = PullQueue(self.runner, self.target_of, parent=root)
        for server_id in self.servers:
            self.queue.set_server_online(server_id, True)
        registry = Registry({"*": studio.url})
        self.operations = Operations(self.runner, self.queue, self.target_of, registry, root)
        self.renames = Renames(self.state, self.operations, root)
        self.operations.failed.connect(self.state.tell_failed)
        self.commands.copy_requested.connect(self.operations.copy)
        self.commands.derive_requested.connect(self._derive)
        self.updates: list[UpdateRequest] = []
        self.commands.update_requested.connect(self.updates.append)
        self.refreshed: list[str] = []
        self.lists = Lists(
            ListParts(
                *(self.settings, self.state, self.runner, self.queue, self.target_of),
                *(registry, self.commands, self.refreshed.append),
            ),
            file,
            root,
            today=lambda: TODAY,
        )
        self.read: list[ListRead] = []
        self.state.lists.read.connect(self.read.append)
        self.exported: list[Exported] = []
        self.state.lists.exported.connect(self.exported.append)
        self.failed: list[RecipeFailed] = []
        self.state.lists.recipe_failed.connect(self.failed.append)
        self.derived: list[DeriveRequest] = []
        self.failures: list[Failure] = []
        self.state.failed.connect(self.failures.append)
        self.copies_failed: list[RenameOutcome] = []
        self.state.renames.failed.connect(self.copies_failed.append)
        self.operations.derived.connect(self.state.creates.tell_derived)

    def target_of(self, server_id: str) -> Target | None:
        server = self.servers.get(server_id)
        return Target(server_id, Endpoint.parse(server.url)) if server is not None else None

    def client(self, server_id: str) -> OllamaClient:
        return OllamaClient(self.servers[server_id].url, server_id=server_id)

    def _derive(self, request: DeriveRequest) -> None:
        """What others do about it, at once."""
        self.derived.append(request)
        with self.client(request.base.server_id) as client:
            self.state.creates.tell_derived(derive(client, request))

    def wait_for(self, condition: Callable[[], object]) -> None:
        def check() -> None:
            assert condition()

        self.qtbot.waitUntil(check, timeout=60_000)

    def poll(self, server_id: str) -> None:
        with self.client(server_id) as client:
            snapshot = client.snapshot()
        status = ServerStatus(
            server_id, ServerState.ONLINE, since=datetime.now(UTC), version="0.33.1"
        )
        self.state.take_poll(Poll(status, snapshot))

    def digests(self, server_id: str) -> dict[str, str]:
        self.poll(server_id)
        snapshot = self.state.snapshot(server_id)
        assert snapshot is not None
        return {record.name: record.digest for record in snapshot.models}

    def export(self, path: Path) -> Exported:
        self.poll("studio")
        count = len(self.exported)
        self.commands.export_requested.emit(ExportRequest("studio", str(path)))
        self.wait_for(lambda: len(self.exported) > count)
        return self.exported[-1]

    def open(self, source: ListSource) -> ListRead:
        count = len(self.read)
        self.commands.list_read_requested.emit(source)
        self.wait_for(lambda: len(self.read) > count)
        return self.read[-1]

    def models(self, path: Path) -> ModelList:
        read = self.open(ListSource(str(path)))
        assert read.models is not None, read.error
        return read.models

    def facts(self, server_id: str) -> PlanFacts:
        self.poll(server_id)
        state = self.state
        snapshot = state.snapshot(server_id)
        assert snapshot is not None
        return PlanFacts(
            state.installed(server_id),
            state.lists.looked,
            unfinished_pulls(self.queue.items(), server_id),
            state.layer_index,
            layers_here(snapshot.models, state.layer_index),
        )

    def plan(self, models: ModelList, server_id: str = "nas") -> tuple[PlanLine, ...]:
        asked = asked_about(models, self.facts(server_id))
        question = ListQuestion(server_id, tuple(entry.name for entry in asked))
        self.commands.list_look_up_requested.emit(question)
        self.wait_for(lambda: not self.state.lists.lookup.is_running)
        return plan(models, self.facts(server_id))

    def begin(self, lines: tuple[PlanLine, ...], server_id: str = "nas") -> int:
        """Import what is ticked at first, until all of it is there. How much it was."""
        work = work_of(lines, lambda line: line.is_ticked_first)
        refs = tuple(ModelRef(server_id, r.name, r.digest) for r in work.updates)
        self.commands.import_requested.emit(
            ImportRequest(server_id, work.pulls, refs, work.recipes)
        )
        self.wait_for(lambda: all(item.is_ended for item in self.queue.items()))
        for _ in range(len(work.recipes) + 1):
            self.poll(server_id)
            self.wait_for(lambda: not self.runner.active())
        return len(work)

    def close(self) -> None:
        self.lists.close()
        self.queue.close()
        self.runner.close()
        assert self.runner.wait(QDeadlineTimer(5000))
        self.root.deleteLater()
        QCoreApplication.sendPostedEvents(self.root, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def studio() -> Iterator[FaultyServer]:
    library = small.library(*NAMES)
    with FaultyServer(library=library) as running:
        yield running


@pytest.fixture
def nas() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library(published=NAMES)) as running:
        yield running


@pytest.fixture
def world(qtbot: QtBot, studio: FaultyServer, nas: FaultyServer) -> Iterator[World]:
    made = World(studio, nas, qtbot)
    yield made
    made.close()


def make(world: World, name: str, base: str, changes: ModelChanges) -> None:
    """A model that was made on “studio”."""
    with world.client("studio") as client:
        record = client.get(base)
        assert record is not None
        derive(client, DeriveRequest(ModelRef("studio", record.name), name, changes))


def test_a_fresh_server_is_filled_from_a_list_and_the_second_time_nothing_is_done(
    world: World, tmp_path: Path
) -> None:
    changes = ModelChanges(
        system="Be brief.",
        parameters=(("num_ctx", 4096), ("temperature", None), ("stop", ("<|x|>", "y"))),
        messages=(("user", "Hi"), ("assistant", "Hello")),
    )
    make(world, "notes:latest", "alpha:latest", changes)
    make(world, "longer:latest", "notes:latest", ModelChanges(system="Be long."))
    with world.client("studio") as client:
        client.copy("beta:latest", "mine:7b")
    world.poll("studio")
    world.state.set_layer_index(layer_index(world))
    file = tmp_path / "all.json"
    assert world.export(file).count == 6
    # A copy that somebody else has made cannot be told from what was pulled.
    models = world.models(file)
    assert (models.server, models.made_on) == ("studio", TODAY)
    assert {e.name: e.recipe.base for e in models.models if e.recipe is not None} == {
        "notes:latest": "alpha:latest",
        "longer:latest": "notes:latest",
    }
    lines = world.plan(models)
    by_name = {line.entry.name: line for line in lines if line.entry is not None}
    assert {name: line.status for name, line in by_name.items()} == {
        "alpha:latest": PlanStatus.TO_DOWNLOAD,
        "beta:latest": PlanStatus.TO_DOWNLOAD,
        "gamma:latest": PlanStatus.TO_DOWNLOAD,
        "mine:7b": PlanStatus.RECIPE,
        "notes:latest": PlanStatus.RECIPE,
        "longer:latest": PlanStatus.RECIPE,
    }
    assert (by_name["alpha:latest"].fetch_bytes or 0) > 40_000_000
    assert world.begin(lines) == 6
    assert world.digests("nas") == world.digests("studio")
    assert [request.name for request in world.derived] == ["notes:latest", "longer:latest"]
    assert world.refreshed[0] == "nas"
    asked = len(world.servers["studio"].requests)
    again = world.plan(models)
    assert world.begin(again) == 0
    assert {line.status for line in again} == {PlanStatus.HERE}
    # Nobody is asked about what is here.
    assert not [r for r in world.servers["studio"].requests[asked:] if "/v2/" in r.path]
    assert not world.failed


def layer_index(world: World) -> LayerIndex:
    """What the program learns of all models there."""
    found = LayerIndex()
    with world.client("studio") as client:
        for record in client.list_models():
            found = found.with_info(client.show(record.name, record.digest))
    return found


def test_a_text_has_what_was_made_there_as_a_comment(world: World, tmp_path: Path) -> None:
    make(world, "notes:latest", "alpha:latest", ModelChanges(system="Be brief."))
    world.poll("studio")
    world.state.set_layer_index(layer_index(world))
    file = tmp_path / "all.txt"
    assert world.export(file).count == 4
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# Ollama models of “studio”, 2026-04-24\n")
    assert "# notes:latest  # made here sha256:" in text
    models = world.models(file)
    assert [entry.name for entry in models.models] == [f"{name}:latest" for name in NAMES]
    assert "notes:latest" in models.mentioned
    if sys.platform != "win32":
        mask = os.umask(0)
        os.umask(mask)
        assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~mask
    # The recipes lie beside it.
    world.export(tmp_path / "all.json")
    assert world.models(file).has_recipes


def test_a_list_that_cannot_be_written_or_read_says_why(world: World, tmp_path: Path) -> None:
    gone = world.export(tmp_path / "nowhere" / "all.txt")
    assert isinstance(gone.error, FileFailed)
    assert isinstance(world.open(ListSource(str(tmp_path / "none.txt"))).error, FileFailed)
    assert isinstance(world.open(ListSource(str(tmp_path))).error, FileFailed | BadList)
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    assert isinstance(world.open(ListSource(str(tmp_path / "x.json"))).error, BadList)
    pasted = world.open(ListSource(text="a\nb c\n"))
    assert pasted.models is not None
    assert [row.line for row in pasted.models.rows] == [1, 2]


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
def test_a_pipe_is_not_waited_for(world: World, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert isinstance(world.open(ListSource(str(tmp_path / "pipe.txt"))).error, BadList)


def test_an_export_leaves_the_old_file_where_the_server_is_gone(
    world: World, tmp_path: Path
) -> None:
    make(world, "notes:latest", "alpha:latest", ModelChanges(system="Be brief."))
    world.poll("studio")
    world.state.set_layer_index(layer_index(world))
    file = tmp_path / "all.json"
    file.write_text("before", encoding="utf-8")
    world.servers["studio"].fault("/api/show", faults.close_before_headers())
    assert world.export(file).error is not None
    assert file.read_text(encoding="utf-8") == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["all.json"]


def test_layers_that_are_there_are_not_counted(world: World, tmp_path: Path) -> None:
    """Those of installed models as far as they are known, and what else the server says it has."""
    registry = world.servers["studio"].state
    registry.publish("twin", small.model("twin", weights="alpha"))
    world.begin(world.plan(world.open(ListSource(text="alpha\nbeta")).models or never()))
    (line,) = world.plan(world.open(ListSource(text="twin")).models or never())
    assert line.status is PlanStatus.TO_DOWNLOAD
    assert (line.fetch_bytes or 10**9) < 1_000_000
    world.state.set_layer_index(LayerIndex())
    heads = [r for r in world.servers["nas"].requests if r.method == "HEAD"]
    assert all(r.path.startswith("/api/blobs/") for r in heads)
    assert heads


def never() -> ModelList:
    raise AssertionError("it was read")


def test_no_more_is_asked_at_once_than_for_updates(world: World) -> None:
    """Two questions to one registry, and none after the list was closed."""
    studio = world.servers["studio"]
    stalled = faults.never_answer()
    studio.fault("*", stalled)
    models = world.open(ListSource(text="\n".join(f"m{i}" for i in range(50)))).models
    assert models is not None
    names = tuple(entry.name for entry in models.models)
    world.commands.list_look_up_requested.emit(ListQuestion("nas", names))
    world.wait_for(lambda: len(asked_registry(studio)) >= 2)
    assert world.state.lists.lookup.total == 50
    world.commands.list_look_up_stop_requested.emit()
    world.wait_for(lambda: not world.runner.active())
    assert len(asked_registry(studio)) == 2
    studio.clear()


def asked_registry(server: FaultyServer) -> list[str]:
    return [r.path for r in server.requests if r.path.startswith("/v2/")]


def test_a_registry_that_is_away_is_said_and_not_asked_on(world: World) -> None:
    world.servers["studio"].refuse()
    models = world.open(ListSource(text="\n".join(f"m{i}" for i in range(20)))).models
    lines = world.plan(models or never())
    assert {line.status for line in lines} == {PlanStatus.NOT_LOOKED_UP}
    assert {line.failure for line in lines} == {AnswerKind.UNREACHABLE}
    assert all(line.is_ticked_first for line in lines)


def test_another_version_here_is_an_update(world: World, tmp_path: Path) -> None:
    world.begin(world.plan(world.open(ListSource(text="alpha")).models or never()))
    world.servers["studio"].state.publish("alpha", small.model("alpha two"))
    text = f"alpha:latest # sha256:{'0' * 64}"
    (line,) = world.plan(world.open(ListSource(text=text)).models or never())
    assert (line.status, line.can_tick, line.is_ticked_first) == (
        *(PlanStatus.OTHER_HERE, True, False),
    )
    assert line.record is not None
    ref = ModelRef("nas", line.record.name, line.record.digest)
    world.commands.import_requested.emit(ImportRequest("nas", updates=(ref,)))
    assert [request.refs for request in world.updates] == [(ref,)]


RECIPE = {
    "format": "ollama-models",
    "models": [
        {"name": "notes", "recipe": {"base": "alpha", "system": "Be brief."}},
        {"name": "twin", "recipe": {"base": "alpha"}},
    ],
}


def recipes(world: World, tmp_path: Path) -> ModelList:
    file = tmp_path / "r.json"
    file.write_text(json.dumps(RECIPE), encoding="utf-8")
    return world.models(file)


def test_a_recipe_waits_for_its_base_and_a_copy_is_copied(world: World, tmp_path: Path) -> None:
    entries = recipes(world, tmp_path).models
    world.poll("nas")
    world.commands.import_requested.emit(
        ImportRequest("nas", pulls=("alpha:latest",), recipes=entries)
    )
    # Again, as somebody who opens the list a second time would.
    world.commands.import_requested.emit(ImportRequest("nas", recipes=entries))
    assert len(world.lists.importer.waiting) == 2
    assert world.derived == []
    world.wait_for(lambda: all(item.state is PullState.DONE for item in world.queue.items()))
    world.poll("nas")
    world.wait_for(lambda: not world.lists.importer.waiting)
    there = world.digests("nas")
    assert there["twin:latest"] == there["alpha:latest"] != there["notes:latest"]
    assert world.failed == []


def test_a_base_that_does_not_come_is_said(world: World, tmp_path: Path) -> None:
    entries = recipes(world, tmp_path).models
    world.poll("nas")
    world.servers["nas"].fault("/api/pull", faults.never_answer())
    world.commands.import_requested.emit(
        ImportRequest("nas", pulls=("alpha:latest",), recipes=entries)
    )
    (item,) = world.queue.items()
    world.poll("nas")
    assert len(world.lists.importer.waiting) == 2
    world.queue.cancel(item.id)
    world.wait_for(lambda: world.queue.items()[0].state is PullState.CANCELED)
    world.poll("nas")
    assert [(each.name, each.base, each.error) for each in world.failed] == [
        ("notes:latest", "alpha:latest", None),
        ("twin:latest", "alpha:latest", None),
    ]
    assert not world.lists.importer.waiting


def test_a_copy_that_fails_is_over(world: World, tmp_path: Path) -> None:
    world.begin(world.plan(world.open(ListSource(text="alpha")).models or never()))
    world.servers["nas"].fault("/api/copy", faults.error_json(500, "no space left on device"))
    entry = recipes(world, tmp_path).models[1]
    world.commands.import_requested.emit(ImportRequest("nas", recipes=(entry,)))
    world.wait_for(lambda: world.copies_failed)
    assert not world.lists.importer.waiting
    # The banner about it is enough.
    assert world.failed == []


def test_a_making_that_fails_is_over(world: World, tmp_path: Path) -> None:
    world.begin(world.plan(world.open(ListSource(text="alpha")).models or never()))
    world.commands.derive_requested.disconnect(world._derive)
    world.commands.derive_requested.connect(world.operations.derive)
    world.servers["nas"].fault("/api/create", faults.error_json(400, "template error: no"))
    entry = recipes(world, tmp_path).models[0]
    world.commands.import_requested.emit(ImportRequest("nas", recipes=(entry,)))
    assert [name for _, name in world.lists.importer.waiting] == ["notes:latest"]
    world.wait_for(lambda: world.failures)
    assert not world.lists.importer.waiting
    world.servers["nas"].clear()
    world.commands.import_requested.emit(ImportRequest("nas", recipes=(entry,)))
    world.wait_for(lambda: not world.lists.importer.waiting)
    assert "notes:latest" in world.digests("nas")


def test_what_waits_is_made_after_the_next_start(
    qtbot: QtBot, studio: FaultyServer, nas: FaultyServer, tmp_path: Path
) -> None:
    file = tmp_path / "state" / "recipes.json"
    first = World(studio, nas, qtbot, file)
    try:
        first.wait_for(lambda: not first.runner.active())
        assert not file.exists()
        entries = recipes(first, tmp_path).models
        first.poll("nas")
        nas.fault("/api/pull", faults.never_answer())
        first.commands.import_requested.emit(
            ImportRequest("nas", pulls=("alpha:latest",), recipes=entries)
        )
        first.wait_for(file.exists)
        waiting = first.lists.importer.held
    finally:
        first.close()
    nas.clear()
    second = World(studio, nas, qtbot, file)
    try:
        second.wait_for(lambda: len(second.lists.importer.waiting) == 2)
        assert [(e.name, e.recipe) for _, e in second.lists.importer.held] == [
            (e.name, e.recipe) for _, e in waiting
        ]
        nas.state.install("alpha", small.model("alpha"))
        second.poll("nas")
        second.wait_for(lambda: not second.lists.importer.waiting)
        second.wait_for(lambda: not second.runner.active())
        assert {"notes:latest", "twin:latest"} <= second.digests("nas").keys()
        assert json.loads(file.read_text(encoding="utf-8"))["recipes"] == []
    finally:
        second.close()


def test_a_damaged_file_of_recipes_harms_nobody(
    qtbot: QtBot, studio: FaultyServer, nas: FaultyServer, tmp_path: Path
) -> None:
    file = tmp_path / "recipes.json"
    file.write_text('{"version": 1, "recipes": [3, {}, {"server": "nas", "name": "x"}]}')
    made = World(studio, nas, qtbot, file)
    made.wait_for(lambda: not made.runner.active())
    assert not made.lists.importer.waiting
    made.close()


def test_a_server_that_goes_takes_its_recipes_along(world: World, tmp_path: Path) -> None:
    entries = recipes(world, tmp_path).models
    world.commands.import_requested.emit(ImportRequest("nas", recipes=entries))
    assert world.lists.importer.waiting
    world.state.set_servers(
        (Server("studio", "studio", world.servers["studio"].url),),
        shown_id="studio",
        default_server_id="studio",
    )
    assert not world.lists.importer.waiting


def test_500_lines_twice(qtbot: QtBot, tmp_path: Path) -> None:
    """The server has nothing at first; the second time nothing is done, and nobody is asked."""
    names = [f"m{i}" for i in range(500)]
    library = Library()
    library.published = [(name, small.model(name, 2_000_000), 86400.0) for name in names]
    with FaultyServer(library=library, speed_bytes_s=20e9, verify_s=0.0) as server:
        world = World(server, server, qtbot)
        try:
            models = world.open(ListSource(text="\n".join(names))).models or never()
            lines = world.plan(models)
            work = work_of(lines, lambda line: line.is_ticked_first)
            assert len(work) == 500
            assert all(line.fetch_bytes for line in lines)
            added: set[str] = set()
            # The queue lists the newest of the ended ones only: how many it lists at once says
            # nothing where some end while others are still added.
            world.queue.item_added.connect(lambda item: added.add(item.name))
            world.commands.import_requested.emit(ImportRequest("nas", work.pulls))
            # In several turns, so that a window goes on being painted.
            assert len(world.queue.items()) == AT_ONCE
            world.wait_for(lambda: len(added) == 500)
            for item in world.queue.items():
                assert item.progress is not None
            # Not each of them is pulled here: what they leave is what counts.
            world.queue.pause_all()
            for name in names:
                server.state.install(name, small.model(name, 2_000_000))
            for item in world.queue.items():
                world.queue.cancel(item.id)
            asked = len(server.requests)
            again = world.plan(models)
            assert len(work_of(again, lambda _: True)) == 0
            paths = [r.path for r in server.requests[asked:]]
            assert not [path for path in paths if path.startswith("/v2/")]
        finally:
            world.close()
