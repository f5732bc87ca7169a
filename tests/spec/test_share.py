"""`share`: so large a part of what was offered, whether that is much or little."""

from collections.abc import Callable

Spec = Callable[..., None]


def test_offered_is_seen_unseen_or_not_brought(spec: Spec) -> None:
    """Cancelled by anybody, booked or unknown is not offered: three of six here, not three of ten."""
    spec(
        {"pattern": "share", "at_least_percent": 50, "of_at_least": 6, "within_days": 90, "unit": "appointments"},
        """
        date       | agency | service | outcome
        2026-01-05 | eyes   | clinic  | was_not_brought
        2026-01-06 | eyes   | clinic  | cancelled_by_family
        2026-01-07 | eyes   | clinic  | cancelled_by_provider
        2026-01-08 | eyes   | clinic  | not_recorded
        2026-01-09 | eyes   | clinic  | told_of_missed_elsewhere
        2026-01-12 | eyes   | clinic  | attended
        2026-01-19 | eyes   | clinic  | arrived_too_late
        2026-01-26 | eyes   | clinic  | was_not_brought
        2026-02-02 | eyes   | clinic  | was_not_brought
        2026-02-09 | eyes   | clinic  | attended
        """,
        night="2026-02-10",
        finds="2026-02-09 | 2026-02-09 | 3 | 1 8 9",
        says="Not brought to 3 of the 6 appointments offered within 90 days, 5 January to 2 February 2026, "
        "at 1 organisation",
    )


def test_by_days_a_day_is_offered_once_and_counted_once(spec: Spec) -> None:
    """Two appointments of one day, one attended and one missed, are a day offered and a day missed: two of three."""
    rule = {"pattern": "share", "at_least_percent": 66, "of_at_least": 3, "within_days": 90}
    drawing = """
        date             | agency | service | outcome
        2026-01-05 09:00 | eyes   | clinic  | was_not_brought
        2026-01-12 09:00 | eyes   | clinic  | was_not_brought
        2026-01-12 15:00 | ears   | clinic  | attended
        2026-01-19 09:00 | eyes   | clinic  | attended
    """
    spec(
        rule,
        drawing,
        night="2026-01-20",
        finds="2026-01-19 | 2026-01-19 | 2 | 1 2",
        says="Not brought on 2 of the 3 days offered within 90 days, 5 to 12 January 2026, at 1 organisation",
    )
    spec(rule | {"unit": "appointments"}, drawing, night="2026-01-20", finds="2026-01-12 | 2026-01-12 | 2 | 1 2")


def test_the_share_is_exact(spec: Spec) -> None:
    """A third is more than 33.33 per cent and less than 33.34: no rounding decides about a child."""
    rule = {"pattern": "share", "of_at_least": 3, "within_days": 90}
    drawing = """
        date       | agency | service | outcome
        2026-01-05 | eyes   | clinic  | was_not_brought
        2026-01-12 | eyes   | clinic  | attended
        2026-01-19 | eyes   | clinic  | attended
    """
    found = "2026-01-19 | 2026-01-19 | 1 | 1"
    spec(rule | {"at_least_percent": 33.33}, drawing, night="2026-01-20", finds=found)
    spec(rule | {"at_least_percent": 33.34}, drawing, night="2026-01-20", finds=None)


def test_what_counting_names_is_offered_as_well(spec: Spec) -> None:
    """Where the family's cancellations count they are offered, too: three of four."""
    spec(
        {
            "pattern": "share",
            "at_least_percent": 75,
            "of_at_least": 4,
            "within_days": 90,
            "counting": ["not_brought", "family_cancelled"],
        },
        """
        date       | agency | service | outcome
        2026-01-05 | eyes   | clinic  | was_not_brought
        2026-01-12 | eyes   | clinic  | cancelled_by_family
        2026-01-19 | eyes   | clinic  | attended
        2026-01-26 | eyes   | clinic  | rescheduled_by_family
        """,
        night="2026-01-27",
        finds="2026-01-26 | 2026-01-26 | 3 | 1 2 4",
        says="Not brought or cancelled by the family on 3 of the 4 days offered within 90 days, "
        "5 to 26 January 2026, at 1 organisation, not brought on 1 of them",
    )


def test_what_was_not_offered_decides_nothing(spec: Spec) -> None:
    """On 1 February, a cancellation, the sighting of 2 January has left the 30 days: nothing is judged there."""
    spec(
        {"pattern": "share", "at_least_percent": 60, "of_at_least": 2, "within_days": 30},
        """
        date       | agency | service | outcome
        2026-01-02 | eyes   | clinic  | attended
        2026-01-12 | eyes   | clinic  | was_not_brought
        2026-01-19 | eyes   | clinic  | attended
        2026-01-20 | eyes   | clinic  | was_not_brought
        2026-02-01 | eyes   | clinic  | cancelled_by_family
        """,
        night="2026-02-02",
        finds=None,
    )
