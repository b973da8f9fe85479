"""Lists of models as a server sends them: thousands of rows, some of which change."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
from typing import Any

_FAMILIES = ("llama", "qwen3", "mistral", "gemma3", "phi4", "deepseek-r1", "granite", "command-r")
_FILE_TYPES = ("Q4_K_M", "Q8_0", "F16", "Q4_0")


class GrowingList:
    """`count` rows of /api/tags. The same seed gives the same list and the same changes. Without
    digests it is as a proxy sends it that knows names only."""

    def __init__(self, count: int, *, seed: int = 1, has_digests: bool = True) -> None:
        self._random = random.Random(seed)
        self._has_digests = has_digests
        self._seconds = 0
        self._numbers = itertools.count()  # no two rows have one name, however often they change
        self.rows = [self._row(next(self._numbers)) for _ in range(count)]

    def body(self) -> bytes:
        """The answer of /api/tags, as a Go server writes it."""
        return json.dumps({"models": self.rows}, separators=(",", ":")).encode()

    def digests(self) -> dict[str, str]:
        """Name → digest of every row."""
        return {row["name"]: row["digest"] for row in self.rows}

    def found(self, words: str) -> set[str]:
        """The names of the rows that a search for all these words finds."""
        return {
            row["name"]
            for row in self.rows
            if all(word in _text_of(row).casefold() for word in words.split())
        }

    def show(self, name: str) -> dict[str, Any]:
        """The answer of /api/show, as far as it tells of layers: every model has its own."""
        weights = hashlib.sha256(name.encode()).hexdigest()
        return {"modelfile": f"FROM /models/blobs/sha256-{weights}\n", "details": {}}

    def change(self, share: float = 0.01) -> None:
        """Pull that share of the models again: other digest and size, and first in the list,
        which is in the order of `modified_at`."""
        chosen = set(
            self._random.sample(range(len(self.rows)), max(1, round(len(self.rows) * share)))
        )
        fresh = [self._changed(self.rows[index]) for index in sorted(chosen)]
        self.rows = fresh + [row for index, row in enumerate(self.rows) if index not in chosen]

    def replace(self, share: float = 0.01) -> None:
        """Let half of that share of the models go, and as many new ones come."""
        half = max(1, round(len(self.rows) * share / 2))
        gone = set(self._random.sample(range(len(self.rows)), half))
        kept = [row for index, row in enumerate(self.rows) if index not in gone]
        self.rows = [self._row(next(self._numbers)) for _ in gone] + kept

    def _row(self, index: int) -> dict[str, Any]:
        pick = self._random
        family = pick.choice(_FAMILIES)
        billions = pick.choice((0.5, 1, 3, 7, 8, 13, 14, 32, 70))
        name = f"{family}-{index:05d}:{billions:g}b"
        return {
            "name": name,
            "model": name,
            "modified_at": self._time(),
            "size": int(billions * pick.uniform(0.5, 0.7) * 1e9),
            "digest": self._digest(),
            "details": {
                "parent_model": "",
                "format": "gguf",
                "family": family,
                "families": [family],
                "parameter_size": f"{billions:g}B",
                "quantization_level": pick.choice(_FILE_TYPES),
                "context_length": 131072,
                "embedding_length": 4096,
            },
            "capabilities": ["completion", "tools"],
        }

    def _changed(self, row: dict[str, Any]) -> dict[str, Any]:
        digest = self._digest()
        size = row["size"] + self._random.randrange(1, 10**8)
        return {**row, "modified_at": self._time(), "size": size, "digest": digest}

    def _digest(self) -> str:
        return f"{self._random.randrange(16**64):064x}" if self._has_digests else ""

    def _time(self) -> str:
        self._seconds += 1
        minutes, seconds = divmod(self._seconds, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        clock = f"{hours:02d}:{minutes:02d}:{seconds:02d}"
        return f"2026-01-{days % 28 + 1:02d}T{clock}.{self._random.randrange(10**9):09d}+02:00"


def _text_of(row: dict[str, Any]) -> str:
    details = row["details"]
    words = (row["name"], details["family"], details["quantization_level"], *row["capabilities"])
    return "\n".join(words)
