"""What a pasted text becomes in a field for a model name: links, command lines, quotes.

Text in, text out. Whether the result is a legal name is `core.names`' business. A link to something
that no name stands for (another file, another revision, a page) stays what it is, so that it is no
name and a person is asked: a name near it would fetch something else.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from tray_app.core.lazy_patterns import lazy_pattern

_OLLAMA_HOSTS = frozenset({"ollama.com", "www.ollama.com", "registry.ollama.ai", "ollama.ai"})
HF_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co"})
_MODELSCOPE_HOSTS = frozenset({"modelscope.cn", "www.modelscope.cn"})
_MODELSCOPE_PAGES = frozenset(
    ("aigc", "api", "collections", "datasets", "docs", "home", "learn", "models", "my",
     "organization", "profile", "search", "studios")
)  # fmt: skip
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
# Of these a name is made by the files of Hugging Face; the tag may also be a whole file name.
_QUANT_NAME = r"(?:UD-)?(?:I?Q\d\w*|TQ\d\w*|MXFP4\w*|BF16|F16|F32)"
_QUANT = lazy_pattern(rf"(?:^|[.\-_])({_QUANT_NAME})\.gguf$", re.IGNORECASE)
_QUANT_FOLDER = lazy_pattern(rf"(?:.*?[.\-_])??({_QUANT_NAME})", re.IGNORECASE)
_SPLIT_FILE = lazy_pattern(r"-\d{5}-of-\d{5}(?=\.gguf$)", re.IGNORECASE)
# Parts of a model that is pulled as a whole.
_COMPANION = lazy_pattern(r"(?:^|[.\-_/])(?:mmproj|imatrix)", re.IGNORECASE)
_FILE_PAGES = frozenset({"blob", "resolve", "raw", "blame", "edit", "file", "files", "repo"})
_MAIN = frozenset({"main", "master"})


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
        is_page = not path or path[0].casefold() in _HF_PAGES
        return text if is_page else _repository_name("hf.co", path, parts.query) or text
    if host in _MODELSCOPE_HOSTS:
        path = path[1:] if path[:1] == ["models"] else path
        is_page = not path or path[0].casefold() in _MODELSCOPE_PAGES
        return text if is_page else _repository_name("modelscope.cn", path, parts.query) or text
    if has_scheme and len(path) >= 2:
        netloc = parts.netloc.rpartition("@")[2]  # never a password
        name = _registry_path(path)
        return f"{netloc}/{name}" if name else _repository_name(netloc, path, parts.query) or text
    return text


def is_unclear_link(cleaned: str) -> bool:
    """Whether what `clean` gave is a link that no name stands for."""
    if re.match(r"https?://", cleaned, re.IGNORECASE):
        return True
    host, _, rest = cleaned.partition("/")
    host, path = host.casefold(), rest.split("/")
    if host in HF_HOSTS:
        return len(path) > 2 or (len(path) == 2 and path[0].casefold() in _HF_PAGES)
    if host in _MODELSCOPE_HOSTS:
        return len(path) > 2 or (len(path) == 2 and path[0].casefold() in _MODELSCOPE_PAGES)
    return host in _OLLAMA_HOSTS


def repository_of(text: str) -> str:
    """The name of the repository that a link of no model lies in, to be offered; "" = none."""
    text = _bare(_visible(text.strip()[:_MAX_PASTED]))
    path = re.sub(r"^https?://", "", text, flags=re.IGNORECASE).partition("?")[0].split("/")
    host = path[0].casefold()
    parts = [part for part in path[1:] if part]
    if host in HF_HOSTS and len(parts) > 2 and parts[0].casefold() not in _HF_PAGES:
        return "/".join(["hf.co", *parts[:2]])
    if host in _MODELSCOPE_HOSTS and len(parts) > 3 and parts[0] == "models":
        return "/".join(["modelscope.cn", *parts[1:3]])
    return ""


def _ollama_name(path: list[str]) -> str:
    if path[0].casefold() in _OLLAMA_PAGES and (len(path) == 1 or path[0] != "library"):
        return ""
    return _registry_path(path).removeprefix("library/")


def _registry_path(path: list[str]) -> str:
    """`[v2/]namespace/model[:tag][/manifests/tag | /tags | /blobs/…]` → `namespace/model[:tag]`,
    "" for anything else."""
    is_api = path[0] == "v2"
    path = path[1:] if is_api else path
    words = ("tags", "blobs", "manifests")
    stop = next((i for i, p in enumerate(path) if p in words), len(path))
    name, rest = "/".join(path[:stop]), path[stop:]
    if not 0 < stop <= 2 or (rest[:1] == ["blobs"] and is_api):
        return ""  # a blob is a part of many models
    if rest[:1] == ["manifests"] and len(rest) > 1:
        name += ":" + rest[1]
    return name


def _repository_name(host: str, path: list[str], query: str) -> str:
    """The name of `user/repository[/blob/main/…/file | /tree/main/folder | /file]`: a link to one
    file has the quantization in its file name. "" when no name stands for what it shows."""
    if len(path) < 2:
        return ""
    name, rest = "/".join([host, *path[:2]]), path[2:]
    shown = re.search(r"(?:^|&)(?:show_file_info|FilePath|fileName)=([^&]*)", query)
    if shown:
        return _with_file(name, unquote(shown[1].replace("+", " ")).split("/"))
    if not rest:
        return name
    if rest[0] == "tree":
        return _with_folder(name, rest[1:])
    if rest[0] in _FILE_PAGES and len(rest) > 1:
        rest = rest[2:] if rest[1] == "view" else rest[1:]
        return _with_file(name, rest[1:]) if rest[:1] and rest[0] in _MAIN else ""
    if rest[-1].casefold().endswith(".gguf"):
        return _with_file(name, rest)
    # Pages about the repository itself: discussions, commits, its list of files.
    is_about = rest[0] in _ABOUT or rest[0] in _FILE_PAGES
    return name if is_about else ""


_ABOUT = frozenset({"activity", "commits", "discussions", "feedback", "summary", "settings"})


def _with_folder(name: str, rest: list[str]) -> str:
    """`main[/folder]`: repositories keep the parts of one quantization in a folder of its name."""
    if not rest or rest in (["main"], ["master"]):
        return name
    found = _QUANT_FOLDER.fullmatch(rest[-1])
    return f"{name}:{found[1]}" if rest[0] in _MAIN and found else ""


def _with_file(name: str, path: list[str]) -> str:
    """The name of the file at `path` in a repository; "" for one that is no model."""
    file = path[-1] if path else ""
    if not file.casefold().endswith(".gguf"):
        return name if file.casefold().endswith((".md", "license", "license.txt")) else ""
    if _COMPANION.search(file):
        return ""
    whole = _SPLIT_FILE.sub("", file)
    quant = _QUANT.search(whole)
    if quant:
        return f"{name}:{quant[1]}"
    folder = _QUANT_FOLDER.fullmatch(path[-2]) if len(path) > 1 else None
    if folder:
        return f"{name}:{folder[1]}"
    return f"{name}:{file}" if len(path) == 1 and whole == file else ""
