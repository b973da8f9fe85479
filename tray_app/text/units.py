"""Bytes, speeds, percents: numbers with their units, and the few words on a graph of speeds.

`size` is asked for every row of a long table, so it does its own arithmetic and asks the locale
only for the decimal point, once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from tray_app.text.wording import (
    MISSING,
    NBSP,
    english_singular,
    fill,
    formats,
    is_binary,
    number,
    on_configure,
    tr,
)

_SCALE_STEPS = (1.0, 2.0, 5.0, 10.0)


class _Cache:
    point = ""
    decimal: tuple[str, ...] = ()
    binary: tuple[str, ...] = ()


def _forget() -> None:
    _Cache.point = ""


def _remember() -> None:
    _Cache.point = formats().decimal_point
    _Cache.decimal = tuple(
        NBSP + unit
        for unit in (tr("B"), tr("KB"), tr("MB"), tr("GB"), tr("TB"), tr("PB"), tr("EB"))
    )
    _Cache.binary = tuple(
        NBSP + unit
        for unit in (tr("B"), tr("KiB"), tr("MiB"), tr("GiB"), tr("TiB"), tr("PiB"), tr("EiB"))
    )


on_configure(_forget)


def size(count_bytes: int | None, units: str = "") -> str:
    """A size as Ollama prints it: "4.7 GB", "274 MB"; or "4.34 GiB" with `units` (or the setting)
    "binary"."""
    if count_bytes is None or count_bytes < 0:
        return MISSING
    if not _Cache.point:
        _remember()
    if is_binary() if not units else units == "binary":
        return _binary(count_bytes)
    return _decimal(count_bytes)


def _decimal(count: int) -> str:
    """As `ollama list` prints it: below 10 one decimal, rounded, unless there is nothing behind the
    point; from there on whole units, cut."""
    if count < 1000:
        return f"{count}{_Cache.decimal[0]}"
    rank = min((len(str(count)) - 1) // 3, 6)
    unit = 1000**rank
    whole, rest = divmod(count, unit)
    if whole >= 10 or not rest:
        return f"{whole}{_Cache.decimal[rank]}"
    return f"{_tenths(count, unit)}{_Cache.decimal[rank]}"


def _tenths(count: int, unit: int) -> str:
    # Of halves such as 1.25 Ollama rounds the nearest number that a computer has: so does this.
    return f"{float(count) / unit:.1f}".replace(".", _Cache.point)


def _binary(count: int) -> str:
    """Three significant digits; four from 1000 to 1023."""
    if count < 1024:
        return f"{count}{_Cache.binary[0]}"
    rank, unit = 1, 1024
    while count * 2 >= unit * 2047 and rank < 6:
        rank += 1
        unit *= 1024
    hundredths = (count * 100 + unit // 2) // unit
    if hundredths < 1000:
        return f"{hundredths // 100}{_Cache.point}{hundredths % 100:02}{_Cache.binary[rank]}"
    tenths = (count * 10 + unit // 2) // unit
    if tenths < 1000:
        return f"{tenths // 10}{_Cache.point}{tenths % 10}{_Cache.binary[rank]}"
    return f"{(count + unit // 2) // unit}{_Cache.binary[rank]}"


def size_wanted(count_bytes: int) -> str:
    """A size that somebody is to make room for: as `size` says it, but never less than it is."""
    return size(_rounded_up(count_bytes))


def _rounded_up(count: int) -> int:
    """The least size that is written with so many digits and not less than `count`."""
    base = 1024 if is_binary() else 1000
    unit = 1
    while count >= unit * base:
        unit *= base
    if unit == 1:
        return count
    whole = count // unit
    if is_binary():
        parts = 1 if whole >= 100 else 10 if whole >= 10 else 100
    else:
        parts = 1 if whole >= 10 else 10
    written = -(-count * parts // unit)
    return -(-written * unit // parts)


def exact_size(count_bytes: int | None) -> str:
    """For a tooltip: "4,661,224,676 bytes (4.7 GB, 4.34 GiB)"."""
    if count_bytes is None or count_bytes < 0:
        return MISSING
    return fill(
        tr("{count} bytes ({decimal}, {binary})"),
        count=number(count_bytes),
        decimal=size(count_bytes, "decimal"),
        binary=size(count_bytes, "binary"),
    )


def spoken_size(count_bytes: int | None) -> str:
    """For a screen reader: "5.2 gigabytes"."""
    if count_bytes is None or count_bytes < 0:
        return tr("unknown size")
    value, _, unit = size(count_bytes).partition(NBSP)
    words = {
        tr("B"): tr("bytes"),
        tr("KB"): tr("kilobytes"),
        tr("MB"): tr("megabytes"),
        tr("GB"): tr("gigabytes"),
        tr("TB"): tr("terabytes"),
        tr("KiB"): tr("kibibytes"),
        tr("MiB"): tr("mebibytes"),
        tr("GiB"): tr("gibibytes"),
        tr("TiB"): tr("tebibytes"),
    }
    word = words.get(unit, unit)
    one = english_singular(1, word.removesuffix("s")) if value == "1" else ""
    return f"{value} {one or word}"


def amount_wanted(wanted_bytes: int, total_bytes: int) -> str:
    """As `amount`, of what is more than there is: "16 of 15 GB"."""
    return amount(_rounded_up(wanted_bytes), total_bytes)


def amount_of_wanted(part_bytes: int, wanted_bytes: int) -> str:
    """As `amount`, of what somebody is to make room for: there may be more of it."""
    return amount(part_bytes, _rounded_up(wanted_bytes))


def amount(completed_bytes: int, total_bytes: int | None, is_total_known: bool = True) -> str:
    """ "6.1 of 9.3 GB": one unit for both, unless so little is there that it would read 0.0."""
    if total_bytes is None:
        return size(completed_bytes)
    whole = size(total_bytes)
    part = _in_unit_of(completed_bytes, total_bytes)
    if is_total_known:
        return fill(tr("{part} of {whole}", "bytes"), part=part, whole=whole)
    return fill(tr("{part} of {whole} so far", "bytes"), part=part, whole=whole)


def in_one_unit(parts: Iterable[int], total_bytes: int) -> tuple[list[str], str]:
    """The parts of a whole without a unit, and the whole with the one of all: "6.3", "18.1" and
    "12.0 GB"."""
    return [_in_unit_of(part, total_bytes) for part in parts], size(total_bytes)


def _in_unit_of(part: int, whole: int) -> str:
    """`part` in the unit of `whole`, and never more than what is there: "all" only when it is."""
    own_value, _, own_unit = size(part).partition(NBSP)
    _, _, unit = size(whole).partition(NBSP)
    if part == whole or not part:
        return own_value
    ranks = _Cache.binary if is_binary() else _Cache.decimal
    rank = ranks.index(NBSP + unit)
    divisor = (1024 if is_binary() else 1000) ** rank
    tenths = part * 10 // divisor
    if not tenths:
        return own_value if own_unit == unit else size(part)
    is_small = bool(rank) and tenths < (1000 if is_binary() else 100)
    return f"{tenths // 10}{_Cache.point}{tenths % 10}" if is_small else f"{tenths // 10}"


def speed(bytes_per_s: float | None) -> str:
    """ "41.8 MB/s"; "" when unknown."""
    if bytes_per_s is None or bytes_per_s < 0:
        return ""
    return fill(tr("{size}/s", "speed"), size=size(round(bytes_per_s)))


def percent(permille: int | None) -> str:
    """ "66%", never rounded up; "" when unknown."""
    if permille is None:
        return ""
    return percent_of(permille // 10)


def percent_of(value: int) -> str:
    """A whole percentage the way the language writes it."""
    return fill(tr("{value}%"), value=value)


def speed_scale(peak_bytes_s: float) -> float:
    """A round speed not below the peak, for the top of a scale: 1, 2 or 5 times a power of ten
    of the unit that speeds are written in."""
    least = max(1.0, peak_bytes_s)
    unit, base = 1.0, 1024.0 if is_binary() else 1000.0
    while least >= unit * base:
        unit *= base
    power = 10.0 ** math.floor(math.log10(least / unit))
    return next(unit * power * step for step in _SCALE_STEPS if unit * power * step >= least)


def spoken_trail(peak_bytes_s: float, mean_bytes_s: float) -> str:
    """For a screen reader: "On average 40.2 MB per second, at most 47.1 MB"."""
    return fill(
        tr("On average {mean} per second, at most {peak}"),
        mean=size(round(mean_bytes_s)),
        peak=size(round(peak_bytes_s)),
    )
