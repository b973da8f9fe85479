"""Which page and which banner the main window shows for what is known."""

from dataclasses import replace

from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.widgets.windows import (
    QWEN,
    Stage,
    banner,
    click,
    click_banner,
    fill,
    names,
    open_stage,
    page_of,
    pick,
    shown,
)
from tray_app.core.errors import Moved, Unreachable
from tray_app.core.payloads import DeleteOutcome, ModelRef, Recommendations
from tray_app.core.records import RunningModel, Server, ServerState, Snapshot
from tray_app.itemmodels.rows import Badge
from tray_app.views.components.banner import BannerText
from tray_app.views.components.buttons import Button
from tray_app.views.components.labels import PlainLabel
from tray_app.views.main_window.screens import USE_ADDRESS, Screen


def test_first_come_grey_shapes_after_a_while(empty_stage: Stage, qtbot: QtBot) -> None:
    window = empty_stage.window
    assert shown(window) is Screen.SKELETON
    empty_stage.set_status(data.status(ServerState.CONNECTING, reached=False))
    window.refresh_now()
    assert window.pane.banner.shown is None
    qtbot.waitUntil(lambda: window.pane.banner.shown is not None)
    assert "Connecting to “This computer”…" in banner(window)
    empty_stage.set_status(data.status(ServerState.STARTING, reached=False))
    window.refresh_now()
    assert "graphics cards" in banner(window)
    fill(empty_stage)
    assert window.pane.banner.shown is None
    assert shown(window) is Screen.TABLE


def test_never_reached_says_why_and_what_to_do(empty_stage: Stage, qtbot: QtBot) -> None:
    window, told = empty_stage.window, empty_stage.told
    empty_stage.set_status(data.status(ServerState.OFFLINE, reached=False))
    window.refresh_now()
    page = window.pane.page
    assert page_of(window).title == "Can’t reach Ollama"
    assert "127.0.0.1:11434" in page_of(window).body
    assert [button.text for button in page_of(window).buttons] == [
        "Retry", "Run doctor…",
    ]  # fmt: skip
    assert window.focusWidget() is page.button("retry")
    assert window.filter_bar.isHidden()
    assert window.status_bar.line.startswith("Offline since")
    click(window, "retry")
    click(window, "doctor")
    assert told.take("refresh_requested") == [None]
    assert told.take("doctor_dialog_requested") == [data.SERVER]


WANTS_HTTPS = Moved("nas:11434", "301", "https://nas:11434", wants_https=True)


def test_a_server_that_wants_https_gets_it_with_one_button(empty_stage: Stage) -> None:
    refused = data.status(ServerState.REFUSED, reached=False)
    empty_stage.set_status(replace(refused, error=WANTS_HTTPS))
    empty_stage.window.refresh_now()
    first = page_of(empty_stage.window).buttons[0]
    assert first.text == "Use https…"
    click(empty_stage.window, first.key)
    assert empty_stage.told.take("server_dialog_requested") == ["https://nas:11434"]


def test_the_banner_over_the_list_of_before_has_that_button_too(stage: Stage) -> None:
    stage.set_status(replace(data.status(ServerState.REFUSED), error=WANTS_HTTPS))
    stage.window.refresh_now()
    click_banner(stage.window, f"{USE_ADDRESS}https://nas:11434")
    assert stage.told.take("server_dialog_requested") == ["https://nas:11434"]


def test_a_server_that_sends_elsewhere_offers_no_address_to_take(empty_stage: Stage) -> None:
    window = empty_stage.window
    for error in (Moved("nas", "302", "https://login.example"), Moved("nas", "", "", True)):
        refused = replace(data.status(ServerState.REFUSED, reached=False), error=error)
        empty_stage.set_status(refused)
        window.refresh_now()
        keys = [button.key for button in page_of(window).buttons]
        assert keys == ["change_server", "retry", "doctor"]


