"""The program's own client against every server: what it makes of the answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.targets import Target
from tests.support.waiting import wait_for
from tray_app.core.errors import BadName, Changed, ModelNotFound, OllamaError, PullFailed
from tray_app.core.names import ModelName
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.tracker import PullTracker
from tray_app.ollama.client import OllamaClient

BIG = 5_000_000


@pytest.fixture
def client(target: Target) -> Iterator[OllamaClient]:
    with OllamaClient(target.url) as client:
        yield client


def test_a_snapshot_holds_the_model(target: Target, client: OllamaClient) -> None:
    name = target.create()
    snapshot = client.snapshot()
    (record,) = [model for model in snapshot.models if model.name == name]
    row = target.rows()[name]
    assert record.digest == row["digest"]
    assert record.size_bytes == row["size"]
    assert record.details.quantization_level == "Q4_K_M"
    assert record.details.context_length == 8192
    assert record.capabilities == ("completion",)
    assert record.modified_at is not None
    assert snapshot.version == target.ask("GET", "/api/version").json()["version"]
    assert snapshot.problems == ()


def test_find_and_get(target: Target, client: OllamaClient) -> None:
    name = target.create("findme")
    assert [model.name for model in client.find(name[:-9])] == [name]
    found = client.get(name.removesuffix(":latest").upper())
    assert found is not None
    assert found.name == name
    assert client.get("contract-nobody/nothing") is None


def test_details(target: Target, client: OllamaClient) -> None:
    name = target.create(system="Be kind.", license="MIT License", parameters={"temperature": 0.6})
    info = client.details(name)
    assert info.digest == target.rows()[name]["digest"]
    assert info.system == "Be kind."
    assert info.license == "MIT License"
    assert info.parameters.split() == ["temperature", "0.6"]
    assert dict(info.model_info)["general.architecture"] == "llama"
    assert info.tensor_count == 1


def test_a_missing_model_is_said(client: OllamaClient) -> None:
    for act in (client.show, client.delete, client.load, client.unload):
        with pytest.raises(ModelNotFound):
            act("contract-nobody/nothing")  # type: ignore[operator]
    with pytest.raises(BadName):
        client.show("bad name!")


def test_delete_looks_at_the_digest(target: Target, client: OllamaClient) -> None:
    name = target.create()
    with pytest.raises(Changed):
        client.delete(name, "0" * 64)
    client.delete(name, target.rows()[name]["digest"])
    assert name not in target.rows()


def test_copy(target: Target, client: OllamaClient) -> None:
    source, destination = target.create(), target.new_name("copy")
    client.copy(source, destination)
    assert destination in target.rows()


def test_load_and_unload(target: Target, client: OllamaClient) -> None:
    name = target.create()
    try:
        client.load(name, 600)
    except OllamaError as error:
        if not target.is_real:
            raise
        pytest.skip(f"this server cannot load the tiny model: {error}")
    (running,) = [row for row in client.list_running() or () if row.name == name]
    assert running.context_length == 4096
    client.unload(name)
    wait_for(lambda: name not in [row.name for row in client.list_running() or ()], timeout_s=15)


def test_a_pull_is_tracked_to_its_end(target: Target, client: OllamaClient) -> None:
    model = target.publish("tracked", floats=BIG)
    target.set_speed(40e6)
    tracker = PullTracker(model.name)
    now_s = 0.0
    shown: list[PullProgress] = []
    for line in client.pull(model.name, is_insecure=True):
        now_s += 0.06
        assert tracker.feed(line, now_s) is None
        shown.append(tracker.progress(now_s))
    assert shown[-1].phase is PullPhase.DONE
    permilles = [progress.permille for progress in shown if progress.permille is not None]
    assert permilles == sorted(permilles)
    assert model.name in target.rows()


def test_a_failed_pull_is_told_by_the_tracker(target: Target, client: OllamaClient) -> None:
    name = target.unknown_name()
    tracker = PullTracker(name)
    errors = [tracker.feed(line, 0.0) for line in client.pull(name, is_insecure=True)]
    assert isinstance(errors[-1], (ModelNotFound, PullFailed))


def test_ensure_pulls_once(target: Target, client: OllamaClient) -> None:
    model = target.publish("ensured")
    first = client.ensure(model.name, is_insecure=True)
    second = client.ensure(model.name, is_insecure=True)
    assert (first.was_present, second.was_present) == (False, True)
    assert first.record is not None
    assert first.record.digest == hashlib.sha256(model.package.manifest).hexdigest()


def test_the_registry_tells_sizes_before_a_pull(target: Target, client: OllamaClient) -> None:
    model = target.publish("sized")
    manifest = client.registry.fetch_manifest(ModelName.parse(model.name), is_insecure=True)
    sizes: list[Any] = [layer.size_bytes for layer in manifest.layers]
    assert sum(sizes) == model.package.size
    assert manifest.digest == model.package.digest
