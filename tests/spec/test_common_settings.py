"""What any rule may say: `counting`, `unit`, `of_which_not_brought`, `only_if`, `scope`, `recall_days`; and time."""

from collections.abc import Callable

Spec = Callable[..., None]


def test_counting_the_familys_cancellations(spec: Spec) -> None:
    """Five cancelled or missed, at least one of them missed: a family that always calls may need help all the same."""
    rule = {
        "pattern": "repeated",
        "at_least": 4,
        "within_days": 84,
        "counting": ["not_brought", "family_cancelled"],
        "of_which_not_brought": 1,
    }
    drawing = """
        date       | agency | service | outcome
        2026-01-13 | eyes   | clinic  | cancelled_by_family
        2026-01-20 | eyes   | clinic  | rescheduled_by_family
        2026-01-27 | eyes   | clinic  | {}
        2026-02-03 | eyes   | clinic  | cancelled_by_family
    """
    spec(rule, drawing.format("cancelled_by_family"), night="2026-02-08", finds=None)
    spec(
        rule,
        drawing.format("was_not_brought"),
        night="2026-02-08",
        finds="2026-02-03 | 2026-02-03 | 4 | 1 2 3 4",
        says="Not brought or cancelled by the family on 4 days in 22, 13 January to 3 February 2026, "
        "at 1 organisation, not brought on 1 of them",
    )


def test_what_counts_wins_over_what_breaks(spec: Spec) -> None:
    """Arriving too late breaks a run, unless the rule counts it."""
    rule = {"pattern": "in_a_row", "at_least": 3}
    drawing = """
        date       | agency | service | outcome
        2026-01-13 | eyes   | clinic  | was_not_brought
        2026-01-20 | eyes   | clinic  | arrived_too_late
        2026-01-27 | eyes   | clinic  | was_not_brought
    """
    spec(rule, drawing, night="2026-02-01", finds=None)
    spec(
        rule | {"counting": ["not_brought", "unseen"]},
        drawing,
        night="2026-02-01",
        finds="2026-01-27 | 2026-01-27 | 3 | 1 2 3",
    )


def test_days_or_appointments(spec: Spec) -> None:
    """Two appointments of one day are one day; both are evidence either way."""
    rule = {"pattern": "repeated", "at_least": 2, "within_days": 30}
    drawing = """
        date             | agency | service | outcome
        2026-01-27 09:00 | eyes   | clinic  | was_not_brought
        2026-01-27 14:00 | ears   | clinic  | was_not_brought
        2026-02-03 09:00 | eyes   | clinic  | was_not_brought
    """
    spec(rule, drawing, night="2026-02-02", finds=None)
    spec(rule, drawing, night="2026-02-03", finds="2026-02-03 | 2026-02-03 | 2 | 1 2 3")
    spec(
        rule | {"unit": "appointments"},
        drawing,
        night="2026-02-03",
        finds="2026-01-27 | 2026-02-03 | 3 | 1 2 3",
        says="Not brought to 3 appointments in 8 days, 27 January to 3 February 2026, at 2 organisations",
    )


def test_only_if_decides_what_counts_and_never_what_breaks(spec: Spec) -> None:
    """Only misses on days under a plan count; one on another day neither counts nor breaks; being seen breaks."""
    rule = {"pattern": "in_a_row", "at_least": 2, "only_if": ["child-protection-plan", "looked-after"]}
    drawing = """
        date       | agency | service | outcome         | status
        2026-01-13 | eyes   | clinic  | was_not_brought | child-protection-plan
        2026-01-20 | eyes   | clinic  | was_not_brought |
        2026-01-27 | eyes   | clinic  | was_not_brought | child-protection-plan, early-help
        2026-02-03 | eyes   | clinic  | attended        |
        2026-02-10 | eyes   | clinic  | was_not_brought | child-protection-plan
    """
    spec(
        rule,
        drawing,
        night="2026-02-15",
        finds="2026-01-27 | 2026-01-27 | 2 | 1 3",
        says="Not brought on 2 days in a row in 15 days, 13 to 27 January 2026, at 1 organisation, "
        "while on a child protection plan",
    )


