"""What could be pulled in place of a file, and where nothing is said because nothing proves it."""

from __future__ import annotations

import pytest

from tray_app.core.gguf.origins import pull_hint
from tray_app.core.gguf.records import GgufHeader, GgufKind

FILE = "/home/me/Downloads/Qwen3-4B-Q4_K_M.gguf"
HF = "https://huggingface.co"


def header(**changes: object) -> GgufHeader:
    return GgufHeader(GgufKind.MODEL, **changes)  # type: ignore[arg-type]


def links(*addresses: str) -> GgufHeader:
    return header(links=addresses)


@pytest.mark.parametrize(
    ("told", "hint"),
    [
        (links(f"{HF}/mradermacher/Qwen3-4B-GGUF"), "hf.co/mradermacher/Qwen3-4B-GGUF:Q4_K_M"),
        (links(f"{HF}/mradermacher/Qwen3-4B-i1-GGUF"),
         "hf.co/mradermacher/Qwen3-4B-i1-GGUF:Q4_K_M"),
        # The second says it.
        (links(f"{HF}/unsloth", f"{HF}/a/qwen3_4b-gguf"), "hf.co/a/qwen3_4b-gguf:Q4_K_M"),
        (header(matrix_file="Qwen3-4B-GGUF/imatrix_unsloth.dat"),
         "hf.co/unsloth/Qwen3-4B-GGUF:Q4_K_M"),
        (header(matrix_file="Qwen3-4B-GGUF/imatrix_unsloth.gguf", made_by="Unsloth"),
         "hf.co/unsloth/Qwen3-4B-GGUF:Q4_K_M"),
        (header(matrix_file="/models_out/Qwen3-4B-GGUF/Qwen3-4B.imatrix",
                matrix_data="/training_dir/calibration_datav3.txt"),
         "hf.co/bartowski/Qwen3-4B-GGUF:Q4_K_M"),
        # Where it was made of is no place to pull it from.
        (links(f"{HF}/Qwen/Qwen3-4B"), ""),
        (header(base_links=(f"{HF}/Qwen/Qwen3-4B-GGUF",)), ""),
        (links("https://example.com/a/Qwen3-4B-GGUF"), ""),
        # Another model that has kept what stood there.
        (links(f"{HF}/mradermacher/Llama-3B-GGUF"), ""),
        (header(matrix_file="Qwen3-4B-GGUF/imatrix_unsloth.dat", made_by="Somebody"), ""),
        (header(matrix_file="/models_out/Qwen3-4B-GGUF/Qwen3-4B.imatrix"), ""),
        (header(matrix_file="/tmp/Qwen3-4B.imatrix"), ""),
        (links("../../etc/passwd-GGUF", f"{HF}/a b/c-GGUF", f"{HF}/a/..-GGUF"), ""),
        (header(), ""),
    ],
)  # fmt: skip
def test_what_a_header_proves(told: GgufHeader, hint: str) -> None:
    assert pull_hint(FILE, told) == hint


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/home/me/.cache/huggingface/hub/models--unsloth--Qwen3-4B-GGUF/snapshots/0/a-Q8_0.gguf",
         "hf.co/unsloth/Qwen3-4B-GGUF:Q8_0"),
        ("/home/me/.lmstudio/models/lmstudio-community/Qwen3-4B-GGUF/Qwen3-4B-Q4_0.gguf",
         "hf.co/lmstudio-community/Qwen3-4B-GGUF:Q4_0"),
        ("C:\\Users\\me\\.lmstudio\\models\\bartowski\\Qwen3-4B-GGUF\\Qwen3-4B-Q4_0.gguf",
         "hf.co/bartowski/Qwen3-4B-GGUF:Q4_0"),
        ("/home/me/.lmstudio/models/me/Qwen3-4B-GGUF/Q-Q4_0-00002-of-00003.gguf",
         "hf.co/me/Qwen3-4B-GGUF:Q4_0"),
        # Without a quantization nobody can say which of its files it is.
        ("/home/me/.lmstudio/models/me/Qwen3-4B-GGUF/Qwen3-4B.gguf", ""),
        (f"/home/me/.lmstudio/models/me/{'a' * 80}-GGUF/a-Q4_0.gguf", ""),
        ("/home/me/models/bartowski/Qwen3-4B-GGUF/Qwen3-4B-Q4_0.gguf", ""),
        ("/home/me/.cache/huggingface/hub/models--Qwen--Qwen3-4B/snapshots/0/a-Q4_0.gguf", ""),
    ],
)  # fmt: skip
def test_what_a_folder_proves(path: str, hint: str) -> None:
    assert pull_hint(path, header()) == hint


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        (f"{HF}/unsloth/Qwen3-4B-GGUF/resolve/main/Qwen3-4B-Q4_K_M.gguf?download=true",
         "hf.co/unsloth/Qwen3-4B-GGUF:Q4_K_M"),
        (f"{HF}/unsloth/Qwen3-4B-GGUF", ""),
        (f"{HF}/unsloth/Qwen3-4B-GGUF/resolve/abcdef/Qwen3-4B-Q4_K_M.gguf", ""),
        ("https://example.com/Qwen3-4B-Q4_K_M.gguf", ""),
        ("https://ollama.com/library/qwen3:4b", ""),
        ("nonsense", ""),
    ],
)  # fmt: skip
def test_what_a_download_proves(address: str, hint: str) -> None:
    assert pull_hint(FILE, header(), address) == hint
