"""Recipes: what tells a model that was made on a server from the one that it was made of."""

from __future__ import annotations

from tray_app.core.creates.records import ModelChanges, ParameterValue
from tray_app.core.lists.parameters import shown_parameters
from tray_app.core.lists.records import Recipe
from tray_app.core.records import LayerKind, ModelInfo

BLANK = " "
"""An inherited system prompt cannot be taken away; this takes its place."""


def recipe_of(made: ModelInfo, base: ModelInfo | None, base_name: str) -> Recipe | None:
    """How `made` is made of the model `base_name`, as servers show them; None where it has other
    weights. `base` None = it is not there any more, so all that shows is part of the recipe."""
    if base is not None and _weights(made) != _weights(base):
        return None
    before = base or ModelInfo(made.server_id, base_name)
    changes = ModelChanges(
        _changed(made.system, before.system),
        # An empty one is no change that could be asked for.
        made.template if made.template and made.template != before.template else None,
        _parameters(shown_parameters(made.parameters), shown_parameters(before.parameters)),
        made.messages if made.messages and made.messages != before.messages else None,
        _license(made.license, before.license),
    )
    return Recipe(base_name, changes, before.digest)


def _weights(info: ModelInfo) -> frozenset[str]:
    return frozenset(layer.digest for layer in info.layers if layer.kind is LayerKind.MODEL)


def _changed(now: str, before: str) -> str | None:
    if now == before:
        return None
    return now or BLANK


def _parameters(
    now: dict[str, ParameterValue], before: dict[str, ParameterValue]
) -> tuple[tuple[str, ParameterValue | None], ...]:
    changed: list[tuple[str, ParameterValue | None]] = [
        (name, value) for name, value in now.items() if not _is_same(value, before.get(name))
    ]
    for name, value in before.items():
        if name not in now:
            changed.append((name, () if isinstance(value, tuple) else None))
    return tuple(changed)


def _is_same(one: ParameterValue | None, other: ParameterValue | None) -> bool:
    """True and 1 are two values, 1 and 1.0 are one."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _license(now: str, before: str) -> str | None:
    """Servers only ever add licenses: what was added is what stands behind the base's."""
    if now == before or not now:
        return None
    added = now.removeprefix(before).strip() if before else now
    return added or None
