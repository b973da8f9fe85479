"""The measurements fail when what they measure is not there."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

if sys.platform != "linux":
    pytest.skip("measured on Linux only", allow_module_level=True)

from PySide6.QtWidgets import QApplication, QDialog, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.bench import __main__ as bench
from tests.bench import latency, pulling, several, starting, terminal
from tests.bench.children import Command, Process, environment, result_of, used_ms
from tests.bench.feeder import answer, listed
from tests.bench.floor import DIALOG_FIELDS
from tests.bench.opened import Opened
from tests.bench.proof import NotMeasured, prove_at_least
from tests.bench.server import TAGS, BenchServer
from tests.bench.showing import Bare, Ours, Stage, measure_without_digest, prove_no_digest
from tests.bench.table import Line, compared, failed
from tests.bench.whole import Whole
from tests.support.waiting import wait_for
from tests.unit.ollama.asking import free_port
from tray_app.ollama import OllamaClient

ROWS = 60
LINES = 12


# The table


@pytest.fixture
def make_ours(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[..., Ours]]:
    with contextlib.ExitStack() as stack:

        def make(models: int = ROWS) -> Ours:
            server = stack.enter_context(BenchServer(models, 0, 80e6))
            whole = stack.enter_context(contextlib.closing(Whole(qapp, server.url, timeout_s=0.5)))
            return Ours(Stage(qapp), server, whole)

        yield make


@pytest.fixture
def ours(make_ours: Callable[..., Ours]) -> Ours:
    return make_ours()


def test_a_table_with_everything_in_it_is_measured(ours: Ours) -> None:
    assert ours.refresh(ours.server.change) > 0
    assert ours.refresh(ours.server.replace) > 0
    assert ours.refresh(None) > 0
    assert min(ours.sort() for _ in range(3)) > 0
    assert min(ours.search() for _ in range(3)) > 0


def test_a_list_without_digests_is_measured(qapp: QApplication) -> None:
    ((what, ((program, floor), seen)),) = measure_without_digest(qapp, 2, ROWS).items()
    assert "without digest" in what
    assert seen == f"{ROWS} of {ROWS} rows"
    assert min(program) > 0
    assert len(program) == len(floor) == 2


def test_one_with_digests_is_none(ours: Ours) -> None:
    with pytest.raises(NotMeasured, match="rows with a digest"):
        prove_no_digest(ours.whole)


def test_an_empty_table_is_not(make_ours: Callable[..., Ours]) -> None:
    with pytest.raises(NotMeasured, match="rows on screen: 0"):
        make_ours(models=0)


def test_an_answer_that_is_dropped_is_not(ours: Ours) -> None:
    ours.whole.pollers.stop(ours.whole.server_id)
    with pytest.raises(NotMeasured, match="no answer of the server came through"):
        ours.refresh(ours.server.change)


def test_an_answer_that_never_reaches_the_table_is_not(ours: Ours) -> None:
    shown = ours.whole._main.shown_servers
    ours.whole._app.state.snapshot_changed.disconnect(shown._on_state_snapshot_changed)
    with pytest.raises(NotMeasured, match="does not show what the server has"):
        ours.refresh(ours.server.change)


def test_a_change_that_changes_nothing_is_not(ours: Ours) -> None:
    with pytest.raises(NotMeasured, match="the table has changed: False"):
        ours.refresh(lambda: None)


def test_a_window_that_is_hidden_is_not(ours: Ours) -> None:
    ours.whole.view.window().hide()
    with pytest.raises(NotMeasured, match="rows on screen: 0"):
        ours.refresh(ours.server.change)


def test_the_same_order_again_is_not(ours: Ours) -> None:
    ours._orders = cycle([("name", False)])
    with pytest.raises(NotMeasured, match="sorting by name changed nothing"):
        ours.sort()


@pytest.mark.parametrize(
    ("words", "missing"),
    [("nobody has this", "nothing to find"), ("", "changes nothing")],
)
def test_a_search_that_changes_nothing_is_not(ours: Ours, words: str, missing: str) -> None:
    ours._words = cycle([words])
    with pytest.raises(NotMeasured, match=missing):
        ours.search()


def test_the_floor_of_the_table_is_filled_and_painted_too(ours: Ours) -> None:
    bare = Bare(ours.stage, ours)
    assert min(bare.refresh(), bare.sort(), bare.search()) > 0
    bare.view.hide()
    with pytest.raises(NotMeasured, match="nothing of the floor was painted"):
        bare.refresh()
    bare.view.close()
    bare.view.deleteLater()


# The window, and what goes on in it


def test_a_window_without_all_its_models_is_not_measured() -> None:
    full = {"rows": starting.WINDOW_MODELS, "on_screen": 12}
    assert starting.prove_filled(full) == 12
    for poor in ({**full, "rows": 0}, {**full, "rows": 999}, {**full, "on_screen": 0}):
        with pytest.raises(NotMeasured):
            starting.prove_filled(poor)


@pytest.fixture
def saying() -> Iterator[Callable[..., Command]]:
    """Starts a process that says these lines, and waits then."""
    with contextlib.ExitStack() as stack:

        def start(*lines: str, is_over: bool = False) -> Command:
            script = f"import signal; print({chr(10).join(lines)!r}, flush=True)"
            script += "" if is_over else "; signal.pause()"
            command = Command(environment(os.environ), sys.executable, "-c", script)
            return stack.enter_context(command)

        yield start


# Qt says what it lacks without a desktop.
QUIETLY = environment(os.environ, QT_LOGGING_RULES="*=false")
FULL = 'result {"rows": 1000, "on_screen": 12}'
POOR = 'result {"rows": 999, "on_screen": 12}'


def test_lines_are_heard_in_any_order(saying: Callable[..., Command]) -> None:
    said = saying("one 1", "other", "two 2 3", "one 4").lines("two", "one")
    assert said == {"one": "1", "two": "2 3"}


def test_a_process_that_ends_without_them_is_not_measured(saying: Callable[..., Command]) -> None:
    with pytest.raises(NotMeasured, match="never said 'two', 'three'"):
        saying("one 1", is_over=True).lines("one", "two", "three")


def test_one_that_says_nothing_is_ended_and_not_measured(saying: Callable[..., Command]) -> None:
    with pytest.raises(NotMeasured, match="never said 'one'"):
        saying("two").lines("one", timeout_s=0.3)


def test_a_window_that_was_shown_and_closed_is_weighed(saying: Callable[..., Command]) -> None:
    starting.prove_closed(saying("painted 1", FULL, "closed 1"))
    starting.prove_floor_closed(saying("painted 1", "closed 1", "polled 1000"))
    starting.prove_floor_polled(saying("ready 1", "polled 1000"))


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        (["painted 1", FULL, "closed 0"], "the window is closed: 0"),
        (["painted 1", POOR, "closed 1"], "rows in the table: 999"),
        (["closed 1"], "never said 'result'"),
        (["painted 1", FULL], "never said 'closed'"),
    ],
)
def test_one_that_was_not_is_not_weighed(
    saying: Callable[..., Command], lines: list[str], missing: str
) -> None:
    with pytest.raises(NotMeasured, match=missing):
        starting.prove_closed(saying(*lines, is_over=True))


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        (["painted 1", "closed 0", "polled 1000"], "floor's window is closed: 0"),
        (["painted 1", "closed 1", "polled 0"], "models of the floor: 0"),
        (["painted 1", "closed 1"], "never said 'polled'"),
        (["polled 1000", "closed 1"], "never said 'painted'"),
        (["polled 1000", "painted 1"], "never said 'closed'"),
    ],
)
def test_a_floor_that_did_less_is_not_weighed(
    saying: Callable[..., Command], lines: list[str], missing: str
) -> None:
    with pytest.raises(NotMeasured, match=missing):
        starting.prove_floor_closed(saying(*lines, is_over=True))


def test_a_floor_that_hears_of_no_models_is_not_weighed(saying: Callable[..., Command]) -> None:
    with pytest.raises(NotMeasured, match="models of the floor: 999"):
        starting.prove_floor_polled(saying("polled 999"))
    with pytest.raises(NotMeasured, match="never said 'polled'"):
        starting.prove_floor_polled(saying("ready 1", is_over=True))


def test_the_real_floor_polls_shows_and_closes(qapp: QApplication) -> None:
    with BenchServer(starting.WINDOW_MODELS, 0, 80e6) as server:
        arguments = ("--polls", server.url, "--window", "--close")
        weighed = starting.Weighed(
            lambda: Process(QUIETLY, starting.FLOOR, *arguments),
            starting.prove_floor_closed,
        )
        rss, pss = weighed.weigh(lambda: server.answered[TAGS])
        starting.prove_told(server.answered[TAGS], starting.counts_of(server.url)["rows"][TAGS])
    assert rss >= pss > 0


def test_a_program_that_does_not_poll_is_not_weighed(saying: Callable[..., Command]) -> None:
    with BenchServer(ROWS, 0, 80e6) as server:
        weighed = starting.Weighed(lambda: saying("closed 1"), lambda _: None)
        OllamaClient(server.url).list_models()  # that of the run before
        wait_for(lambda: server.answered[TAGS] == 1)  # it counts when it has answered
        with pytest.raises(NotMeasured, match="no poll"):
            weighed.weigh(lambda: server.answered[TAGS], timeout_s=0.3)


def test_answers_without_all_models_are_no_proof() -> None:
    starting.prove_told(3, 3000)
    for polls, rows in ((3, 2999), (3, 0), (0, 0)):
        with pytest.raises(NotMeasured):
            starting.prove_told(polls, rows)


def test_a_window_painted_behind_a_click_is_measured(saying: Callable[..., Command]) -> None:
    assert starting.clicked_ms(saying("painted 3000000", FULL), 1_000_000) == (2, 12)
    assert starting.floor_clicked_ms(saying("painted 3000000"), 1_000_000) == 2


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        (["painted 900000", FULL], "before the click"),
        (["painted 3000000", POOR], "rows in the table: 999"),
        (["painted 3000000"], "never said 'result'"),
        ([], "never said 'painted'"),
    ],
)
def test_one_painted_earlier_or_never_or_empty_is_not(
    saying: Callable[..., Command], lines: list[str], missing: str
) -> None:
    with pytest.raises(NotMeasured, match=missing):
        starting.clicked_ms(saying(*lines, is_over=True), 1_000_000)


@pytest.mark.parametrize(
    ("lines", "missing"), [(["painted 900000"], "before the click"), ([], "never said 'painted'")]
)
def test_the_floors_neither(saying: Callable[..., Command], lines: list[str], missing: str) -> None:
    with pytest.raises(NotMeasured, match=missing):
        starting.floor_clicked_ms(saying(*lines, is_over=True), 1_000_000)


class Large(QDialog):
    """Some parts in sight, and one that is not."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        self.labels = [QLabel(str(number), self) for number in range(6)]
        for label in self.labels:
            layout.addWidget(label)
        self.labels[-1].hide()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True)
