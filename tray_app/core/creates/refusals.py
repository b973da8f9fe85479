"""`stand`: how the dialog *Create from file* stands: what it has to say, the most urgent first, and
whether the model can be created."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.creates.architectures import may_be_unknown
from tray_app.core.creates.costs import CreateCost, Room, create_cost
from tray_app.core.errors import BadName
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import ModelName, canonical
from tray_app.core.versions import is_too_old

if TYPE_CHECKING:
    from tray_app.core.creates.files import FileFacts
    from tray_app.core.records import ModelRecord

PARTS_SINCE, PROJECTORS_SINCE = "0.30.0", "0.30.4"
"""The first Ollama that takes a file in several parts, and one with a projector beside it."""


class Notice(StrEnum):
    """What the one notice of the dialog says, the most urgent first."""

    REFUSED = "refused"  # FileFacts.refusal says why
    CHANGED = "changed"  # the file was written to while the dialog was open
    ADAPTER = "adapter"  # it needs a base: Choice.base
    ARCHITECTURE = "architecture"  # the server may not know it
    PULL_HINT = "pull_hint"  # FileFacts.pull_hint could be pulled instead


class NameFault(StrEnum):
    """What is wrong with the name."""

    BAD = "bad"  # Standing.bad_name
    RESERVED = "reserved"  # its tag has a meaning of its own
    EXISTS = "exists"  # Standing.existing
    IN_LINE = "in_line"  # a model of this name is being made: Standing.existing


class ServerFault(StrEnum):
    """What stands against the server."""

    NO_PARTS = "no_parts"  # too old for a file in several parts
    NO_PROJECTOR = "no_projector"  # too old for a projector
    AWAY = "away"  # it does not answer now; the model is created when it is back


class Permission(StrEnum):
    """Whether the model can be created."""

    OFF = "off"
    ANYWAY = "anyway"  # possible, but unwise
    ON = "on"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person has chosen so far. `projector` is a path, "" = none; `quantize` "" = the file
    stays as it is; `base` is the model that an adapter is for."""

    name: str
    projector: str = ""
    quantize: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True)
class ServerStanding:
    """What counts of the server that is chosen. `names` are its models by their canonical name,
    `in_line` likewise what is being made there; `held_bytes` of the files are there already."""

    version: str = ""
    is_online: bool = True
    names: Mapping[str, str] = field(default_factory=dict)
    in_line: Mapping[str, str] = field(default_factory=dict)
    families: frozenset[str] = frozenset()
    free_bytes: int | None = None
    held_bytes: int = 0


def names_of(names: Iterable[str]) -> dict[str, str]:
    """The names by what they are looked up with. Built once for each list of a server."""
    return {canonical(name): name for name in names}


def families_of(models: Iterable[ModelRecord]) -> frozenset[str]:
    """The kinds of models that are installed; those that run elsewhere prove nothing."""
    return frozenset(model.details.family for model in models if not model.is_cloud)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the dialog stands. `cost` None = there is nothing to count yet."""

    permission: Permission
    notice: Notice | None = None
    name_fault: NameFault | None = None
    existing: str = ""
    bad_name: BadName | None = None
    server_fault: ServerFault | None = None
    cost: CreateCost | None = None


def stand(
    facts: FileFacts | None, choice: Choice, server: ServerStanding, *, is_changed: bool = False
) -> Standing:
    """How the dialog stands; `facts` None = the file is still being read."""
    name_fault, existing, bad_name = _name_fault(choice.name, server)
    notice = None if facts is None else _notice(facts, choice, server, is_changed=is_changed)
    fault = None if facts is None else _server_fault(facts, choice, server)
    cost = None if facts is None else _cost(facts, choice, server)
    return Standing(
        permission=_permission(notice, choice, name_fault, fault, cost),
        notice=notice,
        name_fault=name_fault,
        existing=existing,
        bad_name=bad_name,
        server_fault=fault,
        cost=cost,
    )


def _permission(
    notice: Notice | None,
    choice: Choice,
    name_fault: NameFault | None,
    fault: ServerFault | None,
    cost: CreateCost | None,
) -> Permission:
    if cost is None or name_fault is not None or notice in (Notice.REFUSED, Notice.CHANGED):
        return Permission.OFF
    if notice is Notice.ADAPTER and not choice.base:
        return Permission.OFF
    if fault in (ServerFault.NO_PARTS, ServerFault.NO_PROJECTOR):
        return Permission.OFF
    is_unwise = notice is Notice.ARCHITECTURE or cost.room is Room.SHORT
    return Permission.ANYWAY if is_unwise else Permission.ON


def _notice(
    facts: FileFacts, choice: Choice, server: ServerStanding, *, is_changed: bool
) -> Notice | None:
    if facts.refusal is not None or facts.header is None:
        return Notice.REFUSED
    if is_changed:
        return Notice.CHANGED
    if facts.is_adapter:
        return Notice.ADAPTER
    if may_be_unknown(facts.header.architecture, server.version, server.families):
        return Notice.ARCHITECTURE
    return Notice.PULL_HINT if facts.pull_hint and not choice.quantize else None


def _name_fault(text: str, server: ServerStanding) -> tuple[NameFault | None, str, BadName | None]:
    try:
        name = ModelName.parse(text)
    except BadName as error:
        return NameFault.BAD, "", error
    if name.source or name.has_misrouted_tag:
        return NameFault.RESERVED, "", None
    key = canonical(text)
    if key in server.names:
        return NameFault.EXISTS, server.names[key], None
    if key in server.in_line:
        return NameFault.IN_LINE, server.in_line[key], None
    return None, "", None


def _server_fault(facts: FileFacts, choice: Choice, server: ServerStanding) -> ServerFault | None:
    if len(facts.files) > 1 and is_too_old(server.version, PARTS_SINCE):
        return ServerFault.NO_PARTS
    if choice.projector and is_too_old(server.version, PROJECTORS_SINCE):
        return ServerFault.NO_PROJECTOR
    return None if server.is_online else ServerFault.AWAY


def _cost(facts: FileFacts, choice: Choice, server: ServerStanding) -> CreateCost | None:
    if facts.refusal is not None or facts.header is None:
        return None
    sizes = {each.file_type: each.size_bytes for each in facts.choices}
    projectors = {each.path: each.size_bytes for each in facts.projectors}
    return create_cost(
        facts.size_bytes,
        projector_bytes=projectors.get(choice.projector, 0),
        result_bytes=sizes.get(choice.quantize),
        is_stored_as_is=facts.is_stored_as_is,
        held_bytes=server.held_bytes,
        free_bytes=server.free_bytes,
    )


def base_candidates(facts: FileFacts, models: Iterable[ModelRecord]) -> tuple[ModelRecord, ...]:
    """The models that an adapter may be for, those of its architecture first."""
    architecture = facts.header.architecture if facts.header is not None else ""
    candidates = [model for model in models if not model.is_cloud]
    candidates.sort(key=lambda each: (each.details.family != architecture, each.name.casefold()))
    return tuple(candidates)
