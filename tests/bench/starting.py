"""The program as a process: first tray icon, memory, idle CPU, window, end. Needs Xvfb."""

from __future__ import annotations

import functools
import json
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.children import Command, Process, environment, settle, used_ms
from tests.bench.proof import NotMeasured, count, prove, prove_at_least, prove_equal
from tests.bench.registrations import Registrations
from tests.bench.server import COUNTS, TAGS
from tests.bench.table import Line, compared, in_turns
from tests.desktop.harness.bus import Bus
from tests.desktop.harness.desktop import Mode, VirtualDesktop, missing_tools
from tests.desktop.harness.tray import Tray
from tests.support.waiting import wait_for

FLOOR = "tests.bench.floor"
PROGRAM = "tray_app"
PROBE = "tests.bench.probe"
WINDOW_MODELS = 1000
# The program asks this often while its window is hidden, and a little is left to chance.
_POLL_S = 15.5
_WAIT_S = 30.0
_LEAST_PARTS = 5
# Without a proxy, whatever the environment says.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Scene:
    """A virtual desktop with a tray, a folder, and a server."""

    desktop: VirtualDesktop
    folder: Path
    url: str

    def floor(self, *arguments: str) -> Process:
        """The bare program."""
        return Process(environment(self.desktop.environment), FLOOR, *arguments)

    def program(self, *arguments: str, module: str = PROGRAM, probe: str = "") -> Process:
        """Ollama Tray with data of its own, that of the last run."""
        data = ("--data-dir", str(self.folder))
        return Process(self._variables(probe), module, *data, *arguments)

    def program_at_login(self) -> Process:
        """Ollama Tray as the system starts it; the desktop's home is empty but for the last run."""
        return Process(self._variables(), PROGRAM, "--hidden")

    def command(self, *command: str) -> Command:
        """Any program, as if it were ours."""
        return Command(self._variables(), *command)

    def polls(self) -> int:
        """How many polls the server has answered."""
        return self._counts()["answered"].get(TAGS, 0)

    def rows_told(self) -> int:
        """How many models there were in all those answers."""
        return self._counts()["rows"].get(TAGS, 0)

    def requests(self, what: str) -> int:
        """How many requests of any kind the server has "answered", or was "asked"."""
        return sum(self._counts()[what].values())

    def _counts(self) -> dict[str, dict[str, int]]:
        return counts_of(self.url)

    def _variables(self, probe: str = "") -> dict[str, str]:
        return environment(self.desktop.environment, OLLAMA_HOST=self.url, BENCH_PROBE=probe)


@contextmanager
def scene(*server_arguments: str) -> Iterator[Scene]:
    """Everything that a run needs; the server is another process."""
    with (
        tempfile.TemporaryDirectory(prefix="ollama-tray-bench-") as folder,
        VirtualDesktop(Mode.FAKE) as desktop,
        Process(
            environment(desktop.environment), "tests.bench.server", *server_arguments
        ) as server,
    ):
        write_settings(Path(folder), max_pulls=8)
        yield Scene(desktop, Path(folder), server.line("url"))


def counts_of(url: str) -> dict[str, dict[str, int]]:
    """What a bench server was "asked" and has "answered", by path."""
    with _opener.open(url + COUNTS, timeout=10) as answer:
        counts: dict[str, dict[str, int]] = json.load(answer)
    return counts


def wait_more(
    number: Callable[[], int], before: int, missing: str, timeout_s: float = _WAIT_S
) -> None:
    """Wait until a number has grown. Raises NotMeasured when it does not."""
    try:
        wait_for(lambda: number() > before, timeout_s=timeout_s, interval_s=0.05, message=missing)
    except AssertionError as error:
        raise NotMeasured(str(error)) from None


def write_settings(folder: Path, **values: object) -> None:
    """Settings for the next start."""
    file = folder / "config" / "settings.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"version": 1, **values}), encoding="utf-8")


def missing() -> list[str]:
    """Tools that are not installed and without which nothing here can be measured."""
    return missing_tools(Mode.FAKE)


