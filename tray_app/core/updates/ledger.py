"""Ledger: what is remembered of versions, whoever learned it. The memory behind all verdicts.

Registries tell what a name stands for now, never what it stood for before: whether an installed
version is an older one, only who has seen it there can say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from tray_app.core.decode import MAX_WORD
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical
from tray_app.core.records import Layer, LayerKind, ModelKey
from tray_app.core.updates.answers import ABSENT_FOR, AnswerKind
from tray_app.core.updates.verdicts import Marks, Verdict

REST = timedelta(hours=6)
"""How long a registry is left alone that asks for it, or fails."""
MAX_LAYERS = 500
"""Of a remembered manifest; one with more is asked for again."""
MAX_SEEN = 20
"""Versions of one name that are remembered."""
MAX_RECORDS = 50_000

Key = tuple[str, ...]


class MadeBy(StrEnum):
    """How a model of our own making came to be."""

    CREATE = "create"
    COPY = "copy"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Look:
    """What the registry last said of a name. `about` are the versions that were installed
    anywhere when it was asked. `packed` are its layers (see `pack`), "" where they did not matter.

    `failure` and `failed_at` are of a later question that nobody answered; `kind` None = none ever
    was.
    """

    tag: ClassVar[str] = "look"

    name: str
    kind: AnswerKind | None = None
    checked_at: datetime | None = None
    digest: str = ""
    pushed_at: datetime | None = None
    requires: str = ""
    packed: str = ""
    about: tuple[str, ...] = ()
    failure: AnswerKind | None = None
    failed_at: datetime | None = None

    @property
    def key(self) -> Key:
        return (self.tag, self.name)

    @property
    def layers(self) -> tuple[Layer, ...]:
        return unpack(self.packed)


@dataclass(frozen=True, slots=True)
class Seen:
    """The installed version `digest` was what the registry had under that name, then under
    `remote_digest`: another digest where a server had written the manifest anew."""

    tag: ClassVar[str] = "seen"

    name: str
    digest: str
    remote_digest: str
    at: datetime

    @property
    def key(self) -> Key:
        return (self.tag, self.name, self.digest, self.remote_digest)


@dataclass(frozen=True, slots=True)
class Made:
    """A model that we made on a server; it is that one for as long as it has `digest`. `name` is as
    the server spells it, `source` what it was made of. A backup is removed after `keep_until`,
    None = never."""

    tag: ClassVar[str] = "made"

    server_id: str
    name: str
    digest: str
    by: MadeBy
    at: datetime
    source: str = ""
    keep_until: datetime | None = None

    @property
    def key(self) -> Key:
        return (self.tag, self.server_id, canonical(self.name))


@dataclass(frozen=True, slots=True)
class Pin:
    """A model that is to stay as it is on its server."""

    tag: ClassVar[str] = "pin"

    server_id: str
    name: str

    @property
    def key(self) -> Key:
        return (self.tag, self.server_id, self.name)


@dataclass(frozen=True, slots=True)
class Skip:
    """A version at the registry of which a person wants to hear nothing, on one server."""

    tag: ClassVar[str] = "skip"

    server_id: str
    name: str
    digest: str

    @property
    def key(self) -> Key:
        return (self.tag, self.server_id, self.name)


@dataclass(frozen=True, slots=True)
class Never:
    """A name that is never looked up."""

    tag: ClassVar[str] = "never"

    name: str

    @property
    def key(self) -> Key:
        return (self.tag, self.name)


@dataclass(frozen=True, slots=True)
class Told:
    """The version at the registry that a person was last told of."""

    tag: ClassVar[str] = "told"

    name: str
    digest: str

    @property
    def key(self) -> Key:
        return (self.tag, self.name)


@dataclass(frozen=True, slots=True)
class Announced:
    """A person was told that a kept version, `digest`, will be removed, first at `at`. `is_seen`:
    they do not want to hear it again."""

    tag: ClassVar[str] = "announced"

    server_id: str
    name: str
    digest: str
    at: datetime
    is_seen: bool = False

    @property
    def key(self) -> Key:
        return (self.tag, self.server_id, self.name)


@dataclass(frozen=True, slots=True)
class Updated:
    """A model was updated and others still have its old version, `digest`; a person has not said
    yet what is to become of them. `children` are those that were made of it, see `pack_children`.
    """

    tag: ClassVar[str] = "updated"

    server_id: str
    name: str
    digest: str
    at: datetime
    children: str = ""

    @property
    def key(self) -> Key:
        return (self.tag, self.server_id, canonical(self.name))


@dataclass(frozen=True, slots=True)
class Resting:
    """A registry that is left alone until then."""

    tag: ClassVar[str] = "rest"

    host: str
    until: datetime

    @property
    def key(self) -> Key:
        return (self.tag, self.host)


@dataclass(frozen=True, slots=True)
class Rounds:
    """When all were last asked about, and how many rounds in a row have failed since."""

    tag: ClassVar[str] = "rounds"

    full_at: datetime | None = None
    failed_at: datetime | None = None
    failures: int = 0

    @property
    def key(self) -> Key:
        return (self.tag,)


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on an installed model as it was last."""

    tag: ClassVar[str] = "judged"

    server_id: str
    name: str
    verdict: Verdict

    @property
    def key(self) -> Key:
        return (self.tag, self.server_id, self.name)


