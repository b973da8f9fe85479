"""Asking for a newer Ollama Tray, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults, small
from tray_app.core.errors import Cancelled
from tray_app.core.releases import Release, Repository
from tray_app.diagnosis.program_releases import ProgramReleases
from tray_app.ollama import CancelScope

HERE = Repository("somebody", "ollama-tray")
PAGE = f"{HERE.page}/tag/v0.2.0"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
GOOD = {"tag_name": "v0.2.0", "html_url": PAGE, "prerelease": False, "draft": False}
FOUND = Release("0.2.0", PAGE)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("tiny")) as running:
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "program-release.json"


def asked(server: FaultyServer) -> int:
    return sum(request.path == HERE.path for request in server.requests)


def newest(server: FaultyServer, file: Path, days: float = 0) -> Release | None:
    """By a program that has just started."""
    releases = ProgramReleases(file, HERE, server.url, chance=lambda: 0.5)
    return releases.newest(CancelScope(), NOW + timedelta(days=days))


def test_it_is_asked_once_a_week(server: FaultyServer, file: Path) -> None:
    server.fault(HERE.path, faults.reply_json(200, GOOD), times=None)
    assert ProgramReleases(file, HERE, server.url).known() is None
    assert newest(server, file) == FOUND
    assert newest(server, file, 7.3) == FOUND
    assert ProgramReleases(file, HERE, server.url).known() == FOUND
    assert asked(server) == 1
    server.fault(HERE.path, faults.reply_json(200, {"tag_name": "0.3.0"}), times=None)
    assert newest(server, file, 7.4) == Release("0.3.0", HERE.page)
    assert asked(server) == 2


@pytest.mark.parametrize(
    "fault",
    [
        faults.reply_json(403, {"message": "API rate limit exceeded"}),
        faults.reply_json(404, {"message": "Not Found"}),
        faults.reply_json(429, {"message": "slow down"}),
        faults.reply_json(500, {}),
        faults.reply_json(200, ["x"]),
        faults.reply_json(200, {"tag_name": "nightly"}),
        faults.reply_json(200, {"tag_name": "v0.9.0", "prerelease": True}),
        faults.reply_json(200, {"tag_name": "v0.9.0", "body": "x" * 1_100_000}),
        faults.html_ok(),
        faults.close_before_headers(),
    ],
)
def test_rubbish_is_silent_and_asked_for_again_the_next_day(
    server: FaultyServer, file: Path, fault: faults.Fault
) -> None:
    server.fault(HERE.path, faults.reply_json(200, GOOD))
    assert newest(server, file) == FOUND
    server.fault(HERE.path, fault, times=None)
    assert newest(server, file, 8) == FOUND  # what was known stays
    before = asked(server)
    assert newest(server, file, 8.9) == FOUND
    assert asked(server) == before
    server.fault(HERE.path, faults.reply_json(200, {"tag_name": "v0.3.0"}), times=None)
    assert newest(server, file, 9.1) == Release("0.3.0", HERE.page)


def test_nobody_there_is_no_matter(file: Path) -> None:
    releases = ProgramReleases(file, HERE, "http://127.0.0.1:9", chance=lambda: 0.5)
    assert releases.newest(CancelScope(), NOW) is None
    assert "ask_at" in json.loads(file.read_text())


def test_a_file_that_is_not_ours_counts_as_none(server: FaultyServer, file: Path) -> None:
    server.fault(HERE.path, faults.reply_json(200, GOOD), times=None)
    file.parent.mkdir()
    later = (NOW + timedelta(days=400)).isoformat()
    for number, content in enumerate(
        ("nonsense", "[]", '{"ask_at": 3}', json.dumps({"ask_at": later})), start=1
    ):
        file.write_text(content)
        assert newest(server, file) == FOUND
        assert asked(server) == number
    soon = (NOW + timedelta(days=1)).isoformat()
    for kept in (
        {"version": "9.9.9", "page": "https://evil.example/"},
        {"version": "9.9.9; rm", "page": HERE.page},
        {"version": ["9.9.9"], "page": HERE.page},
    ):
        file.write_text(json.dumps({**kept, "ask_at": soon}))
        assert newest(server, file) is None
    assert asked(server) == 4


def test_where_nothing_can_be_written_it_is_asked_once_a_run(
    server: FaultyServer, tmp_path: Path
) -> None:
    server.fault(HERE.path, faults.reply_json(200, GOOD), times=None)
    blocked = tmp_path / "file"
    blocked.write_text("")
    releases = ProgramReleases(blocked / "x.json", HERE, server.url)
    assert releases.newest(CancelScope(), NOW) == FOUND
    assert releases.newest(CancelScope(), NOW) is None
    assert asked(server) == 1


def test_it_can_be_stopped(server: FaultyServer, file: Path) -> None:
    scope = CancelScope()
    scope.cancel()
    with pytest.raises(Cancelled):
        ProgramReleases(file, HERE, server.url).newest(scope, NOW)


def test_nothing_of_ours_is_told(server: FaultyServer, file: Path) -> None:
    server.fault(HERE.path, faults.reply_json(200, GOOD))
    newest(server, file)
    (request,) = [each for each in server.requests if each.path == HERE.path]
    assert {name.casefold() for name in request.headers} <= {
        *("host", "user-agent", "accept", "accept-encoding", "connection"),
    }
