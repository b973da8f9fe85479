from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.support import examinations as ex
from tests.widgets.helpers import button, clipboard, plain, shown, texts
from tests.widgets.windows import Told
from tray_app.commands import Commands
from tray_app.core.diagnosis.findings import (
    About,
    Examination,
    Finding,
    FindingKind,
    LookedAt,
    Remedy,
    RemedyKind,
)
from tray_app.core.payloads import LocalOllama, ModelRef, OtherAddress
from tray_app.core.records import Server
from tray_app.core.sign_in import SignIn, SignInKind
from tray_app.settings import ServerEntry, Settings
from tray_app.state.app_state import AppState
from tray_app.views.doctor.dialog import DoctorDialog

K, R = FindingKind, RemedyKind
NAMES = [
    "doctor_requested", "doctor_again_requested", "doctor_stop_requested", "start_requested",
    "wake_requested", "keyring_unlock_requested", "server_form_requested",
    "server_address_dialog_requested", "details_dialog_requested", "pull_dialog_requested",
]  # fmt: skip


@dataclass
class Stage:
    settings: Settings
    state: AppState
    told: Told
    dialog: DoctorDialog

    def found(self, examination: Examination) -> None:
        self.state.set_examination(examination)

    def row(self, kind: FindingKind):  # type: ignore[no-untyped-def]
        rows = {f.kind: r for r in self.dialog.list.rows if (f := self.dialog.list.finding_of(r))}
        return rows.get(kind)

    def kinds(self) -> list[FindingKind]:
        found = map(self.dialog.list.finding_of, self.dialog.list.rows)
        return [finding.kind for finding in found if finding is not None]


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path) -> Iterator[Stage]:
    settings = Settings(tmp_path / "settings.json")
    settings.set(
        "servers",
        (
            ServerEntry("local"),
            ServerEntry("s", "studio", "studio:11434", sign_in=SignIn(SignInKind.TOKEN)),
            ServerEntry("n", "nas", "nas.fritz.box:11434"),
        ),
    )
    state, commands, told = AppState(Server("local")), Commands(), Told()
    told.listen(commands, NAMES)
    dialog = shown(qtbot, DoctorDialog(settings, state, commands))
    yield Stage(settings, state, told, dialog)
    dialog.close()


def test_it_looks_at_once_and_stops_when_it_is_closed(stage: Stage) -> None:
    stage.dialog.look("n")
    assert stage.told.take("doctor_requested") == ["n"]
    stage.dialog.look()
    assert stage.told.take("doctor_requested") == ["local"], "the default one first"
    stage.dialog.close()
    assert stage.told.take("doctor_stop_requested") == [None]


def test_what_is_found_stands_under_its_heading(stage: Stage) -> None:
    stage.found(ex.examined())
    said = texts(stage.dialog)
    assert said[:2] == ["2 things to fix", "14 checks on 3 servers, just now"]
    headings = [each for each in said if each in ("To fix", "Worth knowing", "Fine")]
    assert headings == ["To fix", "Worth knowing", "Fine"]
    assert stage.kinds() == [
        *(K.HOST_REFUSED, K.STRAY_FILE, K.EXPOSED, K.NEWER_OLLAMA, K.CLEAR_SECRET)
    ]
    assert "9 checks are fine" in said
    row = stage.row(K.HOST_REFUSED)
    assert row.accessibleName().startswith("“nas” only accepts its own address: Ollama there")
    assert row.accessibleDescription() == "To fix"


def test_what_is_fine_opens_by_itself_where_it_is_all_there_is(stage: Stage) -> None:
    stage.found(ex.examined(ex.ALL_FINE, ex.SERVERS[:2]))
    said = texts(stage.dialog)
    assert "Everything is fine" in said
    assert "Fine" not in said
    assert "Nothing stops Ollama from cleaning up" in said
    stage.found(ex.examined())
    assert not stage.dialog.list.fine.is_open


def test_findings_join_at_their_place_and_what_is_open_or_focused_stays(
    stage: Stage, qtbot: QtBot
) -> None:
    later = ex.examined((ex.EXPOSED, ex.NEWER, ex.HOST_REFUSED, ex.STRAY))
    stage.dialog.resize(560, 440)
    stage.found(ex.running(later, 2, "n"))
    row = stage.row(K.NEWER_OLLAMA)
    open_row = stage.row(K.EXPOSED)
    open_row.set_open(True)
    row.setFocus()
    qtbot.waitUntil(row.hasFocus)
    area = stage.dialog.list.viewport()
    before = row.mapTo(area, row.rect().topLeft()).y()
    stage.found(later)
    assert stage.kinds() == [K.HOST_REFUSED, K.STRAY_FILE, K.EXPOSED, K.NEWER_OLLAMA]
    assert stage.row(K.EXPOSED) is open_row
    assert open_row.is_open
    assert row.hasFocus()
    qtbot.waitUntil(lambda: abs(row.mapTo(area, row.rect().topLeft()).y() - before) <= 1)


