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
    from tray_app.core.records import ModelRecord, News

_name = attrgetter("name")


class InstalledModels:
    """`by_key`: the models by what `canonical` makes of their names; of equal names the first
    counts. `names`: every name as the server spells it, with its key. Nothing of it is to be
    changed.

    `before` is what was known of the same server: only new names are understood, and `names` is
    the same object again when none came or went. `news` say how the models differ from those.
    """

    def __init__(
        self,
        models: Iterable[ModelRecord] = (),
        before: InstalledModels | None = None,
        news: News | None = None,
    ) -> None:
        self.names: Mapping[str, str]
        self.by_key: dict[str, ModelRecord]
        if before is not None and news is not None and before.has_names_of(news):
            # What most often changes is something else about a few of thousands.
            self.names = before.names
            self.by_key = before.by_key.copy()
            self.by_key.update((self.names[record.name], record) for record in news.changed)
            return
        listed = tuple(models)
        spelled = list(map(_name, listed))
        self.names = _keyed(spelled, before.names if before is not None else {})
        keys = map(self.names.__getitem__, reversed(spelled))
        self.by_key = dict(zip(keys, reversed(listed), strict=True))

    def has_names_of(self, news: News) -> bool:
        """Whether none came or went, and no two are equal but for their case."""
        is_same = not news.gone and all(record.name in self.names for record in news.changed)
        return is_same and len(self.by_key) == len(self.names)

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
