"""cp and mv in a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults
from tests.fakes.server import Call
from tests.unit.cli.typing_in import Terminal
from tray_app.core.updates.ledger import Ledger, MadeBy
from tray_app.core.updates.verdicts import Verdict
from tray_app.desktop.instance.single_instance import InstanceCommand
from tray_app.paths import paths
from tray_app.update_ledger import LedgerFile

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


def names(server: FaultyServer) -> list[str]:
    return sorted(server.state.names())


def digest(server: FaultyServer, name: str) -> str:
    (found,) = [item for item in server.state.installed() if item.ref.display == name]
    return found.package.digest


@pytest.fixture
def file(tmp_path: Path) -> LedgerFile:
    return LedgerFile(paths(tmp_path).update_ledger_file)


def test_cp(terminal: Terminal, server: FaultyServer, file: LedgerFile) -> None:
    result = terminal("cp", "tiny", "Mine:1")
    assert (result.code, result.out) == (0, "")
    assert result.err == "Copied tiny:latest to Mine:1.\n"
    assert "Mine:1" in names(server)
    made = file.load().made("local", "mine:1", digest(server, "Mine:1"))
    assert made is not None
    assert (made.by, made.source) == (MadeBy.COPY, "tiny:latest")


def test_mv(terminal: Terminal, server: FaultyServer, file: LedgerFile) -> None:
    ledger = Ledger()
    ledger.pin("local", "tiny:latest")
    file.write(ledger.take_changes(), tuple(ledger))
    result = terminal("mv", "tiny", "mine:1")
    assert (result.code, result.err) == (0, "Renamed tiny:latest to mine:1.\n")
    assert names(server) == ["me/tiny:v2", "mine:1", "other:q4"]
    assert file.load().marks(("local", "mine:1"), Verdict()).is_pinned


def test_what_the_running_program_keeps_it_carries_along_itself(
    terminal: Terminal, server: FaultyServer, file: LedgerFile
) -> None:
    ledger = Ledger()
    ledger.pin("local", "tiny:latest")
    file.write(ledger.take_changes(), tuple(ledger))
    terminal.instance.answers()
    here = digest(server, "tiny:latest")
    assert terminal("mv", "tiny", "mine:1").code == 0
    ((command, args),) = terminal.instance.asked
    assert command is InstanceCommand.RENAMED
    assert args[0] == "local"
    assert args[2:] == ("tiny:latest", "mine:1", here)
    assert file.load().is_pinned("local", "tiny:latest")
    terminal.instance.answers(is_ok=False, error="who are you?")
    assert terminal("mv", "mine:1", "tiny").code == 0
    assert not file.load().is_pinned("local", "mine:1")


def test_a_loaded_model_is_unloaded_and_that_is_said(
    terminal: Terminal, server: FaultyServer
) -> None:
    server.state.load("tiny")
    result = terminal("mv", "tiny", "mine")
    assert result.err == (
        "It’s loaded now and will be unloaded first.\nRenamed tiny:latest to mine:latest.\n"
    )
    assert server.state.memory.rows() == []


@pytest.mark.parametrize(
    ("verb", "name", "code", "words"),
    [
        ("mv", "Tiny", 2, "Only upper and lower case differ."),
        ("mv", "tiny", 0, "tiny:latest is called that already."),
        ("cp", "TINY", 1, "A model with this name exists."),
        ("mv", "Other:Q4", 1, "A model with this name exists."),
        ("cp", "x:cloud", 2, "“:cloud” has a meaning of its own."),
        ("mv", "x:local", 2, "“:local” has a meaning of its own."),
        ("mv", "a b", 2, "can’t contain a space"),
        ("cp", "", 2, "This is no name for a model."),
    ],
)
def test_names_that_are_refused(
    terminal: Terminal, server: FaultyServer, verb: str, name: str, code: int, words: str
) -> None:
    before = names(server)
    result = terminal(verb, "tiny", name)
    assert result.code == code
    assert words in result.err
    assert names(server) == before
    assert not server.asked("/api/copy")


def test_what_is_not_there(terminal: Terminal) -> None:
    result = terminal("mv", "nothing", "mine")
    assert result.code == 1
    assert "nothing" in result.err


def test_a_full_disk_says_how_to_clean_up(terminal: Terminal, server: FaultyServer) -> None:
    server.state.disk_free_bytes = 0
    result = terminal("mv", "tiny", "mine")
    assert result.code == 1
    assert result.err == (
        "Not enough disk space for the copy: it left the damaged name mine:latest.\n"
        "Once there is room: copy any model to that name, then delete it.\n"
    )
    assert "tiny:latest" in names(server)
    server.state.disk_free_bytes = None
    assert terminal("cp", "other:q4", "mine").code == 0
    assert terminal("rm", "-y", "mine").code == 0
    assert not server.state.broken


def test_a_connection_that_breaks_loses_nothing(terminal: Terminal, server: FaultyServer) -> None:
    def break_off(call: Call) -> None:
        call.server.refuse()

    server.fault("/api/copy", break_off)
    result = terminal("mv", "tiny", "mine")
    assert result.code == 3
    assert result.err.endswith("tiny:latest is deleted only once its copy is seen.\n")
    assert "tiny:latest" in names(server)


def test_a_copy_that_is_not_listed(terminal: Terminal, server: FaultyServer) -> None:
    server.fault("/api/copy", faults.empty_ok())
    result = terminal("mv", "tiny", "mine")
    assert (result.code, result.err) == (1, "The copy didn’t appear. Nothing was changed.\n")
