"""What servers have to be asked about lists: how models were made, and which layers are there.

The window and the terminal ask the same here.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Generator, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app.core.errors import Cancelled
from tray_app.core.lists.recipes import Making, listed_models, recipe_of
from tray_app.core.lists.writing import list_json, list_text
from tray_app.core.names import ModelName
from tray_app.core.updates.asking import MAX_AT_ONCE, MAX_PER_HOST, Question
from tray_app.ollama.layers import UNSHOWABLE
from tray_app.ollama.local_store import held_layers
from tray_app.ollama.update_check import Line, ask_line

if TYPE_CHECKING:
    from tray_app.core.lists.records import Recipe
    from tray_app.core.records import Layer, ModelInfo, ModelRecord
    from tray_app.core.updates.answers import RegistryAnswer
    from tray_app.ollama.cancel import CancelScope
    from tray_app.ollama.client import OllamaClient
    from tray_app.ollama.registry import Registry

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


def ask_all(
    names: Iterable[str],
    registry: Registry,
    scope: CancelScope,
    is_insecure: Callable[[str], bool],
) -> Generator[tuple[str, RegistryAnswer], None, None]:
    """What the registries have under these names, as answers come: four questions at a time at
    most, two to one registry. Whoever stops listening cancels `scope`."""
    lines: dict[str, list[Question]] = {}
    for name in names:
        question = Question(ModelName.parse(name), name, is_insecure=is_insecure(name))
        lines.setdefault(question.line, []).append(question)
    answers: queue.SimpleQueue[tuple[str, RegistryAnswer] | None] = queue.SimpleQueue()
    gate = threading.BoundedSemaphore(MAX_AT_ONCE)

    def work(line: Line) -> None:
        try:
            with gate:
                ask_line(line, registry, scope, lambda q, a: answers.put((q.key, a)))
        except Cancelled:
            pass  # whoever cancelled knows
        finally:
            answers.put(None)

    threads = [
        threading.Thread(target=work, args=(line,), name="lists")
        for questions in lines.values()
        for line in [Line(questions)]
        for _ in range(min(MAX_PER_HOST, len(questions)))
    ]
    for thread in threads:
        thread.start()
    try:
        ended = 0
        while ended < len(threads):
            found = answers.get()
            if found is None:
                ended += 1
            else:
                yield found
    finally:
        for thread in threads:
            thread.join()


def held_of(client: OllamaClient, folder: Path | None, layers: Iterable[Layer]) -> frozenset[str]:
    """Which of these layers the server has, whoever uses them: as its folder here tells, else as it
    says of the large ones. Raises what a server that is away raises."""
    wanted = tuple(layers)
    if folder is not None:
        return held_layers(folder, wanted)
    large = [layer.digest for layer in wanted if (layer.size_bytes or 0) >= SMALL_BYTES]
    return frozenset(digest for digest in dict.fromkeys(large) if client.has_blob(digest))
