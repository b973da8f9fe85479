"""How a server wants to be signed in to: what may be kept in a file, and what is a secret.

A `SignIn` names things and stands in the settings. `Secrets` holds their values, which belong into
the system's keyring and into the headers of requests to that one server, and nowhere else.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import field, replace
from enum import StrEnum
from typing import Any

from tray_app.core.errors import OllamaError
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern

MAX_HEADERS = 8
MAX_SECRET_CHARACTERS = 1200
"""Of everything that one server keeps in the keyring, as JSON. Windows takes 2 560 bytes of
UTF-16."""

_NAME = lazy_pattern(r"[A-Za-z0-9._-]{1,100}")
_VALUE = lazy_pattern(r"[!-~](?:[ -~]*[!-~])?")
_TOKEN = lazy_pattern(r"[!-~]+")
# Those of the connection (RFC 9110, 7.6.1), and those that say what a request is.
_OURS = frozenset(
    ("connection", "expect", "host", "keep-alive", "origin", "te", "trailer",
     "transfer-encoding", "upgrade", "user-agent", "accept", "accept-encoding")
)  # fmt: skip
_OURS_BEGIN = ("content-", "proxy-", "access-control-", "sec-")


class SignInKind(StrEnum):
    """What is sent with every request."""

    NONE = "none"
    TOKEN = "token"  # noqa: S105 - `Authorization: Bearer …`
    PASSWORD = "password"  # noqa: S105 - `Authorization: Basic …`
    HEADERS = "headers"


class HeaderFault(StrEnum):
    """Why a header may not be one of a person's own."""

    NO_NAME = "no_name"
    NAME = "name"
    OURS = "ours"
    VALUE = "value"
    TWICE = "twice"
    TOO_MANY = "too_many"


