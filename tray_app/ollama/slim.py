"""requests without its guess at character sets.

requests loads a character-set detector when it is imported, which loads every codec there is:
3.6 MiB and a quarter of the import's time. It is optional to requests, and we read bytes only.
"""

from __future__ import annotations

import sys
import warnings

_DETECTORS = ("chardet", "charset_normalizer")

__all__ = ["requests"]

_hidden = [name for name in _DETECTORS if name not in sys.modules]
for _name in _hidden:
    sys.modules[_name] = None  # type: ignore[assignment] # documented: the import then fails
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it found no detector
        import requests
finally:
    for _name in _hidden:
        del sys.modules[_name]
