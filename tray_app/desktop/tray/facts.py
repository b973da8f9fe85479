"""TrayFacts: what the tray shows of the state, worked out anew only where it has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from heapq import nlargest
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING

from tray_app import text
from tray_app.core.keeping.records import KeepKind, KeptModel, Loading
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.payloads import (
    ModelRef,
    ServerStart,
    seen_state,
)
from tray_app.core.pulls.states import (
    PullItem,
    PullSummary,
)
from tray_app.core.records import (
    ModelKey,
    ModelRecord,
    RunningModel,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.core.updates.facts import CheckState, ModelVerdict

if TYPE_CHECKING:
    from tray_app.core.creates.records import CreateItem
    from tray_app.state.app_state import AppState

MAX_LOADABLE = 10
MAX_STARRED = 5
_modified = attrgetter("modified_at")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ModelChoices:
    """The models that the menu names, picked out of thousands once for each snapshot."""

    loaded: tuple[ModelRef, ...] = ()
    """All that are in memory."""
    loadable: tuple[ModelRecord, ...] = ()
    """Those that are not: a few that are starred, then the newest."""
    stars: int = 0
    """How many of them are starred."""

    @classmethod
    def of(cls, snapshot: Snapshot, starred: Iterable[ModelRecord] = ()) -> ModelChoices:
        running = snapshot.running or ()
        names = {model.name for model in running}
        wanted = (m for m in starred if m.name not in names and not m.is_cloud)
        first = nlargest(MAX_STARRED, wanted, key=lambda m: m.modified_at or _LONG_AGO)
        names.update(m.name for m in first)
        room = MAX_LOADABLE - len(first)
        # Thousands: they are sifted by what is asked in C.
        stored = [m for m in snapshot.models if not (m.remote_host or m.remote_model)]
        dated = [m for m in stored if m.modified_at]
        newest = nlargest(MAX_LOADABLE + len(names), dated, key=_modified)
        loadable = [m for m in newest if m.name not in names][:room]
        if len(loadable) < room:
            others = (m for m in stored if not m.modified_at and m.name not in names)
            loadable += islice(others, room - len(loadable))
        return cls(
            tuple(ModelRef(model.server_id, model.name, model.digest) for model in running),
            (*first, *loadable),
            len(first),
        )


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What the menu is told of one server; None = nothing yet."""

    label: str = ""
    status: ServerStatus | None = None
    snapshot: Snapshot | None = None
    start: ServerStart | None = None
    id: str = ""
    can_wake: bool = False
    can_start: bool = False
    choices: ModelChoices | None = None
    """Those of the snapshot; None = still to be made."""
    starred: frozenset[str] = frozenset()
    """The canonical names of models that a person has starred, whether they are there or not."""

    @property
    def is_online(self) -> bool:
        return self.status is not None and self.status.is_online

    @property
    def is_unwell(self) -> bool:
        """Whether there is something to say of it: it does not answer as it should."""
        return self.state not in (ServerState.ONLINE, ServerState.CONNECTING)

    @property
    def state(self) -> ServerState:
        return seen_state(self.status, self.start)

    @property
    def is_asleep(self) -> bool:
        """Whether it may be woken."""
        return self.can_wake and self.state is ServerState.OFFLINE

    @property
    def is_stopped(self) -> bool:
        """Whether it may be started."""
        return self.can_start and self.state is ServerState.OFFLINE

    @property
    def running(self) -> tuple[RunningModel, ...] | None:
        """Models in memory now; None = not known."""
        if self.snapshot is None or not self.is_online:
            return None
        return self.snapshot.running

    @property
    def offered(self) -> ModelChoices:
        """The models that can be loaded or unloaded now."""
        if self.snapshot is None or not self.is_online:
            return ModelChoices()
        return self.choices or ModelChoices.of(self.snapshot)

    @classmethod
    def of(cls, state: AppState, server: Server, before: ServerFacts | None) -> ServerFacts:
        """What is known of a server now; `before` is what was."""
        snapshot = state.snapshot(server.id)
        if snapshot is not None and snapshot.is_old:
            snapshot = None  # nothing of it can be loaded or unloaded
        choices: ModelChoices | None = None
        starred = state.remarks.starred_of(server.id)
        if snapshot is not None:
            old = before.snapshot if before is not None else None
            is_same = old is not None and old.models is snapshot.models
            if (
                before is not None
                and old is not None
                and is_same
                and (old.running == snapshot.running)
                and before.starred == starred
            ):
                choices = before.choices
            else:
                choices = ModelChoices.of(snapshot, _installed(state, server.id, starred))
        return cls(
            text.server_name(server.label, server.address),
            state.status(server.id),
            snapshot,
            state.start_of(server.id),
            server.id,
            server.can_wake,
            state.can_start(server.id),
            choices,
            starred,
        )


