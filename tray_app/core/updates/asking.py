"""Which names a registry is asked about: each once, whatever the number of servers that have it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.errors import BadName
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.names import DEFAULT_HOST, ModelName, canonical
from tray_app.core.pasted import HF_HOSTS
from tray_app.core.updates.ledger import Ledger, Look, MadeBy, pack
from tray_app.core.updates.verdicts import Standing

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord
    from tray_app.core.updates.answers import RegistryAnswer

MAX_PER_HOST = 2
MAX_AT_ONCE = 4
MAX_ABOUT = 100
"""Installed versions of one name that are remembered."""
LIMIT_S = 10.0
"""How long one request may take."""


_VERSION = lazy_pattern(r"v?[0-9][0-9A-Za-z.+-]{0,30}")


class Unasked(StrEnum):
    """Why a model is not asked about."""

    CLOUD = "cloud"
    NO_NAME = "no_name"  # of a kind that no registry has
    HOST = "host"  # its registry is not allowed
    NEVER = "never"  # a person does not want it
    BACKUP = "backup"
    MADE_HERE = "made_here"
    ABSENT = "absent"  # it was not there lately


_STANDINGS = {
    Unasked.CLOUD: Standing.CLOUD,
    Unasked.NO_NAME: Standing.NOT_ASKED,
    Unasked.HOST: Standing.NOT_ASKED,
    Unasked.NEVER: Standing.NOT_ASKED,
    Unasked.BACKUP: Standing.MADE_HERE,
    Unasked.MADE_HERE: Standing.MADE_HERE,
}


def unasked_standing(reason: Unasked) -> Standing | None:
    """What stands for a model that is not asked about; None = what was answered before."""
    return _STANDINGS.get(reason)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which registries a person lets us ask beside ollama.com's."""

    hugging_face: bool = True
    hosts: Collection[str] = ()

    def has(self, host: str) -> bool:
        folded = host.casefold()
        if folded == DEFAULT_HOST:
            return True
        if folded in HF_HOSTS:
            return self.hugging_face
        return any(folded == known.casefold() for known in self.hosts)


@dataclass(frozen=True, slots=True)
class Question:
    """One name to be asked about. `digests` are its versions on all servers that have it."""

    name: ModelName
    key: str
    digests: frozenset[str] = frozenset()
    is_insecure: bool = False
    is_settled: Callable[[str], bool] = field(default=lambda _: False, compare=False)
    """Whether a digest at the registry says all there is to know."""

    @property
    def line(self) -> str:
        """Whom it goes to, as far as limits are concerned: both hosts of Hugging Face are one."""
        host = self.name.host.casefold()
        return "hf.co" if host in HF_HOSTS else host


def why_unasked(
    record: ModelRecord,
    ledger: Ledger,
    allowed: Allowed,
    now: datetime,
    is_made_here: Callable[[ModelRecord], bool] = lambda _: False,
) -> Unasked | None:
    """Why no registry is asked about a model; None = it is. `is_made_here` tells of models that
    others have made."""
    if record.is_cloud:
        return Unasked.CLOUD
    try:
        name = ModelName.parse(record.name)
    except BadName:
        return Unasked.NO_NAME
    if name.has_misrouted_tag or name.source:
        return Unasked.NO_NAME
    made = ledger.made(record.server_id, record.name, record.digest)
    if made is not None:
        return Unasked.BACKUP if made.by is MadeBy.BACKUP else Unasked.MADE_HERE
    if is_made_here(record):
        return Unasked.MADE_HERE
    if not allowed.has(name.host):
        return Unasked.HOST
    if ledger.is_never_looked_up(record.name):
        return Unasked.NEVER
    return Unasked.ABSENT if ledger.is_known_absent(record.name, now) else None


def questions(
    records: Iterable[ModelRecord],
    ledger: Ledger,
    is_insecure: Callable[[str], bool] = lambda _: False,
) -> dict[str, Question]:
    """The questions about `records`, which are to be asked about, by canonical name."""
    found: dict[str, list[ModelRecord]] = {}
    for record in records:
        found.setdefault(canonical(record.name), []).append(record)
    return {key: _question(key, rows, ledger, is_insecure) for key, rows in found.items()}


def _question(
    key: str, rows: list[ModelRecord], ledger: Ledger, is_insecure: Callable[[str], bool]
) -> Question:
    digests = frozenset(row.digest for row in rows if row.digest)
    look = ledger.look(key)
    # What we remember of the registry's version need not be read again.
    remembered = look.digest if look is not None and look.packed else ""

    def is_settled(remote: str) -> bool:
        if remembered and remote == remembered:
            return True
        return bool(digests) and all(ledger.is_pair(key, digest, remote) for digest in digests)

    return Question(
        ModelName.parse(rows[0].name), key, digests, is_insecure(rows[0].name), is_settled
    )


def looked(question: Question, answer: RegistryAnswer, before: Look | None, now: datetime) -> Look:
    """What is remembered after an answer; after none, what was known stays."""
    if not answer.is_answer:
        known = before or Look(question.key)
        return Look(
            question.key,
            known.kind,
            known.checked_at,
            known.digest,
            known.pushed_at,
            known.requires,
            known.packed,
            known.about,
            answer.kind,
            now,
        )
    packed, pushed_at = "", answer.pushed_at
    requires = answer.requires if _VERSION.fullmatch(answer.requires) else ""
    if answer.manifest is not None:
        packed = pack(answer.manifest.layers)
    elif before is not None and answer.digest and before.digest == answer.digest:
        packed, requires = before.packed, before.requires
        pushed_at = pushed_at or before.pushed_at
    return Look(
        question.key,
        answer.kind,
        now,
        answer.digest,
        pushed_at,
        requires,
        packed,
        _about(question, before),
    )


def _about(question: Question, before: Look | None) -> tuple[str, ...]:
    """All versions that are known to have been installed before this answer."""
    old = before.about if before is not None else ()
    return tuple(dict.fromkeys((*sorted(question.digests), *old)))[:MAX_ABOUT]
