"""What a night decides: who comes onto a list, what is added, when it is due, and who may leave."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.casework import DAYS, IN_FORCE, SATURDAY, Nights, finding, moves, seen
from wnb.cases import PARTNERSHIP, Evidence, Mover, State
from wnb.errors import SafetyStop
from wnb.escalate import Exit, InForce, Listed, Tonight, asked_about, check_conserved, decide, in_force
from wnb.terms import ExitReason, Step, Unmet
from wnb.working_days import is_working_day, working_day_after

SUNDAY = SATURDAY + timedelta(days=1)
MONDAY = SATURDAY + timedelta(days=2)


@pytest.fixture
def nights():
    return Nights()


# ---------------------------------------------------------------- working days


@pytest.mark.parametrize(
    ("night", "days", "due"),
    [
        (date(2026, 11, 21), 0, date(2026, 11, 21)),  # decide today, on a Saturday too
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 12, 24), 1, date(2026, 12, 29)),  # Boxing Day is a Saturday: Monday the 28th is its substitute
        (date(2026, 4, 2), 1, date(2026, 4, 7)),  # Good Friday to Easter Monday
        (date(2026, 12, 31), 2, date(2027, 1, 5)),
        (date(2022, 9, 16), 1, date(2022, 9, 20)),  # the State Funeral
    ],
)
def test_working_days_are_those_of_england_and_wales(night, days, due):
    assert working_day_after(night, days) == due


def test_there_is_no_working_day_before():
    with pytest.raises(ValueError, match="0 or more"):
        working_day_after(SATURDAY, -1)


def test_new_years_day_is_no_working_day_and_the_day_after_is():
    assert [is_working_day(date(2026, 1, day)) for day in (1, 2, 3)] == [False, True, False]


# ---------------------------------------------------------------- opening, growing


def test_a_finding_opens_a_case_due_in_working_days_from_the_night_that_lists_it(nights):
    decisions = nights.night(SATURDAY, finding())
    assert moves(decisions) == ["opened"]
    assert decisions.moves[0].phrase == "Opened: The rule three-days"
    case = nights.case()
    assert (case.state, case.step, case.since, case.due) == (State.OPEN, Step.REVIEW, SATURDAY, MONDAY)
    assert decisions.listed == {Listed("partnership", "c-1", False)}


def test_the_same_findings_the_next_night_change_nothing(nights):
    nights.night(SATURDAY, finding())
    before = nights.case()
    assert moves(nights.night(SUNDAY, finding())) == []
    assert nights.case() == before


def test_a_new_miss_is_added_to_the_open_case_and_leaves_its_due_date(nights):
    nights.night(SATURDAY, finding())
    decisions = nights.night(SUNDAY, finding(evidence=seen("hospital/1@9", "hospital/2@5", "clinic/1@1", "gp/7")))
    assert moves(decisions) == ["grew"]
    assert decisions.moves[0].phrase == "Added to: 1 appointment"
    assert nights.case().due == MONDAY
    assert Evidence("gp/7", SATURDAY) in nights.case().evidence
    assert nights.case().version == 2


def test_the_step_rises_and_the_due_date_comes_earlier_and_neither_goes_back(nights):
    slow = {**DAYS, Step.REVIEW: 10}
    nights.night(SATURDAY, finding(), days=slow)
    assert nights.case().due == working_day_after(SATURDAY, 10)
    pressing = finding(rule_id="section-47", step=Step.ESCALATE)
    assert moves(nights.night(SUNDAY, finding(), pressing, days=slow)) == ["grew", "rose", "due-earlier"]
    assert (nights.case().step, nights.case().due) == (Step.ESCALATE, SUNDAY)
    nights.night(MONDAY, finding(evidence=seen("gp/9")), days=slow)
    assert (nights.case().step, nights.case().due) == (Step.ESCALATE, SUNDAY)


def test_the_machine_does_not_undo_the_step_a_person_chose_until_there_is_something_new(nights):
    nights.night(SATURDAY, finding())
    nights.cases = (replace(nights.case(), step=Step.ENGAGE),)
    nights.night(SUNDAY, replace(finding(), sentence="told otherwise"))
    assert nights.case().step is Step.ENGAGE
    nights.night(MONDAY, finding(evidence=seen("clinic/1@1", "gp/1")))
    assert nights.case().step is Step.REVIEW


def test_a_step_that_a_person_raised_brings_the_due_date_forward(nights):
    slow = {**DAYS, Step.REVIEW: 10}
    nights.night(SATURDAY, finding(), days=slow)
    nights.cases = (replace(nights.case(), step=Step.ESCALATE),)
    assert moves(nights.night(SUNDAY, finding(), days=slow)) == ["due-earlier"]
    assert nights.case().due == SUNDAY


def test_evidence_that_falls_out_of_the_account_stays_with_the_case(nights):
    nights.night(SATURDAY, finding())
    nights.night(SUNDAY, finding(evidence=seen("hospital/2@5", "clinic/1@1")))
    assert len(nights.case().evidence) == 3
    assert nights.case().rules[0].count == 2


def test_each_desk_has_its_own_case(nights):
    nights.night(SATURDAY, finding(), finding(desk="hospital", rule_id="two-in-a-row", step=Step.ENGAGE))
    assert {(case.desk, case.step) for case in nights.cases} == {
        ("partnership", Step.REVIEW),
        ("hospital", Step.ENGAGE),
    }


def test_of_two_accounts_of_one_rule_the_case_tells_the_one_with_most_counted_and_rests_on_both(nights):
    nights.night(SATURDAY, finding(evidence=seen("gp/1@2")), finding(evidence=seen("hospital/1@4", "hospital/2@3")))
    assert nights.case().rules[0].count == 2
    assert len(nights.case().evidence) == 3


# ---------------------------------------------------------------- no rule is met any more


def test_a_child_stays_when_time_has_passed_and_the_row_says_so(nights):
    nights.night(SATURDAY, finding())
    decisions = nights.night(SATURDAY + timedelta(days=40))
    assert moves(decisions) == ["noted-unmet"]
    assert decisions.moves[0].phrase.endswith("(time passed)")
    assert (nights.case().state, nights.case().unmet) == (State.OPEN, Unmet.TIME_PASSED)
    assert moves(nights.night(SATURDAY + timedelta(days=41))) == []


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"withdrawn": seen("clinic/1@1")}, Unmet.WITHDRAWN),
        ({"corrected": seen("clinic/1@1")}, Unmet.CORRECTED),
        ({"withdrawn": seen("clinic/1@1"), "corrected": seen("hospital/1@9")}, Unmet.WITHDRAWN),
        ({"in_force": {"three-days": InForce("another threshold", 28)}}, Unmet.RULE_CHANGED),
        ({"in_force": {}}, Unmet.RULE_CHANGED),
        ({}, Unmet.CORRECTED),  # within the recall days, all as it was: a sighting came to light
    ],
)
def test_a_child_stays_and_the_row_says_why_no_rule_is_met(nights, how, why):
    nights.night(SATURDAY, finding())
    nights.night(SUNDAY, **how)
    assert nights.case().unmet is why
    assert nights.case().live


def test_a_late_finding_that_is_over_the_next_night_is_a_matter_of_time(nights):
    old = seen("hospital/1@90", "hospital/2@80", "clinic/1@70")
    nights.night(SATURDAY, finding(evidence=old, late=True))
    nights.night(SUNDAY)
    assert nights.case().unmet is Unmet.TIME_PASSED


@pytest.mark.parametrize(("nights_later", "why"), [(26, Unmet.CORRECTED), (27, Unmet.TIME_PASSED)])
def test_time_has_passed_when_the_recall_days_are_over(nights, nights_later, why):
    nights.night(SATURDAY, finding())  # last met the day before, with a recall of 28 days
    nights.night(SATURDAY + timedelta(days=nights_later))
    assert nights.case().unmet is why


def test_one_rule_still_met_is_enough_to_be_met(nights):
    nights.night(SATURDAY, finding(), finding(rule_id="two-in-a-row"))
    nights.night(SUNDAY, finding())
    assert [rule.unmet for rule in nights.case().rules] == [None, Unmet.CORRECTED]
    assert nights.case().unmet is None


def test_a_rule_that_is_met_again_says_so(nights):
    nights.night(SATURDAY, finding())
    nights.night(SUNDAY, withdrawn=seen("clinic/1@1"))
    assert moves(nights.night(MONDAY, finding())) == ["met-again"]
    assert nights.case().unmet is None


def test_what_the_lake_is_asked_about_is_the_evidence_of_rules_not_met_tonight(nights):
    nights.night(SATURDAY, finding(), finding(rule_id="two-in-a-row"), finding("c-2"))
    nights.close(nights.case("c-2"))
    assert asked_about(nights.cases, [finding()]) == {("two-in-a-row", e) for e in finding().evidence}


# ---------------------------------------------------------------- closing and opening again


def test_a_closed_child_leaves_by_a_persons_exit(nights):
    nights.night(SATURDAY, finding(), finding("c-2"))
    nights.close(nights.case("c-1"))
    nights.close(nights.case("c-2"), "died", "deceased")
    decisions = nights.night(SUNDAY, finding(), finding("c-2"))
    assert decisions.exits == (
        Exit("partnership", "c-1", ExitReason.CLOSED, False),
        Exit("partnership", "c-2", ExitReason.DECEASED, False),
    )
    assert decisions.exits_of("partnership")[0] == ("c-1", ExitReason.CLOSED)
    assert not decisions.listed


def test_a_closed_case_opens_again_only_on_an_appointment_that_was_not_in_its_evidence(nights):
    nights.night(SATURDAY, finding())
    nights.close(nights.case())
    assert moves(nights.night(SUNDAY, finding(), finding(rule_id="two-in-a-row"))) == []
    decisions = nights.night(MONDAY, finding(evidence=seen("clinic/1@1", "gp/7")))
    assert moves(decisions) == ["reopened"]
    again = nights.case()
    assert (again.id, again.follows, again.since) == (2, 1, MONDAY)
    assert decisions.moves[0].phrase == "Opened again after case 1 was closed: The rule three-days"


def test_an_old_id_on_another_day_is_another_appointment(nights):
    nights.night(SATURDAY, finding())
    nights.close(nights.case())
    assert moves(nights.night(SUNDAY, finding(evidence=seen("clinic/1@0")))) == ["reopened"]


def test_what_an_earlier_closed_case_rested_on_opens_nothing_again(nights):
    nights.night(SATURDAY, finding(evidence=seen("gp/1@5", "gp/2@4")))
    nights.close(nights.case())
    nights.night(SUNDAY, finding(evidence=seen("gp/2@4", "gp/3@1")))
    nights.close(nights.case())
    assert moves(nights.night(MONDAY, finding(evidence=seen("gp/1@5", "gp/3@1")))) == []


def test_closed_and_opened_again_between_two_nights_is_no_exit(nights):
    nights.night(SATURDAY, finding())
    nights.close(nights.case())
    assert nights.night(SUNDAY, finding(evidence=seen("gp/7"))).exits == ()


# ---------------------------------------------------------------- before we began


def old(child, **other):
    return finding(child, backlog=True, **other)


def first_night(nights, a_week=2, count=5):
    return nights.night(SATURDAY, *(old(f"c-{n}") for n in range(1, count + 1)), backlog_a_week=a_week)


def on_the_list(decisions):
    return [case.child_id for case in decisions.on("partnership")]


def test_the_first_nights_backlog_waits_with_a_number_and_without_a_clock(nights):
    decisions = first_night(nights)
    assert on_the_list(decisions) == ["c-1", "c-2"]
    waiting = decisions.on("partnership", State.WAITING)
    assert [(case.queue_number, case.due) for case in waiting] == [(3, None), (4, None), (5, None)]


def test_the_next_enter_seven_days_later_with_a_clock_of_their_own(nights):
    first_night(nights)
    assert on_the_list(nights.night(SATURDAY + timedelta(days=6), backlog_a_week=2)) == ["c-1", "c-2"]
    a_week_on = SATURDAY + timedelta(days=7)
    assert on_the_list(nights.night(a_week_on, backlog_a_week=2)) == ["c-1", "c-2", "c-3", "c-4"]
    assert (nights.case("c-3").since, nights.case("c-3").due) == (a_week_on, working_day_after(a_week_on, 1))


def test_a_night_that_was_not_run_is_made_good(nights):
    first_night(nights)
    assert len(on_the_list(nights.night(SATURDAY + timedelta(days=15), backlog_a_week=2))) == 5


def test_those_at_risk_come_first_then_the_earliest_met(nights):
    nights.night(
        SATURDAY,
        old("c-1"),
        old("c-2", first_met_on=SATURDAY - timedelta(days=20)),
        old("c-3", at_risk=True),
        backlog_a_week=1,
    )
    assert [nights.case(child).queue_number for child in ("c-3", "c-2", "c-1")] == [1, 2, 3]


def test_a_new_miss_brings_a_waiting_child_in_at_once(nights):
    first_night(nights)
    decisions = nights.night(SUNDAY, finding("c-5", evidence=seen("clinic/1@1", "gp/1")), backlog_a_week=2)
    assert [made.move for made in decisions.moves if made.after.child_id == "c-5"] == ["grew", "entered"]
    assert (nights.case("c-5").state, nights.case("c-5").since) == (State.OPEN, SUNDAY)


def test_a_miss_since_we_began_brings_a_waiting_child_in_however_its_finding_is_marked(nights):
    first_night(nights)
    nights.night(MONDAY, old("c-5", evidence=seen("clinic/1@1", "gp/1", day=MONDAY)), backlog_a_week=2)
    assert (nights.case("c-5").state, nights.case("c-5").due) == (State.OPEN, working_day_after(MONDAY, 1))


def test_a_child_with_an_old_pattern_and_a_new_one_never_waits(nights):
    decisions = nights.night(SATURDAY, old("c-1"), finding("c-1", rule_id="two-in-a-row"), backlog_a_week=1)
    assert moves(decisions) == ["opened"]
    assert nights.case().queue_number is None


def test_a_waiting_child_whose_time_has_passed_still_waits_and_still_enters(nights):
    first_night(nights)
    later = SATURDAY + timedelta(days=60)
    assert nights.night(later, backlog_a_week=1).exits == ()
    assert len(nights.listed) == 5


def test_without_a_limit_all_are_listed_and_a_lifted_limit_lets_everyone_in(nights):
    assert len(on_the_list(first_night(nights, a_week=None))) == 5
    again = Nights()
    first_night(again)
    assert len(on_the_list(again.night(SUNDAY))) == 5


def test_an_agency_that_joins_later_queues_behind_those_who_wait(nights):
    first_night(nights, a_week=2, count=3)
    nights.night(SUNDAY, old("c-9", at_risk=True), backlog_a_week=2)
    assert (nights.case("c-9").queue_number, nights.case("c-9").state) == (4, State.WAITING)


def test_a_queue_that_ran_empty_begins_anew(nights):
    first_night(nights, a_week=2, count=2)
    nights.night(SATURDAY + timedelta(days=30), *(old(f"c-{n}") for n in (6, 7, 8)), backlog_a_week=2)
    assert [nights.case(f"c-{n}").queue_number for n in (6, 7, 8)] == [1, 2, 3]
    assert nights.case("c-8").state is State.WAITING


def test_each_desk_has_its_own_queue(nights):
    nights.night(SATURDAY, old("c-1"), old("c-2", desk="hospital"), backlog_a_week=1)
    assert {case.state for case in nights.cases} == {State.OPEN}


def test_a_child_who_has_been_worked_with_never_goes_back_to_the_queue(nights):
    nights.night(SATURDAY, finding())
    nights.close(nights.case())
    decisions = nights.night(SUNDAY, old("c-1", evidence=seen("new-agency/1@9")), backlog_a_week=1)
    assert moves(decisions) == ["reopened"]
    assert decisions.exits == ()


def test_a_waiting_child_may_be_closed_by_a_person(nights):
    first_night(nights)
    nights.close(nights.case("c-5"))
    assert nights.night(SUNDAY, backlog_a_week=2).exits == (Exit("partnership", "c-5", ExitReason.CLOSED, True),)


# ---------------------------------------------------------------- one child under two ids


def test_a_merged_child_leaves_as_merged_and_the_case_goes_with_the_child(nights):
    nights.night(SATURDAY, finding("c-1"))
    decisions = nights.night(SUNDAY, finding("c-2"), merged={"c-1": "c-2"})
    assert decisions.exits == (Exit("partnership", "c-1", ExitReason.MERGED, False),)
    assert decisions.listed == {Listed("partnership", "c-2", False)}
    assert moves(decisions) == ["readdressed"]
    assert nights.case("c-2").since == SATURDAY


def test_two_open_cases_of_one_child_become_one_that_keeps_the_earlier_date_and_the_higher_step(nights):
    nights.night(SATURDAY, finding("c-1", step=Step.ESCALATE, rule_id="section-47"))
    nights.night(SUNDAY, finding("c-2", seen("gp/1@4")), finding("c-1", step=Step.ESCALATE, rule_id="section-47"))
    decisions = nights.night(MONDAY, merged={"c-1": "c-2"})
    assert moves(decisions)[:2] == ["took-in", "joined"]
    kept = nights.case("c-2")
    assert (kept.step, kept.since, kept.due) == (Step.ESCALATE, SATURDAY, SATURDAY)
    assert len(kept.evidence) == 4
    assert nights.case("c-1").state is State.JOINED
    assert nights.case("c-1").joined_into == kept.id


def test_a_merge_joins_cases_of_one_desk_only(nights):
    nights.night(SATURDAY, finding("c-1"), finding("c-2", desk="hospital"))
    assert moves(nights.night(SUNDAY, finding("c-2"), finding("c-2", desk="hospital"), merged={"c-1": "c-2"})) == [
        "readdressed"
    ]
    assert {case.desk for case in nights.cases if case.live and case.child_id == "c-2"} == {"partnership", "hospital"}


def test_an_open_case_taken_into_a_waiting_one_is_open(nights):
    nights.night(SATURDAY, old("c-1"), old("c-2"), backlog_a_week=1)
    nights.night(SUNDAY, backlog_a_week=1, merged={"c-1": "c-2"})
    assert (nights.case("c-2").state, nights.case("c-2").due) == (State.OPEN, MONDAY)


def test_what_a_closed_case_rested_on_is_remembered_under_the_new_id(nights):
    nights.night(SATURDAY, finding("c-1"))
    nights.close(nights.case("c-1"))
    decisions = nights.night(SUNDAY, finding("c-2"), merged={"c-1": "c-2"})
    assert moves(decisions) == ["readdressed"]
    assert decisions.exits == (Exit("partnership", "c-1", ExitReason.CLOSED, False),)


def test_a_case_opened_again_before_its_child_was_merged_leaves_as_merged(nights):
    nights.night(SATURDAY, finding("c-1"))
    nights.close(nights.case("c-1"), "died", "deceased")
    nights.night(SUNDAY, finding("c-1", seen("gp/1")))
    assert nights.night(MONDAY, merged={"c-1": "c-2"}).exits == (Exit("partnership", "c-1", ExitReason.MERGED, False),)


def test_merges_in_a_row_lead_to_the_last_and_a_circle_stops_the_night(nights):
    nights.night(SATURDAY, finding("c-1"))
    nights.night(SUNDAY, merged={"c-1": "c-2", "c-2": "c-3"})
    assert nights.case("c-3").live
    with pytest.raises(SafetyStop, match="circle"):
        nights.night(MONDAY, merged={"c-3": "c-4", "c-4": "c-3"})


# ---------------------------------------------------------------- list(t-1) - list(t) == exits(t)

HERE = Listed("partnership", "c-1", False)
WAITS = Listed("partnership", "c-1", True)
LEFT = Exit("partnership", "c-1", ExitReason.CLOSED, False)


@pytest.mark.parametrize(
    ("before", "after", "exits"),
    [
        ([HERE], [HERE], []),
        ([HERE], [], [LEFT]),
        ([WAITS], [HERE], []),
        ([], [HERE], []),
        ([WAITS], [], [LEFT._replace(waiting=True)]),
    ],
)
def test_a_list_that_balances(before, after, exits):
    check_conserved(before, after, exits)


@pytest.mark.parametrize(
    ("before", "after", "exits", "what"),
    [
        ([HERE], [], [], "1 would vanish"),
        ([WAITS], [], [], "1 would vanish"),
        ([HERE], [WAITS], [], "1 would vanish"),
        ([HERE], [HERE._replace(desk="hospital")], [], "1 would vanish"),
        ([HERE], [HERE], [LEFT], "1 would be said to have left"),
        ([], [], [LEFT], "1 would be said to have left"),
        ([HERE], [], [LEFT, LEFT], "1 would leave twice"),
        ([HERE], [], [LEFT._replace(waiting=True)], "1 would vanish"),
    ],
)
def test_a_list_that_does_not_balance_stops_the_night_and_names_nobody(before, after, exits, what):
    with pytest.raises(SafetyStop, match=what) as stopped:
        check_conserved(before, after, exits)
    assert "c-1" not in str(stopped.value)


def test_a_child_that_no_case_accounts_for_stops_the_night(nights):
    with pytest.raises(SafetyStop, match="1 would vanish"):
        decide(Tonight(SATURDAY, (), (), frozenset({HERE}), DAYS, None, IN_FORCE))


def test_a_finding_of_a_rule_that_is_not_in_force_stops_the_night(nights):
    with pytest.raises(SafetyStop, match="not in force"):
        nights.night(SATURDAY, finding(rule_id="another"))


def test_every_move_of_a_night_is_the_machines(nights):
    first_night(nights)
    decisions = nights.night(MONDAY, finding("c-5"), merged={"c-1": "c-2"}, backlog_a_week=2)
    assert {made.mover for made in decisions.moves} == {Mover.MACHINE}


# ---------------------------------------------------------------- the rules in force


def test_a_rules_settings_are_known_by_their_hash_and_its_words_are_no_settings():
    from pydantic import TypeAdapter

    from wnb.rules import Rules

    def rules(**other):
        rule = {
            "id": "three-days", "title": "Three days", "pattern": "repeated", "at_least": 3, "within_days": 365,
            "step": "review", "in_force_from": SATURDAY, "source": "a proposal",
        }  # fmt: skip
        return TypeAdapter(Rules).validate_python({"version": "1", "rules": [{**rule, **other}]})

    known = in_force(rules(), SATURDAY)
    assert known["three-days"].recall_days == 28
    assert in_force(rules(title="Another title"), SATURDAY) == known
    assert in_force(rules(at_least=4), SATURDAY) != known
    assert in_force(rules(recall_days=60), SATURDAY)["three-days"].recall_days == 60
    assert in_force(rules(recall_days=60), SATURDAY) != known
    assert in_force(rules(), SATURDAY - timedelta(days=1)) == {}


def test_a_case_account_told_anew_does_not_make_a_filled_in_row_out_of_date(nights):
    nights.night(SATURDAY, finding())
    version = nights.case().version
    assert moves(nights.night(SUNDAY, replace(finding(), sentence="told otherwise"))) == ["retold"]
    assert nights.case().version == version


# ---------------------------------------------------------------- what a guard holds

SPIKE = "Hospital, Eyes: 64 missed on Thursday 19 November 2026, usually 6 on a Thursday."


def test_a_new_finding_that_rests_on_a_clinics_spike_is_held_without_a_clock(nights):
    decisions = nights.night(SATURDAY, finding(rests_on=SPIKE))
    case = nights.case()
    assert (case.state, case.due) == (State.HELD, None)
    assert moves(decisions) == ["held"]
    assert "until 2026-11-24" in decisions.moves[0].phrase
    assert SPIKE in decisions.moves[0].phrase
    assert decisions.on(PARTNERSHIP) == ()


@pytest.mark.parametrize("still_met", [True, False])
def test_a_hold_lapses_on_the_second_working_day_whatever_became_of_the_rule(nights, still_met):
    nights.night(SATURDAY, finding(rests_on=SPIKE))
    tonight = [finding(rests_on=SPIKE)] if still_met else []
    nights.night(SATURDAY + timedelta(days=2), *tonight)
    assert nights.case().state is State.HELD
    decisions = nights.night(SATURDAY + timedelta(days=3), *tonight)  # Tuesday
    assert nights.case().state is State.OPEN
    assert nights.case().since == SATURDAY + timedelta(days=3)
    assert nights.case().due is not None
    assert "the hold has lapsed" in decisions.moves[-1].phrase


def test_a_night_that_was_not_run_lets_the_held_in_with_the_next(nights):
    nights.night(SATURDAY, finding(rests_on=SPIKE))
    nights.night(SATURDAY + timedelta(days=9), finding(rests_on=SPIKE))
    assert nights.case().state is State.OPEN


def test_who_was_held_is_never_held_again(nights):
    nights.night(SATURDAY, finding(rests_on=SPIKE))
    nights.night(SATURDAY + timedelta(days=3), finding(rests_on=SPIKE))
    nights.night(SATURDAY + timedelta(days=4), finding(rests_on=SPIKE))
    assert nights.case().state is State.OPEN
    nights.close(nights.case())
    nights.night(SATURDAY + timedelta(days=5), finding(evidence=seen("hospital/9@0"), rests_on=SPIKE))
    assert nights.case().state is State.OPEN


@pytest.mark.parametrize(
    "pressing",
    [
        {"at_risk": True},
        {"late": True},
        {"rule_id": "section-47", "step": Step.ESCALATE},
        {"rests_on": ""},
    ],
    ids=str,
)
def test_nothing_pressing_is_ever_held(nights, pressing):
    nights.night(SATURDAY, finding(**{"rests_on": SPIKE, **pressing}))
    assert nights.case().state is State.OPEN


def test_one_finding_that_rests_on_more_is_enough_not_to_be_held(nights):
    nights.night(SATURDAY, finding(rests_on=SPIKE), finding(rule_id="two-in-a-row"))
    assert nights.case().state is State.OPEN


def test_a_held_child_enters_at_once_on_anything_that_does_not_rest_on_the_spike(nights):
    nights.night(SATURDAY, finding(rests_on=SPIKE))
    decisions = nights.night(
        SATURDAY + timedelta(days=1), finding(rests_on=SPIKE), finding(rule_id="two-in-a-row", step=Step.ENGAGE)
    )
    assert nights.case().state is State.OPEN
    assert "does not rest on the spike alone: The rule two-in-a-row" in decisions.moves[-1].phrase


def test_a_child_on_the_list_already_is_not_taken_off_it_for_a_spike(nights):
    nights.night(SATURDAY, finding())
    nights.night(SATURDAY + timedelta(days=1), finding(evidence=seen("hospital/7@0"), rests_on=SPIKE))
    assert nights.case().state is State.OPEN


def test_who_would_wait_before_we_began_waits_and_is_not_held(nights):
    nights.night(SATURDAY, finding("c-0", backlog=True), finding(backlog=True, rests_on=SPIKE), backlog_a_week=1)
    assert nights.case().state is State.WAITING


def test_a_held_case_that_takes_in_an_open_one_is_open(nights):
    nights.night(SATURDAY, finding("c-1", rests_on=SPIKE), finding("c-2"))
    nights.night(SATURDAY + timedelta(days=1), finding("c-1", rests_on=SPIKE), merged={"c-2": "c-1"})
    assert nights.case("c-1").state is State.OPEN


def test_two_held_cases_that_prove_one_are_held_no_longer_than_the_first(nights):
    nights.night(SATURDAY, finding("c-1", rests_on=SPIKE))
    nights.night(SATURDAY + timedelta(days=2), finding("c-1", rests_on=SPIKE), finding("c-2", rests_on=SPIKE))
    both = finding("c-2", rests_on=SPIKE)
    nights.night(SATURDAY + timedelta(days=3), both, merged={"c-1": "c-2"})
    assert nights.case("c-2").state is State.OPEN


def test_who_is_held_and_waits_before_we_began_is_on_the_list_from_tonight(nights):
    nights.night(SATURDAY, finding("c-0", backlog=True), finding("c-1", backlog=True), backlog_a_week=1)
    nights.night(SUNDAY, finding("c-2", rests_on=SPIKE), backlog_a_week=1)
    nights.night(SUNDAY + timedelta(days=1), merged={"c-2": "c-1"}, backlog_a_week=1)
    case = nights.case("c-1")
    assert (case.state, case.since) == (State.OPEN, SUNDAY + timedelta(days=1))
    assert case.due is not None


def test_a_pattern_of_before_we_began_beside_one_that_rests_on_a_spike_is_not_held(nights):
    nights.night(SATURDAY, finding(backlog=True, rule_id="two-in-a-row"), finding(rests_on=SPIKE), backlog_a_week=1)
    assert nights.case().state is State.OPEN


def test_what_a_child_rests_on_is_told_with_the_decisions(nights):
    decisions = nights.night(SATURDAY, finding(rests_on=SPIKE), finding("c-2"))
    assert decisions.rests_on == {(PARTNERSHIP, "c-1"): SPIKE}
    assert nights.night(SUNDAY, finding("c-2")).rests_on == {}


def test_a_person_may_close_a_held_case(nights):
    nights.night(SATURDAY, finding(rests_on=SPIKE))
    nights.close(nights.case())
    decisions = nights.night(SATURDAY + timedelta(days=1), finding(rests_on=SPIKE))
    assert [exit_.reason for exit_ in decisions.exits] == [ExitReason.CLOSED]
