"""`lazy_pattern`: a regular expression that is compiled when it is first used.

Hundreds of them stand at the heads of files, most of them for errors and files that few ever see.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from re import compile as lazy_pattern
else:

    class lazy_pattern:  # noqa: N801 - it stands for a function
        """As `re.compile`, for who calls the pattern's own methods."""

        def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
            self._arguments = (pattern, flags)

        def __getattr__(self, name: str) -> Any:
            found = getattr(re.compile(*vars(self)["_arguments"]), name)
            setattr(self, name, found)
            return found


__all__ = ["lazy_pattern"]
