"""The bill of materials: what the frozen program is made of, as CycloneDX 1.5 JSON."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import sys
import uuid
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from kit.freeze import SYSTEM
from kit.licenses import locked
from kit.project import DIST, PROGRAM, SUMMARY, VERSION, architecture, build_date, sha256

_QT = {"pyside6_essentials", "pyside6-essentials", "shiboken6"}
_LIBRARY = re.compile(r"\.(so[.\d]*|dll|dylib|pyd)$")


def build_sbom(frozen: Path) -> Path:
    """Make dist/ollama-tray-VERSION-SYSTEM-ARCH.cdx.json."""
    components = [_python(), *(_package(one) for one in locked()), *_libraries(frozen)]
    root = {
        "type": "application",
        "bom-ref": PROGRAM,
        "name": PROGRAM,
        "version": VERSION,
        "description": SUMMARY,
        "licenses": [{"license": {"id": "MIT"}}],
        "purl": f"pkg:pypi/{PROGRAM}@{VERSION}",
    }
    content: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"timestamp": build_date().isoformat(), "component": root},
        "components": components,
        "dependencies": [
            {"ref": PROGRAM, "dependsOn": sorted(each["bom-ref"] for each in components)},
        ],
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    content["serialNumber"] = f"urn:uuid:{uuid.UUID(digest[:32])}"
    target = DIST / f"{PROGRAM}-{VERSION}-{SYSTEM}-{architecture()}.cdx.json"
    target.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return target


def _python() -> dict[str, Any]:
    version = platform.python_version()
    return {
        "type": "framework",
        "bom-ref": "python",
        "name": "cpython",
        "version": version,
        "licenses": [{"license": {"id": "PSF-2.0"}}],
        "cpe": f"cpe:2.3:a:python:python:{version}:*:*:*:*:*:*:*",
    }


def _package(package: Distribution) -> dict[str, Any]:
    name = re.sub(r"[-_.]+", "-", package.name).casefold()
    purl = f"pkg:pypi/{name}@{package.version}"
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "purl": purl,
    }
    facts = package.metadata.json
    if summary := facts.get("summary"):
        component["description"] = summary
    if package.name.casefold() in _QT:
        component["licenses"] = [{"license": {"id": "LGPL-3.0-only"}}]
        component["cpe"] = f"cpe:2.3:a:qt:qt:{package.version}:*:*:*:*:*:*:*"
    elif expression := facts.get("license_expression"):
        component["licenses"] = [{"expression": expression}]
    elif text := facts.get("license"):
        component["licenses"] = [{"license": {"name": str(text).splitlines()[0]}}]
    return component


def _libraries(frozen: Path) -> list[dict[str, Any]]:
    """Libraries of the building system that came along, by name and checksum."""
    inside = frozen / ("lib" if sys.platform != "darwin" else "_internal")
    found = []
    for path in sorted(inside.glob("*")):
        if path.is_symlink() or not path.is_file() or not _LIBRARY.search(path.name):
            continue
        found.append(
            {
                "type": "library",
                "bom-ref": f"file:{path.name}",
                "name": path.name,
                "hashes": [{"alg": "SHA-256", "content": sha256(path)}],
            }
        )
    return found
