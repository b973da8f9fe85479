"""File names as a table: parts, quantizations, projectors, and the model names made of them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.gguf.names import (
    SplitName,
    base_of,
    file_name,
    folder_of,
    is_gguf,
    is_projector_name,
    quantization_in,
    split_name,
    suggested_name,
)
from tray_app.core.names import ModelName


@pytest.mark.parametrize(
    ("path", "folder", "name"),
    [
        ("/home/me/a.gguf", "/home/me/", "a.gguf"),
        ("a.gguf", "", "a.gguf"),
        ("/home/me/a\\b.gguf", "/home/me/", "a\\b.gguf"),
        ("C:\\Users\\me\\a.gguf", "C:\\Users\\me\\", "a.gguf"),
        ("C:/Users/me/a.gguf", "C:/Users/me/", "a.gguf"),
        ("\\\\nas\\share\\a.gguf", "\\\\nas\\share\\", "a.gguf"),
        ("", "", ""),
    ],
)
def test_paths(path: str, folder: str, name: str) -> None:
    assert (folder_of(path), file_name(path)) == (folder, name)


@pytest.mark.parametrize(
    ("file", "split"),
    [
        ("Llama-70B-Q4_K_M-00003-of-00004.gguf", SplitName("Llama-70B-Q4_K_M", 3, 4)),
        ("a-00001-of-00001.gguf", SplitName("a", 1, 1)),
        ("a-00001-of-00002.GGUF", SplitName("a", 1, 2)),
        ("-00001-of-00002.gguf", SplitName("", 1, 2)),
        ("a-00000-of-00002.gguf", None),
        ("a-00003-of-00002.gguf", None),
        ("a-1-of-2.gguf", None),
        ("a-00001-of-00002.gguf.part", None),
        ("a.gguf", None),
    ],
)
def test_parts(file: str, split: SplitName | None) -> None:
    assert split_name(file) == split


def test_other_parts_are_named_alike() -> None:
    split = split_name("Llama-70B-00003-of-00004.gguf")
    assert split is not None
    assert split.part(1) == "Llama-70B-00001-of-00004.gguf"


@pytest.mark.parametrize(
    ("file", "name", "quantization"),
    [
        ("Mistral-Small-24B-Q5_K_M.gguf", "mistral-small-24b:q5_k_m", "Q5_K_M"),
        ("gemma-3-4b-it-F16.gguf", "gemma-3-4b-it:f16", "F16"),
        ("Qwen2.5-Coder-32B-Q4_K_M-00001-of-00004.gguf", "qwen2.5-coder-32b:q4_k_m", "Q4_K_M"),
        ("Qwen3-4B-UD-Q4_K_XL.gguf", "qwen3-4b:ud-q4_k_xl", "UD-Q4_K_XL"),
        ("Foo.i1-IQ3_XXS.gguf", "foo.i1:iq3_xxs", "IQ3_XXS"),
        ("llama-2-7b.Q4_0_4_8.gguf", "llama-2-7b:q4_0_4_8", "Q4_0_4_8"),
        ("gpt-oss-20b-mxfp4.gguf", "gpt-oss-20b:mxfp4", "mxfp4"),
        ("BitNet-TQ1_0.gguf", "bitnet:tq1_0", "TQ1_0"),
        ("model-fp16.gguf", "model:fp16", "fp16"),
        ("phi.gguf", "phi:latest", ""),
        ("Q4_K_M.gguf", "model:q4_k_m", "Q4_K_M"),
        ("Llama-Q4_by_bob.gguf", "llama-q4_by_bob:latest", ""),
        ("my-SQL2.gguf", "my-sql2:latest", ""),
        ("Ünïcode Mödel (v2) q8_0.GGUF", "unicode-model-v2:q8_0", "q8_0"),
        ("模型-Q4_0.gguf", "model:q4_0", "Q4_0"),
        ("-..gguf", "model:latest", ""),
        ("...gguf", "model:latest", ""),
        ("foo-cloud.gguf", "foo-cloud:latest", ""),
        (f"{'a' * 100}-Q4_0.gguf", f"{'a' * 80}:q4_0", "Q4_0"),
        ("mmproj-gemma-3-4b-F16.gguf", "gemma-3-4b:f16", "F16"),
        ("a b  c.gguf", "a-b-c:latest", ""),
        ("_x_.gguf", "x:latest", ""),
    ],
)
def test_names(file: str, name: str, quantization: str) -> None:
    assert suggested_name(file) == name
    assert quantization_in(file) == quantization


def test_the_tag_follows_what_is_chosen() -> None:
    file = "gemma-3-4b-it-F16.gguf"
    assert suggested_name(file, "BF16") == "gemma-3-4b-it:f16"
    assert suggested_name(file, "F16", "Q4_K_M") == "gemma-3-4b-it:q4_k_m"
    assert suggested_name("gemma.gguf", "BF16") == "gemma:bf16"
    assert suggested_name("gemma.gguf", "BF16", "Q8_0") == "gemma:q8_0"


@pytest.mark.parametrize(
    ("file", "is_projector", "base"),
    [
        ("mmproj-gemma-3-4b-F16.gguf", True, "gemma-3-4b"),
        ("mmproj.gguf", True, ""),
        ("mmproj-model-f16.gguf", True, "model"),
        ("gemma-3-4b-it-mmproj-BF16.gguf", True, "gemma-3-4b-it"),
        ("gemma.mmproj-Q8_0.GGUF", True, "gemma"),
        ("mmprojector.gguf", False, "mmprojector"),
        ("mmproj.txt", False, "mmproj.txt"),
        ("gemma.gguf", False, "gemma"),
    ],
)
def test_projectors(file: str, is_projector: bool, base: str) -> None:
    assert is_projector_name(file) is is_projector
    if is_gguf(file):
        assert base_of(file) == base


@given(
    st.text(max_size=120),
    st.sampled_from(["", "-Q4_K_M", "-00001-of-00002"]),
    st.sampled_from(["", "F16"]),
)
def test_any_file_has_a_name_that_a_server_takes(text: str, end: str, file_type: str) -> None:
    name = suggested_name(f"{text}{end}.gguf", file_type)
    parsed = ModelName.parse(name)
    assert str(parsed) == name
    assert not parsed.has_misrouted_tag
    assert set(name) <= set(string.ascii_lowercase + string.digits + "_.-:")
