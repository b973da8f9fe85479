"""How the demo server reads model names: an independent reading of Ollama's grammar.

It must not use ``tray_app.core.names``: the contract tests hold the program's idea of a name
against this one, and two copies of one mistake would agree with each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DEFAULT_HOST = "registry.ollama.ai"
DEFAULT_NAMESPACE = "library"
DEFAULT_TAG = "latest"

_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}")
_NAMESPACE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,79}")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}")


@dataclass(frozen=True)
class Ref:
    """A fully qualified name; two that differ in case only are the same model."""

    host: str
    namespace: str
    model: str
    tag: str

    @property
    def key(self) -> str:
        """The identity of the model: full and case-folded."""
        return f"{self.host}/{self.namespace}/{self.model}:{self.tag}".casefold()

    @property
    def display(self) -> str:
        """The shortest form that the API shows; the tag is always there."""
        short = f"{self.model}:{self.tag}"
        if self.host != DEFAULT_HOST:
            return f"{self.host}/{self.namespace}/{short}"
        if self.namespace != DEFAULT_NAMESPACE:
            return f"{self.namespace}/{short}"
        return short

    @property
    def file(self) -> str:
        """Where its manifest lies on the server's disk, below the folder of manifests."""
        return f"{self.host}/{self.namespace}/{self.model}/{self.tag}"

    @property
    def manifest_path(self) -> str:
        """The registry's path of this name's manifest."""
        return f"/v2/{self.namespace}/{self.model}/manifests/{self.tag}"


class InvalidName(ValueError):
    """The text is no model name; `conflict` says that it asks for cloud and local at once."""

    def __init__(self, text: str, *, conflict: bool = False) -> None:
        super().__init__(text)
        self.conflict = conflict


def parse(text: str) -> Ref:
    """Read a name as copy and create do: no trimming, no cloud or local suffix."""
    rest, tag = text, DEFAULT_TAG
    colon, slash = rest.rfind(":"), rest.rfind("/")
    if colon > slash:
        rest, tag = rest[:colon], rest[colon + 1 :]
    rest, slash_found, model = rest.rpartition("/")
    host, namespace = DEFAULT_HOST, DEFAULT_NAMESPACE
    if slash_found:
        rest, slash_found, namespace = rest.rpartition("/")
        if slash_found:
            host = rest.partition("://")[2] if "://" in rest else rest
    pairs = ((_HOST, host), (_NAMESPACE, namespace), (_PART, model), (_PART, tag))
    if not all(pattern.fullmatch(part) for pattern, part in pairs):
        raise InvalidName(text)
    return Ref(host, namespace, model, tag)


def split_source(text: str) -> tuple[str, str]:
    """Take a cloud or local suffix off; returns the rest and '', 'cloud' or 'local'."""
    stripped = text.strip()
    base, source = _cut_suffix(stripped)
    if source and _cut_suffix(base)[1]:
        raise InvalidName(stripped, conflict=True)
    return base, source


def parse_for_pull(text: str) -> Ref:
    """Read a name as pull and delete do: a cloud suffix becomes part of the tag."""
    base, source = split_source(text)
    if source == "cloud":
        tagged = ":" in base[base.rfind("/") + 1 :]
        base += "-cloud" if tagged else ":cloud"
    return parse(base)


def parse_for_use(text: str) -> tuple[Ref, bool]:
    """Read a name as show and generate do; the flag says that it was asked for in the cloud."""
    base, source = split_source(text)
    return parse(base), source == "cloud"


def _cut_suffix(text: str) -> tuple[str, str]:
    base, colon, suffix = text.rpartition(":")
    suffix = suffix.strip()
    if not colon:
        return text, ""
    if suffix.lower() in ("cloud", "local"):
        return base, suffix.lower()
    if "/" not in suffix and suffix.lower().endswith("-cloud"):
        return f"{base}:{suffix[: -len('-cloud')]}", "cloud"
    return text, ""
