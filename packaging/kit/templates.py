"""Files with gaps: @NAME@ in a template stands for a value that is known when it is filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from kit.project import BuildError

_GAP = re.compile(r"@([A-Z][A-Z0-9_]*)@")


def fill(template: Path, values: Mapping[str, str]) -> str:
    """The text of a template without its gaps; BuildError if a value is not known."""
    text = template.read_text(encoding="utf-8")
    if unknown := sorted(set(_GAP.findall(text)) - set(values)):
        raise BuildError(f"{template.name}: nothing is known of {', '.join(unknown)}")
    return _GAP.sub(lambda gap: values[gap[1]], text)
