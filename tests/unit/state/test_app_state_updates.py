"""AppState about updates: verdicts by name, the sum of the updates, and when it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tray_app.core.records import Server
from tray_app.core.updates.facts import CheckState, ModelVerdict
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.core.updates.verdicts import Marks, Standing, Verdict
from tray_app.state.app_state import AppState

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HERE, NAS = Server("here", "", "127.0.0.1:11434"), Server("nas", "nas", "10.0.0.2:11434")
KEY = ("here", "Llava:13b")


@pytest.fixture
def state() -> AppState:
    state = AppState(HERE)
    state.set_servers((HERE, NAS), "here", "")
    return state


@pytest.fixture
def told(state: AppState) -> list[object]:
    heard: list[object] = []
    state.verdict_changed.connect(heard.append)
    state.updates_changed.connect(lambda: heard.append("updates"))
    state.verdicts_loaded.connect(lambda: heard.append("loaded"))
    return heard


def offered(key: tuple[str, str] = KEY, size: int = 7, marks: Marks | None = None) -> ModelVerdict:
    verdict = Verdict(Standing.WEIGHTS, "a" * 64, "b" * 64, total_bytes=9, fetch_bytes=size)
    return ModelVerdict(key, verdict, marks or Marks())


def test_a_verdict_is_found_in_any_spelling(state: AppState) -> None:
    state.set_verdict(offered())
    assert state.verdict(("here", "llava:13B")).standing is Standing.WEIGHTS
    assert state.model_verdict(("here", "library/llava:13b")).key == KEY
    assert state.verdict(("nas", "llava:13b")) == Verdict()
    assert state.marks(("nas", "llava:13b")) == Marks()


def test_an_equal_verdict_is_no_news(state: AppState, told: list[object]) -> None:
    state.set_verdict(offered())
    state.set_verdict(offered())
    assert told == [KEY, "updates"]


def test_what_does_not_count_changes_no_sum(state: AppState, told: list[object]) -> None:
    state.set_verdict(ModelVerdict(KEY, Verdict(Standing.CURRENT, "a" * 64)))
    assert told == [KEY]


def test_a_pin_takes_it_out_of_the_sum(state: AppState, told: list[object]) -> None:
    state.set_verdict(offered())
    told.clear()
    state.set_verdict(offered(marks=Marks(is_pinned=True)))
    assert told == [KEY, "updates"]
    assert (state.update_count, state.update_bytes) == (0, 0)


def test_a_small_one_that_costs_nothing_counts_and_goes(
    state: AppState, told: list[object]
) -> None:
    state.set_verdict(offered(size=0))
    assert (state.update_count, state.update_bytes) == (1, 0)
    told.clear()
    state.drop_verdict(KEY)
    assert told == [KEY, "updates"]
    assert state.update_count == 0


def test_of_unknown_missing_bytes_the_whole_counts(state: AppState) -> None:
    verdict = Verdict(Standing.WEIGHTS, "a" * 64, "b" * 64, total_bytes=9)
    state.set_verdict(ModelVerdict(KEY, verdict))
    assert state.update_bytes == 9


def test_updates_stand_by_name_and_then_by_server(state: AppState) -> None:
    for key in (("nas", "llava:13b"), KEY, ("nas", "bakllava:7b")):
        state.set_verdict(offered(key))
    assert [found.key for found in state.updates] == [
        ("nas", "bakllava:7b"), KEY, ("nas", "llava:13b"),
    ]  # fmt: skip


def test_remembered_ones_never_win_over_known_ones(state: AppState, told: list[object]) -> None:
    state.set_verdict(ModelVerdict(KEY, Verdict(Standing.CURRENT, "c" * 64)))
    told.clear()
    state.load_verdicts(
        [offered(("here", "llava:13b")), offered(("nas", "x:1")), offered(("?", "x:1"))]
    )
    assert told == ["loaded", "updates"]
    assert state.verdict(KEY).standing is Standing.CURRENT
    assert [found.key for found in state.updates] == [("nas", "x:1")]


def test_what_a_server_has_no_longer_is_dropped(state: AppState) -> None:
    state.load_verdicts(
        [offered(("here", "llava:13b")), offered(("here", "x:1")), offered(("nas", "x:1"))]
    )
    state.keep_verdicts("here", ["Llava:13b"])
    assert [found.key for found in state.updates] == [("here", "llava:13b"), ("nas", "x:1")]


def test_a_server_that_goes_takes_its_updates_along(state: AppState, told: list[object]) -> None:
    state.set_verdict(offered(("nas", "x:1")))
    told.clear()
    state.set_servers((HERE,), "here", "here")
    assert state.update_count == 0
    assert told == ["updates"]


def test_kept_versions_are_found_by_what_they_were_made_of(state: AppState) -> None:
    def kept(name: str, source: str, days: int, server_id: str = "here") -> Made:
        at = NOW + timedelta(days=days)
        return Made(server_id, name, "a" * 64, MadeBy.BACKUP, at, source)

    old, new = kept("l:1", "llava:13b", 0), kept("l:2", "Llava:13B", 1)
    others = kept("l:3", "llava:7b", 0), kept("l:4", "llava:13b", 0, "nas")
    heard: list[object] = []
    state.backups_changed.connect(lambda: heard.append(1))
    state.set_backups((old, new, *others), ())
    state.set_backups((old, new, *others), ())
    assert state.backups_of(KEY) == (new, old)
    assert heard == [1]


def test_a_check_is_told_as_it_goes(state: AppState) -> None:
    heard: list[object] = []
    state.update_check_changed.connect(heard.append)
    for check in (CheckState(), CheckState(True, 1, 2), CheckState(True, 1, 2)):
        state.set_update_check(check)
    assert heard == [CheckState(True, 1, 2)]
