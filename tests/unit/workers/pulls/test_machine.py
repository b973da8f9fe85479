"""Random lives of the queue: lines, faults, wishes, rules, restarts, in any order.

Never lost, never twice, never running when it should not, and always at an end once faults stop.
The same life is the same again, however busy the machine: what meets what is chosen here, and never
left to threads or to the real clock.
"""

from __future__ import annotations

import json
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, Qt
from pytestqt.qtbot import QtBot

from tests.support.waiting import wait_for
from tests.unit.workers.reading import QueueReader
from tests.unit.workers.scripted import ENDING, SERVER, SIZE, Attempt, World
from tray_app.core import errors
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import OllamaError, Unreachable, UnreachableKind
from tray_app.core.names import canonical
from tray_app.core.payloads import PullOrder, PullRequest
from tray_app.core.pulls.policy import QueueLimits
from tray_app.core.pulls.states import (
    ACTIVE,
    ENDED,
    IN_TRANSFER,
    TRANSITIONS,
    Hold,
    PullItem,
    PullState,
)
from tray_app.workers.jobs import Target
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.pulls.store import PullStore
from tray_app.workers.runner import JobRunner

S = PullState
NAMES = ("a:latest", "b:latest", "c:latest", "d:latest")
TARGET = Target(SERVER, Endpoint.parse("http://127.0.0.1:1"))
QUICK_DISK = "/dev/shm" if Path("/dev/shm").is_dir() else None  # each change is synced
LIMITS = QueueLimits(max_pulls=2)
ERROR_LINES = (
    "max retries exceeded: EOF",
    "context canceled",
    "digest mismatch, file must be downloaded again: want sha256:aa, got sha256:bb",
    "write /models/blobs/sha256-aa-partial: no space left on device",
    "something nobody has seen before",
)
FAULTS = (
    Unreachable("x", "", UnreachableKind.LOST),
    Unreachable("x", "", UnreachableKind.REFUSED),
    errors.TimedOut("x"),
    errors.Starting("x"),
    errors.NotOllama("x"),
    errors.ServerFailed("x", "boom", 500),
    errors.ServerFailed("x", "bad", 400),
    errors.BadAnswer("x"),
    None,  # the end of the stream, in good order
)
SAYINGS = st.one_of(
    st.integers(-SIZE, SIZE),  # that many bytes
    st.sampled_from(("verify", "success")),
    st.sampled_from(ERROR_LINES),
    st.sampled_from(FAULTS),
)
number = st.integers(0, 7)
pulling = precondition(lambda self: self.world.open)
having_rows = precondition(lambda self: self.wanted)


