"""Every sentence made from data: sizes, times, errors, downloads, notices. The only wording.

Callers use this package's names; which file they live in is nobody's business but its own.
Works without an application object. Text from servers leaves here as plain text.
"""

from tray_app.text.addresses import is_loopback, server_name
from tray_app.text.errors import delete_result, error_text, failure_text
from tray_app.text.messages import Action, Message, action_label, ollama_says
from tray_app.text.names import name_problem, origin_line, registry_name, short_name, taken_from
from tray_app.text.plain import one_line, shortened, tooltip, visible
from tray_app.text.pull_errors import pull_error_reason
from tray_app.text.times import (
    about_time_left,
    age,
    clock_time,
    day_and_time,
    elapsed,
    full_time,
    is_forever,
    long_date,
    roughly,
    seconds_ago,
    seconds_until,
    spoken_time,
    time_left,
)
from tray_app.text.units import (
    amount,
    exact_size,
    percent,
    percent_of,
    size,
    speed,
    spoken_size,
)
from tray_app.text.wording import MISSING, configure, dotted, join, locale, number, tr

__all__ = [
    "MISSING",
    "Action",
    "Message",
    "about_time_left",
    "action_label",
    "age",
    "amount",
    "clock_time",
    "configure",
    "day_and_time",
    "delete_result",
    "dotted",
    "elapsed",
    "error_text",
    "exact_size",
    "failure_text",
    "full_time",
    "is_forever",
    "is_loopback",
    "join",
    "locale",
    "long_date",
    "name_problem",
    "number",
    "ollama_says",
    "one_line",
    "origin_line",
    "percent",
    "percent_of",
    "pull_error_reason",
    "registry_name",
    "roughly",
    "seconds_ago",
    "seconds_until",
    "server_name",
    "short_name",
    "shortened",
    "size",
    "speed",
    "spoken_size",
    "spoken_time",
    "taken_from",
    "time_left",
    "tooltip",
    "tr",
    "visible",
]
