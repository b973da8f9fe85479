"""dev.py and the lock files: what would otherwise show only on a fresh machine."""

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import re
import signal
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, with a virtual environment's folder of its own."""
    spec = importlib.util.spec_from_file_location("dev_under_test", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path)
    monkeypatch.setattr(module, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(module, "STAMP", tmp_path / "set-up.json")
    monkeypatch.setattr(module, "UNFINISHED", tmp_path / "set-up-unfinished")
    return module


@pytest.mark.parametrize(
    "line",
    [
        "=========== 1 failed, 3174 passed, 156 skipped in 266.91s (0:04:26) ============",
        "============================== 3 passed in 0.12s ===============================",
        "5 passed, 1 xfailed in 0.12s",
        "============================ no tests ran in 0.01s =============================",
    ],
)
def test_the_closing_line_is_recognised(dev: ModuleType, line: str) -> None:
    assert dev.CLOSING_LINE.match(line)


@pytest.mark.parametrize(
    "line", ["tests/unit/test_log.py .... [ 3%]", "== FAILURES ==", "E   3 in 4s"]
)
def test_other_lines_are_not(dev: ModuleType, line: str) -> None:
    assert not dev.CLOSING_LINE.match(line)


@pytest.mark.skipif(not Path("/sbin/ldconfig").exists(), reason="only where there is ldconfig")
def test_a_library_that_is_missing_names_its_package(dev: ModuleType) -> None:
    assert dev.missing_libraries({"libnever.so.9": "libnever9"}) == ["libnever9"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there packages are known")
def test_tools_that_are_missing_name_their_packages(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    for_desktop = {*dev.DESKTOP_PROGRAMS.values(), dev.CHINESE_FONT}
    assert set(dev.missing_for_desktop()) == for_desktop
    assert for_desktop | set(dev.TEST_PROGRAMS.values()) <= set(dev.missing_for_tests())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only there packages are known")
@pytest.mark.parametrize(("listed", "missing"), [("", 1), ("WenQuanYi Micro Hei", 0)])
def test_a_font_for_chinese_is_asked_for_where_there_is_none(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: str, missing: int
) -> None:
    fc_list = tmp_path / "fc-list"
    fc_list.write_text(f'#!/bin/sh\n[ "$1" = :lang=zh-cn ] && echo "{listed}"\n', encoding="utf-8")
    fc_list.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert dev.missing_for_pictures() == [dev.CHINESE_FONT] * missing


@pytest.mark.parametrize(
    ("prefix", "name", "package"),
    [
        ("/usr", "libpython3.13.so.1.0", "libpython3.13"),
        ("/usr", "libpython3.13.a", ""),
        ("/opt/python", "libpython3.13.so.1.0", ""),
    ],
)
def test_only_a_python_of_the_system_may_lack_its_library(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, prefix: str, name: str, package: str
) -> None:
    monkeypatch.setattr(dev.sys, "base_prefix", prefix)
    monkeypatch.setattr(dev.sys, "version_info", (3, 13, 0))
    monkeypatch.setattr(dev.sysconfig, "get_config_var", {"INSTSONAME": name}.get)
    assert dev.python_library() == ({name: package} if package else {})


def test_who_is_not_root_is_told_the_command(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "is_root", lambda: False)
    monkeypatch.setattr(dev.shutil, "which", lambda _: "/usr/bin/apt-get")
    assert not dev.install_packages(["libgl1", "xvfb"], "Qt")
    wanted = "sudo apt-get install --yes --no-install-recommends libgl1 xvfb"
    assert wanted in capfd.readouterr().err


def test_who_is_not_root_is_told_of_qt_and_of_venv_at_once(
    dev: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    python = tmp_path / "python"
    monkeypatch.setattr(dev, "PYTHON", python)
    monkeypatch.setattr(dev, "is_root", lambda: False)
    monkeypatch.setattr(dev.shutil, "which", lambda _: "/usr/bin/apt-get")
    monkeypatch.setattr(dev, "missing_libraries", lambda _: ["libgl1"])
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(dev.sys, "version_info", (3, 13, 0))
    with pytest.raises(SystemExit):
        dev.set_up_qt()
    assert "-recommends libgl1 python3.13-venv\n" in capfd.readouterr().err
    python.touch()
    with pytest.raises(SystemExit):
        dev.set_up_qt()
    assert "-recommends libgl1\n" in capfd.readouterr().err


def _record_commands(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    ran: list[str] = []
    monkeypatch.setattr(
        dev, "run_or_exit", lambda command: ran.append(" ".join(str(part) for part in command))
    )
    monkeypatch.setattr(dev, "compile_translations", lambda: None)
    monkeypatch.setattr(dev, "set_up_qt", lambda: None)
    return ran


def test_set_up_is_done_once_and_again_when_a_lock_changes(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locks = {}
    for name in ("run", "dev"):
        locks[name] = tmp_path / f"{name}.lock"
        locks[name].write_text("a==1\n")
    monkeypatch.setattr(dev, "LOCKS", locks)
    monkeypatch.setattr(dev, "is_usable", lambda _: True)
    ran = _record_commands(dev, monkeypatch)
    dev.set_up_environment("run")
    assert "run.lock" in ran[0]
    assert {"--require-hashes", "--no-deps"} <= set(ran[0].split())
    dev.set_up_environment("run")
    assert len(ran) == 1
    dev.set_up_environment("dev")
    assert len(ran) == 2
    dev.set_up_environment("run")  # what the tests need holds what the program needs
    assert len(ran) == 2
    locks["run"].write_text("a==2\n")
    dev.set_up_environment("run")
    assert len(ran) == 3


def test_the_libraries_of_qt_come_before_its_programs_are_run(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    _record_commands(dev, monkeypatch)
    order: list[str] = []
    monkeypatch.setattr(dev, "set_up_qt", lambda: order.append("Qt"))
    monkeypatch.setattr(dev, "compile_translations", lambda: order.append("lrelease"))
    for _ in range(2):
        dev.set_up_environment("run")
    assert order == ["Qt", "lrelease"] * 2


def test_an_interrupted_set_up_starts_afresh(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = _record_commands(dev, monkeypatch)
    (tmp_path / "set-up-unfinished").touch()
    dev.set_up_environment("run")
    assert "venv --clear" in ran[0]
    assert not (tmp_path / "set-up-unfinished").exists()
    assert json.loads((tmp_path / "set-up.json").read_text())["kind"] == "run"


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def pins_of(lock: str) -> dict[str, Requirement]:
    """What a lock pins, by name."""
    lines = re.findall(r"^(\S+==.+?) \\$", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    pins = [Requirement(line) for line in lines]
    return {pin.name: pin for pin in pins}


def is_wanted(requirement: Requirement, place: dict[str, str], extras: set[str]) -> bool:
    """Whether it counts on this system, for one who asked for these extras."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**place, "extra": e}) for e in ("", *extras))


def lacks(
    pins: dict[str, Requirement], requirements: list[str], place: dict[str, str]
) -> Iterator[str]:
    """What is required on this system, by whomever, and not pinned to a release that will do."""
    open_: list[tuple[str, str, set[str]]] = [("pyproject", text, set()) for text in requirements]
    seen: set[tuple[str, str]] = set()
    while open_:
        by, text, extras = open_.pop()
        requirement = Requirement(text)
        if (by, text) in seen or not is_wanted(requirement, place, extras):
            continue
        seen.add((by, text))
        name = canonicalize_name(requirement.name)
        pin = pins.get(name)
        if pin is None or not is_wanted(pin, place, set()):
            yield f"{by} needs {text}"
            continue
        version = next(iter(pin.specifier)).version
        if not requirement.specifier.contains(version, prereleases=True):
            yield f"{by} needs {text}, {version} is pinned"
        # What is for another system only is not here to be asked.
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            needed = importlib.metadata.distribution(name).requires or []
            open_ += [(name, each, requirement.extras) for each in needed]


@pytest.mark.parametrize("version", ["3.11", "3.14"])
@pytest.mark.parametrize(
    ("platform", "system"), [("linux", "Linux"), ("win32", "Windows"), ("darwin", "Darwin")]
)
def test_locks_are_whole(version: str, platform: str, system: str) -> None:
    # pip installs what they name and looks for nothing else.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    place = {
        **{name: str(value) for name, value in default_environment().items()},
        "python_version": version,
        "python_full_version": f"{version}.0",
        "sys_platform": platform,
        "platform_system": system,
        "os_name": "nt" if platform == "win32" else "posix",
    }
    wanted = {
        LOCKS[0]: project["dependencies"],
        LOCKS[1]: project["dependencies"] + project["optional-dependencies"]["dev"],
    }
    for lock, requirements in wanted.items():
        assert list(lacks(pins_of(lock), requirements, place)) == [], lock


def test_what_is_installed_is_what_is_locked() -> None:
    # Or the test above has asked others than will be there.
    for name, pin in pins_of(LOCKS[1]).items():
        if is_wanted(pin, {}, set()):
            assert importlib.metadata.version(name) in pin.specifier, name


def test_both_locks_agree() -> None:
    run, dev = ({name: pin.specifier for name, pin in pins_of(lock).items()} for lock in LOCKS)
    assert {name: dev.get(name) for name in run} == run


def test_the_lock_of_the_build_holds_what_it_is_made_from() -> None:
    file = ROOT / "packaging" / "requirements-build.in"
    wanted = [line for line in file.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    pins = pins_of("packaging/requirements-build.lock")
    assert wanted
    for requirement in map(Requirement, wanted):
        (pinned,) = pins[canonicalize_name(requirement.name)].specifier
        assert pinned.version in requirement.specifier


def test_translations_are_compiled_when_they_have_changed(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "resources" / "translations" / "ollama-tray_xx.ts"
    source.parent.mkdir(parents=True)
    source.write_text("one", encoding="utf-8")
    runs: list[list[str]] = []

    def run(command: list[object]) -> None:
        runs.append([str(part) for part in command])
        source.with_suffix(".qm").touch()

    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "run_or_exit", run)
    dev.compile_translations()
    dev.compile_translations()
    assert [command[-2:] for command in runs] == [[str(dev.TRANSLATIONS), "compile"]]
    source.write_text("two", encoding="utf-8")
    dev.compile_translations()
    assert len(runs) == 2
    source.with_suffix(".qm").unlink()
    dev.compile_translations()
    assert len(runs) == 3


_CRASHING = """
import os, pytest
@pytest.mark.parametrize("number", range(8))
def test_fine(number): pass
def test_crash(): os._exit(7)
"""
_WAITING = """
import os, pathlib, threading, pytest
@pytest.mark.parametrize("number", range(2))
def test_waiting(number):
    pathlib.Path(f"{os.getpid()}.begun").touch()
    threading.Event().wait(60)
"""
_IN_PARALLEL = [
    "--numprocesses=2",
    "--dist=worksteal",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:pytest-qt",
]


@pytest.fixture
def checkout(dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What dev.py takes for the checkout, with a pytest of its own."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    return tmp_path


def test_all_cores_are_used(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, workers in ((1, "2"), (2, "3"), (64, "8")):
        monkeypatch.setattr(dev.os, "sched_getaffinity", lambda _, n=cores: range(n), raising=False)
        assert dev.in_parallel()[:2] == ["--numprocesses", workers]
        assert _IN_PARALLEL[1].split("=") == dev.in_parallel()[2:]


def test_a_crash_is_told_and_the_other_tests_go_on(
    dev: ModuleType, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "test_it.py").write_text(_CRASHING)
    code, closing_line = dev.run_pytest(_IN_PARALLEL)
    told = capsys.readouterr().out
    assert code == 1
    assert re.match(r"=+ 1 failed, 8 passed in ", closing_line)
    assert closing_line not in told
    assert "crashed while running 'test_it.py::test_crash'" in told


@pytest.mark.skipif(sys.platform == "win32", reason="there processes are ended, not asked to end")
def test_a_signal_ends_pytest_and_its_workers(dev: ModuleType, checkout: Path) -> None:
    (checkout / "test_it.py").write_text(_WAITING)
    begun: list[int] = []

    def send() -> None:
        pattern = "*.begun"
        wait_for(lambda: len(list(checkout.glob(pattern))) == 2, timeout_s=60)
        begun.extend(int(path.stem) for path in checkout.glob(pattern))
        os.kill(os.getpid(), signal.SIGTERM)

    sender = threading.Thread(target=send)
    sender.start()
    code, _ = dev.run_pytest(_IN_PARALLEL)
    sender.join()
    assert code == pytest.ExitCode.INTERRUPTED
    assert len(begun) == 2
    for pid in begun:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
