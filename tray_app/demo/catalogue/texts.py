"""The texts of the demo's models: templates, prompts, licenses and the server's recommendations.

They are files in texts/, read when they are first asked for; a package must bring them along.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("texts")


@cache
def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def template(name: str) -> str:
    """A prompt template, by the kind of its marks: template-….txt."""
    return _read(f"template-{name}.txt").removesuffix("\n")


def thinking_template() -> str:
    """The template of a model that can be told not to think."""
    end = "{{ end }}{{ .Response }}"
    no_thoughts = "{{ if and .IsThinkSet (not .Think) }}<think>\n\n</think>\n\n{{ end }}"
    start = "<|im_start|>assistant\n"
    return template("chatml").replace(f"{start}{end}", f"{start}{no_thoughts}{end}")


def meeting_notes_prompt() -> str:
    """A long system prompt."""
    return _read("system-meeting-notes.txt")


def apache_license() -> str:
    """The Apache License, Version 2.0, as several of the models carry it."""
    return _read("license-apache-2.0.txt")


def mit_license(year: int, holder: str) -> str:
    """The MIT license of a holder."""
    return _read("license-mit.txt").format(year=year, holder=holder)


def community_license(product: str, company: str, date: str) -> str:
    """An invented agreement, as long as the ones that real model makers attach."""
    text = _read("license-community.txt")
    return text.format(product=product, PRODUCT=product.upper(), company=company, date=date)


def recommendations() -> list[dict[str, Any]]:
    """What a server suggests to pull."""
    return list(json.loads(_read("recommendations.json")))
