"""Lists of models in words: each line of an import's plan, what it amounts to, and what came of
it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING

from tray_app.core.errors import BadName, NameProblem, OllamaError
from tray_app.core.file_failures import FileFailed, FileProblem
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lists.planning import PlanLine, PlanStatus, Totals, Unlisted
from tray_app.core.lists.records import (
    BadLine,
    BadList,
    BadRecipe,
    ListFault,
    ModelList,
    RecipeFault,
)
from tray_app.core.updates.answers import AnswerKind
from tray_app.text.deleting import made_here_line
from tray_app.text.errors import error_text
from tray_app.text.estimates import EstimateLine, LineTone
from tray_app.text.names import registry_name
from tray_app.text.plain import one_line
from tray_app.text.units import percent, size, size_wanted, spoken_size
from tray_app.text.updates import failure_reason
from tray_app.text.wording import (
    MISSING,
    dotted,
    english_singular,
    fill,
    formats,
    isolated,
    number,
    sentences,
    tr,
)

if TYPE_CHECKING:
    from tray_app.core.lists.requests import Exported, ImportRequest, ListLookup, RecipeFailed

_NAME = 120
_SHORT_DIGEST = 12


# A line of the plan.


def line_name(line: PlanLine, *, is_json: bool = False) -> str:
    """What stands at the left: a model's name, or which line it is about."""
    row = line.row
    if isinstance(row, BadLine):
        template = tr("Entry {number}: “{text}”") if is_json else tr("Line {number}: “{text}”")
        return fill(template, number=number(row.line), text=one_line(row.text, 80))
    if line.status is PlanStatus.SAME:
        return fill(tr("Entry {number}") if is_json else tr("Line {number}"), number=row.line)
    return row.name


def line_status(line: PlanLine, *, is_json: bool = False) -> str:
    """How it stands, in a few words."""
    row, status = line.row, line.status
    if isinstance(row, BadLine):
        return bad_line(row)
    if status is PlanStatus.SAME:
        template = tr("The same as entry {number}") if is_json else tr("The same as line {number}")
        return fill(template, number=number(row.same_as))
    if status is PlanStatus.RECIPE and row.recipe is not None:
        base = isolated(one_line(row.recipe.base, _NAME))
        return fill(tr("Recipe, made after {base}"), base=base)
    if status is PlanStatus.DOWNLOADING and line.permille is not None:
        return fill(tr("In the downloads, {percent}"), percent=percent(line.permille))
    if status is PlanStatus.NOT_FOUND:
        return fill(tr("Not found at {registry}"), registry=registry_name(row.name))
    if status is PlanStatus.NOT_LOOKED_UP and line.failure is not None:
        return fill(tr("Not looked up: {reason}"), reason=_not_looked_up(line.failure, row.name))
    return _STATUSES[status]()


_STATUSES: dict[PlanStatus, Callable[[], str]] = {
    PlanStatus.TO_DOWNLOAD: lambda: tr("To download"),
    PlanStatus.OTHER_PUBLISHED: lambda: tr("Another version is published now"),
    PlanStatus.OTHER_HERE: lambda: tr("Here, another version"),
    PlanStatus.RECIPE: lambda: tr("Recipe"),
    PlanStatus.RECIPE_WITHOUT_BASE: lambda: tr("Recipe, its base isn’t listed"),
    PlanStatus.CLOUD: lambda: tr("Cloud model, nothing to download"),
    PlanStatus.NOT_LOOKED_UP: lambda: tr("Not looked up"),
    PlanStatus.HERE: lambda: tr("Here", "a model is on this server"),
    PlanStatus.DOWNLOADING: lambda: tr("In the downloads"),
    PlanStatus.NOT_FOUND: lambda: tr("Not found"),
    PlanStatus.NEEDS_NEWER: lambda: tr("Needs a newer Ollama"),
    PlanStatus.BAD: lambda: tr("Not a name"),
    PlanStatus.SAME: lambda: tr("The same as another line"),
}


def _not_looked_up(failure: AnswerKind, name: str) -> str:
    if failure is AnswerKind.UNREACHABLE:
        return tr("no network")
    return failure_reason(failure, registry_name(name))


def bad_line(row: BadLine) -> str:
    """What is wrong with a line that is no name, or with the recipe of an entry."""
    error = row.error
    if isinstance(error, BadRecipe):
        piece = one_line(error.context, 60)
        reason = fill(_RECIPE_FAULTS[error.fault](), piece=piece)
        return fill(tr("Not a usable recipe: {reason}"), reason=reason)
    return fill(tr("Not a name: {reason}"), reason=_name_fault(error))


