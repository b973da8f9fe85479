"""Signatures for Windows (Authenticode), by osslsigncode, which runs on Linux too.

Only where there is a certificate; without one Windows asks before the first start.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from kit.home import read
from kit.project import APP_NAME, NotHere, run, say

CERTIFICATE = "WINDOWS_CERTIFICATE_FILE"
"""A .p12 file with the certificate and its key."""
PASSWORD = "WINDOWS_CERTIFICATE_PASSWORD_FILE"  # noqa: S105 (a name, not the password)
"""A file with the password of that."""
TIMESTAMPS = "WINDOWS_TIMESTAMP_SERVER"
"""Who says when it was signed, so that a signature outlives its certificate. Empty: nobody."""
_TIMESTAMPS = "http://timestamp.digicert.com"


def is_possible() -> bool:
    """Whether there is a certificate; says so if not."""
    if os.environ.get(CERTIFICATE):
        return True
    say(f"{CERTIFICATE} is not set: not signed; Windows asks before the first start")
    return False


def sign(files: Iterable[Path]) -> None:
    """Sign programs in place."""
    if shutil.which("osslsigncode") is None:
        raise NotHere("osslsigncode is not installed (Debian, Ubuntu: package osslsigncode)")
    options = ["-pkcs12", os.environ[CERTIFICATE], "-h", "sha256", "-n", APP_NAME]
    options += ["-i", read().homepage]
    if password := os.environ.get(PASSWORD):
        options += ["-readpass", password]
    if server := os.environ.get(TIMESTAMPS, _TIMESTAMPS):
        options += ["-ts", server]
    for file in files:
        signed = file.with_suffix(".signed")
        signed.unlink(missing_ok=True)
        run(["osslsigncode", "sign", *options, "-in", str(file), "-out", str(signed)])
        signed.replace(file)
