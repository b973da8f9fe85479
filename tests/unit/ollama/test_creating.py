"""Reading files, uploading them, and believing the list: one attempt at a create."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.gguf_file import plain_bytes
from tests.fakes import FaultyServer, faults, small
from tests.support.waiting import wait_for
from tray_app.core.creates.faults import CreateFailed, fault_of
from tray_app.core.creates.records import CreateFault, CreateRequest, CreateState
from tray_app.core.errors import (
    BadName,
    Cancelled,
    ModelNotFound,
    NotDone,
    OllamaError,
    Unreachable,
)
from tray_app.core.records import ModelRecord
from tray_app.demo.store.naming import parse
from tray_app.ollama import OllamaClient
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.creating import (
    PIECE_BYTES,
    Begun,
    CreateReport,
    Creating,
    FileUpload,
    Pace,
    hashed,
    is_away,
    patience_s,
)

F, S = CreateFault, CreateState
QUICK = Pace((0.01,), (0.0, 0.02), (0.01,), lambda _request: 0.3)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("here")) as running:
        yield running


@pytest.fixture
def client(server: FaultyServer) -> Iterator[OllamaClient]:
    with OllamaClient(server.url) as made:
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "m.gguf"
    path.write_bytes(plain_bytes(1))
    return path


def nothing(_count: int) -> None:
    pass


class Attempt:
    """One attempt, and what it told."""

    def __init__(
        self,
        client: OllamaClient,
        request: CreateRequest,
        *,
        begin: Callable[[], None] = lambda: None,
        begun: Begun | None = None,
    ) -> None:
        self.reports: list[CreateReport] = []
        self.creating = Creating(
            client, request, self.reports.append, begin, begun=begun, pace=QUICK
        )

    def run(self) -> ModelRecord | None:
        return self.creating.run()

    def error(self) -> OllamaError:
        with pytest.raises(OllamaError) as caught:
            self.run()
        return caught.value

    @property
    def states(self) -> list[CreateState]:
        return list(dict.fromkeys(report.state for report in self.reports))


def request_of(file: Path, name: str = "mine") -> CreateRequest:
    return CreateRequest("local", name, (str(file),))


# -- files -----------------------------------------------------------------------------------------


def test_a_file_is_read_once_to_its_end(tmp_path: Path) -> None:
    data = os.urandom(2 * PIECE_BYTES + 17)
    path = tmp_path / "x"
    path.write_bytes(data)
    counts: list[int] = []
    found = hashed(str(path), CancelScope(), counts.append)
    assert found.digest == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert found.identity.size_bytes == len(data)
    assert counts == [PIECE_BYTES, 2 * PIECE_BYTES, len(data)]


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.open("ab").write(b"more"),
        lambda path: os.truncate(path, PIECE_BYTES + 1),
        lambda path: os.utime(path, ns=(1, 1)),
        pytest.param(
            lambda path: (path.with_suffix(".new").write_bytes(path.read_bytes()),
                          path.with_suffix(".new").replace(path)),
            marks=pytest.mark.skipif(
                sys.platform == "win32", reason="nobody can replace what is read there"
            ),
        ),
    ],
    ids=["longer", "shorter", "time", "another"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    path = tmp_path / "x"
    path.write_bytes(os.urandom(3 * PIECE_BYTES))

    def progress(count: int) -> None:
        if count == PIECE_BYTES:
            change(path)

    with pytest.raises(CreateFailed) as caught:
        hashed(str(path), CancelScope(), progress)
    assert caught.value.fault is F.FILE_CHANGED


def test_reading_ends_when_it_is_canceled(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(3 * PIECE_BYTES))
    scope = CancelScope()
    with pytest.raises(Cancelled):
        hashed(str(path), scope, lambda _count: scope.cancel())


def test_what_the_system_says_of_a_file_is_no_fault_of_the_network(tmp_path: Path) -> None:
    with pytest.raises(CreateFailed) as caught:
        hashed(str(tmp_path), CancelScope(), nothing)
    assert caught.value.cause is not None
    with pytest.raises(CreateFailed) as gone:
        hashed(str(tmp_path / "none"), CancelScope(), nothing)
    assert gone.value.fault is F.FILE_GONE


def test_of_a_file_that_changed_the_last_piece_is_never_sent(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(os.urandom(2 * PIECE_BYTES))
    scope = CancelScope()
    pieces = iter(FileUpload(hashed(str(path), scope, nothing), scope, nothing))
    next(pieces)
    os.utime(path, ns=(1, 1))
    with pytest.raises(CreateFailed) as caught:
        next(pieces)
    assert caught.value.fault is F.FILE_CHANGED


def test_an_upload_can_be_sent_again_from_its_beginning(tmp_path: Path) -> None:
    data = os.urandom(PIECE_BYTES + 5)
    path = tmp_path / "x"
    path.write_bytes(data)
    scope = CancelScope()
    upload = FileUpload(hashed(str(path), scope, nothing), scope, nothing)
    assert len(upload) == len(data)
    for _ in range(2):
        assert b"".join(map(bytes, upload)) == data


# -- uploads ---------------------------------------------------------------------------------------


def test_bytes_arrive_as_they_are(
    client: OllamaClient, server: FaultyServer, tmp_path: Path
) -> None:
    data = os.urandom(3 * PIECE_BYTES + 1)
    path = tmp_path / "x"
    path.write_bytes(data)
    known = hashed(str(path), client.scope, nothing)
    counts: list[int] = []
    client.upload_blob(known.digest, FileUpload(known, client.scope, counts.append))
    assert server.state.uploads[known.digest] == data
    assert counts[-1] == len(data)
    sent = server.requests[-1].headers
    assert sent["content-length"] == str(len(data))
    assert "transfer-encoding" not in sent


def test_a_server_that_has_it_already_reads_nothing(
    client: OllamaClient, server: FaultyServer, tmp_path: Path
) -> None:
    path = tmp_path / "x"
    path.write_bytes(os.urandom(8 * PIECE_BYTES))
    known = hashed(str(path), client.scope, nothing)
    server.state.add_blob(known.digest, 8 * PIECE_BYTES)
    with contextlib.suppress(Unreachable):  # it hangs up while we still send
        client.upload_blob(known.digest, FileUpload(known, client.scope, nothing))
    assert client.has_blob(known.digest)


def test_a_server_may_take_its_time_over_an_upload(server: FaultyServer, tmp_path: Path) -> None:
    """More than connecting may take."""
    path = tmp_path / "x"
    path.write_bytes(os.urandom(32 * PIECE_BYTES))
    scope = CancelScope()
    known = hashed(str(path), scope, nothing)

    def drip(call: faults.Call) -> None:
        call.exchange.pause(0.5)
        call.answer()

    server.fault("*", drip, method="POST")
    with OllamaClient(server.url, scope=scope, connect_timeout_s=0.1) as client:
        client.upload_blob(known.digest, FileUpload(known, scope, nothing))
    assert server.state.has_blob(known.digest)


def test_a_cancel_ends_an_upload_that_nobody_takes(
    client: OllamaClient, server: FaultyServer, tmp_path: Path
) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(64 * PIECE_BYTES))
    known = hashed(str(path), client.scope, nothing)
    server.fault("*", lambda call: call.stall(), method="POST")
    ends: list[OllamaError] = []

    def upload() -> None:
        try:
            client.upload_blob(known.digest, FileUpload(known, client.scope, nothing))
        except OllamaError as error:
            ends.append(error)

    thread = threading.Thread(target=upload)
    thread.start()
    wait_for(lambda: any(r.method == "POST" for r in server.requests))
    client.cancel()
    thread.join(timeout=5)
    assert not thread.is_alive()
    assert isinstance(ends[0], Cancelled)
    server.clear()


# -- the course ------------------------------------------------------------------------------------


def test_a_model_is_made(client: OllamaClient, server: FaultyServer, file: Path) -> None:
    attempt = Attempt(client, request_of(file))
    record = attempt.run()
    assert record is not None
    assert record.name == "mine:latest"
    assert attempt.states == [S.CHECKING, S.LOOKING, S.UPLOADING, S.MAKING]
    assert server.state.names() == ["mine:latest", "here:latest"]


def test_who_may_not_begin_sends_nothing(
    client: OllamaClient, server: FaultyServer, file: Path
) -> None:
    def refuse() -> None:
        raise Cancelled

    assert isinstance(Attempt(client, request_of(file), begin=refuse).error(), Cancelled)
    assert not server.asked("/api/create")


@pytest.mark.parametrize("name", ["x:local", "x:cloud", "x:20b-cloud"])
def test_names_with_a_meaning_of_their_own(
    client: OllamaClient, server: FaultyServer, file: Path, name: str
) -> None:
    assert isinstance(Attempt(client, request_of(file, name)).error(), BadName)
    assert not [request for request in server.requests if request.method == "POST"]


def test_a_name_is_looked_for_once_more_right_before(
    client: OllamaClient, server: FaultyServer, file: Path
) -> None:
    here = server.state.find(parse("here"))
    assert here is not None

    def take(call: faults.Call) -> None:
        server.state.install("MINE", here.package)
        call.answer()

    server.fault("*", take, method="POST", times=1)
    error = Attempt(client, request_of(file)).error()
    assert fault_of(error) is F.NAME_TAKEN
    assert not server.asked("/api/create")


def test_an_adapter_is_made_for_a_model_as_it_is_spelled(
    client: OllamaClient, server: FaultyServer, file: Path
) -> None:
    request = CreateRequest("local", "mine", (str(file),), adapter=True, base="HERE:latest")
    error = Attempt(client, request).error()
    assert isinstance(error, CreateFailed)
    assert isinstance(error.cause, ModelNotFound)
    assert not server.asked("/api/create")


def test_a_success_that_the_list_does_not_show(
    client: OllamaClient, server: FaultyServer, file: Path
) -> None:
    server.fault("/api/create", faults.reply_json(200, {"status": "success"}))
    error = Attempt(client, request_of(file)).error()
    assert isinstance(error, CreateFailed)
    assert isinstance(error.cause, NotDone)


def test_a_failure_that_the_list_contradicts(
    client: OllamaClient, server: FaultyServer, file: Path
) -> None:
    here = server.state.find(parse("here"))
    assert here is not None

    def fail(call: faults.Call) -> None:
        server.state.install("mine", here.package)
        faults.error_json(500, "something")(call)

    server.fault("/api/create", fail)
    assert Attempt(client, request_of(file)).run() is not None


def test_a_server_that_ends_ends_its_work(
    client: OllamaClient, server: FaultyServer, file: Path
) -> None:
    def die(call: faults.Call) -> None:
        threading.Thread(target=server.kill).start()
        call.stall()

    server.fault("/api/create", die)
    attempt = Attempt(client, request_of(file))
    error = attempt.error()
    assert isinstance(error, Unreachable)
    assert is_away(error)
    assert not attempt.creating.may_go_on


def test_it_is_asked_for_twice_at_most(
    client: OllamaClient, server: FaultyServer, file: Path
) -> None:
    server.fault("/api/create", faults.reply(504, b"<html></html>", "text/html"))
    attempt = Attempt(client, request_of(file))
    error = attempt.error()
    assert len(server.asked("/api/create")) == 2
    assert attempt.creating.may_go_on
    assert fault_of(error) is F.OTHER


def test_what_was_asked_for_before_is_found(
    client: OllamaClient, server: FaultyServer, file: Path
) -> None:
    attempt = Attempt(client, request_of(file, "here"), begun=Begun())
    record = attempt.run()
    assert record is not None
    assert record.name == "here:latest"
    assert attempt.states == [S.LOOKING]


def test_what_is_unwanted_is_not_asked_for_again(
    client: OllamaClient, server: FaultyServer, file: Path
) -> None:
    attempt = Attempt(client, request_of(file), begun=Begun(0.05, is_unwanted=True))
    assert attempt.run() is None
    assert attempt.states == [S.LOOKING, S.WATCHING]
    assert not [request for request in server.requests if request.method == "POST"]


def test_large_files_and_small_ones_take_their_time() -> None:
    small_one = CreateRequest("local", "x", ("/x",), size_bytes=1)
    large = CreateRequest("local", "x", ("/x",), size_bytes=40_000_000_000)
    quantized = CreateRequest("local", "x", ("/x",), quantize="Q4_K_M", size_bytes=40_000_000_000)
    assert 60 < patience_s(small_one) < patience_s(large) < patience_s(quantized) < 86_400
