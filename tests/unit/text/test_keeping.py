"""Words about kept models, loads and memory, where no other test reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tray_app.core.keeping.records import (
    Capacity,
    KeepKind,
    KeepNews,
    KeepNote,
    KeepStatus,
    Loading,
    Measurement,
    NoRoom,
)
from tray_app.core.payloads import ModelRef
from tray_app.text import keeping as words

GB = 1_000_000_000
NOW = datetime(2026, 11, 28, 14, 32, tzinfo=UTC)
REF = ModelRef("nas", "phi4:14b")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def taken(size: float, on_card: float) -> Measurement:
    return Measurement("nas", "a" * 64, 32768, round(size * GB), round(on_card * GB), NOW)


@pytest.mark.parametrize(
    ("on_card", "line"),
    [
        (9.1, "9.1 GB, all on the card"),
        (9.0999, "9.1 GB, 99% on the card"),
        (0.001, "9.1 GB, 1% on the card"),
        (0, "9.1 GB, on the processor"),
    ],
)
def test_where_it_ran_is_never_rounded_to_all_or_nothing(on_card: float, line: str) -> None:
    assert plain(words.took_where(taken(9.1, on_card))) == line


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (298, "Another program set 5 minutes."),
        (61, "Another program set 1 minute."),
        (20, "Another program set 20 s."),
    ],
)
def test_what_another_program_set(seconds: int, said: str) -> None:
    put_back_at = NOW - timedelta(minutes=3)
    status = KeepStatus(KeepKind.KEPT, overwritten_s=seconds, put_back_at=put_back_at)
    body = plain(words.keep_text(status, NOW, is_again=True).body)
    assert body == f"{said} Put back 3 min ago."


@pytest.mark.parametrize(
    ("status", "online", "tip"),
    [
        (KeepStatus(KeepKind.KEPT), True, "Kept loaded with context 16,384"),
        (KeepStatus(KeepKind.WAITING), False, "Kept, waits for Ollama"),
        (KeepStatus(KeepKind.WAITING), True, "Kept, not in memory yet"),
        (KeepStatus(KeepKind.MISSING), True, "Kept, not in memory yet"),
        (
            KeepStatus(KeepKind.LEFT_OUT, needed_bytes=18 * GB),
            True,
            "Kept, but left out: 18 GB don’t fit beside the others",
        ),
    ],
)
def test_the_tip_of_the_badge(status: KeepStatus, online: bool, tip: str) -> None:
    assert plain(words.kept_tip(status, 16384, is_online=online)) == tip


def test_who_took_the_place_stands_in_the_tip() -> None:
    out = KeepStatus(KeepKind.OUT, NOW, "gemma3:27b")
    assert words.kept_tip(out, None, is_online=True).startswith("Kept, but gemma3:27b took its")
    unknown = KeepStatus(KeepKind.OUT, NOW)
    assert "another program unloaded it" in words.kept_tip(unknown, None, is_online=True)


@pytest.mark.parametrize(
    ("count", "is_all", "first", "total", "said"),
    [
        (1, True, True, 12, ""),
        (2, True, True, 12, "Together they took 8.5 of 12 GB of graphics memory."),
        (2, False, True, 12, "Together the first two took 8.5 of 12 GB of graphics memory."),
        (2, False, False, 12, "Together those that fit took 8.5 of 12 GB of graphics memory."),
        (3, False, True, None, "Together those that fit took 8.5 GB of graphics memory."),
    ],
)
def test_the_sum_of_those_that_fit(
    count: int, is_all: bool, first: bool, total: int | None, said: str
) -> None:
    capacity = Capacity(None if total is None else total * GB)
    found = words.kept_sum(count, 85 * GB // 10, capacity, is_all=is_all, are_first=first)
    assert plain(found) == said


def test_without_a_card_it_is_memory() -> None:
    capacity = Capacity(32 * GB, is_graphics=False)
    found = words.kept_sum(2, 8 * GB, capacity, is_all=True, are_first=True)
    assert plain(found) == "Together they took 8.0 of 32 GB of memory."


def test_several_that_leave_no_room_are_named() -> None:
    room = NoRoom(("a:1", "b:1"), 6 * GB, 9 * GB, 12 * GB)
    assert plain(words.no_room_reason(room)) == (
        "a:1 and b:1 are kept and leave no room: 6.0 + 9.0 of 12 GB"
    )
    note = KeepNote(KeepNews.NO_ROOM, REF, no_room=room)
    assert plain(words.keep_note_line(note)).startswith("a:1 and b:1 and phi4:14b don’t fit")


def test_why_it_was_given_up() -> None:
    failed = KeepNote(KeepNews.GIVEN_UP, REF, is_failure=True)
    assert words.notice_not_kept(failed).body == "It could not be loaded three times."
    unknown = KeepNote(KeepNews.GIVEN_UP, REF)
    assert words.notice_not_kept(unknown).body == "It was pushed out of memory three times."


def test_how_a_load_goes_on() -> None:
    loading = Loading(REF, 100.0, None, 0.2)
    assert plain(words.loading_tip(loading, 114.0)) == "Loading, 14 s. Last time it took 1 s."
    stopping = Loading(REF, 100.0, is_stopping=True)
    assert words.loading_tip(stopping, 114.0) == "Stopping…"
    assert words.tray_loading(stopping, 114.0) == "Stopping phi4:14b…"


@pytest.mark.parametrize(
    ("on_card", "total", "title"),
    [
        (39.8, 48, "Stayed on the card: 39 of 48 GB"),
        (39.8, None, "Stayed on the card: 39 GB"),
        (20, 24, "50% stayed on the card, of 39 GB"),
        (0, None, "Ran on the processor: 39 GB"),
    ],
)
def test_measured_beats_the_estimate_in_the_card_of_a_pull(
    on_card: float, total: int | None, title: str
) -> None:
    capacity = Capacity(None if total is None else total * GB)
    found = words.measured_pull_line(taken(39.8, on_card), capacity, "3 days ago")
    assert plain(found[0]) == title
    assert found[1] == "Measured here with context 32,768, 3 days ago."