@dataclass(frozen=True, slots=True)
class TrayFacts:
    """All that tooltip and menu are made from. `servers` are those that are on, `default_id` is
    the one that needs no name beside a download; `names` are those of all that have downloads."""

    servers: tuple[ServerFacts, ...] = (ServerFacts(),)
    items: tuple[PullItem, ...] = ()
    summary: PullSummary = field(default_factory=PullSummary)
    needs_attention: bool = False
    updates: int = 0
    default_id: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    newer: tuple[ModelVerdict, ...] = ()
    """The models behind `updates`, in their order; all together cost `update_bytes`."""
    update_bytes: int = 0
    check: CheckState = field(default_factory=CheckState)
    creates: tuple[CreateItem, ...] = ()
    kept: frozenset[ModelKey] = frozenset()
    """Those in memory that are kept there, as their servers spell them."""
    pushed_out: tuple[ModelRef, ...] = ()
    """Those that are kept, and are not in memory."""
    loads: tuple[Loading, ...] = ()

    @property
    def is_of_several(self) -> bool:
        return len(self.servers) > 1

    @property
    def online(self) -> tuple[ServerFacts, ...]:
        return tuple(server for server in self.servers if server.is_online)


def facts_of(
    state: AppState | None,
    *,
    needs_attention: bool,
    before: TrayFacts | None = None,
) -> TrayFacts:
    """What the tray shows of the state; None = there is none yet. `before` is what it showed."""
    if state is None:
        return TrayFacts(needs_attention=needs_attention)
    old = {server.id: server for server in before.servers} if before is not None else {}
    servers = tuple(ServerFacts.of(state, server, old.get(server.id)) for server in state.servers)
    names = {server.id: server.label for server in servers}
    used = [item.server_id for item in state.downloads]
    used += [item.server_id for item in state.creates.items]
    for server_id in used:
        if server_id not in names:
            server = state.server_of(server_id)
            names[server_id] = text.server_name(server.label, server.address)
    return TrayFacts(
        servers,
        state.downloads,
        state.pull_summary,
        needs_attention,
        state.update_count,
        state.default_server_id,
        names,
        state.updates,
        state.update_bytes,
        state.update_check,
        state.creates.items,
        *_keeping(state),
    )


def _installed(state: AppState, server_id: str, names: frozenset[str]) -> Iterator[ModelRecord]:
    """Those of these canonical names that are there."""
    if names:  # few people star anything, and all models are gone through for it
        here = state.installed(server_id).by_key
        yield from (here[name] for name in sorted(names) if name in here)


def _keeping(
    state: AppState,
) -> tuple[frozenset[ModelKey], tuple[ModelRef, ...], tuple[Loading, ...]]:
    """What is kept in memory, what of that was pushed out, and what loads."""
    facts = state.keeping
    if not facts.kept:
        return frozenset(), (), facts.loads
    kept: set[ModelKey] = set()
    for server in state.servers:
        snapshot = state.snapshot(server.id)
        running = (snapshot.running if snapshot is not None else None) or ()
        kept |= {row.key for row in running if facts.kept_model(row.key) is not None}
    gone = tuple(model.ref for model in facts.kept if _is_pushed_out(state, model))
    return frozenset(kept), gone, facts.loads


def _is_pushed_out(state: AppState, model: KeptModel) -> bool:
    status = state.keeping.status(model.key)
    return status is not None and status.kind is KeepKind.OUT and state.is_online(model.server_id)
