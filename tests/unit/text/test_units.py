import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from tray_app import text
from tray_app.text import speed_scale, spoken_trail


def plain(shown: str) -> str:
    """The text with ordinary spaces, which read better in a table."""
    return shown.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("count_bytes", "decimal", "binary"),
    [
        (None, "—", "—"),
        (-1, "—", "—"),
        (0, "0 B", "0 B"),
        (487, "487 B", "487 B"),
        (999, "999 B", "999 B"),
        (1000, "1 KB", "1000 B"),
        (1023, "1.0 KB", "1023 B"),
        (1024, "1.0 KB", "1.00 KiB"),
        (1700, "1.7 KB", "1.66 KiB"),
        (99_949, "99 KB", "97.6 KiB"),
        (99_950, "99 KB", "97.6 KiB"),
        (999_499, "999 KB", "976 KiB"),
        (999_500, "999 KB", "976 KiB"),
        (1_048_575, "1.0 MB", "1.00 MiB"),
        (274_302_450, "274 MB", "262 MiB"),
        (274_999_999, "274 MB", "262 MiB"),  # cut, as `ollama list` does
        (1_999_999_999, "2.0 GB", "1.86 GiB"),  # below ten it is rounded
        (2_000_000_000, "2 GB", "1.86 GiB"),
        (9_949_999_999, "9.9 GB", "9.27 GiB"),
        (9_950_000_001, "10.0 GB", "9.27 GiB"),
        (10_999_999_999, "10 GB", "10.2 GiB"),
        (4_661_224_676, "4.7 GB", "4.34 GiB"),
        (9_000_000_000, "9 GB", "8.38 GiB"),
        (42_500_000_000, "42 GB", "39.6 GiB"),
        (212_000_000_000, "212 GB", "197 GiB"),
        (2**63 - 1, "9.2 EB", "8.00 EiB"),
    ],
)
def test_size(count_bytes: int | None, decimal: str, binary: str) -> None:
    assert plain(text.size(count_bytes)) == decimal
    assert plain(text.size(count_bytes, "binary")) == binary
    text.configure("binary")
    assert plain(text.size(count_bytes)) == binary
    assert plain(text.size(count_bytes, "decimal")) == decimal


# Bytes, and what `ollama list` 0.32.1 printed for a model of so many.
OLLAMAS = (
    (0, "0 B"), (1, "1 B"), (999, "999 B"), (1000, "1 KB"), (1001, "1.0 KB"), (1023, "1.0 KB"),
    (1024, "1.0 KB"), (1049, "1.0 KB"), (1050, "1.1 KB"), (1051, "1.1 KB"), (1949, "1.9 KB"),
    (1950, "1.9 KB"), (9949, "9.9 KB"), (9950, "9.9 KB"), (9999, "10.0 KB"), (10000, "10 KB"),
    (99949, "99 KB"), (99999, "99 KB"), (999499, "999 KB"), (999500, "999 KB"), (999999, "999 KB"),
    (1000000, "1 MB"), (1049999, "1.0 MB"), (1050000, "1.1 MB"), (1250000, "1.2 MB"),
    (1350000, "1.4 MB"), (274302450, "274 MB"), (274999999, "274 MB"), (299999999, "299 MB"),
    (4661224676, "4.7 GB"), (9949999999, "9.9 GB"), (9950000000, "9.9 GB"),
    (9960000000, "10.0 GB"), (9999999999, "10.0 GB"), (10000000000, "10 GB"),
    (15700000000, "15 GB"), (42549999999, "42 GB"), (999999999999, "999 GB"),
    (1000000000000, "1 TB"), (1250000000000, "1.2 TB"), (99999999999999, "99 TB"),
    (455337647, "455 MB"), (20456868371, "20 GB"), (113029175954, "113 GB"),
    (12590962907008, "12 TB"), (19257069104, "19 GB"), (6611765677099, "6.6 TB"), (2, "2 B"),
    (2965889, "3.0 MB"), (12961592581941, "12 TB"), (1048929473, "1.0 GB"),
    (3330556728911, "3.3 TB"), (37, "37 B"), (3311766, "3.3 MB"), (2675, "2.7 KB"),
    (36163956, "36 MB"), (95012886, "95 MB"), (1029, "1.0 KB"), (7670, "7.7 KB"),
    (5460100897609, "5.5 TB"), (44013284354, "44 GB"), (165, "165 B"), (120321484329, "120 GB"),
    (84, "84 B"), (382463534, "382 MB"), (57, "57 B"), (1295764124784, "1.3 TB"), (815, "815 B"),
    (988, "988 B"), (45253629062328, "45 TB"), (1338036435163, "1.3 TB"), (10503, "10 KB"),
    (23149629590378, "23 TB"), (31275640, "31 MB"), (2641457538, "2.6 GB"), (702, "702 B"),
    (12010647335641, "12 TB"), (3980365757, "4.0 GB"),
)  # fmt: skip


