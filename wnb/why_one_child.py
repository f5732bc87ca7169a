"""Why some records are one child, said aloud: on every list, sheet, page and explanation that rests on it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from wnb.agency import Agency
from wnb.facts import Facts, HeldRow, Stated
from wnb.identity import KIND_WORDS, Kind, kind_of, upn_in
from wnb.identity_keys import nhs_key
from wnb.linkage import FIELDS, Model
from wnb.one_child import Verdict
from wnb.publish.words import day, joined, many

NOT_KNOWN = "not known"
TWO_NUMBERS = "one of the two may be mistyped. Nothing joins them; have the numbers traced."
SAID_TWO = "A person said that they are two; it joins nobody until the agencies have corrected it"
MOST = 3
"""So many possible links of one child are told on a row; the command tells all."""
MENTIONED = timedelta(days=8)
"""How long lists mention a decision after it was made."""


def links(rows: Sequence[HeldRow], names: Mapping[str, str], upn_legal_basis: str = "") -> Iterable[str]:
    """Every kind of link among some records, in words.

    Args:
        rows: the records of one child that may be shown.
        names: agency -> its name.
        upn_legal_basis: on which UPNs link; empty where they do not.
    """
    by_number: dict[Kind, set[str]] = defaultdict(set)
    for row in rows:
        if row.register is not None:
            by_number[row.register].add(names[row.agency])
    for kind in Kind:
        if agencies := sorted(by_number[kind]):
            words = KIND_WORDS[kind]
            yield f"The same {words} at {joined(agencies)}." if len(agencies) > 1 else f"By {words} at {agencies[0]}."
    numbered = {(row.agency, row.child_local_id) for row in rows if row.nhs_number is not None}
    upns = {upn: row.agency for row in rows if row.nhs_number is not None and (upn := upn_in(row.school_upn or ""))}
    without = [row for row in rows if row.nhs_number is None]
    for agency in sorted({row.agency for row in without}):
        mine = [row for row in without if row.agency == agency]
        own = [row for row in mine if row.child_local_id]
        by_upn = [
            row
            for row in mine
            if upn_legal_basis and (agency, row.child_local_id) not in numbered and upn_in(row.school_upn or "") in upns
        ]
        if by_upn:
            source = names[upns[upn_in(by_upn[0].school_upn or "") or ""]]
            yield (
                f"{names[agency]}: by the pupil's number (UPN), which {source} states together with the NHS number, on "
                f"{many(len(by_upn), 'record')} (legal basis: {upn_legal_basis})."
            )
        elif own:
            yield f"By {names[agency]}'s own number, on {many(len(own), 'record')} without a verified NHS number."
        elif any(upn_legal_basis and upn_in(row.school_upn or "") for row in mine):
            yield f"{names[agency]}: by the pupil's number (UPN) alone (legal basis: {upn_legal_basis})."
        else:
            yield f"{names[agency]}: a record with neither a verified NHS number nor its own; it stands alone."


def unshown(facts: Facts, number: int, rows: Sequence[HeldRow]) -> Iterable[str]:
    """That records of child `number` are joined by what may not be shown here: no row stands without a reason.

    Looked for is a way from each shown record to the others by what is shown: numbers, decisions, likeness.
    """
    upns = bool(facts.upn_legal_basis)
    shown = [Stated(row.agency, row.appointment_id, row.nhs_number, row.child_local_id, row.school_upn) for row in rows]
    by_number = [_keys(one, upns) for one in shown]
    if len(set(_leads(by_number).values())) < 2:
        return
    linked = facts.joined.linked
    others = [_keys(one, upns) for one in facts.stated_by_others(number)]
    pairs = [[key.partition("@")[0] for key in pair] for pair in (*linked.joined, *linked.by_likeness)]
    lead = _leads([*by_number, *others, *pairs])
    if len({lead[keys[0]] for keys in by_number}) > 1:
        whose = joined(sorted({facts.names[one.agency] for one in shown}))
        yield (
            f"What joins these records of {whose} may not be shown here. Before you rely on it, ask each of them "
            "whether this is one child."
        )


def _leads(groups: Iterable[Sequence[str]]) -> dict[str, str]:
    """By key, one that stands for all keys of groups that are one by any key."""
    lead: dict[str, str] = {}

    def find(key: str) -> str:
        while lead.setdefault(key, key) != key:
            key = lead[key]
        return key

    for keys in groups:
        first = find(keys[0])
        for key in keys[1:]:
            lead[find(key)] = first
    return {key: find(key) for key in lead}


def _keys(one: Stated, upns: bool) -> list[str]:
    """What a record states of whose it is, as identity keys, and its own id."""
    upn = upn_in(one.school_upn or "") if upns else None
    return [
        *([nhs_key(one.nhs_number)] if one.nhs_number is not None else []),
        *([f"{one.agency}/{one.child_local_id}"] if one.child_local_id else []),
        *([f"upn:{upn}"] if upn else []),
        f"{one.agency}#{one.row_id}",
    ]


def by_people(facts: Facts, number: int) -> Iterable[str]:
    """What people decided by which records are child `number`'s."""
    for decision in facts.ruled.decisions:
        if decision.keys in facts.joined.linked.joined and facts.decided_of.get(decision.keys[0]) == number:
            children = " and ".join(decision.children)
            yield f"Joined by {decision.by} on {day(decision.at.date())}: {children} are one child."