def test_a_dialog_that_was_painted_is_told(
    qtbot: QtBot, window: QWidget, saying: Callable[..., Command]
) -> None:
    opened = Opened(window)
    opened.begin()
    dialog = Large(window)
    with qtbot.waitSignal(opened.happened) as told:
        dialog.open()
        opened.opened()
    assert told.args is not None
    assert told.args[0]["dialog"] == "Large"
    assert told.args[0]["widgets"] == 5
    process = saying(f"result {json.dumps(told.args[0])}")
    assert starting.opened_ms(process, "Large") == (told.args[0]["ms"], 5)


def test_one_that_was_not_is_not_told(qtbot: QtBot, window: QWidget) -> None:
    opened = Opened(window)
    opened.begin()
    Large(window).ensurePolished()
    opened.opened()
    with qtbot.assertNotEmitted(opened.happened):
        window.repaint()
        QApplication.processEvents()


def test_the_real_floor_opens_its_dialog(qapp: QApplication) -> None:
    with Process(QUIETLY, starting.FLOOR, "--window", "--dialog") as process:
        took_ms, parts = starting.opened_ms(process, "QDialog")
    assert took_ms > 0
    assert parts >= 2 * DIALOG_FIELDS


@pytest.mark.parametrize(
    ("shown", "missing"),
    [
        ({"dialog": "QMessageBox"}, "the dialog that was painted: QMessageBox, not PullDialog"),
        ({"widgets": 0}, "parts of PullDialog in sight: 0"),
    ],
)
def test_another_dialog_or_an_empty_one_is_not_measured(
    saying: Callable[..., Command], shown: dict[str, object], missing: str
) -> None:
    told = {"ms": 20.0, "dialog": "PullDialog", "widgets": 30, **shown}
    with pytest.raises(NotMeasured, match=missing):
        starting.opened_ms(saying(f"result {json.dumps(told)}"), "PullDialog")


