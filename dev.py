#!/usr/bin/env python3
"""The project's one command: `python3 dev.py run`, `python3 dev.py test` and a few more.

Standard library only, on any Python from 3.11 on. Whatever a fresh machine lacks is set up first: a
virtual environment in .venv with the packages of the lock files, and on Debian and its kin the
system libraries of Qt and the programs of the virtual desktop.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("Ollama Tray needs Python 3.11 or newer. This is " + sys.version.split()[0] + ".")

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "set-up.json"
UNFINISHED = VENV / "set-up-unfinished"
TRANSLATIONS = ROOT / "packaging" / "translations.py"
BYTECODE = ROOT / "build" / "bytecode"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}

# shared library → Debian package: what Qt's programs and its platforms xcb, wayland and offscreen
# load; what these libraries need themselves comes with them
QT_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libbrotlidec.so.1": "libbrotli1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
}
# program → Debian package: the virtual desktop of tests/desktop/harness
DESKTOP_PROGRAMS = {
    "Xvfb": "xvfb",
    "dbus-daemon": "dbus",
    "dunst": "dunst",
    "fc-list": "fontconfig",
    "import": "imagemagick",
    "openbox": "openbox",
    "setpriv": "util-linux",
    "wmctrl": "wmctrl",
    "xdotool": "xdotool",
    "xfce4-panel": "xfce4-panel",
    "xfconf-query": "xfconf",
    "xprop": "x11-utils",
    "xsetroot": "x11-xserver-utils",
}
# program → Debian package: what else the tests run; each asks with tests.support.tools.require
TEST_PROGRAMS = {
    "appstreamcli": "appstream",
    "awk": "mawk",
    "bash": "bash",
    "dash": "dash",
    "desktop-file-validate": "desktop-file-utils",
    "dpkg-deb": "dpkg",
    "du": "coreutils",
    "fish": "fish",
    "git": "git",
    "gnome-keyring-daemon": "gnome-keyring",
    "grim": "grim",
    "objdump": "binutils",
    "openssl": "openssl",
    "osslsigncode": "osslsigncode",
    "ruby": "ruby",
    "sh": "dash",
    "sha256sum": "coreutils",
    "sway": "sway",
    "swaymsg": "sway",
    "zsh": "zsh",
}
# program → Debian package: what stands in front of Ollama. Debian starts both as services of the
# system at once, which nobody wants at home
FRONT_PROGRAMS = {
    "caddy": "caddy",
    "nginx": "nginx",
}
# program → Debian package: what `try-windows` takes besides the virtual desktop
WINDOWS_PROGRAMS = {
    "makensis": "nsis",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64",
    "x86_64-w64-mingw32-objdump": "binutils-mingw-w64-x86-64",
}
WINE = "/usr/lib/wine/wine64"  # Debian: not on the path
# file → Debian package: what screen readers stand on, for tests/desktop/test_accessibility.py
TEST_FILES = {
    "usr/libexec/at-spi2-registryd": "at-spi2-core",
    "usr/lib/*/girepository-1.0/Atspi-2.0.typelib": "gir1.2-atspi-2.0",
    "usr/lib/python3/dist-packages/gi": "python3-gi",
}
CHINESE_FONT = "fonts-wqy-microhei"  # the smallest
COVERED = "tray_app/core/*,tray_app/ollama/*"
MIN_COVERAGE = 95
MOST_WORKERS = 8  # more would wait for the longest tests
CLOSING_LINE = re.compile(r"=* ?((\d+ \w+,? ?)+|no tests ran) in [\d.]+s")
GROWING_LINE = re.compile(r"(tests/\S+ )?[.FEsxX]+$|tests/\S* ?$")
COLOUR = re.compile(r"\x1b\[[\d;]*m")
EXIT_CANNOT_TRY = 3  # of what tries packages
EXIT_UNREACHABLE = 3  # of `ollama-tray status`


def say(text: str) -> None:
    """Print a line about what this script does, apart from what it runs."""
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def is_root() -> bool:
    """Say whether we may install system packages ourselves."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def missing_libraries(libraries: Mapping[str, str]) -> list[str]:
    """Return the packages of those libraries that the system's linker does not know."""
    ldconfig = shutil.which("ldconfig", path=f"{os.environ.get('PATH', '')}:/sbin:/usr/sbin")
    if not sys.platform.startswith("linux") or ldconfig is None:
        return []
    listed = subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=False).stdout
    known = {line.split()[0] for line in listed.splitlines() if line.startswith("\t")}
    return [package for library, package in libraries.items() if library not in known]


