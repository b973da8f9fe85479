from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import FaultyServer, faults
from tests.unit.cli.typing_in import Terminal
from tray_app.desktop.instance.single_instance import Handover, InstanceCommand, Outcome
from tray_app.ollama import OllamaClient, models_folders


def installed(server: FaultyServer) -> set[str]:
    with OllamaClient(server.url) as client:
        return {model.name for model in client.list_models()}


def pulls(server: FaultyServer) -> list[str]:
    return [request.model for request in server.requests if request.path == "/api/pull"]


# -- pull ------------------------------------------------------------------------------------------


def test_pull(terminal: Terminal, server: FaultyServer) -> None:
    result = terminal("pull", "fresh")
    assert result.code == 0
    assert result.out == "", "a pull has no data to give"
    assert "Pulled fresh:latest, 40 MB." in result.err
    assert "\x1b" not in result.err
    assert "fresh:latest" in installed(server)


def test_pull_with_a_bar(terminal: Terminal, server: FaultyServer) -> None:
    server.state.speed_bytes_s = 60e6
    result = terminal("pull", "fresh", is_tty=True)
    assert "\r\x1b[K" in result.err
    assert "%" in result.err
    assert result.err.endswith("Pulled fresh:latest, 40 MB.\n")


def test_what_is_there_is_not_pulled(terminal: Terminal, server: FaultyServer) -> None:
    result = terminal("pull", "tiny", "tiny:latest")
    assert (result.code, result.err) == (0, "tiny:latest is here and up to date.\n")
    assert pulls(server) == []
    assert terminal.instance.asked == []


def test_pasted_text_is_understood(terminal: Terminal, server: FaultyServer) -> None:
    assert terminal("pull", "https://ollama.com/library/fresh").code == 0
    assert pulls(server) == ["fresh:latest"]


def test_a_wrong_name_stops_the_whole_line(terminal: Terminal, server: FaultyServer) -> None:
    result = terminal("pull", "fresh", "a b")
    assert result.code == 2
    assert server.requests == []


def test_a_link_to_something_else_is_not_pulled_as_what_is_near(
    terminal: Terminal, server: FaultyServer
) -> None:
    result = terminal("pull", "https://huggingface.co/u/R-GGUF/tree/v2/Q4_1")
    assert (result.code, server.requests) == (2, [])
    assert "this link is to a part of hf.co/u/R-GGUF." in result.err
    assert terminal("pull", "https://huggingface.co/u/R-GGUF/tree/main/Q4_1", "--wait").code == 1
    assert pulls(server)[0] == "hf.co/u/R-GGUF:Q4_1"


@pytest.mark.parametrize(
    ("name", "is_off", "is_said"),
    [("new:cloud", True, True), ("new:1b-cloud", True, True), ("new:cloud", False, False),
     ("fresh", True, False)],
)  # fmt: skip
def test_a_model_of_the_cloud_cannot_run_where_that_is_off(
    terminal: Terminal, server: FaultyServer, name: str, is_off: bool, is_said: bool
) -> None:
    server.state.cloud_disabled = is_off
    said = terminal("pull", name).err
    assert ("has Ollama’s cloud switched off, so this model can’t run there." in said) is is_said


def test_a_missing_model_does_not_stop_the_others(terminal: Terminal, server: FaultyServer) -> None:
    result = terminal("pull", "nothing", "fresh")
    assert result.code == 1
    assert "nothing:latest: " in result.err
    assert "fresh:latest" in installed(server)


def test_a_lost_server_does(terminal: Terminal, server: FaultyServer) -> None:
    server.fault("/api/pull", faults.reset_mid_line())
    result = terminal("pull", "fresh", "nothing")
    assert result.code == 3
    assert pulls(server) == ["fresh:latest"] * 10


PASSING = {
    "EOF": faults.error_line("EOF"),
    "limit": faults.error_line("pull model manifest: 429: slow down, retry after 10 ms"),
    "500": faults.error_line("pull model manifest: 500: boom"),
    "page": faults.error_line("pull model manifest: invalid character '<' looking for beginning"),
    "realm": faults.error_line(
        'pull model manifest: realm host "ollama.com" does not match original host "ollama.com"'
    ),
    "502": faults.error_html(502),
    "504": faults.reply(504, b"", "text/plain"),
    "lost": faults.reset_mid_line(),
    "cut": faults.close_without_success(),
}


