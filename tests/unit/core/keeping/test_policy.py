"""What is done so that kept models stay in memory, and above all what is not."""

from __future__ import annotations

import itertools
import random

import pytest

from tests.unit.core.keeping.world import GB, World, kept
from tray_app.core.keeping.fitting import arranged
from tray_app.core.keeping.policy import AGAIN_S, Ask, KeepChoices
from tray_app.core.keeping.records import Capacity, KeepKind

AGAIN = KeepChoices(at_start=True, again=True)


def test_one_that_is_loaded_is_told_to_stay_once_with_its_own_context() -> None:
    world = World(models=(kept("a:1", 8192),))
    world.use("a:1", 300, context=2048)
    world.pass_time(600)
    assert world.asked == [(1002.0, Ask(kept("a:1", 8192), 2048, is_load=False))]
    assert world.kind("a:1") is KeepKind.KEPT
    assert world.kept_row("a:1")
    assert world.status("a:1").put_back_at is None


def test_another_time_is_put_back_and_told_for_ten_minutes() -> None:
    world = World(models=(kept("a:1"),))
    world.use("a:1")
    world.pass_time(120)
    world.set_time("a:1", 300)
    world.poll()
    assert world.kept_row("a:1")
    status = world.status("a:1")
    assert status.overwritten_s == 298
    assert status.put_back_at == world.now
    world.pass_time(590)
    assert world.status("a:1").put_back_at is not None
    world.pass_time(20)
    assert world.status("a:1").put_back_at is None


def test_what_another_program_set_is_told_as_it_was_though_it_is_put_back_later() -> None:
    world = World(models=(kept("a:1"),))
    world.use("a:1")
    world.pass_time(10)
    world.set_time("a:1", 300)
    world.pass_time(60)
    assert world.kept_row("a:1")
    assert world.status("a:1").overwritten_s == 298


def test_nothing_is_asked_for_twice_within_a_minute() -> None:
    world = World(models=(kept("a:1"),))
    world.use("a:1")
    for _ in range(300):
        if "a:1" in world.rows:
            world.set_time("a:1", 300)
        world.poll()
    times = [at for at, _ in world.asked]
    assert len(times) == 10
    assert all(later - at >= AGAIN_S for at, later in itertools.pairwise(times))


def test_after_a_start_they_are_loaded_in_order_one_by_one_from_ten_seconds_on() -> None:
    world = World(models=(kept("a:1", 8192), kept("b:1")))
    world.pass_time(8)
    assert world.asked == []
    world.pass_time(20)
    assert [(at, ask.kept.name, ask.context_length) for at, ask in world.asked] == [
        (1012.0, "a:1", 8192),
        (1014.0, "b:1", None),
    ]
    assert all(ask.is_load for _, ask in world.asked)


def test_a_load_that_lasts_keeps_the_next_one_waiting() -> None:
    world = World(models=(kept("a:1"), kept("b:1")))
    world.pass_time(10)
    world.policy.asked(kept("a:1"), world.now_s)
    world.rows.clear()
    world.asked.clear()
    world.pass_time(60)
    assert world.asked == []
    world.use("a:1", None)
    world.policy.ended(kept("a:1"), world.now_s)
    world.poll()
    assert world.loads() == ["b:1"]


def test_nothing_is_loaded_at_the_start_where_nobody_wants_that() -> None:
    world = World(KeepChoices(at_start=False), (kept("a:1"),))
    world.pass_time(120)
    assert world.asked == []
    assert world.kind("a:1") is KeepKind.WAITING


def test_a_restarted_server_gets_them_anew_and_nobody_has_pushed_them_out() -> None:
    world = World(models=(kept("a:1"),))
    world.pass_time(30)
    world.restart()
    assert world.kind("a:1") is KeepKind.WAITING
    world.pass_time(8)
    assert world.loads() == ["a:1"]
    world.now_s += 60
    world.pass_time(10)
    assert world.loads() == ["a:1", "a:1"]
    assert world.kind("a:1") is KeepKind.KEPT
    assert world.given_up == []


def test_a_server_that_was_only_out_of_reach_has_not_started() -> None:
    world = World(models=(kept("a:1"),), room=8 * GB)
    world.pass_time(20)
    world.use("b:1", None)
    world.poll()
    world.policy.went_offline()
    assert world.kind("a:1") is KeepKind.WAITING
    world.pass_time(120)
    assert world.loads() == ["a:1"]
    assert (world.kind("a:1"), world.status("a:1").by) == (KeepKind.OUT, "b:1")


