"""The demo's models one by one: the numbers that shape them, and what a package of each holds."""

from __future__ import annotations

from functools import cache
from typing import Any

from tray_app.demo.catalogue.texts import (
    apache_license,
    community_license,
    mit_license,
    template,
    thinking_template,
)
from tray_app.demo.store.package import Package, Weights, build_package
from tray_app.demo.store.weights import Shape, embedding_model, language_model, vision_projector

# Blocks, widths, heads, context and vocabulary.
QWEN3_8B = Shape("qwen3", 36, 4096, 12288, 32, 8, 40960, 151936)
QWEN3_14B = Shape("qwen3", 40, 5120, 17408, 40, 8, 40960, 151936)
QWEN2_14B = Shape("qwen2", 48, 5120, 13824, 40, 8, 131072, 152064)
QWEN2_7B = Shape("qwen2", 28, 3584, 18944, 28, 4, 32768, 152064)
LLAMA_1B = Shape("llama", 16, 2048, 8192, 32, 8, 131072, 128256, rope_base=500_000.0)
LLAMA_3B = Shape("llama", 28, 3072, 8192, 24, 8, 131072, 128256, rope_base=500_000.0)
LLAMA_70B = Shape("llama", 80, 8192, 28672, 64, 8, 131072, 128256, rope_base=500_000.0)
LLAVA_13B = Shape("llama", 40, 5120, 13824, 40, 40, 4096, 32000, "llama", 10_000.0)
LLAVA_34B = Shape("llama", 60, 7168, 20480, 56, 8, 4096, 64000, "llama", 5_000_000.0)
TINYLLAMA = Shape("llama", 22, 2048, 5632, 32, 4, 2048, 32000, "llama", 10_000.0)
SMOLLM2 = Shape("llama", 30, 576, 1536, 9, 3, 8192, 49152, rope_base=100_000.0)
MISTRAL_7B = Shape("llama", 32, 4096, 14336, 32, 8, 32768, 32768, "llama")
GEMMA3_4B = Shape("gemma3", 34, 2560, 10240, 8, 4, 131072, 262144, "llama")
GEMMA3_12B = Shape("gemma3", 48, 3840, 15360, 16, 8, 131072, 262144, "llama")
PHI4 = Shape("phi3", 40, 5120, 17920, 40, 10, 16384, 100352, rope_base=250_000.0)
PHI4_MINI = Shape("phi3", 32, 3072, 8192, 24, 8, 131072, 200064, rope_base=10_000.0)
GPT_OSS = Shape("gptoss", 24, 2880, 2880, 64, 8, 131072, 201088, rope_base=150_000.0)
NOMIC = Shape("nomic-bert", 12, 768, 3072, 12, 12, 2048, 30522, "bert", 1_000.0)
MINILM = Shape("bert", 6, 384, 1536, 12, 12, 512, 30522, "bert", 10_000.0)

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
_SEES = ("completion", "vision")
_GEMMA_PARAMETERS = {"stop": ["<end_of_turn>"], "temperature": 1, "top_k": 64, "top_p": 0.95}
_VICUNA_SYSTEM = (
    "A chat between a curious human and an artificial intelligence assistant. The assistant gives "
    "helpful, detailed, and polite answers to the human's questions."
)


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
        template=thinking_template(),
        licenses=[apache_license()],
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
        chat_template=template("jinja") if is_hub else "",
        memory_bytes=2_893_000_000 if name == "llama3.2:3b" else 0,
    )
    if is_hub:
        return build_package(weights, parameter_size=label)
    return build_package(
        weights,
        template=template("headers"),
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
        template=template("chatml"),
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
        MISTRAL_7B,
        parameters=7_248_023_552,
        name="Mistral-7B-Instruct-v0.3",
        license_id="apache-2.0",
        capabilities=_TOOLS,
    )
    return build_package(
        weights,
        template=template("instruct"),
        licenses=[apache_license()],
        parameters={"stop": ["[INST]", "[/INST]"]},
        parameter_size="7.2B",
    )


