"""A token or headers for a server that wants them, in a terminal."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults
from tests.unit.cli.typing_in import Terminal
from tray_app.__main__ import main
from tray_app.cli.arguments import Invocation
from tray_app.cli.sign_in import MAX_FILE_BYTES, signed_in
from tray_app.core.endpoint import Access, Endpoint
from tray_app.core.errors import BadSignIn

SECRET = "s3cr3t"
NAS = Endpoint.parse("https://nas.local")


def header_file(folder: Path, text: str) -> Path:
    file = folder / "headers.txt"
    file.write_text(text, encoding="utf-8")
    return file


def sent(server: FaultyServer, name: str) -> list[str]:
    return [request.headers.get(name.casefold(), "") for request in server.asked("/api/tags")]


def test_a_token_of_the_environment(terminal: Terminal, server: FaultyServer) -> None:
    terminal.environ["OLLAMA_TRAY_TOKEN"] = f" {SECRET}\n"
    result = terminal("list")
    assert result.code == 0
    assert sent(server, "Authorization") == [f"Bearer {SECRET}"]
    assert "unencrypted" not in result.err, "it stays on this computer"


def test_without_one_nothing_is_sent(terminal: Terminal, server: FaultyServer) -> None:
    assert terminal("list").code == 0
    assert sent(server, "Authorization") == [""]


def test_headers_of_a_file(terminal: Terminal, server: FaultyServer, tmp_path: Path) -> None:
    file = header_file(
        tmp_path, f"# for the gateway\n\nCF-Access-Client-Id: an id\nX-API-Key:{SECRET}: 2\n"
    )
    assert terminal("list", "--header-file", str(file)).code == 0
    assert terminal("--header-file", str(file), "ps").code == 0
    assert sent(server, "X-API-Key") == [f"{SECRET}: 2"]
    assert sent(server, "CF-Access-Client-Id") == ["an id"]


def test_the_file_counts_before_the_environment(tmp_path: Path) -> None:
    file = header_file(tmp_path, f"authorization: Basic {SECRET}")
    endpoint = signed_in(NAS, {"OLLAMA_TRAY_TOKEN": "other"}, file)
    assert dict(endpoint.access.headers) == {"authorization": f"Basic {SECRET}"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"X-Key {SECRET}", "line 1: A header’s name has only letters"),
        (f"\nHost: {SECRET}", "line 2: “Host” is set by Ollama Tray itself."),
        ("X-Key:", "line 1: Only plain characters"),
        (f"X-Key: {SECRET}\x01", "line 1: Only plain characters"),
        (f"X-Key: {SECRET}\nx-key: b", "line 2: This header stands here twice."),
        (f": {SECRET}", "line 1: Enter the header’s name."),
        ("\n".join(f"X-{n}: {SECRET}" for n in range(9)), "line 9: At most 8 headers"),
        ("X-Key: " + SECRET * MAX_FILE_BYTES, "too large"),
    ],
)
def test_a_file_that_holds_something_else(
    terminal: Terminal, server: FaultyServer, tmp_path: Path, text: str, said: str
) -> None:
    result = terminal("list", "--header-file", str(header_file(tmp_path, text)))
    assert result.code == 2
    assert said in result.err
    assert SECRET not in result.err + result.out
    assert server.requests == []


def test_a_file_that_is_not_there(terminal: Terminal, tmp_path: Path) -> None:
    result = terminal("list", "--header-file", str(tmp_path / "none"))
    assert result.code == 2
    assert "No such file" in result.err
    assert "Errno" not in result.err


@pytest.mark.parametrize("token", ["two words", "schlüssel", "a\nb"])
def test_a_token_that_cannot_be_sent(terminal: Terminal, token: str) -> None:
    terminal.environ["OLLAMA_TRAY_TOKEN"] = token
    result = terminal("list")
    assert result.code == 2
    assert "OLLAMA_TRAY_TOKEN: Only plain characters are allowed here." in result.err
    assert token not in result.err


def test_a_server_that_refuses_it(terminal: Terminal, server: FaultyServer) -> None:
    server.fault("/api/tags", faults.reply(401, b"", "text/plain"), times=None)
    terminal.environ["OLLAMA_TRAY_TOKEN"] = SECRET
    result = terminal("list")
    assert "refuses the password or token" in result.err
    assert SECRET not in result.err


def test_status_tells_no_secret(terminal: Terminal) -> None:
    terminal.environ["OLLAMA_TRAY_TOKEN"] = SECRET
    for verb in ("status", "doctor"):
        result = terminal(verb, "--json")
        json.loads(result.out)
        assert SECRET not in result.out + result.err


def test_who_signs_in_pulls_for_itself(terminal: Terminal, server: FaultyServer) -> None:
    """The program that runs does not have the token."""
    terminal.instance.answers()
    terminal.environ["OLLAMA_TRAY_TOKEN"] = SECRET
    assert terminal("pull", "fresh").code == 0
    assert terminal.instance.asked == []


@pytest.mark.parametrize(
    ("address", "is_in_clear"),
    [
        ("http://nas.local", True),
        ("https://nas.local", False),
        ("http://127.0.0.1:1", False),
        ("http://localhost", False),
    ],
)
def test_what_travels_in_clear_is_said(address: str, is_in_clear: bool) -> None:
    endpoint = signed_in(Endpoint.parse(address), {"OLLAMA_TRAY_TOKEN": SECRET}, None)
    assert endpoint.sends_secrets_in_clear is is_in_clear
    assert SECRET not in repr(endpoint)
    assert not Endpoint.parse(address).sends_secrets_in_clear


def test_what_the_window_starts_does_not_have_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser, say. Only commands use it."""
    seen: list[str | None] = []

    def program(_: Invocation) -> int:
        seen.append(os.environ.get("OLLAMA_TRAY_TOKEN"))
        return 0

    monkeypatch.setenv("OLLAMA_TRAY_TOKEN", SECRET)
    monkeypatch.setattr(sys, "argv", ["ollama-tray"])
    monkeypatch.setattr("tray_app.app.main", program)
    assert main() == 0
    assert seen == [None]


