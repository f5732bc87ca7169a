"""Who stands on a list and what it says of them: cases and held facts made into the values that are published.

Longer than most because every sentence that a row may say of a child is made here, so that they can be read together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb import comparable
from wnb.agency import Agency
from wnb.ages import birthday
from wnb.cases import PARTNERSHIP, Case, State
from wnb.escalate import Decisions, held_until
from wnb.facts import Facts, HeldRow
from wnb.high_volume import is_high_volume
from wnb.holds import held_because, hold_alarms
from wnb.identity import Kind
from wnb.joining import day_number
from wnb.known import (
    careful,
    family,
    from_whom,
    front_doors,
    holding,
    known_of,
    not_heard,
    not_recorded,
    notes,
    source,
)
from wnb.of_children import ToldOfChild
from wnb.publish.rows import Event, Exited, KnownStatus, ListedChild, ListPage, Reason
from wnb.publish.words import STATUS_WORDS, joined
from wnb.publish.words import day as in_words
from wnb.recode import Age
from wnb.terms import Extract, ExtractOutcome, Known, Meaning, Outcome, Step
from wnb.why_one_child import by_likeness, by_people, doubts, links, possibly, told_lately, unshown

YEAR = timedelta(days=365)
WEEK = timedelta(days=7)
OFFERED = frozenset({Meaning.SEEN, Meaning.UNSEEN, Meaning.NOT_BROUGHT})
NO = frozenset({"", "n", "no", "0", "false"})
EXIT_WORDS = {
    "closed": "closed by a person",
    "deceased": "has died; confirmed by a person",
    "merged": "is the same child as another on the list, and goes on there",
    "split": "was two children, and goes on as both",
    "handed-over-at-18": "is an adult now, and was handed over",
    "erased": "was erased",
}


def page(facts: Facts, decisions: Decisions, desk: str, alarms: Sequence[str]) -> ListPage:
    """The whole list of one desk."""
    configuration = facts.configuration
    agency = None if desk == PARTNERSHIP else configuration.agencies[desk]
    listed, waiting, held = (decisions.on(desk, state) for state in (State.OPEN, State.WAITING, State.HELD))
    rows = facts.listed_rows

    def drawn(case: Case) -> ListedChild:
        number = facts.numbers.get(case.child_id, -1)
        told, told_of = rows.get(number, ()), facts.listed_statuses.get(number, ())
        death = reported_death(told, facts.night, told_of), tuple(of_death(facts, told, told_of, agency))
        rests_on = decisions.rests_on.get((desk, case.child_id), "")
        shown, known = facts.shared(told, agency), known_of(facts, told_of)
        return _child(facts, case, number, shown, known, agency, *death, rests_on)

    whose = [agency.agency] if agency else list(configuration.agencies)
    mine = np.zeros(len(facts.joined.child), bool)
    for place, name in enumerate(facts.joined.agencies):
        mine[facts.joined.bounds[place] : facts.joined.bounds[place + 1]] = name in whose
    counted = facts.joined.in_history & (facts.joined.day <= day_number(facts.night)) & mine
    extracts = tuple(e for e in facts.extracts if e.agency in whose and not _still_lies_there(e))
    return ListPage(
        partnership=configuration.partnership.partnership,
        night=facts.night,
        agency_name=agency.name if agency else "",
        children=tuple(sorted((drawn(case) for case in listed), key=_most_pressing_first)),
        before_we_began=tuple(sorted((drawn(case) for case in waiting), key=lambda c: c.number_before_we_began or 0)),
        held=tuple(sorted((drawn(case) for case in held), key=lambda c: (c.held_until or date.max, c.child_id))),
        held_because=held_because(facts, decisions, desk),
        exited=tuple(
            Exited(child_id, str(reason), EXIT_WORDS[str(reason)]) for child_id, reason in decisions.exits_of(desk)
        ),
        silent=tuple(silent for silent in facts.silent() if silent.agency in whose),
        extracts=extracts,
        agency_names=tuple(facts.names.items()),
        rows_set_aside=sum(
            unread.rows for name in whose if name in facts.agencies for unread in facts.agencies[name].unread
        ),
        unoutcomed=int((facts.outstanding & mine).sum()),
        unverified=sum(_true(facts.held[name]["unverified"]) for name in whose if name in facts.held),
        unknown_age=int((facts.joined.live & (facts.joined.age == Age.UNKNOWN) & mine).sum()),
        appointments=int(counted.sum()),
        children_held=facts.joined.children_among(counted),
        capacity_a_week=configuration.partnership.capacity.reviews_a_week,
        new_this_week=sum(case.since > facts.night - WEEK for case in listed),
        rules_version=configuration.rules.version,
        approved_by=configuration.rules.approved_by,
        joined_from_probability=configuration.partnership.linking.join_from_probability,
        governance_missing=tuple(configuration.partnership.governance.missing),
        front_doors=tuple((d.local_authority, d.phone, d.out_of_hours) for d in configuration.casework.front_doors),
        barriers=configuration.casework.barriers,
        closing_reasons=tuple((reason.id, reason.words) for reason in configuration.casework.closing_reasons),
        alarms=tuple(alarm for alarm in alarms if alarm not in set(hold_alarms(facts, decisions))),
        empty_because=_empty_because(facts, extracts, int(counted.sum())),
    )


def _still_lies_there(extract: Extract) -> bool:
    """Whether it is only a file of an earlier night that nobody has taken out of the inbox: no news to a reader."""
    return extract.outcome is ExtractOutcome.ALREADY_LOADED and not extract.note


def _true(column: pa.ChunkedArray) -> int:
    return int(pc.sum(column).as_py() or 0)


def _most_pressing_first(child: ListedChild) -> tuple[Any, ...]:
    return -child.step.rank, child.due or date.max, child.since, child.child_id


def _empty_because(facts: Facts, extracts: Sequence[Extract], counted: int) -> str:
    if not facts.held:
        return "No agency has ever delivered anything that could be read; this says nothing about any child."
    if not counted:
        return "No appointment is held at which the person is known to have been a child."
    if not any(extract.taken for extract in extracts):
        return f"Nothing new was delivered tonight; no pattern was met among the {counted:,} appointments held."
    return f"No pattern was met among the {counted:,} appointments held."


def _child(
    facts: Facts,
    case: Case,
    number: int,
    rows: list[HeldRow],
    known: tuple[KnownStatus, ...],
    agency: Agency | None,
    death: tuple[date | None, date | None],
    said_of_death: tuple[str, ...],
    rests_on: str,
) -> ListedChild:
    """`death`: as any agency reports it, whatever else it keeps to itself: no desk may write to a bereaved family.

    `said_of_death`: that in words. `rests_on`: the clinic on whose spike all of it rests, in words; empty: on none.
    """
    evidence = {seen.reference for rule in case.rules for seen in rule.evidence}
    past = [row for row in rows if row.in_history and row.day <= facts.night]
    year = [row for row in past if row.day > facts.night - YEAR]
    missed = [row for row in past if row.meaning is Meaning.NOT_BROUGHT]
    seen = [row for row in past if row.meaning is Meaning.SEEN]
    latest = _latest(rows)
    own_dates = sorted({row.date_of_birth for row in latest if row.date_of_birth})
    born = facts.born(number, agency)
    died, seen_since = death
    dead = died is not None and seen_since is None
    step = facts.configuration.casework.steps[case.step]
    not_brought = sum(row.meaning is Meaning.NOT_BROUGHT for row in year)
    offered = sum(row.meaning in OFFERED for row in year)
    many = _high_volume(facts, case, offered, not_brought)
    people = facts.listed_people.get(number, ())
    return ListedChild(
        child_id=case.child_id,
        case=case.id,
        case_version=case.version,
        step=case.step,
        since=case.since,
        due=facts.night if dead else case.due,
        new_tonight=case.since == facts.night,
        overdue=case.due is not None and case.due < facts.night,
        reasons=tuple(_reasons(case)),
        agencies=tuple(sorted({facts.names[reference.partition("/")[0]] for reference in evidence})),
        nhs_number=_last(f"{row.nhs_number:010d}" for row in latest if row.register is Kind.NHS),
        local_ids=tuple(sorted({f"{row.agency}/{row.child_local_id}" for row in rows if row.child_local_id})),
        given_name=_last(row.given_name for row in latest),
        family_name=_last(row.family_name for row in latest),
        date_of_birth=own_dates[-1] if own_dates else None if agency else born,
        not_brought_12_months=not_brought,
        offered_12_months=offered,
        last_not_brought_on=missed[-1].day if missed else None,
        last_seen_on=seen[-1].day if seen else None,
        data_notes=(
            *said_of_death,
            *(careful(known, facts.night, dead) if agency else notes(facts, number, known, dead)),
            *also_known_as(facts, rows),
            *_notes(facts, case, rows, born, own_dates),
            *(() if agency else family(facts, number, dead)),
            *(() if agency else not_recorded(facts, number, people, dead)),
            *doubts(facts, number, rows, agency),
            *(() if agency else (*told_lately(facts, number), *possibly(facts, number))),
            *([_many(offered, not_brought)] if many and not dead else []),
            *([f"All of it rests on one clinic whose misses jumped. {rests_on}"] if rests_on else []),
            *not_heard(facts, rows, people, agency),
        ),
        events=tuple(_event(row, facts.names, evidence) for row in year),
        statuses=() if agency else tuple(told for told in known if told.status.status),
        links=(
            *links(rows, facts.names, facts.upn_legal_basis),
            *(() if agency else unshown(facts, number, rows)),
            *(() if agency else (*by_people(facts, number), *by_likeness(facts, number))),
        ),
        do=step.do,
        contact=tuple(_contact(facts, case.step, latest, () if agency else known)),
        death_reported=dead,
        postcode="" if number >= 0 and facts.sealed[number] else _last(row.postcode for row in latest),
        number_before_we_began=case.queue_number if case.state is State.WAITING else None,
        high_volume=many,
        held_until=held_until(case) if case.state is State.HELD else None,
    )


def _high_volume(facts: Facts, case: Case, offered: int, not_brought: int) -> bool:
    rules = {rule.id: rule for rule in facts.configuration.rules.rules}
    met = [rules[told.rule_id] for told in case.rules if told.unmet is None and told.rule_id in rules]
    return is_high_volume(met, offered, not_brought, case.at_risk, facts.configuration.rules.high_volume)


def _many(offered: int, not_brought: int) -> str:
    return (
        f"Many appointments, few of them missed: offered {offered} in twelve months, not brought to {not_brought} "
        f"({100 * not_brought // offered} %). Ask first whether so many visits can be fewer, nearer or together."
    )


def _reasons(case: Case) -> Iterable[Reason]:
    for rule in sorted(case.rules, key=lambda rule: (-rule.step.rank, rule.unmet is not None, rule.rule_id)):
        yield Reason(
            rule_id=rule.rule_id,
            rule_version=rule.rule_version,
            title=rule.title,
            step=rule.step,
            sentence=rule.sentence,
            source=rule.source,
            first_met_on=rule.first_met_on,
            last_met_on=rule.last_met_on,
            count=rule.count,
            evidence=tuple(seen.reference for seen in rule.evidence),
            late=rule.late,
            unmet=rule.unmet,
        )


def _event(row: HeldRow, names: Mapping[str, str], evidence: set[str]) -> Event:
    return Event(
        at=row.appointment_at,
        agency=row.agency,
        agency_name=names[row.agency],
        reference=row.reference,
        outcome=row.outcome,
        service=row.service or "",
        original_code=row.original_code,
        in_evidence=row.reference in evidence,
        file=row.file,
        line=row.line,
        not_counted=row.not_counted,
    )


def reported_death(
    rows: Iterable[HeldRow], night: date, told_of: Iterable[ToldOfChild] = ()
) -> tuple[date | None, date | None]:
    """When a death was first reported, and the first day after it on which the child was seen, if any.

    Where a death is told of the person, every row of theirs tells it, the visits of before as well: such a row is no
    sighting after it. `told_of`: what agencies that hold statuses tell of the child; its first day is the day of death.
    """
    live = [row for row in rows if row.live]
    told = [row.day for row in live if _tells_a_death(row)]
    told += [status.first for status in told_of if status.known is Known.DECEASED and status.first <= night]
    if not told:
        return None, None
    first = min(told)
    seen = [r.day for r in live if r.outcome is Outcome.ATTENDED and first < r.day <= night and not _tells_a_death(r)]
    return first, min(seen, default=None)


def _tells_a_death(row: HeldRow) -> bool:
    return row.outcome is Outcome.DECEASED or (row.deceased or "").strip().casefold() not in NO


def of_death(
    facts: Facts, rows: Sequence[HeldRow], told_of: Sequence[ToldOfChild], desk: Agency | None
) -> Iterable[str]:
    """What is said first of a child whose death was reported: by whom, where the desk may know that, and what to do.

    Args:
        facts: of the night.
        rows: everything held of the child, what is kept back too: a death is heeded whoever tells it.
        told_of: the same of what agencies that hold statuses tell.
        desk: whose list it is; None: the partnership's.
    """
    died, seen_since = reported_death(rows, facts.night, told_of)
    if not died:
        return
    shown = facts.shared(rows, desk)
    tell = {row.agency for row in shown if row.live and _tells_a_death(row)}
    tell |= {
        told.agency
        for told in told_of
        if desk is None and told.known is Known.DECEASED and told.first <= facts.night
        if facts.configuration.agencies[told.agency].sharing != "own-agency-only"
    }
    silent = {each.agency for each in facts.silent()}
    whose = joined(sorted(source(facts.names[each], facts.as_at(each), each in silent) for each in tell))
    told = f"{in_words(died)}{f', told by {whose}' if whose else ''}"
    if not seen_since:
        yield f"Reported to have died ({told}). Confirm this today before anything else is done."
        return
    since = f"on {in_words(seen_since)}" if any(row.day == seen_since for row in shown) else "since"
    doubt = "the report is in doubt; confirm today which is right."
    yield f"Was reported to have died ({told}) and was seen {since}: {doubt}"


def also_known_as(facts: Facts, rows: Sequence[HeldRow]) -> Iterable[str]:
    """The other names under which agencies know a child, whoever rings must ask for the one that is known there.

    Of each agency the last that it told, and any earlier one that it has told; a name that differs only in capitals,
    marks or spaces is the same.
    """
    latest = _latest(rows)
    called = _name(_last(row.given_name for row in latest), _last(row.family_name for row in latest))
    others: dict[tuple[str, str], dict[str, None]] = {}
    spelt: dict[tuple[str, str], str] = {}
    for row in latest:
        one = _name(row.given_name, row.family_name)
        if any(one) and not all(mine in ("", theirs) for mine, theirs in zip(one, called, strict=True)):
            others.setdefault(one, {})[facts.names[row.agency]] = None
            spelt[one] = " ".join(filter(None, (row.given_name, row.family_name)))
    for one, agencies in sorted(others.items()):
        yield f"Also known as {spelt[one]} at {joined(sorted(agencies))}."


def _name(given: str | None, family: str | None) -> tuple[str, str]:
    return comparable.name(given), comparable.name(family)


def _latest(rows: Sequence[HeldRow]) -> list[HeldRow]:
    """The rows that stand, or all where none does, in the order in which they were told."""
    return sorted([row for row in rows if row.live] or rows, key=lambda row: (row.extract_date, row.receipt, row.line))


def _notes(facts: Facts, case: Case, rows: list[HeldRow], born: date | None, own_dates: list[date]) -> Iterable[str]:
    for rule in case.rules:
        if rule.late and not rule.unmet:
            yield f"{rule.title}: came to light late; the last of it was told on this night."
    if born and day_number(facts.night) >= birthday(np.array([day_number(born)], np.int32), 18)[0]:
        yield "Is 18 or over tonight: hand over to adult services, or close with that reason."
    before = [row for row in rows if facts.configuration.agencies[row.agency].about == "unborn"]
    if before:
        whose = joined(sorted({facts.names[row.agency] for row in before}))
        yield f"Of these appointments {len(before)} are antenatal ({whose}): the mother's, kept on her child's record."
    if len(own_dates) > 1:
        yield "Different dates of birth are recorded for this child; each age rests on its record's own."
    elif not own_dates and len(before) < len(rows):
        yield "No date of birth is recorded on these records."
    for number, one, many in (
        (sum(row.outstanding for row in rows), "1 past appointment has", "past appointments have"),
    ):
        if number:
            yield f"{one if number == 1 else f'{number} {many}'} no outcome recorded yet."
    for why, number in Counter(row.not_counted for row in rows if row.not_counted and row.day <= facts.night).items():
        yield f"{number} missed appointment{' is' if number == 1 else 's are'} {why}."
    if unverified := sum(row.unverified for row in rows):
        yield f"{unverified} of these records could not be verified (NHS number or date of birth)."
    if withdrawn := sum(row.withdrawn_on is not None for row in rows):
        yield f"Withdrawn by the agency that told of them: {withdrawn} of the appointments."
    if not rows:
        yield "No record of this child is held any more; what is said here is from when it was listed."


def _contact(facts: Facts, step: Step, latest: Sequence[HeldRow], known: Sequence[KnownStatus]) -> Iterable[str]:
    """`known`: what may be told of the child here; an agency's own list is told nothing by another."""
    leads = [(t.detail, from_whom(t)) for t in holding(known, facts.night, Known.LEAD_PROFESSIONAL) if t.detail]
    last = next((row for row in reversed(latest) if row.lead_professional), None)
    if last and last.lead_professional and last.lead_professional not in dict(leads):
        as_at = last.extract_date if last.extract_date != facts.night else None
        leads.append((last.lead_professional, source(facts.names[last.agency], as_at)))
    for lead, whose in leads:
        yield f"Lead professional: {lead} ({whose})"
    for kind in (Known.GP_PRACTICE, Known.SCHOOL):
        for told in holding(known, facts.night, kind):
            if told.detail:
                yield f"{STATUS_WORDS[kind]}: {told.detail} ({from_whom(told)})"
    for recipient in facts.configuration.casework.recipients:
        if step in recipient.steps:
            yield f"{recipient.role}: {recipient.contact}" if recipient.contact else recipient.role
    if step is Step.ESCALATE:
        yield from front_doors(facts, known)


def _last(told: Iterable[str | None]) -> str:
    return next((value for value in reversed([*told]) if value), "")
