"""What will be sent to make a model of another one, written as a Modelfile for a person to read.

It could be given to `ollama create` as it stands. What a Modelfile cannot say is told in comments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tray_app.core.creates.parameters import shown
from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.core.creates.records import ModelChanges, ParameterValue

_TRIPLE = '"""'


@dataclass(frozen=True, slots=True)
class ModelfileWords:
    """The comments, with `{name}` for what they are about."""

    nothing: str = "Nothing is changed yet"
    back: str = "{name}: back to the default"
    emptied: str = "{name}: emptied"
    unusable: str = "{name}: no usable value yet"
    unsayable: str = "{name}: sent as it is, but a Modelfile can’t hold its quotes"


def modelfile(
    base: str,
    changes: ModelChanges,
    unusable: Iterable[str] = (),
    words: ModelfileWords | None = None,
    order: Sequence[str] = (),
) -> str:
    """`unusable` are the names of parameters that hold nothing of use yet. Comments come in the
    `order` of the parameters that they are about."""
    text = _Written(words or ModelfileWords())
    if changes.system is not None:
        text.say("SYSTEM", changes.system, is_short=not changes.system.strip())
    if changes.template is not None:
        text.say("TEMPLATE", changes.template)
    if changes.license is not None:
        text.say("LICENSE", changes.license)
    for name, value in changes.parameters:
        text.set(name, value)
    for role, content in changes.messages or ():
        text.say(f"MESSAGE {role}", content)
    for name in unusable:
        text.note(text.words.unusable, name)
    if not text.lines and not text.comments:
        text.note(text.words.nothing)
    lines = [f"FROM {base}", *text.lines]
    places = {name: place for place, name in enumerate(order)}
    comments = sorted(text.comments, key=lambda comment: places.get(comment[0], -1))
    return "\n".join([*lines, "", *(words for _, words in comments)] if comments else lines)


class _Written:
    """Its lines so far, and the comments that come below them."""

    def __init__(self, words: ModelfileWords) -> None:
        self.words = words
        self.lines: list[str] = []
        self.comments: list[tuple[str, str]] = []  # what they are about, and what they say

    def note(self, template: str, name: str = "") -> None:
        self.comments.append((name, "# " + template.replace("{name}", name)))

    def say(self, word: str, text: str, *, is_short: bool = False) -> None:
        quoted = quote(text, is_short=is_short)
        if quoted is None:
            self.note(self.words.unsayable, word)
        else:
            self.lines.append(f"{word} {quoted}")

    def set(self, name: str, value: ParameterValue | None) -> None:
        if value is None:
            self.note(self.words.back, name)
        elif value == ():
            self.note(self.words.emptied, name)
        else:
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, str):
                    self.say(f"PARAMETER {name}", each, is_short=True)
                else:
                    self.lines.append(f"PARAMETER {name} {shown(each)}")


def quote(text: str, *, is_short: bool = False) -> str | None:
    """A text as a Modelfile holds it, in one pair of quotes where it `is_short`; None = it cannot:
    the text ends there at the first line with three quotes at its end."""
    if is_short and "\n" not in text and not text.startswith('"'):
        return f'"{text}"'
    if "\r" in text.replace("\r\n", "\n"):
        return None
    so_far = _TRIPLE
    for line in text.split("\n")[:-1]:
        so_far += line
        trimmed = so_far.strip()
        if len(trimmed) >= 2 * len(_TRIPLE) and trimmed.endswith(_TRIPLE):
            return None
        so_far += "\n"
    return f"{_TRIPLE}{text}{_TRIPLE}"