def test_one_that_never_opens_is_not(saying: Callable[..., Command]) -> None:
    with pytest.raises(NotMeasured, match="never said 'result'"):
        starting.opened_ms(saying("painted 1", is_over=True), "PullDialog")


BUSY = {
    "ticks": 3000,
    "rows": 1000,
    "on_screen": 12,
    "downloads": latency.PULLS,
    "moving": latency.PULLS,
    "bytes": 10**6,
    "events": 300,
    "answers": 2,
    "other_lists": 1,
}


def test_a_busy_window_is_measured() -> None:
    latency.prove_busy(BUSY, 1000, 5)


@pytest.mark.parametrize("key", BUSY)
def test_one_that_lacks_anything_is_not(key: str) -> None:
    with pytest.raises(NotMeasured):
        latency.prove_busy({**BUSY, key: 0}, 1000, 5)


def test_a_dialog_that_is_not_open_is_not_measured() -> None:
    latency.prove_dialog({"typed": "llama", "names": 6}, "llama")
    for poor in ({}, {"typed": "", "names": 6}, {"typed": "llama", "names": 0}):
        with pytest.raises(NotMeasured):
            latency.prove_dialog(poor, "llama")


# Several servers

SHOWN = {"ticks": 1000, "rows": 4000, "servers": 4, "other_lists": 3, "keyring": 0}


