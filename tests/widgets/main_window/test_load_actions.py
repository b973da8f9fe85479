"""Loading with a time or a context, keeping, and what the window tells of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.widgets.windows import QWEN, Stage, entries, pick
from tray_app.core.keeping.measuring import Measurements
from tray_app.core.keeping.records import (
    Capacity,
    KeepKind,
    KeepNews,
    KeepNote,
    KeepRequest,
    KeepStatus,
    KeptModel,
    Loading,
    Measurement,
    NoRoom,
)
from tray_app.core.payloads import BusyModel, LoadRequest, ModelRef, Verb
from tray_app.itemmodels import roles
from tray_app.itemmodels.columns import SIZE
from tray_app.itemmodels.rows import Badge
from tray_app.views.components.banner import BannerText
from tray_app.views.main_window.actions import Command

GB = 1_000_000_000
PHI = ModelRef(data.SERVER, "phi4:14b", data.digest("phi4:14b"))


def measured(ref: ModelRef, context: int, gb: float, *, is_default: bool = False) -> Measurement:
    size = round(gb * GB)
    return Measurement(
        *(data.SERVER, ref.digest, context, size, min(size, 12 * GB), data.NOW),
        is_default=is_default,
    )


def load_with(stage: Stage) -> QMenu:
    found: list[QMenu] = [
        action.menu()  # type: ignore[misc]
        for action in stage.window.row_menu().actions()
        if action.text() == "Load with"
    ]
    return found[0]


def lines(menu: QMenu) -> list[str]:
    return [action.text().replace("\u00a0", " ") for action in menu.actions()]


def test_the_menu_of_contexts_tells_what_each_took(stage: Stage) -> None:
    taken = (measured(PHI, 4096, 6.3, is_default=True), measured(PHI, 12000, 12.9))
    stage.state.keeping.set_measurements(Measurements(taken))
    pick(stage, "phi4:14b")
    menu = load_with(stage)
    assert lines(menu) == [
        "In memory for 30 minutes",
        "In memory for 4 hours",
        "",
        "With context\ttook here",
        "4,096 (default)\t6.3 GB",
        "8,192\tnot measured",
        "12,000\t12 GB, 93% on the card",
        "16,384\tnot measured",
    ]
    by_text = {action.text(): action for action in menu.actions()}
    by_text["8,192\tnot measured"].trigger()
    by_text["In memory for 30 minutes"].trigger()
    menu.actions()[4].trigger()
    assert stage.told.take("load_requested") == [
        LoadRequest(PHI, context_length=8192),
        LoadRequest(PHI, 1800),
        LoadRequest(PHI),
    ]


def test_without_a_card_there_is_memory_only(stage: Stage) -> None:
    taken = replace(measured(PHI, 4096, 9.1, is_default=True), graphics_bytes=0)
    stage.state.keeping.set_measurements(Measurements((taken,)))
    stage.state.keeping.set_capacity(data.SERVER, Capacity(32 * GB, is_graphics=False))
    pick(stage, "phi4:14b")
    assert "4,096 (default)\t9.1 GB" in lines(load_with(stage))


def test_no_menu_of_contexts_for_what_is_loaded(stage: Stage) -> None:
    pick(stage, "qwen3:8b")
    action = load_with(stage).menuAction()
    assert not action.isEnabled()
    assert "It’s loaded. Unload it first to change the context" in action.toolTip()


def test_while_it_loads_it_can_be_stopped_and_kept(stage: Stage) -> None:
    stage.state.set_busy(BusyModel(PHI, Verb.LOAD))
    stage.state.keeping.set_loading(Loading(PHI, data.clock_s() - 14, 32768, 21.0))
    pick(stage, "phi4:14b")
    menu = entries(stage.window.row_menu())
    assert not load_with(stage).menuAction().isEnabled()
    menu["Keep loaded"].trigger()
    assert stage.told.take("keep_requested") == [KeepRequest(PHI, 32768)]
    menu["Stop loading"].trigger()
    assert stage.told.take("load_stop_requested") == [PHI]
    models = stage.window.models
    size = models.find(PHI.key).siblingAtColumn(SIZE)
    tip = str(size.data(roles.TOOL_TIP)).replace("\u00a0", " ")
    assert "Loading with context 32,768, 14 s. Last time it took 21 s." in tip
    stage.state.set_busy(BusyModel(PHI, Verb.STOP))
    assert size.data() == "Stopping…"


def test_a_kept_one_has_a_badge_and_a_tick(stage: Stage) -> None:
    facts = stage.state.keeping
    facts.set_kept((KeptModel(data.SERVER, "QWEN3:8b", 4096), KeptModel(data.SERVER, "phi4:14b")))
    facts.set_status((data.SERVER, "qwen3:8b"), KeepStatus(KeepKind.KEPT))
    models = stage.window.models
    qwen, phi = (models.row_at(models.find(ref.key).row()) for ref in (QWEN, PHI))
    assert qwen.badges[:2] == (Badge.LOADED, Badge.KEPT)
    assert "loaded, kept" in str(models.find(QWEN.key).data(roles.ACCESSIBLE_TEXT))
    assert "kept, not in memory" in str(models.find(PHI.key).data(roles.ACCESSIBLE_TEXT))
    pick(stage, "qwen3:8b")
    keep = stage.window.actions_[Command.KEEP_LOADED]
    assert keep.isChecked()
    keep.trigger()
    assert stage.told.take("keep_stop_requested") == [QWEN]
    pick(stage, "phi4:14b")
    stage.window.filter_bar.button("load").click()
    assert stage.told.take("keep_load_requested") == [PHI], "with the context that it is kept with"
    assert stage.told.take("load_requested") == []
    facts.set_kept(())
    assert Badge.KEPT not in (*qwen.badges, *phi.badges)


def test_one_that_does_not_fit_says_beside_whom(stage: Stage) -> None:
    facts = stage.state.keeping
    taken = (measured(QWEN, 4096, 6.3, is_default=True), measured(PHI, 4096, 9.5, is_default=True))
    facts.set_measurements(Measurements(taken))
    facts.set_capacity(data.SERVER, Capacity(12 * GB))
    facts.set_kept((KeptModel(data.SERVER, "qwen3:8b", 4096),))
    pick(stage, "phi4:14b")
    keep = stage.window.actions_[Command.KEEP_LOADED]
    assert not keep.isEnabled()
    reason = keep.reason.replace("\u00a0", " ")
    assert reason == "qwen3:8b is kept and leaves no room: 6.3 + 9.5 of 12 GB"


def notice(stage: Stage, qtbot: QtBot) -> BannerText:
    """What is told, once the event loop is reached."""
    with qtbot.waitSignal(stage.window.keep_reports.notice_made) as told:
        pass
    found = told.args[0] if told.args else None
    assert isinstance(found, BannerText)
    return found


ROOM = NoRoom(("qwen3:8b",), 6 * GB, 18 * GB, 12 * GB)


@pytest.mark.parametrize(
    ("note", "words", "label", "asked"),
    [
        (
            KeepNote(KeepNews.RELEASED, QWEN, context_length=8192),
            "Unloaded qwen3:8b. It’s no longer kept.",
            "Keep it",
            KeepRequest(QWEN, 8192),
        ),
        (
            KeepNote(KeepNews.GIVEN_UP, QWEN, "phi4:14b", 8192),
            (
                "qwen3:8b is no longer kept. It was pushed out of memory three times, last by"
                " phi4:14b."
            ),
            "Keep loaded",
            KeepRequest(QWEN, 8192),
        ),
        (
            KeepNote(KeepNews.NO_ROOM, PHI, context_length=4096, no_room=ROOM),
            "qwen3:8b and phi4:14b don’t fit together: 6.0 and 18 of 12 GB. phi4:14b isn’t kept.",
            "Keep it instead",
            KeepRequest(PHI, 4096, ModelRef(data.SERVER, "qwen3:8b")),
        ),
        (KeepNote(KeepNews.STOPPED, PHI), "Stopped loading phi4:14b.", "", None),
    ],
)
def test_what_is_told_once_has_a_way_back(
    stage: Stage, qtbot: QtBot, note: KeepNote, words: str, label: str, asked: KeepRequest | None
) -> None:
    stage.state.keeping.tell(note)
    shown = notice(stage, qtbot)
    assert shown.text.replace("\u00a0", " ") == words
    assert [action[1] for action in shown.actions] == ([label] if label else [])
    if asked is not None:
        stage.window.pane_actions.trigger(shown.actions[0][0])
        assert stage.told.take("keep_requested") == [asked]


def test_what_is_released_at_once_is_told_at_once(stage: Stage, qtbot: QtBot) -> None:
    for ref in (QWEN, PHI):
        stage.state.keeping.tell(KeepNote(KeepNews.RELEASED, ref))
    shown = notice(stage, qtbot)
    assert shown.text == "Unloaded qwen3:8b and phi4:14b. They are no longer kept."
    stage.window.pane_actions.trigger("keep_it")
    assert stage.told.take("keep_requested") == [KeepRequest(QWEN), KeepRequest(PHI)]
