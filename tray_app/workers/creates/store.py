"""CreateStore: the creates on disk. What survives a restart stands here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tray_app.core.creates.records import CreateFault, CreateItem, CreateRequest, CreateState
from tray_app.core.creates.uploads import FileIdentity, KnownFile
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.workers.pulls import stored_values as stored
from tray_app.workers.pulls.record_file import RecordFile

_MAX_FILES = 1000
_MAX_PATH = 32_768
_DIGEST_LENGTH = len("sha256:") + 64


@dataclass(frozen=True, slots=True)
class StoredCreate:
    """One create as it outlives the program. `began_at`: when the server was asked for it, None =
    it was not, or it has answered."""

    item: CreateItem
    known: tuple[KnownFile, ...] = ()
    began_at: datetime | None = None


class CreateStore(RecordFile[StoredCreate]):
    """The file of all creates."""

    _key = "items"

    def _to_json(self, record: StoredCreate) -> dict[str, Any]:
        return to_json(record)

    def _from_json(self, entry: Any) -> StoredCreate:
        return from_json(entry)

    def _identity(self, record: StoredCreate) -> object:
        return record.item.id


def to_json(record: StoredCreate) -> dict[str, Any]:
    """Everything but monotonic times."""
    item = record.item
    entry: dict[str, Any] = {
        "id": item.id,
        "request": _request_to_json(item.request),
        "state": item.state.value,
        "active_s": item.active_s,
        "uploaded": list(item.uploaded),
        "was_on_server": item.was_on_server,
        "digest": item.digest,
        "fault": item.fault.value if item.fault is not None else None,
        "error": stored.error_to_json(item.error) if item.error is not None else None,
        "needed_bytes": item.needed_bytes,
        "free_bytes": item.free_bytes,
        "known": [
            [k.path, k.identity.size_bytes, k.identity.modified_ns, k.identity.inode, k.digest]
            for k in record.known
        ],
    }
    for field in ("added_at", "started_at", "finished_at"):
        moment = getattr(item, field)
        entry[field] = moment.isoformat() if moment else None
    entry["began_at"] = record.began_at.isoformat() if record.began_at else None
    return entry


def from_json(value: Any) -> StoredCreate:
    """Raises ValueError, TypeError or KeyError for what is no stored create."""
    entry = stored.fields_of(value)
    fault, error, free = entry.get("fault"), entry.get("error"), entry.get("free_bytes")
    item = CreateItem(
        id=stored.name(entry["id"]),
        request=_request_from_json(entry["request"]),
        state=CreateState(entry["state"]),
        added_at=stored.moment(entry["added_at"]),
        started_at=_moment(entry.get("started_at")),
        finished_at=_moment(entry.get("finished_at")),
        active_s=stored.seconds(entry.get("active_s", 0.0)),
        uploaded=_paths(entry.get("uploaded", [])),
        was_on_server=stored.flag(entry.get("was_on_server", False)),
        digest=stored.text(entry.get("digest", "")),
        fault=None if fault is None else CreateFault(fault),
        error=None if error is None else stored.error_from_json(error),
        needed_bytes=stored.whole(entry.get("needed_bytes", 0)),
        free_bytes=None if free is None else stored.whole(free),
    )
    known = tuple(map(_known_from_json, _few(entry.get("known", []))))
    return StoredCreate(item, known, _moment(entry.get("began_at")))


def _request_to_json(request: CreateRequest) -> dict[str, Any]:
    return {
        "server_id": request.server_id,
        "name": request.name,
        "files": list(request.files),
        "projector": request.projector,
        "adapter": request.adapter,
        "base": request.base,
        "quantize": request.quantize,
        "architecture": request.architecture,
        "file_type": request.file_type,
        "size_bytes": request.size_bytes,
        "projector_bytes": request.projector_bytes,
        "is_stored_as_is": request.is_stored_as_is,
    }


def _request_from_json(value: Any) -> CreateRequest:
    entry = stored.fields_of(value)
    files = _paths(entry["files"])
    if not files:
        raise ValueError("a create without a file")
    return CreateRequest(
        server_id=stored.text(entry["server_id"]),
        name=stored.name(entry["name"]),
        files=files,
        projector=_path(entry["projector"]) if entry.get("projector") else "",
        adapter=stored.flag(entry.get("adapter", False)),
        base=stored.text(entry.get("base", "")),
        quantize=stored.text(entry.get("quantize", "")),
        architecture=stored.text(entry.get("architecture", "")),
        file_type=stored.text(entry.get("file_type", "")),
        size_bytes=stored.whole(entry.get("size_bytes", 0)),
        projector_bytes=stored.whole(entry.get("projector_bytes", 0)),
        is_stored_as_is=stored.flag(entry.get("is_stored_as_is", False)),
    )


def _known_from_json(value: Any) -> KnownFile:
    path, size, modified_ns, inode, digest = stored.listed(value)
    identity = FileIdentity(stored.whole(size), _integer(modified_ns), _integer(inode))
    if len(stored.text(digest)) != _DIGEST_LENGTH:
        raise ValueError("no digest")
    return KnownFile(_path(path), identity, digest)


def _integer(value: Any) -> int:
    """Whatever a file system says of a file."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 1 << 128:
        raise ValueError("expected a whole number")
    return value


def _path(value: Any) -> str:
    """Of any characters: on some systems a name is bytes, which need be no text."""
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_PATH or "\0" in value:
        raise ValueError("expected a path")
    return value


def _paths(value: Any) -> tuple[str, ...]:
    return tuple(map(_path, _few(value)))


def _few(value: Any) -> list[Any]:
    found = stored.listed(value)
    if len(found) > _MAX_FILES:
        raise ValueError("too many files")
    return found


def _moment(value: Any) -> datetime | None:
    return None if value is None else stored.moment(value)
