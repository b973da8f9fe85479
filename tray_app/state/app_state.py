"""AppState: the newest of every fact, once.

Only `tray_app.app` feeds it, from the workers' signals. Item models, windows, dialogs, tray and
notifier read it and keep no copy: whoever is built late, or anew in another language, finds the
same as one who was there from the start.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tray_app.core.endpoint import is_local_address
from tray_app.core.installed import InstalledModels
from tray_app.core.names import canonical
from tray_app.core.payloads import CopyRequest, LocalOllama, Verb
from tray_app.core.pulls.history import History
from tray_app.core.pulls.rules import DiskSpace, RuleState, SystemConditions
from tray_app.core.pulls.states import PullItem, PullSummary
from tray_app.core.records import (
    ModelInfo,
    ModelKey,
    ModelRecord,
    Poll,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.core.sharing import LayerIndex
from tray_app.core.sign_in import SecretState
from tray_app.core.updates.facts import (
    AfterUpdate,
    BackupNote,
    CheckState,
    ModelVerdict,
    UpdatesFound,
)
from tray_app.core.updates.verdicts import NO_MARKS, UNJUDGED, Marks, Verdict, in_order
from tray_app.state.creates import CreateFacts
from tray_app.state.disk import DiskFacts
from tray_app.state.keeping import KeepingFacts
from tray_app.state.lists import ListFacts
from tray_app.state.project import ProjectFacts
from tray_app.state.remarks import RemarkFacts
from tray_app.state.renames import RenameFacts
from tray_app.state.use import UseFacts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tray_app.core.diagnosis.findings import Examination
    from tray_app.core.estimate import PullEstimate
    from tray_app.core.payloads import (
        AccessFacts,
        BusyModel,
        DeleteOutcome,
        Failure,
        ModelRef,
        MoveOutcome,
        Recommendations,
        SecretsKept,
        ServerStart,
        ServerTest,
    )
    from tray_app.core.updates.ledger import Made

MAX_KEPT_DETAILS = 200
_UNDECIDED = frozenset({ServerState.CONNECTING, ServerState.STARTING, ServerState.ONLINE})


class AppState(QObject):
    """Reading is by attribute or method. Every signal is emitted once the state is whole.

    Signals: `…_changed` when a fact differs, with the record or the key that it is about; the last
    three, `secrets_kept` and `access_read` tell what happened once and leave no fact behind. A poll
    renews status and snapshot of a server together, before either is told.
    Thread: GUI thread.
    """

    server_changed = Signal()
    """Others are shown or used, or the name or address of one is another."""
    secret_changed = Signal(str)  # server id
    start_changed = Signal(str)  # server id
    local_ollama_changed = Signal()
    awake_changed = Signal(bool)
    status_changed = Signal(object)  # ServerStatus
    snapshot_changed = Signal(object)  # Snapshot
    layer_index_changed = Signal()
    busy_changed = Signal(object)  # BusyModel
    recommendations_changed = Signal(object)  # Recommendations
    details_changed = Signal(object)  # ModelInfo
    estimate_changed = Signal(object)  # PullEstimate
    server_test_changed = Signal(object)  # ServerTest
    secrets_kept = Signal(object)  # SecretsKept
    access_read = Signal(object)  # AccessFacts
    download_changed = Signal(object)  # PullItem, a new one too
    download_removed = Signal(str)  # id
    downloads_order_changed = Signal()
    pull_summary_changed = Signal(object)  # PullSummary
    history_changed = Signal()
    conditions_changed = Signal()
    pull_rules_changed = Signal()
    disk_space_changed = Signal(object)  # DiskSpace
    autostart_changed = Signal()
    tray_available_changed = Signal(bool)
    examination_changed = Signal(object)  # Examination
    newest_ollama_changed = Signal()
    verdict_changed = Signal(object)  # ModelKey, of the spelling that the server knows
    verdicts_loaded = Signal()
    """Those of an earlier run are there: read all anew."""
    updates_changed = Signal()
    """Other models are among the updates, or they cost something else."""
    update_check_changed = Signal(object)  # CheckState
    after_updates_changed = Signal()
    backups_changed = Signal()
    """Other old versions are kept, or there is something else to say of one."""
    never_looked_up_changed = Signal()

    failed = Signal(object)  # Failure
    deleted = Signal(object)  # DeleteOutcome
    copied = Signal(object)  # CopyRequest
    updates_found = Signal(object)  # UpdatesFound
    old_version_going = Signal(object)  # BackupNote
    moved = Signal(object)  # MoveOutcome
    went_back = Signal(object)  # ModelRef
    diagnostics_copied = Signal()

    def __init__(
        self,
        server: Server,
        parent: QObject | None = None,
        *,
        is_demo: bool = False,
        log_folder: str = "",
    ) -> None:
        super().__init__(parent)
        self.servers: tuple[Server, ...] = (server,)
        """All that are on, in the order of the settings; never none."""
        self.servers_off: tuple[Server, ...] = ()
        self._before: dict[str, Server] = {}
        """All that were set up in this run, as they were before a change."""
        """Those that are set up and switched off: known by name only."""
        self.default_server_id = server.id
        self.shown_id = server.id
        """The server that is shown; "" = all of them."""
        self.is_demo = is_demo
        self.log_folder = log_folder
        self.project = ProjectFacts(self)
        self.creates = CreateFacts(self)
        self.use = UseFacts(self)
        self.disk = DiskFacts(self)
        self.remarks = RemarkFacts(self)
        self.renames = RenameFacts(self)
        self.lists = ListFacts(self)
        self.keeping = KeepingFacts(self.installed, lambda: self.layer_index, self)
        self.layer_index = LayerIndex()
        self.pull_summary = PullSummary()
        self.history = History()
        self.conditions = SystemConditions()
        self.pull_rules = RuleState()
        """What holds downloads now."""
        self.autostart: bool | None = None
        """Whether the program starts at login; None = the system does not tell."""
        self.is_tray_available = True
        self.examination: Examination | None = None
        """What the doctor has found; None before anybody wanted to know."""
        self.newest_ollama = ""
        """The newest Ollama that there is; "" = not known."""
        self.local_ollama: LocalOllama | None = None
        """What this computer has of Ollama; None = nobody had to look."""
        self.is_kept_awake = False
        """Whether this computer does not go to sleep, for the sake of downloads."""
        self.update_check = CheckState()
        self.after_updates: tuple[AfterUpdate, ...] = ()
        """Who still has the old versions of updated models, until a person has said what to do."""
        self.backups: tuple[Made, ...] = ()
        """All old versions that are kept."""
        self.backup_notes: tuple[BackupNote, ...] = ()
        self.never_looked_up: tuple[str, ...] = ()
        """Names that no registry is asked about, as a person wants it."""
        # By server and canonical name: remembered ones know no other.
        self._verdicts: dict[ModelKey, ModelVerdict] = {}
        self._counted: dict[ModelKey, int] = {}
        self._updates: tuple[ModelVerdict, ...] | None = None  # None = to be put in order
        self._secrets: dict[str, SecretState] = {}
        self._elsewhere: set[str] = set()
        self._starts: dict[str, ServerStart] = {}
        self._statuses: dict[str, ServerStatus] = {}
        self._snapshots: dict[str, Snapshot] = {}
        # With the models that they were made of: most polls bring the very same ones.
        self._installed: dict[str, tuple[tuple[ModelRecord, ...], InstalledModels]] = {}
        self._records: dict[str, tuple[tuple[ModelRecord, ...], dict[ModelKey, ModelRecord]]] = {}
        self._recommendations: dict[str, Recommendations] = {}
        self._busy: dict[ModelKey, Verb] = {}
        self._details: dict[str, ModelInfo] = {}
        self._downloads: dict[str, PullItem] = {}
        self._disks: dict[str, DiskSpace] = {}
        self._estimates: dict[str, PullEstimate] = {}

    # Reading.

    @property
    def server(self) -> Server:
        """The server that is shown; of several, the default one."""
        return self.server_of(self.shown_id or self.default_server_id)

    @property
    def shown_servers(self) -> tuple[Server, ...]:
        """The servers whose models are shown, in their order."""
        if self.shown_id:
            return (self.server,)
        return tuple(server for server in self.servers if server.is_in_all) or self.servers

    def server_of(self, server_id: str) -> Server:
        """A server by its id; one that was removed, as it was. One that was never set up has its id
        for a name."""
        for server in (*self.servers, *self.servers_off):
            if server.id == server_id:
                return server
        return self._before.get(server_id) or Server(server_id, server_id)

    def secret(self, server_id: str) -> SecretState:
        """Where what signs in to a server is."""
        return self._secrets.get(server_id, SecretState.NOT_NEEDED)

    def is_secret_elsewhere(self, server_id: str) -> bool:
        """Whether it is MISSING because it was typed for another address."""
        return server_id in self._elsewhere

    def start_of(self, server_id: str) -> ServerStart | None:
        """How a server is being brought back; None = it is not."""
        return self._starts.get(server_id)

    def can_start(self, server_id: str) -> bool:
        """Whether a server can be started from here: it is on this computer, which has a service
        or an app of Ollama."""
        server = next((each for each in self.servers if each.id == server_id), None)
        is_startable = self.local_ollama is LocalOllama.STARTABLE and not self.is_demo
        return is_startable and server is not None and is_local_address(server.address)

    def status(self, server_id: str) -> ServerStatus | None:
        """How a server stands; None before it was asked."""
        return self._statuses.get(server_id)

    def snapshot(self, server_id: str) -> Snapshot | None:
        """The last good poll, at first that of an earlier run (`is_old`); None = no answer yet."""
        return self._snapshots.get(server_id)

    def is_list_old(self, server_id: str) -> bool:
        """Whether the snapshot of a server is that of an earlier run: nothing acts upon it."""
        snapshot = self._snapshots.get(server_id)
        return snapshot is not None and snapshot.is_old

    def record(self, key: ModelKey) -> ModelRecord | None:
        """A model as the last good poll has it; None = it is not there, or nothing is known."""
        snapshot = self._snapshots.get(key[0])
        if snapshot is None:
            return None
        of, found = self._records.get(key[0], (None, {}))
        if of is not snapshot.models:
            news = snapshot.news_since(of)
            if news is None:
                found = {model.key: model for model in reversed(snapshot.models)}
            else:
                for name in news.gone:
                    found.pop((key[0], name), None)
                found.update((model.key, model) for model in news.changed)
            self._records[key[0]] = (snapshot.models, found)
        return found.get(key)

    def installed(self, server_id: str) -> InstalledModels:
        """The models of the last good poll by canonical name: made when first asked for, and anew
        when a poll brings other ones."""
        snapshot = self._snapshots.get(server_id)
        if snapshot is None or snapshot.is_old:
            return InstalledModels()
        of, found = self._installed.get(server_id, (None, None))
        if found is None or of is not snapshot.models:
            found = InstalledModels(snapshot.models, found, snapshot.news_since(of))
            self._installed[server_id] = (snapshot.models, found)
        return found

    def is_online(self, server_id: str) -> bool:
        status = self._statuses.get(server_id)
        return status is not None and status.is_online

    def is_fresh(self, server_id: str) -> bool:
        """Whether the list of a server is the one of now: it answers, or has and will again."""
        status = self._statuses.get(server_id)
        if status is None or status.is_away or self.is_list_old(server_id):
            return False
        return status.is_online or status.last_answer_at is not None

    def recommendations(self, server_id: str) -> Recommendations | None:
        """What a server suggests; None = it was not asked yet."""
        return self._recommendations.get(server_id)

    def busy(self, key: ModelKey) -> Verb | None:
        """What is being done to a model."""
        return self._busy.get(key)

    @property
    def busy_models(self) -> dict[ModelKey, Verb]:
        """All models something is being done to."""
        return dict(self._busy)

    def details(self, digest: str) -> ModelInfo | None:
        """The details of what has this digest, if they were read."""
        return self._details.get(digest)

    def model_verdict(self, key: ModelKey) -> ModelVerdict:
        """How a model stands to its registry, with all that was said beside."""
        return self._judged(key) or ModelVerdict(key, UNJUDGED)

    def verdict(self, key: ModelKey) -> Verdict:
        """How a model stands to its registry; before anything is known, UNKNOWN."""
        found = self._judged(key)
        return found.verdict if found is not None else UNJUDGED

    def marks(self, key: ModelKey) -> Marks:
        """What was said of a model beside its verdict."""
        found = self._judged(key)
        return found.marks if found is not None else NO_MARKS

    def _judged(self, key: ModelKey) -> ModelVerdict | None:
        # Each of thousands of new models is asked for, and at first nothing is known of any.
        return self._verdicts.get((key[0], canonical(key[1]))) if self._verdicts else None

    @property
    def update_count(self) -> int:
        """How many models have a newer version that a person wants to hear of."""
        return len(self._counted)

    @property
    def updates(self) -> tuple[ModelVerdict, ...]:
        """Those, in the order in which they are listed."""
        if self._updates is None:
            order = in_order(self._counted, (server.id for server in self.servers))
            self._updates = tuple(self._verdicts[key] for key in order)
        return self._updates

    @property
    def update_bytes(self) -> int:
        """What all of them would download."""
        return sum(self._counted.values())

    def backups_of(self, key: ModelKey) -> tuple[Made, ...]:
        """The old versions of a model that are kept, the newest first."""
        wanted = canonical(key[1])
        found = [
            made
            for made in self.backups
            if made.server_id == key[0] and canonical(made.source) == wanted
        ]
        return tuple(sorted(found, key=lambda made: made.at, reverse=True))

    @property
    def downloads(self) -> tuple[PullItem, ...]:
        """All downloads in their one order."""
        return tuple(self._downloads.values())

    def download(self, item_id: str) -> PullItem | None:
        return self._downloads.get(item_id)

    def disk_space(self, server_id: str) -> DiskSpace | None:
        """The disk of a server's models when it was looked at last, for the downloads there."""
        return self._disks.get(server_id)

    def estimate(self, server_id: str) -> PullEstimate | None:
        """The newest answer about a server to the newest question; None = nothing was asked or
        answered."""
        return self._estimates.get(server_id)

    # Feeding: for `tray_app.app` alone.

    def set_server(self, server: Server) -> None:
        """This server is the only one that is used."""
        self.set_servers((server,), server.id, server.id)

    def set_servers(
        self,
        servers: tuple[Server, ...],
        default_server_id: str,
        shown_id: str,
        off: tuple[Server, ...] = (),
    ) -> None:
        """Use these. Of one that moved to another address nothing is known any more.

        `shown_id` "" = all of them, which of one server means that one. `off` are the others.
        """
        if len(servers) == 1 or all(shown_id != server.id for server in servers):
            shown_id = servers[0].id if len(servers) == 1 else ""
        new = (servers, default_server_id, shown_id, off)
        if new == (self.servers, self.default_server_id, self.shown_id, self.servers_off):
            return
        self._before |= {server.id: server for server in (*self.servers, *self.servers_off)}
        before = {server.id: server.address for server in self.servers}
        now = {server.id: server.address for server in servers}
        self.servers, self.default_server_id, self.shown_id, self.servers_off = new
        self._updates = None
        for server_id, address in before.items():
            if now.get(server_id) != address:
                self._forget(server_id)
        self.server_changed.emit()

    def set_secret(
        self, server_id: str, secret: SecretState, *, is_elsewhere: bool = False
    ) -> None:
        if (secret, is_elsewhere) != (self.secret(server_id), self.is_secret_elsewhere(server_id)):
            self._secrets[server_id] = secret
            (self._elsewhere.add if is_elsewhere else self._elsewhere.discard)(server_id)
            self.secret_changed.emit(server_id)

    def set_start(self, start: ServerStart) -> None:
        self._starts[start.server_id] = start
        self.start_changed.emit(start.server_id)

    def end_start(self, server_id: str) -> None:
        """It is there, or nobody waits for it any longer."""
        if self._starts.pop(server_id, None) is not None:
            self.start_changed.emit(server_id)

    def set_local_ollama(self, found: LocalOllama) -> None:
        if found is not self.local_ollama:
            self.local_ollama = found
            self.local_ollama_changed.emit()

    def set_kept_awake(self, is_kept_awake: bool) -> None:
        if is_kept_awake is not self.is_kept_awake:
            self.is_kept_awake = is_kept_awake
            self.awake_changed.emit(is_kept_awake)

    def take_poll(self, poll: Poll) -> None:
        """One poll of a server."""
        status, snapshot = self._reached(poll.status), poll.snapshot
        old = self._statuses.get(status.server_id)
        self._statuses[status.server_id] = status
        if snapshot is not None:
            self._snapshots[status.server_id] = snapshot
            self.snapshot_changed.emit(snapshot)
        if old is None or replace(status, last_answer_at=old.last_answer_at) != old:
            self.status_changed.emit(status)

    def set_last_list(self, snapshot: Snapshot) -> None:
        """What a server answered in an earlier run: shown until it answers."""
        server_id = snapshot.server_id
        if server_id in self._snapshots or all(each.id != server_id for each in self.servers):
            return
        self._snapshots[server_id] = snapshot
        if server_id in self._statuses:
            self._statuses[server_id] = self._reached(self._statuses[server_id])
        self.snapshot_changed.emit(snapshot)

    def _reached(self, status: ServerStatus) -> ServerStatus:
        """A server that is out of reach was reached when its old list was taken."""
        snapshot = self._snapshots.get(status.server_id)
        if status.last_answer_at or status.state in _UNDECIDED or snapshot is None:
            return status
        return replace(status, last_answer_at=snapshot.taken_at)

    def set_layer_index(self, layer_index: LayerIndex) -> None:
        self.layer_index = layer_index
        self.layer_index_changed.emit()

    def set_busy(self, busy: BusyModel) -> None:
        if busy.verb is None:
            self._busy.pop(busy.ref.key, None)
        else:
            self._busy[busy.ref.key] = busy.verb
        self.busy_changed.emit(busy)

    def set_recommendations(self, recommendations: Recommendations) -> None:
        self._recommendations[recommendations.server_id] = recommendations
        self.recommendations_changed.emit(recommendations)

    def set_details(self, info: ModelInfo) -> None:
        if info.digest:
            self._details.pop(info.digest, None)
            self._details[info.digest] = info
            while len(self._details) > MAX_KEPT_DETAILS:
                del self._details[next(iter(self._details))]
        self.details_changed.emit(info)

    def set_estimate(self, estimate: PullEstimate) -> None:
        if any(known.name != estimate.name for known in self._estimates.values()):
            self._estimates = {}  # the question is another one
        self._estimates[estimate.server_id] = estimate
        self.estimate_changed.emit(estimate)

    def set_server_test(self, test: ServerTest) -> None:
        self.server_test_changed.emit(test)

    def tell_secrets_kept(self, kept: SecretsKept) -> None:
        """What signs in to a server counts, wherever it is kept."""
        self.secrets_kept.emit(kept)

    def tell_access_read(self, facts: AccessFacts) -> None:
        """What stands on the way to a server that was asked about."""
        self.access_read.emit(facts)

    def set_downloads(self, items: Iterable[PullItem]) -> None:
        """All downloads in their order."""
        old, self._downloads = self._downloads, {item.id: item for item in items}
        gone = [item_id for item_id in old if item_id not in self._downloads]
        news = [item for item in self._downloads.values() if old.get(item.id) != item]
        kept = [item_id for item_id in old if item_id in self._downloads]
        is_reordered = kept != list(self._downloads)
        for item_id in gone:
            self.download_removed.emit(item_id)
        for item in news:
            self.download_changed.emit(item)
        if is_reordered:
            self.downloads_order_changed.emit()

    def set_download(self, item: PullItem) -> None:
        """Progress of one of them: cheap, whatever their number."""
        if self._downloads.get(item.id, item) != item:
            self._downloads[item.id] = item
            self.download_changed.emit(item)

    def set_pull_summary(self, summary: PullSummary) -> None:
        self.pull_summary = summary
        self.pull_summary_changed.emit(summary)

    def set_history(self, history: History) -> None:
        self.history = history
        self.history_changed.emit()

    def set_conditions(self, conditions: SystemConditions) -> None:
        if conditions != self.conditions:
            self.conditions = conditions
            self.conditions_changed.emit()

    def set_pull_rules(self, rules: RuleState) -> None:
        if rules != self.pull_rules:
            self.pull_rules = rules
            self.pull_rules_changed.emit()

    def set_disk_space(self, space: DiskSpace) -> None:
        self._disks[space.server_id] = space
        self.disk_space_changed.emit(space)

    def set_autostart(self, is_enabled: bool | None) -> None:
        self.autostart = is_enabled
        self.autostart_changed.emit()

    def set_tray_available(self, is_available: bool) -> None:
        if is_available != self.is_tray_available:
            self.is_tray_available = is_available
            self.tray_available_changed.emit(is_available)

    def set_examination(self, examination: Examination) -> None:
        self.examination = examination
        self.examination_changed.emit(examination)

    def set_newest_ollama(self, version: str) -> None:
        if version != self.newest_ollama:
            self.newest_ollama = version
            self.newest_ollama_changed.emit()

    def set_verdict(self, found: ModelVerdict) -> None:
        """One of them: cheap, whatever their number."""
        server_id, name = found.key
        key = (server_id, canonical(name))
        if self._verdicts.get(key) != found:
            self._verdicts[key] = found
            is_other = self._count(key, found)
            self.verdict_changed.emit(found.key)
            if is_other:
                self.updates_changed.emit()

    def load_verdicts(self, found: Iterable[ModelVerdict]) -> None:
        """Those of an earlier run, under canonical names; what is known by now is newer."""
        ids = {server.id for server in self.servers}
        for verdict in found:
            if verdict.key[0] in ids and verdict.key not in self._verdicts:
                self._verdicts[verdict.key] = verdict
                self._count(verdict.key, verdict)
        self.verdicts_loaded.emit()
        self.updates_changed.emit()

    def drop_verdict(self, key: ModelKey) -> None:
        """It is installed no longer."""
        known = (key[0], canonical(key[1]))
        if self._verdicts.pop(known, None) is not None:
            is_other = self._counted.pop(known, None) is not None
            self._updates = None
            self.verdict_changed.emit(key)
            if is_other:
                self.updates_changed.emit()

    def keep_verdicts(self, server_id: str, names: Iterable[str]) -> None:
        """These are all that a server has."""
        kept = {canonical(name) for name in names}
        for key in [key for key in self._verdicts if key[0] == server_id and key[1] not in kept]:
            self.drop_verdict(key)

    def _count(self, key: ModelKey, found: ModelVerdict) -> bool:
        """Whether it changes the sum of the updates."""
        if found.is_counted or key in self._counted:
            self._updates = None
        if not found.is_counted:
            return self._counted.pop(key, None) is not None
        before = self._counted.get(key)
        self._counted[key] = found.download_bytes
        return before != found.download_bytes

    def set_update_check(self, check: CheckState) -> None:
        if check != self.update_check:
            self.update_check = check
            self.update_check_changed.emit(check)

    def set_after_updates(self, found: tuple[AfterUpdate, ...]) -> None:
        if found != self.after_updates:
            self.after_updates = found
            self.after_updates_changed.emit()

    def set_backups(self, backups: tuple[Made, ...], notes: tuple[BackupNote, ...]) -> None:
        if (backups, notes) != (self.backups, self.backup_notes):
            self.backups, self.backup_notes = backups, notes
            self.backups_changed.emit()

    def set_never_looked_up(self, names: tuple[str, ...]) -> None:
        if names != self.never_looked_up:
            self.never_looked_up = names
            self.never_looked_up_changed.emit()

    def tell_updates_found(self, found: UpdatesFound) -> None:
        """A check has found what nobody knew."""
        self.updates_found.emit(found)

    def tell_old_version_going(self, note: BackupNote) -> None:
        """A kept version is removed tomorrow."""
        self.old_version_going.emit(note)

    def tell_moved(self, outcome: MoveOutcome) -> None:
        """A copy of an old version followed an update, or did not."""
        self.moved.emit(outcome)

    def tell_went_back(self, ref: ModelRef) -> None:
        """A model is again what it was before an update."""
        self.went_back.emit(ref)

    def tell_failed(self, failure: Failure) -> None:
        """Something that a person asked for failed."""
        self.failed.emit(failure)

    def tell_deleted(self, outcome: DeleteOutcome) -> None:
        """A deletion is over."""
        self.deleted.emit(outcome)

    def tell_copied(self, request: CopyRequest) -> None:
        """A model has another name, too."""
        self.copied.emit(request)

    def tell_diagnostics_copied(self) -> None:
        """The report that was asked for is on the clipboard."""
        self.diagnostics_copied.emit()

    def _forget(self, server_id: str) -> None:
        for facts in (
            *(self._statuses, self._snapshots, self._installed, self._records),
            *(self._recommendations, self._disks, self._starts, self._estimates),
        ):
            facts.pop(server_id, None)  # type: ignore[attr-defined]
        gone = [key for key in self._verdicts if key[0] == server_id]
        count = len(self._counted)
        for key in gone:
            del self._verdicts[key]
            self._counted.pop(key, None)
        if len(self._counted) != count:
            self.updates_changed.emit()
        self._busy = {key: verb for key, verb in self._busy.items() if key[0] != server_id}
        self._details = {d: i for d, i in self._details.items() if i.server_id != server_id}
