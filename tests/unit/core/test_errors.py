"""The taxonomy, and what the error line of a pull stream becomes."""

import copy
import pickle

import pytest

from tray_app.core import errors as e
from tray_app.core.errors import OllamaError, PullFailed, PullFailure, pull_error
from tray_app.core.redaction import redacted

NAME = "localhost:5055/library/x:latest"
MANIFEST = "pull model manifest: "
TOO_OLD = (
    '412: {"errors":[{"code":"X","message":"\\n\\nThe model you are attempting to pull requires a '
    'newer version of Ollama that may be in pre-release.\\n\\n"}]}'
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MANIFEST + "file does not exist", e.ModelNotFound),
        ("file does not exist", e.ModelNotFound),
        ("write /m/blobs/sha256-ab-partial: no space left on device", e.DiskFull),
        ("max retries exceeded: write /m/b: no space left on device", e.DiskFull),
        (r"write C:\m\b: There is not enough space on the disk.", e.DiskFull),
        ("write /m/b: disk quota exceeded", e.DiskFull),
        (MANIFEST + TOO_OLD, e.TooOld),
        (MANIFEST + "412: ", e.TooOld),
        ("unauthorized: access denied", e.Unauthorized),
        (MANIFEST + "unauthorized: access denied", e.Unauthorized),
        (MANIFEST + 'realm host "" does not match original host "h:1"', e.Unauthorized),
        (MANIFEST + '401: {"error":"Invalid username or password."}', e.Unauthorized),
        (MANIFEST + '403: {"error":"Access to model u/r is restricted"}', e.Unauthorized),
        ("invalid model name", e.BadName),
        ('name "X" is invalid', e.BadName),
        ("context canceled", PullFailure.CANCELED_BY_SERVER),
        ('Get "https://h/v2/x": context canceled', PullFailure.CANCELED_BY_SERVER),
        (
            "digest mismatch, file must be downloaded again: want sha256:22db, got sha256:d3f9",
            PullFailure.DIGEST_MISMATCH,
        ),
        (
            "this model requires MLX support, but the MLX runtime is not available",
            PullFailure.UNSUPPORTED,
        ),
        ("open /m/blobs/sha256-ab-partial: permission denied", PullFailure.CANNOT_WRITE),
        ("mkdir /m/manifests: read-only file system", PullFailure.CANNOT_WRITE),
        (r"open C:\m\b: Access is denied.", PullFailure.CANNOT_WRITE),
        ("write /m/b: input/output error", PullFailure.CANNOT_WRITE),
        (
            MANIFEST + 'Get "https://nosuchhost.invalid/v2/library/x/manifests/latest": dial tcp: '
            "lookup nosuchhost.invalid on 10.255.255.53:53: no such host",
            PullFailure.REGISTRY_UNREACHABLE,
        ),
        (
            MANIFEST + 'Get "http://127.0.0.1:9/v2/library/x/manifests/latest": dial tcp '
            "127.0.0.1:9: connect: connection refused",
            PullFailure.REGISTRY_UNREACHABLE,
        ),
        (
            'max retries exceeded: Get "https://r2.example/b?X=401": dial tcp 10.0.0.1:443: EOF',
            PullFailure.REGISTRY_UNREACHABLE,
        ),
        ("max retries exceeded: unexpected EOF", PullFailure.REGISTRY_UNREACHABLE),
        (
            'Head "https://h/v2/b": read tcp 1.2.3.4:1->5.6.7.8:443: connection reset',
            PullFailure.REGISTRY_UNREACHABLE,
        ),
        (MANIFEST + "500: boom", PullFailure.REGISTRY_UNREACHABLE),
        (MANIFEST + "503: unauthorized for now", PullFailure.REGISTRY_UNREACHABLE),
        (MANIFEST + "429: too many requests", PullFailure.REGISTRY_UNREACHABLE),
        ("502", PullFailure.REGISTRY_UNREACHABLE),
        ("unexpected status code 502", PullFailure.REGISTRY_UNREACHABLE),
        (
            MANIFEST + 'Get "https://h/v2/x": tls: failed to verify certificate: x509: certificate '
            "is not valid for any names",
            PullFailure.REGISTRY_UNREACHABLE,
        ),
        (
            'Get "https://h/v2/x": net/http: TLS handshake timeout',
            PullFailure.REGISTRY_UNREACHABLE,
        ),
        (
            'Get "https://h/": context deadline exceeded (Client.Timeout exceeded)',
            PullFailure.REGISTRY_UNREACHABLE,
        ),
        ("download stalled", PullFailure.REGISTRY_UNREACHABLE),
        ("http: no Location header in response", PullFailure.REFUSED),
        ("unexpected status code 301", PullFailure.REFUSED),
        (
            MANIFEST + '400: {"error":"Repository is not GGUF or is not compatible"}',
            PullFailure.REFUSED,
        ),
        (
            MANIFEST + 'Get "https://localhost:5000/v2/": http: server gave HTTP response to HTTPS '
            "client",
            PullFailure.REFUSED,
        ),
        (
            # Words of the taxonomy in a name are not the reason.
            MANIFEST + 'Get "https://h/v2/unauthorized/digest mismatch/manifests/EOF": boom',
            PullFailure.OTHER,
        ),
        ("something new", PullFailure.OTHER),
        ("", PullFailure.OTHER),
        ("x" * 2**20, PullFailure.OTHER),
        ("<b>\u202e</b>\x00", PullFailure.OTHER),
    ],
)
def test_pull_error(text: str, expected: type[OllamaError] | PullFailure) -> None:
    error = pull_error(NAME, text)
    assert (error.reference, error.context) == (NAME, redacted(text)[:2000])
    if isinstance(expected, PullFailure):
        assert isinstance(error, PullFailed)
        assert error.kind is expected
    else:
        assert type(error) is expected


