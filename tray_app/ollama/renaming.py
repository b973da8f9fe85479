"""copy_model() and rename_model(): a model under another name, without ever losing it.

What is to be done next, `core.renaming` decides from the server's list. What a copy leaves behind
on a full disk is a name without a model: it is listed nowhere, cannot be deleted, and keeps the
server from cleaning up. `clean_up` cures that.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tray_app.core.errors import (
    BadAnswer,
    BadName,
    Cancelled,
    ModelNotFound,
    OllamaError,
    ProxyFailed,
    ServerFailed,
    Starting,
    TimedOut,
    Unreachable,
)
from tray_app.core.names import ModelName
from tray_app.core.renaming import (
    Course,
    Ending,
    Phase,
    RenameOutcome,
    copied,
    deleted,
    is_about_space,
    looked,
    same_named,
)
from tray_app.ollama.deleting import delete_unloaded, unload_and_wait

if TYPE_CHECKING:
    from tray_app.core.payloads import ModelRef
    from tray_app.core.records import ModelRecord
    from tray_app.ollama.client import OllamaClient

_log = logging.getLogger(__name__)

COPY_TRIES = 3
"""A part of a name that lies on the disk in two spellings is read as either: a model that is listed
may be called missing, and found the next time."""
_TAKEN = 409  # what `OllamaClient.copy` says of a name that exists
_DAMAGED = ("EOF", "unexpected EOF")
_LOST = (Unreachable, TimedOut, Starting, ProxyFailed)
"""Nobody knows what the server has done."""


def copy_model(client: OllamaClient, source: ModelRef, destination: str) -> RenameOutcome:
    """Copy a model to a name that is free. Raises BadName, and what a server raises that is away
    before anything was done."""
    return _run(client, Course(source, _usable(destination), is_rename=False))


def rename_model(
    client: OllamaClient,
    source: ModelRef,
    destination: str,
    *,
    may_unload: bool,
    clock: Callable[[], float] = time.monotonic,
) -> RenameOutcome:
    """Copy a model to a name that is free, and delete the old name once the copy is listed with
    the same digest. One that is loaded is unloaded before, if it `may_unload`. Raises as
    `copy_model` does."""
    course = Course(source, _usable(destination), is_rename=True)
    return _run(client, course, may_unload=may_unload, clock=clock)


def _usable(destination: str) -> str:
    """The name with its tag. Raises BadName, also for tags that mean something else to servers."""
    name = ModelName.parse(destination)
    if name.source or name.has_misrouted_tag:
        raise BadName(destination, name.source or name.tag)
    return str(name)


def _run(
    client: OllamaClient,
    course: Course,
    *,
    may_unload: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> RenameOutcome:
    course = looked(course, client.list_models())
    old = course.old
    if old is None or course.phase is not Phase.COPY:
        return course.outcome()
    if course.is_rename and not may_unload and _is_loaded(client, old):
        return course.over(Ending.LOADED).outcome()
    if course.is_rename:
        _unload(client, old, clock)
    error: OllamaError | None = None
    try:
        course, error = _copy(client, course, old)
        if course.phase is Phase.DELETE:
            # Somebody may have loaded it since; that takes its time, so both are looked at again.
            _unload(client, old, clock)
            course = looked(copied(course), client.list_models())
        if course.phase is Phase.DELETE:
            error = _delete(client, old, clock)
            course = looked(deleted(course), client.list_models())
    except _LOST as lost:
        if _is_refusal(lost):
            raise
        _log.info("%s broke off: %s", "rename" if course.is_rename else "copy", lost)
        return replace(course, phase=Phase.OVER).outcome(lost)
    return course.outcome(error)


def _copy(
    client: OllamaClient, course: Course, old: ModelRecord
) -> tuple[Course, OllamaError | None]:
    error = _ask_for_copy(client, old.name, course.destination)
    if isinstance(error, ServerFailed) and error.status == _TAKEN:
        return course.over(Ending.TAKEN), None
    rows = client.list_models()
    if error is not None and same_named(course.destination, rows) is None:
        return _without_copy(client, course, error, rows)
    return looked(copied(course), rows), None


def _ask_for_copy(client: OllamaClient, source: str, destination: str) -> OllamaError | None:
    """What the server had against it."""
    error: OllamaError | None = None
    for _ in range(COPY_TRIES):
        try:
            client.copy(source, destination)
        except ModelNotFound as missing:
            error = missing
            if all(row.name != source for row in client.list_models()):
                break
        except ServerFailed as failed:
            return failed
        else:
            return None
    return error


def _without_copy(
    client: OllamaClient, course: Course, error: OllamaError, rows: tuple[ModelRecord, ...]
) -> tuple[Course, OllamaError | None]:
    """The server refused, and there is no copy: what it left goes too."""
    if isinstance(error, ModelNotFound):
        is_there = any(row.name == course.source.name for row in rows)
        return course.over(Ending.NOT_MADE if is_there else Ending.GONE), error
    is_clean = clean_up(client, course.destination)
    if not is_clean:
        return course.over(Ending.DAMAGED), error
    return course.over(Ending.DISK_FULL if is_about_space(error) else Ending.NOT_MADE), error


def _unload(client: OllamaClient, old: ModelRecord, clock: Callable[[], float]) -> None:
    """Free its memory; that it takes some under a name that is no more does no harm."""
    try:
        if not old.is_cloud:
            unload_and_wait(client, old, clock)
    except (ServerFailed, ModelNotFound) as error:
        _log.info("not unloaded: %s", error)


def _delete(
    client: OllamaClient, old: ModelRecord, clock: Callable[[], float]
) -> OllamaError | None:
    """Delete the old name while it has its digest; what the server had against it."""
    try:
        delete_unloaded(client, old, clock)
    except (Cancelled, *_LOST) as error:
        if not _is_refusal(error):
            raise
        return error
    except OllamaError as error:
        return error
    return None


def _is_refusal(error: OllamaError) -> bool:
    """Whether what stands before the server has refused, so that nothing came of it."""
    return isinstance(error, ProxyFailed) and error.is_refusal


def clean_up(client: OllamaClient, name: str) -> bool:
    """See that no damaged name is left where a copy failed; whether none is. It is overwritten by a
    copy of any model, which is deleted again. A whole model is never touched."""
    rows = client.list_models()
    if same_named(name, rows) is not None or not _is_damaged(client, name):
        return True
    # Cloud models are small, and no less good for it.
    for donor in sorted(rows, key=lambda row: row.size_bytes or 0)[:COPY_TRIES]:
        error = _ask_for_copy(client, donor.name, name)
        if isinstance(error, ServerFailed) and error.status == _TAKEN:
            return True  # somebody has put a model there
        now = client.list_models()
        row = same_named(name, now)
        if row is None:
            continue
        is_twice = any((each.name, each.digest) == (donor.name, row.digest) for each in now)
        if not is_twice:
            return True  # a whole model, and maybe the only one of its kind by now
        if failure := _delete(client, row, time.monotonic):
            _log.info("what a copy left is whole and still there: %s", failure)
        return same_named(name, client.list_models()) is None and not _is_damaged(client, name)
    return False


def _is_damaged(client: OllamaClient, name: str) -> bool:
    try:
        client.show(name)
    except ServerFailed as error:
        return error.text.strip() in _DAMAGED
    except (ModelNotFound, BadAnswer):
        return False
    return False


def _is_loaded(client: OllamaClient, record: ModelRecord) -> bool:
    """Whether it is in memory under its name; what is kept from us stops no rename."""
    try:
        rows = client.list_running() or ()
    except Cancelled:
        raise
    except OllamaError as error:
        _log.info("loaded models are not known: %s", error)
        return False
    return any(row.name == record.name for row in rows)
