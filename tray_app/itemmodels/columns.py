"""One declaration per column of the models table: title, width, words, sort key, alignment.

A new column is a line in COLUMNS and a title in `column_title`. How cells look is the
delegate's business (views/models/delegate.py).
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from operator import attrgetter
from typing import Any

from tray_app import text
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.payloads import Verb
from tray_app.core.use.ledger import UNWATCHED, Known
from tray_app.itemmodels.rows import ModelRow, parameter_count
from tray_app.text import tr

MISSING = text.MISSING
_sort_value = attrgetter("sort_value")


@dataclass(frozen=True, slots=True)
class Column:
    """`sort_key` gives None for "not told", which sorts last in both directions.

    `hide_rank`: the columns with the lowest rank go first when the window gets narrow, 0 = never.
    `is_of_updates`: it is shown with the filter of that name, and nowhere else.
    """

    key: str
    width: int
    display: Callable[[ModelRow], str]
    sort_key: Callable[[ModelRow], Any]
    is_right: bool = False
    is_descending_first: bool = False
    is_default: bool = False
    is_optional: bool = True
    hide_rank: int = 0
    is_of_updates: bool = False


def _fold(value: str) -> str | None:
    return value.casefold() or None


def _size(row: ModelRow) -> str:
    if row.busy is not None and (words := _busy_words(row)):
        return words
    return MISSING if row.record.is_cloud else text.size(row.record.size_bytes)


def _busy_words(row: ModelRow) -> str:
    busy = row.busy
    return _verb_words(busy.verb, busy.permille) if busy is not None else ""


def _verb_words(verb: Verb, permille: int | None = None) -> str:
    if verb is Verb.LOAD:
        return tr("Loading…")
    if verb is Verb.STOP:
        return tr("Stopping…")
    if verb is Verb.UNLOAD:
        return tr("Unloading…")
    if verb is Verb.DELETE:
        return tr("Deleting…")
    if verb is Verb.CREATE:
        return tr("Saving…")
    if verb is Verb.RENAME:
        return tr("Renaming…")
    if verb is Verb.PULL and permille is not None:
        return tr("Updating {percent}").format(percent=text.percent(permille))
    return tr("Updating…") if verb is Verb.PULL else ""


def short_size(row: ModelRow) -> str:
    """What the Size column shows where there is no room for more; "" = there is no shorter."""
    busy = row.busy
    if busy is None or busy.verb is not Verb.PULL or busy.permille is None:
        return ""
    return text.percent(busy.permille)


def size_words() -> tuple[str, ...]:
    """The widest that the Size column may have to show, in the language of now."""
    verbs = (
        *(Verb.LOAD, Verb.STOP, Verb.UNLOAD, Verb.DELETE, Verb.CREATE, Verb.RENAME),
        Verb.PULL,
    )
    busy = (_verb_words(verb) for verb in verbs)
    sizes = (text.size(888_800_000_000), text.size(888_000_000), text.size(999_999_999))
    return (*busy, *sizes)


def _context(row: ModelRow) -> str:
    length = row.record.details.context_length
    return text.number(length) if length else MISSING


def _capabilities(row: ModelRow) -> str:
    words = [text.capability_label(name) for name in row.record.capabilities]
    return tr(", ", "between parts of a line").join(words) or MISSING


def _modified(row: ModelRow) -> float | None:
    modified = row.record.modified_at
    return modified.timestamp() if modified else None


def _last_used(row: ModelRow) -> float | None:
    """Newest first: what is in memory, what was used, what has just come, what was there before."""
    use = row.use.use if row.use is not None and not row.is_cloud else UNWATCHED
    if use.known is Known.USED and use.at is not None:
        return use.at.timestamp()
    return {Known.NOW: inf, Known.NOT_YET: -1.0, Known.BEFORE: -2.0}.get(use.known)


def _to_download(row: ModelRow) -> int | None:
    return row.verdict.fetch_bytes if row.is_update else None


def _quantization(row: ModelRow) -> str:
    return row.record.details.quantization_level


COLUMNS: tuple[Column, ...] = (
    Column(
        "name", 220,
        lambda row: row.record.name,
        lambda row: row.sort_name,
        is_default=True, is_optional=False,
    ),
    Column(
        "server", 132,
        lambda row: row.server.label,
        lambda row: row.server.folded or None,
        hide_rank=10,
    ),
    Column(
        "parameters", 104,
        lambda row: row.record.details.parameter_size or MISSING,
        lambda row: parameter_count(row.record.details.parameter_size),
        is_right=True, is_descending_first=True, is_default=True, hide_rank=9,
    ),
    Column(
        "quantization", 128,
        lambda row: _quantization(row) or MISSING,
        lambda row: _fold(_quantization(row)),
        is_default=True, hide_rank=6,
    ),
    Column(
        "size", 88,
        _size,
        lambda row: None if row.record.is_cloud else row.record.size_bytes,
        is_right=True, is_descending_first=True, is_default=True,
    ),
    Column(
        "to_download", 112,
        lambda row: MISSING if _to_download(row) is None else text.size(_to_download(row)),
        _to_download,
        is_right=True, is_descending_first=True, hide_rank=11, is_of_updates=True,
    ),
    Column(
        # Its words depend on the time, as those of the next one; what it sorts by is asked for.
        "last_used", 128,
        lambda _: "",
        _last_used,
        is_descending_first=True, hide_rank=8,
    ),
    Column(
        # Its words depend on the time; the model makes them when asked.
        "modified", 144,
        lambda _: "",
        _modified,
        is_descending_first=True, is_default=True, hide_rank=7,
    ),
    Column(
        "family", 112,
        lambda row: row.record.details.family or MISSING,
        lambda row: _fold(row.record.details.family),
        hide_rank=3,
    ),
    Column(
        "format", 80,
        lambda row: row.record.details.format or MISSING,
        lambda row: _fold(row.record.details.format),
        hide_rank=2,
    ),
    Column(
        "context", 112,
        _context,
        lambda row: row.record.details.context_length,
        is_right=True, is_descending_first=True, hide_rank=5,
    ),
    Column(
        "capabilities", 144,
        _capabilities,
        lambda row: len(row.record.capabilities) or None,
        is_descending_first=True, hide_rank=4,
    ),
    Column(
        "digest", 120,
        lambda row: row.record.short_digest or MISSING,
        lambda row: row.record.digest or None,
        hide_rank=1,
    ),
)  # fmt: skip

NUMBER = {column.key: number for number, column in enumerate(COLUMNS)}
NAME, SERVER = NUMBER["name"], NUMBER["server"]
SIZE, MODIFIED, LAST_USED = NUMBER["size"], NUMBER["modified"], NUMBER["last_used"]
DEFAULT_KEYS = tuple(column.key for column in COLUMNS if column.is_default)


def cells(row: ModelRow) -> tuple[str, ...]:
    """The words of all cells of `row`, made at the first call and kept until the row changes."""
    if row.cells is None:
        row.cells = tuple(column.display(row) for column in COLUMNS)
    return row.cells


_TITLES: dict[str, Callable[[], str]] = {
    "name": lambda: tr("Name"),
    "server": lambda: tr("Server"),
    "parameters": lambda: tr("Parameters", "their number"),
    "quantization": lambda: tr("Quantization"),
    "size": lambda: tr("Size"),
    "to_download": lambda: tr("To download"),
    "modified": lambda: tr("Modified"),
    "last_used": lambda: tr("Last used"),
    "family": lambda: tr("Family"),
    "format": lambda: tr("Format"),
    "context": lambda: tr("Context length"),
    "capabilities": lambda: tr("Capabilities"),
    "digest": lambda: tr("Digest"),
}


def column_title(key: str) -> str:
    """The heading of a column, in the language of the program."""
    return _TITLES[key]()


def sort_value(row: ModelRow, key: str) -> Any:
    """By what a column sorts `row`."""
    return COLUMNS[NUMBER[key]].sort_key(row)


def arrange(rows: list[ModelRow], key: str, is_descending: bool) -> list[ModelRow]:
    """`rows`, which are in the order of names, sorted by a column: equal values keep the order
    of names and missing values come last, whatever the direction."""
    if key == "name":
        return rows[::-1] if is_descending else list(rows)
    value_of = COLUMNS[NUMBER[key]].sort_key
    # The values are kept in the rows and no pairs are built: ten thousand fresh tuples would
    # wake the garbage collector, which costs more than the sort.
    for row in rows:
        if row.sort_key != key:
            row.sort_key = key
            row.sort_value = value_of(row)
    present = [row for row in rows if row.sort_value is not None]
    present.sort(key=_sort_value, reverse=is_descending)
    if len(present) != len(rows):
        present += [row for row in rows if row.sort_value is None]
    return present
