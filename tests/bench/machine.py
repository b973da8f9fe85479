"""What the numbers were measured on. Nothing that tells whose machine it is."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import PySide6


def describe() -> str:
    """Processor, cores, memory, system and versions in a line."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {_memory()}{_system()}, "
        f"Python {platform.python_version()}, PySide6 {PySide6.__version__}"
    )


def is_quiet() -> bool:
    """Whether little else runs; numbers of a busy machine are said to be such."""
    try:
        return os.getloadavg()[0] < (os.cpu_count() or 1) / 2
    except (AttributeError, OSError):
        return True


def _processor() -> str:
    for line in _lines("/proc/cpuinfo"):
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    for line in _lines("/proc/meminfo"):
        if line.startswith("MemTotal:"):
            return f"{round(int(line.split()[1]) / 2**20)} GiB, "
    return ""


def _system() -> str:
    for line in _lines("/etc/os-release"):
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip().strip('"')
    return f"{platform.system()} {platform.release()}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