def test_the_details_say_what_was_tried_and_since_when_and_stay_as_they_are(
    empty_stage: Stage,
) -> None:
    window = empty_stage.window
    error = Unreachable("127.0.0.1:11434", "ECONNREFUSED")
    error.request = "GET http://127.0.0.1:11434/api/version"
    status = replace(data.status(ServerState.OFFLINE, reached=False), error=error)
    empty_stage.set_status(status)
    window.refresh_now()
    details = page_of(window).details.splitlines()
    assert details[:2] == [error.request, "Unreachable: ECONNREFUSED"]
    assert details[2] == f"Since {status.since.astimezone().isoformat(' ', 'seconds')}"
    button = window.pane.page.button("retry")
    empty_stage.set_status(replace(status, retry_s=1e9))
    window.refresh_now()
    assert window.pane.page.button("retry") is button


def test_long_details_are_seen_to_their_end(empty_stage: Stage, qtbot: QtBot) -> None:
    window = empty_stage.window
    error = Unreachable("127.0.0.1:11434", "401 Authorization Required " * 4)
    error.request = "GET http://127.0.0.1:11434/api/version"
    status = replace(data.status(ServerState.OFFLINE, reached=False), error=error)
    empty_stage.set_status(status)
    window.refresh_now()
    labels = window.pane.page.findChildren(PlainLabel)
    (label,) = [found for found in labels if found.text() == page_of(window).details]
    qtbot.waitUntil(label.isVisible)
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))
    assert label.heightForWidth(label.width()) > label.fontMetrics().height() * 3


def test_lost_later_keeps_the_list_and_says_so(stage: Stage) -> None:
    window = stage.window
    pick(stage, "qwen3:8b")
    stage.set_status(data.status(ServerState.OFFLINE))
    window.refresh_now()
    assert len(names(window)) == 11
    assert "This is the list from 14:32." in banner(window)
    assert all(Badge.LOADED not in row.badges for row in window.models.all_rows)
    assert window.filter_bar.button("details").isEnabled()
    for key in ("load", "delete"):
        button = window.filter_bar.button(key)
        assert not button.isEnabled()
        assert "Can’t reach “This computer”" in button.toolTip()
    assert window.filter_bar.chip("loaded").isHidden()
    assert window.status_bar.age == "Last reached 14:32"
    fill(stage)
    stage.set_status(data.status())
    window.refresh_now()
    assert window.pane.banner.shown is None
    assert not window.filter_bar.chip("loaded").isHidden()


def test_no_models_suggests_some(empty_stage: Stage) -> None:
    window, told = empty_stage.window, empty_stage.told
    empty_stage.set_status(data.status())
    empty_stage.set_snapshot(data.snapshot(()))
    empty_stage.state.set_recommendations(Recommendations("another", data.SUGGESTIONS))
    window.refresh_now()
    page = window.pane.page
    assert page_of(window).title == "No models yet"
    assert len(page_of(window).suggestions) == 0
    empty_stage.state.set_recommendations(Recommendations(data.SERVER, data.SUGGESTIONS))
    window.refresh_now()
    pulls = [b for b in page.findChildren(Button) if b.text() == "Pull…"]
    pulls[1].click()
    click(window, "pull")
    assert told.take("pull_dialog_requested") == ["qwen3:8b", ""]
    assert window.status_bar.line == "No models"


def test_a_search_without_result_offers_to_pull(stage: Stage) -> None:
    window, told = stage.window, stage.told
    window.top_bar.search.setText("qwn")
    window.refresh_now()
    page = window.pane.page
    assert page_of(window).title == "No model matches “qwn”"
    assert page_of(window).body == "11 models are hidden by the search."
    assert window.status_bar.line == "0 of 11 models"
    click(window, "pull_search")
    assert told.take("pull_dialog_requested") == ["qwn"]
    window.top_bar.search.setText("no such / name")
    window.refresh_now()
    assert page.button("pull_search") is None
    click(window, "clear_search")
    window.refresh_now()
    assert shown(window) is Screen.TABLE


def test_an_empty_filter_has_its_own_page(stage: Stage) -> None:
    window = stage.window
    window.choose_filter("loaded")
    assert len(names(window)) == 2
    idle = Snapshot(data.SERVER, data.MODELS, (), "0.33.1", data.NOW, 0.0)
    stage.set_snapshot(idle)
    window.refresh_now()
    assert page_of(window).title == "No model is loaded"
    assert not window.filter_bar.chip("loaded").isHidden()
    click(window, "show_all")
    window.refresh_now()
    assert len(names(window)) == 11
    assert stage.settings.values.filter_chip == "all"


