from __future__ import annotations

import pytest

from tests.unit.core.updates.world import NEW, OLD
from tray_app.core.updates.facts import ModelVerdict, Way
from tray_app.core.updates.verdicts import Marks, Standing, Verdict
from tray_app.core.updates.ways import way_of

KEY = ("local", "mistral:7b")


@pytest.mark.parametrize(
    ("standing", "way"),
    [
        (Standing.WEIGHTS, Way.AT_ONCE),
        (Standing.SMALL, Way.AT_ONCE),
        (Standing.CHANGED, Way.CONFIRM),
        (Standing.CURRENT, Way.NONE),
        (Standing.NEEDS_SERVER, Way.NONE),
        (Standing.ABSENT, Way.NONE),
        (Standing.MADE_HERE, Way.NONE),
        (Standing.UNKNOWN, Way.NONE),
        (Standing.CLOUD, Way.NONE),
        (Standing.NOT_ASKED, Way.NONE),
    ],
)
def test_a_verdict_leads_to_a_way(standing: Standing, way: Way) -> None:
    found = ModelVerdict(KEY, Verdict(standing, OLD, NEW, fetch_bytes=10))
    assert way_of(found, is_loaded=False, free_bytes=10) is way


@pytest.mark.parametrize(
    ("is_loaded", "free_bytes", "way"),
    [
        (True, 100, Way.SHEET),
        (False, 9, Way.SHEET),
        (False, None, Way.AT_ONCE),
        (False, 10, Way.AT_ONCE),
    ],
)
def test_what_is_loaded_or_tight_is_decided_by_a_person(
    is_loaded: bool, free_bytes: int | None, way: Way
) -> None:
    found = ModelVerdict(KEY, Verdict(Standing.WEIGHTS, OLD, NEW, fetch_bytes=10))
    assert way_of(found, is_loaded=is_loaded, free_bytes=free_bytes) is way


def test_of_unknown_missing_bytes_the_whole_counts() -> None:
    found = ModelVerdict(KEY, Verdict(Standing.WEIGHTS, OLD, NEW, total_bytes=20))
    assert way_of(found, is_loaded=False, free_bytes=19) is Way.SHEET


@pytest.mark.parametrize("marks", [Marks(is_pinned=True), Marks(is_backup=True)])
def test_what_is_to_stay_stays(marks: Marks) -> None:
    for standing in (Standing.WEIGHTS, Standing.CHANGED):
        found = ModelVerdict(KEY, Verdict(standing, OLD, NEW), marks)
        assert way_of(found, is_loaded=False, free_bytes=None) is Way.NONE


def test_a_skipped_version_may_be_had_after_all() -> None:
    found = ModelVerdict(KEY, Verdict(Standing.WEIGHTS, OLD, NEW), Marks(is_skipped=True))
    assert way_of(found, is_loaded=False, free_bytes=None) is Way.AT_ONCE
