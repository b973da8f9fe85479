"""The error taxonomy: what can go wrong between us and an Ollama server, as facts.

No prose for people lives here: `tray_app.text` turns each class into title, body and hint.
Every error carries `reference` (what was asked for: an address or a model name) and `context`
(raw detail, for logs and "Technical details"; may be text from a server, so plain text only).
Both are kept without secrets and never long, as errors are logged, shown and stored.
"""

from __future__ import annotations

from enum import StrEnum

from tray_app.core.error_words import error_words
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.redaction import redacted

MAX_TEXT = 2000
"""Characters of a foreign text that are kept of it."""


class OllamaError(Exception):
    """Base of everything that can be reported about a server or a model.

    `is_permanent` is True when asking again cannot help without a person doing something.
    """

    is_permanent = False

    def __init__(self, reference: str = "", context: str = "") -> None:
        self.reference = _kept(reference)
        self.context = _kept(context)
        self.request = ""
        """What was asked when it happened, "GET http://nas:11434/api/tags"; "" = not known."""
        self.named_wait_s = 0
        """How many seconds the other side asked to wait; 0 = it named no time."""
        super().__init__(self.reference, self.context)

    def __str__(self) -> str:
        parts = [type(self).__name__, *(p for p in (self.reference, self.context) if p)]
        return ": ".join(parts)

    @property
    def wait_s(self) -> int:
        """The least seconds until it is worth asking again, 0 = the usual pauses."""
        return self.named_wait_s

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OllamaError) or type(other) is not type(self):
            return False
        return {**other.__dict__, "request": ""} == {**self.__dict__, "request": ""}

    def __hash__(self) -> int:
        return hash((type(self), self.reference, self.context))


def _kept(text: str) -> str:
    # Twice the length: a password may lie across the cut.
    return redacted(text[: 2 * MAX_TEXT])[:MAX_TEXT]


class UnreachableKind(StrEnum):
    """Why no connection came about; decides the one thing to do."""

    REFUSED = "refused"
    NO_ROUTE = "no_route"
    NAME_LOOKUP = "name_lookup"
    LOST = "lost"  # an established connection broke


class Unreachable(OllamaError):
    """Nothing answers at the address, or the connection broke."""

    def __init__(
        self,
        reference: str = "",
        context: str = "",
        kind: UnreachableKind = UnreachableKind.REFUSED,
    ) -> None:
        super().__init__(reference, context)
        self.kind = kind


class Starting(OllamaError):
    """The server accepts connections but does not answer yet (it looks for graphics cards)."""


class TimedOut(OllamaError):
    """Connecting or answering took longer than allowed."""


class TlsReason(StrEnum):
    """Why there is no secure connection; decides the one thing to do."""

    UNKNOWN_SIGNER = "unknown_signer"
    SELF_SIGNED = "self_signed"  # nobody else signed it
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_NAME = "wrong_name"
    PLAIN_HTTP = "plain_http"  # what answers there speaks no TLS
    CA_FILE = "ca_file"  # ours cannot be read, or holds no certificate
    UNTRUSTED = "untrusted"  # for another reason
    OTHER = "other"  # it did not come to a certificate


class TlsFailed(OllamaError):
    """The certificate cannot be trusted, or the TLS handshake failed. What was offered,
    `ollama.certificates` can tell."""

    is_permanent = True

    def __init__(
        self, reference: str = "", context: str = "", reason: TlsReason = TlsReason.OTHER
    ) -> None:
        super().__init__(reference, context)
        self.reason = reason


class ProxyFailed(OllamaError):
    """What is between us and Ollama refused or does not answer: a proxy on our side, or one in
    front of Ollama (a reverse proxy, a tunnel), which answered with HTTP `status`.

    `said` is its own sentence where it sent one; a page has none. `proxy` is the address of the
    one on our side, where that is known.
    """

    def __init__(
        self,
        reference: str = "",
        context: str = "",
        status: int = 0,
        said: str = "",
        proxy: str = "",
    ) -> None:
        super().__init__(reference, context)
        self.status = status
        self.said = _kept(said)
        self.proxy = _kept(proxy)

    @property
    def is_refusal(self) -> bool:
        """Whether it answered that it will not do this, in a way that does not pass."""
        return 400 <= self.status < 500 and self.status not in (407, 408, 425, 429)


class BadProxy(ProxyFailed):
    """What this computer has set as its proxy cannot be one; nothing was asked."""

    is_permanent = True

    @property
    def is_socks(self) -> bool:
        """Whether it is a proxy of another kind than HTTP."""
        return self.proxy.casefold().startswith("socks")


class Unauthorized(OllamaError):
    """HTTP 401. `was_given`: a name and password went along and were refused; without them,
    `takes_password` tells whether those are what is asked for, and no token."""

    is_permanent = True

    def __init__(
        self,
        reference: str = "",
        context: str = "",
        was_given: bool = False,
        takes_password: bool = False,
    ) -> None:
        super().__init__(reference, context)
        self.was_given = was_given
        self.takes_password = takes_password