def test_sizes_are_those_of_ollama_list() -> None:
    assert [(count, plain(text.size(count))) for count, _ in OLLAMAS] == list(OLLAMAS)


def test_number_and_unit_never_part() -> None:
    assert text.size(9_000_000_000) == "9\u00a0GB"
    assert text.elapsed(76) == "1\u00a0min 16\u00a0s"


@given(st.integers(0, 2**70))
def test_a_size_is_never_off_by_more_than_it_shows(count_bytes: int) -> None:
    for units, base in (("decimal", 1000), ("binary", 1024)):
        value, unit = text.size(count_bytes, units).split("\u00a0")
        rank = ("B", "KB", "MB", "GB", "TB", "PB", "EB").index(unit.replace("iB", "B"))
        digits = len(value.partition(".")[2])
        error = abs(float(value) - count_bytes / base**rank)
        is_cut = units == "decimal" and not digits
        assert error <= (1 if is_cut else 0.51) / 10**digits * (1 + 1e-9)
        assert rank == 6 or float(value) < base
        assert re.fullmatch(r"\d{1,4}(\.\d{1,2})?", value)


@given(st.integers(0, 2**63), st.integers(0, 2**63))
def test_a_bigger_size_never_reads_smaller(one: int, other: int) -> None:
    def rank(count: int) -> float:
        value, unit = text.size(count).split("\u00a0")
        return float(value) * 1000.0 ** ("B", "KB", "MB", "GB", "TB", "PB", "EB").index(unit)

    small, big = sorted((one, other))
    assert rank(small) <= rank(big) * (1 + 1e-12)


def test_exact_size_has_the_bytes_and_both_units() -> None:
    shown = plain(text.exact_size(4_661_224_676))
    assert shown == "4,661,224,676 bytes (4.7 GB, 4.34 GiB)"
    assert text.exact_size(None) == "—"


def test_locale_decides_on_the_decimal_point(german: None) -> None:
    assert plain(text.size(4_661_224_676)) == "4,7 GB"
    assert plain(text.amount(6_100_000_000, 9_300_000_000)) == "6,1 of 9,3 GB"
    assert text.number(151936) == "151.936"


def test_the_nameless_locale_groups_digits() -> None:
    QLocale.setDefault(QLocale.c())
    text.configure()
    assert text.number(151936) == "151,936"


@pytest.mark.parametrize(
    ("completed", "total", "shown"),
    [
        (6_100_000_000, 9_300_000_000, "6.1 of 9.3 GB"),
        (645_000_000, 8_000_000_000, "0.6 of 8 GB"),
        (12_000_000, 9_300_000_000, "12 MB of 9.3 GB"),
        (0, 9_300_000_000, "0 of 9.3 GB"),
        (120, 120, "120 of 120 B"),
        (5, None, "5 B"),
        (211_900_000_000, 212_000_000_000, "211 of 212 GB"),
        (9_840_000_000, 15_700_000_000, "9.8 of 15 GB"),
        (299_999_999, 300_000_000, "299 of 300 MB"),
        (9_960_000_000, 9_960_000_000, "10.0 of 10.0 GB"),
        (50_000_000_000, 212_000_000_000, "50 of 212 GB"),
    ],
)
def test_amount(completed: int, total: int | None, shown: str) -> None:
    assert plain(text.amount(completed, total)) == shown


