"""The small widgets: plain text, eliding, bars, names, badges, buttons."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.helpers import button, clipboard, emitted, shown, texts
from tray_app.views.components.badges import Badge, BadgeSpec, badge_width
from tray_app.views.components.banner import Banner, BannerText
from tray_app.views.components.buttons import Button, CopyButton, IconButton, Kind
from tray_app.views.components.chips import Chip
from tray_app.views.components.facts import Fact, FactsCard
from tray_app.views.components.flow import FlowLayout
from tray_app.views.components.inputs import CheckBox, set_invalid
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.names import NameFonts, NameLabel, fit_name
from tray_app.views.components.progress import ThinProgressBar
from tray_app.views.components.spinner import Spinner
from tray_app.views.components.surfaces import Card, Hairline, StateTile
from tray_app.views.theme import TextRole, Theme, Tone

HF = "hf.co/bartowski/Qwen2.5-Coder-14B-Instruct-GGUF:Q4_K_M"


def test_a_label_shows_markup_literally(qtbot: QtBot) -> None:
    label = shown(qtbot, PlainLabel("<b>x</b>"))
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == "<b>x</b>"


def test_a_label_does_not_lay_out_a_megabyte(qtbot: QtBot) -> None:
    label = shown(qtbot, PlainLabel("x" * 1_000_000))
    assert len(label.text()) < 5_000


def test_a_label_goes_back_to_its_own_colour(qtbot: QtBot) -> None:
    label = shown(qtbot, PlainLabel("x"))
    own = label.palette().windowText().color()
    label.set_state(Tone.DANGER)
    assert label.palette().windowText().color() == Theme.of(label).danger
    label.set_state(None)
    assert label.palette().windowText().color() == own


def test_an_elided_label_tells_all_in_its_tooltip(qtbot: QtBot) -> None:
    label = shown(qtbot, ElidedLabel("a <b>long</b> text " * 20))
    label.resize(80, 20)
    assert label.is_elided()
    assert "&lt;b&gt;" in label.toolTip()
    label.setText("x")
    assert label.toolTip() == ""
    label.set_tip("more")
    label.resize(81, 20)
    assert label.toolTip() == "more"


def test_names_lose_prefix_then_middle_never_the_tag(qtbot: QtBot) -> None:
    fonts = NameFonts.of_role(TextRole.NAME)
    whole = fit_name(HF, fonts, 10_000)
    assert (whole.prefix, whole.base, whole.tag) == (
        "hf.co/bartowski/",
        "Qwen2.5-Coder-14B-Instruct-GGUF",
        ":Q4_K_M",
    )
    short = fit_name(HF, fonts, whole.width - 5)
    assert (short.prefix, short.base) == ("…/", whole.base)
    tiny = fit_name(HF, fonts, 150)
    assert "…" in tiny.base
    assert tiny.tag == ":Q4_K_M"
    assert fit_name("x", fonts, 0).base in ("", "…", "x")


def test_a_cut_name_has_a_tooltip(qtbot: QtBot) -> None:
    label = shown(qtbot, NameLabel(HF))
    label.resize(140, 20)
    label.grab()
    assert label.toolTip() == HF
    label.resize(label.sizeHint())
    label.grab()
    assert label.toolTip() == ""


def test_badges_are_as_wide_as_their_words(qtbot: QtBot) -> None:
    spec = BadgeSpec("Loaded", "chip", Tone.OK, filled=True, tip="in <memory>")
    badge = shown(qtbot, Badge(spec))
    assert badge.sizeHint() == QSize(badge_width(spec), 20)
    assert badge_width(spec, compact=True) == 20
    assert badge.accessibleName() == "Loaded"
    assert "&lt;memory&gt;" in badge.toolTip()


@pytest.fixture
def bar(qtbot: QtBot) -> ThinProgressBar:
    made = ThinProgressBar()
    made.resize(200, 6)
    return shown(qtbot, made)


def test_a_bar_runs_to_a_thousand(qtbot: QtBot, bar: ThinProgressBar) -> None:
    bar.set_permille(5_000_000_000)
    assert bar.value() == 1000
    bar.set_permille(-1)
    assert bar.value() == 0
    bar.set_permille(None)
    assert bar.is_indeterminate
    bar.set_permille(661)
    assert not bar.is_indeterminate
    assert bar.value() == 661


def test_a_bar_shows_its_share(qtbot: QtBot, bar: ThinProgressBar) -> None:
    bar.hide()
    bar.set_permille(500)
    bar.show()

    def share() -> float:
        image = bar.grab().toImage()
        accent = Theme.of(bar).accent.rgb()
        y = image.height() // 2
        return sum(image.pixel(x, y) == accent for x in range(image.width())) / image.width()

    assert 0.45 < share() < 0.55
    bar.set_idle(True)
    assert share() == 0


def test_nothing_turns_out_of_sight(qtbot: QtBot) -> None:
    frame = QWidget()
    layout = QVBoxLayout(frame)
    spinner, moving = Spinner(16), ThinProgressBar()
    moving.set_permille(None)
    layout.addWidget(spinner)
    layout.addWidget(moving)
    shown(qtbot, frame)
    assert spinner._timer.isActive()
    assert moving._timer.isActive()
    frame.hide()
    assert not spinner._timer.isActive()
    assert not moving._timer.isActive()


def test_a_card_puts_lines_between_rows(qtbot: QtBot) -> None:
    card = Card()
    for text in "abc":
        card.add_row(QLabel(text))
    shown(qtbot, card)
    assert len(card.findChildren(Hairline)) == 2
    card.clear()
    assert card.rows.count() == 0
    assert texts(card) == []


def test_equal_facts_leave_the_labels_alone(qtbot: QtBot) -> None:
    card = shown(qtbot, FactsCard())
    card.set_facts([Fact("Size", "1 GB"), Fact("Digest")])
    labels = card.findChildren(QLabel)
    card.set_facts([Fact("Size", "2 GB"), Fact("Digest", why_missing="not told")])
    assert card.findChildren(QLabel) == labels
    assert (card.value_of("Size"), card.value_of("Digest")) == ("2 GB", "—")
    assert "Digest: not told" in [label.accessibleName() for label in labels]


def test_a_banner_says_one_thing_with_buttons(qtbot: QtBot) -> None:
    banner = shown(qtbot, Banner())
    banner.set_text(BannerText("Can’t <b>reach</b>", Tone.WARN, (("retry", "Retry"),)))
    assert texts(banner) == ["Can’t <b>reach</b>"]
    with emitted(banner.action_triggered) as keys:
        button(banner, "Retry").click()
    assert keys == ["retry"]
    banner.set_text(None)
    assert not banner.isVisible()


def test_icons_take_the_colour_of_their_button(qtbot: QtBot) -> None:
    primary = shown(qtbot, Button("Pull", "download", Kind.PRIMARY))
    colors = opaque_colors(primary.icon().pixmap(16).toImage())
    assert Theme.of(primary).accent_text.name() in colors
    primary.set_kind(Kind.NORMAL)
    colors = opaque_colors(primary.icon().pixmap(16).toImage())
    assert Theme.of(primary).button_text.name() in colors


def opaque_colors(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 250
    }


def test_icon_buttons_have_names_and_focus(qtbot: QtBot) -> None:
    made = shown(qtbot, IconButton("pause", "Pause <x>"))
    assert made.accessibleName() == "Pause <x>"
    assert "&lt;x&gt;" in made.toolTip()
    assert made.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert made.width() >= 26


def test_copying_puts_the_text_on_the_clipboard(qtbot: QtBot) -> None:
    copy = shown(qtbot, CopyButton("Copy name", "qwen3:8b"))
    copy.click()
    assert clipboard() == "qwen3:8b"


def test_a_chip_keeps_its_width_when_chosen(qtbot: QtBot) -> None:
    chip = shown(qtbot, Chip("Loaded"))
    chip.set_count("2", "Loaded, 2 models, filter")
    width = chip.sizeHint().width()
    chip.setChecked(True)
    assert chip.sizeHint().width() == width
    assert chip.accessibleName() == "Loaded, 2 models, filter"


def test_a_check_box_is_clicked_on_its_words_too(qtbot: QtBot) -> None:
    box = shown(qtbot, CheckBox("Keep running in the tray"))
    box.resize(box.sizeHint())
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center())
    assert box.isChecked()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert not box.isChecked()


def test_an_invalid_field_is_marked_once(qtbot: QtBot) -> None:
    field = shown(qtbot, QLineEdit())
    set_invalid(field, True)
    assert field.property("invalid") is True
    set_invalid(field, False)
    assert field.property("invalid") is False


def test_a_flow_goes_on_in_the_next_line(qtbot: QtBot) -> None:
    frame = QWidget()
    flow = FlowLayout(frame)
    for _ in range(6):
        label = QLabel("word")
        label.setFixedSize(50, 20)
        flow.addWidget(label)
    shown(qtbot, frame)
    assert flow.heightForWidth(1000) == 20
    assert flow.heightForWidth(120) == 3 * 20 + 2 * 8
    assert flow.heightForWidth(10) == 6 * 20 + 5 * 8


@pytest.mark.parametrize("size", [40, 48, 56])
def test_tiles_show_their_glyph_on_a_tint(qtbot: QtBot, size: int) -> None:
    tile = shown(qtbot, StateTile("trash", Tone.DANGER, size))
    image = tile.grab().toImage()
    theme = Theme.of(tile)
    assert image.pixelColor(size // 2, 3).name() == theme.tint(Tone.DANGER).name()
    assert theme.danger.name() in opaque_colors(image)
