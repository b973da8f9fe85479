"""Records of the ledger ↔ rows of its file: a line each, as there are thousands of them at a start.

A file is input, whoever wrote it: a row that cannot be one of ours raises ValueError. One pattern
says what each kind of row may hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.records import LayerKind
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.ledger import (
    Announced,
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
    Updated,
)
from tray_app.core.updates.verdicts import Standing, Verdict

_SEPARATOR = "\t"
_ANSWERS: dict[str, AnswerKind | None] = {"": None, **{kind.value: kind for kind in AnswerKind}}
_STANDINGS = {standing.value: standing for standing in Standing}
_KINDS = {kind.value: kind for kind in LayerKind}
_MAKERS = {by.value: by for by in MadeBy}

_TEXT = r"([^\x00-\x1f\x7f\ud800-\udfff]{1,1000})"
_OPTIONAL_TEXT = r"([^\x00-\x1f\x7f\ud800-\udfff]{0,1000})"
_DIGEST = r"([0-9a-f]{64}|)"
_DIGESTS = r"((?:[0-9a-f]{64},?){0,500})"
_PACKED = r"([ -~]{0,200000})"
_TIME = r"([0-9]{0,10})"
_KNOWN_TIME = r"([0-9]{1,10})"
_NUMBER = r"([0-9]{1,18})"
_OPTIONAL_NUMBER = r"([0-9]{0,18})"
_FLAG = r"([01])"


def _word(*words: str) -> str:
    return f"({'|'.join(words)})"


_ANSWER = _word(*_ANSWERS)
_PARTS = rf"((?:{_word(*_KINDS)},?){{0,20}})".replace("((?:(", "((?:(?:", 1)


def to_row(record: Record) -> str:
    """A record as a line. Raises ValueError for one that would not be read again."""
    row = _SEPARATOR.join([record.tag, *_WRITERS[type(record)](record)])
    if _READERS[record.tag][0].fullmatch(row) is None:
        raise ValueError(f"no row: {row[:40]!r}")
    return row


def from_row(row: Any) -> Record:
    """The record of a line. Raises ValueError for what is none."""
    if not isinstance(row, str):
        raise ValueError("no row")  # noqa: TRY004 - what a file holds is a value
    pattern, made_of = _READERS.get(row[: row.find(_SEPARATOR)], _NONE)
    found = pattern.fullmatch(row)
    if found is None:
        raise ValueError(f"no row: {row[:40]!r}")
    return made_of(*found.groups())


def _look(
    name: str, kind: str, checked_at: str, digest: str, pushed_at: str, requires: str, packed: str,
    about: str, failure: str, failed_at: str,
) -> Look:  # fmt: skip
    return Look(
        name,
        _ANSWERS[kind],
        _moment(checked_at),
        digest,
        _moment(pushed_at),
        requires,
        packed,
        tuple(about.split(",")) if about else (),
        _ANSWERS[failure],
        _moment(failed_at),
    )


def _judged(
    server_id: str, name: str, standing: str, digest: str, remote_digest: str, checked_at: str,
    pushed_at: str, total: str, here: str, fetch: str, parts: str, requires: str, is_private: str,
    failure: str,
) -> Judged:  # fmt: skip
    return Judged(
        server_id,
        name,
        Verdict(
            _STANDINGS[standing],
            digest,
            remote_digest,
            _moment(checked_at),
            _moment(pushed_at),
            int(total),
            int(here),
            int(fetch) if fetch else None,
            tuple(_KINDS[part] for part in parts.split(",") if part) if parts else (),
            requires,
            is_private == "1",
            _ANSWERS[failure],
        ),
    )


def _written_look(r: Look) -> list[str]:
    return [
        r.name, r.kind or "", _s(r.checked_at), r.digest, _s(r.pushed_at), r.requires, r.packed,
        ",".join(r.about), r.failure or "", _s(r.failed_at),
    ]  # fmt: skip


def _written_verdict(r: Judged) -> list[str]:
    v = r.verdict
    return [
        r.server_id, r.name, v.standing, v.digest, v.remote_digest, _s(v.checked_at),
        _s(v.pushed_at), str(v.total_bytes), str(v.here_bytes),
        "" if v.fetch_bytes is None else str(v.fetch_bytes), ",".join(v.parts), v.requires,
        str(int(v.is_private)), v.failure or "",
    ]  # fmt: skip


def _s(moment: datetime | None) -> str:
    return "" if moment is None else str(max(0, int(moment.timestamp())))


@lru_cache(maxsize=4096)
def _known(seconds: str) -> datetime:
    """One moment is that of many rows."""
    return datetime.fromtimestamp(int(seconds), UTC)


def _moment(seconds: str) -> datetime | None:
    return _known(seconds) if seconds else None


_WRITERS: dict[type, Callable[[Any], list[str]]] = {
    Look: _written_look,
    Judged: _written_verdict,
    Seen: lambda r: [r.name, r.digest, r.remote_digest, _s(r.at)],
    Made: lambda r: [r.server_id, r.name, r.digest, r.by, _s(r.at), r.source, _s(r.keep_until)],
    Pin: lambda r: [r.server_id, r.name],
    Skip: lambda r: [r.server_id, r.name, r.digest],
    Never: lambda r: [r.name],
    Told: lambda r: [r.name, r.digest],
    Announced: lambda r: [r.server_id, r.name, r.digest, _s(r.at), str(int(r.is_seen))],
    Updated: lambda r: [r.server_id, r.name, r.digest, _s(r.at), r.children],
    Resting: lambda r: [r.host, _s(r.until)],
    Rounds: lambda r: [_s(r.full_at), _s(r.failed_at), str(r.failures)],
}


def _row_of(tag: str, *fields: str) -> re.Pattern[str]:
    return lazy_pattern(_SEPARATOR.join((tag, *fields)))


_READERS: dict[str, tuple[re.Pattern[str], Callable[..., Record]]] = {
    Look.tag: (
        _row_of(Look.tag, _TEXT, _ANSWER, _TIME, _DIGEST, _TIME, _OPTIONAL_TEXT, _PACKED, _DIGESTS,
                _ANSWER, _TIME),
        _look,
    ),
    Judged.tag: (
        _row_of(Judged.tag, _TEXT, _TEXT, _word(*_STANDINGS), _DIGEST, _DIGEST, _TIME, _TIME,
                _NUMBER, _NUMBER, _OPTIONAL_NUMBER, _PARTS, _OPTIONAL_TEXT, _FLAG, _ANSWER),
        _judged,
    ),
    Seen.tag: (
        _row_of(Seen.tag, _TEXT, _DIGEST, _DIGEST, _KNOWN_TIME),
        lambda name, digest, remote, at: Seen(name, digest, remote, _known(at)),
    ),
    Made.tag: (
        _row_of(Made.tag, _TEXT, _TEXT, _DIGEST, _word(*_MAKERS), _KNOWN_TIME, _OPTIONAL_TEXT,
                _TIME),
        lambda server_id, name, digest, by, at, source, until: Made(
            server_id, name, digest, _MAKERS[by], _known(at), source, _moment(until)
        ),
    ),
    Pin.tag: (_row_of(Pin.tag, _TEXT, _TEXT), Pin),
    Skip.tag: (_row_of(Skip.tag, _TEXT, _TEXT, _DIGEST), Skip),
    Never.tag: (_row_of(Never.tag, _TEXT), Never),
    Told.tag: (_row_of(Told.tag, _TEXT, _DIGEST), Told),
    Announced.tag: (
        _row_of(Announced.tag, _TEXT, _TEXT, _DIGEST, _KNOWN_TIME, _FLAG),
        lambda server_id, name, digest, at, is_seen: Announced(
            server_id, name, digest, _known(at), is_seen == "1"
        ),
    ),
    Updated.tag: (
        _row_of(Updated.tag, _TEXT, _TEXT, _DIGEST, _KNOWN_TIME, _OPTIONAL_TEXT),
        lambda server_id, name, digest, at, children: Updated(
            server_id, name, digest, _known(at), children
        ),
    ),
    Resting.tag: (
        _row_of(Resting.tag, _TEXT, _KNOWN_TIME),
        lambda host, until: Resting(host, _known(until)),
    ),
    Rounds.tag: (
        _row_of(Rounds.tag, _TIME, _TIME, r"([0-9])"),
        lambda full_at, failed_at, failures: Rounds(
            _moment(full_at), _moment(failed_at), int(failures)
        ),
    ),
}  # fmt: skip
_NONE: tuple[re.Pattern[str], Callable[..., Record]] = (lazy_pattern(r"(?!)"), Never)