def test_a_model_that_was_deleted_while_it_was_loaded_is_counted(stage: Stage) -> None:
    """As the tray does: it still takes memory."""
    window = stage.window
    ghost = RunningModel(data.SERVER, "gone:latest", "f" * 64, 3 * 10**9, 3 * 10**9)
    left = Snapshot(data.SERVER, data.MODELS, (ghost,), "0.33.1", data.NOW, 0.0)
    stage.set_snapshot(left)
    window.refresh_now()
    assert window.models.counts.loaded == 1
    assert "1 loaded, 3\u00a0GB in graphics memory" in window.status_bar.line
    window.choose_filter("loaded")
    window.refresh_now()
    assert page_of(window).title == "What is loaded is no longer installed"
    window.choose_filter("all")
    stage.set_snapshot(replace(left, models=()))
    window.refresh_now()
    assert window.status_bar.line == "No models · 1 loaded, 3\u00a0GB in graphics memory"


def test_a_notice_gives_way_to_trouble(stage: Stage) -> None:
    window, told = stage.window, stage.told
    window.show_notice(BannerText("Deleted a:1b.", actions=(("pull:a:1b", "Pull again"),)))
    assert banner(window) == "Deleted a:1b."
    stage.set_status(data.status(ServerState.OFFLINE))
    window.refresh_now()
    assert "Can’t reach" in banner(window)
    stage.set_status(data.status())
    window.refresh_now()
    click_banner(window, "pull:a:1b")
    assert told.take("pull_dialog_requested") == ["a:1b"]
    assert window.pane.banner.shown is None


def test_a_server_that_nobody_set_up_is_shown(empty_stage: Stage) -> None:
    window = empty_stage.window
    empty_stage.state.set_server(Server("demo", "", data.ADDRESS))
    empty_stage.set_status(replace(data.status(), server_id="demo"))
    models = tuple(replace(model, server_id="demo") for model in data.MODELS)
    empty_stage.set_snapshot(replace(data.snapshot(models), server_id="demo", running=()))
    window.refresh_now()
    assert shown(window) is Screen.TABLE
    assert window.view.selected_refs() == ()
    assert window.models.ref_at(0).server_id == "demo"
    assert window.models.index(0, 1).data() == "This computer"


def test_a_delete_is_told_with_its_way_back(stage: Stage) -> None:
    window = stage.window
    stage.state.tell_deleted(DeleteOutcome((QWEN,), ()))
    assert banner(window) == "Deleted qwen3:8b, 5.2\u00a0GB freed."
    click_banner(window, "pull:qwen3:8b")
    assert stage.told.take("pull_dialog_requested") == ["qwen3:8b"]


def test_nobody_is_sent_to_a_registry_for_a_copy(stage: Stage) -> None:
    """It has a name that no registry knows, and all of it is still here."""
    window = stage.window
    qwen = next(model for model in data.MODELS if model.name == "qwen3:8b")
    copy = replace(qwen, name="mine:latest")
    stage.set_snapshot(data.snapshot((*data.MODELS, copy)))
    window.refresh_now()
    ref = ModelRef(copy.server_id, copy.name, copy.digest)
    stage.state.tell_deleted(DeleteOutcome((ref,), ()))
    assert banner(window) == "Deleted mine:latest."
    assert window.pane.banner.shown is not None
    assert window.pane.banner.shown.actions == ()


def test_what_somebody_else_deleted_is_told_as_gone(stage: Stage) -> None:
    stage.state.tell_deleted(DeleteOutcome((), (), (QWEN,)))
    assert banner(stage.window) == "Already gone: qwen3:8b."


def test_the_demo_is_marked(qtbot: QtBot) -> None:
    stage = open_stage(qtbot, is_demo=True)
    assert stage.window.top_bar._demo.isVisible()
    assert "demo" in stage.window.windowTitle()