class Life(RuleBasedStateMachine):
    """One queue through its restarts. `pick` chooses among the rows or pulls of the moment."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=QUICK_DISK)
        self.path = Path(self.folder.name) / "downloads.json"
        self.now_s = 1000.0
        self.world = World()
        self.wanted: list[str] = []  # ids that must be there
        self.forced: set[str] = set()  # started by a person, whatever rule and limit say
        self.states: dict[str, PullState] = {}
        self.permilles: dict[str, int] = {}
        self.may_drop = False
        self.rule_held: Hold | None = None
        self.wrongs = self.world.wrongs
        self.told_out: set[str] = set()  # names whose attempts have told their end
        self.open_queue()

    # One run of the program.

    def open_queue(self) -> None:
        self.runner = JobRunner()
        self.queue = PullQueue(
            self.runner,
            {SERVER: TARGET}.get,
            PullStore(self.path),
            limits=LIMITS,
            client_factory=self.world.open_client,
            clock=lambda: self.now_s,
            jitter=lambda: 0.5,
        )
        self.queue._timer.timeout.disconnect()  # the clock is ours
        self.queue.item_added.connect(self.on_added)
        self.queue.item_changed.connect(self.on_changed)
        self.queue.item_removed.connect(self.on_removed)
        self.queue.order_changed.connect(self.on_order)
        self.queue.started.connect(self.on_started)
        self.reader = QueueReader(self.queue, self.wrongs)

    def close_queue(self) -> None:
        self.queue.close()
        self.runner.close()
        self.world.let_go()
        assert self.runner.wait(QDeadlineTimer(5000))
        pump()
        self.queue.deleteLater()
        self.runner.deleteLater()
        pump()

    def settle(self) -> None:
        """Until all threads wait for the test and everything they told has been heard."""
        message = "it never comes to rest"
        while True:
            wait_for(self.is_at_rest, interval_s=0.0002, message=message)
            # Once more, for what the last events have set off.
            if self.is_at_rest() and not self.world.let_go():
                return

    def is_at_rest(self) -> bool:
        pump()
        return self.world.is_quiet() and len(self.runner.active()) == len(self.world.open)

    def hear_out(self, attempt: Attempt) -> None:
        """Until all that it has to tell for now waits to be heard; nothing is heard yet."""
        wait_for(
            lambda: attempt.name in self.told_out or self.world.is_read(attempt),
            interval_s=0.0002,
            message=f"{attempt.name} reads on and on",
        )

    # What the queue tells.

    def on_started(self, item: PullItem) -> None:
        job = self.queue._entries[item.id].job
        assert job is not None
        self.told_out.discard(item.name)
        # In the thread of the attempt, behind the queue's own slots.
        direct = Qt.ConnectionType.DirectConnection
        job.finished.connect(lambda: self.told_out.add(item.name), direct)

    def on_added(self, item: PullItem) -> None:
        self.states[item.id] = item.state

    def on_changed(self, item: PullItem) -> None:
        old = self.states[item.id]
        if item.state is not old and item.state not in TRANSITIONS[old].values():
            self.wrongs.append(f"{item.name} went from {old} to {item.state}")
        self.states[item.id] = item.state
        permille = item.progress.permille if item.progress else None
        if permille is not None:
            if permille < self.permilles.get(item.id, 0):
                self.wrongs.append(f"the bar of {item.name} went back to {permille}")
            self.permilles[item.id] = permille

    def on_removed(self, item_id: str) -> None:
        state = self.states.pop(item_id)
        if not self.may_drop or state not in ENDED:
            self.wrongs.append(f"a {state} row is gone")
        self.wanted.remove(item_id)

    def on_order(self, order: PullOrder) -> None:
        if len(set(order.ids)) != len(order.ids):
            self.wrongs.append("a row stands there twice")

    def row(self, pick: int) -> PullItem:
        # By name: those that end together end by the real clock.
        rows = sorted(self.queue.items(), key=lambda item: item.name)
        return rows[pick % len(rows)]

    def attempt(self, pick: int) -> Attempt:
        attempts = sorted(self.world.open, key=lambda attempt: attempt.name)
        return attempts[pick % len(attempts)]

    # What a person does.

    @rule(name=st.sampled_from(NAMES))
    def add(self, name: str) -> None:
        self.may_drop = True  # one that had ended gives way
        item_id = self.queue.add(PullRequest(SERVER, name))
        self.may_drop = False
        if item_id not in self.wanted:
            self.wanted.append(item_id)
        self.settle()

    @having_rows
    @rule(
        pick=number,
        verb=st.sampled_from(
            ("pause", "resume", "cancel", "retry", "start_now", "remove", "pause", "resume")
        ),
    )
    def request(self, pick: int, verb: str) -> None:
        item = self.row(pick)
        if verb in ("retry", "start_now"):
            self.forced.add(item.id)
        self.may_drop = verb == "remove"
        getattr(self.queue, verb)(item.id)
        self.may_drop = False
        self.settle()

    @having_rows
    @rule(pick=number, verbs=st.lists(st.sampled_from(("pause", "resume", "cancel", "retry"))))
    def wishes_in_a_row(self, pick: int, verbs: list[str]) -> None:
        """Faster than any attempt can end."""
        item = self.row(pick)
        if "retry" in verbs:
            self.forced.add(item.id)
        for verb in verbs:
            getattr(self.queue, verb)(item.id)
        self.settle()

    @rule(name=st.sampled_from(NAMES), is_removed=st.booleans())
    def cancel_and_ask_again(self, name: str, is_removed: bool) -> None:
        self.may_drop = True
        for item in self.queue.items():
            if item.name == name:
                self.queue.cancel(item.id)
                if is_removed:
                    self.queue.remove(item.id)
        item_id = self.queue.add(PullRequest(SERVER, name))
        self.may_drop = False
        if item_id not in self.wanted:
            self.wanted.append(item_id)
        self.settle()

    @having_rows
    @rule(pick=number, index=number)
    def move(self, pick: int, index: int) -> None:
        self.queue.move(self.row(pick).id, index)
        self.settle()

    @rule(verb=st.sampled_from(("pause_all", "resume_all", "clear_finished")))
    def wish_for_all(self, verb: str) -> None:
        self.may_drop = verb == "clear_finished"
        getattr(self.queue, verb)()
        self.may_drop = False
        self.settle()

    # What the server does.

    @initialize(names=st.permutations(NAMES))
    def some_are_wanted(self, names: list[str]) -> None:
        self.poll()
        for name in names[:3]:
            self.add(name)

    @pulling
    @rule(pick=number, acts=st.lists(SAYINGS, min_size=1, max_size=4))
    def server_says(self, pick: int, acts: list[int | str | OllamaError | None]) -> None:
        """Lines and faults of one pull, one after the other, as long as it is listened to."""
        attempt = self.attempt(pick)
        for act in acts:
            if attempt not in self.world.open:
                return
            if isinstance(act, int):
                self.world.give_bytes(attempt, 0 if attempt.is_verifying else act)
            elif act == "verify":
                self.world.verify(attempt)
            elif act == "success":
                self.world.succeed(attempt)
            else:
                attempt.is_verifying = False
                self.world.give(attempt, {"error": act} if isinstance(act, str) else act)
            self.settle()

    @pulling
    @rule(pick=number, heard=st.integers(0, len(ENDING)))
    def success_meets_a_wish(self, pick: int, heard: int) -> None:
        """A person pauses when that many of the last lines were read, and none was shown yet."""
        attempt = self.attempt(pick)
        attempt.is_verifying = True
        self.world.give(attempt, *ENDING[:heard])
        self.hear_out(attempt)
        for item in self.queue.items():
            if canonical(item.name) == canonical(attempt.name):
                self.queue.pause(item.id)
        self.world.give(attempt, *ENDING[heard:])
        self.settle()

    @rule()
    def server_dies(self) -> None:
        """All connections break before any of that is heard."""
        for attempt in self.world.die():
            self.world.lose(attempt)
            self.hear_out(attempt)
        self.settle()

    @rule()
    def server_lives(self) -> None:
        self.world.is_up = True
        self.poll()

    @rule()
    def poll(self) -> None:
        if self.world.is_up:
            self.queue.note_snapshot(self.world.snapshot())
        else:
            self.queue.set_server_online(SERVER, False)
        self.settle()

    # What the computer does.

    @rule(seconds=st.sampled_from((0.5, 2.0, 9.0, 29.0, 3600.0)))
    def time_passes(self, seconds: float) -> None:
        self.may_drop = True  # canceled rows go after a while
        self.now_s += seconds
        self.queue._timer.stop()  # it has run off
        self.queue._on_timer_timeout()
        self.may_drop = False
        self.settle()

    @rule(minutes=st.sampled_from((1, 3)))
    def minutes_pass(self, minutes: int) -> None:
        for _ in range(minutes * 4):
            self.time_passes(15.0)

    @rule(hold=st.sampled_from((None, Hold.METERED, Hold.QUIET_HOURS)))
    def rule_changes(self, hold: Hold | None) -> None:
        if hold is not self.rule_held:
            self.rule_held = hold
            self.queue.set_rule(hold)
            self.settle()

    @rule(is_killed=st.booleans(), is_resuming=st.booleans(), is_polled_first=st.booleans())
    def restart(self, is_killed: bool, is_resuming: bool, is_polled_first: bool) -> None:
        before = [(item.id, item.state) for item in self.queue.items()]
        on_disk = self.path.read_bytes() if self.path.exists() else None
        self.close_queue()
        if is_killed and on_disk is not None:
            self.path.write_bytes(on_disk)  # a dead program writes nothing any more
            self.permilles.clear()
        self.states.clear()
        self.forced.clear()
        self.rule_held = None
        self.open_queue()
        if is_polled_first:
            self.poll()
        assert self.queue.load(is_resuming=is_resuming) is None
        after = {item.id: item.state for item in self.queue.items()}
        for item_id, state in before:
            back = S.WAITING if state in ACTIVE or state is S.RETRYING else state
            back = S.PAUSED if back is S.WAITING and not is_resuming else back
            # It may have started already.
            assert after[item_id] is back or (back is S.WAITING and after[item_id] in ACTIVE)
        self.settle()

    # What always holds.

    @invariant()
    def all_is_well(self) -> None:
        self.reader.check()
        self.nothing_was_seen_that_may_not_be()
        self.nothing_is_lost()
        self.the_disk_knows_it_all()
        self.only_the_active_run()
        self.the_limit_holds()
        self.the_rule_holds()

    def nothing_was_seen_that_may_not_be(self) -> None:
        assert not self.wrongs, self.wrongs

    def nothing_is_lost(self) -> None:
        items = self.queue.items()
        assert sorted(item.id for item in items) == sorted(self.wanted)
        assert len({canonical(item.name) for item in items}) == len(items)

    def the_disk_knows_it_all(self) -> None:
        if self.path.exists():
            stored = json.loads(self.path.read_text())["items"]
            rows = [(e.item.id, e.item.state.value) for e in self.queue._entries.values()]
            assert [(entry["id"], entry["state"]) for entry in stored] == rows

    def only_the_active_run(self) -> None:
        active = {item.name for item in self.queue.items() if item.state in ACTIVE}
        for attempt in self.world.open:
            assert attempt.name in active

    def the_limit_holds(self) -> None:
        own = [i for i in self.queue.items() if i.state in ACTIVE and i.id not in self.forced]
        assert len(own) <= LIMITS.max_pulls

    def the_rule_holds(self) -> None:
        if self.rule_held is not None:
            for item in self.queue.items():
                assert item.state not in IN_TRANSFER or item.id in self.forced

    def check_end(self) -> None:
        self.world.be_kind()
        self.rule_changes(None)
        self.poll()
        self.wish_for_all("resume_all")
        for _ in range(200):
            if all(item.is_ended for item in self.queue.items()):
                break
            self.time_passes(1.0)
            self.nothing_is_lost()
        for item in self.queue.items():
            assert item.is_ended, f"{item.name} hangs in {item.state}"
            if item.state is S.DONE:
                assert canonical(item.name) in self.world.installed
        self.world.is_kind = False
        assert not self.wrongs, self.wrongs

    def teardown(self) -> None:
        try:
            self.check_end()
        finally:
            self.close_queue()
            self.folder.cleanup()


def pump() -> None:
    QCoreApplication.sendPostedEvents()
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.mark.timeout(300)
def test_any_life_of_the_queue(qtbot: QtBot) -> None:
    assert threading.current_thread() is threading.main_thread()
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=80,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
