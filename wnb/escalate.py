"""Tonight's findings and the casebook's cases -> moves, due dates, and who left the list and why. Pure.

The machine proposes, a person decides: here a case is opened, added to, put in the queue, given an earlier date;
nothing here closes one. Whoever was on yesterday's list is on tonight's or in tonight's exits, or nothing is published.
Answers do not depend on the order in which findings, cases or merges are given. Longer than most: first what a night
asks and answers, as values; then the deciding, in the order in which it is done; it would not be safer in two places.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from wnb.cases import Case, CaseRule, Evidence, Made, Move, State, begun, moved
from wnb.errors import SafetyStop
from wnb.rules import Rules
from wnb.terms import ExitReason, Step, Unmet
from wnb.working_days import working_day_after

WEEK = 7
HOLD = 2  # working days, and no longer: a guard may never hide a child (interface, section 3)
Place = tuple[str, str]  # desk, child id


@dataclass(frozen=True)
class TonightsFinding:
    """One rule that one child meets tonight, for one desk."""

    child_id: str
    desk: str  # "partnership" or an agency's id
    rule_id: str
    rule_version: str
    step: Step
    title: str
    source: str
    sentence: str
    first_met_on: date
    last_met_on: date
    count: int
    evidence: tuple[Evidence, ...]  # in order
    late: bool
    last_miss_on: date
    backlog: bool  # its last miss came before its agency was first known
    at_risk: bool  # a risk status held
    rests_on: str = ""  # the clinic on whose spike it rests alone, in words; empty: on none


class EvidenceState(StrEnum):
    """What the lake holds tonight of an appointment that was evidence once."""

    COUNTED = "counted"
    CORRECTED = "corrected"  # held, and no longer counts under the rule
    WITHDRAWN = "withdrawn"


class InForce(NamedTuple):
    """A rule that is evaluated tonight: a hash of everything that makes its meaning, and its recall."""

    settings: str
    recall_days: int


class Listed(NamedTuple):
    """A child's place on a desk's list; `waiting`: on its sheet "before we began", or held by a guard."""

    desk: str
    child_id: str
    waiting: bool


class Exit(NamedTuple):
    """A child who left a desk's list tonight; `waiting`: from a sheet of those not on it yet."""

    desk: str
    child_id: str
    reason: ExitReason
    waiting: bool


@dataclass(frozen=True)
class Tonight:
    """Everything the decisions of a night depend on."""

    night: date
    findings: Collection[TonightsFinding]
    cases: Collection[Case]  # all of the casebook, closed ones too
    listed: frozenset[Listed]  # who was listed after the last committed night
    days: Mapping[Step, int]  # working days allowed for each step
    backlog_a_week: int | None
    in_force: Mapping[str, InForce]
    evidence: Mapping[tuple[str, Evidence], EvidenceState] = field(default_factory=dict)
    """(rule id, appointment) -> its state, for all that `asked_about` names. One that is not here is no longer held."""
    merged: Mapping[str, str] = field(default_factory=dict)  # child id given up tonight -> the one that stays
    split: Mapping[str, str] = field(default_factory=dict)  # child id new or back tonight -> the one it was part of
    whose: Mapping[Evidence, str] = field(default_factory=dict)
    """Of the evidence of live cases of a child who was split: the child whose it is tonight."""


@dataclass(frozen=True)
class Decisions:
    """What a night does to the casebook, and who is on the lists because of it."""

    night: date
    moves: tuple[Made, ...]  # in the order in which they were made
    cases: tuple[Case, ...]  # all, by id, as they stand after
    listed: frozenset[Listed]
    exits: tuple[Exit, ...]  # in order
    merged: Mapping[str, str]
    read: tuple[tuple[int, int], ...]  # (case, version) as the night read them: the casebook refuses if one moved on
    rests_on: Mapping[Place, str] = field(default_factory=dict)
    """Of each child, held or not, all of whose findings tonight rest on a clinic's spike: which, in words."""

    def on(self, desk: str, state: State = State.OPEN) -> tuple[Case, ...]:
        """The cases of one desk in one state: its list, or with WAITING its sheet "before we began"."""
        return tuple(case for case in self.cases if case.desk == desk and case.state is state)

    def exits_of(self, desk: str) -> tuple[tuple[str, ExitReason], ...]:
        """(child, reason) of each who left this desk's list or its sheet tonight."""
        return tuple((left.child_id, left.reason) for left in self.exits if left.desk == desk)


