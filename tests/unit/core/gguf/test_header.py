"""Headers as a table: what is told of each, and why the others are refused."""

from __future__ import annotations

import random
import struct
import time
from collections import Counter
from dataclasses import replace

import pytest

from tests.fakes.gguf import (
    F16,
    F32,
    Q4_K,
    UINT64,
    Gguf,
    Tensor,
    adapter,
    array,
    model,
    number,
    parts,
    projector,
    text,
    value,
)
from tray_app.core.gguf.cursor import MAX_HEADER_BYTES
from tray_app.core.gguf.header import read_header
from tray_app.core.gguf.records import FileFault, GgufHeader, GgufKind, GgufRefused, Refusal
from tray_app.core.gguf.weights import Count, Weights


class Bytes:
    """A file in memory that notes how far it was read. `size` may be more than there is."""

    def __init__(self, data: bytes, size: int | None = None) -> None:
        self.data = data
        self.size = len(data) if size is None else size
        self.furthest = 0
        self.largest = 0

    def __call__(self, offset: int, size: int) -> bytes:
        self.furthest = max(self.furthest, offset + size)
        self.largest = max(self.largest, size)
        assert 0 <= offset <= self.size
        assert 0 <= size <= self.size - offset
        found = self.data[offset : offset + size]
        return found + b"\0" * (size - len(found))  # a hole in the file

    def header(self) -> GgufHeader:
        return read_header(self, self.size)

    def refusal(self) -> Refusal:
        with pytest.raises(GgufRefused) as caught:
            self.header()
        return caught.value.refusal


def header(file: Gguf) -> GgufHeader:
    return Bytes(file.encode()).header()


def test_a_model_is_told_whole() -> None:
    file = model(general__quantized_by="Somebody", general__url="https://hf.co/a/b-GGUF")
    found = header(file)
    assert found == GgufHeader(
        kind=GgufKind.MODEL,
        version=3,
        type="model",
        architecture="llama",
        title="Llama 3.2 3B",
        size_label="3B",
        file_type="F16",
        block_count=1,
        context_length=131_072,
        embedding_length=256,
        has_chat_template=True,
        can_be_quantized=True,
        header_bytes=len(file.header()),
        end_bytes=len(file.encode()),
        weights=Weights(embedding=Count(1024), attention=Count(512)),
        links=("https://hf.co/a/b-GGUF",),
        made_by="Somebody",
    )


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (model(), GgufKind.MODEL),
        (Gguf(), GgufKind.MODEL),
        (model(general__type="unknown"), GgufKind.MODEL),
        (adapter(), GgufKind.ADAPTER),
        (projector(), GgufKind.PROJECTOR),
        (projector(general__type="projector"), GgufKind.PROJECTOR),
        # Before there was a type: by the encoder of a file without blocks.
        (projector(general__type="model"), GgufKind.PROJECTOR),
        (model("llava", llava__vision__block_count=1), GgufKind.MODEL),
        (model("llava", llava__block_count=0, llava__vision__block_count=1), GgufKind.PROJECTOR),
        (model(general__type="imatrix"), GgufKind.OTHER),
    ],
)
def test_kind(file: Gguf, kind: GgufKind) -> None:
    assert header(file).kind is kind


@pytest.mark.parametrize(
    ("number_", "name", "can_be_quantized"),
    [(0, "F32", False), (1, "F16", True), (32, "BF16", True), (15, "Q4_K_M", False),
     (7, "Q8_0", False), (38, "MXFP4_MOE", False), (4, "", False), (1024, "", False)],
)  # fmt: skip
def test_quantization(number_: int, name: str, can_be_quantized: bool) -> None:
    found = header(model(file_type=number_))
    assert (found.file_type, found.can_be_quantized) == (name, can_be_quantized)


def test_a_file_type_of_another_width_is_none_to_ollama() -> None:
    found = header(model(general__file_type=number(UINT64, 1)))
    assert (found.file_type, found.can_be_quantized) == ("F16", False)


def test_an_adapter_is_never_quantized() -> None:
    assert not header(adapter(general__file_type=1)).can_be_quantized