def test_it_is_an_option_of_commands(capsys: pytest.CaptureFixture[str]) -> None:
    from tray_app.cli import parse_args

    with pytest.raises(SystemExit) as ended:
        parse_args(["--header-file", "x"])
    assert ended.value.code == 2
    assert "--header-file needs one of" in capsys.readouterr().err
    assert parse_args(["list", "--header-file", "x"]).header_file == Path("x")


def test_what_else_is_set_for_the_server_stays(tmp_path: Path) -> None:
    access = Access((("X-Who", "me"), ("x-key", "old")), "/ca.pem", "http://proxy:1")
    endpoint = signed_in(NAS.with_access(access), {}, header_file(tmp_path, f"X-Key: {SECRET}"))
    assert endpoint.access == Access((("X-Who", "me"), ("X-Key", SECRET)), "/ca.pem",
                                     "http://proxy:1")  # fmt: skip


def test_a_bad_sign_in_quotes_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadSignIn) as raised:
        signed_in(NAS, {}, header_file(tmp_path, f"X Key: {SECRET}"))
    assert SECRET not in str(raised.value)


@pytest.mark.skipif(sys.platform == "win32", reason="needs pipes in the file system")
@pytest.mark.parametrize("lines", [1, MAX_FILE_BYTES])
def test_headers_may_come_from_a_pipe_which_has_no_end(tmp_path: Path, lines: int) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        with contextlib.suppress(BrokenPipeError), pipe.open("w") as stream:
            stream.write("#\n" * (lines - 1) + f"X-Key: {SECRET}\r\n")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        if lines == 1:
            assert signed_in(NAS, {}, pipe).access.headers == (("X-Key", SECRET),)
        else:
            with pytest.raises(BadSignIn, match="too large"):
                signed_in(NAS, {}, pipe)
    finally:
        writer.join()
