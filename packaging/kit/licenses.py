"""The licenses of what a frozen program holds besides ours, as files to ship with it."""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
from importlib.metadata import Distribution, distribution
from pathlib import Path

from kit.project import ROOT, BuildError

_LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)(?:\s*;\s*(.+?))?\s*\\?$", re.MULTILINE)
_LICENSE_FILE = re.compile(r"(?i)(^|/)(licen[sc]e|copying|notice)[^/]*$")

_QT = """\
Qt {version} for Python: PySide6, shiboken6 and the Qt libraries
===============================================================

These are used under the GNU Lesser General Public License, version 3. They are shared libraries in
a folder of their own (PySide6, shiboken6), unchanged: you may replace them with your own builds.
The license: https://www.gnu.org/licenses/lgpl-3.0.html, which refers to
https://www.gnu.org/licenses/gpl-3.0.html. The source:
https://download.qt.io/official_releases/ (folders qt and QtForPython) and
https://code.qt.io/cgit/pyside/pyside-setup.git/.
Licenses of the parts of others in Qt: https://doc.qt.io/qt-6/licenses-used-in-qt.html.
"""


def locked() -> list[Distribution]:
    """The packages that the program needs, as they are installed here, by name."""
    found = []
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name, _, marker in _LOCKED.findall(text):
        if _applies(marker):
            found.append(distribution(name))
    return sorted(found, key=lambda one: one.name.casefold())


def collect(source: Path, folder: Path) -> None:
    """Write our license, Python's, Qt's and those of all packages into `folder`."""
    folder.mkdir(parents=True)
    shutil.copyfile(source / "LICENSE", folder / "ollama-tray.txt")
    (folder / "python.txt").write_text(_python_license(), encoding="utf-8")
    for package in locked():
        name = package.name.casefold()
        if name.startswith(("pyside6", "shiboken6")):
            text = _QT.format(version=package.version)
            (folder / "qt.txt").write_text(text, encoding="utf-8")
            continue
        texts = [
            file.read_text(encoding="utf-8")
            for file in package.files or ()
            if ".dist-info/" in str(file) and _LICENSE_FILE.search(file.as_posix())
        ]
        if not texts:
            raise BuildError(f"{package.name} has no license file")
        (folder / f"{name}.txt").write_text("\n\n".join(texts), encoding="utf-8")


def _python_license() -> str:
    for folder in (sysconfig.get_path("stdlib"), sys.base_prefix):
        file = Path(folder) / "LICENSE.txt"
        if file.is_file():
            return file.read_text(encoding="utf-8")
    return "Python: https://docs.python.org/3/license.html\n"


def _applies(marker: str) -> bool:
    from packaging.markers import Marker  # of the build environment

    return not marker or Marker(marker).evaluate()
