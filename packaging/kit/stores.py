"""What other people's stores want to know of a release: winget, Homebrew, the AUR.

All are filled from the templates in packaging/stores with the checksums of the release's files.
"""

from __future__ import annotations

from pathlib import Path

from kit import home
from kit.project import (
    APP_ID,
    APP_NAME,
    DESCRIPTION,
    MAINTAINER,
    PACKAGING,
    PUBLISHER,
    SUMMARY,
    VERSION,
    BuildError,
    build_date,
    sha256,
)
from kit.templates import fill

TEMPLATES = PACKAGING / "stores"
WINGET_ID = "OllamaTray.OllamaTray"

# what templates call it → file of the release
_FILES = {
    "WINDOWS_X64": f"Ollama-Tray-{VERSION}-setup.exe",
    "WINDOWS_ARM64": f"Ollama-Tray-{VERSION}-arm64-setup.exe",
    "MACOS_ARM64": f"Ollama-Tray-{VERSION}-arm64.dmg",
    "MACOS_X86_64": f"Ollama-Tray-{VERSION}-x86_64.dmg",
    "SDIST": f"ollama_tray-{VERSION}.tar.gz",
}
_WINGET = f"winget/manifests/o/{WINGET_ID.replace('.', '/')}/{VERSION}/{WINGET_ID}"
# template → where its store wants it
_TARGETS = {
    "winget/version.yaml": f"{_WINGET}.yaml",
    "winget/installer.yaml": f"{_WINGET}.installer.yaml",
    "winget/locale.en-US.yaml": f"{_WINGET}.locale.en-US.yaml",
    "winget/locale.zh-CN.yaml": f"{_WINGET}.locale.zh-CN.yaml",
    "homebrew/ollama-tray.rb": "homebrew/Casks/o/ollama-tray.rb",
    "aur/PKGBUILD": "aur/PKGBUILD",
    "aur/SRCINFO": "aur/.SRCINFO",
}


def write(release: Path, target: Path) -> list[Path]:
    """Write the files for all stores below `target`, for the release in a folder."""
    values = _values(release)
    made = []
    for template, place in _TARGETS.items():
        file = target / place
        file.parent.mkdir(parents=True, exist_ok=True)
        text = fill(TEMPLATES / template, values)
        file.write_text(text, encoding="utf-8", newline="\n")
        made.append(file)
    return made


def _values(release: Path) -> dict[str, str]:
    ours = home.read()
    values = {
        "APP_ID": APP_ID,
        "APP_NAME": APP_NAME,
        "CHANGELOG": ours.changelog,
        "DATE": build_date().date().isoformat(),
        "DESCRIPTION": f'"{DESCRIPTION}"',
        "DOCUMENTATION": ours.documentation,
        "HOMEPAGE": ours.homepage,
        "ISSUES": ours.issues,
        "MAINTAINER": MAINTAINER,
        "PKGVER": VERSION.replace("-", "_"),
        "PUBLISHER": PUBLISHER,
        "SOURCE": ours.source,
        "SUMMARY": SUMMARY,
        "VERSION": VERSION,
        "WINGET_ID": WINGET_ID,
    }
    for key, name in _FILES.items():
        file = release / name
        if not file.is_file():
            raise BuildError(f"{release} has no {name}")
        digest = sha256(file)
        values[f"{key}_SHA256"] = digest.upper() if key.startswith("WINDOWS") else digest
        values[f"{key}_URL"] = ours.release_file(name)
    return values
