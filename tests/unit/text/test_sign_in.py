import pytest

from tray_app import text
from tray_app.core.sign_in import HeaderFault


@pytest.mark.parametrize("fault", list(HeaderFault))
def test_faults_of_headers(fault: HeaderFault) -> None:
    assert text.header_problem(fault, "Host")
    assert "{" not in text.header_problem(fault, "Host")
    assert text.header_problem(None, "Host") == ""


def test_the_header_that_is_meant_is_named() -> None:
    assert text.header_problem(HeaderFault.OURS, "Host") == "“Host” is set by Ollama Tray itself."
