"""Commands: run a program on a virtual desktop; look at it and drive it from elsewhere."""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

from tests.desktop.harness.bus import Bus
from tests.desktop.harness.desktop import Mode, VirtualDesktop, missing_tools
from tests.desktop.harness.screen import Screen
from tests.desktop.harness.tray import MenuEntry, Tray

_STATE_FILE = Path(__file__).parents[3] / "build" / "virtual-desktop.json"
_ME = "python -m tests.desktop.harness"
# What a program needs to be on the desktop; the home stays that of the person who runs it.
_SHARED = ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the exit code."""
    parser = argparse.ArgumentParser(prog=_ME, description=__doc__)
    parser.add_argument(
        "--state", type=Path, default=_STATE_FILE, help="where to keep how to reach the desktop"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run a program on a new desktop")
    run.add_argument("--mode", choices=[mode.value for mode in Mode])
    run.add_argument("--prefix", default=_ME, help="how to call this program, for its messages")
    run.add_argument("program", nargs=argparse.REMAINDER, metavar="-- PROGRAM …")
    picture = commands.add_parser("picture", help="write the screen into a PNG")
    picture.add_argument("file", type=Path)
    commands.add_parser("menu", help="print the tray menu")
    click = commands.add_parser("click", help="click an entry of the tray menu")
    click.add_argument("label", nargs="+")
    commands.add_parser("activate", help="click the tray icon")
    chosen = parser.parse_args(arguments)
    if chosen.command == "run":
        program = chosen.program[1:] if chosen.program[:1] == ["--"] else chosen.program
        if not program:
            parser.error("no program given")
        return _run(_mode(chosen.mode), program, chosen)
    return _drive(chosen)


def _mode(wanted: str | None) -> Mode:
    if wanted:
        return Mode(wanted)
    return next((mode for mode in Mode if not missing_tools(mode)), Mode.FULL)


def _run(mode: Mode, program: Sequence[str], chosen: argparse.Namespace) -> int:
    if missing := missing_tools(mode):
        print(f"A virtual desktop needs {', '.join(missing)}, not installed here.", file=sys.stderr)
        return 1
    prefix = chosen.prefix
    with VirtualDesktop(mode) as desktop:
        shared = {name: desktop.environment[name] for name in _SHARED}
        hidden = ("WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP", "QT_QPA_PLATFORM")
        kept = {name: value for name, value in os.environ.items() if name not in hidden}
        print(f"Virtual desktop ({mode.value}): DISPLAY={shared['DISPLAY']}")
        print(f"  a picture of it:  {prefix} picture screen.png")
        print(f"  the tray menu:    {prefix} menu    and    {prefix} click LABEL")
        print("  to end it:        Ctrl-C here, or Quit in the tray menu", flush=True)
        with _remembered({**kept, **shared}, chosen.state):
            return _run_program(program, {**kept, **shared})


def _run_program(program: Sequence[str], environment: dict[str, str]) -> int:
    child: subprocess.Popen[bytes] | None = None
    wanted: list[int] = []

    # In a session of its own the program hears only what we pass on, and once.
    def pass_on(number: int, _: FrameType | None) -> None:
        wanted.append(number)
        if child is not None and child.poll() is None:
            child.send_signal(signal.SIGKILL if len(wanted) > 1 else signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, pass_on)
    child = subprocess.Popen(program, env=environment, start_new_session=True)
    if wanted:
        child.terminate()
    code = child.wait()
    if wanted and code in (0, -signal.SIGTERM):
        return 130 if wanted[0] == signal.SIGINT else 0
    return code if code >= 0 else 128 - code


@contextmanager
def _remembered(environment: dict[str, str], state: Path) -> Iterator[None]:
    """Keep in a file what the program is given: with it, another one is on the same desktop and
    finds the first."""
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_text(json.dumps(environment), encoding="utf-8")
    try:
        yield
    finally:
        state.unlink(missing_ok=True)


def _drive(chosen: argparse.Namespace) -> int:
    if not chosen.state.exists():
        print("There is no virtual desktop: start one with `run`.", file=sys.stderr)
        return 1
    environment = json.loads(chosen.state.read_text(encoding="utf-8"))
    if chosen.command == "picture":
        print(Screen(environment).picture(chosen.file.absolute()))
        return 0
    with closing(Bus(environment["DBUS_SESSION_BUS_ADDRESS"])) as bus:
        item = Tray(bus).wait_item()
        if chosen.command == "menu":
            print(item.tooltip())
            _print_menu(item.menu())
        elif chosen.command == "click":
            item.click(*chosen.label)
        else:
            item.activate()
    return 0


def _print_menu(menu: MenuEntry, indent: str = "  ") -> None:
    for entry in menu.children:
        if entry.is_visible:
            mark = {None: "", True: "[x] ", False: "[ ] "}[entry.is_checked]
            state = "" if entry.is_enabled else "  (disabled)"
            print(f"{indent}{'---' if entry.is_separator else mark + entry.label}{state}")
            _print_menu(entry, indent + "  ")


if __name__ == "__main__":
    sys.exit(main())
