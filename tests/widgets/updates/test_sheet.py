"""The sheet before updates: what it lists, what it sums, and what it asks for."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.shots import data, servers
from tests.shots import updates as shots
from tests.support import facts
from tests.widgets.windows import Stage
from tray_app.core.payloads import ModelRef, ModelRefs, UpdateRequest
from tray_app.core.pulls.rules import DiskSpace
from tray_app.core.records import LayerKind, ModelKey
from tray_app.core.updates.verdicts import Marks, Standing
from tray_app.text.updates import changed_line
from tray_app.views.components.buttons import Kind
from tray_app.views.updates.sheet import UpdateSheet

GB = 1_000_000_000


def ref(name: str, server_id: str = data.SERVER) -> ModelRef:
    return ModelRef(server_id, name, data.digest(name))


def open_sheet(stage: Stage, *refs: ModelRef) -> UpdateSheet:
    sheet = UpdateSheet(
        ModelRefs(refs),
        *(stage.settings, stage.state, stage.commands, stage.window),
        clock=data.clock,
    )
    sheet.show()
    return sheet


@pytest.fixture
def sheet(stage: Stage) -> UpdateSheet:
    for found in shots.verdicts():
        stage.state.set_verdict(found)
    stage.state.set_disk_space(DiskSpace(data.SERVER, 212 * GB))
    return open_sheet(stage)


@pytest.fixture
def asked(stage: Stage) -> list[UpdateRequest]:
    found: list[UpdateRequest] = []
    stage.commands.update_requested.connect(found.append)
    return found


def rows(sheet: UpdateSheet) -> dict[str, tuple[str, bool, str]]:
    """By name: the figure, whether the box is ticked, and why it cannot be."""
    found = {}
    for (_, name), line in sheet.lines.items():
        look = line.look
        assert look is not None
        found[name] = (look.figure or look.rest, line.box.isChecked(), look.why_disabled)
    return found


def key(name: str, server_id: str = data.SERVER) -> ModelKey:
    return (server_id, name)


def test_it_lists_what_can_be_updated_and_what_cannot_now(sheet: UpdateSheet) -> None:
    needs = "Needs Ollama 0.34. “This computer” runs 0.33.1."
    assert rows(sheet) == {
        "llava:13b": ("7.4 of 8.0\u00a0GB", True, ""),
        "mistral:7b": ("2\u00a0KB", True, ""),
        "qwen3:8b": ("5 of 5.2\u00a0GB", True, ""),
        "phi4:14b": ("9.1\u00a0GB", False, "Pinned"),
        "deepseek-r1:14b": ("9\u00a0GB", False, needs),
    }
    assert [name for _, name in sheet.lines][:3] == ["llava:13b", "mistral:7b", "qwen3:8b"]
    assert sheet.title.text() == "Update 3 models on “This computer”?"
    assert sheet.update_button.text() == "&Update 3, 12\u00a0GB"
    assert sheet.disk.fit.text() == "Enough: 212\u00a0GB free"
    words = "Needs 12\u00a0GB for now; about 12\u00a0GB of it come back when the old versions go."
    assert sheet.disk.room.text() == words
    assert sheet.update_button.hasFocus()
    assert sheet.lines[key("phi4:14b")].toolTip()


def test_it_asks_for_what_is_ticked(
    sheet: UpdateSheet, stage: Stage, asked: list[UpdateRequest], qtbot: QtBot
) -> None:
    sheet.lines[key("llava:13b")].box.click()
    qtbot.waitUntil(lambda: sheet.update_button.text() == "&Update 2, 5.0\u00a0GB")
    assert sheet.title.text() == "Update 2 models on “This computer”?"
    sheet.keep.box.setChecked(True)
    assert sheet.disk.room.text().endswith("come back on 11 May.")
    assert sheet.keep.helper.text().startswith("They hold ")
    sheet.load_again.box.click()
    assert not stage.settings.values.load_again, "remembered"
    sheet.update_button.click()
    assert asked == [UpdateRequest((ref("mistral:7b"), ref("qwen3:8b")), keep_days=7)]


def test_without_a_tick_there_is_nothing_to_do(sheet: UpdateSheet, qtbot: QtBot) -> None:
    for name in ("llava:13b", "mistral:7b", "qwen3:8b"):
        sheet.lines[key(name)].box.click()
    qtbot.waitUntil(lambda: not sheet.update_button.isEnabled())
    assert "Choose a model" in sheet.update_button.toolTip()
    assert sheet.load_again.isHidden(), "nothing of it is loaded"
    line = sheet.lines[key("mistral:7b")]
    line.box.setFocus()
    qtbot.keyClick(line.box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(sheet.update_button.isEnabled)
    assert sheet.update_button.text() == "&Update 3, 12\u00a0GB"


def test_too_little_room_is_said(sheet: UpdateSheet, stage: Stage) -> None:
    stage.state.set_disk_space(DiskSpace(data.SERVER, 10 * GB))
    assert sheet.disk.fit.text() == "Not enough: 10\u00a0GB free"
    assert sheet.update_button.text() == "&Update anyway"
    assert sheet.update_button.kind is Kind.NORMAL
    stage.state.set_disk_space(DiskSpace(data.SERVER, 13 * GB))
    assert sheet.disk.fit.text() == "Tight: 13\u00a0GB free"
    stage.state.set_disk_space(DiskSpace(data.SERVER))
    assert sheet.disk.fit.text() == "Free space not known"


def test_what_becomes_impossible_stays_ticked_and_does_not_count(
    sheet: UpdateSheet, stage: Stage
) -> None:
    stage.state.set_verdict(data.judged(data.record("llava:13b"), Standing.CURRENT))
    assert rows(sheet)["llava:13b"] == ("8.0\u00a0GB", True, "Up to date meanwhile")
    assert sheet.update_button.text() == "&Update 2, 5.0\u00a0GB"
    models = tuple(each for each in data.MODELS if each.name != "mistral:7b")
    facts.set_snapshot(stage.state, data.snapshot(models))
    assert rows(sheet)["mistral:7b"][1:] == (True, "Is gone")
    assert sheet.update_button.text() == "&Update 1, 5\u00a0GB"


def test_a_selection_is_all_that_it_lists(stage: Stage) -> None:
    record = data.record("gemma3:4b")
    stage.state.set_verdict(data.judged(record, Standing.CHANGED, GB))
    sheet = open_sheet(stage, ref("llava:13b"), ref("gemma3:4b"), ref("llama3.2:latest"))
    changed = "Differs from ollama.com. Update it alone, from its row."
    assert {name: why for name, (_, _, why) in rows(sheet).items()} == {
        "llava:13b": "",
        "gemma3:4b": changed,
    }


def test_of_several_servers_each_has_its_head(several: Stage) -> None:
    state = several.state
    asked: list[UpdateRequest] = []
    several.commands.update_requested.connect(asked.append)
    large = next(r for r in servers.MODELS[servers.NAS] if r.name == "deepseek-r1:32b")
    state.set_verdict(data.judged(large, fetch_bytes=19 * GB))
    state.set_verdict(
        data.judged(servers.MODELS[servers.STUDIO][1], fetch_bytes=GB, marks=Marks(is_skipped=True))
    )
    state.set_disk_space(DiskSpace(servers.HERE, 4 * GB))
    sheet = open_sheet(several)
    heads = [head.accessibleName() for head in sheet.heads.values()]
    assert heads == [
        "This computer, 3.4\u00a0GB short: 4\u00a0GB free",
        "studio, 5\u00a0GB, free space not known",
        "nas, off since 14:02",
    ]
    assert sheet.title.text() == "Update 2 models on 2 servers?"
    assert sheet.disk.isHidden()
    assert sheet.first.text().startswith("Needs 12\u00a0GB for now")
    look = sheet.lines["nas", "deepseek-r1:32b"].look
    assert look is not None
    assert [note.text for note in look.notes] == ["Would wait for “nas” to wake up"]
    assert not look.is_ticked
    assert sheet.lines["nas", "deepseek-r1:32b"].box.isEnabled()
    sheet.update_button.click()
    assert [each.server_id for each in asked[0].refs] == [servers.HERE, servers.STUDIO]


def test_rows_are_read_out_with_what_they_need(sheet: UpdateSheet) -> None:
    spoken = [line.box.accessibleName() for line in sheet.lines.values()]
    assert spoken[0] == "llava:13b, 7.4 gigabytes of 8.0 gigabytes"
    assert spoken[2].endswith("Loaded now: unloaded first")
    assert spoken[3] == "phi4:14b, Pinned"


def test_what_changed_stands_beside_its_size_without_it(sheet: UpdateSheet) -> None:
    look = sheet.lines[key("mistral:7b")].look
    assert look is not None
    assert look.figure == "2\u00a0KB"
    assert [note.text for note in look.notes] == [changed_line((LayerKind.TEMPLATE,))]
