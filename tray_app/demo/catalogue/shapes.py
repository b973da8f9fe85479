"""The numbers that shape the demo's models: blocks, widths, heads, context and vocabulary."""

from __future__ import annotations

from tray_app.demo.store.weights import Shape

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
