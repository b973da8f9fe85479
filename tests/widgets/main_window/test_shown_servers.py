"""Whose models are in the table: work is done for the server that was heard of, and no other."""

from dataclasses import replace

import pytest

from tests.shots import data, servers
from tests.shots.servers import HERE, NAS, STUDIO
from tests.support import facts
from tray_app.core.payloads import ServerStart, StartKind, StartPhase
from tray_app.core.records import Server, ServerState, Snapshot
from tray_app.itemmodels.model_table import ModelTableModel
from tray_app.state.app_state import AppState
from tray_app.views.main_window.shown_servers import ShownServers


@pytest.fixture
def state() -> AppState:
    made = AppState(Server(HERE, "", data.ADDRESS))
    servers.tell(made)
    return made


@pytest.fixture
def models() -> ModelTableModel:
    return ModelTableModel(clock=data.clock)


@pytest.fixture
def shown(state: AppState, models: ModelTableModel) -> ShownServers:
    return ShownServers(state, models)


def test_what_was_known_before_is_listed(shown: ShownServers, models: ModelTableModel) -> None:
    assert models.counts.all == 14
    assert shown.is_several
    assert {row.record.server_id for row in models.rows if row.is_stale} == {NAS}


def test_a_poll_of_one_server_concerns_its_rows_alone(
    shown: ShownServers,
    state: AppState,
    models: ModelTableModel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[str] = []
    take = ModelTableModel.set_snapshot

    def spy(model: ModelTableModel, snapshot: Snapshot) -> None:
        taken.append(snapshot.server_id)
        take(model, snapshot)

    monkeypatch.setattr(ModelTableModel, "set_snapshot", spy)
    facts.set_snapshot(state, replace(servers.snapshot(STUDIO), models=()))
    assert set(taken) == {STUDIO}
    assert models.counts.all == 10


def test_an_answer_that_changes_nothing_moves_nothing(
    shown: ShownServers, state: AppState, models: ModelTableModel
) -> None:
    told: list[str] = []
    models.update_started.connect(lambda: told.append("update"))
    models.dataChanged.connect(lambda *_: told.append("data"))
    version = models.version
    for server in servers.SERVERS[:2]:
        facts.set_snapshot(state, replace(servers.snapshot(server.id), taken_s=1.0))
    off = servers.status(NAS, ServerState.OFFLINE)
    facts.set_status(state, replace(off, retry_s=5.0))
    assert (told, models.version) == ([], version)


def test_a_server_at_another_address_begins_anew(
    shown: ShownServers, state: AppState, models: ModelTableModel
) -> None:
    moved = replace(servers.SERVERS[1], address="other.lan")
    state.set_servers((servers.SERVERS[0], moved, servers.SERVERS[2]), HERE, "")
    assert models.counts.all == 10
    assert (
        next(
            each for each in shown.facts("", data.NOW, data.NOW_S).servers if each.id == STUDIO
        ).has_answer
        is False
    )


def test_the_facts_of_one_and_of_several(shown: ShownServers, state: AppState) -> None:
    facts_of_all = shown.facts("x", data.NOW, data.NOW_S)
    assert [each.count for each in facts_of_all.servers] == [7, 4, 3]
    assert (facts_of_all.count, facts_of_all.status, facts_of_all.server) == (14, None, "")
    assert facts_of_all.search == "x"
    start = ServerStart(NAS, StartKind.WAKE, StartPhase.WAITING, 0.0, 180.0)
    state.set_start(start)
    assert [each.start for each in shown.facts("", data.NOW, data.NOW_S).servers] == [
        None,
        None,
        start,
    ]
    state.set_servers(servers.SERVERS, HERE, NAS)
    alone = shown.facts("", data.NOW, data.NOW_S)
    assert (alone.servers, alone.server, alone.start) == ((), "nas", start)
    assert (alone.can_wake, alone.has_others, alone.count) == (True, True, 3)


def test_the_age_is_that_of_the_oldest_list_of_those_online(
    shown: ShownServers, state: AppState
) -> None:
    late = servers.snapshot(HERE).taken_at
    old = replace(servers.snapshot(STUDIO), taken_at=servers.OFF_SINCE)
    facts.set_snapshot(state, old)
    status, taken_at = shown.age()
    assert status is state.status(STUDIO)
    assert taken_at == servers.OFF_SINCE
    facts.set_status(state, servers.status(STUDIO, ServerState.OFFLINE))
    assert shown.age() == (state.status(HERE), late)
    facts.set_status(state, servers.status(HERE, ServerState.OFFLINE))
    assert shown.age() == (None, None)
