"""`wnb links`: what waits for a person to say who is one child, two of them side by side, and what people have said.

Longer than most because a decision is judged by all that waits and holds, and all are told in the same words.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from wnb.cases import PARTNERSHIP, Case
from wnb.config import Configuration
from wnb.errors import Fault, UsageFault
from wnb.facts import Facts, outstanding
from wnb.if_one import Standing, joined_under, judged
from wnb.in_sight import children_in_sight, may_be_asked_by
from wnb.joining import day_number, link_held
from wnb.likely import sealed_on
from wnb.link import Linked
from wnb.linkage import Model
from wnb.links_told import ALTHOUGH, NOTHING_TO_COMPARE, list_of_links, side_by_side
from wnb.naming import key_called, name, would_be
from wnb.nightly import Clock, locked, opened
from wnb.not_counted import set_aside_on
from wnb.one_child import NOTHING, LinkDecision, Pair, Verdict, ruled_on
from wnb.publish.words import STEP_WORDS
from wnb.questions import name_them, waiting, what_follows
from wnb.rulebook import under_rules
from wnb.side_by_side import Compared, besides, compared, side, told_of
from wnb.store.casebook import Casebook
from wnb.store.children import Stored, child_id, key_of, name_children
from wnb.store.lake import Generation, Lake
from wnb.told import Told

MOST = 50
SAID = {
    Verdict.SAME: "are one child from the next night on. {stays} is the id that stays, and so does every case.",
    Verdict.DIFFERENT: "are two children from the next night on. Nothing joins them, and each keeps its own findings.",
    Verdict.UNSURE: "stay apart, and stay on the list of what waits.",
}
NAMES_SOMEBODY = re.compile(
    r"\b[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2}\b|(?:[0-9][\s\-\u2010-\u2015.]?){9}[0-9]", re.IGNORECASE
)
"""A postcode, or ten figures in a row however they are written."""


@dataclass(frozen=True)
class _Held:
    """Everything that a decision is judged by: what is held as of the last night, and what was decided so far."""

    configuration: Configuration
    night: date
    generation: Generation
    entries: tuple[LinkDecision, ...]
    stored: Mapping[str, Stored]

    def linked(self, *more: LinkDecision) -> Linked:
        """Who is one child by what is certain and by all decisions, those of today and `more` among them."""
        return self._under((*self.entries, *more), self.generation.by_likeness)

    def certain(self) -> Linked:
        """Who is one child by what is certain alone."""
        return self._under(())

    def _under(self, entries: Iterable[LinkDecision], likely: Sequence[Pair] = ()) -> Linked:
        ruled = ruled_on(None, entries) if entries else NOTHING
        held = self.generation
        return link_held(self.configuration, held.facts, held, {}, self.night, ruled, likely)


def _held(configuration: Configuration, casebook: Casebook) -> _Held:
    night = casebook.last_committed()
    record = casebook.night(night) if night else None
    if night is None or record is None:
        raise UsageFault("no night has been done yet: wnb run")
    generation = Lake(configuration.path("data") / "lake").open(record.generation)
    configuration = replace(configuration, linkage=casebook.linkage(record.config_sha256) or configuration.linkage)
    return _Held(configuration, night, generation, casebook.link_decisions(), casebook.identities())


def decide_link(
    configuration: Configuration,
    verdict: Verdict,
    asked: tuple[str, str],
    by: str,
    why: str,
    clock: Clock,
    although_they_differ: bool = False,
) -> Told:
    """Write down that two children are one, or two, or that it is not known.

    Args:
        asked: two child ids or identity keys (`agency/local-id`, `nhs:…`).
        although_they_differ: whoever says that they are one knows that given name and date of birth both differ.

    Raises:
        UsageFault: nothing is held of one of them; they are one already, or two; two valid numbers would be one child;
            one agency's own number would be two children's; they differ in given name and date of birth, and nobody
            says that they are one all the same; or `why` holds a postcode or a number of ten figures.
        LockHeld: a night is at work.
    """
    _refuse_who_is_named(why)
    _refuse_unknown_agencies(configuration, asked)
    with locked(configuration), opened(configuration, clock) as casebook:
        held = _held(configuration, casebook)
        certain = held.certain()
        one, other = sorted(_key(held, each) for each in asked)
        if one == other:
            raise UsageFault("these are one and the same; name two children")
        decision = LinkDecision(0, verdict, (one, other), ("", ""), by, clock.now(), why)
        decision = replace(decision, number=len(held.entries) + 1, replaces=_replaced(held, certain, (one, other)))
        _refuse_what_cannot_be(held, certain, decision)
        alike = _compared_before(held, certain, decision)
        differ = bool(alike and alike.contradicts and verdict is Verdict.SAME)
        if differ and not although_they_differ:
            raise UsageFault(_they_differ(alike))
        decision = _with_ids(held, certain, decision)
        casebook.keep_link_decision(decision, although_they_differ=differ)
    stays = _id_that_stays(held, decision) if verdict is Verdict.SAME else None
    document = {
        "schema": "wnb.link-decision/1",
        "verdict": verdict.value,
        "children": list(decision.children),
        "by": by,
        "in_force_after": held.night.isoformat(),
        "stays": stays,
        "agreement": alike and list(alike.fields),
        "although_they_differ": differ,
    }
    lines = [
        f"{' and '.join(decision.children)} {SAID[verdict].format(stays=stays)}",
        *(alike.words() if alike else [NOTHING_TO_COMPARE] if verdict is Verdict.SAME else []),
    ]
    return Told("\n".join(lines) + "\n", document)


def _refuse_who_is_named(why: str) -> None:
    """`wnb links` repeats why somebody decided to whoever looks."""
    if NAMES_SOMEBODY.search(why):
        reason = "it holds a postcode, or a number of ten figures, and wnb links repeats it to everybody who looks"
        remedy = "Say how you know, without an address, a number or a name of anybody; wnb links show tells those."
        raise UsageFault(str(Fault("--why", reason, remedy, '--why "the school confirmed it on the telephone"')))


def _refuse_unknown_agencies(configuration: Configuration, asked: Iterable[str]) -> None:
    for each in asked:
        agency, slash, _ = each.partition("/")
        if slash and ":" not in agency and agency not in configuration.agencies:
            known = ", ".join(sorted(configuration.agencies))
            raise UsageFault(f"no such agency is configured before the stroke of agency/local-id; there are: {known}")


def _compared_before(held: _Held, certain: Linked, decision: LinkDecision) -> Compared | None:
    """What agrees of the two before anybody said so; None where they are one child by all that is certain."""
    for linked in (held.linked(), certain):
        child = linked.child_of(decision.keys)
        if len(set(child.values())) == len(decision.keys):
            sealed = sealed_on(held.configuration, held.generation.facts, linked, day_number(held.night))
            told = told_of(held.configuration, held.generation.facts, linked, sealed, child.values())
            one, other = (told[child[key]] for key in decision.keys)
            return compared(Model.read(held.configuration.linkage), _agency_names(held.configuration), one, other)
    return None


def _agency_names(configuration: Configuration) -> dict[str, str]:
    return {agency.agency: agency.name for agency in configuration.agencies.values()}


def _they_differ(alike: Compared | None) -> str:
    said = " ".join(alike.words()) if alike else ""
    reason = f"given name and date of birth are those of two people. {said}"
    remedy = f"Look at both (wnb links show). Where they are one child all the same, say so with {ALTHOUGH}."
    return str(Fault("wnb links same", reason, remedy))


def _id_that_stays(held: _Held, decision: LinkDecision) -> str:
    """The id of both by what is known now; a night that learns more of them may know an older one."""
    after = held.linked(decision)
    number = after.child_of(decision.keys)[decision.keys[0]]
    kept = {key: Stored(child, held.night) for key, child in decision.named.items() if key not in held.stored}
    keys, earliest = after.keys_of(np.array([number], np.int32)), {number: after.key[number].as_py()}
    return name_children(keys, earliest, {**held.stored, **kept}, key_of(held.configuration)).ids[number]


def _key(held: _Held, asked: str) -> str:
    """The identity key by which a decision names a child: one that it has tonight, with all that was decided.

    Of whom nothing may be shown the answer is that of nobody held.
    """
    linked = held.linked()
    seen = children_in_sight(held.configuration, held.generation.facts, linked)
    if not asked.startswith("c-"):
        certain = held.certain()
        of = [
            children_in_sight(held.configuration, held.generation.facts, each)[child]
            for each in (linked, certain)
            for child in each.child_of([asked]).values()
        ]
        if not any(of) or not may_be_asked_by(held.configuration, held.generation.facts, asked):
            raise UsageFault("nothing is held under what was asked for; name a child id (c-…) or agency/local-id")
        return asked
    secret = key_of(held.configuration)
    keys = [key for key, stored in held.stored.items() if (stored.given or stored.child_id) == asked]
    here = {key: child for key, child in linked.child_of(keys).items() if seen[child]}
    if not here:
        in_sight = linked.key.filter(pa.array(seen)).to_pylist()  # an id that nobody has been given yet
        if found := key_called(held.configuration, in_sight, asked):
            return found
        raise UsageFault(f"nothing is held of {asked} as of {held.night}; wnb links lists whom a decision may name")
    return min(here, key=lambda key: (child_id(secret, key) != asked, held.stored[key].first_night, key))


def _replaced(held: _Held, certain: Linked, keys: tuple[str, str]) -> tuple[int, ...]:
    """Earlier decisions on the same two children, by whatever keys."""
    in_force = ruled_on(None, held.entries).decisions
    found: set[int] = set()
    for linked in (certain, held.linked()):  # two of whom nothing was decided, and two whom a decision parted
        child = linked.behind([*((key,) for key in keys), *(side for each in in_force for side in each.sides)])
        ours = {child.get(key, -1) for key in keys}
        if len(ours) == 2 and -1 not in ours:
            found |= {each.number for each in in_force if {child.get(key, -1) for key in each.keys} == ours}
    return tuple(sorted(found))


def _refuse_what_cannot_be(held: _Held, certain: Linked, decision: LinkDecision) -> None:
    one, other = decision.keys
    before = held.linked().child_of(decision.keys)
    if decision.verdict is Verdict.UNSURE:
        return
    after = held.linked(decision)
    now = after.child_of(decision.keys)
    joined = now.get(one, -1) == now.get(other, -2)
    if decision.verdict is Verdict.SAME:
        if not joined:
            raise UsageFault(
                "these cannot be one child: two valid numbers of one kind would meet by it, or two children whom a "
                "person called two. Have the wrong number corrected where it was typed, or take the other decision "
                "back (wnb links unsure …)"
            )
        if before.get(one) == before.get(other) and not decision.replaces:
            raise UsageFault("these are one child already; wnb explain says why")
        return
    if joined:
        raise UsageFault(
            "these cannot be told apart by a decision: one agency's own number stands for both. Ask the agency to give "
            "each its own"
        )
    if decision.verdict is Verdict.DIFFERENT and decision.keys in {each.keys for each in held.entries[-1:]}:
        last = held.entries[-1]
        if last.verdict is Verdict.DIFFERENT:
            raise UsageFault(f"that was decided already, by {last.by} on {last.at.date()}")


def _with_ids(held: _Held, certain: Linked, decision: LinkDecision) -> LinkDecision:
    """The decision with both children's ids, and the keys that are to keep them."""
    secret = key_of(held.configuration)
    child = certain.child_of(decision.keys)
    numbers = sorted(set(child.values()))
    keys = certain.keys_of(np.array(numbers, np.int32))
    unmerged = {key: each._replace(child_id=each.given or each.child_id, given="") for key, each in held.stored.items()}
    theirs = {key for number in numbers for key in keys[number]}
    named = name_children(
        keys,
        {number: certain.key[number].as_py() for number in numbers},
        {key: stored for key, stored in unmerged.items() if key in theirs},
        secret,
    )
    ids = tuple(named.ids[child[key]] for key in decision.keys)
    if len(numbers) == 1:  # two sides of one child: the other one's id is made when they part
        other = child_id(secret, decision.keys[1])
        return replace(decision, children=(ids[0], other if other != ids[0] else child_id(secret, decision.keys[0])))
    kept = {key: named.ids[number] for number in numbers for key in keys[number] if key not in held.stored}
    return replace(decision, children=(ids[0], ids[1]), named=kept)


