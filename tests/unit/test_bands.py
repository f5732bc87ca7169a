"""What is unlike an agency's others of that weekday is said; what is only small, seasonal or new is not."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import permutations

import numpy as np
import pytest

from tests.slots import ATTENDED, BOOKED, told
from wnb.bands import KEPT_DAYS, Counted, counted, outside, remembered
from wnb.terms import Outcome

MONDAY = date(2026, 3, 2)  # with no bank holiday in the eight Mondays before it


def mondays(*records: int, **parts: int) -> list[Counted]:
    """So many records on the Mondays before, the last a week ago."""
    return [
        Counted(MONDAY - timedelta(weeks=weeks), 100 - weeks, number, **parts)
        for weeks, number in enumerate(reversed(records), 1)
    ]


def said(past: Iterable[Counted], records: int, **parts: int) -> list[str]:
    return [one.words for one in outside([*past, Counted(MONDAY, 100, records, **parts)], MONDAY)]


USUAL = mondays(100, 104, 96, 100, 110, 98, 100, 102)


@pytest.mark.parametrize(("records", "strange"), [(100, 0), (70, 0), (140, 0), (68, 1), (0, 1), (142, 1), (1_000, 1)])
def test_a_volume_outside_the_band_of_its_weekday_is_said(records: int, strange: int) -> None:
    assert len(said(USUAL, records)) == strange


def test_only_less_is_a_drop() -> None:
    less, more = (outside([*USUAL, Counted(MONDAY, 100, records)], MONDAY)[0] for records in (10, 400))
    assert (less.fell, more.fell) == (True, False)
    assert less.words == ("10 records, where 100 are usual on a Monday: ask the agency whether the extract is whole")


def test_nothing_is_said_before_there_are_four_of_the_weekday() -> None:
    assert said(USUAL[:3], 0) == []
    assert said(USUAL[:4], 0) != []


def test_other_weekdays_say_nothing_of_this_one() -> None:
    """A quiet Monday after busy other days is a Monday."""
    others = [Counted(MONDAY - timedelta(days=n), n, 1_000) for n in range(1, 60) if n % 7]
    assert said([*mondays(5, 4, 6, 5, 5), *others], 5) == []


def test_what_only_jumps_about_is_inside_a_band_as_wide() -> None:
    assert said(mondays(100, 300, 20, 250, 60, 180, 40, 220), 330) == []


def test_of_small_numbers_chance_makes_anything_but_nothing_at_all() -> None:
    assert said(mondays(*[10] * 8), 2) == []
    assert said(mondays(*[10] * 8), 0) != []


def test_only_the_last_eight_are_compared() -> None:
    assert said(mondays(*[1_000] * 12, *[100] * 8), 100) == []


def test_one_backlog_in_the_past_moves_no_band() -> None:
    assert said(mondays(9_000, 100, 100, 100, 100), 100) == []
    assert said(mondays(9_000, 100, 100, 100, 100), 20) != []


def test_the_files_of_one_day_are_one_extract() -> None:
    halves = [Counted(c.extract_date, c.receipt + n, 50) for c in mondays(*[0] * 8) for n in (0, 1_000)]
    assert outside([*halves, Counted(MONDAY, 100, 50), Counted(MONDAY, 101, 50)], MONDAY) == ()
    assert outside([*halves, Counted(MONDAY, 100, 50)], MONDAY) != ()


@pytest.mark.parametrize("day", [date(2026, 4, 6), date(2026, 4, 7), date(2026, 8, 31)])
def test_a_bank_holiday_and_the_day_after_it_are_compared_with_nothing(day: date) -> None:
    past = [Counted(day - timedelta(weeks=n), n, 1_000) for n in range(1, 9)]
    assert outside([*past, Counted(day, 100, 0)], day) == ()
    week_later = day + timedelta(weeks=1)
    assert outside([*past, Counted(week_later, 100, 0)], week_later) != ()


# ---------------------------------------------------------------- what it holds


@pytest.mark.parametrize(
    ("part", "share", "strange"),
    [
        ("missed", 10, False), ("missed", 19, False), ("missed", 24, True), ("missed", 0, True),
        ("unknown", 10, False), ("unknown", 24, True), ("unknown", 0, False),
        ("unverified", 10, False), ("unverified", 24, True), ("unverified", 0, False),
    ],
)  # fmt: skip
def test_a_share_outside_its_band_is_said_and_fewer_faults_are_none(part: str, share: int, strange: bool) -> None:
    """Ten in a hundred are usual. That nobody is missed any more is a code gone wrong until somebody has asked."""
    past = mondays(*[100] * 8, offered=100, **{part: 10})
    words = said(past, 100, offered=100, **{part: share})
    assert bool(words) is strange
    if words:
        assert f"{share}% of 100 rows" in words[0]
        assert "10% is usual on a Monday" in words[0]


def test_a_share_of_a_few_rows_says_nothing() -> None:
    past = mondays(*[19] * 8, offered=19, missed=1)
    assert said(past, 19, offered=19, missed=19) == []


def test_what_is_counted_of_a_delivery() -> None:
    outcomes = (ATTENDED, BOOKED, Outcome.NOT_ATTENDED, Outcome.CANCELLED_BY_FAMILY)
    rows = told(1, *((f"A{at}", at, outcome) for at, outcome in enumerate(outcomes, 1))).delivered().rows
    assert counted(MONDAY, 7, 6, rows, 1, 2) == Counted(MONDAY, 7, 6, missed=1, offered=2, unknown=1, unverified=2)


# ---------------------------------------------------------------- what is remembered


def test_what_is_remembered_does_not_depend_on_the_order_in_which_it_came() -> None:
    every = [Counted(MONDAY - timedelta(days=days), days, days) for days in (0, 1, KEPT_DAYS, KEPT_DAYS + 1)]
    kept = set()
    for order in permutations(every):
        counts: tuple[Counted, ...] = ()
        for count in order:
            counts = remembered(counts, count)
        kept.add(counts)
    assert kept == {tuple(sorted(every[:3]))}


def test_a_delivery_that_is_read_again_is_counted_once() -> None:
    counts = remembered(remembered((), Counted(MONDAY, 7, 12, unknown=3)), Counted(MONDAY, 7, 12))
    assert counts == (Counted(MONDAY, 7, 12),)


@pytest.mark.parametrize("usual", [3, 12, 40, 300, 5_000])
@pytest.mark.parametrize("every_days", [1, 7, 30])
def test_a_sender_whom_only_chance_moves_hardly_ever_sounds_an_alarm(usual: int, every_days: int) -> None:
    """Four years of days, with half the week's numbers at weekends and Poisson's chance; one in two hundred at most."""
    random = np.random.default_rng(usual + every_days)
    counts: tuple[Counted, ...] = ()
    alarms = days = 0
    for number in range(0, 1_500, every_days):
        day = date(2022, 1, 3) + timedelta(days=number)
        records = int(random.poisson(usual / (2 if day.weekday() > 4 else 1)))
        offered = int(random.binomial(records, 0.8))
        missed = int(random.binomial(offered, 0.1))
        unverified = int(random.binomial(records, 0.02))
        counts = remembered(counts, Counted(day, number, records, missed, offered, 0, unverified))
        alarms += bool(outside(counts, day))
        days += 1
    assert alarms <= 0.005 * days + 1
