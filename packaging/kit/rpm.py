"""The .rpm package."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

from kit import home, needs
from kit.changelog import Release, of_version
from kit.packaged import mark
from kit.project import (
    APP_ID,
    BUILD,
    DESCRIPTION,
    DIST,
    MAINTAINER,
    PACKAGING,
    PROGRAM,
    PUBLISHER,
    ROOT,
    SUMMARY,
    VERSION,
    BuildError,
    NotHere,
    architecture,
    build_date,
    run,
)
from kit.templates import fill
from kit.tree import HOME

_ARCHITECTURES = {"arm64": "aarch64"}


def build_rpm(tree: Path, *, quick: bool) -> Path:
    """Make dist/ollama-tray-VERSION-1.ARCH.rpm."""
    if shutil.which("rpmbuild") is None:
        raise NotHere("rpmbuild is not installed (Debian, Ubuntu: package rpm)")
    top = BUILD / "rpm"
    shutil.rmtree(top, ignore_errors=True)
    top.mkdir(parents=True)
    own_tree = top / "tree"
    shutil.copytree(tree, own_tree, symlinks=True)
    mark(own_tree / HOME, "rpm")
    # Where zsh of Fedora and openSUSE looks.
    site = own_tree / "usr" / "share" / "zsh" / "site-functions"
    (own_tree / "usr" / "share" / "zsh" / "vendor-completions").rename(site)
    spec = top / f"{PROGRAM}.spec"
    spec.write_text(_filled(own_tree, quick=quick), encoding="utf-8")
    machine = _ARCHITECTURES.get(architecture(), architecture())
    command = ["rpmbuild", "-bb", "--target", machine, "--define", f"_topdir {top}"]
    run([*command, "--buildroot", top / "root", spec])
    made = list((top / "RPMS").rglob("*.rpm"))
    if len(made) != 1:
        raise BuildError(f"rpmbuild made {made}")
    target = DIST / made[0].name
    shutil.copyfile(made[0], target)
    return target


def _filled(tree: Path, *, quick: bool) -> str:
    requires = [f"{library}()(64bit)" for library in needs.host_libraries(tree)]
    requires.append(f"libc.so.6(GLIBC_{needs.glibc(tree)})(64bit)")
    values = {
        "PAYLOAD": "w1.xzdio" if quick else "w9.xzdio",
        "VERSION": VERSION,
        "SUMMARY": SUMMARY,
        "URL": home.read().homepage,
        "REQUIRES": "\n".join(f"Requires: {each}" for each in requires),
        "DESCRIPTION": textwrap.fill(DESCRIPTION, 76),
        "TREE": str(tree),
        "APP_ID": APP_ID,
        "MAINTAINER": MAINTAINER,
        "PUBLISHER": PUBLISHER,
        "CHANGELOG": _changelog(of_version(ROOT / "CHANGELOG.md")),
    }
    return fill(PACKAGING / "linux" / f"{PROGRAM}.rpm.spec", values)


def _changelog(release: Release) -> str:
    points = [
        # Not as macros.
        textwrap.fill(point, 76, initial_indent="- ", subsequent_indent="  ").replace("%", "%%")
        for point in release.points
    ]
    return "\n".join([f"* {build_date():%a %b %d %Y} {MAINTAINER} - {VERSION}-1", *points])
