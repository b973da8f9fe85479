"""What the tray's menu says, and what it asks for, in each situation."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from tray_app import text
from tray_app.core.creates.records import CreateItem, CreateRequest, CreateState
from tray_app.core.errors import ModelNotFound
from tray_app.core.keeping.records import (
    KeepKind,
    KeepRequest,
    KeepStatus,
    KeptModel,
    Loading,
)
from tray_app.core.payloads import (
    DiskTarget,
    LoadRequest,
    ModelRef,
    ModelRefs,
    ServerStart,
    StartKind,
    StartPhase,
)
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.states import Hold, PullItem, PullState, PullSummary
from tray_app.core.records import (
    ModelRecord,
    Poll,
    RunningModel,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.core.remarks import Remark
from tray_app.core.updates.facts import CheckState, ModelVerdict
from tray_app.core.updates.verdicts import Standing, Verdict
from tray_app.desktop.tray.entries import (
    MAX_ENTRIES,
    MAX_KEEPS,
    MAX_LOADED,
    MenuEntry,
    TrayRequest,
    TrayVerb,
    build_menu,
    build_tooltip,
)
from tray_app.desktop.tray.facts import (
    MAX_LOADABLE,
    MAX_STARRED,
    ModelChoices,
    ServerFacts,
    TrayFacts,
    facts_of,
)
from tray_app.state.app_state import AppState

NOW = datetime(2026, 5, 1, 14, 32, tzinfo=UTC)
ONLINE = ServerStatus("local", ServerState.ONLINE, NOW, "0.33.1")
OFFLINE = ServerStatus("local", ServerState.OFFLINE, NOW)


def model(name: str, days: int = 0, remote: str = "") -> ModelRecord:
    return ModelRecord(
        "local", name, "d" * 64, 5_000_000_000, NOW - timedelta(days=days), remote_host=remote
    )


def running(name: str, minutes: float | None) -> RunningModel:
    expires = None if minutes is None else NOW + timedelta(minutes=minutes)
    return RunningModel("local", name, "d" * 64, 2_900_000_000, expires_at=expires)


def pull(name: str, state: PullState = PullState.RUNNING, permille: int | None = 660) -> PullItem:
    phase = PullPhase.VERIFY if state is PullState.VERIFYING else PullPhase.DOWNLOAD
    progress = PullProgress(
        phase, 6_100_000_000, 9_300_000_000, True, permille, 41_800_000.0, 76.0, phase_since_s=90.0
    )
    return PullItem(name, "local", name, state, NOW, progress=progress)


def snapshot(
    models: Iterable[ModelRecord], loaded: tuple[RunningModel, ...] | None = ()
) -> Snapshot:
    return Snapshot("local", tuple(models), loaded, "0.33.1", NOW, 0.0)


def menu(facts: TrayFacts) -> tuple[MenuEntry, ...]:
    return build_menu(facts, NOW, 100.0)


def said(entries: Iterable[MenuEntry]) -> list[str]:
    """The texts with plain spaces; "-" for a separator, "(…)" for what cannot be chosen."""
    words = []
    for entry in entries:
        text = entry.text.replace("\u00a0", " ") or "-"
        words.append(text if entry.is_enabled or entry.is_separator else f"({text})")
    return words


def find(entries: Iterable[MenuEntry], key: str) -> MenuEntry:
    return next(entry for entry in entries if entry.key == key)


def keys(entries: Iterable[MenuEntry]) -> list[str]:
    return [entry.key for entry in entries if not entry.is_separator]


HERE = ServerFacts(
    "This computer", ONLINE, snapshot([model("qwen3:8b"), model("phi4:14b", 3)]), id="local"
)
FACTS = TrayFacts((HERE,), default_id="local")


def having(
    models: Iterable[ModelRecord], loaded: tuple[RunningModel, ...] | None = ()
) -> TrayFacts:
    """The one server has these models."""
    return replace(FACTS, servers=(replace(HERE, snapshot=snapshot(models, loaded)),))


def test_before_the_first_answer() -> None:
    assert keys(menu(TrayFacts((ServerFacts("This computer"),)))) == [
        "state",
        "open",
        "pull",
        "settings",
        "quit",
    ]


def test_quiet() -> None:
    entries = menu(FACTS)
    assert keys(entries) == ["state", "open", "pull", "load", "settings", "quit"]
    assert said(entries)[1:] == [
        *["Open Ollama Tray", "-", "Pull model…", "Load a model", "-"],
        *["Settings…", "Quit Ollama Tray"],
    ]
    assert not entries[0].is_enabled
    assert entries[0].icon == "dot-online"
    assert [entry.text for entry in entries if entry.is_default] == ["Open Ollama Tray"]
    assert find(entries, "quit").request == TrayRequest(TrayVerb.QUIT)


def test_loaded_models() -> None:
    loaded = (running("llama3.2:latest", 4.4), running("qwen3:8b", None))
    entries = menu(having([model("qwen3:8b"), model("new:1b")], loaded))
    unload = find(entries, "loaded").children
    assert said(unload) == [
        "Unload llama3.2:latest (2.9 GB, 4 min left)",
        "Unload qwen3:8b (2.9 GB, kept)",
        "-",
        "Keep llama3.2:latest loaded",
        "Keep qwen3:8b loaded",
        "-",
        "Unload all",
    ]
    one = ModelRef("local", "llama3.2:latest", "d" * 64)
    assert unload[0].request == TrayRequest(TrayVerb.UNLOAD, (one,))
    every = unload[-1].request
    other = ModelRef("local", "qwen3:8b", "d" * 64)
    assert every == TrayRequest(TrayVerb.UNLOAD, (one, other))
    load = find(entries, "load").children
    assert said(load) == ["new:1b"], "what is loaded need not be loaded"


def test_kept_models_are_ticked_and_those_pushed_out_can_come_back() -> None:
    state = AppState(Server("local", "This computer", "127.0.0.1:11434"))
    rows = (running("llama3.2:latest", 4.4), running("qwen3:8b", None))
    snapshot = Snapshot("local", (), rows, "0.33.1", NOW, 0.0)
    state.take_poll(Poll(ONLINE, snapshot))
    facts = state.keeping
    facts.set_kept((KeptModel("local", "qwen3:8b"), KeptModel("local", "phi4:14b")))
    facts.set_status(("local", "phi4:14b"), KeepStatus(KeepKind.OUT, NOW, "qwen3:8b"))
    shown = facts_of(state, needs_attention=False)
    loaded = find(menu(shown), "loaded").children
    assert said(loaded)[2:6] == [
        *["Load phi4:14b again (kept)", "-"],
        *["Keep llama3.2:latest loaded", "Keep qwen3:8b loaded"],
    ]
    ticks = {entry.key: entry.is_checked for entry in loaded if entry.is_checked is not None}
    assert ticks == {"keep local llama3.2:latest": False, "keep local qwen3:8b": True}
    requests = {entry.key: entry.request for entry in loaded}
    llama, qwen = (ModelRef("local", row.name, row.digest) for row in rows)
    again = ModelRef("local", "phi4:14b")
    assert requests["load again local phi4:14b"] == TrayRequest(TrayVerb.KEEP_LOAD, (again,))
    assert requests["keep local llama3.2:latest"] == TrayRequest(
        TrayVerb.KEEP, (KeepRequest(llama),)
    )
    assert requests["keep local qwen3:8b"] == TrayRequest(TrayVerb.KEEP_STOP, (qwen,))


def test_a_load_is_there_while_it_goes_on() -> None:
    ref = ModelRef("local", "gemma3:4b")
    loads = (Loading(ref, 100.0 - 14, 32768),)
    entries = menu(replace(FACTS, loads=loads))
    loading = find(entries, "loading local gemma3:4b")
    assert loading.text.replace("\u00a0", " ") == "Loading gemma3:4b, 14 s"
    assert said(loading.children) == ["Stop loading", "Show in window"]
    assert [child.request for child in loading.children] == [
        TrayRequest(TrayVerb.LOAD_STOP, (ref,)),
        TrayRequest(TrayVerb.SHOW_MODEL, (ref,)),
    ]
    stopping = replace(FACTS, loads=(replace(loads[0], is_stopping=True),))
    entry = find(menu(stopping), "loading local gemma3:4b")
    assert entry.text == "Stopping gemma3:4b…"
    assert not entry.children[0].is_enabled


def test_one_loaded_model_needs_no_unload_all() -> None:
    entries = menu(having([], (running("a:1b", None),)))
    assert keys(find(entries, "loaded").children) == ["unload local a:1b", "keep local a:1b"]
    assert "load" not in keys(entries)


def test_of_thousands_that_are_loaded_a_few_are_listed() -> None:
    loaded = tuple(running(f"m{number:05}:1b", None) for number in range(10_000))
    listed = find(menu(having([], loaded)), "loaded").children
    assert len(listed) == MAX_LOADED + 3 + 1 + MAX_KEEPS
    more, every = listed[MAX_LOADED], listed[-1]
    assert more.text == "9,980 more…"
    assert more.request == TrayRequest(TrayVerb.OPEN)
    assert every.request is not None
    assert len(every.request.payloads) == 10_000


class Counted(tuple[ModelRecord, ...]):
    """Counts how often it is gone through."""

    __slots__ = ()
    passes: ClassVar[list[int]] = []

    def __iter__(self) -> Iterator[ModelRecord]:
        self.passes.append(len(self))
        return super().__iter__()


def test_models_are_gone_through_once_a_snapshot() -> None:
    state = AppState(Server("local", "", "127.0.0.1:11434"))

    taken = snapshot([model("a:1b")], (running("b:1b", None),))
    taken = replace(taken, models=Counted(taken.models))
    Counted.passes.clear()
    state.take_poll(Poll(ONLINE, taken))
    facts = facts_of(state, needs_attention=False)
    assert Counted.passes == [1]
    for permille in range(3):
        state.set_downloads([pull("c:1b", permille=permille)])
        facts = facts_of(state, needs_attention=False, before=facts)
        menu(facts)
    assert Counted.passes == [1]
    state.take_poll(Poll(ONLINE, snapshot([model("d:1b")])))
    facts = facts_of(state, needs_attention=False, before=facts)
    assert said(find(menu(facts), "load").children) == ["d:1b"]


def test_what_is_not_known_to_be_loaded_is_not_offered() -> None:
    entries = menu(having([model("a:1b")], None))
    assert keys(entries) == ["state", "open", "pull", "load", "settings", "quit"]


def test_the_newest_ten_can_be_loaded_but_no_cloud_models() -> None:
    models = [model(f"m{days:02}:1b", days) for days in range(15, 0, -1)]
    models += [model("gpt:cloud", 0, "ollama.com")]
    load = find(menu(having(models)), "load").children
    assert said(load) == [f"m{days:02}:1b" for days in range(1, MAX_LOADABLE + 1)]
    request = load[0].request
    assert request == TrayRequest(
        TrayVerb.LOAD, (LoadRequest(ModelRef("local", "m01:1b", "d" * 64)),)
    )


def test_downloads() -> None:
    items = (pull("qwen3:14b"), pull("gemma3:12b", PullState.VERIFYING, 990))
    facts = replace(FACTS, items=items, summary=PullSummary(active=2, permille=820))
    entries = menu(facts)
    assert keys(entries)[:6] == [
        *["state", "open", "downloads", "pull qwen3:14b", "pull gemma3:12b", "pause all"]
    ]
    assert not find(entries, "downloads").is_enabled
    first, second = find(entries, "pull qwen3:14b"), find(entries, "pull gemma3:12b")
    assert said([first, second]) == ["qwen3:14b, 66%", "gemma3:12b, verifying"]
    assert said(first.children) == [
        "(6.1 of 9.3 GB, 41 MB/s)",
        "(1 min 16 s left)",
        "-",
        "Pause",
        "Cancel",
        "Show in window",
    ]
    assert said(second.children) == ["(10 s)", "-", "(Pause)", "(Cancel)", "Show in window"]
    requests = [entry.request for entry in first.children if entry.request]
    assert requests == [
        TrayRequest(TrayVerb.PAUSE, ("qwen3:14b",)),
        TrayRequest(TrayVerb.CANCEL, ("qwen3:14b",)),
        TrayRequest(TrayVerb.SHOW_PULL, ("qwen3:14b",)),
    ]


def test_a_paused_one_can_be_resumed() -> None:
    facts = replace(FACTS, items=(pull("a:1b", PullState.PAUSED),), summary=PullSummary(paused=1))
    entries = menu(facts)
    row = find(entries, "pull a:1b")
    assert said([row]) == ["a:1b, 66%, paused"]
    assert said(row.children) == ["(6.1 of 9.3 GB)", "-", "Resume", "Cancel", "Show in window"]
    assert find(entries, "resume all").request == TrayRequest(TrayVerb.RESUME_ALL)
    assert "pause all" not in keys(entries)


def test_more_than_five_downloads() -> None:
    items = tuple(pull(f"m{number}:1b") for number in range(7))
    entries = menu(replace(FACTS, items=items, summary=PullSummary(active=7)))
    more = find(entries, "more downloads")
    assert more.text == "2 more…"
    assert more.request == TrayRequest(TrayVerb.SHOW_PULL, ("m5:1b",))
    assert sum(entry.key.startswith("pull m") for entry in entries) == 5


def test_the_menu_stays_within_sixteen_entries() -> None:
    items = tuple(pull(f"m{number}:1b") for number in range(9))
    loaded = (running("a:1b", None),)
    facts = replace(
        having([model("b:1b")], loaded),
        items=items,
        summary=PullSummary(active=9),
        needs_attention=True,
    )
    assert len(keys(menu(facts))) <= 16


def test_offline() -> None:
    facts = replace(
        FACTS,
        servers=(replace(HERE, status=OFFLINE),),
        items=(pull("qwen3:14b", PullState.WAITING),),
        summary=PullSummary(waiting=1, waits_for_server=1),
    )
    entries = menu(facts)
    assert keys(entries) == [
        *["state", "open", "retry", "downloads", "pull qwen3:14b", "pause all"],
        *["pull", "settings", "quit"],
    ]
    assert entries[0].icon == "dot-offline"
    assert find(entries, "downloads").icon == "clock"
    assert find(entries, "retry").request == TrayRequest(TrayVerb.REFRESH)


def test_a_download_that_waits_for_disk_space_can_be_given_some() -> None:
    waiting = replace(
        pull("big:70b", PullState.WAITING), hold=Hold.DISK, missing_bytes=14_400_000_000
    )
    facts = replace(
        FACTS, items=(waiting,), summary=PullSummary(waiting=1, waits_for_disk=1, permille=660)
    )
    entries = menu(facts)
    header = find(entries, "downloads")
    assert (header.text, header.icon) == ("1 download waits for disk space", "clock")
    row = find(entries, "pull big:70b")
    assert said(row.children) == [
        "(Waits for 15 GB more of free disk space)",
        "(6.1 of 9.3 GB)", "-", "Free up space…", "Pause", "Cancel",
        "Show in window",
    ]  # fmt: skip
    target = DiskTarget(waiting.server_id, waiting.id, "big:70b", 14_400_000_000)
    entry = next(each for each in row.children if each.text == "Free up space…")
    assert entry.request == TrayRequest(TrayVerb.FREE_UP, (target,))
    in_line = replace(waiting, hold=Hold.LINE, missing_bytes=0)
    row = find(menu(replace(facts, items=(in_line,))), "pull big:70b")
    assert "Free up space…" not in said(row.children)


def test_ended_downloads_are_gone_and_failed_ones_stay_until_seen() -> None:
    failed = replace(pull("no:1b", PullState.FAILED), error=ModelNotFound("no:1b"))
    items = (failed, pull("ok:1b", PullState.DONE), pull("c:1b", PullState.CANCELED))
    facts = replace(FACTS, items=items, summary=PullSummary(failed=1, done=1))
    assert "downloads" not in keys(menu(facts))
    row = find(menu(replace(facts, needs_attention=True)), "pull no:1b")
    assert said([row]) == ["no:1b, failed"]
    assert said(row.children) == [
        "(ollama.com has no such model or tag.)",
        "-",
        "Show in window",
    ]


@pytest.mark.parametrize("state", [s for s in PullState if s is not PullState.FAILED])
def test_every_state_has_a_row_without_holes(state: PullState) -> None:
    for item in (pull("a:1b", state), replace(pull("a:1b", state), progress=None)):
        entries = menu(replace(FACTS, items=(item,), summary=PullSummary(active=1)))
        assert any(entry.children for entry in entries)
        for entry in entries:
            texts = [child.text for child in entry.children]
            assert texts[:1] != [""], "no separator at the top"
            assert entry.text == entry.text.strip(" ,")


def test_progress_changes_texts_only() -> None:
    def shape(item: PullItem) -> list[object]:
        facts = replace(FACTS, items=(item,), summary=PullSummary(active=1, permille=1))
        return [entry.shape for entry in menu(facts)]

    assert shape(pull("a:1b")) == shape(pull("a:1b", permille=900))
    assert shape(pull("a:1b")) != shape(pull("a:1b", PullState.PAUSED))


def test_hostile_names_stay_on_one_line() -> None:
    name = "<b>evil</b>\n\u202egnp.exe" + "x" * 5000
    entries = menu(having([model(name)], (running(name[::-1], None),)))
    for entry in [*find(entries, "load").children, *find(entries, "loaded").children]:
        assert "\n" not in entry.text
        assert "\u202e" not in entry.text
        assert len(entry.text) < 400


def test_the_newest_that_can_be_loaded_are_offered_and_those_without_a_date_last() -> None:
    undated = [replace(model(f"undated-{n}:1b"), modified_at=None) for n in range(3)]
    dated = [model(f"m{n:02d}:1b", days=n) for n in range(9)]
    cloud = model("cloud:1b", remote="https://ollama.com")
    loaded = running("m00:1b", 5)
    found = ModelChoices.of(snapshot([*undated, cloud, *reversed(dated)], (loaded,)))
    names = [choice.name for choice in found.loadable]
    assert names == [*(f"m{n:02d}:1b" for n in range(1, 9)), "undated-0:1b", "undated-1:1b"]
    assert len(names) == MAX_LOADABLE


def test_what_is_starred_is_offered_first_and_not_too_much_of_it() -> None:
    state = AppState(Server("local"))
    models = [model(f"m{n:02d}:1b", days=n) for n in range(20)]
    state.take_poll(Poll(ONLINE, snapshot(models, (running("m19:1b", 5),))))
    before = facts_of(state, needs_attention=False)
    for name in ("m15:1b", "m12:1b", "m19:1b", "gone:1b"):
        state.remarks.put(("local", name), Remark(True))
    after = facts_of(state, needs_attention=False, before=before)
    entries = find(menu(after), "load").children
    assert said(entries) == ["m12:1b", "m15:1b", "-", *(f"m{n:02d}:1b" for n in range(8))]
    assert [entry.icon for entry in entries[:4]] == ["star-filled", "star-filled", "", ""]
    for number in range(10):
        state.remarks.put(("local", f"m{number:02d}:1b"), Remark(True))
    many = facts_of(state, needs_attention=False, before=after).servers[0].offered
    assert (many.stars, len(many.loadable)) == (MAX_STARRED, MAX_LOADABLE)


def test_what_is_picked_out_is_kept_as_long_as_the_models_and_what_runs_are_the_same() -> None:
    state = AppState(Server("local"))
    first = snapshot([model("a:1b"), model("b:1b")])
    state.take_poll(Poll(ONLINE, first))
    before = facts_of(state, needs_attention=False)
    state.take_poll(Poll(ONLINE, replace(first, taken_s=9.0)))
    after = facts_of(state, needs_attention=False, before=before)
    assert after.servers[0].choices is before.servers[0].choices
    state.take_poll(Poll(ONLINE, replace(first, running=(running("a:1b", 5),))))
    loaded = facts_of(state, needs_attention=False, before=after)
    assert [choice.name for choice in loaded.servers[0].offered.loadable] == ["b:1b"]


def server(
    server_id: str,
    state: ServerState = ServerState.ONLINE,
    *,
    models: Iterable[str] = (),
    loaded: Iterable[str] = (),
    can_wake: bool = False,
    start: ServerStart | None = None,
) -> ServerFacts:
    """One of several, with models of its own."""
    records = [replace(model(name), server_id=server_id) for name in models]
    in_memory = tuple(replace(running(name, 4.4), server_id=server_id) for name in loaded)
    taken = replace(snapshot(records, in_memory), server_id=server_id)
    status = ServerStatus(server_id, state, NOW)
    return ServerFacts(server_id, status, taken, start, server_id, can_wake)


def waking(server_id: str) -> ServerStart:
    return ServerStart(server_id, StartKind.WAKE, StartPhase.WAITING, 10.0, 180.0)


def several(*servers: ServerFacts, items: tuple[PullItem, ...] = (), **more: Any) -> TrayFacts:
    names = {each.id: each.label for each in servers}
    return TrayFacts(servers, items, PullSummary(**more), default_id=servers[0].id, names=names)


AWAY = ServerState.OFFLINE
SINCE = text.clock_time(NOW)


def test_each_of_a_few_servers_has_a_line_that_opens_the_window_there() -> None:
    facts = several(
        server("pc", loaded=["a:1b", "b:1b"]), server("studio"), server("nas", AWAY, can_wake=True)
    )
    entries = menu(facts)
    assert said(entries)[:7] == [
        *["pc: online, 2 loaded", "studio: online", f"nas: offline since {SINCE}"],
        *["Wake “nas”", "-", "Open Ollama Tray", "-"],
    ]
    assert [entry.icon for entry in entries[:3]] == ["dot-online", "dot-online", "dot-offline"]
    requests = [entry.request for entry in entries[:4]]
    assert requests == [
        *(TrayRequest(TrayVerb.SHOW_SERVER, (name,)) for name in ("pc", "studio", "nas")),
        TrayRequest(TrayVerb.WAKE, ("nas",)),
    ]


@pytest.mark.parametrize("others", [(), (server("studio"),)])
def test_ollama_on_this_computer_can_be_started(others: tuple[ServerFacts, ...]) -> None:
    stopped = replace(server("pc", AWAY), can_start=True)
    facts = several(stopped, *others)
    entries = menu(facts)
    assert find(entries, "start").request == TrayRequest(TrayVerb.START, ("pc",))
    assert keys(entries).index("retry") == keys(entries).index("start") + 1
    start = ServerStart("pc", StartKind.SERVICE, StartPhase.WAITING, 10.0, 30.0)
    coming = several(replace(stopped, start=start), *others)
    assert "start" not in keys(menu(coming))
    assert "start" not in keys(menu(several(replace(server("pc"), can_start=True), *others)))


def test_another_try_is_of_use_only_where_something_may_answer() -> None:
    away = several(server("pc", AWAY), server("nas", AWAY, can_wake=True, start=waking("nas")))
    assert find(menu(away), "retry").request == TrayRequest(TrayVerb.REFRESH)
    coming = several(server("pc"), server("nas", AWAY, can_wake=True, start=waking("nas")))
    assert "retry" not in keys(menu(coming))
    assert "retry" not in keys(menu(several(server("nas", ServerState.WAITING))))


def test_a_server_that_is_being_woken_says_so_and_is_not_woken_again() -> None:
    facts = several(server("pc"), server("nas", AWAY, can_wake=True, start=waking("nas")))
    entries = menu(facts)
    assert said(entries)[1] == "nas: waking…"
    assert entries[1].icon == "dot-connecting"
    assert not any(entry.key.startswith("wake") for entry in entries)
    gave_up = replace(waking("nas"), phase=StartPhase.NO_ANSWER)
    again = several(server("pc"), server("nas", AWAY, can_wake=True, start=gave_up))
    assert find(menu(again), "wake nas").text == "Wake “nas”"


def test_the_one_server_can_be_woken_too() -> None:
    asleep = replace(HERE, status=OFFLINE, can_wake=True, label="nas")
    entries = menu(replace(FACTS, servers=(asleep,)))
    assert keys(entries)[:4] == ["state", "open", "wake local", "retry"]
    assert not entries[0].is_enabled


def test_of_many_servers_only_those_that_are_not_fine_have_lines() -> None:
    fine = [server(f"s{number}") for number in range(4)]
    facts = several(*fine, server("nas", AWAY), server("new", ServerState.CONNECTING))
    entries = menu(facts)
    assert said(entries)[:2] == ["4 of 6 servers online", f"nas: offline since {SINCE}"]
    assert entries[0].icon == "warning"
    assert entries[0].request == TrayRequest(TrayVerb.SHOW_SERVER, ("",))
    assert keys(entries)[2] == "retry"

    worse = server("gate", ServerState.REFUSED)
    two = menu(several(*fine, server("nas", AWAY), server("lab", AWAY), worse))
    assert keys(two)[:3] == ["servers", "server gate", "server nas"]

    well = menu(several(*fine))
    assert said(well)[:2] == ["4 of 4 servers online", "-"]
    assert well[0].icon == "dot-online"


def test_downloads_name_the_server_unless_it_is_the_default_one() -> None:
    here = replace(pull("llava:13b"), server_id="pc")
    there = replace(pull("qwen3:8b", permille=120), server_id="studio")
    waits = replace(
        pull("deepseek-r1:32b", PullState.WAITING, None), server_id="nas", hold=Hold.SERVER
    )
    facts = several(
        *(server("pc"), server("studio"), server("nas", AWAY, start=waking("nas"))),
        items=(here, there, waits),
        active=2,
        waiting=1,
        permille=520,
        waits_for_server=1,
    )
    entries = menu(facts)
    rows = [entry for entry in entries if entry.key.startswith("pull ")]
    assert said(rows) == [
        "llava:13b, 66%", "qwen3:8b on studio, 12%", "deepseek-r1:32b on nas, waiting",
    ]  # fmt: skip
    assert "(Waiting for “nas” to wake up)" in said(rows[2].children)
    assert find(entries, "downloads").text == "3 downloads, 52%"


def test_downloads_that_wait_for_several_servers() -> None:
    waits = replace(pull("a:1b", PullState.WAITING), server_id="nas", hold=Hold.SERVER)
    facts = several(
        *(server("pc", AWAY), server("nas", AWAY)),
        items=(waits, replace(waits, id="b")),
        waiting=2,
        waits_for_server=2,
    )
    assert find(menu(facts), "downloads").text == "2 downloads wait for their servers"
    one = replace(facts, summary=PullSummary(waiting=1, waits_for_server=1))
    assert find(menu(one), "downloads").text == "1 download waits for its server"


def test_a_download_on_a_server_that_is_off_has_its_name() -> None:
    state = AppState(Server("local"))
    state.set_servers(
        (Server("local", "pc"),), "local", "local", (Server("l4b", "lab", "10.0.8.14"),)
    )
    state.set_downloads([replace(pull("a:1b", PullState.WAITING, None), server_id="l4b")])
    entries = menu(facts_of(state, needs_attention=False))
    assert find(entries, "pull a:1b").text == "a:1b on lab, waiting"


def test_models_are_grouped_by_server() -> None:
    facts = several(
        server("pc", models=["x:1b"], loaded=["llama3.2:latest", "qwen3:8b"]),
        server("studio", models=["gemma3:4b", "phi4:14b"], loaded=["gemma3:4b"]),
        server("nas", AWAY, models=["y:1b"], loaded=["y:1b"]),
    )
    entries = menu(facts)
    loaded = find(entries, "loaded").children
    assert said(loaded) == [
        *["(pc)", "Unload llama3.2:latest (2.9 GB, 4 min left)"],
        *["Unload qwen3:8b (2.9 GB, 4 min left)", "-", "(studio)"],
        *["Unload gemma3:4b (2.9 GB, 4 min left)", "-", "Keep llama3.2:latest loaded"],
        *["Keep qwen3:8b loaded", "Keep gemma3:4b on studio loaded", "-", "Unload all 3"],
    ]
    every = loaded[-1].request
    assert every is not None
    assert [ref.key for ref in every.payloads if isinstance(ref, ModelRef)] == [
        ("pc", "llama3.2:latest"), ("pc", "qwen3:8b"), ("studio", "gemma3:4b"),
    ]  # fmt: skip
    load = find(entries, "load").children
    assert said(load) == ["(pc)", "x:1b", "-", "(studio)", "phi4:14b"]
    request = load[-1].request
    assert request is not None
    assert request.payloads == (LoadRequest(ModelRef("studio", "phi4:14b", "d" * 64)),)


def test_ten_models_in_all_can_be_loaded_and_each_server_has_its_share() -> None:
    many = [f"m{number}:1b" for number in range(20)]
    facts = several(server("pc", models=many), server("nas", models=["x:1b"]), server("den"))
    load = find(menu(facts), "load").children
    texts = [entry.text for entry in load if entry.request]
    assert len(texts) == MAX_LOADABLE
    assert texts.count("x:1b") == 1


def test_keys_of_models_that_two_servers_have_differ() -> None:
    facts = several(
        server("pc", models=["a:1b"], loaded=["b:1b"]),
        server("nas", models=["a:1b"], loaded=["b:1b"]),
    )
    for name in ("loaded", "load"):
        listed = [entry.key for entry in find(menu(facts), name).children]
        assert len(set(listed)) == len(listed)


def test_the_menu_of_several_servers_stays_within_its_limit() -> None:
    items = tuple(replace(pull(f"m{number}:1b"), server_id="pc") for number in range(9))
    asleep = [server(f"n{number}", AWAY, can_wake=True) for number in range(3)]
    busy = server("pc", models=["x:1b"], loaded=["y:1b"])
    for others in (asleep[:2], asleep):
        facts = several(busy, *others, items=items, active=9, permille=100)
        found = menu(facts)
        assert len(keys(found)) <= MAX_ENTRIES
        assert any(key.startswith("pull m") for key in keys(found))
        assert find(found, "more downloads").request is not None
        assert find(found, "pause all").request is not None
    few = several(busy, asleep[0], items=items[:3], active=3, permille=100)
    assert [key for key in keys(menu(few)) if key.startswith("pull m")] == [
        "pull m0:1b", "pull m1:1b", "pull m2:1b",
    ]  # fmt: skip


TWO_OF_THREE = (server("pc", loaded=["a:1b", "b:1b"]), server("studio"), server("nas", AWAY))


@pytest.mark.parametrize(
    ("counts", "updates", "second"),
    [
        ({}, 3, "2 of 3 servers online; 2 loaded, 5.8 GB; 3 updates"),
        ({}, 0, "2 of 3 servers online; 2 loaded, 5.8 GB"),
        ({"active": 3, "permille": 520, "eta_s": 180.0}, 3, "3 downloads, 52%, 3 min left"),
        (
            {"waiting": 2, "waits_for_server": 2},
            3,
            "2 of 3 servers online; 2 downloads wait",
        ),
        (
            {"waiting": 1, "waits_for_server": 1},
            0,
            "2 of 3 servers online; 1 download waits",
        ),
        ({"waiting": 2, "waits_for_server": 1, "permille": 10}, 0, "1 download waits for"),
    ],
)
def test_the_tooltip_of_several_servers(counts: dict[str, Any], updates: int, second: str) -> None:
    facts = replace(several(*TWO_OF_THREE, **counts), updates=updates)
    tooltip = build_tooltip(facts).replace("\u00a0", " ")
    assert tooltip.startswith(f"Ollama Tray\n{second}")
    assert len(tooltip) <= 120


def test_the_models_of_each_server_are_gone_through_once_a_snapshot() -> None:
    state = AppState(Server("a"))
    state.set_servers((Server("a", "a"), Server("b", "b")), "a", "")
    for name in ("a", "b"):
        taken = replace(snapshot([replace(model("m:1b"), server_id=name)]), server_id=name)
        taken = replace(taken, models=Counted(taken.models))
        state.take_poll(Poll(ServerStatus(name, ServerState.ONLINE, NOW), taken))
    Counted.passes.clear()
    facts = facts_of(state, needs_attention=False)
    assert Counted.passes == [1, 1]
    state.take_poll(Poll(ServerStatus("b", ServerState.ONLINE, NOW), replace(
        snapshot([replace(model("n:1b"), server_id="b")]), server_id="b")))  # fmt: skip
    facts = facts_of(state, needs_attention=False, before=facts)
    build_tooltip(facts)
    assert said(find(menu(facts), "load").children) == ["(a)", "m:1b", "-", "(b)", "n:1b"]
    assert Counted.passes == [1, 1], "the other server’s list is the same"


def offered(server_id: str, name: str, size: int) -> ModelVerdict:
    verdict = Verdict(Standing.WEIGHTS, "a" * 64, "b" * 64, fetch_bytes=size)
    return ModelVerdict((server_id, name), verdict)


@pytest.fixture
def with_updates() -> AppState:
    """Two servers that answer, one that does not; three updates, of which one is loaded."""
    state = AppState(Server("a"))
    state.set_servers((Server("a", "a"), Server("studio", "studio"), Server("nas", "nas")), "a", "")
    for name in ("a", "studio"):
        taken = replace(snapshot([]), server_id=name)
        if name == "a":
            loaded = RunningModel("a", "qwen3:8b")
            taken = replace(taken, running=(loaded,))
        state.take_poll(Poll(ServerStatus(name, ServerState.ONLINE, NOW), taken))
    state.take_poll(Poll(ServerStatus("nas", ServerState.OFFLINE, NOW)))
    state.set_verdict(offered("studio", "qwen3:8b", 5_000_000_000))
    state.set_verdict(offered("a", "qwen3:8b", 5_000_000_000))
    state.set_verdict(offered("a", "llava:13b", 7_400_000_000))
    return state


def test_updates_stand_in_a_submenu(with_updates: AppState) -> None:
    with_updates.set_update_check(CheckState(checked_at=NOW))
    entry = find(menu(facts_of(with_updates, needs_attention=False)), "updates")
    assert said((entry,))[0].startswith("Updates (3)")
    words = [text.replace("\u00a0", " ") for text in said(entry.children)]
    assert words[0] == "Update all, 17 GB…"
    assert words[2:5] == ["llava:13b, 7.4 GB", "qwen3:8b, 5 GB…", "qwen3:8b on studio, 5 GB"]
    assert words[6] == "Check now"
    assert words[7].startswith("(Checked today, ")
    requests = [child.request for child in entry.children if child.request is not None]
    assert requests == [
        TrayRequest(TrayVerb.UPDATE_ALL, (ModelRefs(()),)),
        TrayRequest(TrayVerb.UPDATE, (ModelRef("a", "llava:13b", "a" * 64),)),
        TrayRequest(TrayVerb.UPDATE, (ModelRef("a", "qwen3:8b", "a" * 64),)),
        TrayRequest(TrayVerb.UPDATE, (ModelRef("studio", "qwen3:8b", "a" * 64),)),
        TrayRequest(TrayVerb.CHECK),
    ]


def test_what_is_out_of_reach_cannot_be_updated(with_updates: AppState) -> None:
    with_updates.set_verdict(offered("nas", "phi4:14b", 9_000_000_000))
    entry = find(menu(facts_of(with_updates, needs_attention=False)), "updates")
    assert not find(entry.children, "update nas phi4:14b").is_enabled


def test_many_updates_are_cut_short(with_updates: AppState) -> None:
    for number in range(10):
        with_updates.set_verdict(offered("a", f"many:{number}b", 1))
    entry = find(menu(facts_of(with_updates, needs_attention=False)), "updates")
    assert sum(child.key.startswith("update a ") for child in entry.children) == 8
    assert find(entry.children, "more updates").text == "5 more…"


def test_while_it_is_checked_it_is_said_how_far(with_updates: AppState) -> None:
    with_updates.set_update_check(CheckState(True, 8, 14))
    entry = find(menu(facts_of(with_updates, needs_attention=False)), "updates")
    assert said(entry.children)[-1] == "(Checking… 8 of 14)"


def test_without_updates_there_is_no_submenu() -> None:
    assert "updates" not in {
        entry.key for entry in menu(facts_of(AppState(Server("a")), needs_attention=False))
    }


def create(state: CreateState, name: str = "gemma:q4", server: str = "local") -> CreateItem:
    request = CreateRequest(server, name, ("/x.gguf",), quantize="Q4_K_M")
    return CreateItem(f"{name} {state}", request, state, NOW, state_since_s=60.0)


def made(*items: CreateItem, **more: Any) -> TrayFacts:
    return replace(FACTS, creates=items, names={"local": "This computer", "nas": "nas"}, **more)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (CreateState.UPLOADING, ["(Uploading)", "-", "Cancel", "Show in window"]),
        (CreateState.MAKING, ["(Making Q4_K_M · 40 s)", "-", "Cancel", "Show in window"]),
        (
            CreateState.ASKED,
            [
                "(Ollama can’t stop here. Delete the result when it’s ready?)",
                *("-", "Delete when ready", "Keep it", "Show in window"),
            ],
        ),
        (
            CreateState.TO_BE_DELETED,
            [
                "(Making Q4_K_M · 40 s · will be deleted when ready)",
                *("-", "Keep it", "Show in window"),
            ],
        ),
    ],
)
def test_a_model_that_is_made(state: CreateState, expected: list[str]) -> None:
    item = create(state)
    row = find(menu(made(item)), f"create {item.id}")
    assert said(row.children) == expected


def test_what_an_entry_of_one_asks_for() -> None:
    item = create(CreateState.ASKED)
    row = find(menu(made(item)), f"create {item.id}")
    assert [entry.request for entry in row.children if entry.request] == [
        TrayRequest(TrayVerb.DELETE_CREATE, (item.id,)),
        TrayRequest(TrayVerb.KEEP_CREATE, (item.id,)),
        TrayRequest(TrayVerb.SHOW_PULL, (item.id,)),
    ]


def test_they_stand_behind_the_downloads() -> None:
    items = (create(CreateState.MAKING), create(CreateState.WAITING, "phi:q4", "nas"))
    entries = menu(made(*items, items=(pull("a:1b"),), summary=PullSummary(active=1)))
    names = [entry.text for entry in entries if entry.key.startswith(("pull ", "create "))]
    assert [name.replace("\u00a0", " ") for name in names] == [
        *("a:1b, 66%", "gemma:q4, making Q4_K_M", "phi:q4 on nas, waiting"),
    ]


def test_ended_ones_are_gone_and_failed_ones_stay_until_seen() -> None:
    items = (create(CreateState.DONE), create(CreateState.FAILED))
    assert not [key for key in keys(menu(made(*items))) if key.startswith("create ")]
    entries = menu(made(*items, needs_attention=True))
    assert [entry.text for entry in entries if entry.key.startswith("create ")] == [
        "gemma:q4, failed"
    ]


def test_the_menu_stays_within_sixteen_entries_with_them_too() -> None:
    items = tuple(create(CreateState.WAITING, f"x:{number}") for number in range(20))
    pulls = tuple(pull(f"y:{number}") for number in range(20))
    entries = menu(made(*items, items=pulls, summary=PullSummary(active=20)))
    assert len(keys(entries)) <= MAX_ENTRIES


def test_the_tooltip_names_what_is_made() -> None:
    assert build_tooltip(made(create(CreateState.MAKING))).endswith("gemma:q4, making Q4_K_M")
    both = made(
        create(CreateState.MAKING), create(CreateState.WAITING, "phi:q4"),
        items=(pull("a:1b"),), summary=PullSummary(active=1, permille=660),
    )  # fmt: skip
    assert build_tooltip(both).endswith("1 download, 66%; 2 models are being made")
    several = replace(both, servers=(HERE, replace(HERE, id="nas")))
    assert build_tooltip(several).endswith("1 download, 66%; 2 models are being made")
