"""A column of dates in several forms: each text by the one that it fits, and never two that would mean two moments."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.extracts import LONDON, agency, ids, lines, reading, row
from wnb.date_forms import of_two_meanings
from wnb.ingest.clocks import Clocks
from wnb.ingest.forms import Forms
from wnb.ingest.moments import EMPTY, GOOD, IMPOSSIBLE, MISFIT
from wnb.ingest.rows import Text

ZONED_AND_LOCAL = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


def at(*texts: str, forms: tuple[str, ...] = ZONED_AND_LOCAL) -> list[str | None]:
    """What the clock on the wall said, by text; None where the text has none of the forms."""
    seconds, standing, _ = Forms.of(*forms).read(Text.of(texts), Clocks(LONDON))
    local = seconds.astype("datetime64[s]").astype(object)
    return [f"{when:%Y-%m-%d %H:%M}" if how == GOOD else None for when, how in zip(local, standing, strict=True)]


def test_instants_and_local_times_of_one_column_are_told_by_the_partnerships_clocks() -> None:
    """Either side of midnight and of both clock changes of 2026."""
    assert at(
        "2026-06-01T23:30:00Z", "2026-06-02T00:30:00+01:00", "2026-06-02T00:30:00", "2026-06-02 00:30",
        "2026-03-29T00:30:00Z", "2026-03-29T02:30:00+02:00", "2026-01-05T23:30:00-0100",
    ) == [
        "2026-06-02 00:30", "2026-06-02 00:30", "2026-06-02 00:30", "2026-06-02 00:30",
        "2026-03-29 00:30", "2026-03-29 00:30", "2026-01-06 00:30",
    ]  # fmt: skip


def test_a_text_in_none_of_the_forms_is_none_of_them() -> None:
    texts = Text.of(["", "2026-06-02", "2026-02-30 09:30", "02/06/2026 09:30"])
    _, standing, _ = Forms.of(*ZONED_AND_LOCAL).read(texts, Clocks(LONDON))
    assert standing.tolist() == [EMPTY, MISFIT, IMPOSSIBLE, MISFIT]


def test_only_a_time_told_by_our_own_clocks_can_have_been_skipped_or_come_twice(tmp_path: Path) -> None:
    """01:30 of the night the clocks go back, told as an instant, is one moment; told by the clock it is one of two."""
    by = agency({"appointment_at": {"column": "appt_start", "format": list(ZONED_AND_LOCAL)}})
    found = reading(
        tmp_path,
        lines(
            row(1, appt_start="2025-10-26T01:30:00+00:00"),
            row(2, appt_start="2025-10-26T01:30:00"),
            row(3, appt_start="2025-03-30 01:30"),
            row(4, appt_start="2025-03-30T00:30:00Z"),
        ),
        by,
    )
    assert len(ids(found)) == 4
    assert dict(found.reasons) == {"ambiguous_local_time": 1, "nonexistent_local_time": 1}


def test_a_two_digit_year_condemns_a_file_of_several_forms_too(tmp_path: Path) -> None:
    by = agency({"appointment_at": {"column": "appt_start", "format": list(ZONED_AND_LOCAL)}})
    found = reading(tmp_path, lines(row(1, appt_start="02/03/26"), row(2), row(3)), by)
    assert (found.rejected, dict(found.reasons)) == (True, {"two_digit_year": 1})


@pytest.mark.parametrize(
    "forms",
    [
        ("%d/%m/%Y", "%m/%d/%Y"),
        ("%Y-%m-%d", "%Y-%d-%m"),
        ("%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M"),
        ("%Y%m%d%H", "%d%m%Y%H"),
        ("%Y-%m-%d %H:%M", "%Y-%d-%m %H:%M", "%Y-%m-%dT%H:%M"),
    ],
)
def test_two_forms_that_one_text_could_fit_are_refused(forms: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="mean two moments"):
        agency({"date_of_birth": {"column": "dob", "format": list(forms)}})


@pytest.mark.parametrize(
    "forms",
    [
        ("%Y-%m-%dT%H:%M%z", "%Y-%m-%d %H:%M"),
        ("%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%MZ"),
        ("%d %b %Y", "%d %B %Y"),
        ("%d/%m/%Y", "%d-%m-%Y"),
        ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"),
        ("%d/%m/%Y", "%d/%m/%Y"),
    ],
)
def test_forms_that_no_text_could_take_for_one_another_are_taken(forms: tuple[str, ...]) -> None:
    assert agency({"date_of_birth": {"column": "dob", "format": list(forms)}}).columns.date_of_birth


def test_one_form_needs_no_list() -> None:
    declared = agency({"date_of_birth": {"column": "dob", "format": "%d/%m/%Y"}}).columns.date_of_birth
    assert declared
    assert declared.format == ("%d/%m/%Y",)


DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d %b %Y", "%d %B %Y", "%Y%m%d", "%d%m%Y", "%d.%m.%Y")
TIMES = ("", " %H:%M", "T%H:%M:%S", " %I:%M %p", "%H%M")
FORMS = st.builds(str.__add__, st.sampled_from(DAYS), st.sampled_from(TIMES))


@given(st.lists(FORMS, min_size=2, max_size=4, unique=True), st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31)))
def test_what_is_written_in_one_of_the_forms_is_read_as_it_was_meant(forms: list[str], moment: datetime) -> None:
    assume(of_two_meanings(forms) is None)
    texts = [moment.strftime(form) for form in forms]
    again = [datetime.strptime(text, form) for text, form in zip(texts, forms, strict=True)]
    meant = [int((when - datetime(1970, 1, 1)).total_seconds()) for when in again]
    for order in (forms, forms[::-1]):
        seconds, standing, _ = Forms.of(*order).read(Text.of(texts), Clocks(LONDON))
        assert (standing == GOOD).all()
        assert np.array_equal(seconds, meant)


@given(FORMS, FORMS)
def test_which_form_is_declared_first_decides_nothing(one: str, other: str) -> None:
    clash, again = of_two_meanings((one, other)), of_two_meanings((other, one))
    assert (clash is None) == (again is None)
    assert clash is None or set(clash) == {one, other}
