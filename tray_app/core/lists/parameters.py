"""Parameters in recipes: as a server shows them, and whether it could load a model with them.

Servers store any value and refuse it only when the model is loaded, so it is checked before.
"""

from __future__ import annotations

import json

from tray_app.core.creates.records import ParameterValue

_WHOLE = frozenset(
    ("num_ctx", "num_keep", "seed", "num_predict", "top_k", "repeat_last_n", "num_batch",
     "num_gpu", "main_gpu", "num_thread")
)  # fmt: skip
_NUMBERS = frozenset(
    ("temperature", "top_p", "min_p", "typical_p", "repeat_penalty", "presence_penalty",
     "frequency_penalty")
)  # fmt: skip
_SWITCHES = frozenset({"use_mmap"})
_LISTS = frozenset({"stop"})
_MAX_LINES = 1000


def is_usable(name: str, value: ParameterValue | None) -> bool:
    """Whether a model with this parameter can be loaded; of unknown ones nobody knows, and Ollama
    ignores them. None = Ollama's default."""
    if value is None:
        return True
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if name == "num_ctx":
        return is_whole and isinstance(value, int) and value >= 1
    if name in _WHOLE:
        return is_whole
    if name in _NUMBERS:
        return is_whole or isinstance(value, float)
    if name in _SWITCHES:
        return isinstance(value, bool)
    return name not in _LISTS or isinstance(value, tuple)


def shown_parameters(text: str) -> dict[str, ParameterValue]:
    """What /api/show says under `parameters`: a line for each value, texts in quotes.

    A value that could not be loaded is left out, as is one that is the default (`<nil>`).
    """
    found: dict[str, list[ParameterValue]] = {}
    for line in text.split("\n")[:_MAX_LINES]:
        name, _, rest = line.strip().partition(" ")
        value = _value(rest.strip())
        if name and value is not None:
            found.setdefault(name, []).append(value)
    told: dict[str, ParameterValue] = {}
    for name, values in found.items():
        is_list = name in _LISTS or len(values) > 1
        all_of_it: ParameterValue = tuple(map(str, values)) if is_list else values[0]
        if is_usable(name, all_of_it):
            told[name] = all_of_it
    return told


def _value(text: str) -> int | float | bool | str | None:
    if text in ("", "<nil>"):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float | bool | str) else text
