from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.unit.text.test_units import plain
from tray_app import text
from tray_app.core import errors as e
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.pulls.updates import UpdatePlan
from tray_app.core.records import ServerState, ServerStatus
from tray_app.core.updates.facts import ModelVerdict
from tray_app.core.updates.verdicts import Standing, Verdict

NOW = datetime(2026, 11, 24, 14, 32, tzinfo=UTC)


def done(name: str, fetched_bytes: int = 9_300_000_000, active_s: float = 228.0) -> PullItem:
    return PullItem(
        name, "local", name, PullState.DONE, NOW, fetched_bytes=fetched_bytes, active_s=active_s
    )


def failed(name: str, error: e.OllamaError | None = None) -> PullItem:
    return PullItem(name, "local", name, PullState.FAILED, NOW, error=error)


def shown(notice: text.NoticeText) -> tuple[str, str]:
    return plain(notice.title), plain(notice.body)


def test_one_finished() -> None:
    assert shown(text.notice_finished([done("qwen3:14b")])) == (
        "Download finished",
        "qwen3:14b is ready to use. 9.3 GB in 3 min 48 s.",
    )
    assert shown(text.notice_finished([done("qwen3:14b")], "studio"))[1] == (
        "qwen3:14b is ready to use on “studio”. 9.3 GB in 3 min 48 s."
    )
    assert shown(text.notice_finished([done("x:latest", 0)]))[1] == "x is ready to use."


def test_several_finished() -> None:
    names = ["qwen3:14b", "gemma3:12b", "nomic-embed-text:latest"]
    assert shown(text.notice_finished([done(name) for name in names])) == (
        "3 downloads finished",
        "qwen3:14b, gemma3:12b and nomic-embed-text are ready to use.",
    )
    title, body = shown(text.notice_finished([done(name) for name in "abcdefg"], "studio"))
    assert title == "7 downloads finished"
    assert body == "a, b, c and 4 more are ready to use on “studio”."


def test_one_failed() -> None:
    error = e.DiskFull("", needed_bytes=42_500_000_000, free_bytes=28_100_000_000)
    assert shown(text.notice_failed([failed("deepseek-r1:70b", error)])) == (
        "Download failed",
        "deepseek-r1:70b: not enough disk space. It needs 43 GB, and 28 GB are free.",
    )
    assert shown(text.notice_failed([failed("a:1", e.DiskFull())]))[1] == (
        "a:1: not enough disk space."
    )
    assert shown(text.notice_failed([failed("a:1", e.ModelNotFound("a:1"))], (), "studio")) == (
        "Download failed on “studio”",
        "a:1: ollama.com has no such model or tag.",
    )
    assert shown(text.notice_failed([failed("a:1")]))[1] == "a:1 could not be downloaded."


def test_several_failed() -> None:
    assert shown(text.notice_failed([failed("a:1"), failed("b:1")])) == (
        "2 downloads failed",
        "a:1 and b:1 need your attention.",
    )


def test_mixed() -> None:
    bad = [failed("llava:34b"), failed("phi4:14b")]
    good = [done("a"), done("b"), done("c")]
    assert shown(text.notice_failed(bad, good)) == (
        "2 of 5 downloads failed",
        "llava:34b and phi4:14b need your attention. The other 3 are ready.",
    )
    title, body = shown(text.notice_failed([failed("a:1", e.AccessRefused())], [done("b")]))
    assert title == "1 of 2 downloads failed"
    assert body == (
        "a:1: Access refused. The server isn’t signed in, or the model is private. "
        "The other one is ready."
    )


def newer(name: str, server_id: str = "local", size: int = 7_400_000_000) -> ModelVerdict:
    verdict = Verdict(Standing.WEIGHTS, "a" * 64, "b" * 64, fetch_bytes=size)
    return ModelVerdict((server_id, name), verdict)


def test_updates() -> None:
    assert shown(text.notice_updates([newer("llava:13b"), newer("qwen3:8b", size=0)])) == (
        "Updates for 2 models",
        "llava:13b and qwen3:8b have newer versions, 7.4 GB to download.",
    )
    assert shown(text.notice_updates([newer("llava:13b", size=0)])) == (
        "Update for 1 model",
        "llava:13b has a newer version.",
    )
    several = [newer("llava:13b"), newer("qwen3:8b", size=1), newer("qwen3:8b", "studio", 1)]
    assert shown(text.notice_updates(several)) == (
        "Updates for 3 models",
        "llava:13b and qwen3:8b (on 2 servers) have newer versions, 7.4 GB to download.",
    )


