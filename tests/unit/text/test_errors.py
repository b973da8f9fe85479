from collections.abc import Iterator

import pytest

from tests.unit.text.test_units import plain
from tray_app import text
from tray_app.core import errors as e
from tray_app.core.lists.records import BadList, BadRecipe
from tray_app.core.payloads import Crashes, DeleteOutcome, Failure, ModelRef, Verb
from tray_app.core.pulls.registry_errors import pull_error
from tray_app.core.sharing import Freed
from tray_app.text import Action

LOCAL = "http://127.0.0.1:11434"
NAS = "http://192.168.1.20:11434"
GENERIC = "Something went wrong"


SAID_ELSEWHERE = frozenset({BadList, BadRecipe})
"""By text.lists, at the file and the line that they are about."""


def subclasses(kind: type[e.OllamaError]) -> Iterator[type[e.OllamaError]]:
    for child in kind.__subclasses__():
        if child not in SAID_ELSEWHERE:
            yield child
        yield from subclasses(child)


@pytest.mark.parametrize("kind", list(subclasses(e.OllamaError)), ids=lambda kind: kind.__name__)
def test_every_error_has_words_of_its_own(kind: type[e.OllamaError]) -> None:
    error = kind("qwen3:8b", "some raw text")
    message = text.error_text(error, "nas")
    assert message.title
    assert message.title != GENERIC
    assert message.body
    assert message.body[-1] in ".”:/"
    assert "{" not in message.title + message.body + message.hint
    assert message.details == "some raw text"
    reason = text.pull_error_reason(error, "nas")
    assert reason
    assert "{" not in reason
    if kind not in (e.PullFailed, e.ServerFailed):
        assert "Ollama says" not in reason


def test_the_base_class_quotes_the_server() -> None:
    message = text.error_text(e.OllamaError("", "boom"))
    assert message.title == GENERIC
    assert message.body == "Ollama says: “boom”"
    assert text.error_text(e.OllamaError()).body == "Ollama gave no reason."


REFUSED = e.UnreachableKind.REFUSED


@pytest.mark.parametrize(
    ("error", "address", "installed", "body", "action"),
    [
        (
            e.Unreachable(kind=REFUSED), LOCAL, True,
            "Nothing answers at 127.0.0.1:11434. Ollama is installed but isn’t running.",
            Action.START,
        ),
        (
            e.Unreachable(kind=REFUSED), LOCAL, False,
            "Nothing answers at 127.0.0.1:11434. Ollama doesn’t seem to be installed.",
            Action.GET_OLLAMA,
        ),
        (
            e.Unreachable(kind=REFUSED), LOCAL, None,
            "Nothing answers at 127.0.0.1:11434. Ollama may not be running.",
            Action.RETRY,
        ),
        (
            e.Unreachable(kind=REFUSED), NAS, None,
            "“nas” is reachable, but nothing answers on port 11434.",
            Action.RETRY,
        ),
        (
            e.Unreachable(kind=e.UnreachableKind.NO_ROUTE), NAS, None,
            "“nas” doesn’t answer. It may be off, or a firewall may block it.",
            Action.RETRY,
        ),
        (
            e.TimedOut(), NAS, None,
            "“nas” doesn’t answer. It may be off, or a firewall may block it.",
            Action.RETRY,
        ),
        (
            e.TimedOut(), LOCAL, None,
            "Ollama at 127.0.0.1:11434 didn’t answer in time. It may be busy.",
            Action.RETRY,
        ),
        (
            e.Unreachable(kind=e.UnreachableKind.NAME_LOOKUP), "http://nas.local:11434", None,
            "There’s no computer called “nas.local” on your network.",
            Action.CHANGE_SERVER,
        ),
        (
            e.Unreachable(kind=e.UnreachableKind.LOST), NAS, None,
            "The connection to “nas” was lost.",
            Action.RETRY,
        ),
        (
            e.Unauthorized(was_given=True), NAS, None,
            "“nas” refuses the password or token.",
            Action.EDIT_SERVER,
        ),
        (
            e.Unauthorized(takes_password=True), NAS, None,
            "“nas” wants a sign-in with a name and a password.",
            Action.RETRY,
        ),
        (
            e.Unauthorized(), NAS, None,
            "“nas” wants a sign-in with a token.",
            Action.RETRY,
        ),
        (
            e.Forbidden(), NAS, None,
            (
                "“nas” only accepts its own address. On the server, set OLLAMA_HOST=0.0.0.0"
                " or use its IP address."
            ),
            Action.EDIT_SERVER,
        ),
        (
            e.TlsFailed("", "certificate has expired", e.TlsReason.EXPIRED), NAS, None,
            "The certificate of “nas” can’t be trusted: it has expired.",
            Action.EDIT_SERVER,
        ),
        (
            e.TlsFailed("", "WRONG_VERSION_NUMBER", e.TlsReason.PLAIN_HTTP), NAS, None,
            "“nas” doesn’t speak HTTPS on this port. Try http:// in the address.",
            Action.EDIT_SERVER,
        ),
        (
            e.NotOllama(), NAS, None,
            "Something answers at 192.168.1.20:11434, but it isn’t Ollama.",
            Action.CHANGE_SERVER,
        ),
    ],
)  # fmt: skip
def test_connection_reasons(
    error: e.OllamaError, address: str, installed: bool | None, body: str, action: Action
) -> None:
    label = "" if address == LOCAL else "nas"
    message = text.error_text(error, label, address=address, is_installed=installed)
    assert message.title == "Can’t reach Ollama"
    assert message.body == body
    assert message.action is action


