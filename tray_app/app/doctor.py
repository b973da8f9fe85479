"""Doctor: looks at everything in lanes, keeps the state up to date with what is found, and puts
the report of it on the clipboard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from tray_app import text
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import OllamaError
from tray_app.workers.runner import Job, JobRunner

if TYPE_CHECKING:
    from tray_app.core.diagnosis.facts import ServerTarget
    from tray_app.core.diagnosis.findings import Examination, Finding
    from tray_app.core.records import ServerStatus
    from tray_app.diagnosis.lanes import Lane, Told
    from tray_app.diagnosis.question import Question
    from tray_app.diagnosis.releases import Releases
    from tray_app.paths import Paths
    from tray_app.settings import ServerEntry, Settings
    from tray_app.state.app_state import AppState

_LANE = "doctor"
_FIRST_LOOK_MS = 2 * 60 * 1000
_NEXT_LOOK_MS = 24 * 60 * 60 * 1000


class Endpoints(Protocol):
    """Where a server is asked; see ServerTargets."""

    def endpoint(self, entry: ServerEntry) -> Endpoint | OllamaError | None: ...


class LaneJob(Job):
    """Looks at one server, or at this computer. Signals: `told` with each thing found."""

    told = Signal(object)  # Told

    def __init__(self, lane: Lane) -> None:
        super().__init__()
        self.lane = lane

    def perform(self) -> None:
        for told in self.lane.look(self.scope):
            self.told.emit(told)


class ReleaseJob(Job):
    """Asks which Ollama is the newest, once a week at most. Outcome: its version."""

    def __init__(self, releases: Releases) -> None:
        super().__init__(key="releases")
        self.releases = releases

    def perform(self) -> str:
        return self.releases.newest(self.scope)


class Doctor(QObject):
    """While somebody watches, what changed is looked at again: a server that is there now, an entry
    that was corrected, a keyring that was unlocked.

    Thread: GUI thread.
    """

    def __init__(
        self,
        runner: JobRunner,
        settings: Settings,
        state: AppState,
        endpoints: Endpoints,
        where: Paths,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._settings = settings
        self._state = state
        self._endpoints = endpoints
        self._where = where
        self._jobs: dict[str, LaneJob] = {}
        self._asked: dict[str, ServerTarget] = {}
        self._online: dict[str, bool] = {}
        self._is_watched = False
        self._copies_at_end = False
        self._releases: Releases | None = None
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._look_for_newest)
        state.secret_changed.connect(self._on_state_secret_changed)
        state.server_changed.connect(self._on_state_server_changed)
        state.status_changed.connect(self._on_state_status_changed)
        settings.changed.connect(self._on_settings_changed)

    def start(self) -> None:
        """Look for a newer Ollama by and by, as the settings say."""
        if not self._state.is_demo:
            self._clock.start(_FIRST_LOOK_MS)

    def close(self) -> None:
        """The program ends."""
        self._clock.stop()
        self.stop()

    # What can be asked of it.

    @Slot(str)
    def check(self, server_id: str = "") -> None:
        """Look at everything, at this server first, and keep an eye on it until `stop`."""
        self._is_watched = True
        self._begin(server_id)

    @Slot(object)
    def check_again(self, finding: Finding) -> None:
        """Look again at what a finding is about."""
        if self._state.examination is not None:
            self._look({"", *finding.server_ids})

    @Slot()
    def stop(self) -> None:
        """Nobody wants to know any more; what was found stays."""
        self._is_watched = False
        self._copies_at_end = False
        self._stop_jobs()
        found = self._state.examination
        if found is not None and found.is_running:
            stopped = replace(found, running=(), was_stopped=True, ended_at=datetime.now(UTC))
            self._state.set_examination(stopped)

    @Slot()
    def copy(self) -> None:
        """Look, and put the report on the clipboard."""
        found = self._state.examination
        if found is None or not found.is_running:
            self._begin("")
        self._copies_at_end = True

    # Looking.

    def _begin(self, first: str) -> None:
        from tray_app.core.diagnosis.findings import Examination

        self._stop_jobs()
        self._state.set_examination(Examination(first=first))
        self._look(None)

    def _stop_jobs(self) -> None:
        """Let no job of an earlier round tell anything."""
        jobs, self._jobs = self._jobs, {}
        for job in jobs.values():
            job.cancel()

    def _look(self, server_ids: Iterable[str] | None) -> None:
        """Run the lanes of these servers ("" = this computer), or all."""
        from tray_app.diagnosis.lanes import lanes, planned

        found = self._state.examination
        if found is None:
            return
        question = self._question()
        self._asked = {target.server_id: target for target in question.targets}
        every = lanes(question)
        wanted = {lane.server_id for lane in every}
        if server_ids is not None:
            # New ones are looked at, whoever was meant.
            known = {each.server_id for each in found.servers} | {""}
            wanted &= set(server_ids) | (wanted - known)
        plan = planned(question, found.first)
        checks = frozenset(plan.planned)
        again = frozenset(check for lane in every if lane.server_id in wanted
                          for check in lane.checks)  # fmt: skip
        ids = {each.server_id for each in plan.servers}
        running = {*found.running, *wanted} & {*ids, ""}
        self._state.set_examination(
            replace(
                found,
                servers=plan.servers,
                planned=plan.planned,
                results=tuple(each for each in found.results if each.check in checks),
                done=(found.done & checks) - again,
                running=_in_order(running, found.first, plan),
                ended_at=None,
                was_stopped=False,
                server_facts=tuple(each for each in found.server_facts if each.server_id in ids),
            )
        )
        order = sorted(every, key=lambda lane: lane.server_id != found.first)
        for number, lane in enumerate(order):
            if lane.server_id in wanted:
                self._submit(lane, number)

    def _submit(self, lane: Lane, number: int) -> None:
        old = self._jobs.pop(lane.server_id, None)
        if old is not None:
            old.cancel()
        job = self._jobs[lane.server_id] = LaneJob(lane)
        job.told.connect(self._on_job_told)
        job.finished.connect(self._on_job_finished)
        self._runner.submit(job, f"{_LANE} {number}")

    def _question(self) -> Question:
        from tray_app.core.diagnosis.facts import InstanceFacts, InstanceState
        from tray_app.diagnosis.question import REGISTRY_URL, Question

        own = InstanceFacts(
            InstanceState.RUNNING,
            has_tray=self._state.is_tray_available,
            downloads=len(self._state.downloads),
        )
        return Question(
            targets=tuple(map(self._target, self._settings.servers_on())),
            where=self._where,
            settings=self._settings.values,
            instance=own,
            platform=QGuiApplication.platformName(),
            releases=self._wanted_releases(),
            registry_url="" if self._state.is_demo else REGISTRY_URL,
        )

    def _target(self, entry: ServerEntry) -> ServerTarget:
        from tray_app.core.diagnosis.facts import ServerTarget

        endpoint = self._endpoints.endpoint(entry)
        is_endpoint = isinstance(endpoint, Endpoint)
        return ServerTarget(
            endpoint if isinstance(endpoint, Endpoint) else None,
            entry.label,
            entry.id,
            is_default=entry.id == self._state.default_server_id,
            address="" if is_endpoint else self._settings.address(entry),
            needs_secret=entry.sign_in.needs_secret,
            sign_in=entry.sign_in.kind,
            secret=self._state.secret(entry.id),
            error=endpoint if isinstance(endpoint, OllamaError) else None,
            models_folder=entry.models_folder,
            can_wake=bool(entry.mac),
            is_given=entry.is_given,
        )

    @Slot(object)
    def _on_job_told(self, told: Told) -> None:
        from tray_app.diagnosis.lanes import taken

        job, found = self.sender(), self._state.examination
        if isinstance(job, LaneJob) and self._is_newest(job) and found is not None:
            self._state.set_examination(taken(found, told))

    @Slot()
    def _on_job_finished(self) -> None:
        from tray_app.diagnosis.lanes import ended

        job, found = self.sender(), self._state.examination
        if not isinstance(job, LaneJob) or not self._is_newest(job) or found is None:
            return
        del self._jobs[job.lane.server_id]
        found = ended(found, job.lane.server_id)
        self._state.set_examination(found)
        if found.is_running:
            return
        newest = next((facts.newest for facts in found.server_facts if facts.newest), "")
        if newest:
            self._state.set_newest_ollama(newest)
        if self._copies_at_end:
            self._copies_at_end = False
            QGuiApplication.clipboard().setText(text.diagnosis_report(found))
            self._state.tell_diagnostics_copied()

    def _is_newest(self, job: LaneJob) -> bool:
        return self._jobs.get(job.lane.server_id) is job

    # What changes while somebody watches.

    @Slot(str)
    def _on_state_secret_changed(self, server_id: str) -> None:
        if self._is_watched and server_id in self._asked:
            self._look({"", server_id})

    @Slot()
    def _on_state_server_changed(self) -> None:
        if not self._is_watched:
            return
        now = {entry.id: self._target(entry) for entry in self._settings.servers_on()}
        changed = {each for each, target in now.items() if self._asked.get(each) != target}
        if changed or set(self._asked) - set(now):
            self._look(changed)

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        """A server that has come, or has gone, is another case."""
        before = self._online.get(status.server_id)
        self._online[status.server_id] = status.is_online
        is_news = before is not None and before != status.is_online
        if self._is_watched and is_news and status.server_id in self._asked:
            self._look({status.server_id})

    # A newer Ollama.

    def _wanted_releases(self) -> Releases | None:
        from tray_app.diagnosis.releases import Releases

        if self._state.is_demo or self._settings.values.look_for_ollama == "never":
            return None
        if self._releases is None:
            self._releases = Releases(self._where.releases_file)
        return self._releases

    @Slot()
    def _look_for_newest(self) -> None:
        self._clock.start(_NEXT_LOOK_MS)
        releases = self._wanted_releases()
        if releases is not None:
            job = ReleaseJob(releases)
            job.succeeded.connect(self._on_release_job_succeeded)
            self._runner.submit(job, _LANE)

    @Slot(object)
    def _on_release_job_succeeded(self, version: str) -> None:
        if self._settings.values.look_for_ollama != "never":
            self._state.set_newest_ollama(version)

    @Slot(str)
    def _on_settings_changed(self, name: str) -> None:
        if name == "look_for_ollama" and self._settings.values.look_for_ollama == "never":
            self._state.set_newest_ollama("")


def _in_order(running: set[str], first: str, plan: Examination) -> tuple[str, ...]:
    """The lanes that look, that of `first` first and this computer last."""
    order = [each.server_id for each in plan.servers if each.server_id in running]
    order.sort(key=lambda server_id: server_id != first)
    return (*order, "") if "" in running else tuple(order)
