"""What counts nothing and breaks nothing: a late letter, a series missed once already, what a person set aside."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wnb.cases import Evidence
from wnb.not_counted import NO_LETTER, ONCE_IN, SettingAside, Why, not_counted, set_aside_on
from wnb.terms import Outcome

DAY = 20_000
MISS, SEEN, LATE = Outcome.WAS_NOT_BROUGHT, Outcome.ATTENDED, Outcome.ARRIVED_TOO_LATE


def why(
    outcomes: list[Outcome], days: list[int], *, letters: list[int] | None = None, series: list[int] | None = None,
    child: list[int] | None = None, aside: list[bool] | None = None, notice: int = 0, in_history: bool = True,
) -> list[Why]:  # fmt: skip
    many = len(days)
    found = not_counted(
        outcome=np.array(outcomes, np.uint8),
        day=np.array(days, np.int32),
        child=np.array(child or [0] * many, np.int32),
        in_history=np.full(many, in_history),
        letter=np.array(letters or [NO_LETTER] * many, np.int32),
        series=np.array(series or [-1] * many, np.int64),
        order=np.arange(many),
        by_a_person=np.array(aside or [False] * many, bool),
        short_notice_days=notice,
    )
    return [Why(each) for each in found.tolist()]


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        (DAY - 4, Why.COUNTED),
        (DAY - 3, Why.SHORT_NOTICE),
        (DAY, Why.SHORT_NOTICE),
        (DAY + 2, Why.SHORT_NOTICE),
        (NO_LETTER, Why.COUNTED),
    ],
)
def test_a_letter_sent_too_late_excuses_and_a_letter_of_which_nothing_is_known_does_not(
    letter: int, expected: Why
) -> None:
    assert why([MISS], [DAY], letters=[letter], notice=4) == [expected]


def test_no_notice_is_short_until_somebody_says_how_many_days() -> None:
    assert why([MISS], [DAY], letters=[DAY + 1], notice=0) == [Why.COUNTED]


def test_a_late_letter_excuses_no_other_outcome() -> None:
    assert why([SEEN, LATE], [DAY, DAY], letters=[DAY, DAY], notice=9) == [Why.COUNTED] * 2


def test_a_series_is_missed_once_in_twenty_eight_days() -> None:
    days = [DAY, DAY + 7, DAY + 27, DAY + 28, DAY + 55, DAY + 56]
    counted = [each is Why.COUNTED for each in why([MISS] * 6, days, series=[3] * 6)]
    assert counted == [True, False, False, True, False, True]


def test_each_series_and_each_child_for_itself_and_appointments_of_none_always() -> None:
    assert why([MISS] * 2, [DAY, DAY + 1], series=[3, 4]) == [Why.COUNTED] * 2
    assert why([MISS] * 2, [DAY, DAY + 1], series=[3, 3], child=[1, 2]) == [Why.COUNTED] * 2
    assert why([MISS] * 2, [DAY, DAY + 1], series=[-1, -1]) == [Why.COUNTED] * 2


def test_a_miss_that_is_excused_does_not_stand_for_its_series() -> None:
    found = why([MISS] * 2, [DAY, DAY + 7], series=[3, 3], letters=[DAY, NO_LETTER], notice=2)
    assert found == [Why.SHORT_NOTICE, Why.COUNTED]
    assert why([SEEN, MISS], [DAY, DAY + 7], series=[3, 3]) == [Why.COUNTED] * 2


def test_a_person_may_set_aside_what_a_rule_may_count_and_no_sighting() -> None:
    outcomes = [MISS, LATE, Outcome.CANCELLED_BY_FAMILY, SEEN]
    expected = [Why.BY_A_PERSON] * 3 + [Why.COUNTED]
    assert why(outcomes, [DAY] * 4, aside=[True] * 4) == expected


def test_what_is_in_no_history_is_not_counted_among_these() -> None:
    assert why([MISS], [DAY], aside=[True], in_history=False) == [Why.COUNTED]


misses = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-1, 2), st.integers(DAY, DAY + 120), st.sampled_from([MISS, SEEN])),
    max_size=40,
)


@given(misses, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_a_series_counts_as_reading_it_one_by_one_says_in_any_order_of_rows(
    told: list[tuple[int, int, int, Outcome]], chance: object
) -> None:
    expected, last = {}, {}
    for child, series, day, outcome in sorted(set(told), key=lambda one: (one[2], one)):
        if outcome is MISS and series >= 0:
            counts = (child, series) not in last or day - last[child, series] >= ONCE_IN
            last |= {(child, series): day} if counts else {}
            expected[child, series, day, outcome] = Why.COUNTED if counts else Why.SAME_SERIES
    rows = sorted(set(told), key=repr)
    chance.shuffle(rows)
    child, series, days, outcomes = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    found = why(outcomes, days, series=series, child=child)
    assert found == [expected.get(row, Why.COUNTED) for row in rows]


NIGHTS = [date(2026, 11, 12), date(2026, 11, 13), date(2026, 11, 14)]
MISSED = Evidence("clinic/1", date(2026, 11, 2))


def entry(after: date | None, again: bool = False) -> SettingAside:
    at = datetime(2026, 11, 12, 9, tzinfo=UTC)
    return SettingAside(MISSED, "" if again else "letter-late", "A. Lead", at, "", again, after)


def test_an_entry_binds_the_nights_after_it_and_none_before() -> None:
    entries = [entry(NIGHTS[0])]
    assert set_aside_on(NIGHTS[0], entries).reasons == {}
    assert set_aside_on(NIGHTS[1], entries).reasons == {MISSED: "letter-late"}
    assert set_aside_on(None, entries).reasons == {MISSED: "letter-late"}


def test_what_is_taken_back_counts_again_and_comes_to_light_on_one_night_alone() -> None:
    entries = [entry(NIGHTS[0]), entry(NIGHTS[1], again=True)]
    assert set_aside_on(NIGHTS[1], entries, NIGHTS[0]).reasons == {MISSED: "letter-late"}
    next_night = set_aside_on(NIGHTS[2], entries, NIGHTS[1])
    assert (next_night.reasons, next_night.given_back) == ({}, {MISSED})
    assert set_aside_on(date(2026, 11, 15), entries, NIGHTS[2]).given_back == frozenset()
