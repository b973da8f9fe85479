"""Pictures of the pull dialog with several servers, and of every state of their rows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from tests.shots import data
from tests.shots.estimates import GB, LLAVA, MB
from tests.shots.registry import SHOTS
from tests.shots.scene import Scene, known
from tests.support import facts
from tray_app.core.errors import ModelNotFound, Unauthorized, Unreachable, UnreachableKind
from tray_app.core.estimate import DiskSpace, Missing, PullCheck, PullEstimate
from tray_app.core.memory_fit import FitKind, MemoryFit
from tray_app.core.payloads import ModelRef
from tray_app.core.pulls.rules import Room
from tray_app.core.records import ModelRecord, Server, ServerState, ServerStatus, Snapshot
from tray_app.core.sign_in import SecretState
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.server_line import ServerLine
from tray_app.views.components.surfaces import Card
from tray_app.views.pull.dialog import PullDialog
from tray_app.views.pull.targets import TargetFacts, target_look
from tray_app.views.theme import TextRole

LOCAL = Server(data.SERVER, "", data.ADDRESS)
STUDIO = Server("studio", "studio", "studio.local:11434")
NAS = Server("nas", "nas", "nas.local:11434", can_wake=True)
SERVERS = (LOCAL, STUDIO, NAS)
OFF_SINCE = datetime(2026, 5, 4, 14, 2, tzinfo=UTC)

AT_STUDIO = replace(
    LLAVA,
    server_id="studio",
    fetch_bytes=8_010 * MB,
    here_bytes=0,
    shared_with=(),
    space=DiskSpace("/mnt/studio/models", 96 * GB),
    fit=None,
    fit_reason=Missing.NONE,
)
AT_NAS = replace(AT_STUDIO, server_id="nas", space=None, space_reason=Missing.REMOTE)


def status_of(server_id: str, state: ServerState = ServerState.ONLINE) -> ServerStatus:
    """How a server of the pictures stands."""
    return ServerStatus(server_id, state, OFF_SINCE, version="0.33.1")


def several(servers: tuple[Server, ...] = SERVERS, shown_id: str = data.SERVER) -> Scene:
    """Three servers, one of which is off; the others know what it had."""
    scene = known()
    scene.settings.set("max_pulls", 4)
    scene.state.set_servers(servers, data.SERVER, shown_id)
    facts.set_snapshot(scene.state, Snapshot("studio", (), (), "0.33.1", data.NOW, data.NOW_S))
    facts.set_snapshot(scene.state, Snapshot("nas", (), (), "0.33.1", data.NOW, data.NOW_S))
    facts.set_status(scene.state, status_of("nas", ServerState.OFFLINE))
    return scene


def looked_up(
    scene: Scene, text: str, *answers: PullEstimate, elsewhere: ModelRef | None = None
) -> PullDialog:
    """The dialog with a text in it that has been looked up for all."""
    dialog = PullDialog(scene.settings, scene.state, scene.commands, elsewhere=elsewhere)
    if text:
        dialog.set_text(text)
    dialog.lookup.ask_now()
    for answer in answers:
        scene.state.set_estimate(answer)
    return dialog


@SHOTS.add("pull-servers")
def pull_servers() -> QWidget:
    scene = several()
    scene.settings.set("pull_servers", (data.SERVER, "studio"))
    return looked_up(scene, "ollama run llava:13b-v1.6", LLAVA, AT_STUDIO, AT_NAS)


@SHOTS.add("pull-servers-lookup", themes=("light",))
def pull_servers_lookup() -> QWidget:
    return looked_up(several(), "llava:13b-v1.6")


@SHOTS.add("pull-servers-none", themes=("light",))
def pull_servers_none() -> QWidget:
    here = [replace(each, standing=PullCheck.CURRENT) for each in (LLAVA, AT_STUDIO, AT_NAS)]
    return looked_up(several(), "llava:13b-v1.6", *here)


@SHOTS.add("pull-servers-not-found", themes=("light",))
def pull_servers_not_found() -> QWidget:
    error = ModelNotFound("qwen33:14b")
    lost = [
        PullEstimate(server.id, "qwen33:14b", PullCheck.NEW, manifest_reason=error)
        for server in SERVERS
    ]
    return looked_up(several(), "qwen33:14b", *lost)


@SHOTS.add("pull-servers-silent", themes=("light",))
def pull_servers_silent() -> QWidget:
    error = Unreachable(kind=UnreachableKind.NAME_LOOKUP)
    lost = [
        PullEstimate(server.id, "qwen3:32b", PullCheck.NEW, manifest_reason=error)
        for server in SERVERS
    ]
    return looked_up(several(), "qwen3:32b", *lost)


@SHOTS.add("pull-servers-many", themes=("light",), locale="zh_CN")
def pull_servers_many() -> QWidget:
    """More than four of them scroll."""
    more = tuple(Server(f"s{n}", f"server {n}", f"s{n}.local:11434") for n in range(3))
    scene = several((*SERVERS, *more))
    for server in more:
        facts.set_status(scene.state, status_of(server.id))
    answers = [replace(AT_NAS, server_id=server.id) for server in more]
    return looked_up(scene, "llava:13b-v1.6", LLAVA, AT_STUDIO, AT_NAS, *answers)


@SHOTS.add("pull-elsewhere", themes=("light",))
def pull_elsewhere() -> QWidget:
    scene = several()
    ref = ModelRef(data.SERVER, "llava:13b")
    answers = [replace(each, name=ref.name) for each in (LLAVA, AT_STUDIO, AT_NAS)]
    answers[0] = replace(answers[0], standing=PullCheck.CURRENT)
    return looked_up(scene, "", *answers, elsewhere=ref)


def row_facts() -> dict[str, tuple[TargetFacts, bool]]:
    """Every state of a row by what is said above it, and whether it is ticked."""
    online = status_of("studio")
    studio = TargetFacts(STUDIO, status=online, version="0.33.1", answer=AT_STUDIO)
    here = TargetFacts(LOCAL, status=status_of(data.SERVER), version="0.33.1", answer=LLAVA)
    bare = replace(AT_STUDIO, space=None, space_reason=Missing.REMOTE)
    partly = replace(LLAVA, fetch_bytes=8_010 * MB, here_bytes=0, shared_with=(),
                     fit=MemoryFit(FitKind.PARTLY, 9_800 * MB, 7 * GB, 700))  # fmt: skip
    large = replace(partly, total_bytes=42_500 * MB, fetch_bytes=42_500 * MB)
    update = replace(AT_STUDIO, standing=PullCheck.UPDATE, fetch_bytes=4_400 * MB,
                     here_bytes=3_610 * MB)  # fmt: skip
    old = ModelRecord("studio", LLAVA.name, modified_at=OFF_SINCE + timedelta(days=69))
    silent = PullEstimate(
        data.SERVER, LLAVA.name, PullCheck.NEW, space=LLAVA.space,
        manifest_reason=Unreachable(kind=UnreachableKind.LOST),
    )  # fmt: skip
    refused = ServerStatus("gateway", ServerState.REFUSED, OFF_SINCE,
                           error=Unauthorized("gateway", was_given=True))  # fmt: skip
    waiting = ServerStatus("office", ServerState.WAITING, OFF_SINCE, secret=SecretState.WAITING)
    off = TargetFacts(NAS, status=status_of("nas", ServerState.OFFLINE), answer=AT_NAS)
    return {
        "Looking up": (replace(studio, answer=None), True),
        "Fits; parts are there already": (
            replace(here, room=Room(212 * GB, 0, 7_365 * MB)), True),
        "Tight, and partly on the processor": (
            replace(here, answer=partly, room=Room(9_100 * MB, 0, 8_010 * MB),
                    keep_free_bytes=5 * GB), True),
        "Not enough": (
            replace(here, answer=large, room=Room(28_100 * MB, 0, 42_500 * MB)), True),
        "Nothing known of a remote server": (replace(studio, answer=bare), True),
        "Another version is there": (replace(studio, answer=update, here=old), True),
        "This version is there": (
            replace(studio, answer=replace(AT_STUDIO, standing=PullCheck.CURRENT)), False),
        "Being pulled there": (
            replace(studio, download=replace(data.PULLS[0], server_id="studio")), False),
        "Too old": (
            replace(studio, version="0.9.2", answer=replace(AT_STUDIO, requires="0.12")), False),
        "Off": (off, True),
        "Refused": (
            TargetFacts(Server("gateway", "gateway", "https://gateway.example"),
                        status=refused, answer=AT_NAS), False),
        "Keyring": (
            TargetFacts(Server("office", "office", "office.example"),
                        status=waiting, answer=AT_NAS), False),
        "The registry didn’t tell": (replace(here, answer=silent), True),
        "Switched off, and ticked": (replace(off, is_used=False), True),
    }  # fmt: skip


@SHOTS.add("pull-servers-rows")
def pull_servers_rows() -> QWidget:
    sheet = QWidget()
    grid = QGridLayout(sheet)
    rows = list(row_facts().items())
    for index, (title, (each, is_on)) in enumerate(rows):
        cell = QWidget(sheet)
        column = QVBoxLayout(cell)
        column.addWidget(PlainLabel(title, TextRole.SECONDARY, parent=cell))
        card = Card(cell)
        line = ServerLine(card)
        line.show_look(target_look(each, is_on=is_on))
        card.add_row(line)
        column.addWidget(card)
        column.addStretch(1)
        half = (len(rows) + 1) // 2
        grid.addWidget(cell, index % half, index // half)
    sheet.resize(1116, 688)
    return sheet
