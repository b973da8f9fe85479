"""Two hundred random lives: a server, a registry and a program that remembers, each step at random.

Nothing is ever lost, and no verdict contradicts the digests.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from tests.unit.core.updates.world import DAY, GB, NOW, K, layer
from tray_app.core.installed import InstalledModels
from tray_app.core.records import Layer, Manifest, ModelDetails, ModelRecord
from tray_app.core.sharing import KnownLayers, LayerIndex, is_made_here
from tray_app.core.updates import learning
from tray_app.core.updates.answers import AnswerKind, RegistryAnswer
from tray_app.core.updates.asking import Allowed, Question, Unasked, questions, why_unasked
from tray_app.core.updates.backups import Fate, backup_name, fate
from tray_app.core.updates.judging import Evidence, is_same
from tray_app.core.updates.ledger import Ledger, Made, MadeBy
from tray_app.core.updates.ledger_rows import from_row, to_row
from tray_app.core.updates.schedule import Conditions, Every, after_round, plan
from tray_app.core.updates.verdicts import Standing, Verdict

S = Standing
NAMES = ("mistral:7b", "llama:8b", "phi:4b")
FAILURES = (
    AnswerKind.UNREACHABLE,
    AnswerKind.LIMITED,
    AnswerKind.FAILING,
    AnswerKind.UNUSABLE,
)


@dataclass(frozen=True)
class Version:
    """What a manifest names; `born` counts the publications of a life."""

    layers: tuple[Layer, ...]
    digest: str
    born: int = -1


@dataclass
class Row:
    """A model on the server's disk."""

    version: Version
    is_raw: bool
    parent: str = ""
    modified_at: datetime = NOW


