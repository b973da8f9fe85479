"""Entry point: what the command line asks for, the terminal or the program; the exit code."""

import os
import sys

from tray_app.cli import parse_args
from tray_app.cli.arguments import EXIT_USAGE, TOKEN_VARIABLE
from tray_app.environment import put_right
from tray_app.streams import shown

_ASKING = frozenset({"-h", "--help", "--version"})


def main() -> int:
    """Run with `sys.argv`; 0 is success, the rest is in the help text."""
    put_right(os.environ)
    try:
        with shown():
            invocation = parse_args(sys.argv[1:])
    except (SystemExit, OSError) as end:  # --help and --version have printed, or what is wrong
        from tray_app.cli.terminal import finished  # was said; some Pythons raise if nobody reads

        is_done = end.code == 0 if isinstance(end, SystemExit) else _ASKING.intersection(sys.argv)
        return finished(0 if is_done else EXIT_USAGE)
    if invocation.is_window:
        from tray_app.app import main as run_program  # Qt's widgets: not for a terminal verb

        os.environ.pop(TOKEN_VARIABLE, None)  # not for what we start, such as the browser
        return run_program(invocation)
    from tray_app.cli.terminal import run as run_verb  # requests: not for the window's start

    return run_verb(invocation)


if __name__ == "__main__":
    sys.exit(main())
