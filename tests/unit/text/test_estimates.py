from dataclasses import replace
from datetime import time, timedelta

import pytest

from tray_app import text
from tray_app.core.errors import Forbidden, ModelNotFound, TlsFailed, TooOld
from tray_app.core.estimate import DiskSpace, Missing, PullCheck, PullEstimate
from tray_app.core.keeping.records import Measurement
from tray_app.core.licenses import License
from tray_app.core.memory_fit import FitKind, MemoryFit
from tray_app.core.names import ModelName
from tray_app.core.pulls.rules import HoldReason, Room
from tray_app.core.pulls.states import Hold
from tray_app.core.records import ModelDetails
from tray_app.text import EstimateLine, LineTone

GB = 1_000_000_000
NEW = PullEstimate("s", "llava:13b", PullCheck.NEW, 8 * GB, 7 * GB, GB)


def shown(line: EstimateLine | None) -> tuple[str, str, LineTone]:
    assert line is not None
    body = line.body.replace("\u00a0", " ").replace("\u200b", "")
    return line.title.replace("\u00a0", " "), body, line.tone


def fit(kind: FitKind, need: int, total: int | None = None, permille: int | None = None) -> object:
    made = replace(NEW, fit=MemoryFit(kind, need, total, permille))
    return shown(text.memory_line(made))[::2]


def test_the_memory_line() -> None:
    assert fit(FitKind.FITS, 98 * GB // 10, 12 * GB) == (
        "Fits: about 9.8 of 12 GB",
        LineTone.GOOD,
    )
    assert fit(FitKind.FITS, 3 * GB) == ("Fits: about 3 GB", LineTone.GOOD)
    assert fit(FitKind.PARTLY, 17 * GB, 12 * GB, 705) == (
        "Fits partly: about 70% of it",
        LineTone.CAUTION,
    )
    assert fit(FitKind.TOO_LARGE, 46 * GB, 12 * GB, 260) == (
        "Too large for 12 GB",
        LineTone.CAUTION,
    )
    assert fit(FitKind.MEASURED, 63 * GB // 10, 12 * GB) == (
        "Fits: measured 6.3 of 12 GB",
        LineTone.GOOD,
    )
    assert fit(FitKind.PROCESSOR, 9 * GB, 32 * GB) == ("No graphics card found", LineTone.NONE)
    assert fit(FitKind.PROCESSOR, 40 * GB, 32 * GB) == ("No graphics card found", LineTone.CAUTION)
    assert fit(FitKind.UNKNOWN, 9 * GB) == ("Needs about 9 GB", LineTone.NONE)


def test_what_is_still_looked_up_is_no_line() -> None:
    assert text.memory_line(NEW) is text.license_line(NEW) is text.disk_line(NEW) is None
    assert text.model_line(NEW) == ""


def test_what_is_missing_says_so() -> None:
    gone = replace(
        NEW,
        details_reason=TooOld("x"),
        licenses_reason=TlsFailed("x"),
        space_reason=Missing.NO_FOLDER,
        fit_reason=Missing.NONE,
    )
    assert text.model_line(gone) == "Parameters and quantization not known"
    license_words = shown(text.license_line(gone))
    assert license_words == ("Not known", "Couldn’t be read (no secure connection).", LineTone.NONE)
    assert shown(text.memory_line(gone))[0] == "Not known"
    assert shown(text.disk_line(gone))[0] == "Not known"
    assert "can’t be found or read" in shown(text.disk_line(gone))[1]
    stated = replace(gone, licenses_reason=Missing.NONE)
    assert shown(text.license_line(stated))[0] == "None stated"
    remote = replace(gone, space_reason=Missing.REMOTE)
    assert shown(text.disk_line(remote))[0] == "Not known for a remote server"


def test_the_folder_may_be_broken_but_reads_the_same() -> None:
    made = replace(NEW, space=DiskSpace("/srv/models", 100 * GB))
    line = text.disk_line(made, Room(100 * GB, 0, 7 * GB))
    assert line is not None
    assert "/\u200bsrv/\u200bmodels." in line.body
    assert shown(line)[1] == "93 GB left after this download, on /srv/models."


def test_what_other_downloads_will_take_is_not_free() -> None:
    made = replace(NEW, space=DiskSpace("/srv/models", 100 * GB))
    line = shown(text.disk_line(made, Room(100 * GB, 30 * GB, 7 * GB), 5 * GB))
    left = "63 GB left after this download and 30 GB for other downloads, on /srv/models."
    assert line == ("Enough: 100 GB free", left, LineTone.GOOD)
    line = shown(text.disk_line(made, Room(40 * GB, 30 * GB, 7 * GB), 5 * GB))
    assert line[0] == "Tight: 40 GB free"
    line = shown(text.disk_line(made, Room(36 * GB, 30 * GB, 7 * GB), 5 * GB))
    assert line[0] == "Not enough: 36 GB free"
    assert line[1].startswith("1 GB short, as other downloads need 30 GB. ")