def icon(runs: int) -> list[Line]:
    """From the start of the process to its icon in the tray, as the tray sees it."""
    with scene() as here, Registrations(here.desktop.address) as registrations:

        def start(child: Callable[[], Process]) -> float:
            registrations.forget()
            with child() as process:
                seen_ns = registrations.next_ns(process.pid)
                return (seen_ns - process.spawned_ns) / 1e6

        program, floor = in_turns(
            runs, lambda: start(here.program_at_login), lambda: start(here.floor)
        )
    return [
        compared(
            "first tray icon, from start", "ms", program, floor, most_ratio=1.25,
            seen=f"{len(program)} icons of each in the tray",
        )
    ]  # fmt: skip


def memory(runs: int) -> list[Line]:
    """After the first polls: with the window never opened, and once it was shown and closed.

    The floor asks for the same list with requests, which is the program's choice and half of it.
    """
    lines: list[Line] = []
    for what, most, mine, theirs in (
        ("memory in the tray", 1.15, _hidden, _bare_hidden),
        ("memory, window closed again", 1.3, _closed, _bare_closed),
    ):
        sizes: dict[str, list[tuple[float, float]]] = {"program": [], "floor": []}
        with scene("--models", str(WINDOW_MODELS)) as here:

            def weighed(
                who: str,
                of: Callable[[Scene], Weighed],
                here: Scene = here,
                sizes: dict[str, list[tuple[float, float]]] = sizes,
            ) -> float:
                sizes[who].append(of(here).weigh(here.polls))
                return sizes[who][-1][0]

            in_turns(
                runs,
                functools.partial(weighed, "program", mine),
                functools.partial(weighed, "floor", theirs),
            )
            polls = here.polls()
            prove_told(polls, here.rows_told())
        pairs = list(zip(sizes["program"], sizes["floor"], strict=True))
        seen = f"{len(pairs)} of each, {polls} polls of {count(WINDOW_MODELS)} models"
        for index, kind in enumerate(("RSS", "PSS")):
            lines.append(
                compared(
                    f"{what} ({kind})", "MiB",
                    [one[index] for one, _ in pairs], [other[index] for _, other in pairs],
                    # What is shared with other programs that run just now says little of this one.
                    most_ratio=most if kind == "RSS" else None, seen=seen,
                )
            )  # fmt: skip
    return lines


@dataclass(frozen=True)
class Weighed:
    """A program whose memory is looked at once it has done what `prove` wants of it."""

    start: Callable[[], Command]
    prove: Callable[[Command], None]

    def weigh(self, polls: Callable[[], int], timeout_s: float = _WAIT_S) -> tuple[float, float]:
        """RSS and PSS behind a poll of its own."""
        before = polls()
        with self.start() as process:
            self.prove(process)
            wait_more(polls, before, "no poll", timeout_s)
            settle(process)
            return process.memory_mib()


def _hidden(here: Scene) -> Weighed:
    # The program itself, without instruments: what it was told of, the server knows.
    return Weighed(lambda: here.program("--hidden"), lambda _: None)


def _closed(here: Scene) -> Weighed:
    return Weighed(lambda: here.program(module=PROBE, probe="painted close"), prove_closed)


def _bare_hidden(here: Scene) -> Weighed:
    return Weighed(lambda: here.floor("--polls", here.url), prove_floor_polled)


def _bare_closed(here: Scene) -> Weighed:
    return Weighed(
        lambda: here.floor("--polls", here.url, "--window", "--close"), prove_floor_closed
    )


def prove_told(polls: int, rows: int) -> None:
    """Every poll was answered with all models."""
    prove_at_least("polls", polls, 1)
    prove_equal("models in all answers", rows, polls * WINDOW_MODELS)


def prove_closed(process: Command) -> None:
    """Our window was painted with all models in it, and is gone."""
    told = process.lines("result", "closed")
    prove_filled(json.loads(told["result"]))
    prove_equal("the window is closed", told["closed"], "1")


