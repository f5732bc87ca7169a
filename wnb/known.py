"""What a list may say of what agencies that hold statuses tell of a child: in words, as at when, and to whom.

Only the partnership's list names a status, whose it is and its detail. An agency's own list is told one thing: that the
family may only be contacted in a safe way, in words that are the same whatever the reason. What an agency keeps to
itself is said nowhere.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np

from wnb.agency import Agency
from wnb.facts import Facts, HeldRow
from wnb.kindred import ADDRESS, HOUSEHOLD, SIBLING
from wnb.of_children import Person, ToldOfChild
from wnb.publish.rows import KnownStatus
from wnb.publish.words import STATUS_WORDS, joined
from wnb.publish.words import day as in_words
from wnb.recorded import NOT_A_VALUE
from wnb.terms import Known, Meaning

CAREFUL = "Find out which way of making contact is safe before anybody writes, rings or visits."
ASK_FIRST = "Ask the safeguarding lead which way of making contact is safe before anybody writes, rings or visits."
"""For an agency's own list: it tells that care is needed, never why."""
NEEDS_CARE = frozenset({Known.DOMESTIC_ABUSE, Known.SAFE_CONTACT})
ONE_AT_A_TIME = frozenset({Known.LEAD_PROFESSIONAL, Known.GP_PRACTICE, Known.SCHOOL, Known.HOME_LOCAL_AUTHORITY})
"""Of these each agency means the latest that it told; an earlier one that was never ended is over."""


MOST_PRESSING = (
    Known.SECTION_47, Known.HARM_RECORDED_BY_A_PERSON, Known.DOMESTIC_ABUSE, Known.SAFE_CONTACT, Known.ADDRESS_SEALED,
    Known.CHILD_PROTECTION_PLAN, Known.UNBORN_PLAN, Known.LOOKED_AFTER,
)  # fmt: skip
"""What matters for safety is said before all else that is known of a child, in this order."""
IN_A_SENTENCE = {Known.EHC_PLAN: "EHC plan", Known.EARLY_HELP: "Early Help",
                 Known.EARLY_HELP_CONSENT_WITHDRAWN: "consent to Early Help withdrawn"}  # fmt: skip
"""Words whose capitals are not those of `status.replace("-", " ")`."""


def known_of(facts: Facts, told_of: Iterable[ToldOfChild]) -> tuple[KnownStatus, ...]:
    """What the partnership may be told of one child, by first day; without detail of a `fact-only` agency."""
    silent = {each.agency for each in facts.silent()}
    found = []
    for told in told_of:
        agency = facts.configuration.agencies[told.agency]
        sharing = agency.sharing_of_status(told.known)
        if sharing != "own-agency-only":
            detail = told.detail if sharing == "partnership" else ""
            as_at, unheard = facts.as_at(told.agency), told.agency in silent
            known = KnownStatus(told.known, agency.name, told.first, told.last, detail, as_at, unheard, told.unnamed_on)
            found.append(known)
    return tuple(found)


def holding(known: Iterable[KnownStatus], night: date, kind: Known | None = None) -> list[KnownStatus]:
    """What holds on the night: of one kind, or of all."""
    held = [
        told
        for told in known
        if told.since <= night and (told.until is None or told.until >= night) and kind in (None, told.status)
    ]
    latest = {(told.status, told.agency_name): told for told in held}  # by first day
    return [told for told in held if told.status not in ONE_AT_A_TIME or latest[told.status, told.agency_name] is told]


def notes(facts: Facts, number: int, known: Sequence[KnownStatus], dead: bool) -> Iterable[str]:
    """The sentences of the partnership's list: what is known tonight, or as at when, the most pressing first."""
    said = [(told.status, _says(told, dead)) for told in holding(known, facts.night)]
    said += [(Known.ADDRESS_SEALED, _sealed(facts, number))]
    if not dead and any(status is Known.DOMESTIC_ABUSE for status, _ in said):
        said += [(Known.DOMESTIC_ABUSE, CAREFUL)]
    rank = {kind: place for place, kind in enumerate(MOST_PRESSING)}
    yield from (words for _, words in sorted(said, key=lambda one: rank.get(one[0], len(rank))) if words)


