"""The import table: which layer may import which of ours and which third-party modules."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests.architecture.source import Import, Source


@dataclass(frozen=True)
class Layer:
    """What one layer may import; standard library modules are free unless `banned`.

    A name stands for itself and for everything below it.
    """

    ours: frozenset[str]
    third_party: frozenset[str] = frozenset()
    banned: frozenset[str] = frozenset()


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_IO = "io os pathlib shutil socket subprocess tempfile http urllib.request threading"
_BASE = "text bundled language resources log settings paths jsonfile filelock private_files streams"
# Files of ours, and what reads those of others.
_FILES = "list_files memory_file model_files update_ledger use_file"
_BASE_LAYER = Layer(_names(f"core {_BASE}"), _names("PySide6.QtCore platformdirs"))
_EVERYTHING = _names(
    f"core ollama workers itemmodels views desktop demo diagnosis state commands cli app "
    f"{_FILES} {_BASE} project"
)

LAYERS = {
    "": Layer(frozenset(), banned=_names("*")),
    "core": Layer(
        _names("core"),
        banned=_names(f"{_IO} asyncio getpass locale multiprocessing platform random secrets time"),
    ),
    "ollama": Layer(_names("core ollama"), _names("requests urllib3")),
    "workers": Layer(_names(f"core ollama jsonfile {_FILES} workers"), _names("PySide6.QtCore")),
    "text": Layer(_names("core text"), _names("PySide6.QtCore")),
    "resources": Layer(
        _names(f"core {_BASE}"), _names("PySide6.QtCore PySide6.QtGui platformdirs")
    ),
    "bundled": Layer(frozenset()),
    "project": Layer(_names("core bundled")),
    "language": Layer(_names("text bundled"), _names("PySide6.QtCore")),
    "log": _BASE_LAYER,
    "settings": _BASE_LAYER,
    "paths": _BASE_LAYER,
    "jsonfile": Layer(_names("core filelock private_files")),
    "memory_file": Layer(_names("core jsonfile")),
    "update_ledger": Layer(_names("core jsonfile")),
    "use_file": Layer(_names("core jsonfile private_files")),
    "list_files": Layer(_names("core")),
    "model_files": Layer(_names("core")),
    "filelock": Layer(frozenset()),
    "private_files": Layer(frozenset()),
    "streams": Layer(frozenset()),
    "environment": Layer(frozenset()),
    "state": Layer(_names("core state"), _names("PySide6.QtCore")),
    "commands": Layer(_names("core"), _names("PySide6.QtCore")),
    "diagnosis": Layer(
        _names(
            "core ollama text paths log settings jsonfile environment project diagnosis "
            "desktop.facts desktop.instance.single_instance"
        )
    ),
    "itemmodels": Layer(
        _names("core text resources state itemmodels"),
        _names("PySide6.QtCore PySide6.QtGui"),
        banned=_names(_IO),
    ),
    "views": Layer(
        _names("core itemmodels text language resources settings state commands views"),
        _names("PySide6.QtCore PySide6.QtGui PySide6.QtWidgets"),
        banned=_names("threading socket http urllib.request subprocess"),
    ),
    "desktop": Layer(
        _names("core text resources settings filelock jsonfile state commands environment desktop"),
        _names("PySide6 cryptography jeepney keyring secretstorage shiboken6"),
    ),
    "demo": Layer(_names("core demo"), banned=_names("requests urllib3")),
    # desktop.instance is how the terminal asks the running program; log holds the rules of what
    # may not be told.
    "cli": Layer(
        _names(
            f"cli core ollama text language settings paths log jsonfile {_FILES} "
            "streams diagnosis desktop.instance desktop.facts"
        )
    ),
    "app": Layer(_EVERYTHING, _names("PySide6 shiboken6")),
    "__main__": Layer(_names("cli app environment streams")),
}


def check_imports(source: Source) -> Iterator[str]:
    """Yield one line of text for each import that the table does not allow."""
    layer = LAYERS.get(source.layer)
    if layer is None:
        yield f"{source.path}: {source.layer!r} is not in the import table"
        return
    for entry in source.imports:
        for target in entry.targets():
            reason = _refusal(source, layer, entry, target)
            if reason:
                yield f"{source.path}:{entry.line}: {reason}"


def _refusal(source: Source, layer: Layer, entry: Import, target: str) -> str:
    root = target.partition(".")[0]
    if target.startswith("."):
        return "relative import"
    if root == "__future__":
        return ""
    if _covers(layer.banned, target):
        return f"{source.layer or 'tray_app'} never imports {target}"
    if root == "tray_app":
        return _refusal_of_ours(source, layer, entry, target)
    if root in sys.stdlib_module_names or _covers(layer.third_party, target):
        return ""
    return f"{source.layer} may not import {target}"


def _refusal_of_ours(source: Source, layer: Layer, entry: Import, target: str) -> str:
    inner = target.removeprefix("tray_app").removeprefix(".")
    if entry.module == "tray_app" and (not inner or inner in ("__version__", "APP_ID", "APP_NAME")):
        return "core stands alone" if source.layer == "core" else ""
    if source.layer == "demo" and inner.startswith("core") and not inner.startswith("core.names"):
        return f"demo knows nothing of core but names, and not {target}"
    return "" if _covers(layer.ours, inner) else f"{source.layer} may not import {target}"


def _covers(allowed: frozenset[str], target: str) -> bool:
    return "*" in allowed or any(
        target == name or target.startswith(f"{name}.") for name in allowed
    )
