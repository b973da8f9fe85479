"""Loaded models: what is in memory, for how long, and the keep-alive grammar."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tray_app.demo.errors import ApiError
from tray_app.demo.gojson import MAX_INT64, NANOSECONDS, DurationError, parse_duration

if TYPE_CHECKING:
    from tray_app.demo.store.naming import Ref
    from tray_app.demo.store.package import Package

DEFAULT_KEEP_ALIVE_NS = 300 * NANOSECONDS
DEFAULT_CONTEXT = 4096

_KINDS = {bool: "bool", list: "[]interface {}", dict: "map[string]interface {}"}


def keep_alive_ns(value: Any) -> int | None:
    """Nanoseconds of a request's keep_alive; None = it names none."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            seconds = parse_duration(value)
        except DurationError as error:
            raise ApiError(400, str(error)) from error
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = float(value)
    else:
        raise ApiError(400, f"Unsupported type: '{_KINDS[type(value)]}'")
    if seconds < 0:
        return MAX_INT64
    return min(int(seconds * NANOSECONDS), MAX_INT64)


@dataclass(frozen=True)
class Running:
    """One row of /api/ps."""

    ref: Ref
    package: Package
    size: int
    size_vram: int
    context_length: int
    expires_ns: int
    keep_ns: int = DEFAULT_KEEP_ALIVE_NS
    """How long it stays after each request that names no other time."""
    requests: int = 0
    """Under way; the last one to end moves the time."""
    is_first: bool = False
    """Of those after the load, the first is under way: the time goes with the clock."""


class Memory:
    """What is loaded. Keyed by weights: two names of one file are one row. What does not fit beside
    the others pushes them out, those that were used longest ago first, whatever their time;
    `max_loaded` is how many there may be, 0 = any number.

    Thread: every method may be called from any thread.
    """

    def __init__(self, clock_ns: Callable[[], int], graphics_bytes: int) -> None:
        self.max_loaded = 0
        self._clock_ns = clock_ns
        self._graphics_bytes = graphics_bytes
        self._lock = threading.RLock()
        self._rows: dict[str, Running] = {}

    def rows(self) -> list[Running]:
        """What is loaded now, the longest-lived first."""
        with self._lock:
            now = self._clock_ns()
            self._rows = {
                key: replace(row, expires_ns=now + row.keep_ns) if row.is_first else row
                for key, row in self._rows.items()
                if row.requests or row.expires_ns > now
            }
            return sorted(self._rows.values(), key=lambda row: row.expires_ns, reverse=True)

    def is_loaded(self, package: Package) -> bool:
        """Whether these weights are in memory, under whatever name."""
        return any(_key(row.package) == _key(package) for row in self.rows())

    def needs_load(self, package: Package, context: int | None) -> bool:
        """Whether a request with this context (None = it names none) has to wait for a load."""
        row = self._row(package)
        return row is None or row.context_length != _context(package, context)

    def put(
        self, ref: Ref, package: Package, keep_ns: int | None, context: int | None = None
    ) -> None:
        """Load, or change the time of what is loaded. Another context is another load."""
        with self._lock:
            now, key = self._clock_ns(), _key(package)
            context = _context(package, context)
            old = self._row(package)
            if old is not None and context == old.context_length:
                keep_ns = old.keep_ns if keep_ns is None else keep_ns
                expires_ns = old.expires_ns if old.requests else now + keep_ns
                row = replace(old, keep_ns=keep_ns, expires_ns=expires_ns)
            else:
                self._rows.pop(key, None)
                size = _memory_bytes(package, context)
                self._make_room(size)
                taken = sum(row.size_vram for row in self._rows.values())
                vram = max(0, min(size, self._graphics_bytes - taken))
                keep_ns = DEFAULT_KEEP_ALIVE_NS if keep_ns is None else keep_ns
                row = Running(ref, package, size, vram, context, now + keep_ns, keep_ns)
            self._rows.pop(key, None)  # the one that was used last comes last
            self._rows[key] = row

    @contextmanager
    def used(
        self, ref: Ref, package: Package, keep_ns: int | None, context: int | None = None
    ) -> Iterator[None]:
        """A request that the model answers within, loaded for it where it is not."""
        key = _key(package)
        with self._lock:
            is_first = self.needs_load(package, context)
            self.put(ref, package, keep_ns, context)
            row = self._rows[key]
            is_first = is_first or row.is_first
            self._rows[key] = replace(row, requests=row.requests + 1, is_first=is_first)
        try:
            yield
        finally:
            with self._lock:
                ended = self._rows.get(key)
                if ended is not None and ended.requests == 1:
                    expires_ns = self._clock_ns() + ended.keep_ns
                    ended = replace(ended, requests=0, is_first=False, expires_ns=expires_ns)
                elif ended is not None:
                    ended = replace(ended, requests=max(0, ended.requests - 1))
                if ended is not None:
                    self._rows[key] = ended

    def _row(self, package: Package) -> Running | None:
        return next((row for row in self.rows() if _key(row.package) == _key(package)), None)

    def _make_room(self, size: int) -> None:
        while self._rows:
            taken = sum(row.size_vram for row in self._rows.values())
            is_full = 0 < self.max_loaded <= len(self._rows)
            if not is_full and taken + size <= self._graphics_bytes:
                return
            del self._rows[next(iter(self._rows))]

    def drop(self, package: Package) -> None:
        """Unload, at the end of its requests; nothing happens if it is not loaded."""
        with self._lock:
            row = self._rows.get(_key(package))
            if row is not None and row.requests:
                self._rows[_key(package)] = replace(row, keep_ns=0)
            else:
                self._rows.pop(_key(package), None)

    def clear(self) -> None:
        """Unload everything, as the end of the server does."""
        with self._lock:
            self._rows.clear()


def _context(package: Package, context: int | None) -> int:
    return context or int(package.parameters.get("num_ctx") or DEFAULT_CONTEXT)


def _key(package: Package) -> str:
    return package.weights.digest if package.weights else package.digest


def _memory_bytes(package: Package, context: int) -> int:
    weights = package.weights
    if weights is None:
        return 0
    per_token = 2 * int(weights.kv.get(f"{weights.architecture}.block_count", 0))
    per_token *= weights.embedding_length // 4
    extra = per_token * max(0, context - DEFAULT_CONTEXT)
    if weights.memory_bytes:
        return weights.memory_bytes + extra
    projector = package.projector.size if package.projector else 0
    return weights.size * 23 // 20 + projector + per_token * DEFAULT_CONTEXT + extra