def test_while_it_looks(stage: Stage) -> None:
    found = ex.examined()
    stage.found(ex.running(found, 8, "s", ""))
    dialog = stage.dialog
    assert texts(dialog)[:2] == ["Checking “studio”…", "8 of 14 checks"]
    assert not dialog.copy_button.isEnabled()
    assert dialog.copy_button.toolTip() == "Wait until the checks are done"
    assert dialog.copy_button.accessibleDescription() == "Wait until the checks are done"
    button(dialog, "Stop").click()
    assert stage.told.take("doctor_stop_requested") == [None]
    stage.found(found)
    assert dialog.copy_button.isEnabled()
    assert plain(dialog.again_button.text()) == "Check again"
    button(dialog, "Check again").click()
    assert stage.told.take("doctor_requested") == ["local"]


def test_the_servers_to_choose_from(stage: Stage) -> None:
    stage.found(ex.examined(servers=ex.SERVERS[:1]))
    assert not stage.dialog.servers.isVisible(), "of one there is no choice"
    stage.found(ex.examined())
    combo = stage.dialog.servers
    assert [combo.itemText(at) for at in range(combo.count())] == [
        *("All servers", "This computer", "studio", "nas")
    ]
    combo.setCurrentIndex(3)
    combo.activated.emit(3)
    assert stage.kinds() == [K.HOST_REFUSED]
    assert texts(stage.dialog)[0] == "1 thing to fix"
    stage.found(ex.examined(servers=(*ex.SERVERS, LookedAt("x", "office"))))
    assert combo.currentText() == "nas"
    stage.dialog.look("s")
    assert combo.currentText() == "studio"


def test_the_focus_at_first_and_the_arrows(stage: Stage, qtbot: QtBot) -> None:
    dialog = stage.dialog
    found = ex.examined()
    stage.found(ex.running(found, 8, "s"))
    assert dialog.close_button.hasFocus()
    stage.found(found)
    assert stage.row(K.HOST_REFUSED).hasFocus()
    for kind in (K.STRAY_FILE, K.EXPOSED):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Down)
        assert stage.row(kind).hasFocus()
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert stage.row(K.EXPOSED).button.hasFocus()
    for _ in range(2):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert dialog.copy_button.hasFocus(), "all rows together are one stop"


def test_home_and_end_go_to_the_first_and_the_last_finding(stage: Stage, qtbot: QtBot) -> None:
    stage.dialog.resize(560, 440)
    stage.found(ex.examined())
    rows = stage.dialog.list.rows
    bar = stage.dialog.list.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    stage.row(K.STRAY_FILE).setFocus()
    qtbot.keyClick(stage.dialog.focusWidget(), Qt.Key.Key_End)
    assert rows[-1].hasFocus()
    assert bar.value() == bar.maximum()
    qtbot.keyClick(stage.dialog.focusWidget(), Qt.Key.Key_Home)
    assert rows[0].hasFocus()
    assert bar.value() == 0


def test_without_anything_to_fix_the_focus_stays_at_close(stage: Stage) -> None:
    found = ex.examined(ex.ALL_FINE)
    stage.found(ex.running(found, 3, "s"))
    stage.found(found)
    assert stage.dialog.close_button.hasFocus()


def test_a_finding_that_goes_gives_the_focus_to_the_next(stage: Stage) -> None:
    stage.found(ex.examined())
    stage.row(K.HOST_REFUSED).setFocus()
    stage.found(ex.examined(ex.FINDINGS[1:]))
    assert stage.row(K.STRAY_FILE).hasFocus()
    stage.found(ex.examined(()))
    assert stage.dialog.close_button.hasFocus()


def test_the_keys(stage: Stage, qtbot: QtBot) -> None:
    stage.found(ex.examined())
    qtbot.keyClick(stage.dialog, Qt.Key.Key_F5)
    assert stage.told.take("doctor_requested") == ["local"]
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(stage.dialog, Qt.Key.Key_C, modifiers)
    assert clipboard().startswith("2 things to fix\n")
    stage.found(ex.running(ex.examined(), 8, "s"))
    qtbot.keyClick(stage.dialog, Qt.Key.Key_F5)
    assert stage.told.take("doctor_requested") == [], "it is looking already"


def test_the_report(stage: Stage) -> None:
    found = ex.examined()
    facts = replace(ex.FACTS, private=(("nas.fritz.box:11434", "nas"), ("nas.fritz.box", "nas")))
    stage.found(replace(found, facts=facts))
    button(stage.dialog, "Copy report").click()
    report = clipboard()
    assert "- “nas” only accepts its own address\n" in report
    assert "    GET http://nas/api/version\n" in report
    assert "fritz" not in report
    assert "  curl -fsSL https://ollama.com/install.sh | sh\n" in report


