"""`pull` of a name under which something stands that is kept nowhere else."""

from __future__ import annotations

import pytest

from tests.fakes import FaultyServer, small
from tests.unit.cli.typing_in import Terminal
from tray_app.core.updates.ledger import MadeBy
from tray_app.demo import Package
from tray_app.desktop.instance.single_instance import InstanceCommand
from tray_app.ollama import OllamaClient
from tray_app.update_ledger import LedgerFile

A_MINUTE = 60
OTHERS = small.model("notes of somebody else")


@pytest.fixture(autouse=True)
def no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """This computer's own models are nobody's business here."""
    monkeypatch.setattr("tray_app.ollama.local_store.models_folders", tuple)


@pytest.fixture
def made(server: FaultyServer) -> str:
    """The digest of notes:latest, which was made here; somebody has published another one."""
    with OllamaClient(server.url) as client:
        recipe = {"model": "notes", "from": "tiny", "system": "Be brief.", "stream": False}
        client._post("/api/create", recipe, "")
    publish_later(server, "notes", OTHERS)
    return digest(server, "notes")


def publish_later(server: FaultyServer, name: str, package: Package) -> None:
    """Later than what is here, but not by so much that it is newer for certain."""
    pushed_s = server.state.clock_ns() // 1_000_000_000 + A_MINUTE
    server.state.publish(name, package, pushed_s=pushed_s)


def digest(server: FaultyServer, name: str) -> str:
    with OllamaClient(server.url) as client:
        record = client.get(name)
    assert record is not None
    return record.digest


def pulls(server: FaultyServer) -> list[str]:
    return [request.model for request in server.requests if request.path == "/api/pull"]


def test_what_was_made_here_is_not_replaced_without_a_question(
    terminal: Terminal, server: FaultyServer, made: str
) -> None:
    result = terminal("pull", "notes", "fresh", typed="\n", is_tty=True)
    assert result.code == 1
    lines = result.err.splitlines()
    assert lines[0] == (
        "notes:latest: It was made on “This computer” and is kept nowhere else. Pulling this name"
        " from ollama.com replaces it."
    )
    assert lines[1] == "  System prompt: 9 characters"
    assert any(line.startswith("  The version that is here now is kept until ") for line in lines)
    assert "Replace notes:latest? [y/N]" in result.err
    assert lines[-1].endswith("Nothing was pulled.")
    assert (pulls(server), digest(server, "notes")) == ([], made)


def test_it_is_kept_for_a_while_where_a_person_says_so(
    terminal: Terminal, server: FaultyServer, made: str
) -> None:
    result = terminal("pull", "notes", "fresh", typed="y\n", is_tty=True)
    assert result.code == 0, result.err
    assert sorted(pulls(server)) == ["fresh:latest", "notes:latest"]
    assert digest(server, "notes") == OTHERS.digest
    ledger = LedgerFile(terminal.data_dir / "state" / "updates.json").load()
    (kept,) = ledger.all_made(MadeBy.BACKUP)
    assert (kept.source, digest(server, kept.name)) == ("notes:latest", made)


def test_a_script_says_it_beforehand(terminal: Terminal, server: FaultyServer, made: str) -> None:
    refused = terminal("pull", "fresh", "notes")
    assert refused.code == 2
    assert refused.err.endswith(
        "pull asks before it replaces what is kept nowhere else, and there is no terminal to ask"
        " in.\nAdd -y to pull without asking.\n"
    )
    assert (pulls(server), digest(server, "notes")) == ([], made)
    assert terminal("pull", "notes", "-y").code == 0
    assert digest(server, "notes") == OTHERS.digest


def test_so_is_what_may_be_newer_here(terminal: Terminal, server: FaultyServer) -> None:
    """By what was learned when it was last looked up."""
    server.state.install("tiny", small.model("tiny by hand", 45_000_000))
    publish_later(server, "tiny", small.model("tiny two"))
    assert terminal("outdated").code == 0
    result = terminal("pull", "tiny", typed="n\n", is_tty=True)
    assert (result.code, pulls(server)) == (1, [])
    assert "Differs from ollama.com. It may be older there, or was changed here." in result.err
    assert "Weights: replaced by 40 MB" in result.err


def test_what_has_another_name_too_is_not_lost(
    terminal: Terminal, server: FaultyServer, made: str
) -> None:
    with OllamaClient(server.url) as client:
        client.copy("notes", "minutes")
    assert terminal("pull", "notes").code == 0
    assert pulls(server) == ["notes:latest"]
    assert digest(server, "minutes") == made


def test_a_version_of_the_registry_is_replaced_as_ever(
    terminal: Terminal, server: FaultyServer
) -> None:
    assert terminal("outdated").code == 0
    publish_later(server, "tiny", small.model("tiny two"))
    assert terminal("pull", "tiny").code == 0
    assert pulls(server) == ["tiny:latest"]


def test_the_running_program_keeps_it_too(
    terminal: Terminal, server: FaultyServer, made: str
) -> None:
    terminal.instance.answers()
    assert terminal("pull", "notes", "fresh", "-y").code == 0
    assert (pulls(server), digest(server, "notes")) == ([], made)
    assert terminal.instance.asked[-2:] == [
        (InstanceCommand.UPDATE, ("30", "again", "notes:latest", made)),
        (InstanceCommand.PULL, ("fresh:latest",)),
    ]


def test_what_the_program_asks_in_its_window_is_said(
    terminal: Terminal, server: FaultyServer
) -> None:
    """Where a terminal cannot look, as it has not what signs in, the program does."""
    terminal.instance.answers(pulling=["fresh:latest"], asking=["notes:latest"])
    result = terminal("pull", "fresh")
    assert result.code == 0
    assert "In its window, Ollama Tray asks before it replaces notes:latest." in result.err
