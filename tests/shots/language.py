"""The languages of the pictures: that of a locale, texts three times as long, or mirrored ones."""

import re

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from tray_app import language, text

LONG = "long"
MIRRORED = "he_IL"
_LETTERS = "אבגדהוזחטיכלמנסעפצקרשתגלמנ"
_FIXED = re.compile(r"%Ln|%n|\{\w*\}|&\w")


class Stretched(QTranslator):
    """Makes every text three times as long. %Ln and {fields} stay what they are."""

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        if len(source) < 3 or source == "en":
            return source
        return f"{source} {'wwwww ' * max(1, len(source) // 3)}".strip()

    def isEmpty(self) -> bool:
        return False


class Mirrored(QTranslator):
    """Puts letters that are written from right to left in place of every text's own; no words."""

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        if source == "en":
            return "he"
        kept = _FIXED.findall(source)
        parts = _FIXED.split(source)
        words = "".join(
            _letters(part) + more for part, more in zip(parts, [*kept, ""], strict=True)
        )
        return words.replace("%Ln", str(n)).replace("%n", str(n))

    def isEmpty(self) -> bool:
        return False


def _letters(words: str) -> str:
    return "".join(
        _LETTERS[ord(letter.lower()) - ord("a")] if "a" <= letter.lower() <= "z" else letter
        for letter in words
    )


_stretched: list[QTranslator] = []


def speak(locale: str) -> None:
    """Have all that is built from now on speak the language of `locale`, or LONG words."""
    while _stretched:
        QCoreApplication.removeTranslator(_stretched.pop())
    is_known = locale in language.languages()
    language.install_language(locale if is_known else language.SOURCE)
    QLocale.setDefault(QLocale("en_GB" if locale == LONG else locale))
    if locale in (LONG, MIRRORED):
        _stretched.append(Stretched() if locale == LONG else Mirrored())
        QCoreApplication.installTranslator(_stretched[0])
    text.configure("decimal")
