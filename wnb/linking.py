"""`wnb links`: what waits for a person to say who is one child, and what people have said.

Longer than most because a decision is judged by all that waits and holds, and both are told in the same words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.config import Configuration
from wnb.errors import UsageFault
from wnb.identity import KIND_WORDS, kind_of
from wnb.joining import kept_back, kept_status, link_held
from wnb.likely import waiting
from wnb.link import Linked
from wnb.linkage import Model, probability
from wnb.naming import key_called, would_be
from wnb.nightly import Clock, locked, opened
from wnb.one_child import NOTHING, LinkDecision, Pair, Verdict, ruled_on
from wnb.publish.words import day, many
from wnb.store.casebook import Casebook
from wnb.store.children import Stored, child_id, key_of, name_children
from wnb.store.lake import Generation, Lake
from wnb.told import Told
from wnb.why_one_child import agreement, in_words

MOST = 50
SAID = {
    Verdict.SAME: "are one child from the next night on. The older id stays, and so does every case.",
    Verdict.DIFFERENT: "are two children from the next night on. Nothing joins them, and each keeps its own findings.",
    Verdict.UNSURE: "stay apart, and stay on the list of what waits.",
}


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
    return _Held(configuration, night, generation, casebook.link_decisions(), casebook.identities())


def decide_link(
    configuration: Configuration, verdict: Verdict, asked: tuple[str, str], by: str, why: str, clock: Clock
) -> Told:
    """Write down that two children are one, or two, or that it is not known.

    Args:
        asked: two child ids or identity keys (`agency/local-id`, `nhs:…`).

    Raises:
        UsageFault: nothing is held of one of them; they are one already, or two; two valid numbers would be one child;
            or one agency's own number would be two children's.
        LockHeld: a night is at work.
    """
    with locked(configuration), opened(configuration, clock) as casebook:
        held = _held(configuration, casebook)
        certain = held.certain()
        one, other = sorted(_key(held, each) for each in asked)
        if one == other:
            raise UsageFault("these are one and the same; name two children")
        decision = LinkDecision(0, verdict, (one, other), ("", ""), by, clock.now(), why)
        decision = replace(decision, number=len(held.entries) + 1, replaces=_replaced(held, certain, (one, other)))
        _refuse_what_cannot_be(held, certain, decision)
        decision = _with_ids(held, certain, decision)
        casebook.keep_link_decision(decision)
    document = {
        "schema": "wnb.link-decision/1",
        "verdict": verdict.value,
        "children": list(decision.children),
        "by": by,
        "in_force_after": held.night.isoformat(),
    }
    return Told(f"{' and '.join(decision.children)} {SAID[verdict]}\n", document)


def _key(held: _Held, asked: str) -> str:
    """The identity key by which a decision names a child: one that it has tonight, with all that was decided."""
    linked = held.linked()
    if not asked.startswith("c-"):
        if asked not in linked.child_of([asked]) and asked not in held.certain().child_of([asked]):
            raise UsageFault("nothing is held under what was asked for; name a child id (c-…) or agency/local-id")
        return asked
    secret = key_of(held.configuration)
    keys = [key for key, stored in held.stored.items() if (stored.given or stored.child_id) == asked]
    here = linked.child_of(keys)
    if not here:
        likely = held.generation.likely
        if found := key_called(held.configuration, [*likely["one"].to_pylist(), *likely["other"].to_pylist()], asked):
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
    unmerged = {key: Stored(each.given or each.child_id, each.first_night) for key, each in held.stored.items()}
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
    """What waits for a person's word, of what is only likely the likeliest `most`, and the decisions that hold. Each
    child that is named is written in the audit.
    """
    with opened(configuration, clock) as casebook:
        held = _held(configuration, casebook)
        linked = held.linked()
        names = _Names(held, linked)
        ruled = ruled_on(None, held.entries)
        waits = [
            *_shared(linked, names),
            *_own_numbers(held, linked),
            *_not_holding(linked, ruled.decisions),
            *_unsure(ruled.decisions),
        ]
        likely = _likely(held, linked, names, ruled.decisions)
        waits += likely[:most]
        for child in sorted({child for each in waits for child in each["children"]}):
            casebook.record_look("links", by, clock.now(), child)
    document = {
        "schema": "wnb.links/1",
        "night": held.night.isoformat(),
        "waiting": waits,
        "likely_in_all": len(likely),
        "decisions": [_told(decision, linked) for decision in ruled.decisions],
    }
    return Told("\n".join(_as_text(document)) + "\n", document)


class _Names:
    """The id of each child, or the one it would have."""

    def __init__(self, held: _Held, linked: Linked) -> None:
        self._held, self._linked = held, linked

    def of(self, children: Iterable[int]) -> dict[int, str]:
        return would_be(self._held.configuration, self._held.stored, self._linked, list(children))


def _likely(held: _Held, linked: Linked, names: _Names, decided: Iterable[LinkDecision]) -> list[dict[str, Any]]:
    """Who may be one child by likeness and waits for a person, likeliest first."""
    model, pairs = Model.read(held.configuration.linkage), held.generation.likely
    rows, one, other = waiting(model, pairs, linked, [each.sides for each in decided])
    ids = names.of({*one.tolist(), *other.tolist()})
    found = []
    both = zip(one.tolist(), other.tolist(), strict=True)
    for (mine, theirs), row in zip(both, pairs.take(pa.array(rows)).to_pylist(), strict=True):
        told = agreement(model, row)
        found.append(
            {
                "kind": "likely",
                "children": [ids[mine], ids[theirs]],
                "words": f"May be one child: {in_words(told)}.",
                "probability": round(probability(row["weight"]), 4),
                "agreement": told,
            }
        )
    return found


def _shared(linked: Linked, names: _Names) -> Iterable[dict[str, Any]]:
    for key, children in linked.shared.items():
        kind = KIND_WORDS[kind_of(int(key.partition(":")[2]))]
        yield {
            "kind": "shared-number",
            "children": sorted(names.of(children).values()),
            "words": f"One {kind} on records of {len(children)} people: nothing is joined by it. Ask the agencies "
            "whose number it is; where they are one child after all, say so.",
        }


def _own_numbers(held: _Held, linked: Linked) -> Iterable[dict[str, Any]]:
    for key in sorted(linked.conflicting.to_pylist()):
        if _may_be_told(held, key):
            yield {
                "kind": "disputed-own-number",
                "children": [],
                "own_number": key,
                "words": f"The own number {key} stands beside two valid numbers and joins nothing. Ask the agency "
                "which is right.",
            }


def _may_be_told(held: _Held, key: str) -> bool:
    """Whether an agency's own number stands on any record that it does not keep to itself."""
    name, _, number = key.partition("/")
    agency, table = held.configuration.agencies[name], held.generation.facts[name]
    mine = table.filter(pc.equal(table["child_local_id"], number))
    if agency.holds == "statuses":
        return bool((~kept_status(agency, mine["status"])).any())
    if agency.holds != "appointments":
        return agency.sharing != "own-agency-only"
    return bool((~kept_back(agency, mine["service"])).any())


