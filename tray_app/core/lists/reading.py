"""Files and pasted texts → ModelList. Whatever is in them: what is no name is said by its number.

A text has one name a line; `#` begins a comment, in which a digest tells the version that is meant.
Links and commands (`ollama pull …`) are understood as wherever a name is pasted.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any

from tray_app.core.creates.parameters import (
    KNOWN,
    ParameterKind,
    fits,
    is_parameter_name,
    kind_of,
)
from tray_app.core.creates.records import ModelChanges, ParameterValue
from tray_app.core.decode import MAX_INT, excerpt, has_surrogate, mended
from tray_app.core.errors import BadName
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.lists.records import (
    BadLine,
    BadList,
    BadRecipe,
    ListEntry,
    ListFault,
    ModelList,
    Recipe,
    RecipeFault,
)
from tray_app.core.lists.writing import FORMAT, VERSION
from tray_app.core.names import ModelName, canonical
from tray_app.core.pasted import clean

MAX_TEXT_BYTES = 1024 * 1024
MAX_JSON_BYTES = 16 * 1024 * 1024
MAX_ROWS = 1000
"""No computer has more models; a plan of so many lines is quick to follow."""
MAX_LINE = 1000
MAX_EXCERPT = 80
MAX_PART = 1024 * 1024
"""Characters of a system prompt, a template, a message."""
MAX_MESSAGES = 1000
MAX_PARAMETERS = 100
MAX_STOPS = 100
_ENCODING = "utf-8-sig"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_COMMENT = lazy_pattern(r"(?:^|\s)#")
_DIGEST = lazy_pattern(r"\bsha256:([0-9a-f]{64})\b", re.IGNORECASE)
_HEAD = lazy_pattern(r"#\s*Ollama models of [“\"](.{0,200})[”\"], (\d{4}-\d\d-\d\d)\s*")
_MENTIONED = lazy_pattern(r"#\s*(\S{1,600})(?:\s+#.*)?\s*")
_CONTROL = lazy_pattern(r"[\x00-\x08\x0e-\x1f]")


def read_list(raw: bytes, source: str = "", recipes: bytes | None = None) -> ModelList:
    """The list in a file's bytes, called `source`. `recipes` are those of the .json beside a text.

    Raises BadList where it is no list at all; a list without a single name is one.
    """
    is_json = source.casefold().endswith(".json")
    if len(raw) > (MAX_JSON_BYTES if is_json else MAX_TEXT_BYTES):
        raise BadList(source, str(len(raw)), ListFault.TOO_LARGE)
    words = _decoded(raw, source)
    if is_json:
        return _read_json(words, source)
    found = read_text(words, source)
    if recipes is None:
        return found
    try:
        beside = read_list(recipes, "recipes.json")
    except BadList:
        return replace(found, has_bad_recipes=True)
    return _with_recipes(found, beside)


def read_text(words: str, source: str = "") -> ModelList:
    """The list in a text."""
    rows: list[ListEntry | BadLine] = []
    seen: dict[str, int] = {}
    mentioned: set[str] = set()
    server, made_on, is_cut = "", None, False
    for number, line in enumerate(_lines(words), start=1):
        stripped = line.strip()
        if not stripped:
            continue
        if stripped.startswith("#"):
            head = _HEAD.fullmatch(stripped[:MAX_LINE]) if not server else None
            if head is not None:
                server, made_on = head[1], _date(head[2])
            elif name := _name_in_comment(stripped[:MAX_LINE]):
                mentioned.add(name)
            continue
        if len(rows) == MAX_ROWS:
            is_cut = True
            break
        row = _row_of_line(number, stripped)
        if isinstance(row, ListEntry):
            row = _marked(row, seen)
        rows.append(row)
    return ModelList(
        source, tuple(rows), server, made_on, frozenset(mentioned | seen.keys()), is_cut=is_cut
    )


def read_held(rows: Iterable[Any]) -> tuple[tuple[str, ListEntry], ...]:
    """What `held_json` wrote; what is not fit to be followed is left out."""
    found: list[tuple[str, ListEntry]] = []
    for number, row in enumerate(islice(rows, MAX_ROWS), start=1):
        server_id = row.get("server") if isinstance(row, dict) else None
        entry = _row_of_json(number, row)
        if isinstance(server_id, str) and isinstance(entry, ListEntry) and entry.recipe:
            found.append((server_id, entry))
    return tuple(found)


def names_in(words: str, limit: int = 50) -> int:
    """How many of the first lines of a pasted text are names of models, each counted once; a quick
    look, to tell a list from a single name and from prose."""
    lines = [line for line in map(str.strip, _lines(words[: limit * MAX_LINE])) if line]
    rows = (_row_of_line(1, line) for line in lines[:limit] if not line.startswith("#"))
    return len({row.key for row in rows if isinstance(row, ListEntry)})


def _decoded(raw: bytes, source: str) -> str:
    """UTF-8 with or without its mark; what Windows writes with a mark of its own, too."""
    encoding = "utf-16" if raw[:2] in _UTF_16 else _ENCODING
    words = raw.decode(encoding, "replace")
    if "\0" in words[:4096]:
        raise BadList(source, "", ListFault.NOT_TEXT)
    return words


def _lines(words: str) -> list[str]:
    """Split at line ends only: `str.splitlines` knows more of them than any editor shows."""
    return words.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _name_in_comment(line: str) -> str:
    """The canonical name of a model that stands there as a comment; "" = none does."""
    found = _MENTIONED.fullmatch(line)
    if found is None:
        return ""
    try:
        return canonical(str(ModelName.parse(found[1])))
    except BadName:
        return ""


def _row_of_line(number: int, line: str) -> ListEntry | BadLine:
    comment = _COMMENT.search(line)
    words = line[: comment.start()].strip() if comment is not None else line
    told = _DIGEST.search(line, comment.start()) if comment is not None else None
    try:
        if len(line) > MAX_LINE:
            raise BadName(line[:MAX_LINE], line[:MAX_EXCERPT])
        name = _name(words)
    except BadName as error:
        return BadLine(number, _visible(clean(words) or words), error)
    return ListEntry(number, str(name), told[1].lower() if told else "", is_cloud=name.is_cloud)


def _name(words: str) -> ModelName:
    """A name as it stands there. What a sentence would put behind it, a full stop for example, may
    end a name of a list, which is no sentence."""
    with contextlib.suppress(BadName):
        if words.startswith(clean(words)):
            return ModelName.parse(words)
    return ModelName.of_pasted(words)


def _visible(words: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", words[:MAX_EXCERPT])


def _marked(entry: ListEntry, seen: dict[str, int]) -> ListEntry:
    """With the line that has named it before."""
    before = seen.setdefault(entry.key, entry.line)
    return entry if before == entry.line else replace(entry, same_as=before)


# JSON.


def _read_json(words: str, source: str) -> ModelList:
    try:
        content = json.loads(words)
        content = mended(content) if has_surrogate(words) else content
    except (ValueError, RecursionError) as error:
        raise BadList(source, str(error)[:MAX_EXCERPT], ListFault.NOT_JSON) from error
    listed = content.get("models") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(listed, list):
        raise BadList(source, excerpt(content), ListFault.NOT_A_LIST)
    if content.get("format") != FORMAT:
        raise BadList(source, excerpt(content.get("format")), ListFault.NOT_A_LIST)
    version = content.get("version")
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise BadList(source, str(version), ListFault.NEWER)
    rows: list[ListEntry | BadLine] = []
    seen: dict[str, int] = {}
    for number, found in enumerate(listed[:MAX_ROWS], start=1):
        row = _row_of_json(number, found)
        rows.append(_marked(row, seen) if isinstance(row, ListEntry) else row)
    told = content.get("date")
    return ModelList(
        source,
        tuple(rows),
        _word(content.get("server")),
        _date(told) if isinstance(told, str) else None,
        frozenset({*seen, *_names_of(content.get("left_out"))}),
        is_json=True,
        is_cut=len(listed) > MAX_ROWS,
    )


def _names_of(rows: Any) -> Iterable[str]:
    for row in rows[:MAX_ROWS] if isinstance(rows, list) else ():
        name = row.get("name") if isinstance(row, dict) else None
        if isinstance(name, str) and 0 < len(name) <= MAX_LINE:
            yield canonical(name)


def _row_of_json(number: int, row: Any) -> ListEntry | BadLine:
    told = row.get("name") if isinstance(row, dict) else row
    if not isinstance(told, str) or len(told) > MAX_LINE:
        shown = told[:MAX_EXCERPT] if isinstance(told, str) else excerpt(row)[:MAX_EXCERPT]
        return BadLine(number, _visible(shown), BadName(shown, shown[:1]))
    try:
        # A .json is written by programs: nothing in it is a link or a command.
        name = ModelName.parse(told)
        facts: Mapping[str, Any] = row if isinstance(row, dict) else {}
        recipe = _recipe(str(name), facts.get("recipe"))
    except (BadName, BadRecipe) as error:
        return BadLine(number, _visible(told), error)
    size = facts.get("size")
    is_size = isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= MAX_INT
    return ListEntry(
        number,
        str(name),
        _digest(facts.get("digest")),
        size if is_size else None,
        recipe,
        name.is_cloud or facts.get("cloud") is True,
    )


def _digest(told: Any) -> str:
    found = _DIGEST.fullmatch(told) if isinstance(told, str) else None
    return found[1].lower() if found is not None else ""


def _word(told: Any) -> str:
    return " ".join(told[:200].split()) if isinstance(told, str) else ""


def _recipe(name: str, told: Any) -> Recipe | None:
    if told is None:
        return None
    if not isinstance(told, dict):
        raise BadRecipe(name, excerpt(told), RecipeFault.SHAPE)
    base = told.get("base")
    try:
        parsed = ModelName.parse(base if isinstance(base, str) and len(base) <= MAX_LINE else "")
    except BadName as error:
        raise BadRecipe(name, excerpt(base), RecipeFault.BASE) from error
    if parsed.is_cloud or canonical(str(parsed)) == canonical(name):
        # Ollama would pull the one, and the other would have to be there to be made.
        raise BadRecipe(name, str(parsed), RecipeFault.BASE)
    changes = ModelChanges(
        _part(name, told, "system"),
        _part(name, told, "template"),
        _parameters(name, told.get("parameters")),
        _messages(name, told.get("messages")),
        _part(name, told, "license"),
    )
    return Recipe(str(parsed), changes, _digest(told.get("base_digest")))


def _part(name: str, told: Mapping[str, Any], key: str) -> str | None:
    value = told.get(key)
    if value is not None and (not isinstance(value, str) or len(value) > MAX_PART):
        raise BadRecipe(name, key, RecipeFault.SHAPE)
    return value


def _parameters(name: str, told: Any) -> tuple[tuple[str, ParameterValue | None], ...]:
    if told is None:
        return ()
    if not isinstance(told, dict) or len(told) > MAX_PARAMETERS:
        raise BadRecipe(name, "parameters", RecipeFault.SHAPE)
    found: list[tuple[str, ParameterValue | None]] = []
    for key, given in told.items():
        value = _value(given)
        is_fit = is_parameter_name(key) and (given is None or value is not None)
        if not is_fit or not _is_usable(key, value):
            raise BadRecipe(name, key[:MAX_EXCERPT], RecipeFault.PARAMETER)
        found.append((key, value))
    return tuple(found)


def _is_usable(name: str, value: ParameterValue | None) -> bool:
    """Whether Ollama could load a model with it, to the letter: no fraction for a whole number."""
    if value is None:
        return True
    kind, known = kind_of(name, value), KNOWN.get(name)
    if kind is ParameterKind.INT and not isinstance(value, int):
        return False
    least = known.least if known is not None else None
    is_enough = least is None or not isinstance(value, int) or value >= least
    return fits(kind, value) and is_enough


def _value(given: Any) -> ParameterValue | None:
    """None = it goes back to Ollama's default, or it is none that a parameter can have."""
    if isinstance(given, str):
        return given if len(given) <= MAX_LINE else None
    if isinstance(given, list):
        is_texts = all(isinstance(each, str) and len(each) <= MAX_LINE for each in given)
        return tuple(given) if is_texts and len(given) <= MAX_STOPS else None
    if isinstance(given, float):
        return given if abs(given) <= MAX_INT else None  # no NaN either
    if isinstance(given, int):
        return given if abs(given) <= MAX_INT else None
    return None


