"""The translations are up to date and lose nothing of what a text needs; Chinese is complete.

Other languages may be half done: what they lack is shown in English.
"""

import ast
import importlib.util
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "resources" / "translations").glob("*.ts"))
COMPLETE = [file for file in FILES if file.stem == "ollama-tray_zh_CN"]
FIELD = re.compile(r"\{(\w*)\}")
NUMBER = re.compile(r"%L?n")
HAN = re.compile(r"[\u3400-\u9fff]")
LEAST_TEXTS = 500  # fewer means that they were not found
HAN_FIELD = re.compile(r"\{(servers|time|left|ago|when|moment|date|more|sentence|fetched)\}")
Key = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """One text of a .ts file."""

    source: str
    comment: str
    context: str
    is_plural: bool
    status: str
    translations: tuple[str, ...]

    @property
    def key(self) -> Key:
        return self.source, self.comment


def entries(file: Path) -> list[Entry]:
    found = []
    for context in ET.fromstring(file.read_text(encoding="utf-8")).iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            forms = [form.text or "" for form in translation.iter("numerusform")]
            found.append(
                Entry(
                    message.findtext("source") or "",
                    message.findtext("comment") or "",
                    context.findtext("name") or "",
                    message.get("numerus") == "yes",
                    translation.get("type", ""),
                    tuple(forms) if message.get("numerus") else (translation.text or "",),
                )
            )
    assert len(found) > LEAST_TEXTS, f"{file} was not read"
    return found


def finished(file: Path) -> list[Entry]:
    return [entry for entry in entries(file) if not entry.status]


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `tr` in the program, with its place."""
    for file in sorted((ROOT / "tray_app").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name == "tr":
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def in_the_code() -> dict[Key, tuple[bool, str]]:
    """What the code says: text and comment → whether it counts something, and where."""
    found = {}
    for place, call in calls():
        words = [ast.literal_eval(argument) for argument in call.args[:2]]
        source, comment = [*words, ""][:2]
        found[source, comment] = len(call.args) > 2, place
    return found


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """packaging/translations.py, which is in no package."""
    spec = importlib.util.spec_from_file_location("t", ROOT / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["t"] = module
    spec.loader.exec_module(module)
    return module


def test_there_is_chinese() -> None:
    assert len(COMPLETE) == 1


def test_every_text_is_written_where_lupdate_reads_it() -> None:
    found = list(calls())
    assert len(found) > LEAST_TEXTS
    for place, call in found:
        assert isinstance(call.func, ast.Name), f"{place}: a bare tr() has the empty context"
        for argument in call.args[:2]:
            is_text = isinstance(argument, ast.Constant) or place.startswith(
                "tray_app/text/wording"
            )
            assert is_text, f"{place}: only a literal can be found"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_text_of_the_code_is_there(file: Path) -> None:
    there = {entry.key: entry for entry in entries(file)}
    in_code = in_the_code()
    missing = [f"{place}: {key}" for key, (_, place) in in_code.items() if key not in there]
    assert missing == [], "run `python3 dev.py translate` and translate what is unfinished"
    assert sorted(set(there) - set(in_code)) == [], "run `python3 dev.py translate`"
    for key, (is_plural, place) in in_code.items():
        assert there[key].is_plural == is_plural, place
        assert there[key].context == ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_lupdate_would_change_nothing(file: Path, tool: ModuleType, tmp_path: Path) -> None:
    copy = tmp_path / file.name
    shutil.copyfile(file, copy)
    tool.update_translations(tmp_path)
    assert entries(copy) == entries(file), "run `python3 dev.py translate`"


@pytest.mark.parametrize("file", COMPLETE, ids=lambda file: file.stem)
def test_nothing_is_unfinished(file: Path) -> None:
    assert [entry.source for entry in entries(file) if entry.status] == []
    assert [entry.source for entry in entries(file) if not all(entry.translations)] == []


def fields(entry: Entry) -> set[str]:
    return set(FIELD.findall(entry.source))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_fields_and_numbers_are_kept(file: Path) -> None:
    for entry in finished(file):
        # A comment may name a field that languages can use instead.
        instead = set(FIELD.findall(entry.comment))
        for words in entry.translations:
            found = set(FIELD.findall(words))
            assert found == fields(entry) or (instead and found == instead), entry
            assert NUMBER.findall(words) == NUMBER.findall(entry.source), entry


def ending(words: str) -> str:
    return re.sub(r"\(&\w\)", "", words)[-1:]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_signs_are_kept(file: Path) -> None:
    for entry in finished(file):
        for words in entry.translations:
            is_open = ending(entry.source) == "…"
            assert (ending(words) == "…") == is_open, entry
            assert "..." not in words, entry
            assert "……" not in words, entry
            assert words[:1].isspace() == entry.source[:1].isspace(), entry
            assert not words[-1:].isspace() or entry.source[-1:].isspace(), entry
            if "_zh_" in file.stem:
                assert words.count("“") == words.count("”"), entry
            assert "&" not in words or "&" in entry.source or entry.comment == "button", entry
            assert words.count("&") <= 1, entry
            assert "\n" not in words, entry
            assert not set("'\"") & set(words), entry


@pytest.mark.parametrize("file", [file for file in FILES if "_zh_" in file.name])
def test_chinese_is_set_like_chinese(file: Path) -> None:
    for entry in finished(file):
        for words in entry.translations:
            if not HAN.search(words):
                continue
            # Between Chinese and Latin words or numbers there is a space; fields that hold a
            # time, which is Chinese itself, need none.
            plain = re.sub(r"\(&\w\)", "", words)
            plain = HAN_FIELD.sub("时", plain)
            plain = FIELD.sub("Xx", NUMBER.sub("1", plain))
            glued = re.search(r"[\u3400-\u9fff][A-Za-z0-9]|[A-Za-z0-9%][\u3400-\u9fff]", plain)
            assert glued is None, entry
            # Full-width signs, half-width digits and letters.
            assert re.search(r"[\u3400-\u9fff][,;:!?.]", plain) is None, entry
            assert re.search(r" [，。；：？！（）]|[，。；：？！（）] ", plain) is None, entry
            wide = [c for c in words if c.isalnum() and unicodedata.east_asian_width(c) == "F"]
            assert wide == [], entry


def test_compiling_makes_what_the_program_looks_for(tool: ModuleType, tmp_path: Path) -> None:
    made = tool.compile_translations(tmp_path)
    assert [path.name for path in made] == [f"{file.stem}.qm" for file in FILES]
    whole = [path for path in made if path.stem == COMPLETE[0].stem]
    assert whole[0].stat().st_size > 10_000


def test_a_language_is_begun_with_one_command(tool: ModuleType, tmp_path: Path) -> None:
    file = tool.add_language("pl", tmp_path)
    assert file.name == "ollama-tray_pl.ts"
    begun = entries(file)
    # Every text, none of them translated, and the three plural forms of Polish.
    assert {entry.key for entry in begun} == set(in_the_code())
    assert {entry.status for entry in begun} == {"unfinished"}
    assert {len(entry.translations) for entry in begun if entry.is_plural} == {3}
    for bad in ("pl", "en", "Polish", "../x", ""):
        with pytest.raises(ValueError, match=r"no code|already"):
            tool.add_language(bad, tmp_path)