def _name_fault(error: BadName) -> str:
    piece = one_line(error.context, 40) or error.context[:1]
    if error.problem is NameProblem.CHARACTER and len(error.context) > 1:
        return fill(tr("“{piece}” can’t stand there"), piece=piece)
    return fill(_NAME_FAULTS[error.problem](), piece=piece)


_NAME_FAULTS: dict[NameProblem, Callable[[], str]] = {
    NameProblem.EMPTY: lambda: tr("it is empty"),
    NameProblem.SPACE: lambda: tr("it contains a space"),
    NameProblem.CHARACTER: lambda: tr("it contains “{piece}”"),
    NameProblem.EMPTY_PART: lambda: tr("something is missing before or after “{piece}”"),
    NameProblem.EMPTY_TAG: lambda: tr("the tag after “:” is missing"),
    NameProblem.BOTH_SUFFIXES: lambda: tr("it ends in both :local and :cloud"),
    NameProblem.TOO_LONG: lambda: tr("a part of it is too long"),
    NameProblem.NO_NAMESPACE: lambda: tr("the user after “{piece}” is missing"),
    NameProblem.TOO_MANY_PARTS: lambda: tr("it has too many “/”"),
    NameProblem.LINK: lambda: tr("the link is to no whole model"),
}

_RECIPE_FAULTS: dict[RecipeFault, Callable[[], str]] = {
    RecipeFault.SHAPE: lambda: tr("“{piece}” isn’t what it should be"),
    RecipeFault.BASE: lambda: tr("it can’t be made from {piece}"),
    RecipeFault.PARAMETER: lambda: tr("the value of {piece} is of the wrong type"),
}


def line_size(line: PlanLine) -> str:
    """What stands at the right: "9.3 GB"; "" where there is nothing to say."""
    if not line.can_tick or line.is_open:
        return ""
    return size(line.fetch_bytes) if line.to_fetch or line.published else MISSING


def line_tip(line: PlanLine) -> str:
    """More about it, "" = there is none."""
    row, record = line.row, line.record
    if isinstance(row, BadLine) or line.status not in (
        *(PlanStatus.OTHER_PUBLISHED, PlanStatus.OTHER_HERE),
    ):
        return ""
    lines = [fill(tr("In the list: {digest}"), digest=row.digest[:_SHORT_DIGEST] or MISSING)]
    if record is not None:
        lines.append(fill(tr("Here: {digest}"), digest=record.digest[:_SHORT_DIGEST] or MISSING))
    if line.published:
        text = tr("At {registry} now: {digest}")
        digest = line.published[:_SHORT_DIGEST]
        lines.append(fill(text, registry=registry_name(row.name), digest=digest))
    if record is not None and line.published and not line.can_tick:
        lines.append(tr("The version in the list isn’t published any more."))
    elif record is not None and not line.can_tick and row.recipe is not None:
        lines.append(made_here_line())
    return "\n".join(lines)


def spoken_line(line: PlanLine, *, is_ticked: bool, is_json: bool = False) -> str:
    """For a screen reader: "qwen3:14b, to download, 9.3 gigabytes, ticked"."""
    parts = [line_name(line, is_json=is_json), line_status(line, is_json=is_json)]
    if line.can_tick and line.to_fetch:
        parts.append(spoken_size(line.fetch_bytes))
    if line.can_tick:
        parts.append(tr("ticked") if is_ticked else tr("not ticked"))
    return tr(", ", "between parts of a line").join(parts)


# The list as a whole.


def list_title(source: str) -> str:
    """What it is called."""
    return one_line(source, _NAME) or tr("Pasted text")


def list_line(models: ModelList) -> str:
    """ "Ollama models of “studio”, 24 April 2026 · 11 lines with recipes"."""
    count = len(models.rows)
    if models.is_json:
        lines = english_singular(count, "1 entry") or tr("%Ln entries", "of a list", count)
    elif models.has_recipes:
        lines = english_singular(count, "1 line with recipes") or tr(
            "%Ln lines with recipes", "", count
        )
    else:
        lines = english_singular(count, "1 line") or tr("%Ln lines", "", count)
    if models.is_cut:
        lines = fill(tr("the first {lines}"), lines=lines)
    bad = tr("the recipes beside it can’t be read") if models.has_bad_recipes else ""
    return dotted(_head(models), lines, bad)


def _head(models: ModelList) -> str:
    server = one_line(models.server, 60)
    if not server:
        return ""
    if models.made_on is None:
        return fill(tr("Ollama models of “{server}”"), server=server)
    on = models.made_on
    date = formats().day(on.year, on.month, on.day, with_year=True)
    return fill(tr("Ollama models of “{server}”, {date}"), server=server, date=date)


