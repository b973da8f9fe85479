"""Disk: the disks that somebody looks at are looked at, and what could be freed is worked out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer, QObject
from pytestqt.qtbot import QtBot

from tray_app.app.disk import Disk
from tray_app.core.disk.freeing import HeldBy
from tray_app.core.endpoint import Endpoint
from tray_app.core.payloads import DiskTarget
from tray_app.core.pulls.states import Hold, PullItem, PullState
from tray_app.core.records import (
    ModelKey,
    ModelRecord,
    Poll,
    RunningModel,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.core.updates.facts import ModelVerdict
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.core.updates.verdicts import Marks, Verdict
from tray_app.ollama.local_store import LocalStore
from tray_app.state.app_state import AppState
from tray_app.workers.jobs import Target
from tray_app.workers.runner import JobRunner

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
GB = 1_000_000_000
LAYER = "sha256:" + "a" * 64
TARGET = DiskTarget("local", "d1")


class World:
    """The program, as far as disks go."""

    def __init__(self, folder: Path, *, is_here: bool = True) -> None:
        self.root = QObject()
        raw = json.dumps({"layers": [{"digest": LAYER, "size": 5, "mediaType": "x"}]}).encode()
        place = folder / "manifests" / "registry.ollama.ai" / "library" / "qwen3" / "8b"
        place.parent.mkdir(parents=True)
        place.write_bytes(raw)
        (folder / "blobs").mkdir()
        (folder / "blobs" / LAYER.replace(":", "-")).write_bytes(b"x" * 5000)
        digest = hashlib.sha256(raw).hexdigest()
        self.models = tuple(
            ModelRecord("local", name, digest if name == "qwen3:8b" else name, size * GB)
            for name, size in (("qwen3:8b", 5), ("old:1b", 2), ("kept:1b", 1), ("star:1b", 1))
        )
        self.state = AppState(Server("local", "", "http://127.0.0.1:11434"), self.root)
        self.runner = JobRunner(self.root)
        store = LocalStore([folder]) if is_here else None
        self.target = Target("local", Endpoint(), store)
        self.starred: set[ModelKey] = set()
        self.disk = Disk(
            self.state,
            self.runner,
            lambda _: self.target,
            self.root,
            is_kept=lambda key: key[1] == "kept:1b",
            is_starred=lambda key: key in self.starred,
            every_s=0.05,
            now=lambda: NOW,
        )
        self.poll()

    def poll(self, *loaded: str, models: tuple[ModelRecord, ...] | None = None) -> None:
        self.models = self.models if models is None else models
        running = tuple(RunningModel("local", name, "a") for name in loaded)
        snapshot = Snapshot("local", self.models, running, "0.32.1", NOW, 1.0)
        self.state.take_poll(Poll(ServerStatus("local", ServerState.ONLINE, NOW), snapshot))

    def names(self) -> list[str]:
        found = self.state.disk.freeing("local")
        return [offer.record.name for offer in found.offers.all] if found is not None else []

    def held(self) -> dict[HeldBy, int]:
        found = self.state.disk.freeing("local")
        return dict(found.offers.held) if found is not None else {}


@pytest.fixture
def world(qtbot: QtBot, tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.disk.close()
    made.runner.close()
    assert made.runner.wait(QDeadlineTimer(5000))


def test_nobody_looks_before_somebody_wants_to_know(qtbot: QtBot, world: World) -> None:
    assert world.state.disk.report("local") is None
    with qtbot.waitSignal(world.state.disk.report_changed):
        world.disk.watch(TARGET)
    found = world.state.disk.report("local")
    assert found is not None
    assert found.contents is not None
    assert found.contents.models[0].names == ("qwen3:8b",)
    with qtbot.waitSignal(world.state.disk.report_changed):
        pass  # it is looked at again by itself
    world.disk.stop("local")
    assert world.state.disk.report("local") is None
    assert world.state.disk.freeing("local") is None


def test_what_a_person_holds_on_to_is_not_offered(qtbot: QtBot, world: World) -> None:
    with qtbot.waitSignal(world.state.disk.freeing_changed):
        world.disk.watch(DiskTarget("local"))
    assert world.names() == ["qwen3:8b", "old:1b", "star:1b"]
    assert world.held() == {HeldBy.KEPT: 1}
    world.starred.add(("local", "star:1b"))
    world.disk.note_held("local")
    qtbot.waitUntil(lambda: world.names() == ["qwen3:8b", "old:1b"])
    world.poll("qwen3:8b")
    qtbot.waitUntil(lambda: world.names() == ["old:1b"])
    assert world.held() == {HeldBy.KEPT: 1, HeldBy.STARRED: 1, HeldBy.LOADED: 1}
    pinned = ModelVerdict(("local", "old:1b"), Verdict(), Marks(is_pinned=True))
    world.state.set_verdict(pinned)
    qtbot.waitUntil(lambda: world.names() == [])


def test_polls_that_bring_nothing_new_cost_nothing(qtbot: QtBot, world: World) -> None:
    with qtbot.waitSignal(world.state.disk.freeing_changed):
        world.disk.watch(DiskTarget("local"))
    found = world.state.disk.freeing("local")
    for _ in range(3):
        world.poll()
    with qtbot.waitSignal(world.state.disk.report_changed):
        pass
    assert world.state.disk.freeing("local") is found
    world.poll(models=world.models[:1])
    qtbot.waitUntil(lambda: world.names() == ["qwen3:8b"])


def test_old_versions_are_told_by_name_and_digest(qtbot: QtBot, world: World) -> None:
    made = Made("local", "old:1b", "old:1b", MadeBy.BACKUP, NOW, "qwen3:8b")
    changed = replace(made, name="star:1b", digest="another")
    world.state.set_backups((made, changed), ())
    with qtbot.waitSignal(world.state.disk.freeing_changed):
        world.disk.watch(DiskTarget("local"))
    found = world.state.disk.freeing("local")
    assert found is not None
    assert [offer.record.name for offer in found.offers.backups] == ["old:1b"]


def test_the_target_is_what_its_download_lacks_now(qtbot: QtBot, world: World) -> None:
    item = PullItem(
        "d1", "local", "big:70b", PullState.WAITING, NOW, hold=Hold.DISK, missing_bytes=3 * GB
    )
    world.state.set_downloads((item,))
    with qtbot.waitSignal(world.state.disk.freeing_changed):
        world.disk.watch(TARGET)
    found = world.state.disk.freeing("local")
    assert found is not None
    assert found.suggestion is not None
    assert (found.target_bytes, found.suggestion.is_enough) == (3 * GB, True)
    world.state.set_download(replace(item, state=PullState.RUNNING, hold=None, missing_bytes=0))

    def is_over() -> bool:
        now = world.state.disk.freeing("local")
        return now is not None and now.suggestion is None

    qtbot.waitUntil(is_over)


def test_another_computer_is_not_looked_at(qtbot: QtBot, tmp_path: Path) -> None:
    world = World(tmp_path, is_here=False)
    world.disk.watch(DiskTarget("local"))
    found = world.state.disk.report("local")
    assert found is not None
    assert (found.folder, found.contents) == ("", None)
    qtbot.waitUntil(lambda: world.names() != [])
    world.disk.close()
    world.runner.close()
    assert world.runner.wait(QDeadlineTimer(5000))
