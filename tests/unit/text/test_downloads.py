from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from tests.unit.text.test_units import plain
from tray_app import text
from tray_app.core import errors as e
from tray_app.core.payloads import ServerStart, StartKind, StartPhase
from tray_app.core.pulls.progress import LayerProgress, LayerState, PullPhase, PullProgress
from tray_app.core.pulls.states import Hold, PullItem, PullState, PullSummary
from tray_app.core.records import LayerKind

NOW = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
GB = 1_000_000_000
S = PullState
RUNNING = PullProgress(
    PullPhase.DOWNLOAD,
    completed_bytes=6_100_000_000,
    total_bytes=9_300_000_000,
    is_total_known=True,
    permille=656,
    speed_bytes_s=41_800_000.0,
    eta_s=76.0,
)


def item(state: PullState, **fields: Any) -> PullItem:
    return PullItem("1", "local", "qwen3:14b", state, NOW, **fields)


NETWORK = e.PullFailed("qwen3:14b", "dial tcp", e.PullFailure.REGISTRY_UNREACHABLE)
DETAILS = [
    (item(S.WAITING), "Waiting"),
    (item(S.WAITING, position=1), "Waiting, 1st in line"),
    (item(S.WAITING, position=2, hold=Hold.LINE), "Waiting, 2nd in line"),
    (item(S.WAITING, position=3), "Waiting, 3rd in line"),
    (item(S.WAITING, position=11), "Waiting, 11th in line"),
    (item(S.WAITING, position=22), "Waiting, 22nd in line"),
    (item(S.WAITING, position=1, hold=Hold.SERVER), "Waiting for “studio”"),
    (item(S.WAITING, hold=Hold.QUIET_HOURS, hold_until=time(23)), "Waits until 23:00"),
    (item(S.WAITING, hold=Hold.QUIET_HOURS), "Waits until the quiet hours end"),
    (item(S.WAITING, hold=Hold.METERED), "Paused on a metered connection"),
    (item(S.WAITING, hold=Hold.BATTERY), "Paused on battery power"),
    (item(S.WAITING, hold=Hold.DISK), "Waits for free disk space"),
    (
        item(S.WAITING, hold=Hold.DISK, missing_bytes=14_400_000_000),
        "Waits for 15 GB more of free disk space",
    ),
    (item(S.PREPARING), "Getting the file list…"),
    (item(S.RUNNING), ""),
    (item(S.RUNNING, progress=RUNNING), "6.1 of 9.3 GB · 41 MB/s · 1 min 16 s left"),
    (
        item(S.RUNNING, progress=replace(RUNNING, is_total_known=False, eta_s=None)),
        "6.1 of 9.3 GB so far · 41 MB/s",
    ),
    (
        item(S.RUNNING, progress=replace(RUNNING, refetched_bytes=120_000_000, eta_s=None)),
        "6.1 of 9.3 GB · fetching 120 MB again · 41 MB/s",
    ),
    (item(S.STALLED, state_since_s=85.0, restart_s=115.0), "No data for 45 s. Restarting in 15 s"),
    (item(S.STALLED, state_since_s=70.0, restart_s=100.0), "No data for 1 min. Restarting…"),
    (item(S.STALLED, state_since_s=70.0), "No data for 30 s"),
    (
        item(S.RETRYING, attempt=2, retry_s=108.0),
        "Network error. Trying again in 8 s (2 of 10)",
    ),
    (
        item(S.RETRYING, attempt=3, retry_s=99.0, error=NETWORK),
        "The server couldn’t reach ollama.com. Trying again… (3 of 10)",
    ),
    (
        item(
            S.VERIFYING,
            state_since_s=20.0,
            progress=PullProgress(PullPhase.VERIFY, phase_since_s=28.0),
        ),
        "Verifying files · 1 min 12 s",
    ),
    (item(S.VERIFYING, state_since_s=97.0), "Verifying files · 3 s"),
    (item(S.FINISHING), "Finishing…"),
    (item(S.PAUSED), "Paused"),
    (item(S.PAUSED, progress=RUNNING), "Paused · 6.1 of 9.3 GB"),
    (item(S.FAILED), "Failed"),
    (item(S.FAILED, finished_at=NOW - timedelta(minutes=28)), "Failed today, 14:02"),
    (item(S.DONE), "Done"),
    (item(S.DONE, fetched_bytes=9_300_000_000, active_s=228.4), "Done · 9.3 GB in 3 min 48 s"),
    # A server that lost its progress fetches bytes twice; the model is no bigger for that.
    (
        item(S.DONE, fetched_bytes=12 * GB, active_s=228.4, progress=RUNNING),
        "Done · 9.3 GB in 3 min 48 s",
    ),
    (item(S.DONE, fetched_bytes=900 * GB, active_s=1.0), "Done"),  # nobody can have
    (item(S.CANCELED), "Canceled"),
]


