"""What could be pulled in place of a file: the repository at Hugging Face that it is from.

Only where something says so: the address it was downloaded from, the folder that a program put it
in, or what who quantized it wrote into its header. A guess from its name alone is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tray_app.core.errors import BadName
from tray_app.core.gguf.names import base_of, file_name, quantization_in, split_name
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.names import ModelName
from tray_app.core.pasted import HF_HOSTS, clean

if TYPE_CHECKING:
    from tray_app.core.gguf.records import GgufHeader

_PART = r"[A-Za-z0-9_][A-Za-z0-9_.\-]*"
# …/models--unsloth--Qwen3-4B-GGUF/snapshots/<revision>/file
_CACHE = lazy_pattern(rf"[/\\]models--({_PART}?)--({_PART})[/\\]snapshots[/\\]")
# LM Studio keeps …/models/<user>/<repository>/file
_LM_STUDIO = lazy_pattern(
    rf"[/\\](?:\.?lmstudio|lm-studio)[/\\]models[/\\]({_PART})[/\\]({_PART})[/\\][^/\\]+$",
    re.IGNORECASE,
)
_GGUF_REPOSITORY = lazy_pattern(r"[.\-_]GGUF$", re.IGNORECASE)
_BARTOWSKI = lazy_pattern(rf"/models_out/[^/]+/({_PART})\.(?:imatrix|dat|gguf)")
_UNSLOTH = lazy_pattern(rf"(?:.*/)?({_PART}-GGUF)/imatrix_unsloth\.\w+")


def pull_hint(path: str, header: GgufHeader, downloaded_from: str = "") -> str:
    """A name like `hf.co/bartowski/Qwen2.5-Coder-32B-Instruct-GGUF:Q4_K_M`, "" = nothing known.

    `downloaded_from` is the address that a browser noted beside the file.
    """
    return _of_address(downloaded_from) or _of_folder(path) or _of_header(path, header)


def _of_address(address: str) -> str:
    """What a link to one file at Hugging Face stands for."""
    name = clean(address)
    host, _, rest = name.partition("/")
    if host.casefold() not in HF_HOSTS or rest.count("/") != 1 or ":" not in rest:
        return ""
    return _checked(name)


def _of_folder(path: str) -> str:
    found = _CACHE.search(path) or _LM_STUDIO.search(path)
    if found is None or not _GGUF_REPOSITORY.search(found[2]):
        return ""
    return _named(found[1], found[2], path)


def _of_header(path: str, header: GgufHeader) -> str:
    user, repository = _repository(header)
    if not repository or not _GGUF_REPOSITORY.search(repository):
        return ""
    # The file may have been made anew of another one, and have kept what stood there.
    base = _GGUF_REPOSITORY.sub("", repository)
    return _named(user, repository, path) if _is_alike(base, base_of(_file(path))) else ""


def _repository(header: GgufHeader) -> tuple[str, str]:
    for link in header.links:
        host, _, rest = clean(link).partition("/")
        parts = rest.partition(":")[0].split("/")
        if host.casefold() in HF_HOSTS and len(parts) == 2 and _GGUF_REPOSITORY.search(parts[1]):
            return parts[0], parts[1]
    found = _UNSLOTH.fullmatch(header.matrix_file)
    if found and header.made_by.casefold() in ("", "unsloth"):
        return "unsloth", found[1]
    found = _BARTOWSKI.fullmatch(header.matrix_file)
    if found and header.matrix_data.startswith("/training_dir/calibration_data"):
        return "bartowski", f"{found[1]}-GGUF"
    return "", ""


def _is_alike(one: str, other: str) -> bool:
    """Whether two names are the same but for the marks in them, and `i1` for a kind of matrix."""
    return _letters(one) == _letters(other)


def _letters(name: str) -> str:
    name = re.sub(r"[.\-_]i1$", "", name.casefold())
    return re.sub(r"[^a-z0-9]", "", name)


def _named(user: str, repository: str, path: str) -> str:
    quantization = quantization_in(_file(path))
    return _checked(f"hf.co/{user}/{repository}:{quantization}") if quantization else ""


def _file(path: str) -> str:
    name = file_name(path)
    split = split_name(name)
    return f"{split.base}.gguf" if split else name


def _checked(name: str) -> str:
    try:
        parsed = ModelName.parse(name)
    except BadName:
        return ""
    return "" if parsed.has_misrouted_tag else str(parsed)
