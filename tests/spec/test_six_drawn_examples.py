"""Six histories drawn on paper, with first met, last met, count and evidence, before any pattern was written.

Each drawing is a table of appointments; evidence names its rows by number, from 1. The answer is one line:
first met | last met | count | evidence.
"""

from collections.abc import Callable

Spec = Callable[..., None]


def test_three_days_within_sixty(spec: Spec) -> None:
    """Two appointments of one day are one day, and both are evidence.

    5 January to 4 March is 59 days with both ends, so all three days lie within 60. Being seen between them matters to
    a run, not to this. The night of 31 March is the 28th day from 4 March, the last one that recalls it.
    """
    rule = {"pattern": "repeated", "at_least": 3, "within_days": 60}
    drawing = """
        date             | agency | service | outcome
        2026-01-05 10:00 | eyes   | clinic  | was_not_brought
        2026-01-19 09:00 | eyes   | clinic  | was_not_brought
        2026-01-19 15:00 | ears   | clinic  | was_not_brought
        2026-02-02 10:00 | eyes   | clinic  | attended
        2026-03-04 10:00 | eyes   | clinic  | was_not_brought
    """
    spec(rule, drawing, night="2026-03-31", finds="2026-03-04 | 2026-03-04 | 3 | 1 2 3 5")
    spec(rule, drawing, night="2026-04-01", finds=None)


def test_a_run_that_grows_and_is_broken(spec: Spec) -> None:
    """The count is the largest within the days recalled; the evidence is of the last appointment that reached it.

    Four in a row to 26 January, seen on 2 February, then three in a row to 23 February. While 26 January is recalled
    the count is 4 with those four, and stays so with one day more of recall though the rule last held on 23 February;
    afterwards it is 3 with the later three. Cancellations neither count nor break.
    """
    rule = {"pattern": "in_a_row", "at_least": 3}
    drawing = """
        date       | agency | service | outcome
        2026-01-05 | eyes   | clinic  | was_not_brought
        2026-01-12 | eyes   | clinic  | no_access
        2026-01-15 | eyes   | clinic  | cancelled_by_family
        2026-01-19 | eyes   | clinic  | was_not_brought
        2026-01-26 | ears   | clinic  | was_not_brought
        2026-02-02 | eyes   | clinic  | attended
        2026-02-09 | eyes   | clinic  | was_not_brought
        2026-02-16 | eyes   | clinic  | cancelled_by_provider
        2026-02-17 | eyes   | clinic  | no_answer
        2026-02-23 | ears   | clinic  | child_not_seen
    """
    spec(rule, drawing, night="2026-02-22", finds="2026-01-19 | 2026-01-26 | 4 | 1 2 4 5")
    spec(rule, drawing, night="2026-02-23", finds="2026-01-19 | 2026-02-23 | 3 | 7 9 10")
    spec(rule | {"recall_days": 29}, drawing, night="2026-02-23", finds="2026-01-19 | 2026-02-23 | 4 | 1 2 4 5")


def test_three_days_at_two_organisations_none_seen_between(spec: Spec) -> None:
    """Arriving too late is no sighting: it breaks a run, and not this. Being seen anywhere does.

    The therapists and the outpatients are one organisation. On 10 February there are three days and two organisations,
    nobody having seen the child since 6 January; seen on 12 February, so 20 February begins again.
    """
    rule = {"pattern": "across_agencies", "organisations": 2, "at_least": 3, "within_days": 84,
            "none_seen_between": True}  # fmt: skip
    drawing = """
        date       | agency      | service | outcome
        2026-01-02 | surgery     | nurse   | was_not_brought
        2026-01-06 | surgery     | nurse   | attended
        2026-01-13 | outpatients | eyes    | was_not_brought
        2026-01-20 | therapies   | speech  | was_not_brought
        2026-02-03 | outpatients | eyes    | arrived_too_late
        2026-02-10 | surgery     | nurse   | was_not_brought
        2026-02-12 | therapies   | speech  | attended
        2026-02-20 | surgery     | nurse   | was_not_brought
    """
    one = {"outpatients": "hospital", "therapies": "hospital"}
    spec(rule, drawing, night="2026-02-28", organisations=one, finds="2026-02-10 | 2026-02-10 | 3 | 3 4 6")


def test_half_of_at_least_four_offered(spec: Spec) -> None:
    """A share is judged wherever something was offered, so it may hold where the child was seen.

    At the fourth offered (3 February) two of four; at the fifth, attended, two of five, which is less than half; at the
    sixth three of six; at the seventh, attended, three of seven. Cancellations are not offered.
    """
    rule = {"pattern": "share", "at_least_percent": 50, "of_at_least": 4, "within_days": 84}
    drawing = """
        date       | agency | service | outcome
        2026-01-13 | eyes   | clinic  | was_not_brought
        2026-01-20 | eyes   | clinic  | attended
        2026-01-21 | eyes   | clinic  | cancelled_by_provider
        2026-01-27 | eyes   | clinic  | was_not_brought
        2026-01-28 | eyes   | clinic  | cancelled_by_family
        2026-02-03 | eyes   | clinic  | attended
        2026-02-10 | eyes   | clinic  | attended
        2026-02-17 | eyes   | clinic  | was_not_brought
        2026-02-24 | eyes   | clinic  | attended
    """
    spec(rule, drawing, night="2026-02-28", finds="2026-02-03 | 2026-02-17 | 3 | 1 4 8")


def test_seen_by_nobody_for_six_weeks(spec: Spec) -> None:
    """Not an appointment but a day: 42 days after 7 January is 18 February, and two have been offered by then.

    It is met on every day from then to the day before the next sighting; what is offered meanwhile is added to it.
    """
    rule = {"pattern": "unseen", "days": 42, "offered_at_least": 2}
    drawing = """
        date       | agency | service | outcome
        2026-01-07 | eyes   | clinic  | attended
        2026-01-21 | eyes   | clinic  | was_not_brought
        2026-02-04 | ears   | clinic  | left_before_seen
        2026-02-20 | ears   | clinic  | was_not_brought
        2026-02-24 | eyes   | clinic  | attended
    """
    spec(rule, drawing, night="2026-02-17", finds=None)
    spec(rule, drawing, night="2026-02-18", finds="2026-02-18 | 2026-02-18 | 2 | 2 3")
    spec(rule, drawing, night="2026-02-20", finds="2026-02-18 | 2026-02-20 | 3 | 2 3 4")
    spec(rule, drawing, night="2026-03-22", finds="2026-02-18 | 2026-02-23 | 3 | 2 3 4")
    spec(rule, drawing, night="2026-03-23", finds=None)


def test_misses_that_come_to_light_late(spec: Spec) -> None:
    """What held in January and was not known until 22 March is found on that night alone, and marked late."""
    rule = {"pattern": "in_a_row", "at_least": 2}
    drawing = """
        date       | agency | service | outcome         | known
        2026-01-06 | eyes   | clinic  | was_not_brought | 2026-01-11
        2026-01-13 | eyes   | clinic  | was_not_brought | 2026-03-22
        2026-01-20 | eyes   | clinic  | was_not_brought | 2026-03-22
        2026-01-27 | eyes   | clinic  | attended        | 2026-02-01
    """
    spec(rule, drawing, night="2026-03-15", finds=None)
    spec(rule, drawing, night="2026-03-22", finds="2026-01-13 | 2026-01-20 | 3 | 1 2 3 | late")
    spec(rule, drawing, night="2026-03-29", finds=None)
