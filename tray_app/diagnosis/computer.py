"""What there is to know of this computer: versions, desktop, folders, settings, past errors."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app import __version__
from tray_app.core.diagnosis.facts import (
    Diagnosis,
    FolderFacts,
    FolderKind,
    InstanceFacts,
    InstanceState,
    Versions,
)
from tray_app.core.endpoint import Endpoint
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.names import DEFAULT_HOST
from tray_app.core.redaction import redacted
from tray_app.core.releases import Release, is_news
from tray_app.desktop.facts import desktop_facts, qt_versions
from tray_app.desktop.instance.single_instance import Handover, Outcome
from tray_app.diagnosis.program_releases import ProgramReleases
from tray_app.environment import own_appimage, sandbox
from tray_app.ollama import models_folders
from tray_app.ollama.http_session import proxy_for, requests_version
from tray_app.ollama.local_store import free_bytes, free_bytes_in
from tray_app.paths import CRASH_FILE, without_home
from tray_app.project import asked_repository

if TYPE_CHECKING:
    from tray_app.diagnosis.question import Question
    from tray_app.settings.values import SettingsValues

ERRORS_SHOWN = 5
_TAIL_BYTES = 256 * 1024
_LINE_LIMIT = 300
_ENTRY = lazy_pattern(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ ([A-Z]) ")
_BAD_LEVELS = "WEC"
_FATAL = "Fatal Python error"
# They name people and their computers, or say nothing about a fault.
_PRIVATE = frozenset({"default_server", "shown_server", "main_geometry"})


def computer_facts(question: Question) -> Diagnosis:
    """What there is to know here without asking anybody but the desktop."""
    desktop = desktop_facts()
    if question.platform:
        desktop = replace(desktop, platform=question.platform)
    return Diagnosis(
        versions=_versions(),
        desktop=desktop,
        folders=tuple(_folders(question)),
        instance=question.instance,
        settings=tuple(_changed(question.settings)),
        settings_problem=_public(question.settings_problem),
        errors=last_errors(question.where.log_file),
        proxy=proxy_for(f"https://{DEFAULT_HOST}"),
        local_proxy=proxy_for(Endpoint().url("")),
        newer=_newer(question),
    )


def instance_facts(handover: Handover) -> InstanceFacts:
    """What the running program said of itself."""
    if handover.outcome is Outcome.NOBODY:
        return InstanceFacts()
    if handover.outcome is Outcome.SILENT:
        return InstanceFacts(InstanceState.SILENT)
    data: Mapping[str, object] = handover.answer.data
    tray, downloads = data.get("tray"), data.get("downloads")
    return InstanceFacts(
        InstanceState.RUNNING,
        str(data.get("version", "")),
        tray if isinstance(tray, bool) else None,
        len(downloads) if isinstance(downloads, list) else None,
    )


def last_errors(log_file: Path, count: int = ERRORS_SHOWN) -> tuple[str, ...]:
    """The last warnings and errors of the log, each with the last line of its traceback."""
    lines = _tail(log_file)
    found: list[list[str]] = []
    is_bad = False
    for line in lines:
        entry = _ENTRY.match(line)
        if entry is not None:
            is_bad = entry[1] in _BAD_LEVELS
            if is_bad:
                found.append([line])
        elif is_bad and line and not line.startswith((" ", "Traceback")):
            found[-1][1:] = [line]
    errors = (" | ".join(entry)[:_LINE_LIMIT] for entry in found[-count:])
    return tuple(map(_public, (*errors, *_last_crash(log_file.with_name(CRASH_FILE)))))


def _last_crash(file: Path) -> tuple[str, ...]:
    """Of what the process died last, when it did not get to writing into the log."""
    lines = _tail(file)
    starts = [number for number, line in enumerate(lines) if line.startswith(_FATAL)]
    if not starts:
        return ()
    rest = lines[starts[-1] :]
    where = next((line.strip() for line in rest if line.startswith("  File ")), "")
    return (
        " | ".join(part for part in (f"{_day(file)} {rest[0]}".strip(), where) if part)[
            :_LINE_LIMIT
        ],
    )


def _day(file: Path) -> str:
    """When the file was written; "" for a time that no calendar has."""
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC).strftime("%Y-%m-%d")
    except (OSError, ValueError, OverflowError):
        return ""


def _tail(file: Path) -> list[str]:
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - _TAIL_BYTES))
            return stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _newer(question: Question) -> Release | None:
    """What was answered last to the program that runs: this asks nobody."""
    settings, repository = question.settings, asked_repository()
    if repository is None or settings.look_for_tray == "never":
        return None
    known = ProgramReleases(question.where.program_release_file, repository).known()
    return known if is_news(known, __version__, settings.skipped_release) else None


def _versions() -> Versions:
    qt = pyside = problem = ""
    try:
        qt, pyside = qt_versions()
    except ImportError as error:
        problem = str(error)
    return Versions(
        program=__version__,
        python=platform.python_version(),
        qt=qt,
        pyside=pyside,
        requests=requests_version(),
        system=_system(),
        machine=platform.machine(),
        form=_form(),
        qt_problem=problem,
    )


def _system() -> str:
    if sys.platform == "linux":
        try:
            return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}"
        except (OSError, KeyError):
            pass
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0]}"
    return f"{platform.system()} {platform.release()} {platform.version()}"


def _form() -> str:
    """How this program was installed, as far as it can be seen."""
    if own_appimage():
        return "AppImage"
    if in_sandbox := sandbox():
        return in_sandbox
    if getattr(sys, "frozen", False):
        return "frozen"
    return "source" if (Path(__file__).parents[2] / "pyproject.toml").is_file() else "package"


def _folders(question: Question) -> Iterable[FolderFacts]:
    where = question.where
    for kind, folder in (
        (FolderKind.SETTINGS, where.config),
        (FolderKind.DOWNLOADS, where.state),
        (FolderKind.LOG, where.log),
    ):
        place = _existing(folder)
        yield FolderFacts(
            kind, _shown(folder), free_bytes(place), os.access(place, os.W_OK | os.X_OK)
        )
    if any(target.is_local for target in question.targets):
        models = next((found for found in models_folders() if _is_folder(found)), None)
        if models is not None:
            yield FolderFacts(FolderKind.MODELS, _shown(models), free_bytes_in(models))


def _is_folder(place: Path) -> bool:
    try:
        return place.is_dir()
    except OSError:  # in the home of a service that lets nobody look
        return False


def _existing(folder: Path) -> Path:
    """The folder, or the one in which it would be made."""
    return next((place for place in (folder, *folder.parents) if _is_folder(place)), folder)


def _public(text: str) -> str:
    return without_home(redacted(text))


def _shown(folder: Path) -> str:
    return _public(str(folder))


def _changed(values: SettingsValues) -> Iterable[tuple[str, str]]:
    """Simple settings that are not at their default. Lists name servers and are left out."""
    for entry in fields(values):
        value = getattr(values, entry.name)
        is_simple = isinstance(value, bool | int | str)
        if is_simple and entry.name not in _PRIVATE and value != entry.default:
            yield entry.name, str(value)
