"""What the tray says: TrayFacts → tooltip and menu, a tree of MenuEntry with what they ask for.

Plain entries and submenus only: everything here has to go over D-Bus. Made a menu in `menu`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from heapq import nlargest
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING

from tray_app import text
from tray_app.core.payloads import LoadRequest, ModelRef
from tray_app.core.pulls.states import (
    ENDED,
    TRANSITIONS,
    PullEvent,
    PullItem,
    PullState,
    PullSummary,
)
from tray_app.core.records import ModelRecord, RunningModel, ServerStatus, Snapshot
from tray_app.text import tr

if TYPE_CHECKING:
    from tray_app.state import AppState

MAX_PULLS = 5
MAX_LOADED = 20
MAX_LOADABLE = 10
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
class TrayFacts:
    """All that tooltip and menu are made from; None = nothing yet."""

    server_label: str = ""
    status: ServerStatus | None = None
    snapshot: Snapshot | None = None
    items: tuple[PullItem, ...] = ()
    summary: PullSummary = field(default_factory=PullSummary)
    needs_attention: bool = False
    updates: int = 0
    choices: ModelChoices | None = None
    """Those of the snapshot; None = still to be made."""

    @property
    def is_online(self) -> bool:
        return self.status is not None and self.status.is_online

    @property
    def running(self) -> tuple[RunningModel, ...] | None:
        """Models in memory now; None = not known."""
        if self.snapshot is None or not self.is_online:
            return None
        return self.snapshot.running


class TrayVerb(StrEnum):
    """What an entry asks for; there is one command for each."""

    OPEN = "open"
    PULL = "pull"
    SETTINGS = "settings"
    QUIT = "quit"
    REFRESH = "refresh"
    LOAD = "load"
    UNLOAD = "unload"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    SHOW_PULL = "show_pull"
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
    updates: int,
    before: TrayFacts | None = None,
) -> TrayFacts:
    """What the tray shows of the state; None = there is none yet. `before` is what it showed."""
    if state is None:
        return TrayFacts(needs_attention=needs_attention, updates=updates)
    server = state.server
    snapshot = state.snapshot(server.id)
    choices: ModelChoices | None = None
    if snapshot is not None:
        old = before.snapshot if before is not None else None
        is_same = old is not None and old.models is snapshot.models
        if before is not None and old is not None and is_same and old.running == snapshot.running:
            choices = before.choices
        else:
            choices = ModelChoices.of(snapshot)
    return TrayFacts(
        text.server_name(server.label, server.address),
        state.status(server.id),
        snapshot,
        state.downloads,
        state.pull_summary,
        needs_attention,
        updates,
        choices,
    )


def build_tooltip(facts: TrayFacts) -> str:
    """Two lines of plain text."""
    return text.tray_tooltip(
        facts.server_label, facts.status, facts.running, facts.summary, facts.updates
    )


def build_menu(facts: TrayFacts, now: datetime | None, now_s: float) -> tuple[MenuEntry, ...]:
    """The whole menu; `now` is the wall clock (UTC, None = the system's), `now_s` the monotonic
    one."""
    sections = (
        tuple(_head(facts)),
        tuple(_connection(facts)),
        tuple(_downloads(facts, now_s)),
        tuple(_models(facts, now or datetime.now(UTC))),
        tuple(_foot()),
    )
    entries: list[MenuEntry] = []
    for number, section in enumerate(sections):
        if section and entries:
            entries.append(MenuEntry(f"separator {number}"))
        entries += section
    return tuple(entries)


def _head(facts: TrayFacts) -> Iterator[MenuEntry]:
    yield MenuEntry(
        "state",
        text.tray_state_line(facts.server_label, facts.status, facts.running),
        _state_icon(facts.status),
    )
    yield MenuEntry(
        "open", tr("Open Ollama Tray"), request=TrayRequest(TrayVerb.OPEN), is_default=True
    )


def _state_icon(status: ServerStatus | None) -> str:
    if status is None:
        return "dot-connecting"
    return {
        "online": "dot-online",
        "connecting": "dot-connecting",
        "starting": "dot-connecting",
        "offline": "dot-offline",
    }.get(status.state, "warning")


def _connection(facts: TrayFacts) -> Iterator[MenuEntry]:
    if facts.status is not None and not facts.is_online:
        yield MenuEntry("retry", tr("Retry now"), "refresh", TrayRequest(TrayVerb.REFRESH))


def _downloads(facts: TrayFacts, now_s: float) -> Iterator[MenuEntry]:
    summary = facts.summary
    items = [item for item in facts.items if item.state not in ENDED]
    if facts.needs_attention:
        items += [item for item in facts.items if item.state is PullState.FAILED]
    if not items:
        return
    is_waiting = bool(summary.waits_for_server) and not summary.active
    header = text.downloads_line(summary, has_speed=False)
    if header:
        yield MenuEntry("downloads", header, "clock" if is_waiting else "download")
    for item in items[:MAX_PULLS]:
        yield _download(item, now_s, facts.server_label)
    if len(items) > MAX_PULLS:
        yield MenuEntry(
            "more downloads",
            tr("{count} more…").format(count=text.number(len(items) - MAX_PULLS)),
            request=TrayRequest(TrayVerb.SHOW_PULL, (items[MAX_PULLS].id,)),
        )
    if any(PullEvent.PAUSE in TRANSITIONS[item.state] for item in items):
        yield MenuEntry("pause all", tr("Pause all"), "pause", TrayRequest(TrayVerb.PAUSE_ALL))
    elif any(item.state is PullState.PAUSED for item in items):
        yield MenuEntry("resume all", tr("Resume all"), "play", TrayRequest(TrayVerb.RESUME_ALL))


def _download(item: PullItem, now_s: float, server_label: str) -> MenuEntry:
    key = f"pull {item.id}"
    entries = [
        MenuEntry(f"{key} line {number}", line)
        for number, line in enumerate(text.tray_pull_lines(item, now_s, server_label))
        if line
    ]
    if entries:
        entries.append(MenuEntry(f"{key} separator"))
    possible = TRANSITIONS[item.state]
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
    return MenuEntry(key, text.tray_pull_title(item), children=tuple(entries))


def _models(facts: TrayFacts, now: datetime) -> Iterator[MenuEntry]:
    yield MenuEntry("pull", tr("Pull model…"), "plus", TrayRequest(TrayVerb.PULL, ("",)))
    if facts.snapshot is None or not facts.is_online:
        return
    choices = facts.choices or ModelChoices.of(facts.snapshot)
    if choices.loaded:
        yield MenuEntry(
            "loaded",
            tr("Loaded models"),
            "chip",
            children=tuple(_loaded(facts.running or (), choices.loaded, now)),
        )
    if choices.loadable:
        yield MenuEntry(
            "load",
            tr("Load a model"),
            "load",
            children=tuple(map(_loadable, choices.loadable)),
        )


def _loaded(
    running: tuple[RunningModel, ...], refs: tuple[ModelRef, ...], now: datetime
) -> Iterator[MenuEntry]:
    for model, ref in zip(running[:MAX_LOADED], refs, strict=False):
        request = TrayRequest(TrayVerb.UNLOAD, (ref,))
        yield MenuEntry(f"unload {model.name}", text.tray_unload_line(model, now), "eject", request)
    if len(refs) > MAX_LOADED:
        yield MenuEntry(
            "more loaded",
            tr("{count} more…").format(count=text.number(len(refs) - MAX_LOADED)),
            request=TrayRequest(TrayVerb.OPEN),
        )
    if len(refs) > 1:
        yield MenuEntry("separator unload all")
        request = TrayRequest(TrayVerb.UNLOAD, refs)
        yield MenuEntry("unload all", tr("Unload all"), request=request)


def _loadable(model: ModelRecord) -> MenuEntry:
    request = LoadRequest(ModelRef(model.server_id, model.name, model.digest))
    return MenuEntry(
        f"load {model.name}",
        text.one_line(model.name),
        request=TrayRequest(TrayVerb.LOAD, (request,)),
    )


def _foot() -> Iterator[MenuEntry]:
    request = TrayRequest(TrayVerb.SETTINGS, ("",))
    yield MenuEntry("settings", tr("Settings…"), "sliders", request)
    yield MenuEntry("quit", tr("Quit Ollama Tray"), "power", TrayRequest(TrayVerb.QUIT))
