"""The queue of creates: its course, cancels, faults, and what survives a restart."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from tests.fakes import faults
from tests.unit.workers.creates.conftest import QUICK, Bench, QueueMaker
from tray_app.core.creates.records import CreateFault, CreateState
from tray_app.demo.store.naming import parse
from tray_app.ollama.creating import Pace

S = CreateState


def test_a_file_becomes_a_model(make_queue: QueueMaker) -> None:
    bench = make_queue()
    item = bench.wait_state(bench.queue.add(bench.request("mine")), S.DONE)
    assert bench.names == ["mine:latest", "here:latest"]
    found = bench.server.state.find(parse("mine"))
    assert found is not None
    assert item.digest == found.package.digest
    assert item.started_at is not None
    assert item.finished_at is not None
    assert bench.trail.states["mine"] == [
        S.WAITING,
        S.CHECKING,
        S.LOOKING,
        S.UPLOADING,
        S.MAKING,
        S.DONE,
    ]
    assert [made.id for made in bench.trail.made] == [item.id]
    assert item.uploaded == item.request.files


def test_only_the_last_part_of_a_path_is_sent(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.wait_state(bench.queue.add(bench.request("mine")), S.DONE)
    sent = bench.server.asked("/api/create")[0].json
    assert list(sent["files"]) == ["mine.gguf"]
    assert sent["stream"] is False
    assert str(bench.folder).encode() not in bench.server.asked("/api/create")[0].body


def test_what_is_on_the_server_is_not_uploaded_again(make_queue: QueueMaker) -> None:
    bench = make_queue()
    path = bench.file()
    bench.wait_state(bench.queue.add(bench.request("one", path)), S.DONE)
    item = bench.wait_state(bench.queue.add(bench.request("two", path)), S.DONE)
    assert item.was_on_server
    assert S.CHECKING not in bench.trail.states["two"][2:]
    uploads = [r for r in bench.server.requests if r.method == "POST" and "/blobs/" in r.path]
    assert len(uploads) == 1


def test_one_at_a_time_on_each_server(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.state.quantizer.seconds = 0.1
    ids = [bench.queue.add(bench.request(f"m{number}")) for number in range(3)]
    assert [bench.item(each).position for each in ids] == [0, 1, 2]
    bench.queue.start_now(ids[2])
    assert [bench.item(each).position for each in ids] == [0, 2, 1]
    for each in ids:
        bench.wait_state(each, S.DONE)
    asked = [request.model for request in bench.server.asked("/api/create")]
    assert asked == ["m0", "m2", "m1"]


def test_the_same_name_is_one_row(make_queue: QueueMaker) -> None:
    bench = make_queue(online=False)
    first = bench.queue.add(bench.request("mine"))
    assert bench.queue.add(bench.request("MINE:latest", bench.file())) == first


def test_an_existing_name_is_never_replaced(make_queue: QueueMaker) -> None:
    bench = make_queue()
    before = bench.server.state.find(parse("here"))
    item = bench.wait_state(bench.queue.add(bench.request("HERE")), S.FAILED)
    assert item.fault is CreateFault.NAME_TAKEN
    assert bench.server.state.find(parse("here")) is before
    assert not bench.server.asked("/api/create")


def test_a_name_that_is_taken_while_it_is_uploaded(make_queue: QueueMaker) -> None:
    bench = make_queue()
    other = bench.server.state.find(parse("here"))
    assert other is not None

    def take(call: faults.Call) -> None:
        call.answer()
        bench.server.state.install("mine", other.package)

    path = "/api/blobs/"
    request = bench.request("mine")
    bench.server.fault("*", take, times=1, method="HEAD")
    item = bench.wait_state(bench.queue.add(request), S.FAILED)
    assert item.fault is CreateFault.NAME_TAKEN
    assert not [r for r in bench.server.requests if r.method == "POST" and r.path.startswith(path)]
    assert bench.names.count("mine:latest") == 1


@pytest.mark.parametrize("state", [S.WAITING, S.UPLOADING])
def test_before_the_server_works_on_it_a_cancel_leaves_nothing(
    make_queue: QueueMaker, state: CreateState
) -> None:
    bench = make_queue(online=state is not S.WAITING)
    blobs = bench.server.state.disk_bytes()
    bench.server.fault("*", lambda call: call.stall(), method="POST")
    item_id = bench.queue.add(bench.request("mine", bench.file(floats=2_000_000)))
    bench.wait_state(item_id, state)
    bench.queue.cancel(item_id)
    assert bench.item(item_id).state is S.CANCELED
    bench.wait_for(lambda: not bench.queue._runner.active())
    assert bench.names == ["here:latest"]
    assert bench.server.state.disk_bytes() == blobs


def making(bench: Bench, name: str = "mine") -> str:
    """One that the server works on."""
    bench.server.state.quantizer.seconds = 30.0
    item_id = bench.queue.add(bench.request(name))
    bench.wait_state(item_id, S.MAKING)
    bench.wait_for(lambda: bench.server.asked("/api/create"))
    return item_id


def finish(bench: Bench) -> None:
    """Let the server have done it."""
    bench.server.state.quantizer.seconds = 0.0


def test_a_cancel_while_it_is_made_asks(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.state.quantizer.seconds = 0.4
    item_id = bench.queue.add(bench.request("mine"))
    bench.wait_state(item_id, S.MAKING)
    bench.queue.cancel(item_id)
    assert bench.item(item_id).state is S.ASKED
    bench.queue.keep(item_id)
    assert bench.item(item_id).state is S.MAKING
    bench.queue.cancel(item_id)
    # The question lapses with the create.
    assert bench.wait_state(item_id, S.DONE).digest


def test_what_is_unwanted_is_deleted_when_it_is_ready(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.state.quantizer.seconds = 0.3
    item_id = bench.queue.add(bench.request("mine"))
    bench.wait_state(item_id, S.MAKING)
    bench.queue.cancel(item_id)
    bench.queue.delete_when_ready(item_id)
    assert bench.item(item_id).state is S.TO_BE_DELETED
    bench.wait_state(item_id, S.DELETED)
    assert bench.names == ["here:latest"]
    assert not bench.trail.made


def test_what_became_another_one_meanwhile_is_not_deleted(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.state.quantizer.seconds = 0.3
    other = bench.server.state.find(parse("here"))
    assert other is not None

    def replace(call: faults.Call) -> None:
        bench.server.state.install("mine", other.package)
        call.answer()

    item_id = bench.queue.add(bench.request("mine"))
    bench.wait_state(item_id, S.MAKING)
    bench.server.fault("/api/ps", replace, times=1)
    bench.queue.cancel(item_id)
    bench.queue.delete_when_ready(item_id)
    bench.wait_state(item_id, S.DONE)
    assert "mine:latest" in bench.names


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda state: state.quantizer.unknown.add("llama"), CreateFault.EXIT_STATUS),
        (lambda state: setattr(state.quantizer, "is_there", False), CreateFault.NO_QUANTIZER),
        (lambda state: setattr(state, "disk_free_bytes", 2000), CreateFault.NO_SPACE),
        (lambda state: setattr(state, "disk_free_bytes", 6000), CreateFault.EXIT_STATUS),
        (lambda state: setattr(state, "disk_free_bytes", 10_000), CreateFault.NO_SPACE),
    ],
)
def test_a_server_that_cannot(make_queue: QueueMaker, spoil: object, fault: CreateFault) -> None:
    bench = make_queue()
    assert callable(spoil)
    spoil(bench.server.state)
    item = bench.wait_state(bench.queue.add(bench.request("mine")), S.FAILED)
    assert item.fault is fault
    assert item.needed_bytes == 3 * item.request.size_bytes
    assert bench.names == ["here:latest"]
    assert not bench.server.state.leftovers


def test_a_proxy_that_takes_no_large_files(make_queue: QueueMaker) -> None:
    bench = make_queue()
    request = bench.request("mine")

    def refuse(call: faults.Call) -> None:
        if "/blobs/" in call.exchange.path:
            page = b"<html>413 Request Entity Too Large</html>"
            call.exchange.reply_unread(413, page, "text/html")
        else:
            call.answer()

    bench.server.fault("*", refuse, method="POST")
    item_id = bench.queue.add(request)
    assert bench.wait_state(item_id, S.FAILED).fault is CreateFault.TOO_LARGE
    bench.server.clear()
    bench.queue.retry(item_id)
    bench.wait_state(item_id, S.DONE)


def test_a_blob_that_vanishes_is_uploaded_once_more(make_queue: QueueMaker) -> None:
    bench = make_queue()

    def lose(call: faults.Call) -> None:
        for digest in list(bench.server.received(call.exchange).json["files"].values()):
            bench.server.state.remove_blob(digest)
        call.answer()

    bench.server.fault("/api/create", lose, times=1)
    bench.wait_state(bench.queue.add(bench.request("mine")), S.DONE)
    bench.server.fault("/api/create", lose)
    item = bench.wait_state(bench.queue.add(bench.request("other")), S.FAILED)
    assert item.fault is CreateFault.BLOB_MISSING


def test_a_file_that_is_gone_or_changes(make_queue: QueueMaker) -> None:
    bench = make_queue()
    request = bench.request("mine")
    path = Path(request.files[0])
    data = path.read_bytes()
    path.unlink()
    item_id = bench.queue.add(request)
    assert bench.wait_state(item_id, S.FAILED).fault is CreateFault.FILE_GONE
    path.write_bytes(data)

    def change(call: faults.Call) -> None:
        path.write_bytes(data[:-4] + b"\1\2\3\4")
        call.answer()

    bench.server.fault("*", change, times=1, method="HEAD")
    bench.queue.retry(item_id)
    assert bench.wait_state(item_id, S.FAILED).fault is CreateFault.FILE_CHANGED
    assert len(bench.server.state.uploads) == 0
    bench.queue.retry(item_id)
    bench.wait_state(item_id, S.DONE)


@pytest.mark.parametrize("status", [502, 504, 524])
def test_a_proxy_that_loses_patience_is_no_failure(make_queue: QueueMaker, status: int) -> None:
    bench = make_queue()
    bench.server.state.quantizer.seconds = 0.3

    def impatient(call: faults.Call) -> None:
        body = bench.server.received(call.exchange).body
        threading.Thread(target=ask_behind_proxy, args=(bench, body)).start()
        call.exchange.reply(status, b"<html>Gateway Time-out</html>", "text/html")

    bench.server.fault("/api/create", impatient, times=1)
    item_id = bench.queue.add(bench.request("mine"))
    bench.wait_state(item_id, S.WATCHING)
    assert bench.wait_state(item_id, S.DONE, S.FAILED).state is S.DONE
    assert len(bench.server.asked("/api/create")) == 2  # the second one is the proxy's


def ask_behind_proxy(bench: Bench, body: bytes) -> None:
    """What goes on behind a proxy."""
    requests.post(f"{bench.server.url}/api/create", data=body, timeout=30)


def test_a_connection_that_breaks_is_no_failure(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.fault("/api/create", faults.reset_before_headers(), times=1)
    pace = bench.queue._pace
    assert pace is not None
    bench.queue._pace = Pace(
        pace.upload_pauses_s, pace.listed_pauses_s, pace.watch_pauses_s, lambda _request: 0.2
    )
    item_id = bench.queue.add(bench.request("mine"))
    bench.wait_state(item_id, S.WATCHING)
    # It never got there, so it is asked for again.
    bench.wait_state(item_id, S.DONE)


def test_an_empty_answer_is_no_success(make_queue: QueueMaker) -> None:
    bench = make_queue()
    bench.server.fault("/api/create", faults.empty_ok())
    item = bench.wait_state(bench.queue.add(bench.request("mine")), S.FAILED)
    assert item.fault is CreateFault.OTHER
    assert bench.names == ["here:latest"]


def test_a_server_that_is_killed_is_waited_for(make_queue: QueueMaker) -> None:
    bench = make_queue()
    item_id = making(bench)
    bench.server.kill()
    item = bench.wait_state(item_id, S.WAITING)
    assert item.is_server_away
    finish(bench)
    bench.server.start()
    bench.poll()
    bench.wait_state(item_id, S.DONE)


def test_an_upload_that_breaks_off_begins_again(make_queue: QueueMaker) -> None:
    bench = make_queue()

    def cut(call: faults.Call) -> None:
        if "/blobs/" not in call.exchange.path:
            call.answer()
            return
        next(iter(call.exchange.body_parts()))
        faults.reset_before_headers()(call)

    bench.server.fault("*", cut, times=1, method="POST")
    item_id = bench.queue.add(bench.request("mine", bench.file(floats=2_000_000)))
    bench.wait_state(item_id, S.DONE)


def test_an_upload_that_never_gets_through_fails_in_the_end(make_queue: QueueMaker) -> None:
    bench = make_queue()

    def cut(call: faults.Call) -> None:
        next(iter(call.exchange.body_parts()))
        faults.reset_before_headers()(call)

    bench.server.fault("*", cut, method="POST")
    item_id = bench.queue.add(bench.request("mine", bench.file(floats=2_000_000)))

    def is_over() -> bool:
        bench.poll()
        return bench.item(item_id).state is S.FAILED

    bench.wait_for(is_over)


def test_it_goes_on_after_a_restart(make_queue: QueueMaker, tmp_path: Path) -> None:
    path = tmp_path / "creates.json"
    bench = make_queue(path)
    bench.server.fault("*", lambda call: call.stall(), method="POST")
    item_id = bench.queue.add(bench.request("mine", bench.file(floats=1_000_000)))
    bench.wait_state(item_id, S.UPLOADING)
    bench.queue.close()
    bench.server.clear()
    again = make_queue(path)
    again.wait_state(item_id, S.DONE)
    assert S.CHECKING not in again.trail.states["mine"][2:]
    hashed = [state for state in again.trail.states["mine"] if state is S.CHECKING]
    assert len(hashed) <= 1


@pytest.mark.parametrize("is_unwanted", [False, True])
def test_what_was_made_while_the_program_was_away(
    make_queue: QueueMaker, tmp_path: Path, is_unwanted: bool
) -> None:
    path = tmp_path / "creates.json"
    bench = make_queue(path)
    bench.server.state.quantizer.seconds = 0.4
    item_id = bench.queue.add(bench.request("mine"))
    bench.wait_state(item_id, S.MAKING)
    bench.wait_for(lambda: bench.server.asked("/api/create"))
    if is_unwanted:
        bench.queue.cancel(item_id)
        bench.queue.delete_when_ready(item_id)
    bench.queue.close()
    bench.wait_for(lambda: "mine:latest" in bench.names)
    again = make_queue(path)
    again.wait_state(item_id, S.DELETED if is_unwanted else S.DONE)
    assert ("mine:latest" in bench.names) is not is_unwanted
    assert len(bench.server.asked("/api/create")) == 1


def test_what_the_server_still_works_on_is_not_asked_for_twice(
    make_queue: QueueMaker, tmp_path: Path
) -> None:
    path = tmp_path / "creates.json"
    bench = make_queue(path)
    bench.server.state.quantizer.seconds = 1.0
    item_id = bench.queue.add(bench.request("mine"))
    bench.wait_state(item_id, S.MAKING)
    bench.wait_for(lambda: bench.server.asked("/api/create"))
    bench.queue.close()
    again = make_queue(path)
    again.wait_state(item_id, S.WATCHING)
    again.wait_state(item_id, S.DONE)
    assert len(bench.server.asked("/api/create")) == 1


def test_what_never_reached_the_server_is_asked_for_again(
    make_queue: QueueMaker, tmp_path: Path
) -> None:
    """Nobody can know that: it is waited for as if the server were at it, and no longer."""
    path = tmp_path / "creates.json"
    bench = make_queue(path)
    bench.server.fault("/api/create", lambda call: call.stall())
    item_id = bench.queue.add(bench.request("mine"))
    bench.wait_state(item_id, S.MAKING)
    bench.queue.close()
    bench.server.clear()
    again = make_queue(path, pace=replace(QUICK, patience_s=lambda _request: 0.3))
    again.wait_state(item_id, S.DONE)


def test_the_list_is_believed(make_queue: QueueMaker) -> None:
    """Also where the connection hangs for good."""
    bench = make_queue()
    bench.server.fault("/api/create", lambda call: call.stall())
    item_id = bench.queue.add(bench.request("mine"))
    bench.wait_state(item_id, S.MAKING)
    other = bench.server.state.find(parse("here"))
    assert other is not None
    bench.server.state.install("mine", other.package)
    bench.poll()
    bench.wait_state(item_id, S.DONE)
    bench.server.clear()


def test_what_failed_and_is_listed_after_all(make_queue: QueueMaker) -> None:
    bench = make_queue(pace=Pace((0.01,), (0.0,), (0.01,), lambda _request: 0.05))
    bench.server.fault("/api/create", faults.reply(504, b"<html></html>", "text/html"))
    item_id = bench.queue.add(bench.request("mine"))
    bench.wait_state(item_id, S.FAILED)
    other = bench.server.state.find(parse("here"))
    assert other is not None
    bench.server.state.install("mine", other.package)
    bench.poll()
    assert bench.item(item_id).state is S.DONE


def test_a_broken_file_is_kept(make_queue: QueueMaker, tmp_path: Path) -> None:
    path = tmp_path / "creates.json"
    path.write_text('{"version": 1, "items": [{"id": "x", "files": 3}]}', encoding="utf-8")
    bench = make_queue(path)
    assert bench.queue.items() == ()
    assert (tmp_path / "creates.json.bad").exists()


def test_names_that_are_no_text_come_back(make_queue: QueueMaker, tmp_path: Path) -> None:
    path = tmp_path / "creates.json"
    bench = make_queue(path, online=False)
    try:
        name = os.fsdecode(b"m\xff.gguf")
        item_id = bench.queue.add(bench.request("mine", bench.file(name)))
    except (OSError, UnicodeError):
        pytest.skip("no such names here")
    bench.queue.close()
    again = make_queue(path)
    again.wait_state(item_id, S.DONE)
