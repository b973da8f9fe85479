"""Making a model of an installed one, and editing one that was made here: checked before, and the
list believed afterwards.

Nothing is replaced but what a person has seen, and nothing deleted but a copy of ours that turned
out to be of no use.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from tray_app.core.creates.deriving import can_be_base, lost_capabilities
from tray_app.core.creates.records import Derived, DeriveRequest, Undone, UndoRequest
from tray_app.core.errors import (
    Cancelled,
    Changed,
    ModelNotFound,
    NotDone,
    OllamaError,
    ProxyFailed,
    ServerFailed,
    TimedOut,
    Unreachable,
    UnreachableKind,
)
from tray_app.core.names import is_same_name
from tray_app.core.payloads import ModelRef
from tray_app.ollama.updating import unload_before

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord
    from tray_app.ollama.client import OllamaClient

_log = logging.getLogger(__name__)

WATCH_S = 60.0
"""So long the list is watched for a model whose making we do not hear the end of."""
WATCH_STEP_S = 1.0


def derive(
    client: OllamaClient,
    request: DeriveRequest,
    *,
    clock: Callable[[], float] = time.monotonic,
    watch_s: float = WATCH_S,
) -> Derived:
    """Make what is asked for. Raises ModelNotFound for the base, Changed when base or replaced
    model are not as they were seen, ServerFailed (409) for a name that is taken, NotDone when the
    list does not have it then, and what the server says: a broken template, a full disk."""
    base, old = _looked_at(request, client.list_models())
    before = client.show(base.name).capabilities
    kept = None
    if old is not None and request.keep_name:
        kept = _kept(client, old, request.keep_name)
    try:
        if old is not None and request.may_unload:
            unload_before(client, old)
        found = _made(client, request, old, clock, watch_s)
    except OllamaError:
        if kept is not None and old is not None:
            _drop_copy(client, kept, old)
        raise
    after = client.show(found.name).capabilities
    return Derived(
        request,
        _ref(request, found),
        lost_capabilities(before, after),
        client.version(),
        _ref(request, kept) if kept is not None else None,
    )


def undo(client: OllamaClient, request: UndoRequest) -> Undone:
    """Make an edited model what it was; its copy goes, being the same then. Raises ModelNotFound
    when that is not there any more, Changed when somebody else has changed either since."""
    rows = client.list_models()
    kept, edited = _exact(rows, request.kept.name), _exact(rows, request.edited.name)
    if kept is None:
        raise ModelNotFound(request.kept.name)
    if kept.digest != request.kept.digest:
        raise Changed(kept.name, kept.digest)
    if edited is None or edited.digest != request.edited.digest:
        raise Changed(request.edited.name, edited.digest if edited is not None else "")
    unload_before(client, edited)
    client.copy(kept.name, edited.name, may_replace=True)
    found = _exact(client.list_models(), edited.name)
    if found is None or found.digest != kept.digest:
        raise NotDone(edited.name)
    is_gone = _drop_copy(client, kept, found)
    return Undone(replace(request.edited, digest=found.digest), request.kept if is_gone else None)


def _looked_at(
    request: DeriveRequest, rows: tuple[ModelRecord, ...]
) -> tuple[ModelRecord, ModelRecord | None]:
    """The base, and the model that is to be replaced. A base of another spelling would be pulled,
    one for the cloud become a stub; and whatever has the name would be replaced."""
    wanted = request.base
    base = _exact(rows, wanted.name)
    if base is None:
        raise ModelNotFound(wanted.name)
    if wanted.digest and base.digest != wanted.digest:
        raise Changed(base.name, base.digest)
    if not can_be_base(base):
        raise ServerFailed(base.name, "cloud models can’t be changed here", 400)
    there = _named(rows, request.name)
    if not request.replaces:
        if there is not None:
            raise ServerFailed(request.name, "a model with this name exists", 409)
        return base, None
    if there is None or there.digest != request.replaces:
        raise Changed(request.name, there.digest if there is not None else "")
    return base, there


def _kept(client: OllamaClient, old: ModelRecord, name: str) -> ModelRecord:
    """A copy of what is to be replaced, seen in the list; costs no disk space."""
    client.copy(old.name, name)
    rows = client.list_models()
    copy, now = _named(rows, name), _exact(rows, old.name)
    if copy is None:
        raise NotDone(name)
    if now is None or {now.digest, copy.digest} != {old.digest}:
        raise Changed(old.name, now.digest if now is not None else "")
    return copy


def _made(
    client: OllamaClient,
    request: DeriveRequest,
    old: ModelRecord | None,
    clock: Callable[[], float],
    watch_s: float,
) -> ModelRecord:
    before = old.digest if old is not None else ""
    try:
        client.create_from(request.name, request.base.name, request.changes)
    except (Unreachable, TimedOut, ProxyFailed) as error:
        if not _may_go_on(error):
            raise
        _log.info("whether %s was made, the list tells: %s", request.name, error)
        found = _watched(client, request.name, before, clock, watch_s)
        if found is None:
            raise
        return found
    found = _named(client.list_models(), request.name)
    if found is None:
        raise NotDone(request.name)
    return found


def _may_go_on(error: OllamaError) -> bool:
    """Whether the server may well be at it, or be through, though it cannot be heard."""
    if isinstance(error, ProxyFailed):
        return not error.status or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return not isinstance(error, Unreachable) or error.kind is UnreachableKind.LOST


def _watched(
    client: OllamaClient, name: str, before: str, clock: Callable[[], float], watch_s: float
) -> ModelRecord | None:
    """The model once it is in the list with another digest than `before`; None = it did not come
    in time."""
    end_s = clock() + watch_s
    while True:
        try:
            found = _named(client.list_models(), name)
        except Cancelled:
            raise
        except OllamaError:
            found = None  # it may be back in a moment
        if found is not None and found.digest != before:
            return found
        if clock() >= end_s:
            return None
        if client.scope.wait(WATCH_STEP_S):
            raise Cancelled(name)


def _drop_copy(client: OllamaClient, kept: ModelRecord, old: ModelRecord) -> bool:
    """A copy that was made for an edit goes: only while the model is what it was, and the copy the
    same. Whether it did."""
    try:
        now = _exact(client.list_models(), old.name)
        if now is None or now.digest != old.digest:
            return False
        client.delete(kept.name, digest=old.digest)
        return _exact(client.list_models(), kept.name) is None
    except Cancelled:
        raise
    except OllamaError as error:
        _log.info("the copy %s stays: %s", kept.name, error)
        return False


def _exact(rows: Iterable[ModelRecord], name: str) -> ModelRecord | None:
    return next((row for row in rows if row.name == name), None)


def _named(rows: Iterable[ModelRecord], name: str) -> ModelRecord | None:
    """Of this name in whatever case: the server writes a part as other models have it."""
    return next((row for row in rows if is_same_name(row.name, name)), None)


def _ref(request: DeriveRequest, row: ModelRecord) -> ModelRef:
    record = replace(row, server_id=request.base.server_id)
    return ModelRef(record.server_id, record.name, record.digest)