@dataclass(frozen=True, slots=True)
class ListNotice:
    """Why there is no plan: what is the matter with a file."""

    title: str
    body: str


def no_names(models: ModelList) -> ListNotice:
    """A file in which nothing is a name."""
    expected = tr("One name a line is expected; lines that begin with # are left out.")
    bad, first = models.first_bad, ""
    if bad is not None:
        text = tr("Line {number}: “{text}” isn’t a name.")
        if models.is_json:
            text = tr("Entry {number}: “{text}” isn’t a name.")
        first = fill(text, number=number(bad.line), text=one_line(bad.text, 60))
    return ListNotice(tr("There’s no model name in this file"), sentences(first, expected))


def unreadable(error: OllamaError) -> ListNotice:
    """A file that is no list, or cannot be read."""
    if isinstance(error, BadList):
        title, body = _FAULTS[error.fault]()
        return ListNotice(title, fill(body, reason=one_line(error.context, 120)))
    title = tr("The file can’t be read")
    if isinstance(error, FileFailed):
        text = tr("{path}: {reason}")
        if error.problem is FileProblem.NOT_ALLOWED:
            text = tr("Ollama Tray isn’t allowed to read {path}.")
        path = isolated(one_line(error.reference, 300))
        return ListNotice(title, fill(text, path=path, reason=one_line(error.context, 120)))
    return ListNotice(title, error_text(error).body)


_FAULTS: dict[ListFault, Callable[[], tuple[str, str]]] = {
    ListFault.TOO_LARGE: lambda: (
        tr("The file is too large for a list"),
        tr("Lists of names are small. Choose another file."),
    ),
    ListFault.NOT_TEXT: lambda: (
        tr("This isn’t a list of models"),
        tr("It isn’t text. One name a line is expected."),
    ),
    ListFault.NOT_JSON: lambda: (tr("The file is damaged"), tr("It isn’t JSON: {reason}")),
    ListFault.NOT_A_LIST: lambda: (
        tr("This isn’t a list of models"),
        tr("It is JSON of something else."),
    ),
    ListFault.NEWER: lambda: (
        tr("The list was made by a newer Ollama Tray"),
        tr("Update Ollama Tray, then import it again."),
    ),
}


def looking_up(lookup: ListLookup) -> tuple[str, str]:
    """ "Looking up 11 models…", "7 of 11"."""
    total = lookup.total
    title = english_singular(total, "Looking up 1 model…") or tr(
        "Looking up %Ln models…", "", total
    )
    done = fill(tr("{done} of {total}"), done=number(lookup.done), total=number(total))
    return title, done


@dataclass(frozen=True, slots=True)
class TotalsLine:
    """What an import amounts to: `tone` GOOD, BAD (it does not fit), or PLAIN."""

    line: EstimateLine
    body: str


def totals_line(
    totals: Totals, free_bytes: int | None, left_bytes: int | None, folder: str, *, is_done: bool
) -> TotalsLine:
    """What the chosen lines amount to. `free_bytes` None = not known; `left_bytes` stay free when
    all is fetched. `is_done`: nothing of the list is left to be had."""
    if is_done:
        here = EstimateLine(tr("Everything is here"), tone=LineTone.GOOD)
        return TotalsLine(here, tr("Nothing has to be done."))
    amount = size(totals.fetch_bytes)
    if left_bytes is not None and left_bytes < 0 and free_bytes is not None:
        text = tr("{size} to download, and {free} are free")
        short = fill(text, size=size_wanted(totals.fetch_bytes), free=size(free_bytes))
        return TotalsLine(EstimateLine(short, tone=LineTone.BAD), "")
    if not totals.chosen:
        return TotalsLine(EstimateLine(tr("Nothing is chosen")), "")
    if totals.fetch_bytes and (totals.open_count or totals.unknown_count):
        text = tr("{count} of {total}: {size} to download so far")
    elif totals.fetch_bytes:
        text = tr("{count} of {total}: {size} to download")
    elif totals.open_count or totals.unknown_count:
        text = tr("{count} of {total}: size not known yet")
    else:
        text = tr("{count} of {total}: nothing to download")
    title = fill(text, count=number(totals.chosen), total=number(totals.of), size=amount)
    queue = tr("The downloads go into the queue.") if totals.fetch_bytes else ""
    if free_bytes is None or left_bytes is None:
        return TotalsLine(EstimateLine(title, tone=LineTone.GOOD), queue)
    room = fill(
        tr("{free} free on {folder}, {left} afterwards."),
        free=size(free_bytes),
        folder=isolated(one_line(folder, 200)),
        left=size(left_bytes),
    )
    return TotalsLine(EstimateLine(title, tone=LineTone.GOOD), sentences(room, queue))


