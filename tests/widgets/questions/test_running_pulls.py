"""The questions before downloads are stopped: whose bytes they speak of, and what goes on."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.pull_servers import LOCAL, NAS, STUDIO, several
from tests.support import facts
from tests.widgets.helpers import shown, texts
from tray_app.commands import Commands
from tray_app.core.pulls.states import PullState
from tray_app.views.questions.running_pulls import CancelDialog, QuitDialog


def test_it_names_the_server_of_the_download_not_the_shown_one(qtbot: QtBot) -> None:
    scene = several()
    running = replace(data.PULLS[0], id="there", server_id="studio")
    facts.set_download(scene.state, running)
    dialog = shown(qtbot, CancelDialog(running, scene.state, scene.commands))
    assert any(text.startswith("“studio” keeps the ") for text in texts(dialog))
    scene.state.set_servers((LOCAL, NAS), data.SERVER, data.SERVER, (replace(STUDIO, label="den"),))
    assert any(text.startswith("“den” keeps the ") for text in texts(dialog))
    facts.set_download(scene.state, replace(running, state=PullState.DONE))
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("running", "goes_on", "title", "body"),
    [
        (1, 0, "Quit and pause 1 download?", "It continues when Ollama Tray starts again."),
        (
            2, 1, "Quit and pause 2 downloads?",
            "They continue when Ollama Tray starts again. Ollama goes on with 1 model by itself.",
        ),
        (0, 1, "Quit Ollama Tray?", "Ollama goes on with 1 model by itself."),
        (0, 2, "Quit Ollama Tray?", "Ollama goes on with 2 models by itself."),
    ],
)  # fmt: skip
def test_who_quits_is_told_what_goes_on(
    qtbot: QtBot, running: int, goes_on: int, title: str, body: str
) -> None:
    commands = Commands()
    dialog = shown(qtbot, QuitDialog(running, commands, goes_on=goes_on))
    assert texts(dialog) == [title, body]
