"""Circles of imports among the modules of tray_app: none, and those that are still to be opened.

Every import counts, one for type checkers only or inside a function too: who has to know whom
when reading is the question, not what Python can load. That importing a module also runs the
`__init__` of its folders does not count; those hold a docstring.
"""

from collections.abc import Collection, Iterable, Mapping

from tests.architecture.source import Source

Graph = Mapping[str, Collection[str]]
"""Module → the modules of ours that it imports."""

# (module, imported module) → what opens the circle. Nothing is added here, only taken away.
KNOWN_EDGES: dict[tuple[str, str], str] = {
    ("tray_app.ollama.ensure", "tray_app.ollama.client"): "a Protocol of what it uses",
}


def import_graph(sources: Iterable[Source]) -> dict[str, set[str]]:
    """Who imports whom, by dotted names; what is not among the sources is left out."""
    by_module = {source.module: source for source in sources}
    return {
        module: {
            found
            for entry in source.imports
            for target in entry.targets()
            if (found := _module_of(target, by_module)) and found != module
        }
        for module, source in by_module.items()
    }


def find_circles(graph: Graph, known: Collection[tuple[str, str]] = ()) -> list[str]:
    """For each module that is in any circle the shortest one through it, each circle once.

    `known` imports are looked away from.
    """
    left = {
        module: {found for found in imported if (module, found) not in known}
        for module, imported in graph.items()
    }
    circles = {
        _from_the_smallest(path)
        for module in left
        for path in [_path(left, module, module)]
        if path
    }
    return [" → ".join((*circle, circle[0])) for circle in sorted(circles)]


def needless_edges(graph: Graph, known: Collection[tuple[str, str]]) -> list[str]:
    """Those of `known` that are no part of a circle any more and can be taken from the table."""
    return [
        f"{module} → {imported}"
        for module, imported in known
        if imported not in graph.get(module, ()) or not _path(graph, imported, module)
    ]


def _module_of(target: str, modules: Collection[str]) -> str:
    while target and target not in modules:
        target = target.rpartition(".")[0]
    return target


def _path(graph: Graph, start: str, end: str) -> tuple[str, ...]:
    """The shortest way of at least one step from `start` to `end`, without `end`; () = none."""
    waiting: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    for path in waiting:
        for found in sorted(graph.get(path[-1], ())):
            if found == end:
                return path
            if found not in seen:
                seen.add(found)
                waiting.append((*path, found))
    return ()


def _from_the_smallest(circle: tuple[str, ...]) -> tuple[str, ...]:
    place = circle.index(min(circle))
    return circle[place:] + circle[:place]
