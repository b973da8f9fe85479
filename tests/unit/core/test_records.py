"""Records and payloads: what little they derive."""

from datetime import UTC, datetime

import pytest

from tray_app.core import payloads, records
from tray_app.core.payloads import BusyModel, DeleteOutcome, ModelRef, Verb
from tray_app.core.records import (
    Layer,
    LayerKind,
    Manifest,
    ModelInfo,
    ModelRecord,
    News,
    Recommendation,
    RunningModel,
    ServerState,
    ServerStatus,
    Snapshot,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_keys_are_server_and_name() -> None:
    for made in (
        ModelRecord("nas", "m:1"),
        RunningModel("nas", "m:1"),
        ModelInfo("nas", "m:1"),
        ModelRef("nas", "m:1", "ab"),
    ):
        assert made.key == ("nas", "m:1")


@pytest.mark.parametrize(
    ("record", "is_cloud"),
    [
        (ModelRecord("s", "m"), False),
        (ModelRecord("s", "m:cloud"), False),
        (ModelRecord("s", "m", remote_host="https://ollama.com:443"), True),
        (ModelRecord("s", "m", remote_model="m"), True),
    ],
)
def test_cloud(record: ModelRecord, is_cloud: bool) -> None:
    assert record.is_cloud is is_cloud


def test_short_digest() -> None:
    assert ModelRecord("s", "m", "0123456789abcdef").short_digest == "0123456789ab"
    assert ModelRecord("s", "m").short_digest == ""


def test_recommendations_that_run_elsewhere() -> None:
    names = ("kimi:cloud", "gpt-oss:120b-cloud", "gemma4", "cloudy")
    assert [Recommendation(name).is_cloud for name in names] == [True, True, False, False]


def test_manifest_total() -> None:
    layers = (Layer("sha256:a", LayerKind.MODEL, 5), Layer("sha256:b", LayerKind.OTHER))
    assert Manifest("f", layers).total_bytes == 5


def test_info_finds_the_first_key_with_the_suffix() -> None:
    info = ModelInfo("s", "m", model_info=(("a.block_count", 1), ("b.block_count", 2)))
    assert info.info("block_count") == 1
    assert info.info("ck_count") is None


@pytest.mark.parametrize("state", list(ServerState))
def test_online(state: ServerState) -> None:
    assert ServerStatus("s", state, NOW).is_online is (state is ServerState.ONLINE)


def test_payloads_are_frozen_and_compare_by_value() -> None:
    ref = ModelRef("s", "m")
    assert DeleteOutcome((ref,), ()) == DeleteOutcome((ModelRef("s", "m"),), ())
    assert BusyModel(ref, Verb.DELETE) != BusyModel(ref, None)
    for module in (payloads, records):
        found = (getattr(kind, "__dataclass_params__", None) for kind in vars(module).values())
        kinds = [parameters for parameters in found if parameters is not None]
        assert len(kinds) > 5
        assert all(parameters.frozen for parameters in kinds)


def test_news_are_what_changed_came_and_went() -> None:
    a, b, c = (ModelRecord("nas", name) for name in "abc")
    other = ModelRecord("nas", "b", "d" * 64)
    assert News.between((a, b), (other, c)) == News((a, b), (other, c), frozenset("a"))
    assert News.between((a, b), (b, a)) == News((a, b), (), frozenset()), "order is none"
    assert News.between((), (a,)) == News((), (a,), frozenset())


def test_news_are_of_one_list_before_alone() -> None:
    before = (ModelRecord("nas", "a"),)
    models = (ModelRecord("nas", "b"),)
    news = News.between(before, models)
    told = Snapshot("nas", models, None, "", NOW, 0.0, news=news)
    assert told.news_since(before) is news
    assert told.news_since((ModelRecord("nas", "a"),)) is None, "an equal one may lack something"
    assert told.news_since(None) is None
    assert Snapshot("nas", models, None, "", NOW, 0.0).news_since(before) is None
    assert told == Snapshot("nas", models, None, "", NOW, 0.0), "news are no fact of their own"
