"""The program from a terminal: arguments, and the verbs that need no window and no display.

Cheap to import: only `arguments` comes with it. `terminal.run` does the verbs.
"""

from tray_app.cli.arguments import Command, Invocation, parse_args

__all__ = ["Command", "Invocation", "parse_args"]
