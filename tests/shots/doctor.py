"""Pictures of the doctor: findings, running, all fine, and the words of every finding."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from tests.shots.registry import SHOTS
from tests.shots.scene import known
from tests.support import examinations as ex
from tray_app.core.diagnosis.findings import (
    About,
    Examination,
    Finding,
    FindingKind,
    InstallSource,
    Remedy,
    RemedyKind,
)
from tray_app.views.doctor.dialog import DoctorDialog

K, R = FindingKind, RemedyKind
_DETAILS = ("details",)


def doctor(found: Examination, size: tuple[int, int] = (640, 640)) -> DoctorDialog:
    """The doctor once it has found this."""
    scene = known()
    dialog = DoctorDialog(scene.settings, scene.state, scene.commands)
    dialog.resize(*size)
    scene.state.set_examination(found)
    return dialog


@SHOTS.add("doctor")
def doctor_findings() -> QWidget:
    return doctor(ex.examined())


@SHOTS.add("doctor-open", themes=("light",))
def doctor_open() -> QWidget:
    dialog = doctor(ex.examined())
    for row in dialog.list.rows[:3]:
        row.set_open(True)
    return dialog


@SHOTS.add("doctor-running")
def doctor_running() -> QWidget:
    found = ex.examined((ex.HOST_REFUSED, *ex.ALL_FINE[:9], ex.STRAY, *ex.ALL_FINE[9:]))
    return doctor(ex.running(found, 8, "s", ""))


@SHOTS.add("doctor-fine")
def doctor_fine() -> QWidget:
    return doctor(ex.examined(ex.ALL_FINE, ex.SERVERS[:2]))


@SHOTS.add("doctor-small", themes=("light",))
def doctor_small() -> QWidget:
    return doctor(ex.examined(), (560, 440))


@SHOTS.add("doctor-mirrored", themes=("light",), is_mirrored=True)
def doctor_mirrored() -> QWidget:
    return doctor(ex.examined())


@SHOTS.add("doctor-every-finding", themes=("light",))
def doctor_every() -> QWidget:
    def newer(source: InstallSource, remedy: Remedy | None, name: str = "studio") -> Finding:
        about = About(names=(source,), version="0.33.1", newest="0.34.0", source=source)
        return Finding(K.NEWER_OLLAMA, ("s",), name, about, remedy)

    found = (
        newer(InstallSource.SCRIPT, Remedy(R.COPY_COMMAND, ex.SCRIPT)),
        newer(InstallSource.PACKAGE, None),
        newer(InstallSource.HOMEBREW, Remedy(R.COPY_COMMAND, "brew upgrade ollama")),
        newer(InstallSource.APP, None),
        newer(InstallSource.CONTAINER, Remedy(R.COPY_COMMAND, "docker pull ollama/ollama")),
        newer(InstallSource.UNKNOWN, Remedy(R.OPEN_PAGE, "https://ollama.com/download"), "nas"),
        Finding(K.CLOCK, ("s",), "studio", About(seconds=-420.0), None, _DETAILS),
        ex.EXPOSED,
        ex.CLEAR,
        Finding(
            K.ODD_SOURCES,
            ("s",),
            "studio",
            About(names=("203.0.113.7:5000/x/coder",)),
            Remedy(R.SHOW_MODEL, "203.0.113.7:5000/x/coder"),
            _DETAILS,
        ),
        Finding(K.LOCAL_PROXY, (), "", About(), Remedy(R.COPY_SETTING, "NO_PROXY=x"), _DETAILS),
        Finding(K.NO_PRUNE, ("local",), "This computer", About(), Remedy(R.EXPLAIN), _DETAILS),
        ex.STRAY,
        Finding(
            K.DAMAGED_MODEL,
            ("local",),
            "This computer",
            About(names=("mistral:7b",), is_local=True, is_empty=True),
            Remedy(R.PULL_AGAIN, "mistral:7b"),
            _DETAILS,
        ),
        ex.LOCKED,
    )
    return doctor(ex.examined(found), (660, 1500))
