"""Two sets of rules beside each other, from stretches of nights drawn by hand."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wnb.comparison import Characteristic, Compared, Pair, monday_of
from wnb.histories import NEVER_ADULT, Histories
from wnb.small_numbers import SMALL, suppressed
from wnb.stretches import PARTNERSHIP, Newly, Side, together
from wnb.terms import Outcome, Status, Step

MONDAY = (date(2026, 3, 2) - date(1970, 1, 1)).days


def drawn(rows: str) -> tuple[Newly, list[str]]:
    """`child list rule nights`, a stretch a line: nights are marks from MONDAY on, `#` met and `.` not."""
    child, list_of, kind, since, until = [], [], [], [], []
    for line in rows.split("\n"):
        if line.strip():
            who, where, rule, nights = line.split()
            at = 0
            while (begin := nights.find("#", at)) >= 0:
                end = next((k for k in range(begin, len(nights)) if nights[k] != "#"), len(nights))
                child.append(int(who))
                list_of.append(PARTNERSHIP if where == "us" else int(where))
                kind.append(rule)
                since.append(MONDAY + begin)
                until.append(MONDAY + end - 1)
                at = end
    arrays = [np.array(values, np.int32) for values in (child, list_of, since, until)]
    return Newly(*arrays, np.array(child, np.int64)), kind


class _Rule:
    def __init__(self, rule_id: str) -> None:
        self.id = rule_id


def side(rows: str) -> Side:
    every, kinds = drawn(rows)
    ids = sorted(set(kinds))
    kind = np.array([ids.index(rule) for rule in kinds], np.int32)
    of_rules, rule_of = together(every, kind)
    of_steps, step_of = together(every, np.full(len(kind), Step.REVIEW.rank, np.int32))
    of_lists, _ = together(every, np.zeros(len(kind), np.int32))
    return Side([_Rule(rule_id) for rule_id in ids], of_rules, rule_of, of_steps, step_of, of_lists)  # type: ignore[misc]


def histories(days: list[list[int]], outcome: Outcome = Outcome.WAS_NOT_BROUGHT, statuses: int = 0) -> Histories:
    flat = [MONDAY + day for child in days for day in child]
    n = len(flat)
    return Histories(
        starts=np.cumsum([0, *map(len, days)]).astype(np.int64), day=np.array(flat, np.int32),
        outcome=np.full(n, outcome, np.uint8), organisation=np.zeros(n, np.int32), agency=np.zeros(n, np.int32),
        service=np.zeros(n, np.int32), statuses=np.full(n, statuses, np.uint16), known=np.zeros(n, np.int32),
        row=np.arange(n), adult_from=np.full(len(days), NEVER_ADULT, np.int32),
    )  # fmt: skip


def beside(in_force: str, draft: str, nights: int = 14, days: list[list[int]] | None = None) -> Compared:
    return Compared(histories(days or [[0]] * 4), MONDAY, MONDAY + nights - 1, side(in_force), side(draft))


def test_stretches_of_two_rules_that_touch_are_one_on_the_list() -> None:
    found = side("""
        0 us a ###.......
        0 us b ...##.....
        0 us b .......##.
        1 us a ..#.......
        """)
    lists = found.of_lists
    assert list(zip(lists.child, lists.since - MONDAY, lists.until - MONDAY, strict=True)) == [
        (0, 0, 4), (0, 7, 8), (1, 2, 2),
    ]  # fmt: skip
    assert len(found.of_rules.child) == 4


def test_a_longer_stretch_before_is_not_forgotten_behind_a_shorter_one() -> None:
    lists = side("""
        0 us a ########..
        0 us b .#........
        0 us c .....#....
        """).of_lists
    assert (lists.since - MONDAY).tolist() == [0]
    assert (lists.until - MONDAY).tolist() == [7]


def test_newly_met_gained_and_dropped() -> None:
    both = beside(
        """
        0 us a ..####........
        1 us a ....##........
        """,
        """
        0 us a ..####........
        2 us a .......###....
        """,
    )
    assert both.by_list()[PARTNERSHIP] == Pair(in_force=2, draft=2, gained=1, dropped=1)
    assert both.by_rule()["a"] == Pair(2, 2, 1, 1)
    gained, dropped = both.one_sided()
    assert (gained.child.tolist(), dropped.child.tolist()) == ([2], [1])


def test_who_was_met_before_the_nights_began_is_not_newly_met_and_not_dropped() -> None:
    before = Newly(*(np.array([n], np.int32) for n in (0, PARTNERSHIP, MONDAY - 5, MONDAY + 3)), np.array([0]))
    old = Side([], before, np.zeros(1, np.int32), before, np.zeros(1, np.int32), before)
    both = Compared(histories([[0]]), MONDAY, MONDAY + 13, old, old)
    assert both.by_list()[PARTNERSHIP] == Pair(0, 0, 0, 0)
    assert both.nightly()[0].tolist() == [1, 1, 1, 1, *[0] * 10]


def test_a_child_who_changes_lists_is_gained_on_the_one_and_dropped_from_the_other() -> None:
    both = beside("0 us a ..####........", "0 2 b ..####........")
    gained, dropped = both.one_sided()
    assert (gained.list_of.tolist(), dropped.list_of.tolist()) == ([2], [PARTNERSHIP])
    assert both.by_list() == {PARTNERSHIP: Pair(1, 0, 0, 1), 2: Pair(0, 1, 1, 0)}
    assert list(both.met_of(both.draft, gained)) == [(0, 2, ["b"], MONDAY + 2)]


def test_weeks_begin_on_mondays_and_a_part_of_a_week_is_no_week_of_the_mean() -> None:
    both = beside(
        """
        0 us a ##............
        1 us a ........#.....
        2 us a .........#....
        """,
        "",
        nights=12,
    )
    weeks = both.weeks(lambda s: s.of_lists)
    assert weeks.whole == (True, False)
    assert (weeks.in_force, weeks.draft) == ((1, 2), (0, 0))
    assert weeks.a_week() == (1.0, 0.0)
    assert weeks.busiest() == (2, 0)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_every_day_has_its_monday(day: date) -> None:
    number = (day - date(1970, 1, 1)).days
    monday = date(1970, 1, 1) + timedelta(days=monday_of(number))
    assert monday.weekday() == 0
    assert 0 <= (day - monday).days < 7


def test_earlier_and_later_by_days() -> None:
    both = beside(
        """
        0 us a ....##........
        1 us a ....##........
        2 us a ....##........
        """,
        """
        0 us a .######.......
        1 us a ......##......
        2 us a ....##........
        """,
    )
    assert both.moved_in_time() == (1, 1, -0.5)


def test_days_not_brought_are_counted_once_each() -> None:
    both = Compared(histories([[0, 0, 3], [1], [], [40]]), MONDAY, MONDAY + 13, side(""), side(""))
    assert both.not_brought(np.array([0, 1, 2, 3])).tolist() == [2, 1, 0, 0]
    assert both.offered.tolist() == [True, True, False, False]


def test_a_status_counts_on_the_day_of_an_appointment_in_these_nights() -> None:
    bit = Status.LOOKED_AFTER.bit
    both = Compared(histories([[0], [1], [40]], statuses=bit), MONDAY, MONDAY + 13, side(""), side(""))
    assert both.had_status(np.array([0, 2]), bit) == 1
    assert both.had_status(np.array([0, 2]), Status.SECTION_47.bit) == 0


def test_a_characteristic_has_its_children_and_those_of_whom_nothing_is_recorded() -> None:
    both = beside("0 us a ##............", "1 us a ##............")
    known = Characteristic("Language", ("Polish", "Twi"), np.array([0, 0, 1, -1], np.int32))
    assert both.by_characteristic(known) == {
        0: (2, Pair(1, 1, 1, 1)), 1: (1, Pair(0, 0, 0, 0)), -1: (1, Pair(0, 0, 0, 0)),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([0, 12, 30], [0, 12, 30]),
        ([3, 4, 30], [None, None, 30]),
        ([3, 12, 30], [None, None, 30]),  # 12 goes too: the total would tell the 3
        ([3, 0, 0], [None, None, None]),  # else the noughts would tell
        ([], []),
    ],
)
def test_small_numbers(numbers: list[int], told: list[int | None]) -> None:
    assert suppressed(numbers) == told


@given(st.lists(st.integers(0, 40), max_size=12))
def test_no_small_number_is_told_or_can_be_reckoned_from_the_total(numbers: list[int]) -> None:
    told = suppressed(numbers)
    assert all(number is None or number == 0 or number >= SMALL for number in told)
    hidden = [number for number, shown in zip(numbers, told, strict=True) if shown is None]
    assert len(hidden) != 1 or len(numbers) == 1 or sum(numbers) >= SMALL