@pytest.mark.parametrize(
    ("file", "sees", "hears"),
    [
        (projector(), True, False),
        (projector(hears=True), True, True),
        (projector(sees=False, hears=True), False, True),
        # It says neither: the first ones only saw.
        (projector(sees=False), True, False),
        (model(), False, False),
    ],
)
def test_what_a_projector_is_for(file: Gguf, sees: bool, hears: bool) -> None:
    found = header(file)
    assert (found.sees, found.hears) == (sees, hears)


@pytest.mark.parametrize(
    ("name", "is_stored_as_is"),
    [("v.blk.0.weight", True), ("mm.0.weight", True), ("a.conv.weight", True),
     ("s.x", True), ("mtp.0.weight", True), ("blk.0.v.weight", False), ("vision.weight", False),
     ("mmproj.weight", False)],
)  # fmt: skip
def test_files_that_are_stored_as_they_are(name: str, is_stored_as_is: bool) -> None:
    file = replace(model(), tensors=(Tensor(name),))
    assert header(file).is_stored_as_is is is_stored_as_is


def test_a_model_with_an_encoder_of_its_own_sees() -> None:
    file = replace(model(), tensors=(Tensor("v.blk.0.weight"), Tensor("a.conv.weight")))
    assert (header(file).sees, header(file).hears) == (True, True)


def test_parts() -> None:
    found = [header(part) for part in parts(3)]
    assert [(part.split_no, part.split_count) for part in found] == [(0, 3), (1, 3), (2, 3)]
    assert all(part.is_split for part in found)
    assert not header(model()).is_split
    # Ollama also knows these values under the name of the architecture.
    own = header(model(llama__split__no=1, llama__split__count=2))
    assert (own.split_no, own.split_count) == (1, 2)


def test_numbers_of_any_type_are_read_and_others_are_none() -> None:
    file = model(
        llama__context_length=number(UINT64, 1_000_000),
        llama__block_count=number(5, -1),
        llama__embedding_length="many",
        general__name=7,
    )
    found = header(file)
    assert (found.context_length, found.block_count) == (1_000_000, None)
    assert (found.embedding_length, found.title) == (None, "")


def test_texts_are_cut_and_can_be_shown() -> None:
    found = header(model(general__name="a\n\u202eb\0c", general__size_label="ü" * 5000))
    assert found.title == "a  b c"
    assert set(found.size_label) == {"ü"}
    assert len(found.size_label) == 512
    broken = value("ab")[:-1] + b"\xff"
    assert header(model(general__name=broken)).title == "a"


def test_weights_are_counted_by_what_becomes_of_them() -> None:
    tensors = (
        Tensor("token_embd.weight", (256, 10)),
        Tensor("output.weight", (256, 9)),
        Tensor("output_norm.weight", (256,), F32),
        Tensor("blk.0.attn_v.weight", (256, 2)),
        Tensor("blk.0.ffn_down.weight", (256, 3)),
        Tensor("blk.0.ffn_down_exps.weight", (256, 3, 2)),
        Tensor("blk.0.attn_q.weight", (256, 4)),
        Tensor("blk.0.attn_k.weight", (128, 4)),
        Tensor("mm.0.weight", (256, 2)),
    )
    weights = header(replace(model(), tensors=tensors)).weights
    assert weights == Weights(
        embedding=Count(2560),
        output=Count(2304),
        attention=Count(512),
        down=Count(768 + 1536),
        rest=Count(1024, 512),
        kept_bytes=1024 + 1024,
    )


def test_bases_are_told() -> None:
    file = Gguf({"general.base_model.0.repo_url": "https://hf.co/a/b"})
    assert header(file).base_links == ("https://hf.co/a/b",)


def test_another_alignment_moves_the_data() -> None:
    file = replace(model(general__alignment=4096), alignment=4096)
    assert header(file).end_bytes == len(file.header()) + -len(file.header()) % 4096 + 4096 + 1024


def test_a_file_without_tensors_ends_with_its_header() -> None:
    file = replace(model(), tensors=())
    found = Bytes(file.header()).header()
    assert found.end_bytes == found.header_bytes == len(file.header())


