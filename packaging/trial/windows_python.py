"""A Python for Windows on a disk of wine, with the packages of the lock files.

For trials only: it is a repackaging for Java programs that can be had as one file. Releases are
built in Actions, on Windows.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

from packaging.requirements import Requirement

from kit.project import PACKAGING, ROOT, run
from trial.installs import TrialError
from trial.wine import Wine

PYTHON = "C:\\py\\python.exe"
VERSION = "3.11.3"
COMPILER = "x86_64-w64-mingw32-gcc"
OBJDUMP = "x86_64-w64-mingw32-objdump"
LOCKS = (
    ROOT / "requirements.lock",
    ROOT / "requirements-dev.lock",
    PACKAGING / "requirements-build.lock",
)

_FOLDER = "org/bytedeco/cpython"
_RELEASE = f"{VERSION}-1.5.9"
_JAR = f"cpython-{_RELEASE}-windows-x86_64.jar"
_SHA256 = "3263a50b256447bb7b9e604d6587627e419891370fc33b94469e6a06ff4de834"
_REPOSITORY = "https://repo1.maven.org/maven2"
_INSIDE = "org/bytedeco/cpython/windows-x86_64/"
_ENTRY = "int __stdcall DllMainCRTStartup(void *a, unsigned b, void *c) { return 1; }\n"
_WINDOWS = {
    "implementation_name": "cpython",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "platform_system": "Windows",
    "python_full_version": VERSION,
    "python_version": "3.11",
    "sys_platform": "win32",
}
_CHECKERS = {"ast-serialize", "librt", "mypy", "mypy-extensions", "ruff", "types-requests"}
"""What only looks at the source, which is no other on Windows."""


def install_python(wine: Wine, downloads: Path) -> None:
    """Put the Python where PYTHON says."""
    home = wine.path(PYTHON).parent
    if wine.path(PYTHON).exists():
        return
    shutil.rmtree(home, ignore_errors=True)
    unpacked = downloads / "python"
    shutil.rmtree(unpacked, ignore_errors=True)
    with zipfile.ZipFile(_fetched(downloads)) as archive:
        for name in archive.namelist():
            if name.startswith(_INSIDE) and not name.startswith(f"{_INSIDE}lib/test/"):
                archive.extract(name, unpacked)
    made = unpacked / _INSIDE
    _make_stable_library(made, downloads)
    icu = wine.path("C:\\windows\\system32\\icuuc.dll")
    if not icu.exists():
        _compile(icu, Path(__file__).with_name("icuuc.c"))
    shutil.move(made, home)


def install_packages(wine: Wine, downloads: Path) -> int:
    """Install what the lock files name for Windows, checked by their checksums; how many."""
    wanted = _locked()
    note = downloads / "packages.txt"
    place = wine.path(PYTHON).parent / "lib" / "site-packages"
    text = "\n".join(wanted) + "\n"
    if place.exists() and note.exists() and note.read_text(encoding="utf-8") == text:
        return len(wanted)
    note.unlink(missing_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    listed = downloads / "requirements.txt"
    listed.write_text(text, encoding="utf-8")
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    options += ["--no-deps", "--no-compile", "--only-binary=:all:", "--platform", "win_amd64"]
    options += ["--python-version", "3.11", "--target", str(place), "--requirement", str(listed)]
    run([sys.executable, "-m", "pip", "install", *options])
    note.write_text(text, encoding="utf-8")
    return len(wanted)


def _fetched(downloads: Path) -> Path:
    """The jar: what Maven has here, else that of its public repository."""
    place = f"{_FOLDER}/{_RELEASE}/{_JAR}"
    ours = downloads / _JAR
    for file in (ours, Path.home() / ".m2" / "repository" / place):
        if file.exists() and _is_right(file):
            return file
    partial = ours.with_suffix(".part")
    with (
        urllib.request.urlopen(f"{_REPOSITORY}/{place}", timeout=60) as answer,  # noqa: S310
        partial.open("wb") as written,
    ):
        shutil.copyfileobj(answer, written)
    if not _is_right(partial):
        raise TrialError(f"{_JAR} is another file than expected")
    return partial.replace(ours)


def _is_right(file: Path) -> bool:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() == _SHA256


def _make_stable_library(home: Path, work: Path) -> None:
    """python3.dll, which extensions of the stable ABI are linked to and the jar lacks: each of its
    names leads to python311.dll."""
    stable = set(
        re.findall(rb"__imp_([A-Za-z_]\w*)\0", (home / "libs" / "python3.lib").read_bytes())
    )
    headers = subprocess.run(
        [OBJDUMP, "-p", home / "python311.dll"], capture_output=True, text=True, check=True
    ).stdout
    table = headers.partition("[Ordinal/Name Pointer] Table")[2]
    exported = set(re.findall(r"^\s*\[ *\d+\].* (\S+)$", table, re.MULTILINE))
    names = sorted({name.decode() for name in stable} & exported)
    if len(names) < 500:
        raise TrialError(f"only {len(names)} names of the stable ABI were found")
    forwards = work / "python3.def"
    lines = ["LIBRARY python3.dll", "EXPORTS", *(f"  {name} = python311.{name}" for name in names)]
    forwards.write_text("\n".join(lines) + "\n", encoding="utf-8")
    entry = work / "entry.c"
    entry.write_text(_ENTRY, encoding="utf-8")
    _compile(home / "python3.dll", entry, forwards)


def _compile(target: Path, *sources: Path) -> None:
    options = ["-O1", "-shared", "-nostdlib", "-e", "DllMainCRTStartup"]
    run([COMPILER, *options, "-o", str(target), *map(str, sources)])


def _locked() -> list[str]:
    """One line for each package that Windows gets: its version and checksums."""
    found: dict[str, str] = {}
    for lock in LOCKS:
        for line in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            said, *checksums = re.split(r"\s+--hash=", line.strip())
            one = Requirement(said)
            if one.marker is not None and not one.marker.evaluate(_WINDOWS):
                continue
            if one.name not in _CHECKERS:
                words = [f"{one.name}{one.specifier}", *(f"--hash={sum_}" for sum_ in checksums)]
                found[one.name] = " ".join(words)
    return sorted(found.values())
