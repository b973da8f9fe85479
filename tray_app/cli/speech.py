"""The language of a terminal: English where Qt, which knows the others, cannot be loaded."""

from __future__ import annotations

import os

from tray_app import text
from tray_app.text.english import EnglishFormats, english_formats


def is_about_qt(error: ImportError) -> bool:
    """Whether it is Qt that cannot be loaded, and no module of ours."""
    return any(
        "PySide6" in place or "shiboken6" in place for place in (error.path or "", str(error))
    )


def speak(language: str = "system", size_units: str = "") -> str:
    """Use the language of the setting `language`, and the setting `size_units`, from now on.

    English where Qt is needed for another one and cannot be loaded; then gives the reason, as the
    system's loader or Python says it, else "".
    """
    problem = ""
    english = english_formats(language, os.environ)
    if english is None:
        try:
            from tray_app.language import install_in_terminal

            install_in_terminal(language)
        except ImportError as error:
            if not is_about_qt(error):
                raise
            problem = str(error)
            english = EnglishFormats()
    text.configure(size_units, english)
    return problem
