"""Appointments become histories: the order of the interface, statuses of the day, birthdays."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wnb.ages import UNKNOWN_DATE, birthday
from wnb.histories import NEVER_ADULT, Spells, build, status_bits
from wnb.terms import Status

rows = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(-5, 5),
        st.sampled_from(["b", "a", "é", "Z", "ab"]),
        st.sampled_from(["", "1", "10", "9", "é", "z"]),
        st.sampled_from([None, "", "x", "y"]),
    ),
    unique_by=lambda row: row[:4],
)


@settings(deadline=None)
@given(rows)
def test_rows_come_in_the_order_of_the_interface(told: list[tuple[int, int, str, str, str | None]]) -> None:
    child, at, agency, appointment_id, service = zip(*told, strict=True) if told else ((), (), (), (), ())
    h = build(
        child=np.array(child, np.int32),
        at=np.array(at, np.int64) * 40_000,
        agency=pa.array(agency, pa.string()),
        appointment_id=pa.chunked_array([pa.array(appointment_id, pa.string())]),
        service=pa.array(service, pa.string()),
        outcome=np.ones(len(told), np.uint8),
        known=np.zeros(len(told), np.int32),
        row=np.arange(len(told)),
        organisations={"a": "one", "b": "one"},
        adult_from=np.full(4, NEVER_ADULT, np.int32),
    )
    expected = sorted(range(len(told)), key=lambda k: told[k][:4])
    assert h.row.tolist() == expected
    assert np.diff(h.starts).tolist() == [child.count(c) for c in range(4)]
    assert [h.agencies[k] for k in h.agency] == [agency[k] for k in expected]
    assert [h.services[k] for k in h.service] == [(agency[k], service[k] or "") for k in expected]
    owner = {"a": "one", "b": "one"}
    assert [h.organisations[k] for k in h.organisation] == [owner.get(agency[k], agency[k]) for k in expected]
    assert h.day.tolist() == [at[k] * 40_000 // 86_400 for k in expected]
    assert list(h.agencies) == sorted(h.agencies)
    assert list(h.services) == sorted(h.services)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(-3, 20)), max_size=12),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([1, 2, 64]), st.integers(-5, 20), st.integers(-5, 25))),
)
def test_a_day_has_every_status_whose_spell_it_lies_in(
    told: list[tuple[int, int]], spells: list[tuple[int, int, int, int]]
) -> None:
    told = sorted(told)
    starts = np.searchsorted([c for c, _ in told], np.arange(5)).astype(np.int64)
    columns = zip(*spells, strict=True) if spells else ((), (), (), ())
    child, bit, first, last = (np.array(list(column), np.int32) for column in columns)
    bits = status_bits(
        starts, np.array([d for _, d in told], np.int32), Spells(child, bit.astype(np.uint16), first, last)
    )
    expected = [
        int(np.bitwise_or.reduce([b for c, b, begin, end in spells if c == who and begin <= day <= end] or [0]))
        for who, day in told
    ]
    assert bits.tolist() == expected


def test_a_spell_that_is_still_so() -> None:
    still = Spells(*(np.array([n], t) for n, t in ((0, "i4"), (2, "u2"), (10, "i4"), (2**31 - 1, "i4"))))
    assert status_bits(np.array([0, 3]), np.array([9, 10, 30_000], np.int32), still).tolist() == [0, 2, 2]


@pytest.mark.parametrize(
    ("born", "years", "on"),
    [
        ("2008-02-29", 18, "2026-03-01"),
        ("2008-02-29", 1, "2009-03-01"),
        ("2008-02-29", 4, "2012-02-29"),
        ("2008-02-28", 18, "2026-02-28"),
        ("2007-12-31", 18, "2025-12-31"),
        ("1969-03-01", 18, "1987-03-01"),
    ],
)
def test_birthdays(born: str, years: int, on: str) -> None:
    day = np.array([born], "datetime64[D]").astype(np.int32)
    assert birthday(day, years)[0] == np.datetime64(on).astype(int)


def test_under_one_until_the_day_before_the_first_birthday() -> None:
    """Born on 29 February 2024: under one on 28 February 2025, and one on 1 March. No date of birth: never."""
    days = [date(2025, 2, 28), date(2025, 3, 1), date(2025, 2, 28)]
    h = build(
        child=np.array([0, 0, 1], np.int32),
        at=np.array([(day - date(1970, 1, 1)) // timedelta(seconds=1) for day in days], np.int64),
        agency=pa.array(["a"] * 3),
        appointment_id=pa.array(["1", "2", "3"]),
        service=pa.array([None] * 3, pa.string()),
        outcome=np.ones(3, np.uint8),
        known=np.zeros(3, np.int32),
        row=np.arange(3),
        organisations={},
        adult_from=np.full(2, NEVER_ADULT, np.int32),
        row_statuses=np.array([0, Status.CRITICAL_APPOINTMENT.bit, 0], np.uint16),
        born=np.array([np.datetime64("2024-02-29").astype(int), UNKNOWN_DATE], np.int32),
    )
    assert h.statuses.tolist() == [Status.UNDER_ONE.bit, Status.CRITICAL_APPOINTMENT.bit, 0]
