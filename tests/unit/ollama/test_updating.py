from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.fakes import FaultyServer, faults, small
from tray_app.core.errors import Changed, ModelNotFound, NotDone
from tray_app.core.records import RunningModel
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.backups import Fate
from tray_app.core.updates.ledger import Ledger, Made, MadeBy
from tray_app.demo.store.package import empty_package
from tray_app.ollama import OllamaClient, Registry
from tray_app.ollama.updating import (
    Readiness,
    expire,
    go_back,
    keep_alive_of,
    keep_old_version,
    look_again,
    unload_before,
)

TODAY = date(2026, 11, 24)
TINY = "/v2/library/tiny/manifests/latest"


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("tiny", "other")) as running:
        yield running


@pytest.fixture
def client(server: FaultyServer) -> Iterator[OllamaClient]:
    with OllamaClient(server.url) as made:
        yield made


def looked(client: OllamaClient, server: FaultyServer, name: str = "tiny:latest") -> Readiness:
    record = client.get("tiny")
    assert record is not None
    registry = Registry({"*": server.url})
    return look_again(client, registry, name, record.digest).readiness


def test_what_is_equal_is_not_pulled(client: OllamaClient, server: FaultyServer) -> None:
    assert looked(client, server) is Readiness.CURRENT
    assert [r.method for r in server.requests if r.path == TINY] == ["HEAD"]


def test_another_version_is_ready(client: OllamaClient, server: FaultyServer) -> None:
    newer = small.model("tiny two")
    server.state.publish("tiny", newer)
    record = client.get("tiny")
    assert record is not None
    found = look_again(client, Registry({"*": server.url}), "tiny:latest", record.digest)
    assert found.readiness is Readiness.READY
    assert found.manifest is not None
    assert found.manifest.digest == newer.digest


def test_who_is_not_there_or_another(client: OllamaClient, server: FaultyServer) -> None:
    assert looked(client, server, "nothing:latest") is Readiness.GONE
    assert looked(client, server, "other:latest") is Readiness.CURRENT, "as the registry has it"
    server.state.publish("other", small.model("other two"))
    assert looked(client, server, "other:latest") is Readiness.CHANGED


@pytest.mark.parametrize(
    ("fault", "readiness"),
    [
        (faults.reply(404, b"{}", "application/json"), Readiness.NO_VERSION),
        (faults.reply(401, b"{}", "application/json"), Readiness.NO_VERSION),
        (faults.reply(412, b"{}", "application/json"), Readiness.NO_VERSION),
        (faults.html_ok(), Readiness.NO_VERSION),
        # The server may reach what we do not.
        (faults.reply(429, b"{}", "application/json"), Readiness.READY),
        (faults.error_html(502), Readiness.READY),
        (faults.close_before_headers(), Readiness.READY),
    ],
)
def test_what_a_registry_may_answer(
    client: OllamaClient, server: FaultyServer, fault: faults.Fault, readiness: Readiness
) -> None:
    server.state.publish("tiny", small.model("tiny two"))
    server.fault(TINY, fault)
    assert looked(client, server) is readiness


@pytest.mark.parametrize("manifest", [b"{}", b'{"schemaVersion":2,"layers":[]}'])
def test_nothing_is_no_version(client: OllamaClient, server: FaultyServer, manifest: bytes) -> None:
    server.state.publish("tiny", empty_package(manifest))
    record = client.get("tiny")
    assert record is not None
    found = look_again(client, Registry({"*": server.url}), "tiny:latest", record.digest)
    assert found.readiness is Readiness.NO_VERSION
    assert found.answer is not None
    assert found.answer.kind is AnswerKind.UNUSABLE


def test_the_old_version_is_kept_and_comes_back(client: OllamaClient, server: FaultyServer) -> None:
    record = client.get("tiny")
    assert record is not None
    first = keep_old_version(client, record, TODAY)
    second = keep_old_version(client, record, TODAY)
    assert first.name == "tiny:latest-before-2026-11-24"
    assert second.name == "tiny:latest-before-2026-11-24-2"
    assert {first.digest, second.digest} == {record.digest}
    server.state.install("tiny", small.model("tiny two"))
    back = go_back(client, first, "tiny:latest").record
    assert (back.name, back.digest) == ("tiny:latest", record.digest)
    assert client.get(first.name) is not None


def test_a_version_that_changed_while_it_was_copied_is_not_kept(
    client: OllamaClient, server: FaultyServer
) -> None:
    record = client.get("tiny")
    assert record is not None
    server.state.install("tiny", small.model("tiny by others"))
    with pytest.raises(Changed):
        keep_old_version(client, record, TODAY)


