#!/usr/bin/env python3
"""Build packages into dist/: `python3 packaging/build.py TARGET…`, all that this system can: `all`.

The same on a laptop and in Actions. Builds are repeatable: the version comes from
tray_app/__init__.py, the date from SOURCE_DATE_EPOCH or the commit, the tools from a lock file.
Each package is listed with its size and SHA-256 when it is there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit.environment import environment_python
from kit.project import DIST, ROOT, BuildError, NotHere, environment, say, sha256, size_of

IS_LINUX = sys.platform.startswith("linux")
IS_INSIDE = "OLLAMA_TRAY_BUILD_ENVIRONMENT"


@dataclass(frozen=True)
class Options:
    """What the command line said."""

    quick: bool
    appimage_runtime: Path | None
    payload: Path | None


class Builder:
    """The targets; what several of them need is made once."""

    def __init__(self, options: Options) -> None:
        self.options = options

    @cached_property
    def source(self) -> Path:
        from kit.source import clean_copy

        return clean_copy()

    @cached_property
    def frozen(self) -> Path:
        from kit.freeze import freeze

        say("freezing the program …")
        return freeze(self.source)

    @cached_property
    def tree(self) -> Path:
        from kit.tree import system_tree

        return system_tree(self.source, self.frozen)

    def sdist(self) -> list[Path]:
        from kit.wheel import build_sdist

        return [build_sdist(self.source)]

    def wheel(self) -> list[Path]:
        from kit.wheel import build_wheel

        return [build_wheel(self.source)]

    def onedir(self) -> list[Path]:
        return [self.frozen]

    def deb(self) -> list[Path]:
        from kit.deb import build_deb

        return [build_deb(self.tree, quick=self.options.quick)]

    def rpm(self) -> list[Path]:
        from kit.rpm import build_rpm

        return [build_rpm(self.tree, quick=self.options.quick)]

    def appimage(self) -> list[Path]:
        from kit.appimage import build_appimage

        runtime = self.options.appimage_runtime
        return build_appimage(self.tree, runtime, quick=self.options.quick)

    def flatpak(self) -> list[Path]:
        from kit.flatpak import build_manifests
        from kit.wheel import build_sdist

        return build_manifests(build_sdist(self.source))

    def windows(self) -> list[Path]:
        from kit.windows import build_installer

        payload = self.options.payload or self.frozen
        return [build_installer(self.source, payload, quick=self.options.quick)]

    def portable(self) -> list[Path]:
        from kit.windows import build_portable

        return [build_portable(self.options.payload or self.frozen)]

    def macos(self) -> list[Path]:
        from kit.macos import build_dmg

        return [build_dmg(self.frozen)]

    def floor(self) -> list[Path]:
        from kit.freeze import freeze_floor

        return [freeze_floor(self.source)]

    def sbom(self) -> list[Path]:
        from kit.sbom import build_sbom

        return [build_sbom(self.frozen)]


TARGETS = (
    *("wheel", "sdist", "onedir", "deb", "rpm", "appimage", "flatpak"),
    *("windows", "portable", "macos", "sbom", "floor"),
)


def targets_of_this_system() -> list[str]:
    """What `all` means here."""
    if IS_LINUX:
        return ["wheel", "sdist", "onedir", "deb", "rpm", "appimage", "flatpak", "sbom"]
    if sys.platform == "win32":
        return ["onedir", "windows", "portable", "sbom"]
    return ["onedir", "macos", "sbom"]


def build(wanted: list[str], options: Options) -> int:
    """Build one target after the other; a list of what came of it at the end.

    Of "all", what this system cannot build is only said; what was asked for by name must be.
    """
    targets = [*wanted, *targets_of_this_system()] if "all" in wanted else wanted
    builder = Builder(options)
    made: list[Path] = []
    missing: list[str] = []
    is_broken = False
    for target in dict.fromkeys(each for each in targets if each != "all"):
        say(f"{target} …")
        step: Callable[[], list[Path]] = getattr(builder, target)
        try:
            made += step()
        except NotHere as problem:
            missing.append(f"{target}: {problem}")
            is_broken = is_broken or target in wanted
        except BuildError as problem:
            is_broken = True
            missing.append(f"{target}: {problem}")
    for path in made:
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        print(f"{name}  {size_of(path) / 1e6:.1f} MB  sha256:{sha256(path)}")
    for line in missing:
        say(f"not built, {line}")
    return 1 if is_broken else 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="build.py", description=__doc__)
    parser.add_argument("targets", nargs="+", choices=[*TARGETS, "all"], metavar="TARGET")
    parser.add_argument(
        "--quick", action="store_true", help="compress little: for tests, not for release"
    )
    parser.add_argument(
        "--appimage-runtime",
        type=Path,
        default=os.environ.get("APPIMAGE_RUNTIME") or None,
        help="the type-2 runtime of this architecture (else: $APPIMAGE_RUNTIME)",
    )
    parser.add_argument(
        "--payload",
        type=Path,
        help="windows, portable: pack this folder instead of a frozen program",
    )
    parser.epilog = f"targets: {', '.join(TARGETS)}"
    return parser.parse_args(arguments)


def main() -> int:
    """Enter the build environment, then build."""
    chosen = parse(sys.argv[1:])
    if not os.environ.get(IS_INSIDE):
        try:
            python = environment_python()
        except BuildError as problem:
            say(str(problem))
            return 1
        inside = {**environment(), IS_INSIDE: "1"}
        command = [str(python), str(Path(__file__).resolve()), *sys.argv[1:]]
        return subprocess.run(command, env=inside, check=False).returncode
    DIST.mkdir(exist_ok=True)
    return build(chosen.targets, Options(chosen.quick, chosen.appimage_runtime, chosen.payload))


if __name__ == "__main__":
    sys.exit(main())
