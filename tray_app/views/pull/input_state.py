"""What the pull dialog knows of the text in its field: name or problem, origin, what is here.

Plain functions over records, so that every case can be tested without a window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from tray_app.core.errors import BadName, ModelNotFound, NameProblem, TooOld
from tray_app.core.estimate import DiskFit, PullEstimate, disk_fit, is_older
from tray_app.core.names import ModelName, canonical, clean
from tray_app.core.pulls.states import UNFINISHED, PullItem, PullState
from tray_app.core.records import ModelRecord, Recommendation
from tray_app.text import (
    name_problem,
    needs_newer,
    not_found,
    origin_line,
    percent,
    size,
    taken_from,
    tr,
)
from tray_app.views.pull.suggestions import Suggestion
from tray_app.views.theme import Tone

MAX_SUGGESTIONS = 6
_LIKENESS = 0.7


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text is understood. Exactly one of `name` and `problem` is set, none when blank.

    `cleaned` differs from the text when a link or a command was recognized; `proposal` is a
    legal name near an illegal text.
    """

    cleaned: str = ""
    name: ModelName | None = None
    problem: BadName | None = None
    proposal: str = ""


def read(text: str) -> Reading:
    """Understand what stands in the field."""
    if not text.strip():
        return Reading()
    cleaned = clean(text)
    try:
        return Reading(cleaned, ModelName.parse(cleaned))
    except BadName as error:
        if error.problem is NameProblem.EMPTY:
            return Reading()
        return Reading(cleaned, problem=error, proposal=_proposal(cleaned, error))


def _proposal(text: str, error: BadName) -> str:
    if error.problem is NameProblem.SPACE:
        words = text.split()
        joined = ":".join(words) if len(words) == 2 and ":" not in text else "-".join(words)
    elif error.problem is NameProblem.EMPTY_TAG:
        joined = text.rstrip(":")
    else:
        return ""
    try:
        ModelName.parse(joined)
    except BadName:
        return ""
    return joined


@dataclass(frozen=True, slots=True)
class Helper:
    """The line below the field; `use` is a link behind it, `is_wrong` marks the field."""

    text: str
    glyph: str = ""
    state: Tone | None = None
    use: str = ""
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """The server that pulls, as far as it matters below the field."""

    label: str = ""
    version: str = ""


def helper(
    reading: Reading,
    source: str,
    answer: PullEstimate | None,
    models: Iterable[ModelRecord],
    server: ServerFacts,
) -> Helper:
    """What stands below the field: what is wrong, else where the name is from. `source` is what
    was pasted or typed."""
    wrong = _what_is_wrong(reading, answer, models, server)
    if wrong:
        use = tr("Use {name}").format(name=reading.proposal) if reading.proposal else ""
        return Helper(wrong, "error", Tone.DANGER, use, is_wrong=True)
    if reading.name is None:
        return Helper(tr("Type a name, or paste a link or an “ollama run” command."))
    if reading.cleaned != source.strip():
        return Helper(taken_from(source), "check", Tone.OK)
    return Helper(origin_line(reading.name))


def _what_is_wrong(
    reading: Reading,
    answer: PullEstimate | None,
    models: Iterable[ModelRecord],
    server: ServerFacts,
) -> str:
    if reading.problem is not None:
        return name_problem(reading.problem)
    if reading.name is None or answer is None:
        return ""
    if is_older(server.version, answer.requires):
        return needs_newer(server.label, server.version, answer.requires)
    if isinstance(answer.failure, TooOld):
        return needs_newer(server.label, server.version, answer.failure.needs)
    # A model that was made on the server is at no registry, and nothing is wrong with that.
    if isinstance(answer.failure, ModelNotFound) and installed(reading.name, models) is None:
        return not_found(reading.cleaned)
    return ""


def will_fail(answer: PullEstimate, version: str) -> bool:
    """Whether a pull of a model that was found would end badly."""
    return disk_fit(answer) is DiskFit.SHORT or is_older(version, answer.requires)


