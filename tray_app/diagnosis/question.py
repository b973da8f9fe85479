"""Question: what is to be looked at, and with what."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from tray_app.core.diagnosis.facts import InstanceFacts, ServerTarget
from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.diagnosis.releases import Releases
    from tray_app.paths import Paths
    from tray_app.settings.values import SettingsValues

REGISTRY_URL = "https://registry.ollama.ai"


@dataclass(frozen=True, slots=True)
class Question:
    """`releases` None = the newest Ollama is not to be asked for; `registry_url` "" = no more is
    the registry. `environ` is where the variables of a server on this computer are looked for."""

    targets: tuple[ServerTarget, ...]
    where: Paths
    settings: SettingsValues
    settings_problem: str = ""
    instance: InstanceFacts = field(default_factory=InstanceFacts)
    platform: str = ""
    releases: Releases | None = None
    registry_url: str = REGISTRY_URL
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
