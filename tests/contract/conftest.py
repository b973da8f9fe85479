"""The servers that the contract holds for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.contract.targets import DemoTarget, RealTarget, Target
from tests.support.workers import shared_folder, taking_turns

HOST_VARIABLE = "OLLAMA_TEST_HOST"


def real_url() -> str:
    """The address of the real server, '' if there is none."""
    host = os.environ.get(HOST_VARIABLE, "").rstrip("/")
    return host if not host or "://" in host else f"http://{host}"


@pytest.fixture(params=["demo", pytest.param("real", marks=pytest.mark.real_server)])
def target(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    """Each server in turn; the real one only where OLLAMA_TEST_HOST says where it is."""
    if request.param != "real":
        with closing_target(DemoTarget()) as demo:
            yield demo
        return
    if not real_url():
        pytest.skip(f"{HOST_VARIABLE} is not set")
    # There is one of it, and some tests look at all that it has loaded.
    lock = shared_folder(tmp_path_factory) / "real-server.lock"
    with taking_turns(lock, timeout_s=100), closing_target(RealTarget(real_url())) as real:
        yield real


@contextmanager
def closing_target(target: Target) -> Iterator[Target]:
    """Remove at the end what was made."""
    yield target
    target.clean_up()
