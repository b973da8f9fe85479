"""What the tray says: TrayFacts → tooltip and menu, a tree of MenuEntry with what they ask for.

Plain entries and submenus only: everything here has to go over D-Bus. Made a menu in `menu`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from typing import TypeAlias

from tray_app import text
from tray_app.core.creates.records import CreateItem, CreateState
from tray_app.core.keeping.records import KeepRequest
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.payloads import (
    DiskTarget,
    LoadRequest,
    ModelRef,
    ModelRefs,
    is_starting,
)
from tray_app.core.pulls.states import (
    ENDED,
    TRANSITIONS,
    Hold,
    PullEvent,
    PullItem,
    PullState,
)
from tray_app.core.records import (
    MemoryUse,
    ModelRecord,
    ServerState,
)
from tray_app.core.updates.facts import ModelVerdict, Way
from tray_app.core.updates.ways import way_of
from tray_app.desktop.tray.facts import MAX_LOADABLE, ServerFacts, TrayFacts
from tray_app.text import tr

MAX_ENTRIES = 16
"""Separators do not count."""
MAX_SERVERS = 3
"""More have one line together, and lines of their own only for MAX_UNWELL that are not fine."""
MAX_UNWELL = 2
MAX_WAKES = 2
MAX_PULLS = 5
MAX_LOADED = 20
MAX_UPDATES = 8
MAX_KEEPS = 5
MAX_LOADS = 2


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
    LOAD_STOP = "load_stop"
    KEEP = "keep"
    KEEP_STOP = "keep_stop"
    KEEP_LOAD = "keep_load"
    SHOW_MODEL = "show_model"
    UNLOAD = "unload"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    SHOW_PULL = "show_pull"
    FREE_UP = "free_up"
    """Open the window of disk space for a download that waits for some."""
    CANCEL_CREATE = "cancel_create"
    KEEP_CREATE = "keep_create"
    DELETE_CREATE = "delete_create"
    """Once it is made."""
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
    is_checked: bool | None = None
    """Whether it is ticked; None = it never is."""

    @property
    def is_separator(self) -> bool:
        return not self.text

    @property
    def is_enabled(self) -> bool:
        return self.request is not None or bool(self.children)

    @property
    def shape(self) -> Shape:
        """Two menus of the same shape differ in texts only."""
        return (self.key, self.icon, tuple(child.shape for child in self.children))


Shape: TypeAlias = tuple[str, str, tuple["Shape", ...]]
"""Key and icon of an entry, and the shapes of what is in it."""


def build_tooltip(facts: TrayFacts) -> str:
    """Two lines of plain text."""
    made = ""
    if facts.creates:
        from tray_app.text.creating import creates_line

        made = creates_line(facts.creates)
    if facts.is_of_several:
        loaded = chain.from_iterable(server.running or () for server in facts.servers)
        online, use = len(facts.online), MemoryUse.of(loaded)
        total = len(facts.servers)
        return text.tray_tooltip_of_several(online, total, use, facts.summary, facts.updates, made)
    one = facts.servers[0]
    return text.tray_tooltip(
        one.label, one.status, one.running, facts.summary, facts.updates, one.start, made
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
    loads = tuple(_loads(facts, now_s))
    room = MAX_ENTRIES - sum(map(len, (*head, loads, models, foot)))
    sections = (*head, tuple(_downloads(facts, now_s, room)), loads, models, foot)
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
    """At most `room` entries: fewer downloads, then no header. Models that are made come last."""
    summary = facts.summary
    items: list[PullItem | CreateItem] = [i for i in facts.items if i.state not in ENDED]
    creates = [item for item in facts.creates if not item.is_ended]
    pulls = len(items)
    if facts.needs_attention:
        items += [item for item in facts.items if item.state is PullState.FAILED]
        creates += [item for item in facts.creates if item.state is CreateState.FAILED]
    last = tuple(_all_downloads([item for item in items if isinstance(item, PullItem)]))
    items += creates
    if not items:
        return
    waits = summary.waits_for_server or summary.waits_for_disk
    is_waiting = bool(waits) and not summary.active
    header = text.downloads_line(summary, has_speed=False, has_servers=facts.is_of_several)
    if not pulls:
        header = ""
    room -= len(last)
    if header and room > 2:
        room -= 1
        yield MenuEntry("downloads", header, "clock" if is_waiting else "download")
    count = min(MAX_PULLS, len(items))
    if len(items) > count or count > room:
        count = max(1, min(count, room - 1))
    for item in items[:count]:
        if isinstance(item, PullItem):
            yield _download(item, facts, now_s)
        else:
            yield _create(item, facts, now_s)
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


def _create(item: CreateItem, facts: TrayFacts, now_s: float) -> MenuEntry:
    """What Ollama cannot stop is asked about right here."""
    from tray_app.text.creating import tray_create_lines, tray_create_title

    key = f"create {item.id}"
    label = facts.names.get(item.server_id, "")
    lines = tray_create_lines(item, now_s, label)
    entries = [MenuEntry(f"{key} line {n}", line) for n, line in enumerate(lines) if line]
    entries.append(MenuEntry(f"{key} separator"))
    if item.state is CreateState.ASKED:
        request = TrayRequest(TrayVerb.DELETE_CREATE, (item.id,))
        entries.append(MenuEntry(f"{key} delete", tr("Delete when ready"), "trash", request))
    if item.state in (CreateState.ASKED, CreateState.TO_BE_DELETED):
        request = TrayRequest(TrayVerb.KEEP_CREATE, (item.id,))
        entries.append(MenuEntry(f"{key} keep", tr("Keep it"), "check", request))
    elif not item.is_ended:
        request = TrayRequest(TrayVerb.CANCEL_CREATE, (item.id,))
        entries.append(MenuEntry(f"{key} cancel", tr("Cancel"), "close", request))
    show = TrayRequest(TrayVerb.SHOW_PULL, (item.id,))
    entries.append(MenuEntry(f"{key} show", tr("Show in window"), request=show))
    shown = label if item.server_id != facts.default_id else ""
    return MenuEntry(key, tray_create_title(item, shown), children=tuple(entries))


def _loads(facts: TrayFacts, now_s: float) -> Iterator[MenuEntry]:
    """Only during a load."""
    for loading in facts.loads[:MAX_LOADS]:
        from tray_app.text.keeping import tray_loading

        ref = loading.ref
        key = f"loading {ref.server_id} {ref.name}"
        stop = None if loading.is_stopping else TrayRequest(TrayVerb.LOAD_STOP, (ref,))
        yield MenuEntry(
            key,
            tray_loading(loading, now_s),
            "load",
            children=(
                MenuEntry(f"{key} stop", tr("Stop loading"), "close", stop),
                MenuEntry(
                    f"{key} show",
                    tr("Show in window"),
                    request=TrayRequest(TrayVerb.SHOW_MODEL, (ref,)),
                ),
            ),
        )


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
    servers = [
        server
        for server in facts.online
        if server.offered.loaded or any(ref.server_id == server.id for ref in facts.pushed_out)
    ]
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
        for ref in facts.pushed_out:
            if ref.server_id == server.id and room > 0:
                from tray_app.text.keeping import tray_load_again

                room -= 1
                yield MenuEntry(
                    f"load again {server.id} {ref.name}",
                    tray_load_again(ref.name),
                    "load",
                    TrayRequest(TrayVerb.KEEP_LOAD, (ref,)),
                )
    if len(refs) > MAX_LOADED:
        yield MenuEntry(
            "more loaded",
            tr("{count} more…").format(count=text.number(len(refs) - MAX_LOADED)),
            request=TrayRequest(TrayVerb.OPEN),
        )
    yield from _keeps(facts, refs[:MAX_KEEPS])
    if len(refs) > 1:
        yield MenuEntry("separator unload all")
        words = tr("Unload all")
        if facts.is_of_several:
            words = tr("Unload all {count}").format(count=text.number(len(refs)))
        yield MenuEntry("unload all", words, request=TrayRequest(TrayVerb.UNLOAD, refs))


def _keeps(facts: TrayFacts, refs: tuple[ModelRef, ...]) -> Iterator[MenuEntry]:
    """Which of those in memory are to stay there."""
    if refs:
        yield MenuEntry("separator keep")
    for ref in refs:
        from tray_app.text.keeping import tray_keep

        is_kept = ref.key in facts.kept
        request = TrayRequest(TrayVerb.KEEP, (KeepRequest(ref),))
        if is_kept:
            request = TrayRequest(TrayVerb.KEEP_STOP, (ref,))
        key = f"keep {ref.server_id} {ref.name}"
        is_default = ref.server_id == facts.default_id or not facts.is_of_several
        words = tray_keep(ref.name, "" if is_default else facts.names.get(ref.server_id, ""))
        yield MenuEntry(key, words, request=request, is_checked=is_kept)


def _loadable_of_all(facts: TrayFacts) -> Iterator[MenuEntry]:
    """The starred and the newest of each server, MAX_LOADABLE in all, as evenly as they have some,
    both by name."""
    servers = [server for server in facts.online if server.offered.loadable]
    shares = _shares([len(server.offered.loadable) for server in servers], MAX_LOADABLE)
    for number, (server, share) in enumerate(zip(servers, shares, strict=True)):
        if not share:
            continue
        if facts.is_of_several:
            yield from _group("load", server, is_first=not number)
        chosen, stars = server.offered.loadable[:share], server.offered.stars
        starred, newest = _by_name(chosen[:stars]), _by_name(chosen[stars:])
        yield from (replace(_loadable(row), icon="star-filled") for row in starred)
        if starred and newest:
            yield MenuEntry(f"separator starred {server.id}")
        yield from map(_loadable, newest)


def _by_name(rows: Iterable[ModelRecord]) -> list[ModelRecord]:
    return sorted(rows, key=lambda row: row.name.casefold())


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
