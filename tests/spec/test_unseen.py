"""`unseen`: nobody has recorded seeing the child for so long, though appointments were offered."""

from collections.abc import Callable

Spec = Callable[..., None]


def test_never_seen_is_reckoned_from_the_first_offered(spec: Spec) -> None:
    """42 days after 6 January is 17 February; met every day from then, for as long as nobody sees the child."""
    rule = {"pattern": "unseen", "days": 42, "offered_at_least": 2}
    drawing = """
        date       | agency | service | outcome
        2026-01-02 | school | nurse   | cancelled_by_family
        2026-01-06 | school | nurse   | no_access
        2026-01-20 | school | nurse   | no_answer
    """
    spec(rule, drawing, night="2026-02-16", finds=None)
    spec(rule, drawing, night="2026-02-17", finds="2026-02-17 | 2026-02-17 | 2 | 2 3")
    spec(
        rule,
        drawing,
        night="2027-01-01",
        finds="2026-02-17 | 2027-01-01 | 2 | 2 3",
        says="Nobody has recorded seeing the child at any time, with appointments offered on 2 days, "
        "6 to 20 January 2026, at 1 organisation",
    )


def test_it_waits_until_enough_have_been_offered(spec: Spec) -> None:
    """Unseen for 42 days on 18 February, but the second was not offered before 2 March: met from then on."""
    spec(
        {"pattern": "unseen", "days": 42, "offered_at_least": 2, "unit": "appointments"},
        """
        date       | agency | service | outcome
        2026-01-07 | school | nurse   | attended
        2026-01-20 | school | nurse   | no_access
        2026-03-02 | school | nurse   | arrived_too_late
        """,
        night="2026-03-05",
        finds="2026-03-02 | 2026-03-05 | 2 | 2 3",
        says="Nobody has recorded seeing the child since 7 January 2026, with 2 appointments offered, "
        "20 January to 2 March 2026, at 1 organisation",
    )


def test_seen_again_on_the_day_it_would_have_begun(spec: Spec) -> None:
    """Met until the day before the next sighting: where that is the first day, it was never met."""
    spec(
        {"pattern": "unseen", "days": 42, "offered_at_least": 1},
        """
        date       | agency | service | outcome
        2026-01-07 | school | nurse   | attended
        2026-01-20 | school | nurse   | no_access
        2026-02-18 | school | nurse   | attended
        """,
        night="2026-02-28",
        finds=None,
    )


def test_it_ends_at_eighteen(spec: Spec) -> None:
    """18 on 1 March: the last day on which it can be met is 28 February."""
    spec(
        {"pattern": "unseen", "days": 42, "offered_at_least": 1},
        """
        date       | agency | service | outcome
        2026-01-07 | school | nurse   | no_access
        """,
        night="2026-03-10",
        adult_from="2026-03-01",
        finds="2026-02-18 | 2026-02-28 | 1 | 1",
    )


def test_within_one_service(spec: Spec) -> None:
    """Seen by the school, and not by the eye clinic: unseen there, where the rule's scope is a service."""
    rule = {"pattern": "unseen", "days": 42, "offered_at_least": 1}
    drawing = """
        date       | agency | service | outcome
        2026-01-07 | eyes   | clinic  | attended
        2026-01-20 | eyes   | clinic  | was_not_brought
        2026-02-10 | school | nurse   | attended
    """
    spec(rule, drawing, night="2026-02-20", finds=None)
    spec(rule | {"scope": "service"}, drawing, night="2026-02-20", finds="2026-02-18 | 2026-02-20 | 1 | 2")