def in_force(rules: Rules, night: date) -> dict[str, InForce]:
    """The rules evaluated on `night`, each with the hash of its settings; titles and sources are no settings."""
    found = {}
    for rule in rules.rules:
        if rule.in_force_from <= night:
            recall = rule.recall_days or rules.recall_days
            settings = rule.model_dump_json(
                by_alias=True, exclude={"title", "source", "recall_days"}, exclude_defaults=True
            )  # a setting that a later wnb adds and nobody uses is no change of a rule
            found[rule.id] = InForce(sha256(f"{settings} {recall}".encode()).hexdigest()[:16], recall)
    return found


def asked_about(
    cases: Iterable[Case], findings: Iterable[TonightsFinding], split: Mapping[str, str] | None = None
) -> frozenset[tuple[str, Evidence]]:
    """What the lake must be asked before `decide`: the evidence of live cases' rules that are not met tonight.

    Of a child who was `split` all of it: what goes with the other child may be met for neither.
    """
    parted = set((split or {}).values())
    met = {(finding.child_id, finding.desk, finding.rule_id) for finding in findings}
    return frozenset(
        (rule.rule_id, seen)
        for case in cases
        if case.live
        for rule in case.rules
        if case.child_id in parted or (case.child_id, case.desk, rule.rule_id) not in met
        for seen in rule.evidence
    )


def decide(tonight: Tonight) -> Decisions:
    """The night's decisions.

    Raises:
        SafetyStop: a child would leave a list by none of the exits; yesterday's list must stand.
    """
    survivors = _survivors(tonight.merged)
    book = _Book(tonight.cases)
    read = tuple((case.id, case.version) for case in book.in_order())
    closed_as = _closed_since(book.in_order())
    _merge(book, survivors, tonight.night)
    _split(book, tonight)
    found = _by_desk_and_child(tonight.findings, survivors)
    live = {(case.desk, case.child_id): case.id for case in book.in_order() if case.live}
    for place, findings in found.items():
        if place in live:
            _add(book, book.cases[live[place]], findings, tonight)
    for case in [case for case in book.in_order() if case.live]:
        _note_unmet(book, case, {f.rule_id for f in found.get((case.desk, case.child_id), ())}, tonight)
    _begin(book, {place: findings for place, findings in found.items() if place not in live}, tonight)
    _let_in(book, found, tonight)
    _let_on(book, found, tonight)
    for case in [case for case in book.in_order() if case.state is State.OPEN]:
        _bring_forward(book, case, tonight)

    listed = frozenset(Listed(c.desk, c.child_id, c.state is not State.OPEN) for c in book.in_order() if c.live)
    exits = _exits(tonight.listed, listed, closed_as, survivors)
    check_conserved(tonight.listed, listed, exits)
    resting = {
        place: " ".join(sorted({finding.rests_on for finding in findings}))
        for place, findings in found.items()
        if all(finding.rests_on for finding in findings)
    }
    return Decisions(tonight.night, tuple(book.moves), book.in_order(), listed, exits, survivors, read, resting)


def check_conserved(before: Iterable[Listed], after: Iterable[Listed], exits: Iterable[Exit]) -> None:
    """`list(t-1) - list(t) == exits(t)` for every desk, those who wait and those who are held included. Always on.

    From a sheet a child may go to the list; from the list nobody goes back to a sheet.

    Raises:
        SafetyStop: how many children would vanish, or be said to have left who have not; never who.
    """
    was, now, gone = set(before), set(after), list(exits)
    on_list = {(place.desk, place.child_id) for place in now if not place.waiting}
    left = {place for place in was if place not in now and (place.desk, place.child_id) not in on_list}
    said = Counter(Listed(exit_.desk, exit_.child_id, exit_.waiting) for exit_ in gone)
    for desk in sorted({place.desk for place in left | set(said)}):
        vanished = sum(place.desk == desk and place not in said for place in left)
        still_here = sum(place.desk == desk and place not in left for place in said)
        twice = sum(place.desk == desk and times > 1 for place, times in said.items())
        if vanished or still_here or twice:
            raise SafetyStop(
                f"the list of {desk} does not balance: {vanished} would vanish without an exit, {still_here} would be "
                f"said to have left and have not, {twice} would leave twice; the last published list stands"
            )


