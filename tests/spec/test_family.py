"""`family`: what each child of a household has a little of, the household has much of."""

from collections.abc import Callable

Spec = Callable[..., None]

RULE = {"pattern": "family", "children": 2, "at_least": 2, "within_days": 60}


def test_two_children_of_one_household_each_on_two_days(spec: Spec) -> None:
    """Anna's two days and Ben's two days, within 60; the evidence on Anna's line is her own."""
    drawing = """
        date       | child | agency  | service | outcome
        2026-01-07 | anna  | eyes    | clinic  | was_not_brought
        2026-01-13 | ben   | surgery | nurse   | was_not_brought
        2026-01-20 | ben   | school  | nurse   | was_not_brought
        2026-02-03 | anna  | eyes    | clinic  | was_not_brought
    """
    spec(
        RULE,
        drawing,
        households="anna ben",
        of="anna",
        night="2026-02-08",
        finds="2026-02-03 | 2026-02-03 | 2 | 1 4",
        says="Not brought on 2 days in 28, 7 January to 3 February 2026, at 1 organisation; "
        "at least 1 other child of the household had 2 or more such days within the same 60 days",
    )
    spec(RULE, drawing, households="anna | ben", of="anna", night="2026-02-08", finds=None)


def test_a_brothers_appointments_never_count_for_his_sister(spec: Spec) -> None:
    """Three days in the household, and only one of them Anna's: neither of the two has two of their own by then."""
    spec(
        RULE,
        """
        date       | child | agency  | service | outcome
        2026-01-13 | anna  | eyes    | clinic  | attended
        2026-01-20 | ben   | surgery | nurse   | was_not_brought
        2026-01-27 | ben   | school  | nurse   | was_not_brought
        2026-02-03 | anna  | eyes    | clinic  | was_not_brought
        """,
        households="anna ben",
        of="anna",
        night="2026-02-08",
        finds=None,
    )


def test_it_holds_at_the_childs_own_appointment(spec: Spec) -> None:
    """Ben's second day came after Anna's two: at neither of hers had he two. It holds at his, and is on his line."""
    drawing = """
        date       | child | agency  | service | outcome
        2026-01-07 | anna  | eyes    | clinic  | was_not_brought
        2026-01-13 | ben   | surgery | nurse   | was_not_brought
        2026-01-14 | anna  | eyes    | clinic  | was_not_brought
        2026-02-03 | ben   | school  | nurse   | was_not_brought
    """
    spec(RULE, drawing, households="anna ben", of="anna", night="2026-02-08", finds=None)
    spec(RULE, drawing, households="anna ben", of="ben", night="2026-02-08", finds="2026-02-03 | 2026-02-03 | 2 | 2 4")


def test_the_days_are_whole_days_for_the_other_children(spec: Spec) -> None:
    """Both children were expected on 20 January, Ben in the afternoon: that day is within those of Anna's morning."""
    spec(
        RULE,
        """
        date             | child | agency | service | outcome
        2026-01-13 09:00 | anna  | eyes   | clinic  | was_not_brought
        2026-01-13 09:30 | ben   | eyes   | clinic  | was_not_brought
        2026-01-20 09:00 | anna  | eyes   | clinic  | was_not_brought
        2026-01-20 15:00 | ben   | ears   | clinic  | was_not_brought
        """,
        households="anna ben",
        of="anna",
        night="2026-01-22",
        finds="2026-01-20 | 2026-01-20 | 2 | 1 3",
    )


def test_what_the_others_had_leaves_the_window_as_well(spec: Spec) -> None:
    """60 days ending on 10 March begin on 10 January: Ben's first is just within; on 11 March it is not."""
    drawing = """
        date       | child | agency  | service | outcome
        2026-01-10 | ben   | surgery | nurse   | was_not_brought
        2026-01-20 | ben   | school  | nurse   | was_not_brought
        2026-02-03 | anna  | eyes    | clinic  | was_not_brought
        2026-03-{} | anna  | eyes    | clinic  | was_not_brought
    """
    met = "2026-03-10 | 2026-03-10 | 2 | 3 4"
    spec(RULE, drawing.format("10"), households="anna ben", of="anna", night="2026-03-12", finds=met)
    spec(RULE, drawing.format("11"), households="anna ben", of="anna", night="2026-03-12", finds=None)


