"""The steps of an update around its pull: look again, keep the old version, free the memory.

The window's queue and the terminal take the same ones. Nothing here deletes a model, but `expire`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.errors import Changed, ListProblem, ModelNotFound, NotDone
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import ModelName, is_same_name
from tray_app.core.updates.answers import AnswerKind, RegistryAnswer
from tray_app.core.updates.asking import LIMIT_S
from tray_app.core.updates.backups import Fate, backup_name, fate
from tray_app.ollama.deleting import unload_and_wait

if TYPE_CHECKING:
    from tray_app.core.records import Manifest, ModelRecord, RunningModel
    from tray_app.core.updates.ledger import Made
    from tray_app.ollama.client import OllamaClient
    from tray_app.ollama.registry import Registry

_LEAST_ALIVE_S = 60


class Readiness(StrEnum):
    """Whether a model is to be pulled, seen right before its turn."""

    READY = "ready"
    CURRENT = "current"  # there is nothing to pull: it would only move the date
    CHANGED = "changed"  # somebody has put another version there since a person said so
    GONE = "gone"  # it is not installed any more
    NO_VERSION = "no_version"  # the registry has nothing that a server should pull


@dataclass(frozen=True, slots=True)
class LookedAgain:
    """`record` is the model's row now; `manifest` what would be pulled, None = not known. An answer
    that tells nothing hinders no update: the server may reach a registry that we do not."""

    readiness: Readiness
    record: ModelRecord | None = None
    manifest: Manifest | None = None
    answer: RegistryAnswer | None = None


_REFUSED = frozenset(
    {AnswerKind.UNUSABLE, AnswerKind.ABSENT, AnswerKind.PRIVATE, AnswerKind.NEEDS_NEWER}
)


def look_again(
    client: OllamaClient,
    registry: Registry,
    name: str,
    digest: str,
    *,
    is_insecure: bool = False,
) -> LookedAgain:
    """How things stand right before a pull. `digest` is the version a person saw, "" = any.
    Raises BadName, Cancelled, and what a server that is away raises."""
    record = client.get(name)
    if record is None:
        return LookedAgain(Readiness.GONE)
    with registry.session(client.scope, limit_s=LIMIT_S) as session:
        answer = session.look(
            ModelName.parse(name), lambda remote: remote == record.digest, is_insecure=is_insecure
        )
    manifest = answer.manifest
    is_same = answer.kind is AnswerKind.SETTLED or (
        manifest is not None and manifest.is_called(record.digest)
    )
    if is_same:
        return LookedAgain(Readiness.CURRENT, record, manifest, answer)
    if digest and record.digest != digest:
        return LookedAgain(Readiness.CHANGED, record, manifest, answer)
    if answer.kind in _REFUSED:
        return LookedAgain(Readiness.NO_VERSION, record, None, answer)
    return LookedAgain(Readiness.READY, record, manifest, answer)


def keep_old_version(client: OllamaClient, record: ModelRecord, today: date) -> ModelRecord:
    """Copy a model to a name that tells of its day; costs no disk space. The copy's row.

    Raises NotDone when it is not listed, Changed when it is a copy of another version.
    """
    taken = [row.name for row in client.list_models()]
    wanted = backup_name(record.name, today, taken)
    client.copy(record.name, wanted)
    rows = client.list_models()
    # The server may fold the case of a part to that of another model.
    copy = next((row for row in rows if is_same_name(row.name, wanted)), None)
    if copy is None:
        raise NotDone(wanted)
    now = next((row for row in rows if row.name == record.name), None)
    if now is None or {now.digest, copy.digest} != {record.digest}:
        raise Changed(record.name, now.digest if now is not None else "")
    return copy


def unload_before(client: OllamaClient, record: ModelRecord) -> RunningModel | None:
    """Free the memory that a model takes under its name; else its old version would stay there
    beside the new one, which nobody could name any more. What was loaded, None = nothing."""
    rows = client.list_running() or ()
    loaded = next((row for row in rows if row.name == record.name), None)
    if loaded is not None:
        unload_and_wait(client, record)
    return loaded


def keep_alive_of(loaded: RunningModel, now: datetime) -> int:
    """How long a model is to stay in memory that is loaded again: as long as it would have, -1 =
    until somebody unloads it. It is at least a minute, or it would be gone while it loads."""
    if loaded.expires_at is None:
        return -1
    return max(_LEAST_ALIVE_S, round((loaded.expires_at - now).total_seconds()))


def expire(client: OllamaClient, backup: Made, now: datetime) -> Fate:
    """Remove a kept version whose time is over, if ledger, name and digest agree and nobody has it
    loaded; what became of it. The only place where an update leads to a deletion."""
    record = client.get(backup.name)
    if record is not None:
        record = replace(record, server_id=backup.server_id)
    rows = client.list_running()
    is_loaded = None
    if rows is not None and record is not None:
        is_loaded = any(record.name == row.name or record.digest == row.digest for row in rows)
    found = fate(backup, record, is_loaded, now)
    if found is Fate.REMOVE and record is not None:
        client.delete(record.name, digest=backup.digest)
        if any(row.name == record.name for row in client.list_models()):
            raise NotDone(record.name, problem=ListProblem.STILL_THERE)
    return found


@dataclass(frozen=True, slots=True)
class Replaced:
    """A model that is another version now, and what of its old one was in memory before."""

    record: ModelRecord
    loaded: RunningModel | None = None


def go_back(client: OllamaClient, backup: ModelRecord, name: str) -> Replaced:
    """Make `name` what the kept version is; nothing is downloaded. Raises ModelNotFound when that
    is not there any more, NotDone unless the list says so then."""
    row = client.get(backup.name)
    if row is None or row.digest != backup.digest:
        raise ModelNotFound(backup.name)
    return _replace(client, name, row)


def move_copy(client: OllamaClient, copy: ModelRecord, updated: ModelRecord) -> Replaced | None:
    """Make a copy of an old version what the updated model is now, if both are still as a person
    saw them; else None, and nothing was done. Nothing is downloaded."""
    row, now = client.get(copy.name), client.get(updated.name)
    if row is None or row.digest != copy.digest:
        return None
    if now is None or now.digest != updated.digest:
        return None
    return _replace(client, row.name, now)


def _replace(client: OllamaClient, name: str, source: ModelRecord) -> Replaced:
    """Make `name` what another model is."""
    current = client.get(name)
    loaded = unload_before(client, current) if current is not None else None
    client.copy(source.name, name, may_replace=True)
    found = client.get(name)
    if found is None or found.digest != source.digest:
        raise NotDone(name)
    return Replaced(found, loaded)
