"""What a screen reader sees and can do, through AT-SPI: a script for the system's own Python.

    python3 at_spi.py PID tree
    python3 at_spi.py PID press ROLE NAME
    python3 at_spi.py PID type ROLE NAME TEXT

Answers with JSON. The bindings (gi) come with the distribution's Python, not with a virtual
environment's, so nothing of the project is imported here.
"""

import json
import sys
from typing import Any

import gi  # type: ignore[import-not-found]

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # type: ignore[import-not-found]  # noqa: E402

_STATES = {
    "focusable": Atspi.StateType.FOCUSABLE,
    "focused": Atspi.StateType.FOCUSED,
    "showing": Atspi.StateType.SHOWING,
    "enabled": Atspi.StateType.ENABLED,
    "checked": Atspi.StateType.CHECKED,
    "selected": Atspi.StateType.SELECTED,
}
_DEEP = 30
_MOST = 4000


def describe(node: Any, depth: int = 0, budget: list[int] | None = None) -> dict[str, Any]:
    """Return a node and everything below it that is on screen."""
    budget = budget if budget is not None else [_MOST]
    budget[0] -= 1
    states = node.get_state_set()
    found: dict[str, Any] = {
        "role": node.get_role_name(),
        "name": node.get_name() or "",
        "description": node.get_description() or "",
        "states": [name for name, state in _STATES.items() if states.contains(state)],
        "actions": actions(node),
        "children": [],
    }
    interfaces = node.get_interfaces()
    if "Value" in interfaces:
        kinds = ("minimum", "current", "maximum")
        found["value"] = [getattr(Atspi.Value, f"get_{kind}_value")(node) for kind in kinds]
    if "Text" in interfaces:
        length = Atspi.Text.get_character_count(node)
        found["text"] = Atspi.Text.get_text(node, 0, min(500, length))
    if depth < _DEEP and budget[0] > 0:
        for number in range(node.get_child_count()):
            child = node.get_child_at_index(number)
            if child is not None:
                try:
                    found["children"].append(describe(child, depth + 1, budget))
                except GLib.Error:
                    continue  # gone meanwhile
    return found


def actions(node: Any) -> list[str]:
    """Return the names of what can be done to it."""
    if "Action" not in node.get_interfaces():
        return []
    return [Atspi.Action.get_action_name(node, n) for n in range(Atspi.Action.get_n_actions(node))]


def application(pid: int) -> Any:
    """Return the accessible application with this process id, None if there is none."""
    desktop = Atspi.get_desktop(0)
    for number in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(number)
        if child is not None and child.get_process_id() == pid:
            return child
    return None


def find(node: Any, role: str, name: str) -> Any:
    """Return the first node on screen with this role and name, depth first."""
    states = node.get_state_set()
    is_shown = states.contains(Atspi.StateType.SHOWING)
    if node.get_role_name() == role and (node.get_name() or "") == name and is_shown:
        return node
    for number in range(node.get_child_count()):
        child = node.get_child_at_index(number)
        found = None if child is None else find(child, role, name)
        if found is not None:
            return found
    return None


def main() -> Any:
    """Do what the command line asks for."""
    pid, command, words = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    app = application(pid)
    if app is None:
        return None
    app.clear_cache()
    if command == "tree":
        return describe(app)
    node = find(app, words[0], words[1])
    if node is None:
        return None
    if command == "press":
        names = actions(node)
        wanted = next((n for n, name in enumerate(names) if name != "SetFocus"), None)
        return False if wanted is None else Atspi.Action.do_action(node, wanted)
    return Atspi.EditableText.set_text_contents(node, words[2])


if __name__ == "__main__":
    print(json.dumps(main()))
