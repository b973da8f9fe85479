"""Names of a package that load the file they live in when they are first asked for.

For packages whose names come from many files of which most callers need few:

    if TYPE_CHECKING:
        from package.heavy import Thing
    else:
        __getattr__ = lazy_names(__name__, "light", "heavy")
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module


def lazy_names(package: str, *files: str) -> Callable[[str], object]:
    """The `__getattr__` of `package`: looks for a name in its `files`, in their order.

    All files of the package must be among them: each is itself a name while it is imported.
    """

    def find(name: str) -> object:
        if not name.startswith("__") and name not in files:
            for file in files:
                found = vars(import_module(f"{package}.{file}")).get(name)
                if found is not None:
                    vars(import_module(package))[name] = found
                    return found
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find