def _sealed(facts: Facts, number: int) -> str:
    """That an address is sealed, by whoever says so and shares: also who has left the list that said it.

    That it is not printed for the sake of another child is said too, or it would be missing without a word.
    """
    silent = {each.agency for each in facts.silent()}
    by = [source(facts.names[one], facts.as_at(one), one in silent) for one in facts.sealed_by.get(number, ())]
    if by:
        return f"The address is sealed ({joined(by)}): it stands on no list, and may be told to nobody."
    return NOT_PRINTED if facts.sealed[number] else ""


NOT_PRINTED = (
    "No postcode is shown: the address of this child, of one whom it may be or of one it lives with may be told to "
    "nobody. Find out which way of making contact is safe first."
)


def not_heard(
    facts: Facts, rows: Iterable[HeldRow], people: Iterable[Person], desk: Agency | None = None
) -> Iterable[str]:
    """Each silent agency once: what it would have told is not known, and is never "none".

    One that holds statuses may know any child; of the others only those who hold this one (`rows` that the desk may be
    shown, `people`). What keeps everything to itself could tell the partnership nothing.
    """
    holders = {row.agency for row in rows} | ({one.agency for one in people} if desk is None else set())
    for silent in facts.silent():
        agency = facts.configuration.agencies[silent.agency]
        since = f"since {in_words(silent.last_extract_date)}" if silent.last_extract_date else "yet"
        if desk is None and agency.sharing == "own-agency-only":
            continue
        if agency.holds == "appointments" and silent.agency in holders:
            yield f"{silent.name} has sent nothing {since}: what happened there is not known."
        elif desk is None and (agency.holds == "statuses" or silent.agency in holders):
            yield f"{silent.name} has sent nothing {since}: what it knows of this child now is not known."


def source(name: str, as_at: date | None, silent: bool = False) -> str:
    """Whose word it is, and as at when where that is not the night: `Social care, as at 14 November 2026`."""
    return f"{name}{f', as at {in_words(as_at)}' if as_at else ''}{', and not heard since' if silent else ''}"


def from_whom(told: KnownStatus) -> str:
    """Whose word a status is, and as at when."""
    gone = f", no longer named in the extract of {in_words(told.unnamed_on)}: ask" if told.unnamed_on else ""
    return f"{source(told.agency_name, told.as_at, told.silent)}{gone}"


def places(facts: Facts, known: Sequence[KnownStatus], dead: bool) -> Iterable[str]:
    """Where a child belongs and who leads, for a look at one child; after a reported death nothing leads anywhere."""
    for kind in (Known.HOME_LOCAL_AUTHORITY, Known.SCHOOL, Known.GP_PRACTICE, Known.LEAD_PROFESSIONAL):
        for told in holding(known, facts.night, kind) if not dead else ():
            if told.detail:
                yield f"{STATUS_WORDS[kind]}: {told.detail} ({from_whom(told)})."


BY = {
    ADDRESS: "one address",
    HOUSEHOLD: "an agency's own word for a household",
    SIBLING: "declared brothers or sisters",
}
YEAR = timedelta(days=365)


def family(facts: Facts, number: int, dead: bool) -> Iterable[str]:
    """The family line of the partnership's list: how many others, by whose word, how many of them missed anything;
    never who or where.

    What was missed by another is shown for the family's sake, and is counted by no rule about this child.
    """
    others = facts.family.get(number, [])
    if dead or not others:
        return
    missed = sum(
        any(
            row.in_history and row.meaning is Meaning.NOT_BROUGHT and facts.night - YEAR < row.day <= facts.night
            for row in facts.shared(facts.family_rows.get(other, ()), None)
        )
        for other in others
    )
    by = sorted(facts.joined.kindred.reasons(np.array([number, *others])))
    whose = joined([source(facts.names[agency], facts.as_at(agency)) for agency in _of_home(facts, number, others)])
    told = (f"by {joined([BY[kind] for kind in by])}" if by else "", f"told by {whose}" if whose else "")
    why = f" ({', '.join(filter(None, told))})" if any(told) else ""
    known = "1 other child is" if len(others) == 1 else f"{len(others)} other children are"
    was = "no missed appointment of theirs is known in the twelve months before"
    if missed:
        was = (
            f"{missed} of them {'was' if missed == 1 else 'were'} not brought at least once in the twelve months before"
        )
    yield f"Family: {known} known of this household{why}; {was}. Nothing of theirs is counted here."