@pytest.mark.parametrize(("pull", "shown"), DETAILS, ids=[shown for _, shown in DETAILS])
def test_detail(pull: PullItem, shown: str) -> None:
    detail = text.pull_detail(pull, 100.0, server_label="studio", now=NOW)
    assert plain(detail) == shown


@pytest.mark.parametrize("state", list(PullState))
@pytest.mark.parametrize("hold", [None, *Hold])
def test_every_state_has_words(state: PullState, hold: Hold | None) -> None:
    pull = item(state, hold=hold, progress=RUNNING, position=1)
    detail = text.pull_detail(pull, 100.0)
    assert detail
    assert "{" not in detail
    assert text.pull_phase(pull)
    assert text.spoken_progress(pull)
    assert text.tray_pull_title(pull).startswith("qwen3:14b, ")
    lines = text.tray_pull_lines(pull, 100.0)
    assert lines
    assert all(lines)


@pytest.mark.parametrize(
    ("hold", "said"),
    [
        (Hold.BATTERY, "Paused on battery power"),
        (Hold.LINE, "Waiting, 2nd in line"),
        (Hold.SERVER, "Waiting for “studio”"),
        (Hold.OFF, "Paused: “studio” is switched off"),
        (Hold.NO_SERVER, "Waiting: its server is not set up any more"),
    ],
)
def test_the_tray_says_what_a_download_waits_for(hold: Hold, said: str) -> None:
    pull = item(S.WAITING, hold=hold, position=2, progress=RUNNING)
    lines = tuple(map(plain, text.tray_pull_lines(pull, 100.0, "studio")))
    assert lines == (said, "6.1 of 9.3 GB")
    assert text.tray_pull_lines(replace(pull, progress=None), 100.0, "studio") == (said,)


def test_a_server_that_wakes_up_is_waited_for_by_the_clock() -> None:
    start = ServerStart("nas", StartKind.WAKE, StartPhase.WAITING, 30.0, 180.0)
    pull = item(S.WAITING, hold=Hold.SERVER)
    said = text.pull_detail(pull, 100.0, server_label="nas", start=start)
    assert plain(said) == "Waiting for “nas” to wake up, 1 min 10 s"
    held = item(S.WAITING, hold=Hold.METERED)
    assert "wake" not in text.pull_detail(held, 100.0, server_label="nas", start=start)


def test_what_lost_its_place_says_why_and_where_it_is_now() -> None:
    pull = item(S.WAITING, hold=Hold.LINE, position=2, error=NETWORK, progress=RUNNING)
    reason, place = "The server couldn’t reach ollama.com", "Waiting, 2nd in line"
    assert plain(text.pull_detail(pull, 100.0, server_label="studio")) == f"{reason}. {place}"
    assert text.tray_pull_lines(pull, 100.0, "studio") == (f"{reason}.", place)


