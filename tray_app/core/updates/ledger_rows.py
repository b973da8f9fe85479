"""Records of the ledger ↔ rows of its file: short lists, as there are thousands of them.

A file is input, whoever wrote it: a row that cannot be one of ours raises ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tray_app.core.decode import MAX_INT, MAX_WORD
from tray_app.core.records import LayerKind
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.ledger import (
    Judged,
    Look,
    Made,
    MadeBy,
    Never,
    Pin,
    Record,
    Resting,
    Rounds,
    Seen,
    Skip,
    Told,
)
from tray_app.core.updates.verdicts import Standing, Verdict

_MAX_PACKED = 200_000
_MAX_ABOUT = 200
_MAX_PARTS = 20
_LAST_S = 32_503_680_000  # the year 3000
_DIGEST = re.compile(r"[0-9a-f]{64}|")
_ANSWERS = {kind.value: kind for kind in AnswerKind}
_STANDINGS = {standing.value: standing for standing in Standing}
_KINDS = {kind.value: kind for kind in LayerKind}

Row = list[Any]


class Unfit(ValueError):
    """What is no row of ours."""


def to_row(record: Record) -> Row:
    """A record as JSON holds it."""
    return [record.tag, *_WRITERS[type(record)](record)]


def from_row(row: Any) -> Record:
    """The record of a row. Raises ValueError for what is none."""
    if not isinstance(row, list) or not row or not isinstance(row[0], str):
        raise Unfit("no row")
    reader = _READERS.get(row[0])
    if reader is None:
        raise Unfit(f"no record is called {row[0][:20]!r}")
    try:
        return reader(*row[1:])
    except TypeError as error:
        raise Unfit("another number of fields") from error


def _look_row(r: Look) -> Row:
    return [
        r.name, r.kind, _s(r.checked_at), r.digest, _s(r.pushed_at), r.requires, r.packed,
        list(r.about), r.failure, _s(r.failed_at),
    ]  # fmt: skip


def _look(
    name: Any, kind: Any, checked_at: Any, digest: Any, pushed_at: Any, requires: Any, packed: Any,
    about: Any, failure: Any, failed_at: Any,
) -> Look:  # fmt: skip
    if not isinstance(about, list) or len(about) > _MAX_ABOUT:
        raise Unfit("no versions")
    return Look(
        _name(name),
        _answer(kind),
        _moment(checked_at),
        _digest(digest),
        _moment(pushed_at),
        _text(requires),
        _text(packed, _MAX_PACKED),
        tuple(map(_digest, about)),
        _answer(failure),
        _moment(failed_at),
    )


def _verdict_row(r: Judged) -> Row:
    v = r.verdict
    return [
        r.server_id, r.name, v.standing, v.digest, v.remote_digest, _s(v.checked_at),
        _s(v.pushed_at), v.total_bytes, v.here_bytes, v.fetch_bytes, list(v.parts), v.requires,
        v.is_private, v.failure,
    ]  # fmt: skip


def _judged(
    server_id: Any, name: Any, standing: Any, digest: Any, remote_digest: Any, checked_at: Any,
    pushed_at: Any, total: Any, here: Any, fetch: Any, parts: Any, requires: Any, is_private: Any,
    failure: Any,
) -> Judged:  # fmt: skip
    if not isinstance(parts, list) or len(parts) > _MAX_PARTS or not isinstance(is_private, bool):
        raise Unfit("no verdict")
    return Judged(
        _name(server_id),
        _name(name),
        Verdict(
            _one_of(_STANDINGS, standing),
            _digest(digest),
            _digest(remote_digest),
            _moment(checked_at),
            _moment(pushed_at),
            _whole(total),
            _whole(here),
            None if fetch is None else _whole(fetch),
            tuple(_one_of(_KINDS, part) for part in parts),
            _text(requires),
            is_private,
            _answer(failure),
        ),
    )


def _seen(name: Any, digest: Any, remote_digest: Any, at: Any) -> Seen:
    return Seen(_name(name), _digest(digest), _digest(remote_digest), _known_moment(at))


def _made(
    server_id: Any, name: Any, digest: Any, by: Any, at: Any, source: Any, keep_until: Any
) -> Made:
    return Made(
        _name(server_id),
        _name(name),
        _digest(digest),
        _one_of({made.value: made for made in MadeBy}, by),
        _known_moment(at),
        _text(source),
        _moment(keep_until),
    )


_WRITERS: dict[type, Callable[[Any], Row]] = {
    Look: _look_row,
    Judged: _verdict_row,
    Seen: lambda r: [r.name, r.digest, r.remote_digest, _s(r.at)],
    Made: lambda r: [
        r.server_id, r.name, r.digest, r.by, _s(r.at), r.source, _s(r.keep_until),
    ],
    Pin: lambda r: [r.server_id, r.name],
    Skip: lambda r: [r.server_id, r.name, r.digest],
    Never: lambda r: [r.name],
    Told: lambda r: [r.name, r.digest],
    Resting: lambda r: [r.host, _s(r.until)],
    Rounds: lambda r: [_s(r.full_at), _s(r.failed_at), r.failures],
}  # fmt: skip
_READERS: dict[str, Callable[..., Record]] = {
    Look.tag: _look,
    Judged.tag: _judged,
    Seen.tag: _seen,
    Made.tag: _made,
    Pin.tag: lambda server_id, name: Pin(_name(server_id), _name(name)),
    Skip.tag: lambda server_id, name, digest: Skip(_name(server_id), _name(name), _digest(digest)),
    Never.tag: lambda name: Never(_name(name)),
    Told.tag: lambda name, digest: Told(_name(name), _digest(digest)),
    Resting.tag: lambda host, until: Resting(_name(host), _known_moment(until)),
    Rounds.tag: lambda full_at, failed_at, failures: Rounds(
        _moment(full_at), _moment(failed_at), _whole(failures)
    ),
}


def _s(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _moment(value: Any) -> datetime | None:
    return None if value is None else _known_moment(value)


def _known_moment(value: Any) -> datetime:
    if type(value) is not int or not 0 <= value <= _LAST_S:
        raise Unfit("no time")
    return datetime.fromtimestamp(value, UTC)


def _text(value: Any, limit: int = MAX_WORD) -> str:
    if type(value) is not str or len(value) > limit:
        raise Unfit("no text")
    if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
        raise Unfit("no Unicode")
    return value


def _name(value: Any) -> str:
    if not _text(value):
        raise Unfit("no name")
    return str(value)


def _digest(value: Any) -> str:
    if type(value) is not str or _DIGEST.fullmatch(value) is None:
        raise Unfit("no digest")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MAX_INT:
        raise Unfit("no number")
    return value


def _answer(value: Any) -> AnswerKind | None:
    return None if value is None else _one_of(_ANSWERS, value)


def _one_of(known: dict[str, Any], value: Any) -> Any:
    if type(value) is not str or value not in known:
        raise Unfit("an unknown word")
    return known[value]
