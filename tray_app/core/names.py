"""ModelName: parse, format and validate model names; clean-up of pasted text.

The grammar is Ollama's own (types/model/name.go and internal/modelref): ASCII only, host with
mandatory namespace, at most 80 characters a part, suffixes `:local` and `:cloud`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from tray_app.core.errors import BadName, NameProblem

DEFAULT_HOST = "registry.ollama.ai"
DEFAULT_NAMESPACE = "library"
DEFAULT_TAG = "latest"

_PART = {
    "host": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:\-]{0,349}"),
    "namespace": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-]{0,79}"),
    "model": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,79}"),
    "tag": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,79}"),
}
_PART_LIMIT = {"host": 350, "namespace": 80, "model": 80, "tag": 80}
_NEVER_LEGAL = re.compile(r"[^A-Za-z0-9_.:/\-]")
_UPPER = re.compile(r"[A-Z]+")

_OLLAMA_HOSTS = frozenset({"ollama.com", "www.ollama.com", "registry.ollama.ai", "ollama.ai"})
_HF_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co"})
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


@dataclass(frozen=True, slots=True)
class ModelName:
    """A valid name, defaults applied. `source` is "", "local" or "cloud" as asked for."""

    host: str
    namespace: str
    model: str
    tag: str
    source: str = ""

    @classmethod
    def parse(cls, text: str) -> ModelName:
        """Parse as `ollama pull` and `ollama rm` do. Raises BadName, which says what is wrong."""
        stripped = text.strip()
        if not stripped:
            raise BadName(text, "", NameProblem.EMPTY)
        base, source = _split_source(stripped)
        if source and _split_source(base)[1]:
            raise BadName(text, "", NameProblem.BOTH_SUFFIXES)
        if source == "cloud":
            has_tag = ":" in base.rpartition("/")[2]
            base += "-cloud" if has_tag else ":cloud"
        return cls(*_split(text, base), source=source)

    def __str__(self) -> str:
        """The shortest display name, always with its tag, as /api/tags prints it."""
        return f"{self.prefix}{self.model}:{self.tag}"

    @property
    def prefix(self) -> str:
        """What stands before the model in the display name: "", "user/" or "host/user/"."""
        if self.host.casefold() != DEFAULT_HOST:
            return f"{self.host}/{self.namespace}/"
        if self.namespace.casefold() != DEFAULT_NAMESPACE:
            return f"{self.namespace}/"
        return ""

    @property
    def is_cloud(self) -> bool:
        """True for names whose tag says that they run on ollama.com."""
        tag = self.tag.casefold()
        return tag == "cloud" or tag.endswith("-cloud")

    @property
    def is_default_host(self) -> bool:
        return self.host.casefold() == DEFAULT_HOST

    @property
    def has_misrouted_tag(self) -> bool:
        """Tags that show, generate and delete resolve to something else; refuse as destination."""
        return self.is_cloud or self.tag.casefold() == "local"

    @property
    def page_url(self) -> str:
        """The page that a person can read about this model, "" when there is none."""
        if self.is_default_host:
            if self.namespace.casefold() == DEFAULT_NAMESPACE:
                return f"https://ollama.com/library/{self.model}"
            return f"https://ollama.com/{self.namespace}/{self.model}"
        if self.host.casefold() in _HF_HOSTS:
            return f"https://huggingface.co/{self.namespace}/{self.model}"
        return ""


def is_same_name(one: str, other: str) -> bool:
    """Whether two texts mean the same stored model: the server matches without case."""
    return canonical(one) == canonical(other)


def canonical(text: str) -> str:
    """A key under which equal names are equal; an invalid text is its own key."""
    try:
        return _lower(str(ModelName.parse(text)))
    except BadName:
        return _lower(text.strip())


def split_display(name: str) -> tuple[str, str, str]:
    """A display name → (prefix with "/", base, tag). Never fails, whatever a server called it."""
    path, slash, last = name.rpartition("/")
    base, colon, tag = last.partition(":")
    return path + slash, base, tag if colon else ""


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
    if host in _HF_HOSTS and len(path) >= 2 and path[0] not in _HF_PAGES:
        return _hf_name(path, dict(p.partition("=")[::2] for p in parts.query.split("&")))
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


def _hf_name(path: list[str], query: dict[str, str]) -> str:
    """A link to one file of a repository names the quantization in its file name."""
    name = f"hf.co/{path[0]}/{path[1]}"
    file = path[-1] if path[2:3] in (["blob"], ["resolve"]) else ""
    file = file or unquote(query.get("show_file_info", ""))
    quant = _QUANT.search(_SPLIT_FILE.sub("", file))
    return f"{name}:{quant[1]}" if quant else name


def _lower(text: str) -> str:
    """Lower case of ASCII letters alone: "K" (Kelvin) must not become a legal "k"."""
    return _UPPER.sub(lambda match: match[0].lower(), text)


def _split_source(text: str) -> tuple[str, str]:
    """Cut a `:local` / `:cloud` suffix; `x:20b-cloud` is the cloud form of `x:20b`."""
    base, colon, suffix = text.rpartition(":")
    if not colon:
        return text, ""
    suffix = suffix.strip()
    lowered = suffix.casefold()
    if lowered in ("cloud", "local"):
        return base, lowered
    if "/" not in suffix and lowered.endswith("-cloud"):
        return f"{base}:{suffix[: -len('-cloud')]}", "cloud"
    return text, ""


def _split(text: str, base: str) -> tuple[str, str, str, str]:
    wrong = _NEVER_LEGAL.search(base)
    if wrong:
        problem = NameProblem.SPACE if wrong[0].isspace() else NameProblem.CHARACTER
        raise BadName(text, wrong[0], problem)
    before, slash, last = base.rpartition("/")
    model, colon, tag = last.rpartition(":")
    if not colon:
        model, tag = last, DEFAULT_TAG
    elif not tag:
        raise BadName(text, ":", NameProblem.EMPTY_TAG)
    if not model:
        raise BadName(text, ":" if colon else "/", NameProblem.EMPTY_PART)
    host, namespace = _split_path(text, before) if slash else (DEFAULT_HOST, DEFAULT_NAMESPACE)
    for kind, part in (("host", host), ("namespace", namespace), ("model", model), ("tag", tag)):
        if len(part) > _PART_LIMIT[kind]:
            raise BadName(text, part, NameProblem.TOO_LONG)
        if not _PART[kind].fullmatch(part):
            # Each character is legal somewhere, but not at its place in this part.
            raise BadName(text, part, NameProblem.CHARACTER)
    return host, namespace, model, tag


def _split_path(text: str, before: str) -> tuple[str, str]:
    """What stands before the model's "/" → host and namespace."""
    rest, slash, namespace = before.rpartition("/")
    if not slash:
        if ":" in namespace or "." in namespace:
            raise BadName(text, namespace, NameProblem.NO_NAMESPACE)
        host = DEFAULT_HOST
    else:
        host = rest.partition("://")[2] if "://" in rest else rest
    if not namespace or not host:
        raise BadName(text, "/", NameProblem.EMPTY_PART)
    if "/" in host:
        raise BadName(text, "/", NameProblem.TOO_MANY_PARTS)
    return host, namespace
