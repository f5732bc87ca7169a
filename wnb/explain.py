"""Why a child is, or is not, on a list; and the child's chronology. Every look is written in the audit.

Longer than most because what is asked, what is answered and how it is said belong to one look.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from wnb import found, joining
from wnb.cases import PARTNERSHIP, Case, State
from wnb.config import Configuration
from wnb.detect import Findings, account, detect
from wnb.errors import UsageFault
from wnb.escalate import held_until
from wnb.facts import Facts, HeldRow, outstanding
from wnb.histories import Histories
from wnb.identity import VERIFIED, looks_like_a_number, number_in
from wnb.identity_keys import nhs_key
from wnb.in_sight import InDoubt, case_in_sight, children_in_sight, may_be_asked_by
from wnb.known import family, known_of, not_heard, not_recorded, notes, parents, places
from wnb.listing import also_known_as, of_death, reported_death
from wnb.may_read import readings
from wnb.naming import NamedChildren, key_called, name
from wnb.nearest import in_words, nearest
from wnb.nightly import Clock, opened
from wnb.not_counted import set_aside_on
from wnb.one_child import ruled_on
from wnb.patterns import Rule
from wnb.patterns.repeated import Repeated
from wnb.publish.words import many
from wnb.rulebook import under_rules
from wnb.store.children import is_child_id
from wnb.store.lake import Generation, Lake
from wnb.terms import Desk
from wnb.told import Told
from wnb.why_one_child import by_likeness, by_people, doubts, links, possibly, unshown

STANDS = {
    State.OPEN.value: "on {whose}",
    State.WAITING.value: 'on the sheet "Before we began" of {whose}',
    State.HELD.value: "held by a guard, and on {whose} by the night of {held_until}",
}
"""Where a child stands who is on a list or one of its sheets, by the state of the case."""


def as_identity(asked: str, from_stdin: bool, how: str) -> str:
    """What was asked for as an identity key or child id; `how`: the command as it is given with a number on stdin.

    Raises:
        UsageFault: an NHS number as an argument (other users could read it), or one that does not verify; what is
            neither a child id nor agency/local-id.
    """
    number, standing = number_in(asked)
    if from_stdin:
        if standing != VERIFIED:
            raise UsageFault("what came on standard input is not an NHS number with a right check digit")
        return nhs_key(number)
    if is_child_id(asked):
        return asked
    if "/" not in asked:
        if looks_like_a_number(asked):
            raise UsageFault(f"an NHS number is read from standard input only, where nobody sees it: {how}")
        if asked.startswith("c-"):
            return asked
        raise UsageFault(
            "ask for a child id (c-…) or agency/local-id; an NHS number is read from standard input, as `-`"
        )
    return asked


@dataclass(frozen=True)
class _Looked:
    """Everything known about one child on the last night."""

    facts: Facts
    number: int  # -1: no record of it is held any more
    child_id: str  # that by which it can be asked for, on a list or not
    cases: tuple[Case, ...]


def _look(configuration: Configuration, asked: str, by: str, what: str, clock: Clock) -> _Looked | Told:
    """The child who was asked for; of an NHS number that stands for two people, an answer that names them.

    Raises:
        UsageFault: nothing is held of it, or nothing that the partnership may be shown: both in the same words.
    """
    with opened(configuration, clock) as casebook:
        night = casebook.last_committed()
        if night is None:
            raise UsageFault("no night has been done yet: wnb run")
        record = casebook.night(night)
        configuration = under_rules(configuration, casebook, night, casebook.rules_register()).configuration
        generation = Lake(configuration.path("data") / "lake").open(record.generation if record else "")
        if record and (model := casebook.linkage(record.config_sha256)):
            configuration = replace(configuration, linkage=model)  # what it said is worded by what it asked with
        set_aside, ruled = set_aside_on(night, casebook.set_aside()), ruled_on(night, casebook.link_decisions())
        joined = joining.join(
            configuration, generation.facts, {}, generation, frozenset(), generation.last_sequence, night,
            set_aside, ruled, generation.by_likeness,
        )  # fmt: skip
        stored = casebook.identities()
        named = name(configuration, stored, joined, ())
        ids = [casebook.current_id(asked)] if asked.startswith("c-") else []
        numbers = _numbers(configuration, generation, joined, named, ids[0] if ids else asked)
        if numbers:
            would_be = name(configuration, stored, joined, numbers).ids
            ids = [would_be[number] for number in numbers]  # no number in the audit
        found = [case_in_sight(configuration, generation.facts, case) for one in ids for case in casebook.cases(one)]
        cases = tuple(case for case in found if case)
        if not numbers and not cases:
            raise UsageFault(
                f"nothing is held of this child as of {night}; ask for a child id (c-…) or agency/local-id"
            )
        for one in ids:
            casebook.record_look(what, by, clock.now(), one)
    if len(numbers) > 1:
        return _in_doubt(night, ids)
    [child_id] = ids
    number = numbers[0] if numbers else -1
    facts = Facts(
        configuration,
        night,
        generation.facts,
        generation.agencies,
        joined,
        {**named.numbers, child_id: number} if numbers else named.numbers,
        (),
        outstanding(joined, night),
        set_aside.reasons,
        ruled,
        generation.likely,
    )
    return _Looked(facts, number, child_id, cases)


def _numbers(
    configuration: Configuration, generation: Generation, joined: joining.Joined, named: NamedChildren, asked: str
) -> list[int]:
    """The children asked for of whom something may be shown: one, none, or all whose number it is said to be."""
    linked = joined.linked
    if asked in linked.shared:
        return [*InDoubt.of(configuration, generation.facts, linked).seen_by().under[asked]]
    if asked in named.numbers:
        number = named.numbers[asked]
    else:
        key = key_called(configuration, linked.key.to_pylist(), asked) if asked.startswith("c-") else asked
        number = linked.child_of([key] if key else []).get(key or "", -1)
    if number < 0 or not may_be_asked_by(configuration, generation.facts, asked):
        return []
    return [number] if children_in_sight(configuration, generation.facts, linked)[number] else []


def _in_doubt(night: date, ids: list[str]) -> Told:
    """What is answered of a number that stands for two people: who they are, and that nobody knows whose it is."""
    children = " and ".join(sorted(ids))
    words = (
        f"As of the night of {night}: this NHS number is in doubt. It stands on records of {len(ids)} people, "
        f"{children}, and nothing is joined by it; a person decides (wnb links).\n"
        "Something is held of each: look at each of them by its id.\n"
    )
    return Told(words, {"schema": "wnb.number-in-doubt/1", "night": night.isoformat(), "children": sorted(ids)})


def explained(configuration: Configuration, asked: str, by: str, clock: Clock) -> Told:
    """The rules that are met and are not, with their evidence; the cases; why the records are one child.

    Of an NHS number that stands for two people, the ids of both instead (`wnb.number-in-doubt/1`).
    """
    looked = _look(configuration, asked, by, "explain", clock)
    if isinstance(looked, Told):
        return looked
    facts, night = looked.facts, looked.facts.night
    held = facts.rows_of([looked.number]).get(looked.number, [])
    told_of = facts.statuses_of([looked.number]).get(looked.number, [])
    rows = facts.shared(held, None)
    known = known_of(facts, told_of)
    died, seen_since = reported_death(held, night, told_of)
    dead = died is not None and seen_since is None
    people = facts.people_of([looked.number]).get(looked.number, [])
    rules = _of_rules(facts, looked.number)
    document: dict[str, Any] = {
        "schema": "wnb.explain/1",
        "night": night.isoformat(),
        "child_id": looked.child_id,
        "on": sorted(case.desk for case in looked.cases if case.live),
        "death": [*of_death(facts, held, told_of, None)],
        "cases": [_of_case(case) for case in looked.cases],
        "rules": rules,
        "links": [
            *links(rows, facts.names, facts.upn_legal_basis),
            *unshown(facts, looked.number, rows),
            *by_people(facts, looked.number),
            *by_likeness(facts, looked.number),
        ],
        "in_doubt": [*doubts(facts, looked.number, rows), *possibly(facts, looked.number)],
        "known": [
            *also_known_as(facts, rows),
            *notes(facts, looked.number, known, dead),
            *places(facts, known, dead),
            *family(facts, looked.number, dead),
            *parents(facts, people),
            *not_recorded(facts, looked.number, people, dead),
            *not_heard(facts, rows, people),
        ],
        "appointments_held": len(rows),
        "appointments_in_history": sum(row.in_history for row in rows),
        "not_counted": [
            {"reference": row.reference, "day": row.day.isoformat(), "why": row.not_counted}
            for row in rows
            if row.not_counted
        ],
    }
    return Told("\n".join(_told(document)) + "\n", document)


def _of_rules(facts: Facts, number: int) -> list[dict[str, Any]]:
    """What each rule says of the child, in the order of rules.yaml, by what agencies share."""
    rules, recall_days = facts.configuration.rules.rules, facts.configuration.rules.recall_days
    read: dict[str, list[Histories]] = {rule.id: [] for rule in rules}
    for reading in readings(facts.configuration, facts.held, facts.joined, facts.night, of_child=number):
        for rule in reading.rules:
            read[rule.id].append(reading.histories)
    return [_of_rule(facts, rule, read[rule.id], recall_days) for rule in rules]


def _of_rule(facts: Facts, rule: Rule, read: list[Histories], recall_days: int) -> dict[str, Any]:
    """What one rule says of child 0 of the histories that it reads."""
    told: dict[str, Any] = {"rule_id": rule.id, "title": rule.title, "step": rule.step.value, "says": rule.says()}
    if rule.in_force_from > facts.night:
        return {**told, "met": False, "because": f"not in force before {rule.in_force_from}"}
    met: tuple[Histories, Findings, int] | None = None
    for histories in read:
        findings = detect(histories, [rule], facts.night, recall_days=recall_days, compiled=False)
        for k in np.flatnonzero(findings.chosen & (findings.child == 0)).tolist():
            if met is None or findings.count[k] > met[1].count[met[2]]:
                met = histories, findings, k
    if met is None:
        return {**told, "met": False, **_not_met(facts, rule, read, recall_days)}
    histories, findings, k = met
    rows = histories.row[findings.evidence_of(k)]
    proof = found.Appointments.of(facts.joined, facts.held, rows)
    return {
        **told,
        "met": True,
        "because": rule.explain(account(histories, rule, findings, k)),
        "evidence": [proof.references[row] for row in rows.tolist()],
    }


def _not_met(facts: Facts, rule: Rule, read: list[Histories], recall_days: int) -> dict[str, Any]:
    """How far the child is from the rule, and what there is so far in the rule's own words."""
    kept = " by what agencies share" if rule.desk is Desk.OWN_AGENCY else ""
    ways = [way for histories in read if (way := nearest(histories, rule, 0, facts.night))]
    way = min(ways, key=lambda way: way.far, default=None)
    so_far = next(filter(None, (_so_far(h, rule, facts.night, recall_days) for h in read)), "")
    far = in_words(rule, way) if way else "nothing that could happen to this child alone comes near"
    because = f"not met{kept} on any of the days recalled; {far}{f' (so far: {so_far})' if so_far else ''}"
    return {
        "because": because,
        "nearest": so_far,
        "nearest_miss": way
        and {
            "more": way.more,
            "elsewhere": way.elsewhere,
            "from": way.first.isoformat(),
            "by": way.last and way.last.isoformat(),
        },
    }


