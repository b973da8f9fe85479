"""What the tray's menu says, and what it asks for, in each situation."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from tray_app.core.errors import ModelNotFound
from tray_app.core.payloads import LoadRequest, ModelRef
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.states import PullItem, PullState, PullSummary
from tray_app.core.records import (
    ModelRecord,
    Poll,
    RunningModel,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.desktop.tray.entries import (
    MAX_LOADABLE,
    MAX_LOADED,
    MenuEntry,
    ModelChoices,
    TrayFacts,
    TrayRequest,
    TrayVerb,
    build_menu,
    facts_of,
)
from tray_app.state import AppState

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


FACTS = TrayFacts("This computer", ONLINE, snapshot([model("qwen3:8b"), model("phi4:14b", 3)]))


def test_before_the_first_answer() -> None:
    assert keys(menu(TrayFacts("This computer"))) == ["state", "open", "pull", "settings", "quit"]


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
    entries = menu(replace(FACTS, snapshot=snapshot([model("qwen3:8b"), model("new:1b")], loaded)))
    unload = find(entries, "loaded").children
    assert said(unload) == [
        "Unload llama3.2:latest (2.9 GB, 4 min left)",
        "Unload qwen3:8b (2.9 GB, kept)",
        "-",
        "Unload all",
    ]
    one = ModelRef("local", "llama3.2:latest", "d" * 64)
    assert unload[0].request == TrayRequest(TrayVerb.UNLOAD, (one,))
    every = unload[3].request
    other = ModelRef("local", "qwen3:8b", "d" * 64)
    assert every == TrayRequest(TrayVerb.UNLOAD, (one, other))
    load = find(entries, "load").children
    assert said(load) == ["new:1b"], "what is loaded need not be loaded"


def test_one_loaded_model_needs_no_unload_all() -> None:
    entries = menu(replace(FACTS, snapshot=snapshot([], (running("a:1b", None),))))
    assert keys(find(entries, "loaded").children) == ["unload a:1b"]
    assert "load" not in keys(entries)


def test_of_thousands_that_are_loaded_a_few_are_listed() -> None:
    loaded = tuple(running(f"m{number:05}:1b", None) for number in range(10_000))
    listed = find(menu(replace(FACTS, snapshot=snapshot([], loaded))), "loaded").children
    assert len(listed) == MAX_LOADED + 3
    more, _, every = listed[MAX_LOADED:]
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
    facts = facts_of(state, needs_attention=False, updates=0)
    assert Counted.passes == [1]
    for permille in range(3):
        state.set_downloads([pull("c:1b", permille=permille)])
        facts = facts_of(state, needs_attention=False, updates=0, before=facts)
        menu(facts)
    assert Counted.passes == [1]
    state.take_poll(Poll(ONLINE, snapshot([model("d:1b")])))
    facts = facts_of(state, needs_attention=False, updates=0, before=facts)
    assert said(find(menu(facts), "load").children) == ["d:1b"]


def test_what_is_not_known_to_be_loaded_is_not_offered() -> None:
    entries = menu(replace(FACTS, snapshot=snapshot([model("a:1b")], None)))
    assert keys(entries) == ["state", "open", "pull", "load", "settings", "quit"]


def test_the_newest_ten_can_be_loaded_but_no_cloud_models() -> None:
    models = [model(f"m{days:02}:1b", days) for days in range(15, 0, -1)]
    models += [model("gpt:cloud", 0, "ollama.com")]
    load = find(menu(replace(FACTS, snapshot=snapshot(models))), "load").children
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
        FACTS,
        snapshot=snapshot([model("b:1b")], loaded),
        items=items,
        summary=PullSummary(active=9),
        needs_attention=True,
    )
    assert len(keys(menu(facts))) <= 16


def test_offline() -> None:
    facts = replace(
        FACTS,
        status=OFFLINE,
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
    entries = menu(replace(FACTS, snapshot=snapshot([model(name)], (running(name[::-1], None),))))
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


def test_what_is_picked_out_is_kept_as_long_as_the_models_and_what_runs_are_the_same() -> None:
    state = AppState(Server("local"))
    first = snapshot([model("a:1b"), model("b:1b")])
    state.take_poll(Poll(ONLINE, first))
    before = facts_of(state, needs_attention=False, updates=0)
    state.take_poll(Poll(ONLINE, replace(first, taken_s=9.0)))
    after = facts_of(state, needs_attention=False, updates=0, before=before)
    assert after.choices is before.choices
    state.take_poll(Poll(ONLINE, replace(first, running=(running("a:1b", 5),))))
    loaded = facts_of(state, needs_attention=False, updates=0, before=after)
    assert loaded.choices is not None
    assert [choice.name for choice in loaded.choices.loadable] == ["b:1b"]
