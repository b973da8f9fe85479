"""What the window tells of what was done on several servers."""

from dataclasses import replace

from tests.shots import servers
from tests.shots.servers import HERE, STUDIO
from tests.support import facts
from tests.widgets.windows import Stage, banner, selected
from tray_app.core.errors import ServerFailed
from tray_app.core.payloads import CopyRequest, DeleteOutcome, Failure, ModelRef, Verb

LLAVA, QWEN = ModelRef(HERE, "llava:13b"), ModelRef(HERE, "qwen3:8b")
THERE = ModelRef(STUDIO, "qwen3:8b")
ASKED = (LLAVA, QWEN, THERE)


def told(stage: Stage) -> str:
    return banner(stage.window).replace("\u00a0", " ")


def test_a_deletion_on_several_servers_is_told_once_all_are_through(several: Stage) -> None:
    before = told(several)
    several.state.tell_deleted(DeleteOutcome((LLAVA, QWEN), (), asked=ASKED))
    assert told(several) == before
    # Its list comes before the other server is through.
    left = tuple(m for m in servers.MODELS[HERE] if m.name not in (LLAVA.name, QWEN.name))
    facts.set_snapshot(several.state, replace(servers.snapshot(HERE), models=left))
    several.state.tell_deleted(DeleteOutcome((THERE,), (), asked=ASKED))
    assert told(several) == "3 models deleted on 2 servers, 18 GB freed."
    several.window.pane._on_notice_timeout()
    assert told(several) == before


def test_what_sharing_is_not_known_frees_up_to(several: Stage) -> None:
    several.state.set_layer_index(servers.layer_index(without=STUDIO))
    several.state.tell_deleted(DeleteOutcome((THERE,), (), asked=ASKED))
    several.state.tell_deleted(DeleteOutcome((LLAVA, QWEN), (), asked=ASKED))
    assert told(several) == "3 models deleted on 2 servers, up to 18 GB freed."


def test_what_failed_is_told_with_its_server(several: Stage) -> None:
    failure = Failure(Verb.DELETE, THERE, ServerFailed("studio", "disk on fire", 500))
    several.state.tell_deleted(DeleteOutcome((), (failure,), asked=ASKED))
    several.state.tell_deleted(DeleteOutcome((LLAVA,), (), (QWEN,), asked=ASKED))
    words = told(several)
    assert words.startswith("2 of 3 models deleted. qwen3:8b on “studio”: ")
    assert "disk on fire" in words


def test_on_one_of_them_it_is_told_as_ever(several: Stage) -> None:
    several.state.tell_deleted(DeleteOutcome((THERE,), (), asked=(THERE,)))
    assert told(several) == "Deleted qwen3:8b, 5.2 GB freed."


def test_of_a_server_that_is_not_shown_nothing_is_told(several: Stage) -> None:
    several.state.set_servers(servers.SERVERS, HERE, HERE)
    several.window.refresh_now()
    several.state.tell_deleted(DeleteOutcome((THERE,), ()))
    several.state.tell_copied(CopyRequest(THERE, "copy"))
    assert told(several) == ""


def test_a_copy_is_selected_on_its_own_server(several: Stage) -> None:
    several.window.view.clearSelection()
    several.state.tell_copied(CopyRequest(THERE, "llama3.2"))
    assert selected(several.window) == [], "the other servers have one of this name"
    made = replace(servers.MODELS[STUDIO][2], name="llama3.2:latest")
    models = (*servers.MODELS[STUDIO], made)
    facts.set_snapshot(several.state, replace(servers.snapshot(STUDIO), models=models))
    assert [ref.key for ref in several.window.view.selected_refs()] == [(STUDIO, made.name)]
