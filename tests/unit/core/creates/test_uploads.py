"""Under which names files go to a server."""

from __future__ import annotations

import pytest

from tray_app.core.creates.records import CreateRequest
from tray_app.core.creates.uploads import paths_of, sent_names


def names(*files: str, projector: str = "") -> list[str]:
    request = CreateRequest("local", "mine", files, projector)
    sent = sent_names(request)
    assert tuple(sent) == paths_of(request)
    return list(sent.values())


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/home/ann/models/Tiny-F16.gguf", "Tiny-F16.gguf"),
        (r"C:\Users\ann\Tiny-F16.gguf", "Tiny-F16.gguf"),
        ("/home/ann/a b é.gguf", "a b é.gguf"),
        ("/home/ann/tiny.GGUF", "tiny.GGUF.gguf"),
        ("/home/ann/tiny.bin", "tiny.bin.gguf"),
        ("/home/ann/m\udcff.gguf", "m\ufffd.gguf"),
    ],
)
def test_only_the_last_part_of_a_path_is_sent(path: str, sent: str) -> None:
    assert names(path) == [sent]


def test_parts_are_named_as_ollama_wants_them() -> None:
    good = ("/x/m-00001-of-00002.gguf", "/x/m-00002-of-00002.gguf")
    assert names(*good) == ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"]
    assert names("/x/one.gguf", "/y/two.gguf") == [
        "one-00001-of-00002.gguf",
        "one-00002-of-00002.gguf",
    ]
    turned = ("/x/m-00002-of-00002.gguf", "/x/m-00001-of-00002.gguf")
    assert names(*turned) == [
        "m-00002-of-00002-00001-of-00002.gguf",
        "m-00002-of-00002-00002-of-00002.gguf",
    ]


def test_a_projector_of_the_same_name_is_told_apart() -> None:
    assert names("/x/m.gguf", projector="/y/M.gguf") == ["m.gguf", "mmproj-M.gguf"]
    assert names("/x/m.gguf", projector="/x/mmproj-m.gguf") == ["m.gguf", "mmproj-m.gguf"]
