from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.text.test_units import plain
from tray_app import text
from tray_app.core import errors as e
from tray_app.core.payloads import ServerStart, StartKind, StartPhase, seen_state
from tray_app.core.pulls.states import PullSummary
from tray_app.core.records import RunningModel, ServerState, ServerStatus
from tray_app.core.sharing import DiskUse, Freed
from tray_app.core.sign_in import SecretState

NOW = datetime(2026, 11, 24, 14, 32, tzinfo=UTC)
GB = 1_000_000_000


def status(
    state: ServerState, version: str = "", error: e.OllamaError | None = None
) -> ServerStatus:
    return ServerStatus("local", state, NOW, version, error)


def test_the_details_of_a_server_that_is_away() -> None:
    error = e.Unreachable("nas:1", "ECONNREFUSED")
    error.request = "GET http://nas:1/api/version"
    details = text.error_text(error, "nas").details
    assert details == "GET http://nas:1/api/version\nUnreachable: ECONNREFUSED"
    shown = text.state_details(details, status(ServerState.OFFLINE, error=error))
    moment = NOW.astimezone().isoformat(" ", "seconds")
    assert shown == f"{details}\nSince {moment}"
    error.context = ""
    assert text.error_text(error).details == "GET http://nas:1/api/version\nUnreachable"


def running(
    name: str = "qwen3:8b",
    size: int | None = 6_300_000_000,
    vram: int | None = None,
    minutes: float = 4.2,
) -> RunningModel:
    return RunningModel(
        "local",
        name,
        size_bytes=size,
        size_vram_bytes=size if vram is None else vram,
        expires_at=NOW + timedelta(minutes=minutes),
    )


ONLINE = status(ServerState.ONLINE, "0.33.1")
TWO = (running(), running("llama3.2:latest", 2_900_000_000))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (None, "Connecting…"),
        (status(ServerState.CONNECTING), "Connecting…"),
        (ONLINE, "Online · 0.33.1"),
        (status(ServerState.ONLINE), "Online"),
        (status(ServerState.STARTING), "Starting…"),
        (status(ServerState.OFFLINE), "Offline"),
        (status(ServerState.NOT_OLLAMA), "Not Ollama"),
        (status(ServerState.FAILING), "Error"),
        (
            status(ServerState.REFUSED, error=e.Unauthorized(was_given=True)),
            "Wrong password or token",
        ),
        (status(ServerState.REFUSED, error=e.Unauthorized()), "Sign-in needed"),
        (status(ServerState.REFUSED, error=e.Moved(wants_https=True)), "Wants https"),
        (status(ServerState.REFUSED, error=e.BadAddress()), "Not an address"),
        (status(ServerState.REFUSED, error=e.Moved()), "Another address"),
        (status(ServerState.REFUSED, error=e.TlsFailed()), "Certificate not trusted"),
        (status(ServerState.REFUSED, error=e.Forbidden()), "Access refused"),
    ],
)
def test_server_state(given: ServerStatus | None, shown: str) -> None:
    assert text.server_state(given) == shown


def waiting(secret: SecretState) -> ServerStatus:
    return ServerStatus("local", ServerState.WAITING, NOW, secret=secret)


@pytest.mark.parametrize(
    ("given", "listed", "within"),
    [
        (None, "Connecting…", "connecting…"),
        (status(ServerState.CONNECTING), "Connecting…", "connecting…"),
        (ONLINE, "Online · 0.33.1", "online"),
        (status(ServerState.STARTING), "Starting…", "starting…"),
        (status(ServerState.OFFLINE), "Offline since 14:32", "offline since 14:32"),
        (status(ServerState.NOT_OLLAMA), "Not Ollama", "another program answers"),
        (status(ServerState.FAILING), "Error", "reports an error"),
        (
            status(ServerState.REFUSED, error=e.Unauthorized(was_given=True)),
            "Wrong password or token",
            "wrong password or token",
        ),
        (status(ServerState.REFUSED, error=e.Unauthorized()), "Sign-in needed", "sign-in needed"),
        (
            status(ServerState.REFUSED, error=e.Moved(wants_https=True)),
            "Wants https",
            "wants https",
        ),
        (status(ServerState.REFUSED, error=e.Moved()), "Another address", "another address"),
        (status(ServerState.REFUSED, error=e.BadAddress()), "Not an address", "not an address"),
        (
            status(ServerState.REFUSED, error=e.TlsFailed()),
            "Certificate not trusted",
            "certificate not trusted",
        ),
        (status(ServerState.REFUSED, error=e.Forbidden()), "Access refused", "access refused"),
        (waiting(SecretState.WAITING), "Waiting for the keyring", "waiting for the keyring"),
        (waiting(SecretState.LOCKED), "Keyring locked", "keyring locked"),
        (waiting(SecretState.MISSING), "Sign-in needed", "sign-in needed"),
        (waiting(SecretState.NO_KEYRING), "Sign-in needed", "sign-in needed"),
    ],
)
def test_how_a_server_stands_in_a_list_and_within_a_line(
    given: ServerStatus | None, listed: str, within: str
) -> None:
    assert text.server_status(given) == listed
    assert text.server_words(given) == within
    assert text.spoken_entry("nas", given) == f"nas, {within}"
    assert text.server_status(given, is_on=False) == "Off"