def by_likeness(facts: Facts, number: int) -> Iterable[str]:
    """That likeness alone joined records of child `number`, as the partnership lets it."""
    if number in facts.joined_by_likeness:
        least = facts.configuration.partnership.linking.join_from_probability
        yield f"Joined by likeness alone, from a probability of {least} on, as the partnership set it."


def told_lately(facts: Facts, number: int) -> Iterable[str]:
    """What people decided of child `number` in the last days, as the next lists mention it."""
    for decision in facts.ruled.decisions:
        sides = [facts.decided_of.get(key, -1) for key in decision.keys]
        if number not in sides:
            continue
        who = f"{decision.by} on {day(decision.at.date())}"
        if decision.keys in facts.joined.linked.not_joined:
            yield (
                f"That {' and '.join(decision.children)} are one child ({who}) does not hold: two numbers of one kind, "
                "or two children whom a person called two, would be one by it. `wnb links` says what waits."
            )
        elif decision.at.date() > facts.night - MENTIONED and decision.verdict is not Verdict.UNSURE:
            one_or_two = "one child" if decision.verdict is Verdict.SAME else "two children"
            yield f"{who} decided that {' and '.join(decision.children)} are {one_or_two}; the findings follow that."


def agreement(model: Model, pair: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What speaks for two children being one and what against it, field by field: words, and bits of weight."""
    levels = {field: int(pair[f"gamma_{field}"]) for field in FIELDS}
    return [
        {"field": field, "words": model.words(field, level), "bits": round(model.bits(field, level), 1)}
        for field, level in levels.items()
    ]


def in_words(told: Sequence[Mapping[str, Any]]) -> str:
    """`same surname, same date of birth, postcode differs by one letter`; what is not known is left out."""
    return ", ".join(str(each["words"]) for each in told if each["words"] != NOT_KNOWN)


def possibly(facts: Facts, number: int) -> Iterable[str]:
    """With whom child `number` may be one, by likeness; nothing is joined by it."""
    pairs = facts.likely_of.get(number, ())
    for pair in pairs[:MOST]:
        whom, other = facts.called(pair["child"]), pair["child"]
        listed = "" if other in facts.ids else ", who is on no list"
        unsure = facts.unsure_of.get(frozenset((number, other)))
        said = f" {unsure.by} was not sure on {day(unsure.at.date())}." if unsure else ""
        alike = in_words(agreement(facts.model, pair))
        if facts.joined.linked.numbered[[number, other]].all():
            yield f"All that is told of this child is told of {whom}{listed} under another number: {TWO_NUMBERS}{said}"
            continue
        yield f"May be one child with {whom}{listed} ({alike}); a person decides: wnb links.{said}"


def disputed_words(facts: Facts, key: str) -> str:
    """That an agency's own number (`agency/local-id`) stands beside two NHS numbers, as a pregnancy's may rightly."""
    agency = facts.configuration.agencies[key.partition("/")[0]]
    if agency.about == "unborn":
        return (
            f"Two NHS numbers stand beside this pregnancy at {agency.name}. Where they are twins, what was recorded "
            "before birth is of both, and stands on a row of its own, counted for neither; where one is wrong, have it "
            "corrected."
        )
    return f"{agency.name}'s own number on these records stands beside two NHS numbers there, and joins nothing."


def doubts(facts: Facts, number: int, rows: Sequence[HeldRow], desk: Agency | None = None) -> Iterable[str]:
    """What a reader must know of numbers that are in doubt among some records of child `number`.

    Args:
        facts: of the night.
        number: the child.
        rows: its records that the desk may be shown.
        desk: whose list it is; None: the partnership's.
    """
    in_doubt = facts.doubts(desk)
    if number in in_doubt.children:
        waits = any(number in children for children in facts.shared_waiting.values())
        until = "Nothing is joined by it until a person has looked" if waits else SAID_TWO
        yield (
            "The NHS number on these records stands on records of another person too (another birthday, or a twin's "
            f"name). {until}; what the others hold is not counted here."
        )
    told_of = facts.listed_statuses.get(number, ()) if desk is None and number in in_doubt.children else ()
    agencies = facts.configuration.agencies
    if any(one.in_doubt and agencies[one.agency].sharing_of_status(one.known) != "own-agency-only" for one in told_of):
        yield (
            "What is known of this child was told of that number without a name, and may be of the other person: it "
            "holds for both until a person has looked."
        )
    disputed = {f"{row.agency}/{row.child_local_id}" for row in rows if row.child_local_id} & in_doubt.own_numbers
    for key in sorted(disputed):
        yield disputed_words(facts, key)
    for key in sorted(key for key, children in in_doubt.reused.items() if number in children):
        agency, slash, _ = key.partition("/")
        whose = f"{facts.names[agency]}'s own number" if slash else "The pupil's number (UPN)"
        yield (
            f"{whose} on these records stands on records of another person too (another name and birthday). Each "
            "person's records are kept apart; ask for the right number."
        )
    for known in sorted({row.nhs_number for row in rows if row.nhs_number and row.register is not Kind.NHS}):
        yield f"{KIND_WORDS[kind_of(known)]} recorded: {known:010d}."