def _not_holding(linked: Linked, decisions: Iterable[LinkDecision]) -> Iterable[dict[str, Any]]:
    for decision in decisions:
        if decision.keys in linked.not_joined:
            yield {
                "kind": "decision-does-not-hold",
                "children": list(decision.children),
                "words": f"{decision.by} decided on {day(decision.at.date())} that these are one child; by what is "
                "known now two numbers of one kind would meet, or two children whom a person called two. Decide again.",
            }


def _unsure(decisions: Iterable[LinkDecision]) -> Iterable[dict[str, Any]]:
    for decision in decisions:
        if decision.verdict is Verdict.UNSURE:
            yield {
                "kind": "not-sure",
                "children": list(decision.children),
                "words": f"{decision.by} was not sure on {day(decision.at.date())}: {decision.why}",
            }


def _told(decision: LinkDecision, linked: Linked) -> dict[str, Any]:
    return {
        "verdict": decision.verdict.value,
        "children": list(decision.children),
        "by": decision.by,
        "on": decision.at.date().isoformat(),
        "why": decision.why,
        "holds": decision.keys not in linked.not_joined,
    }


def _as_text(document: Mapping[str, Any]) -> Iterable[str]:
    waits, decisions = document["waiting"], document["decisions"]
    number = many(len(waits), "question waits", "questions wait")
    yield f"As of the night of {document['night']}: {number} for a person."
    for each in waits:
        yield ""
        yield f"{' and '.join(each['children']) or each['own_number']}"
        yield f"  {each['words']}"
    if (more := document["likely_in_all"] - sum(each["kind"] == "likely" for each in waits)) > 0:
        yield ""
        yield f"And {many(more, 'less likely pair')}: --most NUMBER shows more."
    if waits:
        yield ""
        yield "Look at each with: wnb explain CHILD. Then: wnb links same|different|unsure A B --by NAME --why TEXT"
    if decisions:
        yield ""
        yield "What people decided, and holds:"
    for decision in decisions:
        holds = "" if decision["holds"] else " (does not hold: see above)"
        children = " and ".join(decision["children"])
        yield f"  {decision['on']}  {decision['verdict']:<9}  {children}, by {decision['by']}: {decision['why']}{holds}"
