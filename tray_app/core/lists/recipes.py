"""Recipes: what tells a model that was made on a server from the one that it was made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from tray_app.core.creates.deriving import (
    ModelParts,
    messages_change,
    system_change,
    template_change,
)
from tray_app.core.creates.records import ModelChanges, ParameterValue
from tray_app.core.errors import BadName
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lists.records import LeftOut, ListedModel, Recipe
from tray_app.core.names import ModelName, canonical, is_same_name
from tray_app.core.records import LayerKind, ModelInfo, ModelRecord

if TYPE_CHECKING:
    from tray_app.core.installed import InstalledModels
    from tray_app.core.updates.ledger import Made


def recipe_of(made: ModelInfo, base: ModelInfo | None, base_name: str) -> Recipe:
    """How `made` is made of the model `base_name`, as servers show them. Where that is not there
    any more (`base` None), or is another version by now, all that shows is part of the recipe."""
    if base is not None and _weights(made) != _weights(base):
        base = None
    parts, before = ModelParts.of(made), ModelParts.of(base) if base is not None else ModelParts()
    changes = ModelChanges(
        system_change(parts.system, before.system),
        template_change(parts.template, before.template),
        _parameters(parts.parameters, before.parameters),
        messages_change(parts.messages, before.messages),
        _license(parts.license, before.license),
    )
    return Recipe(base_name, changes, base.digest if base is not None else "")


def _weights(info: ModelInfo) -> frozenset[str]:
    return frozenset(layer.digest for layer in info.layers if layer.kind is LayerKind.MODEL)


def _parameters(
    now: Mapping[str, ParameterValue], before: Mapping[str, ParameterValue]
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


def base_of(record: ModelRecord, made: Made | None, installed: InstalledModels) -> str:
    """The name of what a model was made of, as far as it can be made of it again; "" = of nothing
    that has a name: of a file, or of itself. `made` is what we remember of it."""
    told = made.source if made is not None and made.source else ""
    parent = installed.by_key.get(canonical(record.details.parent_model))
    name = told or (parent.name if parent is not None else "")
    try:
        base = ModelName.parse(name)
    except BadName:
        return ""
    is_itself = is_same_name(name, record.name)
    return "" if is_itself or base.is_cloud else name


@dataclass(frozen=True, slots=True)
class Making:
    """A model that was made on its server, and what of; "" = that has no name."""

    record: ModelRecord
    base: str


def listed_models(
    models: Iterable[ModelRecord],
    makings: Iterable[Making],
    recipes: Mapping[str, Recipe],
) -> tuple[ListedModel, ...]:
    """All models of a server as they stand in a list. `recipes` are by name."""
    made = {making.record.name for making in makings}
    return tuple(
        ListedModel(
            record.name,
            record.digest,
            record.size_bytes,
            _left_out(record, made),
            recipes.get(record.name),
        )
        for record in models
    )


def _left_out(record: ModelRecord, made: Collection[str]) -> LeftOut | None:
    if record.is_cloud:
        return LeftOut.CLOUD
    return LeftOut.MADE_HERE if record.name in made else None
