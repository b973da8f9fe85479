"""Packages whose names load their file when they are asked for."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("tray_app.ollama", "tray_app.settings", "tray_app.text")


def tree(package: str) -> ast.Module:
    file = ROOT.joinpath(*package.split("."), "__init__.py")
    return ast.parse(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("package", PACKAGES)
def test_each_name_is_the_one_that_is_declared(package: str) -> None:
    declared = [
        (node.module, alias.name)
        for node in ast.walk(tree(package))
        if isinstance(node, ast.ImportFrom) and node.col_offset
        for alias in node.names
    ]
    assert declared
    for module, name in declared:
        assert module is not None
        found = getattr(importlib.import_module(package), name)
        assert found is getattr(importlib.import_module(module), name), name


@pytest.mark.parametrize("package", PACKAGES)
def test_the_names_are_those_that_are_declared(package: str) -> None:
    declared = {
        alias.name
        for node in ast.walk(tree(package))
        if isinstance(node, ast.ImportFrom) and node.col_offset
        for alias in node.names
    }
    call = next(
        node
        for node in ast.walk(tree(package))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "lazy_names"
    )
    listed = [ast.literal_eval(names.value).split() for names in call.keywords]
    assert sorted(name for names in listed for name in names) == sorted(declared)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_that_is_nowhere(package: str) -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        getattr(importlib.import_module(package), "nonsense")  # noqa: B009


def test_only_what_is_needed_is_loaded() -> None:
    code = (
        "import sys\n"
        "from tray_app.text import utc_now, diagnosis_facts, update_badge\n"
        "from tray_app.ollama import http_session\n"
        "files = 'downloads', 'lists', 'create_dialog', 'history'\n"
        "for name in (*(f'tray_app.text.{f}' for f in files), 'tray_app.ollama.client'):\n"
        "    assert name not in sys.modules, name\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)
