"""What the measurements on a desktop take for proof is not there by itself."""

from __future__ import annotations

import os

import pytest

from tests.bench.children import Process, environment
from tests.bench.proof import NotMeasured
from tests.bench.registrations import Registrations
from tests.bench.starting import FLOOR, scene, wait_more
from tests.desktop.harness.desktop import TOOLS, Mode, VirtualDesktop
from tests.support.tools import require


def test_only_an_icon_of_the_process_itself_counts(fake_desktop: VirtualDesktop) -> None:
    with Registrations(fake_desktop.address) as registrations:
        with Process(environment(fake_desktop.environment), FLOOR) as floor:
            assert registrations.next_ns(floor.pid) > floor.spawned_ns
        with Process(environment(fake_desktop.environment), FLOOR) as floor:
            floor.line("ready")
            with pytest.raises(NotMeasured, match="no tray icon came"):
                registrations.next_ns(os.getpid(), timeout_s=0.2)


def test_polls_are_those_of_the_program() -> None:
    require(*TOOLS[Mode.FAKE])
    with scene() as here:
        with here.floor() as floor:
            floor.line("ready")
            assert here.requests("asked") == 0
        with here.program("--hidden"):
            wait_more(here.polls, 0, "no poll")
