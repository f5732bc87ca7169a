"""What may become of a case: its states, the moves between them, who may make each, and the phrase of each. Tables.

A case is one child on one desk: the partnership's list, or one agency's own. The machine opens a case, adds to it and
moves its clock earlier; it never closes one. A new move of people's (an attempt, a referral, a sign-off) is one member
of `Move` and one line of `MOVES`: the casebook, its audit and the replay of past nights read nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from wnb.errors import SafetyStop, UsageFault
from wnb.terms import Desk, ExitReason, Step, Unmet

PARTNERSHIP = Desk.PARTNERSHIP.value


class State(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    WAITING = "waiting"  # "before we began": numbered, listed on its own sheet, without a clock
    HELD = "held"  # by a guard, for two working days at most: named on a sheet of its own, without a clock
    CLOSED = "closed"  # by a person
    JOINED = "joined"  # two children proved to be one: the work goes on in the other case


LIVE = frozenset({State.OPEN, State.WAITING, State.HELD})
"""States in which a child is on a list or one of its sheets. At most one case of a child and desk is in one of them."""


class Mover(StrEnum):
    """Who makes a move."""

    MACHINE = "machine"
    PERSON = "person"


class Move(StrEnum):
    """Everything that can happen to a case. The words are stored; they are never reused."""

    OPENED = "opened"
    REOPENED = "reopened"
    QUEUED = "queued"
    ENTERED = "entered"
    HELD = "held"
    LET_ON = "let-on"
    GREW = "grew"
    RETOLD = "retold"
    ROSE = "rose"
    DUE_EARLIER = "due-earlier"
    NOTED_UNMET = "noted-unmet"
    MET_AGAIN = "met-again"
    READDRESSED = "readdressed"
    TOOK_IN = "took-in"
    JOINED = "joined"
    SPLIT_OFF = "split-off"
    PARTED = "parted"
    ACTED = "acted"
    CLOSED = "closed"


class Evidence(NamedTuple):
    """One appointment: `reference` is agency/appointment_id; the day tells a rebooked slot from its old id."""

    reference: str
    day: date


@dataclass(frozen=True)
class CaseRule:
    """The last account that a rule gave of this case, and why it is not met tonight where it is not."""

    rule_id: str
    rule_version: str
    settings: str  # hash of the rule's settings when it was last met: tells "rule changed" from "time passed"
    step: Step
    title: str
    source: str
    sentence: str
    first_met_on: date
    last_met_on: date
    count: int
    evidence: tuple[Evidence, ...]
    late: bool
    unmet: Unmet | None = None


@dataclass(frozen=True)
class Closing:
    """A person's reason for closing, and which exit from the list it is."""

    reason: str  # id of a closing reason in casework.yaml
    exit: ExitReason
    by: str
    at: datetime  # UTC


@dataclass(frozen=True)
class Case:
    """One child on one desk, as it stands after the last night and people's decisions since."""

    id: int
    child_id: str
    desk: str  # "partnership" or an agency's id
    state: State
    step: Step
    opened_on: date  # night
    since: date  # first night on this list; while waiting or held, on its sheet
    due: date | None  # None: waiting or held, without a clock
    version: int  # rises with every move after which a person's filled-in row is out of date
    rules: tuple[CaseRule, ...]  # by rule id
    evidence: tuple[Evidence, ...]  # every appointment it ever rested on, in order; a closed case's never changes
    at_risk: bool = False
    queue_number: int | None = None  # place before we began; kept after it entered
    queue_from: date | None = None  # the night that queue began
    follows: int | None = None  # the closed case of the same child and desk before it
    joined_into: int | None = None
    closing: Closing | None = None

    @property
    def live(self) -> bool:
        """Whether its child is on a list because of it."""
        return self.state in LIVE

    @property
    def unmet(self) -> Unmet | None:
        """Why it is still listed although no rule is met; None while one is."""
        reasons = [rule.unmet for rule in self.rules]
        return None if None in reasons else next((why for why in Unmet if why in reasons), None)


@dataclass(frozen=True)
class Decision:
    """What a person decided about a case: enough to make it again when past nights are rebuilt."""

    move: Move
    case: int
    by: str
    at: datetime  # UTC
    details: Mapping[str, Any]  # JSON values
    after_night: date | None = None  # last committed night when it was made; filled in by the casebook


@dataclass(frozen=True)
class Made:
    """One move that was made, with the phrase a person reads in the audit."""

    move: Move
    mover: Mover
    phrase: str
    before: Case | None
    after: Case


def _closed(case: Case, decision: Decision) -> Case:
    details = decision.details
    return replace(
        case,
        due=None,
        closing=Closing(details["reason"], ExitReason(details["exit"]), decision.by, decision.at),
    )


def _acted(case: Case, decision: Decision) -> Case:
    """A row of a worksheet: the step moves where the person says so, up or down; the due date stays the promise it is.

    Raises:
        UsageFault: the case has moved on since the row was filled in.
    """
    if decision.details["case_version"] != case.version:
        raise UsageFault(f"case {case.id} has moved on since this row was printed")
    move_to = decision.details.get("move_to")
    return replace(case, step=Step(move_to)) if move_to else case


def _as_it_was(case: Case, decision: Decision) -> Case:
    return case


NOTHING_YET = None
"""What a case was before it was opened."""


