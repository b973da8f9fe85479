"""The demo's models that read and write text."""

from __future__ import annotations

from functools import cache

from tray_app.demo.catalogue import shapes, texts
from tray_app.demo.catalogue.apache_license import APACHE_2
from tray_app.demo.catalogue.licenses import community_license, mit_license
from tray_app.demo.store.package import Package, Weights, build_package
from tray_app.demo.store.weights import Shape, language_model

_THINKS = ("completion", "tools", "thinking")
_TOOLS = ("completion", "tools")
_CHAT_STOPS = {"stop": ["<|im_start|>", "<|im_end|>"]}
_QWEN_PARAMETERS = {
    "repeat_penalty": 1,
    "stop": ["<|im_start|>", "<|im_end|>"],
    "temperature": 0.6,
    "top_k": 20,
    "top_p": 0.95,
}
_LLAMA_STOPS = {"stop": ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]}


@cache
def qwen(name: str, size: int, shape: Shape, parameters: int, label: str) -> Package:
    """Qwen 3 of one size."""
    memory = 6_307_000_000 if name == "qwen3:8b" else 0
    weights = language_model(
        name,
        size,
        shape,
        parameters=parameters,
        name="Qwen3",
        license_id="apache-2.0",
        capabilities=_THINKS,
        memory_bytes=memory,
    )
    return build_package(
        weights,
        template=texts.THINKING,
        licenses=[APACHE_2],
        parameters=_QWEN_PARAMETERS,
        parameter_size=label,
    )


@cache
def llama(name: str, size: int, shape: Shape, parameters: int, label: str) -> Package:
    """Llama 3.2 of one size; one of them as it comes from hf.co, without texts."""
    is_hub = name.startswith("hf ")
    weights = language_model(
        name,
        size,
        shape,
        parameters=parameters,
        name="Llama 3.2 Instruct",
        license_id="llama3.2",
        capabilities=_TOOLS,
        chat_template=texts.JINJA if is_hub else "",
        memory_bytes=2_893_000_000 if name == "llama3.2:3b" else 0,
    )
    if is_hub:
        return build_package(weights, parameter_size=label)
    return build_package(
        weights,
        template=texts.HEADERS,
        licenses=[
            community_license("Llama 3.2", "Meta Platforms, Inc.", "September 25, 2024"),
        ],
        parameters=_LLAMA_STOPS,
        parameter_size=label,
    )


@cache
def phi(name: str, size: int, shape: Shape, parameters: int, label: str) -> Package:
    """Phi 4 of one size."""
    weights = language_model(
        name, size, shape, parameters=parameters, name="Phi 4", license_id="mit"
    )
    return build_package(
        weights,
        template=texts.CHATML,
        licenses=[mit_license(2024, "Microsoft Corporation.")],
        parameters=_CHAT_STOPS,
        parameter_size=label,
    )


@cache
def mistral(version: str) -> Package:
    """Mistral 7B, in the version that is installed or the newer one."""
    weights = language_model(
        f"mistral:7b v{version}",
        4_372_811_072,
        shapes.MISTRAL_7B,
        parameters=7_248_023_552,
        name="Mistral-7B-Instruct-v0.3",
        license_id="apache-2.0",
        capabilities=_TOOLS,
    )
    return build_package(
        weights,
        template=texts.INSTRUCT,
        licenses=[APACHE_2],
        parameters={"stop": ["[INST]", "[/INST]"]},
        parameter_size="7.2B",
    )


@cache
def deepseek_14b() -> Package:
    """DeepSeek R1, distilled into Qwen."""
    weights = language_model(
        "deepseek-r1:14b",
        8_988_110_688,
        shapes.QWEN2_14B,
        parameters=14_770_033_664,
        name="DeepSeek R1 Distill Qwen",
        license_id="mit",
        capabilities=("completion", "thinking"),
    )
    return _deepseek(weights, "14.8B")


@cache
def deepseek_70b() -> Package:
    """DeepSeek R1, distilled into Llama."""
    weights = language_model(
        "deepseek-r1:70b",
        42_520_395_584,
        shapes.LLAMA_70B,
        parameters=70_553_706_560,
        name="DeepSeek R1 Distill Llama",
        license_id="mit",
        capabilities=_THINKS,
    )
    return _deepseek(weights, "70.6B")


def _deepseek(weights: Weights, label: str) -> Package:
    return build_package(
        weights,
        template=texts.THINKING,
        licenses=[mit_license(2023, "DeepSeek")],
        parameters={"temperature": 0.6, "top_p": 0.95},
        parameter_size=label,
    )


@cache
def hf_coder() -> Package:
    """A bare GGUF from hf.co: its template stands in the file."""
    weights = language_model(
        "hf qwen2.5 coder 14b",
        8_988_110_592,
        shapes.QWEN2_14B,
        parameters=14_770_033_664,
        name="Qwen2.5 Coder 14B Instruct",
        license_id="apache-2.0",
        capabilities=_TOOLS,
        chat_template=texts.JINJA,
    )
    return build_package(weights, parameter_size="14.8B")


@cache
def qwen_coder_7b() -> Package:
    """Qwen 2.5 Coder."""
    weights = language_model(
        "qwen2.5-coder:7b",
        4_683_073_184,
        shapes.QWEN2_7B,
        parameters=7_615_616_512,
        name="Qwen2.5 Coder 7B Instruct",
        license_id="apache-2.0",
        capabilities=("completion", "tools", "insert"),
    )
    return build_package(
        weights,
        template=texts.CHATML,
        system="You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
        licenses=[APACHE_2],
        parameters=_CHAT_STOPS,
        parameter_size="7.6B",
    )


@cache
def gpt_oss_20b() -> Package:
    """gpt-oss, the small one."""
    weights = language_model(
        "gpt-oss:20b",
        13_780_154_624,
        shapes.GPT_OSS,
        parameters=20_914_757_184,
        name="gpt-oss",
        license_id="apache-2.0",
        file_type="MXFP4",
        capabilities=_THINKS,
    )
    return build_package(
        weights,
        template=texts.THINKING,
        licenses=[APACHE_2],
        parameters={"temperature": 1},
        parameter_size="20.9B",
    )


@cache
def smollm2() -> Package:
    """A very small model."""
    weights = language_model(
        "smollm2:135m",
        270_885_440,
        shapes.SMOLLM2,
        parameters=134_515_008,
        name="SmolLM2",
        license_id="apache-2.0",
        file_type="F16",
        capabilities=_TOOLS,
    )
    return build_package(
        weights,
        template=texts.CHATML,
        system="You are a helpful AI assistant named SmolLM, trained by Hugging Face",
        licenses=[APACHE_2],
        parameters=_CHAT_STOPS,
        parameter_size="134.52M",
    )


@cache
def tinyllama() -> Package:
    """A small model."""
    weights = language_model(
        "tinyllama",
        637_699_456,
        shapes.TINYLLAMA,
        parameters=1_100_048_384,
        name="TinyLlama",
        license_id="apache-2.0",
        file_type="Q4_0",
    )
    return build_package(
        weights,
        template=texts.INSTRUCT,
        system="You are a helpful AI assistant.",
        licenses=[APACHE_2],
        parameters={"stop": ["<|system|>", "<|user|>", "<|assistant|>", "</s>"]},
        parameter_size="1B",
    )