def _so_far(histories: Histories, rule: Rule, night: date, recall_days: int) -> str:
    """What there is of a rule that is not met, in its own words with less and less asked; empty: nothing counts."""
    for easier in _easier(rule):
        findings = detect(histories, [easier], night, recall_days=recall_days, compiled=False)
        for k in np.flatnonzero(findings.chosen & (findings.child == 0)).tolist():
            return easier.explain(account(histories, easier, findings, k))
    return ""


def _easier(rule: Rule) -> Iterable[Rule]:
    """The rule with less and less asked, the nearest first."""
    settings = rule.model_dump()
    if rule.others:  # of the child's own alone: what others have is not told where the rule is not met
        alone = Repeated.model_validate({**rule.model_dump(exclude={"children"}), "pattern": "repeated"})
        yield alone
        yield from _easier(alone)
        return
    for fewer in range(settings.get("at_least", 1) - 1, 0, -1):
        organisations = {"organisations": min(settings["organisations"], fewer)} if "organisations" in settings else {}
        yield rule.model_copy(update={"at_least": fewer, **organisations})
    for least in (("organisations",), ("at_least_percent",), ("at_least_percent", "of_at_least"), ("days",)):
        if any(settings.get(name, 1) > 1 for name in least):
            yield rule.model_copy(update=dict.fromkeys(least, 1))


