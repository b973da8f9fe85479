"""Totals: sums over all rows, kept up to date row by row instead of being added up anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tray_app.itemmodels.rows import ModelRow


class Totals:
    """`listed_bytes`: what the rows take on disk, each in full. `copied`: digests of several."""

    def __init__(self) -> None:
        self.listed_bytes = 0
        self.copied: set[str] = set()
        self._rows: dict[str, tuple[ModelRow, ...]] = {}

    def rows_of(self, digests: Iterable[str]) -> Iterator[ModelRow]:
        """The rows that have one of these digests."""
        for digest in digests:
            yield from self._rows.get(digest, ())

    def add(self, row: ModelRow) -> None:
        """A row has come, or is another one now."""
        digest = row.record.digest
        self.listed_bytes += row.disk_bytes
        self._rows[digest] = (*self._rows.get(digest, ()), row)
        if len(self._rows[digest]) > 1:
            self.copied.add(digest)

    def remove(self, row: ModelRow) -> None:
        """A row goes, or is about to become another one."""
        digest = row.record.digest
        self.listed_bytes -= row.disk_bytes
        left = tuple(other for other in self._rows[digest] if other is not row)
        if left:
            self._rows[digest] = left
        else:
            del self._rows[digest]
        if len(left) < 2:
            self.copied.discard(digest)
