"""The shape of a message about an error, and what its first button does."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from tray_app.core.error_words import error_words
from tray_app.core.errors import ListProblem, NotDone
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text.plain import one_line
from tray_app.text.wording import fill, tr

if TYPE_CHECKING:
    from tray_app.text.addresses import ServerAddress


class Action(StrEnum):
    """The first button beside a message."""

    NONE = "none"
    RETRY = "retry"
    START = "start"
    GET_OLLAMA = "get_ollama"
    CHANGE_SERVER = "change_server"
    EDIT_SERVER = "edit_server"
    USE_HTTPS = "use_https"


@dataclass(frozen=True, slots=True)
class Message:
    """Plain text all through. `hint` and `details` (raw, several lines) may be empty."""

    title: str
    body: str
    hint: str = ""
    action: Action = Action.NONE
    details: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One error to be worded, and what is known around it."""

    error: Any
    place: ServerAddress
    is_installed: bool | None = None
    version: str = ""

    def fill(self, template: str, **values: object) -> str:
        """`template` with the server's names and `values` in it."""
        return fill(
            template,
            server=self.place.label,
            address=self.place.host_port,
            host=self.place.host,
            port=self.place.port,
            path=self.place.path,
            **values,
        )


def action_label(action: Action) -> str:
    """The button of an action; "" for none."""
    return {
        Action.RETRY: tr("Retry"),
        Action.START: tr("Start Ollama"),
        Action.GET_OLLAMA: tr("Get Ollama"),
        Action.CHANGE_SERVER: tr("Change server…"),
        Action.EDIT_SERVER: tr("Edit server…"),
        Action.USE_HTTPS: tr("Use https…"),
    }.get(action, "")


def ollama_says(text: str) -> str:
    """The server's own words, on one line."""
    words = one_line(error_words(text))
    if not words:
        return tr("Ollama gave no reason.")
    return fill(tr("Ollama says: “{text}”"), text=words)


def not_done(error: NotDone, server_label: str) -> str:
    """The list of a server contradicts what it reported."""
    name = one_line(error.reference, 120)
    return fill(_NOT_DONE[error.problem](), server=server_label, name=name)


_NOT_DONE: dict[ListProblem, Callable[[], str]] = {
    ListProblem.MISSING: lambda: tr(
        "“{server}” reported success, but {name} isn’t in its list of models."
    ),
    ListProblem.STILL_THERE: lambda: tr(
        "“{server}” reported success, but {name} is still in its list of models."
    ),
    ListProblem.EMPTY: lambda: tr(
        "“{server}” reported success, but {name} is empty there: what its registry sent "
        "wasn’t a model."
    ),
}


class NoticeText(NamedTuple):
    """Title and text of one notification."""

    title: str
    body: str
