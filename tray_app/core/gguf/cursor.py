"""Reads a header front to back through a window: of the largest, one piece at a time is kept."""

from __future__ import annotations

import struct
from collections.abc import Callable

from tray_app.core.gguf.records import FileFault, GgufRefused, Refusal

ReadAt = Callable[[int, int], bytes]
"""Offset and size → the bytes there; fewer where the file ends."""

MAX_HEADER_BYTES = 64 * 1024 * 1024
MAX_STRING_BYTES = 16 * 1024 * 1024  # Ollama's own limit
MAX_ARRAY_ITEMS = 64 * 1024 * 1024  # likewise
_WINDOW_BYTES = 32 * 1024
_U32, _U64 = struct.Struct("<I"), struct.Struct("<Q")


class Cursor:
    """A place in a file of `size_bytes`. Every step raises GgufRefused at its end, or where a
    header becomes too large to be one."""

    def __init__(self, read: ReadAt, size_bytes: int) -> None:
        self._read = read
        self._size = size_bytes
        self._limit = min(size_bytes, MAX_HEADER_BYTES)
        self._data = b""
        self._start = 0  # of the window
        self._at = 0  # in it

    @property
    def position(self) -> int:
        return self._start + self._at

    def u32(self) -> int:
        at = self._take(4)
        return int(_U32.unpack_from(self._data, at)[0])

    def u64(self) -> int:
        at = self._take(8)
        return int(_U64.unpack_from(self._data, at)[0])

    def u64s(self, count: int) -> tuple[int, ...]:
        at = self._take(8 * count)
        return struct.unpack_from(f"<{count}Q", self._data, at)

    def unpack(self, layout: str) -> int | float | bool:
        at = self._take(struct.calcsize(layout))
        value: int | float | bool = struct.unpack_from(layout, self._data, at)[0]
        return value

    def string(self, kept_bytes: int) -> bytes:
        """The first `kept_bytes` of a text; the rest of it is passed over."""
        length = self._length()
        kept = min(length, kept_bytes)
        at = self._take(kept)
        found = self._data[at : at + kept]
        self.skip(length - kept)
        return found

    def skip(self, count: int) -> None:
        self._check(count)
        self._at += count

    def skip_strings(self, count: int) -> None:
        """Pass over `count` texts; a vocabulary has hundreds of thousands."""
        unpack, window, at = _U64.unpack_from, self._data, self._at
        last = len(window) - 8
        for _ in range(count):
            if at > last:
                self._at = at
                at = self._take(8)
                window, last = self._data, len(self._data) - 8
            length = unpack(window, at)[0]
            if length > MAX_STRING_BYTES:
                raise damaged(f"a text of {length} bytes")
            at += 8 + length
        self._at = at
        self._check(0)

    def _length(self) -> int:
        length = self.u64()
        if length > MAX_STRING_BYTES:
            raise damaged(f"a text of {length} bytes")
        return length

    def _take(self, count: int) -> int:
        """Where the next `count` bytes lie in the window; the cursor is behind them."""
        if self._at + count > len(self._data):
            self._check(count)
            start = self.position
            wanted = min(max(count, _WINDOW_BYTES), self._limit - start)
            self._data = self._read(start, wanted)
            self._start, self._at = start, 0
            if len(self._data) < count:  # it has become shorter
                raise self._cut_off()
        at = self._at
        self._at += count
        return at

    def _check(self, count: int) -> None:
        if self.position + count > self._limit:
            if self._limit == self._size:
                raise self._cut_off()
            raise GgufRefused(
                Refusal(FileFault.HEADER_TOO_LARGE, context=f"more than {MAX_HEADER_BYTES} bytes")
            )

    def _cut_off(self) -> GgufRefused:
        return GgufRefused(
            Refusal(FileFault.CUT_OFF, size_bytes=self._size, context="the header is cut off")
        )


def damaged(context: str) -> GgufRefused:
    """What is said of a header that makes no sense."""
    return GgufRefused(Refusal(FileFault.DAMAGED, context=context))
