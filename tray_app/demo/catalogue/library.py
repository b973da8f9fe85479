"""Which models exist in the demo's world: at the registry, on the disk, made here; and how old."""

from __future__ import annotations

import random

from tray_app.demo.catalogue import models
from tray_app.demo.catalogue.texts import meeting_notes_prompt, template
from tray_app.demo.store.package import Package, build_package
from tray_app.demo.store.state import Library
from tray_app.demo.store.weights import Shape, language_model

HF_CODER = "hf.co/bartowski/Qwen2.5-Coder-14B-Instruct-GGUF:Q4_K_M"
HF_LLAMA = "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M"
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
    old = _outdated()
    installed = {**_current(), **old, **_local()}
    published = {**_current(), **_pullable()}
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
        package = build_package(
            weights, template=template("chatml"), parameter_size=f"{billions:g}B"
        )
        library.installed.append((name, package, rng.uniform(0, 400) * _DAY_S))
    return library


def _current() -> dict[str, Package]:
    """What the registry offers today for the names that are installed."""
    return {
        "deepseek-r1:14b": models.deepseek_14b(),
        "gemma3:4b": models.gemma(
            "gemma3:4b", 3_338_792_448, models.GEMMA3_4B, 4_299_915_632, "4.3B"
        ),
        "gpt-oss:120b-cloud": models.cloud_stub(),
        HF_CODER: models.hf_coder(),
        "llama3.2:latest": models.llama(
            "llama3.2:3b", 2_019_377_376, models.LLAMA_3B, 3_212_749_888, "3.2B"
        ),
        "llava:13b": models.llava_13b("2"),
        "mistral:7b": models.mistral("0.3.2"),
        "nomic-embed-text:latest": models.nomic(),
        "phi4:14b": models.phi("phi4:14b", 9_053_114_816, models.PHI4, 14_659_507_200, "14.7B"),
        "qwen3:8b": models.qwen("qwen3:8b", 5_225_374_240, models.QWEN3_8B, 8_190_735_360, "8.2B"),
    }


def _outdated() -> dict[str, Package]:
    """The older versions that are installed."""
    return {"llava:13b": models.llava_13b("1"), "mistral:7b": models.mistral("0.3.0")}


def _local() -> dict[str, Package]:
    """What was made on this computer and is at no registry."""
    base = _outdated()["mistral:7b"]
    notes = build_package(
        base.weights,
        template=base.text("template"),
        system=meeting_notes_prompt(),
        parameters={"num_ctx": 16384, "temperature": 0.2},
        licenses=base.texts("license"),
        messages=(
            {"role": "user", "content": "Anna: we ship on Friday. Ben: fine, I write the notes."},
            {"role": "assistant", "content": "Decided: shipping on Friday.\n\nTasks: Ben, notes."},
        ),
        parameter_size="7.2B",
        origin="mistral:7b",
        trailing_newline=True,
    )
    return {"meeting-notes:latest": notes}


def _pullable() -> dict[str, Package]:
    """What is at the registry and not installed under that name."""
    now = _current()
    return {
        "all-minilm:latest": models.minilm(),
        "deepseek-r1:70b": models.deepseek_70b(),
        "gemma3:12b": models.gemma(
            "gemma3:12b", 8_149_180_896, models.GEMMA3_12B, 12_187_079_280, "12.2B"
        ),
        "gemma3:latest": now["gemma3:4b"],
        "gpt-oss:20b": models.gpt_oss_20b(),
        HF_LLAMA: models.llama("hf llama", 2_019_377_696, models.LLAMA_3B, 3_212_749_888, "3.21B"),
        "llama3.2:1b": models.llama(
            "llama3.2:1b", 1_321_082_688, models.LLAMA_1B, 1_235_814_432, "1.2B"
        ),
        "llama3.2:3b": now["llama3.2:latest"],
        "llava:34b": models.llava_34b(),
        "mistral:latest": now["mistral:7b"],
        "phi4-mini:latest": models.phi(
            "phi4-mini", 2_491_876_416, models.PHI4_MINI, 3_836_021_856, "3.8B"
        ),
        "phi4:latest": now["phi4:14b"],
        "qwen2.5-coder:7b": models.qwen_coder_7b(),
        "qwen3:14b": models.qwen(
            "qwen3:14b", 9_276_182_272, models.QWEN3_14B, 14_768_307_200, "14.8B"
        ),
        "qwen3:latest": now["qwen3:8b"],
        "smollm2:135m": models.smollm2(),
        "tinyllama:latest": models.tinyllama(),
    }