def test_one_that_stayed_in_memory_all_the_while_is_left_alone() -> None:
    world = World(models=(kept("a:1"),))
    world.pass_time(20)
    world.policy.went_offline()
    world.pass_time(120)
    assert len(world.asked) == 1
    assert world.kind("a:1") is KeepKind.KEPT


@pytest.mark.parametrize("choices", [KeepChoices(), AGAIN])
def test_who_is_pushed_out_comes_back_only_where_that_is_wanted(choices: KeepChoices) -> None:
    world = World(choices, (kept("a:1"),), room=8 * GB)
    world.pass_time(20)
    world.use("b:1", 30)
    world.poll()
    status = world.status("a:1")
    assert (status.kind, status.by, status.at) == (KeepKind.OUT, "b:1", world.now)
    world.pass_time(290)
    assert world.loads() == ["a:1"]  # nobody else must have loaded for five minutes
    world.pass_time(20)
    assert world.loads() == ["a:1"] * (2 if choices.again else 1)


def test_it_does_not_push_out_who_has_its_place() -> None:
    world = World(AGAIN, (kept("a:1"),), room=8 * GB)
    world.pass_time(20)
    world.use("b:1", None)
    world.pass_time(3600)
    assert world.loads() == ["a:1"]
    assert world.kind("a:1") is KeepKind.OUT
    world.unload("b:1")
    world.poll()
    assert world.loads() == ["a:1", "a:1"]


def test_each_load_of_others_begins_the_five_minutes_anew() -> None:
    world = World(AGAIN, (kept("a:1"),), room=8 * GB)
    world.pass_time(20)
    world.use("b:1", 30)
    for _ in range(5):
        world.pass_time(200)
        world.use("d:1", 10)
    assert world.loads() == ["a:1"]
    world.pass_time(330)
    assert world.loads() == ["a:1", "a:1"]


def test_an_unmeasured_one_comes_back_into_an_empty_memory_only() -> None:
    world = World(AGAIN, (kept("a:1"),), room=8 * GB, is_measured=False)
    world.pass_time(20)
    world.use("b:1", 30)
    world.poll()
    world.use("d:1", 3600)
    world.pass_time(1800)
    assert world.loads() == ["a:1"]
    world.unload("d:1")
    world.poll()
    assert world.loads() == ["a:1", "a:1"]


def test_two_that_do_not_fit_together_are_never_loaded_together() -> None:
    world = World(AGAIN, (kept("a:1"), kept("b:1"), kept("d:1")), room=8 * GB)
    world.pass_time(3600)
    assert world.loads() == ["a:1", "d:1"]
    status = world.status("b:1")
    assert status.kind is KeepKind.LEFT_OUT
    assert (status.needed_bytes, status.room_bytes) == (6 * GB, 8 * GB)


def test_two_unmeasured_ones_that_push_each_other_out_end_that_by_themselves() -> None:
    world = World(AGAIN, (kept("a:1"), kept("b:1")), room=8 * GB, is_measured=False)
    world.pass_time(3600)
    assert world.loads() == ["a:1", "b:1"]
    assert world.status("a:1").by == "b:1"


def test_nor_do_they_after_the_next_start_of_the_server() -> None:
    world = World(AGAIN, (kept("a:1"), kept("b:1")), room=8 * GB, is_measured=False)
    world.pass_time(600)
    world.restart()
    world.pass_time(600)
    assert world.loads() == ["a:1", "b:1", "a:1"]
    assert world.kind("b:1") is KeepKind.WAITING


def test_the_third_time_within_an_hour_ends_it() -> None:
    world = World(AGAIN, (kept("a:1"),))
    world.pass_time(20)
    for _ in range(3):
        if "a:1" in world.rows:
            world.use("a:1", 0)  # who unloads it as soon as it has answered
        world.pass_time(320)
    assert [(give.kept.name, give.by, give.is_failure) for give in world.given_up] == [
        ("a:1", "", False)
    ]
    assert world.models == ()
    assert world.loads() == ["a:1"] * 3


