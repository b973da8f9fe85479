"""The doctor's lines above and below the findings: head, headings, what is fine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from tray_app.core.diagnosis.findings import (
    Examination,
    Finding,
    FindingGroup,
    FindingKind,
    FindingTone,
    count_of,
)
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text.plain import one_line
from tray_app.text.times import seconds_ago, utc_now
from tray_app.text.units import size
from tray_app.text.wording import english_singular, fill, join, number, tr

_K = FindingKind
_NAME_LIMIT = 80


@dataclass(frozen=True, slots=True)
class DoctorHead:
    """What stands over the findings. `tone` None = it is still looked."""

    title: str
    detail: str
    tone: FindingTone | None = None


def doctor_head(
    examination: Examination, server_id: str = "", now: datetime | None = None
) -> DoctorHead:
    """What was found altogether, or who is being looked at."""
    total, done = len(examination.checks(server_id)), examination.done_count(server_id)
    findings = examination.findings(server_id)
    if examination.is_running:
        name = examination.checking()
        title = fill(tr("Checking “{server}”…"), server=name) if name else _checking_computer()
        return DoctorHead(title, _progress(done, total))
    to_fix = count_of(findings, FindingGroup.TO_FIX)
    to_know = count_of(findings, FindingGroup.WORTH_KNOWING)
    detail = _progress(done, total)
    if not examination.was_stopped:
        servers = 1 if server_id else len(examination.servers)
        text = tr("{checks} on {servers}, {when}")
        detail = fill(
            text,
            checks=_checks(total),
            servers=_servers(servers),
            when=_when(examination.ended_at, now or utc_now()),
        )
    if to_fix:
        title = english_singular(to_fix, "1 thing to fix") or tr("%Ln things to fix", "", to_fix)
        return DoctorHead(title, detail, FindingTone.WARN)
    if to_know:
        title = english_singular(to_know, "Nothing to fix, 1 thing to know")
        title = title or tr("Nothing to fix, %Ln things to know", "", to_know)
        return DoctorHead(title, detail, FindingTone.INFO)
    if examination.was_stopped:
        return DoctorHead(tr("Stopped"), detail, FindingTone.INFO)
    return DoctorHead(tr("Everything is fine"), detail, FindingTone.OK)


def _checking_computer() -> str:
    return tr("Checking this computer…")


def _progress(done: int, total: int) -> str:
    text = tr("{count} of {total} checks")
    return fill(text, count=number(done), total=number(total))


def _checks(count: int) -> str:
    return english_singular(count, "1 check") or tr("%Ln checks", "", count)


def _servers(count: int) -> str:
    return english_singular(count, "1 server") or tr("%Ln servers", "", count)


def _when(moment: datetime | None, now: datetime) -> str:
    seconds = (now - moment).total_seconds() if moment is not None else 0.0
    return tr("just now") if seconds < 60 else seconds_ago(seconds)


def grouped(
    findings: Iterable[Finding],
) -> tuple[tuple[FindingGroup, tuple[Finding, ...]], ...]:
    """The findings under their headings, those that there are any of."""
    all_of_them = tuple(findings)
    found = ((group, tuple(f for f in all_of_them if f.group is group)) for group in FindingGroup)
    return tuple((group, some) for group, some in found if some)


def group_title(group: FindingGroup) -> str:
    """The heading of a group."""
    return {
        FindingGroup.TO_FIX: tr("To fix"),
        FindingGroup.WORTH_KNOWING: tr("Worth knowing"),
        FindingGroup.FINE: tr("Fine"),
    }[group]


def fine_title(count: int) -> str:
    """The one line for all that is fine."""
    return english_singular(count, "1 check is fine") or tr("%Ln checks are fine", "", count)


def fine_lines(findings: Iterable[Finding]) -> tuple[str, ...]:
    """What is as it should be, a line for each kind of check, however many servers it is about."""
    by_kind: dict[FindingKind, list[Finding]] = {}
    for finding in findings:
        by_kind.setdefault(finding.kind, []).append(finding)
    return tuple(FINE_LINES[kind](by_kind[kind]) for kind in FINE_LINES if kind in by_kind)


def checking_again() -> str:
    """In place of why, once the button was used."""
    return tr("Checking again…")


def _answers_fine(findings: Sequence[Finding]) -> str:
    text = tr("“{server}” ({version}, {time} ms)")
    names = [
        fill(
            text,
            server=one_line(finding.server, _NAME_LIMIT),
            version=one_line(finding.about.version, 40),
            time=max(1, round(finding.about.seconds * 1000)),
        )
        for finding in findings
    ]
    return fill(tr("Ollama answers on {servers}"), servers=join(names))


def _version_fine(findings: Sequence[Finding]) -> str:
    one = tr("Its version is new enough")
    return one if len(findings) == 1 else tr("Their versions are new enough")


def _certificate_fine(findings: Sequence[Finding]) -> str:
    one = tr("The certificate is trusted")
    return one if len(findings) == 1 else tr("Certificates are trusted")


def _clock_fine(findings: Sequence[Finding]) -> str:
    if all(abs(finding.about.seconds) < 2 for finding in findings):
        return tr("Clocks agree to the second")
    return tr("Clocks agree")


def _folder_fine(findings: Sequence[Finding]) -> str:
    if len(findings) == 1 and findings[0].about.free_bytes:
        text = tr("The model folder can be read, {size} free")
        return fill(text, size=size(findings[0].about.free_bytes))
    one = tr("The model folder can be read")
    return one if len(findings) == 1 else tr("The model folders can be read")


def _said(sentence: Callable[[], str]) -> Callable[[Sequence[Finding]], str]:
    return lambda _: sentence()


FINE_LINES: dict[FindingKind, Callable[[Sequence[Finding]], str]] = {
    _K.ANSWERS_FINE: _answers_fine,
    _K.VERSION_FINE: _version_fine,
    _K.NEWEST_FINE: _said(lambda: tr("No newer Ollama is out")),
    _K.PROXY_FINE: _said(lambda: tr("No proxy stands between you and this computer")),
    _K.CLOCK_FINE: _clock_fine,
    _K.CERTIFICATE_FINE: _certificate_fine,
    _K.SIGN_IN_FINE: _said(lambda: tr("What signs in travels encrypted")),
    _K.KEYRING_FINE: _said(lambda: tr("The keyring is open")),
    _K.REGISTRY_FINE: _said(lambda: tr("ollama.com answers")),
    _K.SOURCES_FINE: _said(lambda: tr("No model comes from an unusual place")),
    _K.FOLDER_FINE: _folder_fine,
    _K.CLEANING_FINE: _said(lambda: tr("Nothing stops Ollama from cleaning up")),
    _K.EXPOSURE_FINE: _said(lambda: tr("This Ollama is reachable from this computer only")),
    _K.PROGRAM_FINE: _said(lambda: tr("Ollama Tray runs and its settings can be read")),
    _K.OWN_FOLDERS_FINE: _said(lambda: tr("Settings, downloads and the log can be saved")),
    _K.DESKTOP_FINE: _said(lambda: tr("The desktop has what Ollama Tray needs")),
}
