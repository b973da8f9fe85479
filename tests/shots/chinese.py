"""Pictures in Chinese: those of the other files again, and the smallest window with downloads."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from tests.shots import data
from tests.shots import dialogs as _dialogs  # noqa: F401  # their pictures are entered first
from tests.shots import downloads as _downloads  # noqa: F401
from tests.shots import estimates as _estimates  # noqa: F401
from tests.shots import renames as _renames  # noqa: F401
from tests.shots.main_window import filled
from tests.shots.registry import SHOTS
from tests.support import facts

_AGAIN = {
    *("main-min-720x440", "main-downloads", "main-multiselect", "main-no-match", "empty"),
    *(
        "connecting",
        "offline",
        "offline-with-list",
        "menu-row",
        "menu-more",
        "menu-columns",
        "help",
    ),
    *("pull-blank", "pull-new", "pull-space", "pull-short", "pull-not-found", "pull-no-network"),
    *("details-overview", "details-model-info", "details-layers", "delete-one", "delete-several"),
    *("settings-general", "settings-servers", "settings-downloads-whole", "settings-notifications"),
    *(
        "settings-about",
        "settings-narrow",
        "quit",
        "cancel",
        "duplicate",
        "rename",
        "rename-case-only",
        "rename-result",
        "history",
        "downloads-speed",
    ),
}


@SHOTS.add("zh-downloads-720x440", locale="zh_CN")
def downloads() -> QWidget:
    made = filled(720, 440)
    for item in data.PULLS:
        facts.set_download(made._state, item)
    made._state.set_pull_summary(data.SUMMARY)
    return made


for shot in [shot for shot in SHOTS if shot.name in _AGAIN]:
    SHOTS.shots.append(replace(shot, name=f"zh-{shot.name}", locale="zh_CN"))
