"""What of a create survives a restart, and what a file may not bring in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tray_app.core.creates.records import CreateFault, CreateItem, CreateRequest, CreateState
from tray_app.core.creates.uploads import FileIdentity, KnownFile
from tray_app.core.errors import ServerFailed
from tray_app.workers.creates.store import CreateStore, StoredCreate, from_json, to_json

NOW = datetime(2026, 11, 29, 1, 2, 3, tzinfo=UTC)
REQUEST = CreateRequest(
    server_id="studio",
    name="mine:q4",
    files=("/x/a-00001-of-00002.gguf", "/x/a-00002-of-00002.gguf"),
    projector="/x/mmproj.gguf",
    quantize="Q4_K_M",
    architecture="llama",
    file_type="F16",
    size_bytes=5_000_000_000,
    projector_bytes=7,
)
ITEM = CreateItem(
    id="abc",
    request=REQUEST,
    state=CreateState.FAILED,
    added_at=NOW,
    started_at=NOW,
    finished_at=NOW,
    active_s=12.5,
    was_on_server=True,
    uploaded=REQUEST.files[:1],
    digest="ab" * 32,
    fault=CreateFault.EXIT_STATUS,
    error=ServerFailed("mine:q4", "exit status 1", 500),
    needed_bytes=15_000_000_000,
    free_bytes=3,
)
KNOWN = KnownFile("/x/a", FileIdentity(5, -3, 1 << 70), "sha256:" + "0" * 64)
STORED = StoredCreate(ITEM, (KNOWN,), NOW)


def test_everything_comes_back(tmp_path: Path) -> None:
    store = CreateStore(tmp_path / "creates.json")
    store.save([STORED], 1)
    assert CreateStore(tmp_path / "creates.json").load_records() == (STORED,)


@pytest.mark.parametrize("state", list(CreateState))
def test_every_state_comes_back(state: CreateState) -> None:
    plain = replace(ITEM, state=state, fault=None, error=None, free_bytes=None)
    stored = StoredCreate(plain)
    assert from_json(json.loads(json.dumps(to_json(stored)))) == stored


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("id",), ""),
        (("state",), "unheard of"),
        (("added_at",), "yesterday"),
        (("active_s",), -1),
        (("free_bytes",), "3"),
        (("fault",), "none such"),
        (("uploaded",), ["a", 3]),
        (("known",), [["/x"]]),
        (("known",), [["/x", 1, 1, 1, "sha256:short"]]),
        (("known",), [["/x", 1, True, 1, "sha256:" + "0" * 64]]),
        (("request",), None),
        (("request", "files"), []),
        (("request", "files"), ["/x\0"]),
        (("request", "files"), ["/x"] * 2000),
        (("request", "name"), ""),
        (("request", "size_bytes"), 1 << 80),
        (("request", "adapter"), "yes"),
    ],
)
def test_what_is_none_of_ours_is_refused(path: tuple[str, ...], value: Any) -> None:
    entry: Any = json.loads(json.dumps(to_json(STORED)))
    place = entry
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises((ValueError, TypeError, KeyError)):
        from_json(entry)
