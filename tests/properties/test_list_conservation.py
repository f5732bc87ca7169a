"""Whatever nights, closings, merges and findings come: nobody vanishes, no date moves later, no order matters."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.casework import DAYS, IN_FORCE, SATURDAY, finding
from wnb.cases import Decision, Evidence, Move, Mover, State, decided
from wnb.escalate import EvidenceState, Tonight, decide
from wnb.terms import Step
from wnb.working_days import working_day_after

CHILDREN = [f"c-{number}" for number in range(1, 7)]
DESKS = ["partnership", "hospital"]
RULES = sorted(IN_FORCE)
STEP_OF = {"three-days": Step.REVIEW, "two-in-a-row": Step.ENGAGE, "section-47": Step.ESCALATE}


@st.composite
def appointments(draw):
    """One to four appointments on days before the first nights and after."""
    picked = draw(st.lists(st.integers(0, 30), min_size=1, max_size=4, unique=True))
    return tuple(Evidence(f"clinic/{n}", SATURDAY + timedelta(days=n - 20)) for n in sorted(picked))


@st.composite
def findings(draw):
    rule = draw(st.sampled_from(RULES))
    return finding(
        draw(st.sampled_from(CHILDREN)),
        draw(appointments()),
        desk=draw(st.sampled_from(DESKS)),
        rule_id=rule,
        step=STEP_OF[rule],
        backlog=draw(st.booleans()),
        at_risk=draw(st.booleans()),
        rests_on=draw(st.sampled_from(["", "Clinic: 40 missed"])),
    )


@st.composite
def one_night(draw):
    return {
        "after_days": draw(st.integers(1, 9)),
        "findings": draw(st.lists(findings(), max_size=6)),
        "closings": draw(st.lists(st.integers(0, 20), max_size=2)),
        "merge": draw(st.one_of(st.none(), st.tuples(st.sampled_from(CHILDREN), st.sampled_from(CHILDREN)))),
        "backlog_a_week": draw(st.sampled_from([None, 1, 2])),
        "states": draw(st.sampled_from(list(EvidenceState))),
        "days": draw(st.sampled_from([DAYS, {**DAYS, Step.REVIEW: 10}])),
    }


def close_some(cases, picks):
    """A person closes a few of the live cases; the cases as they stand after."""
    live = [case for case in cases if case.live]
    chosen = {live[pick % len(live)].id for pick in picks} if live else set()
    at = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    details = {"reason": "needs-met", "exit": "closed"}
    return tuple(
        decided(case, Decision(Move.CLOSED, case.id, "A. Lead", at, details)).after if case.id in chosen else case
        for case in cases
    )


def nights_of(plan):
    """Each night's question with who was listed before, in turn; what it decides is the next one's past."""
    night, cases, listed, gone = SATURDAY, (), frozenset(), set()
    for step in plan:
        night += timedelta(days=step["after_days"])
        cases = close_some(cases, step["closings"])
        merged = {}
        if step["merge"] and step["merge"][0] not in {step["merge"][1], *gone} and step["merge"][1] not in gone:
            merged = dict([step["merge"]])
        tonight = Tonight(
            night,
            [f for f in step["findings"] if f.child_id not in gone],
            cases,
            listed,
            step["days"],
            step["backlog_a_week"],
            IN_FORCE,
            {(rule.rule_id, e): step["states"] for case in cases for rule in case.rules for e in rule.evidence},
            merged,
        )
        decisions = decide(tonight)
        yield tonight, decisions
        cases, listed = decisions.cases, decisions.listed
        gone |= set(merged)


plans = st.lists(one_night(), min_size=1, max_size=7)


@given(plans)
@settings(max_examples=150, deadline=None)
def test_whoever_was_on_a_list_is_on_tonights_or_among_tonights_exits(plan):
    for tonight, decisions in nights_of(plan):
        for desk in DESKS:
            before = {place.child_id for place in tonight.listed if place.desk == desk}
            after = {place.child_id for place in decisions.listed if place.desk == desk}
            assert before - after == {child for child, _ in decisions.exits_of(desk)}
            on_list = {place.child_id for place in tonight.listed if place.desk == desk and not place.waiting}
            waits = {place.child_id for place in decisions.listed if place.desk == desk and place.waiting}
            assert not on_list & waits


@given(plans)
@settings(max_examples=150, deadline=None)
def test_every_finding_is_on_a_list_or_a_person_decided_upon_all_of_it(plan):
    for tonight, decisions in nights_of(plan):
        for found in tonight.findings:
            child = decisions.merged.get(found.child_id, found.child_id)
            mine = [case for case in decisions.cases if (case.desk, case.child_id) == (found.desk, child)]
            decided_upon = {e for case in mine if case.state is State.CLOSED for e in case.evidence}
            live = [case for case in mine if case.live]
            assert len(live) == 1 or set(found.evidence) <= decided_upon
            assert all(set(found.evidence) <= set(case.evidence) for case in live)


@given(plans)
@settings(max_examples=150, deadline=None)
def test_the_machine_never_closes_never_puts_off_and_never_lowers(plan):
    for _, decisions in nights_of(plan):
        for made in decisions.moves:
            assert made.mover is Mover.MACHINE
            if made.before is None:
                continue
            assert (made.after.state is State.CLOSED) == (made.before.state is State.CLOSED)
            assert made.after.step.rank >= made.before.step.rank
            assert set(made.before.evidence) <= set(made.after.evidence)
            if made.before.due and made.after.state is State.OPEN:
                assert made.after.due <= made.before.due


@given(plans)
@settings(max_examples=150, deadline=None)
def test_nobody_is_held_beyond_the_second_working_day_nor_with_anything_pressing(plan):
    held = {}  # (desk, child) -> the first night
    for tonight, decisions in nights_of(plan):
        for desk in DESKS:
            for old, child in decisions.merged.items():
                nights = [held[desk, name] for name in (old, child) if (desk, name) in held]
                held |= {(desk, child): min(nights)} if nights else {}
        now = [case for case in decisions.cases if case.state is State.HELD]
        held = {(c.desk, c.child_id): held.get((c.desk, c.child_id), tonight.night) for c in now}
        for case in now:
            assert tonight.night < working_day_after(held[case.desk, case.child_id], 2)
            assert not case.at_risk
            assert all(rule.step is not Step.ESCALATE for rule in case.rules)
        on_list = {(place.desk, place.child_id) for place in tonight.listed if not place.waiting}
        assert not on_list & held.keys()


@given(plans, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_in_which_things_are_given_decides_nothing(plan, chance):
    for tonight, decisions in nights_of(plan):
        found, cases = list(tonight.findings), list(tonight.cases)
        chance.shuffle(found)
        chance.shuffle(cases)
        again = decide(
            Tonight(
                tonight.night, found, cases, tonight.listed, tonight.days, tonight.backlog_a_week,
                dict(reversed(IN_FORCE.items())), tonight.evidence, tonight.merged,
            )
        )  # fmt: skip
        assert again == decisions


@given(plans)
@settings(max_examples=100, deadline=None)
def test_one_child_has_one_live_case_on_a_desk_and_a_waiting_one_has_a_number_and_no_clock(plan):
    for _, decisions in nights_of(plan):
        live = [(case.desk, case.child_id) for case in decisions.cases if case.live]
        assert len(live) == len(set(live))
        for case in decisions.cases:
            assert (case.due is not None) == (case.state is State.OPEN)
            assert case.state is not State.WAITING or case.queue_number


@given(st.integers(1, 12), st.integers(1, 4), st.lists(st.integers(1, 12), min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_of_the_backlog_never_more_than_so_many_a_week_have_entered(children, a_week, gaps):
    findings_ = [finding(f"c-{number:02}", backlog=True) for number in range(children)]
    night, cases, listed = SATURDAY, (), frozenset()
    for gap in gaps:
        decisions = decide(Tonight(night, findings_, cases, listed, DAYS, a_week, IN_FORCE))
        weeks = 1 + (night - SATURDAY).days // 7
        assert len(decisions.on("partnership")) == min(children, a_week * weeks)
        cases, listed, night = decisions.cases, decisions.listed, night + timedelta(days=gap)
