"""Random lives of creates: whatever breaks, nothing is lost, nothing is replaced, nothing stays."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from PySide6.QtCore import QObject, Slot

from tests.contract.gguf_file import digest_of
from tests.fakes import faults
from tests.unit.workers.creates.conftest import QueueMaker
from tray_app.core.creates.records import CreateItem, CreateState
from tray_app.demo.store.naming import parse
from tray_app.demo.store.package import sha256_digest
from tray_app.ollama.creating import Pace

S = CreateState
LIVES = 10
HURRIED = Pace((0.01,), (0.0, 0.05), (0.02,), lambda _request: 0.6)
UPLOADS = "/api/blobs/"


class Moment(QObject):
    """Acts once, in the very moment in which a create comes into one of some states."""

    def __init__(self, life: Life, states: tuple[CreateState, ...], act: Callable[[], object]):
        super().__init__()
        self.life, self.states, self.act = life, states, act
        self.has_come = False
        life.bench.queue.changed.connect(self._on_changed)

    @Slot(object)
    def _on_changed(self, item: CreateItem) -> None:
        if not self.has_come and item.state in self.states and not item.is_ended:
            self.has_come = True
            self.act()


class Life:
    """One create, and what happens to it."""

    def __init__(
        self,
        make: QueueMaker,
        path: Path,
        number: int,
        choice: random.Random,
        blobs: set[str],
    ) -> None:
        self.make, self.path, self.choice = make, path, choice
        self.bench = make(path, pace=HURRIED, online=False)
        self.bench.seeds = iter(range(number * 100, number * 100 + 100))
        self.name = f"life{number}"
        self.server = self.bench.server
        self.state = self.server.state
        self.state.quantizer.seconds = choice.choice([0.0, 0.1, 0.3])
        self.state.quantizer.prints = choice.random() < 0.5
        self.is_taken = False
        self.may_be_left = False
        self.file = self.bench.file(f"{self.name}.gguf", floats=choice.choice([1000, 4_000_000]))
        # Those of earlier lives too: what was on its way when one was canceled arrives later.
        self.blobs = blobs
        blobs.add(digest_of(self.file.read_bytes()))
        self.item_id = ""

    def run(self, fault: Callable[[Life], None]) -> None:
        self.item_id = self.bench.queue.add(self.bench.request(self.name, self.file))
        fault(self)
        self.settle()
        self.check()

    def at(self, act: Callable[[], object], *states: CreateState) -> None:
        """Do it when one of these comes; wait for that, or the end."""
        moment = Moment(self, states, act)
        self.bench.queue.set_server_online("local", True)
        self.bench.wait_for(lambda: moment.has_come or self.is_over())

    def is_over(self) -> bool:
        self.bench.poll()
        item = self.bench.queue.item(self.item_id)
        return item is None or item.is_ended

    def until(self, *states: CreateState) -> bool:
        """Wait for one of these, or the end; whether it is one of these."""

        def is_there() -> bool:
            self.bench.poll()
            item = self.bench.queue.item(self.item_id)
            return item is None or item.is_ended or item.state in states

        self.bench.wait_for(is_there)
        item = self.bench.queue.item(self.item_id)
        return item is not None and item.state in states

    def settle(self) -> None:
        """Let the world be well again, and wait for the end."""
        self.server.clear()
        if not self.server.is_running:
            self.server.start()
        self.until(S.ASKED)
        item = self.bench.queue.item(self.item_id)
        if item is not None and item.state is S.ASKED:
            answer = self.choice.choice([self.bench.queue.keep, self.bench.queue.delete_when_ready])
            answer(self.item_id)
        self.until()
        self.bench.wait_for(lambda: not self.bench.queue._runner.active())
        # What the server goes on with behind our back, it ends, too.
        self.bench.wait_for(lambda: not self.busy())
        self.bench.poll()

    def busy(self) -> bool:
        return any(t.name == "behind a proxy" for t in threading.enumerate())

    def check(self) -> None:
        item = self.bench.queue.item(self.item_id)
        found = self.state.find(parse(self.name))
        is_listed = found is not None and not self.is_taken
        what = (self.name, item, self.state.names())
        if item is not None and item.state is S.DONE:
            assert found is not None, what
            assert item.digest == found.package.digest, what
        elif item is None or item.state in (S.CANCELED, S.DELETED, S.FAILED):
            assert not is_listed, what
        else:
            pytest.fail(str(what))
        made = {sha256_digest(f"COPY {digest}".encode()) for digest in self.blobs}
        used = {blob.digest for each in self.state.installed() for blob in each.package.blobs}
        left = set(self.state._blobs) - used
        # The upload goes by itself, and what was made of it without becoming a model.
        assert left <= self.blobs | made, what
        assert not self.state.leftovers or self.may_be_left, what
        self.state.leftovers.clear()


def nothing(life: Life) -> None:
    """All goes well."""
    life.until()


def slow(life: Life) -> None:
    """Uploads take their time."""

    def drip(call: faults.Call) -> None:
        if call.exchange.path.startswith(UPLOADS):
            call.exchange.pause(0.1)
        call.answer()

    life.server.fault("*", drip, method="POST")


def file_changes(life: Life) -> None:
    data = bytearray(life.file.read_bytes())
    data[-1] ^= 1
    state = life.choice.choice([S.LOOKING, S.UPLOADING, S.MAKING])
    life.at(lambda: life.file.write_bytes(data), state)
    life.blobs.add(digest_of(bytes(data)))


def file_goes(life: Life) -> None:
    def goes() -> None:
        with suppress(PermissionError):  # on Windows nobody can remove what is read
            life.file.unlink()

    life.at(goes, life.choice.choice([S.CHECKING, S.LOOKING, S.UPLOADING]))


def disk_is_full(life: Life) -> None:
    size = life.file.stat().st_size
    life.state.disk_free_bytes = life.choice.choice([size // 2, size * 3 // 2, size * 5 // 2])


def server_is_killed(life: Life) -> None:
    life.may_be_left = True
    slow(life)
    life.at(life.server.kill, life.choice.choice([S.LOOKING, S.UPLOADING, S.MAKING]))
    life.until(S.WAITING)
    if life.choice.random() < 0.5:
        life.server.start()


def upload_is_cut(life: Life) -> None:
    def cut(call: faults.Call) -> None:
        if not call.exchange.path.startswith(UPLOADS):
            call.answer()
            return
        next(iter(call.exchange.body_parts()))
        faults.reset_before_headers()(call)

    life.server.fault("*", cut, method="POST", times=life.choice.choice([1, 2, 4]))
    life.until(S.MAKING)


def create_is_cut(life: Life) -> None:
    """The connection breaks, and the server goes on; or it never got there."""
    is_heard = life.choice.random() < 0.5
    life.state.quantizer.seconds = 0.3

    def cut(call: faults.Call) -> None:
        if is_heard:
            go_on(life, call)
        faults.reset_before_headers()(call)

    life.server.fault("/api/create", cut, times=1)
    life.until(S.WATCHING)


def proxy_is_impatient(life: Life) -> None:
    life.state.quantizer.seconds = 0.3

    def refuse(call: faults.Call) -> None:
        go_on(life, call)
        call.exchange.reply(life.choice.choice([502, 504, 524]), b"<html></html>", "text/html")

    life.server.fault("/api/create", refuse, times=1)
    life.until(S.WATCHING)


def proxy_takes_nothing_large(life: Life) -> None:
    def refuse(call: faults.Call) -> None:
        if call.exchange.path.startswith(UPLOADS):
            call.exchange.reply_unread(413, b"<html></html>", "text/html")
        else:
            call.answer()

    life.server.fault("*", refuse, method="POST")
    life.until()


def proxy_is_on_the_wrong_path(life: Life) -> None:
    life.server.fault("/api/create", faults.empty_ok(), times=1)
    life.until()


def program_is_killed(life: Life) -> None:
    """What is on disk then is all that the next one knows."""
    slow(life)
    left = life.path.with_suffix(".left")

    def kill() -> None:
        shutil.copy(life.path, left)
        life.bench.queue.close()
        shutil.copy(left, life.path)

    life.at(kill, life.choice.choice([S.CHECKING, S.LOOKING, S.UPLOADING, S.MAKING]))
    life.bench = life.make(life.path, pace=HURRIED)


def program_ends(life: Life) -> None:
    slow(life)
    state = life.choice.choice([S.CHECKING, S.LOOKING, S.UPLOADING, S.MAKING])
    life.at(life.bench.queue.close, state)
    life.bench = life.make(life.path, pace=HURRIED)


def is_canceled(life: Life) -> None:
    slow(life)
    state = life.choice.choice([S.WAITING, S.CHECKING, S.LOOKING, S.UPLOADING, S.MAKING])
    if state is S.WAITING:
        life.bench.queue.cancel(life.item_id)
    else:
        life.at(lambda: life.bench.queue.cancel(life.item_id), state)


def is_canceled_and_the_program_ends(life: Life) -> None:
    life.state.quantizer.seconds = 0.3
    life.until(S.MAKING)
    if life.bench.item(life.item_id).state is S.MAKING:
        life.bench.queue.cancel(life.item_id)
        if life.choice.random() < 0.7:
            life.bench.queue.delete_when_ready(life.item_id)
        life.bench.queue.close()
        life.bench = life.make(life.path, pace=HURRIED)


def name_is_taken(life: Life) -> None:
    """By somebody else, before it is asked for."""
    life.is_taken = True
    other = life.state.find(parse("here"))
    assert other is not None

    def take(call: faults.Call) -> None:
        life.state.install(life.name, other.package)
        call.answer()

    life.server.fault("*", take, method="HEAD", times=1)
    life.until()
    found = life.state.find(parse(life.name))
    assert found is not None
    assert found.package is other.package


def go_on(life: Life, call: faults.Call) -> None:
    """The server works on it, whatever becomes of who asked."""
    body = life.server.received(call.exchange).body
    url = f"{life.server.url}/api/create"
    threading.Thread(
        target=lambda: requests.post(url, data=body, timeout=30), name="behind a proxy"
    ).start()


FAULTS = (
    nothing,
    file_changes,
    file_goes,
    disk_is_full,
    server_is_killed,
    upload_is_cut,
    create_is_cut,
    proxy_is_impatient,
    proxy_takes_nothing_large,
    proxy_is_on_the_wrong_path,
    program_is_killed,
    program_ends,
    is_canceled,
    is_canceled_and_the_program_ends,
    name_is_taken,
)


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_lost_replaced_or_left_behind(
    make_queue: QueueMaker, tmp_path: Path, seed: int
) -> None:
    choice = random.Random(seed)
    here: object = None
    blobs: set[str] = set()
    lives = [FAULTS[(seed * LIVES + number) % len(FAULTS)] for number in range(LIVES)]
    for number, fault in enumerate(lives):
        life = Life(
            make_queue, tmp_path / f"{number}.json", seed * LIVES + number + 1, choice, blobs
        )
        if here is None:
            here = life.state.find(parse("here"))
        life.run(fault)
        assert life.state.find(parse("here")) is here
        life.state.disk_free_bytes = None
        life.bench.queue.close()
