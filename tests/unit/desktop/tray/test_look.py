"""Which state wins, how far the ring is, and which style fits the panel."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, qAlpha
from PySide6.QtWidgets import QApplication

from tray_app.core.pulls.states import PullSummary
from tray_app.core.records import ServerState, ServerStatus
from tray_app.core.sign_in import SecretState
from tray_app.desktop.tray.icon import tray_icon, tray_image, with_ring
from tray_app.desktop.tray.look import (
    IconStyle,
    TrayLook,
    TrayState,
    icon_style,
    ring_step,
    tray_state,
)
from tray_app.resources import tray_icon_svg

STYLES = list(IconStyle)
STATES = list(TrayState)
BUSY = PullSummary(active=1, permille=420)


def status(state: ServerState) -> ServerStatus:
    return ServerStatus("local", state, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("server", "summary", "attention", "updates", "expected"),
    [
        (None, PullSummary(), False, 0, TrayState.IDLE),
        (ServerState.ONLINE, PullSummary(), False, 0, TrayState.IDLE),
        (ServerState.CONNECTING, PullSummary(), False, 0, TrayState.IDLE),
        (ServerState.STARTING, PullSummary(), False, 0, TrayState.IDLE),
        (ServerState.ONLINE, PullSummary(), False, 2, TrayState.UPDATE),
        (ServerState.OFFLINE, PullSummary(), False, 2, TrayState.OFFLINE),
        (ServerState.NOT_OLLAMA, PullSummary(), False, 0, TrayState.OFFLINE),
        (ServerState.FAILING, PullSummary(), False, 0, TrayState.OFFLINE),
        (ServerState.OFFLINE, BUSY, False, 2, TrayState.BUSY),
        (ServerState.OFFLINE, PullSummary(waiting=1), False, 0, TrayState.OFFLINE),
        (ServerState.ONLINE, PullSummary(paused=3), False, 0, TrayState.IDLE),
        (ServerState.ONLINE, BUSY, True, 2, TrayState.ATTENTION),
        (ServerState.REFUSED, BUSY, False, 0, TrayState.ATTENTION),
    ],
)
def test_the_state_that_wins(
    server: ServerState | None,
    summary: PullSummary,
    attention: bool,
    updates: int,
    expected: TrayState,
) -> None:
    found = status(server) if server else None
    assert tray_state([found], found, summary, attention, updates) is expected


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        ("online offline", TrayState.IDLE),
        ("offline online", TrayState.OFFLINE),
        ("connecting offline", TrayState.IDLE),
        ("offline offline", TrayState.OFFLINE),
        ("failing online", TrayState.OFFLINE),
        ("online refused", TrayState.ATTENTION),
        ("online waiting", TrayState.IDLE),
    ],
)
def test_of_several_the_first_is_the_default_one(servers: str, expected: TrayState) -> None:
    statuses = [status(ServerState(word)) for word in servers.split()]
    assert tray_state(statuses, statuses[0], PullSummary()) is expected


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        (SecretState.WAITING, TrayState.IDLE),
        (SecretState.LOCKED, TrayState.ATTENTION),
        (SecretState.MISSING, TrayState.ATTENTION),
        (SecretState.NO_KEYRING, TrayState.ATTENTION),
    ],
)
def test_a_secret_that_a_person_has_to_give(secret: SecretState, expected: TrayState) -> None:
    locked = replace(status(ServerState.WAITING), secret=secret)
    fine = status(ServerState.ONLINE)
    assert tray_state([fine, locked], fine, PullSummary()) is expected


@pytest.mark.parametrize(
    ("permille", "step"), [(None, None), (0, 0), (49, 0), (50, 1), (660, 13), (990, 19), (1000, 20)]
)
def test_the_ring_moves_in_steps_of_five_percent(permille: int | None, step: int | None) -> None:
    assert ring_step(PullSummary(active=1, permille=permille)) == step


def test_the_ring_has_no_arc_while_verifying() -> None:
    assert ring_step(PullSummary(active=1, permille=990, is_verifying=True)) is None


@pytest.mark.parametrize(
    ("choice", "platform", "desktops", "is_dark", "panel", "expected"),
    [
        ("automatic", "linux", ["KDE"], False, None, IconStyle.LIGHT),
        ("automatic", "linux", ["KDE"], True, None, IconStyle.DARK),
        ("automatic", "linux", ["ubuntu", "GNOME"], False, None, IconStyle.DARK),
        ("automatic", "linux", ["XFCE"], False, True, IconStyle.DARK),
        ("automatic", "win32", [], True, False, IconStyle.LIGHT),
        ("automatic", "win32", [], False, True, IconStyle.DARK),
        ("automatic", "darwin", [], True, None, IconStyle.TEMPLATE),
        ("light", "linux", ["GNOME"], True, True, IconStyle.LIGHT),
        ("dark", "darwin", [], False, None, IconStyle.DARK),
        ("color", "win32", [], False, None, IconStyle.COLOR),
        ("from the future", "linux", [], False, None, IconStyle.LIGHT),
    ],
)
def test_the_style_that_fits_the_panel(
    choice: str,
    platform: str,
    desktops: list[str],
    is_dark: bool,
    panel: bool | None,
    expected: IconStyle,
) -> None:
    found = icon_style(
        choice, is_dark_scheme=is_dark, panel=panel, desktops=desktops, platform=platform
    )
    assert found is expected


@pytest.mark.parametrize("style", ["light", "dark", "template"])
@pytest.mark.parametrize("size", [16, 22, 32])
def test_the_arc_lies_on_the_ring_of_each_drawing(style: str, size: int) -> None:
    svg = tray_icon_svg(style, "busy", size).read_text(encoding="utf-8")
    drawings = [with_ring(svg, step) for step in range(21)]
    assert len(set(drawings)) == 21
    assert "A" not in with_ring(svg, 0).split("<path", 1)[1].split('"')[1]
    assert "<path" not in with_ring(svg, None)
    assert 'stroke-opacity=".6"' in with_ring(svg, None)
    radius = {16: 7, 22: 9, 32: 13.75}[size]
    middle = size / 2
    assert f'd="M{middle:g} {middle - radius:g}A' in drawings[5]
    end = drawings[5].split('<path d="')[1].split('"')[0].split()[-2:]
    assert [float(part) for part in end] == pytest.approx([middle + radius, middle], abs=0.01)


def ink(image: QImage) -> int:
    return sum(
        qAlpha(image.pixel(x, y)) > 127 for x in range(image.width()) for y in range(image.height())
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("size", [16, 22, 24, 32, 44, 64])
def test_every_state_is_another_shape(qapp: QApplication, style: IconStyle, size: int) -> None:
    images = [tray_image(TrayLook(state, style), size) for state in STATES]
    images += [tray_image(TrayLook(TrayState.BUSY, style, step), size) for step in (0, 5, 10, 19)]
    for number, image in enumerate(images):
        assert image.size() == QSize(size, size)
        assert ink(image) > size
        shape = image.convertToFormat(QImage.Format.Format_Alpha8)
        others = images[number + 1 :]
        assert shape not in [o.convertToFormat(QImage.Format.Format_Alpha8) for o in others]


def test_light_and_dark_are_each_others_opposite(qapp: QApplication) -> None:
    def lightness(style: IconStyle) -> float:
        image = tray_image(TrayLook(TrayState.IDLE, style), 22)
        colors = [
            image.pixelColor(x, y)
            for x in range(22)
            for y in range(22)
            if image.pixelColor(x, y).alpha() > 200
        ]
        return sum(color.lightnessF() for color in colors) / len(colors)

    assert lightness(IconStyle.LIGHT) < 0.2
    assert lightness(IconStyle.DARK) > 0.9


def test_the_icon_has_a_picture_for_each_usual_size(qapp: QApplication) -> None:
    icon = tray_icon(TrayLook(TrayState.IDLE, IconStyle.LIGHT))
    assert {16, 22, 24, 32, 44, 48, 64} == {size.width() for size in icon.availableSizes()}
    assert not icon.isMask()
    assert tray_icon(TrayLook(TrayState.IDLE, IconStyle.TEMPLATE)).isMask()
