"""The demo server over real HTTP: its life, its connections, and answers that recordings lack."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.fakes import small
from tests.support.waiting import wait_for
from tray_app.demo import DemoServer
from tray_app.demo.exchange import Exchange
from tray_app.demo.store.package import sha256_digest

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@pytest.fixture
def server() -> Iterator[DemoServer]:
    library = small.library("tiny", published=("big",))
    with DemoServer(
        library=library, tick_s=0.01, verify_s=0.01, load_s=0.01, speed_bytes_s=1e9
    ) as server:
        yield server


def post(server: DemoServer, path: str, body: Any, **options: Any) -> requests.Response:
    return requests.post(server.url + path, json=body, timeout=5, **options)


def test_stop_leaves_no_thread_and_no_port(server: DemoServer) -> None:
    server.state.set_speed(0)
    pull = post(server, "/api/pull", {"model": "big"}, stream=True)
    lines = pull.iter_lines()
    next(lines)
    server.stop()
    assert not demo_threads()
    with pytest.raises(OSError), socket.create_connection((server.host, server.port), 1):
        pass
    pull.close()


PULL = b'POST /api/pull HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n\r\n{"model":"big"}'
UPLOAD = b"POST /api/blobs/sha256:" + b"a" * 64 + b" HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET /api/tags",
        b"GET /api/tags HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /api/show HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
        UPLOAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n",
        UPLOAD + b"Content-Length: 100000\r\n\r\nabc",
        PULL,
        PULL + PULL,
    ],
)
def test_stop_does_not_wait_for_clients(server: DemoServer, said: bytes) -> None:
    server.state.set_speed(0)
    with socket.create_connection((server.host, server.port), 10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK")
        client.sendall(said)
        if PULL in said:
            assert b"pulling manifest" in client.recv(1000)
        ended_in_time(server.stop)
        assert_hears_the_end(client)


def test_stop_does_not_wait_for_a_client_that_does_not_read() -> None:
    was_cut = threading.Event()

    class Talking(DemoServer):
        def respond(self, exchange: Exchange) -> None:
            for _ in range(100):
                exchange.send_chunk(b"x" * 1_000_000)
                if exchange.is_gone:
                    was_cut.set()
                    return

    with (
        Talking(library=small.library()) as server,
        socket.create_connection((server.host, server.port), 10) as client,
    ):
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(1)
        ended_in_time(server.stop)
        assert was_cut.is_set()


def test_stop_may_come_from_a_request() -> None:
    class Ending(DemoServer):
        def respond(self, exchange: Exchange) -> None:
            self.stop()
            exchange.reply_json(200, {})

    with Ending(library=small.library()) as server:
        with socket.create_connection((server.host, server.port), 10) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert client.recv(1000) == b""
        wait_for(lambda: not demo_threads())


def ended_in_time(act: Callable[[], None]) -> None:
    thread = threading.Thread(target=act)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert not demo_threads()


def demo_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("demo-")]


def assert_hears_the_end(client: socket.socket) -> None:
    with contextlib.suppress(ConnectionError):
        assert client.recv(1000) == b""


def test_it_comes_back_on_the_same_port(server: DemoServer) -> None:
    port = server.port
    server.restart()
    assert server.port == port
    assert requests.get(server.url, timeout=5).text == "Ollama is running"


def test_start_and_stop_may_be_called_twice(server: DemoServer) -> None:
    server.start()
    server.stop()
    server.stop()
    server.start()
    assert requests.get(server.url, timeout=5).ok


def test_a_taken_port_is_said(server: DemoServer) -> None:
    with pytest.raises(OSError):
        DemoServer(server.port, library=small.library()).start()


def test_one_connection_serves_many_requests(server: DemoServer) -> None:
    with requests.Session() as session:
        for _ in range(3):
            session.get(server.url + "/api/tags", timeout=5)
        session.post(server.url + "/api/pull", json={"model": "big"}, timeout=5)
        session.get(server.url + "/api/nothing", timeout=5)
        session.get(server.url + "/api/tags", timeout=5)
        names = [t.name for t in threading.enumerate()]
    assert names.count("demo-connection") == 1


def test_a_client_that_leaves_ends_the_pull_at_once(server: DemoServer) -> None:
    server.state.set_speed(1000)
    server.state.tick_s = 30.0
    pull = post(server, "/api/pull", {"model": "big"}, stream=True)
    lines = pull.iter_lines()
    next(lines)
    wait_for(server.state.line.active)
    pull.close()
    wait_for(lambda: not server.state.line.active(), timeout_s=5)


def test_a_kill_breaks_the_stream_off(server: DemoServer) -> None:
    server.state.set_speed(1e6)
    pull = post(server, "/api/pull", {"model": "big"}, stream=True)
    lines = pull.iter_lines()
    wait_for(lambda: b"completed" in next(lines))
    server.kill()
    with pytest.raises(requests.RequestException):
        list(lines)
    assert server.state.line.partial(small.model("big").layers[0].digest) == 0
    assert server.state.names() == ["tiny:latest"]


def test_two_clients_share_one_download(server: DemoServer) -> None:
    server.state.set_speed(20e6)
    first = post(server, "/api/pull", {"model": "big"}, stream=True).iter_lines()
    wait_for(lambda: b"completed" in next(first))
    second = post(server, "/api/pull", {"model": "big"}, stream=True).iter_lines()
    wait_for(lambda: b"completed" in next(second))
    assert len(server.state.line.active()) == 1
    server.state.set_speed(1e9)
    assert list(first)[-1] == list(second)[-1] == b'{"status":"success"}'


def test_a_load_shows_up_when_it_is_done(server: DemoServer) -> None:
    assert post(server, "/api/generate", {"model": "tiny"}).json()["done_reason"] == "load"
    rows = requests.get(server.url + "/api/ps", timeout=5).json()["models"]
    assert [row["name"] for row in rows] == ["tiny:latest"]
    assert rows[0]["context_length"] == 4096


def test_leaving_aborts_a_load(server: DemoServer) -> None:
    server.state.load_s = 30.0
    with contextlib.suppress(requests.RequestException):
        requests.post(server.url + "/api/generate", json={"model": "tiny"}, timeout=0.1)
    wait_for(lambda: [t.name for t in threading.enumerate()].count("demo-connection") == 0)
    assert server.state.memory.rows() == []


@pytest.mark.parametrize(
    ("keep_alive", "status"),
    [
        (None, 200),
        (300, 200),
        (-1, 200),
        ("10m", 200),
        ("-1m", 200),
        ("300", 400),
        ("-1", 400),
        (True, 400),
        ([], 400),
    ],
)
def test_keep_alive_grammar(server: DemoServer, keep_alive: Any, status: int) -> None:
    body = {"model": "tiny", "keep_alive": keep_alive}
    assert post(server, "/api/generate", body).status_code == status


def test_an_embedding_model_loads_by_embed_only() -> None:
    with DemoServer(load_s=0) as server:
        name = "nomic-embed-text"
        refusal = post(server, "/api/generate", {"model": name})
        assert refusal.status_code == 400
        assert refusal.json() == {"error": f'"{name}" does not support generate'}
        loaded = post(server, "/api/embed", {"model": name, "input": ""})
        assert loaded.json() == {"model": name, "embeddings": []}
        assert post(server, "/api/generate", {"model": name, "keep_alive": 0}).ok


def test_the_manifest_at_the_registry_tells_sizes_and_digest(server: DemoServer) -> None:
    url = server.url + "/v2/library/tiny/manifests/latest"
    answer = requests.get(url, headers={"Accept": MANIFEST}, timeout=5)
    row = requests.get(server.url + "/api/tags", timeout=5).json()["models"][0]
    manifest = answer.json()
    assert answer.headers["Content-Type"] == MANIFEST
    assert "sha256:" + row["digest"] == sha256_digest(answer.content)
    assert "ollama-content-digest" not in answer.headers
    assert "ollama-push-time" not in answer.headers
    assert sum(x["size"] for x in [*manifest["layers"], manifest["config"]]) == row["size"]
    head = requests.head(url, timeout=5)
    assert head.headers["Content-Length"] == str(len(answer.content))
    assert head.headers["ollama-content-digest"] == row["digest"]
    assert int(head.headers["ollama-push-time"]) > 0


def test_config_and_licence_can_be_read_at_the_registry(server: DemoServer) -> None:
    base = server.url + "/v2/library/tiny/"
    manifest = requests.get(base + "manifests/latest", timeout=5).json()
    for layer in (manifest["config"], *manifest["layers"][1:]):
        blob = requests.get(base + "blobs/" + layer["digest"], timeout=5)
        assert sha256_digest(blob.content) == layer["digest"]
    weights = manifest["layers"][0]
    head = requests.head(base + "blobs/" + weights["digest"], timeout=5)
    assert head.headers["Content-Length"] == str(weights["size"])


def test_the_registry_does_not_know_everything(server: DemoServer) -> None:
    answer = requests.get(server.url + "/v2/library/nope/manifests/latest", timeout=5)
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["code"] == "MANIFEST_UNKNOWN"


def test_an_upload_may_come_in_chunks(server: DemoServer) -> None:
    url = f"{server.url}/api/blobs/{sha256_digest(b'onetwo')}"
    assert requests.post(url, data=iter([b"one", b"two"]), timeout=5).status_code == 201
    assert requests.head(url, timeout=5).status_code == 200


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: many", b"Transfer-Encoding: chunked", b"Content-Length: 10"],
)
def test_a_request_that_makes_no_sense_ends_the_connection(server: DemoServer, head: bytes) -> None:
    with socket.create_connection((server.host, server.port), 5) as connection:
        connection.sendall(b"POST /api/show HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\nzz\r\n")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1000) == b""
    assert requests.get(server.url, timeout=5).ok


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"\xff\xfe", "invalid character"),
        (b"[" * 100_000, "exceeded max depth"),
        (b"[]", "json: cannot unmarshal array into Go value of type api.PullRequest"),
        (b'{"model":5}', "json: cannot unmarshal number into Go struct field PullRequest.model"),
        (b'{"model":"x"', "unexpected EOF"),
        (b"hello", "invalid character 'h' looking for beginning of value"),
    ],
)
def test_bad_json_is_refused_as_go_does(server: DemoServer, body: bytes, error: str) -> None:
    answer = requests.post(server.url + "/api/pull", data=body, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(error)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM cannot be caught there")
def test_it_runs_from_the_command_line() -> None:
    command = [sys.executable, "-m", "tray_app.demo", "--port", "0", "--speed", "50MB"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        assert requests.get(url + "/api/version", timeout=5).ok
        process.terminate()
        assert process.wait(5) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_a_server_whose_address_nobody_reads_serves_all_the_same() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with Path("/dev/full").open("wb") as full:
        server = subprocess.Popen(
            [sys.executable, "-m", "tray_app.demo", "--port", str(port)],
            cwd=Path(__file__).parents[3],
            stdout=full,
            stderr=subprocess.PIPE,
        )
    with server:
        wait_for(lambda: server.poll() is not None or _answers(port), timeout_s=30)
        server.terminate()
        said = server.communicate()[1]
    assert (server.returncode, said) == (0, b"")


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False
