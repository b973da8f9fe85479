"""The packages of the demo: one entry for each model that exists in its world."""

from __future__ import annotations

from functools import cache
from typing import Any

from tray_app.demo import texts
from tray_app.demo.licenses import APACHE_2, community_license, mit_license
from tray_app.demo.package import Package, Weights, build_package
from tray_app.demo.weights import Shape, embedding_model, language_model, vision_projector

_THINKS = ("completion", "tools", "thinking")
_TOOLS = ("completion", "tools")
_SEES = ("completion", "vision")
_CHAT_STOPS = {"stop": ["<|im_start|>", "<|im_end|>"]}
_QWEN_PARAMETERS = {
    "repeat_penalty": 1,
    "stop": ["<|im_start|>", "<|im_end|>"],
    "temperature": 0.6,
    "top_k": 20,
    "top_p": 0.95,
}
_LLAMA_STOPS = {"stop": ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]}
_GEMMA_PARAMETERS = {"stop": ["<end_of_turn>"], "temperature": 1, "top_k": 64, "top_p": 0.95}
_VICUNA_SYSTEM = (
    "A chat between a curious human and an artificial intelligence assistant. The assistant gives "
    "helpful, detailed, and polite answers to the human's questions."
)

_QWEN3_8B = Shape("qwen3", 36, 4096, 12288, 32, 8, 40960, 151936)
_QWEN3_14B = Shape("qwen3", 40, 5120, 17408, 40, 8, 40960, 151936)
_QWEN2_14B = Shape("qwen2", 48, 5120, 13824, 40, 8, 131072, 152064)
_QWEN2_7B = Shape("qwen2", 28, 3584, 18944, 28, 4, 32768, 152064)
_LLAMA_1B = Shape("llama", 16, 2048, 8192, 32, 8, 131072, 128256, rope_base=500_000.0)
_LLAMA_3B = Shape("llama", 28, 3072, 8192, 24, 8, 131072, 128256, rope_base=500_000.0)
_LLAMA_70B = Shape("llama", 80, 8192, 28672, 64, 8, 131072, 128256, rope_base=500_000.0)
_LLAVA_13B = Shape("llama", 40, 5120, 13824, 40, 40, 4096, 32000, "llama", 10_000.0)
_LLAVA_34B = Shape("llama", 60, 7168, 20480, 56, 8, 4096, 64000, "llama", 5_000_000.0)
_TINYLLAMA = Shape("llama", 22, 2048, 5632, 32, 4, 2048, 32000, "llama", 10_000.0)
_SMOLLM2 = Shape("llama", 30, 576, 1536, 9, 3, 8192, 49152, rope_base=100_000.0)
_MISTRAL_7B = Shape("llama", 32, 4096, 14336, 32, 8, 32768, 32768, "llama")
_GEMMA3_4B = Shape("gemma3", 34, 2560, 10240, 8, 4, 131072, 262144, "llama")
_GEMMA3_12B = Shape("gemma3", 48, 3840, 15360, 16, 8, 131072, 262144, "llama")
_PHI4 = Shape("phi3", 40, 5120, 17920, 40, 10, 16384, 100352, rope_base=250_000.0)
_PHI4_MINI = Shape("phi3", 32, 3072, 8192, 24, 8, 131072, 200064, rope_base=10_000.0)
_GPT_OSS = Shape("gptoss", 24, 2880, 2880, 64, 8, 131072, 201088, rope_base=150_000.0)
_NOMIC = Shape("nomic-bert", 12, 768, 3072, 12, 12, 2048, 30522, "bert", 1_000.0)
_MINILM = Shape("bert", 6, 384, 1536, 12, 12, 512, 30522, "bert", 10_000.0)

HF_CODER = "hf.co/bartowski/Qwen2.5-Coder-14B-Instruct-GGUF:Q4_K_M"
HF_LLAMA = "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M"


def current() -> dict[str, Package]:
    """What the registry offers today for the names that are installed."""
    return {
        "deepseek-r1:14b": _deepseek_14b(),
        "gemma3:4b": _gemma("gemma3:4b", 3_338_792_448, _GEMMA3_4B, 4_299_915_632, "4.3B"),
        "gpt-oss:120b-cloud": _cloud_stub(),
        HF_CODER: _hf_coder(),
        "llama3.2:latest": _llama("llama3.2:3b", 2_019_377_376, _LLAMA_3B, 3_212_749_888, "3.2B"),
        "llava:13b": _llava_13b("2"),
        "mistral:7b": _mistral("0.3.2"),
        "nomic-embed-text:latest": _nomic(),
        "phi4:14b": _phi("phi4:14b", 9_053_114_816, _PHI4, 14_659_507_200, "14.7B"),
        "qwen3:8b": _qwen("qwen3:8b", 5_225_374_240, _QWEN3_8B, 8_190_735_360, "8.2B"),
    }


def outdated() -> dict[str, Package]:
    """The older versions that are installed."""
    return {"llava:13b": _llava_13b("1"), "mistral:7b": _mistral("0.3.0")}


