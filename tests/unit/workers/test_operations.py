"""Every verb from the wish to its outcome, against real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tests.support.waiting import PATIENCE_MS
from tests.unit.workers.conftest import QUICK
from tray_app.core.connection_cases import ConnectionCase
from tray_app.core.creates.records import (
    Derived,
    DeriveRequest,
    ModelChanges,
    Undone,
    UndoRequest,
)
from tray_app.core.endpoint import Access, Endpoint
from tray_app.core.errors import Changed, ModelNotFound, Unreachable
from tray_app.core.payloads import (
    AccessFacts,
    BusyModel,
    CopyRequest,
    DeleteOutcome,
    DeleteRequest,
    Failure,
    LoadRequest,
    ModelRef,
    Recommendations,
    RenameRequest,
    ServerDraft,
    ServerTest,
    Verb,
)
from tray_app.core.records import ModelInfo
from tray_app.core.renaming import CleanUp, Ending, RenameOutcome
from tray_app.core.sharing import LayerIndex
from tray_app.core.sign_in import SignIn, SignInKind
from tray_app.core.tls import CaFile, CaFileFault
from tray_app.demo import many
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.registry import Registry
from tray_app.workers.estimates.layer_index import QUIET_STEP, STEP
from tray_app.workers.jobs import Target
from tray_app.workers.operations import Operations
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.runner import JobRunner


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    library = small.library("a", "b", "c", published=("one",))
    with FaultyServer(library=library) as fake:
        yield fake


@pytest.fixture
def operations(qtbot: QtBot, runner: JobRunner, server: FaultyServer) -> Iterator[Operations]:
    target = Target("local", Endpoint.parse(server.url))
    queue = PullQueue(runner, {"local": target}.get, limits=QUICK)
    made = Operations(
        runner, queue, {"local": target}.get, Registry({"registry.ollama.ai": server.url})
    )
    yield made
    queue.close()


def refs_of(server: FaultyServer, *names: str) -> tuple[ModelRef, ...]:
    with OllamaClient(server.url) as client:
        digests = {row.name: row.digest for row in client.list_models()}
    return tuple(ModelRef("local", f"{n}:latest", digests[f"{n}:latest"]) for n in names)


def outcome_of(qtbot: QtBot, signal: object, act: Callable[[], None]) -> object:
    with qtbot.waitSignal(signal, timeout=PATIENCE_MS) as blocker:
        act()
    assert blocker.args is not None
    return blocker.args[0]


def test_show_reads_the_details(qtbot: QtBot, operations: Operations, server: FaultyServer) -> None:
    (ref,) = refs_of(server, "a")
    info = outcome_of(qtbot, operations.details_loaded, lambda: operations.show(ref))
    assert isinstance(info, ModelInfo)
    assert info.license.startswith("MIT License")
    assert info.layers


def test_show_asked_twice_at_once_is_asked_once(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    (ref,) = refs_of(server, "a")
    server.fault("/api/show", faults.slow(0.1))

    def twice() -> None:
        operations.show(ref)
        operations.show(ref)

    outcome_of(qtbot, operations.details_loaded, twice)
    assert len(server.asked("/api/show")) == 1


def test_show_of_a_missing_model_fails_with_its_name(qtbot: QtBot, operations: Operations) -> None:
    ref = ModelRef("local", "nope:latest")
    failure = outcome_of(qtbot, operations.failed, lambda: operations.show(ref))
    assert isinstance(failure, Failure)
    assert (failure.verb, failure.ref) == (Verb.SHOW, ref)
    assert isinstance(failure.error, ModelNotFound)


def test_delete_several_and_name_what_failed(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    a, b, c = refs_of(server, "a", "b", "c")
    gone = ModelRef("local", "gone:latest", "0" * 64)
    changed = ModelRef("local", b.name, "1" * 64)
    busy: list[BusyModel] = []
    operations.busy_changed.connect(busy.append)
    request = DeleteRequest((a, changed, gone, c))
    outcome = outcome_of(qtbot, operations.deleted, lambda: operations.delete(request))
    assert isinstance(outcome, DeleteOutcome)
    assert (outcome.deleted, outcome.gone) == ((a, c), (gone,))
    assert [type(f.error) for f in outcome.failures] == [Changed]
    assert server.state.names() == ["b:latest"]
    assert [b.verb for b in busy] == [Verb.DELETE] * 4 + [None] * 4


def test_a_loaded_model_is_unloaded_first(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    (a,) = refs_of(server, "a")
    server.state.load("a")
    request = DeleteRequest((a,), loaded=(a.name,))
    outcome_of(qtbot, operations.deleted, lambda: operations.delete(request))
    with OllamaClient(server.url) as client:
        assert client.list_running() == ()
    paths = [r.path for r in server.requests]
    assert paths.index("/api/generate") < paths.index("/api/delete")


def test_a_deletion_on_several_servers_is_told_server_by_server(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    """Each outcome knows all that was asked for; a server that is not used failed."""
    (a,) = refs_of(server, "a")
    lost = ModelRef("nas", "b:latest")
    told: list[DeleteOutcome] = []
    operations.deleted.connect(told.append)
    operations.delete(DeleteRequest((a, lost)))
    qtbot.waitUntil(lambda: len(told) == 2, timeout=PATIENCE_MS)
    assert {outcome.asked for outcome in told} == {(a, lost)}
    assert all(outcome.is_mixed for outcome in told)
    failed, done = told
    assert ([each.ref for each in failed.failures], failed.deleted) == ([lost], ())
    assert (done.deleted, done.failures) == ((a,), ())
    operations.delete(DeleteRequest((a,)))
    qtbot.waitUntil(lambda: len(told) == 3, timeout=PATIENCE_MS)
    assert (told[2].gone, told[2].is_mixed) == ((a,), False)


def test_a_500_after_the_manifest_is_gone_counts_as_deleted(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    (a,) = refs_of(server, "a")

    def half(call: faults.Call) -> None:
        server.state.remove("a")
        faults.error_json(500, "remove blobs/sha256-aa: permission denied")(call)

    server.fault("/api/delete", half)
    outcome = outcome_of(qtbot, operations.deleted, lambda: operations.delete(DeleteRequest((a,))))
    assert isinstance(outcome, DeleteOutcome)
    assert outcome.deleted == (a,)


def test_delete_on_a_dead_server_fails_by_name_and_nothing_is_lost(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    a, b = refs_of(server, "a", "b")
    server.kill()
    outcome = outcome_of(
        qtbot, operations.deleted, lambda: operations.delete(DeleteRequest((a, b)))
    )
    assert isinstance(outcome, DeleteOutcome)
    assert outcome.deleted == ()
    assert [f.ref for f in outcome.failures] == [a, b]
    assert all(isinstance(f.error, Unreachable) for f in outcome.failures)


def test_load_and_unload(qtbot: QtBot, operations: Operations, server: FaultyServer) -> None:
    (a,) = refs_of(server, "a")
    outcome_of(qtbot, operations.loaded, lambda: operations.load(LoadRequest(a, keep_alive_s=-1)))
    with OllamaClient(server.url) as client:
        running = client.list_running()
        assert running is not None
        assert running[0].expires_at is None
    outcome_of(qtbot, operations.unloaded, lambda: operations.unload(a))


def test_copy_refuses_an_existing_name(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    (a,) = refs_of(server, "a")
    request = CopyRequest(a, "fresh")
    made = outcome_of(qtbot, operations.rename_ended, lambda: operations.copy(request))
    assert isinstance(made, RenameOutcome)
    assert (made.ending, made.name, made.is_rename) == (Ending.COPIED, "fresh:latest", False)
    assert "fresh:latest" in server.state.names()
    wish = CopyRequest(a, "B")
    refused = outcome_of(qtbot, operations.rename_ended, lambda: operations.copy(wish))
    assert isinstance(refused, RenameOutcome)
    assert refused.ending is Ending.TAKEN


def test_a_model_is_made_of_another_and_edited(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    (a,) = refs_of(server, "a")
    busy: list[BusyModel] = []
    operations.busy_changed.connect(busy.append)
    request = DeriveRequest(a, "mine:latest", ModelChanges(system="one"))
    found = outcome_of(qtbot, operations.derived, lambda: operations.derive(request))
    assert isinstance(found, Derived)
    assert found.request == request
    qtbot.waitUntil(lambda: bool(busy))  # its end is told behind its outcome
    assert [each.verb for each in busy] == [None], "the base is left as it is"
    edit = DeriveRequest(
        found.ref, found.ref.name, ModelChanges(system="two"), "mine:old", replaces=found.ref.digest
    )
    edited = outcome_of(qtbot, operations.derived, lambda: operations.derive(edit))
    assert isinstance(edited, Derived)
    assert BusyModel(found.ref, Verb.CREATE) in busy
    assert edited.kept is not None
    undo = UndoRequest(edited.ref, edited.kept)
    undone = outcome_of(qtbot, operations.undone, lambda: operations.undo(undo))
    assert undone == Undone(found.ref, edited.kept)
    assert sorted(server.state.names()) == ["a:latest", "b:latest", "c:latest", "mine:latest"]


def test_a_model_that_cannot_be_made_is_a_failure_of_its_name(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    (a,) = refs_of(server, "a")
    request = DeriveRequest(a, "B", ModelChanges(system="one"))
    failure = outcome_of(qtbot, operations.failed, lambda: operations.derive(request))
    assert isinstance(failure, Failure)
    assert (failure.verb, failure.ref.name) == (Verb.CREATE, "B")
    unknown = DeriveRequest(ModelRef("nowhere", "a"), "b", ModelChanges(system="one"))
    failure = outcome_of(qtbot, operations.failed, lambda: operations.derive(unknown))
    assert isinstance(failure, Failure)
    assert failure.verb is Verb.CREATE


def test_a_copy_that_is_not_in_the_list_was_not_made(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    (a,) = refs_of(server, "a")
    server.fault("/api/copy", faults.empty_ok())
    wish = CopyRequest(a, "fresh")
    outcome = outcome_of(qtbot, operations.rename_ended, lambda: operations.copy(wish))
    assert isinstance(outcome, RenameOutcome)
    assert outcome.ending is Ending.NOT_MADE


def test_rename_says_that_it_is_busy_and_what_came_of_it(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    (a,) = refs_of(server, "a")
    told: list[object] = []
    operations.busy_changed.connect(told.append)
    request = RenameRequest(a, "main")
    outcome = outcome_of(qtbot, operations.rename_ended, lambda: operations.rename(request))
    assert isinstance(outcome, RenameOutcome)
    assert (outcome.ending, outcome.ref.name) == (Ending.RENAMED, "main:latest")
    assert sorted(server.state.names()) == ["b:latest", "c:latest", "main:latest"]
    qtbot.waitUntil(lambda: told == [BusyModel(a, Verb.RENAME), BusyModel(a, None)])


def test_a_rename_on_a_server_that_is_away_fails_before_anything_is_done(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    (a,) = refs_of(server, "a")
    server.kill()
    request = RenameRequest(a, "main")
    failure = outcome_of(qtbot, operations.failed, lambda: operations.rename(request))
    assert isinstance(failure, Failure)
    assert failure.verb is Verb.RENAME
    assert isinstance(failure.error, Unreachable)


def test_what_a_failed_copy_left_is_cleaned_up(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    (a,) = refs_of(server, "a")
    server.state.disk_free_bytes = 0
    wish = CopyRequest(a, "fresh")
    outcome = outcome_of(qtbot, operations.rename_ended, lambda: operations.copy(wish))
    assert isinstance(outcome, RenameOutcome)
    assert outcome.ending is Ending.DAMAGED
    found = outcome_of(qtbot, operations.cleaned_up, lambda: operations.clean_up(outcome.ref))
    assert found == CleanUp(outcome.ref, False)
    server.state.disk_free_bytes = None
    found = outcome_of(qtbot, operations.cleaned_up, lambda: operations.clean_up(outcome.ref))
    assert found == CleanUp(outcome.ref, True)
    assert not server.state.broken
    assert sorted(server.state.names()) == ["a:latest", "b:latest", "c:latest"]


def draft(url: str, **more: object) -> ServerDraft:
    return ServerDraft(7, "", Endpoint.parse(url), **more)  # type: ignore[arg-type]


def test_a_draft_can_be_tried(qtbot: QtBot, operations: Operations, server: FaultyServer) -> None:
    asked = draft(server.url)
    test = outcome_of(qtbot, operations.server_tested, lambda: operations.test_server(asked))
    assert isinstance(test, ServerTest)
    assert (test.number, test.error, test.case) == (7, None, ConnectionCase.OK)
    assert test.model_count == 3
    server.kill()
    test = outcome_of(qtbot, operations.server_tested, lambda: operations.test_server(asked))
    assert isinstance(test, ServerTest)
    assert isinstance(test.error, Unreachable)


def test_what_signs_in_goes_along_and_is_not_told(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    server.fault("/api/version", faults.reply(401))
    endpoint = Endpoint.parse(server.url).with_access(Access((("Authorization", "Bearer t0ken"),)))
    asked = ServerDraft(1, "nas", endpoint, SignIn(SignInKind.TOKEN))
    test = outcome_of(qtbot, operations.server_tested, lambda: operations.test_server(asked))
    assert isinstance(test, ServerTest)
    assert test.sent is SignInKind.TOKEN
    assert test.case is ConnectionCase.REFUSED
    assert test.endpoint.access == Access()
    assert "t0ken" not in repr(test) + repr(asked)


def test_a_stopped_test_tells_nothing(
    qtbot: QtBot, operations: Operations, runner: JobRunner, server: FaultyServer
) -> None:
    server.fault("/api/version", faults.never_answer())
    told: list[object] = []
    operations.server_tested.connect(told.append)
    operations.test_server(draft(server.url))
    operations.stop_test()
    qtbot.waitUntil(lambda: not runner.active(), timeout=PATIENCE_MS)
    assert told == []


def test_a_server_that_speaks_http_only_offers_its_address(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    asked = draft(server.url.replace("http://", "https://"))
    test = outcome_of(qtbot, operations.server_tested, lambda: operations.test_server(asked))
    assert isinstance(test, ServerTest)
    assert test.case is ConnectionCase.HTTP_ONLY
    assert test.offer == server.url


def test_ollamas_own_host_check_offers_the_number(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    server.fault("/api/version", faults.forbidden())
    asked = draft(server.url.replace("127.0.0.1", "localhost"))
    test = outcome_of(qtbot, operations.server_tested, lambda: operations.test_server(asked))
    assert isinstance(test, ServerTest)
    assert test.case is ConnectionCase.HOST_CHECK
    assert test.offer == server.url.removeprefix("http://")


def test_what_stands_on_the_way_is_told(
    qtbot: QtBot, operations: Operations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "")
    none = tmp_path / "none.pem"
    none.write_text("nothing")
    endpoint = Endpoint.parse("nas").with_access(Access(ca_file=str(none)))
    facts = outcome_of(qtbot, operations.access_read, lambda: operations.look_at_access(endpoint))
    assert isinstance(facts, AccessFacts)
    assert facts.proxy == "http://proxy.example:3128"
    assert facts.ca_file == CaFile(fault=CaFileFault.NO_CERTIFICATE)
    here = outcome_of(
        qtbot,
        operations.access_read,
        lambda: operations.look_at_access(Endpoint.parse("localhost")),
    )
    assert isinstance(here, AccessFacts)
    assert (here.proxy, here.ca_file) == ("", None)


def test_layers_are_learnt_only_while_somebody_looks(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    server.state.install("twin", small.model("twin", weights="a"))
    with OllamaClient(server.url) as client:
        snapshot = client.snapshot()
    operations.layers.note_snapshot(snapshot)
    assert server.asked("/api/show") == []
    layer_index = outcome_of(
        qtbot, operations.layers.layer_index_changed, lambda: operations.layers.set_watched(True)
    )
    assert isinstance(layer_index, LayerIndex)
    by_name = {row.name: row for row in snapshot.models}
    weights = [layer_index.of(by_name[n]) for n in ("a:latest", "twin:latest")]
    assert weights[0] is not None
    assert weights[1] is not None
    assert weights[0].layers[0].digest == weights[1].layers[0].digest
    asked = len(server.asked("/api/show"))
    operations.layers.read("local")
    (b,) = refs_of(server, "b")
    outcome_of(qtbot, operations.details_loaded, lambda: operations.show(b))
    assert len(server.asked("/api/show")) == asked + 1


def test_an_unknown_server_is_a_failure_not_a_crash(qtbot: QtBot, operations: Operations) -> None:
    failure = outcome_of(
        qtbot, operations.failed, lambda: operations.show(ModelRef("nowhere", "a:latest"))
    )
    assert isinstance(failure, Failure)


def test_thousands_of_models_are_not_read_at_once_unless_a_dialog_asks(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    server.state.extend(many(STEP + 50))
    with OllamaClient(server.url) as client:
        snapshot = client.snapshot()
    operations.layers.note_snapshot(snapshot)
    outcome_of(
        qtbot, operations.layers.layer_index_changed, lambda: operations.layers.set_watched(True)
    )
    (a,) = refs_of(server, "a")
    outcome_of(qtbot, operations.loaded, lambda: operations.load(LoadRequest(a)))
    assert len(server.asked("/api/show")) == QUIET_STEP
    operations.layers.read(a.server_id)
    qtbot.waitUntil(
        lambda: len(operations.layers.layer_index.by_digest) == STEP + 53, timeout=PATIENCE_MS
    )


def test_what_no_server_lists_any_more_is_forgotten(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    with OllamaClient(server.url) as client:
        snapshot = client.snapshot()
    layers = operations.layers
    layers.note_snapshot(snapshot)
    outcome_of(qtbot, layers.layer_index_changed, lambda: layers.set_watched(True))
    layers.set_watched(False)
    known = len(layers.layer_index.by_digest)
    assert known == len(snapshot.models)
    for turn in range(100):
        row = replace(snapshot.models[0], digest=f"{turn:064x}")
        info = ModelInfo(row.server_id, row.name, row.digest, has_all_layers=True)
        layers.note_snapshot(replace(snapshot, models=(row, *snapshot.models[1:])))
        layers.add(info)
        assert len(layers.layer_index.by_digest) <= known + 1
    layers.forget_server(snapshot.server_id)
    assert not layers.layer_index.by_digest


def test_an_answer_that_comes_when_the_model_is_gone_does_not_stay(
    operations: Operations, server: FaultyServer
) -> None:
    with OllamaClient(server.url) as client:
        snapshot = client.snapshot()
    layers = operations.layers
    layers.note_snapshot(snapshot)
    layers.add(ModelInfo(snapshot.server_id, "gone", "f" * 64, has_all_layers=True))
    layers.note_snapshot(snapshot)
    assert not layers.layer_index.by_digest


@pytest.mark.parametrize("is_off", [True, False])
def test_no_cloud_models_are_suggested_where_the_cloud_is_off(
    qtbot: QtBot, operations: Operations, server: FaultyServer, is_off: bool
) -> None:
    server.state.cloud_disabled = is_off
    found = outcome_of(
        qtbot, operations.recommendations_loaded, lambda: operations.recommend("local")
    )
    assert isinstance(found, Recommendations)
    assert any(row.is_cloud for row in found.rows) is not is_off
    assert found.is_cloud_off is is_off
    assert any(not row.is_cloud for row in found.rows)


def test_suggestions_do_not_need_to_know_about_the_cloud(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    server.fault("/api/status", faults.error_json(500))
    found = outcome_of(
        qtbot, operations.recommendations_loaded, lambda: operations.recommend("local")
    )
    assert isinstance(found, Recommendations)
    assert any(row.is_cloud for row in found.rows)


def test_a_load_that_is_stopped_is_no_failure(
    qtbot: QtBot, operations: Operations, server: FaultyServer
) -> None:
    a, b = refs_of(server, "a", "b")
    server.fault("/api/generate", faults.never_answer())
    seen: list[BusyModel] = []
    failed: list[object] = []
    operations.busy_changed.connect(seen.append)
    operations.failed.connect(failed.append)
    operations.load(LoadRequest(a))
    operations.load(LoadRequest(b))  # waits for its turn
    qtbot.waitUntil(lambda: any(r.path == "/api/generate" for r in server.requests))
    operations.stop_load(b)
    operations.stop_load(a)
    qtbot.waitUntil(lambda: {x.ref.name for x in seen if x.verb is None} == {a.name, b.name})
    assert failed == []
