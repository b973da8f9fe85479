"""The words of each verdict, as the specification has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tray_app import text
from tray_app.core.records import LayerKind as K
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.facts import CheckState
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.core.updates.schedule import Every
from tray_app.core.updates.verdicts import Marks, Standing, Verdict
from tray_app.text import Subject

S = Standing
GB = 1_000_000_000
# The clock of the reader is that of the test: times are made here, not in UTC.
NOW = datetime(2026, 11, 24, 12, 0).astimezone()
CHECKED = datetime(2026, 11, 24, 9, 0).astimezone()
PUSHED = datetime(2026, 11, 24, 8, 0).astimezone()
LONG_AGO = datetime(2026, 11, 3, 9, 0).astimezone()
PINNED, SKIPPED, BACKUP = Marks(is_pinned=True), Marks(is_skipped=True), Marks(is_backup=True)
SUBJECT = Subject("mistral:7b", "studio", "0.32.1")
HF = Subject("hf.co/me/x:q4", "studio", "0.32.1")
BASE = Verdict(S.CURRENT, "a" * 64, "b" * 64, CHECKED, PUSHED)
CURRENT = BASE
WEIGHTS = replace(
    BASE, standing=S.WEIGHTS, total_bytes=47 * GB // 10, here_bytes=47 * GB // 10,
    fetch_bytes=44 * GB // 10, parts=(K.MODEL,),
)  # fmt: skip
REBUILT = replace(WEIGHTS, total_bytes=226 * GB // 10, here_bytes=239 * GB // 10)
SMALL = replace(WEIGHTS, standing=S.SMALL, fetch_bytes=2000, parts=(K.TEMPLATE,))
CHANGED = replace(WEIGHTS, standing=S.CHANGED)
NEEDS = replace(WEIGHTS, standing=S.NEEDS_SERVER, requires="0.34.0")
ABSENT = replace(BASE, standing=S.ABSENT, pushed_at=None)
PRIVATE = replace(ABSENT, is_private=True)
UNKNOWN = Verdict()
GONE = AnswerKind.UNREACHABLE


def plain(words: str) -> str:
    return words.replace("\u00a0", " ").replace("\u200b", "")


@pytest.mark.parametrize(
    ("verdict", "marks", "badge"),
    [
        (CURRENT, Marks(), ""),
        (WEIGHTS, Marks(), "Update"),
        (SMALL, Marks(), "Update"),
        (CHANGED, Marks(), ""),
        (NEEDS, Marks(), "Needs 0.34"),
        (replace(NEEDS, requires=""), Marks(), "Needs a newer Ollama"),
        (replace(NEEDS, requires="v0.34.2"), Marks(), "Needs 0.34.2"),
        (ABSENT, Marks(), ""),
        (replace(BASE, standing=S.MADE_HERE), Marks(), ""),
        (UNKNOWN, Marks(), ""),
        (UNKNOWN.failed(GONE), Marks(), ""),
        (WEIGHTS.failed(GONE), Marks(), "Update"),
        (replace(BASE, standing=S.CLOUD), Marks(), ""),
        (replace(BASE, standing=S.NOT_ASKED), Marks(), ""),
        (WEIGHTS, PINNED, "Pinned"),
        (CURRENT, PINNED, "Pinned"),
        (WEIGHTS, SKIPPED, ""),
        (NEEDS, SKIPPED, ""),
        (UNKNOWN, BACKUP, "Old version"),
    ],
)
def test_the_badge(verdict: Verdict, marks: Marks, badge: str) -> None:
    assert text.update_badge(verdict, marks) == badge


@pytest.mark.parametrize(
    ("verdict", "marks", "tooltip"),
    [
        (WEIGHTS, Marks(), "Newer version: 4.4 GB of 4.7 GB to download"),
        (replace(WEIGHTS, fetch_bytes=None), Marks(), "Newer version: 4.7 GB to download"),
        (replace(WEIGHTS, fetch_bytes=47 * GB // 10), Marks(), "Newer version: 4.7 GB to download"),
        (replace(WEIGHTS, fetch_bytes=0), Marks(), "Newer version: nothing to download"),
        (REBUILT, Marks(), "Rebuilt: 22 GB instead of 23 GB"),
        (replace(REBUILT, here_bytes=REBUILT.total_bytes + 1, fetch_bytes=GB), Marks(),
         "Newer version: 1 GB of 22 GB to download"),
        (SMALL, Marks(), "Only the template changed: 2 KB"),
        (replace(SMALL, parts=(K.SYSTEM,)), Marks(), "Only the system prompt changed: 2 KB"),
        (replace(SMALL, parts=(K.PARAMS,)), Marks(), "Only the parameters changed: 2 KB"),
        (replace(SMALL, parts=(K.LICENSE,)), Marks(), "Only the license changed: 2 KB"),
        (replace(SMALL, parts=(K.MESSAGES,)), Marks(), "Only the example messages changed: 2 KB"),
        (replace(SMALL, parts=(K.CONFIG,)), Marks(), "Only the configuration changed: 2 KB"),
        (replace(SMALL, parts=()), Marks(), "Only small parts changed: 2 KB"),
        (replace(SMALL, parts=(), fetch_bytes=0), Marks(), "Only small parts changed"),
        (replace(SMALL, parts=(K.TEMPLATE, K.LICENSE), fetch_bytes=3000), Marks(),
         "Template and license changed: 3 KB"),
        (replace(SMALL, parts=(K.SYSTEM, K.PARAMS, K.OTHER)), Marks(),
         "System prompt and parameters changed: 2 KB"),
        (NEEDS, Marks(), "A newer version needs Ollama 0.34. “studio” runs 0.32.1."),
        (replace(NEEDS, requires=""), Marks(),
         "A newer version needs a newer Ollama. “studio” runs 0.32.1."),
        (CURRENT, PINNED, "Left out of “Update all”"),
        (CHANGED, PINNED, "Left out of “Update all”"),
        (WEIGHTS, PINNED, "Left out of “Update all”. A newer version is there."),
        (WEIGHTS, SKIPPED, ""),
        (CURRENT, Marks(), ""),
        (CHANGED, Marks(), ""),
        (UNKNOWN, BACKUP, ""),
    ],
)  # fmt: skip
def test_the_tooltip(verdict: Verdict, marks: Marks, tooltip: str) -> None:
    assert plain(text.update_tooltip(verdict, SUBJECT, marks)) == tooltip


@pytest.mark.parametrize(
    ("verdict", "subject", "marks", "line"),
    [
        (CURRENT, SUBJECT, Marks(), "Up to date, checked today, 09:00"),
        (
            replace(CURRENT, checked_at=LONG_AGO).failed(GONE),
            SUBJECT,
            Marks(),
            "Up to date on 3 November",
        ),
        (WEIGHTS, SUBJECT, Marks(), "Newer version: 4.4 GB of 4.7 GB to download"),
        (WEIGHTS, SUBJECT, PINNED, "Newer version: 4.4 GB of 4.7 GB to download (pinned)"),
        (WEIGHTS, SUBJECT, SKIPPED, "Version of 24 November: skipped"),
        (SMALL, SUBJECT, Marks(), "Only the template changed: 2 KB"),
        (
            CHANGED,
            SUBJECT,
            Marks(),
            "Differs from ollama.com. It may be older there, or was changed here.",
        ),
        (
            CHANGED,
            HF,
            Marks(),
            "Differs from Hugging Face. It may be older there, or was changed here.",
        ),
        (NEEDS, SUBJECT, Marks(), "A newer version needs Ollama 0.34. “studio” runs 0.32.1."),
        (ABSENT, SUBJECT, Marks(), "Not at ollama.com under this name"),
        (PRIVATE, HF, Marks(), "Private or gone at Hugging Face"),
        (replace(BASE, standing=S.MADE_HERE), SUBJECT, Marks(), "Made on this server"),
        (UNKNOWN, SUBJECT, Marks(), "Not checked yet"),
        (UNKNOWN.failed(GONE), SUBJECT, Marks(), "Couldn’t check (no answer from ollama.com)"),
        (replace(BASE, standing=S.CLOUD), SUBJECT, Marks(), "Runs on ollama.com"),
        (replace(BASE, standing=S.NOT_ASKED), SUBJECT, Marks(), "Not looked up"),
        (UNKNOWN, SUBJECT, BACKUP, "An old version that is kept"),
    ],
)
def test_the_line_of_details(verdict: Verdict, subject: Subject, marks: Marks, line: str) -> None:
    assert plain(text.verdict_line(verdict, subject, NOW, marks)) == line


@pytest.mark.parametrize(
    ("verdict", "subject", "title", "body"),
    [
        (CURRENT, SUBJECT, "Up to date",
         "Published on 24 November 2026. Checked today, 09:00."),
        (replace(CURRENT, pushed_at=None), SUBJECT, "Up to date", "Checked today, 09:00."),
        (WEIGHTS, SUBJECT, "Newer version: 4.4 GB of 4.7 GB to download",
         "Published on ollama.com on 24 November 2026. Checked today, 09:00."),
        (replace(WEIGHTS, fetch_bytes=0), SUBJECT, "Newer version: nothing to download",
         "Published on ollama.com on 24 November 2026. Checked today, 09:00."),
        (REBUILT, SUBJECT, "Rebuilt: 22 GB instead of 23 GB",
         "Published on ollama.com on 24 November 2026. Checked today, 09:00."),
        (SMALL, SUBJECT, "Only the template changed: 2 KB",
         "Published on ollama.com on 24 November 2026. Checked today, 09:00."),
        (CHANGED, SUBJECT, "Differs from ollama.com",
         "It may be older there, or was changed here. What differs is listed below."),
        (NEEDS, SUBJECT, "A newer version needs Ollama 0.34",
         "“studio” runs 0.32.1. Update Ollama there first."),
        (ABSENT, SUBJECT, "Not at ollama.com under this name",
         "Checked today, 09:00. It isn’t asked for again before 24 December."),
        (PRIVATE, HF, "Private or gone at Hugging Face",
         "hf.co answers that it has no such model, or hides it."),
        (replace(BASE, standing=S.MADE_HERE), replace(SUBJECT, parent="mistral:7b"),
         "Made on this server", "From mistral:7b. Not looked up anywhere."),
        (replace(BASE, standing=S.MADE_HERE), SUBJECT,
         "Made on this server", "Not looked up anywhere."),
        (UNKNOWN, SUBJECT, "Not checked yet", ""),
        (UNKNOWN.failed(AnswerKind.LIMITED), SUBJECT, "Not checked yet",
         "Couldn’t check: ollama.com takes no more questions for now."),
        (UNKNOWN.failed(AnswerKind.FAILING), SUBJECT, "Not checked yet",
         "Couldn’t check: ollama.com has a problem."),
        (UNKNOWN.failed(AnswerKind.UNUSABLE), SUBJECT, "Not checked yet",
         "Couldn’t check: no usable answer from ollama.com."),
        (replace(CURRENT, checked_at=LONG_AGO).failed(GONE), SUBJECT, "Up to date on 3 November",
         "Couldn’t check since then: no answer from ollama.com."),
        (replace(WEIGHTS, checked_at=LONG_AGO).failed(GONE), SUBJECT,
         "Newer version: 4.4 GB of 4.7 GB to download",
         ("Published on ollama.com on 24 November 2026. "
         "Couldn’t check since 3 November: no answer from ollama.com.")),
        (replace(BASE, standing=S.NOT_ASKED), Subject("registry.local:5000/me/x"), "Not looked up",
         "registry.local:5000 isn’t allowed in Settings, Updates."),
        (replace(BASE, standing=S.CLOUD), SUBJECT, "Runs on ollama.com",
         "Nothing is stored here, so there is nothing to update."),
    ],
)  # fmt: skip
def test_the_card(verdict: Verdict, subject: Subject, title: str, body: str) -> None:
    card = text.verdict_card(verdict, subject, NOW)
    assert (plain(card.title), plain(card.body)) == (title, body)


@pytest.mark.parametrize(
    ("check", "body"),
    [
        (CheckState(), ""),
        (CheckState(every=Every.DAY, next_at=NOW + timedelta(hours=2, minutes=40)),
         "ollama.com is asked once a day. Next time: today, 14:40."),
        (CheckState(every=Every.WEEK, next_at=NOW + timedelta(days=3)),
         "ollama.com is asked once a week. Next time: 27 November, 12:00."),
        (CheckState(every=Every.DAY, next_at=NOW), "ollama.com is asked once a day."),
        (CheckState(every=Every.NEVER), "ollama.com is only asked when you choose to check."),
    ],
)  # fmt: skip
def test_what_was_never_checked_says_when_it_is(check: CheckState, body: str) -> None:
    assert plain(text.verdict_card(UNKNOWN, SUBJECT, NOW, check=check).body) == body
    failed = text.verdict_card(UNKNOWN.failed(GONE), SUBJECT, NOW, check=check).body
    assert plain(failed) == f"Couldn’t check: no answer from ollama.com. {body}".strip()


def test_a_name_that_is_never_looked_up_says_who_wants_that() -> None:
    subject = replace(SUBJECT, is_never_asked=True)
    card = text.verdict_card(replace(BASE, standing=S.NOT_ASKED), subject, NOW)
    assert card.title == "Not looked up"
    assert card.body == "You chose that no registry is asked about this name."


def test_every_standing_has_words() -> None:
    for standing in Standing:
        verdict = replace(WEIGHTS, standing=standing)
        assert text.verdict_line(verdict, SUBJECT, NOW)
        assert text.verdict_card(verdict, SUBJECT, NOW).title


def test_what_we_made_tells_when() -> None:
    made = Made("local", "notes:latest", "a" * 64, MadeBy.CREATE, LONG_AGO, "mistral:7b")
    card = text.verdict_card(
        replace(BASE, standing=S.MADE_HERE), Subject("notes:latest", made=made), NOW
    )
    assert card.body == "From mistral:7b, on 3 November. Not looked up anywhere."


def test_a_kept_version_says_until_when() -> None:
    until = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    made = Made(
        "local", "llava:13b-before-2026-11-24", "a" * 64, MadeBy.BACKUP, NOW, "llava:13b", until
    )
    assert plain(text.kept_until_line(made, 74 * GB // 10)) == (
        "Kept until 1 December as llava:13b-before-2026-11-24. It holds 7.4 GB."
    )
    assert plain(text.kept_until_line(replace(made, keep_until=None), None)) == (
        "Kept as llava:13b-before-2026-11-24."
    )
