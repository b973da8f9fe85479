"""load, unload, keep: in front of a demo server, with and without the program."""

from __future__ import annotations

import pytest

from tests.fakes import FaultyServer
from tests.unit.cli.typing_in import Terminal
from tray_app.cli.memory import seconds_of
from tray_app.core.keeping.records import KeptModel
from tray_app.desktop.instance.single_instance import Handover, InstanceCommand, Outcome
from tray_app.memory_file import MemoryFile, Remembered
from tray_app.paths import paths


@pytest.fixture(autouse=True)
def quick(server: FaultyServer) -> None:
    server.state.load_s = 0.0


def loaded(server: FaultyServer) -> dict[str, int]:
    return {row.ref.display: row.context_length for row in server.state.memory.rows()}


def file(terminal: Terminal) -> MemoryFile:
    return MemoryFile(paths(terminal.data_dir).memory_file)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("4h", 14400),
        ("30m", 1800),
        ("1h30m", 5400),
        ("90s", 90),
        ("1D", 86400),
        ("", None),
        ("30", None),
        ("0m", None),
        ("-1", None),
        ("forever", None),
        ("9999d", None),
    ],
)
def test_how_long_may_be_written(words: str, seconds: int | None) -> None:
    assert seconds_of(words) == seconds


def test_load_says_what_it_took(terminal: Terminal, server: FaultyServer) -> None:
    result = terminal("load", "tiny", "--context", "16k", "--for", "4h")
    assert result.code == 0
    assert loaded(server) == {"tiny:latest": 16384}
    said = result.err.replace("\u00a0", " ")
    assert said == "Loaded tiny:latest: 47 MB, 100% GPU, context 16,384.\n"
    (asked,) = server.asked("/api/generate")
    assert (asked.json["keep_alive"], asked.json["options"]) == (14400, {"num_ctx": 16384})


def test_load_of_what_is_not_there(terminal: Terminal, server: FaultyServer) -> None:
    assert terminal("load", "gone").code == 1
    assert terminal("load", "tiny", "--for", "soon").code == 2
    assert server.asked("/api/generate") == []


def test_unload_one_or_all(terminal: Terminal, server: FaultyServer) -> None:
    for name in ("tiny", "other:q4"):
        server.state.load(name)
    result = terminal("unload", "TINY", "gone")
    assert (result.code, loaded(server)) == (1, {"other:q4": 4096})
    assert "Unloaded tiny:latest.\n" in result.err
    assert terminal("unload", "--all").err == "Unloaded other:q4.\n"
    assert terminal("unload", "--all").err == "No model is loaded.\n"


def test_keep_is_for_the_running_program(terminal: Terminal) -> None:
    terminal.instance.answers(was_kept=False)
    result = terminal("keep", "tiny", "--context", "8192")
    assert (result.code, result.err) == (
        0,
        "The running Ollama Tray keeps tiny:latest loaded.\n",
    )
    assert terminal("keep", "tiny", "--off").err == "tiny:latest is no longer kept loaded.\n"
    assert terminal.instance.asked == [
        (InstanceCommand.KEEP, ("local", "tiny:latest", "8192")),
        (InstanceCommand.KEEP, ("local", "tiny:latest", "off")),
    ]
    assert file(terminal).load() == Remembered()


def test_the_program_may_refuse_or_be_silent(terminal: Terminal) -> None:
    terminal.instance.answers(is_ok=False, error="a:1 is kept and leaves no room")
    result = terminal("keep", "tiny")
    assert result.code == 1
    assert "Ollama Tray refused: a:1 is kept and leaves no room." in result.err
    terminal.instance.handover = Handover(Outcome.SILENT)
    result = terminal("keep", "tiny")
    assert (result.code, result.err) == (1, "Ollama Tray is running but doesn’t answer.\n")
    assert file(terminal).load() == Remembered()


def test_without_the_program_it_is_written_down(terminal: Terminal) -> None:
    result = terminal("keep", "tiny", "--context", "8192")
    assert result.code == 0
    assert "It is kept loaded while Ollama Tray runs" in result.err
    terminal("keep", "other:q4")
    terminal("keep", "TINY")
    assert file(terminal).load().kept == (
        KeptModel("local", "tiny:latest"),
        KeptModel("local", "other:q4"),
    )
    terminal("keep", "tiny", "--off")
    assert file(terminal).load().kept == (KeptModel("local", "other:q4"),)
    assert terminal("keep", "gone").code == 1


def test_who_unloads_a_kept_one_keeps_it_no_more(terminal: Terminal, server: FaultyServer) -> None:
    terminal("keep", "tiny")
    server.state.load("tiny")
    assert terminal("unload", "tiny").err == "Unloaded tiny:latest. It’s no longer kept.\n"
    assert file(terminal).load().kept == ()
    server.state.load("tiny")
    terminal.instance.answers(was_kept=True)
    assert terminal("unload", "tiny").err == "Unloaded tiny:latest. It’s no longer kept.\n"


def test_only_servers_of_the_settings_are_kept(terminal: Terminal, server: FaultyServer) -> None:
    other = server.url.replace("127.0.0.1", "localhost")
    result = terminal("keep", "tiny", "--server", other)
    assert (result.code, result.err) == (
        2,
        "Only models of servers in the settings are kept loaded.\n",
    )
