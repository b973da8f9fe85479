"""Small models for tests: quick to pull, with a known number of layers."""

from __future__ import annotations

from tray_app.demo import Library, Package, build_package
from tray_app.demo.store.weights import Shape, language_model

SHAPE = Shape("llama", 2, 64, 128, 2, 2, 8192, 256)


def model(seed: str, size: int = 40_000_000, *, system: str = "", weights: str = "") -> Package:
    """Weights, template, licence and parameters: five layers with the config.

    The same `weights` in two models is one file that they share.
    """
    return build_package(
        language_model(weights or seed, size, SHAPE, parameters=8_000_000_000, name=seed),
        template="{{ .Prompt }}",
        system=system,
        parameters={"stop": ["<|im_end|>"], "temperature": 0.6, "seed": len(seed)},
        licenses=["MIT License\n\nPermission is hereby granted."],
        parameter_size="8.0B",
    )


def library(*installed: str, published: tuple[str, ...] = ()) -> Library:
    """These names, each with weights of its own."""
    made = Library()
    made.installed = [(name, model(name), 3600.0 * (i + 1)) for i, name in enumerate(installed)]
    made.published = [(name, model(name), 86400.0) for name in (*installed, *published)]
    return made