def missing_for_desktop() -> list[str]:
    """Return the packages that the virtual desktop lacks."""
    return [*missing_programs(DESKTOP_PROGRAMS), *missing_for_pictures()]


def missing_for_tests() -> list[str]:
    """Return the packages that the tests lack, those of the virtual desktop among them."""
    files = TEST_FILES if sys.platform.startswith("linux") else {}
    places = {place: any(Path("/").glob(place)) for place in files}
    return [
        *missing_for_desktop(),
        *missing_programs(TEST_PROGRAMS),
        *(missing_programs(FRONT_PROGRAMS) if os.environ.get("CI") else ()),
        *missing_libraries(python_library()),
        *(files[place] for place, is_there in places.items() if not is_there),
    ]


def python_library() -> dict[str, str]:
    """Return library → Debian package of this Python as a library, which freezing takes."""
    name = str(sysconfig.get_config_var("INSTSONAME"))
    if sys.base_prefix != "/usr" or ".so" not in name:  # any other Python brings its own
        return {}
    return {name: f"libpython{sys.version_info[0]}.{sys.version_info[1]}"}


def missing_for_pictures() -> list[str]:
    """Return the package of a font for Chinese, if no font has its characters."""
    if not sys.platform.startswith("linux"):
        return []
    command = ["fc-list", ":lang=zh-cn", "family"]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return [DESKTOP_PROGRAMS["fc-list"], CHINESE_FONT]
    return [] if asked.stdout.strip() else [CHINESE_FONT]


def missing_programs(programs: Mapping[str, str]) -> list[str]:
    """Return the packages of those programs that are not there."""
    if not sys.platform.startswith("linux"):
        return []
    return [package for program, package in programs.items() if find_program(program) is None]


def find_program(program: str) -> str | None:
    """Return where a program is, those for administrators included."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin".lstrip(":")
    return shutil.which(program, path=path)


def install_packages(packages: Sequence[str], purpose: str) -> bool:
    """Install Debian packages if we may, else print how; say whether they are there now."""
    packages = list(dict.fromkeys(packages))
    if not packages:
        return True
    if shutil.which("apt-get") is None:
        say(f"{purpose} needs what Debian calls {' '.join(packages)}: please install it")
        return False
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if not is_root():
        say(f"{purpose} needs system packages. Please run:\n  sudo {shlex.join(command)}")
        return False
    say(f"{purpose} needs system packages, installing {' '.join(packages)} …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    code = 0
    for step in (["apt-get", "update"], command):
        done = subprocess.run(
            step,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        code = done.returncode
        if code:
            say(f"{shlex.join(step)} failed:\n{done.stdout[-3000:]}")
    return code == 0


def set_up_qt() -> None:
    """Get Qt's libraries, and what .venv is made with; without them there is no going on."""
    libraries = missing_libraries(QT_LIBRARIES)
    modules = [] if PYTHON.exists() else missing_modules()
    purpose = "Qt" if libraries else "A virtual environment"
    if not install_packages([*libraries, *modules], purpose):
        sys.exit(1)