class _Book:
    """The cases while a night works on them; every change is a move."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self.cases = {case.id: case for case in cases}
        self.moves: list[Made] = []
        self.next_id = max(self.cases, default=0) + 1

    def in_order(self) -> tuple[Case, ...]:
        return tuple(self.cases[number] for number in sorted(self.cases))

    def keep(self, made: Made) -> Case:
        self.moves.append(made)
        self.cases[made.after.id] = made.after
        self.next_id = max(self.next_id, made.after.id + 1)
        return made.after


def _survivors(merged: Mapping[str, str]) -> dict[str, str]:
    """Each id given up -> the id that stays in the end."""
    ends = {}
    for old in sorted(merged):
        end, steps = old, 0
        while end in merged:
            end, steps = merged[end], steps + 1
            if steps > len(merged):
                raise SafetyStop("the merges of tonight lead round in a circle; no child id would stay")
        ends[old] = end
    return ends


def _closed_since(cases: tuple[Case, ...]) -> dict[Place, ExitReason]:
    """The exit of the last case that was closed for each (desk, child) that has no live one, before any merge."""
    live = {(case.desk, case.child_id) for case in cases if case.live}
    closed = {(case.desk, case.child_id): case.closing.exit for case in cases if case.closing is not None}
    return {place: exit_ for place, exit_ in closed.items() if place not in live}


def _by_desk_and_child(
    findings: Iterable[TonightsFinding], survivors: Mapping[str, str]
) -> dict[Place, tuple[TonightsFinding, ...]]:
    """Findings by (desk, child), in an order that does not depend on the one given."""
    renamed = [replace(f, child_id=survivors.get(f.child_id, f.child_id)) for f in findings]

    def order(f: TonightsFinding) -> tuple[object, ...]:
        return (f.desk, f.child_id, f.rule_id, -f.count, f.first_met_on, f.evidence, f.sentence, f.last_met_on, f.late)

    ordered = sorted(renamed, key=order)
    return {place: tuple(group) for place, group in groupby(ordered, key=lambda f: (f.desk, f.child_id))}


# ---------------------------------------------------------------- one child under two ids


def _merge(book: _Book, survivors: Mapping[str, str], night: date) -> None:
    for old, child in survivors.items():
        for case in [case for case in book.in_order() if case.child_id == old and case.state is not State.JOINED]:
            other = next((c for c in book.in_order() if c.live and (c.desk, c.child_id) == (case.desk, child)), None)
            if other is None or not case.live:
                book.keep(moved(case, Move.READDRESSED, {"old": old, "child": child}, child_id=child))
            else:
                _join(book, other, case, night)


def _join(book: _Book, kept: Case, given_up: Case, night: date) -> None:
    both = (kept, given_up)
    accounts: dict[str, CaseRule] = {}
    for rule in sorted((r for c in both for r in c.rules), key=lambda r: (r.unmet is None, r.count, r.last_met_on)):
        accounts[rule.rule_id] = rule
    opened = [case for case in both if case.state is State.OPEN]
    dues = [case.due for case in opened if case.due is not None]
    if kept.state is not State.OPEN and kept.state is not given_up.state:  # who waits for two reasons waits for none
        words = {"why": f"case {given_up.id} of the same child is {given_up.state}"}
        kept = book.keep(moved(kept, _ENTERS[kept.state], words, since=night, due=given_up.due))
        opened = opened or [kept]
    book.keep(
        moved(
            kept,
            Move.TOOK_IN,
            {"other": str(given_up.id), "old": given_up.child_id},
            rules=tuple(accounts[rule_id] for rule_id in sorted(accounts)),
            evidence=tuple(sorted({*kept.evidence, *given_up.evidence})),
            step=max(kept.step, given_up.step, key=lambda step: step.rank),
            since=min(case.since for case in opened or both),
            due=min(dues, default=None),
            at_risk=kept.at_risk or given_up.at_risk,
        )
    )
    words = {"other": str(kept.id), "child": kept.child_id}
    book.keep(moved(given_up, Move.JOINED, words, joined_into=kept.id, due=None))


# ---------------------------------------------------------------- two children under one id


def _split(book: _Book, tonight: Tonight) -> None:
    """Neither side loses its flags: the old id keeps its case, and the other child has one of what was its own."""
    for child, old in sorted(tonight.split.items()):
        for case in [case for case in book.in_order() if case.live and case.child_id == old]:
            own = {seen for seen in case.evidence if tonight.whose.get(seen) == child}
            rules = tuple(
                replace(rule, evidence=kept, count=len(kept))
                for rule in case.rules
                if (kept := tuple(seen for seen in rule.evidence if seen in own))
            )
            if not own or any(c.live and (c.desk, c.child_id) == (case.desk, child) for c in book.in_order()):
                continue
            begins = replace(
                case, id=book.next_id, child_id=child, state=State.OPEN, opened_on=tonight.night, since=tonight.night,
                version=1, rules=rules, evidence=tuple(sorted(own)), queue_number=None, queue_from=None, follows=None,
            )  # fmt: skip
            words = {"other": str(case.id), "old": old}
            made = book.keep(begun(replace(begins, due=_due(begins, tonight)), Move.SPLIT_OFF, words))
            book.keep(moved(case, Move.PARTED, {"child": child, "other": str(made.id)}))


# ---------------------------------------------------------------- an open case


def _accounts(findings: tuple[TonightsFinding, ...], tonight: Tonight) -> dict[str, CaseRule]:
    """Rule -> tonight's account; where a desk has the rule more than once, of the one with most counted."""
    accounts: dict[str, CaseRule] = {}
    for f in findings:
        known = tonight.in_force.get(f.rule_id)
        if known is None:
            raise SafetyStop(f"the rule {f.rule_id} was met and is not in force on {tonight.night}")
        accounts.setdefault(
            f.rule_id,
            CaseRule(
                f.rule_id, f.rule_version, known.settings, f.step, f.title, f.source, f.sentence,
                f.first_met_on, f.last_met_on, f.count, f.evidence, f.late,
            ),
        )  # fmt: skip
    return accounts


