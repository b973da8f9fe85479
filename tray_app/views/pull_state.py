"""What the pull dialog knows of the text in its field: name or problem, origin, what is here.

Plain functions over records, so that every case can be tested without a window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tray_app.core.errors import BadName, NameProblem
from tray_app.core.names import ModelName, canonical, clean
from tray_app.core.pull_states import UNFINISHED, PullItem, PullState
from tray_app.core.records import ModelRecord, Recommendation
from tray_app.text import percent, size, tr
from tray_app.views.suggestion_list import Suggestion

MAX_SUGGESTIONS = 6


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
    typed = canonical(text)
    matches = [s for key, s in found.items() if needle in key and key != typed]
    matches.sort(key=lambda s: (not s.name.casefold().startswith(needle), s.name.casefold()))
    return matches[:MAX_SUGGESTIONS]
