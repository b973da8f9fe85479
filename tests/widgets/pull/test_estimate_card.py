"""The pull dialog and what is known before a pull: when it asks, what it says, what it offers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots import estimates as samples
from tests.shots.scene import Scene, blank, known
from tests.support import facts
from tests.widgets.helpers import button, emitted, plain, shown, texts
from tray_app.core.errors import (
    AccessRefused,
    ModelNotFound,
    NotOllama,
    OllamaError,
    ServerFailed,
    TimedOut,
    TooOld,
    Unreachable,
    UnreachableKind,
)
from tray_app.core.estimate import DiskSpace, Missing, PullCheck, PullEstimate
from tray_app.core.licenses import License
from tray_app.core.payloads import ModelRef, PullRequest
from tray_app.core.pulls.rules import DiskSpace as QueueDisk
from tray_app.core.pulls.rules import RuleState
from tray_app.core.pulls.states import Hold, PullState
from tray_app.core.records import ServerState, ServerStatus
from tray_app.views.components.buttons import Kind
from tray_app.views.dialogs import Dialogs
from tray_app.views.pull.dialog import PullDialog
from tray_app.views.pull.license_dialog import LicenseDialog

Ask = Callable[[str, PullEstimate | None], PullDialog]


@pytest.fixture
def scene() -> Scene:
    """The models that are installed, on a server with a name of its own."""
    made = blank("studio")
    facts.set_snapshot(made.state, data.snapshot())
    return made


def opened(qtbot: QtBot, scene: Scene) -> PullDialog:
    return shown(qtbot, PullDialog(scene.settings, scene.state, scene.commands))


@pytest.fixture
def ask(qtbot: QtBot, scene: Scene) -> Ask:
    """Type a name and have it answered."""

    def make(text: str, estimate: PullEstimate | None) -> PullDialog:
        dialog = opened(qtbot, scene)
        dialog.set_text(text)
        dialog.lookup.ask_now()
        if estimate is not None:
            scene.state.set_estimate(estimate)
        return dialog

    return make


def said(dialog: PullDialog) -> str:
    return "\n".join(texts(dialog)).replace("\u00a0", " ").replace("\u200b", "")


def pull_text(dialog: PullDialog) -> str:
    return plain(dialog.pull_button.text()).replace("\u00a0", " ")


def unreachable() -> Unreachable:
    return Unreachable("registry.ollama.ai", kind=UnreachableKind.NAME_LOOKUP)


# When it asks.


def test_it_asks_once_a_person_stops_typing(qtbot: QtBot) -> None:
    scene = blank()
    facts.set_status(scene.state, data.status())
    dialog = opened(qtbot, scene)
    with emitted(scene.commands.estimate_requested) as asked:
        qtbot.keyClicks(dialog.field, "phi3:mini")
        assert asked == [], "not at every key"
        assert not dialog.area.lookup.isVisible()
        qtbot.waitUntil(lambda: bool(asked))
    assert asked == [ModelRef(data.SERVER, "phi3:mini")]
    assert dialog.area.lookup.isVisible()
    assert dialog.area.lookup.label.text() == "Looking up phi3:mini on ollama.com…"
    assert dialog.pull_button.isEnabled()
    assert pull_text(dialog) == "Pull"


def test_another_text_drops_the_question(scene: Scene, ask: Ask) -> None:
    dialog = ask("phi3:mini", None)
    with emitted(scene.commands.estimate_cancel_requested) as dropped:
        dialog.field.setText("phi3:min")
        assert len(dropped) == 1
        dialog.field.setText("phi3:mi")
    assert len(dropped) == 1
    assert not dialog.area.lookup.isVisible()


def test_the_same_name_in_other_words_is_not_asked_twice(scene: Scene, ask: Ask) -> None:
    dialog = ask("phi3", None)
    with emitted(scene.commands.estimate_cancel_requested) as dropped:
        dialog.field.setText("ollama run phi3")
        dialog.field.setText("phi3:latest")
    assert dropped == []
    assert dialog.area.lookup.isVisible()


@pytest.mark.parametrize("text", ["", "a+b", "gpt-oss:20b-cloud", "qwen3:14b"])
def test_what_needs_no_answer_is_not_asked(qtbot: QtBot, text: str) -> None:
    scene = known()
    dialog = opened(qtbot, scene)
    with emitted(scene.commands.estimate_requested) as asked:
        dialog.set_text(text)
        dialog.lookup.ask_now()
    assert asked == []


def test_closing_drops_the_question(scene: Scene, ask: Ask) -> None:
    dialog = ask("phi3:mini", None)
    with emitted(scene.commands.estimate_cancel_requested) as dropped:
        dialog.reject()
    assert len(dropped) == 1


def test_pulling_drops_the_question_and_does_not_wait(qtbot: QtBot, scene: Scene, ask: Ask) -> None:
    dialog = ask("phi3:mini", None)
    with (
        emitted(scene.commands.pull_requested) as wishes,
        emitted(scene.commands.estimate_cancel_requested) as no,
    ):
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert wishes == [PullRequest(data.SERVER, "phi3:mini")]
    assert len(no) == 1


def test_answers_about_other_names_or_servers_are_not_shown(scene: Scene, ask: Ask) -> None:
    dialog = ask("phi3:mini", samples.LLAVA)
    scene.state.set_estimate(replace(samples.LLAVA, name="phi3:mini", server_id="elsewhere"))
    assert dialog.area.lookup.isVisible()


# What it says.


def test_a_new_model(ask: Ask) -> None:
    dialog = ask("ollama run llava:13b-v1.6", samples.LLAVA)
    words = said(dialog)
    for line in (
        "Taken from “ollama run llava:13b-v1.6”",
        "13B parameters · Q4_0 · GGUF",
        "7.4 GB",
        "of 8.0 GB",
        "645 MB already here, shared with llava:13b",
        "7.4 GB to fetch",
        "Enough: 212 GB free",
        "204 GB left after this download, on /usr/share/ollama.",
        "Fits: about 9.8 of 12 GB",
        "Estimate for the default context of 4,096 tokens, with nothing else loaded. A longer ",
        "Llama 2 Community License",
    ):
        assert line in words
    assert pull_text(dialog) == "Pull 7.4 GB"
    assert dialog.pull_button.kind is Kind.PRIMARY


def test_nothing_shared_has_no_bar_and_no_legend(ask: Ask) -> None:
    words = said(ask("deepseek-r1:70b", samples.DEEPSEEK))
    assert "42 GB" in words
    assert "of 42 GB" not in words
    assert "to fetch" not in words


def test_too_little_disk_space(scene: Scene, ask: Ask) -> None:
    scene.settings.set("keep_free_gb", 0)
    dialog = ask("deepseek-r1:70b", samples.DEEPSEEK)
    words = said(dialog)
    assert "Not enough: 28 GB free" in words
    assert "15 GB short. Delete models you don’t use, or move the model folder." in words
    assert "Too large for 12 GB" in words
    assert "About 26% would fit. The rest runs on the processor and will be slow." in words
    assert pull_text(dialog) == "Pull anyway"
    assert dialog.pull_button.kind is Kind.NORMAL
    assert dialog.pull_button.isEnabled()


def test_too_little_disk_space_is_waited_for(ask: Ask) -> None:
    dialog = ask("deepseek-r1:70b", samples.DEEPSEEK)
    assert "Not enough: 28 GB free" in said(dialog)
    kept = "It will wait for 20 GB more free disk space: you keep 5 GB free."
    assert wait_note(dialog) == kept
    assert pull_text(dialog) == "Add to queue"
    assert dialog.pull_button.kind is Kind.PRIMARY
    with emitted(dialog._commands.disk_dialog_requested) as asked:
        button(dialog, "Free up space…").click()
    (target,) = asked
    assert (target.item_id, target.name) == ("", "deepseek-r1:70b")
    assert 19 * 10**9 < target.missing_bytes < 20 * 10**9


def wait_note(dialog: PullDialog) -> str:
    note = dialog.wait_note.text().replace("\u00a0", " ")
    assert dialog.wait_note.isVisible() is bool(note)
    return note


HELD = [
    (RuleState(here=Hold.BATTERY), "It will wait: this computer is running on battery power."),
    (RuleState(here=Hold.METERED), "It will wait: this connection is metered."),
    (
        RuleState(Hold.QUIET_HOURS, Hold.QUIET_HOURS, time(7)),
        "It will wait until 07:00, when the quiet hours end.",
    ),
]


@pytest.mark.parametrize("name", ["phi3:mini", "gpt-oss:20b-cloud", "qwen3:8b"])
@pytest.mark.parametrize(("rules", "note"), HELD, ids=lambda value: str(value)[:40])
def test_the_rule_that_would_hold_it_is_said_before(
    scene: Scene, ask: Ask, rules: RuleState, note: str, name: str
) -> None:
    scene.state.set_pull_rules(rules)
    dialog = ask(name, None)
    assert wait_note(dialog) == note
    assert pull_text(dialog) == "Add to queue"
    scene.state.set_pull_rules(RuleState())
    assert wait_note(dialog) == ""
    assert pull_text(dialog) in ("Pull", "Add", "Pull again")
    dialog.set_text("")
    scene.state.set_pull_rules(rules)
    assert wait_note(dialog) == "", "nothing is asked for"


def test_rules_of_this_computer_do_not_count_for_another(ask: Ask, scene: Scene) -> None:
    server = replace(scene.state.server, address="http://studio.lan:11434")
    scene.state.set_server(server)
    facts.set_status(scene.state, data.status())
    scene.state.set_pull_rules(RuleState(here=Hold.METERED))
    dialog = ask("phi3:mini", None)
    assert wait_note(dialog) == ""


def test_a_server_that_does_not_answer_is_waited_for(scene: Scene, ask: Ask) -> None:
    dialog = ask("phi3:mini", None)
    assert wait_note(dialog) == ""
    away = ServerStatus(data.SERVER, ServerState.OFFLINE, data.NOW)
    facts.set_status(scene.state, away)
    assert wait_note(dialog) == "It will wait until “studio” answers."


def test_the_place_in_line_is_said_before(scene: Scene, ask: Ask) -> None:
    dialog = ask("llava:13b-v1.6", samples.LLAVA)
    assert (wait_note(dialog), pull_text(dialog)) == ("", "Pull 7.4 GB")
    running = data.PULLS[0]
    facts.set_download(scene.state, replace(running, state=PullState.WAITING, position=1))
    assert wait_note(dialog) == "", "a place is free"
    facts.set_download(scene.state, running)
    assert wait_note(dialog) == "It will be 1st in line: downloads run one at a time."
    facts.set_download(scene.state, replace(data.PULLS[1], state=PullState.WAITING, position=1))
    assert wait_note(dialog) == "It will be 2nd in line: downloads run one at a time."
    assert pull_text(dialog) == "Add to queue"
    scene.settings.set("max_pulls", 2)
    assert (wait_note(dialog), pull_text(dialog)) == ("", "Pull 7.4 GB")


def test_what_others_will_still_take_is_not_free(scene: Scene, ask: Ask) -> None:
    scene.settings.set("max_pulls", 8)
    tight = replace(samples.LLAVA, space=DiskSpace("/m", 16 * 10**9))  # fetches 7.4 GB
    dialog = ask("llava:13b-v1.6", tight)
    assert "Enough: 16 GB free" in said(dialog)
    assert wait_note(dialog) == ""
    facts.set_download(scene.state, data.PULLS[0])  # 3.18 GB to go
    assert "Enough: 16 GB free" in said(dialog)
    assert "5.5 GB left after this download and 3.2 GB for other downloads" in said(dialog)
    scene.settings.set("keep_free_gb", 6)
    kept = "It will wait for 802 MB more free disk space: you keep 6 GB free."
    assert wait_note(dialog) == kept
    # The disk is looked at while others run, and what they have written is not free any more.
    measured = QueueDisk(data.SERVER, 20 * 10**9, {data.PULLS[0].id: {"sha256:x": 10**9}})
    scene.state.set_disk_space(measured)
    assert "11 GB left after this download and 1 GB for other downloads" in said(dialog)
    assert wait_note(dialog) == ""
    facts.set_download(scene.state, replace(data.PULLS[0], state=PullState.PAUSED))
    assert "8.6 GB left after this download, on" in said(dialog), "a paused one takes nothing"


def test_an_update(scene: Scene, ask: Ask) -> None:
    dialog = ask("mistral:7b", samples.UPDATE)
    words = said(dialog)
    assert "Newer version: 4.4 GB to download" in words
    assert "Tight: 9.1 GB free" in words
    assert "4.7 GB left after this download, on /home/somebody/.ollama/models." in words
    assert "Needs about 5.5 GB" in words
    kept = "It will wait for 516 MB more free disk space: you keep 5 GB free."
    assert wait_note(dialog) == kept
    assert pull_text(dialog) == "Add to queue"
    scene.settings.set("keep_free_gb", 4)
    assert pull_text(dialog) == "Update 4.4 GB"
    with emitted(scene.commands.pull_requested) as wishes:
        dialog.pull_button.click()
    assert wishes == [PullRequest(data.SERVER, "mistral:7b", data.digest("mistral:7b"))]


def test_the_version_that_is_here(ask: Ask) -> None:
    current = replace(samples.LLAVA, name="qwen3:8b", standing=PullCheck.CURRENT, fetch_bytes=0)
    dialog = ask("qwen3:8b", current)
    assert "You already have this version" in said(dialog)
    assert pull_text(dialog) == "Pull again"


def test_what_is_missing_says_why(ask: Ask) -> None:
    words = said(ask("llava:13b-v1.6", samples.BARE))
    for line in (
        "Parameters and quantization not known",
        "Not known for a remote server",
        "No graphics card found",
        "Needs about 9.8 of 34 GB memory.",
        "Couldn’t be read (the connection was lost).",
    ):
        assert line in words


def test_lines_that_are_still_to_come_wait(scene: Scene, ask: Ask) -> None:
    dialog = ask("llava:13b-v1.6", replace(samples.LLAVA, fit=None, licenses=()))
    assert "Fits" not in said(dialog)
    assert not dialog.area.card.read_button.isVisible()
    scene.state.set_estimate(replace(samples.LLAVA, licenses=(), licenses_reason=Missing.NONE))
    assert "None stated" in said(dialog)
    assert "Fits: about 9.8 of 12 GB" in said(dialog)
    scene.state.set_estimate(samples.LLAVA)
    assert dialog.area.card.read_button.isVisible()


def test_a_name_that_the_registry_does_not_have(ask: Ask) -> None:
    dialog = ask("qwen33:14b", samples.failed("qwen33:14b", ModelNotFound("qwen33:14b")))
    words = said(dialog)
    assert "ollama.com has no model called “qwen33:14b”. Check the spelling and the tag." in words
    assert "Private models: the server must be signed in to ollama.com" in words
    assert dialog.field.property("invalid") is True
    assert dialog.area.list.shown[0].name == "qwen3:8b"
    assert pull_text(dialog) == "Pull anyway"
    assert dialog.pull_button.kind is Kind.NORMAL
    dialog.field.setText("qwen3")
    assert dialog.field.property("invalid") is False


def test_a_model_made_here_is_not_called_unknown(ask: Ask) -> None:
    name = "meeting-notes:latest"
    answer = replace(samples.failed(name, ModelNotFound(name)), standing=PullCheck.UNCHECKED)
    dialog = ask(name, answer)
    assert f"{name} is already here" in said(dialog)
    assert "ollama.com has no model with this name." in said(dialog)
    assert not dialog.field.property("invalid")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            unreachable(),
            "This computer can’t reach ollama.com (name lookup failed). The server does the ",
        ),
        (TimedOut("x"), "(no answer in time)"),
        (ServerFailed("x", "<b>oops</b>", 503), "(HTTP status 503)"),
        (NotOllama("x"), "(another page answers)"),
        (AccessRefused("x"), "unless you are signed in"),
        (OllamaError("x"), "(unreadable answer)"),
    ],
)
def test_without_the_registry_it_can_still_be_pulled(
    scene: Scene, ask: Ask, error: OllamaError, words: str
) -> None:
    dialog = ask("qwen3:32b", samples.failed("qwen3:32b", error))
    assert "Couldn’t look up the size" in said(dialog)
    assert words in said(dialog)
    assert pull_text(dialog) == "Pull anyway"
    assert dialog.pull_button.kind is Kind.PRIMARY
    with emitted(scene.commands.pull_requested) as wishes:
        dialog.pull_button.click()
    assert wishes == [PullRequest(data.SERVER, "qwen3:32b")]


def test_an_installed_model_that_cannot_be_checked(ask: Ask) -> None:
    answer = replace(samples.failed("qwen3:8b", unreachable()), standing=PullCheck.UNCHECKED)
    dialog = ask("qwen3:8b", answer)
    assert "qwen3:8b is already here" in said(dialog)
    assert "no usable answer from ollama.com (name lookup failed)." in said(dialog)
    assert pull_text(dialog) == "Pull again"


def test_a_server_that_is_too_old(scene: Scene, ask: Ask) -> None:
    dialog = ask("llava:13b-v1.6", replace(samples.LLAVA, requires="0.40"))
    assert dialog.helper.text() == "“studio” runs Ollama 0.33.1. This model needs 0.40 or newer."
    assert pull_text(dialog) == "Pull anyway"
    scene.state.set_estimate(replace(samples.LLAVA, requires="0.33.1"))
    assert dialog.helper.text() == "On ollama.com"
    assert pull_text(dialog) == "Pull 7.4 GB"


def test_a_registry_that_says_so_itself(ask: Ask) -> None:
    dialog = ask("llava:13b-v1.6", samples.failed("llava:13b-v1.6", TooOld("x")))
    assert dialog.helper.text() == "This model needs a newer Ollama than the one on “studio”."
    assert pull_text(dialog) == "Pull anyway"


def test_a_stub_with_a_plain_name(ask: Ask) -> None:
    dialog = ask("llava:13b-v1.6", replace(samples.LLAVA, is_cloud=True))
    assert "Runs on ollama.com, nothing is stored here" in said(dialog)
    assert pull_text(dialog) == "Add"


def test_one_height_in_every_state(scene: Scene, ask: Ask) -> None:
    dialog = ask("phi3", None)
    heights = set()
    for text, answer in (
        ("", None),
        ("llava:13b-v1.6", None),
        ("llava:13b-v1.6", samples.LLAVA),
        ("llava:13b-v1.6", samples.BARE),
        ("deepseek-r1:70b", samples.DEEPSEEK),
        ("mistral:7b", samples.UPDATE),
        ("qwen33:14b", samples.failed("qwen33:14b", ModelNotFound("x"))),
        ("qwen3:32b", samples.failed("qwen3:32b", unreachable())),
    ):
        dialog.field.setText(text)
        dialog.lookup.ask_now()
        if answer is not None:
            scene.state.set_estimate(answer)
        QApplication.sendPostedEvents()
        heights.add((dialog.height(), dialog.area.y()))
    assert len(heights) == 1


# The licence.


def test_the_licence_is_read_as_plain_text(qtbot: QtBot, ask: Ask) -> None:
    texts_ = ("<h1>One</h1>\n", "Two")
    licenses = tuple(License(f"L{i}", text) for i, text in enumerate(texts_))
    dialog = ask("llava:13b-v1.6", replace(samples.LLAVA, licenses=licenses))
    assert "L0 and L1" in said(dialog)
    button(dialog, "Read").click()
    reader = dialog.findChild(LicenseDialog)
    assert reader is not None
    qtbot.waitUntil(reader.isVisible)
    assert reader.windowTitle() == "License of llava:13b-v1.6"
    shown_text = reader.reader.editor.toPlainText()
    assert shown_text.startswith("<h1>One</h1>\n\n────")
    assert shown_text.endswith("────\n\nTwo")
    button(reader, "Close").click()
    assert not reader.isVisible()
    assert dialog.isVisible()


def test_hostile_words_stay_words(ask: Ask) -> None:
    evil = replace(
        samples.LLAVA,
        details=replace(samples.LLAVA.details, parameter_size="<b>13B</b>", family="x"),  # type: ignore[type-var]
        licenses=(License("<a href='x'>Mine\u202e</a>", "x"),),
    )
    words = said(ask("llava:13b-v1.6", evil))
    assert "<b>13B</b> parameters" in words
    assert "<a href='x'>Mine[U+202E]</a>" in words


# Among the other dialogs.


def test_it_asks_which_layers_are_here_and_lets_go_when_closed(qtbot: QtBot, scene: Scene) -> None:
    dialogs = Dialogs(scene.settings, scene.state, scene.commands)
    commands = scene.commands
    with (
        emitted(commands.layers_requested) as wanted,
        emitted(commands.estimate_requested) as asked,
    ):
        dialog = dialogs.open_pull("phi3:mini")
        dialog.lookup.ask_now()
        qtbot.waitUntil(lambda: bool(wanted))
    assert len(wanted) == 1, "what is here already need not be fetched"
    assert [ref.name for ref in asked] == ["phi3:mini"]
    scene.state.set_estimate(replace(samples.LLAVA, name="phi3:mini"))
    assert pull_text(dialog) == "Pull 7.4 GB"
    with emitted(commands.estimate_cancel_requested) as dropped:
        dialogs.close_all()
    assert len(dropped) == 1
    scene.state.set_estimate(samples.LLAVA)
    assert pull_text(dialog) == "Pull 7.4 GB", "one that is closed follows nothing"


def test_what_somebody_was_told_before_is_asked_anew(qtbot: QtBot, scene: Scene) -> None:
    scene.state.set_estimate(replace(samples.LLAVA, name="phi3:mini"))
    dialog = opened(qtbot, scene)
    dialog.set_text("phi3:mini")
    assert pull_text(dialog) == "Pull", "since then it may have been pulled"
    with emitted(scene.commands.estimate_requested) as asked:
        dialog.lookup.ask_now()
    assert len(asked) == 1
