"""The rules of making a model of an installed one, and of editing one that was made here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import field
from typing import TYPE_CHECKING

from tray_app.core.creates.parameters import parse_parameters
from tray_app.core.errors import BadName
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.names import ModelName, canonical, split_display
from tray_app.core.sharing import LayerIndex, is_made_here
from tray_app.core.updates.ledger import Made, MadeBy

if TYPE_CHECKING:
    from tray_app.core.creates.records import ParameterValue
    from tray_app.core.installed import InstalledModels
    from tray_app.core.records import ModelInfo, ModelRecord

BLANK_SYSTEM = " "
"""Ollama keeps the base's system prompt when it is sent none: this takes its place."""
_MESSAGE = lazy_pattern(r"(system|user|assistant|tool): ?(.*)")


@dataclass(frozen=True, slots=True)
class ModelParts:
    """What a model has that another one takes over from it. `license` are all of its texts."""

    system: str = ""
    template: str = ""
    parameters: dict[str, ParameterValue] = field(default_factory=dict)
    messages: tuple[tuple[str, str], ...] = ()
    license: str = ""

    @classmethod
    def of(cls, info: ModelInfo) -> ModelParts:
        """Of the answer of /api/show; its Modelfile is not read, as it cannot be."""
        return cls(
            info.system,
            info.template,
            parse_parameters(info.parameters),
            info.messages,
            info.license,
        )


def can_be_base(record: ModelRecord) -> bool:
    """Whether another model can be made of it. Of a name for the cloud Ollama would make a stub,
    and `x:local` it takes for another model."""
    try:
        name = ModelName.parse(record.name)
    except BadName:
        return not record.is_cloud
    return not (record.is_cloud or name.source or name.has_misrouted_tag)


def can_be_edited(
    record: ModelRecord, made: Made | None, installed: InstalledModels, layer_index: LayerIndex
) -> bool:
    """Whether it was made on its server, so that it is a person's own to change. `made` is what we
    remember of it. A kept old version stays what it is."""
    if not can_be_base(record):
        return False
    if made is not None:
        return made.by is not MadeBy.BACKUP
    return is_made_here(record, installed, layer_index)


def is_taken(name: str, models: Iterable[ModelRecord]) -> bool:
    """Whether a model has this name, in whatever case: the server would replace it."""
    key = canonical(name)
    return any(canonical(model.name) == key for model in models)


def proposed_name(base: str, taken: Collection[str] = ()) -> str:
    """A first name for what is made of `base`: `mistral-custom:7b`, without the base's registry.
    "" where none can be proposed."""
    _, model, tag = split_display(base)
    keys = {canonical(name) for name in taken}
    number = 1
    while True:
        ending = "-custom" if number == 1 else f"-custom-{number}"
        name = f"{model}{ending}:{tag or 'latest'}"
        try:
            parsed = ModelName.parse(name)
        except BadName:
            return ""
        if parsed.source or parsed.has_misrouted_tag:
            name = f"{model}{ending}:latest"
        if canonical(name) not in keys:
            return name
        number += 1


def system_change(text: str, base: str) -> str | None:
    """What is sent for a system prompt that reads `text`; None = nothing, the base's is kept."""
    if text == base:
        return None
    if not text.strip():
        return None if not base.strip() else BLANK_SYSTEM
    return text


def template_change(text: str, base: str) -> str | None:
    """As `system_change`: an empty template is not sent, as nothing would come of it."""
    return text if text.strip() and text != base else None


def messages_change(
    messages: tuple[tuple[str, str], ...], base: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...] | None:
    """They are replaced by others, never by none."""
    return messages if messages and messages != base else None


def messages_text(messages: Iterable[tuple[str, str]]) -> str:
    """Messages as a person writes them: `user: Hello`, further lines belong to the one above."""
    return "\n".join(f"{role}: {content}" for role, content in messages)


def parse_messages(text: str) -> tuple[tuple[str, str], ...] | None:
    """What is written; () = nothing, None = it does not begin with who says it."""
    found: list[tuple[str, list[str]]] = []
    for line in text.strip().split("\n"):
        match = _MESSAGE.fullmatch(line)
        if match is not None:
            found.append((match[1], [match[2]]))
        elif found:
            found[-1][1].append(line)
        elif line.strip():
            return None
    return tuple((role, "\n".join(lines).strip()) for role, lines in found)


def license_change(text: str, base: str) -> str | None:
    """Licenses are only ever added, the same one again too: so one that is there is not sent."""
    wanted = text.strip()
    return wanted if wanted and f"\n{wanted}\n" not in f"\n{base.strip()}\n" else None


def own_parts(own: ModelParts, base: ModelParts) -> ModelParts:
    """Of a model that is built anew on another version of its base: what it has of its own. The
    template is that of the new version."""
    parameters = {
        name: value for name, value in own.parameters.items() if base.parameters.get(name) != value
    }
    return ModelParts(own.system, base.template, parameters, own.messages, own.license)


def lost_capabilities(before: Collection[str], after: Collection[str]) -> tuple[str, ...]:
    """What the base can do and the result cannot, in the base's order."""
    there = {each.casefold() for each in after}
    return tuple(each for each in before if each.casefold() not in there)