def test_too_old_for_us() -> None:
    message = text.error_text(e.TooOld(needs="0.1.38"), "nas", version="0.1.30")
    assert message.body == "“nas” runs Ollama 0.1.30. Ollama Tray needs 0.1.38 or newer."


def test_starting_is_no_fault() -> None:
    message = text.error_text(e.Starting(LOCAL))
    assert message.title == "Ollama is starting"
    assert message.body == "Looking for graphics cards can take up to a minute."
    assert message.action is Action.NONE


def test_the_reference_is_the_address_of_errors_about_servers() -> None:
    assert "10.0.0.5:8080" in text.error_text(e.NotOllama("http://10.0.0.5:8080/x")).body
    assert "“10.0.0.5”" in text.error_text(e.Unauthorized("http://10.0.0.5:8080")).body


@pytest.mark.parametrize(
    ("label", "address", "shown"),
    [
        ("studio", NAS, "studio"),
        ("", "", "This computer"),
        ("", LOCAL, "This computer"),
        ("", "localhost", "This computer"),
        ("", "http://[::1]:11434", "This computer"),
        ("", "0.0.0.0:11434", "This computer"),
        ("", "http://nas.local:11434/ollama", "nas.local"),
        ("", "https://user:secret@nas:443", "nas"),
        ("", "fe80::1", "fe80::1"),
        ("", "http://nas:99999999", "nas:99999999"),
        ("  ", LOCAL, "This computer"),
        ("a\u202eb", LOCAL, "a[U+202E]b"),
    ],
)
def test_server_name(label: str, address: str, shown: str) -> None:
    assert text.server_name(label, address) == shown


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nas:8080", ""),
        ("", "Type an address, like 127.0.0.1:11434."),
        ("my nas", "An address can’t contain a space."),
        ("ftp://nas", "An address starts with http:// or https://, or with neither."),
        ("nas:99999", "A port is a number from 1 to 65535."),
        ("http://", "The name of the computer is missing."),
        ("u:secret@nas", "Leave the password out: it would be written to the settings file."),
        ("a..b", "“a..b” isn’t the address of a server."),
    ],
)
def test_address_problem(address: str, words: str) -> None:
    assert text.address_problem(address) == words


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            e.DiskFull("x", needed_bytes=42_500_000_000, free_bytes=28_100_000_000),
            "Not enough disk space: needs 43 GB, and 28 GB are free.",
        ),
        (e.DiskFull("x", "no space left on device"), "Not enough disk space on “studio”."),
        (e.ModelNotFound("qwen33"), "ollama.com has no such model or tag."),
        (e.ModelNotFound("hf.co/a/b:Q4"), "Hugging Face has no such model or tag."),
        (e.ModelNotFound("registry.example/a/b"), "registry.example has no such model or tag."),
        (
            e.TooOld("x"),
            "This model needs a newer Ollama. Update Ollama on “studio”, then retry.",
        ),
        (
            e.AccessRefused("x"),
            "Access refused. The server isn’t signed in, or the model is private.",
        ),
        (
            e.PullFailed("x", "dial tcp", e.PullFailure.REGISTRY_UNREACHABLE),
            "The server couldn’t reach ollama.com.",
        ),
        (
            e.Unreachable(NAS, kind=e.UnreachableKind.LOST),
            "The connection to “studio” was lost.",
        ),
        (
            e.PullFailed("x", "digest mismatch", e.PullFailure.DIGEST_MISMATCH),
            "A file arrived damaged twice. The disk or network of the server may be faulty.",
        ),
        (
            e.PullFailed("x", "", e.PullFailure.CANNOT_WRITE),
            "The server can’t write to its model folder.",
        ),
        (
            pull_error("x", "pull model manifest: 429: slow"),
            "ollama.com isn’t accepting any more requests for now. Try again in 10 min.",
        ),
        (
            pull_error("hf.co/a/b", "429: slow, retry after 90 s"),
            "Hugging Face isn’t accepting any more requests for now. Try again in 1 min 30 s.",
        ),
        (
            pull_error("x", "pull model manifest: 500: boom"),
            "ollama.com has a problem (HTTP status 500): “boom”",
        ),
        (
            pull_error("x", "502: <html><title>502 Bad Gateway</title></html>"),
            "ollama.com has a problem (HTTP status 502).",
        ),
        (pull_error("x", "503: "), "ollama.com has a problem (HTTP status 503)."),
        (
            pull_error("x", 'realm host "ollama.com" does not match original host "ollama.com"'),
            "ollama.com has a problem: it sent something unreadable.",
        ),
        (
            pull_error("x", "pull model manifest: invalid character '<' looking for beginning"),
            "A web page answered instead of ollama.com. The network may want you to log in first.",
        ),
        (
            pull_error("x", "Get: x509: certificate signed by unknown authority"),
            (
                "The server doesn’t trust the certificate of ollama.com. The network may "
                "want a login first, or something on the way intercepts secure connections."
            ),
        ),
        (
            pull_error("nas:5000/a/b", "http: server gave HTTP response to HTTPS client"),
            (
                "nas:5000 offers no encryption. If you trust it, add it in Settings, Downloads, to "
                "the registries without encryption."
            ),
        ),
        (
            pull_error("nas:5000/a/b", "400: The plain HTTP request was sent to HTTPS port"),
            (
                "nas:5000 wants encryption. Remove it in Settings, Downloads, from the registries "
                "without encryption."
            ),
        ),
        (
            pull_error("hf.co/a/b", '400: {"error":"Repository is not GGUF"}'),
            "Hugging Face refused the download: “Repository is not GGUF”",
        ),
        (pull_error("x", "410: "), "ollama.com refused the download (HTTP status 410)."),
        (pull_error("x", {"message": {"text": "odd"}}), 'Ollama says: “{"text": "odd"}”'),
        (
            e.NotDone("qwen3:8b"),
            "“studio” reported success, but qwen3:8b isn’t in its list of models.",
        ),
        (
            e.PullFailed("x", "pull model manifest: 418: teapot", e.PullFailure.REFUSED),
            "ollama.com refused the download: “teapot”",
        ),
        (e.PullFailed("x", "odd\nthing"), "Ollama says: “odd thing”"),
        (e.PullFailed("x", "{braces} {0}"), "Ollama says: “{braces} {0}”"),
        (e.BadName("x", "invalid model name"), "The server doesn’t accept this name."),
    ],
)
def test_pull_reasons(error: e.OllamaError, reason: str) -> None:
    assert plain(text.pull_error_reason(error, "studio")) == reason


