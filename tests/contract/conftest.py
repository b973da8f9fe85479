"""The servers that the contract holds for."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.contract.targets import DemoTarget, RealTarget, Target

HOST_VARIABLE = "OLLAMA_TEST_HOST"


def real_url() -> str:
    """The address of the real server, '' if there is none."""
    host = os.environ.get(HOST_VARIABLE, "").rstrip("/")
    return host if not host or "://" in host else f"http://{host}"


@pytest.fixture(params=["demo", pytest.param("real", marks=pytest.mark.real_server)])
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """Each server in turn; the real one only where OLLAMA_TEST_HOST says where it is."""
    if request.param == "real" and not real_url():
        pytest.skip(f"{HOST_VARIABLE} is not set")
    made: Target = RealTarget(real_url()) if request.param == "real" else DemoTarget()
    yield made
    made.clean_up()
