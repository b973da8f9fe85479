"""InstalledModels: the models of one server by canonical name, made once for each of its answers.

Whoever compares a name with those of thousands of models asks here: understanding each of them at
every event would take longer than the event is worth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, cast

from tray_app.core.names import ModelName, canonical

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord

_name = attrgetter("name")


class InstalledModels:
    """`by_key`: the models by what `canonical` makes of their names; of equal names the first
    counts. `names`: every name as the server spells it, with its key; `spelled` and `keys` have
    them in the server's order. Nothing of it is to be changed.

    `before` is what was known of the same server: only new names are understood, and `names` is
    the same object again when none came or went.
    """

    def __init__(
        self, models: Iterable[ModelRecord] = (), before: InstalledModels | None = None
    ) -> None:
        self.names: Mapping[str, str]
        self.spelled: list[str]
        self.keys: list[str]
        listed = tuple(models)
        spelled = list(map(_name, listed))
        known: Mapping[str, str] = before.names if before is not None else {}
        if before is not None and spelled == before.spelled:
            # What most often changes is something else about a few of thousands.
            self.names, self.spelled, self.keys = before.names, before.spelled, before.keys
        else:
            self.names = _keyed(spelled, known)
            self.spelled, self.keys = spelled, list(map(self.names.__getitem__, spelled))
        pairs = zip(reversed(self.keys), reversed(listed), strict=True)
        self.by_key: dict[str, ModelRecord] = dict(pairs)

    def of(self, name: ModelName) -> ModelRecord | None:
        """The model of that name; servers compare names without case."""
        return self.by_key.get(str(name).casefold())

    def __contains__(self, key: object) -> bool:
        return key in self.by_key


def _keyed(names: Sequence[str], known: Mapping[str, str]) -> Mapping[str, str]:
    """The names with their keys; `known` itself when it is of these names."""
    # Thousands of names at every poll: what a loop takes twenty milliseconds for, these take two.
    keys = list(map(known.get, names))
    if None not in keys:
        same = dict(zip(names, keys, strict=True))
        return known if len(same) == len(known) else cast("dict[str, str]", same)
    return {name: key or canonical(name) for name, key in zip(names, keys, strict=True)}
