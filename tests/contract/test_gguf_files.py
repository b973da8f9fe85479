"""What we say of a file before anything is sent is what the server makes of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.contract.targets import Target
from tests.fakes.gguf import (
    UINT64,
    Gguf,
    Tensor,
    adapter,
    model,
    number,
    part_name,
    parts,
    projector,
)
from tray_app.core.creates.files import FileFacts
from tray_app.core.creates.looking import look
from tray_app.core.gguf.names import file_name
from tray_app.core.gguf.records import FileFault
from tray_app.model_files import LocalDisk

SEES = (Tensor("v.blk.0.weight", (256, 2)), Tensor("token_embd.weight", (256, 4)))
MODEL = {"a-F16.gguf": model()}
PROJECTOR = {"mmproj-F16.gguf": projector()}
PARTS = {part_name("a-Q4_0", index, 3): part for index, part in enumerate(parts(3), 1)}


@dataclass(frozen=True)
class Made:
    """The answer to a create, and the row it made."""

    status: int
    text: str
    row: dict[str, Any] | None


class Folder:
    """A folder of files that no other run has written, and a server that is sent some of them."""

    def __init__(self, target: Target, path: Path) -> None:
        self.target = target
        self.path = path

    def write(self, files: Mapping[str, Gguf | bytes]) -> Folder:
        for name, file in files.items():
            data = self._own(file).encode() if isinstance(file, Gguf) else file
            (self.path / name).write_bytes(data)
        return self

    def _own(self, file: Gguf) -> Gguf:
        return replace(file, pairs={**file.pairs, "x.seed": number(UINT64, self.target.seed())})

    def facts(self, name: str) -> FileFacts:
        return look(str(self.path / name), LocalDisk())

    def upload(self, paths: tuple[str, ...]) -> dict[str, str]:
        files = {}
        for path in paths:
            data = Path(path).read_bytes()
            digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
            answer = self.target.ask("POST", f"/api/blobs/{digest}", data)
            assert answer.status_code in (200, 201), answer.text
            files[file_name(path)] = digest
        return files

    def create(self, paths: tuple[str, ...], **more: Any) -> Made:
        name = self.target.new_name("file")
        body = {"model": name, "files": self.upload(paths), "stream": False, **more}
        if "adapters" in more:
            del body["files"]
        answer = self.target.ask("POST", "/api/create", body)
        if self.target.is_real and "llama-quantize" in answer.text:
            # A real one wants models with all their tensors; so these files need a stand-in there.
            pytest.skip("the server has no stand-in for llama-quantize")
        return Made(answer.status_code, answer.text, self.target.rows().get(name))


@pytest.fixture
def folder(target: Target, tmp_path: Path) -> Folder:
    return Folder(target, tmp_path)


@pytest.mark.parametrize(
    ("files", "chosen"),
    [
        (MODEL, "a-F16.gguf"),
        ({"a.gguf": model("gemma3", file_type=15)}, "a.gguf"),
        ({"a.gguf": replace(model(), version=2)}, "a.gguf"),
        ({"a.gguf": replace(model(general__alignment=4096), alignment=4096)}, "a.gguf"),
        ({"a.gguf": replace(model(), tensors=SEES)}, "a.gguf"),
        (PARTS, part_name("a-Q4_0", 2, 3)),
        # A name alone makes no part.
        ({part_name("a-Q4_0", 2, 3): model()}, part_name("a-Q4_0", 2, 3)),
    ],
)
def test_what_is_accepted_becomes_what_was_said(
    folder: Folder, files: Mapping[str, Gguf], chosen: str
) -> None:
    facts = folder.write(files).facts(chosen)
    assert facts.fault is None
    assert facts.header is not None
    made = folder.create(facts.files)
    assert (made.status, made.text) == (200, '{"status":"success"}')
    assert made.row is not None
    assert made.row["details"]["family"] == facts.header.architecture
    assert made.row["details"]["quantization_level"] == facts.header.file_type
    # Only a file that is kept as it comes keeps its name, which becomes public with the model.
    parent = file_name(facts.path) if facts.is_stored_as_is else ""
    assert made.row["details"]["parent_model"] == parent
    if len(facts.files) == 1:
        assert made.row["size"] >= facts.size_bytes


@pytest.mark.parametrize(
    ("files", "fault", "said"),
    [
        ({"a.gguf": b"PK\x03\x04" + bytes(60)}, FileFault.NOT_GGUF, "GGUF format"),
        ({"a.gguf": b"GGUF" + bytes(2)}, FileFault.CUT_OFF, "EOF"),
        ({"a.gguf": model().header()[:100]}, FileFault.CUT_OFF, "EOF"),
        ({"a.gguf": model().encode()[:-1]}, FileFault.CUT_OFF, "exceeds file size"),
        ({"a.gguf": Gguf({"general.alignment": 0})}, FileFault.DAMAGED, "alignment"),
        ({"a.gguf": replace(model(), tensors=(Tensor("t", (1,) * 5),))}, FileFault.DAMAGED,
         "dimensions 5 exceeds"),
        ({part_name("a", 1, 3): parts(3)[0], part_name("a", 3, 3): parts(3)[2]},
         FileFault.PART_MISSING, "shards, expected 3"),
        ({part_name("a", 1, 2): parts(2)[0], part_name("a", 2, 2): parts(2)[0]},
         FileFault.PART_MISSING, "filename index 1 does not match metadata index 0"),
        ({"a.gguf": parts(2)[0]}, FileFault.PART_MISSING, "must use llama.cpp split filename"),
    ],
)  # fmt: skip
def test_what_is_refused_here_is_refused_there(
    folder: Folder, files: Mapping[str, Gguf | bytes], fault: FileFault, said: str
) -> None:
    facts = folder.write(files).facts(next(iter(files)))
    assert facts.fault is fault
    made = folder.create(tuple(str(folder.path / name) for name in files))
    assert made.status in (400, 500)
    assert said in made.text
    assert made.row is None


def test_a_model_with_its_projector_sees(folder: Folder) -> None:
    facts = folder.write({**MODEL, **PROJECTOR}).facts("a-F16.gguf")
    (eyes,) = facts.projectors
    assert eyes.is_likely
    made = folder.create((*facts.files, eyes.path))
    assert made.row is not None
    shown = folder.target.ask("POST", "/api/show", {"model": made.row["name"]}).json()
    assert "vision" in shown["capabilities"]
    assert made.row["size"] >= facts.size_bytes + eyes.size_bytes


@pytest.mark.parametrize("file", [projector(), model(general__type="imatrix")])
def test_the_server_would_make_a_useless_model(folder: Folder, file: Gguf) -> None:
    """It takes what is refused here."""
    facts = folder.write({"a.gguf": file}).facts("a.gguf")
    assert facts.fault in (FileFault.PROJECTOR_ALONE, FileFault.NO_MODEL)
    assert folder.create(facts.files).status == 200


def test_an_adapter_goes_with_its_base(folder: Folder) -> None:
    facts = folder.write({**MODEL, "lora.gguf": adapter()}).facts("lora.gguf")
    assert facts.is_adapter
    assert facts.is_stored_as_is
    base = folder.create((str(folder.path / "a-F16.gguf"),))
    assert base.row is not None
    files = folder.upload(facts.files)
    made = folder.create(facts.files, adapters=files, **{"from": base.row["name"]})
    assert made.row is not None
    assert made.row["size"] >= base.row["size"] + facts.size_bytes


@pytest.mark.parametrize("file_type", [0, 1, 7, 15, 32])
@pytest.mark.parametrize("width", [4, UINT64])
def test_what_can_be_quantized(folder: Folder, file_type: int, width: int) -> None:
    file = model(general__file_type=number(width, file_type))
    facts = folder.write({"a.gguf": file}).facts("a.gguf")
    made = folder.create(facts.files, quantize="Q4_K_S")
    assert (made.status == 200) is bool(facts.choices), made.text
    if not facts.choices:
        assert "quantization is only supported" in made.text