@pytest.mark.parametrize("kind", PASSING)
def test_what_passes_is_asked_for_again(
    terminal: Terminal, server: FaultyServer, kind: str
) -> None:
    server.fault("/api/pull", PASSING[kind], times=2)
    result = terminal("pull", "fresh", "--wait")
    assert (result.code, len(pulls(server))) == (0, 3)
    # As long as the clock has not moved, there is time left; that of Windows is coarse.
    assert re.findall(r"Trying again(?:…| in 1 s) \((\d) of 10\)", result.err) == ["1", "2"]
    assert result.err.endswith("Pulled fresh:latest, 40 MB.\n")


@pytest.mark.parametrize("said", ["file does not exist", "400: no", "412: too old", "401: no"])
def test_what_does_not_pass_is_not(terminal: Terminal, server: FaultyServer, said: str) -> None:
    server.fault("/api/pull", faults.error_line(f"pull model manifest: {said}"))
    result = terminal("pull", "fresh")
    assert (result.code, len(pulls(server))) == (1, 1)
    assert "Trying again" not in result.err


def test_patience_has_an_end_and_can_be_switched_off(
    terminal: Terminal, server: FaultyServer
) -> None:
    server.fault("/api/pull", faults.error_line("pull model manifest: 500: boom"))
    result = terminal("pull", "fresh")
    assert (result.code, len(pulls(server))) == (1, 10)
    assert result.err.endswith("ollama.com has a problem (HTTP status 500): “boom”\n")
    terminal.settings(retry_pulls=False)
    assert terminal("pull", "fresh").code == 1
    assert len(pulls(server)) == 11


