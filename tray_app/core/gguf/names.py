"""What a file is called: its parts, the quantization in its name, and the model name made of it."""

from __future__ import annotations

import re
import unicodedata

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.names import DEFAULT_TAG

_SPLIT = lazy_pattern(r"(.*)-(\d{5})-of-(\d{5})\.gguf", re.IGNORECASE | re.DOTALL)
_EXTENSION = lazy_pattern(r"\.gguf$", re.IGNORECASE)
# `Q4_K_M`, `UD-Q4_K_XL`, `IQ3_XXS`, `Q4_0_4_8`, `MXFP4_MOE`, as the last word of a file's name.
_QUANTIZATION = lazy_pattern(
    r"(?:^|[.\-_ ])("
    r"(?:UD-)?I?Q\d(?:_(?:\d|K|NL|[SML]|X+[SL]|P|R\d))*|TQ\d_\d|MXFP4(?:_MOE)?|NVFP4|BF16|FP?16|FP?32"
    r")$",
    re.IGNORECASE,
)
_MMPROJ = lazy_pattern(r"(?:^|[.\-_ ])mmproj(?=[.\-_ ]|$)", re.IGNORECASE)
_ILLEGAL = lazy_pattern(r"[^A-Za-z0-9_.\-]+")
_MAX_PART = 80
_NOTHING = "model"


def file_name(path: str) -> str:
    """The last word of a path of this computer, whichever system that has."""
    return path[_after_folder(path) :]


def folder_of(path: str) -> str:
    return path[: _after_folder(path)]


def _after_folder(path: str) -> int:
    # Elsewhere a backslash may stand in a name.
    is_windows = path.startswith("\\\\") or path[1:3] in (":\\", ":/")
    return max(path.rfind("/"), path.rfind("\\") if is_windows else -1) + 1


@dataclass(frozen=True, slots=True)
class SplitName:
    """The name of part `number` (from 1) of `count`; `base` is what all of them begin with."""

    base: str
    number: int
    count: int

    def part(self, number: int) -> str:
        """What part `number` is called."""
        return f"{self.base}-{number:05}-of-{self.count:05}.gguf"


def split_name(file: str) -> SplitName | None:
    """Which part a file is by its name, None = of none."""
    found = _SPLIT.fullmatch(file)
    if found is None:
        return None
    number, count = int(found[2]), int(found[3])
    return SplitName(found[1], number, count) if 0 < number <= count else None


def is_gguf(file: str) -> bool:
    return _EXTENSION.search(file) is not None


def is_projector_name(file: str) -> bool:
    """Whether its name says that it lets another file see or hear."""
    return is_gguf(file) and _MMPROJ.search(_stem(file)) is not None


def quantization_in(file: str) -> str:
    """The quantization that a file has in its name, as it stands there; "" = none."""
    found = _QUANTIZATION.search(_stem(file))
    return found[1] if found else ""


def base_of(file: str) -> str:
    """What a file is called without its part, its quantization, `mmproj` and its ending."""
    stem = _MMPROJ.sub("", _stem(file))
    return _QUANTIZATION.sub("", stem).strip(" .-_")


def suggested_name(file: str, file_type: str = "", quantize: str = "") -> str:
    """The name of a model that is made of a file: `mistral-small-24b:q5_k_m`.

    The tag is `quantize` where that is chosen, else what the name says, else `file_type`.
    """
    tag = quantize or quantization_in(file) or file_type
    model = _legal(base_of(file)) or _NOTHING
    return f"{model}:{_legal(tag) or DEFAULT_TAG}"


def _stem(file: str) -> str:
    split = split_name(file)
    return split.base if split else _EXTENSION.sub("", file)


def _legal(text: str) -> str:
    """`text` as a part of a name: lower case, without what may not stand there."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = _ILLEGAL.sub("-", plain).lower()
    plain = re.sub(r"-{2,}", "-", plain).strip("-.")
    return plain[:_MAX_PART].rstrip("-.")
