"""The questions that wait for a person to say who is one child: what is asked, whom it is about, what would follow.

Whoever would be found if two were one child comes first: an answer there changes what a list says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from wnb.cases import PARTNERSHIP
from wnb.facts import Facts
from wnb.identity import KIND_WORDS, kind_of
from wnb.if_one import Finding, IfOne, Standing, judged
from wnb.linkage import probability
from wnb.one_child import LinkDecision, Verdict
from wnb.publish.words import STEP_WORDS, day
from wnb.side_by_side import as_twins, told_of
from wnb.why_one_child import TWO_NUMBERS, agreement, in_words

MOST_JUDGED: Final = 2000
"""So many pairs, the likeliest first, are judged by what would follow."""
KINDS: Final = (
    "shared-number",
    "number-of-two",
    "two-numbers",
    "disputed-own-number",
    "decision-does-not-hold",
    "not-sure",
    "likely",
)


@dataclass
class Question:
    """One question that waits: what is told of it, whom it is about, and what would follow."""

    told: dict[str, Any]
    children: tuple[int, ...] = ()  # by number; empty where no two children are asked about
    rank: int = 0


@dataclass(frozen=True)
class Waiting:
    """All that waits, in order, and of how many pairs it is not known what would follow, because too many wait."""

    questions: tuple[Question, ...]
    not_judged: int


def waiting(facts: Facts, standing: Standing) -> Waiting:
    """Everything that waits: first of whom something would be found, the most pressing first; then the likeliest."""
    asked = [*_shared(facts), *_own_numbers(facts), *_not_holding(facts), *_unsure(facts), *_likely(facts)]
    not_judged = _judge(facts, standing, asked)
    asked.sort(key=lambda each: (-each.rank, KINDS.index(each.told["kind"]), -each.told.get("probability", 1.0)))
    return Waiting(tuple(asked), not_judged)


def name_them(facts: Facts, asked: Iterable[Question], ids: Mapping[int, str]) -> None:
    """Say of every child that is asked about its id, and which agencies know it, of those that may be told."""
    pairs = [each for each in asked if each.children]
    children = {child for each in pairs for child in each.children}
    told = told_of(facts.configuration, facts.held, facts.joined.linked, facts.joined.kindred.sealed, children)
    for each in pairs:
        each.told.setdefault("children", [ids[child] for child in each.children])
        each.told["agencies"] = [[facts.names[agency] for agency in told[child].agencies] for child in each.children]


def _judge(facts: Facts, standing: Standing, waits: Sequence[Question]) -> int:
    """Say of each pair what would follow if it were one child; of how many it is not known, because too many wait."""
    pairs = [each for each in waits if len(each.children) == 2 and each.told["kind"] != "decision-does-not-hold"]
    asked = [(each.children[0], each.children[1]) for each in pairs]
    follows = judged(standing, asked[:MOST_JUDGED])
    for each, pair in zip(pairs, asked, strict=True):
        if pair in follows:
            each.told["if_one"] = what_follows(follows[pair], facts.names)
            each.rank = follows[pair].rank
    return len({pair for pair in asked if pair not in follows})


def what_follows(told: IfOne, names: Mapping[str, str]) -> dict[str, Any]:
    """What would follow for one pair, with agencies by name."""
    return {
        "possible": told.possible,
        "finds": [_finding(each, names) for each in told.finds],
        "already": [_finding(each, names) for each in told.already],
    }


def _finding(found: Finding, names: Mapping[str, str]) -> dict[str, str]:
    where = f"on {STEP_WORDS[found.step]}"
    if found.desk != PARTNERSHIP:
        where = f"on {names[found.desk]}'s own list"
    return {
        "rule_id": found.rule_id,
        "step": found.step.value,
        "desk": found.desk,
        "where": where,
        "sentence": found.sentence,
    }


def _likely(facts: Facts) -> Iterable[Question]:
    """Who may be one child by likeness and waits for a person, likeliest first."""
    rows, one, other = facts.open_pairs
    both = zip(one.tolist(), other.tolist(), strict=True)
    for pair, row in zip(both, facts.likely.take(pa.array(rows)).to_pylist(), strict=True):
        told = agreement(facts.model, row)
        unsure = facts.unsure_of.get(frozenset(pair))
        said = f" {_was_not_sure(unsure)}" if unsure else ""
        if facts.joined.linked.numbered[list(pair)].all():
            words = f"Two numbers, and all else is the same: {TWO_NUMBERS} Where they are two children, say so.{said}"
            yield Question({"kind": "two-numbers", "words": words, "agreement": told}, pair)
            continue
        yield Question(
            {
                "kind": "likely",
                "words": f"May be one child: {in_words(told)}.{said}",
                "probability": round(probability(row["weight"]), 4),
                "may_be_twin": as_twins({each["field"]: each["bits"] for each in told}),
                "agreement": told,
            },
            pair,
        )


def _shared(facts: Facts) -> Iterable[Question]:
    for key, children in facts.shared_waiting.items():
        kind = KIND_WORDS[kind_of(int(key.partition(":")[2]))]
        words = (
            f"One {kind} on records of {len(children)} people: nothing is joined by it. Ask the agencies whose number "
            "it is; where they are one child after all, say so."
        )
        if said := facts.unsure_of.get(frozenset(children)):
            words = f"{words} {_was_not_sure(said)}"
        yield Question({"kind": "shared-number", "words": words}, children)


def _own_numbers(facts: Facts) -> Iterable[Question]:
    in_doubt = facts.doubts()
    for key in sorted(in_doubt.own_numbers):
        yield Question(
            {
                "kind": "disputed-own-number",
                "children": [],
                "own_number": key,
                "words": f"The own number {key} stands beside two valid numbers and joins nothing. Ask the agency "
                "which is right.",
            }
        )
    for key, children in in_doubt.reused.items():
        agency, slash, _ = key.partition("/")
        whose = f"An own number of {facts.names[agency]}" if slash else "A pupil's number (UPN)"
        words = (
            f"{whose} stands on records of {len(children)} people, of other names and birthdays, and joins none of "
            "them. Ask whose it is and have the other one corrected."
        )
        yield Question({"kind": "number-of-two", "words": words}, children)


def _not_holding(facts: Facts) -> Iterable[Question]:
    for decision in facts.not_holding:
        words = (
            f"{decision.by} decided on {day(decision.at.date())} that these are {ONE_OR_TWO[decision.verdict]}. "
            f"By what is known now that cannot hold: {WHY_NOT[decision.verdict]}. Decide again."
        )
        told = {"kind": "decision-does-not-hold", "children": list(decision.children), "words": words}
        yield Question(told, _both(facts, decision))


ONE_OR_TWO: Final = {Verdict.SAME: "one child", Verdict.DIFFERENT: "two children"}
WHY_NOT: Final = {
    Verdict.SAME: "two numbers of one kind would meet, or two children whom a person called two, or one of them has "
    "come apart since",
    Verdict.DIFFERENT: "one number stands for both, or one of them has come apart since",
}


def _was_not_sure(decision: LinkDecision) -> str:
    return f"{decision.by} was not sure on {day(decision.at.date())}: {decision.why}"


def _unsure(facts: Facts) -> Iterable[Question]:
    """Of whom people were not sure; whoever shares a number waits for that already, and is told there."""
    for decision in facts.unsure_waiting:
        told = {"kind": "not-sure", "children": list(decision.children), "words": _was_not_sure(decision)}
        yield Question(told, _both(facts, decision))


def _both(facts: Facts, decision: LinkDecision) -> tuple[int, ...]:
    """The two children of a decision tonight; none where one of them is not known any more, or they are one."""
    both = tuple(facts.decided_of[key] for key in decision.keys if key in facts.decided_of)
    return both if len(set(both)) == len(decision.keys) else ()
