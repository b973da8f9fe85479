"""Rows of downloads that go, in the whole program, where everybody listens to the queue.

What went wrong inside is found at the end of each test by its fixtures: see `App.end`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.test_endings import Run, StartRun, start_run
from tests.fakes import FaultyServer, small
from tests.support.waiting import wait_for
from tray_app.desktop.instance.single_instance import InstanceCommand

MB = 1_000_000
FINISHED = ("one", "two", "three")

__all__ = ["start_run"]


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    library = small.library("here", published=(*FINISHED, "four", "five"))
    with FaultyServer(library=library, speed_bytes_s=500 * MB, tick_s=0.03) as fake:
        yield fake


def rows(run: Run) -> dict[str, str]:
    """The downloads by name, with their states."""
    listed = run.status()["downloads"]
    assert isinstance(listed, list)
    return {row["name"].removesuffix(":latest"): row["state"] for row in listed}


def pull(run: Run, *names: str) -> None:
    for name in names:
        run.act(name, command=InstanceCommand.PULL)


def wait_rows(run: Run, wanted: dict[str, str], timeout_s: float = 15.0) -> None:
    run.app.wait_for(lambda: rows(run) == wanted, timeout_s=timeout_s, message=f"never {wanted}")


def finish_some(run: Run) -> dict[str, str]:
    pull(run, *FINISHED)
    done = dict.fromkeys(FINISHED, "done")
    wait_rows(run, done)
    return done


def cancel_in_tray(run: Run, name: str) -> None:
    """The label changes all the time while it runs."""

    def is_clicked() -> bool:
        try:
            run.app.tray_item().click(run.wait_label(f"{name}:latest, "), "Cancel")
        except AssertionError:
            return False
        return True

    run.app.wait_for(is_clicked, message=f"could not cancel {name}")
    run.app.wait_for(lambda: rows(run).get(name) == "canceled", message=f"{name} goes on")


def test_clear_finished(fake_desktop: VirtualDesktop, start_run: StartRun) -> None:
    run = start_run(fake_desktop)
    run.app.window("Ollama Tray")
    finish_some(run)
    run.act("press", "Clear finished")
    wait_rows(run, {})


@pytest.mark.parametrize("is_hidden", [True, False])
def test_a_canceled_row_goes_by_itself(
    fake_desktop: VirtualDesktop, start_run: StartRun, server: FaultyServer, is_hidden: bool
) -> None:
    run = start_run(fake_desktop, *(["--hidden"] if is_hidden else []))
    if not is_hidden:
        run.app.window("Ollama Tray")
    done = finish_some(run)
    server.state.set_speed(2 * MB)
    pull(run, "four", "five")
    run.app.wait_for(lambda: rows(run).get("four") == "running", message="does not run")
    cancel_in_tray(run, "four")
    server.state.set_speed(500 * MB)
    wait_rows(run, {**done, "five": "done"}, timeout_s=40)
    wait_for(lambda: "five:latest" in server.state.names())
    assert "four:latest" not in server.state.names()
    assert bool(fake_desktop.screen.windows(run.app.pid)) is not is_hidden
    if not is_hidden:
        run.act("press", "Clear finished")
        wait_rows(run, {})
