"""delete_unloaded(): a model goes, from memory too. The one way in which this program deletes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tray_app.core.errors import (
    Cancelled,
    ListProblem,
    ModelNotFound,
    NotDone,
    OllamaError,
    ServerFailed,
)

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord
    from tray_app.ollama.client import OllamaClient

_log = logging.getLogger(__name__)

UNLOAD_WAIT_S = 5.0
DELETE_TRIES = 3
"""A server that has a part of the name in two spellings finds it only now and then."""
_UNLOAD_STEP_S = 0.1


def delete_unloaded(
    client: OllamaClient, record: ModelRecord, clock: Callable[[], float] = time.monotonic
) -> bool:
    """Unload the model of `record` if it is loaded, wait for that, and delete it while it still
    has the record's digest. `record` is a row of the client's own list. Whether it was still
    there: what somebody else deleted meanwhile is gone, as wished.

    The server deletes a model without unloading it, so the memory would stay taken. What is
    loaded may be kept from us; that stops no deletion. What became of it, the server's list tells.
    Raises NotDone, and what `OllamaClient.delete` does, but for ModelNotFound of what is not
    listed any more.
    """
    for tries_left in reversed(range(DELETE_TRIES)):
        try:
            if not record.is_cloud:
                unload_and_wait(client, record, clock)
            client.delete(record.name, digest=record.digest)
            break
        except (ServerFailed, ModelNotFound) as error:
            # A blob that cannot be removed is a 500 although the manifest is gone already.
            is_missing = isinstance(error, ModelNotFound)
            if not _is_listed(client, record):
                return not is_missing
            if not (is_missing and tries_left):
                raise
    # A proxy with a wrong path answers an empty 200 to everything.
    if _is_listed(client, record):
        raise NotDone(record.name, problem=ListProblem.STILL_THERE)
    return True


def _is_listed(client: OllamaClient, record: ModelRecord) -> bool:
    """Whether the very model is there: of the same name there may be a new one by now."""
    rows = client.list_models()
    return any(row.name == record.name and row.digest == record.digest for row in rows)


def unload_and_wait(
    client: OllamaClient, record: ModelRecord, clock: Callable[[], float] = time.monotonic
) -> None:
    """Unload a model if it is loaded, and wait for that, though not for long: a request that is
    under way is finished first."""
    is_loaded = _is_loaded(client, record)
    if is_loaded is False:
        return
    try:
        client.unload(record.name)
    except Cancelled:
        raise
    except OllamaError as error:
        if is_loaded:
            raise
        _log.info("not unloaded: %s", error)
    end_s = clock() + UNLOAD_WAIT_S
    while clock() < end_s and _is_loaded(client, record):
        if client.scope.wait(_UNLOAD_STEP_S):
            raise Cancelled(record.name)


def _is_loaded(client: OllamaClient, record: ModelRecord) -> bool | None:
    """Whether it is in memory under its name, or under one that is not listed any more. A copy
    that is loaded under a name of its own is somebody else's. None: the server does not tell, or
    not to us."""
    try:
        rows = client.list_running() or ()
    except Cancelled:
        raise
    except OllamaError as error:
        _log.info("loaded models are not known: %s", error)
        return None
    if any(row.name == record.name for row in rows):
        return True
    same = {row.name for row in rows if record.digest and row.digest == record.digest}
    return bool(same) and not same <= {row.name for row in client.list_models()}
