"""Pictures with texts three times as long: nothing may be cut or overlap."""

from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QWidget

from tests import shots_data as data
from tests.shots import SHOTS
from tests.shots_main import filled, select
from tray_app import text


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


def stretched(build: object) -> QWidget:
    """What `build` makes while the texts are long."""
    translator = Stretched()
    QCoreApplication.installTranslator(translator)
    text.configure()
    made: QWidget = build()  # type: ignore[operator]
    QCoreApplication.removeTranslator(translator)
    return made


@SHOTS.add("long-main-720x440", themes=("light",))
def main_window() -> QWidget:
    def build() -> QWidget:
        made = filled(720, 440)
        select(made, "llama3.2:latest")
        return made

    return stretched(build)


@SHOTS.add("long-main", themes=("light",))
def wide_window() -> QWidget:
    return stretched(lambda: filled(1200, 600))


@SHOTS.add("long-downloads-720x440", themes=("light",))
def downloads() -> QWidget:
    def build() -> QWidget:
        made = filled(720, 440)
        for item in data.PULLS:
            made.pulls.set_item(item)
        made.set_pull_summary(data.SUMMARY)
        return made

    return stretched(build)
