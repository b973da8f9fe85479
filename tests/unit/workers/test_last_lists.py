"""Lists of servers on disk: what is kept, when, and what is made of a file that is not ours."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from tray_app.core.endpoint import Access, Endpoint
from tray_app.core.records import (
    ModelDetails,
    ModelRecord,
    Poll,
    RunningModel,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.workers import last_lists
from tray_app.workers.last_lists import (
    CHANGED_S,
    FIRST_S,
    MAX_MODELS,
    SAME_S,
    LastLists,
    ListFiles,
)
from tray_app.workers.runner import JobRunner

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
ENDPOINT = Endpoint.parse("https://anna:geheim@nas.example/ollama").with_access(
    Access((("Authorization", "Bearer geheim"),), proxy="http://anna:geheim@proxy:1")
)
ORIGIN = "https://nas.example:443/ollama"
MODEL = ModelRecord(
    "nas",
    "qwen3:8b",
    "a" * 64,
    5_220_000_000,
    NOW - timedelta(days=3),
    ModelDetails("", "gguf", "qwen3", ("qwen3",), "8.2B", "Q4_K_M", 40_960, 4096),
    ("completion", "tools"),
)
CLOUD = ModelRecord("nas", "gpt:cloud", remote_model="gpt", remote_host="https://ollama.com:443")
BARE = ModelRecord("nas", "bare")
SNAPSHOT = Snapshot(
    "nas",
    (MODEL, CLOUD, BARE),
    (RunningModel("nas", "qwen3:8b"),),
    "0.33.1",
    NOW,
    1000.0,
    left_out=2,
)
OLD = replace(SNAPSHOT, running=None, version="", taken_s=float("-inf"), is_old=True)


@pytest.fixture
def files(tmp_path: Path) -> ListFiles:
    return ListFiles(tmp_path / "lists")


def content_of(snapshot: Snapshot) -> dict[str, Any]:
    """What stands in its file."""
    with TemporaryDirectory() as folder:
        files = ListFiles(Path(folder))
        files.write(snapshot, ORIGIN)
        found: dict[str, Any] = json.loads(files.path(snapshot.server_id).read_text())
    return found


def test_a_list_comes_back_as_an_old_one(files: ListFiles) -> None:
    files.write(SNAPSHOT, ORIGIN)
    assert files.read("nas", ORIGIN) == OLD


def test_no_secret_is_in_the_file_and_nobody_else_may_read_it(
    files: ListFiles, tmp_path: Path
) -> None:
    files.write(SNAPSHOT, str(ENDPOINT))
    assert files.read("nas", ORIGIN) == OLD, "the origin is all that is kept of the address"
    content = files.path("nas").read_bytes()
    assert b"geheim" not in content
    assert b"anna" not in content
    if sys.platform != "win32":  # there, the folder of the person is theirs alone
        assert files.path("nas").stat().st_mode & 0o077 == 0
        assert (tmp_path / "lists").stat().st_mode & 0o077 == 0


def test_a_list_counts_for_its_address_only(files: ListFiles) -> None:
    files.write(SNAPSHOT, ORIGIN)
    assert files.read("nas", "http://other:11434") is None
    assert files.read("other", ORIGIN) is None
    assert files.read("nas", ORIGIN) == OLD, "nothing was put aside"


def test_a_very_long_list_is_cut_and_the_rest_counted(files: ListFiles) -> None:
    models = tuple(ModelRecord("nas", f"m{number}") for number in range(MAX_MODELS + 7))
    files.write(replace(SNAPSHOT, models=models), ORIGIN)
    found = files.read("nas", ORIGIN)
    assert found is not None
    assert (len(found.models), found.left_out) == (MAX_MODELS, 2 + 7)


def test_others_have_their_turn_while_a_long_list_is_written(files: ListFiles) -> None:
    models = tuple(ModelRecord("nas", f"m{number}") for number in range(1000))
    turns: list[float] = []
    files.write(replace(SNAPSHOT, models=models), ORIGIN, turns.append)
    assert len(turns) == 1000 // last_lists.AT_ONCE
    found = files.read("nas", ORIGIN)
    assert found is not None
    assert [model.name for model in found.models] == [model.name for model in models]


def test_ids_may_be_anything(files: ListFiles) -> None:
    for server_id in ("../../etc/passwd", "a" * 5000, "con", "", "\ud800", "ä/ö\0"):
        taken = replace(SNAPSHOT, server_id=server_id, models=())
        files.write(taken, ORIGIN)
        path = files.path(server_id)
        assert path.parent.name == "lists"
        if "\ud800" not in server_id:
            found = files.read(server_id, ORIGIN)
            assert found is not None
            assert found.server_id == server_id


def test_an_older_list_does_not_take_the_place_of_a_newer_one(files: ListFiles) -> None:
    files.write(replace(SNAPSHOT, taken_s=2000.0), ORIGIN)
    files.write(replace(SNAPSHOT, models=(), taken_s=1000.0), ORIGIN)
    found = files.read("nas", ORIGIN)
    assert found is not None
    assert len(found.models) == 3


def test_where_there_is_no_list_yet_none_is_said_to_be_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        ListFiles(tmp_path / "lists").keep(["nas"])
    assert caplog.messages == []


def test_the_lists_of_removed_servers_go(files: ListFiles, tmp_path: Path) -> None:
    for server_id in ("nas", "lab"):
        files.write(replace(SNAPSHOT, server_id=server_id), ORIGIN)
    bad = files.path("lab").with_name(files.path("lab").name + ".bad")
    bad.touch()
    files.path("lab").with_suffix(".new").touch()
    files.keep(["nas"])
    assert list((tmp_path / "lists").iterdir()) == [files.path("nas")]
    files.keep([])
    assert list((tmp_path / "lists").iterdir()) == []


def test_no_folder_is_no_fault(tmp_path: Path) -> None:
    files = ListFiles(tmp_path / "lists")
    assert files.read("nas", ORIGIN) is None
    files.keep(["nas"])
    (tmp_path / "file").touch()
    below = ListFiles(tmp_path / "file" / "lists")
    assert below.read("nas", ORIGIN) is None
    below.keep(["nas"])


def spoiled(change: Callable[[dict[str, Any]], None]) -> bytes:
    content = content_of(SNAPSHOT)
    change(content)
    return json.dumps(content).encode()


BROKEN = {
    "empty": b"",
    "cut": spoiled(lambda _: None)[:-20],
    "a list": b"[1, 2]",
    "not text": b"\x00\xff\xfe",
    "nothing of ours": b'{"servers": []}',
    "newer": spoiled(lambda c: c.update(version=2)),
    "version a text": spoiled(lambda c: c.update(version="1")),
    "version true": spoiled(lambda c: c.update(version=True)),
    "of another server": spoiled(lambda c: c.update(server_id="lab")),
    "origin a number": spoiled(lambda c: c.update(origin=17)),
    "no origin": spoiled(lambda c: c.pop("origin")),
    "models a text": spoiled(lambda c: c.update(models="none")),
    "models null": spoiled(lambda c: c.update(models=None)),
    "no date": spoiled(lambda c: c.update(taken_at="yesterday")),
    "no zone": spoiled(lambda c: c.update(taken_at="2026-11-24T14:02:00")),
    "year 9999": spoiled(lambda c: c.update(taken_at="9999-11-24T14:02:00+00:00")),
    "left out less than none": spoiled(lambda c: c.update(left_out=-1)),
    "left out too many": spoiled(lambda c: c.update(left_out=2**70)),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_put_aside_and_costs_no_other_list(
    files: ListFiles, content: bytes
) -> None:
    files.write(SNAPSHOT, ORIGIN)
    files.write(replace(SNAPSHOT, server_id="lab", models=()), ORIGIN)
    path = files.path("nas")
    path.write_bytes(content)
    assert files.read("nas", ORIGIN) is None
    assert not path.exists()
    assert path.with_name(path.name + ".bad").read_bytes() == content
    assert files.read("lab", ORIGIN) is not None
    files.write(SNAPSHOT, ORIGIN)
    assert files.read("nas", ORIGIN) == OLD


def test_what_is_usable_of_a_damaged_file_is_shown(files: ListFiles) -> None:
    content = content_of(SNAPSHOT)
    content["models"][1:1] = ["no row", {"name": 17}]
    content["models"][0]["size"] = "big"
    path = files.path("nas")
    path.parent.mkdir()
    path.write_text(json.dumps(content))
    found = files.read("nas", ORIGIN)
    assert found is not None
    assert [model.name for model in found.models] == ["qwen3:8b", "gpt:cloud", "bare"]
    assert found.models[0].size_bytes is None
    assert path.with_name(path.name + ".bad").exists()


def test_a_list_from_the_future_is_of_now(files: ListFiles) -> None:
    files.write(replace(SNAPSHOT, taken_at=datetime.now(UTC) + timedelta(days=9)), ORIGIN)
    found = files.read("nas", ORIGIN)
    assert found is not None
    assert found.taken_at <= datetime.now(UTC)


def test_a_file_that_cannot_be_read_stays(files: ListFiles, tmp_path: Path) -> None:
    files.path("nas").mkdir(parents=True)
    assert files.read("nas", ORIGIN) is None
    assert files.path("nas").is_dir()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    key=st.sampled_from(sorted(content_of(SNAPSHOT))),
    value=_JSON,
    row=st.booleans(),
)
def test_nothing_in_a_file_raises(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: Any, row: bool
) -> None:
    files = ListFiles(tmp_path_factory.mktemp("lists"))
    content = content_of(SNAPSHOT)
    if row:
        content["models"] = [value, {**content["models"][0], "details": value, "size": value}]
    else:
        content[key] = value
    files.path("nas").write_text(json.dumps(content))
    found = files.read("nas", ORIGIN)
    assert found is None or found.is_old


class Stage:
    """LastLists with a clock that a test moves."""

    def __init__(self, runner: JobRunner, folder: Path, qtbot: QtBot) -> None:
        self.now_s = 1000.0
        self.files = ListFiles(folder)
        self.lists = LastLists(runner, folder, clock=lambda: self.now_s)
        self.loaded: list[Snapshot] = []
        self.lists.loaded.connect(self.loaded.append)
        self._runner, self._qtbot = runner, qtbot

    def poll(self, seconds: float, models: tuple[ModelRecord, ...] | None = (MODEL,)) -> None:
        """An answer, or None = there was none."""
        self.now_s = 1000.0 + seconds
        status = ServerStatus("nas", ServerState.ONLINE, NOW)
        taken_at = NOW + timedelta(seconds=seconds)
        snapshot = None
        if models is not None:
            snapshot = replace(SNAPSHOT, models=models, taken_at=taken_at, taken_s=self.now_s)
        self.lists.note(Poll(status, snapshot, ENDPOINT))
        self.settle()

    def settle(self) -> None:
        self._qtbot.waitUntil(lambda: not self._runner.active())

    def kept(self) -> Snapshot | None:
        return self.files.read("nas", ORIGIN)

    def kept_at(self) -> float:
        found = self.kept()
        return -1.0 if found is None else (found.taken_at - NOW).total_seconds()


@pytest.fixture
def stage(runner: JobRunner, tmp_path: Path, qtbot: QtBot) -> Stage:
    return Stage(runner, tmp_path / "lists", qtbot)


SAME = (MODEL,)


def test_a_list_is_written_a_while_after_the_first_answer(stage: Stage) -> None:
    stage.poll(0, SAME)
    stage.poll(FIRST_S - 1, SAME)
    assert stage.kept() is None
    stage.poll(FIRST_S, SAME)
    assert stage.kept_at() == FIRST_S


def test_an_equal_list_is_written_seldom_and_another_one_soon(stage: Stage) -> None:
    for seconds in range(0, int(FIRST_S + SAME_S), 2):
        stage.poll(seconds, SAME)
    written_at = stage.kept_at()
    assert written_at <= FIRST_S + 2
    stage.poll(FIRST_S + SAME_S + 2, SAME)
    assert stage.kept_at() == FIRST_S + SAME_S + 2

    base = FIRST_S + SAME_S + 2
    stage.poll(base + 2, (MODEL, BARE))
    assert stage.kept_at() == base
    stage.poll(base + CHANGED_S, None)
    found = stage.kept()
    assert found is not None
    assert found.models == (MODEL, BARE), "it went away, and its last list is known"


def test_what_is_new_is_on_disk_at_the_end(stage: Stage) -> None:
    stage.poll(0, SAME)
    stage.lists.close()
    assert stage.kept_at() == 0
    stage.poll(FIRST_S, SAME)
    stage.poll(FIRST_S + 2, (MODEL, BARE))
    stage.lists.close()
    assert stage.kept_at() == FIRST_S + 2
    stage.poll(FIRST_S + 30, (MODEL, BARE))


def test_an_end_soon_after_writes_nothing_again(stage: Stage) -> None:
    stage.poll(0, SAME)
    stage.poll(FIRST_S, SAME)
    stage.poll(FIRST_S + 30, SAME)
    stage.lists.close()
    assert stage.kept_at() == FIRST_S
    stage.poll(FIRST_S + CHANGED_S, SAME)
    stage.lists.close()
    assert stage.kept_at() == FIRST_S + CHANGED_S


def test_a_list_that_cannot_be_written_is_tried_again_later(stage: Stage, tmp_path: Path) -> None:
    in_the_way = tmp_path / "lists"
    in_the_way.touch()
    stage.poll(0, SAME)
    stage.poll(FIRST_S, SAME)
    in_the_way.unlink()
    stage.poll(FIRST_S + 2, SAME)
    assert stage.kept() is None
    stage.poll(FIRST_S + CHANGED_S, SAME)
    assert stage.kept_at() == FIRST_S + CHANGED_S


def test_lists_are_given_once_and_for_the_wanted_address(stage: Stage) -> None:
    stage.files.write(SNAPSHOT, ORIGIN)
    stage.lists.load({"nas": ORIGIN, "lab": ORIGIN})
    stage.settle()
    assert stage.loaded == [OLD]
    stage.lists.load({"nas": ORIGIN, "lab": ORIGIN})
    stage.settle()
    assert stage.loaded == [OLD]
    stage.lists.load({"nas": "http://other:1"})
    stage.settle()
    assert stage.loaded == [OLD]


def test_an_address_that_changes_meanwhile_gets_no_list_of_the_other(stage: Stage) -> None:
    stage.files.write(SNAPSHOT, ORIGIN)
    stage.lists.load({"nas": ORIGIN})
    stage.lists.load({"nas": "http://other:1"})
    stage.settle()
    assert stage.loaded == []


def test_a_server_that_is_switched_on_again_has_its_list_again(stage: Stage) -> None:
    stage.lists.load({"nas": ORIGIN})
    stage.poll(0, SAME)
    stage.lists.load({})
    stage.lists.load({"nas": ORIGIN})
    stage.settle()
    (found,) = stage.loaded
    assert found.is_old
    assert found.running is None
    assert found.models == SAME


def test_removed_servers_lose_their_lists(stage: Stage) -> None:
    stage.files.write(SNAPSHOT, ORIGIN)
    stage.lists.keep(["nas"])
    stage.settle()
    assert stage.kept() is not None
    stage.poll(0, SAME)
    stage.lists.keep(["lab"])
    stage.settle()
    assert stage.kept() is None
    stage.lists.close()
    assert stage.kept() is None, "nor does it come back at the end"


def test_without_a_folder_nothing_is_kept(runner: JobRunner, qtbot: QtBot) -> None:
    lists = LastLists(runner, None)
    lists.load({"nas": ORIGIN})
    lists.keep(["nas"])
    lists.note(Poll(ServerStatus("nas", ServerState.ONLINE, NOW), SNAPSHOT, ENDPOINT))
    lists.close()
    assert not runner.active()


def test_where_nothing_was_kept_nothing_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    ListFiles(tmp_path / "lists").keep(("nas",))
    (tmp_path / "file").write_text("")
    ListFiles(tmp_path / "file").keep(("nas",))
    assert caplog.records == []


def test_a_folder_that_cannot_be_looked_at_is_no_error(runner: JobRunner, tmp_path: Path) -> None:
    assert not LastLists(runner, None).is_any_kept(["nas"])
    assert not LastLists(runner, tmp_path).is_any_kept(["nas"])
    is_kept = LastLists(runner, tmp_path / ("x" * 300)).is_any_kept(["nas"])
    assert is_kept or sys.platform == "win32", "Windows may say that there is none"
