"""What is done about a failed attempt."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tray_app.core import errors as e
from tray_app.core.errors import OllamaError, PullFailed, PullFailure, UnreachableKind
from tray_app.core.pulls.policy import QueueLimits, Remedy, RetryPolicy, is_cancel_asked
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.registry_errors import pull_error
from tray_app.core.pulls.states import PullItem, PullState

POLICY = RetryPolicy()
RETRY, RESTART, HOLD, GIVE_UP = Remedy.RETRY, Remedy.RESTART, Remedy.HOLD, Remedy.GIVE_UP


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (e.Unreachable("s", "", UnreachableKind.REFUSED), HOLD),
        (e.Unreachable("s", "", UnreachableKind.NO_ROUTE), HOLD),
        (e.Unreachable("s", "", UnreachableKind.NAME_LOOKUP), HOLD),
        (e.Unreachable("s", "", UnreachableKind.LOST), RETRY),
        (e.Starting("s"), HOLD),
        (e.TimedOut("s"), RETRY),
        (e.ProxyFailed("s"), RETRY),
        (e.IncompletePull("m"), RETRY),
        (e.BadAnswer("m"), RETRY),
        (e.NotOllama("s"), RETRY),
        (e.Moved("s", "", "https://login.example"), RETRY),
        (e.Moved("s", "", "https://s", wants_https=True), GIVE_UP),
        (e.ServerFailed("m", "boom", 500), RETRY),
        (e.ServerFailed("m", "slow down", 429), RETRY),
        (e.ServerFailed("m", "timeout", 408), RETRY),
        (e.ServerFailed("m", "bad request", 400), GIVE_UP),
        (e.Cancelled("m"), RESTART),
        (e.ModelNotFound("m"), GIVE_UP),
        (e.BadName("m"), GIVE_UP),
        (e.DiskFull("m"), GIVE_UP),
        (e.TooOld("m"), GIVE_UP),
        (e.Unauthorized("m"), GIVE_UP),
        (e.Forbidden("m"), GIVE_UP),
        (e.TlsFailed("m"), GIVE_UP),
        (PullFailed("m", "", PullFailure.CANCELED_BY_SERVER), RESTART),
        (PullFailed("m", "", PullFailure.REGISTRY_UNREACHABLE), RETRY),
        (PullFailed("m", "", PullFailure.STALLED), RETRY),
        (PullFailed("m", "", PullFailure.OTHER), RETRY),
        (PullFailed("m", "", PullFailure.CANNOT_WRITE), GIVE_UP),
        (PullFailed("m", "", PullFailure.UNSUPPORTED), GIVE_UP),
        (PullFailed("m", "", PullFailure.REFUSED), GIVE_UP),
        (pull_error("m", "pull model manifest: 500: boom"), RETRY),
        (pull_error("m", "pull model manifest: 429: "), RETRY),
        (pull_error("m", "pull model manifest: 400: no"), GIVE_UP),
        (pull_error("m", "pull model manifest: invalid character '<' looking for"), RETRY),
        (PullFailed("m", "", PullFailure.CERTIFICATE), RETRY),
        (PullFailed("m", "", PullFailure.WITHOUT_TLS), GIVE_UP),
        (e.NotDone("m"), GIVE_UP),
        (pull_error("m", "pull model manifest: file does not exist"), GIVE_UP),
    ],
)
def test_remedy(error: OllamaError, remedy: Remedy) -> None:
    assert POLICY.remedy(error, attempt=1, mismatches=0) is remedy
    after_the_last = {RETRY: GIVE_UP}.get(remedy, remedy)
    assert POLICY.remedy(error, attempt=POLICY.max_attempts, mismatches=0) is after_the_last


def test_a_damaged_file_is_fetched_once_more() -> None:
    damaged = PullFailed("m", "", PullFailure.DIGEST_MISMATCH)
    assert POLICY.remedy(damaged, attempt=1, mismatches=1) is RETRY
    assert POLICY.remedy(damaged, attempt=1, mismatches=2) is GIVE_UP


def test_pauses_grow_and_stay() -> None:
    pauses = [POLICY.pause_s(attempt, 0.5) for attempt in range(12)]
    assert pauses[1:7] == [2.0, 4.0, 8.0, 15.0, 30.0, 60.0]
    assert pauses[0] == 2.0
    assert set(pauses[7:]) == {60.0}


def test_a_registry_is_not_asked_before_it_wants_to_be() -> None:
    limited = pull_error("m", "429: slow down")
    assert POLICY.pause_s(1, 0.0, limited) == 600.0
    assert POLICY.pause_s(9, 1.0, limited) == pytest.approx(720.0)
    named = pull_error("m", "429: slow down, retry after 30 seconds")
    assert POLICY.pause_s(1, 0.0, named) == 30.0
    assert POLICY.pause_s(6, 0.5, named) == 60.0, "the usual pause is longer by now"
    assert POLICY.pause_s(1, 0.5, pull_error("m", "503: busy, retry after 30 s")) >= 30.0
    assert POLICY.pause_s(1, 0.5, pull_error("m", "503: busy")) == 2.0


def test_pauses_are_spread() -> None:
    assert POLICY.pause_s(3, 0.0) == pytest.approx(6.4)
    assert POLICY.pause_s(3, 1.0) == pytest.approx(9.6)


def test_without_retries_only_a_stall_is_asked_for_again() -> None:
    policy = RetryPolicy(is_retrying=False)
    stalled = PullFailed("m", "", PullFailure.STALLED)
    assert policy.remedy(e.TimedOut("s"), attempt=1, mismatches=0) is GIVE_UP
    assert policy.remedy(e.Unreachable("s", "", UnreachableKind.REFUSED), 1, 0) is HOLD
    assert policy.remedy(e.Cancelled("m"), attempt=1, mismatches=0) is RESTART
    assert policy.remedy(stalled, attempt=1, mismatches=0) is RETRY
    assert policy.remedy(stalled, attempt=policy.max_attempts, mismatches=0) is GIVE_UP


def test_limits_as_shipped() -> None:
    assert QueueLimits() == QueueLimits(1, 60.0, POLICY, 0)


def test_a_cancel_is_asked_about_when_much_is_there() -> None:
    item = PullItem("1", "s", "m", PullState.RUNNING, datetime(2026, 1, 1, tzinfo=UTC))
    much = PullProgress(PullPhase.DOWNLOAD, completed_bytes=1_000_000_001)
    little = replace(much, completed_bytes=1_000_000_000)
    assert not is_cancel_asked(item)
    assert not is_cancel_asked(replace(item, progress=little))
    assert is_cancel_asked(replace(item, progress=much))
    assert is_cancel_asked(replace(item, progress=much, state=PullState.PAUSED))
    assert not is_cancel_asked(replace(item, progress=much, state=PullState.VERIFYING))
