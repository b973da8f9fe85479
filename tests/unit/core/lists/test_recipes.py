"""What tells a made model from its base, as servers show both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tray_app.core.creates.records import ModelChanges
from tray_app.core.lists.parameters import is_usable, shown_parameters
from tray_app.core.lists.recipes import recipe_of
from tray_app.core.lists.records import Recipe
from tray_app.core.records import Layer, LayerKind, ModelInfo

WEIGHTS = (Layer("sha256:w", LayerKind.MODEL),)
BASE = ModelInfo(
    "studio",
    "mistral:7b",
    "b" * 64,
    license="MIT",
    parameters='num_ctx                        2048\ntemperature 0.7\nstop "<|x|>"\nstop "y"',
    template="{{ .Prompt }}",
    system="You help.",
    layers=WEIGHTS,
)


def changes(**shown: Any) -> ModelChanges:
    found = recipe_of(replace(BASE, name="made:latest", **shown), BASE, "mistral:7b")
    assert found is not None
    assert found.base_digest == "b" * 64
    return found.changes


def test_a_copy_has_no_changes() -> None:
    found = recipe_of(replace(BASE, name="copy:latest"), BASE, "mistral:7b")
    assert found == Recipe("mistral:7b", ModelChanges(), "b" * 64)
    assert found is not None
    assert found.is_copy


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        ({"system": "Be brief."}, ModelChanges(system="Be brief.")),
        ({"system": ""}, ModelChanges(system=" ")),
        ({"template": "{{ .System }}"}, ModelChanges(template="{{ .System }}")),
        ({"template": ""}, ModelChanges()),
        ({"messages": (("user", "Hi"),)}, ModelChanges(messages=(("user", "Hi"),))),
        ({"license": "MIT\nMine"}, ModelChanges(license="Mine")),
        (
            {"parameters": 'num_ctx 4096\ntemperature 0.7\nstop "<|x|>"\nstop "y"'},
            ModelChanges(parameters=(("num_ctx", 4096),)),
        ),
        (
            {"parameters": 'num_ctx 2048\nstop "<|x|>"\nstop "y"'},
            ModelChanges(parameters=(("temperature", None),)),
        ),
        ({"parameters": "num_ctx 2048\ntemperature 0.7"}, ModelChanges(parameters=(("stop", ()),))),
    ],
)
def test_only_what_differs(shown: dict[str, Any], wanted: ModelChanges) -> None:
    assert changes(**shown) == wanted


def test_other_weights_have_no_recipe() -> None:
    other = replace(BASE, layers=(Layer("sha256:v", LayerKind.MODEL),))
    assert recipe_of(other, BASE, "mistral:7b") is None


def test_without_its_base_all_that_shows_is_said() -> None:
    found = recipe_of(BASE, None, "gone:1b")
    assert found is not None
    assert found.base_digest == ""
    assert found.changes.system == "You help."
    assert dict(found.changes.parameters)["stop"] == ("<|x|>", "y")


def test_parameters_as_servers_show_them() -> None:
    text = 'num_ctx    <nil>\ntop_k 40\nuse_mmap true\nstop "a b"\nnum_gpu "3"\nodd x y\n\nalone'
    assert shown_parameters(text) == {
        "top_k": 40,
        "use_mmap": True,
        "stop": ("a b",),
        "odd": "x y",
    }


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("num_ctx", 1, True),
        ("num_ctx", 0, False),
        ("num_ctx", "8192", False),
        ("seed", -1, True),
        ("seed", True, False),
        ("temperature", 1, True),
        ("temperature", False, False),
        ("stop", (), True),
        ("stop", "x", False),
        ("penalize_newline", "whatever", True),
        ("num_ctx", None, True),
    ],
)
def test_what_could_be_loaded(name: str, value: object, wanted: bool) -> None:
    assert is_usable(name, value) is wanted  # type: ignore[arg-type]