@dataclass
class Life:
    """One life, and all that is true in it."""

    rng: random.Random
    now: datetime = NOW
    ledger: Ledger = field(default_factory=Ledger)
    registry: dict[str, Version] = field(default_factory=dict)
    pushed: dict[str, datetime] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    loaded: set[str] = field(default_factory=set)
    ours: set[str] = field(default_factory=set)
    born: int = 0
    answered_at: dict[str, int] = field(default_factory=dict)  # births known at the last answer
    deleted_by_us: list[tuple[str, str]] = field(default_factory=list)
    backups: dict[str, str] = field(default_factory=dict)

    # The world.

    def version(self, old: Version | None = None) -> Version:
        self.born += 1
        kinds = [K.MODEL, K.TEMPLATE, K.LICENSE, K.CONFIG]
        changed = set(self.rng.sample(kinds, self.rng.randint(1, 4))) | {K.CONFIG}
        layers = tuple(
            layer(kind, f"{self.born:04x}{index}", GB if kind is K.MODEL else 900)
            if old is None or kind in changed
            else old.layers[index]
            for index, kind in enumerate(kinds)
        )
        digest = hashlib.sha256(f"{self.born} {layers}".encode()).hexdigest()
        return Version(layers, digest, self.born)

    def publish(self) -> None:
        name = self.rng.choice(NAMES)
        old = self.registry.get(name)
        if old is not None and self.rng.random() < 0.2:
            digest = hashlib.sha256(f"bytes {self.born} {old.digest}".encode()).hexdigest()
            self.born += 1
            self.registry[name] = replace(old, digest=digest, born=self.born)
        else:
            self.registry[name] = self.version(old)
        self.pushed[name] = self.now

    def withdraw(self) -> None:
        self.registry.pop(self.rng.choice(NAMES), None)

    def pull_by_others(self) -> None:
        name = self.rng.choice(NAMES)
        if name in self.registry:
            self.rows[name] = Row(self.registry[name], True, modified_at=self.now)

    def make_by_others(self) -> None:
        """Somebody builds something under a name that a registry has too."""
        name = self.rng.choice(NAMES)
        self.rows[name] = Row(self.version(), False, modified_at=self.now)

    def put_in_place_of_a_backup(self) -> None:
        """Somebody has an idea for the same name."""
        names = sorted(self.backups.keys() & self.rows.keys())
        if names:
            self.rows[self.rng.choice(names)] = Row(self.version(), False, modified_at=self.now)

    def copy(self) -> None:
        """A copy of ours, to a new name or onto another model."""
        if self.rows:
            source = self.rng.choice(sorted(self.rows))
            name = self.rng.choice((f"copy{self.born}:latest", *sorted(self.rows)))
            if name != source:
                row = self.rows[name] = replace(self.rows[source], modified_at=self.now)
                self.ours.add(name)
                made = Made("local", name, row.version.digest, MadeBy.COPY, self.now, source)
                self.ledger.note_made(made)

    def create(self) -> None:
        """Somebody makes a model of an installed one."""
        base = self.rng.choice(NAMES)
        if base in self.rows:
            made = self.version(self.rows[base].version)
            weights = self.rows[base].version.layers[0]
            name = f"child{self.born}:latest"
            layers = (weights, *made.layers[1:])
            self.rows[name] = Row(replace(made, layers=layers), False, base, self.now)
            self.ours.add(name)

    def delete(self) -> None:
        if self.rows:
            name = self.rng.choice(sorted(self.rows))
            del self.rows[name]
            self.ledger.forget_model("local", name)

    def load(self) -> None:
        if self.rows:
            self.loaded ^= {self.rng.choice(sorted(self.rows))}

    def time_goes_by(self) -> None:
        self.now += timedelta(hours=self.rng.choice((1, 5, 21, 24 * 8, 24 * 40)))

    def clock_changes(self) -> None:
        self.now += timedelta(days=self.rng.choice((-400, -1, 400)))

    # The program.

    def restart(self) -> None:
        self.ledger = Ledger([from_row(to_row(record)) for record in self.ledger])
        self.verdicts.clear()

    def records(self) -> list[ModelRecord]:
        return [
            ModelRecord(
                "local",
                name,
                row.version.digest,
                sum(x.size_bytes or 0 for x in row.version.layers),
                row.modified_at,
                ModelDetails(parent_model=row.parent),
            )
            for name, row in self.rows.items()
        ]

    def layer_index(self) -> LayerIndex:
        return LayerIndex(
            {
                row.version.digest: KnownLayers(row.version.layers, True, row.is_raw)
                for row in self.rows.values()
            }
        )

    def reason(self, record: ModelRecord) -> Unasked | None:
        records = self.records()
        installed, index = InstalledModels(records), self.layer_index()
        return why_unasked(
            record,
            self.ledger,
            Allowed(),
            self.now,
            lambda r: is_made_here(r, installed, index),
        )

    def answer(self, question: Question) -> RegistryAnswer:
        if self.rng.random() < 0.25:
            return RegistryAnswer(self.rng.choice(FAILURES))
        there = self.registry.get(question.key)
        if there is None:
            return RegistryAnswer(AnswerKind.ABSENT)
        self.answered_at[question.key] = self.born
        pushed_at = self.pushed[question.key]
        if question.is_settled(there.digest):
            return RegistryAnswer(AnswerKind.SETTLED, there.digest, pushed_at)
        manifest = Manifest(there.digest, there.layers, pushed_at)
        return RegistryAnswer(AnswerKind.MANIFEST, there.digest, pushed_at, manifest)

    def check(self) -> None:
        wanted = [record for record in self.records() if self.reason(record) is None]
        has_failed = False
        for question in questions(wanted, self.ledger).values():
            assert question.key not in self.ours_now(), "nobody's business"
            answer = self.answer(question)
            has_failed |= not answer.is_answer
            rows = [record for record in self.records() if record.name == question.key]
            learning.note_answer(self.ledger, question, answer, rows, self.now)
        rounds = after_round(self.ledger.rounds, self.now, has_failed=has_failed)
        self.ledger.put_rounds(rounds)
        found = plan(Every.DAY, rounds, self.now, 0.5, self.now, Conditions())
        assert found.at is not None
        assert found.at > self.now

    def ours_now(self) -> set[str]:
        """Names that were made here, and still are what was made."""
        return {
            record.name
            for record in self.records()
            if self.ledger.made("local", record.name, record.digest) is not None
        }

    def judge(self) -> None:
        """As at every snapshot."""
        index = self.layer_index()
        held = frozenset(x.digest for known in index.by_digest.values() for x in known.layers)
        self.verdicts = {
            record.name: learning.verdict_on(
                record,
                self.ledger,
                Evidence(index.of(record), held, "0.33.0"),
                self.reason(record),
                self.now,
            )
            for record in self.records()
        }
        for name, verdict in self.verdicts.items():
            self.ledger.put_verdict("local", name, verdict)

    def update(self) -> None:
        """What a person may do: one that is offered, or one that differs, with its old version
        kept."""
        self.judge()
        wanted = [
            name
            for name, verdict in sorted(self.verdicts.items())
            if verdict.is_offered or verdict.standing is S.CHANGED
        ]
        if not wanted:
            return
        name = self.rng.choice(wanted)
        row, there = self.rows[name], self.registry.get(name)
        if there is None or there.digest == row.version.digest:
            return  # looked at again right before: nothing is pulled
        if self.verdicts[name].standing is S.CHANGED or self.rng.random() < 0.5:
            kept = backup_name(name, self.now.date(), self.rows)
            self.rows[kept] = replace(row, modified_at=self.now)
            self.backups[kept] = row.version.digest
            self.ledger.note_made(
                Made("local", kept, row.version.digest, MadeBy.BACKUP, self.now, name,
                     self.now + 7 * DAY)
            )  # fmt: skip
        self.rows[name] = Row(there, True, modified_at=self.now)
        self.answered_at[name] = self.born
        (record,) = [record for record in self.records() if record.name == name]
        learning.note_pulled(self.ledger, record, self.now)

    def go_back(self) -> None:
        kept = [made for made in self.ledger.all_made(MadeBy.BACKUP) if made.name in self.rows]
        if kept:
            made = self.rng.choice(sorted(kept, key=lambda made: made.name))
            if self.rows[made.name].version.digest == made.digest:
                self.rows[made.source] = replace(self.rows[made.name], modified_at=self.now)
                self.ledger.pin("local", made.source)

    def expire(self) -> None:
        for made in self.ledger.all_made(MadeBy.BACKUP):
            record = next((r for r in self.records() if r.name == made.name), None)
            decided = fate(made, record, made.name in self.loaded, self.now)
            if decided is Fate.REMOVE and record is not None:
                self.deleted_by_us.append((record.name, record.digest))
                del self.rows[record.name]
                self.ledger.forget_model("local", record.name)
            elif decided is Fate.FORGET:
                self.ledger.forget_made("local", made.name)

    # What must hold.

    def hold(self) -> None:
        for name, row in self.rows.items():
            self.hold_for(name, row, self.verdicts[name])
        for name, digest in self.deleted_by_us:
            assert self.backups.get(name) == digest, "only what we kept, and nobody has changed"
        self.deleted_by_us.clear()

    def hold_for(self, name: str, row: Row, verdict: Verdict) -> None:
        look = self.ledger.look(name)
        assert verdict.digest == row.version.digest
        if verdict.standing is S.CURRENT:
            assert look is not None
            is_equal = look.digest == row.version.digest
            known = KnownLayers(row.version.layers, True)
            weights = {x.digest for x in look.layers if x.kind is K.MODEL}
            assert (
                is_equal
                or self.ledger.is_pair(name, row.version.digest, look.digest)
                or is_same(look.layers, known)
                or weights == {row.version.layers[0].digest}
            )
            assert look.kind in (AnswerKind.SETTLED, AnswerKind.MANIFEST)
        if verdict.is_offered or verdict.standing is S.CHANGED:
            assert look is not None
            assert look.digest != row.version.digest
            assert {x.digest for x in look.layers} != {x.digest for x in row.version.layers}
        if verdict.is_offered and row.is_raw:
            assert row.version.born <= self.answered_at[name], "never back to an older one"
        if verdict.standing not in (S.UNKNOWN, S.MADE_HERE, S.CLOUD, S.NOT_ASKED):
            assert look is not None
            assert look.kind is not None, "nobody has ever answered"
        if name in self.ours_now():
            assert verdict.standing is S.MADE_HERE
        marks = self.ledger.marks(("local", name), verdict)
        if marks.is_backup:
            assert self.backups[name] == row.version.digest


