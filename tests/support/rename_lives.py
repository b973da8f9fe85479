"""Random lives of models that are renamed, copied and deleted, while somebody else does the same.

Names differ in case alone, fold into each other, are refused or vanish meanwhile; disks are full
now and then. Whatever happens, a model that nobody has deleted is there at the end. The same lives
are led in front of the demo server, in this process or over HTTP, and of a real one.

Somebody else acts before any request, but for those that copy and delete: whatever is looked at
before them, servers take no condition along, so nobody can close that instant.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Protocol

from tray_app.core.errors import BadName, ModelNotFound, OllamaError, ServerFailed
from tray_app.core.names import canonical
from tray_app.core.payloads import ModelRef
from tray_app.core.records import ModelRecord
from tray_app.core.renaming import Ending, RenameOutcome
from tray_app.ollama import OllamaClient
from tray_app.ollama.deleting import delete_unloaded
from tray_app.ollama.renaming import clean_up, copy_model, rename_model

BASES = ("alpha", "Alpha", "ALPHA", "beta", "Beta", "gamma", "Gamma.1", "delta_2")
TAGS = ("latest", "q4", "Q4", "8b", "8B", "v1.0", "Local-ish")
REFUSED = ("local", "Cloud", "q4-cloud", "a b", "", "x@y")
STEPS = 8
MODELS = 3

Hook = Callable[[str, str], None]
"""Called before each request, with its method and path."""


class World(Protocol):
    """A server that lives are led in front of; only names with `prefix` are theirs."""

    prefix: str

    def client(self, hook: Hook) -> OllamaClient:
        """A client whose requests `hook` hears of before they are sent."""

    def rows(self) -> dict[str, str]:
        """The digests of the models with that prefix, by name."""

    def put(self, name: str, number: int) -> None:
        """Have model number … under a name, whatever was there."""

    def drop(self, name: str) -> None:
        """Delete a name at once, as somebody else does."""

    def load(self, name: str) -> None:
        """Have it in memory."""

    def set_full(self, is_full: bool) -> None:
        """Fill the disk, or free it again."""

    def clear(self) -> None:
        """Leave nothing of a life behind."""


@dataclass
class Tally:
    """What came of them."""

    lives: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    meddled: int = 0
    lost: list[str] = field(default_factory=list)

    def told(self) -> str:
        """In one line."""
        found = f"{self.lives} lives, disturbed {self.meddled} times, {len(self.lost)} models lost"
        return f"{found}; {dict(sorted(self.endings.items()))}"


class Life:
    """One life: three models, eight steps, each at random."""

    def __init__(self, world: World, seed: int, tally: Tally) -> None:
        self.world = world
        self.seed = seed
        self.tally = tally
        self.random = random.Random(seed)
        self.expected: set[str] = set()
        """The digests of models that nobody has deleted."""
        self._destination = ""  # of the step under way: a name that nobody else knows yet
        self._is_cleaning = False  # what lies there is to go again
        self._is_meddled = False
        self._may_meddle = False
        self.log: list[str] = []
        # Nobody waits long for a memory that somebody else fills again.
        self._clock = partial(next, count(0.0, 2.5))

    def lead(self) -> None:
        world = self.world
        world.clear()
        try:
            for number in range(MODELS):
                self._put(self._free_name(), number)
            with world.client(self._before_request) as client:
                for _ in range(STEPS):
                    self._step(client)
                    self._check()
                world.set_full(False)
                for name in [*world.rows(), self._name()] if world.rows() else ():
                    # Where a part lies there in two spellings, it is found now and then.
                    assert any(clean_up(client, name) for _ in range(20)), name
                self._check()
        finally:
            self._may_meddle = False
            world.set_full(False)
            world.clear()
        self.tally.lives += 1

    # Names.

    def _name(self) -> str:
        tag = self.random.choice(TAGS)
        base = self.random.choice(BASES)
        return f"{self.world.prefix}{base}:{tag}"

    def _any_name(self) -> str:
        """Now and then one that cannot be."""
        if self.random.random() < 0.1:
            return self._name().rpartition(":")[0] + ":" + self.random.choice(REFUSED)
        return self._name()

    def _free_name(self) -> str:
        taken = {canonical(name) for name in self.world.rows()}
        while canonical(name := self._name()) in taken:
            pass
        return name

    # What somebody else does, before any request of ours.

    def _before_request(self, method: str, path: str) -> None:
        self._is_cleaning = self._is_cleaning or path == "/api/show"
        is_act = (method, path) in (("POST", "/api/copy"), ("DELETE", "/api/delete"))
        if not self._may_meddle or is_act or self.random.random() > 0.06:
            return
        self._may_meddle = False  # it asks the server, too
        self._is_meddled = True
        self.tally.meddled += 1
        rows = self.world.rows()
        kind = self.random.choice(("drop", "put", "replace", "load", "full"))
        if kind == "drop" and rows:
            name = self.random.choice(sorted(rows))
            # What a rename has just made is known to nobody.
            if canonical(name) != canonical(self._destination):
                self._drop(name)
        elif kind == "put":
            self._put(self._free_name(), self.random.randrange(MODELS))
        elif kind == "replace" and rows:
            name = self.random.choice(sorted(rows))
            if canonical(name) != canonical(self._destination):
                self._put(name, self.random.randrange(MODELS))
        elif kind == "load" and rows:
            self.world.load(self.random.choice(sorted(rows)))
        elif kind == "full":
            self.world.set_full(self.random.random() < 0.5)
        self._may_meddle = True

    def _drop(self, name: str) -> None:
        before = self.world.rows()
        self.log.append(f"somebody drops {name}")
        self.world.drop(name)
        self._forget(before)

    def _put(self, name: str, number: int) -> None:
        before = self.world.rows()
        self.log.append(f"somebody puts {number} at {name}")
        try:
            self.world.put(name, number)
        finally:
            self._forget(before)
            key = canonical(name)
            self.expected |= {d for n, d in self.world.rows().items() if canonical(n) == key}

    def _forget(self, before: dict[str, str]) -> None:
        """What was there once and is no more, somebody has deleted."""
        gone = canonical(self._destination) if self._is_cleaning else ""
        now = {d for name, d in self.world.rows().items() if canonical(name) != gone}
        self.expected -= set(before.values()) - now

    # Our steps.

    def _step(self, client: OllamaClient) -> None:
        rows = sorted(client.list_models(), key=lambda row: row.name)
        ours = [row for row in rows if row.name.startswith(self.world.prefix)]
        self._is_meddled = False
        if not ours:
            self._put(self._free_name(), self.random.randrange(MODELS))
            return
        row = self.random.choice(ours)
        act = self.random.choice((self._rename, self._rename, self._rename, self._copy,
                                  self._delete))  # fmt: skip
        act(client, row)
        self._may_meddle = self._is_cleaning = False
        self._destination = ""

    def _rename(self, client: OllamaClient, row: ModelRecord) -> None:
        self._give_name(client, row, is_rename=True)

    def _copy(self, client: OllamaClient, row: ModelRecord) -> None:
        self._give_name(client, row, is_rename=False)

    def _give_name(self, client: OllamaClient, row: ModelRecord, *, is_rename: bool) -> None:
        name = self._any_name()
        verb = "rename" if is_rename else "copy"
        self.log.append(f"{verb} {row.name} to {name}")
        if self.random.random() < 0.1:
            self.world.set_full(True)
        before = self.world.rows()
        ref = ModelRef(client.server_id, row.name, row.digest)
        self._destination, self._may_meddle = name, True
        self._is_cleaning = False
        try:
            if is_rename:
                may_unload = self.random.random() < 0.8
                outcome = rename_model(client, ref, name, may_unload=may_unload, clock=self._clock)
            else:
                outcome = copy_model(client, ref, name)
        except BadName:
            self.tally.endings["refused"] += 1
            return
        finally:
            self._may_meddle = False
        self.log.append(f"… {outcome.ending} {outcome.name}")
        self.tally.endings[f"{verb}: {outcome.ending}"] += 1
        if not self._is_meddled:
            self._check_outcome(outcome, before)
        if self.random.random() < 0.7:
            self.world.set_full(False)
        if outcome.ending is Ending.DAMAGED:
            clean_up(client, outcome.destination)

    def _check_outcome(self, outcome: RenameOutcome, before: dict[str, str]) -> None:
        """Left alone, the list is what the ending says, and no other model is touched."""
        now, source = self.world.rows(), outcome.source.name
        others = {name: digest for name, digest in before.items() if name != source}
        assert others.items() <= now.items()
        if outcome.ending is Ending.RENAMED:
            assert source not in now
            assert now[outcome.name] == outcome.digest == before[source]
            assert canonical(outcome.name) == canonical(outcome.destination)
        elif outcome.ending is Ending.COPIED:
            assert now[outcome.name] == now[source] == outcome.digest
        elif outcome.ending is Ending.NOT_DELETED:
            assert now[outcome.name] == now[source]
        else:
            assert now == before, outcome.ending

    def _delete(self, client: OllamaClient, row: ModelRecord) -> None:
        self.log.append(f"delete {row.name}")
        before = self.world.rows()
        try:
            delete_unloaded(client, row, self._clock)
        except (BadName, ModelNotFound, ServerFailed):
            self.tally.endings["delete: refused"] += 1
        except OllamaError as error:
            self.tally.endings[f"delete: {type(error).__name__}"] += 1
        else:
            self.tally.endings["delete: done"] += 1
        self._forget(before)

    def _check(self) -> None:
        missing = self.expected - set(self.world.rows().values())
        if missing:
            self.tally.lost.append(f"life {self.seed}: {self.log}")
            self.expected -= missing


def lead(world: World, number: int, first: int = 0) -> Tally:
    """So many lives one after the other."""
    tally = Tally()
    for seed in range(first, first + number):
        life = Life(world, seed, tally)
        try:
            life.lead()
        except AssertionError as error:
            raise AssertionError(f"life {seed}: {life.log}") from error
    return tally