def test_reason() -> None:
    error = e.DiskFull("deepseek-r1:70b", needed_bytes=42_500_000_000, free_bytes=28_100_000_000)
    assert (
        plain(text.pull_reason(item(S.FAILED, error=error)))
        == "Not enough disk space: needs 43 GB, and 28 GB are free."
    )
    assert text.pull_reason(item(S.DONE)) == ""
    damaged = e.PullFailed("x", "digest mismatch", e.PullFailure.DIGEST_MISMATCH)
    assert "again" in text.pull_reason(item(S.RETRYING, error=damaged))
    assert "twice" in text.pull_reason(item(S.FAILED, error=damaged))


def test_spoken_progress() -> None:
    assert (
        text.spoken_progress(item(S.RUNNING, progress=RUNNING))
        == "65 percent, 1 minute 16 seconds left"
    )
    assert text.spoken_progress(item(S.VERIFYING, progress=RUNNING)) == "verifying"


@pytest.mark.parametrize(
    ("state", "completed", "total", "shown"),
    [
        (LayerState.RUNNING, 6_100_000_000, 9_300_000_000, "6.1 of 9.3 GB"),
        (LayerState.HERE, 1_700, 1_700, "1.7 KB, already here"),
        (LayerState.WAITING, 0, 120, "120 B, waiting"),
        (LayerState.DONE, 120, 120, "120 B"),
    ],
)
def test_layers(state: LayerState, completed: int, total: int, shown: str) -> None:
    layer = LayerProgress("sha256:0", LayerKind.MODEL, total, completed, state)
    assert plain(text.layer_detail(layer)) == shown


LINES = [
    (PullSummary(), "", ""),
    (
        PullSummary(active=2, permille=826, speed_bytes_s=41_800_000.0, eta_s=76.0),
        "2 downloads, 82%, 41 MB/s, 1 min 16 s left",
        "2 active · 41 MB/s · about 1 min left",
    ),
    (
        PullSummary(active=2, paused=1, failed=1, done=3, speed_bytes_s=41_800_000.0, eta_s=76.0),
        "2 downloads, 41 MB/s, 1 min 16 s left",
        "2 active, 1 paused, 1 failed · 41 MB/s · about 1 min left",
    ),
    (PullSummary(active=1, is_verifying=True, permille=990), "1 download, verifying", "1 active"),
    (PullSummary(active=1, waiting=2), "3 downloads", "1 active, 2 waiting"),
    (PullSummary(waiting=1, waits_for_server=1), "1 download waits for the server", "1 waiting"),
    (
        PullSummary(waiting=3, waits_for_server=3),
        "3 downloads are waiting for the server",
        "3 waiting",
    ),
    (PullSummary(paused=1), "1 download paused", "1 paused"),
    (PullSummary(paused=2), "2 downloads paused", "2 paused"),
    (PullSummary(done=4), "", "4 done"),
    (PullSummary(failed=1, done=4), "", "1 failed"),
]


@pytest.mark.parametrize(("summary", "line", "header"), LINES)
def test_lines_about_all(summary: PullSummary, line: str, header: str) -> None:
    assert plain(text.downloads_line(summary)) == line
    assert plain(text.downloads_header(summary)) == header


def test_the_line_without_a_speed() -> None:
    summary = PullSummary(active=2, permille=826, speed_bytes_s=41_800_000.0, eta_s=76.0)
    assert (
        plain(text.downloads_line(summary, has_speed=False)) == "2 downloads, 82%, 1 min 16 s left"
    )


def test_a_download_in_the_tray_menu() -> None:
    running = item(S.RUNNING, progress=RUNNING)
    assert text.tray_pull_title(running) == "qwen3:14b, 65%"
    lines = [plain(line) for line in text.tray_pull_lines(running, 100.0)]
    assert lines == ["6.1 of 9.3 GB, 41 MB/s", "1 min 16 s left"]
    assert text.tray_pull_title(item(S.VERIFYING)) == "qwen3:14b, verifying"
