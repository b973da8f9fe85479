"""What pasted text becomes in the name field."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.core.test_names import NAME_TEXTS
from tray_app.core.errors import BadName, NameProblem
from tray_app.core.names import ModelName
from tray_app.core.pasted import clean

knows_brackets = pytest.mark.skipif(
    sys.version_info < (3, 11, 4), reason="that Python takes anything between brackets for a host"
)


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        # nothing to clean
        ("llama3.2", "llama3.2"),
        ("  qwen3:8b  ", "qwen3:8b"),
        ("", ""),
        (" \n ", ""),
        ("m:", "m:"),
        ("two words", "two words"),
        ("ollama", "ollama"),
        ("ollama run", "ollama run"),
        ("ollama list", "ollama list"),
        ("localhost:5000/ns/m", "localhost:5000/ns/m"),
        # commands
        ("ollama run llava:13b-v1.6", "llava:13b-v1.6"),
        ("$ ollama pull qwen3:8b --insecure", "qwen3:8b"),
        ("ollama show --verbose llama3", "llama3"),
        ("ollama run --keepalive 5m llama3", "llama3"),
        ("ollama run --keepalive=5m llama3", "llama3"),
        ('ollama run llama3 "Why is the sky blue?"', "llama3"),
        ("`ollama run llama3`", "llama3"),
        ('ollama run "hf.co/u/r-GGUF:Q4_K_M"', "hf.co/u/r-GGUF:Q4_K_M"),
        ("ollama run https://ollama.com/library/llama3", "llama3"),
        ("> ollama.exe run llama3", "llama3"),
        (r"PS C:\Users\me> C:\Ollama\ollama.exe run llama3", "llama3"),
        ("me@box:~$ /usr/local/bin/ollama run llama3", "llama3"),
        ("sudo ollama pull llama3", "llama3"),
        ("OLLAMA_HOST=nas ollama pull llama3", "llama3"),
        ("docker exec -it ollama ollama run llama3", "llama3"),
        ("Ollama rm llama3; echo done", "llama3"),
        ("ollama run --verbose", "ollama run --verbose"),
        ("$ llama3", "llama3"),
        # quotes and punctuation
        ('"llama3"', "llama3"),
        ("“llama3:8b”.", "llama3:8b"),
        ("'llama3',", "llama3"),
        ("(llama3)", "llama3"),
        ("llama3。", "llama3"),
        # ollama.com
        ("https://ollama.com/library/llama3", "llama3"),
        ("https://ollama.com/library/llama3:70b", "llama3:70b"),
        ("https://www.ollama.com/library/llama3/tags", "llama3"),
        ("http://ollama.com/library/llama3/", "llama3"),
        ("ollama.com/library/llama3:8b", "llama3:8b"),
        ("ollama.com/llama3", "llama3"),
        ("OLLAMA.com/user/model", "user/model"),
        ("https://ollama.com/library/llama3:8b/blobs/6a0746a1ec1a", "llama3:8b"),
        ("https://ollama.com/library/llama3?sort=newest#readme", "llama3"),
        ("https://ollama.com/library/llama3%3A8b", "llama3:8b"),
        ("<https://ollama.com/library/llama3>", "llama3"),
        ("registry.ollama.ai/library/llama3:8b", "llama3:8b"),
        ("https://registry.ollama.ai/v2/library/llama3/manifests/8b", "llama3:8b"),
        ("https://registry.ollama.ai/v2/user/m/manifests/latest", "user/m:latest"),
        ("https://ollama.com/search?q=llama", "https://ollama.com/search?q=llama"),
        ("https://ollama.com/library", "https://ollama.com/library"),
        ("https://ollama.com/", "https://ollama.com/"),
        ("https://ollama.com", "https://ollama.com"),
        # Hugging Face
        ("https://huggingface.co/u/r-GGUF", "hf.co/u/r-GGUF"),
        ("huggingface.co/u/r-GGUF", "hf.co/u/r-GGUF"),
        ("https://hf.co/u/r-GGUF:Q8_0", "hf.co/u/r-GGUF:Q8_0"),
        ("HF.co/u/r", "hf.co/u/r"),
        ("https://huggingface.co/u/r-GGUF/tree/main", "hf.co/u/r-GGUF"),
        ("https://huggingface.co/u/r-GGUF?local-app=ollama", "hf.co/u/r-GGUF"),
        ("https://huggingface.co/u/r/blob/main/r-Q4_K_M.gguf", "hf.co/u/r:Q4_K_M"),
        ("https://huggingface.co/u/r/resolve/main/r.q5_0.gguf?download=true", "hf.co/u/r:q5_0"),
        ("https://huggingface.co/u/r/blob/main/r-IQ3_XXS.gguf", "hf.co/u/r:IQ3_XXS"),
        ("https://huggingface.co/u/r/blob/main/r-UD-Q4_K_XL.gguf", "hf.co/u/r:UD-Q4_K_XL"),
        ("https://huggingface.co/u/r/blob/main/r-BF16.gguf", "hf.co/u/r:BF16"),
        ("https://huggingface.co/u/r/blob/main/Q8_0/r-Q8_0-00001-of-00003.gguf", "hf.co/u/r:Q8_0"),
        ("https://huggingface.co/u/r?show_file_info=r-Q6_K.gguf", "hf.co/u/r:Q6_K"),
        ("https://huggingface.co/u/r?show_file_info=a%2Fr-Q6_K.gguf", "hf.co/u/r:Q6_K"),
        ("https://huggingface.co/u/r/blob/main/README.md", "hf.co/u/r"),
        ("https://huggingface.co/datasets/u/r", "https://huggingface.co/datasets/u/r"),
        ("https://huggingface.co/models", "https://huggingface.co/models"),
        # other registries
        ("https://modelscope.cn/models/Qwen/Qwen3-8B-GGUF", "modelscope.cn/Qwen/Qwen3-8B-GGUF"),
        ("modelscope.cn/Qwen/Qwen3-8B-GGUF:Q4_0", "modelscope.cn/Qwen/Qwen3-8B-GGUF:Q4_0"),
        ("https://www.modelscope.cn/models", "https://www.modelscope.cn/models"),
        ("https://registry.example:5000/ns/m:t", "registry.example:5000/ns/m:t"),
        ("http://registry.example/v2/ns/m/manifests/t", "registry.example/ns/m:t"),
        ("https://me:secret@registry.example/ns/m", "registry.example/ns/m"),
        # several lines
        ("\n\n  llama3\nsecond line", "llama3"),
        ("Run it with\n\n    ollama run llama3:8b\n\nand wait.", "llama3:8b"),
        ("ollama run\nllama3", "ollama run"),
        # invisible marks
        ("\u200ellama3\u200f", "llama3"),
        ("\ufeffqwen3:8b", "qwen3:8b"),
        ("\u2066ollama\u2069 run \u200bllama3", "llama3"),
        ("lla\u00adma3", "llama3"),
        ("\u00a0llama3\u00a0", "llama3"),
        # garbage
        ("[::1", "::1"),
        ("http://[::1/ns/m", "http://[::1/ns/m"),
        pytest.param("http://[zz]/ns/m", "http://[zz]/ns/m", marks=knows_brackets),
        ("//\u2100/x", "//\u2100/x"),
        ("\x00\x1b[31mred", "\x00\x1b[31mred"),
    ],
)
def test_clean(pasted: str, name: str) -> None:
    assert clean(pasted) == name


HF = "https://huggingface.co/u/R-GGUF"


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        (f"{HF}/tree/main/Q4_1", "hf.co/u/R-GGUF:Q4_1"),
        (f"{HF}/tree/main/Q4_1/", "hf.co/u/R-GGUF:Q4_1"),
        (f"{HF}/tree/main/R-UD-Q2_K_XL", "hf.co/u/R-GGUF:UD-Q2_K_XL"),
        (f"{HF}/tree/main/sub/BF16", "hf.co/u/R-GGUF:BF16"),
        (f"{HF}/tree/main", "hf.co/u/R-GGUF:latest"),
        (f"{HF}/", "hf.co/u/R-GGUF:latest"),
        (f"{HF}/discussions/3", "hf.co/u/R-GGUF:latest"),
        (f"{HF}/commits/main", "hf.co/u/R-GGUF:latest"),
        ("hf.co/u/R-GGUF/r.Q2_K.gguf", "hf.co/u/R-GGUF:Q2_K"),
        ("ollama run hf.co/u/R-GGUF/r.Q2_K.gguf", "hf.co/u/R-GGUF:Q2_K"),
        ("ollama run hf.co/u/R-GGUF:IQ3_M", "hf.co/u/R-GGUF:IQ3_M"),
        (f"ollama pull {HF}/blob/main/r-Q4_K_M.gguf", "hf.co/u/R-GGUF:Q4_K_M"),
        (f"{HF}/blob/main/Q4_K_M.gguf", "hf.co/u/R-GGUF:Q4_K_M"),
        (f"{HF}/blob/main/r.i1-IQ2_XXS.gguf", "hf.co/u/R-GGUF:IQ2_XXS"),
        (f"{HF}/resolve/main/r-Q8_0.gguf?download=true", "hf.co/u/R-GGUF:Q8_0"),
        (f"{HF}/resolve/main/a/r-Q6_K-00002-of-00003.gguf", "hf.co/u/R-GGUF:Q6_K"),
        (f"{HF}/blob/main/Q5_0/r-00001-of-00002.gguf", "hf.co/u/R-GGUF:Q5_0"),
        (f"{HF}?show_file_info=r-Q6_K.gguf&library=x", "hf.co/u/R-GGUF:Q6_K"),
        (f"{HF}/tree/main?show_file_info=Q4_1%2Fr-00001-of-00002.gguf", "hf.co/u/R-GGUF:Q4_1"),
        # Its registry takes a whole file name for a tag, too.
        (f"{HF}/blob/main/model.gguf", "hf.co/u/R-GGUF:model.gguf"),
        (f"{HF}/blob/main/R-AVQ2.gguf", "hf.co/u/R-GGUF:R-AVQ2.gguf"),
        (f"{HF}/blob/main/R-Q4_K_M-v2.gguf", "hf.co/u/R-GGUF:R-Q4_K_M-v2.gguf"),
        ("hf.co/u/R-GGUF/model-fp16.gguf", "hf.co/u/R-GGUF:model-fp16.gguf"),
        ("https://hf-mirror.com/u/R-GGUF/blob/main/r-Q4_0.gguf", "hf-mirror.com/u/R-GGUF:Q4_0"),
        (
            "https://modelscope.cn/models/u/R/resolve/master/r-q4_k_m.gguf",
            "modelscope.cn/u/R:q4_k_m",
        ),
        (
            "https://modelscope.cn/models/u/R/file/view/master/r-Q4_0.gguf?status=2",
            "modelscope.cn/u/R:Q4_0",
        ),
        ("https://modelscope.cn/models/u/R/files", "modelscope.cn/u/R:latest"),
        ("https://modelscope.cn/models/u/R/summary/", "modelscope.cn/u/R:latest"),
        ("https://ollama.com/library/x/tags", "x:latest"),
        ("https://ollama.com/library/x:8b/blobs/6a0746a1ec1a/", "x:8b"),
        ("https://ollama.com/u/m/tags", "u/m:latest"),
    ],
)
def test_a_link_becomes_the_name_of_what_it_shows(pasted: str, name: str) -> None:
    assert str(ModelName.of_pasted(pasted)) == name


@pytest.mark.parametrize(
    ("pasted", "repository"),
    [
        (f"{HF}/tree/main/sub", "hf.co/u/R-GGUF"),
        (f"{HF}/tree/v2/Q4_1", "hf.co/u/R-GGUF"),
        (f"{HF}/blob/refs%2Fpr%2F1/r-Q4_1.gguf", "hf.co/u/R-GGUF"),
        (f"{HF}/blob/0123abc/r-Q4_1.gguf", "hf.co/u/R-GGUF"),
        (f"{HF}/blob/main/mmproj-F16.gguf", "hf.co/u/R-GGUF"),
        (f"{HF}/blob/main/r.mmproj-Q8_0.gguf", "hf.co/u/R-GGUF"),
        (f"{HF}/blob/main/model-00001-of-00003.safetensors", "hf.co/u/R-GGUF"),
        (f"{HF}/blob/main/sub/model.gguf", "hf.co/u/R-GGUF"),
        (f"{HF}/blob/main/model-00001-of-00003.gguf", "hf.co/u/R-GGUF"),
        (f"{HF}/resolve/main/r-Q4_1.gguf.part1of2", "hf.co/u/R-GGUF"),
        ("hf.co/u/R-GGUF/Q4_1", "hf.co/u/R-GGUF"),
        ("hf.co/u/R-GGUF/r.bin", "hf.co/u/R-GGUF"),
        ("https://modelscope.cn/models/u/R/resolve/v1/r-Q4_0.gguf", "modelscope.cn/u/R"),
        ("https://huggingface.co/spaces/u", ""),
        ("https://huggingface.co/datasets/u/r", ""),
        ("https://huggingface.co/u", ""),
        ("huggingface.co/collections/u", ""),
        ("https://ollama.com/blog/new-models", ""),
        ("ollama.com/blog/new-models", ""),
        ("https://ollama.com/library/x/y/z", ""),
        ("https://ollama.com", ""),
        ("https://registry.ollama.ai/v2/library/x/blobs/sha256:ab", ""),
        ("https://modelscope.cn/organization/Qwen", ""),
        ("https://registry.example/ns/m/something/else", ""),
        ("https://example.com/", ""),
    ],
)
def test_a_link_that_no_name_stands_for_is_asked_about(pasted: str, repository: str) -> None:
    with pytest.raises(BadName) as caught:
        ModelName.of_pasted(pasted)
    assert (caught.value.problem, caught.value.context) == (NameProblem.LINK, repository)


@settings(max_examples=50)
@given(st.one_of(NAME_TEXTS, st.text()))
def test_a_legal_name_is_left_alone_and_nothing_is_raised(text: str) -> None:
    cleaned = clean(text)
    try:
        name = str(ModelName.parse(cleaned))
    except BadName:
        return
    assert clean(name) == name or name.casefold().startswith(("ollama.", "hugging", "www.", "http"))


@settings(max_examples=50)
@given(st.text(alphabet="ollamrunp /:.?#%@[]$>\"'\n\\-2é\u200e"))
def test_clean_is_idempotent_on_what_a_field_would_show(text: str) -> None:
    once = clean(text)
    assert "\n" not in once
    assert once == once.strip()


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2**20,
        "ollama run " * 2**17,
        "ollama\n" * 2**17,
        "/" * 2**20,
        " " * 2**20 + "x",
        "\u200e" * 2**20,
        "https://" + "%" * 2**20,
        '"' * 2**20,
    ],
)
@pytest.mark.timeout(30)  # anything quadratic would take hours
def test_a_megabyte_takes_linear_time(text: str) -> None:
    assert len(clean(text)) <= len(text)
