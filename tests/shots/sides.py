"""Pictures of a desktop that reads from right to left, and of one that asks for high contrast."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from tests.shots import dialogs, estimates, pull_servers
from tests.shots import main_window as main
from tests.shots.language import MIRRORED
from tests.shots.registry import SHOTS

PICTURES: dict[str, Callable[[], QWidget]] = {
    "main": main.main_window,
    "main-min-720x440": main.smallest,
    "main-multiselect": main.multiselect,
    "main-downloads": main.downloads,
    "empty": main.empty,
    "offline": main.offline,
    "offline-with-list": main.offline_with_list,
    "menu-row": main.menu_row,
    "pull": estimates.NEW,
    "pull-servers": pull_servers.pull_servers,
    "details-overview": dialogs.details_overview,
    "details-layers": dialogs.details_layers,
    "delete-several": dialogs.delete_several,
    "settings-general": lambda: dialogs.settings("general"),
    "settings-about": lambda: dialogs.settings("about"),
}

for name, build in PICTURES.items():
    SHOTS.add(f"mirrored-{name}", themes=("light",), locale=MIRRORED, is_mirrored=True)(build)
    SHOTS.add(f"contrast-{name}", has_high_contrast=True)(build)