@pytest.mark.parametrize(
    ("reason", "max_pulls", "said"),
    [
        (HoldReason(Hold.SERVER), 1, "It will wait until “studio” answers."),
        (HoldReason(Hold.METERED), 1, "It will wait: this connection is metered."),
        (HoldReason(Hold.BATTERY), 1, "It will wait: this computer is running on battery power."),
        (
            HoldReason(Hold.QUIET_HOURS, time(7)),
            1,
            "It will wait until 07:00, when the quiet hours end.",
        ),
        (HoldReason(Hold.QUIET_HOURS), 1, "It will wait until the quiet hours end."),
        (
            HoldReason(Hold.DISK, missing_bytes=1_300_000_000),
            1,
            "It will wait for 1.3 GB more free disk space: you keep 5 GB free.",
        ),
        (
            HoldReason(Hold.LINE, position=1),
            1,
            "It will be 1st in line: downloads run one at a time.",
        ),
        (
            HoldReason(Hold.LINE, position=2),
            3,
            "It will be 2nd in line: 3 downloads run at a time.",
        ),
    ],
    ids=lambda value: value.hold if isinstance(value, HoldReason) else None,
)
def test_what_it_will_wait_for(reason: HoldReason, max_pulls: int, said: str) -> None:
    note = text.pull_wait_note(reason, "studio", 5 * GB, max_pulls)
    assert note.replace("\u00a0", " ") == said


def test_same_names_are_said_once() -> None:
    twice = replace(NEW, licenses=(License("MIT License", "a"), License("MIT License", "b")))
    assert shown(text.license_line(twice))[0] == "MIT License"


def test_the_model_line_leaves_out_what_is_not_told() -> None:
    made = replace(NEW, details=ModelDetails(format="gguf", quantization_level="Q4_0"))
    assert text.model_line(made) == "Q4_0 · GGUF"


def test_many_sharers_are_counted() -> None:
    names = ("a:1", "b:latest", "c:1", "d:1")
    line = text.here_line(replace(NEW, shared_with=names)).replace("\u00a0", " ")
    assert line == "1 GB already here, shared with a:1, b and 2 more"


@pytest.mark.parametrize(
    ("standing", "fetch", "is_wrong", "words"),
    [
        (PullCheck.NEW, 7 * GB, False, "&Pull 7 GB"),
        (PullCheck.NEW, 7 * GB, True, "&Pull anyway"),
        (PullCheck.NEW, 0, False, "&Pull"),
        (PullCheck.UPDATE, 1700, False, "&Update 1.7 KB"),
        (PullCheck.CURRENT, 0, False, "&Pull again"),
    ],
)
def test_the_button(standing: PullCheck, fetch: int, is_wrong: bool, words: str) -> None:
    made = replace(NEW, standing=standing, fetch_bytes=fetch)
    assert text.pull_button(made, is_wrong=is_wrong).replace("\u00a0", " ") == words


def test_where_it_is_looked_up() -> None:
    assert text.looking_up("qwen3:latest") == "Looking up qwen3 on ollama.com…"
    assert text.looking_up("hf.co/a/b:Q4").endswith("on Hugging Face…")
    assert text.not_found("localhost:5000/me/x").startswith("localhost:5000 has no model")


def test_private_models_are_a_matter_of_ollama_com() -> None:
    assert "signed in" in text.private_hint(ModelName.parse("me/x"))
    assert text.private_hint(ModelName.parse("hf.co/me/x")) == ""


def test_failures_of_a_lookup() -> None:
    title, body = text.lookup_failed(Forbidden("x"), "hf.co/me/x")
    assert title == "Couldn’t look up the size"
    assert body.startswith("Hugging Face says nothing about this name unless you are signed in.")
    assert "may have been made on the server" in text.unchecked(ModelNotFound("x"), "x")


def test_what_a_server_lacks() -> None:
    needs = text.needs_newer("studio", "0.9.2", "0.12")
    assert needs == "“studio” runs Ollama 0.9.2. This model needs 0.12 or newer."
    assert "needs a newer Ollama" in text.needs_newer("studio", "", "0.12")


def test_what_is_too_much_for_memory_does_not_read_as_if_it_fitted() -> None:
    made = replace(NEW, fit=MemoryFit(FitKind.PROCESSOR, 159 * GB // 10, 155 * GB // 10))
    assert shown(text.memory_line(made))[1] == "Needs about 16 of 15 GB memory."
    made = replace(NEW, fit=MemoryFit(FitKind.UNKNOWN, 159 * GB // 10))
    assert shown(text.memory_line(made))[0] == "Needs about 16 GB"


def test_a_part_of_a_download_is_never_called_all_of_it() -> None:
    fetch, here = 152 * GB // 10, 645_000_000
    made = replace(NEW, total_bytes=fetch + here, fetch_bytes=fetch, here_bytes=here)
    assert text.download_figure(made) == ("15\u00a0GB", "")
    here += 200_000_000
    made = replace(NEW, total_bytes=fetch + here, fetch_bytes=fetch, here_bytes=here)
    assert text.download_figure(made) == ("15\u00a0GB", "of 16\u00a0GB")


def test_what_was_measured_beats_the_estimate() -> None:
    at = text.utc_now() - timedelta(days=3)
    taken = Measurement("s", "a" * 64, 32768, 39_800_000_000, 39_800_000_000, at)
    made = replace(NEW, fit=MemoryFit(FitKind.MEASURED, 39_800_000_000, 48 * GB), taken=taken)
    assert shown(text.memory_line(made)) == (
        "Stayed on the card: 39 of 48 GB",
        "Measured here with context 32,768, 3 days ago.",
        LineTone.GOOD,
    )
    split = replace(taken, graphics_bytes=20_000_000_000)
    made = replace(made, fit=MemoryFit(FitKind.PARTLY, 39_800_000_000, 48 * GB, 502), taken=split)
    assert shown(text.memory_line(made))[2] is LineTone.CAUTION
    here = replace(taken, graphics_bytes=0)
    made = replace(made, fit=MemoryFit(FitKind.PROCESSOR, 39_800_000_000), taken=here)
    assert shown(text.memory_line(made))[::2] == ("Ran on the processor: 39 GB", LineTone.NONE)
    assert text.memory_title(made) == "Memory"
