"""Whose architecture a server may not know."""

import pytest

from tray_app.core.creates.architectures import may_be_unknown


@pytest.mark.parametrize(
    ("architecture", "version", "families", "may_be"),
    [
        ("llama", "0.9.2", (), False),
        ("gemma3", "0.9.2", (), True),
        ("gemma3", "0.9.2", ("gemma3",), False),
        ("gemma3", "0.32.1", (), False),
        ("gemma3", "0.30.0-rc1", (), False),
        ("minimax-m9", "0.32.1", ("llama",), True),
        ("minimax-m9", "0.32.1", ("minimax-m9",), False),
        # A build from the sources may know anything that is known here.
        ("gemma3", "0.0.0", (), False),
        ("gemma3", "", (), False),
        ("minimax-m9", "", (), True),
        ("", "0.32.1", (), False),
    ],
)
def test_may_be_unknown(
    architecture: str, version: str, families: tuple[str, ...], may_be: bool
) -> None:
    assert may_be_unknown(architecture, version, families) is may_be