def _of_home(facts: Facts, number: int, others: Sequence[int]) -> list[str]:
    """The agencies that say where a child and its household live, or with whom; of those that share."""
    rows = [*facts.listed_rows.get(number, ()), *(row for one in others for row in facts.family_rows.get(one, ()))]
    told = {row.agency for row in facts.shared(rows, None) if row.household_id}
    told |= {
        person.agency
        for people in (facts.listed_people.get(number, ()), *(facts.family_people.get(one, ()) for one in others))
        for person in people
        if person.tells_home and person.gone_on is None and _may_be_told(facts, person.agency)
    }
    return sorted(told)


def not_recorded(facts: Facts, number: int, people: Sequence[Person], dead: bool) -> Iterable[str]:
    """What nobody who shares has recorded of a child; a father who is not known, and when somebody last asked."""
    if dead or number < 0:
        return
    asked = [one for one in people if one.father_asked_on and _may_be_told(facts, one.agency)]
    if facts.recorded.father_not_known[number] and not facts.recorded.of["father"][number] and asked:
        last = max(asked, key=lambda one: one.father_asked_on or date.min)
        on = in_words(last.father_asked_on) if last.father_asked_on else ""
        yield f"The father is not known; last asked on {on} ({facts.names[last.agency]})."
    if lacking := facts.recorded.lacking(number):
        yield f"Not recorded by anybody: {joined(lacking)}."


def parents(facts: Facts, people: Iterable[Person]) -> Iterable[str]:
    """Each parent whom anybody names: for a look at one child, never for a list."""
    for one in people:
        if facts.configuration.agencies[one.agency].sharing == "partnership":
            for who, name in (("Mother", one.mother), ("Father", one.father)):
                if (name or "").strip().casefold() not in NOT_A_VALUE:
                    yield f"{who}: {name} ({facts.names[one.agency]})."


def _may_be_told(facts: Facts, agency: str) -> bool:
    return facts.configuration.agencies[agency].sharing != "own-agency-only"


def _says(told: KnownStatus, dead: bool) -> str:
    """One status in a sentence; empty for what is said elsewhere (whom to contact, a death) or may not be said now."""
    words, agency = IN_A_SENTENCE.get(told.status, told.status.replace("-", " ")), told.agency_name
    if told.status in ONE_AT_A_TIME or told.status in (Known.DECEASED, Known.ADDRESS_SEALED):
        return ""
    if told.status is Known.SAFE_CONTACT:
        what = told.detail or f"there is an instruction; ask {agency} before anybody writes, rings or visits"
        return "" if dead else f"How to make contact safely: {what} ({from_whom(told)})."
    if told.status is Known.ACCESSIBLE_INFORMATION:
        what = told.detail or f"there is a need; ask {agency}"
        return "" if dead else f"How to give information: {what} ({from_whom(told)})."
    detail, since = f" ({told.detail})" if told.detail else "", in_words(told.since)
    if told.unnamed_on:
        return (
            f"Told by {agency}: {words}{detail}, since {since}. No longer named in the extract of "
            f"{in_words(told.unnamed_on)}: a person is to ask, and until then take it to be so."
        )
    when = source("", told.as_at, told.silent).removeprefix(", ") or "tonight"
    return f"Known {when}: {words}{detail}, since {since} ({agency})."


def careful(known: Sequence[KnownStatus], night: date, dead: bool) -> Iterable[str]:
    """What an agency's own list says where any care is needed in making contact."""
    if not dead and any(told.status in NEEDS_CARE for told in holding(known, night)):
        yield ASK_FIRST


def front_doors(facts: Facts, known: Sequence[KnownStatus]) -> Iterable[str]:
    """Where a concern goes: the child's home local authority decides; where it is not known, every door is named."""
    homes = [told for told in holding(known, facts.night, Known.HOME_LOCAL_AUTHORITY) if told.detail]
    names = list(dict.fromkeys(told.detail for told in homes))
    doors = facts.configuration.casework.front_doors
    of_home = [door for door in doors if door.answers_for(names)]
    if strange := [name for name in names if not any(door.answers_for([name]) for door in doors)]:
        yield f"Home local authority: {joined(strange)}, whose number is not configured here; find it today"
    for door in of_home if of_home and not strange else doors:
        yield f"{door.local_authority}: {door.name}, {door.phone}; out of hours {door.out_of_hours}"
    if doors and not homes:
        yield "Which of these: the child's home local authority decides, and nobody has told it"
