"""ColumnLayout: which columns of the models table are shown, in which order and how wide.

Widths are worked out by hand: the Name column takes what is left, and columns hide themselves
when it would get too narrow, so that there is never a horizontal scroll bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tray_app.itemmodels.columns import COLUMNS, DEFAULT_KEYS, NUMBER

NAME_MIN = 220
MIN_WIDTH = 56
HEADER_ROOM = 32
HEADER_CAP = 160
_FIXED = frozenset({"name", "size"})
_OF_UPDATES = tuple(column.key for column in COLUMNS if column.is_of_updates)
_UNCHOSEN = frozenset({"name", *_OF_UPDATES})
_HIDE_ORDER = [
    column.key
    for column in sorted((c for c in COLUMNS if c.hide_rank), key=lambda column: column.hide_rank)
]


def fitting(widths: Mapping[str, int], available: int) -> tuple[str, ...]:
    """The keys of `widths`, in their order, that leave Name its least width."""
    shown = dict(widths)
    for key in _HIDE_ORDER:
        if sum(shown.values()) + NAME_MIN <= available:
            break
        shown.pop(key, None)
    return tuple(shown)


class ColumnLayout:
    """The choice of columns and their widths. `name` is always first and not in `widths`.

    `header_width` gives the width of a heading's text; `auto_server` adds the Server column in
    second place while several servers are shown, `auto_updates` what tells of updates behind Size.
    """

    def __init__(
        self, keys: Sequence[str] = DEFAULT_KEYS, widths: Iterable[tuple[str, int]] = ()
    ) -> None:
        self._keys: list[str] = []
        self._widths = {key: max(MIN_WIDTH, width) for key, width in widths if key in NUMBER}
        self.auto_server = False
        self.auto_updates = False
        self.set_keys(keys)

    @property
    def keys(self) -> tuple[str, ...]:
        """The chosen columns in their order, Name first."""
        return tuple(self._keys)

    @property
    def fixed_keys(self) -> frozenset[str]:
        """Those that are there whether they are chosen or not."""
        return _FIXED | {"server"} if self.auto_server else _FIXED

    @property
    def widths(self) -> tuple[tuple[str, int], ...]:
        """The widths that a person chose."""
        return tuple(sorted(self._widths.items()))

    def set_keys(self, keys: Sequence[str]) -> None:
        """Choose columns; unknown ones are dropped, Name and Size are always there."""
        wanted = [key for key in dict.fromkeys(keys) if key in NUMBER and key not in _UNCHOSEN]
        if "size" not in wanted:
            wanted.append("size")
        self._keys = ["name", *wanted]

    def toggle(self, key: str, is_on: bool) -> None:
        """Show a column at its usual place, or hide it."""
        if key in _FIXED or key in _UNCHOSEN:
            return
        if not is_on:
            self.set_keys([other for other in self._keys if other != key])
        elif key not in self._keys:
            usual = [column.key for column in COLUMNS]
            before = set(usual[: usual.index(key)])
            place = max(i for i, other in enumerate(self._keys) if other in before) + 1
            self.set_keys([*self._keys[:place], key, *self._keys[place:]])

    def set_width(self, key: str, width: int) -> None:
        """A person's own width."""
        self._widths[key] = max(MIN_WIDTH, width)

    def reset(self) -> None:
        """Back to the columns and widths of the first day."""
        self._widths.clear()
        self.set_keys(DEFAULT_KEYS)

    def arrange(
        self,
        available: int,
        header_widths: Mapping[str, int],
        least_widths: Mapping[str, int] | None = None,
    ) -> tuple[tuple[str, int], ...]:
        """The shown columns with their widths for `available` pixels, in order, Name first.

        `least_widths`: what columns need for words that are never cut, whoever chose their width.
        """
        least = least_widths or {}
        keys = [key for key in self._keys if key != "name"]
        if self.auto_server and "server" not in keys:
            keys.insert(0, "server")
        if self.auto_updates:
            place = keys.index("size") + 1
            keys[place:place] = _OF_UPDATES
        widths = {
            key: max(self._width(key, header_widths.get(key, 0)), least.get(key, 0)) for key in keys
        }
        shown = fitting(widths, available)
        rest = max(NAME_MIN, available - sum(widths[key] for key in shown))
        return (("name", rest), *((key, widths[key]) for key in shown))

    def _width(self, key: str, header_width: int) -> int:
        chosen = self._widths.get(key)
        if chosen is not None:
            return chosen
        default = COLUMNS[NUMBER[key]].width
        return max(default, min(header_width + HEADER_ROOM, HEADER_CAP))
