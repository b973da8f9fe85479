"""Keyed difference of two ordered lists: what to remove, change and add, in runs.

An item model applies it without a reset: removals from the bottom, then changed cells, then
insertions. Works on any frozen values that compare equal when nothing is to be repainted.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Diff(Generic[T]):
    """`removed` are keys, `changed` the new values, `added` new values in the new order."""

    removed: tuple[Hashable, ...]
    changed: tuple[T, ...]
    added: tuple[T, ...]

    def __bool__(self) -> bool:
        return bool(self.removed or self.changed or self.added)


def diff(old: Iterable[T], new: Iterable[T], key: Callable[[T], Hashable]) -> Diff[T]:
    """What turns `old` into `new`, order aside. Of equal keys in `new` the first counts."""
    before = {key(value): value for value in old}
    after: dict[Hashable, T] = {}
    for value in new:
        after.setdefault(key(value), value)
    return Diff(
        removed=tuple(k for k in before if k not in after),
        changed=tuple(v for k, v in after.items() if k in before and before[k] != v),
        added=tuple(v for k, v in after.items() if k not in before),
    )


def runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending row numbers → inclusive runs: [1, 2, 3, 7] → [(1, 3), (7, 7)]."""
    result: list[tuple[int, int]] = []
    for row in rows:
        if result and row == result[-1][1] + 1:
            result[-1] = (result[-1][0], row)
        else:
            result.append((row, row))
    return result
