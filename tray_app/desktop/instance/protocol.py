"""What two instances say to each other: one JSON line each way.

Request `{"command": str, "args": [str, …]}`, answer `{"ok": bool, …}`. Anything else is refused
in words; nothing that arrives is ever executed or trusted beyond its type.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.surrogates import well_formed

LINE_LIMIT = 64 * 1024
"""Bytes of one request or answer. `status` of a large server fits in well."""
MAX_KEEP_DAYS = 365
KEEP_OFF = "off"
MAX_CONTEXT_DIGITS = 9


class InstanceCommand(StrEnum):
    """What a second start can ask of the first."""

    RAISE = "raise"
    PULL = "pull"  # args: names
    UPDATE = "update"  # args: of one UpdateRequest, see `update_args`
    KEEP = "keep"  # args: server id, name, and a context, "" = the default one, or KEEP_OFF
    SHOW = "show"  # args: a name, or none
    STATUS = "status"
    DOWNLOADS = "downloads"
    PAUSE = "pause"  # args: a server, or "" for any, and names; without names all
    RESUME = "resume"  # args: the same
    CANCEL = "cancel"  # args: the same, with names
    RENAMED = "renamed"  # args: of one Renamed, see `renamed_args`
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class InstanceRequest:
    """A command with its arguments. `token` lets our window come to the front (Wayland, X11)."""

    command: InstanceCommand
    args: tuple[str, ...] = ()
    token: str = ""


def update_args(
    models: Iterable[tuple[str, str]], keep_days: int, *, loads_again: bool
) -> tuple[str, ...]:
    """Models with the digests that a person saw, for how many days their old versions are kept, and
    whether what is loaded is loaded again."""
    pairs = (part for model in models for part in model)
    return (str(keep_days), "again" if loads_again else "", *pairs)


def read_update_args(args: tuple[str, ...]) -> tuple[tuple[tuple[str, str], ...], int, bool]:
    """What `update_args` made. Raises ValueError for what it never makes."""
    days, again, *pairs = args
    models = tuple(zip(pairs[::2], pairs[1::2], strict=True))
    is_known = days.isascii() and days.isdecimal() and again in ("", "again")
    if not models or not is_known or int(days) > MAX_KEEP_DAYS:
        raise ValueError("no update")
    if not all(re.fullmatch("[0-9a-f]{64}", digest) for _, digest in models):
        raise ValueError("no digest")
    return models, int(days), bool(again)


def read_keep_args(args: tuple[str, ...]) -> tuple[str, str, int | None, bool]:
    """Server id, name, context (None = the default one), and whether it is to be kept no more.
    Raises ValueError for what nobody of us sends."""
    server_id, name, context = args
    if context == KEEP_OFF:
        return server_id, name, None, True
    is_number = context.isascii() and context.isdecimal() and len(context) <= MAX_CONTEXT_DIGITS
    if context and not (is_number and int(context)):
        raise ValueError("no context")
    return server_id, name, int(context) if context else None, False


@dataclass(frozen=True, slots=True)
class Renamed:
    """A terminal has given a model another name; `address` is that of its server, as shown."""

    server_id: str
    address: str
    old: str
    new: str
    digest: str


def renamed_args(renamed: Renamed) -> tuple[str, ...]:
    """What is said of it."""
    return (renamed.server_id, renamed.address, renamed.old, renamed.new, renamed.digest)


def read_renamed_args(args: tuple[str, ...]) -> Renamed:
    """What `renamed_args` made. Raises ValueError for what it never makes."""
    if len(args) != 5 or not all(args) or not re.fullmatch("[0-9a-f]{64}", args[-1]):
        raise ValueError("no rename")
    return Renamed(*args)


@dataclass(frozen=True, slots=True)
class InstanceAnswer:
    """`is_ok` False: `data["error"]` says why, in words or as a code."""

    is_ok: bool
    data: Mapping[str, Any] = field(default_factory=dict)


Handler = Callable[[InstanceRequest], InstanceAnswer]
"""Called in the GUI thread for each request; must be quick."""


class NotUnderstood(ValueError):
    """A line that is no request or no answer."""


def request_line(request: InstanceRequest) -> bytes:
    """The bytes of a request."""
    return _line({"command": request.command, "args": list(request.args), "token": request.token})


def answer_line(answer: InstanceAnswer) -> bytes:
    """The bytes of an answer; one that is too long becomes a refusal."""
    line = _line({**answer.data, "ok": answer.is_ok})
    if len(line) > LINE_LIMIT:
        return _line({"ok": False, "error": "the answer is too long"})
    return line


def read_request(line: bytes) -> InstanceRequest:
    """Raises NotUnderstood with what is wrong."""
    found = _read(line)
    try:
        command = InstanceCommand(str(found.get("command")))
    except ValueError:
        raise NotUnderstood(f"unknown command {str(found.get('command'))[:80]!r}") from None
    args, token = found.get("args", []), found.get("token", "")
    if not isinstance(args, list) or not all(isinstance(arg, str) for arg in args):
        raise NotUnderstood("args is no list of texts")
    if not isinstance(token, str):
        raise NotUnderstood("token is no text")
    return InstanceRequest(command, tuple(args), token)


def read_answer(line: bytes) -> InstanceAnswer:
    """Raises NotUnderstood."""
    found = _read(line)
    is_ok = found.pop("ok", None)
    if not isinstance(is_ok, bool):
        raise NotUnderstood("no ok in the answer")
    return InstanceAnswer(is_ok, found)


def _line(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return well_formed(text).encode() + b"\n"


def _read(line: bytes) -> dict[str, Any]:
    if len(line) > LINE_LIMIT:
        raise NotUnderstood("the line is too long")
    try:
        # Decoded here: left to json, bytes that are no text would come through.
        found = json.loads(line.decode("utf-8", "replace"))
        if b"\\u" in line:
            found = json.loads(well_formed(json.dumps(found, ensure_ascii=False)))
    except (ValueError, RecursionError):
        raise NotUnderstood("this is no JSON") from None
    if not isinstance(found, dict):
        raise NotUnderstood("this is no JSON object")
    return found
