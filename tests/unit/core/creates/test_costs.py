"""What making a model costs, as it is said before anything is sent."""

import pytest

from tray_app.core.creates.costs import CreateCost, Room, cost_of, create_cost
from tray_app.core.creates.records import CreateRequest

FILE, RESULT, PROJECTOR = 7_800, 2_500, 851


@pytest.mark.parametrize(
    ("cost", "upload", "needed", "taken", "going", "is_up_to"),
    [
        # Copied: the upload, the copy and the new blob.
        (create_cost(FILE), 7_800, 23_400, 15_600, 7_800, True),
        (create_cost(FILE, projector_bytes=PROJECTOR), 8_651, 24_251, 16_451, 7_800, True),
        # Quantized: twice the result in place of twice the file.
        (create_cost(FILE, result_bytes=RESULT), 7_800, 12_800, 10_300, 7_800, False),
        (
            create_cost(FILE, result_bytes=RESULT, projector_bytes=PROJECTOR),
            8_651,
            13_651,
            11_151,
            7_800,
            False,
        ),
        (create_cost(FILE, is_stored_as_is=True), 7_800, 7_800, 7_800, 0, False),
        # What lies there already is neither uploaded nor needed again.
        (create_cost(FILE, held_bytes=FILE), 0, 15_600, 15_600, 7_800, True),
        (create_cost(FILE, projector_bytes=PROJECTOR, held_bytes=PROJECTOR), 7_800, 23_400, 16_451,
         7_800, True),
        (create_cost(FILE, held_bytes=10 * FILE), 0, 15_600, 15_600, 7_800, True),
        (create_cost(0), 0, 0, 0, 0, True),
    ],
)  # fmt: skip
def test_cost(
    cost: CreateCost, upload: int, needed: int, taken: int, going: int, is_up_to: bool
) -> None:
    found = (cost.upload_bytes, cost.needed_bytes, cost.taken_bytes, cost.going_bytes)
    assert found == (upload, needed, taken, going)
    assert cost.is_up_to is is_up_to


@pytest.mark.parametrize(
    ("free_bytes", "room"),
    [(None, Room.UNKNOWN), (0, Room.SHORT), (23_399, Room.SHORT), (23_400, Room.ENOUGH)],
)
def test_room(free_bytes: int | None, room: Room) -> None:
    assert create_cost(FILE, free_bytes=free_bytes).room is room


def request(**changes: object) -> CreateRequest:
    values = {"files": ("/a.gguf",), "file_type": "F16", "size_bytes": 1_600, **changes}
    return CreateRequest("studio", "a:b", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "needed"),
    [
        (request(), 4_800),
        (request(quantize="Q8_0"), 1_600 + 2 * 850),
        (request(quantize="q8_0"), 1_600 + 2 * 850),
        # Ollama only copies what is of that type already.
        (request(quantize="f16"), 4_800),
        (request(is_stored_as_is=True), 1_600),
        (request(adapter=True, base="llama3.2:latest"), 1_600),
        (request(projector_bytes=100), 4_900),
        (request(file_type="", quantize="Q4_K_M"), 1_600 + 2 * 490),
    ],
)
def test_cost_of_a_request(asked: CreateRequest, needed: int) -> None:
    assert cost_of(asked).needed_bytes == needed
