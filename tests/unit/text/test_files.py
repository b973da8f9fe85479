import pytest

from tests.unit.text.test_units import plain
from tray_app import text
from tray_app.core.file_failures import FileFailed, FileProblem
from tray_app.core.payloads import LoginRefusal

PATH = "/home/ana/settings.json"


@pytest.mark.parametrize(
    ("problem", "body", "hint"),
    [
        (FileProblem.NO_ROOM, f"There is no room left on the disk for {PATH}.", "Delete"),
        (FileProblem.NOT_ALLOWED, f"Ollama Tray isn’t allowed to write {PATH}.", "Give"),
        (FileProblem.READ_ONLY, f"The disk that {PATH} is on is read-only.", "Make"),
        (FileProblem.IN_USE, f"Another program has {PATH} open.", "Close"),
        (FileProblem.IN_THE_WAY, f"Something else is where {PATH} should be.", "Move"),
        (FileProblem.OTHER, f"{PATH} can’t be written: Input/output error.", ""),
    ],
)
def test_a_file_that_cannot_be_saved(problem: FileProblem, body: str, hint: str) -> None:
    message = text.save_failed_report(FileFailed(PATH, "Input/output error", problem))
    assert plain(message.title) == "Settings or downloads can’t be saved"
    assert plain(message.body) == body
    assert message.hint.startswith(hint)


def test_a_login_entry_that_cannot_be_written() -> None:
    failure = FileFailed("/home/ana/.config/autostart/x.desktop", "", FileProblem.NOT_ALLOWED)
    message = text.autostart_failed_report(failure)
    assert message.title == "Start at login can’t be changed"
    assert "x.desktop" in message.body


@pytest.mark.parametrize("refusal", LoginRefusal)
def test_what_a_portal_does_not_do_is_said_with_what_to_do(refusal: LoginRefusal) -> None:
    message = text.login_refused_report(refusal)
    assert message.title == text.autostart_failed_report(FileFailed("x")).title
    assert message.body
    assert message.hint
    bodies = {text.login_refused_report(each).body for each in LoginRefusal}
    assert len(bodies) == len(LoginRefusal)