def test_a_window_with_all_servers_in_it_is_measured() -> None:
    several.prove_shown(SHOWN)


@pytest.mark.parametrize(
    "poor", [{"ticks": 9}, {"rows": 1000}, {"servers": 1}, {"other_lists": 2}, {"keyring": 1}]
)
def test_one_that_shows_less_or_has_loaded_more_is_not(poor: dict[str, int]) -> None:
    with pytest.raises(NotMeasured):
        several.prove_shown({**SHOWN, **poor})


def test_a_server_that_is_off_or_silent_has_to_be_left_alone() -> None:
    with BenchServer(ROWS, 0, 80e6) as server:
        servers = several.Eight((), (), server.url, "", server.url)
        servers.prove_left_alone()
        OllamaClient(server.url).list_models()
        with pytest.raises(NotMeasured, match="the server that is off"):
            servers.prove_left_alone()


def test_answers_of_all_servers_are_measured() -> None:
    with BenchServer(ROWS, 0, 80e6) as one, BenchServer(ROWS, 0, 80e6) as other:
        found = result_of(environment(os.environ), "tests.bench.polling", "2", one.url, other.url)
    assert found["rows"] == 2 * ROWS
    assert len(found["took"]) == 2


def test_one_that_refuses_is_not() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with BenchServer(ROWS, 0, 80e6) as server:
        variables = environment(os.environ, BENCH_LIMIT_MS="300")
        with pytest.raises(NotMeasured, match="servers that were not heard"):
            result_of(variables, "tests.bench.polling", "1", server.url, url)


# Downloads


@pytest.fixture
def feed() -> Iterator[Callable[[bytes], str]]:
    """Starts a server that gives one answer to everybody; gives its address."""
    with contextlib.ExitStack() as stack:

        def start(told: bytes) -> str:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def serve(connection: socket.socket) -> None:
                with contextlib.suppress(OSError), connection:
                    is_list = connection.recv(65536).startswith(b"GET ")
                    connection.sendall(listed((LINES,)) if is_list else told)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):
                        pass

            def accept() -> None:
                # Side by side: who was answered may ask again before closing the first one.
                with ThreadPoolExecutor() as threads, contextlib.suppress(OSError):
                    while True:
                        threads.submit(serve, listener.accept()[0])

            thread = threading.Thread(target=accept)
            thread.start()
            stack.callback(thread.join)
            stack.callback(listener.shutdown, socket.SHUT_RDWR)
            host, port = listener.getsockname()
            return f"{host}:{port}"

        yield start


def test_a_whole_pull_is_measured(qapp: QApplication, feed: Callable[[bytes], str]) -> None:
    address = feed(answer(LINES))
    assert pulling.pull(address, LINES) > 0
    assert pulling.read(address, LINES) > 0


def test_a_pull_of_fewer_lines_is_not(qapp: QApplication, feed: Callable[[bytes], str]) -> None:
    address = feed(answer(LINES - 1))
    with pytest.raises(NotMeasured, match="bytes pulled"):
        pulling.pull(address, LINES)
    with pytest.raises(NotMeasured, match="lines of the floor"):
        pulling.read(address, LINES)


