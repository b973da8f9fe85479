"""InstalledModels: the models of one server by canonical name, made once for each of its answers.

Whoever compares a name with those of thousands of models asks here: understanding each of them at
every event would take longer than the event is worth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tray_app.core.names import ModelName, canonical
from tray_app.core.records import ModelRecord


class InstalledModels:
    """`by_key`: the models by what `canonical` makes of their names; of equal names the first
    counts. `names`: every name as the server spells it, with its key. Neither is to be changed.

    `before` is what was known of the same server: only new names are understood, and `names` is
    the same object again when none came or went.
    """

    def __init__(
        self, models: Iterable[ModelRecord] = (), before: InstalledModels | None = None
    ) -> None:
        known = before.names if before is not None else {}
        names: dict[str, str] = {}
        self.by_key: dict[str, ModelRecord] = {}
        for model in models:
            key = names[model.name] = known.get(model.name) or canonical(model.name)
            self.by_key.setdefault(key, model)
        self.names: Mapping[str, str] = known if names == known else names

    def of(self, name: ModelName) -> ModelRecord | None:
        """The model of that name; servers compare names without case."""
        return self.by_key.get(str(name).casefold())

    def __contains__(self, key: object) -> bool:
        return key in self.by_key
