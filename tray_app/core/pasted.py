"""What a pasted text becomes in a field for a model name: links, command lines, quotes.

Text in, text out. Whether the result is a legal name is `core.names`' business.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

_OLLAMA_HOSTS = frozenset({"ollama.com", "www.ollama.com", "registry.ollama.ai", "ollama.ai"})
HF_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co"})
_MODELSCOPE_HOSTS = frozenset({"modelscope.cn", "www.modelscope.cn"})
# First path parts of pages that are no models.
_OLLAMA_PAGES = frozenset(
    ("about", "api", "blog", "cloud", "connect", "docs", "download", "library", "models", "pricing",
     "privacy", "public", "search", "settings", "signin", "signup", "terms", "turbo")
)  # fmt: skip
_HF_PAGES = frozenset(
    ("api", "blog", "collections", "datasets", "docs", "join", "login", "models", "organizations",
     "papers", "posts", "pricing", "search", "settings", "spaces", "tasks")
)  # fmt: skip
_VERBS = frozenset({"run", "pull", "show", "rm", "stop", "cp", "push"})
_VALUE_OPTIONS = frozenset({"--keepalive", "--format", "--dimensions"})
_QUOTES = "\"'`“”‘’«»()[]{}<>"
_TRAILING = ".,;!?…。，；！？"
_MAX_PASTED = 4096  # longer than any link: not worth looking at
_QUANT = re.compile(
    r"[.\-_]((?:UD-)?(?:I?Q\d\w*|TQ\d\w*|MXFP4\w*|BF16|F16|F32))\.gguf$", re.IGNORECASE
)
_SPLIT_FILE = re.compile(r"-\d{5}-of-\d{5}(?=\.gguf$)", re.IGNORECASE)


def clean(text: str) -> str:
    """The model name inside a pasted text: a link, a command line, a quoted name.

    Gives back the text itself, trimmed, when there is nothing to clean. Never fails; whether the
    result is a legal name is `ModelName.parse`'s business. Of several lines, the first one with a
    command counts, else the first that is not empty.
    """
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    if not lines:
        return ""
    commands = map(_from_command, lines)
    line = next((name for name in commands if name), lines[0])
    if len(line) > _MAX_PASTED:
        return line
    line = _visible(line)
    if line[:2] in ("$ ", "> ", "# ", "% "):
        line = line[2:]
    return _from_link(_bare(line))


def _visible(text: str) -> str:
    """`text` without marks that steer the direction of writing, zero-width spaces and soft
    hyphens: web pages put them there, no one types them."""
    if text.isascii():
        return text
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def _bare(text: str) -> str:
    """`text` without the quotes, brackets and punctuation that a sentence puts around it."""
    while True:
        shorter = text.strip().strip(_QUOTES).rstrip(_TRAILING)
        if shorter == text:
            return text
        text = shorter


def _from_command(line: str) -> str:
    """The model of `ollama run X`, wherever in the line it stands (`sudo`, `docker exec`, a
    prompt before it); "" if there is none."""
    line = _visible(line[:_MAX_PASTED])
    if "ollama" not in line.casefold():
        return ""
    words = [_bare(word) for word in line.split()]
    for index, word in enumerate(words[:-1]):
        program = re.split(r"[/\\]", word)[-1].casefold()
        if program in ("ollama", "ollama.exe") and words[index + 1] in _VERBS:
            return _first_argument(words[index + 2 :])
    return ""


def _first_argument(words: list[str]) -> str:
    is_value = False
    for word in words:
        if not is_value and not word.startswith("-"):
            return word
        is_value = word in _VALUE_OPTIONS
    return ""


def _from_link(text: str) -> str:
    has_scheme = re.match(r"https?://", text, re.IGNORECASE) is not None
    try:
        # Without "//" urlsplit takes "host:port/…" for a scheme.
        parts = urlsplit(text if has_scheme else "//" + text)
        host = (parts.hostname or "").casefold()
    except ValueError:
        return text
    path = [p for p in unquote(parts.path).split("/") if p]
    if host in _OLLAMA_HOSTS and path:
        return _ollama_name(path) or text
    if host in HF_HOSTS:
        return _hf_name(path, parts.query) or text
    if host in _MODELSCOPE_HOSTS:
        path = path[1:] if path[:1] == ["models"] else path
        return "/".join(["modelscope.cn", *path[:2]]) if len(path) >= 2 else text
    if has_scheme and len(path) >= 2:
        netloc = parts.netloc.rpartition("@")[2]  # never a password
        return f"{netloc}/{_registry_path(path)}"
    return text


def _ollama_name(path: list[str]) -> str:
    if path[0] in _OLLAMA_PAGES and len(path) == 1:
        return ""
    return _registry_path(path).removeprefix("library/")


def _registry_path(path: list[str]) -> str:
    """`[v2/]namespace/model[/manifests/tag | /tags | /blobs/…]` → `namespace/model[:tag]`."""
    if path[0] == "v2":
        path = path[1:]
    stop = next((i for i, p in enumerate(path) if p in ("tags", "blobs", "manifests")), len(path))
    name = "/".join(path[:stop][:2])
    if path[stop : stop + 1] == ["manifests"] and len(path) > stop + 1:
        name += ":" + path[stop + 1]
    return name


def _hf_name(path: list[str], query: str) -> str:
    """A link to one file of a repository names the quantization in its file name."""
    if len(path) < 2 or path[0] in _HF_PAGES:
        return ""
    name = f"hf.co/{path[0]}/{path[1]}"
    file = path[-1] if path[2:3] in (["blob"], ["resolve"]) else ""
    shown = re.search(r"(?:^|&)show_file_info=([^&]*)", query)
    file = file or (unquote(shown[1]) if shown else "")
    quant = _QUANT.search(_SPLIT_FILE.sub("", file))
    return f"{name}:{quant[1]}" if quant else name
