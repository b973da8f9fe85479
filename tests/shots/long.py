"""Pictures with texts three times as long: nothing may be cut or overlap."""

from PySide6.QtWidgets import QWidget

from tests.shots import data, dialogs, estimates, pull_servers, server_form
from tests.shots import downloads as download_pictures
from tests.shots.language import LONG
from tests.shots.main_window import filled, select
from tests.shots.registry import SHOTS
from tests.support import facts


@SHOTS.add("long-main-720x440", locale=LONG)
def main_window() -> QWidget:
    made = filled(720, 440)
    select(made, "llama3.2:latest")
    return made


@SHOTS.add("long-main", themes=("light",), locale=LONG)
def wide_window() -> QWidget:
    return filled(1200, 600)


@SHOTS.add("long-downloads-720x440", locale=LONG)
def downloads() -> QWidget:
    made = filled(720, 440)
    for item in data.PULLS:
        facts.set_download(made._state, item)
    made._state.set_pull_summary(data.SUMMARY)
    return made


@SHOTS.add("long-pull", themes=("light",), locale=LONG)
def pull() -> QWidget:
    return estimates.NEW()


@SHOTS.add("long-pull-servers", themes=("light",), locale=LONG)
def pull_on() -> QWidget:
    return pull_servers.pull_servers()


@SHOTS.add("long-details", themes=("light",), locale=LONG)
def details() -> QWidget:
    dialog = dialogs.details("qwen3:8b", 0)
    dialog.resize(640, 480)
    return dialog


@SHOTS.add("long-delete", themes=("light",), locale=LONG)
def delete() -> QWidget:
    return dialogs.delete_several()


@SHOTS.add("long-settings-640x440", themes=("light",), locale=LONG)
def settings() -> QWidget:
    dialog = dialogs.settings("general")
    dialog.resize(640, 440)
    return dialog


@SHOTS.add("long-settings-downloads-640x900", themes=("light",), locale=LONG)
def settings_downloads() -> QWidget:
    return dialogs.settings_downloads_narrow()


@SHOTS.add("long-history", themes=("light",), locale=LONG)
def history() -> QWidget:
    return download_pictures.history_filled()


@SHOTS.add("long-speed", themes=("light",), locale=LONG)
def speed() -> QWidget:
    return download_pictures.downloads_speed()


@SHOTS.add("long-settings-servers", themes=("light",), locale=LONG)
def settings_servers() -> QWidget:
    return server_form.settings_servers()


@SHOTS.add("long-server-form", themes=("light",), locale=LONG)
def server_headers() -> QWidget:
    return server_form.server_edit_headers()
