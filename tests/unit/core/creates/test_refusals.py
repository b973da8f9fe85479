"""How the dialog stands, as a table: the most urgent notice, the faults, and whether it creates."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tray_app.core.creates.costs import Room
from tray_app.core.creates.files import FileFacts, Projector
from tray_app.core.creates.refusals import (
    Choice,
    NameFault,
    Notice,
    Permission,
    ServerFault,
    ServerStanding,
    base_candidates,
    families_of,
    names_of,
    stand,
)
from tray_app.core.errors import NameProblem
from tray_app.core.gguf.records import FileFault, GgufHeader, GgufKind, Refusal
from tray_app.core.gguf.weights import QuantizeChoice
from tray_app.core.records import ModelDetails, ModelRecord

HEADER = GgufHeader(GgufKind.MODEL, architecture="llama", file_type="F16")
FACTS = FileFacts(
    "/d/a.gguf",
    ("/d/a.gguf",),
    7_800,
    HEADER,
    projectors=(Projector("/d/mmproj.gguf", 851),),
    choices=(QuantizeChoice("Q4_K_M", 2_500),),
    name="a:f16",
)
CHOICE = Choice("a:f16")
SERVER = ServerStanding(
    version="0.32.1",
    names=names_of(["llama3.2:latest", "hf.co/a/b:Q4"]),
    in_line=names_of(["new:f16"]),
    families=frozenset({"llama"}),
    free_bytes=1_000_000,
)
UNKNOWN = replace(FACTS, header=replace(HEADER, architecture="minimax-m9"))
HINTED = replace(FACTS, pull_hint="hf.co/a/a-GGUF:F16")
ADAPTER = replace(FACTS, header=replace(HEADER, kind=GgufKind.ADAPTER), projectors=(), choices=())


def refused(fault: FileFault) -> FileFacts:
    return replace(HINTED, refusal=Refusal(fault, "/d/a.gguf"))


@pytest.mark.parametrize("fault", FileFault)
def test_a_file_that_is_refused_is_never_created(fault: FileFault) -> None:
    found = stand(refused(fault), CHOICE, SERVER, is_changed=True)
    assert (found.notice, found.permission, found.cost) == (Notice.REFUSED, Permission.OFF, None)


def test_nothing_is_said_while_it_is_read_but_of_the_name() -> None:
    found = stand(None, replace(CHOICE, name="llama3.2"), replace(SERVER, is_online=False))
    assert (found.notice, found.server_fault, found.cost) == (None, None, None)
    assert found.name_fault is NameFault.EXISTS
    assert found.permission is Permission.OFF


@pytest.mark.parametrize(
    ("facts", "choice", "is_changed", "notice", "permission"),
    [
        (FACTS, CHOICE, False, None, Permission.ON),
        (HINTED, CHOICE, False, Notice.PULL_HINT, Permission.ON),
        # What it would become is not what could be pulled.
        (HINTED, replace(CHOICE, quantize="Q4_K_M"), False, None, Permission.ON),
        (UNKNOWN, CHOICE, False, Notice.ARCHITECTURE, Permission.ANYWAY),
        (replace(UNKNOWN, pull_hint="x"), CHOICE, False, Notice.ARCHITECTURE, Permission.ANYWAY),
        (UNKNOWN, CHOICE, True, Notice.CHANGED, Permission.OFF),
        (ADAPTER, CHOICE, False, Notice.ADAPTER, Permission.OFF),
        (ADAPTER, replace(CHOICE, base="llama3.2:latest"), False, Notice.ADAPTER, Permission.ON),
        (ADAPTER, replace(CHOICE, base="llama3.2:latest"), True, Notice.CHANGED, Permission.OFF),
    ],
)
def test_the_most_urgent_is_said(
    facts: FileFacts,
    choice: Choice,
    is_changed: bool,
    notice: Notice | None,
    permission: Permission,
) -> None:
    found = stand(facts, choice, SERVER, is_changed=is_changed)
    assert (found.notice, found.permission) == (notice, permission)


@pytest.mark.parametrize(
    ("name", "fault", "existing"),
    [
        ("a", None, ""),
        ("a:f16", None, ""),
        ("me/a", None, ""),
        ("llama3.2", NameFault.EXISTS, "llama3.2:latest"),
        ("LLAMA3.2:Latest", NameFault.EXISTS, "llama3.2:latest"),
        (" library/llama3.2 ", NameFault.EXISTS, "llama3.2:latest"),
        ("HF.co/A/B:q4", NameFault.EXISTS, "hf.co/a/b:Q4"),
        ("New:F16", NameFault.IN_LINE, "new:f16"),
        ("a:cloud", NameFault.RESERVED, ""),
        ("a:20b-cloud", NameFault.RESERVED, ""),
        ("a:local", NameFault.RESERVED, ""),
        ("a b", NameFault.BAD, ""),
        ("", NameFault.BAD, ""),
    ],
)
def test_names(name: str, fault: NameFault | None, existing: str) -> None:
    found = stand(FACTS, Choice(name), SERVER)
    assert (found.name_fault, found.existing) == (fault, existing)
    assert found.permission is (Permission.OFF if fault else Permission.ON)
    assert (found.bad_name is not None) is (fault is NameFault.BAD)


def test_what_is_wrong_with_a_name_is_kept() -> None:
    found = stand(FACTS, Choice("a b"), SERVER)
    assert found.bad_name is not None
    assert found.bad_name.problem is NameProblem.SPACE


PARTS = replace(FACTS, files=("/d/a-1.gguf", "/d/a-2.gguf"))
SEEING = replace(CHOICE, projector="/d/mmproj.gguf")


@pytest.mark.parametrize(
    ("facts", "choice", "version", "fault"),
    [
        (FACTS, CHOICE, "0.9.2", None),
        (PARTS, CHOICE, "0.9.2", ServerFault.NO_PARTS),
        (PARTS, CHOICE, "0.29.9", ServerFault.NO_PARTS),
        (PARTS, CHOICE, "0.30.0", None),
        (PARTS, CHOICE, "0.30.0-rc2", None),
        (FACTS, SEEING, "0.9.2", ServerFault.NO_PROJECTOR),
        (FACTS, SEEING, "0.30.3", ServerFault.NO_PROJECTOR),
        (FACTS, SEEING, "0.30.4", None),
        # It can be left out, the parts cannot.
        (PARTS, SEEING, "0.9.2", ServerFault.NO_PARTS),
        # Where the version is not known the server decides.
        (PARTS, SEEING, "0.0.0", None),
        (PARTS, SEEING, "", None),
    ],
)
def test_servers_that_are_too_old(
    facts: FileFacts, choice: Choice, version: str, fault: ServerFault | None
) -> None:
    found = stand(facts, choice, replace(SERVER, version=version))
    assert found.server_fault is fault
    assert found.permission is (Permission.OFF if fault else Permission.ON)


def test_a_server_that_is_away_is_waited_for() -> None:
    found = stand(FACTS, CHOICE, replace(SERVER, is_online=False))
    assert (found.server_fault, found.permission) == (ServerFault.AWAY, Permission.ON)


@pytest.mark.parametrize(
    ("choice", "needed"),
    [
        (CHOICE, 3 * 7_800),
        (SEEING, 3 * 7_800 + 851),
        (replace(CHOICE, quantize="Q4_K_M"), 7_800 + 2 * 2_500),
        (replace(SEEING, quantize="Q4_K_M"), 7_800 + 2 * 2_500 + 851),
    ],
)
def test_costs(choice: Choice, needed: int) -> None:
    found = stand(FACTS, choice, replace(SERVER, free_bytes=needed))
    assert found.cost is not None
    assert (found.cost.needed_bytes, found.cost.room) == (needed, Room.ENOUGH)
    assert found.permission is Permission.ON
    short = stand(FACTS, choice, replace(SERVER, free_bytes=needed - 1))
    assert short.permission is Permission.ANYWAY
    unknown = stand(FACTS, choice, replace(SERVER, free_bytes=None))
    assert unknown.permission is Permission.ON


def test_an_adapter_costs_itself() -> None:
    found = stand(ADAPTER, CHOICE, SERVER)
    assert found.cost is not None
    assert (found.cost.needed_bytes, found.cost.is_up_to) == (7_800, False)


def test_what_is_there_is_not_uploaded() -> None:
    found = stand(FACTS, SEEING, replace(SERVER, held_bytes=7_800 + 851))
    assert found.cost is not None
    assert (found.cost.upload_bytes, found.cost.needed_bytes) == (0, 2 * 7_800)


def row(name: str, family: str, *, remote: str = "") -> ModelRecord:
    return ModelRecord("s", name, details=ModelDetails(family=family), remote_host=remote)


def test_bases_of_the_same_architecture_come_first() -> None:
    rows = [row("b", "qwen3"), row("Z", "llama"), row("c", "llama", remote="x"), row("a", "llama")]
    assert [each.name for each in base_candidates(ADAPTER, rows)] == ["a", "Z", "b"]
    assert families_of(rows) == {"qwen3", "llama"}
    assert families_of([row("c", "kimi", remote="https://ollama.com")]) == frozenset()