def test_updated() -> None:
    kept = replace(done("a"), update=UpdatePlan(keep_days=7, kept_name="a:x"))
    today = date(2026, 11, 24)
    assert shown(text.notice_updated([kept, replace(kept, name="b")], today)) == (
        "2 models updated",
        "a and b are ready to use. The old versions are kept until 1 December.",
    )
    assert shown(text.notice_updated([kept], today, "studio")) == (
        "1 model updated",
        "a is ready to use on “studio”. The old version is kept until 1 December.",
    )
    plain_one = replace(done("a"), update=UpdatePlan())
    assert shown(text.notice_updated([plain_one], today))[1] == "a is ready to use."
    assert shown(text.notice_updated([kept, plain_one], today))[1] == "a and a are ready to use."


def test_an_update_that_stopped() -> None:
    item = failed("mistral:7b", e.Changed("mistral:7b", "b" * 64))
    assert shown(text.notice_update_stopped(item, "studio")) == (
        "Update stopped",
        "mistral:7b on “studio” was changed by somebody else meanwhile. Nothing was replaced.",
    )


def test_an_old_version_that_goes() -> None:
    assert shown(text.notice_old_version_going("a:13b-before-2026-11-24", "", 7_400_000_000)) == (
        "An old version is removed tomorrow",
        "a:13b-before-2026-11-24 on “This computer”. That frees 7.4 GB.",
    )
    assert shown(text.notice_old_version_going("a:x", "nas", None))[1] == "a:x on “nas”."


@pytest.mark.parametrize(
    ("waiting", "offline", "back"),
    [
        (0, "“This computer” stopped answering at 14:32.", "“This computer” answers again."),
        (
            1,
            (
                "“This computer” stopped answering at 14:32. "
                "1 download is waiting and will continue by itself."
            ),
            "“This computer” answers again. 1 download continues.",
        ),
        (
            2,
            (
                "“This computer” stopped answering at 14:32. "
                "2 downloads are waiting and will continue by themselves."
            ),
            "“This computer” answers again. 2 downloads continue.",
        ),
    ],
)
def test_servers(waiting: int, offline: str, back: str) -> None:
    status = ServerStatus("local", ServerState.OFFLINE, NOW)
    assert text.notice_offline(["This computer"], status, waiting) == (
        "Can’t reach Ollama",
        offline,
    )
    assert text.notice_back([""], waiting) == ("Ollama is back", back)


def test_nothing_raw_gets_through() -> None:
    name = "<b>evil\u202e\n" + "x" * 500
    for notice in (
        text.notice_finished([done(name)]),
        text.notice_failed([failed(name, e.PullFailed(name, name))]),
    ):
        assert "\u202e" not in notice.body
        assert "\n" not in notice.body
        assert len(notice.body) < 600


def test_servers_by_name_where_there_are_several() -> None:
    status = ServerStatus("nas", ServerState.OFFLINE, NOW)
    one = text.notice_offline(["nas"], status, 1, is_of_several=True)
    assert one.title == "Can’t reach “nas”"
    assert one.body.startswith("“nas” stopped answering at 14:32. 1 download is waiting")
    two = text.notice_offline(["nas", "lab"], status, 0, is_of_several=True)
    assert two == ("Can’t reach 2 servers", "“nas” and “lab” stopped answering.")
    assert text.notice_back(["nas"], 2, is_of_several=True) == (
        "“nas” is back", "“nas” answers again. 2 downloads continue.",
    )  # fmt: skip
    assert text.notice_back(["nas", "lab"], 0, is_of_several=True) == (
        "2 servers are back", "“nas” and “lab” answer again.",
    )  # fmt: skip


def test_waking() -> None:
    assert shown(text.notice_woken("nas", 100.4, 1)) == (
        "“nas” is back", "It woke up after 1 min 40 s. 1 download continues.",
    )  # fmt: skip
    assert text.notice_not_woken("nas", 1) == (
        "“nas” didn’t wake up", "No answer in three minutes. 1 download waits.",
    )  # fmt: skip
    assert text.notice_not_woken("nas", 0)[1] == "No answer in three minutes."


def test_a_locked_keyring() -> None:
    assert text.notice_keyring_locked(["gateway", "office"]) == (
        "The keyring is locked", "“gateway” and “office” wait for it.",
    )  # fmt: skip
    assert text.notice_keyring_locked(["gateway"])[1] == "“gateway” waits for it."


def test_one_model_on_several_servers_is_named_once() -> None:
    two = [done("a:1b"), replace(done("a:1b"), server_id="nas")]
    assert text.notice_finished(two) == (
        "2 downloads finished", "a:1b is ready to use on 2 servers.",
    )  # fmt: skip
    bad = [failed("a:1b"), replace(failed("a:1b"), server_id="nas")]
    assert text.notice_failed(bad)[1] == "a:1b needs your attention on 2 servers."
