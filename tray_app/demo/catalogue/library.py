"""What a demo server starts with: installed, published and loaded models, and their ages."""

from __future__ import annotations

import random

from tray_app.demo.catalogue.catalogue import HF_CODER, current, local, outdated, pullable
from tray_app.demo.catalogue.texts import CHATML
from tray_app.demo.store.package import build_package
from tray_app.demo.store.state import Library
from tray_app.demo.store.weights import Shape, language_model

_DAY_S = 86_400.0
_AGES_DAYS = {
    "deepseek-r1:14b": 5.2,
    "gemma3:4b": 61.0,
    "gpt-oss:120b-cloud": 1.1,
    HF_CODER: 42.3,
    "llama3.2:latest": 21.4,
    "llava:13b": 122.0,
    "meeting-notes:latest": 0.06,
    "mistral:7b": 121.0,
    "nomic-embed-text:latest": 243.0,
    "phi4:14b": 35.5,
    "qwen3:8b": 2.3,
}
_SHAPES = (
    Shape("llama", 4, 2048, 5632, 32, 4, 2048, 32000, "llama"),
    Shape("qwen3", 6, 4096, 12288, 32, 8, 40960, 151936),
    Shape("gemma3", 5, 2560, 10240, 8, 4, 131072, 262144, "llama"),
)


def demo_library() -> Library:
    """Eleven installed models, two of them loaded and two out of date, and more to pull."""
    old = outdated()
    installed = {**current(), **old, **local()}
    published = {**current(), **pullable()}
    return Library(
        installed=[(name, installed[name], days * _DAY_S) for name, days in _AGES_DAYS.items()],
        published=[
            # Only the versions that are newer than the installed ones were pushed after those.
            (name, package, (3.0 if name in old else _AGES_DAYS.get(name, 0.0) + 30.0) * _DAY_S)
            for name, package in published.items()
        ],
        loaded=[("qwen3:8b", 1740.0), ("llama3.2:latest", 252.0)],
    )


def many(count: int, *, seed: int = 1) -> Library:
    """`count` generated models, all different, for large lists. The same seed, the same list."""
    rng = random.Random(seed)
    families = ("llama", "qwen", "mistral", "gemma", "phi", "deepseek", "granite", "command-r")
    library = Library()
    for index in range(count):
        billions = rng.choice((0.5, 1, 3, 7, 8, 13, 14, 32, 70))
        name = f"{rng.choice(families)}-{index:05d}:{billions:g}b"
        weights = language_model(
            f"many {seed} {index}",
            int(billions * rng.uniform(0.5, 0.7) * 1e9),
            _SHAPES[index % len(_SHAPES)],
            parameters=int(billions * 1e9),
            name=name,
            file_type=rng.choice(("Q4_K_M", "Q8_0", "F16", "Q4_0")),
        )
        package = build_package(weights, template=CHATML, parameter_size=f"{billions:g}B")
        library.installed.append((name, package, rng.uniform(0, 400) * _DAY_S))
    return library
