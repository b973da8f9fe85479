"""Which files of a models folder are what, and what they take."""

from __future__ import annotations

import pytest

from tray_app.core.disk.contents import (
    ModelBytes,
    StoreContents,
    StoredFile,
    StoredFolder,
    StoreFiles,
    by_model,
    contents,
)

NOW_S = 1_800_000_000.0
HOUR_S = 3600.0
A, B, C = (f"sha256-{letter * 64}" for letter in "abc")


def file(name: str, size: int, inode: int, hours: float = 5.0, length: int = 0) -> StoredFile:
    return StoredFile(name, length or size, size, (1, inode), NOW_S - hours * HOUR_S)


def found(*blobs: StoredFile, folders: tuple[StoredFolder, ...] = (), **more: object) -> StoreFiles:
    layers = {A.replace("-", ":"): ("qwen3:8b", "notes:latest")}
    return StoreFiles("/models", blobs, folders, layers, **more)  # type: ignore[arg-type]


def test_each_file_is_one_thing() -> None:
    store = contents(
        found(
            file(A, 100, 1),
            file(B, 40, 2),
            file(f"{C}-partial", 30, 3, length=900),
            file(f"{C}-partial-0", 4, 4, hours=0.5),
            file(f"{C}-partial-12", 4, 5),
            file("sha256-2500454184", 7, 6, hours=0.2),
            file("COPY123", 8, 7),
            file("foreign.txt", 9, 8),
            other_bytes=20,
        ),
        NOW_S,
    )
    assert store.by_layer == {A.replace("-", ":"): 100}
    assert store.models == (ModelBytes(("notes:latest", "qwen3:8b"), 100),)
    (unfinished,) = store.unfinished
    assert (unfinished.digest, unfinished.disk_bytes) == (C.replace("-", ":"), 38)
    assert unfinished.full_bytes == 900
    assert unfinished.written_s == NOW_S - 0.5 * HOUR_S
    assert unfinished.oldest_s == NOW_S - 5 * HOUR_S
    assert (store.left_count, store.left_bytes) == (4, 64)
    assert store.left_written_s == NOW_S - 0.2 * HOUR_S
    assert store.total_bytes == 222
    # Of each file its own age counts: the number of a part that is new, and the new upload stay.
    assert store.removable_bytes == 40 + 30 + 4 + 8 + 9


def test_a_hard_link_counts_once_and_with_who_needs_it() -> None:
    split = StoredFolder(
        "/models/blobs/split-gguf-1",
        "split-gguf-1",
        (file("a-00001-of-00002.gguf", 100, 1), file("b", 5, 9)),
        4,
        0,
    )
    store = contents(found(file(B, 40, 2), file(A, 100, 1), folders=(split,)), NOW_S)
    assert store.layer_bytes == 100
    (folder,) = store.left_folders
    assert folder.disk_bytes == 4 + 5
    assert store.total_bytes == 149
    assert store.removable_bytes == 40  # folders stay for good


@pytest.mark.parametrize(
    ("strays", "damaged", "is_stopped"),
    [((), (), False), (("library/a/.DS_Store",), (), True), ((), ("foo:latest",), True)],
)
def test_what_stops_the_cleaning(
    strays: tuple[str, ...], damaged: tuple[str, ...], is_stopped: bool
) -> None:
    store = contents(found(strays=strays, damaged=damaged), NOW_S)
    assert store.is_cleanup_stopped is is_stopped


def test_nothing_is_nothing() -> None:
    assert contents(StoreFiles("/models", ()), NOW_S) == StoreContents("/models")


def test_a_layer_that_an_installed_model_misses_is_its_own() -> None:
    """One that was removed by hand and is fetched anew."""
    store = contents(found(file(f"{A}-partial", 3, 1), file(f"{B}-partial", 2, 2)), NOW_S)
    assert [each.names for each in store.unfinished] == [("notes:latest", "qwen3:8b"), ()]
    assert list(by_model(store.unfinished, {})) == ["notes:latest", ""]
    digest = A.replace("-", ":")
    assert list(by_model(store.unfinished, {digest: "qwen3:8b"})) == ["qwen3:8b", ""]


def test_unfinished_layers_go_to_their_models() -> None:
    store = contents(found(file(f"{B}-partial", 1, 1), file(f"{C}-partial", 2, 2)), NOW_S)
    groups = by_model(store.unfinished, {C.replace("-", ":"): "deepseek-r1:70b"})
    assert {name: [each.disk_bytes for each in rows] for name, rows in groups.items()} == {
        "deepseek-r1:70b": [2],
        "": [1],
    }
