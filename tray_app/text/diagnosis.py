"""A look at the whole program in words: what is wrong and what to do, and the facts behind it.

The facts' labels are short and technical, because they end up in reports about faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tray_app.core.diagnosis.facts import (
    Diagnosis,
    FolderFacts,
    FolderKind,
    InstanceState,
    ServerFacts,
)
from tray_app.core.diagnosis.findings import Examination, Finding, FindingGroup
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text.doctor import doctor_head, fine_lines, group_title, grouped
from tray_app.text.findings import finding_words
from tray_app.text.models import models_count
from tray_app.text.plain import one_line
from tray_app.text.units import size
from tray_app.text.wording import fill, tr


@dataclass(frozen=True, slots=True)
class Facts:
    """One section of the report."""

    title: str
    rows: tuple[tuple[str, str], ...]


def diagnosis_facts(found: Diagnosis, *, has_addresses: bool = True) -> tuple[Facts, ...]:
    """Everything that was seen, by section. Empty values are left out."""
    sections = (
        Facts(tr("Versions"), tuple(_versions(found))),
        Facts(tr("Desktop"), tuple(_desktop(found))),
        Facts(tr("Servers"), tuple(_servers(found, has_addresses))),
        Facts(tr("Folders"), tuple(_folders(found))),
        Facts(tr("Settings that were changed"), found.settings),
        Facts(tr("Last errors in the log"), tuple(("", line) for line in found.errors)),
    )
    return tuple(
        Facts(part.title, rows)
        for part in sections
        if (rows := tuple((label, one_line(value, 400)) for label, value in part.rows if value))
    )


def diagnosis_report(examination: Examination) -> str:
    """All of it as plain text, for others to read: servers by their names, not their addresses."""
    lines = [doctor_head(examination).title]
    for group, findings in grouped(examination.findings()):
        lines += ["", group_title(group)]
        if group is FindingGroup.FINE:
            lines += [f"- {line}" for line in fine_lines(findings)]
            continue
        for finding in findings:
            lines += _told(finding)
    found = examination.diagnosis
    if found is None:
        return "\n".join(lines) + "\n"
    for section in diagnosis_facts(found, has_addresses=False):
        lines += ["", section.title]
        lines += [f"  {label}: {value}" if label else f"  {value}" for label, value in section.rows]
    return public("\n".join(lines) + "\n", found.private)


def _told(finding: Finding) -> list[str]:
    words = finding_words(finding)
    lines = [f"- {words.title}", f"  {words.why}" if words.why else "", f"  {words.command}"]
    lines += [f"    {line}" for line in finding.details]
    return [line for line in lines if line.strip()]


def public(report: str, private: tuple[tuple[str, str], ...]) -> str:
    """`report` with names for addresses. What stands for one is not looked at again."""
    names = {address.casefold(): name for address, name in private}
    names |= {name.casefold(): name for _, name in private}
    if not names:
        return report
    found = "|".join(re.escape(each) for each in sorted(names, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w.-])(?:{found})(?![\w-])", re.IGNORECASE)
    return pattern.sub(lambda match: names[match[0].casefold()], report)


def diagnostics_copied() -> str:
    """Said when they are on the clipboard."""
    return tr("Diagnostics copied. Paste them into your report.")


def _versions(found: Diagnosis) -> Iterator[tuple[str, str]]:
    versions = found.versions
    yield "Ollama Tray", f"{versions.program} ({versions.form})"
    yield "Python", versions.python
    yield "Qt", f"{versions.qt}, PySide6 {versions.pyside}" if versions.qt else ""
    yield "requests", versions.requests
    yield tr("Proxy"), found.proxy
    yield tr("System"), f"{versions.system}, {versions.machine}"
    instance = found.instance
    words = {
        InstanceState.RUNNING: tr("running"),
        InstanceState.NOT_RUNNING: tr("not running"),
        InstanceState.SILENT: tr("running, does not answer"),
    }[instance.state]
    if instance.version and instance.version != versions.program:
        words = f"{words}, {instance.version}"
    yield tr("Program"), words
    if instance.downloads is not None:
        yield tr("Downloads"), str(instance.downloads)


def _desktop(found: Diagnosis) -> Iterator[tuple[str, str]]:
    desktop = found.desktop
    yield tr("Desktop"), desktop.desktop
    yield tr("Session"), desktop.session
    yield tr("Window system"), desktop.platform
    yield tr("Tray"), _yes_no(found.has_tray)
    if desktop.has_notifier:
        yield tr("Notifications"), desktop.notifier or tr("yes")
        yield tr("Notification features"), ", ".join(desktop.abilities)
    else:
        yield tr("Notifications"), _yes_no(desktop.has_notifier)
    yield tr("Start at login"), _yes_no(desktop.autostart)


def _yes_no(value: bool | None) -> str:
    if value is None:
        return tr("not known")
    return tr("yes") if value else tr("no")


def _servers(found: Diagnosis, has_addresses: bool) -> Iterator[tuple[str, str]]:
    for server in found.servers:
        answer = _answer(server)
        yield server.label, f"{server.address}, {answer}" if has_addresses else answer


def _answer(server: ServerFacts) -> str:
    if not server.is_asked:
        return tr("not asked: what signs in is not there")
    if server.error is not None:
        return f"{type(server.error).__name__}: {server.error.context or server.error.reference}"
    text = tr("Ollama {version}, {models}, answered in {time} ms")
    milliseconds = max(1, round((server.answered_s or 0.0) * 1000))
    return fill(
        text,
        version=server.version,
        models=models_count(server.models or 0),
        time=milliseconds,
    )


def _folders(found: Diagnosis) -> Iterator[tuple[str, str]]:
    for folder in found.folders:
        free = ""
        if folder.free_bytes is not None:
            free = fill(tr("{size} free"), size=size(folder.free_bytes))
        parts = [part for part in (folder.path, free) if part]
        yield _folder_name(folder), tr(", ", "between parts of a line").join(parts)


def _folder_name(folder: FolderFacts) -> str:
    return {
        FolderKind.SETTINGS: tr("Settings"),
        FolderKind.DOWNLOADS: tr("Download queue"),
        FolderKind.LOG: tr("Log"),
        FolderKind.MODELS: tr("Models"),
    }[folder.kind]
