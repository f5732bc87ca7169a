"""What would follow if two children were one: what the rules would find of the one child, and do not find of either.

Asked of the same functions as a night: a decision is supposed, everything held is joined under it, and every rule reads
what it may. Many pairs are judged in one go as long as no two of them touch the same child or household, so that none
of them changes what another is told.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

import numpy as np

from wnb import joining
from wnb.cases import PARTNERSHIP
from wnb.config import Configuration
from wnb.detect import account, detect
from wnb.joining import Joined, shareable
from wnb.link import Linked
from wnb.may_read import asked, cluster, homes
from wnb.not_counted import SetAside
from wnb.one_child import LinkDecision, Pair, Ruled, Verdict
from wnb.store.lake import Generation
from wnb.terms import Desk, Step

ROUNDS: Final = 8
"""So often everything is joined anew at most: as many pairs of one child, or of one household, are judged."""

Children = tuple[int, int]


@dataclass(frozen=True)
class Finding:
    """What one rule finds of a child, and for whose list."""

    rule_id: str
    step: Step
    desk: str  # "partnership" or an agency's id
    sentence: str


@dataclass(frozen=True)
class IfOne:
    """What would follow for one pair."""

    possible: bool  # False: no decision joins them as things stand
    finds: tuple[Finding, ...] = ()  # of the one child and of neither alone, the most pressing first
    already: tuple[Finding, ...] = ()  # of either alone

    @property
    def rank(self) -> int:
        """How pressing the most pressing of what would be found is; 0: nothing is."""
        return max((finding.step.rank + 1 for finding in self.finds), default=0)


@dataclass(frozen=True)
class Standing:
    """Everything that is held and decided as of a night, and joined."""

    configuration: Configuration  # with the rules in force
    night: date
    generation: Generation
    set_aside: SetAside
    ruled: Ruled
    joined: Joined

    def supposing(self, pairs: Sequence[Children]) -> Joined:
        """Everything joined as if a person had said of these pairs that each is one child."""
        linked = self.joined.linked
        of = linked.behind(side for each in self.ruled.decisions for side in each.sides)
        supposed = {frozenset(pair) for pair in pairs}
        kept = [
            each for each in self.ruled.decisions if frozenset(of.get(key, -1) for key in each.keys) not in supposed
        ]
        at = datetime.combine(self.night, time(), UTC)
        kept += [LinkDecision(0, Verdict.SAME, _keys(linked, pair), ("", ""), "", at, "") for pair in pairs]
        return joined_under(self.configuration, self.generation, self.night, self.set_aside, Ruled(tuple(kept)))


def joined_under(
    configuration: Configuration, generation: Generation, night: date, set_aside: SetAside, ruled: Ruled
) -> Joined:
    """Everything held as of a night, joined under some decisions of people."""
    return joining.join(
        configuration, generation.facts, {}, generation, frozenset(), generation.last_sequence, night,
        set_aside, ruled, generation.by_likeness,
    )  # fmt: skip


def _keys(linked: Linked, pair: Children) -> Pair:
    one, other = sorted(linked.key[child].as_py() for child in pair)
    return one, other


def judged(standing: Standing, pairs: Sequence[Children]) -> dict[Children, IfOne]:
    """What would follow for each pair, as far as `ROUNDS` reach; the first in order are judged first."""
    alone = _found(standing, standing.joined, {child for pair in pairs for child in pair})
    told = {}
    for together in _rounds(pairs, _homes(standing)):
        after = standing.supposing(together)
        now = _now(standing.joined.linked, after.linked, {child for pair in together for child in pair})
        found = _found(standing, after, set(now.values()))
        for pair in together:
            one, other = (now.get(child, -1) for child in pair)
            before = [*alone.get(pair[0], ()), *alone.get(pair[1], ())]
            known = {(each.rule_id, each.desk) for each in before}
            new = [each for each in found.get(one, ()) if (each.rule_id, each.desk) not in known]
            told[pair] = IfOne(one == other, _pressing(new) if one == other else (), _pressing(before))
    return told


def _pressing(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: (-each.step.rank, each.desk != PARTNERSHIP, each.desk)))


def _homes(standing: Standing) -> np.ndarray:
    """By child: whom it may not be judged together with, because a rule looks at both."""
    joined, configuration, facts = standing.joined, standing.configuration, standing.generation.facts
    if not any(rule.others for rule in configuration.rules.rules):
        return np.arange(joined.linked.children)
    return homes(facts, joined, standing.night, shareable(configuration, facts, joined), of_everybody=True)[0]


def _rounds(pairs: Sequence[Children], home: np.ndarray) -> Iterator[list[Children]]:
    """The pairs in as few goes as may be, in each of which nobody's home stands twice."""
    left = list(dict.fromkeys(pairs))
    for _ in range(ROUNDS):
        if not left:
            return
        taken: set[int] = set()
        now, later = [], []
        for pair in left:
            lived = {int(home[child]) for child in pair}
            if lived & taken:
                later.append(pair)
            else:
                now.append(pair)
                taken |= lived
        yield now
        left = later


def _now(before: Linked, after: Linked, children: set[int]) -> dict[int, int]:
    """Who each of some children is afterwards, by where its first record stands."""
    wanted = np.array(sorted(children), np.int32)
    now: dict[int, int] = {}
    for was, then in zip(before.child, after.child, strict=True):
        mine = np.flatnonzero(np.isin(was, wanted))
        found, first = np.unique(was[mine], return_index=True)
        for child, place in zip(found.tolist(), mine[first].tolist(), strict=True):
            now.setdefault(child, int(then[place]))
    return now


def _found(standing: Standing, joined: Joined, children: set[int]) -> dict[int, list[Finding]]:
    """By child, what the rules find of some children, by what may be shared."""
    configuration, facts, night = standing.configuration, standing.generation.facts, standing.night
    found: dict[int, list[Finding]] = {}
    of = np.zeros(joined.linked.children, bool)
    of[sorted(children)] = True
    for one in asked(configuration, facts, joined, night, shared_only=True):
        near = of if one.home is None else np.isin(one.home, one.home[of])
        histories = cluster(configuration, facts, joined, night, one.allowed & near[joined.child], one.home)
        findings = detect(histories, one.rules, night, recall_days=configuration.rules.recall_days)
        for k in np.flatnonzero(of[findings.child]).tolist():
            rule = one.rules[findings.rule[k]]
            rows = histories.row[findings.evidence_of(k)].tolist()
            own = {joined.agencies[joined.agency_of(row)] for row in rows}
            desks = own if rule.desk is Desk.OWN_AGENCY else {PARTNERSHIP} if findings.chosen[k] else set()
            sentence = rule.explain(account(histories, rule, findings, k))
            for desk in sorted(desks):
                told = found.setdefault(int(findings.child[k]), [])
                if not any((each.rule_id, each.desk) == (rule.id, desk) for each in told):
                    told.append(Finding(rule.id, rule.step, desk, sentence))
    return found