def _evidence(findings: tuple[TonightsFinding, ...]) -> set[Evidence]:
    return {seen for finding in findings for seen in finding.evidence}


def _titles(findings: Iterable[TonightsFinding]) -> str:
    return "; ".join(dict.fromkeys(finding.title for finding in findings))


def _most_pressing(findings: tuple[TonightsFinding, ...]) -> Step:
    return max((finding.step for finding in findings), key=lambda step: step.rank)


def _add(book: _Book, case: Case, findings: tuple[TonightsFinding, ...], tonight: Tonight) -> None:
    accounts = _accounts(findings, tonight)
    before = {rule.rule_id: rule for rule in case.rules}
    rules = tuple(after for _, after in sorted({**before, **accounts}.items()))
    fresh = _evidence(findings) - set(case.evidence)
    new_rules = [accounts[rule_id] for rule_id in sorted(accounts.keys() - before.keys())]
    again = [rule_id for rule_id in sorted(accounts.keys() & before.keys()) if before[rule_id].unmet]
    at_risk = case.at_risk or any(finding.at_risk for finding in findings)
    if fresh or new_rules:
        said = [f"{len(fresh)} appointments" if len(fresh) != 1 else "1 appointment"] if fresh else []
        why = "; ".join(said + [rule.title for rule in new_rules])
        evidence = tuple(sorted({*case.evidence, *fresh}))
        case = book.keep(moved(case, Move.GREW, {"why": why}, rules=rules, evidence=evidence, at_risk=at_risk))
    elif again:
        why = "; ".join(accounts[rule_id].title for rule_id in again)
        case = book.keep(moved(case, Move.MET_AGAIN, {"why": why}, rules=rules, at_risk=at_risk))
    elif rules != case.rules or at_risk != case.at_risk:
        changed = [a.title for rule_id, a in sorted(accounts.items()) if a != before[rule_id]] or ["a risk status"]
        case = book.keep(moved(case, Move.RETOLD, {"why": "; ".join(changed)}, rules=rules, at_risk=at_risk))
    else:
        return
    told = [a for rule_id, a in accounts.items() if _presses(a, before.get(rule_id), fresh)]
    step = max([case.step, *(rule.step for rule in told)], key=lambda step: step.rank)
    if step is not case.step:
        book.keep(moved(case, Move.ROSE, {"before": case.step, "step": step}, step=step))


