"""Histories and rules -> findings: every child under every rule, every night.

Two passes over narrow columns (`wnb.kernels`), in a few threads over ranges of children; what comes out is in the order
of child, rule and scope, whatever the number of threads. `compiled=False` runs the same lines uncompiled: for a
debugger, and for the tests.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wnb.compiled import Kernels, compiled_kernels, plain_kernels
from wnb.histories import Histories
from wnb.kernels import CLASS_BITS, CLASSES, I32, I64, Column
from wnb.patterns import Account, Rule
from wnb.patterns.marks import NO_DAY
from wnb.terms import MEANING

EPOCH: Final = date(1970, 1, 1)
ANYWHERE: Final = 0
"""The only scope of a rule whose `scope` is anywhere."""

CHILDREN_AT_A_TIME: Final = 400_000


@dataclass(frozen=True, eq=False)
class Findings:
    """What a night found, one entry a child, rule and scope, in that order; days since 1970-01-01.

    `rule` is the place in the rules given; `scope` is 0 anywhere, else the number of the agency or service. `chosen` is
    true of the one that is published for the child and rule; the others are for the lists of the agencies they concern.
    `evidence[evidence_starts[k]:evidence_starts[k + 1]]` are positions in the columns of the histories. `offered`,
    `not_brought` are those within the window of the evidence, in the rule's unit; `last_seen` is NO_DAY if never.
    """

    child: I32
    rule: I32
    scope: I32
    chosen: NDArray[np.bool_]
    first: I32
    last: I32
    count: I32
    late: NDArray[np.bool_]
    offered: I32
    not_brought: I32
    last_seen: I32
    evidence_starts: I64
    evidence: I64

    def __len__(self) -> int:
        """How many findings, those of scopes that were not chosen included."""
        return len(self.child)

    def evidence_of(self, k: int) -> I64:
        """The evidence of finding k: positions in the columns of the histories, in order."""
        return self.evidence[self.evidence_starts[k] : self.evidence_starts[k + 1]]


class _Part(NamedTuple):
    rule: int
    found: I32
    evidence: I64


def detect(
    histories: Histories,
    rules: Sequence[Rule],
    night: date,
    *,
    recall_days: int = 28,
    threads: int = 2,
    compiled: bool = True,
) -> Findings:
    """Every finding of the rules in force on the night, whatever the number of threads.

    `recall_days` is that of rules.yaml, for rules without their own. Days after the night are never read.
    """
    kernels = compiled_kernels() if compiled else plain_kernels()
    asked = [(k, rule) for k, rule in enumerate(rules) if rule.in_force_from <= night]
    h, today = histories, days_of(night)
    ready = prepared(h, [rule for _, rule in asked], today, threads, kernels)

    def swept(k: int, rule: Rule, low: int, high: int) -> _Part:
        scope, scopes = ready.scopes[rule.scope]
        found, evidence = kernels.sweep(
            kernels.judge(rule.judge), rule.marks(), rule.masks(), classes_of(rule), np.array(rule.numbers(), np.int64),
            rule.fewest, rule.others, int(rule.lasting), today - (rule.recall_days or recall_days) + 1, today,
            low, high, ready.longest, scopes, scope, *ready.homes, ready.totals, ready.ever, ready.newest,
            h.starts, h.day, h.outcome, h.organisation, h.statuses, h.known, h.adult_from,
        )  # fmt: skip
        return _Part(k, found, evidence)

    with ThreadPoolExecutor(max_workers=threads) as pool:
        waiting = [pool.submit(swept, k, rule, low, high) for k, rule in asked for low, high in ready.ranges]
        return _gathered([done.result() for done in waiting])


@dataclass(frozen=True, eq=False)
class Prepared:
    """What every rule's pass over the same histories reads: what a child is passed over by, households, and the parts.

    `homes`: the household of each child who is not alone (else -1), where each begins among the members, and the
    members; empty where no rule asks. The other columns are those of `kernels.tally`.
    """

    totals: I64
    ever: NDArray[np.uint16]
    newest: I32
    homes: tuple[I32, I64, I32]
    scopes: dict[str, tuple[I32, int]]
    longest: int
    ranges: list[tuple[int, int]]


def prepared(histories: Histories, rules: Sequence[Rule], night: int, threads: int, kernels: Kernels) -> Prepared:
    """The first pass, over all days up to the night (days since 1970-01-01)."""
    h = histories
    ranges = _ranges_of_children(h.starts, threads)
    totals = np.empty(h.children, np.int64)
    ever = np.empty(h.children if any(rule.only_if for rule in rules) else 0, np.uint16)
    newest = np.empty(h.children, np.int32)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        waiting = [
            pool.submit(
                kernels.tally, h.starts, h.day, h.outcome, h.statuses, h.known, _WEIGHT, night, low, high,
                totals, ever, newest,
            )
            for low, high in ranges
        ]  # fmt: skip
        homes = _homes(h.household if any(rule.others for rule in rules) else h.household[:0])
        longest = max((done.result() for done in waiting), default=1)
    scopes = {rule.scope: rule for rule in rules}
    return Prepared(
        totals, ever, newest, homes, {name: scope_of(h, rule) for name, rule in scopes.items()}, longest, ranges
    )


def account(histories: Histories, rule: Rule, findings: Findings, k: int) -> Account:
    """What the sentence of finding k is made of: `rule.explain(account(…))`."""
    rows = findings.evidence_of(k)
    days = histories.day[rows]
    masks = zip(rule.only_if, rule.masks(), strict=True)
    seen = int(findings.last_seen[k])
    return Account(
        first_day=date_of(days[0]),
        last_day=date_of(days[-1]),
        count=int(findings.count[k]),
        appointments=len(rows),
        not_brought=int(findings.not_brought[k]),
        organisations=len(set(histories.organisation[rows].tolist())),
        agencies=len(set(histories.agency[rows].tolist())),
        offered=int(findings.offered[k]),
        first_met_on=date_of(findings.first[k]),
        last_met_on=date_of(findings.last[k]),
        last_seen=None if seen == NO_DAY else date_of(seen),
        statuses=tuple(words for words, mask in masks if np.any(histories.statuses[rows] & mask == mask)),
    )


_WEIGHT: I64 = np.zeros(256, np.int64)
for _outcome, _meaning in MEANING.items():
    if _meaning in CLASSES:
        _WEIGHT[_outcome] = 1 << CLASSES.index(_meaning) * CLASS_BITS


def classes_of(rule: Rule) -> int:
    """What counts under a rule, as bits of `kernels.CLASSES`."""
    return sum({1 << CLASSES.index(meaning) for outcome, meaning in MEANING.items() if rule.counts(outcome)})


def scope_of(histories: Histories, rule: Rule) -> tuple[I32, int]:
    """Each appointment's scope under a rule, and how many scopes there are (0: anywhere)."""
    if rule.scope == "anywhere":
        return histories.agency, 0
    scope, names = histories.agency, len(histories.agencies)
    if rule.scope == "service":
        scope, names = histories.service, len(histories.services)
    return scope, names or int(scope.max(initial=0)) + 1