class AccessRefused(Unauthorized):
    """A registry wants somebody else: the server isn't signed in there, or the model is private."""


class BadSignIn(OllamaError):
    """What somebody gave to sign in with cannot be sent. `reference` is where it stands, `context`
    says why, and never what."""

    is_permanent = True


class Forbidden(OllamaError):
    """HTTP 403: Ollama refuses our Host header (it says nothing then) or has the cloud switched
    off; or `is_by_front`, something in front of it will not have us, with its own words in
    `said`. `has_front`: there is one, so either may have said nothing."""

    is_permanent = True

    def __init__(
        self,
        reference: str = "",
        context: str = "",
        is_by_front: bool = False,
        said: str = "",
        has_front: bool = False,
    ) -> None:
        super().__init__(reference, context)
        self.is_by_front = is_by_front
        self.has_front = has_front
        self.said = _kept(said)


class NotOllama(OllamaError):
    """Something answers, but not as an Ollama server does; with HTTP `status`, 0 = without.
    `proxy` is what it came through on our side, which may have answered itself."""

    is_permanent = True

    def __init__(
        self,
        reference: str = "",
        context: str = "",
        status: int = 0,
        said: str = "",
        proxy: str = "",
    ) -> None:
        super().__init__(reference, context)
        self.status = status
        self.said = _kept(said)
        self.proxy = _kept(proxy)


class Moved(NotOllama):
    """What answers sends to `address` ("" = to some page). `wants_https`: the same server, over
    TLS. Never followed: a password must not go elsewhere, and over http it has gone too far."""

    def __init__(
        self,
        reference: str = "",
        context: str = "",
        address: str = "",
        wants_https: bool = False,
    ) -> None:
        super().__init__(reference, context)
        self.address = _kept(address)
        self.wants_https = wants_https


class ModelNotFound(OllamaError):
    """The server has no model of this name."""

    is_permanent = True


class NameProblem(StrEnum):
    """What is wrong with a model name; one value per sentence shown below the field."""

    EMPTY = "empty"
    SPACE = "space"
    CHARACTER = "character"  # context: the character, or the part where it may not stand
    EMPTY_PART = "empty_part"  # BadName.context is the separator beside it
    EMPTY_TAG = "empty_tag"
    BOTH_SUFFIXES = "both_suffixes"
    TOO_LONG = "too_long"
    NO_NAMESPACE = "no_namespace"  # host:port/model without a namespace
    TOO_MANY_PARTS = "too_many_parts"
    LINK = "link"  # no name stands for it; context: the name of the repository it lies in


class BadName(OllamaError):
    """A text that is no model name. `reference` is the text, `context` the offending piece."""

    is_permanent = True

    def __init__(
        self,
        reference: str = "",
        context: str = "",
        problem: NameProblem = NameProblem.CHARACTER,
    ) -> None:
        super().__init__(reference, context)
        self.problem = problem


class AddressFault(StrEnum):
    """Why a text is no address of a server, or none to be kept; one value per sentence."""

    EMPTY = "empty"
    SPACE = "space"  # or something else that cannot be seen
    SCHEME = "scheme"
    PASSWORD = "password"  # noqa: S105 # it would stand in the settings file
    AMBIGUOUS = "ambiguous"  # "/", "?" or "#" before the "@": where does the password end?
    NO_HOST = "no_host"
    HOST = "host"
    BRACKETS = "brackets"  # one is missing
    PORT = "port"


class BadAddress(OllamaError):
    """A text that is no server address. `reference` is the text, `context` the offending piece,
    both without name and password."""

    is_permanent = True

    def __init__(
        self, reference: str = "", context: str = "", fault: AddressFault = AddressFault.HOST
    ) -> None:
        super().__init__(reference, context)
        self.fault = fault


class SeveralServers(OllamaError):
    """The name `reference` is that of more than one server, which are at `addresses`."""

    is_permanent = True

    def __init__(
        self, reference: str = "", context: str = "", addresses: tuple[str, ...] = ()
    ) -> None:
        super().__init__(reference, context or ", ".join(addresses))
        self.addresses = tuple(map(_kept, addresses))


class ServerFailed(OllamaError):
    """The server answered with an error of its own: HTTP `status` and its text."""

    def __init__(self, reference: str = "", context: str = "", status: int = 500) -> None:
        super().__init__(reference, context)
        self.status = status

    @property
    def text(self) -> str:
        """The server's own words, unescaped; plain text only."""
        return self.context


class BadAnswer(OllamaError):
    """A 2xx answer that does not have the documented shape. `field` names the culprit."""

    def __init__(self, reference: str = "", context: str = "", field: str = "") -> None:
        super().__init__(reference, context)
        self.field = field


class TooLarge(BadAnswer):
    """An answer of more than `limit_bytes`. `field` is the call, or "line" for one of a stream;
    what was not read of it is not known."""

    def __init__(
        self, reference: str = "", context: str = "", field: str = "", limit_bytes: int = 0
    ) -> None:
        super().__init__(reference, context or f"{field}: more than {limit_bytes} bytes", field)
        self.limit_bytes = limit_bytes


