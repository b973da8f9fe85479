"""What the error line of a pull stream, or a registry's own answer, becomes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tray_app.core import errors as e
from tray_app.core.errors import OllamaError, PullFailed, PullFailure
from tray_app.core.pulls.registry_errors import pull_error, registry_answer
from tray_app.core.redaction import redacted
from tray_app.text import pull_error_reason

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
        ("unauthorized: access denied", e.AccessRefused),
        (MANIFEST + "unauthorized: access denied", e.AccessRefused),
        (MANIFEST + 'realm host "" does not match original host "h:1"', e.AccessRefused),
        (MANIFEST + '401: {"error":"Invalid username or password."}', e.AccessRefused),
        (MANIFEST + '403: {"error":"Access to model u/r is restricted"}', e.AccessRefused),
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
        (MANIFEST + "500: boom", PullFailure.REGISTRY_FAILED),
        (MANIFEST + "503: unauthorized for now", PullFailure.REGISTRY_FAILED),
        (MANIFEST + "429: too many requests", PullFailure.REGISTRY_LIMITS),
        ("502", PullFailure.REGISTRY_FAILED),
        ("unexpected status code 502", PullFailure.REGISTRY_FAILED),
        (
            MANIFEST + 'Get "https://h/v2/x": tls: failed to verify certificate: x509: certificate '
            "is not valid for any names",
            PullFailure.CERTIFICATE,
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
            PullFailure.WITHOUT_TLS,
        ),
        (
            # Words of the taxonomy in a name are not the reason.
            MANIFEST + 'Get "https://h/v2/unauthorized/digest mismatch/manifests/EOF": boom',
            PullFailure.OTHER,
        ),
        (MANIFEST + "429: ", PullFailure.REGISTRY_LIMITS),
        (MANIFEST + "429: <html><title>429</title></html>", PullFailure.REGISTRY_LIMITS),
        ("max retries exceeded: 429: slow down", PullFailure.REGISTRY_LIMITS),
        ('{"errors":[{"code":"TOOMANYREQUESTS","message":"x"}]}', PullFailure.REGISTRY_LIMITS),
        ("<Error><Message>Reduce your request rate.</Message>", PullFailure.REGISTRY_LIMITS),
        (MANIFEST + "502: <html>Bad Gateway</html>", PullFailure.REGISTRY_FAILED),
        (MANIFEST + "408: ", PullFailure.REGISTRY_FAILED),
        (MANIFEST + "unexpected end of JSON input", PullFailure.REGISTRY_FAILED),
        (
            MANIFEST + 'realm host "ollama.com" does not match original host "registry.ollama.ai"',
            PullFailure.REGISTRY_FAILED,
        ),
        (
            MANIFEST + 'realm host "" does not match original host "registry.ollama.ai"',
            PullFailure.REGISTRY_FAILED,
        ),
        (
            # So Hugging Face answers for what is private, gated or not there.
            MANIFEST + 'realm host "huggingface.co" does not match original host "hf.co"',
            e.AccessRefused,
        ),
        (MANIFEST + "invalid character '<' looking for beginning of value", PullFailure.WEB_PAGE),
        (MANIFEST + "403: <!DOCTYPE html><title>Blocked</title>", PullFailure.WEB_PAGE),
        (MANIFEST + "511: <html><title>Log in</title></html>", PullFailure.WEB_PAGE),
        (
            MANIFEST + "400: <html><title>400 The plain HTTP request was sent to HTTPS port",
            PullFailure.WANTS_TLS,
        ),
        (MANIFEST + "410: gone", PullFailure.REFUSED),
        ('Get "https://h/v2/x": Proxy Authentication Required', PullFailure.REGISTRY_UNREACHABLE),
        ("EOF", PullFailure.REGISTRY_UNREACHABLE),
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
    ("said", "kind", "words", "status"),
    [
        (
            MANIFEST + '400: {"error":"The specified tag is a sharded GGUF. Use \\"latest\\"."}',
            PullFailure.REFUSED,
            'The specified tag is a sharded GGUF. Use "latest".',
            400,
        ),
        (MANIFEST + "500: boom", PullFailure.REGISTRY_FAILED, "boom", 500),
        (
            {"code": 429, "message": "slow down"},
            PullFailure.REGISTRY_LIMITS,
            "slow down",
            429,
        ),
        (
            {"error": {"status": "503", "detail": "overloaded"}},
            PullFailure.REGISTRY_FAILED,
            "overloaded",
            503,
        ),
        (["one", {"message": "two"}], PullFailure.OTHER, "one; two", 0),
        ({"code": True}, PullFailure.OTHER, '{"code": true}', 0),
        (17, PullFailure.OTHER, "17", 0),
    ],
)
def test_words_and_status(said: Any, kind: PullFailure, words: str, status: int) -> None:
    error = pull_error(NAME, said)
    assert isinstance(error, PullFailed)
    assert (error.kind, error.words, error.status) == (kind, words, status)


def test_a_limit_without_a_time_is_ten_minutes() -> None:
    unnamed = pull_error(NAME, MANIFEST + "429: too many requests")
    named = pull_error(NAME, MANIFEST + "429: too many requests, retry after 2 minutes")
    assert isinstance(unnamed, PullFailed)
    assert isinstance(named, PullFailed)
    assert (unnamed.wait_s, named.wait_s) == (600, 120)


def test_the_own_answer_of_a_registry_is_read_by_the_same_table() -> None:
    for status in (400, 403, 408, 410, 412, 429, 451, 500, 502, 503, 504, 511):
        passed_on = pull_error(NAME, f"{MANIFEST}{status}: words")
        own = registry_answer(NAME, status, "words")
        assert type(own) is type(passed_on), status
        if isinstance(own, PullFailed) and isinstance(passed_on, PullFailed):
            assert (own.kind, own.words) == (passed_on.kind, passed_on.words), status
    assert type(registry_answer(NAME, 404, "{}")) is e.ModelNotFound
    waits = registry_answer(NAME, 429, "wait 5 s", retry_after_s=7)
    assert isinstance(waits, PullFailed)
    assert waits.wait_s == 7, "the header counts more than words"


def test_a_store_of_files_that_refuses_a_link_is_asked_again() -> None:
    xml = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Expired</Message></Error>'
    for found in (
        pull_error(NAME, f"max retries exceeded: 403: {xml}"),
        registry_answer(NAME, 403, xml),
    ):
        assert isinstance(found, PullFailed)
        assert (found.kind, found.words) == (e.PullFailure.REGISTRY_FAILED, "Expired")
        assert pull_error_reason(found).endswith("has a problem (HTTP status 403): “Expired”")


def test_a_moment_that_is_named_is_waited_for() -> None:
    now = datetime(2026, 11, 28, 20, 30, tzinfo=UTC)
    said = MANIFEST + "429: limit reached, retry after 2026-11-28T20:50:00Z"
    passed_on, own = pull_error(NAME, said, now), registry_answer(NAME, 429, said, 0, now)
    assert (passed_on.wait_s, own.wait_s) == (1200, 1200)
    assert pull_error(NAME, said).wait_s == 600, "without a clock it is any limit"