def prove_floor_polled(process: Command) -> None:
    """The floor has asked, and got all models."""
    prove_equal("models of the floor", process.line("polled"), str(WINDOW_MODELS))


def prove_floor_closed(process: Command) -> None:
    """So it has, and its window was painted and is gone."""
    told = process.lines("polled", "painted", "closed")
    prove_equal("models of the floor", told["polled"], str(WINDOW_MODELS))
    prove_equal("the floor's window is closed", told["closed"], "1")


def click(runs: int) -> list[Line]:
    """From a click on the icon to the painted window, the first time; the program runs already and
    has its list."""
    on_screen: list[int] = []
    with scene("--models", str(WINDOW_MODELS)) as here:
        bus = Bus(here.desktop.address)

        def activate(process: Process) -> int:
            item = wait_for(
                lambda: Tray(bus).newest_item(process.pid), timeout_s=20, message="no icon came"
            )
            settle(process)
            started_ns = time.monotonic_ns()
            item.activate()
            return started_ns

        def ours() -> float:
            polls = here.polls()
            with here.program("--hidden", module=PROBE, probe="clicked") as process:
                wait_more(here.polls, polls, "no poll")
                took_ms, rows = clicked_ms(process, activate(process))
                on_screen.append(rows)
                return took_ms

        def bare() -> float:
            with here.floor("--on-click") as process:
                process.line("ready")
                return floor_clicked_ms(process, activate(process))

        try:
            program, floor = in_turns(runs, ours, bare)
        finally:
            bus.close()
    seen = f"{count(WINDOW_MODELS)} rows, {min(on_screen)} on screen"
    what = "tray click to window painted, first time"
    return [
        compared(what, "ms", program, floor, most=250, seen=seen),
        compared(f"{what}, as a ratio", "ms", program, floor, most_ratio=2.5, seen=seen),
    ]


def clicked_ms(process: Command, started_ns: int) -> tuple[float, int]:
    """How long it took from the click until our window was painted with all models in it, and how
    many of them can be seen."""
    told = process.lines("painted", "result")
    return _since(started_ns, told["painted"]), prove_filled(json.loads(told["result"]))


def floor_clicked_ms(process: Command, started_ns: int) -> float:
    """The same of the floor's empty window."""
    return _since(started_ns, process.line("painted"))


def _since(started_ns: int, painted: str) -> float:
    took_ns = int(painted) - started_ns
    prove(took_ns > 0, "the window was painted before the click")
    return took_ns / 1e6


# What each of them opens, for instruments and proof.
DIALOGS = {"details": "DetailsDialog", "pull": "PullDialog", "settings": "SettingsDialog"}


def opening(runs: int) -> list[Line]:
    """From the click to the painted dialog, the first time; the floor opens one of six fields."""
    lines: list[Line] = []
    for what, dialog in DIALOGS.items():
        parts: list[int] = []
        with scene("--models", str(WINDOW_MODELS)) as here:

            def ours(
                here: Scene = here, what: str = what, dialog: str = dialog, parts: Any = parts
            ) -> float:
                with here.program(module=PROBE, probe=f"painted opening:{what}") as process:
                    prove_filled(json.loads(process.line("result")))
                    took_ms, number = opened_ms(process, dialog)
                    parts.append(number)
                    return took_ms

            def bare(here: Scene = here) -> float:
                with here.floor("--window", "--dialog") as process:
                    return opened_ms(process, "QDialog")[0]

            program, floor = in_turns(runs, ours, bare)
        lines.append(
            compared(
                f"{what}: click to painted, first time", "ms", program, floor, most=120,
                seen=f"{len(program)} of {dialog}, {min(parts)} parts in sight",
            )
        )  # fmt: skip
    return lines


def opened_ms(process: Command, dialog: str) -> tuple[float, int]:
    """How long it took until that very dialog was painted, and how many parts of it are in
    sight."""
    shown = json.loads(process.line("result"))
    prove_equal("the dialog that was painted", shown["dialog"], dialog)
    prove_at_least(f"parts of {dialog} in sight", shown["widgets"], _LEAST_PARTS)
    return float(shown["ms"]), int(shown["widgets"])


