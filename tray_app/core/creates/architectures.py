"""Which kinds of models a server may not know: it refuses them only after the upload, and does not
say why."""

from __future__ import annotations

from collections.abc import Collection

from tray_app.core.versions import is_too_old

# Those that the oldest Ollama with all that is shown here could load.
_LONG_KNOWN = frozenset(
    ("baichuan", "bert", "bloom", "codeshell", "command-r", "dbrx", "falcon", "gemma", "gpt2",
     "internlm2", "llama", "minicpm", "mpt", "nomic-bert", "olmo", "orion", "phi2", "phi3",
     "plamo", "qwen", "qwen2", "qwen2moe", "refact", "stablelm", "starcoder", "starcoder2",
     "xverse")
)  # fmt: skip
# Those known since Ollama loads every GGUF file with llama.cpp's own server.
_LLAMA_SERVER = "0.30.0"
_KNOWN = _LONG_KNOWN | frozenset(
    ("afmoe", "apertus", "arcee", "arctic", "arwkv7", "bailingmoe", "bailingmoe2", "bitnet",
     "chameleon", "chatglm", "cogvlm", "cohere2", "deci", "deepseek", "deepseek2", "dots1",
     "dream", "ernie4_5", "ernie4_5-moe", "exaone", "exaone-moe", "exaone4", "falcon-h1",
     "gemma-embedding", "gemma2", "gemma3", "gemma3n", "gemma4", "glm4", "glm4moe", "gpt-oss",
     "gptneox", "granite", "granitehybrid", "granitemoe", "grok", "grovemoe", "hunyuan-dense",
     "hunyuan-moe", "jais", "jamba", "jina-bert-v2", "jina-bert-v3", "lfm2", "lfm2moe", "llada",
     "llada-moe", "llama4", "mamba", "mamba2", "minicpm3", "minimax-m2", "mistral3",
     "modern-bert", "nemotron", "nemotron_h", "nemotron_h_moe", "neo-bert", "nomic-bert-moe",
     "olmo2", "olmoe", "openelm", "pangu-embedded", "phimoe", "plamo2", "plm", "qwen2vl",
     "qwen3", "qwen35", "qwen35moe", "qwen3moe", "qwen3next", "qwen3vl", "qwen3vlmoe", "rwkv6",
     "rwkv6qwen2", "rwkv7", "seed_oss", "smallthinker", "smollm3", "t5", "t5encoder")
)  # fmt: skip


def may_be_unknown(architecture: str, version: str, families: Collection[str]) -> bool:
    """Whether a server of `version`, with models of `families` installed, may not know it. Of a
    version that is none nothing is known, so it is taken for a new one."""
    if not architecture or architecture in families:
        return False
    return architecture not in (_LONG_KNOWN if is_too_old(version, _LLAMA_SERVER) else _KNOWN)
