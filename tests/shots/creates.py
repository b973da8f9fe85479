"""Pictures of models that are made from files: their rows, the dialog, what is dragged over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from PySide6.QtWidgets import QWidget

from tests.shots import data, main_window
from tests.shots.registry import SHOTS
from tests.shots.scene import known
from tests.support import facts
from tray_app.commands import Commands
from tray_app.core.creates.files import FileFacts, FileStamp, MissingPart, Projector
from tray_app.core.creates.groups import FileGroup
from tray_app.core.creates.records import CreateFault, CreateItem, CreateRequest, CreateState
from tray_app.core.creates.summary import counted
from tray_app.core.errors import ServerFailed
from tray_app.core.gguf.names import suggested_name
from tray_app.core.gguf.records import FileFault, GgufHeader, GgufKind, Refusal
from tray_app.core.gguf.weights import QuantizeChoice
from tray_app.core.pulls.rules import DiskSpace
from tray_app.core.pulls.states import PullSummary
from tray_app.core.records import Server, ServerState, ServerStatus, Snapshot
from tray_app.state.app_state import AppState
from tray_app.text.create_dialog import drop_create, drop_refused
from tray_app.views.creates.dialog import CreateDialog, Place
from tray_app.views.downloads.panel import DownloadsPanel
from tray_app.views.main_window.drop_overlay import Dropped
from tray_app.views.questions.running_pulls import QuitDialog

GB = 1_000_000_000
STUDIO = "studio"
S = CreateState


def create(
    name: str, state: CreateState, *, seconds: float = 0.0, server: str = data.SERVER, **more: Any
) -> CreateItem:
    """One that has been in its state for `seconds`."""
    request = CreateRequest(
        server,
        name,
        ("/home/me/Downloads/" + name.replace(":", "-") + ".gguf",),
        quantize=more.pop("quantize", ""),
        architecture=more.pop("architecture", "gemma3"),
        file_type=more.pop("file_type", "F16"),
        size_bytes=more.pop("size_bytes", 2_500_000_000),
        projector=more.pop("projector", ""),
        projector_bytes=more.pop("projector_bytes", 0),
    )
    return CreateItem(
        f"{name} {state}",
        request,
        state,
        data.NOW - timedelta(minutes=9),
        state_since_s=data.NOW_S - seconds,
        **more,
    )


ROWS = (
    create("qwen2.5-coder-32b:q4_k_m", S.WAITING, position=2),
    create("phi-4-mini:q4_k_m", S.CHECKING, completed_bytes=1_200_000_000,
           total_bytes=2_500_000_000),
    create("smollm3-3b:q8_0", S.LOOKING),
    create("gemma-3-4b-it:q4_k_m", S.UPLOADING, server=STUDIO, completed_bytes=3_900_000_000,
           total_bytes=8_700_000_000, speed_bytes_s=112e6, eta_s=43.0,
           projector="/home/me/Downloads/mmproj-gemma-3-4b-F16.gguf",
           projector_bytes=851_000_000),
    create("mistral-small-24b:q5_k_m", S.MAKING, seconds=134),
    create("gemma-3-12b-it:q4_k_m", S.MAKING, seconds=400, quantize="Q4_K_M"),
    create("gemma-3-12b-it:q4_k_m", S.ASKED, seconds=412, quantize="Q4_K_M"),
    create("gemma-3-12b-it:q4_k_m", S.TO_BE_DELETED, seconds=425, quantize="Q4_K_M"),
    create("mistral-small-24b:q5_k_m", S.WATCHING, seconds=48),
    create("minimax-m2:q4_k_s", S.FAILED, server=STUDIO, architecture="minimax-m2",
           fault=CreateFault.EXIT_STATUS, finished_at=data.NOW - timedelta(minutes=30),
           needed_bytes=130 * GB, free_bytes=212 * GB,
           error=ServerFailed("minimax-m2:q4_k_s", "llama-quantize failed: exit status 1")),
    create("smollm3-3b:q8_0", S.CANCELED),
    create("phi-4-mini:q4_k_m", S.DONE, active_s=86.0),
)  # fmt: skip
NARROW = (ROWS[3], ROWS[5], ROWS[6], ROWS[7], ROWS[9])


def two_servers() -> AppState:
    """This computer and the studio, both online."""
    scene = known("This computer")
    servers = (
        Server(data.SERVER, "This computer", data.ADDRESS),
        Server(STUDIO, STUDIO, "http://studio:11434"),
    )
    scene.state.set_servers(servers, data.SERVER, data.SERVER)
    status = ServerStatus(STUDIO, ServerState.ONLINE, since=data.NOW, last_answer_at=data.NOW)
    facts.set_status(scene.state, status)
    facts.set_snapshot(scene.state, Snapshot(STUDIO, (), (), "0.33.1", data.NOW, data.NOW_S))
    return scene.state


def panel(rows: tuple[CreateItem, ...], width: int, height: int) -> DownloadsPanel:
    """The panel with these rows; what failed is open."""
    made = DownloadsPanel(Commands(), clock=data.clock_s)
    made.resize(width, height)
    made.follow_servers(two_servers())
    for item in rows:
        made.set_create(item)
        row = made.list.create_row(item.id)
        assert row is not None
        row.set_expanded(item.state is S.FAILED)
    made.set_summary(counted(PullSummary(), rows))
    return made


@SHOTS.add("create-rows")
def create_rows() -> QWidget:
    return panel(ROWS, 960, 771)


@SHOTS.add("create-rows-min-720")
def create_rows_narrow() -> QWidget:
    return panel(NARROW, 720, 440)


@SHOTS.add("create-rows-zh", locale="zh_CN")
def create_rows_chinese() -> QWidget:
    return panel(ROWS, 960, 771)


@SHOTS.add("create-rows-tight", themes=("light",))
def create_rows_tight() -> QWidget:
    """Longer names, for the third line."""
    name = "a-model-with-a-rather-long-name-instruct-2509:q4_k_m"
    rows = [replace(row, request=replace(row.request, name=name)) for row in NARROW]
    return panel(tuple(rows), 720, 520)


# The dialog.

FOLDER = "/home/me/Downloads/"
NAS = "nas"


def file_facts(
    name: str,
    title: str,
    size_bytes: int,
    *,
    kind: GgufKind = GgufKind.MODEL,
    architecture: str = "gemma3",
    file_type: str = "Q4_K_M",
    context: int | None = 131_072,
    parts: tuple[str, ...] = (),
    **more: Any,
) -> FileFacts:
    """What is known of a file of the pictures."""
    path = FOLDER + name
    header = GgufHeader(
        kind,
        architecture=architecture,
        title=title,
        file_type=file_type,
        context_length=context,
        has_chat_template=more.pop("has_chat_template", True),
        can_be_quantized=file_type in ("F16", "BF16", "F32"),
    )
    files = tuple(FOLDER + part for part in parts) or (path,)
    return FileFacts(
        path,
        files,
        size_bytes,
        header if more.pop("has_header", True) else None,
        name=suggested_name(name, file_type),
        stamps=(FileStamp(path, size_bytes, 1),),
        **more,
    )


PROJECTOR = Projector(FOLDER + "mmproj-gemma-3-4b-F16.gguf", 851_000_000)
GEMMA = file_facts(
    "gemma-3-4b-it-F16.gguf", "Gemma 3 4B", 7_800_000_000, file_type="F16",
    projectors=(PROJECTOR,),
    choices=(
        QuantizeChoice("Q8_0", 4_100_000_000),
        QuantizeChoice("Q4_K_M", 2_500_000_000),
        QuantizeChoice("Q4_K_S", 2_400_000_000),
    ),
)  # fmt: skip
_CODER = "Qwen2.5-Coder-32B-Instruct-Q4_K_M"
CODER = file_facts(
    f"{_CODER}-00001-of-00004.gguf", "Qwen2.5 Coder 32B Instruct", 19_900_000_000,
    architecture="qwen2", context=32_768,
    parts=tuple(f"{_CODER}-{n:05}-of-00004.gguf" for n in range(1, 5)),
    pull_hint="hf.co/bartowski/Qwen2.5-Coder-32B-Instruct-GGUF:Q4_K_M",
)  # fmt: skip
_LLAMA = "Llama-3.3-70B-Q4_K_M"
PART_MISSING = file_facts(
    f"{_LLAMA}-00001-of-00004.gguf", "Llama 3.3 70B", 42_500_000_000, architecture="llama",
    has_chat_template=False, missing=(MissingPart(3, 4, f"{_LLAMA}-00003-of-00004.gguf"),),
    refusal=Refusal(FileFault.PART_MISSING),
)  # fmt: skip
NOT_GGUF = file_facts(
    "mistral-small.gguf", "", 1_200, has_header=False,
    refusal=Refusal(FileFault.NOT_GGUF, begins="version https://git-lfs.github.com", size_bytes=1),
)  # fmt: skip
OLD_SERVER = file_facts(
    "gemma-3-4b-it-Q8_0.gguf", "Gemma 3 4B", 4_100_000_000, file_type="Q8_0",
    projectors=(PROJECTOR,),
)  # fmt: skip
LLAMA = file_facts(
    "Llama-3.2-3B-Instruct-Q4_K_M.gguf", "Llama 3.2 3B Instruct", 2_020_000_000,
    architecture="llama",
)  # fmt: skip
UNKNOWN = file_facts(
    "Brandnew-M9-Q4_K_S.gguf", "Brandnew M9", 130 * GB, architecture="brandnew-m9",
    file_type="Q4_K_S", context=196_608,
)  # fmt: skip
ADAPTER = file_facts(
    "mistral-minutes-lora.gguf", "Mistral minutes", 84_000_000, kind=GgufKind.ADAPTER,
    architecture="llama", file_type="F16", context=None, has_chat_template=False,
)  # fmt: skip


def dialog(
    facts_: FileFacts,
    *,
    server: str = "",
    free: int | None = 212 * GB,
    is_read: bool = True,
    place: Place = Place(),  # noqa: B008, it is frozen
) -> CreateDialog:
    """The dialog; `server` "" = there is only this computer, else the one that is chosen."""
    scene = known("This computer")
    state = scene.state
    if server:
        state = two_servers()
        others = tuple(
            Server(server_id, server_id, f"http://{server_id}:11434") for server_id in (STUDIO, NAS)
        )
        state.set_servers((Server(data.SERVER, "", data.ADDRESS), *others), data.SERVER, server)
        facts.set_snapshot(state, Snapshot(NAS, (), (), "0.9.2", data.NOW, data.NOW_S))
    state.set_disk_space(DiskSpace(server or data.SERVER, free))
    made = CreateDialog(FileGroup(facts_.path, facts_.files), state, scene.commands, place=place)
    if is_read:
        state.creates.tell_file(facts_)
    return made


@SHOTS.add("create-file")
def create_file() -> QWidget:
    made = dialog(GEMMA, server=STUDIO)
    combo = made.quantize.combo
    combo.setCurrentIndex(combo.findData("Q4_K_M"))
    combo.activated.emit(combo.currentIndex())
    return made


@SHOTS.add("create-file-zh", locale="zh_CN")
def create_file_chinese() -> QWidget:
    return create_file()


@SHOTS.add("create-file-here")
def create_file_here() -> QWidget:
    return dialog(GEMMA)


@SHOTS.add("create-file-split")
def create_file_split() -> QWidget:
    return dialog(CODER, free=28_100_000_000, place=Place(1, 3))


@SHOTS.add("create-reading")
def create_reading() -> QWidget:
    made = dialog(GEMMA, is_read=False)
    made.show_bones_now()
    return made


@SHOTS.add("create-part-missing")
def create_part_missing() -> QWidget:
    return dialog(PART_MISSING)


@SHOTS.add("create-not-gguf")
def create_not_gguf() -> QWidget:
    return dialog(NOT_GGUF)


@SHOTS.add("create-server-too-old")
def create_server_too_old() -> QWidget:
    return dialog(OLD_SERVER, server=NAS)


@SHOTS.add("create-name-exists")
def create_name_exists() -> QWidget:
    made = dialog(LLAMA)
    made.field.setText("llama3.2")
    return made


@SHOTS.add("create-architecture-unknown")
def create_architecture_unknown() -> QWidget:
    return dialog(UNKNOWN, server=STUDIO)


@SHOTS.add("create-adapter")
def create_adapter() -> QWidget:
    return dialog(ADAPTER)


# What is dragged over the window.


def dragged(dropped: Dropped) -> QWidget:
    """The main window with this over it."""
    made = main_window.filled()
    made.pane.show_dropped(dropped)
    return made


def _over(server: str) -> Dropped:
    words = drop_create(["mistral-small-24b:q5_k_m"], 17_300_000_000, server)
    return Dropped(words.title, words.body, "file", paths=("/x.gguf",))


@SHOTS.add("create-drop")
def create_drop() -> QWidget:
    return dragged(_over("This computer"))


@SHOTS.add("create-drop-zh", themes=("light",), locale="zh_CN")
def create_drop_chinese() -> QWidget:
    return dragged(_over("This computer"))


@SHOTS.add("create-drop-anything-else", themes=("light",))
def create_drop_anything_else() -> QWidget:
    return dragged(Dropped(drop_refused(), glyph="file"))


@SHOTS.add("quit-creates")
def quit_while_made() -> QWidget:
    return QuitDialog(1, Commands(), goes_on=1)
