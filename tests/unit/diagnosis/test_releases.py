from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults, small
from tray_app.core.errors import Cancelled
from tray_app.diagnosis.releases import Releases
from tray_app.ollama import CancelScope

PATH = "/repos/ollama/ollama/releases/latest"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("tiny")) as running:
        yield running


def asked(server: FaultyServer) -> int:
    return sum(request.path == PATH for request in server.requests)


def test_it_is_asked_once_a_week(server: FaultyServer, tmp_path: Path) -> None:
    server.fault(PATH, faults.reply_json(200, {"tag_name": "v0.34.0"}), times=None)
    file = tmp_path / "state" / "release.json"
    scope = CancelScope()
    assert Releases(file, server.url).known() == ""
    assert Releases(file, server.url).newest(scope, NOW) == "0.34.0"
    assert Releases(file, server.url).newest(scope, NOW + timedelta(days=6)) == "0.34.0"
    assert Releases(file, server.url).known() == "0.34.0"
    assert asked(server) == 1
    server.fault(PATH, faults.reply_json(200, {"tag_name": "v0.35.0"}), times=None)
    assert Releases(file, server.url).newest(scope, NOW + timedelta(days=8)) == "0.35.0"
    # Of a clock that was set back nothing is concluded.
    assert Releases(file, server.url).newest(scope, NOW) == "0.35.0"
    assert asked(server) == 3


def test_an_answer_that_tells_nothing_is_not_asked_for_again(
    server: FaultyServer, tmp_path: Path
) -> None:
    file = tmp_path / "release.json"
    for number, fault in enumerate(
        (
            faults.reply_json(403, {"message": "API rate limit exceeded"}),
            faults.reply_json(200, {"tag_name": 7}),
            faults.reply_json(200, ["x"]),
            faults.reply_json(200, {"tag_name": "nightly-" + "x" * 100}),
            faults.html_ok(),
        )
    ):
        server.fault(PATH, fault)
        now = NOW + timedelta(days=8 * number)
        assert Releases(file, server.url).newest(CancelScope(), now) == ""
        assert Releases(file, server.url).newest(CancelScope(), now) == ""
        assert asked(server) == number + 1


def test_nobody_there_is_asked_once_in_this_run_and_again_in_the_next(
    server: FaultyServer, tmp_path: Path
) -> None:
    file = tmp_path / "release.json"
    releases = Releases(file, server.url)
    server.fault(PATH, faults.close_before_headers(), times=None)
    for _ in range(3):
        assert releases.newest(CancelScope(), NOW) == ""
    before = asked(server)
    server.fault(PATH, faults.reply_json(200, {"tag_name": "v0.34.0"}), times=None)
    assert releases.newest(CancelScope(), NOW) == ""
    assert asked(server) == before
    assert Releases(file, server.url).newest(CancelScope(), NOW) == "0.34.0"


def test_a_file_that_is_not_ours_counts_as_none(server: FaultyServer, tmp_path: Path) -> None:
    file = tmp_path / "release.json"
    server.fault(PATH, faults.reply_json(200, {"tag_name": "v0.34.0"}), times=None)
    for content in ("nonsense", "[]", '{"asked_at": 3}', '{"asked_at": "2026-11-28T12:00:00"}'):
        file.write_text(content)
        assert Releases(file, server.url).known() == ""
        assert Releases(file, server.url).newest(CancelScope(), NOW) == "0.34.0"
    file.write_text(json.dumps({"version": "x" * 99, "asked_at": NOW.isoformat()}))
    assert Releases(file, server.url).newest(CancelScope(), NOW) == ""


def test_it_can_be_stopped(server: FaultyServer, tmp_path: Path) -> None:
    scope = CancelScope()
    scope.cancel()
    with pytest.raises(Cancelled):
        Releases(tmp_path / "x.json", server.url).newest(scope, NOW)


def test_nothing_of_ours_is_told(server: FaultyServer, tmp_path: Path) -> None:
    server.fault(PATH, faults.reply_json(200, {"tag_name": "v0.34.0"}), times=None)
    Releases(tmp_path / "x.json", server.url).newest(CancelScope(), NOW)
    (request,) = [each for each in server.requests if each.path == PATH]
    assert not {"authorization", "cookie"} & {name.casefold() for name in request.headers}
