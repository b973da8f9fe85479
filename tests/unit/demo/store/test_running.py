"""What the demo server keeps in memory, and what is pushed out of it."""

from __future__ import annotations

from tests.fakes import small
from tray_app.demo import Package
from tray_app.demo.store.naming import parse
from tray_app.demo.store.running import Memory

MINUTE = 60_000_000_000


class Clock:
    ns = 0

    def __call__(self) -> int:
        return self.ns


def put(memory: Memory, name: str, keep_ns: int | None = None, context: int | None = None) -> None:
    memory.put(parse(name), model(name), keep_ns, context)


def model(name: str) -> Package:
    return small.model(name)


def names(memory: Memory) -> set[str]:
    return {row.ref.display for row in memory.rows()}


def test_what_was_used_longest_ago_is_pushed_out_whatever_its_time() -> None:
    memory = Memory(Clock(), 100_000_000)  # two of them
    put(memory, "a", 2**62)
    put(memory, "b", 5 * MINUTE)
    put(memory, "a")
    put(memory, "c", 5 * MINUTE)
    assert names(memory) == {"a:latest", "c:latest"}
    put(memory, "b")
    assert names(memory) == {"c:latest", "b:latest"}


def test_so_many_and_no_more() -> None:
    memory = Memory(Clock(), 2**60)
    memory.max_loaded = 1
    put(memory, "a", 2**62)
    put(memory, "b")
    assert names(memory) == {"b:latest"}


def test_the_time_stays_with_the_runner_and_goes_with_it() -> None:
    clock = Clock()
    memory = Memory(clock, 2**60)
    put(memory, "a", 30 * MINUTE)
    clock.ns += 20 * MINUTE
    put(memory, "a")
    assert memory.rows()[0].expires_ns == 50 * MINUTE
    put(memory, "a", context=2048)
    assert memory.rows()[0].expires_ns == 25 * MINUTE
    assert not memory.needs_load(model("a"), 2048)
    assert memory.needs_load(model("a"), None)
