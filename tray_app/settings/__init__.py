"""The settings: one frozen dataclass of values, kept in a JSON file. No wording, no widgets.

`values.py` says which fields there are and what they may hold, `file.py` reads and writes the
file, `store.py` is the object that the program shares.
"""

from tray_app.settings.store import Settings
from tray_app.settings.values import ServerEntry, SettingsValues

__all__ = ["ServerEntry", "Settings", "SettingsValues"]
