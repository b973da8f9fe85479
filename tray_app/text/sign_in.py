"""Signing in to servers: what is wrong with what was given."""

from __future__ import annotations

from collections.abc import Callable

from tray_app.core.sign_in import MAX_HEADERS, HeaderFault
from tray_app.text.plain import one_line
from tray_app.text.wording import fill, number, tr


def header_problem(fault: HeaderFault | None, name: str) -> str:
    """What is wrong with a header of a person's own, "" = nothing."""
    return "" if fault is None else fill(_HEADERS[fault](), name=one_line(name, 60))


_HEADERS: dict[HeaderFault, Callable[[], str]] = {
    HeaderFault.NO_NAME: lambda: tr("Enter the header’s name."),
    HeaderFault.NAME: lambda: tr("A header’s name has only letters, digits and - _ ."),
    HeaderFault.OURS: lambda: tr("“{name}” is set by Ollama Tray itself."),
    HeaderFault.VALUE: lambda: tr("Only plain characters are allowed here."),
    HeaderFault.TWICE: lambda: tr("This header stands here twice."),
    HeaderFault.TOO_MANY: lambda: fill(tr("At most {count} headers"), count=number(MAX_HEADERS)),
}
