"""Which kept models fit into memory together, as far as was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tray_app.core.keeping.records import Capacity, KeptModel, NoRoom


def arranged(
    kept: Iterable[KeptModel], needed: Callable[[KeptModel], int | None], capacity: Capacity
) -> tuple[tuple[KeptModel, ...], tuple[KeptModel, ...]]:
    """Those that fit together, in their order, and those that are left out. One that was never
    measured is judged after its first load."""
    fitting: list[KeptModel] = []
    left_out: list[KeptModel] = []
    taken, total = 0, capacity.total_bytes
    for model in kept:
        need = needed(model) or 0
        # The first may be too large all the same: alone it spreads over card and processor.
        if taken and need and total is not None and taken + need > total:
            left_out.append(model)
        else:
            fitting.append(model)
            taken += need
    return tuple(fitting), tuple(left_out)


def no_room(
    model: KeptModel,
    kept: Iterable[KeptModel],
    needed: Callable[[KeptModel], int | None],
    capacity: Capacity,
) -> NoRoom | None:
    """Why `model` cannot be kept beside those that are; None = it can, as far as is known."""
    others = [each for each in kept if each.key != model.key]
    fitting, _ = arranged(others, needed, capacity)
    needs = {each.name: needed(each) or 0 for each in fitting}
    need, total, taken = needed(model), capacity.total_bytes, sum(needs.values())
    if not (need and taken and total is not None and taken + need > total):
        return None
    return NoRoom(tuple(name for name, size in needs.items() if size), taken, need, total)