def test_both_suffixes_are_named() -> None:
    error = pull_error("x:local:cloud", 'use either :local or :cloud, not both: "x:local:cloud"')
    assert isinstance(error, e.BadName)
    assert error.problem is e.NameProblem.BOTH_SUFFIXES


@pytest.mark.parametrize(
    ("kind", "is_permanent"),
    [
        (PullFailure.REGISTRY_UNREACHABLE, False),
        (PullFailure.DIGEST_MISMATCH, False),
        (PullFailure.CANNOT_WRITE, True),
        (PullFailure.CANCELED_BY_SERVER, False),
        (PullFailure.UNSUPPORTED, True),
        (PullFailure.REFUSED, True),
        (PullFailure.STALLED, False),
        (PullFailure.OTHER, False),
    ],
)
def test_which_pull_failures_are_permanent(kind: PullFailure, is_permanent: bool) -> None:
    assert PullFailed(NAME, "", kind).is_permanent is is_permanent


@pytest.mark.parametrize(
    ("permanent", "passing"),
    [
        (
            {e.TlsFailed, e.Unauthorized, e.Forbidden, e.NotOllama, e.ModelNotFound, e.BadName}
            | {e.DiskFull, e.TooOld, e.Changed, e.Cancelled, e.BadAddress},
            {e.Unreachable, e.Starting, e.TimedOut, e.ProxyFailed, e.ServerFailed, e.BadAnswer}
            | {e.IncompletePull, e.OllamaError},
        )
    ],
)
def test_which_errors_are_permanent(permanent: set[type], passing: set[type]) -> None:
    assert all(kind().is_permanent for kind in permanent)
    assert not any(kind().is_permanent for kind in passing)
    assert {*OllamaError.__subclasses__(), OllamaError} == permanent | passing | {PullFailed}


def test_errors_compare_by_what_they_say() -> None:
    refused = e.Unreachable("nas:1", "x", e.UnreachableKind.REFUSED)
    assert refused == e.Unreachable("nas:1", "x", e.UnreachableKind.REFUSED)
    assert hash(refused) == hash(e.Unreachable("nas:1", "x"))
    assert refused != e.Unreachable("nas:1", "x", e.UnreachableKind.LOST)
    assert refused != e.TimedOut("nas:1", "x")
    assert refused != "x"


@pytest.mark.parametrize(
    "error",
    [
        e.DiskFull("m", "text", 10, 3),
        e.TooOld("m", "text", "0.12"),
        e.ServerFailed("m", "text", 503),
        e.BadAnswer("m", "text", "models"),
        e.BadName("m", "m", e.NameProblem.TOO_LONG),
    ],
)
def test_errors_survive_a_copy(error: OllamaError) -> None:
    assert copy.copy(error) == error
    assert pickle.loads(pickle.dumps(error)) == error


def test_text() -> None:
    assert str(e.BadAnswer("nas", "", "models")) == "BadAnswer: nas"
    assert str(e.OllamaError()) == "OllamaError"
    assert str(e.ServerFailed("m", "boom")) == "ServerFailed: m: boom"
    assert e.ServerFailed("m", "boom").text == "boom"