# ---------------------------------------------------------------- what waits


def waiting_links(configuration: Configuration, by: str, clock: Clock, most: int = MOST) -> Told:
    """What waits for a person's word, and the decisions that hold.

    First come the pairs of whom something would be found if they were one child, the most pressing of that first; then
    the rest, of what is only likely the likeliest `most`. Each child that is named is written in the audit.
    """
    with opened(configuration, clock) as casebook:
        held = _held(configuration, casebook)
        standing = _standing(held, casebook)
        facts = _facts(held, standing)
        waits = waiting(facts, standing)
        likely = [each for each in waits.questions if each.told["kind"] == "likely"]
        left_out = {id(each) for each in likely[most:]}
        shown = [each for each in waits.questions if id(each) not in left_out]
        name_them(facts, shown, _ids(held, facts, (child for each in shown for child in each.children)))
        for child in sorted({child for each in shown for child in each.told["children"]}):
            casebook.record_look("links", by, clock.now(), child)
    document = {
        "schema": "wnb.links/1",
        "night": held.night.isoformat(),
        "waiting": [each.told for each in shown],
        "likely_in_all": len(likely),
        "not_judged": waits.not_judged,
        "decisions": [_told(decision, facts) for decision in facts.ruled.decisions],
    }
    return Told("\n".join(list_of_links(document)) + "\n", document)