@pytest.mark.parametrize("kind", list(e.PullFailure))
def test_every_pull_failure_has_a_reason(kind: e.PullFailure) -> None:
    reason = text.pull_error_reason(e.PullFailed("x", "raw", kind), "studio")
    assert ("Ollama says" in reason) == (kind is e.PullFailure.OTHER)
    assert kind in e.TREATMENTS
    assert "{" not in reason


def test_a_damaged_file_is_first_fetched_again() -> None:
    error = e.PullFailed("x", "digest mismatch", e.PullFailure.DIGEST_MISMATCH)
    assert (
        text.pull_error_reason(error, is_final=False)
        == "A file arrived damaged. It will be fetched again."
    )


@pytest.mark.parametrize(
    ("problem", "context", "shown"),
    [
        (e.NameProblem.EMPTY, "", "Type a name first."),
        (e.NameProblem.SPACE, " ", "A name can’t contain a space."),
        (
            e.NameProblem.CHARACTER, "+",
            "A name can’t contain “+”. Allowed: letters, digits and . _ - : /",
        ),
        (e.NameProblem.CHARACTER, "-x", "“-x” isn’t a valid part of a name."),
        (e.NameProblem.EMPTY_PART, "/", "Something is missing before or after “/”."),
        (e.NameProblem.EMPTY_TAG, ":", "Add a tag after “:”, or remove it."),
        (e.NameProblem.BOTH_SUFFIXES, "", "Use either :local or :cloud, not both."),
    ],
)  # fmt: skip
def test_name_problems(problem: e.NameProblem, context: str, shown: str) -> None:
    assert text.name_problem(e.BadName("x", context, problem)) == shown


