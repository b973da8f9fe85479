"""What is said of a model's last use. Never that it is unused: short uses can be missed."""

from __future__ import annotations

from datetime import datetime

from tray_app.core.use.ledger import Known, LastUse
from tray_app.text.times import age, day, seconds_ago
from tray_app.text.wording import MISSING, fill, number, tr

_DAY_S = 86_400


def last_used(use: LastUse, now: datetime) -> str:
    """For a cell: "2 h ago", "Before 3 Mar"."""
    if use.known is Known.NOW:
        return tr("Loaded now")
    if use.known is Known.NOT_YET:
        return tr("Not yet", "used")
    if use.at is None:
        return MISSING
    if use.known is Known.BEFORE:
        return fill(tr("Before {date}"), date=day(use.at, with_year=False, is_short=True))
    return used_ago(use.at, now)


def last_used_fact(use: LastUse, now: datetime) -> str:
    """For the details: "4 min ago, on 38 of 61 days"; "" = nobody watches."""
    words = last_used(use, now)
    if words == MISSING or not use.used_days:
        return "" if words == MISSING else words
    counts = {"used": number(use.used_days), "days": number(use.watched_days)}
    return fill(tr("{ago}, on {used} of {days} days"), ago=words, **counts)


def used_ago(moment: datetime, now: datetime) -> str:
    """ "20 min ago", "2 h ago", "Yesterday", "5 days ago"."""
    seconds = max(0.0, (now - moment).total_seconds())
    if seconds < 3600:
        return seconds_ago(max(60.0, seconds))
    if seconds < _DAY_S:
        return seconds_ago(seconds // 3600 * 3600)
    return age(moment, now)


def last_used_sentence(use: LastUse, now: datetime) -> str:
    """For a tooltip and the page that frees space; "" = there is nothing to say."""
    if use.known is Known.USED and use.at is not None:
        words = tr(
            "Last used {ago}, on {used} of %Ln days Ollama Tray was running. "
            "Short uses can be missed.",
            "",
            use.watched_days,
        )
        return fill(words, ago=within_a_sentence(used_ago(use.at, now)), used=number(use.used_days))
    if use.known in (Known.BEFORE, Known.NOT_YET) and use.at is not None:
        words = tr(
            "Not seen in memory on any of the %Ln days Ollama Tray was running, since {date}.",
            "",
            use.watched_days,
        )
        return fill(words, date=day(use.at, with_year=False))
    if use.known is Known.NOW:
        return tr("It is in memory now.")
    return ""


def within_a_sentence(ago: str) -> str:
    """The same for the middle of a sentence."""
    return tr("yesterday") if ago == tr("Yesterday") else ago
