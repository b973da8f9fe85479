"""Every state of a row of “Pull on”: its words, its figure, its box, its spoken name."""

from dataclasses import replace

import pytest

from tests.shots.estimates import GB, MB
from tests.shots.pull_servers import (
    AT_NAS,
    AT_STUDIO,
    NAS,
    OFF_SINCE,
    STUDIO,
    row_facts,
    status_of,
)
from tray_app.core.errors import TooOld
from tray_app.core.estimate import DiskSpace, Missing, PullCheck, PullEstimate
from tray_app.core.memory_fit import FitKind, MemoryFit
from tray_app.core.pulls.rules import Room
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import ModelRecord, Server, ServerState
from tray_app.views.components.server_line import LineLook
from tray_app.views.pull.targets import (
    IMPOSSIBLE,
    UNTICKED,
    TargetFacts,
    TargetKind,
    is_ticked,
    target_look,
)

STUDIO_FACTS = TargetFacts(STUDIO, status=status_of("studio"), version="0.33.1", answer=AT_STUDIO)


def words(look: LineLook) -> list[str]:
    """Figure, what stands behind it, and the notes with their glyphs."""
    notes = [f"{note.glyph}: {note.text}" for note in look.notes]
    figures = [part for part in (look.figure, look.rest) if part]
    return [text.replace("\u00a0", " ") for text in (*figures, *notes)]


TABLE = {
    "Looking up": [": Looking up what is there…"],
    "Fits; parts are there already": [
        "7.4 GB",
        "of 8.0 GB",
        "check-circle: 212 GB free, fits in graphics memory",
        "layers: 645 MB already here, shared with llava:13b",
    ],
    "Tight, and partly on the processor": [
        "8.0 GB",
        "warning: Tight: 9.1 GB free",
        "warning: Fits partly: about 70% of it in graphics memory",
    ],
    "Not enough": ["42 GB", "error: 15 GB short: 28 GB free"],
    "Nothing known of a remote server": [
        "8.0 GB",
        "info: Free space and graphics memory aren’t known there",
    ],
    "Another version is there": [
        "4.4 GB",
        "of 8.0 GB",
        "update: Replaces the version of 12 July",
    ],
    "This version is there": ["check-circle: Has this version"],
    "Being pulled there": ["66%", "download: Already downloading"],
    "Too old": ["8.0 GB", "error: Needs Ollama 0.12 or newer. “studio” runs 0.9.2."],
    "Off": ["8.0 GB", "clock: Off since 14:02. It waits for “nas” to wake up."],
    "Refused": ["error: Wrong password or token"],
    "Keyring": ["key: Waiting for the keyring"],
    "The registry didn’t tell": ["Size not known", "info: 212 GB free"],
    "Switched off, and ticked": ["clock: “nas” is switched off"],
}


@pytest.mark.parametrize("title", row_facts())
def test_what_a_row_says(title: str) -> None:
    facts, is_on = row_facts()[title]
    assert words(target_look(facts, is_on=is_on)) == TABLE[title]


KINDS = {
    "Looking up": (TargetKind.LOOKING, True, True),
    "Fits; parts are there already": (TargetKind.READY, True, True),
    "Tight, and partly on the processor": (TargetKind.READY, True, True),
    "Not enough": (TargetKind.READY, True, True),
    "Nothing known of a remote server": (TargetKind.READY, True, True),
    "Another version is there": (TargetKind.READY, True, True),
    "This version is there": (TargetKind.SAME, False, False),
    "Being pulled there": (TargetKind.DOWNLOADING, False, False),
    "Too old": (TargetKind.TOO_OLD, False, True),
    "Off": (TargetKind.OFF, False, True),
    "Refused": (TargetKind.REFUSED, False, False),
    "Keyring": (TargetKind.REFUSED, False, False),
    "The registry didn’t tell": (TargetKind.UNKNOWN, True, True),
    "Switched off, and ticked": (TargetKind.NOT_USED, False, False),
}


