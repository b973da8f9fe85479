"""The question before a download is canceled: whose bytes it speaks of."""

from dataclasses import replace

from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.pull_servers import LOCAL, NAS, STUDIO, several
from tests.support import facts
from tests.widgets.helpers import shown, texts
from tray_app.core.pulls.states import PullState
from tray_app.views.questions.running_pulls import CancelDialog


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