def _standing(held: _Held, casebook: Casebook) -> Standing:
    night, entries = held.night, ruled_on(None, held.entries)
    configuration = under_rules(held.configuration, casebook, night, casebook.rules_register()).configuration
    set_aside = set_aside_on(night, casebook.set_aside())
    everything = joined_under(configuration, held.generation, night, set_aside, entries)
    return Standing(configuration, night, held.generation, set_aside, entries, everything)


def _facts(held: _Held, standing: Standing, *children: int) -> Facts:
    """Everything that may be told of; `children` have an id there, if only the one that they would have."""
    named = name(standing.configuration, held.stored, standing.joined, ())
    ids = would_be(standing.configuration, held.stored, standing.joined.linked, children)
    return Facts(
        standing.configuration,
        standing.night,
        standing.generation.facts,
        standing.generation.agencies,
        standing.joined,
        {**named.numbers, **{child_id: number for number, child_id in ids.items()}},
        (),
        outstanding(standing.joined, standing.night),
        standing.set_aside.reasons,
        standing.ruled,
        standing.generation.likely,
    )


def _ids(held: _Held, facts: Facts, children: Iterable[int]) -> dict[int, str]:
    return would_be(held.configuration, held.stored, facts.joined.linked, sorted(set(children)))


def _told(decision: LinkDecision, facts: Facts) -> dict[str, Any]:
    return {
        "verdict": decision.verdict.value,
        "children": list(decision.children),
        "by": decision.by,
        "on": decision.at.date().isoformat(),
        "why": decision.why,
        "holds": decision not in facts.not_holding,
    }


