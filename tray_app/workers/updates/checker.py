"""UpdateChecker: asks registries about what is installed, and keeps a verdict on each model.

Asking happens in lanes of its own: no poll and no download waits for it. What an answer means is
the business of `core.updates`.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.installed import InstalledModels
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical
from tray_app.core.payloads import ModelRef, ModelRefs
from tray_app.core.records import Manifest, ModelInfo, ModelKey, ModelRecord, News, Snapshot
from tray_app.core.sharing import KnownLayers, LayerIndex, is_made_here
from tray_app.core.updates import learning
from tray_app.core.updates.answers import AnswerKind, RegistryAnswer
from tray_app.core.updates.asking import (
    Allowed,
    Question,
    Unasked,
    questions,
    why_unasked,
)
from tray_app.core.updates.facts import CheckState, ModelVerdict
from tray_app.core.updates.judging import Evidence
from tray_app.core.updates.schedule import Conditions, Every, Plan, after_round, plan
from tray_app.core.updates.verdicts import Marks, Standing, Verdict
from tray_app.workers.updates.asking import RegistryAsking
from tray_app.workers.updates.jobs import Answered, PartsJob

if TYPE_CHECKING:
    from tray_app.core.updates.ledger import Ledger, Look, Made
    from tray_app.ollama.registry import Registry
    from tray_app.ollama.update_check import Parts
    from tray_app.workers.jobs import Target
    from tray_app.workers.runner import JobRunner
    from tray_app.workers.updates.keeper import LedgerKeeper


@dataclass
class _Server:
    """What is known of a server."""

    installed: InstalledModels
    models: tuple[ModelRecord, ...]
    version: str
    held: frozenset[str] | None = None


@dataclass
class _Round:
    """A check of all names. `open` are those not answered yet; `undecided` the models that may be
    made here, which is found out first; `is_ready` once all are known."""

    open: set[str] = field(default_factory=set)
    undecided: set[ModelKey] = field(default_factory=set)
    total: int = 0
    failed: int = 0
    is_ready: bool = False


_SLICE_S = 0.004
"""So long is worked at thousands of models before whatever else waits has its turn."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class UpdateChecker(QObject):
    """Verdicts on all models of all servers.

    Signals: `verdict_changed` for each that is another one, `verdict_dropped` for what is installed
    no longer; `check_changed` as a check of all goes on; `checked` when it is over; `parts_read`
    when no server is asked any more what a verdict needs; `info_learned` when a model's layers were
    read for it.
    Thread: GUI thread. At most four requests are under way, two to one registry.
    """

    verdict_changed = Signal(object)  # ModelVerdict
    verdict_dropped = Signal(object)  # ModelRef
    check_changed = Signal(object)  # CheckState
    checked = Signal(object)  # CheckState
    parts_read = Signal()
    info_learned = Signal(object)  # ModelInfo

    def __init__(
        self,
        runner: JobRunner,
        target_of: Callable[[str], Target | None],
        registry: Registry,
        keeper: LedgerKeeper,
        is_insecure: Callable[[str], bool],
        parent: QObject | None = None,
        *,
        now: Callable[[], datetime] = _utc_now,
        jitter: float | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._target_of = target_of
        self._keeper = keeper
        self._is_insecure = is_insecure
        self._now = now
        self._jitter = random.random() if jitter is None else jitter
        self._awake_at = now()
        self._allowed = Allowed()
        self._servers: dict[str, _Server] = {}
        self._verdicts: dict[ModelKey, Verdict] = {}
        self._told: dict[ModelKey, ModelVerdict] = {}
        self._layer_index = LayerIndex()
        self._read = LayerIndex()  # what was read here, and nobody else may know
        # By model: the versions that parts were asked for, and what the server has of the newer.
        self._parts: dict[ModelKey, tuple[str, str, frozenset[str]]] = {}
        self._reading: dict[ModelKey, tuple[str, str]] = {}
        self._asking = RegistryAsking(runner, registry, "updates", self)
        self._asking.answered.connect(self._on_asking_answered)
        self._round: _Round | None = None
        self._work: deque[Iterator[None]] = deque()
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._on_turn_timeout)
        # Models whose server could not be asked about them; it is with its next answer.
        self._unread: set[ModelKey] = set()
        keeper.loaded.connect(self._on_keeper_loaded)
        keeper.changed.connect(self._on_keeper_loaded)

    # What is known.

    @property
    def ledger(self) -> Ledger:
        return self._keeper.ledger

    def verdict(self, key: ModelKey) -> Verdict:
        """On a model as it was last listed; before that, as it was remembered."""
        found = self._verdicts.get(key)
        return found or self.ledger.verdict(*key) or Verdict()

    def marks(self, key: ModelKey) -> Marks:
        return self.ledger.marks(key, self.verdict(key))

    def remembered(self) -> list[ModelVerdict]:
        """The verdicts of an earlier run, under canonical names."""
        ledger = self.ledger
        return [
            ModelVerdict(
                key,
                verdict,
                ledger.marks(key, verdict),
                ledger.made(*key, verdict.digest),
                look.packed if (look := ledger.look(key[1])) is not None else "",
            )
            for key, verdict in ledger.verdicts().items()
        ]

    @property
    def is_reading(self) -> bool:
        """Whether servers are asked for what some verdicts need."""
        return bool(self._reading)

    @property
    def state(self) -> CheckState:
        round_ = self._round
        checked_at = self.ledger.rounds.full_at
        if round_ is None:
            return CheckState(checked_at=checked_at)
        done = round_.total - len(round_.open)
        return CheckState(True, done, round_.total, round_.failed, checked_at)

    def plan(self, every: Every, conditions: Conditions) -> Plan:
        """When all are asked about next, by itself."""
        rounds = self.ledger.rounds
        return plan(every, rounds, self._awake_at, self._jitter, self._now(), conditions)

    def note_wake(self) -> None:
        """The computer has slept."""
        self._awake_at = self._now()

    # What the world tells.

    def set_allowed(self, allowed: Allowed) -> None:
        """Which registries may be asked."""
        if allowed != self._allowed:
            self._allowed = allowed
            self._judge_all()

    def note_snapshot(self, snapshot: Snapshot, installed: InstalledModels | None = None) -> None:
        """What is installed on a server, and the same by name if somebody has that already; only
        what is new in it is looked at."""
        server_id, old = snapshot.server_id, self._servers.get(snapshot.server_id)
        if old is not None and snapshot.models is old.models and snapshot.version == old.version:
            self._read_on(server_id)
            return
        if installed is None:
            before = old.installed if old is not None else None
            installed = InstalledModels(snapshot.models, before)
        self._servers[server_id] = _Server(installed, snapshot.models, snapshot.version)
        changed = list(snapshot.models)
        if old is not None:
            if old.version == snapshot.version:
                news = snapshot.news_since(old.models) or News.between(old.models, snapshot.models)
                changed = list(news.changed)
            is_same = installed.names is old.installed.names
            gone = () if is_same else old.installed.names.keys() - installed.names.keys()
            for name in gone:
                for held in (self._verdicts, self._told, self._parts):
                    held.pop((server_id, name), None)  # type: ignore[attr-defined]
                self.verdict_dropped.emit(ModelRef(server_id, name))
        if self._read.by_digest:
            self._read = self._read.only(self._digests())
        self._later(self._judging(changed))

    @Slot(object)
    def set_layer_index(self, layer_index: LayerIndex) -> None:
        """Which models consist of what, as others have learned it."""
        self._layer_index = layer_index
        for server in self._servers.values():
            server.held = None

    def forget_server(self, server_id: str) -> None:
        """The server is gone, or another one now."""
        self.leave_server(server_id)
        self.ledger.forget_server(server_id)
        self._keeper.save()

    def leave_server(self, server_id: str) -> None:
        """The server is not used for now; what is remembered of it stays."""
        self._servers.pop(server_id, None)
        for held in (self._verdicts, self._told, self._parts, self._reading):
            for key in [key for key in held if key[0] == server_id]:
                del held[key]  # type: ignore[attr-defined]
        self._unread = {key for key in self._unread if key[0] != server_id}

    def note_pulled(self, record: ModelRecord) -> None:
        """A pull of ours has ended: what is there now is what the registry has."""
        learning.note_pulled(self.ledger, record, self._now())
        self._after_change(record.server_id, record.name)

    def note_manifest(self, name: str, manifest: Manifest) -> None:
        """Somebody has looked a name up, to pull it for example. What that tells of installed
        models is taken; of a version that is new to us more is asked."""
        key = canonical(name)
        rows = [row for row in self._rows(key) if self._why_unasked(row) is None]
        if not rows or not self._keeper.is_loaded:
            return
        (question,) = questions(rows, self.ledger, self._is_insecure).values()
        if question.is_settled(manifest.digest):
            answer = RegistryAnswer(AnswerKind.SETTLED, manifest.digest, manifest.pushed_at)
            self._on_answer(question, answer)
        else:
            self._ask({key: question}, is_first=True)

    def note_made(self, made: Made) -> None:
        """We have made a model: by create, by copy, or to keep an old version."""
        self.ledger.note_made(made)
        self._after_change(made.server_id, made.name)

    def keep_for_good(self, made: Made) -> None:
        """A kept version is not removed by itself any more."""
        self.note_made(replace(made, keep_until=None))

    def note_renamed(self, old: ModelRef, new: ModelRef) -> None:
        """A model has another name, and what was said of it goes along."""
        self.ledger.rename_model(old.server_id, old.name, new.name, new.digest, self._now())
        self._after_change(new.server_id, new.name)

    def note_deleted(self, ref: ModelRef) -> None:
        """We have deleted a model, and what was said of it goes too."""
        self.ledger.forget_model(ref.server_id, ref.name)
        self._keeper.save()

    # What a person wants.

    @Slot(object)
    def pin(self, ref: ModelRef) -> None:
        self.ledger.pin(ref.server_id, ref.name)
        self._after_change(ref.server_id, ref.name)

    @Slot(object)
    def unpin(self, ref: ModelRef) -> None:
        self.ledger.unpin(ref.server_id, ref.name)
        self._after_change(ref.server_id, ref.name)

    @Slot(object)
    def skip(self, ref: ModelRef) -> None:
        """Hear nothing of the version that is at the registry now."""
        remote_digest = self.verdict(ref.key).remote_digest
        if remote_digest:
            self.ledger.skip(ref.server_id, ref.name, remote_digest)
            self._after_change(ref.server_id, ref.name)

    @Slot(object)
    def offer_again(self, ref: ModelRef) -> None:
        self.ledger.offer_again(ref.server_id, ref.name)
        self._after_change(ref.server_id, ref.name)

    @Slot(str)
    def never_look_up(self, name: str) -> None:
        self.ledger.never_look_up(name)
        self._after_change("", name)

    @Slot(str)
    def look_up_again(self, name: str) -> None:
        self.ledger.look_up_again(name)
        self._after_change("", name)

    @Slot()
    def check_all(self) -> None:
        """Ask about everything, as a person wishes."""
        self._begin(is_by_hand=True)

    def check_due(self) -> None:
        """Ask about everything by itself; registries that rest are left alone."""
        self._begin(is_by_hand=False)

    @Slot(object)
    def check(self, refs: ModelRefs) -> None:
        """Ask about these now, also where they were not there lately."""
        for ref in refs.refs:
            self.ledger.forget_absence(ref.name)
        records = [record for ref in refs.refs if (record := self._record(ref.key)) is not None]
        self._ask(self._asked_about(records), is_first=True)

    @Slot()
    def stop(self) -> None:
        """End a check; what was answered stays."""
        self._asking.stop()
        if self._round is not None:
            self._round = None
            self.check_changed.emit(self.state)
        self._keeper.save()

    # Asking.

    def _begin(self, *, is_by_hand: bool) -> None:
        if self._round is None and self._keeper.is_loaded:
            self._round = _Round()
            self.check_changed.emit(self.state)
            self._later(self._preparing(self._round, is_by_hand=is_by_hand))

    def _preparing(self, round_: _Round, *, is_by_hand: bool) -> Generator[None, None, None]:
        """Find out whom to ask about what, model by model."""
        wanted: dict[str, Question] = {}
        now = self._now()
        for record in [row for server in self._servers.values() for row in server.models]:
            if self._round is not round_:
                return
            if record is self._record(record.key) and canonical(record.name) not in wanted:
                if self._why_unasked(record) is None and self._is_undecided(record):
                    round_.undecided.add(record.key)
                else:
                    wanted |= self._asked_about([record])
            yield
        rested = [
            key
            for key, question in wanted.items()
            if not is_by_hand and self.ledger.resting_until(question.line, now) is not None
        ]
        round_.open |= wanted.keys() - set(rested)
        round_.total += len(wanted)
        round_.failed += len(rested)
        round_.is_ready = True
        self._ask({key: wanted[key] for key in wanted if key in round_.open})
        self._decide()

    def _asked_about(self, records: Iterable[ModelRecord]) -> dict[str, Question]:
        """The questions about these, where it is known that they may be asked."""
        rows = []
        for record in records:
            if self._why_unasked(record) is None and not self._is_undecided(record):
                rows += self._rows(canonical(record.name))
        return questions(rows, self.ledger, self._is_insecure)

    def _is_undecided(self, record: ModelRecord) -> bool:
        """Whether it may be made here; what would tell is read."""
        server = self._servers[record.server_id]
        if not learning.is_undecided(record, server.installed, self._layers_of(record)):
            return False
        for row in (record, learning.parent_of(record, server.installed)):
            if row is not None and self._known(row) is None:
                self._read_parts(row)
        return True

    def _ask(self, wanted: dict[str, Question], *, is_first: bool = False) -> None:
        for question in wanted.values():
            self._asking.put(question, is_first=is_first)
        self._asking.start()

    @Slot(object)
    def _on_asking_answered(self, answered: Answered) -> None:
        self._on_answer(answered.question, answered.answer)

    def _on_answer(self, question: Question, answer: RegistryAnswer) -> None:
        rows = self._rows(question.key)
        learning.note_answer(self.ledger, question, answer, rows, self._now())
        for record in rows:
            self._judge(record)
        round_ = self._round
        if round_ is not None and question.key in round_.open:
            round_.open.discard(question.key)
            round_.failed += not answer.is_answer
            self._on_round_moved(round_)
        self._keeper.save()

    def _on_round_moved(self, round_: _Round) -> None:
        if round_.open or round_.undecided or not round_.is_ready:
            self.check_changed.emit(self.state)
            return
        rounds = after_round(self.ledger.rounds, self._now(), has_failed=round_.failed > 0)
        self.ledger.put_rounds(rounds)
        self._round = None
        ended = CheckState(False, round_.total, round_.total, round_.failed, rounds.full_at)
        self.check_changed.emit(ended)
        self.checked.emit(ended)
        self._keeper.save()

    # Judging.

    @Slot()
    def _on_keeper_loaded(self) -> None:
        self._judge_all()

    def _judge_all(self) -> None:
        rows = [record for server in self._servers.values() for record in server.models]
        self._later(self._judging(rows))

    def _judging(self, records: list[ModelRecord]) -> Generator[None, None, None]:
        for record in records:
            if record is self._record(record.key):
                self._judge(record)
            yield
        self._keeper.save()

    def _later(self, work: Iterator[None]) -> None:
        """Work at it in slices, each when nothing else waits."""
        self._work.append(work)
        self._turn.start()

    @Slot()
    def _on_turn_timeout(self) -> None:
        end_s = time.perf_counter() + _SLICE_S
        while self._work and time.perf_counter() < end_s:
            try:
                next(self._work[0])
            except StopIteration:
                self._work.popleft()
        if self._work:
            self._turn.start()

    def _judge(self, record: ModelRecord) -> None:
        if not self._keeper.is_loaded:
            return  # what is remembered would be written over
        reason, look = self._why_unasked(record), self.ledger.look(record.name)
        # Most of thousands nobody has asked about: there is nothing to compare.
        evidence = Evidence() if look is None else self._evidence(record)
        is_asked = reason in (None, Unasked.ABSENT)
        if is_asked and learning.needs_parts(record, self.ledger, evidence):
            remote = look.digest if look is not None else ""
            if self._parts.get(record.key, ("", "", None))[:2] != (record.digest, remote):
                meanwhile = self._meanwhile(record, look)
                if meanwhile.standing is Standing.UNKNOWN or meanwhile.requires:
                    self._read_parts(record)
                self._tell(record, meanwhile)
                return
        self._tell(record, learning.verdict_on(record, self.ledger, evidence, reason, self._now()))

    def _meanwhile(self, record: ModelRecord, look: Look | None) -> Verdict:
        """Until its parts are known: what was known of the same two versions, else nothing."""
        known = self.ledger.verdict(*record.key)
        if known is None or look is None:
            return Verdict(digest=record.digest)
        if (known.digest, known.remote_digest) != (record.digest, look.digest):
            return Verdict(digest=record.digest, failure=look.failure)
        return replace(known, checked_at=look.checked_at, failure=look.failure)

    def _tell(self, record: ModelRecord, verdict: Verdict) -> None:
        self._verdicts[record.key] = verdict
        is_new = verdict.standing is Standing.UNKNOWN and record.key not in self._told
        if is_new and not self.ledger.knows(record.server_id, record.name):
            return  # as of most of thousands: nobody has asked, and nobody need hear of that
        self.ledger.put_verdict(record.server_id, record.name, verdict)
        found = self._as_told(record, verdict)
        if self._told.get(record.key) != found:
            self._told[record.key] = found
            self.verdict_changed.emit(found)

    def _as_told(self, record: ModelRecord, verdict: Verdict) -> ModelVerdict:
        ledger = self.ledger
        look = ledger.look(record.name)
        return ModelVerdict(
            record.key,
            verdict,
            ledger.marks(record.key, verdict),
            ledger.made(record.server_id, record.name, record.digest),
            look.packed if look is not None else "",
        )

    def _after_change(self, server_id: str, name: str) -> None:
        """Something was said of a model: its marks are others, and maybe its verdict."""
        for record in self._rows(canonical(name)):
            if not server_id or record.server_id == server_id:
                self._judge(record)
        self._keeper.save()

    def _why_unasked(self, record: ModelRecord) -> Unasked | None:
        server = self._servers[record.server_id]

        def is_made(row: ModelRecord) -> bool:
            return is_made_here(row, server.installed, self._layers_of(row))

        return why_unasked(record, self.ledger, self._allowed, self._now(), is_made)

    def _evidence(self, record: ModelRecord) -> Evidence:
        server = self._servers[record.server_id]
        held = self._held(server)
        read = self._parts.get(record.key)
        if read is not None and not read[2] <= held:
            held |= read[2]
        return Evidence(self._known(record), held, server.version)

    def _known(self, record: ModelRecord) -> KnownLayers | None:
        known, read = self._layer_index.of(record), self._read.of(record)
        return read if known is None or (read is not None and read.is_whole) else known

    def _layers_of(self, record: ModelRecord) -> LayerIndex:
        """For one model and what it was made of: whoever has learned it."""
        server = self._servers[record.server_id]
        parent = learning.parent_of(record, server.installed)
        rows = [record] if parent is None else [record, parent]
        found = {row.digest: known for row in rows if (known := self._known(row)) is not None}
        return LayerIndex(found)

    def _held(self, server: _Server) -> frozenset[str]:
        """The layers that the server's models are known to have."""
        if server.held is None:
            server.held = frozenset(
                layer.digest
                for record in server.models
                if (known := self._known(record)) is not None
                for layer in known.layers
            )
        return server.held

    def _rows(self, key: str) -> list[ModelRecord]:
        """The models of a canonical name, on all servers."""
        found = (server.installed.by_key.get(key) for server in self._servers.values())
        return [record for record in found if record is not None]

    def _record(self, key: ModelKey) -> ModelRecord | None:
        server = self._servers.get(key[0])
        return None if server is None else server.installed.by_key.get(canonical(key[1]))

    # Parts.

    def _read_parts(self, record: ModelRecord) -> None:
        target = self._target_of(record.server_id)
        look = self.ledger.look(record.name)
        wanted = (record.digest, look.digest if look is not None else "")
        if target is None or self._reading.get(record.key) == wanted:
            return
        self._reading[record.key] = wanted
        ref = ModelRef(record.server_id, record.name, record.digest)
        job = PartsJob(target, ref, look.layers if look is not None else ())
        job.succeeded.connect(self._on_parts_succeeded)
        job.failed.connect(self._on_parts_failed)
        job.finished.connect(self._on_parts_finished)
        self._runner.submit(job, f"parts {record.server_id}")

    @Slot(object)
    def _on_parts_succeeded(self, parts: Parts) -> None:
        key = parts.ref.key
        digest, remote = self._reading.get(key, ("", ""))
        record = self._record(key)
        if record is None or record.digest != parts.ref.digest or digest != record.digest:
            return
        if parts.info is not None:
            self._learn(parts.info)
        self._parts[key] = (digest, remote, parts.held)
        server = self._servers[key[0]]
        server.held = None
        self._judge(record)
        if self._known(record) is not None:
            for row in self._children(server, record):
                self._judge(row)

    def _decide(self) -> None:
        """Ask about the models of which it is known by now that they are not made here."""
        round_ = self._round
        if round_ is None or not round_.is_ready:
            return
        for key in list(round_.undecided):
            record = self._record(key)
            if record is None:
                round_.undecided.discard(key)
                continue
            installed = self._servers[key[0]].installed
            parent = learning.parent_of(record, installed)
            if key in self._reading or (parent is not None and parent.key in self._reading):
                continue
            round_.undecided.discard(key)
            if learning.is_undecided(record, installed, self._layers_of(record)):
                continue  # nobody can tell: then nobody is asked
            wanted = self._asked_about([record])
            round_.total += len(wanted.keys() - round_.open)
            round_.open |= wanted.keys()
            self._ask(wanted)
        self._on_round_moved(round_)

    def _children(self, server: _Server, parent: ModelRecord) -> list[ModelRecord]:
        key = canonical(parent.name)
        return [
            row
            for row in server.models
            if row.details.parent_model
            and row.key != parent.key
            and canonical(row.details.parent_model) == key
        ]

    def _learn(self, info: ModelInfo) -> None:
        self._read = self._read.with_info(info)
        self.info_learned.emit(info)

    def _digests(self) -> set[str]:
        return {row.digest for server in self._servers.values() for row in server.models}

    def _read_on(self, server_id: str) -> None:
        """The server answers: it may tell now what it did not before."""
        for key in [key for key in self._unread if key[0] == server_id]:
            self._unread.discard(key)
            record = self._record(key)
            if record is not None:
                self._read_parts(record)

    @Slot()
    def _on_parts_failed(self) -> None:
        job = self.sender()
        if isinstance(job, PartsJob):
            self._unread.add(job.ref.key)

    @Slot()
    def _on_parts_finished(self) -> None:
        job = self.sender()
        if isinstance(job, PartsJob):
            self._reading.pop(job.ref.key, None)
            self._decide()
            if not self._reading:
                self.parts_read.emit()
