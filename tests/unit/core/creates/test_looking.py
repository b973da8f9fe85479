"""What one file is together with what lies beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.gguf import (
    Gguf,
    Tensor,
    adapter,
    model,
    number,
    part_name,
    parts,
    projector,
)
from tests.unit.core.creates.disk import MemoryDisk
from tray_app.core.creates.files import FileFacts, MissingPart
from tray_app.core.creates.looking import is_changed, look
from tray_app.core.gguf.records import FileFault
from tray_app.core.gguf.weights import QUANTIZE_TYPES, Count

PATH = "/d/gemma-3-4b-it-F16.gguf"
MMPROJ = "/d/mmproj-gemma-3-4b-it-F16.gguf"
F16, Q4 = model("gemma3").encode(), model("gemma3", file_type=15).encode()
EYES = projector().encode()


def facts(files: dict[str, bytes], path: str = PATH, chosen: str = "") -> FileFacts:
    return look(path, MemoryDisk(files), chosen)


def three_parts(base: str = "/d/llama-Q4_0", *, without: tuple[int, ...] = ()) -> dict[str, bytes]:
    return {
        part_name(base, index, 3): part.encode()
        for index, part in enumerate(parts(3), 1)
        if index not in without
    }


def test_a_model_alone() -> None:
    found = facts({PATH: F16})
    assert found.files == (PATH,)
    assert found.size_bytes == len(F16)
    assert found.header is not None
    assert found.header.architecture == "gemma3"
    assert (found.fault, found.projectors, found.missing, found.pull_hint) == (None, (), (), "")
    assert found.name == "gemma-3-4b-it:f16"
    assert tuple(choice.file_type for choice in found.choices) == QUANTIZE_TYPES
    assert not found.is_stored_as_is


def test_a_quantized_model_is_not_quantized_again() -> None:
    assert facts({PATH: Q4}).choices == ()


def test_the_tag_is_that_of_the_header_where_the_name_has_none() -> None:
    assert facts({"/d/gemma.gguf": Q4}, "/d/gemma.gguf").name == "gemma:q4_k_m"


def test_a_model_that_is_stored_as_it_is() -> None:
    file = replace(model("gemma3"), tensors=(Tensor("v.blk.0.weight"),)).encode()
    found = facts({PATH: file, MMPROJ: EYES})
    assert found.is_stored_as_is
    # It sees by itself.
    assert found.projectors == ()


@pytest.mark.parametrize("chosen", [1, 2, 3])
def test_all_parts_are_found_from_any(chosen: int) -> None:
    files = three_parts()
    found = facts(files, part_name("/d/llama-Q4_0", chosen, 3))
    assert found.files == tuple(sorted(files))
    assert found.size_bytes == sum(map(len, files.values()))
    assert found.fault is None
    assert found.header is not None
    assert (found.header.title, found.header.weights.attention) == ("Llama 3.2 3B", Count(3 * 512))
    assert found.name == "llama:q4_0"
    assert found.choices
    assert {stamp.path for stamp in found.stamps} == set(files)


@pytest.mark.parametrize(("without", "chosen"), [((3,), 1), ((1,), 2), ((1, 2), 3), ((2, 3), 1)])
def test_missing_parts_are_named(without: tuple[int, ...], chosen: int) -> None:
    files = three_parts(without=without)
    found = facts(files, part_name("/d/llama-Q4_0", chosen, 3))
    assert found.fault is FileFault.PART_MISSING
    assert found.missing == tuple(
        MissingPart(each, 3, part_name("llama-Q4_0", each, 3)) for each in without
    )
    assert found.files == tuple(sorted(files))


def test_parts_in_another_folder_do_not_count() -> None:
    files = three_parts(without=(2,)) | {part_name("/e/llama-Q4_0", 2, 3): parts(3)[1].encode()}
    assert facts(files, part_name("/d/llama-Q4_0", 1, 3)).fault is FileFault.PART_MISSING


def test_a_part_with_the_name_of_another_is_missing() -> None:
    files = three_parts()
    files[part_name("/d/llama-Q4_0", 2, 3)] = files[part_name("/d/llama-Q4_0", 3, 3)]
    found = facts(files, part_name("/d/llama-Q4_0", 1, 3))
    assert [part.number for part in found.missing] == [2]


def test_a_part_that_was_renamed_is_looked_for_by_what_is_in_it() -> None:
    found = facts({"/d/mine.gguf": parts(2)[1].encode()}, "/d/mine.gguf")
    assert found.fault is FileFault.PART_MISSING
    assert found.missing[0] == MissingPart(1, 2, "mine-00001-of-00002.gguf")


def test_a_name_alone_makes_no_part() -> None:
    path = part_name("/d/llama-Q4_0", 1, 3)
    found = facts({path: model().encode()}, path)
    assert (found.fault, found.files) == (None, (path,))


def test_a_part_that_is_cut_off_is_told_with_its_path() -> None:
    files = three_parts()
    last = part_name("/d/llama-Q4_0", 3, 3)
    whole, files[last] = len(files[last]), files[last][:-1]
    found = facts(files, part_name("/d/llama-Q4_0", 1, 3))
    assert found.refusal is not None
    assert (found.fault, found.refusal.path) == (FileFault.CUT_OFF, last)
    assert found.refusal.needed_bytes == whole


def test_parts_are_put_together_anew_whatever_is_in_them() -> None:
    files = three_parts()
    seeing = replace(parts(3)[2], tensors=(Tensor("v.x"),))
    files[part_name("/d/llama-Q4_0", 3, 3)] = seeing.encode()
    found = facts(files, part_name("/d/llama-Q4_0", 1, 3))
    assert found.header is not None
    assert found.header.is_stored_as_is
    assert not found.is_stored_as_is


def test_a_count_beyond_all_reason_ends_soon() -> None:
    file = Gguf({"split.no": number(2, 0), "split.count": number(10, 60_000)})
    found = facts({PATH: file.encode()})
    assert len(found.missing) == 100


def test_a_projector_beside_is_offered() -> None:
    found = facts({PATH: F16, MMPROJ: EYES, "/e/mmproj-F16.gguf": EYES, "/d/other.gguf": F16})
    (eyes,) = found.projectors
    assert (eyes.path, eyes.size_bytes, eyes.sees, eyes.hears) == (MMPROJ, len(EYES), True, False)
    assert eyes.is_likely
    assert {stamp.path for stamp in found.stamps} == {PATH, MMPROJ}


def test_several_projectors_the_likely_first() -> None:
    ears = projector(sees=False, hears=True, clip__vision__projection_dim=0).encode()
    files = {
        PATH: F16,
        "/d/mmproj-another-F16.gguf": EYES,
        "/d/mmproj-BF16.gguf": EYES,
        "/d/gemma-3-4b-it-mmproj-F32.gguf": ears,
    }
    found = facts(files)
    assert [(each.path, each.is_likely) for each in found.projectors] == [
        ("/d/gemma-3-4b-it-mmproj-F32.gguf", True),
        ("/d/mmproj-BF16.gguf", True),
        ("/d/mmproj-another-F16.gguf", False),
    ]
    assert (found.projectors[0].sees, found.projectors[0].hears) == (False, True)


def test_a_projector_for_rows_of_another_length_is_not_likely() -> None:
    other = projector(clip__vision__projection_dim=2000).encode()
    (eyes,) = facts({PATH: F16, MMPROJ: other}).projectors
    assert not eyes.is_likely
    # The first LLaVA told that of the encoder there.
    llava = projector(clip__vision__projection_dim=768).encode()
    wide = model("gemma3", gemma3__embedding_length=4096).encode()
    assert facts({PATH: wide, MMPROJ: llava}).projectors[0].is_likely


def test_a_projector_that_was_chosen_comes_first_wherever_it_is() -> None:
    elsewhere = "/e/eyes.gguf"
    found = facts({PATH: F16, MMPROJ: EYES, elsewhere: EYES}, chosen=elsewhere)
    assert [each.path for each in found.projectors] == [elsewhere, MMPROJ]
    assert found.projectors[0].is_likely


@pytest.mark.parametrize("data", [b"PK\x03\x04", EYES[:-1], F16, adapter().encode()])
def test_what_only_has_the_name_of_a_projector_is_none(data: bytes) -> None:
    assert facts({PATH: F16, MMPROJ: data}).projectors == ()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"version https://git-lfs.github.com/spec/v1\n", FileFault.NOT_GGUF),
        (F16[:-1], FileFault.CUT_OFF),
        (b"GGUF\1\0\0\0" + bytes(32), FileFault.OLD_KIND),
        (b"GGUF\3\0\0\0" + b"\xff" * 32, FileFault.DAMAGED),
        (EYES, FileFault.PROJECTOR_ALONE),
        (model(general__type="imatrix").encode(), FileFault.NO_MODEL),
    ],
)
def test_refused_files(data: bytes, fault: FileFault) -> None:
    found = facts({PATH: data})
    assert found.refusal is not None
    assert (found.fault, found.refusal.path) == (fault, PATH)
    assert (found.files, found.size_bytes) == ((PATH,), len(data))
    # So that its replacement is noticed, and its name can be shown.
    assert found.stamps
    assert found.name == "gemma-3-4b-it:f16"


def test_a_file_that_is_not_there() -> None:
    assert facts({}).fault is FileFault.GONE


def test_a_file_that_may_not_be_read() -> None:
    disk = MemoryDisk({PATH: F16})
    disk.locked.add(PATH)
    found = look(PATH, disk)
    assert found.refusal is not None
    assert (found.fault, found.refusal.context) == (FileFault.UNREADABLE, "Permission denied")


def test_an_adapter_has_neither_projectors_nor_choices() -> None:
    found = facts({PATH: adapter(general__file_type=1).encode(), MMPROJ: EYES})
    assert found.is_adapter
    assert found.is_stored_as_is
    assert (found.fault, found.projectors, found.choices) == (None, (), ())


def test_what_could_be_pulled_instead() -> None:
    disk = MemoryDisk({PATH: F16})
    disk.origins[PATH] = (
        "https://huggingface.co/ggml-org/gemma-3-4b-it-GGUF/resolve/main/gemma-3-4b-it-F16.gguf"
    )
    assert look(PATH, disk).pull_hint == "hf.co/ggml-org/gemma-3-4b-it-GGUF:F16"


def test_changed_files_are_told() -> None:
    disk = MemoryDisk({PATH: F16, MMPROJ: EYES})
    found = look(PATH, disk)
    assert not is_changed(found, disk)
    disk.changes[MMPROJ] = 1
    assert is_changed(found, disk)
    disk.changes.clear()
    disk.files[PATH] += b"more"
    assert is_changed(found, disk)
    del disk.files[PATH]
    assert is_changed(found, disk)


def test_other_files_beside_are_not_opened() -> None:
    disk = MemoryDisk({PATH: F16, "/d/other.gguf": F16, "/d/mmproj-F16.gguf": EYES})
    look(PATH, disk)
    assert disk.opened == [PATH, "/d/mmproj-F16.gguf"]