@pytest.mark.parametrize(
    ("kind", "remedy", "told", "payload"),
    [
        (K.KEYRING_LOCKED, Remedy(R.UNLOCK), "keyring_unlock_requested", None),
        (K.NO_ANSWER, Remedy(R.WAKE), "wake_requested", "n"),
        (K.CLEAR_SECRET, Remedy(R.EDIT_SERVER), "server_form_requested", "n"),
        (K.DAMAGED_MODEL, Remedy(R.PULL_AGAIN, "a:b"), "pull_dialog_requested", "a:b"),
        (
            K.ODD_SOURCES,
            Remedy(R.SHOW_MODEL, "a:b"),
            "details_dialog_requested",
            ModelRef("n", "a:b"),
        ),
    ],
)
def test_a_button_does_the_one_thing(
    stage: Stage, kind: FindingKind, remedy: Remedy, told: str, payload: object
) -> None:
    finding = Finding(kind, ("n",), "nas", About(names=("x",)), remedy)
    stage.found(ex.examined((finding,)))
    stage.row(kind).button.click()
    assert stage.told.take(told) == [payload]
    again = stage.told.take("doctor_again_requested")
    assert again == ([finding] if remedy.kind in (R.UNLOCK, R.WAKE) else [])


def test_a_finding_whose_button_was_used_is_looked_at_again(stage: Stage) -> None:
    found = ex.examined((ex.LOCKED, ex.STRAY))

    def look(_: object) -> None:
        stage.found(replace(found, running=("g", ""), ended_at=None))

    stage.dialog._commands.doctor_again_requested.connect(look)
    stage.found(found)
    row = stage.row(K.KEYRING_LOCKED)
    row.button.click()
    assert "Checking again…" in texts(row)
    assert not row.button.isEnabled()
    assert "Checking again…" not in texts(stage.row(K.STRAY_FILE))
    stage.found(found)
    assert "2 servers wait for it: “gateway” and “office”." in texts(row)
    assert row.button.isEnabled()


def test_an_address_is_changed_at_once_where_nothing_signs_in(stage: Stage) -> None:
    stage.found(ex.examined((ex.HOST_REFUSED,)))
    stage.row(K.HOST_REFUSED).button.click()
    assert stage.settings.server("n").address == "192.168.1.30"
    assert stage.told.take("server_address_dialog_requested") == []
    assert stage.told.take("doctor_again_requested") == [ex.HOST_REFUSED]


def test_where_something_signs_in_a_person_looks_at_the_address_first(stage: Stage) -> None:
    finding = replace(ex.HOST_REFUSED, server_ids=("s",), server="studio")
    stage.found(ex.examined((finding,)))
    stage.row(K.HOST_REFUSED).button.click()
    assert stage.settings.server("s").address == "studio:11434"
    other = OtherAddress("s", "192.168.1.30")
    assert stage.told.take("server_address_dialog_requested") == [other]
    assert stage.told.take("doctor_again_requested") == []


def test_without_the_proxy(stage: Stage) -> None:
    finding = Finding(K.PROXY_ANSWERS, ("n",), "nas", About(status=503), Remedy(R.USE_NO_PROXY))
    stage.found(ex.examined((finding,)))
    stage.row(K.PROXY_ANSWERS).button.click()
    assert stage.settings.server("n").proxy == "none"


def test_what_is_to_be_copied_is(stage: Stage) -> None:
    stage.found(ex.examined())
    stage.row(K.NEWER_OLLAMA).button.click()
    assert clipboard() == ex.SCRIPT
    assert stage.told.take("doctor_again_requested") == []


def test_how_to_limit_it_is_explained_below(stage: Stage) -> None:
    stage.found(ex.examined())
    row = stage.row(K.EXPOSED)
    row.button.click()
    assert row.is_open
    assert 'Environment="OLLAMA_HOST=127.0.0.1"' in row.details_text


def test_starting_is_offered_where_it_can_be_done(stage: Stage) -> None:
    finding = Finding(
        K.NOT_RUNNING,
        ("local",),
        "This computer",
        About(error=None),
        Remedy(R.START),
    )
    from tray_app.core.errors import Unreachable

    finding = replace(finding, about=About("127.0.0.1:11434", error=Unreachable(), is_local=True))
    stage.state.set_local_ollama(LocalOllama.BY_HAND)
    stage.found(ex.examined((finding,)))
    assert stage.row(K.NOT_RUNNING).button.isHidden()
    stage.state.set_local_ollama(LocalOllama.STARTABLE)
    stage.found(ex.examined((finding,)))
    stage.row(K.NOT_RUNNING).button.click()
    assert stage.told.take("start_requested") == ["local"]


def test_its_age_and_its_size(stage: Stage, qtbot: QtBot) -> None:
    assert stage.dialog.size().toTuple() == (640, 640)
    ended_at = datetime.now(UTC) - timedelta(minutes=2, seconds=5)
    stage.found(replace(ex.examined(), ended_at=ended_at))
    assert texts(stage.dialog)[1].replace("\u00a0", " ") == ("14 checks on 3 servers, 2 min ago")
    stage.dialog.resize(700, 500)
    stage.dialog.close()
    assert stage.settings.values.doctor_size == (700, 500)


def test_opened_for_a_newer_ollama_it_shows_that(stage: Stage) -> None:
    stage.dialog.look("", K.NEWER_OLLAMA)
    found = ex.examined()
    stage.found(ex.running(found, 8, "s"))
    stage.found(found)
    assert stage.row(K.NEWER_OLLAMA).hasFocus()
