"""The downloads of the running program, asked for in a terminal."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.cli.typing_in import Terminal
from tray_app.desktop.instance.single_instance import Handover, InstanceCommand, Outcome

C = InstanceCommand
NOBODY = "Ollama Tray isn’t running.\n"


def row(name: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "pull",
        "name": name,
        "state": "running",
        "server": "local",
        "server_name": "This computer",
        "completed_bytes": 6_100_000_000,
        "total_bytes": 9_300_000_000,
        "percent": 65,
        "message": "6.1 of 9.3 GB · 41.8 MB/s",
        "asks": False,
        **more,
    }


def test_downloads_are_listed(terminal: Terminal) -> None:
    waiting = row("phi4:14b", percent=None, state="waiting", message="Waiting, 2nd in line")
    terminal.instance.answers(downloads=[row("qwen3:14b"), waiting, "rubbish"], left_out=0)
    result = terminal("downloads")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "NAME       SERVER         DONE  STATE",
        "qwen3:14b  This computer  65%   6.1 of 9.3 GB · 41.8 MB/s",
        "phi4:14b   This computer  —     Waiting, 2nd in line",
    ]
    found = json.loads(terminal("downloads", "--json").out)
    assert found["running"] is True
    assert found["downloads"][0]["percent"] == 65


def test_no_downloads(terminal: Terminal) -> None:
    terminal.instance.answers(downloads=[])
    result = terminal("downloads")
    assert (result.code, result.out, result.err) == (0, "", "Nothing is in the downloads.\n")


@pytest.mark.parametrize(
    "words", [("downloads",), ("pause", "--all"), ("resume", "x"), ("cancel", "x", "-y")]
)
def test_without_the_program_that_is_said(terminal: Terminal, words: tuple[str, ...]) -> None:
    result = terminal(*words)
    assert (result.code, result.out, result.err) == (1, "", NOBODY)
    terminal.instance.handover = Handover(Outcome.SILENT)
    result = terminal(*words)
    assert (result.code, result.err) == (1, "Ollama Tray is running but doesn’t answer.\n")
    terminal.instance.answers(is_ok=False, error="not now")
    assert terminal(*words).err == "not now\n"


def test_for_scripts_without_the_program(terminal: Terminal) -> None:
    result = terminal("downloads", "--json")
    assert (result.code, json.loads(result.out)) == (1, {"running": False, "downloads": []})


def test_pause_resume_and_cancel_say_what_they_did(terminal: Terminal) -> None:
    terminal.instance.answers(done=[row("a:1"), row("b:1")], refused=[], missing=[])
    assert terminal("pause", "a:1", "b:1").err == "Paused a:1 and b:1.\n"
    assert terminal("resume", "a:1", "b:1").err == "Resumed a:1 and b:1.\n"
    assert terminal("cancel", "-y", "a:1", "b:1").err == "Canceled a:1 and b:1.\n"
    assert terminal.instance.asked == [
        (C.PAUSE, ("", "a:1", "b:1")),
        (C.RESUME, ("", "a:1", "b:1")),
        (C.CANCEL, ("", "a:1", "b:1")),
    ]


def test_all_of_them(terminal: Terminal) -> None:
    terminal.instance.answers(done=[], refused=[], missing=[])
    result = terminal("pause", "--all")
    assert (result.code, result.err) == (0, "There is nothing to do.\n")
    assert terminal.instance.asked == [(C.PAUSE, ("",))]


def test_only_those_of_a_server(terminal: Terminal) -> None:
    terminal.settings(servers=[{"id": "nas", "label": "NAS", "address": "http://nas:11434"}])
    terminal.instance.answers(done=[row("a:1")])
    assert terminal("pause", "a:1", "--server", "nas").code == 0
    assert terminal.instance.asked == [(C.PAUSE, ("nas", "a:1"))]


def test_what_was_not_done_is_said_by_name(terminal: Terminal) -> None:
    checked = row("b:1", state="verifying", message="Verifying files · 12 s")
    terminal.instance.answers(done=[row("a:1")], refused=[checked], missing=["c"])
    result = terminal("pause", "a:1", "b:1", "c")
    assert result.code == 1
    assert result.err.splitlines() == [
        "Paused a:1.",
        "b:1 can’t be changed now: Verifying files · 12 s.",
        "c isn’t in the downloads.",
    ]


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 1)])
def test_cancel_asks_where_much_would_be_dropped(terminal: Terminal, typed: str, code: int) -> None:
    dear = row("Qwen3:14b", asks=True)
    terminal.instance.answers(downloads=[dear, row("other:1", asks=True)], done=[dear])
    result = terminal("cancel", "qwen3:14b", typed=typed, is_tty=True)
    assert result.code == code
    assert "6.1 GB of Qwen3:14b are here already. Cancel anyway?" in result.err
    assert (C.CANCEL in [command for command, _ in terminal.instance.asked]) is (code == 0)


def test_cancel_without_a_terminal_needs_a_yes(terminal: Terminal) -> None:
    terminal.instance.answers(downloads=[row("a:1", asks=True)], done=[row("a:1")])
    result = terminal("cancel", "a:1")
    assert result.code == 2
    assert "Add -y to cancel without asking." in result.err
    assert terminal("cancel", "a:1", "-y").code == 0
    terminal.instance.answers(downloads=[row("a:1")], done=[row("a:1")])
    assert terminal("cancel", "a:1").code == 0


def test_status_lists_them_too(terminal: Terminal) -> None:
    making = row("mine:1", kind="create", percent=None, message="making the model")
    terminal.instance.answers(downloads=[row("a:1"), making])
    lines = terminal("status").out.splitlines()
    assert lines[-2].split(maxsplit=1) == ["Downloads", "a:1, 65%, 6.1 of 9.3 GB · 41.8 MB/s"]
    assert lines[-1].strip() == "mine:1, making the model"
