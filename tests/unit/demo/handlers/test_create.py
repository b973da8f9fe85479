"""Creates whose client leaves, and what a server that is killed leaves behind: as measured."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator

import pytest
import requests

from tests.contract.gguf_file import digest_of, part_bytes, plain_bytes
from tests.support.waiting import wait_for
from tray_app.demo import DemoServer, Library
from tray_app.demo.store.package import sha256_digest


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(library=Library()) as running:
        running.state.quantizer.seconds = 0.4
        yield running


def upload(server: DemoServer, data: bytes) -> str:
    digest = digest_of(data)
    requests.post(f"{server.url}/api/blobs/{digest}", data=data, timeout=10)
    return digest


def leave(server: DemoServer, files: dict[str, str], wanted: str) -> None:
    """Hang up as soon as a line tells of this."""
    body = {"model": "cut", "files": files}
    url = f"{server.url}/api/create"
    with contextlib.closing(requests.post(url, json=body, stream=True, timeout=10)) as answer:
        for line in answer.iter_lines(chunk_size=1):
            if json.loads(line)["status"].startswith(wanted):
                return


def settle() -> None:
    """Until no connection is served any more."""
    wait_for(lambda: not any(t.name == "demo-connection" for t in threading.enumerate()))


@pytest.mark.parametrize(
    ("prints", "wanted", "has_model", "has_blob", "leaves_copy"),
    [
        (True, "validating", False, False, True),
        (False, "parsing", False, True, False),
        (False, "verifying", False, True, False),
        (False, "writing manifest", True, True, False),
    ],
)
def test_a_stream_that_its_client_leaves_is_stranded(
    server: DemoServer,
    prints: bool,
    wanted: str,
    has_model: bool,
    has_blob: bool,
    leaves_copy: bool,
) -> None:
    server.state.quantizer.prints = prints
    digest = upload(server, plain_bytes(1))
    leave(server, {"a.gguf": digest}, wanted)
    settle()
    assert ("cut:latest" in server.state.names()) is has_model
    assert server.state.has_blob(sha256_digest(f"COPY {digest}".encode())) is has_blob
    assert any(name.startswith("COPY") for name in server.state.leftovers) is leaves_copy
    # A stranded one blocks no other.
    body = {"model": "other", "files": {"a.gguf": digest}, "stream": False}
    answer = requests.post(f"{server.url}/api/create", json=body, timeout=10)
    assert answer.json() == {"status": "success"}


def test_what_is_no_stream_goes_on(server: DemoServer) -> None:
    digest = upload(server, plain_bytes(2))
    body = {"model": "mine", "files": {"a.gguf": digest}, "stream": False}
    with pytest.raises(requests.Timeout):
        requests.post(f"{server.url}/api/create", json=body, timeout=(5, 0.1))
    wait_for(lambda: "mine:latest" in server.state.names())
    settle()
    assert not server.state.leftovers


def test_a_server_that_is_killed_leaves_its_files(server: DemoServer) -> None:
    server.state.quantizer.seconds = 30
    parts = {
        f"a-{number + 1:05d}-of-00002.gguf": upload(server, part_bytes(3, number, 2))
        for number in range(2)
    }

    def ask() -> None:
        with contextlib.suppress(requests.RequestException):
            leave(server, parts, "never")

    asked = threading.Thread(target=ask)
    asked.start()
    wait_for(lambda: server.state.leftovers)
    server.kill()
    asked.join(timeout=10)
    kinds = sorted(name.rstrip("0123456789") for name in server.state.leftovers)
    assert kinds == ["COPY", "split-gguf-"]


def test_the_disk_has_to_hold_it_three_times(server: DemoServer) -> None:
    server.state.quantizer.seconds = 0
    data = plain_bytes(4)
    body = {"model": "mine", "files": {"a.gguf": digest_of(data)}, "stream": False}
    for room, said in (
        (2.5, "no space left on device"),
        (1.5, "llama-quantize failed: exit status 1"),
    ):
        server.state.remove_blob(digest_of(data))
        server.state.disk_free_bytes = int(len(data) * room)
        upload(server, data)
        answer = requests.post(f"{server.url}/api/create", json=body, timeout=10)
        assert said in answer.json()["error"]
        assert not server.state.leftovers
    server.state.remove_blob(digest_of(data))
    server.state.disk_free_bytes = len(data) * 3
    upload(server, data)
    answer = requests.post(f"{server.url}/api/create", json=body, timeout=10)
    assert answer.json() == {"status": "success"}
    assert server.state.disk_free_bytes == len(data)


def test_an_upload_needs_room_too(server: DemoServer) -> None:
    server.state.disk_free_bytes = 1000
    data = plain_bytes(5)
    answer = requests.post(f"{server.url}/api/blobs/{digest_of(data)}", data=data, timeout=10)
    assert answer.status_code == 500
    assert answer.json()["error"].endswith("no space left on device")
    assert not server.state.has_blob(digest_of(data))