@pytest.mark.parametrize("title", row_facts())
def test_its_box(title: str) -> None:
    """Whether it is ticked by itself, and whether it can be at all."""
    facts, _ = row_facts()[title]
    kind, is_offered, is_possible = KINDS[title]
    assert facts.kind is kind
    assert is_ticked(facts, None, is_wanted=True) is is_offered
    assert (kind not in IMPOSSIBLE) is is_possible
    assert (not target_look(facts, is_on=False).why_disabled) is is_possible
    for choice in (True, False):
        assert is_ticked(facts, choice, is_wanted=not choice) is choice, "as a person wants it"
    assert not is_ticked(facts, None, is_wanted=False)


def test_every_kind_is_in_the_table() -> None:
    assert {*TargetKind} - {kind for kind, _, _ in KINDS.values()} == {
        TargetKind.CLOUD,
        TargetKind.CONNECTING,
    }
    assert IMPOSSIBLE < UNTICKED


@pytest.mark.parametrize(
    ("can_wake", "is_on", "end"),
    [
        (True, True, "It waits for “nas” to wake up."),
        (True, False, "It would wait for “nas” to wake up."),
        (False, True, "It waits for “nas” to come back."),
        (False, False, "It would wait for “nas” to come back."),
    ],
)
def test_what_is_off_says_what_it_would_wait_for(can_wake: bool, is_on: bool, end: str) -> None:
    facts = TargetFacts(
        replace(NAS, can_wake=can_wake),
        status=status_of("nas", ServerState.OFFLINE),
        answer=AT_NAS,
    )
    look = target_look(facts, is_on=is_on)
    assert words(look)[1:] == [f"clock: Off since 14:02. {end}"]


SPACE = DiskSpace("/m", 96 * GB)
ENOUGH = Room(96 * GB, 0, 8 * GB)


@pytest.mark.parametrize(
    ("space", "fit", "notes"),
    [
        (True, None, ["96 GB free", "Whether it fits in graphics memory isn’t known there"]),
        (True, FitKind.UNKNOWN, ["96 GB free",
                                 "Whether it fits in graphics memory isn’t known there"]),
        (True, FitKind.MEASURED, ["96 GB free, fits in graphics memory"]),
        (True, FitKind.TOO_LARGE, ["Too large: about 26% of it fits in graphics memory",
                                   "96 GB free"]),
        (True, FitKind.PROCESSOR, ["96 GB free", "No graphics card found"]),
        (False, FitKind.FITS, ["Fits in graphics memory", "Free space isn’t known there"]),
        (False, None, ["Free space and graphics memory aren’t known there"]),
    ],
)  # fmt: skip
def test_what_is_known_of_disk_and_memory(
    space: bool, fit: FitKind | None, notes: list[str]
) -> None:
    answer = replace(
        AT_STUDIO,
        space=SPACE if space else None,
        space_reason=Missing.REMOTE,
        fit=MemoryFit(fit, 9 * GB, 34 * GB, 260) if fit else None,
    )
    look = target_look(
        replace(STUDIO_FACTS, answer=answer, room=ENOUGH if space else None), is_on=True
    )
    assert [note.text.replace("\u00a0", " ") for note in look.notes] == notes


def test_more_memory_than_a_computer_without_a_card_has() -> None:
    fit = MemoryFit(FitKind.PROCESSOR, 46 * GB, 34 * GB)
    facts = replace(STUDIO_FACTS, answer=replace(AT_STUDIO, fit=fit), room=ENOUGH)
    notes = target_look(facts, is_on=True).notes
    assert notes[0].glyph == "warning"
    assert notes[0].text.replace("\u00a0", " ") == "Needs about 46 of 34 GB memory."


def test_what_is_still_looked_up_is_not_called_unknown() -> None:
    answer = replace(AT_STUDIO, fit_reason=Missing.PENDING)
    look = target_look(replace(STUDIO_FACTS, answer=answer, room=ENOUGH), is_on=True)
    assert [note.text.replace("\u00a0", " ") for note in look.notes] == ["96 GB free"]


