"""AppState: facts are whole before anybody is told, and stand once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QObject

from tray_app.core.estimate import PullCheck, PullEstimate
from tray_app.core.payloads import BusyModel, LocalOllama, ModelRef, Verb
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import (
    ModelInfo,
    ModelRecord,
    Poll,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.state.app_state import MAX_KEPT_DETAILS, AppState

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HERE = Server("here", "", "127.0.0.1:11434")
ONLINE = ServerStatus("here", ServerState.ONLINE, since=NOW, version="0.33.1", last_answer_at=NOW)
OFFLINE = ServerStatus("here", ServerState.OFFLINE, since=NOW)


@pytest.fixture
def state() -> AppState:
    return AppState(HERE)


def snapshot(*names: str, server_id: str = "here") -> Snapshot:
    models = tuple(ModelRecord(server_id, name) for name in names)
    return Snapshot(server_id, models, (), "0.33.1", NOW, 0.0)


def download(item_id: str, state: PullState = PullState.WAITING) -> PullItem:
    return PullItem(item_id, "here", f"{item_id}:latest", state, NOW)


class Listener(QObject):
    """Reads everything that it can whenever it is told of anything."""

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.state = state
        self.told: list[str] = []
        self.seen: list[tuple[object, ...]] = []
        for name in (
            *("server_changed", "status_changed", "snapshot_changed", "download_changed"),
            *("download_removed", "downloads_order_changed", "busy_changed"),
        ):
            getattr(state, name).connect(lambda *_, name=name: self._look(name))

    def _look(self, name: str) -> None:
        self.told.append(name)
        state = self.state
        status, found = state.status("here"), state.snapshot("here")
        self.seen.append(
            (
                status.state if status else None,
                len(found.models) if found else None,
                tuple(item.id for item in state.downloads),
            )
        )


def test_a_poll_is_one_change(state: AppState) -> None:
    listener = Listener(state)
    state.take_poll(Poll(ONLINE, snapshot("a", "b")))
    assert listener.told == ["snapshot_changed", "status_changed"]
    assert set(listener.seen) == {(ServerState.ONLINE, 2, ())}


def test_a_good_poll_more_is_no_news_about_the_server(state: AppState) -> None:
    state.take_poll(Poll(ONLINE, snapshot("a")))
    listener = Listener(state)
    later = replace(ONLINE, last_answer_at=NOW.replace(hour=13))
    state.take_poll(Poll(later, snapshot("a", "b")))
    assert listener.told == ["snapshot_changed"]
    status = state.status("here")
    assert status is not None
    assert status.last_answer_at == later.last_answer_at


def test_a_failed_poll_keeps_the_last_answer(state: AppState) -> None:
    state.take_poll(Poll(ONLINE, snapshot("a")))
    listener = Listener(state)
    state.take_poll(Poll(OFFLINE))
    assert listener.told == ["status_changed"]
    assert listener.seen == [(ServerState.OFFLINE, 1, ())]
    assert not state.is_online("here")


@pytest.mark.parametrize(
    ("server", "is_forgotten"),
    [
        (replace(HERE, label="mine"), False),
        (replace(HERE, address="nas"), True),
        (Server("nas", "", "nas"), True),
    ],
)
def test_of_another_server_nothing_is_known(
    state: AppState, server: Server, is_forgotten: bool
) -> None:
    state.take_poll(Poll(ONLINE, snapshot("a")))
    state.set_details(ModelInfo("here", "a", "0a"))
    state.set_busy(BusyModel(ModelRef("here", "a"), Verb.LOAD))
    listener = Listener(state)
    state.set_server(server)
    assert listener.told == ["server_changed"]
    assert state.server == server
    for fact in (state.status("here"), state.snapshot("here"), state.details("0a")):
        assert (fact is None) == is_forgotten
    assert (state.busy(("here", "a")) is None) == is_forgotten
    state.set_server(server)
    assert listener.told == ["server_changed"]


def test_downloads_come_go_and_change_places_as_one(state: AppState) -> None:
    listener = Listener(state)
    a, b, c = download("a"), download("b"), download("c")
    state.set_downloads((a, b, c))
    assert listener.told == ["download_changed"] * 3 + ["downloads_order_changed"]
    running = replace(b, state=PullState.RUNNING)
    listener.told.clear()
    state.set_downloads((c, running))
    assert listener.told == ["download_removed", "download_changed", "downloads_order_changed"]
    assert {seen[2] for seen in listener.seen} == {("a", "b", "c"), ("c", "b")}
    assert state.downloads == (c, running)
    assert state.download("a") is None
    listener.told.clear()
    state.set_downloads((c, running))
    assert listener.told == []


def test_progress_is_told_of_what_is_known_only(state: AppState) -> None:
    state.set_downloads((download("a"),))
    listener = Listener(state)
    state.set_download(download("a", PullState.RUNNING))
    state.set_download(download("gone", PullState.RUNNING))
    assert listener.told == ["download_changed"]
    assert [item.state for item in state.downloads] == [PullState.RUNNING]


def test_what_is_done_to_models(state: AppState) -> None:
    ref = ModelRef("here", "a", "0a")
    state.set_busy(BusyModel(ref, Verb.DELETE))
    assert state.busy(ref.key) is Verb.DELETE
    assert state.busy_models == {ref.key: Verb.DELETE}
    state.set_busy(BusyModel(ref, None))
    assert state.busy(ref.key) is None


def test_old_details_are_forgotten(state: AppState) -> None:
    for number in range(MAX_KEPT_DETAILS + 5):
        state.set_details(ModelInfo("here", f"m{number}", f"{number:x}"))
    assert state.details("0") is None
    assert state.details(f"{MAX_KEPT_DETAILS:x}") is not None


def test_a_record_is_that_of_the_last_answer(state: AppState) -> None:
    assert state.record(("here", "a")) is None
    state.take_poll(Poll(ONLINE, snapshot("a", "b", "a")))
    answer = state.snapshot("here")
    assert answer is not None
    assert state.record(("here", "a")) is answer.models[0]
    assert state.record(("elsewhere", "a")) is None
    state.take_poll(Poll(ONLINE, snapshot("b")))
    assert state.record(("here", "a")) is None
    state.set_server(replace(HERE, address="10.0.0.7:11434"))
    assert state.record(("here", "b")) is None


def test_the_installed_models_are_those_of_the_last_answer(state: AppState) -> None:
    assert not state.installed("here").by_key
    state.take_poll(Poll(ONLINE, snapshot("a:1", "B:1")))
    found = state.installed("here")
    assert set(found.by_key) == {"a:1", "b:1"}
    assert state.installed("here") is found
    state.take_poll(Poll(ONLINE, snapshot("a:1", "c:1")))
    assert set(state.installed("here").by_key) == {"a:1", "c:1"}
    state.set_server(replace(HERE, address="10.0.0.7:11434"))
    assert not state.installed("here").by_key


OLD = replace(snapshot("a", "b"), running=None, taken_at=NOW.replace(hour=9), is_old=True)


def test_the_list_of_an_earlier_run_is_shown_until_the_server_answers(state: AppState) -> None:
    listener = Listener(state)
    state.set_last_list(OLD)
    assert listener.told == ["snapshot_changed"]
    assert state.snapshot("here") is OLD
    assert state.record(("here", "a")) is not None
    state.take_poll(Poll(ONLINE, snapshot("a")))
    found = state.snapshot("here")
    assert found is not None
    assert not found.is_old
    state.set_last_list(OLD)
    assert state.snapshot("here") is found, "it comes too late"


def test_nothing_of_an_old_list_counts_as_installed(state: AppState) -> None:
    state.set_last_list(OLD)
    assert not state.installed("here").by_key
    assert not state.is_online("here")
    state.take_poll(Poll(ONLINE, snapshot("a")))
    assert list(state.installed("here").by_key)


def test_a_server_that_is_not_used_has_no_old_list(state: AppState) -> None:
    state.set_last_list(replace(OLD, server_id="nas"))
    assert state.snapshot("nas") is None


@pytest.mark.parametrize("is_list_first", [True, False])
def test_a_server_that_is_away_was_reached_when_its_old_list_was_taken(
    state: AppState, is_list_first: bool
) -> None:
    if is_list_first:
        state.set_last_list(OLD)
    state.take_poll(Poll(OFFLINE))
    state.set_last_list(OLD)
    status = state.status("here")
    assert status is not None
    assert status.last_answer_at == OLD.taken_at
    connecting = ServerStatus("here", ServerState.CONNECTING, NOW)
    state.take_poll(Poll(connecting))
    assert state.status("here") == connecting, "it may answer in a moment"


def test_an_old_list_goes_with_its_address(state: AppState) -> None:
    state.set_last_list(OLD)
    state.set_server(replace(HERE, address="nas"))
    assert state.snapshot("here") is None


def test_a_server_that_is_switched_off_or_removed_keeps_its_name(state: AppState) -> None:
    nas, lab = Server("nas", "my nas"), Server("lab", "lab")
    state.set_servers((HERE, nas), "here", "", (lab,))
    assert state.server_of("lab") is lab
    listener = Listener(state)
    state.set_servers((HERE, nas), "here", "", (replace(lab, label="den"),))
    assert listener.told == ["server_changed"]
    assert state.server_of("lab").label == "den"
    state.set_servers((nas,), "nas", "")
    assert state.server_of("lab").label == "den", "what is said of it later names it as ever"
    assert state.server_of("gone").label == "gone"


def test_estimates_are_those_of_one_question() -> None:
    state = AppState(HERE)
    one = PullEstimate(HERE.id, "one:latest", PullCheck.NEW)
    state.set_estimate(one)
    there = replace(one, server_id="studio")
    state.set_estimate(there)
    assert (state.estimate(HERE.id), state.estimate("studio")) == (one, there)
    state.set_estimate(replace(one, name="two:latest"))
    assert state.estimate("studio") is None
    state.set_server(replace(HERE, address="10.0.0.9:1"))
    assert state.estimate(HERE.id) is None


def test_what_can_be_started_is_here_and_startable(state: AppState) -> None:
    nas = Server("nas", "nas", "192.168.1.30:11434")
    state.set_servers((HERE, nas), "here", "")
    told: list[bool] = []
    state.local_ollama_changed.connect(lambda: told.append(state.can_start("here")))
    assert not state.can_start("here")
    for found in (LocalOllama.BY_HAND, LocalOllama.BY_HAND, LocalOllama.STARTABLE):
        state.set_local_ollama(found)
    assert told == [False, True]
    assert [state.can_start(each) for each in ("here", "nas", "nobody")] == [True, False, False]


def test_the_demo_can_start_nothing() -> None:
    demo = AppState(HERE, is_demo=True)
    demo.set_local_ollama(LocalOllama.STARTABLE)
    assert not demo.can_start("here")


def test_awake_is_told_when_it_changes(state: AppState) -> None:
    told: list[bool] = []
    state.awake_changed.connect(told.append)
    for is_awake in (False, True, True, False):
        state.set_kept_awake(is_awake)
    assert told == [True, False]
