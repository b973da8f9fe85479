"""The demo's models that see pictures, make vectors, or run in the cloud."""

from __future__ import annotations

from functools import cache
from typing import Any

from tray_app.demo.catalogue import shapes, texts
from tray_app.demo.catalogue.apache_license import APACHE_2
from tray_app.demo.catalogue.licenses import community_license
from tray_app.demo.store.package import Package, Weights, build_package
from tray_app.demo.store.weights import Shape, embedding_model, language_model, vision_projector

_THINKS = ("completion", "tools", "thinking")
_SEES = ("completion", "vision")
_GEMMA_PARAMETERS = {"stop": ["<end_of_turn>"], "temperature": 1, "top_k": 64, "top_p": 0.95}
_VICUNA_SYSTEM = (
    "A chat between a curious human and an artificial intelligence assistant. The assistant gives "
    "helpful, detailed, and polite answers to the human's questions."
)


@cache
def gemma(name: str, size: int, shape: Shape, parameters: int, label: str) -> Package:
    """Gemma 3 of one size; it sees without a projector file."""
    weights = language_model(
        name, size, shape, parameters=parameters, name="Gemma 3", capabilities=_SEES
    )
    return build_package(
        weights,
        template=texts.TURNS,
        licenses=[community_license("Gemma", "Google LLC", "February 21, 2024")],
        parameters=_GEMMA_PARAMETERS,
        parameter_size=label,
    )


@cache
def llava_13b(version: str) -> Package:
    """LLaVA 13B, in the version that is installed or the newer one; one projector for both."""
    return _llava(
        language_model(
            f"llava:13b v{version}",
            7_365_834_624,
            shapes.LLAVA_13B,
            parameters=13_015_864_320,
            name="LLaVA 1.6 13B",
            file_type="Q4_0",
        ),
        vision_projector("llava 13b projector", 645_310_944),
        "13B",
    )


@cache
def llava_34b() -> Package:
    """LLaVA 34B."""
    return _llava(
        language_model(
            "llava:34b",
            19_466_528_416,
            shapes.LLAVA_34B,
            parameters=34_388_917_248,
            name="LLaVA 1.6 34B",
            file_type="Q4_0",
        ),
        vision_projector("llava 34b projector", 700_377_440),
        "34B",
    )


def _llava(weights: Weights, projector: Weights, label: str) -> Package:
    return build_package(
        weights,
        projector=projector,
        template=texts.VICUNA,
        system=_VICUNA_SYSTEM,
        licenses=[
            APACHE_2,
            community_license("Llama 2", "Meta Platforms, Inc.", "July 18, 2023"),
        ],
        parameters={"stop": ["USER:", "ASSISTANT:"]},
        parameter_size=label,
    )


@cache
def nomic() -> Package:
    """An embedding model."""
    weights = embedding_model(
        "nomic-embed-text",
        274_290_656,
        shapes.NOMIC,
        parameters=136_727_040,
        name="nomic-embed-text-v1.5",
    )
    return build_package(
        weights, licenses=[APACHE_2], parameters={"num_ctx": 8192}, parameter_size="137M"
    )


@cache
def minilm() -> Package:
    """A tiny embedding model."""
    weights = embedding_model(
        "all-minilm", 45_949_216, shapes.MINILM, parameters=22_565_376, name="all-MiniLM-L6-v2"
    )
    return build_package(
        weights, licenses=[APACHE_2], parameters={"num_ctx": 256}, parameter_size="23M"
    )


@cache
def cloud_stub() -> Package:
    """A model that runs at ollama.com: only a config is here."""
    config: dict[str, Any] = {
        "model_family": "gptoss",
        "model_type": "116.8B",
        "file_type": "MXFP4",
        "remote_host": "https://ollama.com:443",
        "remote_model": "gpt-oss:120b",
        "capabilities": list(_THINKS),
        "context_length": 131072,
        "embedding_length": 2880,
        "base_name": "gpt-oss",
    }
    return build_package(None, config=config)
