"""The settings page Updates."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from tests.shots.scene import Scene, blank
from tests.widgets.helpers import emitted, shown
from tray_app.core.updates.facts import CheckState, ModelVerdict
from tray_app.core.updates.verdicts import Standing, Verdict
from tray_app.text import utc_now
from tray_app.views.components.buttons import IconButton
from tray_app.views.settings.dialog import SettingsDialog
from tray_app.views.settings.updates import UpdatesPage


@pytest.fixture
def scene() -> Scene:
    return blank(log_folder="")


@pytest.fixture
def page(qtbot: QtBot, scene: Scene) -> UpdatesPage:
    dialog = shown(qtbot, SettingsDialog(scene.settings, scene.state, scene.commands))
    dialog.show_page("updates")
    return dialog.updates


def test_check_now_asks(page: UpdatesPage, scene: Scene) -> None:
    with emitted(scene.commands.update_check_requested) as asked:
        page.check.click()
    assert len(asked) == 1


def test_while_it_is_checked_it_says_how_far(page: UpdatesPage, scene: Scene) -> None:
    assert page.last.text() == "Not checked yet"
    assert not page.spinner.isVisible()
    scene.state.set_update_check(CheckState(True, 8, 14))
    assert page.last.text() == "Checking… 8 of 14"
    assert page.spinner.isVisible()
    assert not page.check.isEnabled()
    assert page.check.toolTip()
    yesterday = utc_now() - timedelta(days=1)
    scene.state.set_update_check(CheckState(False, 14, 14, 0, yesterday))
    assert page.last.text().startswith("Last check: yesterday, ")
    assert page.check.isEnabled()
    assert not page.spinner.isVisible()


def test_the_last_check_says_what_it_found(page: UpdatesPage, scene: Scene) -> None:
    scene.state.set_update_check(CheckState(False, 14, 14, 3, utc_now()))
    verdict = Verdict(Standing.WEIGHTS, "a" * 64, "b" * 64)
    scene.state.set_verdict(ModelVerdict((scene.state.server.id, "llava:13b"), verdict))
    assert page.last.text().endswith(
        ". 1 of 14 models have a newer version. 3 of 14 models couldn’t be checked."
    )


def test_no_names_no_row(page: UpdatesPage, scene: Scene) -> None:
    assert not page.show_names.isVisible()
    scene.state.set_never_looked_up(("a:latest", "b:latest"))
    assert page.show_names.isVisible()
    assert page.show_names.text() == "Show 2 names"
    assert not page.names.isVisible()
    page.show_names.click()
    buttons = page.names.findChildren(IconButton)
    assert [button.accessibleName() for button in buttons] == [
        "Look a:latest up again", "Look b:latest up again",
    ]  # fmt: skip
    with emitted(scene.commands.look_up_again_requested) as asked:
        buttons[1].click()
    assert asked == ["b:latest"]
    scene.state.set_never_looked_up(())
    assert not page.show_names.isVisible()
    assert not page.names.isVisible()


def test_other_registries_are_chosen(page: UpdatesPage, scene: Scene) -> None:
    assert not page.hosts.isVisible()
    page.choose.click()
    assert page.hosts.isVisible()
    page.hosts.field.setText("registry.local:5000")
    page.hosts.add.click()
    assert scene.settings.values.check_hosts == ("registry.local:5000",)
    assert scene.settings.values.insecure_hosts == ()
    page.choose.click()
    assert not page.hosts.isVisible()


def test_a_newer_ollama_tray_only_where_it_can_be_asked(page: UpdatesPage, scene: Scene) -> None:
    assert not page.look_for_tray.isVisible()
    scene.state.project.set_can_ask(True)
    assert page.look_for_tray.isVisible()
    scene.state.project.set_can_ask(False, "flathub")
    assert not page.look_for_tray.isVisible()
