"""`in_a_row`: so many, with nothing between them that shows that the child was brought."""

from collections.abc import Callable

import pytest

Spec = Callable[..., None]


@pytest.mark.parametrize(
    ("between", "is_broken"),
    [
        ("attended", True),
        ("arrived_too_late", True),
        ("left_before_seen", True),
        ("cancelled_by_family", False),
        ("rescheduled_by_family", False),
        ("cancelled_by_provider", False),
        ("service_fault", False),
        ("told_of_missed_elsewhere", False),
        ("booked", False),
        ("not_recorded", False),
        ("not_attended", False),
        ("deceased", False),
    ],
)
def test_only_bringing_the_child_breaks_a_run(spec: Spec, between: str, is_broken: bool) -> None:
    """Seen, or brought and not seen, breaks it. Whatever else lies between neither counts nor breaks."""
    spec(
        {"pattern": "in_a_row", "at_least": 2},
        f"""
        date       | agency | service | outcome
        2026-02-02 | eyes   | clinic  | was_not_brought
        2026-02-09 | eyes   | clinic  | {between}
        2026-02-16 | eyes   | clinic  | was_not_brought
        """,
        night="2026-02-22",
        finds=None if is_broken else "2026-02-16 | 2026-02-16 | 2 | 1 3",
    )


@pytest.mark.parametrize(
    "missed",
    ["was_not_brought", "young_person_did_not_attend", "no_access", "no_answer", "child_not_seen"],
)
def test_five_ways_of_not_being_brought(spec: Spec, missed: str) -> None:
    """A visit with no access, a call not answered, an adult seen without the child: the child was not brought."""
    spec(
        {"pattern": "in_a_row", "at_least": 2},
        f"""
        date       | agency | service | outcome
        2026-02-02 | eyes   | clinic  | was_not_brought
        2026-02-16 | eyes   | clinic  | {missed}
        """,
        night="2026-02-22",
        finds="2026-02-16 | 2026-02-16 | 2 | 1 2",
        says="Not brought on 2 days in a row in 15 days, 2 to 16 February 2026, at 1 organisation",
    )


def test_a_run_is_within_a_year_unless_the_rule_says_otherwise(spec: Spec) -> None:
    """`within_days` is 365 where it is left out: 1 March 2026 to 28 February 2027 is 365 days with both ends."""
    rule = {"pattern": "in_a_row", "at_least": 2}
    drawing = """
        date       | agency | service | outcome
        2026-03-01 | eyes   | clinic  | was_not_brought
        {} | eyes   | clinic  | was_not_brought
    """
    spec(rule, drawing.format("2027-02-28"), night="2027-03-05", finds="2027-02-28 | 2027-02-28 | 2 | 1 2")
    spec(rule, drawing.format("2027-03-01"), night="2027-03-05", finds=None)
    spec(rule | {"within_days": 7}, drawing.format("2026-03-08"), night="2026-03-10", finds=None)


def test_broken_and_begun_again_on_one_day(spec: Spec) -> None:
    """Order within a day matters: what was missed before the child was seen that day is not of the new run."""
    spec(
        {"pattern": "in_a_row", "at_least": 2},
        """
        date             | agency | service | outcome
        2026-02-02 09:00 | eyes   | clinic  | was_not_brought
        2026-02-02 11:00 | eyes   | clinic  | attended
        2026-02-02 15:00 | eyes   | clinic  | was_not_brought
        2026-02-09 09:00 | eyes   | clinic  | was_not_brought
        """,
        night="2026-02-09",
        finds="2026-02-09 | 2026-02-09 | 2 | 3 4",
    )


def test_at_one_time_the_agency_first_by_name_is_first(spec: Spec) -> None:
    """Two at one time are read by agency, as text: here the sighting comes first, and breaks nothing."""
    spec(
        {"pattern": "in_a_row", "at_least": 2},
        """
        date             | agency | service | outcome
        2026-02-02 09:00 | eyes   | clinic  | was_not_brought
        2026-02-02 09:00 | ears   | clinic  | attended
        2026-02-09 09:00 | eyes   | clinic  | was_not_brought
        """,
        night="2026-02-09",
        finds="2026-02-09 | 2026-02-09 | 2 | 1 3",
    )
