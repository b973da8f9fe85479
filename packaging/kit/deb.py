"""The .deb package."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import textwrap
from email.utils import format_datetime
from pathlib import Path

from kit import home, needs
from kit.changelog import Release, of_version
from kit.packaged import mark
from kit.project import (
    BUILD,
    DESCRIPTION,
    DIST,
    MAINTAINER,
    PACKAGING,
    PROGRAM,
    ROOT,
    SUMMARY,
    VERSION,
    BuildError,
    architecture,
    build_date,
    run,
    set_times,
    size_of,
)
from kit.templates import fill
from kit.tree import HOME

MAX_BYTES = 38_000_000
"""The package, packed as for a release."""
_ARCHITECTURES = {"x86_64": "amd64", "arm64": "arm64"}


def build_deb(tree: Path, *, quick: bool) -> Path:
    """Make dist/ollama-tray_VERSION_ARCH.deb."""
    work = BUILD / "deb"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(tree, work, symlinks=True)
    mark(work / HOME, "deb")
    documents = work / "usr" / "share" / "doc" / PROGRAM
    documents.mkdir(parents=True)
    copyright_ = fill(PACKAGING / "linux" / "copyright", {"SOURCE": home.read().source})
    (documents / "copyright").write_text(copyright_, encoding="utf-8")
    changes = _changelog(of_version(ROOT / "CHANGELOG.md")).encode()
    (documents / "changelog.gz").write_bytes(gzip.compress(changes, 9, mtime=0))
    overrides = work / "usr" / "share" / "lintian" / "overrides" / PROGRAM
    overrides.parent.mkdir(parents=True)
    shutil.copyfile(PACKAGING / "linux" / "lintian-overrides", overrides)

    control = work / "DEBIAN"
    control.mkdir()
    (control / "control").write_text(_control(work), encoding="utf-8")
    (control / "md5sums").write_text(_md5sums(work), encoding="utf-8")
    for script in ("prerm",):
        shutil.copyfile(PACKAGING / "linux" / f"deb-{script}", control / script)
        (control / script).chmod(0o755)
    for path in (work, *work.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    set_times(work)
    target = DIST / f"{PROGRAM}_{VERSION}_{_architecture()}.deb"
    options = ["-Zxz", "-z0"] if quick else ["-Zxz", "-z9", "-Sextreme"]
    run(["dpkg-deb", "--root-owner-group", *options, "--build", work, target])
    if not quick and size_of(target) > MAX_BYTES:
        raise BuildError(f"{target} is {size_of(target) / 1e6:.1f} MB, over {MAX_BYTES / 1e6:.0f}")
    return target


def _architecture() -> str:
    return _ARCHITECTURES.get(architecture(), architecture())


def _control(work: Path) -> str:
    size_kib = -(-size_of(work) // 1024)
    fields = {
        "Package": PROGRAM,
        "Version": VERSION,
        "Section": "utils",
        "Priority": "optional",
        "Architecture": _architecture(),
        "Installed-Size": str(size_kib),
        "Maintainer": MAINTAINER,
        "Homepage": home.read().homepage,
        "Depends": ", ".join(needs.debian_packages(work)),
        "Recommends": "xdg-desktop-portal, hicolor-icon-theme",
        "Suggests": "gnome-shell-extension-appindicator",
    }
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    lines.append(f"Description: {SUMMARY[0].lower()}{SUMMARY[1:]}")
    lines += [f" {line}" for line in textwrap.wrap(DESCRIPTION, 76)]
    return "\n".join(lines) + "\n"


def _md5sums(work: Path) -> str:
    lines = []
    for path in sorted(work.rglob("*")):
        if path.is_file() and not path.is_symlink() and "DEBIAN" not in path.parts:
            digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
            lines.append(f"{digest}  {path.relative_to(work).as_posix()}\n")
    return "".join(lines)


def _changelog(release: Release) -> str:
    points = [
        textwrap.fill(point, 76, initial_indent="  * ", subsequent_indent="    ")
        for point in release.points
    ]
    date = format_datetime(build_date())
    body = "\n".join(points)
    return f"{PROGRAM} ({VERSION}) stable; urgency=medium\n\n{body}\n\n -- {MAINTAINER}  {date}\n"
