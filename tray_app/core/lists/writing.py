"""Lists of models as files: text for people, .json with recipes for whole servers.

What stands in a file is English wherever it was written, so that it is read everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from tray_app.core.lists.records import LeftOut, ListedModel, ListEntry, Recipe

if TYPE_CHECKING:
    from tray_app.core.creates.records import ModelChanges

FORMAT = "ollama-models"
VERSION = 1
_UNITS = ("kB", "MB", "GB", "TB")


def list_text(models: Iterable[ListedModel], server: str, today: date) -> str:
    """A line for each model; what no server can pull stands there as a comment."""
    lines = [f"# Ollama models of “{_one_line(server)}”, {today.isoformat()}"]
    for model in _sorted(models):
        note = _note(model)
        name = model.name if model.left_out is None else f"# {model.name}"
        lines.append(f"{name}  # {note}" if note else name)
    return "\n".join(lines) + "\n"


def list_json(models: Iterable[ListedModel], server: str, today: date) -> str:
    """The same with everything that is needed to make again what was made there."""
    written = [_row(model) for model in _sorted(models)]
    content = {
        "format": FORMAT,
        "version": VERSION,
        "server": _one_line(server),
        "date": today.isoformat(),
        "models": [row for row in written if "left_out" not in row],
        "left_out": [row for row in written if "left_out" in row],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def held_json(held: Iterable[tuple[str, ListEntry]]) -> dict[str, Any]:
    """Recipes that wait, each with the id of its server, for a file of ours."""
    rows = [
        {"server": server_id, "name": entry.name, "recipe": _recipe(entry.recipe)}
        for server_id, entry in held
        if entry.recipe is not None
    ]
    return {"version": VERSION, "recipes": rows}


def _sorted(models: Iterable[ListedModel]) -> list[ListedModel]:
    """By name; without what a server may call a model, but nobody could read as a name again."""
    fit = (m for m in models if m.name.isprintable() and not set(m.name) & set(" #\u00a0"))
    return sorted(fit, key=lambda model: (model.name.casefold(), model.name))


def _note(model: ListedModel) -> str:
    known = " ".join(part for part in (_digest(model.digest), _size(model.size_bytes)) if part)
    if model.left_out is LeftOut.CLOUD:
        return "cloud"
    if model.left_out is LeftOut.MADE_HERE:
        return f"made here {known}".rstrip()
    return known


def _row(model: ListedModel) -> dict[str, Any]:
    row: dict[str, Any] = {"name": model.name}
    if model.left_out is LeftOut.CLOUD:
        return {**row, "cloud": True}
    if model.digest:
        row["digest"] = _digest(model.digest)
    if model.size_bytes is not None:
        row["size"] = model.size_bytes
    if model.recipe is not None:
        row["recipe"] = _recipe(model.recipe)
    elif model.left_out is not None:
        row["left_out"] = model.left_out.value
    return row


def _recipe(recipe: Recipe) -> dict[str, Any]:
    """Only what is there: what is not named is as in the base."""
    found: dict[str, Any] = {"base": recipe.base}
    if recipe.base_digest:
        found["base_digest"] = _digest(recipe.base_digest)
    return {**found, **_changes(recipe.changes)}


def _changes(changes: ModelChanges) -> dict[str, Any]:
    texts = {
        "system": changes.system,
        "template": changes.template,
        "license": changes.license,
    }
    found: dict[str, Any] = {key: value for key, value in texts.items() if value is not None}
    if changes.parameters:
        found["parameters"] = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in changes.parameters
        }
    if changes.messages is not None:
        found["messages"] = [{"role": role, "content": said} for role, said in changes.messages]
    return found


def _digest(digest: str) -> str:
    return f"sha256:{digest}" if digest else ""


def _size(size_bytes: int | None) -> str:
    """ "2.0 GB", as the registry's pages write it."""
    if size_bytes is None:
        return ""
    amount = float(size_bytes)
    if amount < 1000:
        return f"{size_bytes} B"
    unit = _UNITS[0]
    for unit in _UNITS:  # noqa: B007 - the last one is wanted
        amount /= 1000
        if amount < 999.5:
            break
    return f"{amount:.1f} {unit}" if amount < 9.95 or unit == "GB" else f"{amount:.0f} {unit}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