class Encoded(BadAnswer):
    """An answer compressed in a way that was not asked for; `context` is its Content-Encoding."""


class PullFailure(StrEnum):
    """Kinds of failed pulls that need different words or a different treatment."""

    REGISTRY_UNREACHABLE = "registry_unreachable"
    REGISTRY_LIMITS = "registry_limits"  # it was asked too often
    REGISTRY_FAILED = "registry_failed"  # it has a problem of its own
    WEB_PAGE = "web_page"  # a page for people answers in its place: a login, a proxy
    CERTIFICATE = "certificate"  # the server does not trust the registry's
    WITHOUT_TLS = "without_tls"  # the registry speaks plain HTTP and was asked over HTTPS
    WANTS_TLS = "wants_tls"  # the other way round
    DIGEST_MISMATCH = "digest_mismatch"
    CANNOT_WRITE = "cannot_write"
    CANCELED_BY_SERVER = "canceled_by_server"  # "context canceled" right after our own cancel
    UNSUPPORTED = "unsupported"  # e.g. needs the MLX runtime
    REFUSED = "refused"  # by the registry, in a way that asking again does not mend
    STALLED = "stalled"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Treatment:
    """Whether a kind of failure may pass by itself, and the least seconds until it is tried again;
    0 = the usual pauses."""

    is_passing: bool = True
    wait_s: int = 0


_PERMANENT = Treatment(is_passing=False)
TREATMENTS: dict[PullFailure, Treatment] = {
    PullFailure.REGISTRY_UNREACHABLE: Treatment(),
    PullFailure.REGISTRY_LIMITS: Treatment(wait_s=600),
    PullFailure.REGISTRY_FAILED: Treatment(),
    PullFailure.WEB_PAGE: Treatment(),
    PullFailure.CERTIFICATE: Treatment(),
    PullFailure.WITHOUT_TLS: _PERMANENT,
    PullFailure.WANTS_TLS: _PERMANENT,
    PullFailure.DIGEST_MISMATCH: Treatment(),
    PullFailure.CANNOT_WRITE: _PERMANENT,
    PullFailure.CANCELED_BY_SERVER: Treatment(),
    PullFailure.UNSUPPORTED: _PERMANENT,
    PullFailure.REFUSED: _PERMANENT,
    PullFailure.STALLED: Treatment(),
    PullFailure.OTHER: Treatment(),
}


class PullFailed(OllamaError):
    """A pull ended with an error line, or a registry would not answer as one.

    `context` is the raw text, `words` the sentence inside it, `status` the HTTP status of the
    registry; 0 = it told none.
    """

    def __init__(
        self,
        reference: str = "",
        context: str = "",
        kind: PullFailure = PullFailure.OTHER,
        *,
        words: str = "",
        status: int = 0,
        named_wait_s: int = 0,
    ) -> None:
        super().__init__(reference, context)
        self.kind = kind
        self.words = _kept(words or error_words(context))
        self.status = status
        self.named_wait_s = named_wait_s

    @property
    def is_permanent(self) -> bool:  # type: ignore[override]
        return not TREATMENTS[self.kind].is_passing

    @property
    def wait_s(self) -> int:
        return self.named_wait_s or TREATMENTS[self.kind].wait_s


class IncompletePull(OllamaError):
    """The stream ended without `success` and without an error line."""


class DiskFull(OllamaError):
    """The server's disk has no room. Byte counts are None when nobody said them."""

    is_permanent = True

    def __init__(
        self,
        reference: str = "",
        context: str = "",
        needed_bytes: int | None = None,
        free_bytes: int | None = None,
    ) -> None:
        super().__init__(reference, context)
        self.needed_bytes = needed_bytes
        self.free_bytes = free_bytes


class TooOld(OllamaError):
    """The server is too old for what was asked. `needs` is the version, "" when unknown."""

    is_permanent = True

    def __init__(self, reference: str = "", context: str = "", needs: str = "") -> None:
        super().__init__(reference, context)
        self.needs = needs


class ListProblem(StrEnum):
    """How a server's list of models contradicts the success that it reported."""

    MISSING = "missing"
    STILL_THERE = "still_there"
    EMPTY = "empty"  # it is there, without a byte: an answer of another kind was taken for it


class NotDone(OllamaError):
    """The server reported success, but its list of models says otherwise. The list is believed."""

    is_permanent = True

    def __init__(
        self,
        reference: str = "",
        context: str = "",
        problem: ListProblem = ListProblem.MISSING,
    ) -> None:
        super().__init__(reference, context)
        self.problem = problem


class Changed(OllamaError):
    """The model is not the one a person saw: its digest changed in between. Nothing was done."""

    is_permanent = True


class Cancelled(OllamaError):
    """We ended the work ourselves; never shown as a failure."""

    is_permanent = True
