"""Circles of imports among the modules of tray_app, of which there are to be none.

Every import counts, one for type checkers only or inside a function too: who has to know whom
when reading is the question, not what Python can load. That importing a module also runs the
`__init__` of its folders does not count; those hold a docstring.
"""

from collections.abc import Collection, Iterable, Mapping

from tests.architecture.source import Source

Graph = Mapping[str, Collection[str]]
"""Module → the modules of ours that it imports."""


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


def find_circles(graph: Graph) -> list[str]:
    """For each module that is in any circle the shortest one through it, each circle once."""
    circles = {
        _from_the_smallest(path) for module in graph for path in [_path(graph, module)] if path
    }
    return [" → ".join((*circle, circle[0])) for circle in sorted(circles)]


def _module_of(target: str, modules: Collection[str]) -> str:
    while target and target not in modules:
        target = target.rpartition(".")[0]
    return target


def _path(graph: Graph, module: str) -> tuple[str, ...]:
    """The shortest way of imports from `module` back to it; () when there is none."""
    waiting: list[tuple[str, ...]] = [(module,)]
    seen: set[str] = set()
    for path in waiting:
        for found in sorted(graph[path[-1]]):
            if found == module:
                return path
            if found not in seen:
                seen.add(found)
                waiting.append((*path, found))
    return ()


def _from_the_smallest(circle: tuple[str, ...]) -> tuple[str, ...]:
    place = circle.index(min(circle))
    return circle[place:] + circle[:place]
