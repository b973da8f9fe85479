"""Copies and renames by the demo server: nothing is lost, and nothing is left behind."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.fakes import FaultyServer, faults, small
from tests.fakes.server import Call
from tray_app.core.errors import BadName, ServerFailed, Unreachable
from tray_app.core.payloads import ModelRef
from tray_app.core.renaming import Ending, RenameOutcome, settled
from tray_app.demo.store.naming import parse
from tray_app.ollama import OllamaClient
from tray_app.ollama.renaming import clean_up, copy_model, rename_model


def ref(client: OllamaClient, name: str) -> ModelRef:
    record = client.get(name)
    assert record is not None
    return ModelRef("local", record.name, record.digest)


def rename(client: OllamaClient, name: str, new: str, *, may_unload: bool = False) -> RenameOutcome:
    return rename_model(client, ref(client, name), new, may_unload=may_unload)


def names(server: FaultyServer) -> list[str]:
    return sorted(server.state.names())


def test_a_rename_leaves_one_model_with_the_same_digest(
    client: OllamaClient, server: FaultyServer
) -> None:
    before = ref(client, "tiny")
    outcome = rename(client, "tiny", "Main:8b")
    assert (outcome.ending, outcome.name) == (Ending.RENAMED, "Main:8b")
    assert names(server) == ["Main:8b", "other:q4"]
    assert ref(client, "main:8b").digest == before.digest == outcome.digest


def test_a_name_comes_out_as_another_model_has_its_parts(
    client: OllamaClient, server: FaultyServer
) -> None:
    outcome = rename(client, "tiny", "Other:Q8")
    assert (outcome.name, outcome.is_folded) == ("other:Q8", True)
    outcome = copy_model(client, ref(client, "other:q8"), "New:Q4")
    assert (outcome.ending, outcome.name, outcome.is_folded) == (Ending.COPIED, "New:q4", True)
    assert names(server) == ["New:q4", "other:Q8", "other:q4"]


@pytest.mark.parametrize("new", ["TINY", "Other:q4"])
def test_a_name_that_is_taken_changes_nothing(
    client: OllamaClient, server: FaultyServer, new: str
) -> None:
    assert rename(client, "tiny", new).ending is Ending.TAKEN
    assert server.asked("/api/copy") == server.asked("/api/delete") == []


def test_a_name_that_is_taken_right_before_the_copy(
    client: OllamaClient, server: FaultyServer
) -> None:
    source = ref(client, "tiny")
    server.state.load("tiny")

    def take(call: Call) -> None:  # while it is unloaded
        other = server.state.find(parse("other:q4"))
        assert other is not None
        server.state.install("main", other.package)
        call.answer()

    server.fault("/api/generate", take)
    outcome = rename_model(client, source, "main", may_unload=True)
    assert outcome.ending is Ending.TAKEN
    assert server.asked("/api/delete") == []
    assert ref(client, "main").digest == ref(client, "other:q4").digest


def test_a_loaded_model_is_unloaded_only_if_it_was_asked(
    client: OllamaClient, server: FaultyServer
) -> None:
    server.state.load("tiny")
    assert rename(client, "tiny", "main").ending is Ending.LOADED
    assert rename(client, "tiny", "main", may_unload=True).ending is Ending.RENAMED
    assert client.list_running() == ()
    asked = [request.path for request in server.requests]
    assert asked.index("/api/generate") < asked.index("/api/copy") < asked.index("/api/delete")


def test_a_copy_stays_loaded(client: OllamaClient, server: FaultyServer) -> None:
    server.state.load("tiny")
    assert copy_model(client, ref(client, "tiny"), "main").ending is Ending.COPIED
    assert len(client.list_running() or ()) == 1


def test_a_model_that_changed_or_went_is_left_alone(
    client: OllamaClient, server: FaultyServer
) -> None:
    tiny = ref(client, "tiny")
    seen = replace(tiny, digest="0" * 64)
    assert rename_model(client, seen, "main", may_unload=False).ending is Ending.CHANGED
    server.state.remove("tiny")
    assert rename_model(client, tiny, "main", may_unload=False).ending is Ending.GONE
    assert server.asked("/api/copy") == []


def test_a_success_that_did_nothing_deletes_nothing(
    client: OllamaClient, server: FaultyServer
) -> None:
    server.fault("/api/copy", faults.empty_ok())
    assert rename(client, "tiny", "main").ending is Ending.NOT_MADE
    assert server.asked("/api/delete") == []


def test_a_copy_of_something_else_keeps_both(client: OllamaClient, server: FaultyServer) -> None:
    def swap(call: Call) -> None:
        server.state.install("tiny", small.model("tiny2"))
        call.answer()

    server.fault("/api/copy", swap)
    outcome = rename(client, "tiny", "main")
    assert (outcome.ending, outcome.name) == (Ending.DIFFERS, "main:latest")
    assert names(server) == ["main:latest", "other:q4", "tiny:latest"]


def test_a_delete_that_is_refused_keeps_both(client: OllamaClient, server: FaultyServer) -> None:
    server.fault("/api/delete", faults.error_json(500, "remove: permission denied"))
    outcome = rename(client, "tiny", "main")
    assert outcome.ending is Ending.NOT_DELETED
    assert isinstance(outcome.error, ServerFailed)
    assert names(server) == ["main:latest", "other:q4", "tiny:latest"]
    server.clear()
    server.fault("/api/delete", faults.empty_ok())
    assert rename(client, "tiny", "again").ending is Ending.NOT_DELETED


def test_what_is_called_missing_now_and_then_is_asked_for_again(
    client: OllamaClient, server: FaultyServer
) -> None:
    server.fault("/api/copy", faults.error_json(404, "model 'tiny' not found"), times=1)
    server.fault("/api/delete", faults.error_json(404, "model 'tiny' not found"), times=1)
    assert rename(client, "tiny", "main").ending is Ending.RENAMED
    assert len(server.asked("/api/copy")) == len(server.asked("/api/delete")) == 2
    server.fault("/api/copy", faults.error_json(404, "model 'main' not found"))
    assert rename(client, "main", "more").ending is Ending.NOT_MADE


def test_two_spellings_of_one_part_lose_nothing(client: OllamaClient, server: FaultyServer) -> None:
    """As another program may leave them on the disk: which one the server reads is chance."""
    other = server.state.find(parse("other:q4"))
    assert other is not None
    for number in range(30):
        server.state.map_order = random.Random(number)
        server.state.install("one:Q4", other.package)
        outcome = rename(client, "other:q4", "moved:8b")
        assert outcome.ending in (Ending.RENAMED, Ending.NOT_DELETED, Ending.NOT_MADE)
        kept = [row.digest for row in client.list_models()].count(outcome.digest)
        assert kept >= 2
        server.state.remove("moved:8b")
        server.state.remove("one:Q4")
        server.state.install("other:q4", other.package)


def test_a_copy_that_somebody_deletes_at_once_keeps_the_old_one(
    client: OllamaClient, server: FaultyServer
) -> None:
    """The model was loaded meanwhile, and is unloaded before it is deleted: both are looked at
    again behind that."""

    def load_it(call: Call) -> None:
        call.answer()
        server.state.load("tiny")

    def take_the_copy(call: Call) -> None:
        server.state.remove("main")
        call.answer()

    server.fault("/api/copy", load_it)
    server.fault("/api/generate", take_the_copy)
    outcome = rename(client, "tiny", "main")
    assert (outcome.ending, outcome.name) == (Ending.NOT_MADE, "")
    assert names(server) == ["other:q4", "tiny:latest"]


def test_what_cannot_be_unloaded_is_renamed_all_the_same(
    client: OllamaClient, server: FaultyServer
) -> None:
    server.state.load("tiny")
    server.fault("/api/generate", faults.error_json(404, "model 'tiny' not found"), times=1)
    assert rename(client, "tiny", "main", may_unload=True).ending is Ending.RENAMED


def test_a_full_disk_leaves_a_name_that_is_cured(
    client: OllamaClient, server: FaultyServer
) -> None:
    server.state.disk_free_bytes = 0
    outcome = rename(client, "tiny", "main")
    assert outcome.ending is Ending.DAMAGED
    assert isinstance(outcome.error, ServerFailed)
    assert names(server) == ["other:q4", "tiny:latest"]
    assert list(server.state.broken) == ["registry.ollama.ai/library/main/latest"]
    assert clean_up(client, "main:latest") is False
    server.state.disk_free_bytes = None
    assert clean_up(client, "main:latest") is True
    assert not server.state.broken
    assert names(server) == ["other:q4", "tiny:latest"]


def test_room_that_comes_back_at_once_is_used_to_clean_up(
    client: OllamaClient, server: FaultyServer
) -> None:
    def fill_for_a_moment(call: Call) -> None:
        server.state.disk_free_bytes = 0
        call.answer()
        server.state.disk_free_bytes = None

    server.fault("/api/copy", fill_for_a_moment, times=1)
    assert rename(client, "tiny", "main").ending is Ending.DISK_FULL
    assert not server.state.broken
    assert names(server) == ["other:q4", "tiny:latest"]


def test_another_failure_of_a_copy_says_that_nothing_was_changed(
    client: OllamaClient, server: FaultyServer
) -> None:
    server.fault("/api/copy", faults.error_json(500, "mkdir /x: permission denied"))
    outcome = copy_model(client, ref(client, "tiny"), "main")
    assert outcome.ending is Ending.NOT_MADE
    assert isinstance(outcome.error, ServerFailed)


def test_cleaning_up_never_touches_a_model(client: OllamaClient, server: FaultyServer) -> None:
    assert clean_up(client, "other:q4") is True
    assert clean_up(client, "nothing:there") is True
    assert server.asked("/api/copy") == server.asked("/api/delete") == []


def test_a_connection_that_breaks_is_settled_by_a_later_list(
    client: OllamaClient, server: FaultyServer
) -> None:
    def break_off(call: Call) -> None:  # done, and not told
        call.server.state.remove("tiny")
        call.exchange.close_after()

    server.fault("/api/delete", break_off)
    source = ref(client, "tiny")
    outcome = rename_model(client, source, "main", may_unload=False)
    assert outcome.ending is Ending.BROKEN_OFF
    assert isinstance(outcome.error, Unreachable)
    later = settled(outcome, client.list_models())
    assert (later.ending, later.name, later.error) == (Ending.RENAMED, "main:latest", None)


def test_a_server_that_is_away_is_told_at_once(client: OllamaClient, server: FaultyServer) -> None:
    source = ref(client, "tiny")
    server.kill()
    with pytest.raises(Unreachable):
        rename_model(client, source, "main", may_unload=False)


def test_a_text_that_is_no_name_raises(client: OllamaClient) -> None:
    with pytest.raises(BadName):
        copy_model(client, ref(client, "tiny"), "bad name!")
    with pytest.raises(BadName):
        copy_model(client, ref(client, "tiny"), "x:local")


def test_the_only_copy_left_is_not_cleaned_away(client: OllamaClient, server: FaultyServer) -> None:
    server.state.disk_free_bytes = 0
    assert rename(client, "tiny", "main").ending is Ending.DAMAGED
    server.state.disk_free_bytes = None
    donors: list[str] = []

    def take_the_donor(call: Call) -> None:
        call.answer()
        donors.append(call.server.received(call.exchange).json["source"])
        server.state.remove(donors[-1])

    server.fault("/api/copy", take_the_donor)
    assert clean_up(client, "main:latest") is True
    (donor,) = donors
    assert names(server) == sorted({"main:latest", "other:q4", "tiny:latest"} - {donor})
    assert not server.state.broken
