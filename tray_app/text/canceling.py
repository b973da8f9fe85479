"""The question before a download is canceled of which much is there already."""

from __future__ import annotations

from typing import NamedTuple

from tray_app.core.pulls.states import PullItem
from tray_app.text.names import short_name
from tray_app.text.plain import one_line
from tray_app.text.units import size
from tray_app.text.wording import fill, tr


class CancelText(NamedTuple):
    """Question, what it means, and the two answers."""

    title: str
    body: str
    keep: str
    cancel: str


def cancel_question(item: PullItem, server_label: str) -> CancelText:
    """Asked of who cancels a download."""
    return CancelText(
        fill(tr("Cancel the download of {name}?"), name=one_line(short_name(item.name), 120)),
        fill(
            tr(
                "{size} are already there. “{server}” keeps them until Ollama is started anew;"
                " a download before that goes on from here, a later one from the beginning."
            ),
            size=size(item.partial_bytes),
            server=one_line(server_label, 60),
        ),
        tr("&Keep downloading"),
        tr("Cancel &download"),
    )
