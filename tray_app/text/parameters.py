"""Words for the parameters of a model: what each does, and what stands behind its field."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tray_app.core.creates.parameters import (
    KNOWN,
    ParameterKind,
    ParameterRow,
    RowState,
    is_parameter_name,
    shown,
)
from tray_app.text.plain import one_line
from tray_app.text.wording import english_singular, fill, number, tr

if TYPE_CHECKING:
    from tray_app.core.creates.records import ParameterValue

_MAX_NAME = 80
_MAX_VALUE = 40


def parameter_words(name: str) -> str:
    """What it does, in one sentence; of an unknown one, that it does nothing."""
    words = _WORDS.get(name)
    return words() if words is not None else ignored()


def ignored() -> str:
    """What is said of a parameter that Ollama does not know."""
    return tr("This Ollama ignores it")


def value_wanted(row: ParameterRow) -> str:
    """What is wrong with what is typed: what it has to be."""
    known = KNOWN.get(row.name)
    if row.kind is ParameterKind.INT:
        least = known.least if known is not None else None
        if least is None:
            return tr("A whole number")
        return fill(tr("A whole number, {least} or more"), least=least)
    return _WANTED[row.kind]()


_WANTED: dict[ParameterKind, Callable[[], str]] = {
    ParameterKind.FLOAT: lambda: tr("A number"),
    ParameterKind.BOOL: lambda: tr("Yes or no"),
    ParameterKind.LIST: lambda: tr("Values in quotes, with commas between"),
    ParameterKind.OTHER: lambda: tr("A value"),
}


def kind_words(kind: ParameterKind) -> str:
    """What a screen reader says of the field."""
    return _KINDS[kind]()


_KINDS: dict[ParameterKind, Callable[[], str]] = {
    ParameterKind.INT: lambda: tr("whole number"),
    ParameterKind.FLOAT: lambda: tr("number"),
    ParameterKind.BOOL: lambda: tr("yes or no"),
    ParameterKind.LIST: lambda: tr("list of texts"),
    ParameterKind.OTHER: lambda: tr("value"),
}


def row_note(row: ParameterRow, base: str, *, is_edit: bool) -> str:
    """What stands behind the field. `base` is the name of what it is taken over from."""
    state = row.state
    if row.name and not is_parameter_name(row.name):
        return tr("A name of letters, digits and _ that isn’t in the table")
    if state is RowState.WRONG or (state is RowState.ADDED and not row.is_usable and row.text):
        return value_wanted(row)
    if not row.is_known and state in (RowState.INHERITED, RowState.ADDED):
        return ignored()
    if state is RowState.UNSET:
        return tr("Ollama’s default")
    if state is RowState.ADDED:
        return tr("new")
    if state is RowState.INHERITED:
        return as_now() if is_edit else as_in(base)
    if state is RowState.EMPTIED:
        count = len(row.base) if isinstance(row.base, tuple) else 1
        return english_singular(count, "emptied, had 1 value") or tr(
            "emptied, had %Ln values", "", count
        )
    if state is RowState.DEFAULT:
        default = default_words(row.name)
        if not default:
            return tr("back to Ollama’s default")
        return fill(tr("back to Ollama’s default, {value}"), value=default)
    return fill(tr("instead of {value}"), value=value_words(row.base))


def as_in(base: str) -> str:
    """Taken over from another model."""
    return fill(tr("as in {name}"), name=one_line(base, _MAX_NAME))


def as_now() -> str:
    """Of a model that is edited: not changed."""
    return tr("as it is now")


def default_words(name: str) -> str:
    """The default of Ollama, "" = it has none that is the same everywhere."""
    known = KNOWN.get(name)
    return "" if known is None or known.default is None else value_words(known.default)


def value_words(value: ParameterValue | None) -> str:
    """A value inside a sentence."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return tr("Yes") if value else tr("No")
    if isinstance(value, int):
        return number(value)
    if isinstance(value, tuple) and len(value) > 1:
        return english_singular(len(value), "1 value") or tr("%Ln values", "", len(value))
    return one_line(shown(value), _MAX_VALUE)


def remove_words(row: ParameterRow) -> str:
    """What the button of a row does that takes it away."""
    if row.base is None:
        return tr("Remove", "a parameter")
    return tr("Don’t take it over: back to Ollama’s default")


def restore_words(row: ParameterRow) -> str:
    """What the button of a row does that brings the base's value back."""
    if row.state in (RowState.DEFAULT, RowState.EMPTIED) or row.base is None:
        return tr("Take over again")
    return fill(tr("Back to {value}"), value=value_words(row.base))


def spoken_row(row: ParameterRow, note: str) -> str:
    """What a screen reader says of the field: "temperature, number, instead of 0.7"."""
    text = tr("{name}, {kind}, {note}", "a parameter, as a screen reader says it")
    return fill(text, name=row.name, kind=kind_words(row.kind), note=note)


def spoken_button(words: str, name: str) -> str:
    """What a screen reader says of the button: "Back to 0.7, temperature"."""
    return fill(tr("{words}, {name}", "a button, and its parameter"), words=words, name=name)


_WORDS: dict[str, Callable[[], str]] = {
    "num_ctx": lambda: tr("How many tokens the model sees at once. More take more memory."),
    "temperature": lambda: tr("How freely it chooses words: 0 is strict, higher is livelier."),
    "top_p": lambda: tr("Chooses among the likeliest words that together have this probability."),
    "top_k": lambda: tr("Chooses among this many of the likeliest words."),
    "min_p": lambda: tr("Leaves out words far less likely than the likeliest one."),
    "typical_p": lambda: tr("Prefers words of usual likelihood; 1 switches it off."),
    "stop": lambda: tr("The answer ends where one of these texts would come."),
    "num_predict": lambda: tr("The longest answer in tokens; -1 sets no limit."),
    "repeat_penalty": lambda: tr("How much it avoids words it has just used; 1 not at all."),
    "repeat_last_n": lambda: tr("How far it looks back for repeated words, in tokens."),
    "presence_penalty": lambda: tr("Avoids words that have come before, however often."),
    "frequency_penalty": lambda: tr("Avoids words the more, the more often they have come."),
    "seed": lambda: tr("The same number gives the same answer to the same question."),
    "num_keep": lambda: tr("So many tokens from the beginning stay when the context is full."),
    "num_batch": lambda: tr("How many tokens of a question are worked on at once."),
    "num_gpu": lambda: tr("How many layers run on the graphics card; -1 lets Ollama decide."),
    "main_gpu": lambda: tr("The graphics card that does what is not shared among several."),
    "num_thread": lambda: tr("How many threads of the processor it uses; 0 lets Ollama decide."),
    "use_mmap": lambda: tr("Reads the weights from the disk as they are needed."),
}
