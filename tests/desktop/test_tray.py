"""Our tray and notifications on virtual desktops: seen and clicked as a tray host does it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from jeepney import DBusAddress

from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.program import App
from tests.desktop.harness.tray import TrayItem
from tests.support.waiting import wait_for
from tray_app.desktop.instance.single_instance import InstanceCommand, Outcome, ask

PROGRAM = str(Path(__file__).with_name("tray_program.py"))


class Stage:
    """The program and a way to set its scenes."""

    def __init__(self, app: App, desktop: VirtualDesktop, folder: Path) -> None:
        self.app = app
        self.desktop = desktop
        self._folder = folder

    def set(self, *scenes: str) -> None:
        """Set scenes; they have been taken when this returns."""
        handover = ask(InstanceCommand.SHOW, scenes, self._folder, timeout_s=15)
        assert handover.outcome is Outcome.ANSWERED

    @property
    def item(self) -> TrayItem:
        """The newest item of the program."""
        return self.app.tray_item()

    def wait_tooltip(self, text: str) -> None:
        """Return as soon as the tooltip holds `text`."""
        wait_for(
            lambda: text in self.tooltip(), message=lambda: f"{text!r} not in {self.tooltip()!r}"
        )

    def tooltip(self) -> str:
        """Return the tooltip with plain spaces."""
        return self.item.tooltip().replace("\u00a0", " ")

    def wait_command(self, *words: str) -> None:
        """Return as soon as a command was printed."""
        self.app.wait_output(" ".join(("command", *words)))


StartStage = Callable[..., Stage]


@pytest.fixture
def start_stage(start_app: StartApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StartStage:
    """Return a function that starts the program on a desktop."""

    def start(desktop: VirtualDesktop, *, grace_s: float = 0.0, name: str = "") -> Stage:
        monkeypatch.setenv("XDG_RUNTIME_DIR", desktop.environment["XDG_RUNTIME_DIR"])
        folder = tmp_path / "instance"
        app = start_app(
            desktop,
            command=[sys.executable, PROGRAM, str(folder), str(grace_s)],
            # Without a portal Qt complains about GNOME and its like.
            environment={
                "XDG_CURRENT_DESKTOP": name,
                "QT_LOGGING_RULES": "qt.qpa.theme.gnome=false",
            },
        )
        app.wait_output("ready")
        return Stage(app, desktop, folder)

    return start


@pytest.fixture(params=["full", "fake"])
def any_desktop(request: pytest.FixtureRequest) -> VirtualDesktop:
    """A desktop with a real tray, and one with ours."""
    name = "desktop" if request.param == "full" else "fake_desktop"
    found: VirtualDesktop = request.getfixturevalue(name)
    return found


@pytest.fixture
def stage(any_desktop: VirtualDesktop, start_stage: StartStage) -> Stage:
    """The program on a real and on our own tray."""
    return start_stage(any_desktop)


@pytest.fixture
def fake_stage(fake_desktop: VirtualDesktop, start_stage: StartStage) -> Stage:
    """The program on our own tray."""
    return start_stage(fake_desktop)


def test_the_item_is_there_with_its_name_and_menu(stage: Stage) -> None:
    assert stage.item.pid == stage.app.pid
    stage.wait_tooltip("Ollama Tray\nThis computer: connecting…")
    assert stage.item.menu().labels() == [
        *["This computer: connecting…", "Open Ollama Tray", "-", "Pull model…", "-"],
        *["Settings…", "Quit Ollama Tray"],
    ]
    stage.app.wait_output("available True")


def test_the_icon_is_another_for_each_state(fake_stage: Stage) -> None:
    pictures: list[tuple[int, int, bytes]] = []
    for scenes, tooltip in (
        (("online", "models"), "This computer: online"),
        (("update",), "2 updates"),
        (("quarter",), "1 download, 25%, 41 MB/s, 1 min 16 s left"),
        (("half",), "1 download, 50%"),
        (("verifying",), "1 download, verifying"),
        (("attention",), "1 download, verifying"),
        (("none", "seen", "offline"), "This computer: offline since"),
    ):
        fake_stage.set(*scenes)
        fake_stage.wait_tooltip(tooltip)
        assert len(fake_stage.tooltip()) <= 120

        def is_new() -> bool:
            return fake_stage.item.pixmap() not in pictures

        wait_for(is_new, message=f"{scenes} has no picture of its own")
        pictures.append(fake_stage.item.pixmap())


def test_the_setting_chooses_the_style(fake_stage: Stage) -> None:
    pictures = set()
    for choice in ("light", "dark", "color"):
        fake_stage.set(choice)
        pictures.add(fake_stage.item.pixmap())
    assert len(pictures) == 3


def test_a_dark_panel_of_xfce_gets_a_light_icon(
    desktop: VirtualDesktop, start_stage: StartStage
) -> None:
    stage = start_stage(desktop, name="XFCE")
    xfconf = DBusAddress("/org/xfce/Xfconf", "org.xfce.Xfconf", "org.xfce.Xfconf")
    property_ = ("xfce4-panel", "/panels/dark-mode")
    assert _lightness(stage.item) < 50
    desktop.bus.call(xfconf, "SetProperty", "ssv", *property_, ("b", True))
    wait_for(lambda: _lightness(stage.item) > 200)
    desktop.bus.call(xfconf, "SetProperty", "ssv", *property_, ("b", False))
    wait_for(lambda: _lightness(stage.item) < 50)


def _lightness(item: TrayItem) -> float:
    """Return the mean red of what is opaque in the icon, 0 to 255."""
    _, _, argb = item.pixmap()
    opaque = [argb[at + 1] for at in range(0, len(argb), 4) if argb[at] > 200]
    return sum(opaque) / len(opaque)


def test_every_entry_asks_for_what_it_says(stage: Stage) -> None:
    stage.set("online", "loaded", "half")
    for path, command in (
        (("Open Ollama Tray",), ("show",)),
        (("Pull model…",), ("pull_dialog",)),
        (("Settings…",), ("settings_dialog",)),
        (("qwen3:14b, 50%", "Pause"), ("pull_pause", "qwen3:14b")),
        (("qwen3:14b, 50%", "Cancel"), ("pull_cancel", "qwen3:14b")),
        (("qwen3:14b, 50%", "Show in window"), ("pull_show", "qwen3:14b")),
        (("Pause all",), ("pulls_pause_all",)),
        (("Loaded models", "Unload qwen3:8b (3\u00a0GB, kept)"), ("unload", "qwen3:8b")),
        (("Loaded models", "Unload all"), ("unload", "llama3.2:latest")),
        (("Load a model", "phi4:14b"), ("load", "phi4:14b")),
    ):
        stage.item.click(*path)
        stage.wait_command(*command)
    stage.wait_command("refresh")
    stage.set("paused")
    stage.item.click("qwen3:14b, 50%, paused", "Resume")
    stage.wait_command("pull_resume", "qwen3:14b")
    stage.item.click("Resume all")
    stage.wait_command("pulls_resume_all")
    stage.set("offline")
    stage.item.click("Retry now")
    assert stage.app.quit("Quit Ollama Tray") == 0
    stage.wait_command("quit")


def test_names_are_shown_as_they_are(fake_stage: Stage) -> None:
    fake_stage.set("online", "models")
    labels = fake_stage.item.menu().find("Load a model").labels()
    assert labels == ["A ＆ B:1", "my_own_model:latest", "phi4:14b", "qwen3:8b"]


def test_the_menu_follows_what_happens(fake_stage: Stage) -> None:
    fake_stage.set("online", "models", "quarter")
    assert fake_stage.item.menu().find("qwen3:14b, 25%").labels() == [
        *["2.3 of 9.3\u00a0GB, 41\u00a0MB/s", "1\u00a0min 16\u00a0s left", "-"],
        *["Pause", "Cancel", "Show in window"],
    ]
    fake_stage.set("verifying")
    row = fake_stage.item.menu().find("qwen3:14b, verifying")
    assert not row.find("Pause").is_enabled
    assert not row.find("Cancel").is_enabled
    fake_stage.set("none")
    assert "Pause all" not in fake_stage.item.menu().labels()


def test_clicks_on_the_icon(stage: Stage) -> None:
    stage.item.activate()
    stage.wait_command("toggle")
    stage.set("half")
    stage.item.activate_secondary()
    stage.wait_command("pulls_pause_all")
    stage.set("paused")
    stage.item.activate_secondary()
    stage.wait_command("pulls_resume_all")


def test_each_server_has_a_line_that_opens_the_window_there(stage: Stage) -> None:
    stage.set("servers", "online", "loaded")
    stage.wait_tooltip("Ollama Tray\n1 of 2 servers online; 2 loaded, 6 GB")
    labels = stage.item.menu().labels()
    assert labels[0] == "This computer: online, 2 loaded"
    assert labels[1].startswith("nas: offline since ")
    assert labels[2:5] == ["Wake “nas”", "-", "Open Ollama Tray"]
    loaded = stage.item.menu().find("Loaded models")
    assert loaded.labels()[0] == "This computer"
    assert not loaded.children[0].is_enabled
    assert loaded.labels()[-1] == "Unload all 2"
    stage.item.click(labels[1])
    stage.wait_command("server_show", "nas")
    stage.wait_command("show")
    stage.item.click("Wake “nas”")
    stage.wait_command("wake", "nas")


@pytest.mark.parametrize("fake_desktop", [{"tray": False}], indirect=True)
def test_a_tray_that_comes_late_is_used(
    fake_desktop: VirtualDesktop, start_stage: StartStage
) -> None:
    stage = start_stage(fake_desktop)
    stage.app.wait_output("available False")
    stage.set("online", "half")
    fake_desktop.services.start_tray()
    stage.app.wait_output("available True")
    stage.wait_tooltip("1 download, 50%")
    stage.item.click("Settings…")
    stage.wait_command("settings_dialog")


@pytest.mark.parametrize("fake_desktop", [{"tray": False}], indirect=True)
def test_at_login_a_tray_may_take_its_time(
    fake_desktop: VirtualDesktop, start_stage: StartStage
) -> None:
    stage = start_stage(fake_desktop, grace_s=60)
    fake_desktop.services.start_tray()
    stage.app.wait_output("available True")
    assert "available False" not in stage.app.output()


def test_a_restarted_tray_gets_the_item_back_and_nobody_is_alarmed(fake_stage: Stage) -> None:
    fake_stage.set("online", "half")
    for _ in range(3):
        fake_stage.desktop.services.stop_tray()
        fake_stage.desktop.services.start_tray()
        wait_for(fake_stage.desktop.tray.items)
        fake_stage.wait_tooltip("1 download, 50%")
        items = fake_stage.desktop.tray.items()
        assert len({item.owner for item in items}) == 1
    fake_stage.item.click("Pause all")
    fake_stage.wait_command("pulls_pause_all")
    assert "available False" not in fake_stage.app.output()


def test_without_any_tray_it_says_so(bare_desktop: VirtualDesktop, start_stage: StartStage) -> None:
    stage = start_stage(bare_desktop)
    stage.app.wait_output("available False")
    stage.set("online", "half", "finished", "none")
    stage.app.end()


def test_a_finished_download_is_told(stage: Stage) -> None:
    stage.set("half", "finished", "none")
    got = stage.desktop.notifications.wait()
    assert (got.app, got.title) == ("Ollama Tray", "Download finished")
    body = got.body.replace("\u00a0", " ")
    assert body == "&lt;b&gt;qwen3:14b&lt;/b&gt; is ready to use. 9.3 GB in 3 min 48 s."
    assert got.error is None


def test_a_click_on_the_notice_says_which_download(fake_stage: Stage) -> None:
    fake_stage.set("failed")
    got = fake_stage.desktop.notifications.wait()
    assert got.title == "Download failed"
    assert got.id is not None
    fake_stage.desktop.services.click(got.id)
    fake_stage.wait_command("pull_show", "phi4:14b")


@pytest.mark.parametrize("fake_desktop", [{"notifications": False}], indirect=True)
def test_without_a_notification_daemon_qt_is_asked(
    fake_desktop: VirtualDesktop, start_stage: StartStage
) -> None:
    stage = start_stage(fake_desktop)
    stage.set("failed")
    # Under a tray host Qt's showMessage is a Notify too: the second try, in vain as well.
    got = fake_desktop.notifications.wait(lambda one: "desktop-entry" not in one.hints)
    assert got.title == "Download failed"
    fake_desktop.services.start_notifications()
    stage.set("finished")
    got = fake_desktop.notifications.wait(lambda one: one.error is None)
    assert got.title == "Download finished"
    assert got.hints["desktop-entry"], "ours again"
