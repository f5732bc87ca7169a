"""Stretches of nights laid together: by rule, by step and by list, whoever is met by more than one thing at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wnb.histories import Histories
from wnb.nights_met import Met
from wnb.patterns import Rule
from wnb.terms import Desk

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

PARTNERSHIP: Final = -1
"""The list of everybody; an agency's own is that agency's number."""


@dataclass(frozen=True, eq=False)
class Newly:
    """Stretches of nights on which somebody is met, one after another: nights as days since 1970-01-01.

    `list_of` is PARTNERSHIP or an agency's number; `since` and `until` the first and last night; `row` the held row of
    the appointment that met it first.
    """

    child: I32
    list_of: I32
    since: I32
    until: I32
    row: I64

    def chosen(self, mask: NDArray[np.bool_] | I64) -> "Newly":
        """Some of the stretches, by a mask or by their places."""
        return Newly(self.child[mask], self.list_of[mask], self.since[mask], self.until[mask], self.row[mask])


@dataclass(frozen=True, eq=False)
class Side:
    """What one set of rules finds: by rule, by list and step, and by list."""

    rules: Sequence[Rule]
    of_rules: Newly
    rule_of: I32  # of each stretch in `of_rules`
    of_steps: Newly
    step_of: I32  # of each stretch in `of_steps`: Step.rank
    of_lists: Newly

    def without_lists(self, kept: Sequence[int]) -> "Side":
        """The same without what is met on these lists."""
        rules, steps, lists = (
            ~np.isin(stretches.list_of, kept) for stretches in (self.of_rules, self.of_steps, self.of_lists)
        )
        return Side(
            self.rules,
            self.of_rules.chosen(rules),
            self.rule_of[rules],
            self.of_steps.chosen(steps),
            self.step_of[steps],
            self.of_lists.chosen(lists),
        )


@dataclass(frozen=True, eq=False)
class Pass:
    """Some rules over the histories that they may read, and what they met there."""

    histories: Histories
    rules: Sequence[Rule]
    met: Met


def side(passes: Sequence[Pass], agency_of: I32) -> Side:
    """The stretches of every rule, laid together by rule and list, by list and step, and by list.

    `agency_of`: by held row, the number of its agency.
    """
    rules = [rule for one in passes for rule in one.rules]
    own = np.array([rule.desk is Desk.OWN_AGENCY for rule in rules], bool)
    rank = np.array([rule.step.rank for rule in rules], np.int32)
    offsets = np.cumsum([0, *(len(one.rules) for one in passes)])
    kind = _laid([one.met.rule + offset for one, offset in zip(passes, offsets, strict=False)], np.int32)
    row = _laid([one.histories.row[one.met.place] for one in passes], np.int64)
    every = Newly(
        child=_laid([one.met.child for one in passes], np.int32),
        list_of=np.where(own[kind], agency_of[row], PARTNERSHIP).astype(np.int32),
        since=_laid([one.met.since for one in passes], np.int32),
        until=_laid([one.met.until for one in passes], np.int32),
        row=row,
    )
    of_rules, rule_of = together(every, kind)
    of_steps, step_of = together(every, rank[kind])
    of_lists, _ = together(every, np.zeros_like(kind))
    return Side(rules, of_rules, rule_of, of_steps, step_of, of_lists)


def together(every: Newly, kind: I32) -> tuple[Newly, I32]:
    """Stretches of one kind, list and child that touch or overlap become one; in order of kind, list, child, night."""
    order = np.lexsort((every.row, every.since, every.child, every.list_of, kind))
    one, what = every.chosen(order), kind[order]
    if not len(order):
        return one, what
    other = np.append(
        True, (np.diff(one.child) != 0) | (np.diff(one.list_of) != 0) | (np.diff(what) != 0)
    )  # whether a stretch is of another child, list or kind than the one before it
    # the latest night so far of the same: their number rises, so a running maximum never looks back across them
    latest = np.maximum.accumulate((np.cumsum(other) << 32) + one.until) & 0xFFFFFFFF
    begins = other | (one.since > np.append(0, latest[:-1]) + 1)
    first = np.flatnonzero(begins)
    ends = np.maximum.reduceat(one.until, first)
    return Newly(one.child[first], one.list_of[first], one.since[first], ends, one.row[first]), what[first]


def _laid(parts: Sequence[NDArray[np.generic]], kind: type) -> NDArray[Any]:
    return np.concatenate(parts).astype(kind) if parts else np.empty(0, kind)
