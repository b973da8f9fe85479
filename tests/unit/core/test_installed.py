"""The models of a server by canonical name: right whatever the spelling, and made once."""

import pytest

from tray_app.core import installed
from tray_app.core.installed import InstalledModels
from tray_app.core.names import ModelName, canonical
from tray_app.core.records import ModelRecord, News


def models(*names: str) -> tuple[ModelRecord, ...]:
    return tuple(ModelRecord("local", name) for name in names)


@pytest.fixture
def understood(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were understood."""
    found: list[str] = []

    def spy(name: str) -> str:
        found.append(name)
        return canonical(name)

    monkeypatch.setattr(installed, "canonical", spy)
    return found


@pytest.mark.parametrize("asked", ["qwen3:8b", "QWEN3:8B", "library/qwen3:8b", "qwen3:8b:local"])
def test_a_model_is_found_by_any_of_its_spellings(asked: str) -> None:
    here = InstalledModels(models("phi4:14b", "Qwen3:8b"))
    found = here.of(ModelName.parse(asked))
    assert found is not None
    assert found.name == "Qwen3:8b"
    assert canonical(asked) in here


def test_what_is_not_there_is_not_found() -> None:
    here = InstalledModels(models("qwen3:8b"))
    assert here.of(ModelName.parse("qwen3")) is None
    assert InstalledModels().of(ModelName.parse("qwen3")) is None


def test_of_equal_names_the_first_counts() -> None:
    here = InstalledModels(models("Qwen3:8b", "qwen3:8b"))
    assert here.by_key["qwen3:8b"].name == "Qwen3:8b"


def test_a_name_that_is_none_of_ours_is_its_own_key() -> None:
    odd = "a" * 85 + ":x"
    assert InstalledModels(models(odd)).by_key[odd].name == odd


def test_only_new_names_are_understood(understood: list[str]) -> None:
    first = InstalledModels(models("a:1", "b:1"))
    understood.clear()
    second = InstalledModels(models("b:1", "c:1"), first)
    assert understood == ["c:1"]
    assert set(second.by_key) == {"b:1", "c:1"}


def test_whether_a_name_came_or_went_is_seen_at_a_glance() -> None:
    first = InstalledModels(models("a:1", "b:1"))
    assert InstalledModels(models("b:1", "a:1"), first).names is first.names
    assert InstalledModels(models("a:1"), first).names is not first.names
    assert InstalledModels(models("a:1", "B:1"), first).names is not first.names


def test_other_records_of_the_same_names_are_found_by_the_same_keys(understood: list[str]) -> None:
    first = InstalledModels(models("Qwen3:8b", "phi4:14b", "qwen3:8b"))
    understood.clear()
    again = tuple(ModelRecord("local", m.name, "d" * 64) for m in first.by_key.values())
    listed = (*again, ModelRecord("local", "qwen3:8b", "e" * 64))
    second = InstalledModels(listed, first)
    assert understood == []
    assert second.names is first.names
    assert second.by_key["qwen3:8b"].digest == "d" * 64, "of equal names the first counts"
    assert set(second.by_key) == {"qwen3:8b", "phi4:14b"}
    third = InstalledModels(models("phi4:14b"), second)
    assert set(third.by_key) == {"phi4:14b"}


def test_news_of_the_same_names_change_what_is_found(understood: list[str]) -> None:
    old = models("b:1", "A:1", "c:1")
    first = InstalledModels(old)
    understood.clear()
    other = ModelRecord("local", "A:1", "d" * 64)
    new = (other, old[0], old[2])
    second = InstalledModels(new, first, News.between(old, new))
    assert understood == []
    assert second.names is first.names
    assert second.by_key == InstalledModels(new).by_key
    assert first.by_key["a:1"].digest == "", "who has the list before keeps it"


@pytest.mark.parametrize("names", [("a:1",), ("a:1", "b:1", "c:1"), ("a:1", "c:1"), ("B:1", "a:1")])
def test_news_of_other_names_do_too(names: tuple[str, ...]) -> None:
    old = models("a:1", "b:1")
    new = tuple(next((m for m in old if m.name == name), *models(name)) for name in names)
    found = InstalledModels(new, InstalledModels(old), News.between(old, new))
    assert found.by_key == InstalledModels(new).by_key
    assert found.names == InstalledModels(new).names


def test_of_equal_names_the_first_counts_in_news_too() -> None:
    old = models("a:1", "A:1")
    new = (old[0], ModelRecord("local", "A:1", "d" * 64))
    found = InstalledModels(new, InstalledModels(old), News.between(old, new))
    assert found.by_key["a:1"] is old[0]