@pytest.mark.parametrize("problem", list(e.NameProblem))
def test_every_name_problem_has_a_sentence(problem: e.NameProblem) -> None:
    shown = text.name_problem(e.BadName("x", "{evil}", problem))
    assert shown
    assert "{piece}" not in shown


def test_raw_text_stays_one_plain_line() -> None:
    body = text.error_text(e.ServerFailed("", "<b>\x1b[31m\u202eevil\n" + "x" * 10_000)).body
    assert "\n" not in body
    assert "\u202e" not in body
    assert "\x1b" not in body
    assert len(body) < 330


def ref(name: str) -> ModelRef:
    return ModelRef("local", name)


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_can_fail(verb: Verb) -> None:
    message = text.failure_text(Failure(verb, ref("qwen3:8b"), e.TimedOut(LOCAL)))
    assert message.title.startswith("Can’t ")
    assert message.body


def test_a_failed_delete_says_what_the_server_said() -> None:
    failure = Failure(Verb.DELETE, ref("qwen3:8b"), e.ServerFailed("", "disk on fire"))
    message = text.failure_text(failure)
    assert message.title == "Can’t delete qwen3:8b"
    assert message.body == "Ollama says: “disk on fire”"


@pytest.mark.parametrize(
    ("deleted", "failed", "freed_bytes", "shown"),
    [
        (["qwen3:8b"], [], 5_200_000_000, "Deleted qwen3:8b, 5.2 GB freed."),
        (["qwen3:8b"], [], None, "Deleted qwen3:8b."),
        (["a", "b", "c"], [], 18_600_000_000, "3 models deleted, 18 GB freed."),
        (["a", "b"], [], 0, "2 models deleted."),
        (
            ["a", "b", "c"], ["phi4:14b"], None,
            "3 of 4 models deleted. phi4:14b: Ollama says: “busy”",
        ),
        ([], ["phi4:14b"], None, "phi4:14b: Ollama says: “busy”"),
    ],
)  # fmt: skip
def test_delete_result(
    deleted: list[str], failed: list[str], freed_bytes: int | None, shown: str
) -> None:
    error = e.ServerFailed("", "busy")
    outcome = DeleteOutcome(
        tuple(ref(name) for name in deleted),
        tuple(Failure(Verb.DELETE, ref(name), error) for name in failed),
    )
    freed = None if freed_bytes is None else Freed(freed_bytes, freed_bytes, is_exact=True)
    assert plain(text.delete_result(outcome, freed)) == shown


def test_what_a_delete_freed_is_a_bound_where_layers_are_not_known() -> None:
    bound = Freed(5_200_000_000, 5_200_000_000, is_exact=False)
    one, two = ref("a"), ref("b")
    result = text.delete_result(DeleteOutcome((one,), ()), bound)
    assert plain(result) == "Deleted a, up to 5.2 GB freed."
    result = text.delete_result(DeleteOutcome((one, two), ()), bound)
    assert plain(result) == "2 models deleted, up to 5.2 GB freed."


def test_what_somebody_else_deleted_is_gone_as_wished() -> None:
    one, two = ref("a"), ref("b")
    assert text.delete_result(DeleteOutcome((), (), (one,)), None) == "Already gone: a."
    result = text.delete_result(DeleteOutcome((one,), (), (two,)), None)
    assert result == "Deleted a. Already gone: b."


@pytest.mark.parametrize(
    ("count", "more"),
    [
        (1, ""),
        (2, "… and 1 more error since then."),
        (3, "… and 2 more errors since then."),
        (1235, "… and 1,234 more errors since then."),
    ],
)
def test_crashes_are_counted(count: int, more: str) -> None:
    message = text.crash_report(Crashes(("Traceback one\n", "Traceback two\n"), count))
    first, *rest = message.body.splitlines()
    assert first == "Ollama Tray keeps running, but something it was doing failed."
    assert rest == ([more] if more else [])
    assert message.details == "Traceback one\n\nTraceback two\n"


