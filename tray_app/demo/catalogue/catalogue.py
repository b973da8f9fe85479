"""Which models exist in the demo's world: at the registry, on the disk, made here."""

from __future__ import annotations

from tray_app.demo.catalogue import shapes, special_models, text_models, texts
from tray_app.demo.store.package import Package, build_package

HF_CODER = "hf.co/bartowski/Qwen2.5-Coder-14B-Instruct-GGUF:Q4_K_M"
HF_LLAMA = "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M"


def current() -> dict[str, Package]:
    """What the registry offers today for the names that are installed."""
    return {
        "deepseek-r1:14b": text_models.deepseek_14b(),
        "gemma3:4b": special_models.gemma(
            "gemma3:4b", 3_338_792_448, shapes.GEMMA3_4B, 4_299_915_632, "4.3B"
        ),
        "gpt-oss:120b-cloud": special_models.cloud_stub(),
        HF_CODER: text_models.hf_coder(),
        "llama3.2:latest": text_models.llama(
            "llama3.2:3b", 2_019_377_376, shapes.LLAMA_3B, 3_212_749_888, "3.2B"
        ),
        "llava:13b": special_models.llava_13b("2"),
        "mistral:7b": text_models.mistral("0.3.2"),
        "nomic-embed-text:latest": special_models.nomic(),
        "phi4:14b": text_models.phi(
            "phi4:14b", 9_053_114_816, shapes.PHI4, 14_659_507_200, "14.7B"
        ),
        "qwen3:8b": text_models.qwen(
            "qwen3:8b", 5_225_374_240, shapes.QWEN3_8B, 8_190_735_360, "8.2B"
        ),
    }


def outdated() -> dict[str, Package]:
    """The older versions that are installed."""
    return {"llava:13b": special_models.llava_13b("1"), "mistral:7b": text_models.mistral("0.3.0")}


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
        "all-minilm:latest": special_models.minilm(),
        "deepseek-r1:70b": text_models.deepseek_70b(),
        "gemma3:12b": special_models.gemma(
            "gemma3:12b", 8_149_180_896, shapes.GEMMA3_12B, 12_187_079_280, "12.2B"
        ),
        "gemma3:latest": now["gemma3:4b"],
        "gpt-oss:20b": text_models.gpt_oss_20b(),
        HF_LLAMA: text_models.llama(
            "hf llama", 2_019_377_696, shapes.LLAMA_3B, 3_212_749_888, "3.21B"
        ),
        "llama3.2:1b": text_models.llama(
            "llama3.2:1b", 1_321_082_688, shapes.LLAMA_1B, 1_235_814_432, "1.2B"
        ),
        "llama3.2:3b": now["llama3.2:latest"],
        "llava:34b": special_models.llava_34b(),
        "mistral:latest": now["mistral:7b"],
        "phi4-mini:latest": text_models.phi(
            "phi4-mini", 2_491_876_416, shapes.PHI4_MINI, 3_836_021_856, "3.8B"
        ),
        "phi4:latest": now["phi4:14b"],
        "qwen2.5-coder:7b": text_models.qwen_coder_7b(),
        "qwen3:14b": text_models.qwen(
            "qwen3:14b", 9_276_182_272, shapes.QWEN3_14B, 14_768_307_200, "14.8B"
        ),
        "qwen3:latest": now["qwen3:8b"],
        "smollm2:135m": text_models.smollm2(),
        "tinyllama:latest": text_models.tinyllama(),
    }
