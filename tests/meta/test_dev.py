"""dev.py and the lock files: what would otherwise show only on a fresh machine."""

import importlib.util
import json
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

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
def test_a_library_that_is_missing_names_its_package(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(dev.QT_LIBRARIES, "libnever.so.9", "libnever9")
    assert "libnever9" in dev.missing_libraries()


def test_who_is_not_root_is_told_the_command(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "is_root", lambda: False)
    monkeypatch.setattr(dev.shutil, "which", lambda _: "/usr/bin/apt-get")
    assert not dev.install_packages(["libgl1", "xvfb"], "Qt")
    wanted = "sudo apt-get install --yes --no-install-recommends libgl1 xvfb"
    assert wanted in capfd.readouterr().err


def _record_commands(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    ran: list[str] = []
    monkeypatch.setattr(
        dev, "run_or_exit", lambda command: ran.append(" ".join(str(part) for part in command))
    )
    monkeypatch.setattr(dev, "compile_translations", lambda: None)
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
    assert [command for command in ran if "run.lock" in command and "--require-hashes" in command]
    dev.set_up_environment("run")
    assert len(ran) == 1
    dev.set_up_environment("dev")
    assert len(ran) == 2
    dev.set_up_environment("run")  # what the tests need holds what the program needs
    assert len(ran) == 2
    locks["run"].write_text("a==2\n")
    dev.set_up_environment("run")
    assert len(ran) == 3


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


def test_locks_hold_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {
        LOCKS[0]: project["dependencies"],
        LOCKS[1]: project["dependencies"] + project["optional-dependencies"]["dev"],
    }
    for lock, requirements in wanted.items():
        text = (ROOT / lock).read_text(encoding="utf-8")
        for requirement in requirements:
            found = re.match(r"[A-Za-z0-9-]+", requirement)
            assert found is not None
            assert f"\n{found[0].lower()}==" in f"\n{text}", (lock, requirement)


def test_both_locks_agree() -> None:
    pins = [
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in LOCKS
    ]
    assert {name: pins[1].get(name) for name in pins[0]} == pins[0]


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
