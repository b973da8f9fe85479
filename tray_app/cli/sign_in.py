"""What a terminal signs in to a server with: a token of the environment, headers of a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tray_app.cli.arguments import TOKEN_VARIABLE
from tray_app.core.endpoint import Access, Endpoint
from tray_app.core.errors import BadSignIn
from tray_app.core.file_failures import reason
from tray_app.core.sign_in import (
    Header,
    HeaderFault,
    header_fault,
    is_header_value,
    is_token,
)
from tray_app.text import header_problem, tr

MAX_FILE_BYTES = 64 * 1024


def signed_in(endpoint: Endpoint, environ: Mapping[str, str], header_file: Path | None) -> Endpoint:
    """`endpoint` with what signs in to it. Raises BadSignIn.

    It is asked for on the command line, so it goes to the server of this command, whichever that
    is.
    """
    headers = _of_file(header_file) if header_file is not None else {}
    token = environ.get(TOKEN_VARIABLE, "").strip()
    if token and not any(name.casefold() == "authorization" for name in headers):
        if not is_token(token):
            why = tr("Only plain characters are allowed here.")
            raise BadSignIn(TOKEN_VARIABLE, why)
        headers["Authorization"] = f"Bearer {token}"
    if not headers:
        return endpoint
    return endpoint.with_access(Access(headers=tuple(headers.items())))


def _of_file(file: Path) -> dict[str, str]:
    """Lines of `Name: value`; blank ones and those that begin with # are left out."""
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise BadSignIn(str(file), tr("The file is too large for headers."))
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise BadSignIn(str(file), tr("Only plain characters are allowed here.")) from None
    except OSError as error:
        raise BadSignIn(str(file), reason(error)) from None
    found: list[Header] = []
    numbers = []
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            name, _, value = line.partition(":")
            found.append(Header(name.strip(), value.strip()))
            numbers.append(number)
    for index, number in enumerate(numbers):
        fault = header_fault(tuple(found), index)
        if fault is None and not is_header_value(found[index].value):
            fault = HeaderFault.VALUE
        if fault is not None:
            place = tr("{file}, line {number}").format(file=file, number=number)
            raise BadSignIn(place, header_problem(fault, found[index].name))
    return {header.name: header.value for header in found}
