"""Random lives of the real checker: over HTTP, with restarts, a failing registry and a second hand.

The rules themselves live two hundred lives in core; these are about jobs, files and turns.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults, small
from tests.unit.workers.updates.conftest import Bench, BenchMaker, close, with_template
from tray_app.core.payloads import ModelRef
from tray_app.core.updates.verdicts import Standing
from tray_app.demo.store.package import empty_package

S = Standing
NAMES = ("tiny", "other", "third")
STEPS = 30
SPOILS = (
    faults.error_html(502),
    faults.reply(429, b"{}", "application/json"),
    faults.html_ok(),
    faults.close_before_headers(),
)


class Life:
    """A server, its registry, and a program that is started again and again."""

    def __init__(self, seed: int, make: BenchMaker, server: FaultyServer, path: Path) -> None:
        self.rng = random.Random(seed)
        self.make = make
        self.server = server
        self.path = path
        self.bench: Bench = make(path)
        self.pinned: set[str] = set()
        self.count = 0

    def package(self) -> object:
        self.count += 1
        if self.rng.random() < 0.4:
            return with_template(small.model("tiny"), f"{{{{ .Prompt }}}} {self.count}")
        return small.model(f"version {self.count}")

    def publish(self) -> None:
        self.server.state.publish(self.rng.choice(NAMES), self.package())  # type: ignore[arg-type]

    def publish_nothing(self) -> None:
        self.server.state.publish(self.rng.choice(NAMES), empty_package(b"{}"))

    def pull_by_others(self) -> None:
        name = self.rng.choice(NAMES)
        found = next(
            (x for x in self.server.state.published() if x.ref.display == f"{name}:latest"), None
        )
        if found is not None and found.package.layers:
            self.server.state.install(name, found.package)

    def make_by_others(self) -> None:
        self.server.state.install(self.rng.choice(NAMES), self.package())  # type: ignore[arg-type]

    def spoil(self) -> None:
        self.server.fault("*", self.rng.choice(SPOILS), method="HEAD")

    def heal(self) -> None:
        self.server.clear()

    def pin(self) -> None:
        name = f"{self.rng.choice(NAMES)}:latest"
        self.bench.checker.pin(ModelRef("local", name))
        self.pinned.add(name)

    def check(self) -> None:
        self.bench.poll()
        self.bench.check()

    def check_and_stop(self) -> None:
        self.bench.poll()
        self.bench.checker.check_all()
        self.bench.checker.stop()
        self.bench.settle()

    def restart(self) -> None:
        clock = self.bench.clock
        close(self.bench)
        self.bench = self.make(self.path, clock)

    def time(self) -> None:
        self.bench.later(hours=self.rng.choice((1, 7, 30, -500)))

    def hold(self) -> None:
        self.bench.poll()
        checker = self.bench.checker
        for item in self.server.state.installed():
            key = ("local", item.ref.display)
            verdict = checker.verdict(key)
            look = checker.ledger.look(item.ref.display)
            assert verdict.digest == item.package.digest
            assert checker.marks(key).is_pinned == (item.ref.display in self.pinned)
            if verdict.standing is S.UNKNOWN:
                continue
            assert look is not None
            assert verdict.checked_at == look.checked_at
            if verdict.is_offered:
                assert look.digest != item.package.digest
                assert any(layer.size_bytes for layer in look.layers), "nothing is no version"
            if verdict.standing is S.CURRENT:
                assert checker.ledger.is_pair(item.ref.display, item.package.digest, look.digest)
        assert {item.ref.display for item in self.server.state.installed()} == {
            f"{name}:latest" for name in NAMES
        }, "nothing here may touch a model"


@pytest.mark.parametrize("seed", range(6))
def test_a_life(make_bench: BenchMaker, server: FaultyServer, tmp_path: Path, seed: int) -> None:
    life = Life(seed, make_bench, server, tmp_path / "updates.json")
    acts = [
        life.publish, life.publish, life.publish_nothing, life.pull_by_others,
        life.pull_by_others, life.make_by_others, life.spoil, life.heal, life.heal, life.pin,
        life.check, life.check, life.check, life.check_and_stop, life.restart, life.time,
    ]  # fmt: skip
    for number in range(STEPS):
        act = life.rng.choice(acts)
        act()
        try:
            life.hold()
        except AssertionError as error:
            raise AssertionError(f"step {number}: {act.__name__}") from error