def local() -> dict[str, Package]:
    """What was made on this computer and is at no registry."""
    base = outdated()["mistral:7b"]
    notes = build_package(
        base.weights,
        template=base.text("template"),
        system=texts.MEETING_NOTES,
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


def pullable() -> dict[str, Package]:
    """What is at the registry and not installed under that name."""
    now = current()
    return {
        "all-minilm:latest": _minilm(),
        "deepseek-r1:70b": _deepseek_70b(),
        "gemma3:12b": _gemma("gemma3:12b", 8_149_180_896, _GEMMA3_12B, 12_187_079_280, "12.2B"),
        "gemma3:latest": now["gemma3:4b"],
        "gpt-oss:20b": _gpt_oss_20b(),
        HF_LLAMA: _llama("hf llama", 2_019_377_696, _LLAMA_3B, 3_212_749_888, "3.21B"),
        "llama3.2:1b": _llama("llama3.2:1b", 1_321_082_688, _LLAMA_1B, 1_235_814_432, "1.2B"),
        "llama3.2:3b": now["llama3.2:latest"],
        "llava:34b": _llava_34b(),
        "mistral:latest": now["mistral:7b"],
        "phi4-mini:latest": _phi("phi4-mini", 2_491_876_416, _PHI4_MINI, 3_836_021_856, "3.8B"),
        "phi4:latest": now["phi4:14b"],
        "qwen2.5-coder:7b": _qwen_coder_7b(),
        "qwen3:14b": _qwen("qwen3:14b", 9_276_182_272, _QWEN3_14B, 14_768_307_200, "14.8B"),
        "qwen3:latest": now["qwen3:8b"],
        "smollm2:135m": _smollm2(),
        "tinyllama:latest": _tinyllama(),
    }


@cache
def _qwen(name: str, size: int, shape: Shape, parameters: int, label: str) -> Package:
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
def _llama(name: str, size: int, shape: Shape, parameters: int, label: str) -> Package:
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
def _gemma(name: str, size: int, shape: Shape, parameters: int, label: str) -> Package:
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
def _phi(name: str, size: int, shape: Shape, parameters: int, label: str) -> Package:
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
def _mistral(version: str) -> Package:
    weights = language_model(
        f"mistral:7b v{version}",
        4_372_811_072,
        _MISTRAL_7B,
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
def _llava_13b(version: str) -> Package:
    return _llava(
        language_model(
            f"llava:13b v{version}",
            7_365_834_624,
            _LLAVA_13B,
            parameters=13_015_864_320,
            name="LLaVA 1.6 13B",
            file_type="Q4_0",
        ),
        vision_projector("llava 13b projector", 645_310_944),
        "13B",
    )


@cache
def _llava_34b() -> Package:
    return _llava(
        language_model(
            "llava:34b",
            19_466_528_416,
            _LLAVA_34B,
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
def _deepseek_14b() -> Package:
    weights = language_model(
        "deepseek-r1:14b",
        8_988_110_688,
        _QWEN2_14B,
        parameters=14_770_033_664,
        name="DeepSeek R1 Distill Qwen",
        license_id="mit",
        capabilities=("completion", "thinking"),
    )
    return _deepseek(weights, "14.8B")


@cache
def _deepseek_70b() -> Package:
    weights = language_model(
        "deepseek-r1:70b",
        42_520_395_584,
        _LLAMA_70B,
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
def _hf_coder() -> Package:
    weights = language_model(
        "hf qwen2.5 coder 14b",
        8_988_110_592,
        _QWEN2_14B,
        parameters=14_770_033_664,
        name="Qwen2.5 Coder 14B Instruct",
        license_id="apache-2.0",
        capabilities=_TOOLS,
        chat_template=texts.JINJA,
    )
    return build_package(weights, parameter_size="14.8B")


@cache
def _qwen_coder_7b() -> Package:
    weights = language_model(
        "qwen2.5-coder:7b",
        4_683_073_184,
        _QWEN2_7B,
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
def _gpt_oss_20b() -> Package:
    weights = language_model(
        "gpt-oss:20b",
        13_780_154_624,
        _GPT_OSS,
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
def _smollm2() -> Package:
    weights = language_model(
        "smollm2:135m",
        270_885_440,
        _SMOLLM2,
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
def _tinyllama() -> Package:
    weights = language_model(
        "tinyllama",
        637_699_456,
        _TINYLLAMA,
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


@cache
def _nomic() -> Package:
    weights = embedding_model(
        "nomic-embed-text",
        274_290_656,
        _NOMIC,
        parameters=136_727_040,
        name="nomic-embed-text-v1.5",
    )
    return build_package(
        weights, licenses=[APACHE_2], parameters={"num_ctx": 8192}, parameter_size="137M"
    )


@cache
def _minilm() -> Package:
    weights = embedding_model(
        "all-minilm", 45_949_216, _MINILM, parameters=22_565_376, name="all-MiniLM-L6-v2"
    )
    return build_package(
        weights, licenses=[APACHE_2], parameters={"num_ctx": 256}, parameter_size="23M"
    )


@cache
def _cloud_stub() -> Package:
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
