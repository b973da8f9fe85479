"""The composition root: builds every object and makes every connection between layers.

No logic of its own: what happens is in the objects, who tells whom stands here.
"""

from tray_app.app.start import main

__all__ = ["main"]