def _presses(now: CaseRule, before: CaseRule | None, fresh: set[Evidence]) -> bool:
    """Whether an account says something new; the old one again does not undo the step a person chose."""
    return before is None or now.step is not before.step or not fresh.isdisjoint(now.evidence)


def _bring_forward(book: _Book, case: Case, tonight: Tonight) -> None:
    """An earlier date where the step asks for one now (it rose, or the days allowed became fewer); never a later."""
    due = _due(case, tonight)
    if case.due is None or due < case.due:
        book.keep(moved(case, Move.DUE_EARLIER, {"due": due.isoformat()}, due=due))


def _note_unmet(book: _Book, case: Case, met: set[str], tonight: Tonight) -> None:
    rules = tuple(rule if rule.rule_id in met else replace(rule, unmet=why_unmet(rule, tonight)) for rule in case.rules)
    if rules != case.rules:
        news = [now for was, now in zip(case.rules, rules, strict=True) if was != now]
        why = "; ".join(f"{rule.title} ({rule.unmet})" for rule in news)
        book.keep(moved(case, Move.NOTED_UNMET, {"why": why}, rules=rules))


def why_unmet(rule: CaseRule, tonight: Tonight) -> Unmet:
    """Why a rule that has no finding tonight is no longer met; the first of these that is so.

    Within the recall days of its last account, with rule and evidence as they were, something else of the record was
    corrected (a sighting came to light, a status was taken back): time alone cannot have ended it.
    """
    states = {tonight.evidence.get((rule.rule_id, seen), EvidenceState.WITHDRAWN) for seen in rule.evidence}
    now = tonight.in_force.get(rule.rule_id)
    if EvidenceState.WITHDRAWN in states:
        return Unmet.WITHDRAWN
    if now is None or now.settings != rule.settings:
        return Unmet.RULE_CHANGED
    if EvidenceState.CORRECTED in states or (tonight.night - rule.last_met_on).days < now.recall_days:
        return Unmet.CORRECTED
    return Unmet.TIME_PASSED


# ---------------------------------------------------------------- new cases and the queue before we began


def _begin(book: _Book, found: Mapping[Place, tuple[TonightsFinding, ...]], tonight: Tonight) -> None:
    closed: dict[Place, list[Case]] = defaultdict(list)
    for case in book.in_order():
        if case.state is State.CLOSED:
            closed[case.desk, case.child_id].append(case)
    queued = []
    for place, findings in sorted(found.items()):
        before = closed[place]
        if before and not _evidence(findings) - {seen for case in before for seen in case.evidence}:
            continue  # a person closed it with all of this before them
        if not before and tonight.backlog_a_week is not None and all(map(_may_wait, findings)):
            queued.append((place, findings))  # a child who has been worked with never goes back to the queue
            continue
        if not before and all(map(may_be_held, findings)):
            until = working_day_after(tonight.night, HOLD).isoformat()
            why = f"{_titles(findings)}. All of it rests on {'; '.join(sorted({f.rests_on for f in findings}))}"
            book.keep(begun(_new_case(book, place, findings, tonight), Move.HELD, {"until": until, "why": why}))
            continue
        case = _new_case(book, place, findings, tonight)
        words = {"why": _titles(findings)}
        move = Move.OPENED
        if before:
            move, words["follows"] = Move.REOPENED, str(before[-1].id)
            case = replace(case, follows=before[-1].id)
        book.keep(begun(replace(case, due=_due(case, tonight)), move, words))
    for place, findings in sorted(queued, key=lambda item: _turn(*item)):
        number, queue_from = _next_number(book, place[0], tonight.night)
        case = replace(_new_case(book, place, findings, tonight), queue_number=number, queue_from=queue_from)
        book.keep(begun(case, Move.QUEUED, {"why": _titles(findings), "number": str(number)}))


def _due(case: Case, tonight: Tonight) -> date:
    return working_day_after(tonight.night, tonight.days[case.step])


def _may_wait(finding: TonightsFinding) -> bool:
    """Whether a pattern may wait "before we began". An identified risk of harm never does: it is for today."""
    return finding.backlog and finding.step is not Step.ESCALATE


def _turn(place: Place, findings: tuple[TonightsFinding, ...]) -> tuple[object, ...]:
    """Those at risk first, then the earliest met, then by id."""
    at_risk = any(finding.at_risk for finding in findings)
    return place[0], not at_risk, min(finding.first_met_on for finding in findings), place[1]