Record = (
    Look | Seen | Made | Pin | Skip | Never | Told | Announced | Updated | Resting | Rounds | Judged
)

_OfServer = Judged | Skip | Pin | Made | Announced | Updated


class Ledger:
    """All records, each once by its key. Names are canonical, so that no spelling is another one.

    Whoever keeps it on disk takes `take_changes` now and then: the keys that were written since,
    with None for what was dropped.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._records: dict[Key, Record] = {record.key: record for record in records}
        self._seen: dict[str, dict[Key, Seen]] = {}
        for record in self._records.values():
            if isinstance(record, Seen):
                self._seen.setdefault(record.name, {})[record.key] = record
        self._changes: dict[Key, Record | None] = {}

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(tuple(self._records.values()))

    def take_changes(self) -> dict[Key, Record | None]:
        """What was written since the last call."""
        changes, self._changes = self._changes, {}
        return changes

    def give_back(self, changes: Mapping[Key, Record | None]) -> None:
        """What was taken could not be kept: it is taken again the next time."""
        self._changes = {**changes, **self._changes}

    @property
    def has_changed(self) -> bool:
        return bool(self._changes)

    def merge(self, records: Iterable[Record]) -> None:
        """What is on disk now, which somebody else may have written. What changed here and is not
        on disk yet stays."""
        merged = Ledger(records)
        for key, record in self._changes.items():
            if record is None:
                merged._drop(key)
            else:
                merged._put(record)
        self._records, self._seen = merged._records, merged._seen

    # What a registry has.

    def look(self, name: str) -> Look | None:
        found = self._records.get((Look.tag, canonical(name)))
        return found if isinstance(found, Look) else None

    def put_look(self, look: Look) -> None:
        self._write(replace(look, name=canonical(look.name)))

    def forget_absence(self, name: str) -> None:
        """A person wants it to be asked about again."""
        look = self.look(name)
        if look is not None and look.kind in (AnswerKind.ABSENT, AnswerKind.PRIVATE):
            self._remove(look.key)

    def is_known_absent(self, name: str, now: datetime) -> bool:
        """Whether it was not there, so lately that it is not asked about again."""
        look = self.look(name)
        if look is None or look.kind not in (AnswerKind.ABSENT, AnswerKind.PRIVATE):
            return False
        return look.checked_at is not None and abs(now - look.checked_at) < ABSENT_FOR

    def has_seen(self, name: str, digest: str) -> bool:
        """Whether that version was once what the registry had under `name`."""
        seen = self._seen.get(canonical(name), {})
        return bool(digest) and any(record.digest == digest for record in seen.values())

    def is_pair(self, name: str, digest: str, remote_digest: str) -> bool:
        """Whether both are known to be the same version of `name`."""
        if digest and digest == remote_digest:
            return True
        return (Seen.tag, canonical(name), digest, remote_digest) in self._records

    def note_seen(self, name: str, digest: str, remote_digest: str, now: datetime) -> None:
        """An installed version was found to be that of the registry, or has just been pulled."""
        key = canonical(name)
        if not digest or (Seen.tag, key, digest, remote_digest) in self._records:
            return
        known = self._seen.get(key, {})
        if len(known) >= MAX_SEEN:
            self._remove(min(known.values(), key=lambda record: record.at).key)
        self._write(Seen(key, digest, remote_digest, now))

    def resting_until(self, host: str, now: datetime) -> datetime | None:
        """Until when a registry is left alone, None = it is not."""
        found = self._records.get((Resting.tag, host.casefold()))
        if not isinstance(found, Resting) or not now < found.until <= now + REST:
            return None
        return found.until

    def rest(self, host: str, now: datetime) -> None:
        self._write(Resting(host.casefold(), now + REST))

    # What is made here.

    def made(self, server_id: str, name: str, digest: str) -> Made | None:
        """What we know of a model of our own making; of another version under its name nothing."""
        found = self._records.get((Made.tag, server_id, canonical(name)))
        return found if isinstance(found, Made) and found.digest == digest else None

    def all_made(self, by: MadeBy) -> tuple[Made, ...]:
        return tuple(r for r in self if isinstance(r, Made) and r.by is by)

    def note_made(self, made: Made) -> None:
        self._write(made)

    def forget_made(self, server_id: str, name: str) -> None:
        """It was pulled over, deleted, or is none of ours any more."""
        self._remove((Made.tag, server_id, canonical(name)))

    # What a person said.

    def marks(self, key: ModelKey, verdict: Verdict) -> Marks:
        server_id, name = key[0], canonical(key[1])
        skip = self._records.get((Skip.tag, server_id, name))
        made = self.made(server_id, name, verdict.digest)
        return Marks(
            is_pinned=(Pin.tag, server_id, name) in self._records,
            is_skipped=(
                isinstance(skip, Skip)
                and bool(verdict.remote_digest)
                and skip.digest == verdict.remote_digest
            ),
            is_backup=made is not None and made.by is MadeBy.BACKUP,
        )

    def is_pinned(self, server_id: str, name: str) -> bool:
        return (Pin.tag, server_id, canonical(name)) in self._records

    def pin(self, server_id: str, name: str) -> None:
        self._write(Pin(server_id, canonical(name)))

    def unpin(self, server_id: str, name: str) -> None:
        self._remove((Pin.tag, server_id, canonical(name)))

    def skip(self, server_id: str, name: str, digest: str) -> None:
        self._write(Skip(server_id, canonical(name), digest))

    def offer_again(self, server_id: str, name: str) -> None:
        self._remove((Skip.tag, server_id, canonical(name)))

    def is_never_looked_up(self, name: str) -> bool:
        return (Never.tag, canonical(name)) in self._records

    def never_look_up(self, name: str) -> None:
        self._write(Never(canonical(name)))

    def look_up_again(self, name: str) -> None:
        self._remove((Never.tag, canonical(name)))

    def never_looked_up(self) -> tuple[str, ...]:
        return tuple(sorted(r.name for r in self if isinstance(r, Never)))

    # What was said to a person.

    def told(self) -> dict[str, str]:
        """The version that was last told of, by name."""
        return {r.name: r.digest for r in self if isinstance(r, Told)}

    def note_told(self, name: str, digest: str) -> None:
        self._write(Told(canonical(name), digest))

    def announced(self, made: Made) -> Announced | None:
        """Whether a person was told of the end of this kept version."""
        found = self._records.get((Announced.tag, made.server_id, canonical(made.name)))
        return found if isinstance(found, Announced) and found.digest == made.digest else None

    def announce(self, made: Made, now: datetime, *, is_seen: bool = False) -> None:
        before = self.announced(made)
        at = before.at if before is not None and before.at <= now else now
        self._write(Announced(made.server_id, canonical(made.name), made.digest, at, is_seen))

    # What is to be said after updates.

    def all_updated(self) -> tuple[Updated, ...]:
        return tuple(r for r in self if isinstance(r, Updated))

    def note_updated(self, updated: Updated) -> None:
        self._write(updated)

    def forget_updated(self, server_id: str, name: str) -> None:
        """A person has said what is to be done, or there is nothing to be done any more."""
        self._remove((Updated.tag, server_id, canonical(name)))

    # Verdicts and rounds.

    def verdicts(self) -> dict[ModelKey, Verdict]:
        """The last ones, by server and canonical name."""
        return {
            (r.server_id, r.name): r.verdict
            for r in self._records.values()
            if isinstance(r, Judged)
        }

    def verdict(self, server_id: str, name: str) -> Verdict | None:
        found = self._records.get((Judged.tag, server_id, canonical(name)))
        return found.verdict if isinstance(found, Judged) else None

    def knows(self, server_id: str, name: str) -> bool:
        """Whether there is anything about a model, by this name on this server or at a registry."""
        key = canonical(name)
        if (Look.tag, key) in self._records or (Never.tag, key) in self._records:
            return True
        tags = (Judged.tag, Made.tag, Pin.tag, Skip.tag)
        return any((tag, server_id, key) in self._records for tag in tags)

    def put_verdict(self, server_id: str, name: str, verdict: Verdict) -> None:
        self._write(Judged(server_id, canonical(name), verdict))

    def forget_model(self, server_id: str, name: str) -> None:
        """It is not installed any more: what a person said of it went with it."""
        key = canonical(name)
        for tag in (Judged.tag, Skip.tag, Pin.tag, Made.tag, Announced.tag, Updated.tag):
            self._remove((tag, server_id, key))

    def rename_model(self, server_id: str, old: str, new: str, digest: str, now: datetime) -> None:
        """A model, `digest`, has another name: what was said of it goes along. It is a copy of what
        it was, which no registry knows by that name; one that gets its first name back is that
        again."""
        before, after = canonical(old), canonical(new)
        made = self.made(server_id, old, digest)
        ours = [r for r in self if isinstance(r, _OfServer) and r.server_id == server_id]
        moved = [r for r in ours if r is not made and canonical(r.name) == before]
        self.forget_model(server_id, new)
        self.forget_model(server_id, old)
        for record in moved:
            if isinstance(record, Updated):
                self._write(replace(record, name=new))
            elif not isinstance(record, Made):  # one of another version is none of this one
                self._write(replace(record, name=after))
        if made is None:
            self.note_made(Made(server_id, new, digest, MadeBy.COPY, now, old))
        elif made.by is not MadeBy.COPY or canonical(made.source) != after:
            self.note_made(replace(made, name=new))
        for record in ours:
            if isinstance(record, Made) and canonical(record.source) == before:
                kept = self.made(server_id, record.name, record.digest)
                if kept is not None:
                    self.note_made(replace(kept, source=new))

    def forget_server(self, server_id: str) -> None:
        """The server is gone, or another one now."""
        for record in self:
            if isinstance(record, _OfServer) and record.server_id == server_id:
                self._remove(record.key)

    @property
    def rounds(self) -> Rounds:
        found = self._records.get((Rounds.tag,))
        return found if isinstance(found, Rounds) else Rounds()

    def put_rounds(self, rounds: Rounds) -> None:
        self._write(rounds)

    def _write(self, record: Record) -> None:
        key = record.key
        if self._records.get(key) == record or len(self._records) >= MAX_RECORDS:
            return
        # What a hostile server calls its models is no name of a registry, and is not written.
        if all(part.isprintable() and 0 < len(part) <= MAX_WORD for part in key if part):
            self._put(record)
            self._changes[key] = record

    def _remove(self, key: Key) -> None:
        if key in self._records:
            self._drop(key)
            self._changes[key] = None

    def _put(self, record: Record) -> None:
        self._records[record.key] = record
        if isinstance(record, Seen):
            self._seen.setdefault(record.name, {})[record.key] = record

    def _drop(self, key: Key) -> None:
        record = self._records.pop(key, None)
        if isinstance(record, Seen):
            self._seen[record.name].pop(key, None)


def pack(layers: Iterable[Layer]) -> str:
    """Layers as one text: hundreds of manifests are remembered, and few of them looked at."""
    rows = [f"{layer.kind} {layer.digest} {layer.size_bytes or 0}" for layer in layers]
    return ";".join(rows) if len(rows) <= MAX_LAYERS else ""


def pack_children(children: Iterable[tuple[str, str]]) -> str:
    """Names with their digests as one text."""
    rows = [f"{name} {digest}" for name, digest in children if name.isprintable()]
    return ";".join(row for row in rows if ";" not in row and row.count(" ") == 1)[:MAX_WORD]


def unpack_children(packed: str) -> tuple[tuple[str, str], ...]:
    """What `pack_children` made; a row that was cut is left out."""
    rows = [row.partition(" ") for row in packed.split(";")] if packed else []
    return tuple((name, digest) for name, _, digest in rows if name and len(digest) == 64)


def unpack(packed: str) -> tuple[Layer, ...]:
    """The layers of a packed text; () where it is none."""
    layers = []
    for row in packed.split(";") if packed else ():
        kind, _, rest = row.partition(" ")
        digest, _, size = rest.partition(" ")
        if kind not in _KINDS or not digest or not (size.isascii() and size.isdecimal()):
            return ()
        layers.append(Layer(digest, LayerKind(kind), int(size[:18])))
    return tuple(layers)


_KINDS = frozenset(LayerKind)
