"""Proofs: what was seen while something was measured, without which its number means nothing.

An empty table refreshes in no time, and a download that failed costs little. So whatever measures
says first what has to be there, and raises NotMeasured when it is not.
"""

from __future__ import annotations


class NotMeasured(RuntimeError):
    """What was to be measured did not happen; the message says what is missing."""


def prove(is_so: object, missing: str) -> None:
    """Raise NotMeasured with `missing` unless it is so."""
    if not is_so:
        raise NotMeasured(missing)


def prove_equal(what: str, seen: object, wanted: object) -> None:
    """Raise NotMeasured unless that was seen which was wanted."""
    if seen != wanted:
        raise NotMeasured(f"{what}: {seen}, not {wanted}")


def prove_at_least(what: str, seen: float, least: float) -> None:
    """Raise NotMeasured unless there was enough of it."""
    if not seen >= least:
        raise NotMeasured(f"{what}: {seen:g}, not at least {least:g}")


def count(number: int) -> str:
    """A number as the table writes it: "10 000"."""
    return f"{number:,}".replace(",", " ")
