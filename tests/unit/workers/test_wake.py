"""The packet that wakes a computer, sent to an ear of ours."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from tray_app.core.errors import OllamaError
from tray_app.core.wake import magic_packet
from tray_app.workers.wake import EVERYBODY, PORT, WakeJob

MAC = bytes.fromhex("3c7c3f1a2b4d")


@pytest.mark.parametrize("broadcast", ["127.0.0.1", " 127.255.255.255 "])
def test_sent_as_a_broadcast(broadcast: str) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as ear:
        ear.bind(("", 0))
        ear.settimeout(10)
        WakeJob("nas", MAC, broadcast, ear.getsockname()[1]).perform()
        assert ear.recv(1000) == magic_packet(MAC)


def test_everybody_in_the_network_is_told_unless_another_address_is_set() -> None:
    assert WakeJob("nas", MAC)._to == (EVERYBODY, PORT) == ("255.255.255.255", 9)


@pytest.mark.parametrize("broadcast", ["no.such.host.invalid", "a" * 300, "::1"])
def test_an_address_that_cannot_be_sent_to(broadcast: str) -> None:
    with pytest.raises(OllamaError) as error:
        WakeJob("nas", MAC, broadcast).perform()
    assert error.value.context


def test_who_asks_twice_is_asked_once() -> None:
    assert WakeJob("nas", MAC).key == WakeJob("nas", MAC, "10.0.0.255").key
