"""What a terminal signs in to a server with: a token of the environment, headers of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app.cli.arguments import TOKEN_VARIABLE
from tray_app.core.errors import BadSignIn
from tray_app.core.file_failures import reason
from tray_app.core.sign_in import (
    Header,
    HeaderFault,
    Secrets,
    SignIn,
    SignInKind,
    header_fault,
    is_header_value,
    request_headers,
)
from tray_app.text import header_problem, tr

if TYPE_CHECKING:
    from tray_app.core.endpoint import Endpoint

MAX_FILE_BYTES = 64 * 1024
_BEARER = SignIn(SignInKind.TOKEN)


def signed_in(
    endpoint: Endpoint,
    environ: Mapping[str, str],
    header_file: Path | None,
    sign_in: SignIn = _BEARER,
) -> Endpoint:
    """`endpoint` with what signs in to it. Raises BadSignIn.

    It is asked for on the command line, so it goes to the server of this command, whichever that
    is. How a token is sent, the server's own `sign_in` decides; headers of a file stand for
    themselves.
    """
    headers = _of_file(header_file) if header_file is not None else {}
    token = environ.get(TOKEN_VARIABLE, "").strip()
    if token:
        names = {name.casefold() for name in headers}
        found = _with_token(token, sign_in).items()
        headers |= {name: value for name, value in found if name.casefold() not in names}
    if not headers:
        return endpoint
    new = {name.casefold() for name in headers}
    kept = [pair for pair in endpoint.access.headers if pair[0].casefold() not in new]
    return endpoint.with_access(replace(endpoint.access, headers=(*kept, *headers.items())))


def lacking(sign_in: SignIn) -> str:
    """What of a server's sign-in only the keyring knows, and what to do about it in a terminal."""
    secret = [header.name for header in sign_in.headers if header.is_secret]
    match sign_in.kind:
        case SignInKind.PASSWORD:
            return tr("Its password is in the keyring: set OLLAMA_TRAY_TOKEN or --header-file")
        case SignInKind.HEADERS if len(secret) > 1:
            return tr("Its headers are in the keyring: give --header-file")
        case _:
            return tr("Its token is in the keyring: set OLLAMA_TRAY_TOKEN or --header-file")


def _with_token(token: str, sign_in: SignIn) -> dict[str, str]:
    """The headers of the request, as the server wants them."""
    secrets = Secrets(token)
    if sign_in.kind is SignInKind.PASSWORD:
        secrets = Secrets(password=token)
    elif sign_in.kind is SignInKind.HEADERS:
        secret = [header.name for header in sign_in.headers if header.is_secret]
        if len(secret) > 1:
            raise BadSignIn(TOKEN_VARIABLE, lacking(sign_in))
        if secret:
            secrets = Secrets(headers={secret[0]: token})
        else:
            sign_in = _BEARER
    elif sign_in.kind is SignInKind.NONE:
        sign_in = _BEARER
    try:
        return request_headers(sign_in, secrets)
    except ValueError:
        why = tr("Only plain characters are allowed here.")
        raise BadSignIn(TOKEN_VARIABLE, why) from None


def _of_file(file: Path) -> dict[str, str]:
    """Lines of `Name: value`; blank ones and those that begin with # are left out."""
    try:
        with file.open("rb") as stream:  # a pipe or a device tells no size
            data = stream.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise BadSignIn(str(file), tr("The file is too large for headers."))
        lines = data.decode("utf-8-sig").splitlines()
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