class SecretFault(StrEnum):
    """Why a token or password cannot be used."""

    EMPTY = "empty"
    CHARACTERS = "characters"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Header:
    """A header of a person's own. `value` is "" where it is a secret."""

    name: str
    value: str = ""
    is_secret: bool = True


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a server wants, without its secrets."""

    kind: SignInKind = SignInKind.NONE
    username: str = ""
    headers: tuple[Header, ...] = ()

    @property
    def needs_secret(self) -> bool:
        """Whether the keyring holds something for it."""
        if self.kind is SignInKind.HEADERS:
            return any(header.is_secret for header in self.headers)
        return self.kind is not SignInKind.NONE


@dataclass(frozen=True, slots=True)
class OriginSignIn:
    """What the server at an origin wants; `origin` "" = its address is none."""

    sign_in: SignIn
    origin: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """The values of one server. Never shown: not even its `repr` has them."""

    token: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Name as in the sign-in → value."""
    origin: str = ""
    """`Endpoint.origin` of the address that they were typed for: they go nowhere else."""

    def to_json(self) -> str:
        """As it is kept in the keyring."""
        found: dict[str, Any] = {}
        if self.origin:
            found["origin"] = self.origin
        if self.token:
            found["token"] = self.token
        if self.password:
            found["password"] = self.password
        if self.headers:
            found["headers"] = dict(self.headers)
        return json.dumps(found, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Secrets:
        """What the keyring gave. Raises ValueError for what is not ours, without quoting it."""
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            raise ValueError("not an item of ours") from None
        if not isinstance(found, dict):
            raise ValueError("not an item of ours")  # noqa: TRY004 - one error for all of it
        headers = found.get("headers", {})
        token, password = found.get("token", ""), found.get("password", "")
        origin = found.get("origin", "")
        if not isinstance(headers, dict) or not all(
            isinstance(value, str) for value in (token, password, origin, *headers.values())
        ):
            raise ValueError("not an item of ours")
        return cls(token, password, headers, origin)

    def with_kept(self, names: Collection[str], kept: Secrets | None) -> Secrets:
        """These, and those of `kept` that a person left as they are: TOKEN, PASSWORD or names of
        headers. What was typed for another address is not taken."""
        if kept is None or kept.origin != self.origin:
            return self
        headers = {name: value for name, value in kept.headers.items() if name in names}
        return replace(
            self,
            token=kept.token if SignInKind.TOKEN in names else self.token,
            password=kept.password if SignInKind.PASSWORD in names else self.password,
            headers={**headers, **self.headers},
        )

    def __bool__(self) -> bool:
        return bool(self.token or self.password or self.headers)


def header_fault(headers: tuple[Header, ...], index: int) -> HeaderFault | None:
    """What is wrong with one of a person's headers; None when nothing is."""
    header = headers[index]
    name = header.name.casefold()
    if not name:
        return HeaderFault.NO_NAME
    if not _NAME.fullmatch(header.name):
        return HeaderFault.NAME
    if name in _OURS or name.startswith(_OURS_BEGIN):
        return HeaderFault.OURS
    if any(other.name.casefold() == name for other in headers[:index]):
        return HeaderFault.TWICE
    if header.value and not _VALUE.fullmatch(header.value):
        return HeaderFault.VALUE
    return HeaderFault.TOO_MANY if index >= MAX_HEADERS else None


def is_token(token: str) -> bool:
    """Whether it can be sent: printable ASCII without spaces."""
    return _TOKEN.fullmatch(token) is not None


def is_header_value(value: str) -> bool:
    """Whether it can be sent: printable ASCII, and no space at an end."""
    return _VALUE.fullmatch(value) is not None


def secret_fault(sign_in: SignIn, secrets: Secrets) -> SecretFault | None:
    """What is wrong with the values that are typed for a sign-in; None when nothing is."""
    if len(secrets.to_json()) > MAX_SECRET_CHARACTERS:
        return SecretFault.TOO_LONG
    match sign_in.kind:
        case SignInKind.NONE:
            return None
        case SignInKind.TOKEN:
            if not secrets.token:
                return SecretFault.EMPTY
            return None if is_token(secrets.token) else SecretFault.CHARACTERS
        case SignInKind.PASSWORD:
            if not sign_in.username and not secrets.password:
                return SecretFault.EMPTY
            # RFC 7617: a colon ends the name, and no control characters.
            is_fine = (
                ":" not in sign_in.username and (sign_in.username + secrets.password).isprintable()
            )
            return None if is_fine else SecretFault.CHARACTERS
        case SignInKind.HEADERS:
            wanted = [header.name for header in sign_in.headers if header.is_secret]
            values = [secrets.headers.get(name, "") for name in wanted]
            if not all(values):
                return SecretFault.EMPTY
            return None if all(map(is_header_value, values)) else SecretFault.CHARACTERS


def request_headers(sign_in: SignIn, secrets: Secrets) -> dict[str, str]:
    """The headers that every request to the server carries. Raises ValueError, without quoting
    it, for a value that cannot be sent or is missing."""
    if secret_fault(sign_in, secrets) is not None:
        raise ValueError(f"no usable secret for {sign_in.kind}")
    match sign_in.kind:
        case SignInKind.NONE:
            return {}
        case SignInKind.TOKEN:
            return {"Authorization": f"Bearer {secrets.token}"}
        case SignInKind.PASSWORD:
            pair = f"{sign_in.username}:{secrets.password}".encode()
            return {"Authorization": "Basic " + base64.b64encode(pair).decode("ascii")}
        case SignInKind.HEADERS:
            return {
                header.name: secrets.headers[header.name] if header.is_secret else header.value
                for header in sign_in.headers
            }


class SecretState(StrEnum):
    """Where the secret of a server is."""

    NOT_NEEDED = "not_needed"
    WAITING = "waiting"  # for the keyring; nothing is sent to the server meanwhile
    KEPT = "kept"
    LOCKED = "locked"  # or a person dismissed its question
    MISSING = "missing"
    NO_KEYRING = "no_keyring"  # and it was not entered since the start
    UNTIL_QUIT = "until_quit"  # there is no keyring
    REFUSED = "refused"  # the keyring did not take it; it counts until the program ends

    @property
    def is_usable(self) -> bool:
        """Whether requests may be sent."""
        return self in (
            *(SecretState.NOT_NEEDED, SecretState.KEPT),
            *(SecretState.UNTIL_QUIT, SecretState.REFUSED),
        )


class KeyringFault(StrEnum):
    """Why the keyring did not do what it was asked."""

    ABSENT = "absent"
    LOCKED = "locked"
    FAILED = "failed"


class KeyringFailed(OllamaError):
    """The system's keyring did not do what it was asked; `context` never holds a secret."""

    def __init__(
        self, reference: str = "", context: str = "", fault: KeyringFault = KeyringFault.FAILED
    ) -> None:
        super().__init__(reference, context)
        self.fault = fault