STEPS: list[tuple[Callable[[Life], None], int]] = [
    (Life.publish, 4),
    (Life.withdraw, 1),
    (Life.pull_by_others, 4),
    (Life.make_by_others, 1),
    (Life.put_in_place_of_a_backup, 1),
    (Life.copy, 2),
    (Life.create, 1),
    (Life.delete, 1),
    (Life.load, 1),
    (Life.time_goes_by, 3),
    (Life.clock_changes, 1),
    (Life.restart, 2),
    (Life.check, 6),
    (Life.update, 4),
    (Life.go_back, 1),
    (Life.expire, 2),
]


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_lives(first: int) -> None:
    for seed in range(first, first + 20):
        rng = random.Random(seed)
        life = Life(rng)
        acts = [act for act, weight in STEPS for _ in range(weight)]
        for number in range(60):
            act = rng.choice(acts)
            before = dict(life.rows)
            act(life)
            life.judge()
            try:
                life.hold()
            except AssertionError as error:
                raise AssertionError(f"life {seed}, step {number}, {act.__name__}") from error
            if act not in (Life.delete, Life.expire):
                assert before.keys() <= life.rows.keys(), "a model is lost"


def test_the_lives_see_everything() -> None:
    """Verdicts of each kind come up, or the lives would prove nothing."""
    seen: set[Standing] = set()
    removed = 0
    for seed in range(40):
        rng = random.Random(seed)
        life = Life(rng)
        acts = [act for act, weight in STEPS for _ in range(weight)]
        for _ in range(60):
            rng.choice(acts)(life)
            removed += len(life.deleted_by_us)
            life.deleted_by_us.clear()
            life.judge()
            seen |= {verdict.standing for verdict in life.verdicts.values()}
    wanted = {S.CURRENT, S.WEIGHTS, S.SMALL, S.CHANGED, S.ABSENT, S.MADE_HERE, S.UNKNOWN}
    assert wanted <= seen
    assert removed > 0
