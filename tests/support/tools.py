"""Programs of the system that tests run.

Without one a test is skipped at home and fails where CI is set, as dev.py installs them all.
"""

import os
import sys
from typing import NoReturn

import pytest

import dev

INSTALLED = {**dev.DESKTOP_PROGRAMS, **dev.TEST_PROGRAMS, **dev.FRONT_PROGRAMS}


def require(*programs: str) -> None:
    """End the test that cannot have all of these programs."""
    if missing := [program for program in programs if not is_there(program)]:
        lacks(*missing)


def is_there(program: str) -> bool:
    """Whether it is installed, and sure to be where dev.py has prepared the machine."""
    if program not in INSTALLED:
        pytest.fail(f"dev.py does not install {program}: add it to TEST_PROGRAMS")
    return dev.find_program(program) is not None


def lacks(*missing: str) -> NoReturn:
    """End the test for want of something."""
    text = f"not installed: {', '.join(missing)}"
    # Elsewhere dev.py installs nothing.
    if os.environ.get("CI") and sys.platform.startswith("linux"):
        pytest.fail(text)
    pytest.skip(text)
