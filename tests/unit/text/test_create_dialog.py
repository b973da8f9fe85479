"""The dialog *Create from file* and what is dragged over the window, in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tray_app.core.creates.costs import CreateCost, create_cost
from tray_app.core.creates.files import FileFacts, FileStamp, MissingPart, Projector
from tray_app.core.creates.refusals import ServerFault
from tray_app.core.gguf.records import FileFault, GgufHeader, GgufKind, Refusal
from tray_app.core.gguf.weights import QuantizeChoice
from tray_app.text import create_dialog as words
from tray_app.text.estimates import LineTone

GB = 1_000_000_000
FOLDER = Path("~/Downloads")
PATH = "/home/me/Downloads/Llama-3.3-70B-Q4_K_M-00001-of-00004.gguf"
HEADER = GgufHeader(
    GgufKind.MODEL,
    architecture="llama",
    title="Llama 3.3 70B",
    file_type="Q4_K_M",
    context_length=131_072,
    has_chat_template=True,
)
FACTS = FileFacts(PATH, (PATH,), 42_500_000_000, HEADER, stamps=(FileStamp(PATH, 1, 1),))


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def header(**changes: object) -> FileFacts:
    return replace(FACTS, header=replace(HEADER, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (FACTS, "Llama 3.3 70B · Q4_K_M · 42 GB · context 131,072 · chat template"),
        (header(title="Llama", size_label="70B", context_length=None, has_chat_template=False),
         "Llama 70B · Q4_K_M · 42 GB"),
        (header(title="Llama 3.3 70b It", size_label="70B", context_length=None),
         "Llama 3.3 70b It · Q4_K_M · 42 GB · chat template"),
        (header(title="", file_type="", context_length=None, has_chat_template=False),
         "llama · 42 GB"),
        (replace(FACTS, header=None, size_bytes=1200), f"1.2 KB in {FOLDER}"),
        (replace(FACTS, header=None, stamps=()), ""),
    ],
)  # fmt: skip
def test_what_a_file_is(found: FileFacts, expected: str) -> None:
    assert plain(words.file_line(found)) == expected


def test_a_file_is_spoken() -> None:
    name = "Llama-3.3-70B-Q4_K_M-00001-of-00004.gguf"
    assert words.spoken_file(FACTS, PATH) == f"File {name}, Llama 3.3 70B, Q4_K_M, 42 gigabytes"
    assert words.spoken_file(None, PATH) == f"File {name}"


@pytest.mark.parametrize(
    ("projector", "expected"),
    [
        (Projector("/x/mm.gguf", 1), "With mm.gguf, so that it sees pictures"),
        (Projector("/x/mm.gguf", 1, sees=False, hears=True),
         "With mm.gguf, so that it hears sound"),
        (Projector("/x/mm.gguf", 1, hears=True),
         "With mm.gguf, so that it sees pictures and hears sound"),
    ],
)  # fmt: skip
def test_what_a_projector_is_good_for(projector: Projector, expected: str) -> None:
    assert words.projector_line(projector) == expected


def refused(fault: FileFault, **more: object) -> FileFacts:
    return replace(FACTS, header=None, refusal=Refusal(fault, PATH, **more))  # type: ignore[arg-type]


LFS = "version https://git-lfs.github.com/spec/v1"


@pytest.mark.parametrize(
    ("found", "title", "body"),
    [
        (refused(FileFault.GONE), "The file isn’t there any more",
         str(FOLDER / "Llama-3.3-70B-Q4_K_M-00001-of-00004.gguf")),
        (refused(FileFault.UNREADABLE, context="Permission denied"), "The file can’t be read",
         "Permission denied"),
        (refused(FileFault.NOT_GGUF, begins=LFS), "This isn’t a GGUF file",
         "It begins with “version https://git-lfs…”: a pointer to a file that wasn’t downloaded."),
        (refused(FileFault.NOT_GGUF, begins="PK"), "This isn’t a GGUF file",
         "It begins with “PK”."),
        (refused(FileFault.NOT_GGUF), "This isn’t a GGUF file", "It is empty."),
        (refused(FileFault.CUT_OFF, needed_bytes=4_700_000_000, size_bytes=3_100_000_000),
         "The file is incomplete", "It should have 4.7 GB and has 3.1 GB. Download it again."),
        (refused(FileFault.CUT_OFF), "The file is incomplete",
         "It ends too early. Download it again."),
        (refused(FileFault.OLD_KIND), "This GGUF file is of an old kind",
         "Ollama reads versions 2 and 3, little-endian."),
        (refused(FileFault.PROJECTOR_ALONE), "This is only the part that sees",
         "Choose the model’s own file; the projector is found beside it."),
        (refused(FileFault.NO_MODEL, context="imatrix"), "This GGUF file is no model",
         "It says that it is “imatrix”."),
        (replace(refused(FileFault.PART_MISSING),
                 missing=(MissingPart(3, 4, "Llama-00003-of-00004.gguf"),)),
         "Part 3 of 4 is missing",
         f"Llama-00003-of-00004.gguf isn’t beside the others in {FOLDER}."),
        (replace(refused(FileFault.PART_MISSING),
                 missing=(MissingPart(2, 4, "a.gguf"), MissingPart(3, 4, "b.gguf"))),
         "2 of 4 parts are missing",
         f"a.gguf and b.gguf aren’t beside the others in {FOLDER}."),
    ],
)  # fmt: skip
def test_why_no_model_can_be_made(found: FileFacts, title: str, body: str) -> None:
    said = words.refusal_words(found)
    assert (said.title, plain(said.body)) == (title, body)


def test_every_refusal_has_words() -> None:
    for fault in FileFault:
        assert words.refusal_words(refused(fault)).title


def test_a_part_that_hears() -> None:
    alone = replace(
        FACTS,
        header=replace(HEADER, kind=GgufKind.PROJECTOR, hears=True),
        refusal=Refusal(FileFault.PROJECTOR_ALONE),
    )
    assert words.refusal_words(alone).title == "This is only the part that hears"


QUANTIZED = create_cost(
    7_800_000_000, projector_bytes=851_000_000, result_bytes=2_500_000_000, free_bytes=212 * GB
)
COPIED = create_cost(19_900_000_000, free_bytes=28_100_000_000)
AS_IS = create_cost(2 * GB, is_stored_as_is=True, free_bytes=212 * GB)


@pytest.mark.parametrize(
    ("cost", "is_here", "title", "body", "tone"),
    [
        (QUANTIZED, True, "Enough: needs 14 GB for now",
         ("212 GB free on “studio”. Afterwards 11 GB are taken; 7.8 GB of them go when Ollama is "
         "started more than an hour later."), LineTone.GOOD),
        (COPIED, True, "Not enough: needs up to 60 GB for now",
         ("28 GB free on “studio”. Afterwards up to 39 GB are taken; 19 GB of them go when Ollama "
         "is started more than an hour later."), LineTone.BAD),
        (AS_IS, True, "Enough: needs 2 GB for now",
         "212 GB free on “studio”. Afterwards 2 GB are taken.", LineTone.GOOD),
        (replace(COPIED, free_bytes=None), False, "Not known for another computer",
         "It needs up to 60 GB for now.", LineTone.NONE),
        (replace(QUANTIZED, free_bytes=None), True, "Not known",
         "It needs 14 GB for now.", LineTone.NONE),
        (replace(QUANTIZED, free_bytes=GB), True, "Not enough: needs 14 GB for now",
         ("1 GB free on “studio”. Afterwards 11 GB are taken; 7.8 GB of them go when Ollama is "
         "started more than an hour later."), LineTone.BAD),
    ],
)  # fmt: skip
def test_disk_space(cost: CreateCost, is_here: bool, title: str, body: str, tone: LineTone) -> None:
    line = words.create_disk_line(cost, words.quoted_server("studio"), is_here=is_here)
    assert (plain(line.title), plain(line.body), line.tone) == (title, body, tone)


def test_what_is_uploaded() -> None:
    assert words.upload_figure(COPIED) == ("19\u00a0GB", "")
    nothing = create_cost(GB, held_bytes=GB)
    assert words.upload_figure(nothing) == ("", "Nothing: it’s already on the server")


def test_a_third_of_the_space_is_said_only_where_it_is_so() -> None:
    said = words.pull_hint_words("hf.co/a/b:Q4_K_M", COPIED)
    assert said == ("Pulling it needs a third of the space", "hf.co/a/b:Q4_K_M has the same name.")
    assert words.pull_hint_words("hf.co/a/b:Q4_K_M", AS_IS).title == "It can also be pulled"
    assert words.pull_hint_words("hf.co/a/b:Q4_K_M", None).title == "It can also be pulled"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (None, ""),
        (
            ServerFault.NO_PROJECTOR,
            (
                "“nas” runs Ollama 0.9.2, which takes no projector. Update it, or leave the "
                "projector out."
            ),
        ),
        (
            ServerFault.NO_PARTS,
            (
                "“nas” runs Ollama 0.9.2, which takes no file in several parts. Update it, or "
                "join the parts."
            ),
        ),
        (ServerFault.AWAY, "Can’t reach “nas”. It’s created when it is back."),
    ],
)
def test_what_stands_against_a_server(fault: ServerFault | None, expected: str) -> None:
    assert words.server_fault_line(fault, "nas", "0.9.2") == expected


def test_choices() -> None:
    assert words.kept_type("F16") == "Keep F16"
    choice = QuantizeChoice("Q8_0", 4_100_000_000)
    assert plain(words.quantize_choice(choice)) == "Q8_0, about 4.1 GB"
    assert words.create_title() == "Create from file"
    assert words.create_title(2, 3) == "Create from file (2 of 3)"


@pytest.mark.parametrize(
    ("names", "size", "server", "title", "body"),
    [
        (["mistral-small-24b:q5_k_m"], 17_300_000_000, "This computer",
         "Drop to create mistral-small-24b",
         "17 GB will be uploaded to “This computer”. You see what it costs first."),
        (["a:q4"], GB, "", "Drop to create a",
         "1 GB will be uploaded. You see what it costs first."),
        (["a:q4"], 0, "nas", "Drop to create a", "You see what it costs first."),
        (["a:q4", "b:q4"], 2 * GB, "nas", "Drop to create 2 models",
         "2 GB will be uploaded to “nas”. You see what it costs first."),
    ],
)  # fmt: skip
def test_what_dropping_would_do(
    names: list[str], size: int, server: str, title: str, body: str
) -> None:
    said = words.drop_create(names, size, server)
    assert (said.title, plain(said.body)) == (title, body)


def test_foreign_words_stay_on_one_line() -> None:
    long = "n\n" * 3000
    found = header(title=long, size_label=long, file_type=long)
    alien = refused(FileFault.NOT_GGUF, begins=long)
    for said in (
        words.file_line(found),
        words.spoken_file(found, long),
        *words.refusal_words(alien),
        *words.unknown_kind_words(long, long),
        *words.pull_hint_words(long, None),
        words.server_fault_line(ServerFault.NO_PARTS, long, long),
        *words.drop_create([long], 1, long),
    ):
        assert "\n" not in said
        assert len(said) < 500
