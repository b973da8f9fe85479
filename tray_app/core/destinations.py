"""Whom the program asks, and what for: the whole list, as the help page tells it.

tests/unit/core/test_destinations.py looks for every address in the code that is not on it.
"""

from __future__ import annotations

from enum import StrEnum

from tray_app.core.lazy_dataclasses import dataclass


class Purpose(StrEnum):
    """Why something leaves this computer."""

    SERVERS = "servers"
    REGISTRY = "registry"
    HUGGING_FACE = "hugging_face"
    OTHER_REGISTRIES = "other_registries"
    NEWER_OLLAMA = "newer_ollama"
    NEWER_TRAY = "newer_tray"
    WAKING = "waking"
    BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class Destination:
    """One purpose and the hosts that are asked for it; none = those that a person names."""

    purpose: Purpose
    hosts: tuple[str, ...] = ()


DESTINATIONS = (
    Destination(Purpose.SERVERS),
    Destination(Purpose.REGISTRY, ("registry.ollama.ai",)),
    Destination(Purpose.HUGGING_FACE, ("hf.co", "huggingface.co")),
    Destination(Purpose.OTHER_REGISTRIES),
    Destination(Purpose.NEWER_OLLAMA, ("api.github.com",)),
    Destination(Purpose.NEWER_TRAY, ("api.github.com",)),
    Destination(Purpose.WAKING),
    Destination(Purpose.BROWSER, ("ollama.com", "docs.ollama.com", "huggingface.co", "github.com")),
)


def named_hosts() -> frozenset[str]:
    """All hosts that are told of by name."""
    return frozenset(host for each in DESTINATIONS for host in each.hosts)