def test_a_reason_is_brief_while_it_is_tried_again() -> None:
    page = pull_error("x", "pull model manifest: invalid character '<' looking for beginning")
    expected = "A web page answers instead of ollama.com, perhaps a login page"
    assert text.pull_error_reason(page, is_final=False) == expected
    limited = pull_error("x", "429: slow")
    expected = "ollama.com isn’t accepting any more requests for now."
    assert text.pull_error_reason(limited, is_final=False) == expected


NAS_AWAY = "“studio” is reachable, but Ollama behind it "


@pytest.mark.parametrize(
    ("error", "while_trying", "in_the_end"),
    [
        (
            e.ProxyFailed(NAS, "", 502),
            "“studio” has a problem (HTTP status 502).",
            NAS_AWAY + "doesn’t answer (HTTP 502).",
        ),
        (
            e.ProxyFailed(NAS, "", 524),
            "“studio” has a problem (HTTP status 524).",
            NAS_AWAY + "took too long (HTTP 524).",
        ),
        (
            e.ProxyFailed(NAS, "", 429),
            "“studio” takes no more requests for now.",
            "“studio” is getting too many requests and isn’t letting any through (HTTP 429).",
        ),
        (
            e.ProxyFailed(NAS, "", 200),
            "“studio” answers with a web page.",
            "“studio” answered with a web page instead of what was asked for.",
        ),
        (
            e.ProxyFailed(NAS, "", 413, "Too big"),
            "“studio” has a problem (HTTP status 413).",
            "Something in front of Ollama on “studio” refused this (HTTP 413). It says: “Too big”",
        ),
        (e.Unauthorized("x", "", was_given=True), "“studio” refuses the password or token.", ""),
        (
            e.Unauthorized("x", "", takes_password=True),
            "“studio” wants a sign-in with a name and a password.",
            "",
        ),
        (
            e.Forbidden("x", "", is_by_front=True),
            "“studio” doesn’t let Ollama Tray in (HTTP 403).",
            "",
        ),
        (
            e.Moved(NAS, "", "https://nas:11434", wants_https=True),
            "“studio” wants https.",
            "“studio” wants https. Use the address https://nas:11434",
        ),
        (
            e.TlsFailed(NAS, "certificate has expired", e.TlsReason.EXPIRED),
            "The certificate of “studio” can’t be trusted: it has expired.",
            "",
        ),
    ],
)
def test_a_pull_says_of_what_is_in_front_of_ollama_what_the_other_calls_say(
    error: e.OllamaError, while_trying: str, in_the_end: str
) -> None:
    assert text.pull_error_reason(error, "studio", is_final=False) == while_trying
    assert text.pull_error_reason(error, "studio") == (in_the_end or while_trying)
    said = text.error_text(error, "studio", address=NAS)
    assert text.pull_error_reason(error, "studio") in f"{said.body} {said.hint}"


def test_who_asks_to_wait_is_quoted_with_the_time() -> None:
    error = e.ProxyFailed(NAS, "", 429)
    error.named_wait_s = 120
    assert text.error_text(error, "studio").hint == "Try again in 2\N{NO-BREAK SPACE}min."


def test_what_is_not_ollama_below_a_path_may_be_without_it() -> None:
    message = text.error_text(e.NotOllama("http://nas:11434/v1beta", "404"))
    assert message.hint == "Try its address without /v1beta."
    assert text.error_text(e.NotOllama("http://nas:11434", "404")).hint == ""


def test_what_is_not_ollama_may_be_the_proxy() -> None:
    error = e.NotOllama("http://nas:11434", "418 teapot", 418, proxy="http://proxy:3128")
    said = text.error_text(error).hint
    assert said == (
        "The answer came through the proxy http://proxy:3128, which may have given it itself."
    )


def test_an_answer_that_is_unreadable_as_a_whole_has_no_field() -> None:
    whole = "“studio” sent something Ollama Tray can’t read."
    for field in ("", "body", "head"):
        assert text.error_text(e.BadAnswer("x", "", field), "studio", address=NAS).body == whole
    assert "“size”" in text.error_text(e.BadAnswer("x", "", "size"), "studio", address=NAS).body


def test_every_reason_of_a_failed_handshake_has_words_of_its_own() -> None:
    said = [text.error_text(e.TlsFailed("", "", reason)).body for reason in e.TlsReason]
    assert len(set(said)) == len(said)
