"""outdated, update, pin and unpin, typed at a demo server that is the registry too."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes import FaultyServer, faults, small
from tests.unit.cli.typing_in import Terminal
from tests.unit.workers.updates.conftest import with_template
from tray_app.core.updates.ledger import MadeBy
from tray_app.demo.store.package import empty_package
from tray_app.desktop.instance.single_instance import InstanceCommand
from tray_app.ollama import OllamaClient
from tray_app.update_ledger import LedgerFile

TINY = "/v2/library/tiny/manifests/latest"
OLD_S = 86400.0 * 100


@pytest.fixture(autouse=True)
def no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """This computer's own models are nobody's business here."""
    monkeypatch.setattr("tray_app.ollama.local_store.models_folders", tuple)


@pytest.fixture
def aged(server: FaultyServer, terminal: Terminal) -> Terminal:
    """A terminal that has seen what is installed at the registry."""
    for item in server.state.installed():
        server.state.install(item.ref, item.package, item.modified_ns - int(OLD_S * 1e9))
    assert terminal("outdated").code == 0
    return terminal


def ledger(terminal: Terminal) -> LedgerFile:
    return LedgerFile(terminal.data_dir / "state" / "updates.json")


def pulls(server: FaultyServer) -> list[str]:
    return [request.model for request in server.requests if request.path == "/api/pull"]


def digest(server: FaultyServer, name: str) -> str:
    with OllamaClient(server.url) as client:
        record = client.get(name)
    assert record is not None
    return record.digest


# -- outdated --------------------------------------------------------------------------------------


def test_nothing_is_newer(terminal: Terminal) -> None:
    result = terminal("outdated")
    assert (result.code, result.out) == (0, "")
    assert result.err == "All 3 models are up to date.\n"
    assert terminal("outdated", "--exit-code").code == 0


def test_what_is_newer(aged: Terminal, server: FaultyServer) -> None:
    server.state.publish("tiny", small.model("tiny two", 50_000_000))
    result = aged("outdated")
    assert result.code == 0
    head, row = result.out.splitlines()
    assert head.split() == ["NAME", "TO", "DOWNLOAD", "STATE"]
    assert row.startswith("tiny:latest  50 MB")
    assert "Newer version: 50 MB to download" in row
    assert result.err == "1 newer version, 50 MB to download.\n"
    assert aged("outdated", "--exit-code").code == 4


def test_what_was_not_checked_is_said(aged: Terminal, server: FaultyServer) -> None:
    server.state.install("nas:5000/me/x:q4", small.model("x"))
    server.state.unpublish("other:q4")
    server.fault(TINY, faults.html_ok())
    result = aged("outdated", "--exit-code")
    assert result.code == 3
    assert "nas:5000/me/x:q4" in result.out
    assert "Not looked up" in result.out
    assert "Not at ollama.com under this name" in result.out
    assert "tiny:latest" in result.out
    assert "1 of 3 models couldn’t be checked: no usable answer from ollama.com." in result.err
    assert "up to date" not in result.err


def test_json(aged: Terminal, server: FaultyServer) -> None:
    server.state.publish("tiny", small.model("tiny two", 50_000_000))
    aged("pin", "tiny")
    rows = {row["name"]: row for row in json.loads(aged("outdated", "--json").out)}
    assert set(rows) == {"tiny:latest", "other:q4", "me/tiny:v2"}
    tiny = rows["tiny:latest"]
    assert (tiny["state"], tiny["pinned"], tiny["changed"]) == ("weights", True, ["model"])
    assert tiny["download"] > 50_000_000
    assert tiny["published_at"]
    assert rows["other:q4"]["state"] == "current"


def test_pinned_ones_do_not_count(aged: Terminal, server: FaultyServer) -> None:
    server.state.publish("tiny", small.model("tiny two"))
    assert aged("pin", "tiny").err == "tiny:latest is pinned: it is left out of updates.\n"
    result = aged("outdated", "--exit-code")
    assert result.code == 0
    assert "(pinned)" in result.out
    assert result.err == "Nothing to update.\n", "it is not up to date for that"
    assert aged("unpin", "tiny").code == 0
    assert aged("outdated", "--exit-code").code == 4


def test_a_pin_is_of_the_server_that_is_meant(aged: Terminal, server: FaultyServer) -> None:
    server.state.publish("tiny", small.model("tiny two"))
    with FaultyServer(library=small.library("tiny")) as other:
        assert aged("pin", "tiny", "--server", other.url).code == 0
    assert aged("outdated", "--exit-code").code == 4


def test_names_that_are_not_there_are_not_pinned(terminal: Terminal) -> None:
    assert terminal("pin", "nothing").code == 1
    assert terminal("unpin", "nothing").code == 1


def test_nobody_is_told_a_name_that_was_made_here(terminal: Terminal, server: FaultyServer) -> None:
    with OllamaClient(server.url) as client:
        client._post("/api/create", {"model": "secret", "from": "tiny", "stream": False}, "")
    assert terminal("outdated").code == 0
    assert not [request for request in server.requests if "/v2/library/secret" in request.path]
    states = {row["name"]: row["state"] for row in json.loads(terminal("outdated", "--json").out)}
    assert states["secret:latest"] == "made_here"


def test_a_token_for_the_server_is_not_for_a_registry(
    terminal: Terminal, server: FaultyServer
) -> None:
    terminal.environ["OLLAMA_TRAY_TOKEN"] = "s3cret"
    terminal("outdated")
    signed = {r.path for r in server.requests if "authorization" in r.headers}
    assert signed
    assert not [path for path in signed if path.startswith("/v2/")]


def test_without_a_server_nothing_is_said_of_versions(
    terminal: Terminal, server: FaultyServer
) -> None:
    server.refuse()
    assert terminal("outdated").code == 3


# -- update ----------------------------------------------------------------------------------------


def test_an_update(aged: Terminal, server: FaultyServer) -> None:
    newer = small.model("tiny two", 50_000_000)
    server.state.publish("tiny", newer)
    result = aged("update", "tiny", "-y")
    assert result.code == 0
    assert "Updated tiny:latest, 50 MB." in result.err
    assert digest(server, "tiny") == newer.digest
    server.state.publish("tiny", small.model("tiny three", 50_000_000))
    assert "Newer version" in aged("outdated").out, "ours is known as a version of the registry"


def test_all_but_the_pinned_and_the_doubtful(aged: Terminal, server: FaultyServer) -> None:
    for name in ("tiny", "other:q4", "me/tiny:v2"):
        server.state.publish(name, small.model(f"{name} two"))
    aged("pin", "other:q4")
    server.state.install("me/tiny:v2", small.model("by hand"))
    result = aged("update", "--all", "-y")
    assert result.code == 0
    assert pulls(server) == ["tiny:latest"]


def test_a_dry_run_changes_nothing(aged: Terminal, server: FaultyServer) -> None:
    server.state.publish("tiny", small.model("tiny two", 50_000_000))
    server.state.load("tiny")
    before = digest(server, "tiny")
    result = aged("update", "--all", "--dry-run")
    assert result.code == 0
    assert result.out.splitlines() == [
        "tiny:latest: Newer version: 50 MB to download",
        "  Loaded now: unloaded first",
        "Needs 50 MB for now; about 40 MB of it come back when the old versions go.",
    ]
    assert (pulls(server), digest(server, "tiny")) == ([], before)
    assert not [r for r in server.requests if r.path == "/api/generate"]


def test_it_asks(aged: Terminal, server: FaultyServer) -> None:
    server.state.publish("tiny", small.model("tiny two"))
    refused = aged("update", "--all", typed="\n", is_tty=True)
    assert refused.code == 1
    assert "Update 1 model on “This computer”? [y/N]" in refused.err
    assert pulls(server) == []
    assert aged("update", "tiny", typed="y\n", is_tty=True).code == 0
    assert pulls(server) == ["tiny:latest"]


def test_without_a_terminal_it_wants_to_be_told(aged: Terminal, server: FaultyServer) -> None:
    server.state.publish("tiny", small.model("tiny two"))
    result = aged("update", "tiny")
    assert result.code == 2
    assert "Add -y" in result.err
    assert pulls(server) == []


@pytest.mark.parametrize("words", [("update",), ("update", "--all", "tiny")])
def test_names_or_all(terminal: Terminal, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        terminal(*words)
    assert ended.value.code == 2


def test_what_comes_back_is_not_what_others_have(aged: Terminal, server: FaultyServer) -> None:
    """A copy keeps one old version, and the other has the weights of its new one."""
    with OllamaClient(server.url) as client:
        client.copy("tiny", "coder")
    server.state.publish("tiny", small.model("tiny two", 50_000_000))
    server.state.publish("other:q4", with_template(small.model("other:q4"), "{{ .Prompt }} new"))
    last = aged("update", "--all", "--dry-run").out.splitlines()[-1]
    assert last.startswith("Needs 50 MB for now; about ")
    number, unit = last.removeprefix("Needs 50 MB for now; about ").split(" of it")[0].split()
    assert unit in ("B", "kB") or float(number) <= 1, last


def test_a_loaded_model_is_unloaded_first_and_loaded_again(
    aged: Terminal, server: FaultyServer
) -> None:
    server.state.publish("tiny", small.model("tiny two"))
    with OllamaClient(server.url) as client:
        client.load("tiny", 3600, 8192)
    server.forget()
    assert aged("update", "tiny", "-y").code == 0
    paths = [r.path for r in server.requests if r.path in ("/api/generate", "/api/pull")]
    assert paths == ["/api/generate", "/api/pull", "/api/generate"]
    with OllamaClient(server.url) as client:
        (running,) = client.list_running() or ()
    assert (running.name, running.context_length) == ("tiny:latest", 8192)
    assert running.digest == digest(server, "tiny")
    assert running.expires_at is not None
    left = running.expires_at - datetime.now(UTC)
    assert timedelta(minutes=58) < left < timedelta(minutes=61)


def test_a_loaded_model_is_unloaded_first(aged: Terminal, server: FaultyServer) -> None:
    aged.settings(load_again=False)
    server.state.publish("tiny", small.model("tiny two"))
    server.state.load("tiny")
    server.state.load("other:q4")
    server.forget()
    assert aged("update", "tiny", "-y").code == 0
    paths = [r.path for r in server.requests if r.path in ("/api/generate", "/api/pull")]
    assert paths == ["/api/generate", "/api/pull"]
    assert [row.ref.display for row in server.state.memory.rows()] == ["other:q4"]


def test_what_is_current_is_not_pulled(aged: Terminal, server: FaultyServer) -> None:
    result = aged("update", "tiny", "-y")
    assert (result.code, pulls(server)) == (0, [])
    assert result.err == "tiny:latest is here and up to date.\n"


def test_what_became_current_meanwhile_is_not_pulled(aged: Terminal, server: FaultyServer) -> None:
    server.state.publish("tiny", small.model("tiny two"))
    heads = 0

    def take_back(call: object) -> None:
        nonlocal heads
        heads += 1
        if heads == 2:
            server.state.publish("tiny", small.model("tiny"))
        call.answer()  # type: ignore[attr-defined]

    server.fault(TINY, take_back, method="HEAD")
    result = aged("update", "tiny", "-y")
    assert (result.code, pulls(server)) == (0, [])
    assert "Already up to date. Nothing was pulled." in result.err


def test_what_somebody_replaced_meanwhile_is_left_alone(
    aged: Terminal, server: FaultyServer
) -> None:
    server.state.publish("tiny", small.model("tiny two"))

    def replace_it(call: object) -> None:
        server.state.install("tiny", small.model("tiny by others"))
        call.answer()  # type: ignore[attr-defined]

    server.fault("/api/ps", replace_it, times=1)
    result = aged("update", "tiny", typed="y\n", is_tty=True)
    assert (result.code, pulls(server)) == (1, [])
    assert "It has changed meanwhile, so it was left alone." in result.err


def test_a_manifest_without_layers_is_never_pulled(aged: Terminal, server: FaultyServer) -> None:
    server.state.publish("tiny", small.model("tiny two"))
    before = digest(server, "tiny")
    heads = 0

    def empty(call: object) -> None:
        nonlocal heads
        heads += 1
        if heads == 2:
            server.state.publish("tiny", empty_package(b"{}"))
        call.answer()  # type: ignore[attr-defined]

    server.fault(TINY, empty, method="HEAD")
    result = aged("update", "tiny", "-y")
    assert (result.code, pulls(server), digest(server, "tiny")) == (1, [], before)
    assert "no usable answer from ollama.com" in result.err
    again = aged("update", "tiny", "-y")
    assert (again.code, pulls(server)) == (1, [])


@pytest.mark.parametrize("name", ["gone", "pinned", "made"])
def test_what_is_left_out_says_why(aged: Terminal, server: FaultyServer, name: str) -> None:
    if name == "gone":
        server.state.unpublish("tiny")
    elif name == "pinned":
        server.state.publish("tiny", small.model("tiny two"))
        aged("pin", "tiny")
    else:
        with OllamaClient(server.url) as client:
            client._post("/api/create", {"model": "made", "from": "tiny", "stream": False}, "")
    result = aged("update", "made" if name == "made" else "tiny", "-y")
    assert (result.code, pulls(server)) == (1, [])
    reasons = {
        "gone": "Not at ollama.com under this name",
        "pinned": "Pinned. Unpin it first.",
        "made": "Made on this server",
    }
    assert reasons[name] in result.err


def test_a_doubtful_one_is_replaced_alone_and_kept(aged: Terminal, server: FaultyServer) -> None:
    ours, theirs = small.model("tiny by hand", 45_000_000), small.model("tiny two")
    server.state.install("tiny", ours)
    server.state.publish("tiny", theirs)
    both = aged("update", "tiny", "other:q4", "-y")
    assert (both.code, pulls(server)) == (1, [])
    assert "tiny:latest: Differs from ollama.com. Update it alone." in both.err
    result = aged("update", "tiny", typed="y\n", is_tty=True)
    assert result.code == 0
    assert "Weights: replaced by 40 MB" in result.err
    assert "Replace tiny:latest? [y/N]" in result.err
    assert digest(server, "tiny") == theirs.digest
    (kept,) = ledger(aged).load().all_made(MadeBy.BACKUP)
    assert kept.name.startswith("tiny:latest-before-20")
    assert kept.keep_until is not None
    assert digest(server, kept.name) == ours.digest
    assert kept.name not in aged("outdated").out


def test_who_has_a_copy_of_the_old_version_is_told(aged: Terminal, server: FaultyServer) -> None:
    with OllamaClient(server.url) as client:
        client.copy("tiny", "coder")
    server.state.publish("tiny", small.model("tiny two"))
    result = aged("update", "tiny", "-y")
    assert "coder:latest is a copy of the old version of tiny:latest." in result.err


def test_the_running_program_updates(aged: Terminal, server: FaultyServer) -> None:
    """It does all of it: here nothing is kept or unloaded, and nothing is pulled."""
    before = digest(server, "tiny")
    server.state.publish("tiny", small.model("tiny two"))
    server.state.load("tiny")
    aged.settings(keep_old_days=7, load_again=False)
    aged.instance.answers()
    result = aged("update", "tiny", "-y")
    assert (result.code, pulls(server)) == (0, [])
    assert aged.instance.asked[-1] == (
        InstanceCommand.UPDATE,
        ("7", "", "tiny:latest", before),
    )
    assert "The running Ollama Tray is updating tiny:latest." in result.err
    assert len(server.state.memory.rows()) == 1
    count = len(aged.instance.asked)
    assert aged("update", "tiny", "-y", "--wait").code == 0
    assert (pulls(server), len(aged.instance.asked)) == (["tiny:latest"], count)
    assert server.state.memory.rows() == [], "unloaded before"
    (kept,) = ledger(aged).load().all_made(MadeBy.BACKUP)
    assert kept.digest == before


def test_one_that_fails_stops_no_other(aged: Terminal, server: FaultyServer) -> None:
    for name in ("tiny", "other:q4"):
        server.state.publish(name, small.model(f"{name} two"))
    line = faults.error_line("pull model manifest: 400: no")
    server.fault("/api/pull", line, model="other:q4")
    result = aged("update", "--all", "-y")
    assert result.code == 1
    assert "Updated tiny:latest" in result.err
    assert "other:q4: " in result.err


def test_an_interrupted_check(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tray_app.core.updates.learning.note_answer", interrupt)
    result = terminal("outdated")
    assert result.code == 130