def test_the_menu_of_servers_has_the_version_of_those_that_are_online() -> None:
    assert text.server_entry(ONLINE) == "0.33.1"
    assert text.server_entry(status(ServerState.ONLINE)) == "online"
    assert text.server_entry(status(ServerState.OFFLINE)) == "offline since 14:32"
    assert text.spoken_servers(2, 3) == "Servers: 2 of 3 online"


def start(kind: StartKind, phase: StartPhase = StartPhase.WAITING) -> ServerStart:
    return ServerStart("local", kind, phase, 0.0, 30.0)


OFFLINE = status(ServerState.OFFLINE)
DENIED = status(ServerState.REFUSED, error=e.Forbidden())


@pytest.mark.parametrize(
    ("given", "under_way", "beside", "within", "seen"),
    [
        (OFFLINE, start(StartKind.WAKE), "Waking…", "waking…", ServerState.STARTING),
        (None, start(StartKind.WAKE), "Waking…", "waking…", ServerState.STARTING),
        (OFFLINE, start(StartKind.SERVICE), "Starting…", "starting…", ServerState.STARTING),
        (OFFLINE, start(StartKind.APP), "Starting…", "starting…", ServerState.STARTING),
        (
            OFFLINE,
            start(StartKind.WAKE, StartPhase.NO_ANSWER),
            "Offline",
            "offline since 14:32",
            ServerState.OFFLINE,
        ),
        (ONLINE, start(StartKind.WAKE), "Online · 0.33.1", "online", ServerState.ONLINE),
        (
            DENIED,
            start(StartKind.SERVICE),
            "Access refused",
            "access refused",
            ServerState.REFUSED,
        ),
    ],
)
def test_a_server_that_is_brought_back_says_so_until_something_answers(
    given: ServerStatus | None,
    under_way: ServerStart,
    beside: str,
    within: str,
    seen: ServerState,
) -> None:
    assert text.server_state(given, under_way) == beside
    assert text.server_words(given, under_way) == within
    assert text.tray_state_line("nas", given, None, under_way) == f"nas: {within}"
    assert seen_state(given, under_way) is seen


@pytest.mark.parametrize(
    ("given", "models", "shown"),
    [
        (ONLINE, TWO, "This computer: online, 2 loaded"),
        (ONLINE, (), "This computer: online"),
        (ONLINE, None, "This computer: online"),
        (status(ServerState.OFFLINE), None, "This computer: offline since 14:32"),
        (status(ServerState.CONNECTING), None, "This computer: connecting…"),
        (None, None, "This computer: connecting…"),
        (status(ServerState.STARTING), None, "This computer: starting…"),
        (status(ServerState.NOT_OLLAMA), None, "This computer: another program answers"),
        (status(ServerState.FAILING), None, "This computer: reports an error"),
        (
            status(ServerState.REFUSED, error=e.Unauthorized()),
            None,
            "This computer: sign-in needed",
        ),
        (waiting(SecretState.WAITING), None, "This computer: waiting for the keyring"),
        (waiting(SecretState.LOCKED), None, "This computer: keyring locked"),
    ],
)
def test_tray_state_line(
    given: ServerStatus | None, models: tuple[RunningModel, ...] | None, shown: str
) -> None:
    assert text.tray_state_line("", given, models) == shown
    assert text.tray_state_line("This computer", given, models) == shown


BUSY = PullSummary(active=2, permille=826, speed_bytes_s=41_800_000.0, eta_s=76.0)


@pytest.mark.parametrize(
    ("given", "models", "summary", "updates", "second"),
    [
        (ONLINE, TWO, PullSummary(), 2, "This computer: 2 loaded, 9.2 GB; 2 updates"),
        (ONLINE, (), PullSummary(), 1, "This computer: 1 update"),
        (ONLINE, (), PullSummary(), 0, "This computer: online"),
        (ONLINE, None, PullSummary(), 0, "This computer: online"),
        (ONLINE, TWO, BUSY, 2, "2 downloads, 82%, 41 MB/s, 1 min 16 s left"),
        (status(ServerState.OFFLINE), None, BUSY, 0, "This computer: offline since 14:32"),
    ],
)
def test_tray_tooltip(
    given: ServerStatus,
    models: tuple[RunningModel, ...] | None,
    summary: PullSummary,
    updates: int,
    second: str,
) -> None:
    lines = text.tray_tooltip("", given, models, summary, updates).split("\n")
    assert [plain(line) for line in lines] == ["Ollama Tray", second]


def test_a_tooltip_is_short_and_has_two_lines_whatever_a_server_is_called() -> None:
    tooltip = text.tray_tooltip("x\n" * 200, ONLINE, TWO, PullSummary(), 2)
    assert len(tooltip) <= 120
    assert tooltip.count("\n") == 1


