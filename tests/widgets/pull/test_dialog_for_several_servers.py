"""The pull dialog with two or more servers: what is ticked, what is counted, what is asked for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.estimates import GB, LLAVA, MB
from tests.shots.pull_servers import (
    AT_NAS,
    AT_STUDIO,
    LOCAL,
    NAS,
    SERVERS,
    STUDIO,
    several,
    status_of,
)
from tests.shots.scene import Scene, known
from tests.support import facts
from tests.widgets.helpers import button, emitted, plain, shown, texts
from tray_app.core.errors import ModelNotFound, OllamaError, TooOld, Unreachable
from tray_app.core.estimate import Missing, PullCheck, PullEstimate
from tray_app.core.payloads import ModelRef, PullRequest, Recommendations
from tray_app.core.pulls.rules import RuleState
from tray_app.core.pulls.states import Hold, PullItem, PullState
from tray_app.core.records import ModelRecord, Server, ServerState, Snapshot
from tray_app.views.components.buttons import Kind
from tray_app.views.dialogs import Dialogs
from tray_app.views.pull.dialog import PullDialog
from tray_app.views.pull.license_dialog import LicenseDialog

NAME = "llava:13b-v1.6"
ANSWERS = (LLAVA, AT_STUDIO, AT_NAS)


@pytest.fixture
def scene() -> Scene:
    return several()


Ask = Callable[..., PullDialog]


@pytest.fixture
def ask(qtbot: QtBot, scene: Scene) -> Ask:
    """Type a name and have it answered for all servers."""

    def make(text: str = NAME, answers: tuple[PullEstimate, ...] = ANSWERS) -> PullDialog:
        dialog = shown(qtbot, PullDialog(scene.settings, scene.state, scene.commands))
        dialog.set_text(text)
        dialog.lookup.ask_now()
        for answer in answers:
            scene.state.set_estimate(answer)
        return dialog

    return make


def ticked(dialog: PullDialog) -> list[str]:
    return [each for each, line in dialog.servers.lines.items() if line.box.isChecked()]


def usable(dialog: PullDialog) -> list[str]:
    return [each for each, line in dialog.servers.lines.items() if line.box.isEnabled()]


def notes(dialog: PullDialog, server_id: str) -> list[str]:
    look = dialog.servers.lines[server_id].look
    assert look is not None
    return [note.text.replace("\u00a0", " ") for note in look.notes]


def pull_text(dialog: PullDialog) -> str:
    return plain(dialog.pull_button.text()).replace("\u00a0", " ")


def pulled(scene: Scene, dialog: PullDialog) -> list[PullRequest]:
    with emitted(scene.commands.pull_requested) as wishes:
        dialog.pull_button.click()
    return wishes


# What is shown.


def test_one_server_has_no_rows(qtbot: QtBot) -> None:
    scene = known()
    dialog = shown(qtbot, PullDialog(scene.settings, scene.state, scene.commands))
    dialog.set_text(NAME)
    dialog.lookup.ask_now()
    scene.state.set_estimate(LLAVA)
    assert not dialog.servers.isVisible()
    assert dialog.area.card.disk.isVisible()


def test_the_model_above_and_the_servers_below(ask: Ask) -> None:
    dialog = ask()
    assert list(dialog.servers.lines) == [data.SERVER, "studio", "nas"]
    assert "Pull on" in texts(dialog)
    card = dialog.area.card
    assert card.head.isVisible()
    assert card.license.isVisible()
    for part in (card.download, card.disk, card.memory):
        assert not part.isVisible()


def test_without_a_name_there_are_suggestions_and_no_rows(ask: Ask) -> None:
    dialog = ask("", ())
    assert not dialog.servers.isVisible()
    assert dialog.area.list.isVisible()
    assert not dialog.pull_button.isEnabled()


def test_the_size_is_that_of_the_dialog_for_one(ask: Ask) -> None:
    dialog = ask()
    assert (dialog.width(), dialog.height()) == (560, 568)


def test_it_keeps_its_height_whatever_it_says(qtbot: QtBot, ask: Ask) -> None:
    dialog = ask()
    heights = set()
    for typed in ("", "qwen3 14b", "qwen3:8b", "gpt-oss:20b-cloud", "phi3", "a+b", "qwen3", NAME):
        dialog.field.setText(typed)
        QApplication.sendPostedEvents()
        heights.add(dialog.height())
    assert heights == {568}


def test_more_than_four_scroll(qtbot: QtBot) -> None:
    more = tuple(Server(f"s{n}", f"server {n}", f"s{n}.local") for n in range(4))
    scene = several((*SERVERS, *more))
    dialog = shown(qtbot, PullDialog(scene.settings, scene.state, scene.commands))
    dialog.set_text(NAME)
    rows, last = dialog.servers.rows, dialog.servers.lines["s3"]
    least = 7 * last.minimumSizeHint().height()
    qtbot.waitUntil(lambda: rows.inner.height() >= least > rows.height())
    assert last.box.visibleRegion().isEmpty()
    last.box.setFocus()
    qtbot.waitUntil(lambda: not last.box.visibleRegion().isEmpty())


def test_all_are_asked_about_in_one_question(scene: Scene, ask: Ask) -> None:
    with emitted(scene.commands.estimate_requested) as asked:
        dialog = ask(answers=())
    assert asked == [ModelRef(server.id, NAME) for server in SERVERS]
    assert notes(dialog, "studio") == ["Looking up what is there…"]
    assert pull_text(dialog) == "Pull"
    assert dialog.pull_button.isEnabled()


def test_one_that_is_known_does_not_wait_for_the_others(ask: Ask) -> None:
    dialog = ask(answers=(AT_STUDIO,))
    assert notes(dialog, data.SERVER) == ["Looking up what is there…"]
    assert "96 GB free" in notes(dialog, "studio")
    assert dialog.area.card.isVisible()


# What is ticked at first.


def test_the_shown_server_is_ticked(ask: Ask) -> None:
    assert ticked(ask()) == [data.SERVER]


def test_of_all_servers_it_is_the_default_one(scene: Scene, ask: Ask) -> None:
    scene.state.set_servers(SERVERS, "studio", "")
    assert ticked(ask()) == ["studio"]


def test_what_was_ticked_last_time_is_again(scene: Scene, ask: Ask) -> None:
    dialog = ask()
    dialog.servers.lines["studio"].box.click()
    dialog.servers.lines[data.SERVER].box.click()
    assert len(pulled(scene, dialog)) == 1
    assert scene.settings.values.pull_servers == ("studio",)
    assert ticked(ask()) == ["studio"]


def test_a_server_that_could_not_be_used_is_not_forgotten(scene: Scene, ask: Ask) -> None:
    scene.settings.set("pull_servers", (data.SERVER, "studio", "nas"))
    dialog = ask(answers=(LLAVA, replace(AT_STUDIO, standing=PullCheck.CURRENT), AT_NAS))
    assert ticked(dialog) == [data.SERVER]
    pulled(scene, dialog)
    assert scene.settings.values.pull_servers == (data.SERVER, "studio", "nas")


def test_a_server_that_is_gone_is_nobodys_wish(scene: Scene, ask: Ask) -> None:
    scene.settings.set("pull_servers", ("gone",))
    assert ticked(ask()) == [data.SERVER]


# What a person ticks stays.


def test_ticks_of_a_person_outlive_names_and_states(scene: Scene, ask: Ask) -> None:
    dialog = ask()
    dialog.servers.lines["nas"].box.click()
    dialog.servers.lines[data.SERVER].box.click()
    dialog.field.setText("other:1b")
    assert ticked(dialog) == ["nas"]
    facts.set_status(scene.state, status_of("nas"))
    assert ticked(dialog) == ["nas"]


def test_what_becomes_impossible_stays_ticked_and_does_not_count(scene: Scene, ask: Ask) -> None:
    dialog = ask()
    dialog.servers.lines["studio"].box.click()
    assert pull_text(dialog) == "Pull on 2 servers, 15 GB"
    scene.state.set_estimate(replace(AT_STUDIO, standing=PullCheck.CURRENT))
    assert ticked(dialog) == [data.SERVER, "studio"]
    assert usable(dialog) == [data.SERVER, "nas"]
    assert pull_text(dialog) == "Pull 7.4 GB"
    assert [each.server_id for each in pulled(scene, dialog)] == [data.SERVER]


def test_one_that_is_switched_off_meanwhile_keeps_its_row(scene: Scene, ask: Ask) -> None:
    dialog = ask()
    dialog.servers.lines["studio"].box.click()
    scene.state.set_servers((LOCAL, NAS), data.SERVER, data.SERVER)
    assert list(dialog.servers.lines) == [data.SERVER, "studio", "nas"]
    assert notes(dialog, "studio") == ["“studio” is switched off"]
    assert ticked(dialog) == [data.SERVER, "studio"]
    assert [each.server_id for each in pulled(scene, dialog)] == [data.SERVER]


def test_one_that_is_switched_on_meanwhile_comes_last(qtbot: QtBot) -> None:
    scene = known()
    dialog = shown(qtbot, PullDialog(scene.settings, scene.state, scene.commands))
    dialog.set_text(NAME)
    dialog.lookup.ask_now()
    scene.state.set_estimate(LLAVA)
    with emitted(scene.commands.estimate_requested) as asked:
        scene.state.set_servers((STUDIO, LOCAL), data.SERVER, data.SERVER)
    assert asked == [ModelRef("studio", NAME)]
    assert list(dialog.servers.lines) == [data.SERVER, "studio"]
    assert dialog.servers.isVisible()
    assert not dialog.area.card.disk.isVisible()
    assert ticked(dialog) == [data.SERVER]


# The primary button.


def test_the_button_says_on_how_many_and_how_much(ask: Ask) -> None:
    dialog = ask()
    assert pull_text(dialog) == "Pull 7.4 GB"
    dialog.servers.lines["studio"].box.click()
    assert pull_text(dialog) == "Pull on 2 servers, 15 GB"
    dialog.servers.lines["nas"].box.click()
    assert pull_text(dialog) == "Pull on 3 servers, 23 GB"
    for server in SERVERS:
        dialog.servers.lines[server.id].box.click()
    assert ticked(dialog) == []
    assert pull_text(dialog) == "Pull"
    assert not dialog.pull_button.isEnabled()
    assert "Choose a server" in dialog.pull_button.toolTip()
    assert dialog.pull_button.accessibleDescription() == "Choose a server"
    dialog.servers.lines["studio"].box.click()
    assert dialog.pull_button.isEnabled()
    assert dialog.pull_button.toolTip() == ""


def test_bytes_that_are_not_known_of_all_are_not_summed(ask: Ask) -> None:
    dialog = ask(answers=(LLAVA,))
    dialog.servers.lines["studio"].box.click()
    assert pull_text(dialog) == "Pull on 2 servers"


def test_a_ticked_row_that_will_fail_makes_it_pull_anyway(scene: Scene, ask: Ask) -> None:
    old = replace(AT_STUDIO, requires="0.40")
    dialog = ask(answers=(LLAVA, old, AT_NAS))
    assert (pull_text(dialog), "studio" in ticked(dialog)) == ("Pull 7.4 GB", False)
    dialog.servers.lines["studio"].box.click()
    assert pull_text(dialog) == "Pull anyway"
    assert dialog.pull_button.kind is Kind.NORMAL
    assert len(pulled(scene, dialog)) == 2


def lost(error: OllamaError) -> tuple[PullEstimate, ...]:
    return tuple(
        PullEstimate(server.id, NAME, PullCheck.NEW, manifest_reason=error) for server in SERVERS
    )


def test_a_silent_registry(scene: Scene, ask: Ask) -> None:
    dialog = ask(answers=lost(Unreachable("ollama.com")))
    assert "Couldn’t look up the size" in texts(dialog)
    assert dialog.servers.lines["studio"].figure.text() == "Size not known"
    dialog.servers.lines["studio"].box.click()
    assert pull_text(dialog) == "Pull on 2 servers"
    assert dialog.pull_button.kind is Kind.PRIMARY
    assert len(pulled(scene, dialog)) == 2


@pytest.mark.parametrize("error", [ModelNotFound("x"), TooOld("x")])
def test_a_registry_that_says_no(ask: Ask, error: OllamaError) -> None:
    dialog = ask(answers=lost(error))
    assert pull_text(dialog) == "Pull anyway"
    assert dialog.pull_button.kind is Kind.NORMAL
    is_wrong = dialog.field.property("invalid") is True
    assert is_wrong is isinstance(error, ModelNotFound)


def test_a_model_that_was_made_on_one_of_them_is_no_spelling_mistake(
    scene: Scene, ask: Ask
) -> None:
    made = ModelRecord("studio", NAME, "f" * 64, 5)
    facts.set_snapshot(scene.state, Snapshot("studio", (made,), (), "0.33.1", data.NOW, data.NOW_S))
    dialog = ask(answers=lost(ModelNotFound("x")))
    assert dialog.field.property("invalid") in (None, False)
    assert f"{NAME} is already on “studio”" in texts(dialog)
    both = replace(made, server_id="nas")
    facts.set_snapshot(scene.state, Snapshot("nas", (both,), (), "0.33.1", data.NOW, data.NOW_S))
    assert f"{NAME} is already on “studio” and “nas”" in texts(dialog)


# What is asked for.


def test_each_server_keeps_its_own_spelling(scene: Scene, ask: Ask) -> None:
    there = ModelRecord("studio", "LLaVA:13B-v1.6", "f" * 64, 5)
    facts.set_snapshot(
        scene.state, Snapshot("studio", (there,), (), "0.33.1", data.NOW, data.NOW_S)
    )
    update = replace(AT_STUDIO, standing=PullCheck.UPDATE)
    dialog = ask(answers=(LLAVA, update, AT_NAS))
    dialog.servers.lines["studio"].box.click()
    assert pulled(scene, dialog) == [
        PullRequest(data.SERVER, NAME),
        PullRequest("studio", "LLaVA:13B-v1.6", "f" * 64),
    ]
    assert not dialog.isVisible()


def test_one_that_is_off_is_asked_for_and_waits(scene: Scene, ask: Ask) -> None:
    dialog = ask()
    assert "nas" not in ticked(dialog)
    assert notes(dialog, "nas") == ["Off since 14:02. It would wait for “nas” to wake up."]
    dialog.servers.lines["nas"].box.click()
    assert notes(dialog, "nas") == ["Off since 14:02. It waits for “nas” to wake up."]
    assert PullRequest("nas", NAME) in pulled(scene, dialog)


def test_a_download_there_is_neither_asked_for_twice_nor_in_the_way_of_others(
    scene: Scene, ask: Ask
) -> None:
    running = replace(data.PULLS[0], id="there", server_id="studio", name=NAME)
    facts.set_download(scene.state, running)
    scene.settings.set("pull_servers", (data.SERVER, "studio"))
    dialog = ask()
    assert dialog.servers.lines["studio"].figure.text() == "66%"
    assert notes(dialog, "studio") == ["Already downloading"]
    assert ticked(dialog) == [data.SERVER]
    progress = running.progress
    assert progress is not None
    facts.set_download(scene.state, replace(running, progress=replace(progress, permille=700)))
    assert dialog.servers.lines["studio"].figure.text() == "70%"
    assert [each.server_id for each in pulled(scene, dialog)] == [data.SERVER]


def test_a_download_that_ends_frees_its_row(scene: Scene, ask: Ask) -> None:
    running = replace(data.PULLS[0], id="there", server_id="studio", name=NAME)
    facts.set_download(scene.state, running)
    dialog = ask()
    assert "studio" not in usable(dialog)
    facts.remove_download(scene.state, "there")
    assert "studio" in usable(dialog)


def test_a_model_of_the_cloud_is_added_where_it_is_ticked(scene: Scene, ask: Ask) -> None:
    dialog = ask("gpt-oss:20b-cloud", ())
    dialog.servers.lines["studio"].box.click()
    assert pull_text(dialog) == "Add on 2 servers"
    scene.state.set_recommendations(Recommendations("studio", (), is_cloud_off=True))
    assert notes(dialog, "studio")[0].startswith("“studio” has Ollama’s cloud switched off")
    assert dialog.pull_button.kind is Kind.NORMAL


def test_the_licence_is_that_of_any(ask: Ask) -> None:
    dialog = ask()
    button(dialog, "Read").click()
    reader = dialog.findChild(LicenseDialog)
    assert reader is not None
    reader.close()


# What holds them all.


def waiting(dialog: PullDialog) -> str:
    return dialog.wait_note.text() if dialog.wait_note.isVisible() else ""


def test_quiet_hours_hold_all(scene: Scene, ask: Ask) -> None:
    quiet = RuleState(Hold.QUIET_HOURS, Hold.QUIET_HOURS, time(7))
    scene.state.set_pull_rules(quiet)
    dialog = ask()
    dialog.servers.lines["studio"].box.click()
    assert waiting(dialog) == "It will wait until 07:00, when the quiet hours end."
    assert pull_text(dialog) == "Pull on 2 servers, 15 GB"


def test_a_rule_for_this_computer_alone_is_not_said_of_both(scene: Scene, ask: Ask) -> None:
    scene.state.set_pull_rules(RuleState(Hold.METERED))
    dialog = ask()
    assert waiting(dialog) == "It will wait: this connection is metered."
    dialog.servers.lines["studio"].box.click()
    assert waiting(dialog) == ""


def test_a_server_that_is_off_is_said_in_its_row_alone(ask: Ask) -> None:
    dialog = ask()
    dialog.servers.lines["nas"].box.click()
    dialog.servers.lines[data.SERVER].box.click()
    assert ticked(dialog) == ["nas"]
    assert waiting(dialog) == ""


# Keys, the mouse, and what a screen reader says.


def test_rows_are_one_stop_and_arrows_move(qtbot: QtBot, ask: Ask) -> None:
    dialog = ask()
    lines = dialog.servers.lines
    first, last = lines[data.SERVER].box, lines["nas"].box
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Down)
    assert lines["studio"].box.hasFocus()
    qtbot.keyClick(lines["studio"].box, Qt.Key.Key_Space)
    assert "studio" in ticked(dialog)
    qtbot.keyClick(lines["studio"].box, Qt.Key.Key_Down)
    assert last.hasFocus()
    qtbot.keyClick(last, Qt.Key.Key_Down)
    assert last.hasFocus(), "it does not go round"
    qtbot.keyClick(last, Qt.Key.Key_Up)
    assert lines["studio"].box.hasFocus()


def test_arrows_pass_over_what_cannot_be_ticked(qtbot: QtBot, ask: Ask) -> None:
    same = replace(AT_STUDIO, standing=PullCheck.CURRENT)
    dialog = ask(answers=(LLAVA, same, AT_NAS))
    first = dialog.servers.lines[data.SERVER].box
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Down)
    assert dialog.servers.lines["nas"].box.hasFocus()


def test_tab_goes_from_the_name_to_the_button(qtbot: QtBot, ask: Ask) -> None:
    dialog = ask()
    dialog.field.setFocus()
    expected: list[QWidget] = [
        dialog.area.card.read_button,
        dialog.servers.lines[data.SERVER].box,
        dialog._browse,
    ]
    for widget in expected:
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        assert dialog.focusWidget() is widget
    rest = []
    for _ in range(2):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        rest.append(dialog.focusWidget())
    assert rest[-1] is dialog.pull_button


def test_a_click_on_the_row_is_one_on_its_box(qtbot: QtBot, ask: Ask) -> None:
    dialog = ask()
    line = dialog.servers.lines["studio"]
    qtbot.waitUntil(lambda: line.rect().contains(line.width() // 2, 10))
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(line.width() // 2, 10))
    assert ticked(dialog) == [data.SERVER, "studio"]
    qtbot.mouseClick(line.name, Qt.MouseButton.LeftButton)
    assert ticked(dialog) == [data.SERVER]


def test_what_is_disabled_says_why(scene: Scene, ask: Ask) -> None:
    facts.set_status(scene.state, status_of("studio", ServerState.NOT_OLLAMA))
    dialog = ask()
    line = dialog.servers.lines["studio"]
    assert not line.box.isEnabled()
    assert "Not Ollama" in line.toolTip()
    assert line.box.accessibleDescription() == "Not Ollama"


def test_the_spoken_names(ask: Ask) -> None:
    dialog = ask()
    names = [line.box.accessibleName() for line in dialog.servers.lines.values()]
    assert names == [
        "Pull on This computer, 7.4 gigabytes, 212 gigabytes free",
        "Pull on studio, 8.0 gigabytes, 96 gigabytes free",
        "Pull on nas, 8.0 gigabytes",
    ]


def test_the_order_never_changes(scene: Scene, ask: Ask) -> None:
    dialog = ask()
    scene.state.set_servers((NAS, STUDIO, LOCAL), data.SERVER, data.SERVER)
    assert list(dialog.servers.lines) == [data.SERVER, "studio", "nas"]


# A model of one server for others.


@pytest.fixture
def dialogs(scene: Scene) -> Dialogs:
    return Dialogs(scene.settings, scene.state, scene.commands)


def elsewhere(qtbot: QtBot, scene: Scene, name: str) -> PullDialog:
    ref = ModelRef(data.SERVER, name)
    dialog = PullDialog(scene.settings, scene.state, scene.commands, elsewhere=ref)
    return shown(qtbot, dialog)


def test_pulled_on_another_server_where_it_is_not(qtbot: QtBot, scene: Scene) -> None:
    scene.settings.set("pull_servers", (data.SERVER,))
    dialog = elsewhere(qtbot, scene, "llava:13b")
    assert dialog.field.text() == "llava:13b"
    assert ticked(dialog) == ["studio"], "nas is off"
    assert dialog.helper.text() == (
        "“studio” pulls it itself from ollama.com. Nothing is copied between your computers."
    )
    dialog.servers.lines["nas"].box.click()
    assert dialog.helper.text() == (
        "Each server pulls it itself from ollama.com. Nothing is copied between your computers."
    )
    assert [each.server_id for each in pulled(scene, dialog)] == ["studio", "nas"]
    assert scene.settings.values.pull_servers == (data.SERVER,), "that was about this model"


def test_where_others_have_it_under_another_spelling(qtbot: QtBot, scene: Scene) -> None:
    there = ModelRecord("studio", "LLAVA:13b", "f" * 64, 5)
    facts.set_snapshot(
        scene.state, Snapshot("studio", (there,), (), "0.33.1", data.NOW, data.NOW_S)
    )
    assert ticked(elsewhere(qtbot, scene, "llava:13b")) == []


def test_another_name_is_an_ordinary_pull(qtbot: QtBot, scene: Scene) -> None:
    dialog = elsewhere(qtbot, scene, "llava:13b")
    dialog.field.setText("phi3:mini")
    assert dialog.helper.text() == "On ollama.com"


def test_the_dialog_is_opened_anew_for_it(qtbot: QtBot, scene: Scene, dialogs: Dialogs) -> None:
    with emitted(scene.commands.layers_requested) as asked:
        first = dialogs.open_pull("phi3:mini")
        qtbot.waitUntil(lambda: bool(asked))
    assert set(asked) == {server.id for server in SERVERS}
    second = dialogs.open_pull_elsewhere(ModelRef(data.SERVER, "llava:13b"))
    assert second is not first
    assert not first.isVisible()
    assert second.field.text() == "llava:13b"
    dialogs.close_all()


# Work per event.


def test_a_poll_of_one_server_writes_nothing_into_the_rows_of_others(
    scene: Scene, ask: Ask
) -> None:
    dialog = ask()
    before = {each: line.look for each, line in dialog.servers.lines.items()}
    facts.set_snapshot(scene.state, Snapshot("studio", (), (), "0.33.1", data.NOW, data.NOW_S))
    assert all(line.look is before[each] for each, line in dialog.servers.lines.items())


def test_room_is_that_of_each_server(scene: Scene, ask: Ask) -> None:
    """Downloads of another server take no room here."""
    big = PullItem(
        "big", "studio", "big:1", PullState.WAITING, data.NOW, progress=data.PULLS[0].progress
    )
    facts.set_download(scene.state, big)
    dialog = ask(answers=(replace(LLAVA, fit=None, fit_reason=Missing.PENDING), AT_STUDIO))
    assert LLAVA.space is not None
    assert LLAVA.space.free_bytes == 212 * GB
    assert notes(dialog, data.SERVER)[0] == "212 GB free"
    small = replace(AT_STUDIO.space, free_bytes=9_000 * MB)  # type: ignore[type-var]
    scene.state.set_estimate(replace(AT_STUDIO, space=small))
    assert "short" in notes(dialog, "studio")[0], "3.1 GB of it are for the other one"
