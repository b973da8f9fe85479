"""What the tray says: TrayFacts → tooltip and menu, a tree of MenuEntry with what they ask for.

Plain entries and submenus only: everything here has to go over D-Bus. Made a menu in `menu`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from heapq import nlargest
from itertools import chain, islice
from operator import attrgetter
from typing import TYPE_CHECKING

from tray_app import text
from tray_app.core.payloads import (
    DiskTarget,
    LoadRequest,
    ModelRef,
    ModelRefs,
    ServerStart,
    is_starting,
    seen_state,
)
from tray_app.core.pulls.states import (
    ENDED,
    TRANSITIONS,
    Hold,
    PullEvent,
    PullItem,
    PullState,
    PullSummary,
)
from tray_app.core.records import (
    MemoryUse,
    ModelRecord,
    RunningModel,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.core.updates.facts import CheckState, ModelVerdict, Way
from tray_app.core.updates.ways import way_of
from tray_app.text import tr

if TYPE_CHECKING:
    from tray_app.state.app_state import AppState

MAX_ENTRIES = 16
"""Separators do not count."""
MAX_SERVERS = 3
"""More have one line together, and lines of their own only for MAX_UNWELL that are not fine."""
MAX_UNWELL = 2
MAX_WAKES = 2
MAX_PULLS = 5
MAX_LOADED = 20
MAX_LOADABLE = 10
MAX_UPDATES = 8
_modified = attrgetter("modified_at")


@dataclass(frozen=True, slots=True)
class ModelChoices:
    """The models that the menu names, picked out of thousands once for each snapshot."""

    loaded: tuple[ModelRef, ...] = ()
    """All that are in memory."""
    loadable: tuple[ModelRecord, ...] = ()
    """The newest that are not."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> ModelChoices:
        running = snapshot.running or ()
        names = {model.name for model in running}
        # Thousands: they are sifted by what is asked in C.
        stored = [m for m in snapshot.models if not (m.remote_host or m.remote_model)]
        dated = [m for m in stored if m.modified_at]
        newest = nlargest(MAX_LOADABLE + len(names), dated, key=_modified)
        loadable = [m for m in newest if m.name not in names][:MAX_LOADABLE]
        if len(loadable) < MAX_LOADABLE:
            others = (m for m in stored if not m.modified_at and m.name not in names)
            loadable += islice(others, MAX_LOADABLE - len(loadable))
        return cls(
            tuple(ModelRef(model.server_id, model.name, model.digest) for model in running),
            tuple(loadable),
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
        if snapshot is not None:
            old = before.snapshot if before is not None else None
            is_same = old is not None and old.models is snapshot.models
            if (
                before is not None
                and old is not None
                and is_same
                and (old.running == snapshot.running)
            ):
                choices = before.choices
            else:
                choices = ModelChoices.of(snapshot)
        return cls(
            text.server_name(server.label, server.address),
            state.status(server.id),
            snapshot,
            state.start_of(server.id),
            server.id,
            server.can_wake,
            state.can_start(server.id),
            choices,
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

    @property
    def is_of_several(self) -> bool:
        return len(self.servers) > 1

    @property
    def online(self) -> tuple[ServerFacts, ...]:
        return tuple(server for server in self.servers if server.is_online)


class TrayVerb(StrEnum):
    """What an entry asks for; there is one command for each."""

    OPEN = "open"
    PULL = "pull"
    SETTINGS = "settings"
    QUIT = "quit"
    REFRESH = "refresh"
    SHOW_SERVER = "show_server"
    """Open the window at this one; "" = at all."""
    WAKE = "wake"
    START = "start"
    UPDATE = "update"
    UPDATE_ALL = "update_all"
    SHOW_UPDATES = "show_updates"
    CHECK = "check"
    LOAD = "load"
    UNLOAD = "unload"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    SHOW_PULL = "show_pull"
    FREE_UP = "free_up"
    """Open the window of disk space for a download that waits for some."""
    PAUSE_ALL = "pause_all"
    RESUME_ALL = "resume_all"


@dataclass(frozen=True, slots=True)
class TrayRequest:
    """The verb's command is given once for each of `payloads`, or once with nothing when there are
    none."""

    verb: TrayVerb
    payloads: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """`key` stays the same while the text changes. No text = a separator; neither request nor
    children = a line to be read only."""

    key: str
    text: str = ""
    icon: str = ""
    request: TrayRequest | None = None
    is_default: bool = False
    children: tuple[MenuEntry, ...] = ()

    @property
    def is_separator(self) -> bool:
        return not self.text

    @property
    def is_enabled(self) -> bool:
        return self.request is not None or bool(self.children)

    @property
    def shape(self) -> tuple[object, ...]:
        """Two menus of the same shape differ in texts only."""
        return (self.key, self.icon, tuple(child.shape for child in self.children))


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
    for item in state.downloads:
        if item.server_id not in names:
            server = state.server_of(item.server_id)
            names[item.server_id] = text.server_name(server.label, server.address)
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
    )


def build_tooltip(facts: TrayFacts) -> str:
    """Two lines of plain text."""
    if facts.is_of_several:
        loaded = chain.from_iterable(server.running or () for server in facts.servers)
        online, use = len(facts.online), MemoryUse.of(loaded)
        total = len(facts.servers)
        return text.tray_tooltip_of_several(online, total, use, facts.summary, facts.updates)
    one = facts.servers[0]
    return text.tray_tooltip(
        one.label, one.status, one.running, facts.summary, facts.updates, one.start
    )


def build_menu(facts: TrayFacts, now: datetime | None, now_s: float) -> tuple[MenuEntry, ...]:
    """The whole menu; `now` is the wall clock (UTC, None = the system's), `now_s` the monotonic
    one."""
    opened = MenuEntry(
        "open", tr("Open Ollama Tray"), request=TrayRequest(TrayVerb.OPEN), is_default=True
    )
    head: list[tuple[MenuEntry, ...]]
    if facts.is_of_several:
        head = [(*_servers(facts), *_connection(facts)), (opened,)]
    else:
        head = [(_server_line(facts.servers[0]), opened), tuple(_connection(facts))]
    models = tuple(_models(facts, now or datetime.now(UTC)))
    foot = tuple(_foot())
    room = MAX_ENTRIES - sum(map(len, (*head, models, foot)))
    sections = (*head, tuple(_downloads(facts, now_s, room)), models, foot)
    entries: list[MenuEntry] = []
    for number, section in enumerate(sections):
        if section and entries:
            entries.append(MenuEntry(f"separator {number}"))
        entries += section
    return tuple(entries)


def _server_line(server: ServerFacts) -> MenuEntry:
    """The one server: to be read only."""
    line = text.tray_state_line(server.label, server.status, server.running, server.start)
    return MenuEntry("state", line, STATE_ICONS[server.state])


def _servers(facts: TrayFacts) -> Iterator[MenuEntry]:
    """A line for each of several; of many, one for all and those that are not fine."""
    shown = facts.servers
    if len(shown) > MAX_SERVERS:
        unwell = [server for server in shown if server.is_unwell]
        unwell.sort(
            key=lambda server: (server.state in _MENDS_ITSELF, server.id != facts.default_id)
        )
        shown = tuple(unwell[:MAX_UNWELL])
        yield MenuEntry(
            "servers",
            text.tray_servers_line(len(facts.online), len(facts.servers)),
            _worst_icon(facts),
            TrayRequest(TrayVerb.SHOW_SERVER, ("",)),
        )
    for server in shown:
        line = _server_line(server)
        request = TrayRequest(TrayVerb.SHOW_SERVER, (server.id,))
        yield replace(line, key=f"server {server.id}", request=request)


def _worst_icon(facts: TrayFacts) -> str:
    if len(facts.online) == len(facts.servers):
        return "dot-online"
    is_unwell = any(server.is_unwell for server in facts.servers)
    return "warning" if is_unwell else "dot-connecting"


STATE_ICONS = {
    ServerState.CONNECTING: "dot-connecting",
    ServerState.ONLINE: "dot-online",
    ServerState.STARTING: "dot-connecting",
    ServerState.OFFLINE: "dot-offline",
    ServerState.REFUSED: "warning",
    ServerState.NOT_OLLAMA: "warning",
    ServerState.FAILING: "warning",
    ServerState.WAITING: "key",
}
_MENDS_ITSELF = frozenset({ServerState.OFFLINE, ServerState.STARTING})


def _connection(facts: TrayFacts) -> Iterator[MenuEntry]:
    asleep = [server for server in facts.servers if server.is_asleep]
    for server in asleep[:MAX_WAKES]:
        request = TrayRequest(TrayVerb.WAKE, (server.id,))
        yield MenuEntry(f"wake {server.id}", text.wake_entry(server.label), "power", request)
    stopped = next((server for server in facts.servers if server.is_stopped), None)
    if stopped is not None:
        request = TrayRequest(TrayVerb.START, (stopped.id,))
        yield MenuEntry("start", tr("Start Ollama"), "play", request)
    if any(map(_wants_retry, facts.servers)) or (asleep and not facts.is_of_several):
        yield MenuEntry("retry", tr("Retry now"), "refresh", TrayRequest(TrayVerb.REFRESH))


def _wants_retry(server: ServerFacts) -> bool:
    """One that is asleep or on its way back has nothing of another try, and what the keyring keeps
    waiting is not asked."""
    if server.status is None or server.is_online or server.state is ServerState.WAITING:
        return False
    return not server.is_asleep and not is_starting(server.status, server.start)


def _downloads(facts: TrayFacts, now_s: float, room: int) -> Iterator[MenuEntry]:
    """At most `room` entries: fewer downloads, then no header."""
    summary = facts.summary
    items = [item for item in facts.items if item.state not in ENDED]
    if facts.needs_attention:
        items += [item for item in facts.items if item.state is PullState.FAILED]
    if not items:
        return
    waits = summary.waits_for_server or summary.waits_for_disk
    is_waiting = bool(waits) and not summary.active
    header = text.downloads_line(summary, has_speed=False, has_servers=facts.is_of_several)
    last = tuple(_all_downloads(items))
    room -= len(last)
    if header and room > 2:
        room -= 1
        yield MenuEntry("downloads", header, "clock" if is_waiting else "download")
    count = min(MAX_PULLS, len(items))
    if len(items) > count or count > room:
        count = max(1, min(count, room - 1))
    for item in items[:count]:
        yield _download(item, facts, now_s)
    if len(items) > count:
        yield MenuEntry(
            "more downloads",
            tr("{count} more…").format(count=text.number(len(items) - count)),
            request=TrayRequest(TrayVerb.SHOW_PULL, (items[count].id,)),
        )
    yield from last


def _all_downloads(items: list[PullItem]) -> Iterator[MenuEntry]:
    if any(PullEvent.PAUSE in TRANSITIONS[item.state] for item in items):
        yield MenuEntry("pause all", tr("Pause all"), "pause", TrayRequest(TrayVerb.PAUSE_ALL))
    elif any(item.state is PullState.PAUSED for item in items):
        yield MenuEntry("resume all", tr("Resume all"), "play", TrayRequest(TrayVerb.RESUME_ALL))


def _download(item: PullItem, facts: TrayFacts, now_s: float) -> MenuEntry:
    key = f"pull {item.id}"
    label = facts.names.get(item.server_id, "")
    is_waiting = item.state is PullState.WAITING
    start = next((each.start for each in facts.servers if each.id == item.server_id), None)
    entries = [
        MenuEntry(f"{key} line {number}", line, "clock" if is_waiting else "")
        for number, line in enumerate(text.tray_pull_lines(item, now_s, label, start))
        if line
    ]
    if entries:
        entries.append(MenuEntry(f"{key} separator"))
    possible = TRANSITIONS[item.state]
    if is_waiting and item.hold is Hold.DISK:
        target = DiskTarget(item.server_id, item.id, item.name, item.missing_bytes)
        request = TrayRequest(TrayVerb.FREE_UP, (target,))
        entries.append(MenuEntry(f"{key} free up", tr("Free up space…"), "disk", request))
    if item.state is PullState.PAUSED:
        request = TrayRequest(TrayVerb.RESUME, (item.id,))
        entries.append(MenuEntry(f"{key} resume", tr("Resume"), "play", request))
    elif item.state is not PullState.FAILED:
        # Kept but grayed while the server checks what it has: it cannot be stopped then.
        can_pause = PullEvent.PAUSE in possible
        pause = TrayRequest(TrayVerb.PAUSE, (item.id,)) if can_pause else None
        entries.append(MenuEntry(f"{key} pause", tr("Pause"), "pause", pause))
    if item.state is not PullState.FAILED:
        can_cancel = PullEvent.CANCEL in possible
        cancel = TrayRequest(TrayVerb.CANCEL, (item.id,)) if can_cancel else None
        entries.append(MenuEntry(f"{key} cancel", tr("Cancel"), "close", cancel))
    show = TrayRequest(TrayVerb.SHOW_PULL, (item.id,))
    entries.append(MenuEntry(f"{key} show", tr("Show in window"), request=show))
    shown = label if item.server_id != facts.default_id else ""
    return MenuEntry(key, text.tray_pull_title(item, shown), children=tuple(entries))


def _models(facts: TrayFacts, now: datetime) -> Iterator[MenuEntry]:
    yield MenuEntry("pull", tr("Pull model…"), "plus", TrayRequest(TrayVerb.PULL, ("",)))
    loaded = tuple(_loaded(facts, now))
    if loaded:
        yield MenuEntry("loaded", tr("Loaded models"), "chip", children=loaded)
    loadable = tuple(_loadable_of_all(facts))
    if loadable:
        yield MenuEntry("load", tr("Load a model"), "load", children=loadable)
    if facts.updates:
        newer = tuple(_updates(facts, now))
        yield MenuEntry("updates", text.tray_updates(facts.updates), "update", children=newer)


def _updates(facts: TrayFacts, now: datetime) -> Iterator[MenuEntry]:
    """All at once, some one by one, and how old the knowledge is."""
    yield MenuEntry(
        "update all",
        text.tray_update_all(facts.update_bytes),
        "update",
        TrayRequest(TrayVerb.UPDATE_ALL, (ModelRefs(()),)),
    )
    yield MenuEntry("update separator")
    yield from (_update(found, facts) for found in facts.newer[:MAX_UPDATES])
    if len(facts.newer) > MAX_UPDATES:
        left = text.number(len(facts.newer) - MAX_UPDATES)
        request = TrayRequest(TrayVerb.SHOW_UPDATES)
        yield MenuEntry("more updates", tr("{count} more…").format(count=left), request=request)
    yield MenuEntry("check separator")
    if facts.check.is_running:
        yield MenuEntry("checking", text.checking(facts.check), "refresh")
        return
    yield MenuEntry("check", tr("Check now"), "refresh", TrayRequest(TrayVerb.CHECK))
    if facts.check.checked_at is not None:
        yield MenuEntry("checked", text.tray_checked(facts.check.checked_at, now))


def _update(found: ModelVerdict, facts: TrayFacts) -> MenuEntry:
    """As the window's action: what asks first ends in dots; who is out of reach waits."""
    server_id, name = found.key
    server = next((each for each in facts.servers if each.id == server_id), None)
    running = (server.running if server is not None else None) or ()
    is_loaded = any(model.name == name for model in running)
    asks = way_of(found, is_loaded=is_loaded, free_bytes=None) is not Way.AT_ONCE
    label = facts.names.get(server_id, "") if server_id != facts.default_id else ""
    can_update = server is not None and server.is_online
    ref = ModelRef(server_id, name, found.verdict.digest)
    return MenuEntry(
        f"update {server_id} {name}",
        text.tray_update(name, found.download_bytes, label, asks=asks),
        request=TrayRequest(TrayVerb.UPDATE, (ref,)) if can_update else None,
    )


def _loaded(facts: TrayFacts, now: datetime) -> Iterator[MenuEntry]:
    """What each server has in memory; of several servers below a line with its name."""
    servers = [server for server in facts.online if server.offered.loaded]
    refs = tuple(chain.from_iterable(server.offered.loaded for server in servers))
    room = MAX_LOADED
    for server in servers:
        if facts.is_of_several and room:
            yield from _group("unload", server, is_first=room == MAX_LOADED)
        shown = (server.running or ())[:room]
        room -= len(shown)
        for model, ref in zip(shown, server.offered.loaded, strict=False):
            yield MenuEntry(
                f"unload {server.id} {model.name}",
                text.tray_unload_line(model, now),
                "eject",
                TrayRequest(TrayVerb.UNLOAD, (ref,)),
            )
    if len(refs) > MAX_LOADED:
        yield MenuEntry(
            "more loaded",
            tr("{count} more…").format(count=text.number(len(refs) - MAX_LOADED)),
            request=TrayRequest(TrayVerb.OPEN),
        )
    if len(refs) > 1:
        yield MenuEntry("separator unload all")
        words = tr("Unload all")
        if facts.is_of_several:
            words = tr("Unload all {count}").format(count=text.number(len(refs)))
        yield MenuEntry("unload all", words, request=TrayRequest(TrayVerb.UNLOAD, refs))


def _loadable_of_all(facts: TrayFacts) -> Iterator[MenuEntry]:
    """The newest of each server, MAX_LOADABLE in all, as evenly as they have some."""
    servers = [server for server in facts.online if server.offered.loadable]
    shares = _shares([len(server.offered.loadable) for server in servers], MAX_LOADABLE)
    for number, (server, share) in enumerate(zip(servers, shares, strict=True)):
        if not share:
            continue
        if facts.is_of_several:
            yield from _group("load", server, is_first=not number)
        yield from map(_loadable, server.offered.loadable[:share])


def _shares(wanted: list[int], room: int) -> list[int]:
    """`room` places among those who want so many each, one place to each in turn."""
    shares = [0] * len(wanted)
    while room and shares != wanted:
        for number, most in enumerate(wanted):
            if room and shares[number] < most:
                shares[number] += 1
                room -= 1
    return shares


def _group(name: str, server: ServerFacts, *, is_first: bool) -> Iterator[MenuEntry]:
    """The head of a server's models in a submenu."""
    if not is_first:
        yield MenuEntry(f"{name} {server.id} separator")
    yield MenuEntry(f"{name} {server.id}", server.label, STATE_ICONS[server.state])


def _loadable(model: ModelRecord) -> MenuEntry:
    request = LoadRequest(ModelRef(model.server_id, model.name, model.digest))
    return MenuEntry(
        f"load {model.server_id} {model.name}",
        text.one_line(model.name),
        request=TrayRequest(TrayVerb.LOAD, (request,)),
    )


def _foot() -> Iterator[MenuEntry]:
    request = TrayRequest(TrayVerb.SETTINGS, ("",))
    yield MenuEntry("settings", tr("Settings…"), "sliders", request)
    yield MenuEntry("quit", tr("Quit Ollama Tray"), "power", TrayRequest(TrayVerb.QUIT))
