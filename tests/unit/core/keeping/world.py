"""A server's memory with a clock of its own, as Ollama keeps it, and a policy beside it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tray_app.core.keeping.policy import Action, Ask, GiveUp, KeepChoices, KeepPolicy, Seen
from tray_app.core.keeping.records import Capacity, KeepKind, KeepStatus, KeptModel
from tray_app.core.records import RunningModel

GB = 1_000_000_000
DAY = datetime(2026, 11, 28, 12, tzinfo=UTC)
SIZES = {"a:1": 4 * GB, "b:1": 6 * GB, "c:1": 5 * GB, "d:1": 2 * GB}


def kept(name: str, context: int | None = None) -> KeptModel:
    return KeptModel("nas", name, context)


@dataclass
class World:
    """`room` is all that fits at once; what was loaded first goes first. `is_measured`: what each
    takes is known, and how much there is."""

    choices: KeepChoices = field(default_factory=KeepChoices)
    models: tuple[KeptModel, ...] = ()
    room: int = 12 * GB
    is_measured: bool = True
    now_s: float = 1000.0
    fails: bool = False
    installed: set[str] = field(default_factory=lambda: set(SIZES))
    rows: dict[str, RunningModel] = field(default_factory=dict)
    policy: KeepPolicy = field(default_factory=KeepPolicy)
    asked: list[tuple[float, Ask]] = field(default_factory=list)
    given_up: list[GiveUp] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return DAY + timedelta(seconds=self.now_s)

    def use(self, name: str, keep_s: float | None = 300, context: int = 4096) -> None:
        """A client asks something of a model: loads it where it must, and sets its time. None =
        for ever."""
        old = self.rows.pop(name, None)
        if old is None or old.context_length != context:
            size = SIZES[name]
            while self.rows and sum(row.size_bytes or 0 for row in self.rows.values()) + size > (
                self.room
            ):
                del self.rows[next(iter(self.rows))]
        if keep_s == 0:
            return
        expires = None if keep_s is None else self.now + timedelta(seconds=keep_s)
        size = SIZES[name]
        self.rows[name] = RunningModel("nas", name, f"d-{name}", size, size, expires, context)

    def unload(self, name: str) -> None:
        del self.rows[name]

    def poll(self, after_s: float = 2.0) -> tuple[Action, ...]:
        """Some time later the server is asked, and what the policy wants is done at once."""
        self.now_s += after_s
        self.rows = {
            name: row
            for name, row in self.rows.items()
            if row.expires_at is None or row.expires_at > self.now
        }
        actions = self.policy.seen(
            Seen(
                tuple(self.rows.values()),
                self.models,
                self.choices,
                Capacity(self.room if self.is_measured else None),
                lambda model: SIZES[model.name] if self.is_measured else None,
                lambda model: f"d-{model.name}" if model.name in self.installed else "",
                self.now,
                self.now_s,
            )
        )
        for action in actions:
            if isinstance(action, GiveUp):
                self.given_up.append(action)
                self.models = tuple(m for m in self.models if m != action.kept)
                self.policy.forget(action.kept)
                continue
            self.asked.append((self.now_s, action))
            self.policy.asked(action.kept, self.now_s)
            if not self.fails:
                self.use(action.kept.name, None, action.context_length or 4096)
            self.policy.ended(action.kept, self.now_s, has_failed=self.fails)
        return actions

    def pass_time(self, seconds: float, pace_s: float = 2.0) -> None:
        for _ in range(round(seconds / pace_s)):
            self.poll(pace_s)

    def restart(self) -> None:
        self.rows.clear()
        self.policy.went_offline()

    def status(self, name: str) -> KeepStatus:
        return self.policy.statuses[kept(name).key]

    def kind(self, name: str) -> KeepKind:
        return self.status(name).kind

    def loads(self) -> list[str]:
        """The names of the loads that were asked for."""
        return [ask.kept.name for _, ask in self.asked if ask.is_load]

    def kept_row(self, name: str) -> bool:
        """Whether it is in memory for ever."""
        return name in self.rows and self.rows[name].expires_at is None

    def set_time(self, name: str, keep_s: float) -> None:
        """Another program says how long it stays."""
        until = self.now + timedelta(seconds=keep_s)
        self.rows[name] = replace(self.rows[name], expires_at=until)