def idle(seconds: float) -> list[Line]:
    """CPU time while nothing happens, both at once; the program polls every 15 s."""
    with scene() as here, here.program("--hidden") as program, here.floor() as floor:
        floor.line("ready")
        wait_more(here.polls, 0, "no poll")
        settle(program)
        polls = here.polls()
        before = [process.cpu_ns_by_thread() for process in (program, floor)]
        until = time.monotonic() + seconds
        wait_for(lambda: time.monotonic() >= until, timeout_s=2 * seconds, interval_s=0.5)
        after = [process.cpu_ns_by_thread() for process in (program, floor)]
        polls = here.polls() - polls
    prove_at_least(f"polls in {seconds:g} s", polls, int(seconds / _POLL_S))
    program_ms, floor_ms = map(used_ms, before, after)
    return [
        compared(
            f"CPU of {seconds:g} s idle in the tray", "ms", [program_ms], [floor_ms],
            seen=f"{polls} polls", may_floor_rest=True,
        )
    ]  # fmt: skip


def window(runs: int) -> list[Line]:
    """From the start of the process to a painted window: ours with 1 000 models, an empty one."""
    on_screen: list[int] = []
    with scene("--models", str(WINDOW_MODELS)) as here:

        def ours() -> float:
            with here.program(module=PROBE, probe="painted") as process:
                took_ms = process.since_spawn_ms("painted")
                on_screen.append(prove_filled(json.loads(process.line("result"))))
                process.quit_ms()
                return took_ms

        def bare() -> float:
            with here.floor("--window") as process:
                return process.since_spawn_ms("painted")

        program, floor = in_turns(runs, ours, bare)
    return [
        compared(
            "window with 1 000 models painted, from start", "ms", program, floor, most_ratio=2.5,
            seen=f"{count(WINDOW_MODELS)} rows, {min(on_screen)} on screen",
        )
    ]  # fmt: skip


def prove_filled(shown: dict[str, int], models: int = WINDOW_MODELS) -> int:
    """The window that was painted had all models in it; how many rows of them can be seen."""
    prove_equal("rows in the table", shown["rows"], models)
    prove_at_least("rows on screen", shown["on_screen"], 1)
    return shown["on_screen"]


def leaving(runs: int) -> list[Line]:
    """From SIGTERM to the end of the process: at rest, in mid pull, with a server that is stuck."""
    lines = []
    cases = (
        ("quit, at rest", (), 0),
        ("quit, in mid pull of two", ("--pulls", "2"), 2),
        ("quit, server stalled", ("--stalled",), 0),
    )
    for what, server_arguments, pulls in cases:
        with scene(*server_arguments) as here, Registrations(here.desktop.address) as registrations:
            program, floor = in_turns(
                runs,
                functools.partial(_leave, here, registrations, pulls),
                functools.partial(_leave_floor, here, registrations),
            )
            asked, answered = here.requests("asked"), here.requests("answered")
        prove_equal(f"{what}: the server has answered", answered > 0, what != cases[-1][0])
        seen = f"{len(program)} good ends, {pulls} downloads, {asked} requests, {answered} answered"
        lines.append(compared(what, "ms", program, floor, most=500, seen=seen))
    return lines


def _leave(here: Scene, registrations: Registrations, pulls: int) -> float:
    asked = here.requests("asked")
    with here.program("--hidden", module=PROBE, probe=f"pulls:{pulls}") as process:
        registrations.next_ns(process.pid)
        wait_more(lambda: here.requests("asked"), asked, "no request")
        if pulls:
            process.line("moving")
        else:
            settle(process, quiet_s=0.3)
        took_ms = process.quit_ms()
    (here.folder / "state" / "downloads.json").unlink(missing_ok=True)
    return took_ms


def _leave_floor(here: Scene, registrations: Registrations) -> float:
    with here.floor() as process:
        registrations.next_ns(process.pid)
        settle(process, quiet_s=0.3)
        return process.quit_ms()
