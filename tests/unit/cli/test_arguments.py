from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tray_app import __version__
from tray_app.cli import Command, Invocation, parse_args
from tray_app.desktop.autostart.base import LOGIN_FLAG

ROOT = Path(__file__).parents[3]


def test_nothing_means_the_window() -> None:
    assert parse_args([]) == Invocation()
    assert parse_args([]).is_window


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--hidden", Invocation(hidden=True)),
        (LOGIN_FLAG, Invocation(login=True)),
        (f"-v {LOGIN_FLAG}", Invocation(login=True, verbose=True)),
        ("--demo -v", Invocation(demo=True, verbose=True)),
        ("--data-dir /x", Invocation(data_dir=Path("/x"))),
        ("show", Invocation()),
        ("show --verbose", Invocation(verbose=True)),
        ("list", Invocation(Command.LIST)),
        ("ls", Invocation(Command.LIST)),
        ("list llama --json", Invocation(Command.LIST, prefix="llama", as_json=True)),
        ("show x", Invocation(Command.SHOW, ("x",))),
        ("ps --json", Invocation(Command.PS, as_json=True)),
        ("pull a b --wait", Invocation(Command.PULL, ("a", "b"), wait=True)),
        ("pull --insecure a", Invocation(Command.PULL, ("a",), insecure=True)),
        ("rm -y a", Invocation(Command.RM, ("a",), yes=True)),
        ("rm a -f", Invocation(Command.RM, ("a",), yes=True)),
        ("cp a b", Invocation(Command.CP, ("a", "b"))),
        ("mv a:1 b --server nas", Invocation(Command.MV, ("a:1", "b"), server="nas")),
        ("downloads --json", Invocation(Command.DOWNLOADS, as_json=True)),
        ("pause a b", Invocation(Command.PAUSE, ("a", "b"))),
        ("resume --all", Invocation(Command.RESUME, every=True)),
        ("cancel a -y", Invocation(Command.CANCEL, ("a",), yes=True)),
        ("outdated --json", Invocation(Command.OUTDATED, as_json=True)),
        ("export", Invocation(Command.EXPORT)),
        ("export a.json --json", Invocation(Command.EXPORT, ("a.json",), as_json=True)),
        ("import - -y", Invocation(Command.IMPORT, ("-",), yes=True)),
        ("import a.txt --dry-run", Invocation(Command.IMPORT, ("a.txt",), dry_run=True)),
        ("import a.txt --wait", Invocation(Command.IMPORT, ("a.txt",), wait=True)),
        ("outdated --exit-code", Invocation(Command.OUTDATED, tells_by_code=True)),
        ("update a b", Invocation(Command.UPDATE, ("a", "b"))),
        ("update --all --dry-run", Invocation(Command.UPDATE, every=True, dry_run=True)),
        ("update a -y --wait", Invocation(Command.UPDATE, ("a",), yes=True, wait=True)),
        ("pin a", Invocation(Command.PIN, ("a",))),
        ("unpin a b", Invocation(Command.UNPIN, ("a", "b"))),
        (
            "create a f.gguf --quantize q8_0 -y",
            Invocation(Command.CREATE, ("a",), ("f.gguf",), "Q8_0", yes=True),
        ),
        ("status --json", Invocation(Command.STATUS, as_json=True)),
        ("doctor --json", Invocation(Command.DOCTOR, as_json=True)),
        ("quit", Invocation(Command.QUIT)),
        ("--server nas list", Invocation(Command.LIST, server="nas")),
        ("list --server nas", Invocation(Command.LIST, server="nas")),
        ("--data-dir /x ps", Invocation(Command.PS, data_dir=Path("/x"))),
        ("-v ps", Invocation(Command.PS, verbose=True)),
    ],
)
def test_understands(line: str, expected: Invocation) -> None:
    assert parse_args(line.split()) == expected


def test_a_link_opens_the_window() -> None:
    found = parse_args(["ollama-tray://pull/qwen3:8b"])
    assert found == Invocation(link="ollama-tray://pull/qwen3:8b")
    assert parse_args(["--hidden", "OLLAMA-TRAY:x"]).link == "OLLAMA-TRAY:x"


@pytest.mark.parametrize(
    "line",
    [
        "fly",
        "pull",
        "rm",
        "cp a",
        "mv a b c",
        "pause",
        "resume a --all",
        "cancel",
        "cancel --all",
        "list a b",
        "show a b",
        "--server nas",
        "--demo list",
        "--hidden pull x",
        "list --nonsense",
        "list --js",
        "list ollama-tray://pull/x",
    ],
)
def test_wrong_usage_says_why_and_ends_with_2(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_args(line.split())
    assert caught.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "usage: ollama-tray" in said.err


@pytest.mark.parametrize("line", ["--version", "--help", "pull --help"])
def test_help_and_version_end_with_0(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_args(line.split())
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert out == f"ollama-tray {__version__}\n" if line == "--version" else "usage:" in out


def test_learning_what_is_wanted_costs_neither_qt_nor_requests() -> None:
    code = (
        "import sys; from tray_app.cli import parse_args; parse_args(['list'])\n"
        "assert not {'PySide6', 'requests'} & {m.partition('.')[0] for m in sys.modules}\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_the_verbs_need_no_gui_module() -> None:
    code = (
        "import sys; from tray_app.cli import terminal\n"
        "assert not {'PySide6.QtGui', 'PySide6.QtWidgets'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_bytes_that_are_no_text_are_marked_and_a_folder_is_left_alone() -> None:
    half = "\udcff"  # as Python has the byte 0xFF
    assert parse_args(["pull", f"phi4{half}"]).names == ("phi4\ufffd",)
    assert parse_args(["list", half]).prefix == "\ufffd"
    assert parse_args(["--server", half, "ps"]).server == "\ufffd"
    assert parse_args([f"ollama-tray://pull/{half}"]).link == "ollama-tray://pull/\ufffd"
    assert parse_args(["--data-dir", f"/tmp/{half}"]).data_dir == Path(f"/tmp/{half}")


@pytest.mark.parametrize(
    ("words", "context"), [("8192", 8192), ("16k", 16384), ("16,384", 16384), ("1K", 1024)]
)
def test_a_context_as_people_write_it(words: str, context: int) -> None:
    assert parse_args(["load", "x", "--context", words]).context == context


@pytest.mark.parametrize(
    "words",
    [
        ["load", "x", "--context", "0"],
        ["load", "x", "--context", "-1"],
        ["load", "x", "--context", "many"],
        ["load", "x", "--context", "9" * 12],
        ["load"],
        ["unload"],
        ["unload", "x", "--all"],
        ["keep", "x", "--off", "--context", "1"],
    ],
)
def test_wrong_usage_of_the_verbs_about_memory(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_args(words)
    assert ended.value.code == 2
