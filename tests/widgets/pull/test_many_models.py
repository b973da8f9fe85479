"""The pull dialog on a server with many models: what an event costs does not grow with them.

Counted is how often names are understood and looked through, never time.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches

import pytest
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.scene import Scene, known
from tests.support import facts
from tests.widgets.helpers import shown, texts
from tray_app.core.errors import ModelNotFound
from tray_app.core.estimate import PullCheck, PullEstimate
from tray_app.core.installed import InstalledModels
from tray_app.core.names import ModelName
from tray_app.core.pulls.states import PullState
from tray_app.core.records import ModelRecord, Snapshot
from tray_app.views.pull import input_state
from tray_app.views.pull.dialog import PullDialog
from tray_app.views.pull.input_state import KnownNames

MANY = 400
# What is in the field, and what little else there is.
FEW = 40


def record(number: int) -> ModelRecord:
    # Of the kind of name whose key is not seen at once.
    return ModelRecord(data.SERVER, f"hf.co/Someone/Model-{number:04d}:Q4_local")


def snapshot(*models: ModelRecord) -> Snapshot:
    return replace(data.snapshot(), models=models)


@pytest.fixture
def scene() -> Scene:
    scene = known()
    facts.set_snapshot(scene.state, snapshot(*map(record, range(MANY))))
    return scene


@pytest.fixture
def dialog(qtbot: QtBot, scene: Scene) -> PullDialog:
    return shown(qtbot, PullDialog(scene.settings, scene.state, scene.commands))


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often names were understood, and how often all of them were looked through."""
    counts: Counter[str] = Counter()
    parse = ModelName.parse

    def spied_parse(cls: type[ModelName], text: str) -> ModelName:
        counts["understood"] += 1
        return parse(text)

    monkeypatch.setattr(ModelName, "parse", classmethod(spied_parse))
    for name in ("_find_similar", "_find_misspelt"):
        _spy(monkeypatch, name, counts)
    return counts


def _spy(monkeypatch: pytest.MonkeyPatch, name: str, counts: Counter[str]) -> None:
    find = getattr(KnownNames, name)

    def spied(*arguments: object) -> object:
        counts["looked through"] += 1
        return find(*arguments)

    monkeypatch.setattr(KnownNames, name, spied)


@contextmanager
def at_most(counted: Counter[str], understood: int, looked_through: int) -> Iterator[None]:
    counted.clear()
    yield
    assert counted["understood"] <= understood
    assert counted["looked through"] <= looked_through


def progress(scene: Scene, name: str, permille: int) -> None:
    item = scene.state.download(name)
    assert item is not None
    assert item.progress is not None
    moved = replace(item, progress=replace(item.progress, permille=permille))
    scene.state.set_download(moved)


@pytest.mark.parametrize("typed", ["", "hf.co/someone/model", "qwen3:14b", "x" * 85, "gemma"])
def test_progress_of_downloads_costs_nothing(
    scene: Scene, dialog: PullDialog, counted: Counter[str], typed: str
) -> None:
    dialog.set_text(typed)
    with at_most(counted, FEW, 0):
        for permille in range(10, 20):
            progress(scene, "qwen3:14b", permille * 10)
            progress(scene, "gemma3:12b", permille * 10)


def test_that_of_the_typed_one_is_shown_all_the_same(scene: Scene, dialog: PullDialog) -> None:
    dialog.set_text("qwen3:14b")
    assert "Already downloading, 66%" in texts(dialog)
    progress(scene, "qwen3:14b", 670)
    assert "Already downloading, 67%" in texts(dialog)


def test_a_download_that_comes_or_ends_is_noticed(scene: Scene, dialog: PullDialog) -> None:
    dialog.set_text("qwen3:14b")
    item = scene.state.download("qwen3:14b")
    assert item is not None
    scene.state.set_download(replace(item, state=PullState.FAILED))
    assert dialog.pull_button.isEnabled()
    scene.state.set_download(item)
    assert not dialog.pull_button.isEnabled()
    facts.remove_download(scene.state, item.id)
    assert dialog.pull_button.isEnabled()


def test_polls_understand_only_new_names(
    scene: Scene, dialog: PullDialog, counted: Counter[str]
) -> None:
    dialog.set_text("hf.co/someone/model-0007:q4_local")
    with at_most(counted, FEW, 0):
        for turn in range(5):
            order = [*range(turn, MANY), *range(turn)]
            facts.set_snapshot(scene.state, snapshot(*map(record, order)))
    with at_most(counted, FEW, 1):
        facts.set_snapshot(scene.state, snapshot(*map(record, range(1, MANY + 1))))


def test_a_name_that_is_at_no_registry_is_compared_with_a_few_only(
    scene: Scene, dialog: PullDialog, monkeypatch: pytest.MonkeyPatch, counted: Counter[str]
) -> None:
    compared: list[int] = []

    def spy(word: str, others: list[str], number: int, least: float) -> list[str]:
        compared.append(len(others))
        return get_close_matches(word, others, number, least)

    monkeypatch.setattr(input_state, "get_close_matches", spy)
    name = "hf.co/Someone/Modle-0123:Q4_local"
    dialog.set_text(name)
    dialog.lookup.ask_now()
    missing = PullEstimate(data.SERVER, name, PullCheck.NEW, manifest_reason=ModelNotFound(name))
    scene.state.set_estimate(missing)
    assert dialog.area.list.shown[0].name == "hf.co/Someone/Model-0123:Q4_local"
    assert compared == [input_state.MAX_COMPARED]
    with at_most(counted, FEW, 0):
        progress(scene, "gemma3:12b", 500)
        facts.set_snapshot(scene.state, snapshot(*map(record, range(MANY))))


def test_the_nearest_of_thousands_are_found() -> None:
    here = InstalledModels([*map(record, range(3000)), ModelRecord(data.SERVER, "qwen3-coder:30b")])
    found = KnownNames((), here).misspelt(ModelName.parse("qwen3-codre:30b"))
    assert found[0].name == "qwen3-coder:30b"
