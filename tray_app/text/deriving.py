"""What is said about making a model of an installed one, and about editing one made here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app.core.creates.modelfile import ModelfileWords
from tray_app.text.parameters import as_in, as_now
from tray_app.text.plain import one_line
from tray_app.text.units import size
from tray_app.text.wording import fill, join, number, sentences, tr

if TYPE_CHECKING:
    from tray_app.core.creates.records import Derived, DeriveRequest

_MAX_NAME = 80


def _name(name: str) -> str:
    return one_line(name, _MAX_NAME)


def new_from_title(base: str) -> str:
    return fill(tr("New from {name}"), name=_name(base))


def edit_title(name: str) -> str:
    return fill(tr("Edit {name}"), name=_name(name))


def rebuild_title(name: str) -> str:
    return fill(tr("Rebuild {name}"), name=_name(name))


def shared_line(size_bytes: int | None) -> str:
    """Beside the base: "4.4 GB, shared. Takes no extra disk space."."""
    if size_bytes is None:
        return no_disk_space()
    shared = fill(tr("{size}, shared."), size=size(size_bytes))
    return sentences(shared, no_disk_space())


def no_disk_space() -> str:
    return tr("Takes no extra disk space.")


def made_here_line(source: str) -> str:
    """Beside a model that is edited: "Made here from mistral:7b. Takes no extra disk space."."""
    made = fill(tr("Made here from {name}."), name=_name(source)) if source else tr("Made here.")
    return sentences(made, no_disk_space())


def unloaded_first() -> str:
    return tr("It’s loaded now and will be unloaded first.")


def free_on(server: str) -> str:
    """Below a name that nobody has: "Free on “This computer”."."""
    return fill(tr("Free on “{server}”."), server=server)


# The system prompt.


def system_as_in(base: str, has_one: bool, *, is_edit: bool) -> str:
    """The system prompt is not changed."""
    if not has_one:
        return fill(tr("{name} has none."), name=_name(base))
    return tr("As it is now.") if is_edit else fill(tr("As in {name}."), name=_name(base))


def system_instead(base: str, *, is_edit: bool) -> str:
    """It is another one."""
    if is_edit:
        return tr("Instead of the present one.")
    return fill(tr("Instead of {name}’s."), name=_name(base))


def system_blank() -> str:
    return tr("Ollama can’t remove a system prompt. One blank takes its place.")


def take_over_again() -> str:
    return tr("Take it over again")


def back_to(base: str, *, is_edit: bool) -> str:
    """The link below a template or messages."""
    if is_edit:
        return tr("Back to the present one")
    return fill(tr("Back to {name}’s"), name=_name(base))


# What is folded away.


def template_state(base: str, length: int, *, is_changed: bool, is_edit: bool) -> str:
    """ "as in mistral:7b, 801 characters"."""
    if not length:
        return tr("none")
    origin = tr("changed") if is_changed else as_now() if is_edit else as_in(base)
    return fill(tr("{origin}, {count} characters"), origin=origin, count=number(length))


def messages_state(base: str, count: int, *, is_changed: bool, is_edit: bool) -> str:
    """ "2, as it is now"."""
    if not count:
        return tr("none")
    origin = tr("changed") if is_changed else as_now() if is_edit else as_in(base)
    return fill(tr("{count}, {origin}", "2, as it is now"), count=number(count), origin=origin)


def messages_cannot_go() -> str:
    return tr("They can be replaced, not removed.")


def messages_form() -> str:
    """How messages are written."""
    return tr("Each begins with user: or assistant: on a line of its own.")


def license_state(base: str, license_name: str, *, is_added: bool, is_edit: bool) -> str:
    """ "Apache License 2.0, as in mistral:7b"."""
    if is_added:
        return tr("one is added")
    if license_name and not is_edit:
        text = tr("{license}, as in {name}")
        return fill(text, license=one_line(license_name, 60), name=_name(base))
    if not license_name:
        return tr("none")
    return license_note(base)


def license_note(base: str) -> str:
    return fill(tr("One can be added; those of {name} stay"), name=_name(base))


def keep_today(name: str) -> str:
    """The check box of *Edit*."""
    return fill(tr("&Keep the version of today as {name}"), name=_name(name).replace("&", "&&"))


# What will be sent.


def sent_note(*, is_edit: bool) -> str:
    if is_edit:
        return tr("As a Modelfile. Only what you changed; the rest stays.")
    return tr("As a Modelfile. Only what you changed; the rest is taken over.")


def modelfile_words() -> ModelfileWords:
    """Its comments."""
    return ModelfileWords(
        nothing=tr("Nothing is changed yet"),
        back=tr("{name}: back to the default"),
        emptied=tr("{name}: emptied"),
        unusable=tr("{name}: no usable value yet"),
        unsayable=tr("{name}: sent as it is, but a Modelfile can’t hold its quotes"),
    )


# Why it cannot be done now.


def change_first() -> str:
    return tr("Change something first")


def correct_first(what: str) -> str:
    return fill(tr("Correct {name} first"), name=one_line(what, 40))


def was_deleted(base: str) -> str:
    return fill(tr("{name} was deleted"), name=_name(base))


def read_again(base: str) -> str:
    """The base got another version while the form was open."""
    text = tr("{name} was updated. What is taken over was read again.")
    return fill(text, name=_name(base))


def still_reading(base: str) -> str:
    return fill(tr("Reading {name}…"), name=_name(base))


def not_read(base: str) -> str:
    return fill(tr("{name} couldn’t be read"), name=_name(base))


def name_exists(name: str) -> str:
    text = tr("{name} exists. Creating would replace it.")
    return fill(text, name=_name(name))


def made_meanwhile(name: str) -> str:
    """Somebody has changed the model that was to be edited."""
    return fill(
        tr("{name} has changed meanwhile. What it is now was read again."), name=_name(name)
    )


def open_again(name: str) -> str:
    """What was read of the model that is to be rebuilt is true no more."""
    text = tr("{name} has changed meanwhile. Close this and open it again.")
    return fill(text, name=_name(name))


def why_no_derive(*, is_cloud: bool, is_own: bool, is_edit: bool) -> str:
    """Why the entry of the menu is off; "" = it is not."""
    if is_cloud:
        return tr("Cloud models can’t be changed here")
    if is_edit and not is_own:
        return tr("Only models made on this server can be edited")
    return ""


def is_busy() -> str:
    return tr("Wait until the present work on it is done")


# What has come of it.


def derived_line(derived: Derived) -> str:
    """ "Created mistral-minutes:7b. This Ollama dropped “tools”, which mistral:7b has."."""
    request = derived.request
    text = tr("Saved {name}.") if request.is_edit else tr("Created {name}.")
    done = fill(text, name=_name(derived.ref.name))
    return sentences(done, _lost_line(derived, request)) if derived.lost else done


def _lost_line(derived: Derived, request: DeriveRequest) -> str:
    lost = join([fill(tr("“{word}”"), word=one_line(each, 40)) for each in derived.lost])
    is_same = request.base.name == request.name
    values = {"version": one_line(derived.version, 30), "lost": lost}
    if is_same:
        return fill(tr("This Ollama ({version}) dropped {lost}, which it had."), **values)
    text = tr("This Ollama ({version}) dropped {lost}, which {name} has.")
    return fill(text, name=_name(request.base.name), **values)


def undone_line(name: str) -> str:
    return fill(tr("{name} is what it was before."), name=_name(name))
