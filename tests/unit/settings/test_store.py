import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.support.odd_files import held, paths_in, with_value
from tests.unit.settings.test_values import JSON
from tray_app import jsonfile
from tray_app.core.file_failures import FileFailed, FileProblem
from tray_app.settings import ServerEntry, Settings, SettingsValues
from tray_app.settings.values import CHECKS

is_root = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content) if not isinstance(content, str) else content)


def written(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def names_beside(path: Path) -> list[str]:
    """What lies in its folder, without the file that is locked on Windows."""
    names = (entry.name for entry in path.parent.iterdir())
    return [name for name in names if name != f".{path.name}.lock"]


def recorded(signal: Any) -> list[Any]:
    """A list that grows with each emit."""
    seen: list[Any] = []
    signal.connect(seen.append)
    return seen


def test_without_a_file_there_are_defaults_and_no_file(path: Path) -> None:
    settings = Settings(path)
    assert settings.values == SettingsValues()
    assert settings.problems == ()
    assert settings.broken_path is None
    assert not path.parent.exists()


def test_what_is_set_is_there_the_next_time(path: Path) -> None:
    settings = Settings(path)
    changed = recorded(settings.changed)
    settings.set("theme", "dark")
    settings.set("servers", (ServerEntry("nas", "NAS", "nas"),))
    assert changed == ["theme", "servers"]
    again = Settings(path)
    assert again.values == settings.values
    assert again.value("theme") == "dark"
    assert written(path) == {
        "version": 1,
        "theme": "dark",
        "servers": [{"id": "nas", "label": "NAS", "address": "nas"}],
    }


def test_the_file_is_written_before_the_signal(path: Path) -> None:
    settings = Settings(path)
    seen: list[str] = []
    settings.changed.connect(lambda name: seen.append(written(path)[name]))
    settings.set("theme", "dark")
    assert seen == ["dark"]


def test_setting_the_same_again_does_nothing(path: Path) -> None:
    settings = Settings(path)
    changed = recorded(settings.changed)
    settings.set("theme", "system")
    assert changed == []
    assert not path.exists()


def test_several_fields_are_one_write(path: Path) -> None:
    settings = Settings(path)
    changed = recorded(settings.changed)
    settings.update({"main_maximized": True, "splitter_sizes": (1, 2), "theme": "system"})
    assert changed == ["main_maximized", "splitter_sizes"]
    assert written(path) == {"version": 1, "main_maximized": True, "splitter_sizes": [1, 2]}


def test_nothing_is_set_when_one_of_several_is_wrong(path: Path) -> None:
    settings = Settings(path)
    with pytest.raises(ValueError, match="one of"):
        settings.update({"main_maximized": True, "theme": "pink"})
    assert settings.values == SettingsValues()
    with pytest.raises(KeyError):
        settings.set("no_such_setting", 1)
    with pytest.raises(KeyError):
        settings.value("no_such_setting")


def test_in_memory_only() -> None:
    settings = Settings(None)
    changed = recorded(settings.changed)
    settings.set("theme", "dark")
    assert settings.values.theme == "dark"
    assert changed == ["theme"]


def test_unknown_keys_stay(path: Path) -> None:
    server = {"id": "a", "label": "", "address": "x", "tunnel": {"from": "the future"}}
    write(path, {"version": 1, "future": [1, {"b": None}], "servers": [server]})
    settings = Settings(path)
    settings.set("servers", (ServerEntry("a", "new label", "x"), ServerEntry("b")))
    found = written(path)
    assert found["future"] == [1, {"b": None}]
    assert found["servers"][0] == {**server, "label": "new label"}


@pytest.mark.allow_logs("newer than")
def test_a_newer_version_is_kept_and_reported(path: Path) -> None:
    write(path, {"version": 9, "theme": "dark", "refresh_s": 5})
    settings = Settings(path)
    assert len(settings.problems) == 1
    settings.set("theme", "light")
    assert written(path) == {"version": 9, "theme": "light", "refresh_s": 5}


@pytest.mark.allow_logs("refresh_s: expected one of")
def test_a_wrong_value_stays_in_the_file_until_it_is_set(path: Path) -> None:
    write(path, {"version": 1, "refresh_s": 7, "theme": "dark"})
    settings = Settings(path)
    assert settings.values.refresh_s == 2
    assert settings.values.theme == "dark"
    assert settings.problems == ("refresh_s: expected one of 1, 2, 5, 10, 30",)
    settings.set("theme", "light")
    assert written(path)["refresh_s"] == 7
    settings.set("refresh_s", 5)
    assert written(path)["refresh_s"] == 5


BROKEN = ["", "{", "[]", "7", '{"theme": ', "\x00\x01", "[" * 100_000, '{"a": 1} trailing']


@pytest.mark.allow_logs("broken settings kept")
@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_is_kept(path: Path, content: str) -> None:
    write(path, content)
    settings = Settings(path)
    assert settings.values == SettingsValues()
    assert settings.broken_path == path.with_name("settings.json.bad")
    assert settings.broken_path.read_text() == content
    assert not path.exists()
    settings.set("theme", "dark")
    assert Settings(path).values.theme == "dark"


@pytest.mark.allow_logs("broken settings kept")
def test_a_file_in_another_encoding_is_broken_too(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes('{"theme": "düster"}'.encode("latin-1"))
    assert Settings(path).broken_path is not None


def test_a_byte_order_mark_is_no_fault(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b'\xef\xbb\xbf{"theme": "dark"}')
    assert Settings(path).values.theme == "dark"


@pytest.mark.allow_logs("broken settings kept")
def test_earlier_broken_files_are_never_overwritten(path: Path) -> None:
    for content in ("{one", "{two", "{three"):
        write(path, content)
        Settings(path)
    kept = {file.name: file.read_text() for file in path.parent.iterdir()}
    assert kept == {
        "settings.json.bad": "{one",
        "settings.json.bad-2": "{two",
        "settings.json.bad-3": "{three",
    }


@pytest.mark.allow_logs("broken settings kept")
def test_a_file_system_without_links(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    for content in ("{one", "{two"):
        write(path, content)
        Settings(path)
    assert path.with_name("settings.json.bad").read_text() == "{one"
    assert path.with_name("settings.json.bad-2").read_text() == "{two"


def failing_replace(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)


def test_a_failed_write_is_told_and_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(path)
    settings.set("theme", "dark")
    failed, changed = recorded(settings.save_failed), recorded(settings.changed)
    with monkeypatch.context() as patch:
        failing_replace(patch)
        settings.set("theme", "light")
    assert len(failed) == 1
    assert failed == [FileFailed(str(path), "No space left on device", FileProblem.NO_ROOM)]
    assert settings.values.theme == "light", "it counts until the program ends"
    assert changed == ["theme"]
    assert written(path)["theme"] == "dark"
    assert names_beside(path) == ["settings.json"]
    settings.set("refresh_s", 5)
    assert written(path) == {"version": 1, "theme": "light", "refresh_s": 5}


def test_a_failed_write_is_told_once_the_change_has_been(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(path)
    told: list[str] = []
    settings.changed.connect(told.append)
    settings.save_failed.connect(lambda _: told.append("failed"))
    failing_replace(monkeypatch)
    settings.update({"theme": "dark", "refresh_s": 5})
    assert sorted(told[:-1]) == ["refresh_s", "theme"]
    assert told[-1] == "failed"


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere, an open file can be replaced")
def test_a_file_that_another_program_has_open_is_said_to_be_in_use(path: Path) -> None:
    settings = Settings(path)
    settings.set("theme", "dark")
    failed = recorded(settings.save_failed)
    with path.open():
        settings.set("theme", "light")
    assert [failure.problem for failure in failed] == [FileProblem.IN_USE]
    settings.set("theme", "light")
    assert written(path)["theme"] == "light"


def test_what_could_not_be_written_is_written_when_it_is_set_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(path)
    failed = recorded(settings.save_failed)
    with monkeypatch.context() as patch:
        failing_replace(patch)
        settings.set("theme", "light")
    settings.set("theme", "light")
    assert len(failed) == 1
    assert written(path)["theme"] == "light"
    before = path.stat().st_ino
    settings.set("theme", "light")
    assert path.stat().st_ino == before, "what stands there is not written again"


@pytest.mark.allow_logs("settings not readable")
def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file is in the way")
    settings = Settings(tmp_path / "config" / "settings.json")
    failed = recorded(settings.save_failed)
    settings.set("theme", "dark")
    assert len(failed) == 1


@pytest.mark.allow_logs("settings not readable")
def test_a_file_that_cannot_be_read_is_never_written_over(path: Path) -> None:
    path.mkdir(parents=True)  # reading a folder fails for everyone, even root
    settings = Settings(path)
    failed = recorded(settings.save_failed)
    assert settings.problems
    assert settings.broken_path is None
    settings.set("theme", "dark")
    assert len(failed) == 1
    assert path.is_dir()


@pytest.mark.skipif(is_root or sys.platform == "win32", reason="needs folder permissions")
@pytest.mark.allow_logs("broken settings kept")
def test_a_broken_file_in_a_read_only_folder(path: Path) -> None:
    write(path, "{broken")
    path.parent.chmod(0o500)
    try:
        settings = Settings(path)
        failed = recorded(settings.save_failed)
        assert settings.broken_path == path
        settings.set("theme", "dark")
        assert len(failed) == 1
        assert path.read_text() == "{broken"
    finally:
        path.parent.chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
def test_links_stay_links_and_files_private(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text("{}")
    path.parent.mkdir(parents=True)
    path.symlink_to(real)
    Settings(path).set("theme", "dark")
    assert path.is_symlink()
    assert written(real)["theme"] == "dark"
    assert real.stat().st_mode & 0o077 == 0


def test_two_programs_keep_each_others_changes(path: Path) -> None:
    one, other = Settings(path), Settings(path)
    changed = recorded(other.changed)
    one.set("theme", "dark")
    other.set("refresh_s", 10)
    assert changed == ["theme", "refresh_s"]
    one.update({})
    assert one.values == other.values
    assert written(path) == {"version": 1, "theme": "dark", "refresh_s": 10}


@pytest.mark.allow_logs("broken settings kept")
def test_a_file_broken_by_another_program_loses_nothing_of_ours(path: Path) -> None:
    settings = Settings(path)
    settings.set("theme", "dark")
    write(path, "{oops")
    settings.set("refresh_s", 10)
    assert written(path) == {"version": 1, "theme": "dark", "refresh_s": 10}
    assert settings.broken_path is not None
    assert settings.broken_path.read_text() == "{oops"


def test_a_deleted_file_is_written_anew(path: Path) -> None:
    settings = Settings(path)
    settings.set("theme", "dark")
    path.unlink()
    settings.set("refresh_s", 10)
    assert written(path) == {"version": 1, "theme": "dark", "refresh_s": 10}


@pytest.mark.allow_logs("settings not readable")
def test_settings_that_could_not_be_read_come_back_with_the_next_change(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(path, {"version": 1, "theme": "dark"})
    with monkeypatch.context() as patch:
        held(patch, 10**6, "read_bytes")
        settings = Settings(path)
        failed = recorded(settings.save_failed)
        settings.set("refresh_s", 5)
        assert [failure.reference for failure in failed] == [str(path)]
        assert written(path) == {"version": 1, "theme": "dark"}
    settings.set("max_pulls", 2)
    assert written(path) == {"version": 1, "theme": "dark", "refresh_s": 5, "max_pulls": 2}
    assert settings.values == Settings(path).values


@pytest.mark.parametrize("method", ["read_bytes", "replace"])
def test_a_file_that_is_held_for_a_moment_is_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    write(path, {"version": 1, "theme": "dark"})
    held(monkeypatch, 2, method)
    settings = Settings(path)
    failed = recorded(settings.save_failed)
    settings.set("refresh_s", 5)
    assert failed == []
    assert Settings(path).values == SettingsValues(theme="dark", refresh_s=5)


@pytest.mark.allow_logs("broken settings kept")
def test_what_could_not_be_written_again_is_not_taken(path: Path) -> None:
    deep = '{"future": ' + "[" * 500 + "]" * 500 + "}"
    write(path, deep)
    settings = Settings(path)
    settings.set("theme", "dark")
    assert settings.broken_path is not None
    assert settings.broken_path.read_text() == deep


@pytest.mark.allow_logs("servers: expected")
def test_a_server_that_cannot_be_read_is_not_deleted(path: Path) -> None:
    odd = [{"id": 7, "address": "x"}, "nas"]
    write(path, {"version": 1, "servers": [*odd, {"id": "a", "address": "x"}]})
    settings = Settings(path)
    settings.set("servers", (*settings.values.servers, ServerEntry("b", "", "y")))
    assert [each for each in written(path)["servers"] if each in odd] == odd
    assert [server.id for server in Settings(path).values.servers] == ["a", "b"]


def test_a_change_that_leaves_no_trace_is_seen(path: Path) -> None:
    """The same file, length and time: nothing but its content tells."""
    write(path, {"version": 1, "max_pulls": 2})
    settings = Settings(path)
    found = path.stat()
    path.write_text(json.dumps({"version": 1, "max_pulls": 3}))
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    settings.set("theme", "dark")
    assert written(path) == {"version": 1, "max_pulls": 3, "theme": "dark"}


@pytest.mark.parametrize("when", [-(2**33), 0, 2**33], ids=["1697", "1970", "2242"])
def test_any_time_of_the_file_is_right(path: Path, when: int) -> None:
    write(path, {"version": 1, "theme": "dark"})
    os.utime(path, (when, when))
    settings = Settings(path)
    settings.set("refresh_s", 5)
    assert written(path) == {"version": 1, "theme": "dark", "refresh_s": 5}


@pytest.mark.allow_logs("settings not readable")
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
def test_what_is_no_file_is_neither_read_nor_replaced(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to(os.devnull)
    assert_left_alone(path)
    assert path.is_char_device()
    path.unlink()
    os.mkfifo(path)
    assert_left_alone(path)
    assert path.is_fifo()


def assert_left_alone(path: Path) -> None:
    settings = Settings(path)
    failed = recorded(settings.save_failed)
    settings.set("theme", "dark")
    assert len(failed) == 1


ODD = ["1e999", "NaN", "-1", str(2**64), "9" * 5000, "true", "null", '"x"', "[]", "{}",
       '"\\ud800"', '"' + "x" * 20_000 + '"', "[" * 50 + "]" * 50,
       "[" * 500 + "]" * 500]  # fmt: skip
FULL = {
    "version": 1,
    "servers": [{"id": "a", "label": "A", "address": "http://[::1]:1"}, {"id": "b"}],
    "splitter_sizes": [1, 2],
    "column_widths": {"name": 100},
    "columns": ["name"],
    **{name: getattr(SettingsValues(), name) for name in ("theme", "refresh_s", "quiet_hours")},
}


@pytest.mark.allow_logs
@hypothesis_settings(max_examples=150, deadline=None)
@given(place=st.sampled_from(paths_in(FULL)), text=st.sampled_from(ODD))
def test_any_value_anywhere_is_survived_and_kept(place: tuple[Any, ...], text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.json"
        original = with_value(FULL, place, text)
        path.write_text(original)
        settings = Settings(path)
        valid = {name: getattr(settings.values, name) for name in CHECKS}
        Settings(None).update(valid)  # raises for what may not be set
        settings.set("tip_tray_seen", True)
        assert Settings(path).values == settings.values
        if settings.broken_path is not None:
            assert settings.broken_path.read_text() == original
            return
        json.loads(path.read_text(), parse_constant=fail_for)
        if text not in ("9" * 5000, "1e999", "NaN"):
            ours = {"version": settings._raw.get("version"), "tip_tray_seen": True}
            assert repr(written(path)) == repr({**json.loads(original), **ours})


def fail_for(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


WRITER = """
import sys
from pathlib import Path
from tray_app.settings import Settings
settings = Settings(Path(sys.argv[1]))
for number in range(60):
    settings.set(sys.argv[2], number)
"""


# On Windows nobody can write a file while it is read: not all the time, as no other reader would.
_LOOK_AGAIN_S = 0.05 if sys.platform == "win32" else 0.0


def test_two_processes_at_once_never_leave_half_a_file(path: Path) -> None:
    children = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], stderr=subprocess.PIPE)
        for name in ("keep_free_gb", "keep_free_gb")
    ]
    while running := [child for child in children if child.poll() is None]:
        jsonfile.read(path)  # raises when it is half a file
        with suppress(subprocess.TimeoutExpired):
            running[0].wait(_LOOK_AGAIN_S)
    for child in children:
        assert child.communicate()[1] == b""
        assert child.returncode == 0
    assert written(path) == {"version": 1, "keep_free_gb": 59}
    assert names_beside(path) == ["settings.json"]


def test_two_processes_at_once_lose_no_change(path: Path) -> None:
    names = ("keep_free_gb", "stall_s")
    writer = WRITER.replace("range(60)", "range(10, 70)")
    children = [
        subprocess.Popen([sys.executable, "-c", writer, str(path), name], stderr=subprocess.PIPE)
        for name in names
    ]
    for child in children:
        assert child.communicate()[1] == b""
    assert written(path) == {"version": 1, **dict.fromkeys(names, 69)}


def test_without_servers_there_is_the_one_of_ollama(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(None)
    (local,) = settings.servers()
    assert local == ServerEntry("local") == settings.server() == settings.server("local")
    assert local.is_given
    assert settings.address(local) == "127.0.0.1:11434"
    monkeypatch.setenv("OLLAMA_HOST", " 0.0.0.0:8080 ")
    assert settings.address(local) == "0.0.0.0:8080"


def test_the_server_of_ollama_is_always_there_and_off_where_others_were_set_up_before() -> None:
    settings = Settings(None)
    nas = ServerEntry("1", "NAS", "nas")
    settings.set("servers", (nas,))
    assert settings.servers() == (ServerEntry("local", is_on=False), nas)
    assert settings.servers_on() == (nas,)
    moved = ServerEntry("local", "", "den:11434")
    settings.set("servers", (moved,))
    assert settings.servers() == (ServerEntry("environment", is_on=False), moved)
    assert not moved.is_given


def test_one_server_is_always_on() -> None:
    settings = Settings(None)
    settings.set("servers", (ServerEntry("local", is_on=False),))
    assert [entry.id for entry in settings.servers_on()] == ["local"]


def test_a_server_is_changed_in_its_place_and_a_new_one_comes_last() -> None:
    settings = Settings(None)
    settings.set_server(ServerEntry("1", "NAS", "nas"))
    settings.set_server(ServerEntry("local", is_in_all=False))
    settings.set_server(ServerEntry("1", "box", "nas"))
    assert settings.servers() == (
        ServerEntry("local", is_in_all=False),
        ServerEntry("1", "box", "nas"),
    )


def test_servers_by_id() -> None:
    settings = Settings(None)
    nas, lab = ServerEntry("1", "NAS", "nas"), ServerEntry("2", "", "lab")
    settings.set("servers", (nas, lab))
    assert settings.server() == nas, "the first one when the default is gone"
    settings.set("default_server", "2")
    assert settings.server() == lab
    assert settings.server("1") == nas
    assert settings.server("gone") == ServerEntry("gone", "gone")


@pytest.mark.allow_logs
@hypothesis_settings(max_examples=60)
@given(content=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_file_gives_settings_and_nothing_is_lost(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.json"
        path.write_bytes(content)
        settings = Settings(path)
        settings.set("tip_tray_seen", not settings.values.tip_tray_seen)
        again = Settings(path)
        assert again.values == settings.values
        assert again.broken_path is None
        if settings.broken_path is not None:
            assert settings.broken_path.read_bytes() == content


@pytest.mark.allow_logs("servers with different ids")
def test_a_server_copied_with_its_id_is_another_one_and_stays(path: Path) -> None:
    copied = {"id": "1", "label": "studio", "address": "studio", "note": "mine"}
    write(path, {"servers": [{"id": "1", "label": "nas", "address": "nas"}, copied, {"id": "1-2"}]})
    settings = Settings(path)
    assert [(entry.id, entry.label) for entry in settings.servers()[1:]] == [
        ("1", "nas"), ("1-3", "studio"), ("1-2", "")
    ]  # fmt: skip
    settings.change_server("1", is_on=False)
    assert {**copied, "id": "1-3"} in written(path)["servers"]
    assert settings.servers() == Settings(path).servers()
    assert Settings(path).problems == ()


@pytest.mark.parametrize("count", [256, 300])
def test_however_many_servers_can_be_changed(path: Path, count: int) -> None:
    write(path, {"servers": [{"id": str(n), "address": "nas"} for n in range(count)]})
    settings = Settings(path)
    assert settings.problems == ()
    settings.change_server("7", is_on=False)
    settings.set("pull_servers", [entry.id for entry in settings.servers()])
    again = Settings(path)
    assert len(again.servers_on()) == count - 1
    assert len(again.values.pull_servers) == count + 1


def test_servers_that_others_wrote_meanwhile_stay(path: Path) -> None:
    write(path, {"servers": [{"id": "1", "label": "nas"}, {"id": "2", "label": "old"}]})
    ours, others = Settings(path), Settings(path)
    others.set_server(ServerEntry("3", "studio", "studio"))
    others.change_servers(lambda found: tuple(entry for entry in found if entry.id != "2"))
    others.change_server("1", label="NAS")
    ours.change_server("1", is_on=False)
    ours.change_server("2", is_on=False)
    ours.set_server(ServerEntry("4", "lab", "lab"))
    found = {entry.id: entry for entry in Settings(path).servers()}
    assert list(found) == ["local", "1", "3", "4"]
    assert (found["1"].label, found["1"].is_on) == ("NAS", False)


def test_one_server_is_on_whatever_the_file_says(path: Path) -> None:
    write(path, {"servers": [{"id": "1", "is_on": False}, {"id": "local", "is_on": False}]})
    settings = Settings(path)
    assert [entry.is_on for entry in settings.servers()] == [True, False]
    assert settings.server().id == "1"
