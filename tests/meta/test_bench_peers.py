"""The table of other programs fails, or says so, when what it measures is not there."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("measured on Linux only", allow_module_level=True)

from tests.bench import peers
from tests.bench.children import environment
from tests.bench.peers import InTerminal, Row, Seen
from tests.bench.proof import NotMeasured
from tests.bench.screen import Screen, session_mib
from tests.support.waiting import wait_for

VARIABLES = environment(os.environ, TERM="xterm-256color")
STAYS = "; import signal; signal.pause()"
NAMES = frozenset({"a:1b", "b:1b"})


def python(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", script)


def screen_of(script: str) -> Screen:
    return Screen(VARIABLES, *python(script))


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "_SETTLED_S", 0.1)


def test_words_in_a_terminal_are_seen() -> None:
    with screen_of(
        "import sys; print(sys.stdout.isatty(), 'a:1b', 'b:1b', flush=True)" + STAYS
    ) as screen:
        seen_ns = screen.wait_words({"True", *NAMES})
        assert screen.spawned_ns < seen_ns < time.monotonic_ns()


def test_those_that_come_in_pieces_too() -> None:
    script = "print('a:', end='', flush=True); input(); print('1b', flush=True)"
    with screen_of(f"import tty; tty.setcbreak(0); {script}") as screen:
        screen.wait_words(["a:"])
        screen.press("\n")
        screen.wait_words(["a:1b"])


@pytest.mark.parametrize("ending", ["", STAYS])
def test_one_that_is_missing_is_named(ending: str) -> None:
    with (
        screen_of("print('a:1b', flush=True)" + ending) as screen,
        pytest.raises(NotMeasured, match=r"never seen in the terminal: b:1b$"),
    ):
        screen.wait_words(NAMES, timeout_s=0.5)


def test_a_terminal_answers_what_it_is() -> None:
    script = """
import os, sys, tty
tty.setraw(0)
os.write(1, b"\\x1b[c")
print("heard", os.read(0, 20), flush=True)
"""
    with screen_of(script) as screen:
        screen.wait_words([r"heard b'\x1b[?62;22c'"])


def test_what_a_program_starts_is_weighed_with_it_and_ends_with_it() -> None:
    child = f"import subprocess; child = subprocess.Popen({python(STAYS[2:])!r})"
    with screen_of(f"{child}; print('pid', child.pid, flush=True){STAYS}") as screen:
        screen.wait_words(["pid"])
        sizes = session_mib(screen.pid)
        assert len(sizes) == 2
        assert screen.memory_mib()[0] > max(rss for rss, _ in sizes.values())
    wait_for(lambda: not session_mib(screen.pid), message="the child has survived")
    with pytest.raises(NotMeasured, match="it had ended"):
        screen.memory_mib()


def test_a_program_that_stays_and_one_that_ends_are_measured() -> None:
    told = "print('a:1b', 'b:1b', flush=True)"
    stays = InTerminal(VARIABLES, python(told + STAYS), NAMES).stay()
    ends = InTerminal(VARIABLES, python(told), NAMES).end()
    for seen in (stays, ends):
        assert seen.took_ms > 0
        assert seen.rss_mib >= seen.pss_mib > 1


def test_its_cpu_time_is_known_when_it_has_ended_too() -> None:
    busy = "import time\nwhile time.process_time() < 0.05: pass\nprint('a:1b', 'b:1b', flush=True)"
    for ending, measure in (("", InTerminal.end), ("\n" + STAYS[2:], InTerminal.stay)):
        assert measure(InTerminal(VARIABLES, python(busy + ending), NAMES)).cpu_ms >= 40


def test_one_that_lists_fewer_is_not() -> None:
    run = InTerminal(VARIABLES, python("print('a:1b')"), NAMES)
    for measure in (run.stay, run.end):
        with pytest.raises(NotMeasured, match="b:1b"):
            measure()


def test_one_that_ends_instead_of_staying_is_not() -> None:
    with pytest.raises(NotMeasured, match="it ended with 3"):
        InTerminal(VARIABLES, python("print('a:1b', 'b:1b'); raise SystemExit(3)"), NAMES).stay()


def test_one_that_ends_badly_is_not() -> None:
    run = InTerminal(VARIABLES, python("print('a:1b', 'b:1b'); raise SystemExit(3)"), NAMES)
    with pytest.raises(NotMeasured, match="it ended with 3"):
        run.end()


def test_a_list_that_is_behind_a_key_is_asked_for() -> None:
    script = "print('Welcome', flush=True); input(); print('a:1b', 'b:1b', flush=True)"
    seen = InTerminal(VARIABLES, python(script + STAYS), NAMES, ("Welcome", "\n")).stay()
    assert seen.took_ms > 0


# The table


def _row(what: str, measure: Callable[[], Seen]) -> Row:
    return Row(what, "1.0", measure, "seen")


def test_the_first_run_does_not_count() -> None:
    runs = iter([Seen(900, 90, 90, 90), Seen(1, 1, 10, 5), Seen(3, 3, 30, 15), Seen(2, 2, 20, 10)])
    lines, has_failed = peers.measure_all([_row("one", lambda: next(runs))], 3)
    assert lines == [("one", "1.0", "2.00 ms", "2.00 ms", "20.0 MiB", "10.0 MiB", "3 × seen")]
    assert not has_failed


def test_one_that_fails_says_so_and_lets_the_others_go_on() -> None:
    def fail() -> Seen:
        raise NotMeasured("no list | at all")

    rows = [_row("bad", fail), _row("good", lambda: Seen(1, 1, 10, 5))]
    (bad, good), has_failed = peers.measure_all(rows, 2)
    assert bad == ("bad", "1.0", "–", "–", "–", "–", "FAILED: no list ¦ at all")
    assert good[-1] == "2 × seen"
    assert has_failed


@pytest.mark.parametrize("program", ["", "/nowhere/oterm"])
def test_one_that_is_not_there_says_so(program: str) -> None:
    row = peers._peer("oterm", program, pytest.fail, "seen")
    lines, has_failed = peers.measure_all([row], 1)
    assert lines == [("oterm", "–", "–", "–", "–", "–", "not measured: it is not there")]
    assert not has_failed


def test_a_version_is_what_the_program_says(tmp_path: Path) -> None:
    program = tmp_path / "peer"
    program.write_text("#!/bin/sh\necho 'Warning: client version is 0.32.1'\n")
    program.chmod(0o755)
    assert peers.version_of(str(program)) == "0.32.1"
    program.write_text("#!/bin/sh\n")
    assert peers.version_of(str(program)) == "–"
