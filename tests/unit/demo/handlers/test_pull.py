"""A pull's lines without HTTP: the waiter moves the clock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import small
from tray_app.demo import DemoState
from tray_app.demo.errors import ApiError, ClientGone
from tray_app.demo.handlers.pull import pull
from tray_app.demo.store.naming import parse


class World:
    """A state whose time passes only where a pull waits."""

    def __init__(self, **settings: Any) -> None:
        self.now = 1000.0
        settings = {"speed_bytes_s": 10e6, "tick_s": 0.1, "verify_s": 2.0} | settings
        self.state = DemoState(
            clock=lambda: self.now, clock_ns=lambda: int(self.now * 1e9), **settings
        )
        self.leaves_at: float | None = None

    def wait(self, seconds: float) -> None:
        self.now += seconds
        if self.leaves_at is not None and self.now >= self.leaves_at:
            raise ClientGone

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def pull(self, name: str) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        try:
            lines.extend(pull(self.state, parse(name), self))
        except ApiError as error:
            lines.append({"error": error.text})
        return lines


@pytest.fixture
def world() -> World:
    world = World()
    world.state.extend(small.library("tiny", published=("big",)))
    return world


def statuses(lines: list[dict[str, Any]]) -> list[str]:
    """The phases in order, each once."""
    seen: list[str] = []
    for line in lines:
        word = line.get("status") or "error"
        word = "pulling layer" if "digest" in line else word
        if not seen or seen[-1] != word:
            seen.append(word)
    return seen


def test_a_pull_goes_through_its_phases(world: World) -> None:
    lines = world.pull("big")
    assert statuses(lines) == [
        "pulling manifest",
        "pulling layer",
        "verifying sha256 digest",
        "writing manifest",
        "success",
    ]
    assert "big:latest" in world.state.names()


def test_layers_follow_one_another(world: World) -> None:
    found = world.state.find_published(parse("big"))
    assert found is not None
    order = [blob.digest for blob in found.package.blobs]
    seen = list(dict.fromkeys(x["digest"] for x in world.pull("big") if "digest" in x))
    assert seen == order


def test_completed_is_absent_while_it_is_zero(world: World) -> None:
    first = next(line for line in world.pull("big") if "digest" in line)
    assert first["total"] == 40_000_000
    assert "completed" not in first


def test_up_to_date_is_one_full_line_per_layer(world: World) -> None:
    before = world.now
    lines = world.pull("tiny")
    layers = [line for line in lines if "digest" in line]
    assert [line["completed"] for line in layers] == [line["total"] for line in layers]
    assert len(layers) == 5
    assert lines[-1] == {"status": "success"}
    assert world.now - before < 1, "nothing was fetched, so nothing is verified"


def test_up_to_date_moves_the_model_to_the_top(world: World) -> None:
    world.state.install("newer", small.model("newer"), int(world.now * 1e9) - 10**12)
    world.pull("tiny")
    assert world.state.names()[0] == "tiny:latest"


def test_a_missing_model(world: World) -> None:
    assert world.pull("nope") == [
        {"status": "pulling manifest"},
        {"error": "pull model manifest: file does not exist"},
    ]


def test_an_unknown_registry(world: World) -> None:
    error = world.pull("nosuchhost.invalid/library/x")[-1]["error"]
    assert error.startswith(
        'pull model manifest: Get "https://nosuchhost.invalid/v2/library/x/manifests/latest": '
    )
    assert error.endswith("no such host")


def test_leaving_in_mid_layer_keeps_the_offset(world: World) -> None:
    world.leaves_at = world.now + 2.0
    with pytest.raises(ClientGone):
        world.pull("big")
    world.leaves_at = None
    reached = world.state.line.partial(small.model("big").layers[0].digest)
    assert 0 < reached < 40_000_000
    first = next(line for line in world.pull("big") if "digest" in line)
    assert first["completed"] >= reached


def test_leaving_while_verifying_leaves_a_model(world: World) -> None:
    for line in pull(world.state, parse("big"), world):
        if line["status"].startswith("verifying"):
            world.leaves_at = 0.0
    assert "big:latest" in world.state.names()


def test_damaged_bytes_are_found_and_thrown_away(world: World) -> None:
    world.state.damage("big")
    digest = small.model("big").layers[0].digest
    error = world.pull("big")[-1]["error"]
    assert error.startswith(
        f"digest mismatch, file must be downloaded again: want {digest}, got sha256:"
    )
    assert not world.state.has_blob(digest)
    assert world.pull("big")[-1] == {"status": "success"}


def test_a_full_disk(world: World) -> None:
    world.state.disk_free_bytes = 30_000_000
    error = world.pull("big")[-1]["error"]
    assert error.startswith("write /usr/share/ollama/.ollama/models/blobs/sha256-")
    assert error.endswith("-partial: no space left on device")


def test_the_disk_fills(world: World) -> None:
    world.state.disk_free_bytes = 41_000_000
    assert world.pull("big")[-1] == {"status": "success"}
    assert world.state.disk_free_bytes < 1_000_000


def test_an_update_removes_what_nobody_uses(world: World) -> None:
    old = small.model("tiny").layers[0].digest
    world.state.publish("tiny", small.model("tiny", weights="new weights"))
    lines = world.pull("tiny")
    assert {"status": "removing unused layers"} in lines
    assert not world.state.has_blob(old)


def test_shared_weights_are_not_fetched_again(world: World) -> None:
    world.state.publish("tiny:chat", small.model("chat", system="Hi.", weights="tiny"))
    first = next(line for line in world.pull("tiny:chat") if "digest" in line)
    assert first["completed"] == first["total"] == 40_000_000


def test_the_registry_can_refuse(world: World) -> None:
    world.state.fail_pull("big", "412: newer")
    assert world.pull("big")[-1] == {"error": "pull model manifest: 412: newer"}
    world.state.fail_pull("big", None)
    assert world.pull("big")[-1] == {"status": "success"}


def test_a_name_takes_the_case_that_is_on_the_disk(world: World) -> None:
    world.pull("TINY")
    assert world.state.names() == ["tiny:latest"]