def test_three_children_of_a_household(spec: Spec) -> None:
    """`children: 3` with one each: Anna is the third."""
    rule = {"pattern": "family", "children": 3, "at_least": 1, "within_days": 28}
    drawing = """
        date       | child | agency  | service | outcome
        2026-01-05 | anna  | eyes    | clinic  | attended
        2026-01-07 | ben   | eyes    | clinic  | was_not_brought
        2026-01-13 | cora  | surgery | nurse   | was_not_brought
        2026-01-20 | anna  | school  | nurse   | was_not_brought
    """
    spec(
        rule,
        drawing,
        households="anna ben cora",
        of="anna",
        night="2026-01-22",
        finds="2026-01-20 | 2026-01-20 | 1 | 4",
        says="Not brought on 1 day, 20 January 2026, at 1 organisation; at least 2 other children of the household "
        "had 1 or more such days within the same 28 days",
    )
    spec(rule, drawing, households="anna ben | cora", of="anna", night="2026-01-22", finds=None)


def test_each_scope_of_the_household_is_judged_by_itself(spec: Spec) -> None:
    """Ben's days at the surgery do not count with Anna's at the eye clinic, where the rule's scope is an agency."""
    rule = RULE | {"scope": "agency", "list": "own-agency", "step": "engage"}
    drawing = """
        date       | child | agency  | service | outcome
        2026-01-07 | anna  | eyes    | clinic  | was_not_brought
        2026-01-13 | ben   | {} | nurse   | was_not_brought
        2026-01-20 | ben   | {} | nurse   | was_not_brought
        2026-02-03 | anna  | eyes    | clinic  | was_not_brought
    """
    spec(rule, drawing.format("surgery", "surgery"), households="anna ben", of="anna", night="2026-02-08", finds=None)
    spec(rule, drawing.format("eyes   ", "eyes   "), households="anna ben", of="anna", night="2026-02-08",
         finds="2026-02-03 | 2026-02-03 | 2 | 1 4")  # fmt: skip


def test_what_came_to_light_of_another_child_comes_to_light_late(spec: Spec) -> None:
    """Ben's second day of January was told on 22 March: only then was it known that the two were met together."""
    drawing = """
        date       | child | agency  | service | outcome         | known
        2026-01-06 | anna  | eyes    | clinic  | was_not_brought | 2026-01-11
        2026-01-13 | ben   | surgery | nurse   | was_not_brought | 2026-01-18
        2026-01-14 | ben   | school  | nurse   | was_not_brought | 2026-03-22
        2026-01-20 | anna  | eyes    | clinic  | was_not_brought | 2026-01-25
    """
    spec(RULE, drawing, households="anna ben", of="anna", night="2026-03-15", finds=None)
    spec(
        RULE,
        drawing,
        households="anna ben",
        of="anna",
        night="2026-03-22",
        finds="2026-01-20 | 2026-01-20 | 2 | 1 4 | late",
    )
    spec(RULE, drawing, households="anna ben", of="anna", night="2026-03-29", finds=None)


def test_all_that_any_rule_may_say_is_said_of_each_child(spec: Spec) -> None:
    """Two cancelled or missed, one of them missed: Ben's two cancellations are not enough; with one missed they are."""
    rule = RULE | {"counting": ["not_brought", "family_cancelled"], "of_which_not_brought": 1, "unit": "appointments"}
    drawing = """
        date       | child | agency  | service | outcome
        2026-01-07 | anna  | eyes    | clinic  | was_not_brought
        2026-01-13 | ben   | surgery | nurse   | cancelled_by_family
        2026-01-13 | ben   | surgery | nurse   | {}
        2026-02-03 | anna  | eyes    | clinic  | rescheduled_by_family
    """
    spec(rule, drawing.format("cancelled_by_family"), households="anna ben", of="anna", night="2026-02-08", finds=None)
    spec(
        rule,
        drawing.format("no_access"),
        households="anna ben",
        of="anna",
        night="2026-02-08",
        finds="2026-02-03 | 2026-02-03 | 2 | 1 4",
        says="2 appointments not brought or cancelled by the family in 28 days, 7 January to 3 February 2026, "
        "at 1 organisation, not brought to 1 of them; at least 1 other child of the household had 2 or more such "
        "appointments within the same 60 days",
    )
