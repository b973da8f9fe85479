from __future__ import annotations

from dataclasses import replace

import pytest

from tray_app import text
from tray_app.core.diagnosis.facts import (
    DesktopFacts,
    Diagnosis,
    FolderFacts,
    FolderKind,
    InstanceFacts,
    InstanceState,
    ServerFacts,
    Versions,
)
from tray_app.core.diagnosis.findings import (
    About,
    Check,
    CheckKind,
    CheckResult,
    Examination,
    Finding,
    FindingKind,
    LookedAt,
)
from tray_app.core.errors import Unreachable
from tray_app.text.diagnosis import public

VERSIONS = Versions("1.0", "3.11.7", "6.11.3", "6.11.3", "2.34", "Debian 12", "x86_64", "source")
HERE = ServerFacts("This computer", "127.0.0.1:11434", version="0.33", answered_s=0.008, models=1)
FINE = Diagnosis(
    VERSIONS,
    DesktopFacts("XFCE", "x11", has_tray=True, has_notifier=True, notifier="dunst 1.9"),
    (),
    (FolderFacts(FolderKind.MODELS, "~/.ollama/models", 80_000_000_000),),
    InstanceFacts(InstanceState.RUNNING, "1.0", has_tray=True),
)
CHECK = Check(CheckKind.ANSWERS, "local")
EXAMINED = Examination(
    (LookedAt("local", "This computer"),), (CHECK,), facts=FINE, server_facts=(HERE,)
)


def test_the_report_of_what_is_fine() -> None:
    fine = Finding(FindingKind.VERSION_FINE, ("local",))
    found = EXAMINED.with_result(CheckResult(CHECK, (fine,)))
    report = text.diagnosis_report(found).replace("\u00a0", " ")
    assert report.startswith(
        "Everything is fine\n\nFine\n- Its version is new enough\n\nVersions\n"
    )
    assert "This computer: Ollama 0.33, 1 model, answered in 8 ms\n" in report
    assert "Notifications: dunst 1.9\n" in report
    assert "Models: ~/.ollama/models, 80 GB free\n" in report


def test_the_report_of_what_is_wrong_has_its_details() -> None:
    error = Unreachable("nas.local:11434", "ECONNREFUSED nas.local")
    finding = Finding(
        FindingKind.NOTHING_ON_PORT,
        ("n",),
        "attic",
        About("nas.local:11434", error=error),
        details=("GET http://nas.local:11434/api/version",),
    )
    nas = ServerFacts("attic", "nas.local:11434", "n", error=error)
    private = (("nas.local:11434", "attic"), ("nas.local", "attic"), ("/home/anna", "~"))
    found = replace(
        EXAMINED,
        facts=replace(FINE, private=private, errors=("NAS.local at /home/anna/x is gone",)),
        server_facts=(nas,),
    ).with_result(CheckResult(CHECK, (finding,)))
    report = text.diagnosis_report(found)
    assert "1 thing to fix\n\nTo fix\n- Can’t reach Ollama\n" in report
    assert "    GET http://attic/api/version\n" in report
    assert "attic: Unreachable: ECONNREFUSED attic\n" in report
    assert "  attic at ~/x is gone\n" in report
    assert "nas.local" not in report.casefold()
    assert "anna" not in report


@pytest.mark.parametrize(
    ("private", "before", "after"),
    [
        ((), "as it is", "as it is"),
        ((("nas", "my nas"),), "my nas, nas:1, nasal, NAS", "my nas, my nas:1, nasal, my nas"),
        ((("10.0.0.1", "a"), ("10.0.0.10", "b")), "10.0.0.10 10.0.0.1", "b a"),
    ],
)  # fmt: skip
def test_names_stand_for_addresses(
    private: tuple[tuple[str, str], ...], before: str, after: str
) -> None:
    assert public(before, private) == after


def test_before_the_facts_are_known_there_are_findings() -> None:
    report = text.diagnosis_report(replace(EXAMINED, facts=None))
    assert report == "Everything is fine\n"


def test_the_running_program_knows_best_about_the_tray() -> None:
    found = replace(FINE, desktop=replace(FINE.desktop, has_tray=None))
    assert found.has_tray is True
    assert ("Tray", "yes") in text.diagnosis_facts(found)[1].rows


def test_a_server_that_was_not_asked() -> None:
    waiting = replace(HERE, is_asked=False, version="")
    (_, _, servers, _) = text.diagnosis_facts(replace(FINE, servers=(waiting,)))
    assert servers.rows[0][1].endswith("not asked: what signs in is not there")