def missing_modules() -> list[str]:
    """Return the package of the modules that make virtual environments, which Debian's Python
    lacks."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return []
    return [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"]


def set_up_system(packages: Sequence[str], purpose: str) -> None:
    """Get the system packages that something needs."""
    if not install_packages(packages, purpose):
        say("going on without: tests that need it are skipped (and fail where CI is set)")


def set_up_environment(kind: str) -> None:
    """Bring .venv to what the lock file says; at once when it is there already."""
    set_up_qt()  # first: compiling the translations needs it, and whoever is not root is told
    wanted: dict[str, object] = {
        "python": ".".join(str(part) for part in sys.version_info[:2]),
        "locks": {
            name: hashlib.sha256(lock.read_bytes()).hexdigest() for name, lock in LOCKS.items()
        },
    }
    stamp = read_stamp()
    if stamp in ({**wanted, "kind": kind}, {**wanted, "kind": "dev"}):
        compile_translations()
        return
    # What an interrupted run left, or what belongs to another Python, is not worth mending.
    if UNFINISHED.exists() or not is_usable(str(wanted["python"])):
        create_environment()
    UNFINISHED.touch()
    STAMP.unlink(missing_ok=True)
    say(f"installing the packages of {LOCKS[kind].name} into .venv …")
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    # The lock is whole. An old pip that looks for itself is led astray by newer releases.
    options += ["--no-deps", "--requirement", str(LOCKS[kind])]
    run_or_exit(module("pip", "install", *options))
    STAMP.write_text(json.dumps({**wanted, "kind": kind}), encoding="utf-8")
    UNFINISHED.unlink()
    compile_translations()


def compile_translations() -> None:
    """Make the .qm files that the program reads, if a text has changed since."""
    sources = sorted((ROOT / "resources" / "translations").glob("*.ts"))
    wanted = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sources}
    stamp = VENV / "translations.json"
    try:
        is_done = json.loads(stamp.read_text(encoding="utf-8")) == wanted
    except (OSError, ValueError, RecursionError):
        is_done = False
    if is_done and all(path.with_suffix(".qm").exists() for path in sources):
        return
    run_or_exit([PYTHON, TRANSLATIONS, "compile"])
    stamp.write_text(json.dumps(wanted), encoding="utf-8")


def read_stamp() -> dict[str, object]:
    """Return what the last set-up noted down, nothing if there is no sound note."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return stamp if isinstance(stamp, dict) and PYTHON.exists() else {}


def is_usable(version: str) -> bool:
    """Say whether .venv has a Python of this version, with pip."""
    code = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        asked = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return asked.returncode == 0 and asked.stdout.strip() == version


def create_environment() -> None:
    """Make .venv anew."""
    if not install_packages(missing_modules(), "A virtual environment"):
        sys.exit(f"This Python ({sys.executable}) has no venv module.")
    say("creating the virtual environment .venv …")
    interpreter = sys.executable
    if sys.prefix != sys.base_prefix:  # it may be the very one that is cleared
        interpreter = getattr(sys, "_base_executable", None) or sys.executable
    VENV.mkdir(exist_ok=True)
    UNFINISHED.touch()
    run_or_exit([interpreter, "-m", "venv", "--clear", VENV])


def environment_for_children() -> dict[str, str]:
    """Return our environment with the checkout importable from any folder."""
    others = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(ROOT), *([others] if others else [])])
    return {**os.environ, "PYTHONPATH": path}


def run_or_exit(command: Sequence[str | Path]) -> None:
    """Run a command; end this script with its exit code if that is not 0."""
    code = run(command)
    if code:
        sys.exit(code)


def run(command: Sequence[str | Path], *, cwd: Path | None = None) -> int:
    """Run a command to its end, whatever is pressed meanwhile, and return its exit code."""
    child = subprocess.Popen(
        [str(part) for part in command], env=environment_for_children(), cwd=cwd
    )

    def on_signal(number: int, _: FrameType | None) -> None:
        if reaches_only_us(number):
            child.send_signal(number)

    with handling(on_signal):
        code = child.wait()
    return code if code >= 0 else 128 - code