@pytest.mark.parametrize(
    ("data", "begins", "is_git_lfs"),
    [
        (b"", "", False),
        (b"PK\x03\x04\x14\0\0\0", "PK", False),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1",
         "version https://git-lfs.github.com/spec/v1", True),
        (b"<!DOCTYPE html><html>", "<!DOCTYPE html><html>", False),
        (b"\n\n  <html>\n", "<html>", False),
        (b"\n\n\n\n", "0A 0A 0A 0A", False),
        (b"\x1f\x8b\x08\x00\x01", "1F 8B 08 00", False),
        (b"\0" * 64, "00 00 00 00", False),
        (b"tjgg\x03\0\0\0", "tjgg", False),
        (b"GGU", "GGU", False),
        (b"x" * 500, "x" * 64, False),
    ],
)  # fmt: skip
def test_other_files_are_told_by_how_they_begin(data: bytes, begins: str, is_git_lfs: bool) -> None:
    refusal = Bytes(data).refusal()
    assert (refusal.fault, refusal.begins) == (FileFault.NOT_GGUF, begins)
    assert refusal.is_git_lfs is is_git_lfs
    assert refusal.size_bytes == len(data)


@pytest.mark.parametrize(
    "data",
    [
        b"GGUF" + struct.pack(">IQQ", 3, 0, 0),
        b"FUGG" + struct.pack(">IQQ", 3, 0, 0),
        b"GGUF" + struct.pack("<III", 1, 0, 0),
    ],
)
def test_old_kinds(data: bytes) -> None:
    assert Bytes(data).refusal().fault is FileFault.OLD_KIND


def test_version_2_is_read() -> None:
    assert header(replace(model(), version=2)).version == 2


def test_a_file_that_is_cut_off_tells_what_it_should_have() -> None:
    whole = model().encode()
    needed = len(whole)
    for size in (needed - 1, len(model().header())):
        refusal = Bytes(whole[:size]).refusal()
        assert refusal.fault is FileFault.CUT_OFF
        assert (refusal.size_bytes, refusal.needed_bytes) == (size, needed)
    assert Bytes(whole + b"more").header().end_bytes == needed


def test_a_header_that_is_cut_off_anywhere() -> None:
    whole = model().header()
    for size in range(4, len(whole)):
        refusal = Bytes(whole[:size]).refusal()
        assert (refusal.fault, refusal.needed_bytes) == (FileFault.CUT_OFF, None), size


def test_a_file_that_becomes_shorter_is_cut_off() -> None:
    data = model().encode()
    with pytest.raises(GgufRefused) as caught:
        read_header(lambda offset, size: data[:100][offset : offset + size], len(data))
    assert caught.value.refusal.fault is FileFault.CUT_OFF


BAD_PAIR = text("a") + struct.pack("<I", 99)
NESTED = array(9, [struct.pack("<IQ", 4, 0)])


@pytest.mark.parametrize(
    "data",
    [
        b"GGUF" + struct.pack("<IQQ", 0, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 4, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 2**40, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 2**64 - 1),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + BAD_PAIR,
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**63),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("x" * 70_000) + value(1),
        Gguf({"a": NESTED}).encode(),
        Gguf({"a": struct.pack("<IIQ", 9, 4, 2**62)}).encode(),
        Gguf({"a": struct.pack("<IIQQ", 9, 8, 2, 2**62)}).encode(),
        Gguf({"a": struct.pack("<IQ", 8, 2**40)}).encode(),
        Gguf({"general.alignment": 0}).encode(),
        Gguf(tensors=(Tensor("t", (1, 1, 1, 1, 1)),)).encode(),
        Gguf(tensors=(Tensor("t", (2**40, 2**40)),)).header(),
        Gguf(tensors=(Tensor("t", (1,), 4096),)).encode(),
        Gguf(tensors=(Tensor("t", (255, 2), Q4_K),)).encode(),
    ],
)
def test_what_makes_no_sense_is_damaged(data: bytes) -> None:
    refusal = Bytes(data + bytes(2**20)).refusal()
    assert refusal.fault is FileFault.DAMAGED
    assert refusal.context


def test_a_tensor_of_a_type_not_known_here_is_no_fault() -> None:
    file = Gguf(tensors=(Tensor("t", (256,), 60), Tensor("u", (256,), F16)))
    assert header(file).end_bytes == len(file.encode())