# ---------------------------------------------------------------- two of them, side by side


def shown_links(configuration: Configuration, asked: tuple[str, str], by: str, clock: Clock) -> Told:
    """Two children next to each other, what agrees and what does not, and what would follow if they were one.

    Raises:
        UsageFault: nothing is held of one of them, or they are one child.
    """
    _refuse_unknown_agencies(configuration, asked)
    with opened(configuration, clock) as casebook:
        held = _held(configuration, casebook)
        keys = [_key(held, each) for each in asked]
        standing = _standing(held, casebook)
        child = standing.joined.linked.child_of(keys)
        if len({child.get(key, -1) for key in keys}) < len(keys) or len(child) < len(keys):
            raise UsageFault("these are one child already; wnb explain says why")
        one, other = (child[key] for key in keys)
        facts = _facts(held, standing, one, other)
        ids = [facts.ids[each] for each in (one, other)]
        for each in ids:
            casebook.record_look("links show", by, clock.now(), each)
        on = [_lists(facts, *each) for each in zip((one, other), map(casebook.cases, ids), strict=True)]
    told = told_of(standing.configuration, facts.held, facts.joined.linked, facts.sealed, (one, other))
    sides = [side(facts, *each) for each in zip((one, other), ids, (told[one], told[other]), on, strict=True)]
    alike = compared(facts.model, facts.names, told[one], told[other])
    document = {
        "schema": "wnb.links-show/1",
        "night": facts.night.isoformat(),
        "sides": sides,
        "agreement": alike and list(alike.fields),
        "probability": alike and round(alike.probability, 4),
        "may_be_twin": bool(alike and alike.may_be_twin),
        "given_name_and_date_of_birth_differ": bool(alike and alike.contradicts),
        "besides": list(besides(facts, (one, other), *sides)),
        "if_one": what_follows(judged(standing, [(one, other)])[one, other], facts.names),
    }
    return Told("\n".join(side_by_side(document, alike, by)) + "\n", document)


def _lists(facts: Facts, number: int, cases: Iterable[Case]) -> list[str]:
    """The lists on which a child stands; an agency's own one where all that it rests on may be told."""
    told = {row.reference for row in facts.shared(facts.rows_of([number]).get(number, ()), None)}
    live = [case for case in cases if case.live]
    own = [case for case in live if case.desk != PARTNERSHIP and told.issuperset(e.reference for e in case.evidence)]
    return [
        *(f"{STEP_WORDS[case.step]} ({case.state.value})" for case in live if case.desk == PARTNERSHIP),
        *(f"{facts.names[case.desk]}'s own list ({case.state.value})" for case in own),
    ]