def test_a_pull_that_fails_is_not(qapp: QApplication, feed: Callable[[bytes], str]) -> None:
    address = feed(b"HTTP/1.1 500 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    with pytest.raises(NotMeasured, match="the pull failed"):
        pulling.pull(address, LINES)


def test_a_queue_file_with_all_rows_is_measured(qapp: QApplication, tmp_path: Path) -> None:
    written, added = pulling.measure_queue(tmp_path, 1)
    assert all(value > 0 for column in (*written, *added) for value in column)


def test_one_that_is_not_written_is_not(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling.PullStore, "save", lambda *_: None)
    with pytest.raises(NotMeasured, match="the queue file was not written"):
        pulling.measure_queue(tmp_path, 1)


def test_a_row_that_never_gets_there_is_not(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "_WAIT_MS", 20)
    with pytest.raises(NotMeasured, match="no row"):
        pulling.wait_in_gui(lambda: False, "no row")


# The terminal, and processes at all


def test_a_verb_that_prints_every_name_is_measured() -> None:
    script = "print('NAME SIZE'); print('a:1b 1 GB'); print('b:1b 2 GB')"
    assert terminal.cpu_ms(environment({}), {"a:1b", "b:1b"}, "-c", script) > 0


@pytest.mark.parametrize(
    ("script", "missing"),
    [
        ("pass", "names printed: 0, not 2"),
        ("print('a:1b'); print('a:1b')", "a name was not printed"),
        ("print('a:1b'); print('b:1b'); raise SystemExit(3)", "exit code of -c: 3"),
    ],
)
def test_one_that_does_not_is_not(script: str, missing: str) -> None:
    with pytest.raises(NotMeasured, match=missing):
        terminal.cpu_ms(environment({}), {"a:1b", "b:1b"}, "-c", script)


def test_a_list_of_nothing_is_not() -> None:
    with pytest.raises(NotMeasured, match="nothing to list"):
        terminal.prove_printed("", set())


def test_why_a_process_could_not_measure_is_heard(tmp_path: Path) -> None:
    variables = {**environment({}), "HOME": str(tmp_path)}
    with pytest.raises(NotMeasured, match="the pull failed"):
        result_of(variables, "tests.bench.pulling", "memory", "127.0.0.1:9")


def test_too_few_polls_are_no_proof() -> None:
    prove_at_least("polls", 3, 3)
    with pytest.raises(NotMeasured, match="polls: 2, not at least 3"):
        prove_at_least("polls", 2, 3)


def test_cpu_time_is_that_between_two_looks() -> None:
    assert used_ms({"1": 1_000_000}, {"1": 3_000_000, "2": 500_000}) == 2.5


# The table of all numbers


@pytest.mark.parametrize(
    ("program", "floor", "options"),
    [
        ([1.0], [1.0], {"seen": ""}),
        ([0.0], [1.0], {"seen": "3 polls"}),
        ([1.0], [0.0], {"seen": "3 polls"}),
        ([], [], {"seen": "3 polls"}),
        ([1.0, 2.0], [1.0], {"seen": "3 polls"}),
        ([1.0], [0.0], {"seen": "3 polls", "may_floor_rest": True, "most_ratio": 1.3}),
    ],
)
def test_numbers_without_proof_are_no_line(
    program: list[float], floor: list[float], options: dict[str, Any]
) -> None:
    with pytest.raises(NotMeasured):
        compared("something", "ms", program, floor, **options)


def test_a_line_says_what_was_seen() -> None:
    line = compared("something", "ms", [2.0], [1.0], seen="3 polls", most_ratio=1.3)
    assert line.cells == (
        "something",
        "2.00 ms",
        "1.00 ms",
        "2.00 ×",
        "≤ 1.3 ×",
        "MISSED",
        "3 polls",
    )
    assert failed("something", "no\npoll").cells[-2:] == ("FAILED", "no poll")


def _fail(error: Exception) -> Callable[[bool], list[Line]]:
    def measure(_: bool) -> list[Line]:
        raise error

    return measure


@pytest.mark.parametrize(
    "measure",
    [_fail(NotMeasured("it was empty")), _fail(ValueError("it was empty")), lambda _: []],
)
def test_a_run_in_which_anything_failed_says_so(
    measure: Callable[[bool], list[Line]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    good = Line("good", "1 ms", seen="1 poll")
    groups = (bench.Group("bad", measure), bench.Group("good", lambda _: [good]))
    monkeypatch.setattr(bench, "GROUPS", groups)
    assert bench.main([]) == 1
    printed = capsys.readouterr().out
    (bad_line,) = (line for line in printed.splitlines() if line.startswith("| bad"))
    assert "FAILED" in bad_line
    assert "| good" in printed
    assert bench.main(["--only", "good"]) == 0


def test_a_group_that_does_not_exist_is_not_measured() -> None:
    with pytest.raises(SystemExit) as raised:
        bench.main(["--only", "nobody"])
    assert raised.value.code == 2
