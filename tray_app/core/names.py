"""ModelName: parse, format and validate model names; clean-up of pasted text.

The grammar is Ollama's own (types/model/name.go and internal/modelref): ASCII only, host with
mandatory namespace, at most 80 characters a part, suffixes `:local` and `:cloud`.
"""

from __future__ import annotations

import re
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
_LEGAL = re.compile(r"[A-Za-z0-9_.:/\-]")

_OLLAMA_HOSTS = frozenset({"ollama.com", "www.ollama.com", "registry.ollama.ai", "ollama.ai"})
_HF_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co"})
_COMMAND = re.compile(
    r"(?:[$#>%]\s+)?(?:sudo\s+)?(?:\S*/)?ollama(?:\.exe)?\s+(?P<rest>.+)", re.DOTALL
)
_VERBS = frozenset({"run", "pull", "show", "rm", "stop", "cp", "push"})
_QUOTES = "\"'`“”‘’«»"


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
        return str(ModelName.parse(text)).casefold()
    except BadName:
        return text.strip().casefold()


def split_display(name: str) -> tuple[str, str, str]:
    """A display name → (prefix with "/", base, tag). Never fails, whatever a server called it."""
    path, slash, last = name.rpartition("/")
    base, colon, tag = last.partition(":")
    return path + slash, base, tag if colon else ""


def clean(text: str) -> str:
    """The model name inside a pasted text: a link, a command line, a quoted name.

    Gives back the text itself, trimmed, when there is nothing to clean. Never fails; whether the
    result is a legal name is `ModelName.parse`'s business.
    """
    line = next((ln.strip() for ln in text.splitlines() if ln.strip()), "")
    command = _COMMAND.fullmatch(line)
    if command:
        line = _command_argument(command["rest"])
    elif line[:2] in ("$ ", "> ", "# "):
        line = line[2:].strip()
    line = line.strip(_QUOTES + " \t").rstrip(".,;!)")
    return _from_link(line.strip(_QUOTES))


def _command_argument(rest: str) -> str:
    words = rest.split()
    if words and words[0] in _VERBS:
        words = words[1:]
    return next((w for w in words if not w.startswith("-")), "")


def _from_link(text: str) -> str:
    has_scheme = re.match(r"https?://", text, re.IGNORECASE) is not None
    # Without "//" urlsplit takes "host:port/…" for a scheme.
    parts = urlsplit(text if has_scheme else "//" + text)
    try:
        host = (parts.hostname or "").casefold()
    except ValueError:
        return text
    path = [p for p in unquote(parts.path).split("/") if p]
    if host in _OLLAMA_HOSTS and path:
        return _ollama_path(path)
    if host in _HF_HOSTS and len(path) >= 2:
        return _hf_name(path, dict(p.partition("=")[::2] for p in parts.query.split("&")))
    if has_scheme and len(path) >= 2:
        return "/".join([parts.netloc, *path[:2]])
    return text


def _ollama_path(path: list[str]) -> str:
    if path[0] == "v2":
        path = path[1:]
    if path[:1] == ["library"]:
        path = path[1:]
    stop = next((i for i, p in enumerate(path) if p in ("tags", "blobs", "manifests")), len(path))
    if path[stop : stop + 1] == ["manifests"] and len(path) > stop + 1:
        return "/".join(path[:stop]) + ":" + path[stop + 1]
    return "/".join(path[:stop][:2])


def _hf_name(path: list[str], query: dict[str, str]) -> str:
    user, repo = path[0], path[1]
    # A link to one file of a repository names the quantization in its file name.
    if len(path) > 3 and path[2] in ("blob", "resolve") and path[-1].endswith(".gguf"):
        quant = re.search(r"[.\-]((?:I?Q\d\w*|[BF]F?\d\d))\.gguf$", path[-1], re.IGNORECASE)
        return f"hf.co/{user}/{repo}" + (f":{quant[1]}" if quant else "")
    shown = query.get("show_file_info", "")
    quant = re.search(r"[.\-]((?:I?Q\d\w*|[BF]F?\d\d))\.gguf$", shown, re.IGNORECASE)
    return f"hf.co/{user}/{repo}" + (f":{quant[1]}" if quant else "")


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
    for character in base:
        if character.isspace():
            raise BadName(text, character, NameProblem.SPACE)
        if not _LEGAL.fullmatch(character):
            raise BadName(text, character, NameProblem.CHARACTER)
    before, slash, last = base.rpartition("/")
    model, colon, tag = last.rpartition(":")
    if not colon:
        model, tag = last, DEFAULT_TAG
    elif not tag:
        raise BadName(text, ":", NameProblem.EMPTY_TAG)
    if not model:
        raise BadName(text, ":" if colon else "/", NameProblem.EMPTY_PART)
    host, namespace = DEFAULT_HOST, DEFAULT_NAMESPACE
    if slash:
        rest, inner, namespace = before.rpartition("/")
        if inner:
            host = rest.partition("://")[2] if "://" in rest else rest
        if not namespace or (inner and not host):
            raise BadName(text, "/", NameProblem.EMPTY_PART)
        if "/" in host:
            raise BadName(text, "/", NameProblem.TOO_MANY_PARTS)
    for kind, part in (("host", host), ("namespace", namespace), ("model", model), ("tag", tag)):
        _check(text, kind, part)
    return host, namespace, model, tag


def _check(text: str, kind: str, part: str) -> None:
    if _PART[kind].fullmatch(part):
        return
    if len(part) > _PART_LIMIT[kind]:
        raise BadName(text, part, NameProblem.TOO_LONG)
    if kind == "namespace" and (":" in part or "." in part):
        raise BadName(text, part, NameProblem.NO_NAMESPACE)
    legal = _PART[kind]
    bad = next((c for c in part if not legal.fullmatch("a" + c)), part[:1])
    raise BadName(text, bad, NameProblem.CHARACTER)
