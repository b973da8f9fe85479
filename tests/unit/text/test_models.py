import pytest

from tests.unit.text.test_units import plain
from tray_app import text
from tray_app.core.records import LayerKind, RunningModel


@pytest.mark.parametrize("kind", list(LayerKind))
def test_every_layer_has_a_name(kind: LayerKind) -> None:
    assert text.layer_label(kind)[0].isupper()


def test_layer_names() -> None:
    kinds = (LayerKind.MODEL, LayerKind.PARAMS, LayerKind.SYSTEM, LayerKind.CONFIG)
    labels = [text.layer_label(kind) for kind in kinds]
    assert labels == ["Weights", "Parameters", "System prompt", "Configuration"]


def test_capabilities() -> None:
    known = ("completion", "tools", "vision", "embedding", "thinking", "insert", "image", "audio")
    labels = [text.capability_label(name) for name in known]
    assert labels[:3] == ["Chat", "Tools", "Vision"]
    assert len(set(labels)) == len(known)
    assert text.capability_label("telepathy\n\u202e") == "telepathy [U+202E]"


def test_filters() -> None:
    assert [text.filter_label(key) for key in ("all", "loaded", "updates", "cloud")] == [
        "All",
        "Loaded",
        "Updates",
        "Cloud",
    ]
    assert text.filter_is_empty("loaded") == "No model is loaded"
    assert text.filter_is_empty("all") == "No models yet"


def test_counts() -> None:
    assert text.models_count(0) == "0 models"
    assert text.models_count(1) == "1 model"
    assert text.models_count(1234) == "1,234 models"
    assert text.models_shown(3) == "3 models shown"
    assert text.hidden_by_search(11) == "11 models are hidden by the search."
    assert text.no_match("qwn") == "No model matches “qwn”"
    assert text.tokens(40_960) == "40,960 tokens"
    assert text.tokens(None) == ""
    assert text.text_stats("Go template", 1723) == "Go template, 1,723 characters"


def test_memory_figure() -> None:
    model = RunningModel("local", "x", size_bytes=6_300_000_000, size_vram_bytes=6_300_000_000)
    figure, where = text.memory_figure(model)
    assert (plain(figure), where) == ("6.3 GB", "in graphics memory")
    partly = RunningModel("local", "x", size_bytes=6_300_000_000, size_vram_bytes=1)
    assert text.memory_figure(partly)[1] == "in memory"
    assert text.memory_share(RunningModel("local", "x", size_bytes=1)) == ""
    assert text.memory_share(RunningModel("local", "x", size_bytes=1, size_vram_bytes=9)) == ""
