"""Numbers that tell how the whole is doing: size, forwarded signals, circles. No rules here."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from tests.architecture.circles import find_circles, import_graph
from tests.architecture.source import Source, last_name

FEW_LINES = 50
LARGEST = 10


@dataclass(frozen=True)
class Counts:
    """`forwards`: connections of one declared signal to another, "file:line signal → signal".
    `to_commands`: how many of them end at a command, where a wish is to end.

    `relays`: methods that do nothing but emit a declared signal. `groups`: how many there are of
    modules that import each other, each with one circle or more.
    """

    files: int
    lines: int
    signals: int
    forwards: tuple[str, ...]
    to_commands: int
    relays: tuple[str, ...]
    circles: tuple[str, ...]
    groups: int
    small: tuple[str, ...]
    largest: tuple[tuple[int, str], ...]


def count(sources: Sequence[Source]) -> Counts:
    """Count over the files of tray_app. An `__init__` is never small: it should be a docstring."""
    declared = [name for source in sources for name in _declared_signals(source)]
    names = frozenset(declared)
    forwards = [found for source in sources for found in _forwards(source, names)]
    circles = find_circles(import_graph(sources))
    by_length = sorted(((len(source.lines), source.path) for source in sources), reverse=True)
    return Counts(
        files=len(sources),
        lines=sum(length for length, _ in by_length),
        signals=len(declared),
        forwards=tuple(forwards),
        to_commands=sum("→ commands." in found for found in forwards),
        relays=tuple(found for source in sources for found in _relays(source, names)),
        circles=tuple(circles),
        groups=_groups(circles),
        small=tuple(
            path
            for length, path in reversed(by_length)
            if length < FEW_LINES and not path.endswith("/__init__.py")
        ),
        largest=tuple(by_length[:LARGEST]),
    )


def _groups(circles: Sequence[str]) -> int:
    groups: list[set[str]] = []
    for circle in circles:
        modules = set(circle.split(" → "))
        joined = [group for group in groups if group & modules]
        groups = [group for group in groups if not group & modules]
        groups.append(modules.union(*joined))
    return len(groups)


def _declared_signals(source: Source) -> list[str]:
    return [
        target.id
        for owner in ast.walk(source.tree)
        if isinstance(owner, ast.ClassDef)
        for statement in owner.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)
        if last_name(statement.value.func) == "Signal"
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]


def _forwards(source: Source, names: frozenset[str]) -> list[str]:
    """`a.changed.connect(self.changed)`, where both ends are signals that we declared somewhere."""
    found = []
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if (
            node.func.attr != "connect"
            or not node.args
            or not isinstance(node.args[0], ast.Attribute)
        ):
            continue
        sender, receiver = last_name(node.func.value), node.args[0].attr
        if sender in names and receiver in names:
            is_command = last_name(node.args[0].value).strip("_") == "commands"
            end = f"commands.{receiver}" if is_command else receiver
            found.append(f"{source.path}:{node.lineno} {sender} → {end}")
    return found


def _relays(source: Source, names: frozenset[str]) -> list[str]:
    found = []
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        if len(body) != 1 or not isinstance(body[0], ast.Expr):
            continue
        call = body[0].value
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if call.func.attr == "emit" and last_name(call.func.value) in names:
            found.append(f"{source.path}:{node.lineno} {node.name} → {last_name(call.func.value)}")
    return found
