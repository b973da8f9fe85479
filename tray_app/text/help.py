"""The sentences of the help page: what leaves this computer, why, and how to switch it off."""

from __future__ import annotations

from typing import NamedTuple

from tray_app.core.destinations import Destination, Purpose
from tray_app.text.wording import tr


class Leaving(NamedTuple):
    """One thing that leaves this computer: to whom, why, and how to stop it."""

    title: str
    why: str
    off: str


def leaving(destination: Destination) -> Leaving:
    """What the page says of a destination; its hosts stand in the title."""
    title, why, off = _words(destination.purpose)
    hosts = tr(", ", "between parts of a line").join(destination.hosts)
    return Leaving(f"{title}: {hosts}" if hosts else title, why, off)


def _words(purpose: Purpose) -> tuple[str, str, str]:
    return {
        Purpose.SERVERS: (
            tr("Your Ollama servers"),
            tr("All that you do with models, and what is listed, is asked of them."),
            tr("Settings, Servers: switch a server off, or remove it."),
        ),
        Purpose.REGISTRY: (
            tr("The registry of Ollama"),
            tr(
                "The name of a model, to learn its size, its parts and whether there is a newer "
                "version. The doctor looks whether it can be reached."
            ),
            tr(
                "Settings, Updates: check never. A name that you want to pull or look up is asked "
                "for all the same."
            ),
        ),
        Purpose.HUGGING_FACE: (
            tr("Hugging Face"),
            tr("The same for models that come from there."),
            tr("Settings, Updates: take the tick away from “Also models from Hugging Face”."),
        ),
        Purpose.OTHER_REGISTRIES: (
            tr("Other registries"),
            tr("The same for models that come from there, where you have allowed it."),
            tr("Settings, Updates: Other registries."),
        ),
        Purpose.NEWER_OLLAMA: (
            tr("A newer Ollama"),
            tr("Which version is the newest, once a week. Nothing of yours is told."),
            tr("Settings, Updates: Look for a newer Ollama, never."),
        ),
        Purpose.NEWER_TRAY: (
            tr("A newer Ollama Tray"),
            tr(
                "Which version is the newest, once a week, where no store or package manager "
                "brings it. Nothing of yours is told."
            ),
            tr("Settings, Updates: Look for a newer Ollama Tray, never."),
        ),
        Purpose.WAKING: (
            tr("Computers of your network that sleep"),
            tr("The signal that wakes them, when you choose Wake."),
            tr("Settings, Servers: leave out the MAC address of the server."),
        ),
        Purpose.BROWSER: (
            tr("Pages in your browser"),
            tr("Opened when you choose a link, and by the browser alone."),
            tr("Choose none."),
        ),
    }[purpose]