def reaches_only_us(number: int) -> bool:
    """Say whether our children do not get this signal by themselves, as Ctrl-C in a terminal."""
    return number == signal.SIGTERM or not sys.stdin or not sys.stdin.isatty()


@contextmanager
def handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """While inside, SIGINT and SIGTERM go to `handler`."""
    old = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, before in old.items():
            signal.signal(number, before)


def module(name: str, *arguments: str) -> list[str | Path]:
    """Return the command that runs a module in .venv."""
    return [PYTHON, "-m", name, *arguments]


def command_run(arguments: Sequence[str]) -> int:
    """Start the program, with a demo server and a virtual desktop where there is nothing real."""
    set_up_environment("run")
    arguments = list(arguments)
    options = {argument.partition("=")[0] for argument in arguments}
    is_terminal_verb = any(not argument.startswith("-") for argument in arguments[:1])
    if is_terminal_verb or options & {"--help", "-h", "--version"}:
        return run(module("tray_app", *arguments))
    has_screen = not sys.platform.startswith("linux") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )
    set_up_system([] if has_screen else missing_for_desktop(), "The virtual desktop")
    if not options & {"--demo", "--server"} and not is_ollama_there():
        say("no Ollama answers here: showing the built-in demo server (--demo)")
        arguments.append("--demo")
    program = module("tray_app", *arguments)
    if has_screen:
        return run(program)
    say("there is no display here: running on a virtual desktop")
    harness = module("tests.desktop.harness", "run", "--prefix", "python3 dev.py desktop", "--")
    return run([*harness, *program])


def is_ollama_there() -> bool:
    """Ask as the program itself would, with its settings and OLLAMA_HOST."""
    asked = subprocess.run(
        [str(part) for part in module("tray_app", "status")],
        env=environment_for_children(),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return asked.returncode != EXIT_UNREACHABLE


def command_demo(arguments: Sequence[str]) -> int:
    """Start the program on its built-in demo server."""
    return command_run(["--demo", *arguments])


def command_desktop(arguments: Sequence[str]) -> int:
    """Look at the virtual desktop of a `run` and drive it: picture FILE, menu, click LABEL."""
    set_up_environment("run")
    return run(module("tests.desktop.harness", *arguments))


def command_test(arguments: Sequence[str]) -> int:
    """Run everything that CI runs; with arguments for pytest only that much of pytest."""
    set_up_system(missing_for_tests(), "A test run")
    set_up_environment("dev")
    results: list[tuple[str, int]] = [] if arguments else check()
    options = [] if arguments else ["--cov=tray_app", "--cov-report=", *in_parallel()]
    code, closing_line = run_pytest([*options, *arguments])
    results.append(("pytest", code))
    if not arguments and code in (0, 1):  # else it did not come to the end
        limits = [f"--include={COVERED}", f"--fail-under={MIN_COVERAGE}"]
        report = module("coverage", "report", "--skip-covered", *limits)
        results.append(("coverage of core and ollama", run(report, cwd=ROOT)))
    sum_up(results)
    print(closing_line, flush=True)
    return 1 if any(code for _, code in results) else 0


def command_lint(_: Sequence[str]) -> int:
    """Run ruff and mypy."""
    set_up_environment("dev")
    results = check()
    sum_up(results)
    return 1 if any(code for _, code in results) else 0


def check() -> list[tuple[str, int]]:
    """Run the checks that look at the source only."""
    steps = {
        "ruff check": module("ruff", "check"),
        "ruff format": module("ruff", "format", "--check"),
        "mypy": module("mypy"),
    }
    results = []
    for name, command in steps.items():
        say(f"{name} …")
        results.append((name, run(command, cwd=ROOT)))
    return results


def sum_up(results: Sequence[tuple[str, int]]) -> None:
    """Print a line for each step."""
    print(flush=True)
    for name, code in results:
        print(f"{name}: {'ok' if code == 0 else f'FAILED (exit code {code})'}", flush=True)


def in_parallel() -> list[str]:
    """Return the options of pytest that use all cores of this machine."""
    asked = getattr(os, "sched_getaffinity", None)
    cores = len(asked(0)) if asked else os.cpu_count() or 1
    # One more than there are cores: many a test waits for another process. Of the ways to deal
    # tests out, this one keeps neighbours together, and goes on where a worker has crashed.
    return ["--numprocesses", str(min(cores + 1, MOST_WORKERS)), "--dist", "worksteal"]


def run_pytest(arguments: Sequence[str]) -> tuple[int, str]:
    """Run pytest, passing on all that it prints but its closing line; return that with the code."""
    colour = "yes" if sys.stdout.isatty() else "no"
    command = [str(part) for part in module("pytest", f"--color={colour}", *arguments)]
    # Tests start the program again and again: it is compiled once, but not among the sources.
    bytecode = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(BYTECODE)}
    child: subprocess.Popen[bytes] | None = None
    wanted: list[int] = []

    def on_signal(number: int, _: FrameType | None) -> None:
        wanted.append(number)
        if child is not None and reaches_only_us(number):
            end_pytest(child, is_patient=len(wanted) == 1)

    closing_line, pending = "", b""
    # Started in here: whoever is started with SIGINT ignored never hears of it.
    with handling(on_signal):
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**environment_for_children(), **bytecode},
            stdout=subprocess.PIPE,
        )
        if wanted:
            end_pytest(child, is_patient=True)
        assert child.stdout is not None
        with child.stdout as output:
            while piece := os.read(output.fileno(), 65536):
                *lines, pending = (pending + piece).split(b"\n")
                for line in lines:
                    text = line.decode(errors="replace")
                    if CLOSING_LINE.match(COLOUR.sub("", text)):
                        closing_line = text
                    else:
                        print(text, flush=True)
                if GROWING_LINE.match(COLOUR.sub("", pending.decode(errors="replace"))):
                    print(pending.decode(errors="replace"), end="", flush=True)
                    pending = b""
        code = child.wait()
    return code, closing_line


