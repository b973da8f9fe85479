"""A verb in English does its work without Qt, whose loading takes longer than the work."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, gguf, small
from tray_app.desktop.instance.lock import InstanceLock
from tray_app.desktop.instance.single_instance import _instance_key

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys
from tray_app.cli import parse_args, terminal
from tray_app.ollama import Registry
registry = Registry({"registry.ollama.ai": sys.argv[1]})
code = terminal.run(parse_args(sys.argv[2:]), registry=registry)
unwanted = ("PySide6", "shiboken6", "keyring", "secretstorage", "cryptography")
loaded = [name for name in sys.modules if name.startswith(unwanted)]
assert not loaded, loaded[:3]
sys.exit(code)
"""

Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="Qt tells what these systems write how"
)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    library = small.library("tiny", "other:q4", published=("fresh",))
    with FaultyServer(library=library) as running:
        yield running


@pytest.fixture
def runtime_folder() -> Iterator[Path]:
    """Short enough for the name of a socket, which one below `tmp_path` may not be."""
    with tempfile.TemporaryDirectory(prefix="run") as folder:
        yield Path(folder)


def python(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Our own Python, in the language that `environ` says and no other."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**kept, **environ, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def typed(
    server: FaultyServer, folder: Path, *words: str, lang: str = "C.UTF-8"
) -> subprocess.CompletedProcess[str]:
    return python(
        *("-c", PROGRAM, server.url, *words, "--data-dir", str(folder / "data")),
        OLLAMA_HOST=server.url,
        LANG=lang,
        XDG_RUNTIME_DIR=str(folder),
    )


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["list"], "other:q4"),
        (["list", "--json"], "tiny:latest"),
        (["show", "tiny"], "sha256"),
        (["ps"], "No model is loaded."),
        (["rm", "-y", "tiny"], "Deleted tiny:latest"),
        (["pull", "fresh"], "Pulled fresh:latest"),
        (["pull", "--wait", "fresh"], "Pulled fresh:latest"),
        (["outdated"], "All 2 models are up to date."),
        (["update", "--all", "--dry-run"], "Nothing to update."),
        (["export"], "sha256"),
        (["pin", "tiny"], "tiny:latest is pinned"),
        (["status"], "not running"),
        (["quit"], "isn’t running"),
        (["list", "zzz"], "zzz"),
    ],
)
def test_no_verb_loads_qt(
    server: FaultyServer, runtime_folder: Path, words: list[str], shown: str
) -> None:
    done = typed(server, runtime_folder, *words)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    if words != ["show", "tiny"]:
        assert shown in done.stdout + done.stderr
    else:
        assert "Capabilities" in done.stdout


def test_errors_need_no_qt_either(server: FaultyServer, runtime_folder: Path) -> None:
    done = typed(server, runtime_folder, "show", "nothing", lang="en_US.UTF-8")
    assert done.returncode == 1, done.stderr
    assert "has no model called “nothing”" in done.stderr


def test_nor_does_asking_the_program_that_runs(server: FaultyServer, runtime_folder: Path) -> None:
    key = _instance_key(runtime_folder / "data")
    lock = InstanceLock(runtime_folder / f"{key}.lock")
    assert lock.acquire()
    asked: list[bytes] = []

    def answer() -> None:
        caller, _ = listening.accept()
        with caller:
            asked.append(caller.recv(4096))
            caller.sendall(b'{"ok":true,"version":"9.9"}\n')

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(runtime_folder / f"{key}.sock"))
        listening.listen()
        thread = threading.Thread(target=answer, name="instance")
        thread.start()
        done = typed(server, runtime_folder, "status", "--json")
        thread.join(30)
        assert not thread.is_alive()
    lock.release()
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["program"] == {"running": True, "version": "9.9"}
    assert b'"command":"status"' in asked[0]


@pytest.fixture
def without_library(server: FaultyServer, runtime_folder: Path, tmp_path: Path) -> Run:
    """Return a function that does a verb where a library is missing that Qt needs."""

    def run(library: str, *words: str, lang: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / library).write_bytes(b"")
        return python(
            *("-m", "tray_app", *words, "--data-dir", str(tmp_path / "data")),
            OLLAMA_HOST=server.url,
            LANG=lang,
            LD_LIBRARY_PATH=str(tmp_path),
            XDG_RUNTIME_DIR=str(runtime_folder),
            DBUS_SESSION_BUS_ADDRESS="disabled:",
        )

    return run


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("list",), "tiny"),
        (("show", "tiny"), "tiny"),
        (("ps",), ""),
        (("status",), "not running"),
        (("rm", "-y", "tiny"), "Deleted tiny:latest"),
    ],
)
@pytest.mark.parametrize("lang", ["zh_CN.UTF-8", "de_DE.UTF-8"])
def test_what_qt_cannot_translate_is_said_in_english(
    without_library: Run, lang: str, words: tuple[str, ...], shown: str
) -> None:
    done = without_library("libglib-2.0.so.0", *words, lang=lang)
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout + done.stderr
    assert done.stderr.splitlines()[0] == (
        "The library libglib-2.0.so.0 is missing, so this is in English. "
        "Install libglib2.0-0 (Debian, Ubuntu) or glib2 (Fedora)."
    )


@pytest.mark.parametrize("library", ["libglib-2.0.so.0", "libGL.so.1"])
@pytest.mark.parametrize("lang", ["C.UTF-8", "en_US.UTF-8"])
def test_doctor_names_the_library_that_is_missing(
    without_library: Run, library: str, lang: str
) -> None:
    done = without_library(library, "doctor", lang=lang)
    assert done.returncode == 0, done.stderr
    assert f"The library {library} is missing. Without it, no window can be shown." in done.stdout
    assert "3 models" in done.stdout or "2 models" in done.stdout  # and goes on with the rest
    assert done.stderr == ""


def test_nor_does_making_a_model(
    server: FaultyServer, runtime_folder: Path, tmp_path: Path
) -> None:
    path = gguf.model().write(tmp_path / "Tiny-F16.gguf")
    done = typed(server, runtime_folder, "create", "mine", str(path))
    assert done.returncode == 0, done.stderr
    assert "Created mine:latest" in done.stderr