def test_an_update_says_what_is_wrong_too() -> None:
    answer = replace(AT_STUDIO, standing=PullCheck.UPDATE)
    facts = replace(
        STUDIO_FACTS, answer=answer, here=ModelRecord("studio", "x"), room=Room(GB, 0, 8 * GB)
    )
    notes = [note.text.replace("\u00a0", " ") for note in target_look(facts, is_on=True).notes]
    assert notes == ["Replaces the version that is there", "7 GB short: 1 GB free"]
    assert facts.is_wrong


def test_a_registry_that_wants_a_newer_ollama() -> None:
    refused = PullEstimate(
        "studio", "x:latest", PullCheck.NEW, manifest_reason=TooOld("x", "", "0.40")
    )
    facts = replace(STUDIO_FACTS, answer=refused)
    assert facts.kind is TargetKind.TOO_OLD
    assert facts.is_wrong
    newer = replace(facts, version="0.41")
    assert newer.kind is TargetKind.UNKNOWN
    assert not newer.is_wrong


def test_what_is_installed_where_the_registry_is_silent() -> None:
    facts, _ = row_facts()["The registry didn’t tell"]
    look = target_look(replace(facts, here=ModelRecord("local", "x")), is_on=True)
    assert words(look) == [
        "Size not known",
        "info: Already here. Whether there is a newer version isn’t known.",
        "info: 212 GB free",
    ]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (PullState.RUNNING, "Already downloading"),
        (PullState.WAITING, "Already waiting in line"),
        (PullState.PAUSED, "This download is paused"),
    ],
)
def test_a_download_says_how_it_stands(state: PullState, expected: str) -> None:
    item = PullItem("1", "studio", "x:latest", state, OFF_SINCE)
    assert words(target_look(replace(STUDIO_FACTS, download=item), is_on=False)) == [
        f"download: {expected}"
    ]


def test_a_model_of_the_cloud() -> None:
    facts = replace(STUDIO_FACTS, answer=None, is_cloud=True)
    assert facts.kind is TargetKind.CLOUD
    assert words(target_look(facts, is_on=True)) == []
    here = replace(facts, here=ModelRecord("studio", "x-cloud"))
    assert words(target_look(here, is_on=True)) == ["check-circle: Already here"]
    off = "“studio” has Ollama’s cloud switched off, so this model can’t run there."
    assert words(target_look(replace(facts, is_cloud_off=True), is_on=True)) == [f"warning: {off}"]


@pytest.mark.parametrize("state", [None, ServerState.CONNECTING, ServerState.STARTING])
def test_one_that_has_not_answered_yet_can_be_pulled_to(state: ServerState | None) -> None:
    status = status_of("studio", state) if state is not None else None
    facts = replace(STUDIO_FACTS, status=status)
    assert facts.kind is TargetKind.CONNECTING
    assert is_ticked(facts, None, is_wanted=True)
    expected = "Starting…" if state is ServerState.STARTING else "Connecting…"
    assert [note.text for note in target_look(facts, is_on=True).notes] == [expected]


@pytest.mark.parametrize("state", [ServerState.NOT_OLLAMA, ServerState.FAILING])
def test_what_answers_and_is_no_use(state: ServerState) -> None:
    facts = replace(STUDIO_FACTS, status=status_of("studio", state))
    assert facts.kind is TargetKind.REFUSED
    assert target_look(facts, is_on=False).why_disabled in ("Not Ollama", "Error")


def test_its_name_for_a_screen_reader() -> None:
    look = target_look(replace(STUDIO_FACTS, room=ENOUGH), is_on=True)
    assert look.spoken == "Pull on studio, 8.0 gigabytes, 96 gigabytes free"
    bare = TargetFacts(Server("nas", "nas", "nas.local"), status=status_of("nas"))
    assert target_look(bare, is_on=True).spoken == "Pull on nas"


def test_off_and_short_of_space_is_not_wrong_for_now() -> None:
    """It waits; what is free by then is not known."""
    facts = TargetFacts(
        NAS,
        status=status_of("nas", ServerState.OFFLINE),
        answer=AT_NAS,
        room=Room(1 * MB, 0, 8 * GB),
    )
    assert not facts.is_wrong
    assert replace(facts, status=status_of("nas")).is_wrong