def _messages(name: str, told: Any) -> tuple[tuple[str, str], ...] | None:
    if told is None:
        return None
    if not isinstance(told, list) or len(told) > MAX_MESSAGES:
        raise BadRecipe(name, "messages", RecipeFault.SHAPE)
    found = []
    for each in told:
        role = each.get("role") if isinstance(each, dict) else None
        said = each.get("content") if isinstance(each, dict) else None
        if not isinstance(role, str) or not isinstance(said, str) or len(said) > MAX_PART:
            raise BadRecipe(name, "messages", RecipeFault.SHAPE)
        found.append((role[:64], said))
    return tuple(found)


def _with_recipes(listed: ModelList, beside: ModelList) -> ModelList:
    """A text with the recipes of the .json beside it: of its models, and of those that it only
    mentions."""
    recipes = {row.key: row for row in beside.models if row.recipe is not None}
    rows: list[ListEntry | BadLine] = []
    for row in listed.rows:
        found = recipes.pop(row.key, None) if isinstance(row, ListEntry) else None
        if found is not None and isinstance(row, ListEntry):
            rows.append(replace(row, recipe=found.recipe))
        else:
            rows.append(row)
    last = max((row.line for row in rows), default=0)
    for place, found in enumerate(recipes.values(), start=1):
        if len(rows) < MAX_ROWS:
            rows.append(replace(found, line=last + place))
    mentioned = frozenset({*listed.mentioned, *beside.mentioned})
    return replace(listed, rows=tuple(rows), mentioned=mentioned)
