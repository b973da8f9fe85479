"""Reports about the program itself: a crash, files that could not be read or written."""

from __future__ import annotations

from pathlib import Path

from tray_app.text.messages import Message
from tray_app.text.wording import fill, tr


def crash_report(trace: str) -> Message:
    """What a person is told about an error nobody caught; `trace` is to copy."""
    return Message(
        tr("Something went wrong in Ollama Tray"),
        tr("It goes on running, but one thing it was doing did not end as it should."),
        tr("The details are in the log. With Copy you can put them into a report."),
        details=trace,
    )


def broken_files_report(settings_path: Path | None, queue_path: Path | None) -> Message:
    """Files of ours that could not be read; they were put aside, nothing was overwritten."""
    lines = []
    if settings_path is not None:
        lines.append(fill(tr("The settings could not be read. They are kept as {path}."),
                          path=settings_path))  # fmt: skip
    if queue_path is not None:
        lines.append(fill(tr("The list of downloads could not be read. It is kept as {path}."),
                          path=queue_path))  # fmt: skip
    return Message(
        tr("A file could not be read"),
        "\n".join(lines),
        tr("Ollama Tray goes on without it. What the server has fetched is not lost."),
    )


def save_failed_report(reason: str) -> Message:
    """A file of ours could not be written; what it holds counts until the program ends."""
    return Message(
        tr("Settings or downloads could not be saved"),
        reason,
        tr("Make room on the disk, or make the folder writable."),
    )