def _of_case(case: Case) -> dict[str, Any]:
    return {
        "case": case.id,
        "desk": case.desk,
        "state": case.state.value,
        "step": case.step.value,
        "since": case.since.isoformat(),
        "due": case.due and case.due.isoformat(),
        **({"held_until": held_until(case).isoformat()} if case.state is State.HELD else {}),
        "unmet": case.unmet and case.unmet.value,
        "closed": case.closing
        and {"reason": case.closing.reason, "by": case.closing.by, "on": case.closing.at.date().isoformat()},
    }


def _where(case: dict[str, Any]) -> str:
    whose = "the partnership's list" if case["desk"] == PARTNERSHIP else f"{case['desk']}'s own list"
    return STANDS[case["state"]].format(whose=whose, **case)


def _told(document: dict[str, Any]) -> Iterable[str]:
    whose = document["child_id"]
    stands = " and ".join(_where(case) for case in document["cases"] if case["state"] in STANDS)
    yield f"As of the night of {document['night']}: {whose} is {stands or 'on no list'}."
    yield from document["death"]
    held, counted = document["appointments_held"], document["appointments_in_history"]
    yield f"Held: {many(held, 'record')}, {counted} of them in the history."
    yield from (f"  {one['reference']} of {one['day']}: {one['why']}" for one in document["not_counted"])
    yield from (f"  {said}" for said in (*document["links"], *document["in_doubt"], *document["known"]))
    for case in document["cases"]:
        due = f", due {case['due']}" if case["due"] else ""
        why = f"; no rule is met now ({case['unmet']}), and a person decides" if case["unmet"] else ""
        closed = f", closed by {case['closed']['by']} ({case['closed']['reason']})" if case["closed"] else ""
        stands = f"{case['state']}, {case['step']}, since {case['since']}{due}{closed}{why}"
        yield f"Case {case['case']} on {case['desk']}: {stands}."
    yield ""
    for met in (True, False):
        for rule in document["rules"]:
            if rule["met"] is met:
                yield f"{'met    ' if met else 'not met'}  {rule['title']} ({rule['rule_id']}): {rule['because']}"
                yield f"         {rule['says']}"
                yield from (f"           {reference}" for reference in rule.get("evidence", ()))


