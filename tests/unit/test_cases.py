"""The tables of what may become of a case are whole, and the machine's half of them never ends one."""

import string
from datetime import UTC, date, datetime

import pytest

from tests.casework import Nights, finding
from wnb.cases import LIVE, MOVES, Decision, Move, Mover, State, check_may, decided, moved
from wnb.errors import SafetyStop, UsageFault

NIGHT = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WORDS_OF_A_MOVE = {
    "why", "follows", "number", "before", "step", "due", "old", "child", "other", "what", "reason", "until",
}  # fmt: skip


def test_every_move_stands_in_the_table_with_a_mover_a_source_and_a_phrase():
    assert set(MOVES) == set(Move)
    for rule in MOVES.values():
        assert rule.by
        assert rule.sources
        assert rule.phrase[0].isupper()
        assert {slot for _, slot, _, _ in string.Formatter().parse(rule.phrase) if slot} <= WORDS_OF_A_MOVE


def test_every_state_can_be_reached():
    assert {rule.to for rule in MOVES.values()} - {None} == set(State)


def test_only_a_person_closes():
    closing = [rule for rule in MOVES.values() if rule.to is State.CLOSED]
    assert closing
    assert all(rule.by == {Mover.PERSON} for rule in closing)


def test_the_machine_takes_no_child_off_a_list_but_to_join_two_cases_of_one_child():
    ends = {move for move, rule in MOVES.items() if Mover.MACHINE in rule.by and rule.to not in {None, *LIVE}}
    assert ends == {Move.JOINED}


def test_nothing_moves_a_closed_case_but_its_childs_new_name():
    assert {move for move, rule in MOVES.items() if State.CLOSED in rule.sources} == {Move.READDRESSED}


@pytest.mark.parametrize("state", [State.CLOSED, State.JOINED, None])
def test_a_case_that_is_not_live_cannot_be_closed(state):
    with pytest.raises(UsageFault, match="needs a case that is held or open or waiting"):
        check_may(Move.CLOSED, state, Mover.PERSON)


def test_the_machine_that_tries_to_close_stops_the_night():
    nights = Nights()
    nights.night(NIGHT, finding())
    with pytest.raises(SafetyStop, match="only person may set a case to closed, not the machine"):
        moved(nights.case(), Move.CLOSED, {"reason": "a count"})


def test_a_person_cannot_make_the_machines_moves():
    nights = Nights()
    nights.night(NIGHT, finding())
    with pytest.raises(UsageFault, match="only machine may"):
        decided(nights.case(), Decision(Move.GREW, 1, "A. Lead", AT, {"why": "so"}))


def test_work_done_is_recorded_against_the_case_as_it_stands_and_no_other():
    nights = Nights()
    nights.night(NIGHT, finding())
    case = nights.case()
    work = Decision(Move.ACTED, case.id, "A. Lead", AT, {"what": "done on", "case_version": 1, "move_to": "engage"})
    done = decided(case, work)
    assert (done.after.step, done.after.due, done.after.version) == ("engage", case.due, 2)
    with pytest.raises(UsageFault, match="has moved on"):
        decided(done.after, work)


def test_closing_says_who_why_and_which_exit_and_stops_the_clock():
    nights = Nights()
    nights.night(NIGHT, finding())
    open_case = nights.case()
    closed = decided(
        open_case, Decision(Move.CLOSED, open_case.id, "A. Lead", AT, {"reason": "died", "exit": "deceased"})
    )
    assert closed.phrase == "Closed: died"
    assert closed.after.state is State.CLOSED
    assert closed.after.due is None
    assert closed.after.version == open_case.version + 1
    assert (closed.after.closing.by, closed.after.closing.exit) == ("A. Lead", "deceased")
