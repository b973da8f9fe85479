"""Models that are made from files, in words: rows, failures, tray, notices, the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tray_app.core.creates.records import CreateFault, CreateItem, CreateRequest, CreateState
from tray_app.core.errors import ServerFailed, Unauthorized
from tray_app.text import creating

S, F = CreateState, CreateFault
NOW = datetime(2026, 5, 4, 14, 32, tzinfo=UTC)
NOW_S = 1000.0
GB = 1_000_000_000


def item(state: CreateState, *, seconds: float = 0.0, **more: Any) -> CreateItem:
    fields = ("quantize", "architecture", "file_type", "size_bytes", "projector_bytes", "name")
    asked = {field: more.pop(field) for field in fields if field in more}
    asked = {"size_bytes": 2_500_000_000, "architecture": "minimax-m2", **asked}
    request = CreateRequest(
        "studio", asked.pop("name", "gemma-3-12b-it:q4_k_m"), ("/srv/x.gguf",), **asked
    )
    return CreateItem("1", request, state, NOW, state_since_s=NOW_S - seconds, **more)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


MOVING = {"completed_bytes": 1_200_000_000, "total_bytes": 2_500_000_000}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (item(S.WAITING), "Waiting"),
        (item(S.WAITING, position=2), "Waiting, 2nd in line"),
        (item(S.WAITING, position=2, is_server_away=True), "Waiting for “studio”"),
        (item(S.CHECKING), "Checking the file"),
        (item(S.CHECKING, **MOVING), "Checking the file · 1.2 of 2.5 GB"),
        (item(S.LOOKING), "Looking whether the server has it…"),
        (item(S.LOOKING, was_on_server=True), "Already on the server"),
        (
            item(S.UPLOADING, completed_bytes=3_900_000_000, total_bytes=8_700_000_000,
                 speed_bytes_s=112e6, eta_s=43.0),
            "Uploading · 3.9 of 8.7 GB · 112 MB/s · 43 s left",
        ),
        (item(S.MAKING, seconds=134), "Ollama checks it · 2 min 14 s"),
        (item(S.MAKING, seconds=400, quantize="Q4_K_M"), "Making Q4_K_M · 6 min 40 s"),
        (item(S.ASKED, seconds=412, quantize="Q4_K_M"), "Making Q4_K_M · 6 min 52 s"),
        (
            item(S.TO_BE_DELETED, seconds=425, quantize="Q4_K_M"),
            "Making Q4_K_M · 7 min 5 s · will be deleted when ready",
        ),
        (
            item(S.WATCHING, seconds=48),
            "Connection lost. Ollama goes on; waiting for the model to appear · 48 s",
        ),
        (item(S.FAILED), "Failed"),
        (item(S.CANCELED), "Canceled, nothing was left behind"),
        (item(S.DELETED), "Finished and deleted"),
        (item(S.DONE), "Done"),
        (item(S.DONE, active_s=86.0), "Done · 2.5 GB in 1 min 26 s"),
        (item(S.DONE, active_s=86.0, was_on_server=True), "Done · 1 min 26 s"),
    ],
)  # fmt: skip
def test_the_right_end_of_a_row(made: CreateItem, expected: str) -> None:
    assert plain(creating.create_detail(made, NOW_S, "studio")) == expected


def test_a_failure_has_its_time() -> None:
    made = item(S.FAILED, finished_at=NOW.replace(hour=14, minute=2))
    said = creating.create_detail(made, NOW_S, "studio", NOW)
    assert said.startswith("Failed today, ")


@pytest.mark.parametrize(
    ("state", "completed", "total", "expected"),
    [
        (S.CHECKING, 12, 25, 480),
        (S.UPLOADING, 25, 25, 1000),
        (S.UPLOADING, 30, 25, 1000),
        (S.MAKING, 1, 4, 250),
        (S.MAKING, 0, 0, None),
        (S.LOOKING, 1, 4, None),
        (S.DONE, 4, 4, None),
    ],
)
def test_how_far_a_phase_is(
    state: CreateState, completed: int, total: int, expected: int | None
) -> None:
    made = item(state, completed_bytes=completed, total_bytes=total)
    assert creating.create_permille(made) == expected


@pytest.mark.parametrize(
    ("fault", "more", "expected"),
    [
        (
            F.EXIT_STATUS, {},
            "Ollama refused it: it may not know “minimax-m2”, or its disk is full.",
        ),
        (
            F.EXIT_STATUS, {"needed_bytes": 9 * GB, "free_bytes": 12 * GB},
            "Ollama refused it: it may not know “minimax-m2”, or its disk is full.",
        ),
        (
            F.EXIT_STATUS, {"needed_bytes": 9 * GB, "free_bytes": 8 * GB},
            "Ollama refused it: its disk is full, or it may not know “minimax-m2”.",
        ),
        (
            F.EXIT_STATUS, {"architecture": ""},
            "Ollama refused it: it may not know this kind of model, or its disk is full.",
        ),
        (
            F.NO_SPACE, {"needed_bytes": 14_100_000_000, "free_bytes": 9 * GB},
            "Not enough disk space on “studio”: needs up to 15 GB, and 9 GB are free.",
        ),
        (
            F.NO_SPACE, {"needed_bytes": 14 * GB},
            "Not enough disk space on “studio”: needs up to 14 GB.",
        ),
        (F.NO_SPACE, {}, "Not enough disk space on “studio”."),
        (
            F.NO_QUANTIZER, {"file_type": "F16"},
            ("Ollama on “studio” can’t quantize: its llama-quantize is missing. Keep F16, or "
            "reinstall Ollama."),
        ),
        (F.CANNOT_QUANTIZE, {}, "Only F16, BF16 and F32 files can be quantized."),
        (
            F.TOO_LARGE, {},
            ("The proxy before “studio” takes no file this large (413). Raise its limit, or upload "
            "on that computer."),
        ),
        (F.BLOB_MISSING, {}, "The upload vanished from “studio” before Ollama used it."),
        (F.FILE_GONE, {}, "The file isn’t there any more: /srv/x.gguf"),
        (F.FILE_CHANGED, {}, "The file has changed since. Start again with the new one."),
        (F.NAME_TAKEN, {}, "gemma-3-12b-it:q4_k_m exists now. Choose another name."),
        (F.OTHER, {"error": ServerFailed("x", "no luck")}, "Ollama says: “no luck”"),
        (F.OTHER, {}, "Ollama gave no reason."),
    ],
)  # fmt: skip
def test_why_it_failed(fault: CreateFault, more: dict[str, Any], expected: str) -> None:
    made = item(S.FAILED, fault=fault, **more)
    assert plain(creating.create_reason(made, "studio")) == expected


def test_every_fault_has_words() -> None:
    for fault in CreateFault:
        assert creating.create_reason(item(S.FAILED, fault=fault), "studio")


def test_what_is_in_the_way_of_the_server_is_said_as_of_a_download() -> None:
    made = item(S.FAILED, fault=F.OTHER, error=Unauthorized("http://studio:11434", "401"))
    assert "studio" in creating.create_reason(made, "studio")


def test_no_reason_is_left_of_an_earlier_try() -> None:
    made = item(S.UPLOADING, fault=F.NO_SPACE, error=ServerFailed("x", "no luck"))
    assert creating.create_reason(made, "studio") == ""
    assert creating.create_failure_facts(made, "studio") == ()


FAILED = item(
    S.FAILED,
    fault=F.EXIT_STATUS,
    needed_bytes=130 * GB,
    free_bytes=212 * GB,
    error=ServerFailed("x", "llama-quantize failed: exit status 1"),
)


def test_what_is_known_of_a_failure_that_ollama_does_not_explain() -> None:
    facts = creating.create_failure_facts(FAILED, "studio", is_kind_there=False)
    assert [(fact.label, plain(fact.value)) for fact in facts] == [
        ("Architecture", "minimax-m2. No model of this kind is installed on “studio”."),
        ("Disk", "Up to 130 GB more were needed; 212 GB are free."),
        ("Which of the two", "Only the log of Ollama on “studio” says it."),
        ("Ollama says", "“llama-quantize failed: exit status 1”"),
    ]


@pytest.mark.parametrize(
    ("is_there", "expected"),
    [
        (True, "minimax-m2. A model of this kind is installed on “studio”."),
        (None, "minimax-m2."),
    ],
)
def test_the_kind_of_a_model_that_failed(is_there: bool | None, expected: str) -> None:
    facts = creating.create_failure_facts(FAILED, "studio", is_kind_there=is_there)
    assert facts[0].value == expected


def test_a_full_disk_is_no_riddle() -> None:
    made = replace(FAILED, fault=F.NO_SPACE, error=None, free_bytes=None)
    facts = creating.create_failure_facts(made, "studio")
    assert [(fact.label, plain(fact.value)) for fact in facts] == [
        ("Disk", "Up to 130 GB more were needed.")
    ]


def test_the_failure_for_the_clipboard() -> None:
    report = plain(creating.create_error_report(FAILED, "studio", is_kind_there=False))
    assert report.splitlines() == [
        "gemma-3-12b-it:q4_k_m",
        "Ollama refused it: it may not know “minimax-m2”, or its disk is full.",
        "Architecture: minimax-m2. No model of this kind is installed on “studio”.",
        "Disk: Up to 130 GB more were needed; 212 GB are free.",
        "Which of the two: Only the log of Ollama on “studio” says it.",
        "Ollama says: “llama-quantize failed: exit status 1”",
    ]


@pytest.mark.parametrize(
    ("made", "title", "lines"),
    [
        (item(S.WAITING, position=1), "waiting", ("Waiting, 1st in line",)),
        (item(S.CHECKING), "checking the file", ("Checking the file",)),
        (
            item(S.UPLOADING, completed_bytes=44, total_bytes=100),
            "uploading 44%",
            ("Uploading · 44 of 100 B",),
        ),
        (item(S.UPLOADING), "uploading", ("Uploading",)),
        (
            item(S.MAKING, quantize="Q4_K_M", seconds=5),
            "making Q4_K_M",
            ("Making Q4_K_M · 5 s",),
        ),
        (item(S.MAKING, seconds=5), "Ollama checks it", ("Ollama checks it · 5 s",)),
        (
            item(S.ASKED),
            "Ollama checks it",
            ("Ollama can’t stop here. Delete the result when it’s ready?",),
        ),
        (
            item(S.FAILED, fault=F.CANNOT_QUANTIZE),
            "failed",
            ("Only F16, BF16 and F32 files can be quantized.",),
        ),
    ],
)
def test_the_entry_of_the_tray(made: CreateItem, title: str, lines: tuple[str, ...]) -> None:
    assert plain(creating.tray_create_title(made)) == f"gemma-3-12b-it:q4_k_m, {title}"
    on_studio = plain(creating.tray_create_title(made, "studio"))
    assert on_studio == f"gemma-3-12b-it:q4_k_m on studio, {title}"
    assert tuple(map(plain, creating.tray_create_lines(made, NOW_S, "studio"))) == lines


def test_all_in_one_line() -> None:
    one = item(S.MAKING, quantize="Q4_K_M")
    ended = item(S.DONE)
    assert creating.creates_line([ended]) == ""
    assert creating.creates_line([one, ended]) == "gemma-3-12b-it:q4_k_m, making Q4_K_M"
    assert creating.creates_line([one, item(S.WAITING)]) == "2 models are being made"


def test_notices() -> None:
    done = item(S.DONE, active_s=492.0, name="phi-4:latest")
    assert creating.notice_created(done) == (
        "Model created",
        "phi-4 is ready to use. It took 8\u00a0min 12\u00a0s.",
    )
    assert creating.notice_created(replace(done, active_s=0), "studio") == (
        "Model created",
        "phi-4 is ready to use on “studio”.",
    )
    failed = item(S.FAILED, fault=F.BLOB_MISSING)
    assert creating.notice_create_failed(failed, "studio") == (
        "Creating failed",
        "gemma-3-12b-it:q4_k_m: The upload vanished from “studio” before Ollama used it.",
    )


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, ""),
        (1, "Ollama goes on with 1 model by itself."),
        (3, "Ollama goes on with 3 models by itself."),
    ],
)
def test_what_goes_on_without_us(count: int, expected: str) -> None:
    assert creating.goes_on_without_us(count) == expected


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            item(S.UPLOADING, completed_bytes=44, total_bytes=100, eta_s=43.0),
            "uploading, 44 percent, 43 seconds left",
        ),
        (item(S.CHECKING, completed_bytes=1, total_bytes=2), "checking the file, 50 percent"),
        (item(S.MAKING), "Ollama checks it"),
        (item(S.ASKED), "Ollama can’t stop here. Delete the result when it’s ready?"),
    ],
)
def test_what_is_spoken(made: CreateItem, expected: str) -> None:
    assert creating.spoken_create(made) == expected


def test_a_path_is_written_as_people_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    assert creating.shown_path("/home/me/Downloads/x.gguf") == str(Path("~/Downloads/x.gguf"))
    assert creating.shown_path("/home/melanie/x.gguf") == "/home/melanie/x.gguf"
    assert creating.shown_path("/a\nb/x.gguf") == "/a b/x.gguf"


def test_foreign_words_stay_on_one_line() -> None:
    long = "n\n" * 3000
    made = item(
        S.FAILED, fault=F.EXIT_STATUS, architecture=long, name="x:1",
        error=ServerFailed("x", long), needed_bytes=1,
    )  # fmt: skip
    facts = creating.create_failure_facts(made, long, is_kind_there=False)
    for said in (creating.create_reason(made, long), *(fact.value for fact in facts)):
        assert "\n" not in said
        assert len(said) < 500