def test_a_header_that_goes_on_and_on_is_left() -> None:
    start = Gguf({"a": struct.pack("<IIQ", 9, 2, 2**26)}).header()
    file = Bytes(start, size=10 * MAX_HEADER_BYTES)
    assert file.refusal().fault is FileFault.HEADER_TOO_LARGE
    assert file.furthest <= MAX_HEADER_BYTES


def vocabulary(count: int) -> Gguf:
    """As large as the largest: words, scores, types and merges."""
    words = [text(f"word{index}") for index in range(count)]
    return model(
        tokenizer__ggml__tokens=array(8, words),
        tokenizer__ggml__scores=array(6, [struct.pack("<f", 0.5)] * count),
        tokenizer__ggml__token_type=array(5, [struct.pack("<i", 1)] * count),
        tokenizer__ggml__merges=array(8, words),
    )


def test_a_large_vocabulary_is_passed_over_in_pieces() -> None:
    data = vocabulary(262_144).encode()
    file = Bytes(data)
    started = time.process_time()
    assert file.header().architecture == "llama"
    # Ten times what it takes on a slow machine: it must not build lists of half a million texts.
    assert time.process_time() - started < 3.0
    assert file.largest <= 256 * 1024


def test_of_a_file_of_any_size_only_the_header_is_read() -> None:
    start = replace(model(), tensors=(Tensor("token_embd.weight", (2**20, 2**15)),)).header()
    file = Bytes(start, size=2**37)
    assert file.header().end_bytes > 2**36
    assert file.furthest <= 300_000


SEEDS = (
    model().encode(),
    projector().encode(),
    adapter().encode(),
    parts(2)[0].encode(),
    parts(2)[1].encode(),
    replace(model(), version=2, tensors=(Tensor("v.x"),)).encode(),
)
ODD = (0, 1, 2, 3, 0x7F, 0xFF, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**63 - 1, 2**63, 2**64 - 1)


def mutated(data: bytes, source: random.Random) -> bytes:
    """`data` with some bytes, numbers or pieces of it changed."""
    found = bytearray(data)
    for _ in range(source.choice((1, 1, 2, 4, 16))):
        at = source.randrange(len(found))
        match source.randrange(6):
            case 0:
                found[at] = source.randrange(256)
            case 1:
                found[at] ^= 1 << source.randrange(8)
            case 2:
                found[at : at + 8] = struct.pack("<Q", source.choice(ODD))
            case 3:
                found[at : at + 4] = struct.pack("<I", source.choice(ODD) & 0xFFFFFFFF)
            case 4:
                del found[at : at + source.randrange(1, 64)]
            case 5:
                found[at:at] = found[at : at + source.randrange(1, 64)]
        if not found:
            return b""
    return bytes(found)


@pytest.mark.parametrize("seed", range(20))
def test_mutated_headers_are_read_or_refused(seed: int) -> None:
    source = random.Random(seed)
    slowest = 0.0
    faults: Counter[FileFault | None] = Counter()
    for _ in range(1000):
        data = mutated(source.choice(SEEDS), source)
        # Some have much behind them, so that a wrong length leads far.
        file = Bytes(data, len(data) + source.choice((0, 0, 10_000, 2**28)))
        started = time.process_time()
        faults[outcome(file)] += 1
        slowest = max(slowest, time.process_time() - started)
        assert file.furthest <= MAX_HEADER_BYTES
        assert file.largest <= 2**20
    assert slowest < 5.0
    assert faults.keys() <= {None, *OF_A_HEADER}
    # Not all are refused for the first thing that comes.
    assert faults[None] > 50
    assert faults[FileFault.CUT_OFF] > 50
    assert faults[FileFault.DAMAGED] > 50


OF_A_HEADER = (
    FileFault.NOT_GGUF,
    FileFault.CUT_OFF,
    FileFault.OLD_KIND,
    FileFault.DAMAGED,
    FileFault.HEADER_TOO_LARGE,
)


def outcome(file: Bytes) -> FileFault | None:
    try:
        found = file.header()
    except GgufRefused as error:
        return error.refusal.fault
    assert found.end_bytes <= file.size
    assert len(found.title) <= 1024
    return None
