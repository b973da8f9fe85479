"""The settings: one frozen dataclass of values, kept in a JSON file. No wording, no widgets.

`values.py` says which fields there are and `servers.py` what is kept of a server, `checks.py` what
they may hold, `store.py` is the object that the
program shares; only that needs Qt.
"""

from typing import TYPE_CHECKING

from tray_app.core.lazy_names import lazy_names

if TYPE_CHECKING:
    from tray_app.settings.servers import ServerEntry
    from tray_app.settings.store import Settings
    from tray_app.settings.values import SettingsValues
else:
    __getattr__ = lazy_names(
        __name__,
        servers="ServerEntry",
        store="Settings",
        values="SettingsValues",
    )
