"""What is pasted into a terminal runs one command: ours."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tools import require
from tray_app.core.shell import pasteable, run_command, shell_word

EVIL = [
    "x; touch pwned",
    "x & touch pwned",
    "x && touch pwned",
    "x|touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "x' ; touch pwned ; '",
    'x\'"; touch pwned; "',
    "x\\'; touch pwned #",
    "\\'; touch pwned; '",
    "\\",
    "\u2019; touch pwned; \u2018",
    "x > pwned",
    "~/x",
    "{a,b}",
    "*",
    "!!",
    "a b",
    "-h",
    "--help",
    "ünï;touch pwned",
    "#x",
    "",
]
NO_WORDS = [
    "x; touch pwned\n",
    "x\rtouch pwned\r",
    "x\x03touch pwned",
    "\x1b[201~touch pwned",
    "x\x00y",
    "x\ty",
    "x\u2028touch pwned",
    "x\u202etouch",
    "\ud800",
    "x\x7f",
    "x\x85y",
]


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("qwen3:8b", "ollama run qwen3:8b"),
        ("hf.co/u/R-GGUF:Q4_K_M", "ollama run hf.co/u/R-GGUF:Q4_K_M"),
        ("-h", "ollama run -- '-h'"),
        ("x; touch pwned", "ollama run 'x; touch pwned'"),
        ("it's", ""),
        ("x\\y", ""),
        ("hist!1", ""),
        ("x\u2019; touch pwned; \u2018", ""),
    ],
)
def test_usual_names_stay_bare_and_others_are_quoted(name: str, command: str) -> None:
    assert run_command(name, "linux") == command


@pytest.mark.parametrize("name", NO_WORDS)
@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_what_a_terminal_would_take_for_keys_makes_no_command(name: str, platform: str) -> None:
    assert run_command(name, platform) == ""
    assert "\ufffd" in pasteable(name)
    assert pasteable(name).isprintable()


@pytest.mark.skipif(sys.platform == "win32", reason="asks the shells of Unix")
@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "zsh", "fish"])
@pytest.mark.parametrize("name", [*EVIL, *NO_WORDS])
def test_a_shell_sees_one_word(tmp_path: Path, shell: str, name: str) -> None:
    require(shell)
    command = run_command(name, "linux")
    says = 'printf "%s|" "$@"'
    function = f"ollama() {{ {says}; }}"
    if shell == "fish":
        function = "function ollama; printf '%s|' $argv; end"
    script = f"{function}\n{command}\n"
    done = subprocess.run(
        [shell, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    words = ["run", "--", name] if name.startswith("-") else ["run", name]
    assert done.stdout == ("" if not command else "".join(f"{word}|" for word in words))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("qwen3:8b", "qwen3:8b"),
        ("x & calc", '"x & calc"'),
        ("a b", '"a b"'),
        ("@x", '"@x"'),
        ("%PATH%", ""),
        ("$env:PATH", ""),
        ("a`b", ""),
        ('x" & calc', ""),
        ("x\\", ""),
        ("x\u201d; calc; \u201c", ""),
        ("x\u201e; calc", ""),
    ],
)
def test_windows_has_two_shells_and_both_have_to_agree(name: str, word: str) -> None:
    assert shell_word(name, "win32") == word


@given(st.text())
def test_nothing_leaves_that_is_more_than_a_line(name: str) -> None:
    for platform in ("linux", "win32"):
        command = run_command(name, platform)
        assert command == "" or command.isprintable()
    assert pasteable(name).isprintable()
