"""The AppStream metainfo: the file of resources/desktop with addresses, pictures and releases."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from kit import changelog, home
from kit.project import APP_ID, BuildError

PICTURES = ".github/pictures"
# picture → caption in English and in Chinese; software centers show the first one in their lists
SCREENSHOTS = {
    "main-light.png": (
        "The models of a server, and downloads that go on",
        "服务器上的模型，以及进行中的下载",
    ),
    "pull-light.png": (
        "What a download takes, before it starts",
        "下载开始之前，先看它需要什么",
    ),
    "details-light.png": (
        "What a model is, what it can do, and what it holds in memory and on disk",
        "模型是什么、能做什么，以及占用多少内存和磁盘",
    ),
    "updates-light.png": (
        "Models of which there is a newer version",
        "有新版本的模型",
    ),
    "space-light.png": (
        "What deleting would free, and when each model was last used",
        "删除能释放多少空间，以及每个模型上次使用的时间",
    ),
}


def metainfo(source: Path) -> str:
    """The metainfo as it is installed."""
    text = (source / "resources" / "desktop" / f"{APP_ID}.metainfo.xml").read_text(encoding="utf-8")
    parts = {
        "  <?urls?>": _urls(),
        "  <?screenshots?>": _screenshots(),
        "  <releases/>": changelog.appstream_releases(source / "CHANGELOG.md"),
    }
    for gap, part in parts.items():
        if text.count(gap) != 1:
            raise BuildError(f"the metainfo has no single “{gap.strip()}”")
        text = text.replace(gap, part)
    return text


def _urls() -> str:
    ours = home.read()
    addresses = {
        "homepage": ours.homepage,
        "bugtracker": ours.issues,
        "help": ours.documentation,
        "translate": ours.translate,
        "vcs-browser": ours.source,
    }
    lines = (f'  <url type="{kind}">{escape(to)}</url>' for kind, to in addresses.items())
    return "\n".join(lines)


def _screenshots() -> str:
    lines = ["  <screenshots>"]
    for name, (english, chinese) in SCREENSHOTS.items():
        kind = "" if len(lines) > 1 else ' type="default"'
        address = home.read().source_file(f"{PICTURES}/{name}")
        lines += [
            f"    <screenshot{kind}>",
            f"      <caption>{escape(english)}</caption>",
            f'      <caption xml:lang="zh_CN">{escape(chinese)}</caption>',
            f'      <image type="source">{escape(address)}</image>',
            "    </screenshot>",
        ]
    return "\n".join([*lines, "  </screenshots>"])