def end_pytest(child: subprocess.Popen[bytes], *, is_patient: bool) -> None:
    """Have pytest end its workers, and they their tests' fixtures; the impatient just end it."""
    if os.name == "nt" or not is_patient:
        child.kill()
    else:
        child.send_signal(signal.SIGINT)


def command_format(_: Sequence[str]) -> int:
    """Let ruff sort the imports and format everything."""
    set_up_environment("dev")
    run_or_exit([*module("ruff", "check", "--fix", "--select", "I"), ROOT])
    return run([*module("ruff", "format"), ROOT])


def command_translate(arguments: Sequence[str]) -> int:
    """Bring resources/translations to what the code says, and compile it; `translate de` begins
    a language first that has no file yet."""
    set_up_environment("run")
    for language in arguments:
        if code := run([PYTHON, TRANSLATIONS, "add", language], cwd=ROOT):
            return code
    code = run([PYTHON, TRANSLATIONS, "update"], cwd=ROOT)
    compile_translations()
    for path in sorted((ROOT / "resources" / "translations").glob("*.ts")):
        if unfinished := path.read_text(encoding="utf-8").count('type="unfinished"'):
            say(f"{path.name}: {unfinished} texts have no translation yet")
    return code


def command_system(_: Sequence[str]) -> int:
    """Install the system packages only, for a machine where that takes sudo."""
    set_up_qt()
    set_up_system(missing_for_tests(), "A test run")
    return 1 if missing_libraries(QT_LIBRARIES) or missing_for_tests() else 0


def command_shots(arguments: Sequence[str]) -> int:
    """Render every window, dialog and menu into build/shots."""
    set_up_system(missing_for_pictures(), "Chinese text in pictures")
    set_up_environment("dev")
    return run(module("tests.shots", *arguments), cwd=ROOT)


