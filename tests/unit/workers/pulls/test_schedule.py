"""Who runs and who waits, decided without a queue, a server or an event loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from tray_app.core.endpoint import Endpoint
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.policy import QueueLimits
from tray_app.core.pulls.rules import ROOM_MARGIN_BYTES, DiskSpace, HoldReason, RuleState
from tray_app.core.pulls.states import ACTIVE, IN_TRANSFER, Hold, PullState
from tray_app.core.pulls.tracker import PullTracker
from tray_app.workers.jobs import Target
from tray_app.workers.pulls.entry import PullEntry, find_entry
from tray_app.workers.pulls.job import PullJob
from tray_app.workers.pulls.schedule import Schedule

S = PullState
MB = 1_000_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)
IN_LINE = HoldReason(Hold.LINE)
SAVED = 5


def entry(
    name: str, state: PullState = S.WAITING, server_id: str = "here", hold: Hold | None = None
) -> PullEntry:
    """A download whose row is on disk."""
    made = PullEntry.of_request(PullRequest(server_id, name), NOW)
    made.item = replace(made.item, id=name, state=state, hold=hold)
    made.save_number = SAVED
    return made


def attempt(of: PullEntry) -> PullJob:
    target = Target(of.item.server_id, Endpoint.parse("http://127.0.0.1:1"))
    return PullJob(target, of.item, PullTracker(of.item.name))


def schedule(max_pulls: int = 9, keep_free_bytes: int = 0) -> Schedule:
    """Both servers answer, one of them is on this computer."""
    limits = QueueLimits(max_pulls=max_pulls, keep_free_bytes=keep_free_bytes)
    made = Schedule(limits, {"here": True, "away": False}.__getitem__)
    made.set_online("here", True)
    made.set_online("away", True)
    return made


def must_not_ask(server_id: str) -> bool:
    raise AssertionError(f"nobody needs to know where {server_id} is")


def decided(
    by: Schedule, entries: Sequence[PullEntry], leaving: Sequence[PullEntry] = ()
) -> dict[str, HoldReason | None]:
    return {one.item.id: reason for one, reason in by.decide(entries, leaving, SAVED)}


def overruled(by: Schedule, entries: Sequence[PullEntry]) -> dict[str, HoldReason]:
    return {one.item.id: reason for one, reason in by.overruled(entries)}


def test_only_the_waiting_are_decided_upon_in_their_order() -> None:
    entries = [entry(state, state) for state in PullState] + [entry("last")]
    assert list(decided(schedule(), entries)) == ["waiting", "last"]


def test_the_first_ones_get_the_places() -> None:
    entries = [entry("a"), entry("b", S.VERIFYING), entry("c"), entry("d")]
    assert decided(schedule(max_pulls=2), entries) == {"a": None, "c": IN_LINE, "d": IN_LINE}
    assert decided(schedule(max_pulls=1), entries) == dict.fromkeys("acd", IN_LINE)


def test_an_attempt_that_has_not_ended_keeps_its_place() -> None:
    paused, gone = entry("paused", S.PAUSED), entry("gone")
    paused.job, gone.job = attempt(paused), attempt(gone)
    entries = [paused, entry("next")]
    assert decided(schedule(max_pulls=2), entries) == {"next": None}
    assert decided(schedule(max_pulls=1), entries) == {"next": IN_LINE}
    assert decided(schedule(max_pulls=2), entries, [gone]) == {"next": IN_LINE}


def test_nothing_is_asked_for_twice_at_once() -> None:
    resumed, again, twin = entry("resumed"), entry("m"), entry("M:latest", S.CANCELED)
    resumed.job = attempt(resumed)
    assert decided(schedule(), [resumed, again, entry("n")], [twin]) == {
        "resumed": IN_LINE,
        "m": IN_LINE,
        "n": None,
    }
    assert decided(schedule(), [again], [entry("m", server_id="away")]) == {"m": None}


@pytest.mark.parametrize("number", [None, SAVED + 1])
def test_nothing_starts_before_the_disk_knows_it(number: int | None) -> None:
    fresh = entry("fresh")
    fresh.save_number = number
    assert decided(schedule(max_pulls=1), [fresh, entry("known")]) == {
        "fresh": IN_LINE,
        "known": None,
    }


def test_a_server_that_is_away_comes_before_any_rule_and_wish() -> None:
    by, forced = schedule(), entry("forced", server_id="away")
    forced.is_forced = True
    by.set_online("away", False)
    by.rule_state = RuleState(Hold.METERED, Hold.QUIET_HOURS)
    assert decided(by, [forced, entry("x", server_id="unheard of")]) == {
        "forced": HoldReason(Hold.SERVER),
        "x": HoldReason(Hold.SERVER),
    }


def test_whether_a_server_answers_is_news_once() -> None:
    by = Schedule(QueueLimits(), must_not_ask)
    assert [by.set_online("a", is_online) for is_online in (False, False, True, True)] == [
        *(True, False, True, False)
    ]


def test_nothing_runs_on_a_server_that_is_switched_off_or_gone() -> None:
    by, forced = schedule(), entry("forced", server_id="away")
    forced.is_forced = forced.is_next = True
    entries = [entry("a"), forced, entry("g", server_id="gone")]
    assert decided(by, entries)["forced"] is None, "nobody has said yet which there are"
    assert by.set_servers({"here": True, "away": False})
    by.rule_state = RuleState(None, Hold.QUIET_HOURS)
    assert decided(by, entries) == {
        "a": None,
        "forced": HoldReason(Hold.OFF),
        "g": HoldReason(Hold.NO_SERVER),
    }
    assert [by.is_used(each) for each in ("here", "away", "gone")] == [True, False, False]


def test_one_that_is_off_takes_no_place() -> None:
    by = schedule(max_pulls=1)
    by.set_servers({"here": True, "away": False})
    by.set_online("dead", False)
    entries = [entry("off", server_id="away"), entry("dead", server_id="dead"), entry("a")]
    assert decided(by, entries)["a"] is None


@pytest.mark.parametrize("state", PullState)
def test_what_runs_on_a_server_that_is_switched_off_goes_back(state: PullState) -> None:
    by, one, forced = schedule(), entry("one", state), entry("forced", state)
    forced.is_forced = True
    by.set_servers({"here": False})
    off = HoldReason(Hold.OFF)
    expected = {"one": off, "forced": off} if state in ACTIVE | {S.RETRYING} else {}
    assert overruled(by, [one, forced]) == expected
    by.set_servers({})
    gone = HoldReason(Hold.NO_SERVER)
    assert overruled(by, [one, forced]) == ({"one": gone, "forced": gone} if expected else {})


def test_which_servers_there_are_is_news_once() -> None:
    by = Schedule(QueueLimits(), must_not_ask)
    used = {"a": True}
    assert by.set_servers(used)
    assert not by.set_servers({"a": True})
    used["a"] = False  # of who told it
    assert by.is_used("a")
    assert by.set_servers({"a": False})


def test_rules_of_this_computer_leave_other_servers_alone() -> None:
    by = schedule()
    by.rule_state = RuleState(Hold.METERED)
    assert decided(by, [entry("a"), entry("b", server_id="away")]) == {
        "a": HoldReason(Hold.METERED),
        "b": None,
    }
    by.rule_state = RuleState(Hold.METERED, Hold.QUIET_HOURS, time(7))
    assert decided(by, [entry("a"), entry("b", server_id="away")]) == {
        "a": HoldReason(Hold.METERED),
        "b": HoldReason(Hold.QUIET_HOURS, time(7)),
    }


def test_where_a_server_is_is_not_asked_for_when_it_does_not_matter() -> None:
    by = Schedule(QueueLimits(), must_not_ask)
    by.set_online("here", True)
    by.rule_state = RuleState(Hold.BATTERY, Hold.BATTERY)
    assert decided(by, [entry("a")]) == {"a": HoldReason(Hold.BATTERY)}


def test_a_person_may_go_before_the_line_and_before_the_rules() -> None:
    by, is_next, forced = schedule(max_pulls=1), entry("next"), entry("forced")
    is_next.is_next = forced.is_forced = True
    entries = [entry("running", S.RUNNING), entry("a"), is_next, forced]
    assert decided(by, entries) == {"a": IN_LINE, "next": None, "forced": None}
    by.rule_state = RuleState(Hold.BATTERY)
    battery = HoldReason(Hold.BATTERY)
    assert decided(by, entries) == {"a": battery, "next": battery, "forced": None}


@pytest.mark.parametrize("state", PullState)
def test_a_rule_sends_back_what_is_in_transfer(state: PullState) -> None:
    by, one, forced = schedule(), entry("one", state), entry("forced", state)
    forced.is_forced = True
    assert overruled(by, [one, forced]) == {}
    by.rule_state = RuleState(Hold.QUIET_HOURS, Hold.QUIET_HOURS, time(7))
    quiet = HoldReason(Hold.QUIET_HOURS, time(7))
    assert overruled(by, [one, forced]) == ({"one": quiet} if state in IN_TRANSFER else {})


def test_each_fits_alone_but_not_all() -> None:
    by = schedule(keep_free_bytes=1000 * MB)
    needs = {name: {f"layer of {name}": 40 * MB} for name in "abc"}
    by.set_disk_space(DiskSpace("here", 1100 * MB, needs))
    missing = HoldReason(Hold.DISK, missing_bytes=20 * MB + ROOM_MARGIN_BYTES)
    for states in (
        (S.RUNNING, S.RUNNING, S.RUNNING),
        (S.VERIFYING, S.STALLED, S.PREPARING),
    ):
        running = [entry(name, state) for name, state in zip("abc", states, strict=True)]
        assert overruled(by, running) == {"c": missing}
    assert decided(by, [entry("a"), entry("b"), entry("c")]) == {"a": None, "b": None, "c": missing}
    # What runs comes first, wherever it stands.
    assert decided(by, [entry("a"), entry("b", S.RUNNING), entry("c", S.RUNNING)]) == {"a": missing}


def test_a_layer_that_two_need_is_written_once() -> None:
    by = schedule(keep_free_bytes=1000 * MB)
    needs = {"a": {"shared": 40 * MB}, "b": {"shared": 40 * MB, "own": 10 * MB}}
    by.set_disk_space(DiskSpace("here", 1050 * MB, needs))
    running = [entry("a", S.RUNNING), entry("b", S.RUNNING)]
    assert overruled(by, running) == {}
    by.set_disk_space(DiskSpace("here", 1049 * MB, needs))
    missing = HoldReason(Hold.DISK, missing_bytes=1 * MB + ROOM_MARGIN_BYTES)
    assert overruled(by, running) == {"b": missing}
    # What waits has claimed nothing: the other one needs all of it.
    by.set_disk_space(DiskSpace("here", 1045 * MB, needs))
    waiting = [entry("b"), entry("a")]
    missing = HoldReason(Hold.DISK, missing_bytes=5 * MB + ROOM_MARGIN_BYTES)
    assert decided(by, waiting) == {"b": missing, "a": None}


def test_what_waits_for_space_needs_some_more() -> None:
    by, held = schedule(keep_free_bytes=1000 * MB), entry("a", hold=Hold.DISK)
    by.set_disk_space(DiskSpace("here", 1040 * MB, {"a": {"x": 40 * MB}}))
    assert decided(by, [entry("a")]) == {"a": None}
    wanted = HoldReason(Hold.DISK, missing_bytes=ROOM_MARGIN_BYTES)
    assert decided(by, [held]) == {"a": wanted}


@pytest.mark.parametrize(
    "space",
    [
        None,
        DiskSpace("here"),
        DiskSpace("here", 0, {"b": {"x": 5}}),
        DiskSpace("away", 0, {"a": {"x": 5}}),
    ],
)
def test_space_that_is_not_known_holds_nobody(space: DiskSpace | None) -> None:
    by = schedule(keep_free_bytes=1000 * MB)
    if space is not None:
        by.set_disk_space(space)
    assert decided(by, [entry("a")]) == {"a": None}


def test_other_limits_count_from_the_next_decision_on() -> None:
    by, entries = schedule(max_pulls=1), [entry("a"), entry("b")]
    assert decided(by, entries) == {"a": None, "b": IN_LINE}
    by.limits = QueueLimits(max_pulls=2)
    assert decided(by, entries) == {"a": None, "b": None}


def test_deciding_changes_nothing() -> None:
    by = schedule(max_pulls=1, keep_free_bytes=1000 * MB)
    by.set_disk_space(DiskSpace("here", 1010 * MB, {"b": {"x": 40 * MB}}))
    entries = [entry("a", S.RUNNING), entry("b"), entry("c")]
    before = [(one.item, one.job) for one in entries]
    assert decided(by, entries) == decided(by, entries)
    assert overruled(by, entries) == overruled(by, entries)
    assert [(one.item, one.job) for one in entries] == before


def test_a_model_is_found_by_any_of_its_spellings() -> None:
    entries = [entry("m:latest", server_id="away"), entry("m:latest", S.RUNNING)]
    assert find_entry(entries, "here", "M") is entries[1]
    assert find_entry(entries, "here", "m:7b") is None
