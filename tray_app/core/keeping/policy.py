"""KeepPolicy: what is to be done so that the kept models of one server stay in memory.

Pure: it is shown what a server says, and answers which loads to ask for. What it must never do is
fight: other programs push models out and change how long they stay, and they are people's programs,
too. So nothing is asked for twice within a minute, nothing is loaded soon after somebody else has
loaded something, and who is pushed out again and again is kept no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.keeping.fitting import arranged
from tray_app.core.keeping.records import (
    Capacity,
    KeepKind,
    KeepStatus,
    KeptModel,
    stays,
)
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical

if TYPE_CHECKING:
    from tray_app.core.records import ModelKey, RunningModel

AGAIN_S = 60.0
"""Nothing is asked for twice within."""
LOADING_S = 60.0
"""So long after a model went out it is waited for what that was for: it still loads."""
QUIET_S = 300.0
"""So long nobody else must have loaded anything before a model is loaded again."""
LATE_S = 1.0
"""An answer of so long after a load may have been on its way already."""
START_S = 10.0
"""So long after its server is there the first one is loaded."""
FAILURES = 3
FAILURES_WITHIN_S = 3600.0
TOLD_S = 600.0
"""So long it is said that another program had set another time."""


@dataclass(frozen=True, slots=True)
class KeepChoices:
    """When kept models are loaded: once Ollama starts, and again after they were pushed out."""

    at_start: bool = True
    again: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Load `kept`, or say once more that it stays, with this context (None = the default one).
    `is_load`: it is not in memory now, so that it takes a while."""

    kept: KeptModel
    context_length: int | None
    is_load: bool


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Keep it no more. `by` is what pushed it out last, "" = not known."""

    kept: KeptModel
    at: datetime
    by: str = ""
    is_failure: bool = False


Action = Ask | GiveUp


@dataclass(frozen=True, slots=True)
class Seen:
    """What is so now. `kept` are those of the server in their order, `needed` what one takes in
    memory (None = not measured), `digest_of` its digest ("" = it is not installed). `taken_s` is of
    the monotonic clock."""

    running: tuple[RunningModel, ...]
    kept: tuple[KeptModel, ...]
    choices: KeepChoices
    capacity: Capacity
    needed: Callable[[KeptModel], int | None]
    digest_of: Callable[[KeptModel], str]
    taken_at: datetime
    taken_s: float


@dataclass(slots=True)
class _Life:
    """What is remembered of one kept model."""

    is_loaded: bool = False
    asked_s: float | None = None
    is_asking: bool = False
    is_expected: bool = False  # our load has ended well, so that it must be there
    is_set: bool = False  # it has been told to stay
    wants_start: bool = True  # not in memory since its server came, or since it is kept
    wants_now: bool = False
    out_at: datetime | None = None
    out_s: float = 0.0
    out_by: str = ""
    failures: list[float] = field(default_factory=list)
    span_s: float = 0.0  # how long it is to stay, as others have said since it was put back
    overwritten_s: int | None = None
    put_back_at: datetime | None = None
    put_back_s: float = 0.0


class KeepPolicy:
    """Of one server. `seen` after each answer of it; what is asked for is told back by `asked` and
    `ended`."""

    def __init__(self) -> None:
        self._lives: dict[ModelKey, _Life] = {}
        self._before: tuple[RunningModel, ...] | None = None  # None = nothing since it answers
        self._last_seen: tuple[RunningModel, ...] = ()  # before it did not answer
        self._online_s: float | None = None
        self._others_s: float | None = None
        # Names of two, of which one has pushed the other out.
        self._rivals: set[frozenset[str]] = set()
        self._left_out: frozenset[ModelKey] = frozenset()
        self._missing: frozenset[ModelKey] = frozenset()
        self._statuses: dict[ModelKey, KeepStatus] = {}

    @property
    def statuses(self) -> Mapping[ModelKey, KeepStatus]:
        """How each kept model stands, by its key."""
        return self._statuses

    def went_offline(self) -> None:
        """The server does not answer: who knows what it has in memory when it comes back."""
        if self._before is not None:
            self._last_seen, self._before = self._before, None
        for key in self._lives:
            self._statuses[key] = KeepStatus(KeepKind.WAITING)

    def _begin(self, seen: Seen) -> None:
        """It answers, for the first time or again. It has run on if a model is there as it was:
        one that was loaded anew ends later."""
        last, self._last_seen = self._last_seen, ()
        if any(row in seen.running for row in last):
            self._before = last
            return
        self._online_s = seen.taken_s
        for life in self._lives.values():
            life.is_loaded = life.is_expected = life.is_set = False
            life.wants_start = True
            life.out_at = life.put_back_at = None

    def want_now(self, model: KeptModel) -> None:
        """A person wants it in memory now, whatever is there."""
        life = self._life(model)
        life.wants_now, life.asked_s = True, None

    def forget(self, model: KeptModel) -> None:
        """It is kept no more."""
        self._lives.pop(model.key, None)
        self._statuses.pop(model.key, None)

    def renamed(self, old: ModelKey, new: ModelKey) -> None:
        """It has another name."""
        if old in self._lives:
            self._lives[new] = self._lives.pop(old)
        if old in self._statuses:
            self._statuses[new] = self._statuses.pop(old)

    def asked(self, model: KeptModel, now_s: float) -> None:
        """A load was asked for."""
        life = self._life(model)
        life.asked_s, life.is_asking = now_s, True

    def ended(self, model: KeptModel, now_s: float, *, has_failed: bool = False) -> None:
        """What was asked for is over."""
        life = self._lives.get(model.key)
        if life is None:
            return
        life.is_asking = False
        life.asked_s = now_s
        if has_failed:
            life.failures.append(now_s)
            life.wants_now = False
        else:
            life.is_set = True
            life.is_expected = not life.is_loaded

    def stopped(self, model: KeptModel) -> None:
        """A person has stopped its load: it is not tried again by itself."""
        life = self._life(model)
        life.is_asking = life.wants_now = life.wants_start = life.is_expected = False

    def seen(self, seen: Seen) -> tuple[Action, ...]:
        """What is to be done now."""
        if self._before is None:
            self._begin(seen)
        rows = {model.key: _row_of(model, seen) for model in seen.kept}
        self._note_others(seen, rows)
        fitting, left_out = arranged(seen.kept, seen.needed, seen.capacity)
        self._left_out = frozenset(model.key for model in left_out)
        self._missing = frozenset(m.key for m in seen.kept if not seen.digest_of(m))
        actions: list[Action] = []
        given_up: set[ModelKey] = set()
        for model in seen.kept:
            life, row = self._life(model), rows[model.key]
            self._note_row(model, life, row, seen)
            life.failures = [s for s in life.failures if seen.taken_s - s < FAILURES_WITHIN_S]
            if len(life.failures) >= FAILURES and not self._may_learn_more(life, seen.taken_s):
                is_failure = life.out_at is None
                at, by = life.out_at or seen.taken_at, life.out_by
                actions.append(GiveUp(model, at, by, is_failure))
                given_up.add(model.key)
        is_busy = any(life.is_asking for life in self._lives.values())
        for model in fitting:
            life, row = self._life(model), rows[model.key]
            if model.key in given_up or life.is_asking or not self._may_ask(life, seen.taken_s):
                continue
            if row is not None:
                if not stays(row, seen.taken_at):
                    self._note_put_back(life, row, seen)
                    actions.append(Ask(model, row.context_length, is_load=False))
            elif not is_busy and self._is_load_due(model, life, rows, seen):
                actions.append(Ask(model, model.context_length, is_load=True))
                is_busy = True  # one after the other
        self._before = seen.running
        for key in [k for k in self._lives if k not in rows]:
            del self._lives[key]
        self._statuses = {
            model.key: self._status(model, self._life(model), rows[model.key], seen)
            for model in seen.kept
            if model.key not in given_up
        }
        return tuple(actions)

    def _life(self, model: KeptModel) -> _Life:
        return self._lives.setdefault(model.key, _Life())

    def _note_others(self, seen: Seen, rows: Mapping[ModelKey, RunningModel | None]) -> None:
        """Whether anybody but us has loaded something, and what went out for it."""
        if self._before is None:
            return
        known = {(row.name, row.digest, row.context_length) for row in self._before}
        ours = {row.name for key, row in rows.items() if row is not None and self._is_ours(key)}
        news = [
            row
            for row in seen.running
            if (row.name, row.digest, row.context_length) not in known and row.name not in ours
        ]
        if news:
            self._others_s = seen.taken_s

    def _is_ours(self, key: ModelKey) -> bool:
        life = self._lives.get(key)
        return life is not None and (life.is_asking or not life.is_loaded) and bool(life.asked_s)

    def _note_row(
        self, model: KeptModel, life: _Life, row: RunningModel | None, seen: Seen
    ) -> None:
        # What was answered before our load was over does not show it yet.
        is_lost = life.is_expected and seen.taken_s > (life.asked_s or 0.0) + LATE_S
        if row is not None:
            life.is_loaded = True
            life.wants_start = life.wants_now = life.is_expected = False
            life.out_at, life.out_by = None, ""
            left_s = 0.0
            if row.expires_at is not None and not stays(row, seen.taken_at):
                left_s = (row.expires_at - seen.taken_at).total_seconds()
            life.span_s = max(life.span_s, left_s) if left_s > 0 else 0.0
        elif life.is_loaded or is_lost:
            life.is_loaded = life.is_expected = life.is_set = False
            life.wants_start = life.wants_now = False
            life.out_at, life.out_s = seen.taken_at, seen.taken_s
            life.out_by = _newcomer(self._before or (), seen.running)
            life.failures.append(seen.taken_s)
            # Whoever it was: somebody does something there.
            self._others_s = seen.taken_s
        elif self._may_learn_more(life, seen.taken_s):
            life.out_by = _newcomer(self._before or (), seen.running)
        if life.out_by:
            self._rivals.add(frozenset({model.key[1], canonical(life.out_by)}))

    @staticmethod
    def _may_learn_more(life: _Life, now_s: float) -> bool:
        is_unknown = life.out_at is not None and not life.out_by
        return is_unknown and now_s - life.out_s < LOADING_S

    def _note_put_back(self, life: _Life, row: RunningModel, seen: Seen) -> None:
        if row.expires_at is not None and life.is_set:
            life.overwritten_s = round(life.span_s)
            life.put_back_at, life.put_back_s = seen.taken_at, seen.taken_s

    @staticmethod
    def _may_ask(life: _Life, now_s: float) -> bool:
        return life.asked_s is None or now_s - life.asked_s >= AGAIN_S

    def _is_load_due(
        self,
        model: KeptModel,
        life: _Life,
        rows: Mapping[ModelKey, RunningModel | None],
        seen: Seen,
    ) -> bool:
        if model.key in self._missing:
            return False
        if life.wants_now:
            return True
        if life.wants_start:
            is_time = seen.taken_s - (self._online_s or 0.0) >= START_S
            return seen.choices.at_start and is_time and self._has_room(model, rows, seen)
        if life.out_at is None or not seen.choices.again:
            return False
        is_quiet = self._others_s is None or seen.taken_s - self._others_s >= QUIET_S
        return is_quiet and self._has_room(model, rows, seen)

    def _has_room(
        self, model: KeptModel, rows: Mapping[ModelKey, RunningModel | None], seen: Seen
    ) -> bool:
        """Whether it pushes nothing out, as far as that was measured."""
        if not seen.running:
            return True
        there = (canonical(row.name) for row in seen.running)
        if any(frozenset({model.key[1], name}) in self._rivals for name in there):
            return False  # they have shown that both do not fit
        need, total = seen.needed(model), seen.capacity.total_bytes
        if need is not None and total is not None:
            is_graphics = seen.capacity.is_graphics
            taken = sum(
                (row.size_vram_bytes if is_graphics else row.size_bytes) or 0
                for row in seen.running
            )
            return taken + need <= total
        # Not known: what is there already must be ours.
        ours = {row.name for row in rows.values() if row is not None}
        return all(row.name in ours for row in seen.running)

    def _status(
        self, model: KeptModel, life: _Life, row: RunningModel | None, seen: Seen
    ) -> KeepStatus:
        if model.key in self._missing and row is None:
            return KeepStatus(KeepKind.MISSING)
        if model.key in self._left_out:
            need, room = seen.needed(model), seen.capacity.total_bytes
            return KeepStatus(KeepKind.LEFT_OUT, needed_bytes=need, room_bytes=room)
        if row is None and life.out_at is not None:
            return KeepStatus(KeepKind.OUT, life.out_at, life.out_by)
        if row is None:
            return KeepStatus(KeepKind.WAITING)
        if life.put_back_at is not None and seen.taken_s - life.put_back_s < TOLD_S:
            return KeepStatus(
                KeepKind.KEPT,
                overwritten_s=life.overwritten_s,
                put_back_at=life.put_back_at,
            )
        return KeepStatus(KeepKind.KEPT)


def _row_of(model: KeptModel, seen: Seen) -> RunningModel | None:
    """What /api/ps says of it: by its name, else by the digest, as it names a copy then. After an
    update the old version may still be there under the same name."""
    digest, name = seen.digest_of(model), model.key[1]
    named = [row for row in seen.running if canonical(row.name) == name]
    same = [row for row in (named or seen.running) if digest and row.digest == digest]
    return next(iter(same or named), None)


def _newcomer(before: tuple[RunningModel, ...], now: tuple[RunningModel, ...]) -> str:
    """What was loaded meanwhile; "" = nothing that is still there."""
    known = {(row.name, row.digest) for row in before}
    return next((row.name for row in now if (row.name, row.digest) not in known), "")
