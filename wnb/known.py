"""What a list may say of what agencies that hold statuses tell of a child: in words, as at when, and to whom.

Only the partnership's list names a status, whose it is and its detail. An agency's own list is told one thing: that the
family may only be contacted in a safe way, in words that are the same whatever the reason. What an agency keeps to
itself is said nowhere.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np

from wnb.facts import Facts
from wnb.kindred import ADDRESS, HOUSEHOLD, SIBLING
from wnb.of_children import Person, ToldOfChild
from wnb.publish.rows import KnownStatus
from wnb.publish.words import children, joined
from wnb.publish.words import day as in_words
from wnb.recorded import NOT_A_VALUE
from wnb.terms import Known, Meaning

CAREFUL = "Find out which way of making contact is safe before anybody writes, rings or visits."
ASK_FIRST = "Ask the safeguarding lead which way of making contact is safe before anybody writes, rings or visits."
"""For an agency's own list: it tells that care is needed, never why."""
NEEDS_CARE = frozenset({Known.DOMESTIC_ABUSE, Known.SAFE_CONTACT})
ONE_AT_A_TIME = frozenset({Known.LEAD_PROFESSIONAL, Known.GP_PRACTICE, Known.SCHOOL, Known.HOME_LOCAL_AUTHORITY})
"""Of these each agency means the latest that it told; an earlier one that was never ended is over."""


def known_of(facts: Facts, told_of: Iterable[ToldOfChild]) -> tuple[KnownStatus, ...]:
    """What the partnership may be told of one child, by first day; without detail of a `fact-only` agency."""
    silent = {each.agency: each.last_extract_date for each in facts.silent()}
    found = []
    for told in told_of:
        agency = facts.configuration.agencies[told.agency]
        sharing = agency.sharing_of_status(told.known)
        if sharing != "own-agency-only":
            detail = told.detail if sharing == "partnership" else ""
            as_at = silent.get(told.agency)
            found.append(KnownStatus(told.known, agency.name, told.first, told.last, detail, as_at))
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


def notes(facts: Facts, known: Sequence[KnownStatus], dead: bool) -> Iterable[str]:
    """The sentences of the partnership's list: what is known tonight, or as at when; and who has not been heard."""
    for told in holding(known, facts.night):
        if said := _says(told, dead):
            yield said
        if told.status is Known.DOMESTIC_ABUSE and not dead:
            yield CAREFUL
    for silent in facts.silent():
        if facts.configuration.agencies[silent.agency].holds != "appointments":
            since = f"since {in_words(silent.last_extract_date)}" if silent.last_extract_date else "yet"
            yield f"{silent.name} has sent nothing {since}: what it knows of this child now is not known."


BY = {
    ADDRESS: "one address",
    HOUSEHOLD: "an agency's own word for a household",
    SIBLING: "declared brothers or sisters",
}
YEAR = timedelta(days=365)


def family(facts: Facts, number: int, dead: bool) -> Iterable[str]:
    """The family line of the partnership's list: how many others, how many of them missed anything; never who or where.

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
    why = f" (by {joined([BY[kind] for kind in by])})" if by else ""
    yield (
        f"Family: {children(len(others))} more {'is' if len(others) == 1 else 'are'} known of this household{why}; "
        f"{missed or 'none'} of them {'was' if missed == 1 else 'were'} not brought at least once in the twelve months "
        "before. Nothing of theirs is counted here."
    )


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
    words, agency = told.status.replace("-", " "), told.agency_name
    if told.status in ONE_AT_A_TIME or told.status is Known.DECEASED:
        return ""
    if told.status is Known.ADDRESS_SEALED:
        return "The address is sealed: it stands on no list, and may be told to nobody."
    as_at = f" as at {in_words(told.as_at)}, and not heard since" if told.as_at else ""
    if told.status is Known.SAFE_CONTACT:
        what = told.detail or f"there is an instruction; ask {agency} before anybody writes, rings or visits"
        return "" if dead else f"How to make contact safely: {what} ({agency}{as_at})."
    if told.status is Known.ACCESSIBLE_INFORMATION:
        what = told.detail or f"there is a need; ask {agency}"
        return "" if dead else f"How to give information: {what} ({agency}{as_at})."
    detail = f" ({told.detail})" if told.detail else ""
    when = f"as at {in_words(told.as_at)}, and not heard since" if told.as_at else "tonight"
    return f"Known {when}: {words}{detail}, since {in_words(told.since)} ({agency})."


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
