"""What servers have to be asked about lists: how models were made, and which layers are there.

The window and the terminal ask the same here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tray_app.core.lists.recipes import Making, listed_models, recipe_of
from tray_app.core.lists.records import Recipe
from tray_app.core.lists.writing import list_json, list_text
from tray_app.core.records import Layer, ModelInfo, ModelRecord
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.layers import UNSHOWABLE
from tray_app.ollama.local_store import held_layers

SMALL_BYTES = 1_000_000
"""Layers below this are not worth a question each: templates, licenses, parameters."""


def exported(
    client: OllamaClient,
    models: Iterable[ModelRecord],
    makings: Iterable[Making],
    *,
    server: str,
    today: date,
    with_recipes: bool,
) -> str:
    """The list of these models, all of the client's server, as a file has it. Raises what a server
    that is away raises."""
    rows, made = tuple(models), tuple(makings)
    recipes = _recipes(client, rows, made) if with_recipes else {}
    listed = listed_models(rows, made, recipes)
    return (list_json if with_recipes else list_text)(listed, server, today)


def _recipes(
    client: OllamaClient, models: tuple[ModelRecord, ...], makings: tuple[Making, ...]
) -> dict[str, Recipe]:
    """How each was made, by name; those that nothing tells of are left out."""
    installed = {record.name: record for record in models}
    shown: dict[str, ModelInfo | None] = {}

    def show(name: str) -> ModelInfo | None:
        if name not in shown:
            record = installed.get(name)
            shown[name] = None
            if record is not None:
                with contextlib.suppress(*UNSHOWABLE):
                    shown[name] = client.show(name, record.digest)
        return shown[name]

    recipes = {}
    for making in makings:
        made = show(making.record.name) if making.base else None
        if made is not None:
            recipes[making.record.name] = recipe_of(made, show(making.base), making.base)
    return recipes


def held_of(client: OllamaClient, folder: Path | None, layers: Iterable[Layer]) -> frozenset[str]:
    """Which of these layers the server has, whoever uses them: as its folder here tells, else as it
    says of the large ones. Raises what a server that is away raises."""
    wanted = tuple(layers)
    if folder is not None:
        return held_layers(folder, wanted)
    large = [layer.digest for layer in wanted if (layer.size_bytes or 0) >= SMALL_BYTES]
    return frozenset(digest for digest in dict.fromkeys(large) if client.has_blob(digest))
