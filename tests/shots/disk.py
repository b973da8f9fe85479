"""Pictures of the window of disk space, of what is asked there and of what has come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QWidget

from tests.shots import data
from tests.shots.dialogs import info, open_details
from tests.shots.main_window import filled
from tests.shots.registry import SHOTS, settle
from tests.shots.scene import Scene, known
from tests.support import disks, facts
from tray_app.core.disk.report import DiskReport
from tray_app.core.payloads import DiskTarget
from tray_app.core.records import ModelRecord
from tray_app.core.remarks import Remark
from tray_app.core.sharing import KnownLayers, LayerIndex
from tray_app.core.use.ledger import Known, LastUse
from tray_app.views.disk.dialog import DiskDialog
from tray_app.views.main_window.window import MainWindow

_NOTHING = DiskTarget(data.SERVER)


def disk(
    target: DiskTarget = _NOTHING,
    size: tuple[int, int] = (800, 720),
    *,
    page: int = 0,
    tell: Callable[[Scene], None] | None = None,
) -> DiskDialog:
    """The window on the disk of the pictures."""
    scene = known("This computer")
    disks.tell(scene.state, target_bytes=disks.MISSING if target.item_id else 0)
    if tell is not None:
        tell(scene)
    dialog = DiskDialog(target, scene.settings, scene.state, scene.commands, clock=data.clock)
    dialog.resize(*size)
    dialog.tabs.setCurrentIndex(page)
    return dialog


def _suggested() -> DiskDialog:
    dialog = disk(disks.TARGET)
    dialog.free.target.button.click()
    return dialog


@SHOTS.add("disk-free-up-target")
def disk_target() -> QWidget:
    return _suggested()


@SHOTS.add("disk-free-up-zh", themes=("light",), locale="zh_CN")
def disk_zh() -> QWidget:
    return _suggested()


@SHOTS.add("disk-free-up-mirrored", themes=("light",), is_mirrored=True)
def disk_mirrored() -> QWidget:
    return _suggested()


@SHOTS.add("disk-free-up-contrast", themes=("light",), has_high_contrast=True)
def disk_contrast() -> QWidget:
    return _suggested()


@SHOTS.add("disk-free-up-small", themes=("light",))
def disk_small() -> QWidget:
    return disk(size=(640, 480))


@SHOTS.add("disk-free-up-many", themes=("light",))
def disk_many() -> QWidget:
    def many(scene: Scene) -> None:
        models = tuple(
            ModelRecord(data.SERVER, f"model-{number:03}:latest", f"{number:064x}", 9 * disks.GB)
            for number in range(200)
        )
        index = LayerIndex({model.digest: KnownLayers((), is_whole=False) for model in models})
        scene.state.disk.put_freeing(disks.freeing(disks.MISSING, models, index))

    return disk(disks.TARGET, tell=many)


@SHOTS.add("disk-free-up-done", themes=("light",))
def disk_done() -> QWidget:
    def freed(scene: Scene) -> None:
        scene.state.disk.put_freeing(disks.freeing())

    dialog = disk(disks.TARGET, (640, 480), tell=freed)
    dialog.free.show_done("17.0 GB freed", "deepseek-r1:70b goes on by itself.", "Show download")
    return dialog


@SHOTS.add("disk-elsewhere", themes=("light",))
def disk_elsewhere() -> QWidget:
    return disk(
        size=(640, 480), tell=lambda scene: scene.state.disk.put_report(DiskReport(data.SERVER))
    )


@SHOTS.add("disk-not-readable", themes=("light",))
def disk_not_readable() -> QWidget:
    def unreadable(scene: Scene) -> None:
        scene.state.disk.put_report(replace(disks.report(), contents=None))

    return disk(size=(640, 480), tell=unreadable)


@SHOTS.add("disk-what-takes")
def disk_takers() -> QWidget:
    return disk(page=1)


@SHOTS.add("disk-what-else")
def disk_others() -> QWidget:
    return disk(page=2)


@SHOTS.add("disk-what-else-stopped", themes=("light",))
def disk_stopped() -> QWidget:
    stray = f"{disks.FOLDER}/manifests/registry.ollama.ai/library/qwen3/.DS_Store"

    def stopped(scene: Scene) -> None:
        found = replace(disks.contents(), strays=(stray,))
        scene.state.disk.put_report(disks.report(found))

    return disk(page=2, tell=stopped)


@SHOTS.add("disk-what-else-zh", themes=("light",), locale="zh_CN")
def disk_others_zh() -> QWidget:
    return disk(page=2)


def _used(record: ModelRecord, is_loaded: bool) -> LastUse:
    standing = disks.STANDINGS.get(record.name)
    return LastUse(Known.NOW) if is_loaded or standing is None else standing.last_use


def _starred(width: int = 960, height: int = 600) -> MainWindow:
    made = filled(width, height)
    made._state.use.set_reader(_used)
    for name in ("qwen3:8b", "nomic-embed-text:latest", data.MODELS[3].name):
        made._state.remarks.put((data.SERVER, name), Remark(True, "Daily driver"))
    keys = ("parameters", "quantization", "size", "last_used", "modified")
    made.view.columns.layout.set_keys(keys)
    made.view.columns.arrange()
    return made


@SHOTS.add("main-starred")
def main_starred() -> QWidget:
    return _starred()


@SHOTS.add("main-starred-720x440", themes=("light",))
def main_starred_small() -> QWidget:
    return _starred(720, 440)


@SHOTS.add("main-waits-for-disk-min-720x440", themes=("light",))
def waits_for_disk() -> QWidget:
    made = filled(720, 440)
    for item in (disks.WAITING, data.PULLS[0]):
        facts.set_download(made._state, item)
    settle()
    made.splitter.setSizes([180, 150])
    return made


@SHOTS.add("details-note")
def details_note() -> QWidget:
    scene = known()
    scene.state.set_details(info("qwen3:8b"))
    use = LastUse(Known.USED, data.NOW - timedelta(minutes=4), 38, 61)
    scene.state.use.set_reader(lambda *_: use)
    note = "Daily driver. 16k is the most that stays on the card."
    scene.state.remarks.put((data.SERVER, "qwen3:8b"), Remark(True, note))
    return open_details("qwen3:8b", scene)