def test_a_copy_that_is_not_listed_is_none(client: OllamaClient, server: FaultyServer) -> None:
    record = client.get("tiny")
    assert record is not None
    server.fault("/api/copy", faults.empty_ok())
    with pytest.raises(NotDone):
        keep_old_version(client, record, TODAY)


def test_there_is_no_way_back_to_what_is_gone(client: OllamaClient, server: FaultyServer) -> None:
    record = client.get("tiny")
    assert record is not None
    copy = keep_old_version(client, record, TODAY)
    before = client.get("other")
    server.state.install(copy.name, small.model("another"))
    with pytest.raises(ModelNotFound):
        go_back(client, copy, "other:latest")
    assert client.get("other") == before
    server.state.remove(copy.name)
    with pytest.raises(ModelNotFound):
        go_back(client, copy, "other:latest")


def test_what_is_loaded_leaves_and_comes_back(client: OllamaClient, server: FaultyServer) -> None:
    server.state.load("tiny", 300)
    server.state.load("other", 300)
    record = client.get("tiny")
    assert record is not None
    loaded = unload_before(client, record)
    assert loaded is not None
    assert [row.ref.display for row in server.state.memory.rows()] == ["other:latest"]
    assert unload_before(client, record) is None
    client.load(loaded.name, keep_alive_of(loaded, datetime.now(UTC)), loaded.context_length)
    assert {row.ref.display for row in server.state.memory.rows()} == {
        "tiny:latest", "other:latest",
    }  # fmt: skip


NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(None, -1), (timedelta(hours=1), 3600), (timedelta(seconds=3), 60), (-timedelta(1), 60)],
)
def test_it_stays_as_long_as_it_would_have(left: timedelta | None, seconds: int) -> None:
    expires_at = NOW + left if left is not None else None
    loaded = RunningModel("local", "tiny:latest", expires_at=expires_at)
    assert keep_alive_of(loaded, NOW) == seconds


def kept(client: OllamaClient) -> Made:
    """The old version of tiny, for a week."""
    record = client.get("tiny")
    assert record is not None
    copy = keep_old_version(client, record, TODAY)
    until = NOW + timedelta(days=7)
    return Made("nas", copy.name, copy.digest, MadeBy.BACKUP, NOW, record.name, until)


def names(server: FaultyServer) -> set[str]:
    return {item.ref.display for item in server.state.installed()}


def test_a_kept_version_goes_when_its_time_is_over(
    client: OllamaClient, server: FaultyServer
) -> None:
    backup = kept(client)
    assert expire(client, backup, NOW + timedelta(days=1)) is Fate.KEEP
    assert expire(client, backup, NOW + timedelta(days=6, hours=1)) is Fate.ANNOUNCE
    assert backup.name in names(server)
    assert expire(client, backup, NOW + timedelta(days=7)) is Fate.REMOVE
    assert names(server) == {"tiny:latest", "other:latest"}
    assert expire(client, backup, NOW + timedelta(days=8)) is Fate.FORGET


def test_however_its_name_is_spelled(client: OllamaClient, server: FaultyServer) -> None:
    server.state.install("hf.co/Me/X-GGUF:Q4_K_M", small.model("x"))
    record = client.get("hf.co/Me/X-GGUF:Q4_K_M")
    assert record is not None
    copy = keep_old_version(client, record, TODAY)
    ledger = Ledger()
    made = Made("nas", copy.name, copy.digest, MadeBy.BACKUP, NOW, record.name, NOW)
    ledger.note_made(made)
    assert ledger.made("nas", copy.name.lower(), copy.digest) == made
    assert expire(client, replace(made, name=copy.name.lower()), NOW) is Fate.REMOVE
    assert copy.name not in names(server)


def test_what_is_not_ours_any_more_stays(client: OllamaClient, server: FaultyServer) -> None:
    backup = kept(client)
    server.state.install(backup.name, small.model("by others"))
    assert expire(client, backup, NOW + timedelta(days=99)) is Fate.FORGET
    assert backup.name in names(server)


def test_what_somebody_uses_stays(client: OllamaClient, server: FaultyServer) -> None:
    backup = kept(client)
    server.state.load(backup.name)
    assert expire(client, backup, NOW + timedelta(days=99)) is Fate.LOADED
    server.fault("/api/ps", faults.reply(404, b"404 page not found", "text/plain"))
    assert expire(client, backup, NOW + timedelta(days=99)) is Fate.LOADED
    assert backup.name in names(server)


def test_a_deletion_that_did_nothing_is_no_success(
    client: OllamaClient, server: FaultyServer
) -> None:
    backup = kept(client)
    server.fault("/api/delete", faults.empty_ok())
    with pytest.raises(NotDone):
        expire(client, backup, NOW + timedelta(days=99))
