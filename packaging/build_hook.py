"""What hatchling does besides copying: compiled translations go into the wheel and the sdist, the
addresses of the project into the wheel.

A checkout has none, so there PySide6 is needed to build; an sdist brings them along.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit.packaged import PROJECT_FILE, project_facts
from translations import compile_translations


class TranslationsHook(BuildHookInterface[Any]):
    """Compiles resources/translations in place; .qm files there are ignored by git."""

    PLUGIN_NAME = "custom"

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._made = TemporaryDirectory()  # gone with the hook, when the wheel is there

    @property
    def _folder(self) -> Path:
        return Path(self.root) / "resources" / "translations"

    def _is_complete(self) -> bool:
        # An sdist has no repository around it; what lies in a checkout may be old.
        is_sdist = (Path(self.root) / "PKG-INFO").is_file()
        sources = list(self._folder.glob("*.ts"))
        return is_sdist and all(source.with_suffix(".qm").is_file() for source in sources)

    def dependencies(self) -> list[str]:
        """What is needed in the build environment: a heavy thing, asked for only where it is."""
        if self._is_complete():
            return []
        project = self.metadata.core.dependencies
        return [name for name in project if name.casefold().startswith("pyside6")]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the files are collected."""
        if not self._is_complete():
            compile_translations(self._folder, self._folder)
        build_data["artifacts"].append("/resources/translations/*.qm")
        if self.target_name == "wheel" and version != "editable":
            places = {file: f"translations/{file.name}" for file in self._folder.glob("*.qm")}
            # What an sdist or a clean copy has of it is not among the files of a wheel.
            facts = Path(self._made.name) / PROJECT_FILE
            facts.write_text(project_facts(Path(self.root)), encoding="utf-8", newline="\n")
            places[facts] = PROJECT_FILE
            for file, place in places.items():
                build_data["force_include"][str(file)] = f"tray_app/_resources/{place}"
