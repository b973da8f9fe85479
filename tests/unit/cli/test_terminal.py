"""The whole way: which server is meant, exit codes, and a real process with a pipe and signals."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import FaultyServer, faults, small
from tests.support.waiting import wait_for
from tests.unit.cli.typing_in import Terminal
from tray_app.cli.console import Console

ROOT = Path(__file__).parents[3]
PROGRAM = (
    "import sys; from tray_app.cli import parse_args, terminal;"
    "from tray_app.ollama import Registry;"
    "from tray_app.desktop.instance.single_instance import Handover, Outcome;"
    "sys.exit(terminal.run(parse_args(sys.argv[2:]),"
    " registry=Registry({'registry.ollama.ai': sys.argv[1]}),"
    " ask_instance=lambda *_: Handover(Outcome.NOBODY)))"
)


def write_settings(terminal: Terminal, content: str) -> None:
    path = terminal.data_dir / "config" / "settings.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")


def servers(*entries: tuple[str, str, str], default: str = "") -> str:
    rows = [{"id": i, "label": label, "address": address} for i, label, address in entries]
    return json.dumps({"version": 1, "servers": rows, "default_server": default})


# -- which server ----------------------------------------------------------------------------------


def test_the_settings_default_is_used(terminal: Terminal, server: FaultyServer) -> None:
    terminal.environ["OLLAMA_HOST"] = ""
    down = ("a", "down", "127.0.0.1:9")
    write_settings(terminal, servers(down, ("b", "nas", server.url), default="b"))
    assert terminal("list").code == 0
    write_settings(terminal, servers(down, ("b", "nas", server.url), default="gone"))
    result = terminal("list")
    assert result.code == 3
    assert "127.0.0.1:9" in result.err


def test_ollama_host_counts_more_and_server_most(terminal: Terminal, server: FaultyServer) -> None:
    write_settings(terminal, servers(("a", "nas", "127.0.0.1:9"), ("b", "here", server.url)))
    assert terminal("list").code == 0
    assert terminal("list", "--server", "127.0.0.1:9").code == 3
    assert terminal("list", "--server", "NAS").code == 3
    assert terminal("list", "--server", "here").code == 0


def test_errors_name_the_server_as_the_window_does(terminal: Terminal) -> None:
    write_settings(terminal, servers(("a", "nas", "nas.invalid:1")))
    result = terminal("list", "--server", "nas")
    assert result.code == 3
    assert "nas" in result.err


def test_an_address_that_is_none(terminal: Terminal) -> None:
    assert terminal("list", "--server", "ftp://x").code == 2
    terminal.environ["OLLAMA_HOST"] = "two words"
    assert terminal("list").code == 2


WRONG_PORTS = ("99999", "0", "-1", "abc", "65536", "1e4")


@pytest.mark.parametrize("verb", [("list",), ("rm", "-y", "tiny"), ("status",), ("pull", "fresh")])
@pytest.mark.parametrize("port", WRONG_PORTS)
def test_a_port_that_is_none_asks_nobody(
    terminal: Terminal, server: FaultyServer, port: str, verb: tuple[str, ...]
) -> None:
    """Wherever the address comes from, and though Ollama would take 11434."""
    address = f"127.0.0.1:{port}"
    terminal.environ["OLLAMA_HOST"] = ""
    given = [terminal(*verb, "--server", address)]
    write_settings(terminal, servers(("a", "nas", address)))
    given += [terminal(*verb), terminal(*verb, "--server", "nas")]
    terminal.environ["OLLAMA_HOST"] = address
    given.append(terminal(*verb))
    for result in given:
        assert (result.code, result.out) == (2, "")
        assert "A port is a number from 1 to 65535." in result.err
    assert "OLLAMA_HOST=" in given[-1].err
    assert server.requests == []
    # What is wrong with another address does not keep from this one.
    assert terminal("list", "--server", server.url).code == 0


@pytest.mark.parametrize("is_in_file", [True, False])
def test_an_address_that_is_none_hides_neither_the_program_nor_other_servers(
    terminal: Terminal, server: FaultyServer, is_in_file: bool
) -> None:
    bad = "not an address"
    terminal.environ["OLLAMA_HOST"] = "" if is_in_file else bad
    mine = ("a", "studio", server.url)
    write_settings(terminal, servers(("b", "nas", bad if is_in_file else server.url), mine,
                                     default="b"))  # fmt: skip
    terminal.instance.answers(
        servers=[{"name": name, "server": name, "message": "Online"} for name in ("nas", "studio")]
    )
    status = terminal("status")
    assert status.code == 2
    assert "studio, studio, Online" in status.out
    assert "can’t contain a space" in status.err
    found = json.loads(terminal("status", "--json").out)
    assert (found["server"], found["error"]) == (bad if is_in_file else f"OLLAMA_HOST={bad}",
                                                 "BadAddress")  # fmt: skip
    doctor = terminal("doctor")
    assert doctor.code == 2
    assert bad in doctor.out
    assert "3 models, answered in" in doctor.out
    quits = terminal("quit")
    assert (quits.code, quits.err) == (0, "")


@pytest.mark.parametrize("address", ["", " ", "\t"])
def test_an_empty_server_is_no_wish_for_the_default(terminal: Terminal, address: str) -> None:
    with pytest.raises(SystemExit) as caught:
        terminal("list", "--server", address)
    assert caught.value.code == 2


def test_a_pasted_url_of_a_call_is_the_address_of_its_server(
    terminal: Terminal, server: FaultyServer
) -> None:
    for end in ("/v1", "/api", "/api/tags", "/v1/chat/completions"):
        terminal.environ["OLLAMA_HOST"] = server.url + end
        assert "tiny" in terminal("list").out


def test_a_password_in_ollama_host_is_for_its_server_only(
    terminal: Terminal, server: FaultyServer
) -> None:
    terminal.environ["OLLAMA_HOST"] = server.url.replace("//", "//me:secret@")
    write_settings(terminal, servers(("a", "nas", server.url)))
    for words in (("list",), ("list", "--server", "nas"), ("list", "--server", server.url)):
        server.forget()
        assert terminal(*words).code == 0
        assert {request.headers.get("authorization", "") for request in server.requests} == {
            "Basic bWU6c2VjcmV0"
        }
    terminal.environ["OLLAMA_HOST"] = "http://me:secret@127.0.0.1:9"
    server.forget()
    assert terminal("list", "--server", "nas").code == 0
    assert not any(request.headers.get("authorization") for request in server.requests)


def test_size_units_of_the_settings_count(terminal: Terminal) -> None:
    write_settings(terminal, '{"version": 1, "size_units": "binary"}')
    assert "38.1 MiB" in terminal("list").out


@pytest.mark.parametrize("content", ["{", "[]"])
def test_broken_settings_are_reported_and_left_alone(terminal: Terminal, content: str) -> None:
    write_settings(terminal, content)
    result = terminal("list")
    assert result.code == 0
    assert result.err.startswith("Some settings can’t be used: it ")
    kept = terminal.data_dir / "config" / "settings.json"
    assert kept.read_text(encoding="utf-8") == content


# -- exit codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (faults.error_json(500, "oops"), 1),
        (faults.unauthorized(), 1),
        (faults.forbidden(), 1),
        (faults.truncated_json(), 1),
        (faults.html_ok(), 3),
        (faults.reset_before_headers(), 3),
    ],
)
def test_exit_codes(terminal: Terminal, server: FaultyServer, fault: object, code: int) -> None:
    server.fault("*", fault)  # type: ignore[arg-type]
    result = terminal("list")
    assert (result.code, result.out) == (code, "")
    assert result.err


def test_interrupted(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tray_app.ollama.transport.Transport.request", interrupt)
    result = terminal("list")
    assert (result.code, result.err) == (130, "Stopped.\n")


# -- a process -------------------------------------------------------------------------------------


@pytest.fixture
def slow_server() -> Iterator[FaultyServer]:
    library = small.library(*(f"model{n}" for n in range(40)), published=("fresh",))
    with FaultyServer(library=library, speed_bytes_s=2e6) as running:
        yield running


Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(slow_server: FaultyServer, tmp_path: Path) -> Iterator[Start]:
    """Starts the terminal program on these words, with a locale that knows ASCII only."""
    started: list[subprocess.Popen[bytes]] = []

    def start_it(*words: str) -> subprocess.Popen[bytes]:
        environ = {**os.environ, "OLLAMA_HOST": slow_server.url, "PYTHONIOENCODING": "ascii"}
        line = [sys.executable, "-c", PROGRAM, slow_server.url, *words]
        process = subprocess.Popen(
            [*line, "--data-dir", str(tmp_path)],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield start_it
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def test_a_reader_that_goes_away(slow_server: FaultyServer, start: Start) -> None:
    slow_server.fault("/api/tags", faults.slow(0.3))
    process = start("list", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("streams", "is_buffered"),
    [(("stdout",), True), (("stderr",), True), (("stdout", "stderr"), False)],
)
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("list", "zzz"), 0),
        (("show", "zzz"), 1),
        (("rm", "model0", "zzz", "model1", "-y"), 1),
        (("list", "--server", "127.0.0.1:9"), 3),
        (("--version",), 0),
        (("nonsense",), 2),
    ],
)
def test_who_is_not_heard_goes_on(
    slow_server: FaultyServer,
    tmp_path: Path,
    words: tuple[str, ...],
    code: int,
    streams: tuple[str, ...],
    is_buffered: bool,
) -> None:
    opened: dict[str, int] = {}
    for stream in streams:
        reader, opened[stream] = os.pipe()
        os.close(reader)
    environ = {**os.environ, "OLLAMA_HOST": slow_server.url, "PYTHONPATH": str(ROOT)}
    environ["PYTHONUNBUFFERED"] = "" if is_buffered else "1"
    line = [sys.executable, "-m", "tray_app", "--data-dir", str(tmp_path), *words]
    done = subprocess.run(
        line,
        env=environ,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **opened},  # type: ignore[call-overload]
    )
    for descriptor in opened.values():
        os.close(descriptor)
    assert done.returncode == code
    assert b"Traceback" not in (done.stderr or b"")
    assert b"Exception ignored" not in (done.stderr or b"")
    if "rm" in words:
        assert not {"model0:latest", "model1:latest"} & set(slow_server.state.names())


full_device = pytest.mark.skipif(
    sys.platform == "win32" or not Path("/dev/full").exists(), reason="needs /dev/full"
)


@full_device
@pytest.mark.parametrize("words", [("list",), ("list", "--json"), ("status",), ("doctor",)])
def test_an_answer_that_finds_no_room_is_said(
    slow_server: FaultyServer, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = run_into("/dev/full", "stdout", slow_server.url, tmp_path, *words)
    expected = b"The answer could not be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, expected)


@full_device
def test_what_is_only_told_may_find_no_room(slow_server: FaultyServer, tmp_path: Path) -> None:
    done = run_into("/dev/full", "stderr", slow_server.url, tmp_path, "list", "zzz")
    assert (done.returncode, done.stdout) == (0, b"")
    done = run_into("/dev/full", "stderr", slow_server.url, tmp_path, "show", "zzz")
    assert done.returncode == 1


@full_device
@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_that_finds_no_room_is_said(word: str, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tray_app", word],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == b"The answer could not be written: No space left on device\n"


def run_into(
    device: str, stream: str, url: str, data_dir: Path, *words: str
) -> subprocess.CompletedProcess[bytes]:
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with Path(device).open("wb") as opened:
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, url, *words, "--data-dir", str(data_dir)],
            cwd=ROOT,
            env={**os.environ, "OLLAMA_HOST": url, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
            **{**streams, stream: opened},
        )


def test_a_terminal_without_unicode(start: Start) -> None:
    process = start("list", "zzz")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"zzz" in err
    assert err.isascii()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_stops_the_servers_work_too(slow_server: FaultyServer, start: Start) -> None:
    process = start("pull", "fresh")
    wait_for(lambda: any(r.path == "/api/pull" for r in slow_server.requests), timeout_s=30)
    wait_for(slow_server.state.line.active, timeout_s=30)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, b"")
    assert b"Stopped." in err
    assert b"Traceback" not in err
    wait_for(lambda: not slow_server.state.line.active())


def test_without_any_stream() -> None:
    """A windowed start on Windows has none."""
    streams = sys.stdin, sys.stdout, sys.stderr
    try:
        sys.stdin = sys.stdout = sys.stderr = None  # type: ignore[assignment]
        made = Console(environ={})
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
    made.data("x")
    made.say("x")
    assert not made.can_ask
    assert not made.can_redraw
    assert made.width > 0
    assert made.stdout.__class__ is io.StringIO
