"""Which server a command line means, and how it is signed in to."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.fakes import FaultyServer
from tests.unit.cli.typing_in import Terminal
from tray_app.cli.arguments import parse_args
from tray_app.cli.server_choice import ServerChoice, choose
from tray_app.core.errors import BadAddress, SeveralServers
from tray_app.core.sign_in import SignIn, SignInKind
from tray_app.settings.servers import ServerEntry
from tray_app.settings.values import SettingsValues

SECRET = "s3cr3t-of-mine"
STUDIO = ServerEntry("s", "Studio", "http://studio:11434", ca_file="/ca.pem")
NAS = ServerEntry("n", "nas", "10.0.0.2:11434", is_on=False)
HERE = ServerEntry("local")


def chosen(
    *entries: ServerEntry, words: str = "list", host: str = "", default: str = ""
) -> ServerChoice:
    settings = SettingsValues(servers=entries, default_server=default)
    return choose(parse_args(words.split(" ")), settings, {"OLLAMA_HOST": host})


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("--server studio list", "s"),
        ("--server STUDIO list", "s"),
        ("--server s list", "s"),
        ("--server studio:11434 list", "s"),
        ("--server http://studio:11434/ list", "s"),
        ("--server nas list", "n"),  # who names it gets it though it is off
        ("--server local list", "local"),
        ("--server 127.0.0.1 list", "local"),
        ("list", "local"),
    ],
)
def test_a_label_an_id_or_an_address(words: str, found: str) -> None:
    choice = chosen(HERE, STUDIO, NAS, words=words)
    assert choice.server_id == found
    assert choice.is_default is (found == "local")
    if found == "s":
        assert choice.endpoint.access.ca_file == "/ca.pem"
        assert choice.label == "Studio"


def test_an_address_that_is_not_in_the_settings() -> None:
    choice = chosen(HERE, STUDIO, words="--server studio:1 list")
    assert (choice.label, choice.is_default) == ("", False)
    assert choice.endpoint.display == "studio:1"


def test_a_label_counts_before_an_id() -> None:
    other = ServerEntry("studio", "other", "10.0.0.9")
    assert chosen(STUDIO, other, words="--server studio list").server_id == "s"


def test_of_two_at_one_address_the_default_counts() -> None:
    twin = ServerEntry("t", "twin", STUDIO.address)
    words = "--server studio:11434 list"
    assert chosen(STUDIO, twin, words=words, default="t").server_id == "t"
    assert chosen(HERE, STUDIO, twin, words=words).server_id == "s"


@pytest.mark.parametrize(
    ("entries", "default", "found"),
    [
        ((), "", "local"),
        ((STUDIO, HERE), "", "s"),
        ((STUDIO, HERE), "local", "local"),
        ((NAS, STUDIO, HERE), "", "s"),  # the first is off
        ((NAS, STUDIO, HERE), "n", "s"),  # so is the default
        ((NAS,), "", "local"),  # all are: one must be it
    ],
)
def test_the_default_is_what_the_window_would_show(
    entries: tuple[ServerEntry, ...], default: str, found: str
) -> None:
    choice = chosen(*entries, default=default)
    assert choice.is_default
    assert choice.server_id == found


def test_ollama_host_counts_before_the_default() -> None:
    given = ServerEntry("local", "mine", ca_file="/own.pem")
    choice = chosen(STUDIO, given, host="https://here:1", default="s")
    assert (choice.server_id, choice.label, choice.is_default) == ("local", "mine", False)
    assert choice.endpoint.display == "https://here:1"
    assert choice.endpoint.access.ca_file == "/own.pem"
    assert chosen(given, STUDIO, host="https://here:1").is_default
    # It names a server that has an entry of its own: that one is meant.
    assert chosen(STUDIO, given, host="studio:11434", default="s").is_default
    # Also where it was switched off in the program, which is another matter.
    off = ServerEntry("local", is_on=False)
    assert chosen(STUDIO, off, host="here:1").endpoint.display == "here:1"


def test_where_the_given_server_had_an_address_of_its_own() -> None:
    """It was kept under its id, and another stands for OLLAMA_HOST."""
    kept = ServerEntry("local", "old", "old:1")
    assert chosen(kept, words="--server old list").endpoint.display == "old:1"
    assert chosen(kept, host="here:1").server_id == "environment"
    assert chosen(kept).server_id == "local"


def test_a_password_in_an_address_is_not_that_of_the_running_program() -> None:
    choice = chosen(STUDIO, words="--server http://me:pw@studio:11434 list")
    assert (choice.server_id, choice.is_default) == ("s", False)
    assert choice.endpoint.password == "pw"


def test_a_wrong_address_of_another_server_does_not_matter() -> None:
    broken = ServerEntry("b", "broken", "a:b:c")
    assert chosen(broken, STUDIO, words="--server studio:11434 list").server_id == "s"
    with pytest.raises(BadAddress):
        chosen(broken, STUDIO)


def test_two_of_one_label_are_not_told_apart(terminal: Terminal) -> None:
    other = ServerEntry("x", "STUDIO", "me:hidden@10.0.0.7:1")
    with pytest.raises(SeveralServers):
        chosen(STUDIO, other, words="--server studio list")
    rows = [
        {"id": "a", "label": "Nas", "address": "10.0.0.1:11434"},
        {"id": "b", "label": "nas", "address": "https://nas.example"},
    ]
    terminal.settings(servers=rows)
    result = terminal("list", "--server", "NAS")
    assert result.code == 2
    assert "called “NAS”: 10.0.0.1:11434 and https://nas.example." in result.err
    assert terminal("rm", "-y", "tiny", "--server", "NAS").code == 2
    assert terminal("list", "--server", "nowhere.invalid").code == 3


def kept(terminal: Terminal, server: FaultyServer, **sign_in: object) -> None:
    """The server needs what the keyring holds."""
    row = {"id": "s", "label": "studio", "address": server.url, "sign_in": sign_in}
    terminal.settings(servers=[row])


KINDS: dict[str, tuple[dict[str, object], str, dict[str, str]]] = {
    "token": ({"kind": "token"}, "Its token is", {"authorization": f"Bearer {SECRET}"}),
    "password": (
        {"kind": "password", "username": "anna"}, "Its password is",
        {"authorization": "Basic " + base64.b64encode(f"anna:{SECRET}".encode()).decode()},
    ),
    "header": (
        {"kind": "headers", "headers": [{"name": "X-API-Key"},
                                        {"name": "X-Who", "value": "me", "is_secret": False}]},
        "Its token is", {"x-api-key": SECRET, "x-who": "me"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verb", ["list", "ps", "status", "show tiny", "rm -y tiny", "pull fresh"])
def test_what_only_the_keyring_knows_is_asked_for_and_no_server_is(
    terminal: Terminal, server: FaultyServer, kind: str, verb: str
) -> None:
    kept(terminal, server, **KINDS[kind][0])
    result = terminal(*verb.split(), "--server", "Studio")
    assert (result.code, result.out) == (2, "")
    advice = "in the keyring: set OLLAMA_TRAY_TOKEN or --header-file."
    assert f"studio: {KINDS[kind][1]} {advice}" in result.err
    assert server.requests == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_server_says_how_a_token_is_sent(
    terminal: Terminal, server: FaultyServer, kind: str
) -> None:
    kept(terminal, server, **KINDS[kind][0])
    terminal.environ["OLLAMA_TRAY_TOKEN"] = SECRET
    assert terminal("list", "--server", "studio").code == 0
    sent = server.asked("/api/tags")[0].headers
    assert {name: sent.get(name) for name in KINDS[kind][2]} == KINDS[kind][2]
    assert terminal("list").code == 0, "a server that needs none is sent it as before"


def test_two_secret_headers_want_a_file(
    terminal: Terminal, server: FaultyServer, tmp_path: Path
) -> None:
    names = ("CF-Access-Client-Id", "CF-Access-Client-Secret")
    kept(terminal, server, kind="headers", headers=[{"name": name} for name in names])
    terminal.environ["OLLAMA_TRAY_TOKEN"] = SECRET
    result = terminal("list", "--server", "studio")
    assert result.code == 2
    assert "Its headers are in the keyring: give --header-file." in result.err
    assert SECRET not in result.err
    del terminal.environ["OLLAMA_TRAY_TOKEN"]
    file = tmp_path / "headers"
    file.write_text("".join(f"{name}: {SECRET}\n" for name in names), encoding="utf-8")
    assert terminal("list", "--server", "studio", "--header-file", str(file)).code == 0
    assert {server.requests[0].headers[name.casefold()] for name in names} == {SECRET}


def test_a_password_that_cannot_be_sent(terminal: Terminal, server: FaultyServer) -> None:
    kept(terminal, server, kind="password", username="anna")
    terminal.environ["OLLAMA_TRAY_TOKEN"] = "a\x07b"
    result = terminal("list", "--server", "studio")
    assert result.code == 2
    assert "Only plain characters are allowed here." in result.err
    assert server.requests == []


def test_the_running_program_pulls_for_who_lacks_the_token(
    terminal: Terminal, server: FaultyServer
) -> None:
    kept(terminal, server, kind="token")
    terminal.instance.answers()
    terminal.environ["OLLAMA_HOST"] = ""
    result = terminal("pull", "fresh")
    assert (result.code, server.requests) == (0, [])
    assert [args for _, args in terminal.instance.asked] == [("fresh:latest",)]
    assert terminal("pull", "fresh", "--wait").code == 2
    assert terminal("quit").code == 0
    assert server.requests == []


def test_doctor_tells_the_rest_all_the_same(terminal: Terminal, server: FaultyServer) -> None:
    kept(terminal, server, kind="token")
    result = terminal("doctor", "--server", "studio")
    assert "“studio” wasn’t asked" in result.out
    assert "OLLAMA_TRAY_TOKEN" in result.out
    assert server.requests == []
    assert result.code == 0


@pytest.mark.parametrize("verb", ["list", "ps", "show tiny"])
def test_json_names_the_server(terminal: Terminal, server: FaultyServer, verb: str) -> None:
    server.state.load("tiny")
    terminal.settings(servers=[{"id": "s", "label": "studio", "address": server.url}])
    for words, name in (((), "studio"), (("--server", "studio"), "studio")):
        found = json.loads(terminal(*verb.split(), "--json", *words).out)
        rows = found if isinstance(found, list) else [found]
        assert rows
        assert {row["server"] for row in rows} == {name}
    terminal.settings()
    found = json.loads(terminal(*verb.split(), "--json").out)
    rows = found if isinstance(found, list) else [found]
    assert {row["server"] for row in rows} == {server.url.removeprefix("http://")}


def test_shells_learn_the_labels_without_asking_anybody(
    terminal: Terminal, server: FaultyServer
) -> None:
    rows = [
        {"id": "a", "label": "studio", "address": "studio"},
        {"id": "b", "label": "Office\x1b[31m NAS", "address": "nas", "is_on": False},
        {"id": "c", "address": "lab"},
    ]
    terminal.settings(servers=rows)
    assert parse_args(["--complete-servers"]).command == "servers"
    result = terminal.labels()
    assert result.code == 0
    assert result.out.splitlines()[0] == "studio"
    assert "\x1b" not in result.out
    assert len(result.out.splitlines()) == 2
    assert server.requests == []


def test_a_sign_in_by_headers_that_are_no_secret_needs_nothing(
    terminal: Terminal, server: FaultyServer
) -> None:
    kept(terminal, server, kind="headers",
         headers=[{"name": "X-Who", "value": "me", "is_secret": False}])  # fmt: skip
    assert terminal("list", "--server", "studio").code == 0
    assert server.requests[0].headers["x-who"] == "me"
    assert not SignIn(SignInKind.NONE).needs_secret
