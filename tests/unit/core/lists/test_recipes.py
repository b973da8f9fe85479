"""What tells a made model from its base, as servers show both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.core.lists.world import NOW, B, installed, row
from tray_app.core.creates.records import ModelChanges
from tray_app.core.lists.recipes import Making, base_of, listed_models, recipe_of
from tray_app.core.lists.records import LeftOut, Recipe
from tray_app.core.records import Layer, LayerKind, ModelDetails, ModelInfo
from tray_app.core.updates.ledger import Made, MadeBy

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
    assert found.base_digest == "b" * 64
    return found.changes


def test_a_copy_has_no_changes() -> None:
    found = recipe_of(replace(BASE, name="copy:latest"), BASE, "mistral:7b")
    assert found == Recipe("mistral:7b", ModelChanges(), "b" * 64)
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


@pytest.mark.parametrize(
    "base", [None, replace(BASE, layers=(Layer("sha256:v", LayerKind.MODEL),))], ids=["gone", "new"]
)
def test_without_its_base_all_that_shows_is_said(base: ModelInfo | None) -> None:
    found = recipe_of(BASE, base, "gone:1b")
    assert found.base_digest == ""
    assert found.changes.system == "You help."
    assert dict(found.changes.parameters)["stop"] == ("<|x|>", "y")


MADE = Made("studio", "made:latest", "d" * 64, MadeBy.COPY, NOW, "mistral:7b")


@pytest.mark.parametrize(
    ("parent", "made", "base"),
    [
        ("mistral:7b", None, "mistral:7b"),
        ("MISTRAL:7B", None, "mistral:7b"),
        ("model.gguf", None, ""),  # a file
        ("gone:7b", None, ""),
        ("made:latest", None, ""),  # edited in place: what it was made of is not told
        ("made:latest", MADE, "mistral:7b"),
        ("", MADE, "mistral:7b"),
        ("", replace(MADE, source="no name"), ""),
        ("", replace(MADE, source="x:cloud"), ""),
    ],
)
def test_what_it_was_made_of(parent: str, made: Made | None, base: str) -> None:
    record = replace(row("made:latest"), details=ModelDetails(parent_model=parent))
    assert base_of(record, made, installed(record, row("mistral:7b"))) == base


def test_how_models_stand_in_a_list() -> None:
    cloud, made, plain = row("x:cloud", remote="x"), row("made:latest", B), row("plain:1b")
    recipe = Recipe("plain:1b")
    found = listed_models(
        (cloud, made, plain), (Making(made, "plain:1b"),), {"made:latest": recipe}
    )
    assert [(each.name, each.left_out, each.recipe) for each in found] == [
        ("x:cloud", LeftOut.CLOUD, None),
        ("made:latest", LeftOut.MADE_HERE, recipe),
        ("plain:1b", None, None),
    ]