def chronology_of(configuration: Configuration, asked: str, by: str, clock: Clock) -> Told:
    """Every appointment that may be shown, in date order, with what each agency called it and where it was told."""
    looked = _look(configuration, asked, by, "chronology", clock)
    if isinstance(looked, Told):
        return looked
    facts = looked.facts
    rows = facts.shared(facts.rows_of([looked.number]).get(looked.number, ()), None)
    events = [_event(row, facts.names) for row in rows]
    document = {
        "schema": "wnb.chronology/1",
        "night": facts.night.isoformat(),
        "child_id": looked.child_id,
        "timezone": str(ZoneInfo(configuration.partnership.timezone)),
        "events": events,
    }
    lines = [f"Chronology of {looked.child_id}, as of the night of {facts.night}: {many(len(events), 'record')}"]
    for event in events:
        service = f", {event['service']}" if event["service"] else ""
        state = f" [{event['state']}]" if event["state"] != "held" else ""
        state += f" [{event['not_counted']}]" if event["not_counted"] else ""
        code = f" ({event['original_code']})" if event["original_code"] else ""
        lines.append(
            f"{event['at']}  {event['outcome'].replace('_', ' ')}{code}  {event['agency_name']}{service}{state}"
            f"  {event['reference']}  {event['file']}:{event['line']}"
        )
    return Told("\n".join(lines) + "\n", document)


def _event(row: HeldRow, names: dict[str, str]) -> dict[str, Any]:
    return {
        "at": row.appointment_at.strftime("%Y-%m-%d %H:%M"),
        "agency": row.agency,
        "agency_name": names[row.agency],
        "service": row.service,
        "outcome": row.outcome.word,
        "not_counted": row.not_counted,
        "original_code": row.original_code,
        "reference": row.reference,
        "in_history": row.in_history,
        "state": "held" if row.live else ("withdrawn" if row.withdrawn_on else "entered in error"),
        "file": row.file,
        "line": row.line,
    }