def test_unseen_breaks_nothing_where_it_counts_even_on_a_day_that_only_if_leaves_out(spec: Spec) -> None:
    """What breaks is decided by the outcome alone: `unseen` counts under this rule, so it never breaks."""
    spec(
        {"pattern": "in_a_row", "at_least": 2, "counting": ["not_brought", "unseen"], "only_if": ["section-47"]},
        """
        date       | agency | service | outcome          | status
        2026-01-13 | eyes   | clinic  | was_not_brought  | section-47
        2026-01-20 | eyes   | clinic  | left_before_seen |
        2026-01-27 | eyes   | clinic  | was_not_brought  | section-47
        """,
        night="2026-01-31",
        finds="2026-01-27 | 2026-01-27 | 2 | 1 3",
    )


def test_statuses_that_must_hold_together(spec: Spec) -> None:
    """`child-protection-plan&critical-appointment`: both on the one day, as a step of escalation needs."""
    spec(
        {
            "pattern": "repeated",
            "at_least": 1,
            "within_days": 28,
            "step": "escalate",
            "only_if": ["child-protection-plan&critical-appointment"],
        },
        """
        date       | agency | service | outcome         | status
        2026-01-13 | eyes   | clinic  | was_not_brought | child-protection-plan
        2026-01-20 | eyes   | clinic  | was_not_brought | critical-appointment
        2026-01-27 | eyes   | clinic  | was_not_brought | child-protection-plan critical-appointment
        """,
        night="2026-01-31",
        finds="2026-01-27 | 2026-01-27 | 1 | 3",
        says="Not brought on 1 day, 27 January 2026, at 1 organisation, while on a child protection plan and "
        "offered an appointment marked as critical",
    )


def test_each_scope_is_judged_by_itself(spec: Spec) -> None:
    """Seen by the ear clinic between: in a row at the eye clinic, not in a row anywhere."""
    rule = {"pattern": "in_a_row", "at_least": 2}
    drawing = """
        date       | agency   | service | outcome
        2026-01-13 | hospital | eyes    | was_not_brought
        2026-01-20 | hospital | ears    | attended
        2026-01-27 | hospital | eyes    | was_not_brought
    """
    spec(rule, drawing, night="2026-01-31", finds=None)
    spec(rule | {"scope": "agency"}, drawing, night="2026-01-31", finds=None)
    spec(rule | {"scope": "service"}, drawing, night="2026-01-31", finds="2026-01-27 | 2026-01-27 | 2 | 1 3")


def test_the_scope_with_most_counted_is_the_finding_and_ties_go_by_name(spec: Spec) -> None:
    """Two each at `assessment` and `therapy` of the same agency: assessment. A third at therapy, and it is therapy."""
    rule = {"pattern": "in_a_row", "at_least": 2, "scope": "service"}
    drawing = """
        date       | agency | service    | outcome
        2026-01-05 | camhs  | therapy    | was_not_brought
        2026-01-06 | camhs  | assessment | was_not_brought
        2026-01-12 | camhs  | therapy    | was_not_brought
        2026-01-13 | camhs  | assessment | was_not_brought
    """
    spec(rule, drawing, night="2026-01-14", finds="2026-01-13 | 2026-01-13 | 2 | 2 4")
    third = drawing.rstrip() + "\n        2026-01-19 | camhs  | therapy    | was_not_brought\n"
    spec(rule, third, night="2026-01-20", finds="2026-01-12 | 2026-01-19 | 3 | 1 3 5")


def test_a_service_of_another_agency_is_another_service(spec: Spec) -> None:
    """Both have a `clinic`: they are two services."""
    spec(
        {"pattern": "in_a_row", "at_least": 2, "scope": "service"},
        """
        date       | agency | service | outcome
        2026-01-05 | ears   | clinic  | was_not_brought
        2026-01-12 | eyes   | clinic  | was_not_brought
        """,
        night="2026-01-14",
        finds=None,
    )


def test_a_rule_may_have_its_own_recall(spec: Spec) -> None:
    """Recalled for 7 days, 16 February is on the night of the 22nd for the last time."""
    rule = {"pattern": "repeated", "at_least": 2, "within_days": 14, "recall_days": 7}
    drawing = """
        date       | agency | service | outcome
        2026-02-03 | eyes   | clinic  | was_not_brought
        2026-02-16 | eyes   | clinic  | was_not_brought
    """
    spec(rule, drawing, night="2026-02-22", finds="2026-02-16 | 2026-02-16 | 2 | 1 2")
    spec(rule, drawing, night="2026-02-23", finds=None)