def _homes(household: I32) -> tuple[I32, I64, I32]:
    """`Prepared.homes` of a household for each child."""
    together = np.bincount(household, minlength=1)[household] > 1
    members = np.flatnonzero(together).astype(np.int32)
    members = members[np.argsort(household[members], kind="stable")]
    numbers, first = np.unique(household[members], return_index=True)
    home = np.full(len(household), -1, np.int32)
    home[members] = np.searchsorted(numbers, household[members])
    return home, np.append(first, len(members)).astype(np.int64), members


def _ranges_of_children(starts: I64, threads: int) -> list[tuple[int, int]]:
    """Children in parts of about the same number of appointments, enough of them to keep every thread at work."""
    children = len(starts) - 1
    parts = max(threads, -(-children // CHILDREN_AT_A_TIME))
    cuts = np.searchsorted(starts, np.arange(1, parts) * (int(starts[-1]) / parts))
    edges = [0, *np.clip(cuts, 0, children).tolist(), children]
    return [(low, high) for low, high in pairwise(edges) if low < high]


def _gathered(parts: list[_Part]) -> Findings:
    """The parts as one, in the order of child, rule, scope, whoever was ready first."""
    found = np.concatenate([part.found for part in parts] or [np.empty((0, len(Column)), np.int32)])
    rule = np.repeat(np.array([part.rule for part in parts], np.int32), [len(part.found) for part in parts])
    evidence = np.concatenate([part.evidence for part in parts] or [np.empty(0, np.int64)])
    order = np.lexsort((found[:, Column.SCOPE], rule, found[:, Column.CHILD]))
    begins = np.cumsum(found[:, Column.EVIDENCE], dtype=np.int64) - found[:, Column.EVIDENCE]
    found, rule, begins = found[order], rule[order], begins[order]
    starts = np.zeros(len(found) + 1, np.int64)
    np.cumsum(found[:, Column.EVIDENCE], out=starts[1:])
    within = np.arange(int(starts[-1])) - np.repeat(starts[:-1], found[:, Column.EVIDENCE])
    column = np.ascontiguousarray(found.T)
    return Findings(
        child=column[Column.CHILD],
        rule=rule,
        scope=column[Column.SCOPE],
        chosen=column[Column.CHOSEN].astype(bool),
        first=column[Column.FIRST],
        last=column[Column.LAST],
        count=column[Column.COUNT],
        late=column[Column.LATE].astype(bool),
        offered=column[Column.OFFERED],
        not_brought=column[Column.NOT_BROUGHT],
        last_seen=column[Column.LAST_SEEN],
        evidence_starts=starts,
        evidence=evidence[np.repeat(begins, found[:, Column.EVIDENCE]) + within],
    )


def days_of(day: date) -> int:
    """A date as days since 1970-01-01."""
    return (day - EPOCH).days


def date_of(days: int) -> date:
    """Days since 1970-01-01 as a date."""
    return EPOCH + timedelta(days=int(days))
