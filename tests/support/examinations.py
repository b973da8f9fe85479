"""Examinations for tests and pictures: what the doctor has found, without having looked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from tray_app.core.diagnosis.facts import DesktopFacts, Diagnosis, Versions
from tray_app.core.diagnosis.findings import (
    About,
    Check,
    CheckKind,
    CheckResult,
    Examination,
    Finding,
    FindingKind,
    InstallSource,
    LookedAt,
    Remedy,
    RemedyKind,
)
from tray_app.core.sign_in import SignInKind

K, R = FindingKind, RemedyKind
SERVERS = (LookedAt("local", "This computer"), LookedAt("s", "studio"), LookedAt("n", "nas"))
FACTS = Diagnosis(Versions("1.0", "3.11", "6.11", "6.11", "2.34", "Debian", "x86_64", "source"),
                  DesktopFacts("XFCE", "x11"))  # fmt: skip
SCRIPT = "curl -fsSL https://ollama.com/install.sh | sh"

HOST_REFUSED = Finding(
    K.HOST_REFUSED,
    ("n",),
    "nas",
    About("nas.fritz.box:11434", host="nas.fritz.box"),
    Remedy(R.USE_ADDRESS, "192.168.1.30"),
    ("GET http://nas.fritz.box:11434/api/version", "HTTP 403", "Forbidden"),
)
STRAY = Finding(
    K.STRAY_FILE,
    ("local",),
    "This computer",
    About(names=("/usr/share/ollama/.ollama/models/manifests/a/b/c/.DS_Store",)),
    Remedy(R.OPEN_FOLDER, "/usr/share/ollama/.ollama/models/manifests/a/b/c"),
    ("/usr/share/ollama/.ollama/models/manifests/a/b/c/.DS_Store",),
)
EXPOSED = Finding(
    K.EXPOSED,
    ("local",),
    "This computer",
    About("192.168.1.10:11434"),
    Remedy(R.EXPLAIN),
    ("GET http://192.168.1.10:11434/api/version", "HTTP 200"),
)
NEWER = Finding(
    K.NEWER_OLLAMA,
    ("local",),
    "This computer",
    About(version="0.33.1", newest="0.34.0", source=InstallSource.SCRIPT, is_local=True),
    Remedy(R.COPY_COMMAND, SCRIPT),
)
CLEAR = Finding(
    K.CLEAR_SECRET,
    ("s",),
    "studio",
    About("studio:11434", sign_in=SignInKind.TOKEN),
    Remedy(R.EDIT_SERVER),
    ("http://studio:11434", "Authorization: •••"),
)
LOCKED = Finding(
    K.KEYRING_LOCKED,
    ("g", "o"),
    "",
    About(names=("gateway", "office")),
    Remedy(R.UNLOCK),
    ("org.freedesktop.secrets: IsLocked",),
)


def fine(kind: FindingKind, server_id: str = "", **about: object) -> Finding:
    """Something that is as it should be."""
    name = next((each.name for each in SERVERS if each.server_id == server_id), "")
    return Finding(kind, (server_id,) if server_id else (), name, About(**about))  # type: ignore[arg-type]


ALL_FINE = (
    fine(K.ANSWERS_FINE, "local", version="0.33.1", seconds=0.008),
    fine(K.ANSWERS_FINE, "s", version="0.32.4", seconds=0.021),
    fine(K.VERSION_FINE, "local"),
    fine(K.VERSION_FINE, "s"),
    fine(K.PROXY_FINE),
    fine(K.CLOCK_FINE, "local"),
    fine(K.CLOCK_FINE, "s"),
    fine(K.KEYRING_FINE),
    fine(K.REGISTRY_FINE),
    fine(K.FOLDER_FINE, "local", free_bytes=212_000_000_000),
    fine(K.CLEANING_FINE, "local"),
    fine(K.EXPOSURE_FINE, "local"),
)
FINDINGS = (HOST_REFUSED, STRAY, EXPOSED, NEWER, CLEAR, *ALL_FINE[:9])


def examined(
    findings: Iterable[Finding] = FINDINGS, servers: tuple[LookedAt, ...] = SERVERS
) -> Examination:
    """An examination that has ended just now with these."""
    kinds = list(CheckKind)
    every = tuple(findings)
    checks = []
    for number, finding in enumerate(every):
        server_id = finding.server_id if len(finding.server_ids) < 2 else ""
        checks.append(Check(kinds[number % len(kinds)], server_id or f"#{number}"))
    planned = tuple(checks)
    results = tuple(
        CheckResult(check, (finding,)) for check, finding in zip(planned, every, strict=True)
    )
    return Examination(
        servers, planned, results, frozenset(planned), ended_at=datetime.now(UTC), facts=FACTS
    )


def running(found: Examination, done: int, *lanes: str) -> Examination:
    """The same after the first `done` checks, while `lanes` still look."""
    kept = frozenset(found.planned[:done])
    return replace(
        found,
        results=tuple(result for result in found.results if result.check in kept),
        done=kept,
        running=lanes,
        ended_at=None,
    )
