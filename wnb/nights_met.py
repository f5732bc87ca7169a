"""On which nights each rule is met, over any range of nights at once: the same patterns, the same histories.

What `detect` answers for one night, this answers for every night of years in one pass, from the histories as they are
known now: nobody "comes to light late" here. `compiled=False` runs the same lines uncompiled.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from wnb.compiled import compiled_kernels, plain_kernels
from wnb.detect import Prepared, classes_of, days_of, prepared
from wnb.histories import Histories
from wnb.kernels_nights import STRETCHES, Stretch
from wnb.patterns import Rule

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Met:
    """Stretches of nights on which a rule is met, in the order of rule, child, scope and night.

    `rule` is the place in the rules given, `scope` as in `detect.Findings`. `since` and `until` are the first and the
    last night (days since 1970-01-01), a beginning before the range asked for kept as it is; `place` is the position in
    the histories of the appointment that the stretch begins with.
    """

    rule: I32
    child: I32
    scope: I32
    since: I32
    until: I32
    place: I64

    def only(self, k: int) -> "Met":
        """The stretches of one rule, as if it had been the only one given."""
        return replace(self.at(self.rule == k), rule=np.zeros(int((self.rule == k).sum()), np.int32))

    def at(self, these: NDArray[np.bool_]) -> "Met":
        """Some of the stretches, by a mask."""
        return Met(*(getattr(self, field.name)[these] for field in fields(self)))


def laid(parts: Sequence[Met]) -> Met:
    """The stretches of several passes, one pass after another; at least one pass."""
    return Met(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Met)))


def nights_met(
    histories: Histories,
    rules: Sequence[Rule],
    first: date,
    last: date,
    *,
    recall_days: int = 28,
    threads: int = 2,
    compiled: bool = True,
) -> Met:
    """Every stretch of nights from `first` to `last` (both counted) on which a child meets a rule.

    A rule's `in_force_from` is not asked: what is compared is what a rule would have found.
    """
    kernels = compiled_kernels() if compiled else plain_kernels()
    ready: Prepared = prepared(histories, rules, days_of(last), threads, kernels)

    def swept(k: int, low: int, high: int) -> tuple[int, I32, I64]:
        rule = rules[k]
        scope, scopes = ready.scopes[rule.scope]
        found, place = kernels.sweep_nights(
            kernels.judge(rule.judge), rule.marks(), rule.masks(), classes_of(rule), np.array(rule.numbers(), np.int64),
            rule.fewest, rule.others, rule.recall_days or recall_days, days_of(first), days_of(last), low, high,
            ready.longest, scopes, scope, *ready.homes, ready.totals, ready.ever, ready.newest,
            histories.starts, histories.day, histories.outcome, histories.organisation, histories.statuses,
            histories.known, histories.adult_from,
        )  # fmt: skip
        return k, found, place

    with ThreadPoolExecutor(max_workers=threads) as pool:
        waiting = [pool.submit(swept, k, low, high) for k in range(len(rules)) for low, high in ready.ranges]
        parts = [done.result() for done in waiting]
    found = np.concatenate([part[1] for part in parts] or [np.empty((0, STRETCHES), np.int32)])
    column = np.ascontiguousarray(found.T)
    return Met(
        rule=np.repeat(np.array([part[0] for part in parts], np.int32), [len(part[1]) for part in parts]),
        child=column[Stretch.CHILD],
        scope=column[Stretch.SCOPE],
        since=column[Stretch.SINCE],
        until=column[Stretch.UNTIL],
        place=np.concatenate([part[2] for part in parts] or [np.empty(0, np.int64)]),
    )