@cache
def deepseek_14b() -> Package:
    """DeepSeek R1, distilled into Qwen."""
    weights = language_model(
        "deepseek-r1:14b",
        8_988_110_688,
        QWEN2_14B,
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
        LLAMA_70B,
        parameters=70_553_706_560,
        name="DeepSeek R1 Distill Llama",
        license_id="mit",
        capabilities=_THINKS,
    )
    return _deepseek(weights, "70.6B")


def _deepseek(weights: Weights, label: str) -> Package:
    return build_package(
        weights,
        template=thinking_template(),
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
        QWEN2_14B,
        parameters=14_770_033_664,
        name="Qwen2.5 Coder 14B Instruct",
        license_id="apache-2.0",
        capabilities=_TOOLS,
        chat_template=template("jinja"),
    )
    return build_package(weights, parameter_size="14.8B")


@cache
def qwen_coder_7b() -> Package:
    """Qwen 2.5 Coder."""
    weights = language_model(
        "qwen2.5-coder:7b",
        4_683_073_184,
        QWEN2_7B,
        parameters=7_615_616_512,
        name="Qwen2.5 Coder 7B Instruct",
        license_id="apache-2.0",
        capabilities=("completion", "tools", "insert"),
    )
    return build_package(
        weights,
        template=template("chatml"),
        system="You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
        licenses=[apache_license()],
        parameters=_CHAT_STOPS,
        parameter_size="7.6B",
    )


@cache
def gpt_oss_20b() -> Package:
    """gpt-oss, the small one."""
    weights = language_model(
        "gpt-oss:20b",
        13_780_154_624,
        GPT_OSS,
        parameters=20_914_757_184,
        name="gpt-oss",
        license_id="apache-2.0",
        file_type="MXFP4",
        capabilities=_THINKS,
    )
    return build_package(
        weights,
        template=thinking_template(),
        licenses=[apache_license()],
        parameters={"temperature": 1},
        parameter_size="20.9B",
    )


@cache
def smollm2() -> Package:
    """A very small model."""
    weights = language_model(
        "smollm2:135m",
        270_885_440,
        SMOLLM2,
        parameters=134_515_008,
        name="SmolLM2",
        license_id="apache-2.0",
        file_type="F16",
        capabilities=_TOOLS,
    )
    return build_package(
        weights,
        template=template("chatml"),
        system="You are a helpful AI assistant named SmolLM, trained by Hugging Face",
        licenses=[apache_license()],
        parameters=_CHAT_STOPS,
        parameter_size="134.52M",
    )


@cache
def tinyllama() -> Package:
    """A small model."""
    weights = language_model(
        "tinyllama",
        637_699_456,
        TINYLLAMA,
        parameters=1_100_048_384,
        name="TinyLlama",
        license_id="apache-2.0",
        file_type="Q4_0",
    )
    return build_package(
        weights,
        template=template("instruct"),
        system="You are a helpful AI assistant.",
        licenses=[apache_license()],
        parameters={"stop": ["<|system|>", "<|user|>", "<|assistant|>", "</s>"]},
        parameter_size="1B",
    )


@cache
def gemma(name: str, size: int, shape: Shape, parameters: int, label: str) -> Package:
    """Gemma 3 of one size; it sees without a projector file."""
    weights = language_model(
        name, size, shape, parameters=parameters, name="Gemma 3", capabilities=_SEES
    )
    return build_package(
        weights,
        template=template("turns"),
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
            LLAVA_13B,
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
            LLAVA_34B,
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
        template=template("vicuna"),
        system=_VICUNA_SYSTEM,
        licenses=[
            apache_license(),
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
        NOMIC,
        parameters=136_727_040,
        name="nomic-embed-text-v1.5",
    )
    return build_package(
        weights, licenses=[apache_license()], parameters={"num_ctx": 8192}, parameter_size="137M"
    )


@cache
def minilm() -> Package:
    """A tiny embedding model."""
    weights = embedding_model(
        "all-minilm", 45_949_216, MINILM, parameters=22_565_376, name="all-MiniLM-L6-v2"
    )
    return build_package(
        weights, licenses=[apache_license()], parameters={"num_ctx": 256}, parameter_size="23M"
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
