"""An Ollama in a box: a real HTTP server on loopback that answers like Ollama, from memory.

For ``--demo`` and for the tests. Standard library only; nothing of the program but this package.
"""

from __future__ import annotations

from tray_app.demo.catalogue.library import demo_library, many
from tray_app.demo.server import DemoServer
from tray_app.demo.store.package import Package, Weights, build_package
from tray_app.demo.store.state import DemoState, Library

__all__ = [
    "DemoServer",
    "DemoState",
    "Library",
    "Package",
    "Weights",
    "build_package",
    "demo_library",
    "many",
]