def test_nights_before_a_rule_is_in_force_and_history_before_it(spec: Spec) -> None:
    """Not evaluated on nights before; what happened before counts from the first night on."""
    rule = {"pattern": "repeated", "at_least": 2, "within_days": 14, "in_force_from": "2026-02-15"}
    drawing = """
        date       | agency | service | outcome
        2026-01-26 | eyes   | clinic  | was_not_brought
        2026-02-02 | eyes   | clinic  | was_not_brought
    """
    spec(rule, drawing, night="2026-02-14", finds=None)
    spec(rule, drawing, night="2026-02-15", finds="2026-02-02 | 2026-02-02 | 2 | 1 2")


def test_days_after_the_night_are_never_read(spec: Spec) -> None:
    """A booking marked as missed before its day is no miss yet."""
    spec(
        {"pattern": "repeated", "at_least": 2, "within_days": 14},
        """
        date       | agency | service | outcome
        2026-02-02 | eyes   | clinic  | was_not_brought
        2026-02-09 | eyes   | clinic  | was_not_brought
        """,
        night="2026-02-08",
        finds=None,
    )


def test_what_is_still_recalled_is_not_late(spec: Spec) -> None:
    """Told on the night itself, and held within the days recalled: an ordinary finding."""
    spec(
        {"pattern": "in_a_row", "at_least": 2},
        """
        date       | agency | service | outcome         | known
        2026-02-02 | eyes   | clinic  | was_not_brought | 2026-02-22
        2026-02-09 | eyes   | clinic  | was_not_brought | 2026-02-22
        """,
        night="2026-02-22",
        finds="2026-02-09 | 2026-02-09 | 2 | 1 2",
    )


def test_the_first_night_of_an_agency_brings_nothing_to_light(spec: Spec) -> None:
    """A history that came with its agency (`known` is empty) is not late; what another tells later may be."""
    rule = {"pattern": "across_agencies", "organisations": 2, "within_days": 30}
    drawing = """
        date       | agency  | service | outcome         | known
        2026-01-05 | eyes    | clinic  | was_not_brought |
        2026-01-12 | surgery | nurse   | was_not_brought | {}
    """
    spec(rule, drawing.format(""), night="2026-03-22", finds=None)
    spec(
        rule,
        drawing.format("2026-03-22"),
        night="2026-03-22",
        finds="2026-01-12 | 2026-01-12 | 2 | 1 2 | late",
    )


def test_late_counts_only_what_came_to_light(spec: Spec) -> None:
    """Three in January are long past; one of December is told on 22 March: the two that it makes are what is late."""
    spec(
        {"pattern": "repeated", "at_least": 2, "within_days": 10},
        """
        date       | agency | service | outcome         | known
        2025-12-01 | eyes   | clinic  | was_not_brought | 2026-03-22
        2025-12-08 | eyes   | clinic  | was_not_brought | 2025-12-14
        2026-01-12 | eyes   | clinic  | was_not_brought | 2026-01-18
        2026-01-13 | eyes   | clinic  | was_not_brought | 2026-01-18
        2026-01-14 | eyes   | clinic  | was_not_brought | 2026-01-18
        """,
        night="2026-03-22",
        finds="2025-12-08 | 2026-01-14 | 2 | 1 2 | late",
    )


def test_of_late_findings_with_equal_counts_the_last_is_the_evidence(spec: Spec) -> None:
    """Two pairs came to light on one night: both make two, and the later pair is the evidence."""
    spec(
        {"pattern": "repeated", "at_least": 2, "within_days": 10},
        """
        date       | agency | service | outcome         | known
        2025-12-01 | eyes   | clinic  | was_not_brought | 2026-03-22
        2025-12-08 | eyes   | clinic  | was_not_brought | 2026-03-22
        2026-01-12 | eyes   | clinic  | was_not_brought | 2026-03-22
        2026-01-19 | eyes   | clinic  | was_not_brought | 2026-03-22
        """,
        night="2026-03-22",
        finds="2025-12-08 | 2026-01-19 | 2 | 3 4 | late",
    )