def test_amount_in_binary_units_keeps_one_unit() -> None:
    text.configure("binary")
    assert plain(text.amount(500 * 2**20, 8 * 2**30)) == "0.4 of 8.00 GiB"


def test_amount_of_an_unknown_total_says_so() -> None:
    assert plain(text.amount(10**9, 2 * 10**9, is_total_known=False)) == "1.0 of 2 GB so far"


def test_speed_and_percent() -> None:
    assert plain(text.speed(41_800_000.4)) == "41 MB/s"
    assert text.speed(None) == ""
    assert text.percent(669) == "66%"
    assert text.percent(1000) == "100%"
    assert text.percent(None) == ""


def test_spoken_size() -> None:
    assert text.spoken_size(5_200_000_000) == "5.2 gigabytes"
    assert text.spoken_size(1_000_000) == "1 megabyte"
    assert text.spoken_size(1_000_001) == "1.0 megabytes"
    assert text.spoken_size(1) == "1 byte"
    assert text.spoken_size(10**18) == "1 EB"
    assert text.spoken_size(2**63 - 1) == "9.2 EB"
    assert text.spoken_size(None) == "unknown size"


@pytest.mark.parametrize(
    ("peak", "top"),
    [(0, 1), (1, 1), (3, 5), (6, 10), (999, 1000), (1000, 1000), (1001, 2000), (47.1e6, 50e6),
     (50e6, 50e6), (50.1e6, 100e6), (1.2e9, 2e9)],
)  # fmt: skip
def test_the_top_of_a_scale_is_a_round_number(peak: float, top: float) -> None:
    assert speed_scale(peak) == top


def test_a_scale_in_1024s_is_round_there() -> None:
    text.configure("binary")
    try:
        assert speed_scale(47.1e6) == 50 * 1024**2
        assert text.speed(speed_scale(47.1e6)).replace("\u00a0", " ") == "50.0 MiB/s"
    finally:
        text.configure("decimal")


@given(st.floats(0, 1e15))
def test_no_speed_is_above_the_scale_and_it_is_not_far_below(peak: float) -> None:
    assert peak <= speed_scale(peak) <= max(1.0, peak * 2.6)


def test_a_spoken_graph() -> None:
    assert spoken_trail(47.1e6, 40.2e6).replace("\u00a0", " ") == (
        "On average 40 MB per second, at most 47 MB"
    )


@pytest.mark.parametrize(
    ("count_bytes", "decimal", "binary"),
    [
        (999, "999 B", "999 B"),
        (1_310_000_000, "1.4 GB", "1.23 GiB"),
        (1_300_000_000, "1.3 GB", "1.22 GiB"),
        (14_000_000_000, "14 GB", "13.1 GiB"),
        (14_000_000_001, "15 GB", "13.1 GiB"),
        (99_500_000, "100 MB", "94.9 MiB"),
        (999_999_999_999, "1 TB", "932 GiB"),
        (9_950_000_001, "10 GB", "9.27 GiB"),
        (1024**3 - 1, "1.1 GB", "1.00 GiB"),
        (2**63 - 1, "9.3 EB", "8.00 EiB"),
    ],
)
def test_what_room_is_to_be_made_for_is_never_less_than_it_is(
    count_bytes: int, decimal: str, binary: str
) -> None:
    assert plain(text.size_wanted(count_bytes)) == decimal
    text.configure("binary")
    assert plain(text.size_wanted(count_bytes)) == binary


@given(st.integers(0, 2**63 - 1), st.sampled_from(("decimal", "binary")))
def test_room_that_was_made_as_told_is_enough(count_bytes: int, units: str) -> None:
    text.configure(units)
    value, _, unit = plain(text.size_wanted(count_bytes)).partition(" ")
    factor = 1024 if units == "binary" else 1000
    told = Fraction(value) * factor ** "BKMGTPE".index(unit[0])
    assert count_bytes <= told <= count_bytes * Fraction(11, 10)


def test_what_is_too_much_never_reads_as_if_it_fitted() -> None:
    assert plain(text.amount_wanted(15_900_000_000, 15_500_000_000)) == "16 of 15 GB"
    assert plain(text.amount_wanted(40_000_000_000, 32_000_000_000)) == "40 of 32 GB"