def installed(name: ModelName, models: Iterable[ModelRecord]) -> ModelRecord | None:
    """The installed model of that name; servers compare names without case."""
    wanted = str(name).casefold()
    return next((model for model in models if canonical(model.name) == wanted), None)


def downloading(name: ModelName, server_id: str, items: Iterable[PullItem]) -> PullItem | None:
    """The unfinished download of that name to that server."""
    wanted = str(name).casefold()
    return next(
        (
            item
            for item in items
            if item.server_id == server_id
            and item.state in UNFINISHED
            and canonical(item.name) == wanted
        ),
        None,
    )


def downloading_title(item: PullItem) -> str:
    """ "Already downloading, 66%"."""
    share = percent(item.progress.permille) if item.progress else ""
    if item.state is PullState.PAUSED:
        plain, counted = tr("This download is paused"), tr("This download is paused, {share}")
    elif item.state is PullState.WAITING:
        plain, counted = tr("Already waiting in line"), tr("Already waiting in line, {share}")
    else:
        plain, counted = tr("Already downloading"), tr("Already downloading, {share}")
    return counted.format(share=share) if share else plain


def suggestions(
    recommended: Sequence[Recommendation], models: Sequence[ModelRecord]
) -> list[Suggestion]:
    """What is offered while the field is blank."""
    here = {canonical(model.name) for model in models}
    return [_suggestion(row, here) for row in recommended[:MAX_SUGGESTIONS]]


def _suggestion(row: Recommendation, here: set[str]) -> Suggestion:
    if canonical(row.name) in here:
        return Suggestion(row.name, row.description, tr("Already here"), is_here=True)
    if row.is_cloud:
        return Suggestion(row.name, row.description, tr("Cloud"))
    note = ""
    if row.vram_bytes:
        note = tr("{size} of graphics memory").format(size=size(row.vram_bytes))
    return Suggestion(row.name, row.description, note)


def similar(
    text: str,
    recommended: Sequence[Recommendation],
    models: Sequence[ModelRecord],
    items: Sequence[PullItem],
) -> list[Suggestion]:
    """Known names that contain what was typed, other than that very name."""
    needle = text.strip().casefold()
    if len(needle) < 2:
        return []
    typed = canonical(text)
    found = _known_names(recommended, models, items)
    matches = [s for key, s in found.items() if needle in key and key != typed]
    matches.sort(key=lambda s: (not s.name.casefold().startswith(needle), s.name.casefold()))
    return matches[:MAX_SUGGESTIONS]


def misspelt(
    name: ModelName,
    recommended: Sequence[Recommendation],
    models: Sequence[ModelRecord],
    items: Sequence[PullItem],
) -> list[Suggestion]:
    """Known names that differ in a few letters from one that does not exist, the nearest first;
    other tags of a model are near too."""
    found = _known_names(recommended, models, items)
    typed = str(name).casefold()
    found.pop(typed, None)
    near = get_close_matches(typed, found, MAX_SUGGESTIONS, _LIKENESS)
    base = typed.rpartition(":")[0]
    near += sorted(key for key in found if key.rpartition(":")[0] == base and key not in near)
    return [found[key] for key in near[:MAX_SUGGESTIONS]]


def _known_names(
    recommended: Sequence[Recommendation],
    models: Sequence[ModelRecord],
    items: Sequence[PullItem],
) -> dict[str, Suggestion]:
    here = {canonical(model.name) for model in models}
    found: dict[str, Suggestion] = {}
    for item in items:
        if item.state in UNFINISHED:
            found[canonical(item.name)] = Suggestion(item.name, tr("In your downloads"))
    for row in recommended:
        found.setdefault(canonical(row.name), _suggestion(row, here))
    for model in models:
        note = tr("Already here")
        found.setdefault(canonical(model.name), Suggestion(model.name, "", note, is_here=True))
    return found
