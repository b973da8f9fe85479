"""ModelName: parse, format and validate model names. Pasted text is `core.pasted`.

The grammar is Ollama's own (types/model/name.go and internal/modelref): ASCII only, host with
mandatory namespace, at most 80 characters a part, suffixes `:local` and `:cloud`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import repeat
from operator import contains

from tray_app.core.errors import BadName, NameProblem
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.pasted import HF_HOSTS, clean, is_unclear_link, repository_of

__all__ = ["ModelName", "canonical", "clean", "is_same_name", "split_display"]

DEFAULT_HOST = "registry.ollama.ai"
DEFAULT_NAMESPACE = "library"
DEFAULT_TAG = "latest"
LIBRARY_URL = "https://ollama.com/library"
"""Where people look for models to pull."""

_PART = {
    "host": lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9_.:\-]{0,349}"),
    "namespace": lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9_\-]{0,79}"),
    "model": lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,79}"),
    "tag": lazy_pattern(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,79}"),
}
_PART_LIMIT = {"host": 350, "namespace": 80, "model": 80, "tag": 80}
_NEVER_LEGAL = lazy_pattern(r"[^A-Za-z0-9_.:/\-]")
_UPPER = lazy_pattern(r"[A-Z]+")
# Most names in lower case are their own key, which is seen ten times as fast as understood.
_OWN_KEY = lazy_pattern(
    r"(?:(?!registry\.ollama\.ai/)[a-z0-9_][a-z0-9_.:\-]{0,349}/[a-z0-9_][a-z0-9_\-]{0,79}/"
    r"|(?!library/)[a-z0-9_][a-z0-9_\-]{0,79}/)?"
    r"[a-z0-9_][a-z0-9_.\-]{0,79}:[a-z0-9_][a-z0-9_.\-]{0,79}(?<!cloud)(?<!local)"
)


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

    @classmethod
    def of_pasted(cls, text: str) -> ModelName:
        """The name in a pasted text: a link, a command line. Raises BadName, also for a link that
        no name stands for, though it may look like one."""
        cleaned = clean(text)
        if is_unclear_link(cleaned):
            raise BadName(cleaned, repository_of(cleaned), NameProblem.LINK)
        return cls.parse(cleaned)

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
                return f"{LIBRARY_URL}/{self.model}"
            return f"https://ollama.com/{self.namespace}/{self.model}"
        if self.host.casefold() in HF_HOSTS:
            return f"https://huggingface.co/{self.namespace}/{self.model}"
        return ""


def is_at_one_of(name: str, hosts: Collection[str]) -> bool:
    """Whether the registry of `name` is one of `hosts` (with port)."""
    try:
        host = ModelName.parse(name).host.casefold()
    except BadName:
        return False
    return any(host == known.casefold() for known in hosts)


def is_same_name(one: str, other: str) -> bool:
    """Whether two texts mean the same stored model: the server matches without case."""
    return canonical(one) == canonical(other)


@lru_cache(maxsize=256)  # whoever handles a name asks for its key a dozen times
def canonical(text: str) -> str:
    """A key under which equal names are equal; an invalid text is its own key."""
    if text.isascii():
        lowered = text.lower()
        if _OWN_KEY.fullmatch(lowered):
            return lowered
    return _understood(text)


def _understood(text: str) -> str:
    try:
        return _lower(str(ModelName.parse(text)))
    except BadName:
        return _lower(text.strip())


class SameName:
    """Finds a name among thousands: most others are told apart without being understood."""

    def __init__(self, name: str) -> None:
        self._wanted = canonical(name)
        # Whatever its prefix and tag, an equal name holds this.
        self._base = self._wanted.rpartition("/")[2].partition(":")[0].casefold()
        self._bounded = re.compile(rf"(?:\A|[\s/]){re.escape(self._base)}(?:\Z|[\s:])")

    def __call__(self, other: str) -> bool:
        """Whether `canonical` makes both the same."""
        folded = other.casefold()
        if self._base and not (self._base in folded and self._bounded.search(folded)):
            return False
        return canonical(other) == self._wanted

    def may_be(self, others: Iterable[str]) -> Iterator[bool]:
        """For each whether it has to be looked at: thousands are sifted in C."""
        return map(contains, map(str.casefold, others), repeat(self._base))


def split_display(name: str) -> tuple[str, str, str]:
    """A display name → (prefix with "/", base, tag). Never fails, whatever a server called it."""
    path, slash, last = name.rpartition("/")
    base, colon, tag = last.partition(":")
    return path + slash, base, tag if colon else ""


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
