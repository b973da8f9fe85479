import pytest

from tray_app.core.wake import hardware_address, magic_packet

BYTES = bytes.fromhex("3c7c3f1a2b4d")


@pytest.mark.parametrize(
    "text",
    ["3c:7c:3f:1a:2b:4d", "3C-7C-3F-1A-2B-4D", "3c7c3f1a2b4d", "  3c:7c:3f:1a:2b:4d\n"],
)
def test_a_hardware_address(text: str) -> None:
    assert hardware_address(text) == BYTES


@pytest.mark.parametrize(
    "text",
    [
        *("", "3c:7c:3f:1a:2b", "3c:7c:3f:1a:2b:4d:5e", "3c:7c-3f:1a:2b:4d", "3c7c:3f1a2b4d"),
        *("3g:7c:3f:1a:2b:4d", "3c 7c 3f 1a 2b 4d", "٣c:7c:3f:1a:2b:4d"),
        *("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:fb"),
    ],
)
def test_what_is_no_computers_address(text: str) -> None:
    assert hardware_address(text) is None


def test_the_packet_has_the_address_sixteen_times() -> None:
    packet = magic_packet(BYTES)
    assert len(packet) == 102
    assert packet[:6] == b"\xff" * 6
    assert {packet[at : at + 6] for at in range(6, 102, 6)} == {BYTES}


def test_an_address_of_another_length() -> None:
    with pytest.raises(ValueError, match="six"):
        magic_packet(b"12345")
