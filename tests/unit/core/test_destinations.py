"""The list of whom the program asks leaves nobody out: every address in the code is on it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tray_app.core.destinations import DESTINATIONS, Purpose, named_hosts
from tray_app.core.names import DEFAULT_HOST
from tray_app.core.pasted import HF_HOSTS
from tray_app.core.releases import API_HOST

ROOT = Path(__file__).parents[3] / "tray_app"
ADDRESS = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)")
# In examples of what a person may type, and in what marks a file.
EXAMPLES = {"ollama.example.com", "example.com"}


def words(source: Path) -> Iterator[str]:
    """The texts of a file but its docstrings; f-strings in pieces."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_address_of_the_code_is_told_of() -> None:
    found: dict[str, str] = {}
    for file in sorted(ROOT.rglob("*.py")):
        if not file.is_relative_to(ROOT / "demo"):
            for text in words(file):
                for host in ADDRESS.findall(text):
                    found[host] = str(file.relative_to(ROOT))
    assert len(found) > 3, "they were not found"
    unnamed = {host: at for host, at in found.items() if host not in named_hosts() | EXAMPLES}
    assert unnamed == {}


def test_hosts_that_stand_without_https_are_told_of() -> None:
    assert {DEFAULT_HOST, API_HOST} <= named_hosts()
    assert {host.removeprefix("www.") for host in HF_HOSTS} <= named_hosts()


def test_each_purpose_is_told_once() -> None:
    assert [each.purpose for each in DESTINATIONS] == list(Purpose)