@pytest.mark.parametrize(
    ("models", "size", "loaded", "shown"),
    [
        (
            11, 50_300_000_000, TWO,
            "11 models · 50 GB on disk · 2 loaded, 9.2 GB in graphics memory",
        ),
        (1, GB, (), "1 model · 1 GB on disk"),
        (1, GB, None, "1 model · 1 GB on disk"),
        (0, 0, (), "0 models"),
        (
            1,
            GB,
            (running(size=4 * GB, vram=GB),),
            "1 model · 1 GB on disk · 1 loaded, 4 GB in memory",
        ),
        (1, GB, (running(size=0),), "1 model · 1 GB on disk · 1 loaded"),
    ],
)  # fmt: skip
def test_status_line(
    models: int, size: int, loaded: tuple[RunningModel, ...] | None, shown: str
) -> None:
    use = DiskUse(size, size, is_bound=False)
    assert plain(text.status_line(models, use, loaded)) == shown


def test_a_size_that_may_be_too_large_says_so() -> None:
    use = DiskUse(366 * GB, 370 * GB, is_bound=True)
    assert plain(text.status_line(3, use, ())) == "3 models · up to 366 GB on disk"


def test_memory_that_is_told_of_one_alone_is_no_sum() -> None:
    models = (running(size=4 * GB), running(size=None))
    assert text.loaded_total(models) == "2 loaded"
    assert text.tray_tooltip("", ONLINE, models, PullSummary()).endswith("2 loaded")


@pytest.mark.parametrize(
    ("freed", "shown"),
    [
        (
            Freed(21_400_000_000, 17 * GB, True),
            "3 of 11 selected · 21 GB, deleting them frees 17 GB",
        ),
        (Freed(GB, GB, False), "3 of 11 selected · 1 GB, deleting them frees up to 1 GB"),
        (Freed(GB, 0, True), "3 of 11 selected · 1 GB, deleting them frees no disk space"),
        (Freed(0, 0, True), "3 of 11 selected"),
        (Freed(GB, 0, False), "3 of 11 selected · 1 GB"),
    ],
)
def test_what_is_selected(freed: Freed, shown: str) -> None:
    assert plain(text.selection_line(3, 11, freed)) == shown


def test_other_lines() -> None:
    assert plain(text.status_line_tooltip(54_700_000_000)).startswith("54 GB if shared")
    assert plain(text.refreshed_line(12.7)) == "Refreshed 12 s ago"
    assert text.refreshed_line(0.3) == "Refreshed just now"
    assert text.last_reached_line(NOW, NOW) == "Last reached 14:32"
    tomorrow = NOW + timedelta(days=1)
    assert text.last_reached_line(NOW, tomorrow) == "Last reached yesterday, 14:32"
    assert text.last_reached_line(None) == ""
    assert text.offline_since_line(status(ServerState.OFFLINE)) == "Offline since 14:32"
    assert plain(text.trying_again_line(12.4)) == "Trying again in 12 s"
    assert text.trying_again_line(0.2) == "Trying again…"
    assert text.connecting_line("") == "Connecting to “This computer”…"
    assert text.servers_online(2, 4) == "2 of 4 online"
    assert text.spoken_server("", ONLINE) == "Server: This computer, online, version 0.33.1"
    assert text.spoken_server("nas", status(ServerState.OFFLINE)) == "Server: nas, Offline"
    assert text.offline_banner("", NOW, NOW) == (
        "Can’t reach “This computer”. This is the list from 14:32. "
        "Downloads wait and resume by themselves."
    )


@pytest.mark.parametrize(
    ("model", "unload", "left", "share"),
    [
        (
            running(),
            "Unload qwen3:8b (6.3 GB, 4 min left)",
            "Unloads in 4 min 12 s",
            "100% graphics card",
        ),
        (
            running(minutes=1e8, vram=0),
            "Unload qwen3:8b (6.3 GB, kept)",
            "Kept until you unload it",
            "100% processor",
        ),
        (
            running(vram=3_780_000_000),
            "Unload qwen3:8b (6.3 GB, 4 min left)",
            "Unloads in 4 min 12 s",
            "60% graphics card, 40% processor",
        ),
    ],
)
def test_models_in_memory(model: RunningModel, unload: str, left: str, share: str) -> None:
    assert plain(text.tray_unload_line(model, NOW)) == unload
    assert plain(text.unloads_in(model, NOW)) == left
    assert text.memory_share(model) == share


def test_a_model_past_its_time_is_still_in_use() -> None:
    assert text.unloads_in(running(minutes=-3), NOW) == "In use, or being unloaded"


def test_a_list_that_is_too_long_says_how_much_of_it_is_shown() -> None:
    said = text.status_line(20_000, DiskUse(5, 5, is_bound=False), (), 80_000)
    assert plain(said) == "Showing the first 20,000 of 100,000 models"