def _new_case(book: _Book, place: Place, findings: tuple[TonightsFinding, ...], tonight: Tonight) -> Case:
    desk, child_id = place
    return Case(
        id=book.next_id,
        child_id=child_id,
        desk=desk,
        state=State.OPEN,
        step=_most_pressing(findings),
        opened_on=tonight.night,
        since=tonight.night,
        due=None,
        version=1,
        rules=tuple(rule for _, rule in sorted(_accounts(findings, tonight).items())),
        evidence=tuple(sorted(_evidence(findings))),
        at_risk=any(finding.at_risk for finding in findings),
    )


def _next_number(book: _Book, desk: str, night: date) -> tuple[int, date]:
    """The next place in the desk's queue and the night it began; a queue that has run empty begins anew."""
    waiting = [case for case in book.cases.values() if case.desk == desk and case.state is State.WAITING]
    queue_from = min((case.queue_from for case in waiting if case.queue_from), default=night)
    same = (c.queue_number or 0 for c in book.cases.values() if c.desk == desk and c.queue_from == queue_from)
    return max(same, default=0) + 1, queue_from


def _let_in(book: _Book, found: Mapping[Place, tuple[TonightsFinding, ...]], tonight: Tonight) -> None:
    """Those who wait enter at N a week, by number; at once on a new miss, or when the queue is given up.

    Numbers 1 to N enter on the night their queue began, the next N seven days later; a night that was not run on the
    day is made good by the next that is.
    """
    a_week = tonight.backlog_a_week
    for case in book.in_order():
        if case.state is not State.WAITING or case.queue_number is None or case.queue_from is None:
            continue
        new_miss = any(
            not _may_wait(finding) or finding.last_miss_on > case.opened_on
            for finding in found.get((case.desk, case.child_id), ())
        )
        if a_week is not None:
            turns = 1 + (tonight.night - case.queue_from).days // WEEK
            its_turn = case.queue_number <= a_week * turns
            why = "a new miss" if new_miss else f"its turn, at {a_week} a week"
        else:
            its_turn, why = True, "the list takes all of them at once"
        if new_miss or its_turn:
            book.keep(moved(case, Move.ENTERED, {"why": why}, since=tonight.night, due=_due(case, tonight)))


# ---------------------------------------------------------------- those whom a guard holds

_ENTERS = {State.WAITING: Move.ENTERED, State.HELD: Move.LET_ON}


def may_be_held(finding: TonightsFinding) -> bool:
    """Whether a finding rests on a clinic's spike alone, and nothing else is known that makes it pressing."""
    return bool(finding.rests_on) and not finding.at_risk and not finding.late and finding.step is not Step.ESCALATE


def held_until(case: Case) -> date:
    """The night on which a held case enters the list, whatever becomes of the spike."""
    return working_day_after(case.since, HOLD)


def _let_on(book: _Book, found: Mapping[Place, tuple[TonightsFinding, ...]], tonight: Tonight) -> None:
    """Those who are held enter the list at once on anything that does not rest on the spike, and by the second
    working day in any case, also when no rule is met any more: then the list says so, and a person decides.
    """
    for case in [case for case in book.in_order() if case.state is State.HELD]:
        other = [f for f in found.get((case.desk, case.child_id), ()) if not may_be_held(f)]
        if other or tonight.night >= held_until(case):
            why = f"it does not rest on the spike alone: {_titles(other)}" if other else "the hold has lapsed"
            book.keep(moved(case, Move.LET_ON, {"why": why}, since=tonight.night, due=_due(case, tonight)))


# ---------------------------------------------------------------- exits


def _exits(
    before: frozenset[Listed],
    after: frozenset[Listed],
    closed_as: Mapping[Place, ExitReason],
    survivors: Mapping[str, str],
) -> tuple[Exit, ...]:
    here = {(place.desk, place.child_id) for place in after}
    exits = []
    for place in sorted(before):
        key = (place.desk, place.child_id)
        if key in here:
            continue
        reason = closed_as.get(key, ExitReason.MERGED if place.child_id in survivors else None)
        if reason is not None:  # where there is none, check_conserved stops the night
            exits.append(Exit(place.desk, place.child_id, reason, place.waiting))
    return tuple(exits)
