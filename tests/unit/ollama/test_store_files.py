"""Looking through a models folder: sums equal those of `du`, and nothing is touched."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tools import require
from tray_app.core.disk.contents import StoreContents, contents
from tray_app.core.errors import Cancelled
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.store_files import look_through

LIVES = int(os.environ.get("TEST_STORES", "150"))
NOW_S = 1_800_000_000.0


def digest(number: int) -> str:
    return f"{number:064x}"


class Store:
    """A models folder that is filled at random."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder = folder
        self.chance = chance
        self.blobs = folder / "blobs"
        self.tags = folder / "manifests" / "registry.ollama.ai" / "library"
        self.blobs.mkdir(parents=True)
        self.tags.mkdir(parents=True)
        self.layers: set[str] = set()

    def blob(self, name: str) -> Path:
        place = self.blobs / name
        if not place.exists():
            place.write_bytes(b"x" * self.chance.choice((0, 1, 700, 5000, 20_000)))
        return place

    def model(self) -> None:
        layers = [digest(self.chance.randrange(40)) for _ in range(self.chance.randrange(1, 4))]
        for layer in layers:
            self.blob(f"sha256-{layer}")
        rows = [{"digest": f"sha256:{layer}", "size": 1} for layer in layers]
        self.manifest(json.dumps({"layers": rows, "config": rows[0]}))
        self.layers |= {f"sha256:{layer}" for layer in layers}

    def manifest(self, text: str) -> None:
        place = self.tags / f"m{self.chance.randrange(30)}" / "latest"
        place.parent.mkdir(exist_ok=True)
        if not place.exists():
            place.write_text(text)

    def partial(self) -> None:
        name = f"sha256-{digest(self.chance.randrange(100, 120))}-partial"
        with (self.blobs / name).open("ab") as file:
            file.truncate(self.chance.choice((0, 1_000_000)))
            file.write(b"x" * self.chance.randrange(9000))
        (self.blobs / f"{name}-{self.chance.randrange(3)}").write_text("{}")

    def leftover(self) -> None:
        self.blob(self.chance.choice(("sha256-25004", "COPY17", "foreign.txt", ".DS_Store")))
        self.blob(f"sha256-{digest(self.chance.randrange(200, 220))}")

    def hard_link(self) -> None:
        source = self.blob(f"sha256-{digest(self.chance.randrange(40))}")
        folder = self.blobs / f"split-gguf-{self.chance.randrange(4)}"
        folder.mkdir(exist_ok=True)
        place = folder / f"part-{self.chance.randrange(9)}.gguf"
        if not place.exists():
            place.hardlink_to(source)

    def symbolic_link(self) -> None:
        place = self.blobs / f"sha256-{digest(self.chance.randrange(300, 320))}"
        if not place.is_symlink():
            place.symlink_to(self.folder / self.chance.choice(("nowhere", "manifests")))

    def stray(self) -> None:
        self.manifest(self.chance.choice(("", "{", "not JSON", "[" * 5000, "[]")))
        (self.tags / f"m{self.chance.randrange(30)}").mkdir(exist_ok=True)
        place = self.tags / f"m{self.chance.randrange(30)}" / ".DS_Store"
        if place.parent.exists():
            place.write_bytes(b"\0\0")

    def folder_of_others(self) -> None:
        place = self.folder / self.chance.choice(("backup", "ollama-safetensors1")) / "a" / "b"
        place.mkdir(parents=True, exist_ok=True)
        (place / "file").write_bytes(b"y" * self.chance.randrange(9000))

    def fill(self) -> None:
        kinds = (self.model, self.model, self.partial, self.leftover, self.hard_link)
        more = (self.symbolic_link, self.stray, self.folder_of_others)
        for _ in range(self.chance.randrange(12)):
            self.chance.choice((*kinds, *more))()


def seen(folder: Path) -> StoreContents:
    return contents(look_through(folder, CancelScope()), NOW_S)


def times(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
        for path in sorted(folder.rglob("*"))
    }


def test_sums_equal_those_of_du_and_nothing_is_touched(tmp_path: Path) -> None:
    require("du")
    folders = []
    for number in range(LIVES):
        store = Store(tmp_path / str(number), random.Random(number))
        store.fill()
        folders.append(store)
    for start in range(0, LIVES, 200):
        some = folders[start : start + 200]
        # One run for each: a file with names in two of them must not be told apart.
        sums = [
            int(subprocess.check_output(["du", "-s", "-B1", store.folder]).split()[0])
            for store in some
        ]
        for store, total in zip(some, sums, strict=True):
            before = times(store.folder)
            found = seen(store.folder)
            assert found.total_bytes == total, store.folder.name
            assert set(found.by_layer) <= store.layers
            assert times(store.folder) == before


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    if os.name == "nt" or os.geteuid() == 0:
        pytest.skip("everything can be read here")
    store = Store(tmp_path, random.Random(1))
    store.hard_link()
    folder = next(store.blobs.glob("split-*"))
    folder.chmod(0)
    try:
        assert seen(tmp_path).unreadable == (str(folder),)
    finally:
        folder.chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="links take rights there, or are none")
def test_blobs_on_another_disk_are_found_behind_their_link(tmp_path: Path) -> None:
    store = Store(tmp_path / "real", random.Random(1))
    store.model()
    link = tmp_path / "models"
    link.mkdir()
    (link / "blobs").symlink_to(store.blobs)
    (link / "manifests").symlink_to(store.folder / "manifests")
    found = seen(link)
    assert found.layer_bytes == seen(store.folder).layer_bytes
    assert set(found.by_layer) == store.layers


def test_a_layer_that_an_odd_manifest_names_is_no_waste(tmp_path: Path) -> None:
    store = Store(tmp_path, random.Random(1))
    store.blob(f"sha256-{digest(1)}")
    row = {"digest": f"sha256:{digest(1)}", "size": "many"}
    store.manifest(json.dumps({"layers": [7, None, row], "config": []}))
    assert list(seen(tmp_path).by_layer) == [f"sha256:{digest(1)}"]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        look_through(tmp_path / "none", CancelScope())
    tmp_path.joinpath("empty").mkdir()
    assert seen(tmp_path / "empty").by_layer == {}


def test_it_can_be_stopped(tmp_path: Path) -> None:
    Store(tmp_path, random.Random(1)).model()
    scope = CancelScope()
    scope.cancel()
    with pytest.raises(Cancelled):
        look_through(tmp_path, scope)