def nothing_to_import() -> TotalsLine:
    """Nothing can be chosen, and not all is here."""
    return TotalsLine(EstimateLine(tr("Nothing of it can be imported")), "")


def delete_rest(found: Unlisted) -> str:
    """The check box, with its mnemonic: "Also delete the 4 models that aren’t listed, 21.6 GB…"."""
    count = len(found.models)
    one = "Also &delete the 1 model that isn’t listed, {size}…"
    text = english_singular(count, one) or tr(
        "Also &delete the %Ln models that aren’t listed, {size}…", "", count
    )
    return fill(text, size=size(found.frees_bytes))


def stay_tip() -> str:
    return tr("Pinned, starred, kept and loaded models stay.")


def delete_rest_title(count: int, server_label: str = "") -> str:
    """The question asked apart: "Delete 4 models that aren’t listed?"."""
    one = "Delete 1 model that isn’t listed?"
    text = english_singular(count, one) or tr("Delete %Ln models that aren’t listed?", "", count)
    if server_label:
        one = "Delete 1 model that isn’t listed from “{server}”?"
        text = english_singular(count, one) or tr(
            "Delete %Ln models that aren’t listed from “{server}”?", "", count
        )
    return fill(text, server=one_line(server_label, 60))


def import_button(count: int, delete_count: int = 0) -> str:
    """The primary button, with its mnemonic."""
    if count and delete_count:
        text = tr("&Import {count}, delete {others}…")
        return fill(text, count=number(count), others=number(delete_count))
    if delete_count:
        return fill(tr("&Delete {count}…"), count=number(delete_count))
    if not count:
        return tr("&Import")
    return english_singular(count, "&Import 1 model") or tr("&Import %Ln models", "", count)


# What came of it.


def drop_title(models: ModelList) -> str:
    """While it is dragged over the window: "Drop to import 11 models"."""
    count = len(models.models)
    return english_singular(count, "Drop to import 1 model") or tr(
        "Drop to import %Ln models", "", count
    )


def drop_list() -> str:
    """The same before it is known how many there are."""
    return tr("Drop to import a model list")


def drop_line() -> str:
    return tr("You see the plan first.")


def exported_line(exported: Exported) -> str:
    """ "Saved 11 models to ollama-models-studio.txt."."""
    return saved_line(exported.count, exported.request.path)


def saved_line(count: int, path: str) -> str:
    text = english_singular(count, "Saved 1 model to {file}.") or tr(
        "Saved %Ln models to {file}.", "", count
    )
    return fill(text, file=isolated(one_line(PurePath(path).name, 120)))


def not_exported_line(exported: Exported) -> str:
    """Why there is no file."""
    name = isolated(one_line(PurePath(exported.request.path).name, 120))
    error = exported.error
    reason = error_text(error).title if error is not None else ""
    if isinstance(error, FileFailed):
        reason = one_line(error.context, 120)
    return fill(tr("The list wasn’t saved to {file}: {reason}"), file=name, reason=reason)


def import_question(count: int, server_label: str) -> str:
    """In a terminal: "Import 4 models to “studio”?"."""
    text = english_singular(count, "Import 1 model to “{server}”?") or tr(
        "Import %Ln models to “{server}”?", "", count
    )
    return fill(text, server=one_line(server_label, 60))


def begun_line(request: ImportRequest) -> str:
    """ "4 models are in the downloads."; what waits for its base is said, too."""
    pulls, recipes = len(request.pulls) + len(request.updates), len(request.recipes)
    first = second = ""
    if pulls:
        first = english_singular(pulls, "1 model is in the downloads.") or tr(
            "%Ln models are in the downloads.", "", pulls
        )
    if recipes:
        second = english_singular(recipes, "1 model is made as soon as its base is here.") or tr(
            "%Ln models are made as soon as their base is here.", "", recipes
        )
    return sentences(first, second)


def recipe_failed_line(failed: RecipeFailed) -> str:
    """ "notes:latest wasn’t made: mistral:7b didn’t come."."""
    name, base = (isolated(one_line(each, _NAME)) for each in (failed.name, failed.base))
    if failed.error is None:
        return fill(tr("{name} wasn’t made: {base} isn’t here."), name=name, base=base)
    message = error_text(failed.error)
    return fill(tr("{name} wasn’t made: {reason}"), name=name, reason=message.body or message.title)


def proposed_file(server_label: str) -> str:
    """What the file is called at first: "ollama-models-this-computer.txt"."""
    folded = "".join(c if c.isalnum() else "-" for c in server_label.casefold())[:60]
    words = "-".join(part for part in folded.split("-") if part)
    return f"ollama-models-{words}.txt" if words else "ollama-models.txt"
