"""What is wrong with a text that is no model name, as shown below the field."""

from __future__ import annotations

from collections.abc import Callable

from tray_app.core.errors import BadName, NameProblem
from tray_app.core.names import DEFAULT_HOST, ModelName
from tray_app.core.pasted import HF_HOSTS
from tray_app.text.plain import one_line
from tray_app.text.wording import fill, tr


def name_problem(error: BadName) -> str:
    """One sentence that says what to mend."""
    if error.problem is NameProblem.LINK and error.context:
        text = tr("Only whole models can be pulled, and this link is to a part of {name}.")
        return fill(text, name=one_line(error.context, 120))
    piece = one_line(error.context, 40) or error.context[:1]
    if error.problem is NameProblem.CHARACTER and len(error.context) > 1:
        # Each of its characters is legal somewhere, but not in this place.
        return fill(tr("“{piece}” isn’t a valid part of a name."), piece=piece)
    return fill(_PROBLEMS[error.problem](), piece=piece)


_PROBLEMS: dict[NameProblem, Callable[[], str]] = {
    NameProblem.EMPTY: lambda: tr("Type a name first."),
    NameProblem.SPACE: lambda: tr("A name can’t contain a space."),
    NameProblem.CHARACTER: lambda: tr(
        "A name can’t contain “{piece}”. Allowed: letters, digits and . _ - : /"
    ),
    NameProblem.EMPTY_PART: lambda: tr("Something is missing before or after “{piece}”."),
    NameProblem.EMPTY_TAG: lambda: tr("Add a tag after “:”, or remove it."),
    NameProblem.BOTH_SUFFIXES: lambda: tr("Use either :local or :cloud, not both."),
    NameProblem.TOO_LONG: lambda: tr("This part is too long: “{piece}”."),
    NameProblem.NO_NAMESPACE: lambda: tr(
        "A name with “{piece}” in front needs a user too: host/user/model."
    ),
    NameProblem.LINK: lambda: tr("There is no model name for this link. Type the name instead."),
    NameProblem.TOO_MANY_PARTS: lambda: tr("There are too many “/”. Use host/user/model:tag."),
}


def registry_name(name: str) -> str:
    """Where a model comes from: "ollama.com", "Hugging Face" or a host."""
    try:
        host = ModelName.parse(name).host
    except BadName:
        return "ollama.com"
    if host.casefold() == DEFAULT_HOST:
        return "ollama.com"
    return "Hugging Face" if host.casefold() in HF_HOSTS else one_line(host, 80)


def origin_line(name: ModelName) -> str:
    """Where it will come from, below the name field: "On Hugging Face"."""
    return fill(tr("On {registry}"), registry=registry_name(str(name)))


def taken_from(pasted: str) -> str:
    """Said after a pasted text was cleaned up."""
    return fill(tr("Taken from “{text}”"), text=one_line(pasted, 80))


def short_name(name: str) -> str:
    """A name for running text: without ":latest"."""
    return one_line(name.removesuffix(":latest"), 120)
