"""What the window says of several servers at once, banner by banner."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.shots import data, servers
from tests.shots.servers import HERE, NAS, STUDIO
from tray_app.core.errors import Moved, Unauthorized
from tray_app.core.payloads import ServerStart, StartKind, StartPhase
from tray_app.core.records import ServerState, ServerStatus
from tray_app.core.sign_in import SecretState
from tray_app.views.components.banner import BannerText
from tray_app.views.main_window.several import ServerFacts, banner, online, worst_state


def server(server_id: str, state: ServerState, count: int = 3, **more: object) -> ServerFacts:
    """A server that has answered before."""
    made = ServerFacts(
        server_id, server_id, f"{server_id}.lan", servers.status(server_id, state), True, count
    )
    return replace(made, **more)  # type: ignore[arg-type]


ON = server(HERE, ServerState.ONLINE, 7)
OFF = server(NAS, ServerState.OFFLINE)
OFF_LINE = "Can’t reach “nas” since 14:02. Its 3 models are shown as they were then."
NEVER = replace(OFF, id="lab", label="lab", has_answer=False, count=0)


def said(*shown: ServerFacts) -> tuple[str, list[str]]:
    """The banner's words and its buttons."""
    found = banner(shown, data.NOW)
    assert found is not None
    return found.text, [label for _, label in found.actions]


def test_where_all_answer_nothing_is_said() -> None:
    assert banner((ON, server(STUDIO, ServerState.ONLINE))) is None
    assert banner((ON, server(STUDIO, ServerState.CONNECTING, has_answer=False))) is None


@pytest.mark.parametrize(
    ("away", "words"),
    [
        ((OFF,), OFF_LINE),
        ((replace(OFF, count=1),),
         "Can’t reach “nas” since 14:02. Its 1 model is shown as it was then."),
        ((replace(OFF, count=0),), "Can’t reach “nas” since 14:02."),
        ((NEVER,), "“lab” hasn’t answered yet, so its models aren’t shown."),
        ((OFF, replace(OFF, id="x", label="lab", count=5)),
         "Can’t reach “nas” and “lab”. Their 8 models are shown as they were."),
        ((OFF, NEVER),
         f"{OFF_LINE} “lab” hasn’t answered yet, so its models aren’t shown."),
        ((NEVER, replace(NEVER, id="x", label="x")),
         "“lab” and “x” haven’t answered yet, so their models aren’t shown."),
    ],
)  # fmt: skip
def test_servers_that_are_off(away: tuple[ServerFacts, ...], words: str) -> None:
    text, buttons = said(ON, *away)
    assert text == words
    assert buttons == (["Retry"] if len(away) == 1 else ["Show servers", "Retry"])


def test_exactly_one_that_sleeps_can_be_woken() -> None:
    asleep = replace(OFF, can_wake=True)
    assert said(ON, asleep)[1] == ["Wake", "Retry"]
    assert said(ON, asleep, NEVER)[1] == ["Show servers", "Retry"]
    refused = server(NAS, ServerState.REFUSED, can_wake=True)
    assert "Wake" not in said(ON, refused)[1]


def test_one_that_is_there_and_will_not_have_us_says_why() -> None:
    for error in (Unauthorized("nas", was_given=True), Moved("nas", "301", "https://nas", True)):
        status = replace(servers.status(NAS, ServerState.REFUSED), error=error)
        text, buttons = said(ON, replace(OFF, status=status))
        assert text.endswith(" Its 3 models are those of 14:02.")
        assert "nas" in text.removesuffix("Its 3 models are those of 14:02.")
        assert buttons == ["Edit server…", "Retry"]


def test_a_list_of_an_earlier_run_is_told_with_its_own_time() -> None:
    assert OFF.status is not None
    yesterday = servers.OFF_SINCE - timedelta(days=1)
    status = replace(OFF.status, last_answer_at=yesterday)
    text, _ = said(ON, replace(OFF, status=status, is_list_old=True))
    assert text == ("Can’t reach “nas” since 14:02. Its 3 models are those of yesterday, 14:02.")


def waiting(server_id: str, secret: SecretState) -> ServerFacts:
    status = ServerStatus(server_id, ServerState.WAITING, servers.OFF_SINCE, secret=secret)
    return replace(OFF, id=server_id, label=server_id, status=status)


def test_the_keyring() -> None:
    locked = waiting("a", SecretState.LOCKED), waiting("b", SecretState.LOCKED)
    assert said(ON, OFF, *locked) == ("The keyring is locked. 2 servers wait for it.", ["Unlock"])
    assert said(ON, locked[0])[0] == "The keyring is locked. 1 server waits for it."
    assert banner((ON, waiting("a", SecretState.WAITING))) is None, "it is asked just now"
    assert said(ON, waiting("a", SecretState.MISSING)) == (
        "What signs in to “a” is missing in the keyring.", ["Edit server…", "Retry"],
    )  # fmt: skip
    both = said(ON, OFF, waiting("a", SecretState.MISSING))[0]
    assert both.endswith("as they were then. What signs in to “a” is missing in the keyring.")


def start(phase: StartPhase) -> ServerStart:
    return ServerStart(NAS, StartKind.WAKE, phase, 0.0, 180.0)


def test_what_a_person_waits_for_comes_first() -> None:
    locked = waiting("a", SecretState.LOCKED)
    waking = banner((ON, locked, replace(OFF, start=start(StartPhase.WAITING))))
    assert waking is not None
    assert waking.is_busy
    assert waking.text == "Waking “nas”… That can take up to three minutes."
    assert waking.actions == ((f"stop:{NAS}", "Stop waiting"),)
    failed = banner((ON, locked, replace(OFF, start=start(StartPhase.NO_ANSWER))))
    assert failed is not None
    assert failed.text == (
        "“nas” didn’t wake up in three minutes. Its computer must allow Wake-on-LAN."
    )
    assert failed.actions == (
        (f"wake:{NAS}", "Wake again"), (f"edit:{NAS}", "Edit server…"),
    )  # fmt: skip
    woken = replace(ON, start=start(StartPhase.WAITING))
    assert banner((woken, server(STUDIO, ServerState.ONLINE))) is None


def test_before_the_first_answer_it_is_connecting() -> None:
    first = replace(ON, has_answer=False, status=None)
    found = banner((NEVER, first))
    assert isinstance(found, BannerText)
    assert found.is_busy
    assert found.text == f"Connecting to “{HERE}”…"
    assert banner((NEVER,)) is None, "then there is a page"


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        ((ServerState.ONLINE,), ServerState.ONLINE),
        ((ServerState.ONLINE, ServerState.CONNECTING), ServerState.CONNECTING),
        ((ServerState.STARTING, ServerState.ONLINE), ServerState.STARTING),
        ((ServerState.CONNECTING, ServerState.WAITING), ServerState.WAITING),
        ((ServerState.WAITING, ServerState.OFFLINE), ServerState.FAILING),
        ((ServerState.ONLINE, ServerState.REFUSED), ServerState.FAILING),
        ((ServerState.ONLINE, ServerState.NOT_OLLAMA), ServerState.FAILING),
    ],
)
def test_the_worst_state(states: tuple[ServerState, ...], worst: ServerState) -> None:
    shown = [server(NAS, state) for state in states]
    assert worst_state(shown) is worst
    assert online(shown) == states.count(ServerState.ONLINE)
