"""The group *This computer* of the settings page Servers."""

from tray_app.text import tr
from tray_app.views.components.inputs import CheckBox
from tray_app.views.settings.rows import SettingsPage


def add_this_computer(page: SettingsPage) -> CheckBox:
    """Put it below what is there; its last stop of Tab."""
    card = page.add_group(tr("This computer"))
    row = page.add_check(
        card,
        "start_ollama",
        tr("Start &Ollama with Ollama Tray if it isn’t running"),
        tr(
            "Starts the Ollama app or service that is installed here. Ollama Tray never stops a "
            "server it didn’t start."
        ),
    )
    return row.box
