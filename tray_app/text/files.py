"""What keeps a file of ours from being written, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

from tray_app.core.file_failures import FileFailed, FileProblem
from tray_app.core.payloads import LoginRefusal
from tray_app.text.messages import Message
from tray_app.text.plain import one_line
from tray_app.text.wording import fill, isolated, tr


def save_failed_report(failure: FileFailed) -> Message:
    """A file of ours could not be written; what it holds counts until the program ends."""
    return file_message(tr("Settings or downloads can’t be saved"), failure)


def autostart_failed_report(failure: FileFailed) -> Message:
    """The entry that starts the program at login could not be written or removed."""
    return file_message(tr("Start at login can’t be changed"), failure)


def login_reason() -> str:
    """Why a portal is asked to let us run in the background."""
    return tr("To start when you sign in, and to finish downloads in the tray")


def login_refused_report(refusal: LoginRefusal) -> Message:
    """The desktop did not do what the switch was to do."""
    body, hint = _REFUSALS[refusal]()
    return Message(tr("Start at login can’t be changed"), body, hint)


def file_message(title: str, failure: FileFailed) -> Message:
    """`title`, why, and what to do."""
    _, hint = _FILES[failure.problem]()
    return Message(title, file_sentence(failure), hint)


def file_sentence(failure: FileFailed) -> str:
    """Why a file of ours could not be written."""
    sentence, _ = _FILES[failure.problem]()
    path = isolated(one_line(failure.reference, 400))
    return fill(sentence, path=path, reason=one_line(failure.context, 200))


_REFUSALS: dict[LoginRefusal, Callable[[], tuple[str, str]]] = {
    LoginRefusal.REFUSED: lambda: (
        tr("It was refused."),
        tr("Allow Ollama Tray to run in the background in the settings of your desktop."),
    ),
    LoginRefusal.NOT_OFFERED: lambda: (
        tr("This desktop doesn’t let programs from a sandbox do it."),
        tr("Add Ollama Tray to the programs that your desktop starts."),
    ),
    LoginRefusal.NO_ANSWER: lambda: (
        tr("Your desktop doesn’t answer."),
        tr("Try again later."),
    ),
    LoginRefusal.NOT_DONE: lambda: (
        tr("Your desktop couldn’t do it."),
        tr("Try again later."),
    ),
}
_FILES: dict[FileProblem, Callable[[], tuple[str, str]]] = {
    FileProblem.NO_ROOM: lambda: (
        tr("There is no room left on the disk for {path}."),
        tr("Delete something there."),
    ),
    FileProblem.NOT_ALLOWED: lambda: (
        tr("Ollama Tray isn’t allowed to write {path}."),
        tr("Give yourself permission to write there."),
    ),
    FileProblem.READ_ONLY: lambda: (
        tr("The disk that {path} is on is read-only."),
        tr("Make it writable."),
    ),
    FileProblem.IN_USE: lambda: (
        tr("Another program has {path} open."),
        tr("Close that program, then change it again."),
    ),
    FileProblem.IN_THE_WAY: lambda: (
        tr("Something else is where {path} should be."),
        tr("Move it out of the way."),
    ),
    FileProblem.OTHER: lambda: (tr("{path} can’t be written: {reason}."), ""),
}
