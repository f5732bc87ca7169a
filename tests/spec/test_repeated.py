"""`repeated`: so many within so many days, whatever lies between."""

from collections.abc import Callable

Spec = Callable[..., None]


def test_the_window_counts_both_of_its_ends(spec: Spec) -> None:
    """12 January to 12 March is 60 days with both ends; a day more and the three no longer lie within 60."""
    rule = {"pattern": "repeated", "at_least": 3, "within_days": 60}
    drawing = """
        date       | agency | service | outcome
        2026-01-12 | eyes   | clinic  | was_not_brought
        2026-02-09 | eyes   | clinic  | was_not_brought
        2026-03-{} | eyes   | clinic  | was_not_brought
    """
    spec(rule, drawing.format("12"), night="2026-03-15", finds="2026-03-12 | 2026-03-12 | 3 | 1 2 3")
    spec(rule, drawing.format("13"), night="2026-03-15", finds=None)


def test_being_seen_between_breaks_nothing(spec: Spec) -> None:
    """Three misses in two months are three, however often the child was seen as well."""
    spec(
        {"pattern": "repeated", "at_least": 3, "within_days": 60},
        """
        date       | agency | service | outcome
        2026-01-05 | eyes   | clinic  | was_not_brought
        2026-01-12 | eyes   | clinic  | attended
        2026-01-19 | eyes   | clinic  | was_not_brought
        2026-01-26 | eyes   | clinic  | attended
        2026-02-02 | eyes   | clinic  | was_not_brought
        """,
        night="2026-02-08",
        finds="2026-02-02 | 2026-02-02 | 3 | 1 3 5",
        says="Not brought on 3 days in 29, 5 January to 2 February 2026, at 1 organisation",
    )


def test_one_is_enough_where_the_rule_says_so(spec: Spec) -> None:
    """At least one: it holds at each, and the last of them is the evidence while its window holds no other."""
    spec(
        {"pattern": "repeated", "at_least": 1, "within_days": 7},
        """
        date       | agency | service | outcome
        2026-01-05 | eyes   | clinic  | was_not_brought
        2026-01-19 | eyes   | clinic  | no_access
        """,
        night="2026-01-20",
        finds="2026-01-05 | 2026-01-19 | 1 | 2",
        says="Not brought on 1 day, 19 January 2026, at 1 organisation",
    )
