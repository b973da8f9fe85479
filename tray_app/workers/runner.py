"""Job and JobRunner: units of work, the threads they run in (lanes), and their owner.

What a job does stands in `workers.jobs` and `workers.pulls.job`; this file knows only how jobs
are queued, kept from running twice, cancelled and joined.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Hashable

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal, SignalInstance, Slot

from tray_app.core.errors import Cancelled, OllamaError
from tray_app.ollama.cancel import CancelScope

_log = logging.getLogger(__name__)


class Job(QObject):
    """One unit of work. Subclasses implement `perform`.

    Signals: exactly one of `succeeded`, `failed`, `cancelled`, then `finished`.
    Thread: lives in the owner's thread; `perform` runs in a lane's thread and must not touch
    anything but its own attributes. `cancel` may be called from any thread.
    """

    succeeded = Signal(object)  # the job's own outcome record
    failed = Signal(object)  # OllamaError
    cancelled = Signal()
    finished = Signal()

    def __init__(self, key: Hashable = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self.scope = CancelScope()
        self.is_over = False  # there is nothing left but to report; set in the lane's thread
        self.is_done = False  # and that was a success

    def perform(self) -> object:
        """Do the work in the lane's thread and give back the outcome. Raises OllamaError."""
        raise NotImplementedError

    def cancel(self) -> None:
        """End the work as soon as possible, from any thread; safe to call twice."""
        self.scope.cancel()

    def run(self) -> None:
        """Perform and report. Called by a lane only."""
        try:
            if self.scope.is_cancelled:
                raise Cancelled
            outcome = self.perform()
        except Cancelled:
            self._tell_end(self.cancelled)
        except OllamaError as error:
            if self.scope.is_cancelled:
                self._tell_end(self.cancelled)
            else:
                self._tell_end(self.failed, error)
        except Exception as error:  # noqa: BLE001 - logged below
            # A bug of ours: it must reach a person, and the job must still end.
            _log.exception("job %s broke", type(self).__name__)
            self._tell_end(self.failed, OllamaError(type(self).__name__, repr(error)))
        else:
            self.is_done = True
            self._tell_end(self.succeeded, outcome)
        finally:
            self.finished.emit()

    def _tell_end(self, signal: SignalInstance, *outcome: object) -> None:
        # Before: who hears of it may ask for the same again, and must not be given this one.
        self.is_over = True
        signal.emit(*outcome)


class _Lane(QObject):
    """Runs jobs one after the other in its thread."""

    wake = Signal()
    left = Signal(object)  # Job, which this thread touches no more

    def __init__(self) -> None:
        super().__init__()
        self.queue: deque[Job] = deque()
        self.wake.connect(self._on_wake)

    @Slot()
    def _on_wake(self) -> None:
        try:
            job = self.queue.popleft()
        except IndexError:  # cancelled before its turn
            return
        job.run()
        self.left.emit(job)


class JobRunner(QObject):
    """Owner of all job lanes.

    Thread: lives in the GUI thread, as do all its methods. Lanes are made when first used; jobs
    in one lane run in order, jobs in different lanes side by side.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, tuple[QThread, _Lane]] = {}
        self._jobs: dict[int, Job] = {}
        self._is_closed = False

    def submit(self, job: Job, lane: str) -> Job:
        """Queue `job`; of equal keys only the first is run, and that one is given back.

        Connect to the job's signals before: it may be over when this returns.
        """
        twin = None if job.key is None else self._twin(job.key)
        if twin is not None:
            job.deleteLater()
            return twin
        if self._is_closed:
            job.cancel()
            return job
        job.setParent(self)
        self._jobs[id(job)] = job
        job.finished.connect(self._on_job_finished)
        _, worker = self._lane(lane)
        worker.queue.append(job)
        worker.wake.emit()
        return job

    def _twin(self, key: Hashable) -> Job | None:
        alive = (job for job in self._jobs.values() if not job.is_over)
        return next((j for j in alive if j.key == key and not j.scope.is_cancelled), None)

    def active(self) -> tuple[Job, ...]:
        """Jobs that have not reported their end yet."""
        return tuple(self._jobs.values())

    def cancel_where(self, wanted: Callable[[Job], bool]) -> None:
        for job in self.active():
            if wanted(job):
                job.cancel()

    def close(self) -> None:
        """Cancel everything and tell every lane to end; does not wait. No job is taken any more."""
        self._is_closed = True
        for job in self.active():
            job.cancel()
        for thread, _ in self._lanes.values():
            thread.quit()

    def wait(self, deadline: QDeadlineTimer) -> bool:
        """After `close`: True when every lane's thread has ended before `deadline`."""
        ended = [(thread.wait(deadline), lane) for thread, lane in self._lanes.values()]
        for has_ended, lane in ended:
            if has_ended:  # what had not begun by then never will, and has no end to report
                for job in lane.queue:
                    self._jobs.pop(id(job), None)
        return all(has_ended for has_ended, _ in ended)

    def _lane(self, name: str) -> tuple[QThread, _Lane]:
        if name not in self._lanes:
            thread = QThread(self)
            thread.setObjectName(f"lane {name}")
            worker = _Lane()
            worker.left.connect(self._on_lane_left)
            worker.moveToThread(thread)
            thread.start()
            self._lanes[name] = (thread, worker)
        return self._lanes[name]

    @Slot()
    def _on_job_finished(self) -> None:
        job = self.sender()
        if isinstance(job, Job):
            self._jobs.pop(id(job), None)

    @Slot(object)
    def _on_lane_left(self, job: Job) -> None:
        """Not at `finished`: its thread may still be in the middle of telling that."""
        job.deleteLater()
