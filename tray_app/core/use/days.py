"""DaySet: calendar days as the bits of one number, so that years of them stay small."""

from __future__ import annotations

from datetime import date, timedelta

from tray_app.core.lazy_dataclasses import dataclass

_FIRST = date(2024, 1, 1)
"""Nothing was watched before."""
KEPT_DAYS = 731
MAX_BYTES = 4_000
"""Of one set in a file: thirty years and more."""


@dataclass(frozen=True, slots=True)
class DaySet:
    """A set of days (UTC); immutable. Days before 2024 are not kept."""

    bits: int = 0

    @classmethod
    def of_bytes(cls, packed: bytes) -> DaySet:
        """What `to_bytes` gave. Raises ValueError."""
        if len(packed) > MAX_BYTES:
            raise ValueError(f"{len(packed)} bytes of days")
        return cls(int.from_bytes(packed, "little"))

    def to_bytes(self) -> bytes:
        return self.bits.to_bytes((self.bits.bit_length() + 7) // 8, "little")

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __contains__(self, day: date) -> bool:
        number = (day - _FIRST).days
        return number >= 0 and bool(self.bits >> number & 1)

    def __and__(self, other: DaySet) -> DaySet:
        return DaySet(self.bits & other.bits)

    def __or__(self, other: DaySet) -> DaySet:
        return DaySet(self.bits | other.bits)

    def with_day(self, day: date) -> DaySet:
        """This set and `day`; itself when it is in it."""
        number = (day - _FIRST).days
        bits = self.bits | 1 << number if 0 <= number < MAX_BYTES * 8 else self.bits
        return self if bits == self.bits else DaySet(bits)

    def between(self, first: date, last: date) -> DaySet:
        """Those from `first` to `last`, both included."""
        low, count = max(0, (first - _FIRST).days), (last - _FIRST).days + 1
        bits = self.bits & (1 << max(0, count)) - 1
        bits = bits >> low << low
        return self if bits == self.bits else DaySet(bits)

    def kept(self, today: date) -> DaySet:
        """Without what is older than two years, and what is yet to come."""
        return self.between(today - timedelta(days=KEPT_DAYS), today)

    @property
    def first(self) -> date | None:
        if not self.bits:
            return None
        return _FIRST + timedelta(days=(self.bits & -self.bits).bit_length() - 1)

    @property
    def last(self) -> date | None:
        return _FIRST + timedelta(days=self.bits.bit_length() - 1) if self.bits else None


NO_DAYS = DaySet()
