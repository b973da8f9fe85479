"""The order in which Tab goes through the main window."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tests.shots import data
from tests.widgets.windows import Stage


def tab_stops(first: QWidget) -> list[QWidget]:
    """What Tab comes to from `first` on, once around."""
    found: list[QWidget] = []
    here: QWidget | None = first
    while here is not None and (here is not first or not found):
        is_stop = here.focusPolicy() & Qt.FocusPolicy.TabFocus
        if is_stop and here.isVisible() and here.isEnabled():
            found.append(here)
        here = here.nextInFocusChain()
    return found


def test_tab_goes_through_the_window_from_top_to_bottom(stage: Stage) -> None:
    window, pulls = stage.window, data.PULLS[:2]
    window.set_panel_open(True)
    # One by one: later rows come behind earlier ones, and not behind the whole window.
    for number in range(len(pulls)):
        stage.state.set_downloads(pulls[: number + 1])
    stage.state.set_downloads(reversed(pulls))
    stops = tab_stops(window.top_bar.server_button)
    rows = [window.panel.row(pull.id) for pull in reversed(pulls)]
    wanted = [*window.top_bar.stops, window.view, *rows, window.status_bar.refresh]
    assert [stop for stop in stops if stop in wanted] == wanted
    assert stops.index(window.view) < min(
        stops.index(stop) for stop in stops if window.panel.isAncestorOf(stop)
    )
    assert stops[-1] is window.status_bar.refresh
