"""The languages of the pictures: that of a locale, or texts three times as long."""

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from tray_app import language, text

LONG = "long"


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


_stretched: list[QTranslator] = []


def speak(locale: str) -> None:
    """Have all that is built from now on speak the language of `locale`, or LONG words."""
    while _stretched:
        QCoreApplication.removeTranslator(_stretched.pop())
    is_known = locale in language.languages()
    language.install_language(locale if is_known else language.SOURCE)
    QLocale.setDefault(QLocale("en_GB" if locale == LONG else locale))
    if locale == LONG:
        _stretched.append(Stretched())
        QCoreApplication.installTranslator(_stretched[0])
    text.configure("decimal")