def command_bench(arguments: Sequence[str]) -> int:
    """Measure start, memory, latency and throughput, and print the table."""
    set_up_system(missing_for_desktop(), "The virtual desktop")
    set_up_environment("dev")
    return run(module("tests.bench", *arguments), cwd=ROOT)


def missing_for_windows() -> list[str]:
    """Return the packages that `try-windows` lacks."""
    has_wine = Path(WINE).exists() or find_program("wine64") is not None
    return [
        *([] if has_wine else ["wine64"]),
        *missing_programs(WINDOWS_PROGRAMS),
        *missing_for_desktop(),
    ]


def command_try_windows(arguments: Sequence[str]) -> int:
    """Freeze, install, use, upgrade and remove the Windows program under wine, and test there."""
    if not sys.platform.startswith("linux"):
        say("wine is for Linux; on Windows, use packaging/build.py and packaging/smoke.py")
        return EXIT_CANNOT_TRY
    if not install_packages(missing_for_windows(), "A trial of the Windows program"):
        return EXIT_CANNOT_TRY
    set_up_qt()
    script = ROOT / "packaging" / "try_windows.py"
    return run([sys.executable, script, *arguments], cwd=ROOT)


def command_lock(arguments: Sequence[str]) -> int:
    """Write the lock files anew: add --upgrade for the newest allowed releases of everything."""
    tools = ROOT / "build" / "lock-tools"
    uv = shutil.which("uv") or shutil.which("uv", path=str(tools / PYTHON.parent.name))
    if uv is None:
        run_or_exit([sys.executable, "-m", "venv", tools])
        pip = tools / PYTHON.parent.name / "pip"
        run_or_exit([pip, "install", "--quiet", "--disable-pip-version-check", "uv"])
        uv = str(tools / PYTHON.parent.name / "uv")
    options = ["--universal", "--generate-hashes", "--python-version", "3.11", "--quiet"]
    # No address of any index: whoever installs uses the one that they have set up.
    options += ["--no-emit-index-url", "--no-header", "--no-annotate", *arguments]
    compile_ = [uv, "pip", "compile", *options, "pyproject.toml", "--output-file"]
    code = run([*compile_, LOCKS["run"].name], cwd=ROOT)
    extra = ["--extra", "dev", "--constraint", LOCKS["run"].name]
    code = code or run([*compile_, LOCKS["dev"].name, *extra], cwd=ROOT)
    building = ROOT / "packaging" / "requirements-build.lock"
    wanted = [str(building.with_suffix(".in")), "--constraint", LOCKS["run"].name]
    command = [uv, "pip", "compile", *options, *wanted, "--output-file", str(building)]
    code = code or run(command, cwd=ROOT)
    for lock in (*LOCKS.values(), building):
        if "://" in lock.read_text(encoding="utf-8"):
            say(f"{lock.name} holds an address: do not commit it")
            return 1
    return code


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "run": command_run,
    "demo": command_demo,
    "desktop": command_desktop,
    "test": command_test,
    "lint": command_lint,
    "format": command_format,
    "translate": command_translate,
    "shots": command_shots,
    "bench": command_bench,
    "try-windows": command_try_windows,
    "lock": command_lock,
    "system": command_system,
}


def main() -> int:
    """Run one command; all arguments after its name are the command's own."""
    summary = "\n".join(f"  {name:11} {run.__doc__}" for name, run in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="dev.py",
        usage="python3 dev.py COMMAND [--] [ARGUMENT …]",
        epilog=f"commands:\n{summary}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    if not sys.argv[1:] or sys.argv[1] in ("-h", "--help", "help"):
        parser.print_help()
        return 0
    chosen = parser.parse_args(sys.argv[1:2])
    arguments = sys.argv[2:]
    return COMMANDS[chosen.command](arguments[1:] if arguments[:1] == ["--"] else arguments)


if __name__ == "__main__":
    sys.exit(main())