def test_a_wait_for_the_registry_can_be_watched_and_stopped(
    terminal: Terminal, server: FaultyServer
) -> None:
    """The bar's line counts down; Ctrl-C ends the wait."""

    def interrupt(*_: object) -> bool:
        raise KeyboardInterrupt

    server.fault("/api/pull", faults.error_line("pull model manifest: 429: slow down"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tray_app.ollama.cancel.CancelScope.wait", interrupt)
        result = terminal("pull", "fresh")
    assert result.code == 130
    reason = "ollama.com isn’t accepting any more requests for now. Trying again in"
    # As long as the clock has not moved, 10 minutes are left; that of Windows is coarse.
    assert re.search(rf"fresh:latest: {reason} (9 min 59 s|10 min) \(1 of 10\)", result.err)


def test_a_registry_without_encryption_is_named_in_the_settings(
    terminal: Terminal, server: FaultyServer
) -> None:
    terminal.settings(insecure_hosts=["NAS.local:5000"])
    terminal("pull", "nas.local:5000/me/x", "fresh")
    asked = {request.model: request.json for request in server.asked("/api/pull")}
    assert asked["nas.local:5000/me/x:latest"]["insecure"] is True
    assert "insecure" not in asked["fresh:latest"]


def test_where_that_setting_is_is_said(terminal: Terminal, server: FaultyServer) -> None:
    said = 'Get "https://nas:5000/v2/": http: server gave HTTP response to HTTPS client'
    line = json.dumps({"error": f"pull model manifest: {said}"}).encode()
    server.fault("/api/pull", faults.reply(200, line + b"\n", "application/x-ndjson"))
    result = terminal("pull", "nas:5000/me/x")
    assert result.code == 1
    assert "add it in Settings, Downloads, to the registries without encryption." in result.err
    assert "--insecure" in result.err


def test_an_interrupted_pull(terminal: Terminal, server: FaultyServer) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tray_app.cli.progress.ProgressView.show", interrupt)
        result = terminal("pull", "fresh")
    assert result.code == 130
    assert "Stopped" in result.err


def test_the_running_program_pulls(terminal: Terminal, server: FaultyServer) -> None:
    terminal.instance.answers()
    result = terminal("pull", "tiny", "fresh")
    assert result.code == 0
    assert terminal.instance.asked == [(InstanceCommand.PULL, ("fresh:latest",))]
    assert "The running Ollama Tray is pulling fresh:latest." in result.err
    assert pulls(server) == []


def test_but_not_if_told_to_wait(terminal: Terminal, server: FaultyServer) -> None:
    terminal.instance.answers()
    terminal("pull", "fresh", "--wait")
    assert pulls(server) == ["fresh:latest"]
    assert terminal.instance.asked == []


def test_nor_to_another_server_than_its_own(terminal: Terminal, server: FaultyServer) -> None:
    terminal.instance.answers()
    settings = terminal.data_dir / "config" / "settings.json"
    settings.parent.mkdir()
    settings.write_text(
        '{"version": 1, "servers": [{"id": "n", "label": "nas", "address": "nas:1"}]}',
        encoding="utf-8",
    )
    terminal("pull", "fresh", "--server", server.url)
    assert pulls(server) == ["fresh:latest"]
    assert terminal.instance.asked == []


@pytest.mark.parametrize("is_silent", [True, False])
def test_when_the_program_cannot_it_is_pulled_here(
    terminal: Terminal, server: FaultyServer, is_silent: bool
) -> None:
    if is_silent:
        terminal.instance.handover = Handover(Outcome.SILENT)
    else:
        terminal.instance.answers(is_ok=False, error="it is quitting")
    result = terminal("pull", "fresh")
    assert result.code == 0
    assert "Pulling here." in result.err
    assert pulls(server) == ["fresh:latest"]


def test_a_success_that_is_not_in_the_list_is_none(
    terminal: Terminal, server: FaultyServer
) -> None:
    server.fault("/api/pull", faults.reply(200, b'{"status":"success"}\n', "application/x-ndjson"))
    result = terminal("pull", "fresh", "tiny")
    assert result.code == 1
    assert "Pulled" not in result.err
    assert "reported success, but fresh:latest isn’t in its list of models." in result.err


# -- rm --------------------------------------------------------------------------------------------


def test_rm(terminal: Terminal, server: FaultyServer) -> None:
    result = terminal("rm", "-y", "tiny", "other:q4")
    assert (result.code, result.out) == (0, "")
    assert "Deleted tiny:latest, up to 40 MB freed." in result.err
    assert installed(server) == {"me/tiny:v2"}


@pytest.mark.parametrize(
    ("typed", "is_deleted"), [("y\n", True), ("YES\n", True), ("\n", False), ("", False)]
)
def test_rm_asks_in_a_terminal(
    terminal: Terminal, server: FaultyServer, typed: str, is_deleted: bool
) -> None:
    result = terminal("rm", "tiny", typed=typed, is_tty=True)
    assert result.err.startswith(
        "This frees up to 40 MB. You can pull it again as long as ollama.com has it.\n"
        "Delete tiny:latest? [y/N]"
    )
    assert ("tiny:latest" not in installed(server)) is is_deleted
    assert result.code == (0 if is_deleted else 1)


def test_rm_asks_once_for_several_and_not_at_all_with_yes(
    terminal: Terminal, server: FaultyServer
) -> None:
    result = terminal("rm", "tiny", "other:q4", typed="n\n", is_tty=True)
    assert result.err.count("[y/N]") == 1
    assert result.err.startswith("This frees up to 80 MB.\nDelete tiny:latest and other:q4? [y/N]")
    assert "[y/N]" not in terminal("rm", "-y", "tiny", is_tty=True).err
    assert "tiny:latest" not in installed(server)


@pytest.mark.parametrize("typed", ["n\n", "y\n", ""])
def test_rm_that_nobody_can_be_asked_about_is_refused(
    terminal: Terminal, server: FaultyServer, typed: str
) -> None:
    """`echo n | ollama-tray rm NAME` is not a wish to delete, nor is `yes |` one."""
    before = installed(server)
    asked = len(server.requests)
    result = terminal("rm", "tiny", "nothing", typed=typed)
    assert (result.code, result.out) == (2, "")
    assert "Add -y to delete without asking." in result.err
    assert len(server.requests) == asked
    assert installed(server) == before


def test_rm_says_who_keeps_what_and_what_is_loaded(
    terminal: Terminal, server: FaultyServer
) -> None:
    with OllamaClient(server.url) as client:
        client.copy("tiny:latest", "mine:one")
        client.load("mine:one")
    shown = terminal("rm", "mine:one", typed="n\n", is_tty=True).err.splitlines()
    assert shown[0] == "This frees no disk space."
    assert "loaded now and will be unloaded first" in shown[1]
    assert shown[2] == "All 40 MB are shared with tiny:latest and stay."
    assert shown[3].startswith("Delete mine:one? [y/N]")


def test_rm_of_what_somebody_else_deletes_meanwhile_is_done(
    terminal: Terminal, server: FaultyServer
) -> None:
    def gone(call: faults.Call) -> None:
        server.state.remove("tiny")
        faults.error_json(404, "model 'tiny' not found")(call)

    server.fault("/api/delete", gone, times=1)
    result = terminal("rm", "-y", "tiny", "other:q4")
    assert result.err.splitlines()[0] == "Already gone: tiny:latest."
    assert (result.code, installed(server)) == (0, {"me/tiny:v2"})


def test_rm_of_what_is_not_there(terminal: Terminal, server: FaultyServer) -> None:
    result = terminal("rm", "-y", "nothing", "tiny")
    assert result.code == 1
    assert "nothing" in result.err
    assert installed(server) == {"other:q4", "me/tiny:v2"}
    assert terminal("rm", "-y", "nothing").code == 1


def test_rm_unloads_first(terminal: Terminal, server: FaultyServer) -> None:
    with OllamaClient(server.url) as client:
        client.load("tiny")
        terminal("rm", "-y", "tiny")
        assert client.list_running() == ()
    paths = [request.path for request in server.requests]
    assert paths.index("/api/delete") > len(paths) - 1 - paths[::-1].index("/api/generate")


def test_rm_that_the_server_refuses(terminal: Terminal, server: FaultyServer) -> None:
    server.fault("/api/delete", faults.error_json(500, "the disk is read-only"), times=1)
    result = terminal("rm", "-y", "tiny", "other:q4")
    assert result.code == 1
    assert "the disk is read-only" in result.err
    assert installed(server) == {"tiny:latest", "me/tiny:v2"}


def test_rm_that_leaves_a_blob_behind_is_done(terminal: Terminal, server: FaultyServer) -> None:
    def half(call: faults.Call) -> None:
        server.state.remove("tiny")
        faults.error_json(500, "remove blobs/sha256-aa: permission denied")(call)

    server.fault("/api/delete", half, times=1)
    result = terminal("rm", "-y", "tiny")
    assert result.code == 0
    assert "Deleted tiny:latest" in result.err


def test_rm_stops_when_the_server_is_gone(terminal: Terminal, server: FaultyServer) -> None:
    server.fault("/api/delete", faults.reset_before_headers())
    result = terminal("rm", "-y", "tiny", "other:q4")
    assert result.code == 3
    assert sum(request.path == "/api/delete" for request in server.requests) == 1


def test_rm_says_what_it_frees_where_the_disk_tells(
    terminal: Terminal, server: FaultyServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two models share their weights: the first deletion frees next to nothing."""
    with OllamaClient(server.url) as client:
        client.copy("tiny:latest", "mine:one")
        client.delete("other:q4")
        client.delete("me/tiny:v2")
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "models"))
    folder = models_folders()[0] / "manifests" / "registry.ollama.ai" / "library"
    for name, tag in (("tiny", "latest"), ("mine", "one")):
        path = folder / name / tag
        path.parent.mkdir(parents=True)
        path.write_bytes(manifest_of(server, "tiny:latest"))
    result = terminal("rm", "-y", "tiny", "mine:one")
    assert result.err == "Deleted tiny:latest.\nDeleted mine:one, 40 MB freed.\n"


def manifest_of(server: FaultyServer, name: str) -> bytes:
    model, _, tag = name.partition(":")
    url = f"{server.url}/v2/library/{model}/manifests/{tag}"
    with urllib.request.urlopen(url) as answer:
        raw: Any = answer.read()
    return bytes(raw)


# -- quit ------------------------------------------------------------------------------------------


def test_quit(terminal: Terminal) -> None:
    assert terminal("quit").code == 0
    assert "isn’t running" in terminal("quit").err
    terminal.instance.answers()
    done = terminal("quit")
    assert (done.code, done.err) == (0, "")
    assert terminal.instance.asked[-1] == (InstanceCommand.QUIT, ())
    terminal.instance.answers(is_ok=False, error="a question is open")
    refused = terminal("quit")
    assert (refused.code, refused.err) == (1, "a question is open\n")
    terminal.instance.handover = Handover(Outcome.SILENT)
    assert "doesn’t answer" in terminal("quit").err


def test_a_model_with_a_name_that_only_the_server_knows_is_removed(
    terminal: Terminal, server: FaultyServer
) -> None:
    name = "x" * 85 + ":latest"
    row = {"name": name, "model": name, "digest": "0" * 64, "size": 1}
    server.fault("/api/tags", faults.reply_json(200, {"models": [row]}), times=None)

    def delete(call: faults.Call) -> None:
        server.fault("/api/tags", faults.reply_json(200, {"models": []}))
        faults.reply_json(200, {})(call)

    server.fault("/api/delete", delete)
    result = terminal("rm", "-y", name)
    assert (result.code, f"Deleted {name}" in result.err) == (0, True)


def test_a_deletion_that_the_server_reports_as_failed_is_no_success(
    terminal: Terminal, server: FaultyServer
) -> None:
    server.fault("/api/delete", faults.reply_json(200, {"error": "blob in use"}))
    result = terminal("rm", "-y", "tiny")
    assert result.code == 1
    assert "blob in use" in result.err
    assert "Deleted" not in result.err


def test_a_deletion_that_the_list_does_not_show_is_none(
    terminal: Terminal, server: FaultyServer
) -> None:
    server.fault("/api/delete", faults.empty_ok())
    result = terminal("rm", "-y", "tiny", "other:q4")
    assert result.code == 1
    assert "Deleted" not in result.err
    assert "reported success, but tiny:latest is still in its list of models." in result.err
    assert installed(server) == {"tiny:latest", "other:q4", "me/tiny:v2"}
