from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.unit.core.updates.world import DAY, NEW, NOW, OLD, row
from tray_app.core.names import ModelName
from tray_app.core.records import ModelRecord
from tray_app.core.updates.backups import Fate, backup_name, ends_at, fate
from tray_app.core.updates.ledger import Made, MadeBy

TODAY = date(2026, 11, 24)
LONG = "x" * 80


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("llava:13b", "llava:13b-before-2026-11-24"),
        ("llava", "llava:latest-before-2026-11-24"),
        ("hf.co/me/X-GGUF:Q4_K_M", "hf.co/me/X-GGUF:Q4_K_M-before-2026-11-24"),
        (f"llava:{LONG}", f"llava:{LONG[:62]}-before-2026-11-24"),
    ],
)
def test_what_an_old_version_is_called(name: str, expected: str) -> None:
    found = backup_name(name, TODAY)
    assert found == expected
    parsed = ModelName.parse(found)
    assert len(parsed.tag) <= 80
    assert not parsed.has_misrouted_tag


def test_a_second_one_of_the_same_day() -> None:
    taken = ["LLAVA:13b-before-2026-11-24", "llava:13b-before-2026-11-24-2"]
    assert backup_name("llava:13b", TODAY, taken) == "llava:13b-before-2026-11-24-3"


BACKUP = Made("local", "x:old", OLD, MadeBy.BACKUP, NOW, "x:latest", NOW + 7 * DAY)
ROW = row(OLD, name="x:old")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(0), Fate.KEEP),
        (5.9 * DAY, Fate.KEEP),
        (6.1 * DAY, Fate.ANNOUNCE),
        (7 * DAY, Fate.REMOVE),
        (400 * DAY, Fate.REMOVE),
        (-9 * DAY, Fate.KEEP),
    ],
)
def test_it_goes_when_its_time_is_over(after: timedelta, expected: Fate) -> None:
    assert fate(BACKUP, ROW, False, NOW + after) is expected


@pytest.mark.parametrize(
    ("backup", "record", "is_loaded", "expected"),
    [
        (BACKUP, None, False, Fate.FORGET),
        (BACKUP, replace(ROW, digest=NEW), False, Fate.FORGET),
        (BACKUP, replace(ROW, digest=""), False, Fate.FORGET),
        (replace(BACKUP, digest=""), replace(ROW, digest=""), False, Fate.FORGET),
        (BACKUP, replace(ROW, name="x:latest"), False, Fate.FORGET),
        (BACKUP, replace(ROW, server_id="studio"), False, Fate.FORGET),
        (replace(BACKUP, by=MadeBy.COPY), ROW, False, Fate.FORGET),
        (replace(BACKUP, keep_until=None), ROW, False, Fate.KEEP),
        (BACKUP, ROW, True, Fate.LOADED),
        (BACKUP, ROW, None, Fate.LOADED),
    ],
)
def test_nothing_else_goes(
    backup: Made, record: ModelRecord | None, is_loaded: bool | None, expected: Fate
) -> None:
    assert fate(backup, record, is_loaded, NOW + 30 * DAY) is expected


@pytest.mark.parametrize(
    ("told_after", "ends_after"),
    [(6.0, 7.0), (6.5, 7.5), (30.0, 31.0), (1.0, 7.0), (None, None)],
)
def test_it_ends_no_sooner_than_a_day_after_it_was_told(
    told_after: float | None, ends_after: float | None
) -> None:
    told = None if told_after is None else NOW + told_after * DAY
    assert ends_at(BACKUP, told) == (None if ends_after is None else NOW + ends_after * DAY)
    assert ends_at(replace(BACKUP, keep_until=None), NOW) is None
