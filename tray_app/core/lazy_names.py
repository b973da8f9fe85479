"""Names of a package that load the file they live in when they are first asked for.

For packages whose names come from many files of which most callers need few:

    if TYPE_CHECKING:
        from package.heavy import Thing, other
        from package.light import word
    else:
        __getattr__ = lazy_names(__name__, heavy="Thing other", light="word")

Which file has a name is said twice, as looking through all of them for one would load them all.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module


def lazy_names(package: str, **names_by_file: str) -> Callable[[str], object]:
    """The `__getattr__` of `package`: `names_by_file` are the names in each file, in one line."""
    file_of = {name: file for file, names in names_by_file.items() for name in names.split()}

    def find(name: str) -> object:
        if name not in file_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(f"{package}.{file_of[name]}"), name)
        vars(import_module(package))[name] = found
        return found

    return find
