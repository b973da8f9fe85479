"""What is said of names that models are given: why one is refused, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

from tray_app.core.names import split_display
from tray_app.core.payloads import Verb
from tray_app.core.renaming import (
    CleanUp,
    Ending,
    NameRefusal,
    Refused,
    RenameOutcome,
    is_about_space,
)
from tray_app.text.errors import error_text
from tray_app.text.names import name_problem
from tray_app.text.plain import one_line
from tray_app.text.wording import fill, sentences, tr

_LIMIT = 80


def refusal_line(refused: Refused) -> str:
    """What stands below the field; "" where nothing need be said."""
    if refused.reason is NameRefusal.GRAMMAR and refused.error is not None:
        return name_problem(refused.error)
    if refused.reason is NameRefusal.RESERVED:
        sentence = tr("“:{tag}” has a meaning of its own. Choose another tag.")
        return fill(sentence, tag=refused.tag)
    if refused.reason is NameRefusal.CASE_ONLY:
        return tr(
            "Only upper and lower case differ. Ollama can’t rename that way: "
            "the model would be lost."
        )
    if refused.reason is NameRefusal.EXISTS:
        return tr("A model with this name exists.")
    return ""


def busy_line(name: str, verb: Verb) -> str:
    """Why a name has to wait: something is being done to the model that has it."""
    sentence = _BUSY.get(verb, _BUSY_OTHERWISE)()
    return fill(sentence, name=one_line(name, _LIMIT))


def _busy_otherwise() -> str:
    return tr("{name} is being worked on. Wait until that is done.")


_BUSY_OTHERWISE: Callable[[], str] = _busy_otherwise
_BUSY: dict[Verb, Callable[[], str]] = {
    Verb.PULL: lambda: tr("{name} is being updated. Wait until that is done."),
    Verb.DELETE: lambda: tr("{name} is being deleted. Wait until that is done."),
    Verb.LOAD: lambda: tr("{name} is being loaded. Wait until that is done."),
    Verb.UNLOAD: lambda: tr("{name} is being unloaded. Wait until that is done."),
    Verb.RENAME: lambda: tr("{name} is being renamed. Wait until that is done."),
}


def arriving_line(name: str) -> str:
    """Why a name cannot be had: a model of that name is on its way."""
    sentence = tr("{name} is in the downloads. Wait until that is done.")
    return fill(sentence, name=one_line(name, _LIMIT))


def rename_line(outcome: RenameOutcome) -> str:
    """What came of a copy or a rename, in one to three sentences."""
    if outcome.ending in (Ending.DISK_FULL, Ending.DAMAGED):
        return _full_disk(outcome)
    words = {
        "name": one_line(outcome.source.name, _LIMIT),
        "copy": one_line(outcome.name or outcome.destination, _LIMIT),
    }
    # The reason is a server's own: nothing in it is filled in.
    reason = error_text(outcome.error).body if outcome.error is not None else ""
    before, after = _around_reason(outcome)
    return sentences(fill(before, **words), reason, fill(after, **words))


def _around_reason(outcome: RenameOutcome) -> tuple[str, str]:
    """What is said before the server's reason, if it gave one, and behind it."""
    ending = outcome.ending
    if ending is Ending.RENAMED:
        return _renamed(outcome), ""
    if ending is Ending.COPIED:
        return tr("Copied {name} to {copy}."), ""
    if ending is Ending.DIFFERS and not outcome.is_rename:
        return tr("The copy {copy} has another digest than {name}."), ""
    if ending is Ending.DIFFERS:
        both = tr("{name} wasn’t deleted: the copy {copy} has another digest. Both are kept.")
        return both, ""
    if ending is Ending.NOT_DELETED:
        return tr("{name} wasn’t deleted, and is now also there as {copy}. Both are kept."), ""
    if ending is Ending.BROKEN_OFF:
        return "", tr("{name} is deleted only once its copy is seen.")
    return _WHY_NOT[ending](), tr("Nothing was changed.")


def _renamed(outcome: RenameOutcome) -> str:
    if not outcome.is_folded:
        return tr("Renamed {name} to {copy}.")
    asked, listed = split_display(outcome.destination), split_display(outcome.name)
    if asked[:2] == listed[:2]:
        return tr("Renamed to {copy}: Ollama writes the tag as another model does.")
    return tr("Renamed to {copy}: Ollama writes the name as another model does.")


_WHY_NOT: dict[Ending, Callable[[], str]] = {
    Ending.NOT_MADE: lambda: tr("The copy didn’t appear."),
    Ending.GONE: lambda: tr("{name} isn’t there any more."),
    Ending.CHANGED: lambda: tr("{name} is another version by now."),
    Ending.TAKEN: lambda: tr("A model called {copy} exists by now."),
    Ending.LOADED: lambda: tr("{name} has been loaded meanwhile."),
    Ending.UNDELETABLE: lambda: tr("Ollama can’t delete a model called {name}."),
}


def _full_disk(outcome: RenameOutcome) -> str:
    if outcome.ending is Ending.DISK_FULL:
        return tr("Not enough disk space for the copy. What it left was cleaned up.")
    sentence = tr("Not enough disk space for the copy: it left the damaged name {copy}.")
    if not is_about_space(outcome.error):
        sentence = tr("The copy failed and left the damaged name {copy}.")
    return fill(sentence, copy=one_line(outcome.destination, _LIMIT))


def clean_up_line(found: CleanUp) -> str:
    """What came of the wish to clean up."""
    if found.is_clean:
        return tr("What the copy left was cleaned up.")
    sentence = tr("The damaged name {name} is still there. Free some disk space and try again.")
    return fill(sentence, name=one_line(found.ref.name, _LIMIT))
