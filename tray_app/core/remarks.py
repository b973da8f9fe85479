"""Remark: what a person has said of a model for themselves: a star, a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.core.records import ModelKey

MAX_NOTE = 200


@dataclass(frozen=True, slots=True)
class Remark:
    """`note` is one line, "" = none."""

    is_starred: bool = False
    note: str = ""


NO_REMARK = Remark()


@dataclass(frozen=True, slots=True)
class StoredRemark:
    """Of the model with this name, whatever its version: by server and canonical name."""

    key: ModelKey
    remark: Remark


def trimmed_note(text: str) -> str:
    """A note as it is kept: one line, not too long."""
    words = " ".join(text[: 4 * MAX_NOTE].split())
    return "".join(letter for letter in words if letter.isprintable())[:MAX_NOTE].rstrip()
