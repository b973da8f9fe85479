"""Pictures of the list of servers, the form of one, and what is asked before one is removed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tests.shots import data
from tests.shots.registry import SHOTS, settle
from tests.shots.scene import Scene, known
from tests.support import facts
from tray_app.core.endpoint import Access, Endpoint
from tray_app.core.errors import (
    Forbidden,
    Moved,
    NotOllama,
    OllamaError,
    ProxyFailed,
    TimedOut,
    TlsFailed,
    TlsReason,
    Unauthorized,
    Unreachable,
)
from tray_app.core.payloads import AccessFacts, ServerDraft, ServerTest
from tray_app.core.pulls.states import UNFINISHED
from tray_app.core.records import Server, ServerState, ServerStatus
from tray_app.core.sign_in import Header, SecretState, SignIn, SignInKind
from tray_app.core.tls import CaFile, OfferedCertificate
from tray_app.settings import ServerEntry
from tray_app.text.connection_tests import Attempt
from tray_app.text.sign_in import unencrypted_question
from tray_app.views.servers.fields import FieldGrid
from tray_app.views.servers.form import ServerForm
from tray_app.views.servers.questions import RemoveServerDialog, UnencryptedQuestion
from tray_app.views.servers.result_card import ResultCard
from tray_app.views.servers.sign_in_fields import SignInFields
from tray_app.views.settings.dialog import SettingsDialog

TOKEN = SignIn(SignInKind.TOKEN)
HEADERS = SignIn(
    SignInKind.HEADERS,
    headers=(
        Header("CF-Access-Client-Id", "8d1f…c2.access".replace("…", "..."), is_secret=False),
        Header("CF-Access-Client-Secret"),
    ),
)
ENTRIES = (
    ServerEntry("local"),
    ServerEntry("studio", "studio", "http://192.168.1.20:11434", sign_in=TOKEN),
    ServerEntry(
        "gateway",
        "gateway",
        "https://ollama.home.example",
        sign_in=HEADERS,
        ca_file="/home/me/certs/home-ca.pem",
        mac="3c:7c:3f:1a:2b:4d",
    ),
    ServerEntry("office", "office", "https://gpu.office.example/ollama", sign_in=TOKEN),
    ServerEntry("nas", "nas", "http://192.168.1.30:11434", mac="3c:7c:3f:1a:2b:4d"),
    ServerEntry("lab", "lab", "http://10.0.8.14:11434", is_on=False),
)
CERTIFICATE = OfferedCertificate(
    "ollama.home.example",
    "Home CA",
    ("ollama.home.example",),
    datetime(2026, 5, 4, tzinfo=UTC),
    datetime(2027, 5, 4, tzinfo=UTC),
    "3f9a11c05e7721b40d8c621efa4097d3580be63319ac724f05dd816ab92ce410",
)


def several(entries: tuple[ServerEntry, ...] = ENTRIES) -> Scene:
    """Servers in every state there is."""
    scene = known()
    scene.settings.set("servers", entries)
    used = [entry for entry in entries if entry.is_on]
    shown = tuple(
        Server(entry.id, entry.label, scene.settings.address(entry), can_wake=bool(entry.mac))
        for entry in used
    )
    scene.state.set_servers(shown, used[0].id, "")
    facts.set_status(scene.state, data.status())
    for server_id, state, more in (
        ("studio", ServerState.ONLINE, {"version": "0.32.4"}),
        ("gateway", ServerState.REFUSED, {"error": Unauthorized("gateway", was_given=True)}),
        ("office", ServerState.WAITING, {"secret": SecretState.WAITING}),
        ("nas", ServerState.OFFLINE, {"error": Unreachable("nas")}),
    ):
        since = data.NOW - timedelta(minutes=7)
        status = ServerStatus(server_id, state, since, **more)  # type: ignore[arg-type]
        facts.set_status(scene.state, status)
    scene.state.set_secret("studio", SecretState.KEPT)
    scene.state.set_secret("gateway", SecretState.KEPT)
    scene.state.set_secret("office", SecretState.WAITING)
    return scene


def form(server_id: str = "", scene: Scene | None = None) -> ServerForm:
    scene = scene or several()
    entry = scene.settings.server(server_id) if server_id else None
    made = ServerForm(entry, scene.settings, scene.state, scene.commands)
    made.show()
    settle()
    return made


@SHOTS.add("settings-servers")
def settings_servers() -> QWidget:
    scene = several()
    scene.state.set_newest_ollama("0.33.1")
    dialog = SettingsDialog(scene.settings, scene.state, scene.commands)
    dialog.resize(800, 640)
    dialog.show_page("servers")
    return dialog


@SHOTS.add("settings-servers-narrow", themes=("light",))
def settings_servers_narrow() -> QWidget:
    scene = several()
    dialog = SettingsDialog(scene.settings, scene.state, scene.commands)
    dialog.resize(640, 440)
    dialog.show_page("servers")
    return dialog


@SHOTS.add("server-edit-token")
def server_edit_token() -> QWidget:
    scene = several()
    drafts: list[ServerDraft] = []
    scene.commands.server_test_requested.connect(drafts.append)
    made = form("studio", scene)
    made.test()
    (draft,) = drafts
    test = ServerTest(draft.number, draft.endpoint, "0.32.4", 14, 1, 0.008)
    scene.state.set_server_test(test)
    settle()
    return made


@SHOTS.add("server-edit-headers")
def server_edit_headers() -> QWidget:
    scene = several()
    asked: list[Endpoint] = []
    scene.commands.access_requested.connect(asked.append)
    made = form("gateway", scene)
    made.sign_in.headers.add_button.click()
    made.ask_for_access()
    scene.state.tell_access_read(
        AccessFacts(asked[-1], CaFile((replace(CERTIFICATE, issued_to="Home CA",
                                               not_after=datetime(2031, 5, 4, tzinfo=UTC)),)))
    )  # fmt: skip
    made.name_field.setFocus()
    settle()
    return made


@SHOTS.add("server-add", themes=("light",))
def server_add() -> QWidget:
    made = form()
    made.address_field.setText("nas.local")
    settle()
    return made


@SHOTS.add("server-given", themes=("light",))
def server_given() -> QWidget:
    return form("local")


@SHOTS.add("server-sign-in-password", themes=("light",))
def server_password() -> QWidget:
    made = form()
    made.fill_in("https://anna:sEcReT@ollama.home.example")
    settle()
    return made


@SHOTS.add("server-header-fault", themes=("light",))
def server_header_fault() -> QWidget:
    made = form()
    made.address_field.setText("nas.local")
    made.sign_in.enter(SignInKind.HEADERS)
    made.sign_in.headers.set_headers((Header("Host", "studio", is_secret=False),))
    made.sign_in.headers.changed.emit()
    settle()
    return made


@SHOTS.add("server-remove", themes=("light",))
def server_remove() -> QWidget:
    scene = several()
    return RemoveServerDialog("studio", scene.settings, scene.state, scene.commands)


@SHOTS.add("server-remove-downloads", themes=("light",))
def server_remove_downloads() -> QWidget:
    scene = several()
    pulls = [item for item in data.PULLS if item.state in UNFINISHED]
    scene.state.set_downloads(replace(item, server_id="studio") for item in pulls[:2])
    return RemoveServerDialog("studio", scene.settings, scene.state, scene.commands)


@SHOTS.add("server-unencrypted", themes=("light",))
def server_unencrypted() -> QWidget:
    return UnencryptedQuestion(unencrypted_question(SignInKind.TOKEN, "studio"))


_ENDPOINT = Endpoint("https", "ollama.home.example", 443)
_RESULTS: tuple[tuple[OllamaError | None, dict[str, object]], ...] = (
    (None, {"version": "0.32.4", "model_count": 14, "running_count": 1, "elapsed_s": 0.008}),
    (None, {"version": "0.1.30"}),
    (Unauthorized("", was_given=True), {"sent": SignInKind.PASSWORD}),
    (Unauthorized(""), {}),
    (Unauthorized("", takes_password=True), {}),
    (Moved("", wants_https=True), {"offer": "https://ollama.home.example"}),
    (Moved("", "302 https://login.example/x"), {}),
    (TlsFailed("", "", TlsReason.PLAIN_HTTP), {"offer": "http://192.168.1.20:11434"}),
    (TlsFailed("", "", TlsReason.UNKNOWN_SIGNER), {"certificate": CERTIFICATE}),
    (Forbidden(""), {"offer": "192.168.1.30:11434"}),
    (NotOllama("", "text/html: Router", 200), {}),
    (NotOllama("", "404", 404), {}),
    (ProxyFailed("", "", 503, proxy="http://proxy.example:3128"), {}),
    (ProxyFailed("", "", 502), {}),
    (TimedOut(""), {}),
)


@SHOTS.add("server-test-states")
def server_test_states() -> QWidget:
    sheet = QWidget()
    column = QVBoxLayout(sheet)
    busy = ResultCard(sheet)
    busy.show_busy()
    column.addWidget(busy)
    for error, more in _RESULTS:
        test = ServerTest(1, _ENDPOINT.with_access(Access()), error=error)
        test = replace(test, **more)  # type: ignore[arg-type]
        card = ResultCard(sheet)
        card.show_attempt(Attempt(test, "gateway", can_wake=True))
        column.addWidget(card)
    sheet.resize(520, 1500)
    return sheet


@SHOTS.add("server-keyring-states")
def server_keyring_states() -> QWidget:
    sheet = QWidget()
    column = QVBoxLayout(sheet)
    for state in SecretState:
        grid = FieldGrid(("Sign in with", *SignInFields.labels()), parent=sheet)
        fields = SignInFields(grid, "Sign in with", sheet)
        fields.show_entry(TOKEN)
        fields.set_secret(state)
        column.addWidget(grid)
    sheet.resize(520, 1100)
    return sheet
