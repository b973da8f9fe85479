"""The taxonomy, and what the error line of a pull stream becomes."""

import copy
import pickle

import pytest

from tray_app.core import errors as e
from tray_app.core.creates.faults import CreateFailed
from tray_app.core.errors import OllamaError, PullFailed, PullFailure
from tray_app.core.file_failures import FileFailed
from tray_app.core.lists.records import BadList, BadRecipe
from tray_app.core.sign_in import KeyringFailed

NAME = "localhost:5055/library/x:latest"


@pytest.mark.parametrize(
    ("kind", "is_permanent"),
    [
        (PullFailure.REGISTRY_UNREACHABLE, False),
        (PullFailure.REGISTRY_LIMITS, False),
        (PullFailure.REGISTRY_FAILED, False),
        (PullFailure.WEB_PAGE, False),
        (PullFailure.CERTIFICATE, False),
        (PullFailure.WITHOUT_TLS, True),
        (PullFailure.WANTS_TLS, True),
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
            | {
                e.BadSignIn,
                e.SeveralServers,
                e.DiskFull,
                e.TooOld,
                e.Changed,
                e.Cancelled,
                e.BadAddress,
                e.NotDone,
            },
            {e.Unreachable, e.Starting, e.TimedOut, e.ProxyFailed, e.ServerFailed, e.BadAnswer}
            | {e.IncompletePull, e.OllamaError},
        )
    ],
)
def test_which_errors_are_permanent(permanent: set[type], passing: set[type]) -> None:
    assert all(kind().is_permanent for kind in permanent)
    assert not any(kind().is_permanent for kind in passing)
    # Files of this computer are no matter of asking a server again.
    others = {PullFailed, FileFailed, KeyringFailed, CreateFailed, BadList, BadRecipe}
    assert {*OllamaError.__subclasses__(), OllamaError} == permanent | passing | others


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
