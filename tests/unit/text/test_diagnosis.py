from __future__ import annotations

from dataclasses import replace

import pytest

from tray_app import text
from tray_app.core.diagnosis import (
    DesktopFacts,
    Diagnosis,
    FolderFacts,
    FolderKind,
    InstanceFacts,
    InstanceState,
    ServerFacts,
    Versions,
)
from tray_app.core.errors import Forbidden, Unreachable

VERSIONS = Versions("1.0", "3.11.7", "6.11.3", "6.11.3", "2.34", "Debian 12", "x86_64", "source")
FINE = Diagnosis(
    VERSIONS,
    DesktopFacts("XFCE", "x11", has_tray=True, has_notifier=True, notifier="dunst 1.9"),
    (ServerFacts("This computer", "127.0.0.1:11434", version="0.33", answered_s=0.008, models=1),),
    (FolderFacts(FolderKind.MODELS, "~/.ollama/models", 80_000_000_000),),
    InstanceFacts(InstanceState.RUNNING, "1.0", has_tray=True),
)


def problems(found: Diagnosis) -> list[str]:
    return [finding.problem for finding in text.diagnosis_findings(found)]


def test_nothing_is_wrong() -> None:
    assert problems(FINE) == []
    report = text.diagnosis_report(FINE).replace("\u00a0", " ")
    assert report.startswith("Everything looks right.\n\nVersions\n")
    assert "This computer: 127.0.0.1:11434, Ollama 0.33, 1 model, answered in 8 ms\n" in report
    assert "Notifications: dunst 1.9\n" in report
    assert "Models: ~/.ollama/models, 80 GB free\n" in report


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"desktop": DesktopFacts(has_tray=False), "instance": InstanceFacts()},
            "Your desktop shows no tray.",
        ),
        ({"desktop": DesktopFacts(has_notifier=False)}, "Nothing on this desktop shows"),
        ({"desktop": DesktopFacts(problem="no session bus")}, "no session bus"),
        ({"instance": InstanceFacts(InstanceState.SILENT)}, "is running but doesn’t answer"),
        ({"settings_problem": "theme: 3"}, "theme: 3"),
        (
            {"folders": (FolderFacts(FolderKind.MODELS, "/x", 1_000_000_000),)},
            "Models: only 1\u00a0GB are free.",
        ),
        (
            {"folders": (FolderFacts(FolderKind.LOG, "/x", None, is_writable=False),)},
            "Log can’t be written: /x",
        ),
    ],
)
def test_one_thing_is_wrong(changes: dict[str, object], expected: str) -> None:
    found = replace(FINE, **changes)  # type: ignore[arg-type]
    (finding,) = text.diagnosis_findings(found)
    assert expected in finding.problem
    assert finding.advice
    assert text.diagnosis_report(found).startswith("1 thing to look at:\n- ")


def test_the_default_server_comes_first() -> None:
    servers = (
        ServerFacts("nas", "nas:11434", is_default=False, error=Forbidden("nas")),
        ServerFacts("This computer", "127.0.0.1:11434", error=Unreachable("x"), is_installed=True),
    )
    first, second = text.diagnosis_findings(replace(FINE, servers=servers))
    assert "Ollama is installed but isn’t running" in first.problem
    assert first.advice == "Start Ollama."
    assert "“nas” only accepts its own address" in second.problem
    assert text.diagnosis_summary(2) == "2 things to look at:"


def test_the_running_program_knows_best_about_the_tray() -> None:
    found = replace(FINE, desktop=replace(FINE.desktop, has_tray=None))
    assert found.has_tray is True
    assert ("Tray", "yes") in text.diagnosis_facts(found)[1].rows
