"""What the pull dialog knows of the text in its field: name or problem, origin, what is here.

Plain functions and objects over records, so that every case can be tested without a window.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from heapq import nlargest, nsmallest
from itertools import chain
from typing import TYPE_CHECKING

from tray_app.core.errors import BadName, ModelNotFound, NameProblem, TooOld
from tray_app.core.estimate import DiskFit, PullEstimate, disk_fit
from tray_app.core.installed import InstalledModels
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import ModelName, canonical, clean
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.versions import is_too_old
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

if TYPE_CHECKING:
    from tray_app.core.pulls.rules import Room
    from tray_app.core.records import ModelRecord, Recommendation

MAX_SUGGESTIONS = 6
MAX_COMPARED = 200
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
        return Reading(cleaned, ModelName.of_pasted(text))
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
    elif error.problem is NameProblem.LINK:
        joined = error.context
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
    here: ModelRecord | None,
    server: ServerFacts,
) -> Helper:
    """What stands below the field: what is wrong, else where the name is from. `source` is what
    was pasted or typed, `here` the installed model of that name."""
    wrong = _what_is_wrong(reading, answer, here, server)
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
    here: ModelRecord | None,
    server: ServerFacts,
) -> str:
    if reading.problem is not None:
        return name_problem(reading.problem)
    if reading.name is None or answer is None:
        return ""
    if is_too_old(server.version, answer.requires):
        return needs_newer(server.label, server.version, answer.requires)
    if isinstance(answer.failure, TooOld):
        return needs_newer(server.label, server.version, answer.failure.needs)
    # A model that was made on the server is at no registry, and nothing is wrong with that.
    if isinstance(answer.failure, ModelNotFound) and here is None:
        return not_found(reading.cleaned)
    return ""


def will_fail(answer: PullEstimate, version: str, room: Room | None) -> bool:
    """Whether a pull of a model that was found would end badly, if it did not wait for room."""
    is_short = room is not None and disk_fit(room) is DiskFit.SHORT
    return is_short or is_too_old(version, answer.requires)


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


def suggestions(recommended: Sequence[Recommendation], here: InstalledModels) -> list[Suggestion]:
    """What is offered while the field is blank."""
    return [_suggestion(row, here) for row in recommended[:MAX_SUGGESTIONS]]


def _suggestion(row: Recommendation, here: InstalledModels) -> Suggestion:
    if canonical(row.name) in here:
        return Suggestion(row.name, row.description, tr("Already here"), is_here=True)
    if row.is_cloud:
        return Suggestion(row.name, row.description, tr("Cloud"))
    note = ""
    if row.vram_bytes:
        note = tr("{size} of graphics memory").format(size=size(row.vram_bytes))
    return Suggestion(row.name, row.description, note)


class KnownNames:
    """All names that may have been meant: of unfinished downloads, suggested, installed.

    To look through thousands takes longer than an event of a download may, so the last question
    of each kind is remembered: ask the same object again until one of the names is another.
    """

    def __init__(
        self,
        recommended: Sequence[Recommendation] = (),
        here: InstalledModels | None = None,
        downloads: Sequence[str] = (),
    ) -> None:
        self._here = here or InstalledModels()
        self._made_of = (tuple(recommended), self._here.names, tuple(downloads))
        self._others: dict[str, Suggestion] = {}
        for name in downloads:
            self._others[canonical(name)] = Suggestion(name, tr("In your downloads"))
        for row in recommended:
            self._others.setdefault(canonical(row.name), _suggestion(row, self._here))
        self._similar: tuple[str, list[Suggestion]] = ("", [])
        self._misspelt: tuple[str, list[Suggestion]] = ("", [])

    def renewed(
        self,
        recommended: Sequence[Recommendation],
        here: InstalledModels,
        downloads: Sequence[str],
    ) -> KnownNames:
        """Itself when these are the names that it knows."""
        if self._made_of == (tuple(recommended), here.names, tuple(downloads)):
            return self
        return KnownNames(recommended, here, downloads)

    def similar(self, text: str) -> list[Suggestion]:
        """Names that contain what was typed, other than that very name."""
        needle = text.strip().casefold()
        if self._similar[0] != needle:
            self._similar = (needle, self._find_similar(needle, canonical(text)))
        return self._similar[1]

    def _find_similar(self, needle: str, typed: str) -> list[Suggestion]:
        if len(needle) < 2:
            return []
        matches = {key for key in chain(self._others, self._here.by_key) if needle in key}
        matches.discard(typed)
        names = ((self._name(key).casefold(), key) for key in matches)
        first = nsmallest(
            MAX_SUGGESTIONS, names, key=lambda pair: (not pair[0].startswith(needle), pair)
        )
        return [self._of(key) for _, key in first]

    def misspelt(self, name: ModelName) -> list[Suggestion]:
        """Names that differ in a few letters from one that does not exist, the nearest first;
        other tags of a model are near too."""
        typed = str(name).casefold()
        if self._misspelt[0] != typed:
            self._misspelt = (typed, self._find_misspelt(typed))
        return self._misspelt[1]

    def _find_misspelt(self, typed: str) -> list[Suggestion]:
        found = {*self._others, *self._here.by_key} - {typed}
        # Comparing is slow: only names with the most pairs of letters in common are compared.
        pairs = {typed[at : at + 2] for at in range(len(typed) - 1)}
        alike = nlargest(MAX_COMPARED, found, key=lambda key: (sum(p in key for p in pairs), key))
        near = get_close_matches(typed, alike, MAX_SUGGESTIONS, _LIKENESS)
        base = typed.rpartition(":")[0]
        near += sorted(key for key in found if key.rpartition(":")[0] == base and key not in near)
        return [self._of(key) for key in near[:MAX_SUGGESTIONS]]

    def _name(self, key: str) -> str:
        other = self._others.get(key)
        return other.name if other is not None else self._here.by_key[key].name

    def _of(self, key: str) -> Suggestion:
        other = self._others.get(key)
        return other or Suggestion(self._name(key), "", tr("Already here"), is_here=True)
