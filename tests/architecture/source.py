"""One parsed source file, as the checks of this package see it. No rules here."""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Import:
    """One imported module; `names` are what `from module import …` takes from it."""

    line: int
    module: str
    names: tuple[str, ...]
    is_inside_function: bool

    def targets(self) -> tuple[str, ...]:
        """Return the dotted things that this import may mean, a module or a name in one."""
        return tuple(f"{self.module}.{name}" for name in self.names) or (self.module,)


@dataclass(frozen=True)
class Source:
    """A file by its path below the repository ("tray_app/core/names.py") and its text."""

    path: str
    text: str

    @classmethod
    def read(cls, root: Path, file: Path) -> "Source":
        """Read `file`, named by its place below `root`."""
        return cls(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8"))

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed text."""
        return ast.parse(self.text, self.path)

    @cached_property
    def lines(self) -> list[str]:
        """The text's lines; a node's `lineno` is one more than the index here."""
        return self.text.splitlines()

    @property
    def layer(self) -> str:
        """The first name below tray_app, a folder or a module; "" for the package itself."""
        parts = self.path.removesuffix(".py").split("/")[1:]
        return "" if parts == ["__init__"] else parts[0]

    @property
    def module(self) -> str:
        """The dotted name; a package's is that of its folder."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def functions(self) -> set[str]:
        """The names of all functions that are no methods."""
        return {
            found.name
            for scope in ast.walk(self.tree)
            if not isinstance(scope, ast.ClassDef)
            for found in ast.iter_child_nodes(scope)
            if isinstance(found, ast.FunctionDef)
        }

    @cached_property
    def imports(self) -> list[Import]:
        """Every import of the file, wherever it stands."""
        found: list[Import] = []
        self._collect_imports(self.tree, False, found)
        return found

    def _collect_imports(self, node: ast.AST, is_inside: bool, found: list[Import]) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                found += [Import(child.lineno, a.name, (), is_inside) for a in child.names]
            elif isinstance(child, ast.ImportFrom):
                module = "." * child.level + (child.module or "")
                names = tuple(alias.name for alias in child.names)
                found.append(Import(child.lineno, module, names, is_inside))
            is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            self._collect_imports(child, is_inside or is_function, found)


def dotted(node: ast.AST) -> str:
    """Return "a.b.c" for a chain of names, "" at the first thing that is none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def last_name(node: ast.AST) -> str:
    """Return the last name of an expression: "exec" of `a.b().exec`, "b" of `b`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Call):
        return last_name(node.func)
    return ""