@dataclass(frozen=True)
class MoveRule:
    """One line of the table of moves."""

    by: frozenset[Mover]
    sources: frozenset[State | None]
    to: State | None  # None: stays where it is
    phrase: str  # past tense; its {slots} are filled from the words given with the move
    moves_on: bool = True  # whether a row filled in before it is out of date
    effect: Callable[[Case, Decision], Case] = _as_it_was  # what a person's move does beside the state


_MACHINE = frozenset({Mover.MACHINE})
_PERSON = frozenset({Mover.PERSON})
_NEW = frozenset({NOTHING_YET})
_OPEN = frozenset[State | None]({State.OPEN})
_WAITING = frozenset[State | None]({State.WAITING})
_HELD = frozenset[State | None]({State.HELD})
_LIVE = frozenset[State | None](LIVE)

MOVES: Mapping[Move, MoveRule] = {
    Move.OPENED: MoveRule(_MACHINE, _NEW, State.OPEN, "Opened: {why}"),
    Move.REOPENED: MoveRule(_MACHINE, _NEW, State.OPEN, "Opened again after case {follows} was closed: {why}"),
    Move.QUEUED: MoveRule(_MACHINE, _NEW, State.WAITING, "Set down before we began as number {number}: {why}"),
    Move.ENTERED: MoveRule(_MACHINE, _WAITING, State.OPEN, "Entered the list from before we began: {why}"),
    Move.HELD: MoveRule(_MACHINE, _NEW, State.HELD, "Held until {until} at the latest: {why}"),
    Move.LET_ON: MoveRule(_MACHINE, _HELD, State.OPEN, "Entered the list from the held: {why}"),
    Move.GREW: MoveRule(_MACHINE, _LIVE, None, "Added to: {why}"),
    Move.RETOLD: MoveRule(_MACHINE, _LIVE, None, "Told anew: {why}", moves_on=False),
    Move.ROSE: MoveRule(_MACHINE, _LIVE, None, "Raised from {before} to {step}"),
    Move.DUE_EARLIER: MoveRule(_MACHINE, _OPEN, None, "Due earlier, on {due}", moves_on=False),
    Move.NOTED_UNMET: MoveRule(_MACHINE, _LIVE, None, "No longer met, and kept for a person: {why}", moves_on=False),
    Move.MET_AGAIN: MoveRule(_MACHINE, _LIVE, None, "Met again: {why}", moves_on=False),
    Move.READDRESSED: MoveRule(
        _MACHINE, frozenset({*LIVE, State.CLOSED}), None, "Moved with its child, {old}, who is one with {child}"
    ),
    Move.TOOK_IN: MoveRule(_MACHINE, _LIVE, None, "Took in case {other} of {old}, who is the same child"),
    Move.JOINED: MoveRule(_MACHINE, _LIVE, State.JOINED, "Joined to case {other} of {child}, who is the same child"),
    Move.SPLIT_OFF: MoveRule(_MACHINE, _NEW, State.OPEN, "Split off from case {other} of {old}: they are two children"),
    Move.PARTED: MoveRule(
        _MACHINE, _LIVE, None, "Parted from {child}, who is another child and goes on in case {other}"
    ),
    Move.ACTED: MoveRule(_PERSON, _LIVE, None, "Recorded work done: {what}", effect=_acted),
    Move.CLOSED: MoveRule(_PERSON, _LIVE, State.CLOSED, "Closed: {reason}", effect=_closed),
}
"""Every move: who may make it, from which states, to which, and how the audit says it. Tests prove it total."""


def check_may(move: Move, state: State | None, mover: Mover) -> None:
    """Whether `mover` may make `move` on a case in `state` (None: on no case yet).

    Raises:
        UsageFault: a person may not; the sentence says why.
        SafetyStop: the machine tried what only a person may do.
    """
    rule = MOVES[move]
    if mover in rule.by and state in rule.sources:
        return
    who = "the machine" if mover is Mover.MACHINE else "a person"
    if mover not in rule.by:
        reason = f"only {' or '.join(sorted(rule.by))} may set a case to {move!s}, not {who}"
    else:
        allowed = " or ".join(sorted(str(source) for source in rule.sources if source)) or "no case yet"
        reason = f"the move {move!s} needs a case that is {allowed}; this one is {state or 'not there'}"
    raise (SafetyStop if mover is Mover.MACHINE else UsageFault)(reason)


def begun(case: Case, move: Move, words: Mapping[str, str]) -> Made:
    """A case that the machine begins by `move`; its state is the table's."""
    check_may(move, NOTHING_YET, Mover.MACHINE)
    rule = MOVES[move]
    return Made(move, Mover.MACHINE, rule.phrase.format_map(words), None, replace(case, state=rule.to or case.state))


def moved(case: Case, move: Move, words: Mapping[str, str], **changes: Any) -> Made:
    """The machine's `move` on a case, with the fields that change by it."""
    return _made(case, replace(case, **changes), move, Mover.MACHINE, words)


def decided(case: Case, decision: Decision) -> Made:
    """A person's move on a case: state, version and fields by the table; the phrase's words from the details."""
    check_may(decision.move, case.state, Mover.PERSON)
    after = MOVES[decision.move].effect(case, decision)
    words = {name: str(value) for name, value in decision.details.items()}
    return _made(case, after, decision.move, Mover.PERSON, words)


def _made(case: Case, after: Case, move: Move, mover: Mover, words: Mapping[str, str]) -> Made:
    check_may(move, case.state, mover)
    rule = MOVES[move]
    after = replace(after, state=rule.to or case.state, version=case.version + rule.moves_on)
    return Made(move, mover, rule.phrase.format_map(words), case, after)
