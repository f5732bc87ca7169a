"""Did Not Attend becomes Was Not Brought by the age on the day: every birthday of four years, and every doubt."""

from datetime import date, timedelta
from itertools import product

import numpy as np
import pytest

from wnb.recode import NEVER, UNKNOWN_DATE, Age, Recoded, birthday, only_date, recode
from wnb.terms import Outcome

NOT_ATTENDED = Outcome.NOT_ATTENDED
BROUGHT_BY_SOMEBODY = Outcome.WAS_NOT_BROUGHT
BY_THEMSELVES = Outcome.YOUNG_PERSON_DID_NOT_ATTEND
GROWN_UP = Outcome.DID_NOT_ATTEND
EPOCH = date(1970, 1, 1)


def number(day: date | None) -> int:
    return UNKNOWN_DATE if day is None else (day - EPOCH).days


def one(
    told: Outcome = NOT_ATTENDED,
    on: date = date(2026, 3, 2),
    born: date | None = None,
    age: int | None = None,
    linked: date | None = None,
    manages_own: bool = False,
) -> Recoded:
    """The recode of one row."""
    return recode(
        day=np.array([number(on)], np.int32),
        told=np.array([told], np.uint8),
        date_of_birth=np.array([number(born)], np.int32),
        age=np.array([-1 if age is None else age], np.int16),
        linked_date=np.array([number(linked)], np.int32),
        manages_own=np.array([manages_own]),
    )


def outcome(**row: object) -> Outcome:
    return Outcome(int(one(**row).outcome[0]))  # type: ignore[arg-type]


def turns(born: date, age: int) -> date:
    """The plain reading: the same day of the year; 1 March where there is none."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


FOUR_YEARS = [date(2007, 1, 1) + timedelta(days=d) for d in range(4 * 365 + 1)]  # 2008 has a 29 February


def test_every_birthday_of_four_years_on_the_days_around_it() -> None:
    """P12: each birthday from 2007 to 2010, the three days before and after 16 and 18, managing their own or not."""
    rows = [
        (born, turns(born, age) + timedelta(days=off), manages)
        for born, age, off, manages in product(FOUR_YEARS, (16, 18), range(-3, 4), (False, True))
    ]
    found = recode(
        day=np.array([number(day) for _, day, _ in rows], np.int32),
        told=np.full(len(rows), NOT_ATTENDED, np.uint8),
        date_of_birth=np.array([number(born) for born, _, _ in rows], np.int32),
        age=np.full(len(rows), -1, np.int16),
        linked_date=np.full(len(rows), UNKNOWN_DATE, np.int32),
        manages_own=np.array([manages for _, _, manages in rows]),
    )

    def expected(born: date, day: date, manages: bool) -> Outcome:
        if day >= turns(born, 18):
            return GROWN_UP
        return BY_THEMSELVES if manages and day >= turns(born, 16) else BROUGHT_BY_SOMEBODY

    assert found.outcome.tolist() == [expected(*row) for row in rows]
    assert found.age.tolist() == [Age.ADULT if day >= turns(born, 18) else Age.CHILD for born, day, _ in rows]


@pytest.mark.parametrize(
    ("on", "expected"),
    [(date(2026, 2, 28), BROUGHT_BY_SOMEBODY), (date(2026, 3, 1), GROWN_UP)],
)
def test_born_on_29_february_is_grown_up_on_1_march(on: date, expected: Outcome) -> None:
    assert outcome(born=date(2008, 2, 29), on=on) is expected


def test_born_on_29_february_turns_16_on_29_february_of_a_leap_year() -> None:
    days = np.array([number(date(2008, 2, 29))], np.int32)
    assert birthday(days, 16).tolist() == [number(date(2024, 2, 29))]


def test_nobody_of_unknown_birth_has_a_birthday() -> None:
    assert birthday(np.array([UNKNOWN_DATE], np.int32), 18).tolist() == [NEVER]


@pytest.mark.parametrize(
    ("age", "manages_own", "expected"),
    [
        (0, False, BROUGHT_BY_SOMEBODY),
        (15, True, BROUGHT_BY_SOMEBODY),
        (16, False, BROUGHT_BY_SOMEBODY),
        (16, True, BY_THEMSELVES),
        (17, True, BY_THEMSELVES),
        (18, False, GROWN_UP),
        (18, True, GROWN_UP),
    ],
)
def test_an_age_is_as_good_as_a_date(age: int, manages_own: bool, expected: Outcome) -> None:
    assert outcome(age=age, manages_own=manages_own) is expected


def test_of_unknown_age_nothing_is_recoded() -> None:
    found = one(manages_own=True)
    assert (found.outcome.tolist(), found.age.tolist()) == ([NOT_ATTENDED], [Age.UNKNOWN])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"born": date(2015, 1, 1), "linked": date(1990, 1, 1)}, BROUGHT_BY_SOMEBODY),
        ({"born": date(1990, 1, 1), "linked": date(2015, 1, 1)}, GROWN_UP),
        ({"age": 10, "linked": date(1990, 1, 1)}, BROUGHT_BY_SOMEBODY),
        ({"age": 40, "linked": date(2015, 1, 1)}, GROWN_UP),
        ({"born": date(2015, 1, 1), "age": 40}, BROUGHT_BY_SOMEBODY),
        ({"linked": date(2015, 1, 1)}, BROUGHT_BY_SOMEBODY),
        ({"linked": date(1990, 1, 1)}, GROWN_UP),
    ],
)
def test_the_rows_own_word_goes_before_the_linked_childs(row: dict[str, object], expected: Outcome) -> None:
    assert outcome(**row) is expected


@pytest.mark.parametrize(("row", "own"), [({"born": date(2015, 1, 1)}, True), ({"age": 9}, True), ({}, False)])
def test_an_age_from_another_record_is_known_for_it(row: dict[str, object], own: bool) -> None:
    assert one(linked=date(2015, 1, 1), **row).own_date.tolist() == [own]  # type: ignore[arg-type]


@pytest.mark.parametrize("told", [told for told in Outcome if told is not NOT_ATTENDED])
@pytest.mark.parametrize("born", [date(2015, 1, 1), date(2009, 1, 1), date(1990, 1, 1), None])
def test_only_not_attended_is_ever_changed(told: Outcome, born: date | None) -> None:
    assert outcome(told=told, born=born, manages_own=True) is told


@pytest.mark.parametrize(
    ("dates", "live", "expected"),
    [
        ([date(2015, 1, 1), None], [True, True], date(2015, 1, 1)),
        ([date(2015, 1, 1), date(2015, 1, 1)], [True, True], date(2015, 1, 1)),
        ([date(2015, 1, 1), date(2015, 1, 2)], [True, True], None),
        ([date(2015, 1, 1), date(2015, 1, 2)], [True, False], date(2015, 1, 1)),
        ([None, None], [True, True], None),
    ],
    ids=["one says", "two agree", "two differ", "one was withdrawn", "none says"],
)
def test_a_childs_date_is_the_only_one_that_its_records_state(
    dates: list[date | None], live: list[bool], expected: date | None
) -> None:
    born = np.array([number(day) for day in dates], np.int32)
    assert only_date(np.zeros(2, np.int32), born, np.array(live), 1).tolist() == [number(expected)]
