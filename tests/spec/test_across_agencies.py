"""`across_agencies`: what each organisation sees once, the join of them sees as a pattern."""

from collections.abc import Callable

Spec = Callable[..., None]


def test_at_least_is_as_many_as_organisations_where_it_is_left_out(spec: Spec) -> None:
    """Two organisations on one day are one day, which is not two; the third appointment makes it two."""
    spec(
        {"pattern": "across_agencies", "organisations": 2, "within_days": 42},
        """
        date             | agency  | service | outcome
        2026-01-21 09:00 | eyes    | clinic  | was_not_brought
        2026-01-21 15:00 | surgery | nurse   | was_not_brought
        2026-01-28 15:00 | surgery | nurse   | was_not_brought
        """,
        night="2026-02-01",
        finds="2026-01-28 | 2026-01-28 | 2 | 1 2 3",
        says="Not brought on 2 days in 8, 21 to 28 January 2026, at 2 organisations",
    )


def test_two_extracts_of_one_organisation_are_one(spec: Spec) -> None:
    """The hospital's outpatients and its therapists are one organisation."""
    spec(
        {"pattern": "across_agencies", "organisations": 2, "within_days": 42},
        """
        date       | agency      | service | outcome
        2026-01-21 | outpatients | eyes    | was_not_brought
        2026-01-28 | therapies   | speech  | was_not_brought
        """,
        night="2026-02-01",
        organisations={"outpatients": "hospital", "therapies": "hospital"},
        finds=None,
    )


def test_three_organisations_whose_first_leaves_the_window(spec: Spec) -> None:
    """The surgery's of 5 January is too long ago on 9 February; its next makes them three again."""
    spec(
        {"pattern": "across_agencies", "organisations": 3, "within_days": 30},
        """
        date       | agency  | service | outcome
        2026-01-05 | surgery | nurse   | was_not_brought
        2026-01-26 | eyes    | clinic  | was_not_brought
        2026-02-09 | school  | nurse   | was_not_brought
        2026-02-16 | eyes    | clinic  | was_not_brought
        2026-02-18 | surgery | nurse   | was_not_brought
        """,
        night="2026-02-20",
        finds="2026-02-18 | 2026-02-18 | 4 | 2 3 4 5",
    )


def test_being_seen_matters_only_where_the_rule_says_so(spec: Spec) -> None:
    """`none_seen_between`: seen anywhere, by anybody, it begins again; otherwise being seen changes nothing."""
    rule = {"pattern": "across_agencies", "organisations": 2, "within_days": 84}
    drawing = """
        date       | agency  | service | outcome
        2026-01-21 | eyes    | clinic  | was_not_brought
        2026-01-28 | school  | nurse   | attended
        2026-02-04 | surgery | nurse   | was_not_brought
    """
    spec(rule, drawing, night="2026-02-08", finds="2026-02-04 | 2026-02-04 | 2 | 1 3")
    spec(rule | {"none_seen_between": True}, drawing, night="2026-02-08", finds=None)
    spec(
        rule | {"none_seen_between": True},
        drawing.replace("attended", "left_before_seen"),
        night="2026-02-08",
        finds="2026-02-04 | 2026-02-04 | 2 | 1 3",
        says="Not brought on 2 days in 15, 21 January to 4 February 2026, at 2 organisations; "
        "nobody saw the child between",
    )