def test_who_took_the_place_may_show_later_as_it_still_loads() -> None:
    world = World(AGAIN, (kept("a:1"),), room=8 * GB)
    world.pass_time(20)
    world.rows.clear()
    world.pass_time(6)
    assert world.status("a:1").by == ""
    at = world.status("a:1").at
    world.use("b:1")
    world.poll()
    status = world.status("a:1")
    assert (status.by, status.at) == ("b:1", at)


def test_twice_within_an_hour_is_forgiven() -> None:
    world = World(AGAIN, (kept("a:1"),))
    world.pass_time(20)
    for _ in range(6):
        world.use("a:1", 0)
        world.pass_time(1900)
    assert world.given_up == []
    assert world.kind("a:1") is KeepKind.KEPT


def test_loads_that_fail_end_it_too() -> None:
    world = World(models=(kept("a:1"),), fails=True)
    world.pass_time(600)
    assert world.loads() == ["a:1"] * 3
    assert [give.is_failure for give in world.given_up] == [True]


def test_one_that_is_not_installed_is_not_asked_for() -> None:
    world = World(models=(kept("a:1"), kept("b:1")), installed={"b:1"})
    world.pass_time(60)
    assert world.loads() == ["b:1"]
    assert world.kind("a:1") is KeepKind.MISSING


def test_a_person_may_have_it_loaded_at_once() -> None:
    world = World(models=(kept("a:1"),), room=8 * GB)
    world.pass_time(20)
    world.use("b:1", None)
    world.poll()
    world.policy.want_now(kept("a:1"))
    world.poll()
    assert world.loads() == ["a:1", "a:1"]
    assert world.kept_row("a:1")


def test_a_load_that_was_stopped_is_not_tried_again() -> None:
    world = World(AGAIN, (kept("a:1"),))
    world.policy.want_now(kept("a:1"))
    world.poll()
    world.rows.clear()
    world.policy.stopped(kept("a:1"))
    world.pass_time(1200)
    assert world.loads() == ["a:1"]


def test_a_load_that_leaves_nothing_behind_counts_as_pushed_out() -> None:
    world = World(AGAIN, (kept("a:1"),))
    world.pass_time(10)
    world.poll()
    world.rows.clear()
    world.poll(5)
    assert world.kind("a:1") is KeepKind.OUT


@pytest.mark.parametrize(
    ("needs", "room", "fitting"),
    [
        ({"a": 4, "b": 6}, 12, "ab"),
        ({"a": 4, "b": 9}, 12, "a"),
        ({"a": 20, "b": 1}, 12, "a"),  # spreads over card and processor, alone
        ({"a": 4, "b": 9, "c": 8}, 12, "ac"),
        ({"b": 9}, 12, "ab"),  # a was never measured
        ({"a": 4, "b": 9}, None, "ab"),
    ],
)
def test_who_fits_beside_those_before_it(
    needs: dict[str, int], room: int | None, fitting: str
) -> None:
    models = [kept(name) for name in "abc" if name in needs or name in fitting]
    found, left_out = arranged(models, lambda model: needs.get(model.name), Capacity(room))
    assert "".join(model.name for model in found) == fitting
    assert {*found, *left_out} == set(models)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("is_measured", [True, False])
def test_an_hour_beside_a_restless_client(seed: int, is_measured: bool) -> None:
    """It asks for kept models and others with 5 minutes, 0 and other contexts, as it likes."""
    chance = random.Random(seed)
    world = World(AGAIN, (kept("a:1", 8192), kept("d:1")), room=9 * GB, is_measured=is_measured)
    world.pass_time(60)
    started = len(world.asked)
    for _ in range(1800):
        if chance.random() < 0.05:
            name = chance.choice(["a:1", "a:1", "d:1", "b:1", "c:1"])
            world.use(name, chance.choice([300, 300, 0, 30]), chance.choice([2048, 4096, 8192]))
        world.poll()
    for model in (kept("a:1", 8192), kept("d:1")):
        times = [at for at, ask in world.asked if ask.kept == model]
        assert all(later - at >= AGAIN_S for at, later in itertools.pairwise(times))
        loads = [at for at, ask in world.asked[started:] if ask.kept == model and ask.is_load]
        assert len(loads) <= 2  # the third push ends it
        # Nothing was loaded within five minutes of a load before.
        assert all(later - at >= 300 for at, later in itertools.pairwise(loads))
    assert world.given_up  # which is what becomes of it beside such a client
