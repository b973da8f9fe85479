"""macOS: what the application says of itself, its signature, and the disk image."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kit.freeze import SYSTEM
from kit.project import (
    APP_ID,
    APP_NAME,
    BUILD,
    DIST,
    PACKAGING,
    VERSION,
    NotHere,
    architecture,
    run,
    say,
)

__all__ = ["APP_ID", "APP_NAME", "VERSION", "build_dmg", "info_plist"]

IDENTITY = "MACOS_IDENTITY"
"""The name of a “Developer ID Application” certificate in the keychain."""
NOTARY_PROFILE = "MACOS_NOTARY_PROFILE"
"""A profile that `xcrun notarytool store-credentials` has put into the keychain."""


def info_plist(languages: Iterable[str]) -> dict[str, Any]:
    """The keys of Info.plist besides those that PyInstaller knows."""
    return {
        "CFBundleDisplayName": APP_NAME,
        "CFBundleName": APP_NAME,
        "CFBundleShortVersionString": VERSION,
        "CFBundleLocalizations": ["en", *(name.replace("_", "-") for name in languages)],
        "CFBundleURLTypes": [
            {"CFBundleURLName": APP_ID, "CFBundleURLSchemes": ["ollama-tray"]},
        ],
        "LSApplicationCategoryType": "public.app-category.utilities",
        "LSMinimumSystemVersion": "13.0",
        # At home in the menu bar: no Dock icon at login. One comes with the window.
        "LSUIElement": True,
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "MIT License",
        # Other computers in the local network, when a person sets up a server there.
        "NSLocalNetworkUsageDescription": "To reach the Ollama servers that you set up.",
        # Ollama speaks plain HTTP, and may be on another computer.
        "NSAppTransportSecurity": {"NSAllowsLocalNetworking": True},
    }


def build_dmg(frozen: Path) -> Path:
    """Make dist/Ollama-Tray-VERSION-ARCH.dmg, signed and notarized if there is what that takes."""
    if SYSTEM != "macos":
        raise NotHere("an application and a disk image of macOS are made on macOS")
    app = frozen.parent / f"{APP_NAME}.app"
    shutil.copytree(frozen / "licenses", app / "Contents" / "Resources" / "licenses")
    identity = os.environ.get(IDENTITY, "")
    _sign(app, identity)
    folder = BUILD / "dmg"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run(["ditto", app, folder / app.name])
    (folder / "Applications").symlink_to("/Applications")
    target = DIST / f"Ollama-Tray-{VERSION}-{architecture()}.dmg"
    target.unlink(missing_ok=True)
    command = ["hdiutil", "create", "-volname", APP_NAME, "-srcfolder", str(folder), "-ov"]
    run([*command, "-fs", "HFS+", "-format", "ULMO", target])
    if identity:
        run(["codesign", "--sign", identity, "--timestamp", target])
    _notarize(target, identity)
    return target


def _sign(app: Path, identity: str) -> None:
    if not identity:
        say(f"{IDENTITY} is not set: signed for nobody; macOS asks before the first start")
    entitlements = str(PACKAGING / "macos" / "entitlements.plist")
    options = ["--force", "--deep", "--options", "runtime", "--entitlements", entitlements]
    # "-" is a signature without a signer, which programs for Apple's processors must have at least.
    options += ["--timestamp"] if identity else []
    run(["codesign", *options, "--sign", identity or "-", app])


def _notarize(image: Path, identity: str) -> None:
    profile = os.environ.get(NOTARY_PROFILE, "")
    if not identity or not profile:
        say(f"{NOTARY_PROFILE} or {IDENTITY} is not set: not notarized")
        return
    command = ["xcrun", "notarytool", "submit", str(image), "--keychain-profile", profile]
    run([*command, "--wait"])
    run(["xcrun", "stapler", "staple", image])
